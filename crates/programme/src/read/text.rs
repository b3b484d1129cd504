//! A text with its place, and what may be wrong with it; the place of a key or value by its path.

use super::document::Source;
use super::near::nearest;
use crate::{Files, Place};
use rules::Words;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// A text with its place: of a value with its quotes, or of a key.
#[derive(Clone, Debug)]
pub(crate) struct Text<'f> {
    pub(crate) source: Source<'f>,
    pub(crate) value: String,
    pub(crate) span: Range<usize>,
}

impl<'f> Text<'f> {
    /// Its place in the folder.
    pub(crate) fn place(&self) -> Place {
        Place::new(self.source.file, self.span.clone())
    }

    /// Records an error about this text.
    pub(crate) fn refuse(&self, code: &'static str, message: Words, help: Words) {
        self.source.refuse(code, self.span.clone(), message, help);
    }

    /// One of a closed list of words; anything else is a fault that names the nearest.
    pub(crate) fn one_of<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        let words: Vec<&str> = words.into_iter().collect();
        let found = words.iter().find(|w| **w == self.value).copied();
        if found.is_none() {
            self.unknown("unknown-word", &words, "词", "word");
        }
        found
    }

    /// Records that nothing has this name; `kind_zh` and `kind_en` say what was looked for.
    pub(crate) fn unknown(&self, code: &'static str, known: &[&str], kind_zh: &str, kind_en: &str) {
        let name = &self.value;
        let help = nearest(name, known.iter().copied()).map_or_else(
            || {
                let all = known
                    .iter()
                    .take(12)
                    .copied()
                    .collect::<Vec<_>>()
                    .join(", ");
                let more = if known.len() > 12 { " …" } else { "" };
                Words::new(
                    format!("可以是：{all}{more}"),
                    format!("it may be: {all}{more}"),
                )
            },
            |near| {
                Words::new(
                    format!("是不是 `{near}`？"),
                    format!("did you mean `{near}`?"),
                )
            },
        );
        self.refuse(
            code,
            Words::new(
                format!("没有叫 `{name}` 的{kind_zh}"),
                format!("there is no {kind_en} `{name}`"),
            ),
            help,
        );
    }
}

/// The place of the value at a path of keys, for faults found after reading; the key where `of_key`.
/// A step into an array is its position.
pub(crate) fn place_of(files: &Files, file: &str, path: &[&str], of_key: bool) -> Option<Place> {
    let (document, _) = DeTable::parse_recoverable(files.get(file)?);
    let (first, rest) = path.split_first()?;
    let (key, mut value) = document.get_ref().get_key_value(*first)?;
    let mut key_span = key.span();
    for step in rest {
        value = match value.get_ref() {
            DeValue::Table(table) => {
                let (key, value) = table.get_key_value(*step)?;
                key_span = key.span();
                value
            }
            DeValue::Array(items) => items.get(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(Place::new(
        file,
        if of_key { key_span } else { value.span() },
    ))
}
