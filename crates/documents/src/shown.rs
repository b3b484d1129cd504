//! A value as it is shown in a cell, so that reading the cell gives the value back.

use crate::text::{Mark, escaped, mark, plain};
use crate::value::{AllPlaces, choice_words};
use programme::Programme;
use programme::model::{FieldKind, RegisterField};
use programme::record::Cell;
use rules::{Day, Empty, Moment, Words};
use std::borrow::Cow;
use std::collections::HashMap;

/// What a cell of a list holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A value.
    Value(Cell),
    /// Nothing: unknown or none, as the column's field says.
    Empty,
    /// A value that was erased.
    Erased,
}

impl From<Option<Cell>> for Content {
    fn from(cell: Option<Cell>) -> Self {
        cell.map_or(Self::Empty, Self::Value)
    }
}

/// A column of a list.
#[derive(Clone, Debug)]
pub enum Column<'a> {
    /// A register's field.
    Field(&'a RegisterField),
    /// Anything else, such as a record's id or a count.
    Other {
        /// Its head.
        name: Words,
        /// What its values are.
        kind: FieldKind,
        /// What an empty cell means.
        empty: Empty,
    },
}

impl Column<'_> {
    /// The column of records' ids, under the head by which an import finds them again.
    pub fn id() -> Self {
        Self::Other {
            name: Words::new(crate::head::ID.0, crate::head::ID.1),
            kind: FieldKind::Text,
            empty: Empty::Unknown,
        }
    }

    pub(crate) fn name(&self) -> &Words {
        match self {
            Self::Field(field) => &field.name,
            Self::Other { name, .. } => name,
        }
    }

    pub(crate) fn kind(&self) -> FieldKind {
        match self {
            Self::Field(field) => field.kind,
            Self::Other { kind, .. } => *kind,
        }
    }

    fn empty(&self) -> Empty {
        match self {
            Self::Field(field) => field.empty,
            Self::Other { empty, .. } => *empty,
        }
    }
}

/// Given a register's id and a record's id, what the record is called.
pub type Label<'a> = dyn Fn(&str, &str) -> Option<String> + 'a;

/// What goes into a cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shown<'s> {
    Blank,
    Text(Cow<'s, str>),
    /// A number and how many of its digits are after the point where that is fixed.
    Number(f64),
    /// Fen; exact as yuan with two decimals.
    Fen(i64),
    Day(Day),
    Moment(Moment),
}

/// Shows values in one language.
pub(crate) struct Shower<'a> {
    zh: bool,
    known: AllPlaces<'a>,
    label: &'a Label<'a>,
    /// Labels that were asked for: of units, of divisions, of choices by field.
    units: HashMap<Box<str>, String>,
    divisions: HashMap<Box<str>, String>,
    choices: HashMap<String, HashMap<String, String>>,
}

impl<'a> Shower<'a> {
    pub(crate) fn new(programme: &'a Programme, zh: bool, label: &'a Label<'a>) -> Self {
        Self {
            zh,
            known: AllPlaces::new(programme),
            label,
            units: HashMap::new(),
            divisions: HashMap::new(),
            choices: HashMap::new(),
        }
    }

