//! Facts from sheets of text.

use super::Facts;
use super::place::places;
use super::rows::Rows;
use crate::cell::{CellFault, Ids};
use programme::Programme;
use programme::model::FIRST_REGISTER_TABLE;
use rules::{TableSchema, Words};
use std::collections::HashMap;

/// One sheet of evidence as text.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// Register id.
    pub register: String,
    /// Column heads: `id`, field ids, `recorded_at`, `superseded_at`.
    pub header: Vec<String>,
    /// Cells by row, with the line each row stands on.
    pub rows: Vec<(usize, Vec<String>)>,
}

/// Collects sheets, then types them all at once so that references find their records.
#[derive(Debug)]
pub struct FactsBuilder<'a> {
    programme: &'a Programme,
    sheets: Vec<Sheet>,
}

impl<'a> FactsBuilder<'a> {
    /// A builder for a programme's registers.
    pub fn new(programme: &'a Programme) -> Self {
        Self {
            programme,
            sheets: Vec::new(),
        }
    }

    /// Adds a sheet; several of one register follow one another.
    pub fn add(&mut self, sheet: Sheet) {
        self.sheets.push(sheet);
    }

    /// Types every cell.
    ///
    /// # Errors
    /// Every cell that cannot be read, every unknown column and register, in order.
    pub fn build(self) -> Result<Facts, Vec<CellFault>> {
        let mut faults = self.strangers();
        let ids = self.ids();
        let mut facts = Facts::default();
        places(self.programme).for_each(|versions| facts.push(versions));
        for (schema, register) in self.registers().zip(&self.programme.registers) {
            let mut rows = Rows::new(schema, &ids);
            for sheet in self.sheets.iter().filter(|s| s.register == schema.id) {
                rows.add(sheet, &mut faults);
            }
            facts.push(rows.finish(register.date.as_deref()));
        }
        if faults.is_empty() {
            Ok(facts)
        } else {
            Err(faults)
        }
    }

    fn registers(&self) -> impl Iterator<Item = &'a TableSchema> {
        self.programme
            .schema
            .tables
            .iter()
            .skip(FIRST_REGISTER_TABLE)
    }

    /// Record numbers of every table, so that a reference may stand before its record.
    fn ids(&self) -> Ids {
        let units = self.programme.units.iter().map(|u| u.id.as_str());
        let divisions = self.programme.divisions.iter().map(|d| d.code.as_str());
        let mut ids = Ids::from([
            ("unit".into(), number(units)),
            ("division".into(), number(divisions)),
        ]);
        for schema in self.registers() {
            let sheets = self.sheets.iter().filter(|s| s.register == schema.id);
            ids.insert(schema.id.clone(), number(sheets.flat_map(Sheet::ids)));
        }
        ids
    }

    /// Sheets that belong to no register.
    fn strangers(&self) -> Vec<CellFault> {
        let known = |s: &&Sheet| !self.registers().any(|t| t.id == s.register);
        let sheets = self.sheets.iter().filter(known);
        let fault = |sheet: &Sheet| CellFault {
            register: sheet.register.clone(),
            line: 1,
            field: String::new(),
            message: Words::new(
                format!("没有名为 {} 的台账，文件名要与台账编号相同", sheet.register),
                format!(
                    "there is no register {}; name the file after a register",
                    sheet.register
                ),
            ),
        };
        sheets.map(fault).collect()
    }
}

impl Sheet {
    /// The column under a head.
    pub(super) fn column(&self, head: &str) -> Option<usize> {
        self.header.iter().position(|h| h == head)
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        let at = self.column("id");
        self.rows
            .iter()
            .filter_map(move |(_, cells)| cells.get(at?))
            .map(|id| id.trim())
    }
}

fn number<'t>(ids: impl Iterator<Item = &'t str>) -> HashMap<Box<str>, u32> {
    let mut numbers = HashMap::new();
    for id in ids.filter(|id| !id.is_empty()) {
        let next = numbers.len() as u32;
        numbers.entry(Box::from(id)).or_insert(next);
    }
    numbers
}
