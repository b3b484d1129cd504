//! Faults with their place in a file, in both languages.

use rules::Words;
use std::collections::BTreeMap;
use std::ops::Range;

/// The folder's files as text, by path relative to the folder with `/` between parts.
pub type Files = BTreeMap<String, String>;

/// Endings of the files that a programme's folder is read from; others are left alone.
pub const ENDINGS: [&str; 3] = ["toml", "csv", "geojson"];

/// Where in the folder something stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Path relative to the folder.
    pub file: String,
    /// Bytes of the file's text.
    pub from: usize,
    /// End of the bytes.
    pub to: usize,
}

impl Place {
    /// A place from a span.
    pub fn new(file: impl Into<String>, span: Range<usize>) -> Self {
        Self {
            file: file.into(),
            from: span.start,
            to: span.end,
        }
    }

    /// Line and column (in characters), both from 1.
    pub fn line_column(&self, files: &Files) -> (usize, usize) {
        let text = files.get(&self.file).map_or("", String::as_str);
        let before = text.get(..self.from.min(text.len())).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        let line = before.matches('\n').count() + 1;
        (
            line,
            before.get(line_start..).unwrap_or("").chars().count() + 1,
        )
    }
}

/// How grave a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The programme cannot run.
    Error,
    /// It can run; a person should look.
    Warning,
}

/// One fault of a programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable, kebab-case.
    pub code: &'static str,
    /// How grave.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// What is wrong and why.
    pub message: Words,
    /// How to mend it.
    pub help: Option<Words>,
}

impl Fault {
    /// A fault with which the programme cannot run.
    pub fn error(code: &'static str, place: Place, message: Words) -> Self {
        Self {
            code,
            severity: Severity::Error,
            place,
            message,
            help: None,
        }
    }

    /// A fault with which it can run, for a person to look at.
    pub fn warning(code: &'static str, place: Place, message: Words) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, place, message)
        }
    }

    /// The same fault with advice how to mend it.
    #[must_use]
    pub fn help(self, help: Words) -> Self {
        Self {
            help: Some(help),
            ..self
        }
    }
}
