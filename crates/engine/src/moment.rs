//! One moment for a whole evaluation: the facts as they were known at the end of a day.

use crate::{Facts, Lasting};
use programme::Programme;
use rules::{Day, Moment, Tables, Value, World};
use std::sync::Arc;

/// The facts as of the end of a day.
#[derive(Clone, Debug)]
pub struct AsOf<'a> {
    /// The programme.
    pub programme: &'a Programme,
    /// All versions of all records.
    pub facts: &'a Facts,
    /// The day.
    pub at: Day,
    /// Per table, by record number: its row at this moment.
    current: Vec<Vec<u32>>,
    pub(crate) lasting: Option<Arc<Lasting>>,
    /// `settings.x` and its value, for every setting.
    pub(crate) setting_names: Vec<(String, Value)>,
}

impl<'a> AsOf<'a> {
    /// One day of many: what lasts from day to day is asked of `lasting`, which was made for these facts.
    pub fn among(
        programme: &'a Programme,
        facts: &'a Facts,
        at: Day,
        lasting: &Arc<Lasting>,
    ) -> Self {
        Self {
            lasting: Some(Arc::clone(lasting)),
            ..Self::new(programme, facts, at)
        }
    }

    /// The facts as known at the end of `at`.
    pub fn new(programme: &'a Programme, facts: &'a Facts, at: Day) -> Self {
        let settings = programme.settings.iter();
        let setting_names = settings
            .map(|(id, s)| (format!("settings.{id}"), s.value.clone()))
            .collect();
        Self {
            programme,
            facts,
            at,
            current: facts.current_at(at.end()),
            lasting: None,
            setting_names,
        }
    }

    /// What rules run in.
    pub fn world(&self) -> World<'_> {
        World {
            schema: &self.programme.schema,
            tables: self.facts.tables(),
            current: &self.current,
            calendar: &self.programme.calendar,
            today: self.at,
        }
    }

    /// The first moment after the day: what was recorded before it is known.
    pub fn until(&self) -> Moment {
        self.at.end()
    }

    /// Every setting by its full name.
    pub(crate) fn all_settings(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.setting_names
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// The tables with all versions.
    pub fn tables(&self) -> &'a Tables {
        self.facts.tables()
    }

    /// The row of a record at this moment; `None` where it does not exist yet, or any more.
    pub fn row(&self, table: usize, record: u32) -> Option<u32> {
        let row = *self.current.get(table)?.get(record as usize)?;
        (row != rules::NO_ROW).then_some(row)
    }

    /// The current rows of a table with their records, in the order of records.
    pub fn current(&self, table: usize) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..)
            .zip(self.current.get(table).into_iter().flatten())
            .filter(|(_, row)| **row != rules::NO_ROW)
            .map(|(record, row)| (record, *row))
    }

    /// The id of a record.
    pub fn id(&self, table: usize, record: u32) -> &str {
        let tables = &self.facts.tables().tables;
        tables
            .get(table)
            .and_then(|t| t.ids.get(record as usize))
            .map_or("", |id| id)
    }
}
