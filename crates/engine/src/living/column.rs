//! Columns that grow and shrink at their end.

pub(super) use crate::cell::Parsed;

use rules::{Cells, Column, NO_ROW};
use rustc_hash::FxHashMap;

/// The numbers of a column's distinct texts; empty for columns of no texts.
pub(super) type Texts = FxHashMap<Box<str>, u32>;

/// The texts of cells by their numbers.
pub(super) fn texts(cells: &Cells) -> Texts {
    match cells {
        Cells::Symbol { dictionary, .. } => dictionary.iter().cloned().zip(0..).collect(),
        Cells::List { items, .. } => texts(items),
        _ => Texts::default(),
    }
}

/// Appends a cell.
pub(super) fn push(column: &mut Column, texts: &mut Texts, cell: Option<Parsed>) {
    column.present.push(cell.is_some());
    push_cell(&mut column.cells, texts, cell);
}

fn push_cell(cells: &mut Cells, texts: &mut Texts, cell: Option<Parsed>) {
    match (cells, cell) {
        (Cells::Bool(bits), cell) => bits.push(cell == Some(Parsed::Bool(true))),
        (Cells::Int(all), Some(Parsed::Int(n))) => all.push(n),
        (Cells::Int(all), _) => all.push(0),
        (Cells::Double(all), Some(Parsed::Double(n))) => all.push(n),
        (Cells::Double(all), _) => all.push(0.0),
        (Cells::Record(all), Some(Parsed::Record(n))) => all.push(n),
        (Cells::Record(all), _) => all.push(NO_ROW),
        (Cells::Symbol { codes, dictionary }, Some(Parsed::Text(text))) => {
            let number = match texts.get(&text) {
                Some(number) => *number,
                None => {
                    let number = dictionary.len() as u32;
                    dictionary.push(text.clone());
                    texts.insert(text, number);
                    number
                }
            };
            codes.push(number);
        }
        (Cells::Symbol { codes, .. }, _) => codes.push(0),
        (Cells::List { ends, items }, cell) => {
            if let Some(Parsed::List(list)) = cell {
                for item in list {
                    push_cell(items, texts, Some(item));
                }
            }
            ends.push(len(items) as u32);
        }
    }
}

/// How many cells.
fn len(cells: &Cells) -> usize {
    match cells {
        Cells::Bool(bits) => bits.len(),
        Cells::Int(all) => all.len(),
        Cells::Double(all) => all.len(),
        Cells::Symbol { codes, .. } => codes.len(),
        Cells::Record(all) => all.len(),
        Cells::List { ends, .. } => ends.len(),
    }
}

/// Appends the cell of a row once more.
pub(super) fn repeat(column: &mut Column, row: usize) {
    column.present.push(column.present.get(row));
    repeat_cell(&mut column.cells, row);
}

fn repeat_cell(cells: &mut Cells, row: usize) {
    match cells {
        Cells::Bool(bits) => bits.push(bits.get(row)),
        Cells::Int(all) => all.push(all.get(row).copied().unwrap_or_default()),
        Cells::Double(all) => all.push(all.get(row).copied().unwrap_or_default()),
        Cells::Symbol { codes, .. } => codes.push(codes.get(row).copied().unwrap_or_default()),
        Cells::Record(all) => all.push(all.get(row).copied().unwrap_or(NO_ROW)),
        Cells::List { ends, items } => {
            let end = |row: usize| ends.get(row).map_or(0, |end| *end as usize);
            let from = row.checked_sub(1).map_or(0, end);
            for item in from..end(row) {
                repeat_cell(items, item);
            }
            ends.push(len(items) as u32);
        }
    }
}

/// Removes the cells from a row on.
pub(super) fn cut(column: &mut Column, rows: usize) {
    column.present.truncate(rows);
    cut_cells(&mut column.cells, rows);
}

fn cut_cells(cells: &mut Cells, rows: usize) {
    match cells {
        Cells::Bool(bits) => bits.truncate(rows),
        Cells::Int(all) => all.truncate(rows),
        Cells::Double(all) => all.truncate(rows),
        Cells::Symbol { codes, .. } => codes.truncate(rows),
        Cells::Record(all) => all.truncate(rows),
        Cells::List { ends, items } => {
            ends.truncate(rows);
            cut_cells(items, ends.last().map_or(0, |end| *end as usize));
        }
    }
}

/// Empties the cell of a row, wherever it stands. The items of a list stay behind, out of reach of no rule: they are
/// overwritten with placeholders.
pub(super) fn clear(column: &mut Column, row: usize) {
    column.present.set(row, false);
    clear_cell(&mut column.cells, row);
}

fn clear_cell(cells: &mut Cells, row: usize) {
    match cells {
        Cells::Bool(bits) => bits.set(row, false),
        Cells::Int(all) => all.get_mut(row).into_iter().for_each(|n| *n = 0),
        Cells::Double(all) => all.get_mut(row).into_iter().for_each(|n| *n = 0.0),
        Cells::Symbol { codes, .. } => codes.get_mut(row).into_iter().for_each(|n| *n = 0),
        Cells::Record(all) => all.get_mut(row).into_iter().for_each(|n| *n = NO_ROW),
        Cells::List { ends, items } => {
            let end = |row: usize| ends.get(row).map_or(0, |end| *end as usize);
            let from = row.checked_sub(1).map_or(0, end);
            for item in from..end(row) {
                clear_cell(items, item);
            }
        }
    }
}
