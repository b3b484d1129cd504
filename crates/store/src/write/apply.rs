//! One action in one transaction: rows, entries, messages and the answer to its key.

use super::action::{Action, Answer, Write};
use super::arrival::Arrivals;
use super::beside::Beside;
use super::guard;
use super::order::{Numbered, next_number};
use super::reference::{listed, references};
use super::refusal::Refusal;
use crate::db::Tx;
use crate::dialect::quoted;
use crate::error::{Error, Result, Trouble};
use crate::lines::{Salts, places};
use crate::shape::{Shape, Shapes, System};
use crate::value::Value;
use programme::record::{Act, Cells, Change, Entry};
use std::sync::Arc;

/// Why an action came to a halt. Nothing of it may stay.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It is refused.
    Refused(Refusal),
    /// The key has been used: its answer is there.
    Answered,
    /// The database refused a write for what other rows hold; [`super::explain`] finds out why.
    Clash(Box<Clash>),
    /// The database failed.
    Failed(Box<Error>),
}

/// A write that the database refused.
#[derive(Debug)]
pub(crate) struct Clash {
    /// The register's id.
    pub(crate) register: String,
    /// The record, once it had an id.
    pub(crate) record: Box<str>,
    /// The cells that were to be written.
    pub(crate) cells: Cells,
    /// Whether it was to be a new record.
    pub(crate) new: bool,
    /// What the database said.
    pub(crate) error: Error,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(Box::new(error))
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Writes an action. Where it stops, the caller undoes what it did.
pub(crate) async fn apply(
    tx: &mut Tx,
    shapes: &Shapes,
    action: &Action,
    arrivals: &mut Arrivals,
) -> std::result::Result<Answer, Stop> {
    let mut beside = Beside::default();
    let answer = rows(tx, shapes, action, arrivals, &mut beside).await?;
    beside.write(tx).await?;
    Ok(answer)
}

/// Writes an action's rows and checks its guards; its entries, messages and answer wait in `beside`, where those of other actions may wait too.
pub(crate) async fn rows(
    tx: &mut Tx,
    shapes: &Shapes,
    action: &Action,
    arrivals: &mut Arrivals,
    beside: &mut Beside,
) -> std::result::Result<Answer, Stop> {
    guard::lock(tx, &action.guards).await?;
    let mut salts = Salts::of(action.seed);
    let mut entries = Vec::with_capacity(action.writes.len());
    for write in &action.writes {
        beside.before(tx, &write.change).await?;
        let entry = one(tx, shapes, action, write, arrivals).await?;
        beside.note(&entry);
        let register = shapes.get(&entry.register).map(|shape| &shape.register);
        let added = beside.lines.add(&entry, register, &mut salts);
        added.map_err(unfit(&entry.register))?;
        entries.push(entry);
    }
    guard::check(tx, shapes, &action.guards).await?;
    beside.add(action, &entries);
    Ok(Answer {
        entries,
        replayed: false,
    })
}

/// One change: its row and its entry.
async fn one(
    tx: &mut Tx,
    shapes: &Shapes,
    action: &Action,
    write: &Write,
    arrivals: &mut Arrivals,
) -> std::result::Result<Entry, Stop> {
    let change = &write.change;
    let Some(shape) = shape(shapes, change)? else {
        return Ok(bare(action, change, arrivals.next(tx).await?));
    };
    shape.fit(&change.after)?;
    references(tx, shapes, shape, &change.after).await?;
    match change.act {
        Act::Create => create(tx, shape, action, write, arrivals).await,
        Act::Withdraw => withdraw(tx, shapes, shape, action, change, arrivals).await,
        _ => alter(tx, shape, action, change, arrivals).await,
    }
}

/// The register of a change; `None` for an act on no record.
pub(crate) fn shape<'a>(
    shapes: &'a Shapes,
    change: &Change,
) -> std::result::Result<Option<&'a Arc<Shape>>, Refusal> {
    if change.register.is_empty() {
        return Ok(None);
    }
    let shape = shapes.get(&change.register);
    shape.map(Some).ok_or_else(|| Refusal::Unfit {
        register: change.register.clone(),
        field: String::new(),
    })
}

/// The entry of an act on no record, such as a publication.
pub(crate) fn bare(action: &Action, change: &Change, arrival: i64) -> Entry {
    Entry {
        arrival,
        position: None,
        author: action.author.clone(),
        act: change.act.clone(),
        register: change.register.clone(),
        record: change.record.clone().unwrap_or_default(),
        version: change.version + 1,
        before: Vec::new(),
        after: change.after.clone(),
        why: change.why.clone(),
        batch: None,
    }
}

async fn create(
    tx: &mut Tx,
    shape: &Shape,
    action: &Action,
    write: &Write,
    arrivals: &mut Arrivals,
) -> std::result::Result<Entry, Stop> {
    let Numbered { id, version, cells } =
        next_number(tx, shape, write, action.author.at.day()).await?;
    let arrival = arrivals.next(tx).await?;
    let at = action.author.at.0;
    let system = System {
        id: &id,
        version,
        arrival,
        created_at: at,
        changed_at: at,
    };
    let mut row = Vec::with_capacity(shape.width());
    shape.row(system, &cells, &mut row);
    let text = format!(
        "insert into {} ({}) values {}",
        shape.name,
        shape.names(),
        places(tx.dialect(), shape.width(), 1)
    );
    let done = tx.execute(&text, &row).await;
    done.map_err(|error| clash(shape, &id, &cells, true, error))?;
    Ok(Entry {
        version,
        record: id,
        after: cells,
        ..bare(action, &write.change, arrival)
    })
}

