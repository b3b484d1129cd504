//! Excuses: recorded human decisions that a duty does not apply.

use crate::moment::AsOf;
use rules::{Cells, Column, NO_ROW};
use std::collections::HashMap;

/// Excuses by measure.
#[derive(Clone, Debug, Default)]
pub(crate) struct Excuses(HashMap<String, OfMeasure>);

/// By bearer id: the period excused (`""` for every period) and the row.
pub(crate) type OfMeasure = HashMap<String, Vec<(String, u32)>>;

impl Excuses {
    /// All that are known at the moment.
    pub(crate) fn new(cx: &AsOf<'_>) -> Self {
        let mut all = Self::default();
        let Some((at, _)) = cx.programme.register("excuse") else {
            return all;
        };
        for (_, row) in cx.current(at) {
            let text = |field: &str| cell_text(cx, at, field, row).unwrap_or_default().to_owned();
            let decided = cell_day(cx, at, "decided_on", row);
            if decided.is_some_and(|d| d <= cx.at) {
                let of_measure = all.0.entry(text("measure")).or_default();
                let rows = of_measure.entry(text("bearer")).or_default();
                rows.push((text("period"), row));
            }
        }
        all
    }

    /// Those of one measure.
    pub(crate) fn of(&self, measure: &str) -> Option<&OfMeasure> {
        self.0.get(measure)
    }
}

/// The row that excuses a bearer's duty for a period.
pub(crate) fn excuse(of: &OfMeasure, bearer: &str, period: &str) -> Option<u32> {
    let rows = of.get(bearer)?;
    rows.iter()
        .find(|(p, _)| p.is_empty() || p == period)
        .map(|(_, row)| *row)
}

pub(crate) fn cell_column<'c>(cx: &'c AsOf<'_>, table: usize, field: &str) -> Option<&'c Column> {
    let schema = cx.programme.schema.tables.get(table)?;
    let at = schema
        .fields
        .iter()
        .filter(|f| f.formula.is_none())
        .position(|f| f.id == field)?;
    cx.tables().tables.get(table)?.columns.get(at)
}

/// The text in a cell; `None` where it is empty.
pub(crate) fn cell_text<'c>(
    cx: &'c AsOf<'_>,
    table: usize,
    field: &str,
    row: u32,
) -> Option<&'c str> {
    column_text(cell_column(cx, table, field)?, row)
}

/// The day in a cell; `None` where it is empty.
pub(crate) fn cell_day(cx: &AsOf<'_>, table: usize, field: &str, row: u32) -> Option<rules::Day> {
    column_day(cell_column(cx, table, field)?, row)
}

/// The text in a row of a column; `None` where it is empty.
pub(crate) fn column_text(column: &Column, row: u32) -> Option<&str> {
    if row == NO_ROW || !column.present.get(row as usize) {
        return None;
    }
    let Cells::Symbol { codes, dictionary } = &column.cells else {
        return None;
    };
    let code = *codes.get(row as usize)?;
    dictionary.get(code as usize).map(|text| &**text)
}

/// The day in a row of a column; `None` where it is empty.
pub(crate) fn column_day(column: &Column, row: u32) -> Option<rules::Day> {
    if row == NO_ROW || !column.present.get(row as usize) {
        return None;
    }
    match &column.cells {
        Cells::Int(days) => days.get(row as usize).map(|day| rules::Day(*day as i32)),
        _ => None,
    }
}
