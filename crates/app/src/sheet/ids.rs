//! The ids of new records that no pattern numbers: what the sheet says, else the business key, else the content.

use programme::model::{FieldKind, Register};
use programme::record::{Cell, Cells};
use rules::{Day, Moment};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Hex digits of an id that comes from the content.
const DIGITS: usize = 20;

/// Gives ids to the rows of one file. The same file gives the same ids, so that a row without a key is not doubled
/// when it comes again.
#[derive(Default)]
pub(super) struct Ids {
    /// How often each content came.
    seen: HashMap<[u8; 32], u32>,
}

impl Ids {
    /// The id of a new record; `None` where the register numbers its records.
    pub(super) fn of(
        &mut self,
        register: &Register,
        row: &documents::Row,
        cells: &Cells,
    ) -> Option<Box<str>> {
        if register.number.is_some() {
            return None;
        }
        let key = || key(register, cells);
        let id = row.id.clone().or_else(key);
        Some(id.unwrap_or_else(|| self.of_content(cells)))
    }

    fn of_content(&mut self, cells: &Cells) -> Box<str> {
        let content: [u8; 32] = Sha256::digest(format!("{cells:?}")).into();
        let nth = self.seen.entry(content).or_default();
        *nth += 1;
        // Two equal rows of one file are two records.
        let digest = Sha256::digest([&content[..], &nth.to_le_bytes()].concat());
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        hex.chars().take(DIGITS).collect::<String>().into()
    }
}

/// The business key as text; `None` where the register has none, or a part of it is empty or of several values.
fn key(register: &Register, cells: &Cells) -> Option<Box<str>> {
    let fields = register.fields.iter().filter(|field| field.key);
    let parts = fields.map(|field| {
        let (_, cell) = cells.iter().find(|(id, _)| *id == field.id)?;
        Some(match (cell.as_ref()?, field.kind) {
            (Cell::Text(text), _) => text.to_string(),
            (Cell::Int(n), FieldKind::Date) => Day(i32::try_from(*n).ok()?).to_string(),
            (Cell::Int(n), FieldKind::Time) => Moment(*n).exact(),
            (Cell::Int(n), _) => n.to_string(),
            _ => return None,
        })
    });
    let parts: Vec<String> = parts.collect::<Option<_>>()?;
    (!parts.is_empty()).then(|| parts.join("-").into())
}
