//! Facts that grow: every entry of the journal adds a version, and nothing is built again.

mod column;
mod erased;
mod load;
mod numbers;
mod past;
mod stamp;

use crate::Facts;
use crate::facts::{ALWAYS, NEVER};
use column::Parsed;
pub use load::Rows;
use numbers::Numbers;
use programme::Programme;
use programme::model::FIRST_REGISTER_TABLE;
use programme::record::{Act, Cell, Cells, Entry};
use rules::{Day, Field, Moment, NO_ROW, Type, Words, World};
use rustc_hash::FxHashMap;
pub use stamp::Stamp;

/// Facts with what lets them take changes in: record numbers by id, newest rows, texts by their numbers.
#[derive(Debug)]
pub struct Living {
    facts: Facts,
    /// Positions of tables by their ids.
    tables: FxHashMap<Box<str>, usize>,
    /// Per table: record numbers by id.
    numbers: Vec<Numbers>,
    /// Per table and record: its newest row.
    newest: Vec<Vec<u32>>,
    /// Per table and record: the version of its newest row; 0 where nobody counted.
    versions: Vec<Vec<i64>>,
    /// Per table and column: numbers of texts.
    texts: Vec<Vec<Numbers>>,
    /// Per table: how often a record was withdrawn or erased.
    cuts: Vec<u64>,
}

/// By column: the cell that is given, empty or not; `None` where none is.
type Given<'c> = Vec<Option<Option<&'c Cell>>>;

/// A version that is being added.
struct Version {
    table: usize,
    record: u32,
    recorded: Moment,
    superseded: Moment,
    /// The row whose cells it takes over where it has none of its own.
    base: Option<u32>,
}

impl Living {
    /// Facts of a programme without any record.
    pub fn new(programme: &Programme) -> Self {
        Self::of(programme, Facts::empty(programme))
    }

    /// Facts that were read elsewhere, from now on growing.
    pub fn of(programme: &Programme, facts: Facts) -> Self {
        let tables = &facts.tables().tables;
        let texts = |table: &rules::Table| {
            let columns = table.columns.iter();
            columns
                .map(|c| Numbers::of(column::texts(&c.cells)))
                .collect()
        };
        let names = programme.schema.tables.iter().map(|t| t.id.as_str().into());
        Self {
            tables: names.zip(0..).collect(),
            numbers: tables.iter().map(|t| Numbers::of(&t.ids)).collect(),
            newest: facts.current_at(NEVER),
            cuts: vec![0; tables.len()],
            versions: tables.iter().map(|t| vec![0; t.ids.len()]).collect(),
            texts: tables.iter().map(texts).collect(),
            facts,
        }
    }

    /// The facts as they are.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Whether a row is its record's newest.
    pub fn is_newest(&self, table: usize, row: u32) -> bool {
        let table_of = self.facts.tables().tables.get(table);
        let record = table_of.and_then(|t| t.record.get(row as usize));
        record.is_some_and(|record| self.newest(table, *record) == Some(row))
    }

    /// The number of a record by its id.
    pub fn record(&self, table: usize, id: &str) -> Option<u32> {
        let own = self.facts.tables().tables.get(table)?;
        self.numbers.get(table)?.get(id, &own.ids)
    }

    /// The number of a text in a column's dictionary; `None` where no cell ever had it.
    pub fn text_number(&self, table: usize, column: usize, text: &str) -> Option<u32> {
        let own = self.facts.tables().tables.get(table)?;
        let texts = column::texts(&own.columns.get(column)?.cells);
        self.texts.get(table)?.get(column)?.get(text, texts)
    }

    /// The newest row of a record; `None` where it has none yet.
    pub fn newest(&self, table: usize, record: u32) -> Option<u32> {
        let row = *self.newest.get(table)?.get(record as usize)?;
        (row != NO_ROW).then_some(row)
    }

    /// The version of a record's newest row; 0 where it has none.
    pub fn version(&self, table: usize, record: u32) -> i64 {
        let versions = self.versions.get(table);
        versions
            .and_then(|v| v.get(record as usize))
            .copied()
            .unwrap_or(0)
    }

    /// What rules run in on a day, over the newest row of every record.
    pub fn world<'w>(&'w self, programme: &'w Programme, today: Day) -> World<'w> {
        World {
            schema: &programme.schema,
            tables: self.facts.tables(),
            current: &self.newest,
            calendar: &programme.calendar,
            today,
        }
    }

