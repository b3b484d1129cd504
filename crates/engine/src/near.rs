//! Near miss: the smallest changes that would flip a duty that is not met, and who can make them.

use crate::look::Look;
use crate::tally::within;
use crate::{LateEnd, Standing, forecast, goals};
use programme::Programme;
use programme::model::{Register, Role, Tally, TallyKind};
use rules::{Cell, Day, Lane, Wanted};

/// A way to meet a duty.
#[derive(Clone, Debug, PartialEq)]
pub enum Near {
    /// Rows that are there and would count after a change.
    Rows {
        /// Position of the tally.
        tally: usize,
        /// Each row with its smallest change, nearest first.
        rows: Vec<(u32, Vec<Fix>)>,
        /// Whether they are enough together.
        enough: bool,
    },
    /// More evidence of the same kind.
    More {
        /// Position of the tally.
        tally: usize,
        /// How much, in the tally's unit.
        lacking: f64,
        /// The last day on which it counts; `None` without end.
        by: Option<Day>,
        /// The latest day to start at the best rate seen.
        latest_start: Option<Day>,
    },
    /// The bearer's own date, which is not filled.
    Done {
        /// The register.
        table: usize,
        /// The field that must be filled.
        field: String,
        /// The last day on which it counts.
        by: Option<Day>,
    },
}

/// What a cell would have to become for its row to count.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// Which cell.
    pub cell: Cell,
    /// Its new value; `None` where it only has to be filled, with whatever is true.
    pub to: Option<Wanted>,
}

/// At most so many rows are looked into.
const ROWS_MAX: usize = 40;

impl Look<'_> {
    /// The ways to meet the duty, nearest first; empty where it is met, excused, has not begun, or is closed.
    pub fn near(&self) -> Vec<Near> {
        use Standing::{Excused, Met, Missed, Recovered, Upcoming};
        if matches!(
            self.duty.standing,
            Met | Recovered | Excused | Upcoming | Missed
        ) {
            return Vec::new();
        }
        let by = match self.duty.late {
            LateEnd::No => Some(self.duty.due),
            LateEnd::Day(end) => Some(if self.cx.at < self.duty.due {
                self.duty.due
            } else {
                end
            }),
            LateEnd::Open => (self.cx.at < self.duty.due).then_some(self.duty.due),
        };
        let mut ways = Vec::new();
        if let Some(path) = &self.measure.done
            && let Some((table, field)) = rules::fields_read(path).into_iter().next_back()
        {
            ways.push(Near::Done { table, field, by });
        }
        let latest_start =
            forecast(self.cx, self.measure, self.result, self.duty).and_then(|f| f.latest_start);
        for goal in goals(self.cx, self.measure, self.duty) {
            let Some(low) = self.duty.tallies().get(goal.tally).and_then(|b| b.low) else {
                continue;
            };
            let lacking = goal.need - low;
            if lacking < 0.0 || lacking == 0.0 && !goal.strictly {
                continue;
            }
            let tally = self.measure.tallies.get(goal.tally);
            let (rows, brought) = tally.map(|t| self.nearly(t)).unwrap_or_default();
            if !rows.is_empty() {
                let enough = brought.is_some_and(|brought| brought >= lacking);
                ways.push(Near::Rows {
                    tally: goal.tally,
                    rows,
                    enough,
                });
            }
            ways.push(Near::More {
                tally: goal.tally,
                lacking,
                by,
                latest_start,
            });
        }
        ways
    }

    /// Rows of the bearer in the period that one change of their own would make count, and what they would
    /// bring together; `None` where that is no sum (a share, a latest value) or not known.
    fn nearly(&self, tally: &Tally) -> (Vec<(u32, Vec<Fix>)>, Option<f64>) {
        let Some(filter) = &tally.filter else {
            return Default::default();
        };
        let adds_up = matches!(
            tally.kind,
            TallyKind::Count | TallyKind::Distinct(_) | TallyKind::Sum(_)
        );
        let mut brought = adds_up.then_some(0.0);
        let window = self.window();
        let register = self.cx.programme.register(&tally.register).map(|(_, r)| r);
        let mut found = Vec::new();
        for row in self
            .placed(tally)
            .iter()
            .filter(|p| self.cx.facts.known(tally.table, p.row, self.cx.until()))
        {
            if self.fits(tally, row) == Some(true) || within(row, Some(true), &window) != Some(true)
            {
                continue;
            }
            let world = self.cx.world();
            let bounds = self.bounds(Some(row.row));
            let lane = Lane {
                world: &world,
                bounds: &bounds,
                prorate: None,
            };
            let fixed = |_: &str, field: &str| {
                register
                    .and_then(|r| r.field(field))
                    .is_some_and(|f| f.fixed)
            };
            let ways = rules::near(filter, &lane, &fixed);
            let way = ways
                .into_iter()
                .find(|w| w.verdict && w.changes.iter().all(|c| !c.fixed));
            let turned = way.map(|w| {
                w.changes.into_iter().map(|c| Fix {
                    cell: c.cell,
                    to: Some(c.to),
                })
            });
            let missing = rules::missing(filter, &lane, &fixed);
            let filled = missing.map(|m| m.smallest.into_iter().map(|cell| Fix { cell, to: None }));
            let fixes: Vec<Fix> = turned
                .into_iter()
                .flatten()
                .chain(filled.into_iter().flatten())
                .collect();
            if !fixes.is_empty() {
                found.push((row.row, fixes));
                brought = brought.zip(row.amount).map(|(sum, amount)| sum + amount);
            }
            if found.len() == ROWS_MAX {
                break;
            }
        }
        found.sort_by_key(|(_, changes)| changes.len());
        (found, brought)
    }
}

/// The roles that may make a change: those that may make a move for a state, else those that may change the field.
pub fn who_can<'p>(programme: &'p Programme, register: &Register, field: &str) -> Vec<&'p Role> {
    let movers: Vec<&String> = register
        .states
        .iter()
        .flat_map(|s| &s.moves)
        .flat_map(|m| &m.who)
        .collect();
    let may = |role: &&Role| {
        role.may.iter().any(|grant| {
            let on = grant
                .registers
                .iter()
                .any(|r| *r == register.id || r == "*");
            let changes = grant.acts.iter().any(|a| a == "change" || a == "create");
            on && changes && grant.fields.iter().any(|f| f == "*" || f == field)
        })
    };
    if field == "state" {
        return programme
            .roles
            .iter()
            .filter(|r| movers.contains(&&r.id))
            .collect();
    }
    programme.roles.iter().filter(may).collect()
}