async fn alter(
    tx: &mut Tx,
    shape: &Shape,
    action: &Action,
    change: &Change,
    arrivals: &mut Arrivals,
) -> std::result::Result<Entry, Stop> {
    let id = change.record.clone().unwrap_or_default();
    let Some((version, before)) = current(tx, shape, &id, &change.after).await? else {
        return Err(no_record(change, id).into());
    };
    if version != change.version {
        return Err(stale(change, id, version, before).into());
    }
    let arrival = arrivals.next(tx).await?;
    let (text, values) = update(
        shape,
        &id,
        &change.after,
        System {
            id: &id,
            version: version + 1,
            arrival,
            created_at: 0,
            changed_at: action.author.at.0,
        },
    );
    let done = tx.execute(&text, &values).await;
    done.map_err(|error| clash(shape, &id, &change.after, false, error))?;
    Ok(Entry {
        record: id,
        before,
        ..bare(action, change, arrival)
    })
}

/// Takes a record out; what still refers to it stands against that.
async fn withdraw(
    tx: &mut Tx,
    shapes: &Shapes,
    shape: &Shape,
    action: &Action,
    change: &Change,
    arrivals: &mut Arrivals,
) -> std::result::Result<Entry, Stop> {
    let id = change.record.clone().unwrap_or_default();
    let all: Cells = shape
        .columns
        .iter()
        .map(|(column, _)| (column.name.clone(), None))
        .collect();
    let Some((version, before)) = current(tx, shape, &id, &all).await? else {
        return Err(no_record(change, id).into());
    };
    if version != change.version {
        return Err(stale(change, id, version, before).into());
    }
    let referred = || Refusal::Referred {
        register: change.register.clone(),
        record: id.clone(),
    };
    if listed(tx, shapes, &change.register, &id).await? {
        return Err(referred().into());
    }
    let arrival = arrivals.next(tx).await?;
    let done = tx
        .execute(
            &format!("delete from {} where _id = $1", shape.name),
            &[id.clone().into()],
        )
        .await;
    done.map_err(|error| match error.trouble {
        Trouble::Missing => Stop::Refused(referred()),
        _ => error.into(),
    })?;
    Ok(Entry {
        record: id,
        before,
        after: Vec::new(),
        ..bare(action, change, arrival)
    })
}

pub(crate) fn no_record(change: &Change, record: Box<str>) -> Refusal {
    Refusal::NoRecord {
        register: change.register.clone(),
        record,
    }
}

/// The refusal of a change that was decided on another version.
pub(crate) fn stale(
    change: &Change,
    record: Box<str>,
    current_version: i64,
    current: Cells,
) -> Refusal {
    Refusal::Stale {
        register: change.register.clone(),
        record,
        version: change.version,
        current_version,
        current,
    }
}

/// A record's version and its cells of some fields; the row is locked where the database has others that write.
async fn current(
    tx: &mut Tx,
    shape: &Shape,
    id: &str,
    fields: &Cells,
) -> Result<Option<(i64, Cells)>> {
    let columns: Vec<_> = fields
        .iter()
        .filter_map(|(id, _)| shape.column(id))
        .collect();
    let names = columns
        .iter()
        .map(|(column, _)| format!(", {}", quoted(&column.name)));
    let lock = tx.dialect().pick("", " for update");
    let text = format!(
        "select _version{} from {} where _id = $1{lock}",
        names.collect::<String>(),
        shape.name
    );
    let Some(row) = tx.first(&text, &[id.into()]).await? else {
        return Ok(None);
    };
    let cell = |(at, (column, _)): (usize, &&(crate::Column, _))| {
        Ok((column.name.clone(), column.cell(&row, at + 1)?))
    };
    let cells = columns
        .iter()
        .enumerate()
        .map(cell)
        .collect::<Result<_>>()?;
    Ok(Some((row.need_int(0)?, cells)))
}

/// The statement that gives a record other cells, and its values.
pub(crate) fn update(
    shape: &Shape,
    id: &str,
    cells: &Cells,
    system: System<'_>,
) -> (String, Vec<Value>) {
    let mut values = vec![
        id.into(),
        system.version.into(),
        system.arrival.into(),
        system.changed_at.into(),
    ];
    let mut sets = String::new();
    for (field, cell) in cells {
        if let Some((column, _)) = shape.column(field) {
            values.push(column.value(cell.as_ref()));
            sets += &format!(", {} = ${}", quoted(field), values.len());
        }
    }
    let text = format!(
        "update {} set _version = $2, _arrival = $3, _changed_at = $4{sets} where _id = $1",
        shape.name
    );
    (text, values)
}

/// The stop of a write that the database refused.
pub(crate) fn clash(shape: &Shape, id: &str, cells: &Cells, new: bool, error: Error) -> Stop {
    if !matches!(
        error.trouble,
        Trouble::Taken | Trouble::Missing | Trouble::Check
    ) {
        return error.into();
    }
    Stop::Clash(Box::new(Clash {
        register: shape.register.id.clone(),
        record: id.into(),
        cells: cells.clone(),
        new,
        error,
    }))
}

/// A journal that cannot spell a cell means that the cell is no value of its field.
pub(crate) fn unfit(register: &str) -> impl Fn(journal::Refusal) -> Stop {
    move |refusal| Stop::Refused(unfit_refusal(register, refusal))
}

pub(crate) fn unfit_refusal(register: &str, refusal: journal::Refusal) -> Refusal {
    use journal::Refusal as R;
    let field = match refusal {
        R::NoSuchField(id) | R::NamedTwice(id) | R::NoValue(id) => id,
        _ => String::new(),
    };
    Refusal::Unfit {
        register: register.to_owned(),
        field,
    }
}
