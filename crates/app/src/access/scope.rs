//! The records that rights reach: grants' rules over rows.

use super::{Deed, Right, rights};
use crate::act::Viewer;
use engine::Living;
use programme::Programme;
use programme::model::{Move, UNIT_TABLE};
use rules::{Bound, Day, Frame, Rule, Value, World, names_read, tables_read};
use std::collections::{BTreeMap, BTreeSet};

/// The records of a register that a viewer reaches with a deed.
enum Reach<'r> {
    /// Every one.
    All,
    /// Those for which the rule of one of these rights holds; without any, none.
    By(Vec<Right<'r>>),
}

/// The records of a register that a viewer reaches with a deed.
fn reach<'r>(
    programme: &'r Programme,
    viewer: &'r Viewer,
    deed: Deed,
    register: &str,
) -> Reach<'r> {
    if viewer.is_operator() || viewer.is_heli() && deed == Deed::Create {
        return Reach::All;
    }
    let rights = rights(programme, viewer, deed, register);
    match rights.iter().any(|right| right.filter().is_none()) {
        true => Reach::All,
        false => Reach::By(rights),
    }
}

/// What rules read besides a row's own fields.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    /// Positions of tables.
    pub(crate) tables: BTreeSet<usize>,
    /// Whether the day may matter.
    pub(crate) today: bool,
}

impl Reads {
    /// Adds what a rule reads. Any may read the day: by name, or in a function.
    pub(crate) fn add(&mut self, rule: &Rule) {
        self.tables.extend(tables_read(rule));
        self.today = true;
    }
}

/// What rules over records are asked with, on a viewer's behalf.
pub(crate) struct Sight<'s> {
    programme: &'s Programme,
    viewer: &'s Viewer,
    living: &'s Living,
    world: World<'s>,
    settings: Vec<(String, Value)>,
}

impl<'s> Sight<'s> {
    /// On a viewer's behalf, over the records of a world.
    pub(crate) fn new(
        programme: &'s Programme,
        viewer: &'s Viewer,
        living: &'s Living,
        world: World<'s>,
    ) -> Self {
        let settings = programme.settings.iter();
        Self {
            programme,
            viewer,
            living,
            world,
            settings: settings
                .map(|(id, setting)| (format!("settings.{id}"), setting.value.clone()))
                .collect(),
        }
    }

    /// On a viewer's behalf, over the records of today.
    pub(crate) fn now(
        programme: &'s Programme,
        viewer: &'s Viewer,
        living: &'s Living,
        today: Day,
    ) -> Self {
        Self::new(programme, viewer, living, living.world(programme, today))
    }

    /// The rows of a register that the viewer reaches with a deed, in their order.
    pub(crate) fn kept(&self, deed: Deed, register: &str, rows: Vec<u32>) -> Vec<u32> {
        let Reach::By(rights) = reach(self.programme, self.viewer, deed, register) else {
            return rows;
        };
        let verdicts: Vec<_> = rights
            .iter()
            .filter_map(|right| {
                let rule = right.filter()?;
                Some(rules::verdicts(
                    rule,
                    &self.world,
                    &self.frame(right, &rows),
                ))
            })
            .collect();
        let held = |nth: usize| verdicts.iter().any(|verdicts| verdicts.yes.get(nth));
        let kept = rows.iter().enumerate().filter(|(nth, _)| held(*nth));
        kept.map(|(_, row)| *row).collect()
    }

    /// Which of a register's records the viewer reaches with a deed, as a text that is equal for equal rights, and what
    /// else than their own fields tells it.
    pub(crate) fn scope(&self, deed: Deed, register: &str) -> (String, Reads) {
        let mut reads = Reads::default();
        let Reach::By(rights) = reach(self.programme, self.viewer, deed, register) else {
            return ("*".to_owned(), reads);
        };
        let mut scopes = BTreeSet::new();
        for right in &rights {
            let Some(rule) = right.filter() else { continue };
            reads.add(rule);
            let names = names_read(rule);
            let person = names
                .contains("viewer.person")
                .then_some(&self.viewer.person);
            scopes.insert(format!(
                "{:?}",
                (&rule.text, &right.role.of, &right.office.unit, person)
            ));
        }
        (Vec::from_iter(scopes).concat(), reads)
    }

    /// Whether the viewer reaches a row with a deed.
    pub(crate) fn has(&self, deed: Deed, register: &str, row: u32) -> bool {
        !self.kept(deed, register, vec![row]).is_empty()
    }

    /// Whether the viewer makes a move on a row: in one of the roles that the move names.
    pub(crate) fn makes(&self, register: &str, step: &Move, row: u32) -> bool {
        let rights = rights(self.programme, self.viewer, Deed::Move, register);
        let makes =
            |right: &Right<'_>| step.who.contains(&right.role.id) && self.reaches(right, row);
        self.viewer.is_operator() || rights.iter().any(makes)
    }

    /// Whether a right is for a row: what its rule cannot tell is not granted.
    pub(super) fn reaches(&self, right: &Right<'_>, row: u32) -> bool {
        right.filter().is_none_or(|rule| {
            let rows = [row];
            let frame = self.frame(right, &rows);
            rules::verdicts(rule, &self.world, &frame).yes.get(0)
        })
    }

    /// The names that a grant's rule may read: the settings, and who holds the office where.
    fn frame<'f>(&'f self, right: &Right<'_>, rows: &'f [u32]) -> Frame<'f> {
        let settings = self.settings.iter();
        let mut names: BTreeMap<&str, Bound<'_>> = settings
            .map(|(name, value)| (name.as_str(), Bound::One(value.clone())))
            .collect();
        let person = self.viewer.person.as_deref();
        let person = person.map_or(Value::Unknown(None), |name| Value::Text(name.into()));
        names.insert("viewer.person", Bound::One(person));
        let (name, table) = match &right.role.of {
            None => ("viewer.unit", Some(UNIT_TABLE)),
            Some(of) => (
                "viewer.record",
                self.programme.register(of).map(|(at, _)| at),
            ),
        };
        let held = table.and_then(|table| {
            let number = match table {
                UNIT_TABLE => self.programme.unit(&right.office.unit)?.try_into().ok()?,
                table => self.living.record(table, &right.office.unit)?,
            };
            Some(Value::Record(table, number))
        });
        names.insert(name, Bound::One(held.unwrap_or(Value::Unknown(None))));
        Frame {
            len: rows.len(),
            own: Some(rows),
            names,
        }
    }
}
