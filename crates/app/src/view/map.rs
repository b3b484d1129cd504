//! A register by place.

use super::{Choice, Frame, Text, UnitLink};
use std::sync::Arc;

/// `/registers/{id}/map`.
#[derive(Clone, Debug, PartialEq)]
pub struct MapPage {
    /// What surrounds the page.
    pub frame: Arc<Frame>,
    /// The register: id and name.
    pub register: (String, Text),
    /// The field by which its records are placed: id and name.
    pub field: (String, Text),
    /// Levels that can be shown.
    pub levels: Vec<Choice>,
    /// The level that is shown.
    pub level: String,
    /// The places of that level.
    pub places: Vec<Place>,
    /// How many records there are.
    pub all: usize,
    /// How many of them are in none of the places.
    pub elsewhere: usize,
    /// The map's width and height.
    pub size: (f64, f64),
    /// Where the map comes from.
    pub source: Text,
}

/// A place with how many records are in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The unit.
    pub unit: UnitLink,
    /// Its short name.
    pub short: Text,
    /// Its shape as an SVG path; empty where the programme has none.
    pub path: String,
    /// Where its name stands on the map.
    pub middle: (f64, f64),
    /// How many records are in it.
    pub count: usize,
    /// How dark it is, from 0 for none to 4.
    pub shade: usize,
}
