//! Rows against the records that exist: what each would create, change, leave or be refused for.

use crate::ask::Ask;
use crate::fault::{Fault, Wrong, cell_of};
use crate::read::{Row, Sheet};
use programme::model::RegisterField;
use programme::record::{Cell, Cells};
use rules::Words;
use std::collections::HashMap;

/// How a record is looked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Sought<'a> {
    /// By its id or number.
    Id(&'a str),
    /// By the fields of its business key, all of them filled, in the register's order.
    Key(Vec<(&'a str, &'a Cell)>),
}

/// A record that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct Existing {
    /// Its id.
    pub id: Box<str>,
    /// Its version, on which a change is decided.
    pub version: i64,
    /// Its cells; a field that is not here is empty.
    pub cells: Cells,
}

/// What a row would do.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// A new record with these cells: every field that a sheet may fill, empty ones included.
    Create(Cells),
    /// Other values in a record.
    Change {
        /// The record's id.
        record: Box<str>,
        /// The version it was compared with.
        version: i64,
        /// The cells that differ.
        after: Cells,
    },
    /// The record has all these values already.
    Unchanged(Box<str>),
    /// Nothing: its faults say why.
    Refused,
}

/// A row and its fate.
#[derive(Clone, Debug, PartialEq)]
pub struct Matched {
    /// The row's number.
    pub row: u32,
    /// What it would do.
    pub fate: Fate,
    /// The row's own faults and those found on matching.
    pub faults: Vec<Fault>,
}

/// Finds the records that something sought names.
pub type Find<'a> = dyn Fn(&Sought<'_>) -> Vec<Existing> + 'a;

/// Matches the rows of a sheet in order, keeping in mind which records the rows before have named.
pub struct Matching<'a> {
    ask: &'a Ask<'a>,
    sheet: &'a Sheet,
    find: &'a Find<'a>,
    /// What was named, and the row that named it first.
    named: HashMap<String, u32>,
}

/// Matches all rows of a sheet.
pub fn matched(sheet: &Sheet, ask: &Ask<'_>, find: &Find<'_>) -> Vec<Matched> {
    let mut matching = Matching::new(sheet, ask, find);
    let mut rows = sheet.rows.clone();
    rows.iter_mut().map(|row| matching.row(row)).collect()
}

impl<'a> Matching<'a> {
    /// Begins with the first row. `sheet` says in which columns fields stand; its own rows are not looked at.
    pub fn new(sheet: &'a Sheet, ask: &'a Ask<'a>, find: &'a Find<'a>) -> Self {
        Self {
            ask,
            sheet,
            find,
            named: HashMap::new(),
        }
    }

    /// The name of the file whose rows are matched.
    pub fn file(&self) -> &str {
        self.ask.file
    }

    /// The fate of the next row, which its cells and faults go into.
    pub fn row(&mut self, row: &mut Row) -> Matched {
        let refused = self.sheet.is_refused() || row.is_refused();
        let mut faults = std::mem::take(&mut row.faults);
        let fate = if refused {
            Fate::Refused
        } else {
            match self.fate(row) {
                Ok(fate) => fate,
                Err(found) => {
                    let placed = found
                        .into_iter()
                        .map(|(field, wrong)| self.placed(row, field, wrong));
                    faults.extend(placed);
                    Fate::Refused
                }
            }
        };
        Matched {
            row: row.number,
            fate,
            faults,
        }
    }

    fn fate(&mut self, row: &mut Row) -> Result<Fate, Vec<(Option<&'a str>, Wrong)>> {
        self.unique_values(row)?;
        let key = self.key(row);
        let sought = match (&row.id, &key) {
            (Some(id), _) => Some(Sought::Id(id)),
            (None, Some(key)) => Some(Sought::Key(key.clone())),
            (None, None) => None,
        };
        let named = key.as_ref().map(|key| {
            let mut name = "key".to_owned();
            key.iter().for_each(|(_, cell)| spell(&mut name, cell));
            name
        });
        let mut found = sought.as_ref().map(self.find).unwrap_or_default();
        if let Some(name) = named {
            self.once(name, row)?;
        }
        match (found.pop(), row.id.as_deref()) {
            (Some(_), _) if !found.is_empty() => Err(vec![(None, several_records())]),
            (Some(existing), _) => {
                self.once(format!("record {}", existing.id), row)?;
                self.change(row, existing)
            }
            // Records that are numbered get their ids; others bring them.
            (None, Some(id)) if self.ask.register.number.is_some() => {
                Err(vec![(Some("id"), no_record(id))])
            }
            (None, Some(id)) => {
                self.once(format!("record {id}"), row)?;
                self.create(row)
            }
            (None, None) => self.create(row),
        }
    }

