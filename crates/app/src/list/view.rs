//! A register's records at one moment: now, or as known at the end of a day.

use super::scalar::Source;
use crate::access::{Deed, Sight};
use crate::{App, Viewer};
use engine::{AsOf, Living, Stamp};
use programme::model::Register;
use rules::{
    Bound, Day, Expected, Frame, Moment, NO_ROW, Rule, RuleFault, Type, Value, Verdicts, World,
};

/// The records of one register, as they are read.
pub(crate) struct View<'v> {
    pub(super) app: &'v App,
    pub(super) viewer: &'v Viewer,
    pub(super) register: &'v Register,
    pub(super) table: usize,
    pub(super) living: &'v Living,
    /// The facts of another day; `None` for now.
    then: Option<AsOf<'v>>,
    settings: Vec<(String, Value)>,
}

impl<'v> View<'v> {
    pub(crate) fn new(
        app: &'v App,
        viewer: &'v Viewer,
        living: &'v Living,
        (table, register): (usize, &'v Register),
        at: Option<Day>,
    ) -> Self {
        let programme = app.programme();
        let settings = programme.settings.iter();
        Self {
            app,
            viewer,
            register,
            table,
            living,
            then: at.map(|at| AsOf::new(programme, living.facts(), at)),
            settings: settings
                .map(|(id, s)| (format!("settings.{id}"), s.value.clone()))
                .collect(),
        }
    }

    fn tables(&self) -> &'v [rules::Table] {
        &self.living.facts().tables().tables
    }

    fn of(&self, table: usize) -> (&'v [u32], &'v [Box<str>]) {
        let table = self.tables().get(table);
        table.map_or((&[], &[]), |t| (&t.record, &t.ids))
    }

    /// The rows of all records that the viewer sees, in the order of their numbers.
    pub(crate) fn rows(&self) -> Vec<u32> {
        self.reached(Deed::Read, self.every())
    }

    /// Those of some rows that the viewer reaches with a deed.
    pub(crate) fn reached(&self, deed: Deed, rows: Vec<u32>) -> Vec<u32> {
        self.sight().kept(deed, &self.register.id, rows)
    }

