//! A form as a page shows it.

use super::{Frame, Shown, Text};
use std::sync::Arc;

/// What a form does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A new record.
    Create,
    /// Other values for a record, by its id.
    Change(String),
    /// A move of a record: its id and the move's.
    Move(String, String),
}

/// A form.
#[derive(Clone, Debug, PartialEq)]
pub struct FormPage {
    /// What surrounds the page.
    pub frame: Arc<Frame>,
    /// The register: id and name.
    pub register: (String, Text),
    /// What it does.
    pub purpose: Purpose,
    /// The record's title, or nothing for a new one.
    pub title: Option<Text>,
    /// The move's name.
    pub step: Option<Text>,
    /// The version that the form was filled from; 0 for a new record.
    pub version: i64,
    /// The fields to fill.
    pub inputs: Vec<Input>,
    /// What stands against all of it.
    pub said: Vec<Text>,
    /// Whether somebody changed the record after the form was first shown.
    pub is_overtaken: bool,
}

/// A field to fill.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// The field's id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// How it is entered.
    pub control: Control,
    /// What stands in it; several for choices and files.
    pub values: Vec<String>,
    /// Whether it must be filled.
    pub is_required: bool,
    /// The unit that stands beside it.
    pub unit: Option<String>,
    /// Whether it holds a value that is kept from the reader, and stays as it is where nothing is entered.
    pub is_masked: bool,
    /// What is wrong with it.
    pub said: Vec<Text>,
    /// What somebody else entered meanwhile.
    pub theirs: Option<Shown>,
}

/// How a field is entered.
#[derive(Clone, Debug, PartialEq)]
pub enum Control {
    /// A line of text.
    Line,
    /// A telephone number.
    Phone,
    /// Several lines.
    Long,
    /// A number.
    Number,
    /// Yuan; 万元 and 亿元 are understood.
    Money,
    /// Percent.
    Share,
    /// A day.
    Day,
    /// A moment.
    Moment,
    /// Yes, no or unknown.
    Truth,
    /// One of these: id and words.
    One(Vec<(String, Text)>),
    /// Some of these.
    Some(Vec<(String, Text)>),
    /// A unit or a record, found by its name; whether several.
    Sought(bool),
    /// Files of these kinds; all where empty.
    Files(Vec<String>),
}

impl FormPage {
    /// Says what stands against what was entered, beside the field that it is about.
    pub fn say(&mut self, field: Option<&str>, words: Text) {
        let of = |input: &&mut Input| field == Some(input.id.as_str());
        match self.inputs.iter_mut().find(of) {
            Some(input) => input.said.push(words),
            None => self.said.push(words),
        }
    }

    /// Whether anything was found wrong.
    pub fn is_refused(&self) -> bool {
        !self.said.is_empty() || self.inputs.iter().any(|input| !input.said.is_empty())
    }

    /// Whether a file may be sent with it.
    pub fn takes_files(&self) -> bool {
        let files = |input: &Input| matches!(input.control, Control::Files(_));
        self.inputs.iter().any(files)
    }
}
