//! Answers that last: what a rule says of a version of a record without regard to the day, worked out once.

use crate::moment::AsOf;
use crate::policy::Verdict;
use programme::model::FIRST_REGISTER_TABLE;
use rules::{Bound, Day, Frame, Function, Kind, Node, Rule, Schema, Table, Type, Value, Verdicts};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What lasts of the answers over one programme's facts, filled as days ask. Several days, and several threads,
/// share it; facts that changed need a new one.
#[derive(Debug, Default)]
pub struct Lasting {
    verdicts: Mutex<Kept<Option<Verdicts>>>,
    values: Mutex<Kept<Option<Vec<Value>>>>,
    /// By the policy's id and its version's first day; by row of the policy's register.
    policies: Mutex<HashMap<(String, Day), Option<Arc<[Verdict]>>>>,
}

impl Lasting {
    /// What a policy's version says of every row; asked of `ask` once, `None` where it does not last.
    pub(crate) fn policy(
        &self,
        (policy, from): (&str, Day),
        ask: impl FnOnce() -> Option<Vec<Verdict>>,
    ) -> Option<Arc<[Verdict]>> {
        let mut all = self.policies.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.entry((policy.to_owned(), from));
        kept.or_insert_with(|| ask().map(Arc::from)).clone()
    }
}

/// Answers by table and text of a rule; rules of one text may still differ, by what their names stand for.
type Kept<T> = HashMap<(usize, String), Vec<(Rule, Arc<T>)>>;

impl AsOf<'_> {
    /// What a rule says of rows of its own table.
    pub(crate) fn verdicts(&self, rule: &Rule, table: usize, rows: &[u32]) -> Vec<Option<bool>> {
        let lasting = self.lasting.as_deref();
        let kept = lasting.and_then(|kept| {
            let mut all = kept.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
            found(&mut all, rule, table, || self.lasting_verdicts(rule, table))
        });
        let Some(kept) = kept.as_deref().and_then(Option::as_ref) else {
            return self.verdicts_today(rule, rows);
        };
        let mut said: Vec<_> = rows.iter().map(|row| one(kept, *row as usize)).collect();
        if reads_today(&rule.root) {
            // What is open without the day may be settled by it.
            let open = || said.iter().enumerate().filter(|(_, said)| said.is_none());
            let lanes: Vec<usize> = open().map(|(lane, _)| lane).collect();
            let asked: Vec<u32> = lanes
                .iter()
                .filter_map(|lane| rows.get(*lane).copied())
                .collect();
            for (lane, answer) in lanes.into_iter().zip(self.verdicts_today(rule, &asked)) {
                if let Some(said) = said.get_mut(lane) {
                    *said = answer;
                }
            }
        }
        said
    }

    /// What a rule of any type says of rows of its own table.
    pub(crate) fn values(&self, rule: &Rule, table: usize, rows: &[u32]) -> Vec<Value> {
        let lasting = self.lasting.as_deref();
        let kept = lasting.and_then(|kept| {
            let mut all = kept.values.lock().unwrap_or_else(PoisonError::into_inner);
            found(&mut all, rule, table, || self.lasting_values(rule, table))
        });
        let Some(kept) = kept.as_deref().and_then(Option::as_ref) else {
            return rules::values(rule, &self.world(), &self.frame(rows));
        };
        let value = |row: &u32| {
            kept.get(*row as usize)
                .cloned()
                .unwrap_or(Value::Unknown(None))
        };
        rows.iter().map(value).collect()
    }

    fn verdicts_today(&self, rule: &Rule, rows: &[u32]) -> Vec<Option<bool>> {
        if rows.is_empty() {
            return Vec::new();
        }
        let found = rules::verdicts(rule, &self.world(), &self.frame(rows));
        (0..rows.len()).map(|lane| one(&found, lane)).collect()
    }

    /// What holds of every version whatever the day; `None` for a rule that reads more than that.
    fn lasting_verdicts(&self, rule: &Rule, table: usize) -> Option<Verdicts> {
        let lasts = lasts(&rule.root, &self.programme.schema, &[]);
        let hidden = !reads_today(&rule.root) || !asks_known(&rule.root);
        (lasts && hidden).then(|| {
            let rows = self.all_rows(table);
            let mut frame = self.frame(&rows);
            frame
                .names
                .insert("today", Bound::One(Value::Unknown(None)));
            rules::verdicts(rule, &self.world(), &frame)
        })
    }

    fn lasting_values(&self, rule: &Rule, table: usize) -> Option<Vec<Value>> {
        let lasts = lasts(&rule.root, &self.programme.schema, &[]) && !reads_today(&rule.root);
        lasts.then(|| {
            let rows = self.all_rows(table);
            rules::values(rule, &self.world(), &self.frame(&rows))
        })
    }

    pub(crate) fn all_rows(&self, table: usize) -> Vec<u32> {
        let rows = self.tables().tables.get(table).map_or(0, Table::rows);
        (0..rows as u32).collect()
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

/// The verdict of one lane.
pub(crate) fn one(found: &Verdicts, lane: usize) -> Option<bool> {
    let no = || found.no.get(lane).then_some(false);
    found.yes.get(lane).then_some(true).or_else(no)
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
        Kind::Bound(_) | Kind::Call(Function::InForce | Function::OverdueInterest, _) => false,
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

pub(crate) fn reads_today(node: &Node) -> bool {
    matches!(&node.kind, Kind::Name(name) if name == "today")
        || node.children().into_iter().any(reads_today)
}

/// Whether a node asks what is known: that may end when the day comes in, while any other answer stays.
pub(crate) fn asks_known(node: &Node) -> bool {
    matches!(node.kind, Kind::Known(_)) || node.children().into_iter().any(asks_known)
}