    pub(crate) fn word<'w>(&self, words: &'w Words) -> &'w str {
        if self.zh { &words.zh } else { &words.en }
    }

    /// A content as it is shown.
    pub(crate) fn show<'s>(&mut self, content: &'s Content, column: &Column<'_>) -> Shown<'s> {
        let word = |zh: &'static str, en: &'static str| {
            Shown::Text(Cow::Borrowed(if self.zh { zh } else { en }))
        };
        match content {
            Content::Erased => word("（已删除）", "(erased)"),
            Content::Empty if column.empty() == Empty::None => word("（无）", "(none)"),
            Content::Empty => Shown::Blank,
            Content::Value(cell) => self.value(cell, column),
        }
    }

    fn value<'s>(&mut self, cell: &'s Cell, column: &Column<'_>) -> Shown<'s> {
        match (cell, column.kind()) {
            (Cell::Bool(yes), _) => Shown::Text(Cow::Borrowed(match (yes, self.zh) {
                (true, true) => "是",
                (false, true) => "否",
                (true, false) => "yes",
                (false, false) => "no",
            })),
            (Cell::Int(days), FieldKind::Date) => {
                i32::try_from(*days).map_or(Shown::Blank, |days| Shown::Day(Day(days)))
            }
            (Cell::Int(ms), FieldKind::Time) => Shown::Moment(Moment(*ms)),
            (Cell::Int(fen), FieldKind::Money) => Shown::Fen(*fen),
            // A spreadsheet keeps 15 digits; longer numbers are text there.
            (Cell::Int(n), _) if n.unsigned_abs() >= 1_000_000_000_000_000 => {
                Shown::Text(Cow::Owned(n.to_string()))
            }
            (Cell::Int(n), _) => Shown::Number(*n as f64),
            (Cell::Double(n), _) => Shown::Number(*n),
            (Cell::Text(text), _) => Shown::Text(self.text(text, column)),
            (Cell::List(items), _) => Shown::Text(Cow::Owned(self.list(items, column))),
        }
    }

    fn text<'s>(&mut self, text: &'s str, column: &Column<'_>) -> Cow<'s, str> {
        let field = match column {
            Column::Field(field) => *field,
            Column::Other { .. } => return Cow::Borrowed(text),
        };
        match (field.kind, field.to.as_deref()) {
            (FieldKind::Choice | FieldKind::Choices, _) => Cow::Owned(self.choice(text, field)),
            (FieldKind::Unit, _) | (_, Some("unit")) => Cow::Owned(self.place(text, true)),
            (FieldKind::Division, _) | (_, Some("division")) => Cow::Owned(self.place(text, false)),
            (_, Some(register)) => match (self.label)(register, text) {
                Some(name) if name != text => Cow::Owned(format!("{name} [{text}]")),
                _ => Cow::Borrowed(text),
            },
            _ => Cow::Borrowed(text),
        }
    }

    /// A choice's word where it leads back to the choice, else its id.
    pub(crate) fn choice(&mut self, id: &str, field: &RegisterField) -> String {
        if !self.choices.contains_key(&field.id) {
            let words = choice_words(field);
            let leads_back = |word: &str, id: &str| {
                words.get(&plain(word)) == Some(&id)
                    && !matches!(mark(word), Some(Mark::None | Mark::Clear | Mark::Erased))
            };
            let labels = field.choices.iter().map(|(id, names)| {
                let word = self.word(names);
                let label = if leads_back(word, id) { word } else { id };
                (id.clone(), label.to_owned())
            });
            let labels = labels.collect();
            self.choices.insert(field.id.clone(), labels);
        }
        let label = self
            .choices
            .get(&field.id)
            .and_then(|labels| labels.get(id));
        label.map_or_else(|| id.to_owned(), String::clone)
    }

    /// A unit or division as people call it; its code where the programme does not know it.
    pub(crate) fn place(&mut self, id: &str, unit: bool) -> String {
        let labels = if unit { &self.units } else { &self.divisions };
        if let Some(label) = labels.get(id) {
            return label.clone();
        }
        let places = if unit {
            self.known.units()
        } else {
            self.known.divisions()
        };
        let label = places.label(id, self.zh).unwrap_or_else(|| id.to_owned());
        let labels = if unit {
            &mut self.units
        } else {
            &mut self.divisions
        };
        labels.insert(id.into(), label.clone());
        label
    }

    fn list(&mut self, items: &[Cell], column: &Column<'_>) -> String {
        let between = if self.zh { "；" } else { "; " };
        let mut shown = Vec::with_capacity(items.len());
        for item in items {
            let Cell::Text(id) = item else { continue };
            let word = self.text(id, column);
            // A word with a separator in it would be read as two; the id never is.
            let word = if word.contains([';', '；', '、', ',', '，', '\n']) {
                id.to_string()
            } else {
                word.into_owned()
            };
            shown.push(word);
        }
        shown.join(between)
    }

    /// A text as it goes into a cell, escaped where it would be read as something else.
    pub(crate) fn safe<'t>(text: &'t str, column: &Column<'_>, formula: bool) -> Cow<'t, str> {
        let is_choice = matches!(
            column.kind(),
            FieldKind::Choice | FieldKind::Choices | FieldKind::Bool
        );
        // A choice may be called 无; it is tried before the word is taken for "nothing".
        if is_choice && !(formula && text.starts_with(['=', '+', '-', '@'])) {
            return Cow::Borrowed(text);
        }
        escaped(text, formula)
    }
}

/// Fen as yuan with two decimals, exactly.
pub(crate) fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

/// A text without the characters that no sheet can hold.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    let bad = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.contains(bad) {
        Cow::Owned(text.chars().filter(|c| !bad(*c)).collect())
    } else {
        Cow::Borrowed(text)
    }
}
