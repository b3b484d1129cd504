//! A small programme and actions on it.

use crate::both::Place;
use programme::Programme;
use programme::model::{FieldKind, Register, RegisterField, View};
use programme::record::{Act, Author, Cell, Cells, Change, Entry};
use rules::{Day, Empty, Moment, Type, Words};
use store::audit::Browse;
use store::write::{Action, Answer, Failure, Refusal, Write};
use store::{Db, Store};

pub(crate) fn field(id: &str, kind: FieldKind) -> RegisterField {
    RegisterField {
        id: id.into(),
        name: Words::new(id, id),
        kind,
        ty: Type::Text,
        empty: Empty::Unknown,
        choices: Vec::new(),
        to: None,
        levels: Vec::new(),
        required: false,
        unique: false,
        key: false,
        sensitive: false,
        carry: false,
        fixed: false,
        retain: None,
        unit_of: None,
        range: (None, None),
        accept: Vec::new(),
        formula: None,
        was: None,
        place: programme::Place::default(),
    }
}

fn register(id: &str, number: Option<&str>, fields: Vec<RegisterField>) -> Register {
    Register {
        id: id.into(),
        name: Words::new(id, id),
        number: number.map(str::to_owned),
        unit: None,
        date: None,
        title: "name".into(),
        fields,
        states: None,
        checks: Vec::new(),
        clocks: Vec::new(),
        view: View::default(),
        was: None,
        drop: Vec::new(),
        place: programme::Place::default(),
    }
}

/// Firms by their code, and events that name firms.
pub(crate) fn programme() -> Programme {
    use FieldKind as K;
    let to_firm = Some("firm".to_owned());
    let firm = vec![
        RegisterField {
            key: true,
            required: true,
            ..field("uscc", K::Uscc)
        },
        field("name", K::Text),
        field("phone", K::Phone),
        field("state", K::Choice),
    ];
    let event = vec![
        RegisterField {
            required: true,
            ..field("place", K::Unit)
        },
        RegisterField {
            unique: true,
            ..field("slot", K::Text)
        },
        RegisterField {
            to: to_firm.clone(),
            ..field("host", K::Reference)
        },
        RegisterField {
            to: to_firm,
            ..field("firms", K::References)
        },
        field("kinds", K::Choices),
        field("held_on", K::Date),
        field("told_at", K::Time),
        field("signed", K::Money),
        field("share", K::Ratio),
        field("open", K::Bool),
        field("contact", K::Person),
        field("notes", K::LongText),
        field("state", K::Choice),
    ];
    Programme {
        registers: vec![
            register("firm", None, firm),
            register("event", Some("HD-{unit}-{year}-{seq:5}"), event),
        ],
        ..Programme::default()
    }
}

/// A store on a new database with the sample's tables.
pub(crate) async fn open(place: &Place) -> Store {
    open_for(place, &programme()).await
}

/// A store on a new database with the tables of a programme.
pub(crate) async fn open_for(place: &Place, programme: &Programme) -> Store {
    let db = place.open().await;
    tables(&db, programme).await;
    Store::new(db, programme).await.unwrap()
}

async fn tables(db: &Db, programme: &Programme) {
    let mut tx = db.migration().await.unwrap();
    let plan = store::plan(&mut tx, programme).await.unwrap();
    store::apply(&mut tx, programme, &plan).await.unwrap();
    tx.commit().await.unwrap();
}

/// Noon of 31 August 2023.
pub(crate) fn noon() -> Moment {
    Moment(Day::parse("2023-08-31").unwrap().start().0 + 43_200_000)
}

pub(crate) fn text(text: &str) -> Option<Cell> {
    Some(Cell::Text(text.into()))
}

pub(crate) fn cells<const N: usize>(cells: [(&str, Option<Cell>); N]) -> Cells {
    cells
        .into_iter()
        .map(|(id, cell)| (id.to_owned(), cell))
        .collect()
}

pub(crate) fn create(register: &str, id: Option<&str>, after: Cells) -> Write {
    Write {
        change: Change {
            register: register.into(),
            record: id.map(Into::into),
            version: 0,
            act: Act::Create,
            after,
            why: None,
        },
        unit: Some("350500".into()),
    }
}

pub(crate) fn change(register: &str, id: &str, version: i64, after: Cells) -> Write {
    Write {
        change: Change {
            register: register.into(),
            record: Some(id.into()),
            version,
            act: Act::Change,
            after,
            why: Some("核对后更正".into()),
        },
        unit: None,
    }
}

/// A firm with this id and code.
pub(crate) fn firm(id: &str) -> Write {
    create(
        "firm",
        Some(id),
        cells([
            ("uscc", text(id)),
            ("name", text("茶厂")),
            ("phone", text("13800000000")),
        ]),
    )
}

/// An event in Quanzhou.
pub(crate) fn event() -> Write {
    create(
        "event",
        None,
        cells([
            ("place", text("350500")),
            ("signed", Some(Cell::Int(1_050))),
            ("state", text("planned")),
        ]),
    )
}

/// What clerk 1 does at noon, without a key.
pub(crate) fn action(writes: Vec<Write>) -> Action {
    Action {
        author: Author {
            actor: "clerk1".into(),
            on_behalf: None,
            at: noon(),
            key: None,
        },
        digest: [0; 32],
        writes,
        guards: Vec::new(),
        messages: Vec::new(),
        seed: [7; 32],
    }
}

/// The same under a key.
pub(crate) fn keyed(key: &str, digest: u8, writes: Vec<Write>) -> Action {
    let mut action = action(writes);
    action.author.key = Some(key.into());
    Action {
        digest: [digest; 32],
        ..action
    }
}

pub(crate) async fn written(store: &Store, writes: Vec<Write>) -> Answer {
    store.write(action(writes)).await.unwrap()
}

pub(crate) async fn refused(store: &Store, action: Action) -> Refusal {
    match store.write(action).await {
        Err(Failure::Refused(refusal)) => *refusal,
        other => panic!("not refused: {other:?}"),
    }
}

/// The entries of a record.
pub(crate) async fn history(store: &Store, register: &str, id: &str) -> Vec<Entry> {
    let found = store.history(register, id).await.unwrap();
    found.into_iter().map(|opened| opened.entry).collect()
}

/// The entries that are looked for.
pub(crate) async fn browsed(store: &Store, asked: &Browse) -> Vec<Entry> {
    let found = store.browse(asked).await.unwrap();
    found.into_iter().map(|opened| opened.entry).collect()
}
