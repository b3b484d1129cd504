//! Answers that last: what a rule says of a version of a record without regard to the day, worked out once.

mod part;

pub(crate) use part::Part;

use crate::moment::AsOf;
use crate::policy;
use programme::model::{FIRST_REGISTER_TABLE, Policy, PolicyVersion};
use rules::{Bits, Day, Frame, Function, Kind, Node, Rule, Schema, Table, Type, Value};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What lasts of the answers over one programme's facts, filled as days ask. Several days, and several threads,
/// share it; facts that changed need a new one.
#[derive(Debug, Default)]
pub struct Lasting {
    verdicts: Mutex<Kept<Option<Part>>>,
    values: Mutex<Kept<Option<Vec<Value>>>>,
    /// By the policy's id and its version's first day.
    policies: Mutex<Policies>,
}

type Policies = HashMap<(String, Day), Option<Arc<policy::Lasting>>>;

/// Answers by table and text of a rule; rules of one text may still differ, by what their names stand for.
type Kept<T> = HashMap<(usize, String), Vec<(Rule, Arc<T>)>>;

impl Lasting {
    /// What lasts of a policy's version; `None` where it reads more than what lasts and today.
    pub(crate) fn policy(
        &self,
        cx: &AsOf<'_>,
        policy: &Policy,
        version: &PolicyVersion,
    ) -> Option<Arc<policy::Lasting>> {
        let mut all = locked(&self.policies);
        let kept = all.entry((policy.id.clone(), version.from));
        let ask = || policy::Lasting::new(cx, policy, version).map(Arc::new);
        kept.or_insert_with(ask).clone()
    }
}

impl AsOf<'_> {
    /// What a rule says of rows of its own table.
    pub(crate) fn verdicts(&self, rule: &Rule, table: usize, rows: &[u32]) -> Vec<Option<bool>> {
        let run =
            |rule: &Rule, rows: &[u32]| rules::verdicts(rule, &self.world(), &self.frame(rows));
        let kept = self.lasting.as_deref().and_then(|kept| {
            found(&mut locked(&kept.verdicts), rule, table, || {
                let all = self.all_rows(table);
                let lasts = lasts(&rule.root, &self.programme.schema, &[]);
                lasts.then(|| Part::new(rule, &reads_today, &mut |rule| run(rule, &all)))
            })
        });
        if let Some(part) = kept.as_deref().and_then(Option::as_ref) {
            let found = part.said(&mask(rows, self.rows_in(table)), &run);
            return rows.iter().map(|row| found.get(*row as usize)).collect();
        }
        let found = run(rule, rows);
        (0..rows.len()).map(|lane| found.get(lane)).collect()
    }

    /// What a rule of any type says of rows of its own table.
    pub(crate) fn values<'r>(&self, rule: &Rule, table: usize, rows: &'r [u32]) -> Answers<'r> {
        let kept = self.lasting.as_deref().and_then(|kept| {
            found(&mut locked(&kept.values), rule, table, || {
                let lasts = lasts(&rule.root, &self.programme.schema, &[]);
                (lasts && !reads_today(&rule.root)).then(|| {
                    let rows = self.all_rows(table);
                    rules::values(rule, &self.world(), &self.frame(&rows))
                })
            })
        });
        match kept {
            Some(kept) if kept.is_some() => Answers::Kept(kept, rows),
            _ => Answers::Fresh(rules::values(rule, &self.world(), &self.frame(rows))),
        }
    }

    fn rows_in(&self, table: usize) -> usize {
        self.tables().tables.get(table).map_or(0, Table::rows)
    }

    /// Every version of a table.
    pub(crate) fn all_rows(&self, table: usize) -> Vec<u32> {
        (0..self.rows_in(table) as u32).collect()
    }

    /// A frame over rows of one table with the settings in scope.
    pub(crate) fn frame<'f>(&'f self, rows: &'f [u32]) -> Frame<'f> {
        Frame {
            len: rows.len(),
            own: Some(rows),
            names: self.settings(),
        }
    }
}

/// What a rule said of rows, one value for each.
pub(crate) enum Answers<'r> {
    /// Taken from those that last.
    Kept(Arc<Option<Vec<Value>>>, &'r [u32]),
    /// Just asked.
    Fresh(Vec<Value>),
}

impl Answers<'_> {
    /// How many.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Kept(_, rows) => rows.len(),
            Self::Fresh(values) => values.len(),
        }
    }

    /// The value of the row at a place among those asked.
    pub(crate) fn at(&self, place: usize) -> &Value {
        let found = match self {
            Self::Kept(kept, rows) => {
                let row = rows.get(place).map(|row| *row as usize);
                kept.as_ref().as_ref().and_then(|values| values.get(row?))
            }
            Self::Fresh(values) => values.get(place),
        };
        found.unwrap_or(&Value::Unknown(None))
    }

    /// All of them, in the order of the rows.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Value> {
        (0..self.len()).map(|place| self.at(place))
    }
}

/// These rows among `len`.
pub(crate) fn mask(rows: &[u32], len: usize) -> Bits {
    let mut mask = Bits::filled(len, false);
    rows.iter().for_each(|row| mask.set(*row as usize, true));
    mask
}

/// A panic elsewhere leaves the answers whole: each change of a map is one insertion.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn found<T>(
    kept: &mut Kept<T>,
    rule: &Rule,
    table: usize,
    ask: impl FnOnce() -> T,
) -> Option<Arc<T>> {
    let all = kept.entry((table, rule.text.clone())).or_default();
    if let Some((_, answers)) = all.iter().find(|(known, _)| known == rule) {
        return Some(Arc::clone(answers));
    }
    let answers = Arc::new(ask());
    all.push((rule.clone(), Arc::clone(&answers)));
    Some(answers)
}

/// Whether a node reads nothing that changes from day to day but today: its own row, settings, units, divisions,
/// and these names.
pub(crate) fn lasts(node: &Node, schema: &Schema, names: &[&str]) -> bool {
    let own = match &node.kind {
        Kind::Bound(_) => false,
        Kind::Name(name) => {
            name == "today" || name.starts_with("settings.") || names.contains(&name.as_str())
        }
        Kind::Field { of, table, .. } => {
            matches!(of.kind, Kind::Own) || *table < FIRST_REGISTER_TABLE
        }
        Kind::Call(Function::Under, arguments) => arguments.iter().all(|a| match &a.ty {
            Type::Reference(id) => schema.table(id).is_some_and(|t| t < FIRST_REGISTER_TABLE),
            _ => true,
        }),
        _ => true,
    };
    own && node
        .children()
        .into_iter()
        .all(|child| lasts(child, schema, names))
}

/// Whether a node's value moves with the day.
pub(crate) fn reads_today(node: &Node) -> bool {
    let own = match &node.kind {
        Kind::Name(name) => name == "today",
        Kind::Call(function, _) => {
            matches!(function, Function::InForce | Function::OverdueInterest)
        }
        _ => false,
    };
    own || node.children().into_iter().any(reads_today)
}

/// Whether a node reads a name.
pub(crate) fn reads(node: &Node, wanted: &str) -> bool {
    matches!(&node.kind, Kind::Name(name) if name == wanted)
        || node
            .children()
            .into_iter()
            .any(|child| reads(child, wanted))
}
