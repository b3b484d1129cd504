//! What is a viewer's to do: duties of his units and of the records he sees, records that wait for his move.

use super::{Wording, present};
use crate::access::{Deed, Office, is_official, may};
use crate::app::Reading;
use crate::list::{Question, Test};
use crate::view::{
    ChildLine, Counts, Entering, Hand, HomePage, Standing, Text, Todo, UnitLink, UnreportedPage,
    UnreportedUnit,
};
use crate::{App, Error, Thing, Viewer};
use engine::{Duty, roll_up};
use programme::Programme;
use programme::model::{FIRST_REGISTER_TABLE, Measure, Register, Role, UNIT_TABLE};
use rules::Rule;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// So many duties are listed, and so many units below.
const TODO_MAX: usize = 40;
const BELOW_MAX: usize = 12;

impl App {
    /// What is the viewer's to do today.
    ///
    /// # Errors
    /// A day that cannot be shown.
    pub fn home(&self, viewer: &Viewer) -> Result<HomePage, Error> {
        let (hands, lists) = (self.hands(viewer), self.listings(viewer));
        let page = self.reading(viewer, None, |reading| Ok(reading.home(viewer)))?;
        Ok(HomePage {
            stops: self.stops(viewer, &lists),
            hands,
            lists,
            held: self.held(viewer),
            ..page
        })
    }

    /// Who has not met a measure in its present period, as far as the viewer sees.
    ///
    /// # Errors
    /// An unknown measure, a day that cannot be shown, a viewer who is no official.
    pub fn unreported(
        &self,
        viewer: &Viewer,
        measure: &str,
        at: Option<jiff::civil::Date>,
    ) -> Result<UnreportedPage, Error> {
        if !is_official(self.programme(), viewer) {
            return Err(Error::NotOfficial);
        }
        self.reading(viewer, at, |reading| reading.unreported(viewer, measure))
    }

    /// The records for which a viewer acts.
    fn held(&self, viewer: &Viewer) -> Vec<(String, String, Text)> {
        let living = self.living();
        let wording = Wording {
            app: self,
            living: &living,
            viewer,
        };
        let held = viewer.offices.iter().filter_map(|office| {
            let mut roles = self.programme().roles.iter();
            let of = roles.find(|role| role.id == office.role)?.of.as_deref()?;
            let (_, register) = self.programme().register(of)?;
            let title = wording.titled(register, &office.unit);
            Some((register.id.clone(), office.unit.clone(), title))
        });
        held.collect()
    }

    /// Records by state that wait for a move which the viewer makes.
    fn hands(&self, viewer: &Viewer) -> Vec<Hand> {
        let programme = self.programme();
        if viewer.is_operator() {
            return Vec::new();
        }
        let mut hands = Vec::new();
        for register in &programme.registers {
            for state in waiting(viewer, register) {
                let question = Question {
                    tests: vec![("state".into(), Test::Is(state.into()))],
                    limit: 1,
                    count: true,
                    ..Question::default()
                };
                let Ok(page) = self.list(viewer, &register.id, &question) else {
                    continue;
                };
                let count = page.count.unwrap_or_default();
                if count > 0 {
                    hands.push(Hand {
                        register: (register.id.clone(), (&register.name).into()),
                        state: (state.to_owned(), state_name(register, state)),
                        count,
                    });
                }
            }
        }
        hands
    }
}

/// The states that a move leaves which one of the viewer's roles makes.
fn waiting<'r>(viewer: &Viewer, register: &'r Register) -> Vec<&'r str> {
    let moves = register.states.iter().flat_map(|states| &states.moves);
    let holds = |role: &String| viewer.offices.iter().any(|office| office.role == *role);
    let mine = moves.filter(|step| step.who.iter().any(holds));
    let mut states: Vec<&str> = mine
        .flat_map(|step| &step.from)
        .map(String::as_str)
        .collect();
    states.dedup();
    states.sort_unstable();
    states.dedup();
    states
}

