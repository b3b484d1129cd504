//! The rows of one register's sheets, typed cell by cell.

use super::column::column;
use super::version::Versions;
use super::{ALWAYS, Sheet};
use crate::cell::{CellFault, Ids, Parsed, parse};
use rules::{Day, Field, Moment, Table, TableSchema, Words};
use std::collections::HashMap;

/// Columns of a sheet that are no field.
const META: [&str; 3] = ["id", "recorded_at", "superseded_at"];

/// What the sheets of one register have given so far.
pub(super) struct Rows<'r> {
    register: &'r str,
    fields: Vec<&'r Field>,
    ids: &'r Ids,
    /// Per field, per row.
    cells: Vec<Vec<Option<Parsed>>>,
    /// Per row: its record.
    record: Vec<u32>,
    recorded: Vec<Option<Moment>>,
    superseded: Vec<Option<Moment>>,
}

impl<'r> Rows<'r> {
    pub(super) fn new(schema: &'r TableSchema, ids: &'r Ids) -> Self {
        let fields = schema.fields.iter().filter(|f| f.formula.is_none());
        let fields: Vec<&Field> = fields.collect();
        Self {
            register: &schema.id,
            cells: vec![Vec::new(); fields.len()],
            fields,
            ids,
            record: Vec::new(),
            recorded: Vec::new(),
            superseded: Vec::new(),
        }
    }

    /// Adds every row that has an id.
    pub(super) fn add(&mut self, sheet: &Sheet, faults: &mut Vec<CellFault>) {
        let heads = self.heads(sheet, faults);
        let own = self.ids.get(self.register);
        let meta = META.map(|head| sheet.column(head));
        for (line, row) in &sheet.rows {
            let [id, recorded, superseded] = meta.map(|head| cell(row, head));
            let Some(record) = id.and_then(|id| own?.get(id)) else {
                let words = Words::new("每一行都要有编号", "every row needs an id");
                faults.push(self.fault(*line, "id", words));
                continue;
            };
            self.record.push(*record);
            for (at, head) in heads.iter().enumerate() {
                let parsed = self.parsed(at, cell(row, *head), *line, faults);
                if let Some(column) = self.cells.get_mut(at) {
                    column.push(parsed);
                }
            }
            let recorded = self.moment("recorded_at", recorded, *line, faults);
            let superseded = self.moment("superseded_at", superseded, *line, faults);
            self.recorded.push(recorded);
            self.superseded.push(superseded);
        }
    }

    /// For each field the column of the sheet that holds it; a head that is no field is a fault.
    fn heads(&self, sheet: &Sheet, faults: &mut Vec<CellFault>) -> Vec<Option<usize>> {
        for head in &sheet.header {
            if !META.contains(&head.as_str()) && !self.fields.iter().any(|f| &f.id == head) {
                let words = Words::new(
                    format!("台账 {} 没有字段“{head}”", self.register),
                    format!("register {} has no field “{head}”", self.register),
                );
                faults.push(self.fault(1, head, words));
            }
        }
        self.fields.iter().map(|f| sheet.column(&f.id)).collect()
    }

    fn parsed(
        &self,
        field: usize,
        text: Option<&str>,
        line: usize,
        faults: &mut Vec<CellFault>,
    ) -> Option<Parsed> {
        let field = self.fields.get(field)?;
        match parse(text?, &field.ty, self.ids) {
            Ok(parsed) => Some(parsed),
            Err(words) => {
                faults.push(self.fault(line, &field.id, words));
                None
            }
        }
    }

    fn moment(
        &self,
        head: &str,
        text: Option<&str>,
        line: usize,
        faults: &mut Vec<CellFault>,
    ) -> Option<Moment> {
        let text = text?;
        let moment = Moment::parse(text);
        if moment.is_none() {
            let words = Words::new(
                format!("“{text}”不是时间，要写成 2023-09-26 或 2023-09-26T08:30"),
                format!("“{text}” is no time; write 2023-09-26 or 2023-09-26T08:30"),
            );
            faults.push(self.fault(line, head, words));
        }
        moment
    }

    /// The register's table. A row that does not say when it was recorded was so on its own `date`.
    pub(super) fn finish(mut self, date: Option<&str>) -> Versions {
        let date = date.and_then(|d| self.position(d));
        let own_day = |row: usize| match date.and_then(|d| self.cells.get(d)?.get(row)?.as_ref()) {
            Some(Parsed::Int(day)) => Day(*day as i32).start(),
            _ => ALWAYS,
        };
        let said = self.recorded.iter().enumerate();
        let recorded = said
            .map(|(row, at)| at.unwrap_or_else(|| own_day(row)))
            .collect();
        let ids = in_order(self.ids.get(self.register));
        let table = Table {
            ids,
            record: std::mem::take(&mut self.record),
            ..Table::default()
        };
        let mut versions = Versions::new(table, recorded, &self.superseded);
        self.fill_recorded_on(&versions);
        let columns = self.fields.iter().zip(self.cells);
        versions.table.columns = columns.map(|(f, cells)| column(f, cells)).collect();
        versions
    }

    /// `recorded_on`, which no sheet need say.
    fn fill_recorded_on(&mut self, versions: &Versions) {
        let at = self.position("recorded_on");
        let Some(column) = at.and_then(|at| self.cells.get_mut(at)) else {
            return;
        };
        let day = |record: &u32| {
            let first = versions.first.get(*record as usize);
            first
                .filter(|at| **at != ALWAYS)
                .map(|at| Parsed::Int(at.day().0.into()))
        };
        *column = versions.table.record.iter().map(day).collect();
    }

    fn position(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.id == field)
    }

    fn fault(&self, line: usize, field: &str, message: Words) -> CellFault {
        CellFault {
            register: self.register.into(),
            line,
            field: field.into(),
            message,
        }
    }
}

/// A cell's text; `None` where it is empty.
fn cell(row: &[String], at: Option<usize>) -> Option<&str> {
    let text = row.get(at?)?.trim();
    (!text.is_empty()).then_some(text)
}

/// Ids in the order of their numbers.
fn in_order(ids: Option<&HashMap<Box<str>, u32>>) -> Vec<Box<str>> {
    let mut pairs: Vec<(u32, &Box<str>)> =
        ids.into_iter().flatten().map(|(id, n)| (*n, id)).collect();
    pairs.sort_unstable();
    pairs.into_iter().map(|(_, id)| id.clone()).collect()
}
