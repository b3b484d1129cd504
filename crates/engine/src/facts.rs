//! Facts: every version of every record as typed columns.

use crate::cell::{CellFault, Ids, Parsed, parse};
use programme::Programme;
use programme::model::{DIVISION_TABLE, FIRST_REGISTER_TABLE, UNIT_TABLE};
use rules::{Bits, Cells, Column, Day, Field, Moment, NO_ROW, Table, Tables, Type, Value, Words};
use std::collections::HashMap;

/// Never: a version that was never superseded.
const NEVER: Moment = Moment(i64::MAX);
/// Known since always.
const ALWAYS: Moment = Moment(i64::MIN);

/// All versions of all records of a programme, with the time each was known.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    tables: Tables,
    /// Per table and row: recorded at.
    recorded: Vec<Vec<Moment>>,
    /// Per table and row: superseded at.
    superseded: Vec<Vec<Moment>>,
    /// Per table and record: first recorded at.
    first: Vec<Vec<Moment>>,
}

impl Facts {
    /// The tables with the rows that were current just before `until`.
    pub(crate) fn tables_at(&self, until: Moment) -> Tables {
        let mut tables = self.tables.clone();
        for (at, table) in tables.tables.iter_mut().enumerate() {
            table.current.fill(NO_ROW);
            for (row, record) in table.record.iter().enumerate() {
                if self.known(at, row as u32, until)
                    && let Some(current) = table.current.get_mut(*record as usize)
                {
                    *current = row as u32;
                }
            }
        }
        tables
    }

    /// Whether a row was its record's version just before `until`.
    pub fn known(&self, table: usize, row: u32, until: Moment) -> bool {
        let (from, to) = self.validity(table, row);
        from < until && until <= to
    }

    /// When a row was recorded and superseded.
    pub fn validity(&self, table: usize, row: u32) -> (Moment, Moment) {
        let get = |all: &[Vec<Moment>]| all.get(table).and_then(|t| t.get(row as usize)).copied();
        (
            get(&self.recorded).unwrap_or(ALWAYS),
            get(&self.superseded).unwrap_or(NEVER),
        )
    }

    /// The day a row was recorded; `None` for one known since always.
    pub fn recorded_on(&self, table: usize, row: u32) -> Option<Day> {
        let (from, _) = self.validity(table, row);
        (from != ALWAYS).then(|| from.day())
    }

    /// The day the record of a row was first recorded; `None` for one known since always.
    pub fn first_recorded_on(&self, table: usize, row: u32) -> Option<Day> {
        let record = *self.tables.tables.get(table)?.record.get(row as usize)?;
        let first = *self.first.get(table)?.get(record as usize)?;
        (first != ALWAYS && first != NEVER).then(|| first.day())
    }

