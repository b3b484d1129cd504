//! Columns that grow and shrink at their end.

pub(super) use crate::cell::Parsed;

use super::numbers::Numbers;
use rules::{Cells, Column, NO_ROW};

/// The distinct texts of cells by their numbers; none for cells of no texts.
pub(super) fn texts(cells: &Cells) -> &[Box<str>] {
    match cells {
        Cells::Symbol { dictionary, .. } => dictionary,
        Cells::List { items, .. } => texts(items),
        _ => &[],
    }
}

/// Appends a cell.
pub(super) fn push(column: &mut Column, texts: &mut Numbers, cell: Option<Parsed>) {
    column.present.push(cell.is_some());
    push_cell(&mut column.cells, texts, cell);
}

fn push_cell(cells: &mut Cells, texts: &mut Numbers, cell: Option<Parsed>) {
    match (cells, cell) {
        (Cells::Bool(bits), cell) => bits.push(cell == Some(Parsed::Bool(true))),
        (Cells::Int(all), Some(Parsed::Int(n))) => all.push(n),
        (Cells::Int(all), _) => all.push(0),
        (Cells::Double(all), Some(Parsed::Double(n))) => all.push(n),
        (Cells::Double(all), _) => all.push(0.0),
        (Cells::Record(all), Some(Parsed::Record(n))) => all.push(n),
        (Cells::Record(all), _) => all.push(NO_ROW),
        (Cells::Symbol { codes, dictionary }, Some(Parsed::Text(text))) => {
            codes.push(number(texts, dictionary, text));
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

/// The number of a text, which is a new one where it was not there.
fn number(texts: &mut Numbers, dictionary: &mut Vec<Box<str>>, text: Box<str>) -> u32 {
    texts.get(&text, dictionary).unwrap_or_else(|| {
        texts.add(&text);
        dictionary.push(text);
        dictionary.len() as u32 - 1
    })
}

/// Whether cells are of the kind that a column holds.
pub(super) fn fits(own: &Cells, given: &Cells) -> bool {
    match (own, given) {
        (Cells::List { items: own, .. }, Cells::List { items: given, .. }) => fits(own, given),
        _ => std::mem::discriminant(own) == std::mem::discriminant(given),
    }
}

/// Appends cells that [`fits`]; the numbers of their texts are those of a dictionary of their own.
pub(super) fn extend(column: &mut Column, texts: &mut Numbers, given: Column) {
    let present = |row: usize| given.present.get(row);
    extend_cells(&mut column.cells, texts, given.cells, &present);
    column.present.append(&given.present);
}

fn extend_cells(
    own: &mut Cells,
    texts: &mut Numbers,
    given: Cells,
    present: &dyn Fn(usize) -> bool,
) {
    match (own, given) {
        (Cells::Bool(own), Cells::Bool(given)) => own.append(&given),
        (Cells::Int(own), Cells::Int(given)) => own.extend(given),
        (Cells::Double(own), Cells::Double(given)) => own.extend(given),
        (Cells::Record(own), Cells::Record(given)) => {
            let rows = given.into_iter().enumerate();
            own.extend(rows.map(|(row, n)| if present(row) { n } else { NO_ROW }));
        }
        (
            Cells::Symbol { codes, dictionary },
            Cells::Symbol {
                codes: given,
                dictionary: words,
            },
        ) => {
            words.iter().for_each(|word| texts.soon(word));
            let words = words.into_iter();
            let numbers: Vec<u32> = words.map(|word| number(texts, dictionary, word)).collect();
            let numbered = |(row, code): (usize, u32)| match present(row) {
                true => numbers.get(code as usize).copied().unwrap_or_default(),
                false => 0,
            };
            codes.extend(given.into_iter().enumerate().map(numbered));
        }
        (
            Cells::List { ends, items },
            Cells::List {
                ends: given,
                items: more,
            },
        ) => {
            let from = len(items) as u32;
            extend_cells(items, texts, *more, &|_| true);
            ends.extend(given.into_iter().map(|end| end + from));
        }
        // What does not fit is not given.
        _ => {}
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
