//! Units (the reporting tree) and divisions (places), kept apart.

use rules::{Day, Value, Words};
use std::collections::BTreeMap;

/// An office or organisation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unit {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// A short name for tables.
    pub short: Words,
    /// Its levels: Pingtan is a city and a county.
    pub levels: Vec<String>,
    /// Record number of the unit it reports to.
    pub parent: Option<usize>,
    /// Record number of the division it lies in.
    pub division: Option<usize>,
    /// When it exists: closed intervals, `None` is open; never empty.
    pub exists: Vec<(Option<Day>, Option<Day>)>,
    /// A free word: `government`, `department`, `zone`, `bank` …
    pub kind: String,
    /// Telephone number; empty when not given.
    pub phone: String,
    /// Values of the declared columns, in their order ([`Value::Unknown`] or [`Value::Nothing`] for an empty cell).
    pub extra: Vec<Value>,
}

impl Unit {
    /// Whether the unit exists on a day.
    pub fn exists_on(&self, day: Day) -> bool {
        self.exists
            .iter()
            .any(|(from, until)| from.is_none_or(|f| f <= day) && until.is_none_or(|u| day <= u))
    }
}

/// A declared further column of `units.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitField {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Words,
}

/// A place of GB/T 2260.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// Its code.
    pub code: String,
    /// Its Chinese name.
    pub name: String,
    /// `province`, `prefecture`, `county`, `township`.
    pub level: String,
    /// Record number of the division above.
    pub parent: Option<usize>,
    /// Record number of the unit that governs it; `None` where nobody of the programme does.
    pub unit: Option<usize>,
}

/// A closed line of longitudes and latitudes, in degrees.
pub type Ring = Vec<(f64, f64)>;

/// Shapes of places, for maps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outlines {
    /// Where they come from; stands under every map.
    pub source: Words,
    /// By division code.
    pub areas: BTreeMap<String, Vec<Ring>>,
}