    /// Every version, without regard to a moment.
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// How many rows all registers hold.
    pub fn rows(&self) -> usize {
        self.tables
            .tables
            .iter()
            .skip(FIRST_REGISTER_TABLE)
            .map(Table::rows)
            .sum()
    }
}

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
        let mut faults = Vec::new();
        let mut ids: Ids = HashMap::new();
        let tables = &self.programme.schema.tables;
        let units = self.programme.units.iter().map(|u| u.id.as_str());
        let divisions = self.programme.divisions.iter().map(|d| d.code.as_str());
        ids.insert("unit".into(), number(units));
        ids.insert("division".into(), number(divisions));
        for table in tables.iter().skip(FIRST_REGISTER_TABLE) {
            let sheets = self.sheets.iter().filter(|s| s.register == table.id);
            let named = sheets.flat_map(|s| {
                let at = s
                    .header
                    .iter()
                    .position(|h| h == "id")
                    .unwrap_or(usize::MAX);
                s.rows
                    .iter()
                    .filter_map(move |(_, cells)| cells.get(at))
                    .map(|id| id.trim())
            });
            ids.insert(table.id.clone(), number(named));
        }
        for sheet in self.sheets.iter().filter(|s| {
            !tables
                .iter()
                .skip(FIRST_REGISTER_TABLE)
                .any(|t| t.id == s.register)
        }) {
            faults.push(fault(
                &sheet.register,
                1,
                "",
                Words::new(
                    format!("没有名为 {} 的台账，文件名要与台账编号相同", sheet.register),
                    format!(
                        "there is no register {}; name the file after a register",
                        sheet.register
                    ),
                ),
            ));
        }
        let mut facts = Facts::default();
        self.places(&mut facts);
        for at in FIRST_REGISTER_TABLE..tables.len() {
            self.register(at, &ids, &mut facts, &mut faults);
        }
        if faults.is_empty() {
            Ok(facts)
        } else {
            Err(faults)
        }
    }

    /// Tables `unit` and `division`.
    fn places(&self, facts: &mut Facts) {
        let programme = self.programme;
        for at in [UNIT_TABLE, DIVISION_TABLE] {
            let Some(schema) = programme.schema.tables.get(at) else {
                continue;
            };
            let names: Vec<Box<str>> = if at == UNIT_TABLE {
                programme
                    .units
                    .iter()
                    .map(|u| u.id.as_str().into())
                    .collect()
            } else {
                programme
                    .divisions
                    .iter()
                    .map(|d| d.code.as_str().into())
                    .collect()
            };
            let columns = schema.fields.iter().filter(|f| f.formula.is_none());
            let columns = columns.map(|field| {
                let cells = (0..names.len()).map(|row| self.place_cell(at, row, &field.id));
                column(field, cells.collect())
            });
            let rows = names.len();
            let record: Vec<u32> = (0..rows as u32).collect();
            facts.tables.tables.push(Table {
                columns: columns.collect(),
                current: record.clone(),
                record,
                ids: names,
            });
            facts.recorded.push(vec![ALWAYS; rows]);
            facts.superseded.push(vec![NEVER; rows]);
            facts.first.push(vec![ALWAYS; rows]);
        }
    }

    fn place_cell(&self, table: usize, row: usize, field: &str) -> Option<Parsed> {
        let reference = |record: Option<usize>| record.map(|r| Parsed::Record(r as u32));
        let text = |text: &str| (!text.is_empty()).then(|| Parsed::Text(text.into()));
        if table == DIVISION_TABLE {
            let division = self.programme.divisions.get(row)?;
            return match field {
                "name" => text(&division.name),
                "level" => text(&division.level),
                "parent" => reference(division.parent),
                "unit" => reference(division.unit),
                _ => None,
            };
        }
        let unit = self.programme.units.get(row)?;
        match field {
            "name" => text(&unit.name.zh),
            "levels" => Some(Parsed::List(
                unit.levels
                    .iter()
                    .map(|l| Parsed::Text(l.as_str().into()))
                    .collect(),
            )),
            "kind" => text(&unit.kind),
            "parent" => reference(unit.parent),
            "division" => reference(unit.division),
            _ => {
                let at = self
                    .programme
                    .unit_fields
                    .iter()
                    .position(|f| f.id == field)?;
                from_value(unit.extra.get(at)?)
            }
        }
    }

    fn register(&self, at: usize, ids: &Ids, facts: &mut Facts, faults: &mut Vec<CellFault>) {
        let Some(schema) = self.programme.schema.tables.get(at) else {
            return;
        };
        let fields: Vec<&Field> = schema
            .fields
            .iter()
            .filter(|f| f.formula.is_none())
            .collect();
        let own_ids = ids.get(&schema.id);
        let mut cells: Vec<Vec<Option<Parsed>>> = vec![Vec::new(); fields.len()];
        let mut table = Table::default();
        let (mut recorded, mut superseded) = (Vec::new(), Vec::new());
        for sheet in self.sheets.iter().filter(|s| s.register == schema.id) {
            let heads = self.heads(sheet, &fields, faults);
            for (line, row) in &sheet.rows {
                let get = |head: &str| {
                    let at = sheet.header.iter().position(|h| h == head)?;
                    row.get(at).map(|t| t.trim()).filter(|t| !t.is_empty())
                };
                let Some(record) = get("id").and_then(|id| own_ids?.get(id)) else {
                    faults.push(fault(
                        &schema.id,
                        *line,
                        "id",
                        Words::new("每一行都要有编号", "every row needs an id"),
                    ));
                    continue;
                };
                table.record.push(*record);
                for (field, (column, head)) in fields.iter().zip(cells.iter_mut().zip(&heads)) {
                    let text = head
                        .and_then(|h| row.get(h))
                        .map(|t| t.trim())
                        .filter(|t| !t.is_empty());
                    let parsed = text.map(|t| parse(t, &field.ty, ids)).transpose();
                    column.push(parsed.unwrap_or_else(|message| {
                        faults.push(fault(&schema.id, *line, &field.id, message));
                        None
                    }));
                }
                let mut moment = |head: &str| match get(head).map(|t| (t, Moment::parse(t))) {
                    Some((text, None)) => {
                        faults.push(fault(
                            &schema.id,
                            *line,
                            head,
                            Words::new(
                                format!("“{text}”不是时间，要写成 2023-09-26 或 2023-09-26T08:30"),
                                format!(
                                    "“{text}” is no time; write 2023-09-26 or 2023-09-26T08:30"
                                ),
                            ),
                        ));
                        None
                    }
                    Some((_, moment)) => moment,
                    None => None,
                };
                recorded.push(moment("recorded_at"));
                superseded.push(moment("superseded_at"));
            }
        }
        table.ids = named(own_ids);
        table.current = vec![NO_ROW; table.ids.len()];
        let date = self
            .programme
            .registers
            .get(at - FIRST_REGISTER_TABLE)
            .and_then(|r| r.date.as_deref());
        let date = date.and_then(|d| fields.iter().position(|f| f.id == d));
        let own_day = |row: usize| match date.and_then(|d| cells.get(d)?.get(row)?.as_ref()) {
            Some(Parsed::Int(day)) => Day(*day as i32).start(),
            _ => ALWAYS,
        };
        let recorded: Vec<Moment> = recorded
            .iter()
            .enumerate()
            .map(|(row, at)| at.unwrap_or_else(|| own_day(row)))
            .collect();
        let superseded = close_versions(&table.record, &recorded, &superseded);
        let first = first_recorded(&table, &recorded);
        if let Some(at) = fields.iter().position(|f| f.id == "recorded_on")
            && let Some(column) = cells.get_mut(at)
        {
            let day = |record: &u32| {
                first
                    .get(*record as usize)
                    .filter(|at| **at != ALWAYS)
                    .map(|at| Parsed::Int(at.day().0.into()))
            };
            *column = table.record.iter().map(day).collect();
        }
        table.columns = fields
            .iter()
            .zip(cells)
            .map(|(field, cells)| column(field, cells))
            .collect();
        facts.tables.tables.push(table);
        facts.recorded.push(recorded);
        facts.superseded.push(superseded);
        facts.first.push(first);
    }

    /// For each field the column of the sheet that holds it; a head that is no field is a fault.
    fn heads(
        &self,
        sheet: &Sheet,
        fields: &[&Field],
        faults: &mut Vec<CellFault>,
    ) -> Vec<Option<usize>> {
        let meta = ["id", "recorded_at", "superseded_at"];
        for head in &sheet.header {
            if !meta.contains(&head.as_str()) && !fields.iter().any(|f| &f.id == head) {
                faults.push(fault(
                    &sheet.register,
                    1,
                    head,
                    Words::new(
                        format!("台账 {} 没有字段“{head}”", sheet.register),
                        format!("register {} has no field “{head}”", sheet.register),
                    ),
                ));
            }
        }
        fields
            .iter()
            .map(|f| sheet.header.iter().position(|h| *h == f.id))
            .collect()
    }
}