    /// The row's business key; `None` where the register has none or one of its fields is empty.
    fn key<'r>(&self, row: &'r Row) -> Option<Vec<(&'r str, &'r Cell)>> {
        let fields = self.ask.register.fields.iter().filter(|f| f.key);
        let key = fields.map(|f| {
            let (id, cell) = row.cells.iter().find(|(id, _)| *id == f.id)?;
            Some((id.as_str(), cell.as_ref()?))
        });
        let key: Vec<_> = key.collect::<Option<_>>()?;
        (!key.is_empty()).then_some(key)
    }

    /// Refuses a second row that names the same thing.
    fn once(&mut self, name: String, row: &Row) -> Result<(), Vec<(Option<&'a str>, Wrong)>> {
        match self.named.get(&name) {
            Some(first) => Err(vec![(None, twice(*first))]),
            None => {
                self.named.insert(name, row.number);
                Ok(())
            }
        }
    }

    /// Values that no two records share, inside the file; between records the database sees to it.
    fn unique_values(&mut self, row: &Row) -> Result<(), Vec<(Option<&'a str>, Wrong)>> {
        let unique = self.ask.register.fields.iter().filter(|f| f.unique);
        for field in unique {
            if let Some((_, Some(cell))) = row.cells.iter().find(|(id, _)| *id == field.id) {
                let name = format!("unique {} {cell:?}", field.id);
                if let Some(first) = self.named.insert(name, row.number) {
                    return Err(vec![(Some(field.id.as_str()), twice(first))]);
                }
            }
        }
        Ok(())
    }

    fn create(&self, row: &mut Row) -> Result<Fate, Vec<(Option<&'a str>, Wrong)>> {
        let fields = self.ask.register.fields.iter().filter(|f| f.is_kept());
        let (mut cells, mut missing) = (Cells::new(), Vec::new());
        let mut given = std::mem::take(&mut row.cells);
        let mut next = 0;
        for field in fields {
            // Cells come in the order of their fields, so the next one is the right one nearly always.
            let guess = given.get(next).is_some_and(|(id, _)| *id == field.id);
            let at = match guess {
                true => Some(next),
                false => given.iter().position(|(id, _)| *id == field.id),
            };
            next = at.map_or(next, |at| at + 1);
            let found = at.and_then(|at| given.get_mut(at)).map(std::mem::take);
            let (id, cell) = found.unwrap_or_else(|| (field.id.clone(), None));
            if cell.is_none() && (field.required || field.key) {
                missing.push((Some(field.id.as_str()), required(field)));
            }
            // The first state is for the programme to give.
            if field.id != "state" || cell.is_some() {
                cells.push((id, cell));
            }
        }
        if missing.is_empty() {
            Ok(Fate::Create(cells))
        } else {
            Err(missing)
        }
    }

    fn change(&self, row: &Row, existing: Existing) -> Result<Fate, Vec<(Option<&'a str>, Wrong)>> {
        let (mut after, mut refused) = (Cells::new(), Vec::new());
        for (id, cell) in &row.cells {
            let before = existing.cells.iter().find(|(field, _)| field == id);
            let before = before.and_then(|(_, cell)| cell.as_ref());
            if before == cell.as_ref() {
                continue;
            }
            let field = self.ask.register.field(id);
            match field {
                Some(field) if cell.is_none() && field.required => {
                    refused.push((Some(field.id.as_str()), required(field)));
                }
                Some(field) if field.fixed && before.is_some() => {
                    refused.push((Some(field.id.as_str()), fixed(field)));
                }
                _ => after.push((id.clone(), cell.clone())),
            }
        }
        match (refused.is_empty(), after.is_empty()) {
            (false, _) => Err(refused),
            (true, true) => Ok(Fate::Unchanged(existing.id)),
            (true, false) => Ok(Fate::Change {
                record: existing.id,
                version: existing.version,
                after,
            }),
        }
    }

    fn placed(&self, row: &Row, field: Option<&str>, wrong: Wrong) -> Fault {
        let cell = field.and_then(|field| self.sheet.cell(row, field));
        let spot = crate::fault::Spot {
            sheet: Some(&self.sheet.name),
            row: Some(row.number),
            column: cell.as_deref().and_then(cell_of).map(|(_, column)| column),
            field,
        };
        wrong.at(self.ask.file, spot)
    }
}

/// Adds a cell as it is compared; no two rows of cells are spelt alike.
fn spell(out: &mut String, cell: &Cell) {
    match cell {
        Cell::Text(text) => {
            out.push_str(&text.len().to_string());
            out.push(':');
            out.push_str(text);
        }
        cell => out.push_str(&format!("{cell:?};")),
    }
}

fn required(field: &RegisterField) -> Wrong {
    let name = crate::value::named(field);
    Wrong::new(
        "required",
        Words::new(
            format!("{}没有填", name.zh),
            format!("{} is empty", name.en),
        ),
        ("这是必填的", "it is required"),
        ("补上这一格", "fill this cell"),
    )
}

fn fixed(field: &RegisterField) -> Wrong {
    let name = crate::value::named(field);
    Wrong::new(
        "fixed",
        Words::new(
            format!("{}登记后不能改", name.zh),
            format!("{} cannot be changed once it is set", name.en),
        ),
        ("它是这条记录的身份", "it says which record this is"),
        (
            "改回原值或留空；真的登记错了，找管理员更正",
            "put the old value back or leave it empty; if it was recorded wrongly, ask an administrator",
        ),
    )
}

fn no_record(id: &str) -> Wrong {
    Wrong::new(
        "no-such-record",
        Words::new(
            format!("没有编号为“{id}”的记录"),
            format!("no record has the id “{id}”"),
        ),
        (
            "有编号的行是要改已有的记录",
            "a row with an id is meant to change a record",
        ),
        (
            "新记录把编号留空；否则核对编号",
            "leave the id empty for a new record, or check it",
        ),
    )
}

fn several_records() -> Wrong {
    Wrong::new(
        "several-records",
        Words::new("不止一条记录对得上这一行", "several records are this row"),
        ("不知道该改哪一条", "nobody knows which of them to change"),
        (
            "在“编号”列写上要改的那一条",
            "write the id of the one that is meant",
        ),
    )
}

fn twice(first: u32) -> Wrong {
    Wrong::new(
        "row-twice",
        Words::new(
            format!("和第 {first} 行是同一条记录"),
            format!("this is the same record as row {first}"),
        ),
        (
            "同一个文件里两行互相覆盖",
            "two rows of one file would overwrite each other",
        ),
        ("合成一行", "make one row of them"),
    )
}
