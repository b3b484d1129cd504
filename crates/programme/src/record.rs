//! A record as it is written, journaled and stored: typed cells by field, references by id.

use crate::model::FieldKind;
use rules::{Day, Moment};
use serde_json::Value as Json;

/// The value of one field. What it means follows from the field's [`FieldKind`].
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Bool.
    Bool(bool),
    /// Int; money in fen; a date in days and a time in milliseconds, both since 1970 in the programme's zone.
    Int(i64),
    /// Decimal and ratio; finite.
    Double(f64),
    /// Text, choice, industry, period key, person, phone, uscc; the id of a unit, a division or a record.
    Text(Box<str>),
    /// Choices, references, and files by the SHA-256 of their content in hex.
    List(Vec<Cell>),
}

/// Cells by field id, in the order of the register's fields; `None` for an empty cell.
pub type Cells = Vec<(String, Option<Cell>)>;

/// The text in a cell; `None` where the cell is empty, holds something else, or is not there.
pub fn text_in<'c>(cells: &'c Cells, field: &str) -> Option<&'c str> {
    match cells.iter().find(|(id, _)| id == field) {
        Some((_, Some(Cell::Text(text)))) => Some(text),
        _ => None,
    }
}

/// What an entry of the journal does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// A new record: `after` is a full snapshot, empty cells included. Its version is 1, or the next one where a record of its id was withdrawn.
    Create,
    /// Other values for some fields.
    Change,
    /// A move from one state to another, by its id; `after` has the state and what was filled with it.
    Move(String),
    /// A record that should never have been is taken out, as when its batch is undone; `before` is a full snapshot.
    Withdraw,
    /// A batch of sheets or of bulk changes begins; its rows name it.
    Batch,
    /// Values of sensitive fields are erased; `before` names the fields.
    Erase,
    /// Sensitive values were shown to the author; `before` names the fields, never the values, and the version stays.
    Reveal,
    /// A version of the programme is put in force; `after` has its digest.
    Publish,
    /// An account was changed, as the word says; `record` is the account, `after` the role, unit and days.
    Account(String),
    /// Tables are brought to the programme; `why` has the plan.
    Migrate,
}

/// A change of one record, as it was decided and not yet written.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The register's id.
    pub register: String,
    /// The record's id; `None` for a new record that the store is to number.
    pub record: Option<Box<str>>,
    /// The version it was decided on: 0 for a new record.
    pub version: i64,
    /// What it does.
    pub act: Act,
    /// The new cells: all stored fields for [`Act::Create`], else those that differ.
    pub after: Cells,
    /// Why, in the author's words.
    pub why: Option<String>,
}

/// On whose behalf, when, and under which key a change is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// Who does it: an account's id.
    pub actor: String,
    /// For whom, where that is somebody else.
    pub on_behalf: Option<String>,
    /// When.
    pub at: Moment,
    /// The actor's own key for this act: the same key again gives the first answer.
    pub key: Option<String>,
}

/// One entry of the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its number on arrival; grows, may have gaps.
    pub arrival: i64,
    /// Its place in the total order, without gaps from 0; `None` until the sealer has numbered it.
    pub position: Option<i64>,
    /// Who, for whom, when.
    pub author: Author,
    /// What it does.
    pub act: Act,
    /// The register's id; empty for acts on the programme or on tables.
    pub register: String,
    /// The record's id.
    pub record: Box<str>,
    /// The record's version after it.
    pub version: i64,
    /// The cells before, for the fields of `after`; empty for a creation.
    pub before: Cells,
    /// The cells after.
    pub after: Cells,
    /// Why.
    pub why: Option<String>,
    /// The arrival number of the batch it belongs to.
    pub batch: Option<i64>,
}

impl Act {
    /// Its name, as the journal and the interface write it: `create`, `move:hold`.
    pub fn word(&self) -> String {
        match self {
            Self::Create => "create".into(),
            Self::Change => "change".into(),
            Self::Move(id) => format!("move:{id}"),
            Self::Withdraw => "withdraw".into(),
            Self::Batch => "batch".into(),
            Self::Erase => "erase".into(),
            Self::Reveal => "reveal".into(),
            Self::Publish => "publish".into(),
            Self::Account(what) => format!("account:{what}"),
            Self::Migrate => "migrate".into(),
        }
    }

