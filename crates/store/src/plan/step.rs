//! A plan: steps, refusals with the rows that stand against them, and what is kept; in words and as JSON.

use programme::record::{Cell, Cells};
use rules::Words;
use serde::Serialize;
use std::fmt;

/// What brings the tables to the programme.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// What is done, register by register.
    pub steps: Vec<Step>,
    /// Why it cannot be done; a plan with one is not applied.
    pub refusals: Vec<Refusal>,
    /// Columns and tables that the programme no longer has; their values stay.
    pub kept: Vec<Words>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What it does.
    pub does: Does,
    /// The register's id.
    pub register: String,
    /// The column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// It in words.
    pub words: Words,
    /// What a rebuild from the journal must do too, as the journal's entry names it.
    #[serde(skip)]
    pub(super) replayed: Option<(String, Replayed)>,
}

/// A rename, or another type of the same values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Replayed {
    /// The new id.
    Renamed(String),
    /// The words of both types.
    Widened(String, String),
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// Makes a table.
    CreateTable,
    /// Gives a table another name.
    RenameTable,
    /// Adds a column.
    AddColumn,
    /// Gives a column another name.
    RenameColumn,
    /// Gives a column another type, every value kept.
    Widen,
    /// Makes a column required.
    Require,
    /// Lets a column be empty.
    Relax,
    /// Other choices.
    Choices,
    /// Another least or greatest value.
    Range,
    /// A reference that leads elsewhere.
    Reference,
    /// A unique index more.
    AddUnique,
    /// A unique index less.
    DropUnique,
    /// The programme has a field again whose column was kept.
    Return,
    /// The programme no longer has a field; its column stays.
    Keep,
    /// The programme gives a column up.
    DropColumn,
    /// Views for reporting tools are made anew.
    Views,
}

/// Why a plan cannot be applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The register's id.
    pub register: String,
    /// The column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What stands against it.
    pub why: Words,
    /// What to do.
    pub mend: Words,
    /// Ids of records that stand against it, the first of them.
    pub rows: Vec<String>,
}

impl Plan {
    /// Nothing to do, and nothing in the way.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.refusals.is_empty()
    }

    /// Renames and other types, as the cells of the journal's entry; `journal::Rebuild` does the same to its records.
    pub(super) fn replayed(&self) -> Cells {
        let text = |text: &String| Cell::Text(text.as_str().into());
        let told = self.steps.iter().filter_map(|step| step.replayed.as_ref());
        told.map(|(key, what)| {
            let cell = match what {
                Replayed::Renamed(new) => text(new),
                Replayed::Widened(was, is) => Cell::List(vec![text(was), text(is)]),
            };
            (key.clone(), Some(cell))
        })
        .collect()
    }

    /// It as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// It line by line in one language: refusals first, then steps, then what is kept.
    pub fn lines(&self, pick: fn(&Words) -> &str) -> Vec<String> {
        let said = |zh: &str, en: &str| pick(&Words::new(zh, en)).to_owned();
        if self.is_empty() && self.kept.is_empty() {
            return vec![said("表与方案一致", "The tables fit the programme.")];
        }
        let mut lines: Vec<String> = Vec::new();
        for refusal in &self.refusals {
            lines.push(format!("! {}", pick(&refusal.why)));
            if !refusal.rows.is_empty() {
                let rows = refusal.rows.join(", ");
                lines.push(format!("  {}{rows}", said("记录：", "records: ")));
            }
            lines.push(format!("  {}", pick(&refusal.mend)));
        }
        lines.extend(
            self.steps
                .iter()
                .map(|step| format!("+ {}", pick(&step.words))),
        );
        lines.extend(self.kept.iter().map(|words| format!("= {}", pick(words))));
        lines
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.lines(|words| &words.en);
        lines.iter().try_for_each(|line| writeln!(out, "{line}"))
    }
}

impl Step {
    /// A step about a table (`column` is `None`) or a column, after what it is about: `event.signed: …`.
    pub(super) fn new(
        does: Does,
        register: &str,
        column: Option<&str>,
        zh: &str,
        en: &str,
    ) -> Self {
        let at = at(register, column);
        Self {
            does,
            register: register.to_owned(),
            column: column.map(str::to_owned),
            words: Words::new(format!("{at}：{zh}"), format!("{at}: {en}")),
            replayed: None,
        }
    }

    /// The same, for a step that gives something another id: `old` is a register, or a column of the new register.
    pub(super) fn renaming(mut self, old: &str) -> Self {
        let (key, new) = match &self.column {
            None => (old.to_owned(), &self.register),
            Some(column) => (format!("{}.{old}", self.register), column),
        };
        self.replayed = Some((key, Replayed::Renamed(new.clone())));
        self
    }

    /// The same, for a step that gives a column another type.
    pub(super) fn widening(mut self, was: &str, is: &str) -> Self {
        let column = self.column.as_deref().unwrap_or_default();
        let key = format!("{}.{column}:kind", self.register);
        self.replayed = Some((key, Replayed::Widened(was.to_owned(), is.to_owned())));
        self
    }

    pub(super) fn views() -> Self {
        Self {
            does: Does::Views,
            register: String::new(),
            column: None,
            words: Words::new(
                "重建给报表工具用的视图",
                "make the views for reporting tools anew",
            ),
            replayed: None,
        }
    }
}

impl Refusal {
    pub(super) fn new(register: &str, column: Option<&str>, why: Words, mend: Words) -> Self {
        let at = at(register, column);
        Self {
            register: register.to_owned(),
            column: column.map(str::to_owned),
            why: Words::new(format!("{at}：{}", why.zh), format!("{at}: {}", why.en)),
            mend,
            rows: Vec::new(),
        }
    }
}

fn at(register: &str, column: Option<&str>) -> String {
    column.map_or_else(
        || register.to_owned(),
        |column| format!("{register}.{column}"),
    )
}
