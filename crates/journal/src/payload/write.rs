//! Writes a payload in its one spelling: JSON with fixed keys in a fixed order and no blanks.

use super::{Head, Payload, Shown};
use crate::Side;
use programme::model::FieldKind;
use programme::record::Cell;
use rules::{Day, Moment};

/// A cell as its canonical text: what is hashed behind a salt and stored beside an entry.
/// `None` for a number without end and for a time outside the calendar.
pub fn cell_text(cell: &Cell, kind: FieldKind) -> Option<String> {
    let value = Shown::of(cell, kind);
    told(value).then(|| shown(value))
}

/// Whether the value comes back from its text.
pub(super) fn told(value: Shown<'_>) -> bool {
    match value {
        Shown::Plain(cell) => finite(cell),
        Shown::Day(day) => usual(day) || Day::parse(&day.to_string()) == Some(day),
        Shown::Moment(at) => usual(at.day()) || Moment::parse(&at.exact()) == Some(at),
        Shown::Empty | Shown::Digest(_) => true,
    }
}

/// Whether a day lies in the years from 1000 to 9999, which come back from their text: no need to write and read them.
fn usual(day: Day) -> bool {
    (-354_285..=2_932_896).contains(&day.0)
}

fn finite(cell: &Cell) -> bool {
    match cell {
        Cell::Double(value) => value.is_finite(),
        Cell::List(items) => items.iter().all(finite),
        Cell::Bool(_) | Cell::Int(_) | Cell::Text(_) => true,
    }
}

/// The payload; a value that has no text was refused when it was made.
pub(super) fn payload(payload: &Payload) -> String {
    let mut line = Line::begin(&Head {
        arrival: payload.arrival,
        author: &payload.author,
        act: &payload.act,
        register: &payload.register,
        record: &payload.record,
        version: payload.version,
    });
    for (side, cells) in [
        (Side::Before, &payload.before),
        (Side::After, &payload.after),
    ] {
        line.cells(side);
        cells
            .iter()
            .for_each(|(id, held)| line.cell(id, held.shown()));
    }
    line.end(payload.why.shown(), payload.batch)
}

/// A payload while it is written, in this order: its head, the cells of each side, its end.
pub(super) struct Line {
    out: String,
    /// Whether the cells of a side are being written, and whether one was.
    cells: Option<bool>,
}

impl Line {
    pub(super) fn begin(head: &Head<'_>) -> Self {
        let mut out = String::with_capacity(768);
        let author = head.author;
        out.push_str("{\"v\":1,\"arrival\":");
        out.push_str(&head.arrival.to_string());
        text(&mut out, "at", &author.at.exact());
        text(&mut out, "actor", &author.actor);
        if let Some(on_behalf) = &author.on_behalf {
            text(&mut out, "on_behalf", on_behalf);
        }
        if let Some(key) = &author.key {
            text(&mut out, "key", key);
        }
        text(&mut out, "act", &head.act.word());
        text(&mut out, "register", head.register);
        text(&mut out, "record", head.record);
        number(&mut out, "version", head.version);
        Self { out, cells: None }
    }

    /// Begins the cells of a side.
    pub(super) fn cells(&mut self, side: Side) {
        self.close();
        key(&mut self.out, side.word());
        self.out.push('{');
        self.cells = Some(false);
    }

    pub(super) fn cell(&mut self, id: &str, value: Shown<'_>) {
        if self.cells.replace(true) == Some(true) {
            self.out.push(',');
        }
        quote(&mut self.out, id);
        self.out.push(':');
        push(&mut self.out, value);
    }

    fn close(&mut self) {
        if self.cells.take().is_some() {
            self.out.push('}');
        }
    }

    pub(super) fn end(mut self, why: Shown<'_>, batch: Option<i64>) -> String {
        self.close();
        if !matches!(why, Shown::Empty) {
            key(&mut self.out, "why");
            push(&mut self.out, why);
        }
        if let Some(batch) = batch {
            number(&mut self.out, "batch", batch);
        }
        self.out.push('}');
        self.out
    }
}

fn key(out: &mut String, name: &str) {
    out.push(',');
    quote(out, name);
    out.push(':');
}

fn text(out: &mut String, name: &str, value: &str) {
    key(out, name);
    quote(out, value);
}

fn number(out: &mut String, name: &str, value: i64) {
    key(out, name);
    out.push_str(&value.to_string());
}

/// One value.
pub(super) fn shown(value: Shown<'_>) -> String {
    let mut out = String::new();
    push(&mut out, value);
    out
}

fn push(out: &mut String, value: Shown<'_>) {
    match value {
        Shown::Empty => out.push_str("null"),
        Shown::Plain(cell) => push_cell(out, cell),
        Shown::Day(day) => tagged(out, "day", &day.to_string()),
        Shown::Moment(at) => tagged(out, "moment", &at.exact()),
        Shown::Digest(digest) => tagged(out, "sha256", &digest.to_string()),
    }
}

fn tagged(out: &mut String, tag: &str, value: &str) {
    out.push('{');
    quote(out, tag);
    out.push(':');
    quote(out, value);
    out.push('}');
}

fn push_cell(out: &mut String, cell: &Cell) {
    match cell {
        Cell::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Cell::Int(value) => out.push_str(&value.to_string()),
        Cell::Double(value) => decimal(out, *value),
        Cell::Text(value) => quote(out, value),
        Cell::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                push_cell(out, item);
            }
            out.push(']');
        }
    }
}

/// The fewest digits that give the same number, without an exponent, and always with a point:
/// so a decimal is told from a whole number, and has one spelling.
fn decimal(out: &mut String, value: f64) {
    let written = value.to_string();
    out.push_str(&written);
    if !written.contains('.') {
        out.push_str(".0");
    }
}

/// A text in quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    quote(&mut out, text);
    out
}

/// Escapes what JSON must have escaped and nothing else, as RFC 8785, section 3.2.2.2, does.
fn quote(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    // Every letter that is escaped is one byte, so a text can be cut beside it.
    while let Some(at) = rest
        .bytes()
        .position(|b| b < 0x20 || b == b'"' || b == b'\\')
    {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let mut letters = from.chars();
        letters
            .next()
            .into_iter()
            .for_each(|letter| escape(out, letter));
        rest = letters.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

fn escape(out: &mut String, letter: char) {
    match letter {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\u{8}' => out.push_str("\\b"),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\u{c}' => out.push_str("\\f"),
        '\r' => out.push_str("\\r"),
        _ => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
    }
}
