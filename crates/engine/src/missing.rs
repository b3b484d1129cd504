//! What is missing: the cells whose unknown values leave a duty's standing open.

use crate::Standing;
use crate::look::Look;
use crate::tally::{DoneOn, Placed, announced_on, within};
use programme::model::{Bearer, Tally, TallyKind};
use rules::{Cell, Kind, Lane, Node, Rule, Type};

/// Something that nobody has said yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MissingItem {
    /// A cell of a record.
    Cell {
        /// The table's id.
        table: String,
        /// The record's id.
        record: String,
        /// The field's id.
        field: String,
    },
    /// The bearer has not filed for the period.
    Filing {
        /// The register in which it files.
        register: String,
        /// The period's key.
        period: String,
    },
    /// No row tells a latest value or a share.
    Row {
        /// The register.
        register: String,
    },
}

impl std::fmt::Display for MissingItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cell {
                table,
                record,
                field,
            } => write!(f, "{table}/{record}.{field}"),
            Self::Filing { register, period } => write!(f, "{register}/{period}"),
            Self::Row { register } => f.write_str(register),
        }
    }
}

impl Look<'_> {
    /// What is missing, in order and each once; empty unless the standing is unknown.
    pub fn missing(&self) -> Vec<MissingItem> {
        if self.duty.standing != Standing::Unknown {
            return Vec::new();
        }
        let mut items = self.of_bearer();
        for tally in &self.measure.tallies {
            items.extend(self.of_rows(tally));
        }
        let of_rule = self.with_owes(|rule, lane| rules::missing(rule, lane, &|_, _| false));
        for cell in of_rule.flatten().into_iter().flat_map(|m| m.all) {
            items.extend(self.item(&cell));
        }
        if let Some(register) = &self.measure.complete
            && self.duty.tallies().iter().any(|b| b.high.is_none())
        {
            let period = self.duty.period.key.to_string();
            items.push(MissingItem::Filing {
                register: register.clone(),
                period,
            });
        }
        for (tally, bounds) in self.measure.tallies.iter().zip(self.duty.tallies()) {
            let untold = self.measure.narrative && bounds.low == Some(0.0);
            if (*bounds == crate::Bounds::default() || untold) && items.is_empty() {
                items.push(MissingItem::Row {
                    register: tally.register.clone(),
                });
            }
        }
        items.sort();
        items.dedup();
        items
    }

    /// Cells of the bearer's own record: which records owe, from and until when, done when.
    fn of_bearer(&self) -> Vec<MissingItem> {
        let row = self.bearer_row();
        let mut items = Vec::new();
        let mut ask = |rule: &Rule| {
            for cell in self.cells(rule, row) {
                items.extend(self.item(&cell));
            }
        };
        match &self.measure.bearer {
            Bearer::Units(rule) => ask(rule),
            Bearer::Records {
                from,
                until,
                filter,
                ..
            } => {
                filter.iter().for_each(&mut ask);
                from.iter()
                    .chain(until)
                    .for_each(|path| ask(&present(path)));
            }
        }
        use programme::model::Due;
        if let Due::Field(path) | Due::AfterField(_, path) = &self.measure.due {
            ask(&present(path));
        }
        if let Some(path) = &self.measure.done {
            ask(&present(path));
        }
        items
    }

    /// Cells of rows that may count.
    fn of_rows(&self, tally: &Tally) -> Vec<MissingItem> {
        let mut items = Vec::new();
        let window = self.window();
        let Some(position) = self
            .result
            .bearers
            .iter()
            .position(|b| *b == self.duty.bearer)
        else {
            return items;
        };
        let at = self.measure.tallies.iter().position(|t| t.id == tally.id);
        let Some(rows) = at.and_then(|at| self.result.tallies.get(at)) else {
            return items;
        };
        for row in rows.of(position as u32) {
            if !self.cx.facts.known(tally.table, row.row, self.cx.until()) {
                continue;
            }
            let inside = within(row, self.fits(tally, row), &window);
            if inside != Some(false) {
                items.extend(self.of_row(tally, row));
            }
        }
        items
    }

    fn of_row(&self, tally: &Tally, row: &Placed) -> Vec<MissingItem> {
        let mut asked: Vec<Rule> = tally.filter.iter().cloned().collect();
        if row.done == DoneOn::Unknown {
            asked.extend(tally.on.iter().map(present));
        }
        if row.for_key.as_deref() == Some("") {
            asked.extend(tally.for_period.iter().map(present));
        }
        match &tally.kind {
            TallyKind::Sum(of) | TallyKind::Last(of) | TallyKind::Distinct(of) => {
                asked.push(present(of))
            }
            TallyKind::Share(part) => asked.push(part.clone()),
            TallyKind::Ratio(of, over) => asked.extend([present(of), present(over)]),
            TallyKind::Count => {}
        }
        let cells = asked.iter().flat_map(|rule| self.cells(rule, row.row));
        let announcement = self.announcement(tally, row);
        cells
            .filter_map(|cell| self.item(&cell))
            .chain(announcement)
            .collect()
    }

    /// The day of announcement, where the measure asks for notice and nobody has said it.
    fn announcement(&self, tally: &Tally, row: &Placed) -> Option<MissingItem> {
        self.measure.notice_before?;
        if announced_on(self.cx, tally, row.row).is_some() {
            return None;
        }
        Some(MissingItem::Cell {
            table: tally.register.clone(),
            record: self.cx.id(tally.table, row.row).to_owned(),
            field: "announced_on".into(),
        })
    }

    fn cells(&self, rule: &Rule, own: u32) -> Vec<Cell> {
        let world = self.cx.world();
        let bounds = self.bounds(Some(own));
        let lane = Lane {
            world: &world,
            bounds: &bounds,
            prorate: None,
        };
        rules::missing(rule, &lane, &|_, _| false).map_or_else(Vec::new, |m| m.all)
    }

    fn item(&self, cell: &Cell) -> Option<MissingItem> {
        let table = cell.table.clone()?;
        let at = self.cx.programme.schema.table(&table)?;
        let record = cell
            .record
            .map_or("", |record| self.cx.id(at, record))
            .to_owned();
        Some(MissingItem::Cell {
            table,
            record,
            field: cell.field.clone(),
        })
    }
}

/// `present(path)`: unknown just where the path is.
fn present(path: &Rule) -> Rule {
    let span = path.root.span.clone();
    let kind = Kind::Present(Box::new(path.root.clone()));
    Rule {
        text: path.text.clone(),
        root: Node {
            kind,
            ty: Type::Bool,
            span,
        },
    }
}
