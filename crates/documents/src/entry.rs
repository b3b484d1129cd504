//! One value as a person types it into a form, read as a sheet's cell is read.

use crate::ask::Ask;
use crate::grid::Raw;
use crate::value::{AllPlaces, Reading, Scale, Slot, Taken};
use programme::model::RegisterField;
use programme::record::Cell;
use rules::Words;

/// Reads what is typed.
pub struct Entry<'a> {
    reading: Reading<'a>,
}

/// What a text gives: the value, `None` where there is none; and what a person should look at.
pub type Entered = (Option<Cell>, Vec<Words>);

impl<'a> Entry<'a> {
    /// For the register, and with the knowledge, of an ask.
    pub fn new(ask: &'a Ask<'a>) -> Self {
        Self {
            reading: Reading {
                ask,
                places: AllPlaces::new(ask.programme),
                from_1904: false,
            },
        }
    }

    /// What a text means in a field.
    ///
    /// # Errors
    /// Why it means nothing there, and what to write instead.
    pub fn read(&self, field: &RegisterField, text: &str) -> Result<Entered, Words> {
        let slot = Slot::new(field, Scale::default());
        let mut warnings = Vec::new();
        let raw = Raw::Text(text.into());
        let taken = self.reading.take(&raw, &slot, &mut warnings);
        let cell = match taken.map_err(|wrong| wrong.words())? {
            Taken::Cell(cell) => Some(cell),
            Taken::Nothing | Taken::Clear => None,
        };
        Ok((cell, warnings.into_iter().map(|w| w.words()).collect()))
    }

    /// A unit's or a division's name as [`Entry::read`] takes it back.
    pub fn place(&self, id: &str, unit: bool, zh: bool) -> Option<String> {
        let places = &self.reading.places;
        let places = if unit {
            places.units()
        } else {
            places.divisions()
        };
        places.label(id, zh)
    }
}