fn state_name(register: &Register, state: &str) -> Text {
    let names = register.states.iter().flat_map(|states| &states.names);
    let mut names = names.filter(|(id, _)| id == state);
    names
        .next()
        .map_or_else(|| Text::same(state), |(_, name)| name.into())
}

impl Reading<'_> {
    fn home(&self, viewer: &Viewer) -> HomePage {
        let programme = self.cx.programme;
        let units = units(programme, viewer);
        let official = is_official(programme, viewer);
        let mine = |duty: &&Duty| match official {
            true => duty.unit.is_some_and(|unit| units.contains(&unit)),
            false => duty.bearer.table != UNIT_TABLE && self.sight.bearer(&duty.bearer),
        };
        let mut counts = Counts::default();
        let mut open = Vec::new();
        for (_, measure, result) in self.measures() {
            let present = present(&result.duties, self.cx.at).filter(mine);
            for duty in present.filter(|duty| self.sight.bearer(&duty.bearer)) {
                counts.merge(&std::iter::once(duty.standing).collect());
                if let Some(rank) = rank(duty.standing) {
                    open.push((rank, duty.due, measure, result, duty));
                }
            }
        }
        open.sort_by_key(|(rank, due, ..)| (*rank, *due));
        let more = open.len().saturating_sub(TODO_MAX);
        let todo = open.into_iter().take(TODO_MAX);
        let todo = todo.map(|(_, _, measure, result, duty)| Todo {
            line: self.line(measure, result, duty, true),
            enters: self.enters(viewer, measure, duty),
        });
        let notice = programme.notices.first().filter(|_| official);
        let below = match official {
            true => self.below(&units),
            false => Vec::new(),
        };
        HomePage {
            frame: self.frame(),
            notice: notice.map(|notice| (notice.id.clone(), (&notice.title).into())),
            units: units
                .iter()
                .map(|unit| self.unit_link(*unit as usize))
                .collect(),
            counts,
            todo: todo.collect(),
            more,
            roles: held_roles(programme, viewer)
                .map(|role| (&role.name).into())
                .collect(),
            held: Vec::new(),
            hands: Vec::new(),
            lists: Vec::new(),
            stops: Vec::new(),
            below_more: below.len().saturating_sub(BELOW_MAX),
            below: below.into_iter().take(BELOW_MAX).collect(),
            records: programme
                .registers
                .iter()
                .filter(|register| may(programme, viewer, Deed::Create, &register.id))
                .map(|register| (register.id.clone(), (&register.name).into()))
                .collect(),
        }
    }

    /// The units directly below some that owe anything, those that stand worst first.
    fn below(&self, units: &[u32]) -> Vec<ChildLine> {
        let counts = roll_up(self.cx.programme, &self.evaluation);
        let children = |unit: &u32| self.children(&counts, *unit as usize);
        let mut below: Vec<ChildLine> = units.iter().flat_map(children).collect();
        below.sort_by_key(|child| Reverse(child.counts.red()));
        below
    }

    /// Where this viewer sees to a duty: a new record of its evidence, or the record that bears it.
    fn enters(&self, viewer: &Viewer, measure: &Measure, duty: &Duty) -> Option<Entering> {
        let programme = self.cx.programme;
        let bearer = self.cx.id(duty.bearer.table, duty.bearer.record).to_owned();
        let entering = |id: &str, record, given| {
            let (_, register) = programme.register(id)?;
            Some(Entering {
                register: (register.id.clone(), Text::from(&register.name)),
                record,
                given,
            })
        };
        for tally in &measure.tallies {
            let by = tally.by.as_ref();
            if let Some(by) = by.filter(|_| may(programme, viewer, Deed::Create, &tally.register)) {
                let (_, register) = programme.register(&tally.register)?;
                // A path of one step is the field itself; a longer one is known only once the record is.
                let field = |rule: &Rule| register.field(&rule.text).map(|field| field.id.clone());
                let today = self.cx.at.to_string();
                let period = duty.period.key.to_string();
                let given = [
                    field(by).map(|field| (field, bearer)),
                    tally
                        .for_period
                        .as_ref()
                        .and_then(field)
                        .map(|field| (field, period)),
                    tally
                        .on
                        .as_ref()
                        .and_then(field)
                        .map(|field| (field, today)),
                ];
                return entering(&tally.register, None, given.into_iter().flatten().collect());
            }
        }
        let at = duty.bearer.table.checked_sub(FIRST_REGISTER_TABLE)?;
        let register = programme.registers.get(at)?.id.as_str();
        let acts = [Deed::Change, Deed::Move];
        let acts = acts
            .iter()
            .any(|deed| may(programme, viewer, *deed, register));
        acts.then(|| entering(register, Some(bearer), Vec::new()))?
    }

    fn unreported(&self, viewer: &Viewer, id: &str) -> Result<UnreportedPage, Error> {
        let mut of = self.measures().filter(|(_, measure, _)| measure.id == id);
        let (_, measure, result) = of.next().ok_or_else(|| Error::Missing {
            what: Thing::Measure,
            id: id.to_owned(),
        })?;
        let present = present(&result.duties, self.cx.at);
        let seen: Vec<&Duty> = present
            .filter(|duty| self.sight.bearer(&duty.bearer))
            .collect();
        let mut units: BTreeMap<Option<u32>, Vec<_>> = BTreeMap::new();
        for duty in seen.iter().filter(|duty| is_open(duty.standing)) {
            let line = self.line(measure, result, duty, false);
            units.entry(duty.unit).or_default().push(line);
        }
        let reach = units_under(self.cx.programme, viewer);
        let units = units.into_iter().map(|(unit, duties)| UnreportedUnit {
            unit: match unit {
                Some(unit) => self.unit_link(unit as usize),
                None => UnitLink {
                    id: String::new(),
                    name: Text::new("单位待核", "unit unknown"),
                },
            },
            duties,
            may_remind: unit.is_some_and(&reach),
        });
        Ok(UnreportedPage {
            frame: self.frame(),
            measure: (measure.id.clone(), (&measure.name).into()),
            units: units.collect(),
            all: seen.len(),
        })
    }
}