/// A version ends where it says, or where the record's next version begins.
fn close_versions(record: &[u32], recorded: &[Moment], said: &[Option<Moment>]) -> Vec<Moment> {
    let mut order: Vec<usize> = (0..record.len()).collect();
    order.sort_by_key(|row| (record.get(*row), recorded.get(*row)));
    let mut ends: Vec<Moment> = said.iter().map(|at| at.unwrap_or(NEVER)).collect();
    for pair in order.windows(2) {
        if let [a, b] = *pair
            && record.get(a) == record.get(b)
            && let (Some(end), Some(next)) = (ends.get_mut(a), recorded.get(b))
        {
            *end = (*end).min(*next);
        }
    }
    ends
}

/// When each record's first version was recorded.
fn first_recorded(table: &Table, recorded: &[Moment]) -> Vec<Moment> {
    let mut first = vec![NEVER; table.ids.len()];
    for (record, at) in table.record.iter().zip(recorded) {
        if let Some(least) = first.get_mut(*record as usize) {
            *least = (*least).min(*at);
        }
    }
    first
}

fn fault(register: &str, line: usize, field: &str, message: Words) -> CellFault {
    CellFault {
        register: register.into(),
        line,
        field: field.into(),
        message,
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

fn named(ids: Option<&HashMap<Box<str>, u32>>) -> Vec<Box<str>> {
    let mut pairs: Vec<(u32, &Box<str>)> =
        ids.into_iter().flatten().map(|(id, n)| (*n, id)).collect();
    pairs.sort_unstable();
    pairs.into_iter().map(|(_, id)| id.clone()).collect()
}

fn from_value(value: &Value) -> Option<Parsed> {
    Some(match value {
        Value::Bool(b) => Parsed::Bool(*b),
        Value::Int(n) | Value::Money(n) | Value::Duration(n) => Parsed::Int(*n),
        Value::Double(n) => Parsed::Double(*n),
        Value::Date(day) => Parsed::Int(day.0.into()),
        Value::Time(at) => Parsed::Int(at.0),
        Value::Text(text) => Parsed::Text(text.clone()),
        Value::Record(_, record) => Parsed::Record(*record),
        Value::List(items) => Parsed::List(items.iter().filter_map(from_value).collect()),
        Value::Unknown(_) | Value::Nothing => return None,
    })
}

/// A typed column from parsed cells.
fn column(field: &Field, cells: Vec<Option<Parsed>>) -> Column {
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