    /// What the viewer's rights are asked with.
    pub(super) fn sight(&self) -> Sight<'_> {
        Sight::new(self.app.programme(), self.viewer, self.living, self.world())
    }

    /// Whether it shows the facts as they are now.
    pub(super) fn is_now(&self) -> bool {
        self.then.is_none()
    }

    /// How far the register has grown.
    pub(super) fn stamp(&self) -> Stamp {
        self.stamp_of(self.table)
    }

    /// How far a table has grown.
    pub(super) fn stamp_of(&self, table: usize) -> Stamp {
        self.living.stamp(table)
    }

    /// How many records the register has.
    pub(super) fn records(&self) -> usize {
        self.of(self.table).1.len()
    }

    /// Whether a row is its record's newest.
    pub(super) fn is_newest(&self, row: u32) -> bool {
        self.living.is_newest(self.table, row)
    }

    /// The rows of a row's record.
    pub(super) fn versions(&self, row: u32) -> &'v [u32] {
        let record = self.of(self.table).0.get(row as usize).copied();
        let rows = self.living.facts();
        rows.history(self.table, record.unwrap_or(NO_ROW), Moment(i64::MAX))
    }

    /// The newest rows of all records.
    pub(super) fn every(&self) -> Vec<u32> {
        match &self.then {
            Some(then) => then.current(self.table).map(|(_, row)| row).collect(),
            None => {
                let records = 0..self.of(self.table).1.len() as u32;
                records
                    .filter_map(|record| self.living.newest(self.table, record))
                    .collect()
            }
        }
    }

    /// The row of one record, where the viewer sees it.
    pub(super) fn row(&self, id: &str) -> Option<u32> {
        let record = self.living.record(self.table, id)?;
        let row = match &self.then {
            Some(then) => then.row(self.table, record),
            None => self.living.newest(self.table, record),
        };
        row.filter(|row| self.sight().has(Deed::Read, &self.register.id, *row))
    }

    /// The row that is a version of a record which the viewer sees now.
    pub(super) fn row_of(&self, id: &str, version: i64) -> Option<u32> {
        let newest = self.row(id)?;
        let back = usize::try_from(self.version(newest) - version).ok()?;
        let record = self.living.record(self.table, id)?;
        let rows = self.living.facts();
        let rows = rows.history(self.table, record, Moment(i64::MAX));
        rows.iter().rev().nth(back).copied()
    }

    /// The record of each row, and ids by record.
    pub(super) fn ids(&self) -> (&'v [u32], &'v [Box<str>]) {
        self.of(self.table)
    }

    /// The id of a row's record.
    pub(super) fn id(&self, row: u32) -> &'v str {
        let (record, ids) = self.ids();
        let record = record.get(row as usize).copied().unwrap_or(NO_ROW);
        ids.get(record as usize).map_or("", |id| id)
    }

    /// The version that a row is.
    pub(super) fn version(&self, row: u32) -> i64 {
        let record = self.of(self.table).0.get(row as usize).copied();
        let record = record.unwrap_or(NO_ROW);
        let newest = self.living.version(self.table, record);
        if self.living.newest(self.table, record) == Some(row) {
            return newest;
        }
        // Of superseded rows each is one version before the next.
        let rows = self
            .living
            .facts()
            .history(self.table, record, Moment(i64::MAX));
        let newer = rows.iter().rev().take_while(|other| **other != row).count();
        newest - i64::try_from(newer).unwrap_or(0)
    }

    fn world(&self) -> World<'_> {
        match &self.then {
            Some(then) => then.world(),
            None => self.living.world(self.app.programme(), self.app.today()),
        }
    }

    fn frame<'f>(&'f self, rows: &'f [u32]) -> Frame<'f> {
        let settings = self.settings.iter();
        Frame {
            len: rows.len(),
            own: Some(rows),
            names: settings
                .map(|(name, v)| (name.as_str(), Bound::One(v.clone())))
                .collect(),
        }
    }

    /// A rule's verdict on each of these rows.
    pub(super) fn verdicts(&self, rule: &Rule, rows: &[u32]) -> Verdicts {
        rules::verdicts(rule, &self.world(), &self.frame(rows))
    }

    /// What a rule gives on the newest rows; `None` where it cannot be read.
    pub(crate) fn values(&self, text: &str, expected: &Expected) -> Option<Vec<Value>> {
        let rule = self.rule(text, expected).ok()?;
        let rows = self.rows();
        Some(rules::values(&rule, &self.world(), &self.frame(&rows)))
    }

    /// Reads a rule over the register's fields.
    pub(super) fn rule(&self, text: &str, expected: &Expected) -> Result<Rule, Vec<RuleFault>> {
        engine::cases::check_rule(
            self.app.programme(),
            Some(&self.register.id),
            text,
            expected,
        )
    }

    /// Where a field is read on these rows; `None` where the register has no such field.
    pub(super) fn source(&self, field: &str, rows: &[u32]) -> Option<Source<'v>> {
        if field == "id" {
            let (record, ids) = self.of(self.table);
            return Some(Source::Id(record, ids));
        }
        let schema = self.app.programme().schema.tables.get(self.table)?;
        let declared = schema.fields.iter().find(|f| f.id == field)?;
        if declared.formula.is_some() {
            let rule = self.rule(field, &Expected::Any).ok()?;
            let values = rules::values(&rule, &self.world(), &self.frame(rows));
            return Some(Source::Worked(values));
        }
        let mut stored = schema.fields.iter().filter(|f| f.formula.is_none());
        let at = stored.position(|f| f.id == field)?;
        let column = self.tables().get(self.table)?.columns.get(at)?;
        let to = match &declared.ty {
            Type::List(of) => of,
            ty => ty,
        };
        let ids = match to {
            Type::Reference(to) => self.of(self.app.programme().schema.table(to)?).1,
            _ => &[],
        };
        Some(Source::Stored(column, ids))
    }

    /// The units that a field names in these rows, by their positions; `None` for an empty cell.
    pub(crate) fn units(&self, field: &str, rows: &[u32]) -> Vec<Option<usize>> {
        let source = self.source(field, rows);
        let unit = |row: &u32| source.as_ref().and_then(|source| source.record(*row));
        rows.iter().map(unit).collect()
    }
}
