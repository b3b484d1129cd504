//! Present rows taken in as the database hands them over: in columns, each distinct text of a column looked for once.

use super::column::{extend, fits, push};
use super::{Living, Parsed, stored, table_of};
use crate::facts::{ALWAYS, NEVER};
use programme::Programme;
use rules::{Cells, Column, Moment, NO_ROW, Type, Words};

/// Current rows of a register, in columns, as the database hands them over.
#[derive(Debug)]
pub struct Rows<'r> {
    /// The register's id.
    pub register: &'r str,
    /// The fields of `columns`, in order.
    pub fields: &'r [String],
    /// Ids.
    pub ids: Vec<Box<str>>,
    /// Their versions, from 1.
    pub versions: &'r [i64],
    /// When each was created.
    pub created: &'r [Moment],
    /// When each was last changed.
    pub changed: &'r [Moment],
    /// Cells by field, then by row; texts as symbols, ids of records among them.
    pub columns: Vec<Column>,
}

impl Living {
    /// Takes current rows in; a column that is missing, or that holds another kind of cells, is empty.
    ///
    /// # Errors
    /// A register that the programme does not have.
    pub fn load(&mut self, programme: &Programme, rows: Rows<'_>) -> Result<(), Words> {
        let table = table_of(programme, rows.register)?;
        let mut columns: Vec<Option<Column>> = rows.columns.into_iter().map(Some).collect();
        let time = |all: &[Moment], nth: usize| all.get(nth).copied().unwrap_or(ALWAYS);
        let mut records = Vec::with_capacity(rows.ids.len());
        if let Some(numbers) = self.numbers.get(table) {
            rows.ids.iter().for_each(|id| numbers.soon(id));
        }
        for (nth, id) in rows.ids.into_iter().enumerate() {
            let known = self.record(table, &id);
            let record = known.unwrap_or_else(|| self.numbered(table, id));
            self.lived(table, record, time(rows.created, nth));
            records.push(record);
        }
        for (at, field) in stored(programme, table).into_iter().enumerate() {
            let given = rows.fields.iter().position(|id| *id == field.id);
            let given = given.and_then(|given| columns.get_mut(given)?.take());
            if field.id == "recorded_on" {
                for (nth, record) in records.iter().enumerate() {
                    let first = self.facts.first(table, *record, time(rows.changed, nth));
                    let known = first != NEVER && first != ALWAYS;
                    self.put(table, at, known.then(|| Parsed::Int(first.day().0.into())));
                }
                continue;
            }
            self.extend(table, (at, &field.ty), given, records.len());
        }
        for (nth, record) in records.into_iter().enumerate() {
            let times = (time(rows.changed, nth), NEVER);
            let row = self.facts.new_row(table, record, times);
            self.set_newest(table, record, row);
            let version = rows.versions.get(nth).copied().unwrap_or(0);
            self.set_version(table, record, version);
        }
        Ok(())
    }

    /// Appends one cell to a column.
    fn put(&mut self, table: usize, at: usize, cell: Option<Parsed>) {
        let texts = self.texts.get_mut(table).and_then(|t| t.get_mut(at));
        if let (Some(column), Some(texts)) = (self.facts.column_mut(table, at), texts) {
            push(column, texts, cell);
        }
    }

    /// Appends so many rows to a column: those that are given, or none with a value.
    fn extend(
        &mut self,
        table: usize,
        (at, ty): (usize, &Type),
        given: Option<Column>,
        rows: usize,
    ) {
        let given = given.map(|given| Column {
            cells: self.translated(ty, given.cells),
            ..given
        });
        let own = self.facts.column_mut(table, at).map(|own| &own.cells);
        let given = given.filter(|given| {
            given.present.len() == rows && own.is_some_and(|own| fits(own, &given.cells))
        });
        let Some(given) = given else {
            (0..rows).for_each(|_| self.put(table, at, None));
            return;
        };
        let texts = self.texts.get_mut(table).and_then(|t| t.get_mut(at));
        if let (Some(column), Some(texts)) = (self.facts.column_mut(table, at), texts) {
            extend(column, texts, given);
        }
    }

    /// Cells as the column of this type holds them: ids of records as their numbers, whole numbers as doubles.
    fn translated(&mut self, ty: &Type, cells: Cells) -> Cells {
        match (ty, cells) {
            (Type::Reference(to), Cells::Symbol { codes, dictionary }) => {
                let table = self.tables.get(to.as_str()).copied();
                let mut number = |id: &str| table.map_or(NO_ROW, |table| self.number(table, id));
                let numbers: Vec<u32> = dictionary.iter().map(|id| number(id)).collect();
                let numbered = |code: u32| numbers.get(code as usize).copied().unwrap_or(NO_ROW);
                Cells::Record(codes.into_iter().map(numbered).collect())
            }
            (Type::List(of), Cells::List { ends, items }) => Cells::List {
                ends,
                items: Box::new(self.translated(of, *items)),
            },
            (Type::Double, Cells::Int(all)) => {
                Cells::Double(all.into_iter().map(|n| n as f64).collect())
            }
            (_, cells) => cells,
        }
    }
}