    /// Takes an entry in, and gives the position of its table and its row; `None` for an entry of no record, and for
    /// one that is in already: entries of a record come in order, and each once, however often they arrive.
    ///
    /// # Errors
    /// A register, field or cell that the programme does not have.
    pub fn apply(
        &mut self,
        programme: &Programme,
        entry: &Entry,
    ) -> Result<Option<(usize, u32)>, Words> {
        let is_of_none = entry.register.is_empty() || entry.record.is_empty();
        if is_of_none || entry.act == Act::Reveal {
            return Ok(None);
        }
        let table = table_of(programme, &entry.register)?;
        if entry.act == Act::Erase {
            return self.erase(programme, table, entry).map(Some);
        }
        let record = self.number(table, &entry.record);
        if entry.version <= self.version(table, record) {
            return Ok(None);
        }
        if entry.act == Act::Withdraw {
            let row = self.newest(table, record).unwrap_or(NO_ROW);
            self.facts.end(table, row, entry.author.at);
            self.cut(table);
            self.set_newest(table, record, NO_ROW);
            self.set_version(table, record, entry.version);
            return Ok(Some((table, row)));
        }
        let row = self.add(programme, table, record, &entry.after, entry.author.at)?;
        self.set_version(table, record, entry.version);
        Ok(Some((table, row)))
    }

    /// Asks something of the facts as if a record had these cells, and leaves them as they were.
    /// The closure is given the facts, the position of the table and the row.
    ///
    /// # Errors
    /// A register, field or cell that the programme does not have.
    pub fn suppose<T>(
        &mut self,
        programme: &Programme,
        (register, id): (&str, Option<&str>),
        cells: &Cells,
        now: Moment,
        ask: impl FnOnce(&Self, usize, u32) -> T,
    ) -> Result<T, Words> {
        let table = table_of(programme, register)?;
        // No id of a record is empty: a new one has none yet.
        let record = self.number(table, id.unwrap_or_default());
        let before = self.newest(table, record);
        let row = self.add(programme, table, record, cells, now);
        let answer = match &row {
            Ok(row) => Ok(ask(self, table, *row)),
            Err(words) => Err(words.clone()),
        };
        self.take_back(table, record, before);
        answer
    }

    /// Adds a version at a moment, which ends the one before it.
    fn add(
        &mut self,
        programme: &Programme,
        table: usize,
        record: u32,
        cells: &Cells,
        at: Moment,
    ) -> Result<u32, Words> {
        let fields = stored(programme, table);
        let register = programme.schema.tables.get(table).map_or("", |t| &t.id);
        let given = given(&fields, cells, register)?;
        let base = self.newest(table, record);
        match base {
            Some(base) => self.facts.end(table, base, at),
            None => self.facts.begin_life(table, record, at),
        }
        let version = Version {
            table,
            record,
            recorded: at,
            superseded: NEVER,
            base,
        };
        Ok(self.push(&version, &fields, |at| given.get(at).copied().flatten()))
    }

    /// Removes the newest row of a table, which belongs to this record and followed `before`.
    fn take_back(&mut self, table: usize, record: u32, before: Option<u32>) {
        let rows = self
            .facts
            .tables()
            .tables
            .get(table)
            .map_or(0, |t| t.rows());
        let newest = self.newest(table, record);
        let Some(newest) = newest.filter(|row| *row as usize + 1 == rows) else {
            return;
        };
        if before == Some(newest) {
            return;
        }
        let (began, _) = self.facts.validity(table, newest);
        let columns = self.facts.columns_mut(table).into_iter().flatten();
        columns.for_each(|column| column::cut(column, rows - 1));
        self.facts.take_back_row(table, record);
        self.set_newest(table, record, before.unwrap_or(NO_ROW));
        match before {
            Some(before) => self.facts.end(table, before, NEVER),
            None => self.facts.take_back_life(table, record, began),
        }
    }

    /// Empties the fields that an erasure names, in every version, and marks them as erased.
    fn erase(
        &mut self,
        programme: &Programme,
        table: usize,
        entry: &Entry,
    ) -> Result<(usize, u32), Words> {
        self.cut(table);
        let record = self.number(table, &entry.record);
        let fields = stored(programme, table);
        let rows = self.facts.history(table, record, NEVER).to_vec();
        for (id, _) in &entry.before {
            let at = position(&fields, id, &entry.register)?;
            for row in &rows {
                let column = self.facts.column_mut(table, at);
                column
                    .into_iter()
                    .for_each(|c| column::clear(c, *row as usize));
                self.facts.mark_erased((table, at), *row);
            }
        }
        self.set_version(
            table,
            record,
            entry.version.max(self.version(table, record)),
        );
        Ok((table, self.newest(table, record).unwrap_or(NO_ROW)))
    }

    /// A record's number; a new one where nothing had the id. References may come before their record.
    fn number(&mut self, table: usize, id: &str) -> u32 {
        let known = self.record(table, id);
        known.unwrap_or_else(|| self.numbered(table, id.into()))
    }

    /// The number of a record that nothing had before.
    fn numbered(&mut self, table: usize, id: Box<str>) -> u32 {
        let numbers = self.numbers.get_mut(table);
        numbers.into_iter().for_each(|numbers| numbers.add(&id));
        let number = self.facts.new_record(table, id);
        if let Some(newest) = self.newest.get_mut(table) {
            newest.push(NO_ROW);
        }
        self.versions
            .get_mut(table)
            .into_iter()
            .for_each(|v| v.push(0));
        number
    }

