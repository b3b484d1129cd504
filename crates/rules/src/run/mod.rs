//! Running: a checked rule over columns, block by block, in three values.

use crate::{Bits, Calendar, Day, Rule, Schema, Tables, Value};
use std::collections::BTreeMap;

/// What one evaluation runs in: one today for all.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// The tables' fields, as the rule was checked against.
    pub schema: &'a Schema,
    /// The facts, in the order of the schema.
    pub tables: &'a Tables,
    /// The working calendar.
    pub calendar: &'a Calendar,
    /// The day of evaluation.
    pub today: Day,
}

/// The lanes of one run: what each reads by bare names and by each name in scope.
#[derive(Clone, Debug, Default)]
pub struct Frame<'a> {
    /// How many lanes.
    pub len: usize,
    /// Lane `i` reads row `own[i]` of the own table.
    pub own: Option<&'a [u32]>,
    /// The names in scope, a group's member by its full name: `bearer`, `held`, `settings.x`, `period.from`.
    /// A name that is missing here is unknown in every lane.
    pub names: BTreeMap<&'a str, Bound<'a>>,
}

/// What a name is bound to.
#[derive(Clone, Debug)]
pub enum Bound<'a> {
    /// A row of the record's table for each lane; [`crate::NO_ROW`] for a record that is not known.
    Rows(&'a [u32]),
    /// One value for all lanes.
    One(Value),
    /// A value for each lane.
    Each(&'a [Value]),
}

/// The verdict of every lane: a lane in neither set is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// Lanes where the rule holds.
    pub yes: Bits,
    /// Lanes where it does not hold.
    pub no: Bits,
}

/// Runs a rule whose value is a verdict. Nothing (a cell whose empty means none) counts as no.
pub fn verdicts(_rule: &Rule, _world: &World<'_>, frame: &Frame<'_>) -> Verdicts {
    Verdicts {
        yes: Bits::filled(frame.len, false),
        no: Bits::filled(frame.len, false),
    }
}

/// Runs a rule of any type: one value per lane; an error is an unknown with its reason.
pub fn values(_rule: &Rule, _world: &World<'_>, frame: &Frame<'_>) -> Vec<Value> {
    vec![Value::Unknown(None); frame.len]
}
