//! Facts from typed columns, for callers that hold them already: a store, a generator of evidence.

use super::place::places;
use super::version::{History, Versions, first};
use super::{ALWAYS, Facts};
use programme::Programme;
use programme::model::FIRST_REGISTER_TABLE;
use rules::{Bits, Cells, Column, Field, Moment, NO_ROW, Table, TableSchema, Type, Words};

/// All versions of the records of one register.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// Register id.
    pub register: String,
    /// The id of each record, by record number.
    pub ids: Vec<Box<str>>,
    /// The record number of each version.
    pub record: Vec<u32>,
    /// Columns by field id, one cell per version; a field that is left out is empty everywhere.
    pub columns: Vec<(String, Column)>,
    /// When each version was recorded; `Moment(i64::MIN)` for since always.
    pub recorded: Vec<Moment>,
    /// When each version was superseded; `Moment(i64::MAX)` for never.
    pub superseded: Vec<Moment>,
}

impl Facts {
    /// Facts from typed columns; a register that is left out is empty.
    ///
    /// # Errors
    /// The first register or column that the programme does not have, that has another type than its field, or that
    /// has more or fewer cells than versions.
    pub fn from_tables(programme: &Programme, records: Vec<Records>) -> Result<Self, Words> {
        let schemas = || programme.schema.tables.iter().skip(FIRST_REGISTER_TABLE);
        let stranger = records
            .iter()
            .find(|r| !schemas().any(|s| s.id == r.register));
        if let Some(stranger) = stranger {
            return Err(Words::new(
                format!("没有名为 {} 的台账", stranger.register),
                format!("there is no register {}", stranger.register),
            ));
        }
        let mut facts = Self::default();
        places(programme).for_each(|versions| facts.push(versions));
        let mut records = records;
        for schema in schemas() {
            let at = records.iter().position(|r| r.register == schema.id);
            let own = at.map(|at| records.swap_remove(at)).unwrap_or_default();
            facts.push(own.versions(schema)?);
        }
        Ok(facts)
    }
}

impl Records {
    fn versions(mut self, schema: &TableSchema) -> Result<Versions, Words> {
        let rows = self.record.len();
        let past = |n: &u32| *n as usize >= self.ids.len();
        if self.recorded.len() != rows || self.superseded.len() != rows {
            return Err(self.wrong(
                "recorded",
                "每个版本都要有起止时间",
                "every version needs its times",
            ));
        }
        if self.record.iter().any(past) {
            return Err(self.wrong(
                "record",
                "记录号超出范围",
                "a record number is past the last record",
            ));
        }
        let first = first(self.ids.len(), &self.record, &self.recorded);
        let mut columns = Vec::new();
        for field in schema.fields.iter().filter(|f| f.formula.is_none()) {
            let given = self.columns.iter().position(|(id, _)| *id == field.id);
            let column = match given.map(|at| self.columns.swap_remove(at).1) {
                Some(column) => column,
                None if field.id == "recorded_on" => recorded_on(&self.record, &first),
                None => empty(&field.ty, rows),
            };
            if column.present.len() != rows || !fits(&column.cells, field, rows) {
                return Err(self.wrong(
                    &field.id,
                    "类型或格数不合",
                    "its cells are of another type, or more or fewer than the versions",
                ));
            }
            columns.push(column);
        }
        if let Some((id, _)) = self.columns.first() {
            return Err(self.wrong(id, "没有这个字段", "there is no such field"));
        }
        let table = Table {
            columns,
            record: self.record,
            ids: self.ids,
        };
        Ok(Versions {
            history: History::new(&table, &self.recorded),
            table,
            recorded: self.recorded,
            superseded: self.superseded,
            first,
        })
    }

    fn wrong(&self, field: &str, zh: &str, en: &str) -> Words {
        let register = &self.register;
        Words::new(
            format!("台账 {register} 的 {field}：{zh}"),
            format!("{field} of register {register}: {en}"),
        )
    }
}

/// The day each version's record was first recorded.
fn recorded_on(record: &[u32], first: &[Moment]) -> Column {
    let first = |record: &u32| first.get(*record as usize).copied().unwrap_or(ALWAYS);
    let known = |record: &u32| first(record) != ALWAYS;
    let day = |record: &u32| {
        if known(record) {
            first(record).day().0.into()
        } else {
            0
        }
    };
    Column {
        present: record.iter().map(known).collect(),
        cells: Cells::Int(record.iter().map(day).collect()),
    }
}

/// A column in which no version has a value.
fn empty(ty: &Type, rows: usize) -> Column {
    let cells = match ty {
        Type::Bool => Cells::Bool(Bits::filled(rows, false)),
        Type::Double => Cells::Double(vec![0.0; rows]),
        Type::Int | Type::Money | Type::Date | Type::Time | Type::Duration => {
            Cells::Int(vec![0; rows])
        }
        Type::Reference(_) => Cells::Record(vec![NO_ROW; rows]),
        Type::Text | Type::Choice(_) | Type::Industry | Type::Period | Type::File => {
            Cells::Symbol {
                codes: vec![0; rows],
                dictionary: Vec::new(),
            }
        }
        Type::List(of) => Cells::List {
            ends: vec![0; rows],
            items: Box::new(empty(of, 0).cells),
        },
    };
    Column {
        present: Bits::filled(rows, false),
        cells,
    }
}

/// Whether cells are of the field's type, one per version.
fn fits(cells: &Cells, field: &Field, rows: usize) -> bool {
    let same = std::mem::discriminant(cells) == std::mem::discriminant(&empty(&field.ty, 0).cells);
    let len = match cells {
        Cells::Bool(bits) => bits.len(),
        Cells::Int(cells) => cells.len(),
        Cells::Double(cells) => cells.len(),
        Cells::Symbol { codes, .. } => codes.len(),
        Cells::Record(records) => records.len(),
        Cells::List { ends, .. } => ends.len(),
    };
    same && len == rows
}
