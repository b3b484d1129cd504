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
/// share it. Rows are versions, so facts that grew only add to it; facts that forgot something need a new one.
#[derive(Debug, Default)]
pub struct Lasting {
    verdicts: Mutex<Kept<Part>>,
    values: Mutex<Kept<Vec<Value>>>,
    /// By the policy's id and its version's first day.
    policies: Mutex<Policies>,
}

type Policies = HashMap<(String, Day), Option<Grown<policy::Laid>>>;

/// Answers by table and text of a rule, `None` where it does not last; rules of one text may still differ, by what
/// their names stand for.
type Kept<T> = HashMap<(usize, String), Vec<(Rule, Option<Grown<T>>)>>;

/// Answers for the first rows of a table.
#[derive(Debug)]
struct Grown<T> {
    rows: usize,
    said: Option<Arc<T>>,
}

impl<T> Default for Grown<T> {
    fn default() -> Self {
        let (rows, said) = (0, None);
        Self { rows, said }
    }
}

/// Answers that take in those for the rows that follow.
pub(crate) trait Append: Clone {
    /// Adds the answers for the next rows.
    fn append(&mut self, next: Self);
}

impl Append for Vec<Value> {
    fn append(&mut self, next: Self) {
        self.extend(next);
    }
}

impl<T: Append> Grown<T> {
    /// Takes in the answers for the rows that had none.
    fn take(&mut self, rows: usize, next: T) {
        match &mut self.said {
            None => self.said = Some(Arc::new(next)),
            // Copied only where somebody still reads the answers for fewer rows.
            Some(said) => Arc::make_mut(said).append(next),
        }
        self.rows = rows;
    }

    /// Whether rows of a table of so many have no answer yet.
    fn lacks(&self, rows: usize) -> bool {
        self.said.is_none() || self.rows < rows
    }
}

impl Lasting {
    /// What lasts of a policy's version; `None` where it reads more than what lasts and today.
    ///
    /// Whoever asks of one policy asks of the others of that day next, so those over the same register are worked out
    /// with it: their rules share most of their parts.
    pub(crate) fn policy(
        &self,
        cx: &AsOf<'_>,
        policy: &Policy,
        version: &PolicyVersion,
    ) -> Option<Arc<policy::Laid>> {
        let (table, _) = cx.programme.register(&policy.who)?;
        let rows = cx.rows_in(table);
        let key = |(policy, version): &(&Policy, &PolicyVersion)| (policy.id.clone(), version.from);
        let own = (policy, version);
        let others = cx
            .programme
            .policies
            .iter()
            .filter(|other| other.who == policy.who);
        let others = others.filter_map(|other| Some((other, policy::version(other, cx.at)?)));
        let mut asked: Vec<_> = others.filter(|other| key(other) != key(&own)).collect();
        asked.push(own);

        let mut all = locked(&self.policies);
        for one in &asked {
            let new = || policy::lasts(cx, one.1).then(Grown::default);
            all.entry(key(one)).or_insert_with(new);
        }
        let first = all.get(&key(&own))?.as_ref()?.rows;
        asked.retain(|one| {
            let grown = all.get(&key(one)).and_then(Option::as_ref);
            grown.is_some_and(|grown| grown.rows == first && grown.lacks(rows))
        });
        let versions: Vec<&PolicyVersion> = asked.iter().map(|(_, version)| *version).collect();
        let news: Vec<u32> = (first as u32..rows as u32).collect();
        for (one, laid) in asked.iter().zip(policy::lasting(cx, &versions, &news)) {
            let grown = all.get_mut(&key(one)).and_then(Option::as_mut);
            if let Some(grown) = grown {
                grown.take(rows, laid);
            }
        }
        all.get(&key(&own))?.as_ref()?.said.clone()
    }
}

impl AsOf<'_> {
    /// What a rule says of rows of its own table.
    pub(crate) fn verdicts(&self, rule: &Rule, table: usize, rows: &[u32]) -> Vec<Option<bool>> {
        let run =
            |rule: &Rule, rows: &[u32]| rules::verdicts(rule, &self.world(), &self.frame(rows));
        let all = self.rows_in(table);
        let kept = self.lasting.as_deref().and_then(|kept| {
            let lasts = || lasts(&rule.root, &self.programme.schema, &[]);
            grown(
                &mut locked(&kept.verdicts),
                (rule, table, all),
                lasts,
                |news| Part::new(rule, &reads_today, &mut |rule| run(rule, news)),
            )
        });
        if let Some(part) = kept {
            let found = part.said(&mask(rows, all), &run);
            return rows.iter().map(|row| found.get(*row as usize)).collect();
        }
        let found = run(rule, rows);
        (0..rows.len()).map(|lane| found.get(lane)).collect()
    }

    /// What a rule of any type says of rows of its own table.
    pub(crate) fn values<'r>(&self, rule: &Rule, table: usize, rows: &'r [u32]) -> Answers<'r> {
        let run = |rows: &[u32]| rules::values(rule, &self.world(), &self.frame(rows));
        let kept = self.lasting.as_deref().and_then(|kept| {
            let lasts =
                || lasts(&rule.root, &self.programme.schema, &[]) && !reads_today(&rule.root);
            let all = self.rows_in(table);
            grown(&mut locked(&kept.values), (rule, table, all), lasts, run)
        });
        match kept {
            Some(kept) => Answers::Kept(kept, rows),
            None => Answers::Fresh(run(rows)),
        }
    }

    fn rows_in(&self, table: usize) -> usize {
        self.tables().tables.get(table).map_or(0, Table::rows)
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
    Kept(Arc<Vec<Value>>, &'r [u32]),
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
                row.and_then(|row| kept.get(row))
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

/// What a rule says of every row of a table of so many, asked for those rows alone that came since; `None` for a rule
/// that does not last.
fn grown<T: Append>(
    kept: &mut Kept<T>,
    (rule, table, rows): (&Rule, usize, usize),
    lasts: impl FnOnce() -> bool,
    ask: impl FnOnce(&[u32]) -> T,
) -> Option<Arc<T>> {
    let all = kept.entry((table, rule.text.clone())).or_default();
    let place = all.iter().position(|(known, _)| known == rule);
    let place = place.unwrap_or_else(|| {
        all.push((rule.clone(), lasts().then(Grown::default)));
        all.len() - 1
    });
    let (_, grown) = all.get_mut(place)?;
    let grown = grown.as_mut()?;
    if grown.lacks(rows) {
        let news: Vec<u32> = (grown.rows as u32..rows as u32).collect();
        grown.take(rows, ask(&news));
    }
    grown.said.clone()
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
