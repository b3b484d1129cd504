//! The journal read backwards, the newest entry first, by what its columns say.

use crate::error::Result;
use crate::lines::entries;
use crate::store::Store;
use crate::value::Value;
use journal::Opened;
use rules::Moment;

/// Which entries are looked for; what is `None` or empty does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Browse {
    /// Only entries that arrived before this one.
    pub before: Option<i64>,
    /// Who did it: an account.
    pub actor: Option<String>,
    /// The register, by all names that it ever had.
    pub registers: Vec<String>,
    /// The record's id.
    pub record: Option<String>,
    /// What was done, as [`programme::record::Act::word`] says it; `move` for every move, `account` for
    /// every change of an account.
    pub act: Option<String>,
    /// Made at this moment or later.
    pub from: Option<Moment>,
    /// Made before this moment.
    pub until: Option<Moment>,
    /// At most so many.
    pub limit: usize,
}

impl Store {
    /// The newest entries of those that are looked for, each with what of it was erased.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn browse(&self, asked: &Browse) -> Result<Vec<Opened>> {
        let mut chosen = Chosen::default();
        chosen.test("j.arrival <", asked.before);
        chosen.test("j.actor =", asked.actor.as_deref());
        chosen.test("j.record =", asked.record.as_deref());
        chosen.test("j.at >=", asked.from.map(|at| at.0));
        chosen.test("j.at <", asked.until.map(|at| at.0));
        match asked.act.as_deref() {
            Some("move") => chosen.tests.push("j.act like 'move:%'".to_owned()),
            Some("account") => chosen.tests.push("j.act like 'account:%'".to_owned()),
            act => chosen.test("j.act =", act),
        }
        if !asked.registers.is_empty() {
            let names = asked.registers.iter();
            let marks: Vec<String> = names.map(|name| chosen.mark(name.as_str())).collect();
            let among = format!("j.register in ({})", marks.join(", "));
            chosen.tests.push(among);
        }
        let tests = match chosen.tests.is_empty() {
            true => String::new(),
            false => format!("where {} ", chosen.tests.join(" and ")),
        };
        let limit = i64::try_from(asked.limit).unwrap_or(i64::MAX);
        let limit = chosen.mark(limit);
        let text = format!("{tests}order by j.arrival desc limit {limit}");
        let mut tx = self.db.read().await?;
        entries(&mut tx, &text, &chosen.values).await
    }
}

/// Conditions with their values.
#[derive(Default)]
struct Chosen {
    tests: Vec<String>,
    values: Vec<Value>,
}

impl Chosen {
    fn test(&mut self, test: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            let mark = self.mark(value);
            self.tests.push(format!("{test} {mark}"));
        }
    }

    fn mark(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }
}
