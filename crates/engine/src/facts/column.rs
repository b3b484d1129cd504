//! Typed columns from parsed cells.

use crate::cell::Parsed;
use rules::{Bits, Cells, Column, Field, NO_ROW, Type};
use std::collections::HashMap;

/// A typed column from parsed cells.
pub(super) fn column(field: &Field, cells: Vec<Option<Parsed>>) -> Column {
    Column {
        present: cells.iter().map(Option::is_some).collect(),
        cells: pack(&field.ty, cells),
    }
}

fn pack(ty: &Type, cells: Vec<Option<Parsed>>) -> Cells {
    match ty {
        Type::Bool => Cells::Bool(
            cells
                .into_iter()
                .map(|c| c == Some(Parsed::Bool(true)))
                .collect::<Bits>(),
        ),
        Type::Double => Cells::Double(
            cells
                .into_iter()
                .map(|c| {
                    if let Some(Parsed::Double(n)) = c {
                        n
                    } else {
                        0.0
                    }
                })
                .collect(),
        ),
        Type::Int | Type::Money | Type::Date | Type::Time | Type::Duration => Cells::Int(
            cells
                .into_iter()
                .map(|c| if let Some(Parsed::Int(n)) = c { n } else { 0 })
                .collect(),
        ),
        Type::Reference(_) => Cells::Record(
            cells
                .into_iter()
                .map(|c| {
                    if let Some(Parsed::Record(n)) = c {
                        n
                    } else {
                        NO_ROW
                    }
                })
                .collect(),
        ),
        Type::Text | Type::Choice(_) | Type::Industry | Type::Period | Type::File => symbols(cells),
        Type::List(of) => {
            let mut ends = Vec::with_capacity(cells.len());
            let mut items = Vec::new();
            for cell in cells {
                if let Some(Parsed::List(list)) = cell {
                    items.extend(list.into_iter().map(Some));
                }
                ends.push(items.len() as u32);
            }
            Cells::List {
                ends,
                items: Box::new(pack(of, items)),
            }
        }
    }
}

fn symbols(cells: Vec<Option<Parsed>>) -> Cells {
    let mut numbers: HashMap<Box<str>, u32> = HashMap::new();
    let mut dictionary: Vec<Box<str>> = Vec::new();
    let codes = cells.into_iter().map(|cell| {
        let Some(Parsed::Text(text)) = cell else {
            return 0;
        };
        *numbers.entry(text.clone()).or_insert_with(|| {
            dictionary.push(text);
            dictionary.len() as u32 - 1
        })
    });
    let codes = codes.collect();
    Cells::Symbol { codes, dictionary }
}
