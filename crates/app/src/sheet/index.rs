//! Which records have a value, or several together, as the facts are when a file is begun: where that is one text, by the
//! number that the facts know the text by.

use engine::Living;
use programme::Programme;
use programme::model::RegisterField;
use programme::record::Cell;
use rules::{Cells, Column, Type};
use std::collections::HashMap;
use std::fmt::Write;

/// No record.
const NONE: u32 = u32::MAX;

/// Records by what some of their fields hold.
pub(super) struct Index<'a> {
    table: usize,
    fields: Vec<Placed<'a>>,
    by: By,
}

/// A field with its column.
struct Placed<'a> {
    field: &'a RegisterField,
    at: usize,
    ty: &'a Type,
}

enum By {
    /// By the number of a text: the first record that has it, and the others.
    Text {
        first: Vec<u32>,
        others: HashMap<u32, Vec<u32>>,
    },
    /// By how the values are spelt together.
    Spelled(HashMap<String, Vec<u32>>),
}

impl<'a> Index<'a> {
    /// The present records that have all of these fields.
    pub(super) fn of(
        programme: &'a Programme,
        living: &Living,
        table: usize,
        fields: impl Iterator<Item = &'a RegisterField>,
    ) -> Self {
        let schema = programme.schema.tables.get(table);
        let stored = schema.into_iter().flat_map(|schema| &schema.fields);
        let stored: Vec<_> = stored.filter(|field| field.formula.is_none()).collect();
        let placed = |field: &'a RegisterField| {
            let at = stored.iter().position(|stored| stored.id == field.id)?;
            let ty = &stored.get(at)?.ty;
            Some(Placed { field, at, ty })
        };
        let fields: Vec<Placed<'_>> = fields.filter_map(placed).collect();
        let own = living.facts().tables().tables.get(table);
        let newest = (0..own.map_or(0, |own| own.ids.len() as u32))
            .filter_map(|record| Some((record, living.newest(table, record)?)));
        let column = |placed: &Placed<'_>| own?.columns.get(placed.at);
        let by = match fields.as_slice() {
            [] => By::Spelled(HashMap::new()),
            [one] => match column(one) {
                Some(Column {
                    present,
                    cells: Cells::Symbol { codes, dictionary },
                }) => {
                    let (mut first, mut others) = (vec![NONE; dictionary.len()], HashMap::new());
                    for (record, row) in newest.filter(|(_, row)| present.get(*row as usize)) {
                        let code = codes.get(row as usize).copied().unwrap_or_default();
                        match first.get_mut(code as usize) {
                            Some(first) if *first == NONE => *first = record,
                            _ => others.entry(code).or_insert_with(Vec::new).push(record),
                        }
                    }
                    By::Text { first, others }
                }
                _ => By::Spelled(spelled(programme, living, table, &fields, newest)),
            },
            fields => By::Spelled(spelled(programme, living, table, fields, newest)),
        };
        Self { table, fields, by }
    }

    /// The fields.
    pub(super) fn fields(&self) -> impl Iterator<Item = &'a RegisterField> {
        self.fields.iter().map(|placed| placed.field)
    }

    /// The records that have these values, in the order of the fields; `living` is of now, and may have grown.
    pub(super) fn find<'c>(
        &self,
        living: &Living,
        mut values: impl Iterator<Item = &'c Cell>,
    ) -> Vec<u32> {
        match (&self.by, self.fields.first()) {
            (By::Text { first, others }, Some(placed)) => {
                let Some(Cell::Text(text)) = values.next() else {
                    return Vec::new();
                };
                let Some(code) = living.text_number(self.table, placed.at, text) else {
                    return Vec::new();
                };
                let first = first.get(code as usize).filter(|first| **first != NONE);
                let others = first.and_then(|_| others.get(&code)).into_iter().flatten();
                first.into_iter().chain(others).copied().collect()
            }
            (By::Spelled(spelled), Some(_)) => {
                let mut key = String::new();
                values.for_each(|cell| spell(&mut key, cell));
                spelled.get(&key).cloned().unwrap_or_default()
            }
            (_, None) => Vec::new(),
        }
    }
}

fn spelled(
    programme: &Programme,
    living: &Living,
    table: usize,
    fields: &[Placed<'_>],
    newest: impl Iterator<Item = (u32, u32)>,
) -> HashMap<String, Vec<u32>> {
    let mut found: HashMap<String, Vec<u32>> = HashMap::new();
    for (record, row) in newest {
        let mut key = String::new();
        let filled = fields.iter().all(|placed| {
            let facts = living.facts();
            let cell = facts.cell(programme, (table, placed.at), placed.ty, row);
            cell.is_some_and(|cell| {
                spell(&mut key, &cell);
                true
            })
        });
        if filled {
            found.entry(key).or_default().push(record);
        }
    }
    found
}

/// Adds a cell as it is compared; no two cells are spelt alike, nor two rows of them.
pub(super) fn spell(out: &mut String, cell: &Cell) {
    match cell {
        Cell::Text(text) => {
            // The length says where it ends, whatever it holds.
            let _ = write!(out, "{}:", text.len());
            out.push_str(text);
        }
        cell => {
            let _ = write!(out, "{cell:?};");
        }
    }
}