/// The urgency of what needs somebody to act.
fn rank(standing: Standing) -> Option<usize> {
    use Standing::{Behind, DueSoon, Overdue, Unknown};
    [Overdue, Behind, DueSoon, Unknown]
        .iter()
        .position(|s| *s == standing)
}

/// Whether a duty is not done yet.
fn is_open(standing: Standing) -> bool {
    use Standing::{Excused, Met, Recovered};
    ![Met, Recovered, Excused].contains(&standing)
}

/// The roles that a viewer holds, each once, in the programme's order.
pub(super) fn held_roles<'p>(
    programme: &'p Programme,
    viewer: &'p Viewer,
) -> impl Iterator<Item = &'p Role> {
    let holds = |role: &&Role| viewer.offices.iter().any(|held| held.role == role.id);
    programme.roles.iter().filter(holds)
}

/// The units in which a viewer holds a role.
fn units(programme: &Programme, viewer: &Viewer) -> Vec<u32> {
    let held = viewer.offices.iter().filter_map(|office: &Office| {
        let role = programme.roles.iter().find(|role| role.id == office.role)?;
        let unit = role.of.is_none().then(|| programme.unit(&office.unit))??;
        u32::try_from(unit).ok()
    });
    let mut units: Vec<u32> = held.collect();
    units.sort_unstable();
    units.dedup();
    units
}

/// Whether a unit is one of the viewer's or below one; every one for whoever holds the machine.
fn units_under(programme: &Programme, viewer: &Viewer) -> impl Fn(u32) -> bool {
    let own = units(programme, viewer);
    let all = viewer.is_operator();
    let parents: Vec<Option<usize>> = programme.units.iter().map(|unit| unit.parent).collect();
    move |unit| {
        let mut next = Some(unit as usize);
        let mut is_under = all;
        while let Some(at) = next.filter(|_| !is_under) {
            is_under = u32::try_from(at).is_ok_and(|at| own.contains(&at));
            next = parents.get(at).copied().flatten();
        }
        is_under
    }
}
