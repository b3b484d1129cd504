//! A text with its place, and what may be wrong with it.

use super::document::Source;
use crate::Place;
use rules::{Words, nearest};
use std::ops::Range;

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