    /// Something of a table is no longer what it was.
    fn cut(&mut self, table: usize) {
        self.cuts
            .get_mut(table)
            .into_iter()
            .for_each(|cuts| *cuts += 1);
    }

    fn set_version(&mut self, table: usize, record: u32, version: i64) {
        let versions = self.versions.get_mut(table);
        if let Some(slot) = versions.and_then(|v| v.get_mut(record as usize)) {
            *slot = version;
        }
    }

    fn set_newest(&mut self, table: usize, record: u32, row: u32) {
        let newest = self.newest.get_mut(table);
        if let Some(slot) = newest.and_then(|n| n.get_mut(record as usize)) {
            *slot = row;
        }
    }

    /// Says once that a life of a record began.
    fn lived(&mut self, table: usize, record: u32, at: Moment) {
        if self.facts.first(table, record, at) != at {
            self.facts.begin_life(table, record, at);
        }
    }

    /// Adds a row; `own` gives the cell of a column, or `None` to take the base's over.
    fn push<'c>(
        &mut self,
        version: &Version,
        fields: &[&Field],
        own: impl Fn(usize) -> Option<Option<&'c Cell>>,
    ) -> u32 {
        let Version { table, record, .. } = *version;
        let first = self.facts.first(table, record, version.recorded);
        let known = first != NEVER && first != ALWAYS;
        let mut erased = Vec::new();
        for (at, field) in fields.iter().enumerate() {
            let parsed = match (own(at), version.base) {
                _ if known && field.id == "recorded_on" => Some(Parsed::Int(first.day().0.into())),
                (None, Some(base)) => {
                    let column = self.facts.column_mut(table, at);
                    column
                        .into_iter()
                        .for_each(|c| column::repeat(c, base as usize));
                    erased.extend(self.facts.is_erased((table, at), base).then_some(at));
                    continue;
                }
                (cell, _) => self.parsed(&field.ty, cell.flatten()),
            };
            let texts = self.texts.get_mut(table).and_then(|t| t.get_mut(at));
            if let (Some(column), Some(texts)) = (self.facts.column_mut(table, at), texts) {
                column::push(column, texts, parsed);
            }
        }
        let row = self
            .facts
            .new_row(table, record, (version.recorded, version.superseded));
        for at in erased {
            self.facts.mark_erased((table, at), row);
        }
        self.set_newest(table, record, row);
        row
    }

    /// A cell as columns hold it: ids of records as their numbers.
    fn parsed(&mut self, ty: &Type, cell: Option<&Cell>) -> Option<Parsed> {
        Some(match (cell?, ty) {
            (Cell::Text(id), Type::Reference(to)) => {
                let table = self.tables.get(to.as_str()).copied()?;
                Parsed::Record(self.number(table, id))
            }
            (Cell::List(items), Type::List(of)) => {
                let items = items.iter().filter_map(|item| self.parsed(of, Some(item)));
                Parsed::List(items.collect())
            }
            (Cell::Bool(b), _) => Parsed::Bool(*b),
            (Cell::Int(n), Type::Double) => Parsed::Double(*n as f64),
            (Cell::Int(n), _) => Parsed::Int(*n),
            (Cell::Double(n), _) => Parsed::Double(*n),
            (Cell::Text(text), _) => Parsed::Text(text.clone()),
            (Cell::List(_), _) => return None,
        })
    }
}

/// The fields of a table that have columns.
fn stored(programme: &Programme, table: usize) -> Vec<&Field> {
    let schema = programme.schema.tables.get(table);
    let fields = schema.into_iter().flat_map(|s| &s.fields);
    fields.filter(|f| f.formula.is_none()).collect()
}

fn table_of(programme: &Programme, register: &str) -> Result<usize, Words> {
    let found = programme.register(register).map(|(table, _)| table);
    found
        .filter(|table| *table >= FIRST_REGISTER_TABLE)
        .ok_or_else(|| {
            Words::new(
                format!("专项行动没有台账 {register}"),
                format!("the programme has no register {register}"),
            )
        })
}

/// Cells by the columns they are given for.
fn given<'c>(fields: &[&Field], cells: &'c Cells, register: &str) -> Result<Given<'c>, Words> {
    let mut given = vec![None; fields.len()];
    let mut next = 0;
    for (id, cell) in cells {
        // Cells come in the order of their fields, so the next column is the right one nearly always.
        let guess = fields.get(next).is_some_and(|field| field.id == *id);
        let at = match guess {
            true => next,
            false => position(fields, id, register)?,
        };
        if let Some(slot) = given.get_mut(at) {
            *slot = Some(cell.as_ref());
        }
        next = at + 1;
    }
    Ok(given)
}

fn position(fields: &[&Field], id: &str, register: &str) -> Result<usize, Words> {
    fields.iter().position(|f| f.id == id).ok_or_else(|| {
        Words::new(
            format!("台账 {register} 没有字段 {id}"),
            format!("register {register} has no field {id}"),
        )
    })
}
