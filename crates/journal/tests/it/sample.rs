//! A register and entries to try things on.

use journal::{Hash, Salt, Seal};
use programme::Place;
use programme::model::{FieldKind, Register, RegisterField, View};
use programme::record::{Act, Author, Cell, Cells, Entry};
use rules::{Empty, Moment, Type, Words};

pub(crate) fn field(id: &str, kind: FieldKind, sensitive: bool) -> RegisterField {
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
        sensitive,
        carry: false,
        fixed: false,
        retain: None,
        unit_of: None,
        range: (None, None),
        accept: Vec::new(),
        formula: None,
        was: None,
        place: Place::default(),
    }
}

/// An event with a contact whose number can be erased.
pub(crate) fn register() -> Register {
    use FieldKind as K;
    Register {
        id: "event".into(),
        name: Words::new("活动", "Event"),
        number: None,
        unit: None,
        date: None,
        title: "title".into(),
        fields: vec![
            field("title", K::Text, false),
            field("held_on", K::Date, false),
            field("signed", K::Money, false),
            field("share", K::Ratio, false),
            field("told_at", K::Time, false),
            field("kinds", K::Choices, false),
            field("open", K::Bool, false),
            field("contact", K::Person, false),
            field("phone", K::Phone, false),
            field("notes", K::LongText, false),
            field("photos", K::Files, false),
            field("salary", K::Money, true),
            field("state", K::Choice, false),
        ],
        states: None,
        checks: Vec::new(),
        clocks: Vec::new(),
        view: View::default(),
        was: None,
        drop: Vec::new(),
        place: Place::default(),
    }
}

pub(crate) fn text(text: &str) -> Option<Cell> {
    Some(Cell::Text(text.into()))
}

pub(crate) fn cells(cells: &[(&str, Option<Cell>)]) -> Cells {
    let owned = cells
        .iter()
        .map(|(id, cell)| ((*id).to_owned(), cell.clone()));
    owned.collect()
}

/// An entry on record `record` of the register, 17 seconds after the one before.
pub(crate) fn entry(
    arrival: i64,
    record: &str,
    act: Act,
    version: i64,
    before: Cells,
    after: Cells,
) -> Entry {
    Entry {
        arrival,
        position: None,
        author: Author {
            actor: "lin".into(),
            on_behalf: None,
            at: Moment(1_695_715_200_000 + 17_000 * arrival),
            key: Some(format!("k{arrival}")),
        },
        act,
        register: "event".into(),
        record: record.into(),
        version,
        before,
        after,
        why: None,
        batch: None,
    }
}

/// Salts that count; real ones are drawn.
pub(crate) fn salts() -> impl FnMut() -> Salt {
    let mut n = 0_u128;
    move || {
        n += 1;
        Salt(n.to_be_bytes())
    }
}

/// A seal that follows another, over a root of no tree.
pub(crate) fn seal(size: u64, epoch: i64) -> Seal {
    Seal {
        size,
        root: Hash::of(&size.to_be_bytes()),
        at: Moment(1_695_715_200_000 + size as i64 * 1_000),
        programme: Hash::of(b"programme"),
        rehearsal: true,
        epoch,
        previous: Some(Hash::of(b"previous")),
    }
}