    /// Reads what [`Act::word`] writes.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "create" => Self::Create,
            "change" => Self::Change,
            "withdraw" => Self::Withdraw,
            "batch" => Self::Batch,
            "erase" => Self::Erase,
            "reveal" => Self::Reveal,
            "publish" => Self::Publish,
            "migrate" => Self::Migrate,
            _ => match word.strip_prefix("account:") {
                Some(what) => Self::Account(what.into()),
                None => Self::Move(word.strip_prefix("move:")?.into()),
            },
        })
    }
}

impl Cell {
    /// As JSON: money in fen, dates and times in ISO 8601, everything else as it is.
    pub fn json(&self, kind: FieldKind) -> Json {
        match (self, kind) {
            (Self::Int(days), FieldKind::Date) => Json::String(
                i32::try_from(*days).map_or_else(|_| String::new(), |d| Day(d).to_string()),
            ),
            (Self::Int(ms), FieldKind::Time) => Json::String(Moment(*ms).exact()),
            (Self::Bool(b), _) => Json::Bool(*b),
            (Self::Int(n), _) => Json::from(*n),
            (Self::Double(n), _) => Json::from(*n),
            (Self::Text(text), _) => Json::String(text.to_string()),
            (Self::List(items), _) => items.iter().map(|item| item.json(kind)).collect(),
        }
    }

    /// Reads what [`Cell::json`] writes; `None` where it is no value of this kind.
    pub fn of_json(json: &Json, kind: FieldKind) -> Option<Self> {
        use FieldKind as K;
        let many = matches!(kind, K::Choices | K::References | K::Files);
        Some(match (json, kind) {
            (Json::Array(items), _) if many => {
                let text = |item: &Json| Some(Self::Text(item.as_str()?.into()));
                Self::List(items.iter().map(text).collect::<Option<_>>()?)
            }
            (Json::String(text), K::Date) => Self::Int(Day::parse(text)?.0.into()),
            (Json::String(text), K::Time) => Self::Int(Moment::parse(text)?.0),
            (Json::Bool(b), K::Bool) => Self::Bool(*b),
            (Json::Number(n), K::Int | K::Money) => Self::Int(n.as_i64()?),
            (Json::Number(n), K::Decimal | K::Ratio) => Self::Double(n.as_f64()?),
            (_, K::Bool | K::Int | K::Money | K::Decimal | K::Ratio | K::Date | K::Time) => {
                return None;
            }
            (Json::String(text), _) if !many => Self::Text(text.as_str().into()),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_from_json_as_they_were() {
        use FieldKind as K;
        let text = |t: &str| Cell::Text(t.into());
        let cells = [
            (K::Date, Cell::Int(19_626), "\"2023-09-26\""),
            (
                K::Time,
                Cell::Int(19_626 * 86_400_000 + 1_500),
                "\"2023-09-26T00:00:01.500\"",
            ),
            (K::Money, Cell::Int(-1_050), "-1050"),
            (K::Ratio, Cell::Double(0.1), "0.1"),
            (K::Decimal, Cell::Double(3.0), "3.0"),
            (K::Bool, Cell::Bool(false), "false"),
            (K::Unit, text("350500"), "\"350500\""),
            (
                K::Choices,
                Cell::List(vec![text("cars"), text("food")]),
                "[\"cars\",\"food\"]",
            ),
        ];
        for (kind, cell, json) in cells {
            assert_eq!(cell.json(kind).to_string(), json);
            assert_eq!(Cell::of_json(&cell.json(kind), kind), Some(cell));
        }
        assert_eq!(
            Cell::of_json(&Json::from(1.5), K::Money),
            None,
            "half a fen"
        );
        assert_eq!(Cell::of_json(&Json::from("cars"), K::Choices), None);
        assert_eq!(
            Act::parse(&Act::Move("hold".into()).word()),
            Some(Act::Move("hold".into()))
        );
    }
}
