//! Ids: how they are spelt, and which words CEL keeps for itself.

use super::text::Text;
use rules::Words;

/// Names that stand for something in every rule.
const TAKEN: [&str; 8] = [
    "bearer", "left", "period", "right", "score", "settings", "today", "viewer",
];

impl Text<'_> {
    /// An id of words joined with hyphens: notices, measures, policies, ladders …
    pub(super) fn kebab(&self) -> String {
        let fits = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if !self.value.split('-').all(fits) {
            self.bad_id(
                "小写字母、数字和连字符（kebab-case）",
                "lower-case letters, digits and hyphens (kebab-case)",
            );
        }
        self.value.clone()
    }

    /// An id of words joined with underscores: registers, states, moves, roles, clocks …
    pub(super) fn snake(&self) -> String {
        if !self.value.starts_with(|c: char| c.is_ascii_lowercase()) || !self.in_snake() {
            self.bad_id(
                "小写字母、数字和下划线（snake_case）",
                "lower-case letters, digits and underscores (snake_case)",
            );
        }
        self.value.clone()
    }

    /// The id of a phase or milestone: letters, digits, hyphens and underscores.
    pub(super) fn plain_id(&self) -> String {
        let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        if self.value.is_empty() || !self.value.bytes().all(word) {
            self.bad_id(
                "小写字母、数字、连字符和下划线",
                "lower-case letters, digits, hyphens and underscores",
            );
        }
        self.value.clone()
    }

    /// The id of a choice: in snake_case, a digit may come first.
    pub(super) fn choice_id(&self) -> String {
        if !self.in_snake() {
            self.bad_id(
                "小写字母、数字和下划线（snake_case）",
                "lower-case letters, digits and underscores (snake_case)",
            );
        }
        self.value.clone()
    }

    /// An id that rules use as a name of a field or setting: snake_case and no word of CEL's.
    pub(super) fn field_id(&self) -> String {
        if rules::is_reserved(self.value.as_str()) {
            self.refuse(
                "reserved-word",
                Words::new(
                    format!("`{}` 是规则语言的保留字，规则里不能当名称", self.value),
                    format!(
                        "`{}` is a reserved word of the rule language, so no rule could name it",
                        self.value
                    ),
                ),
                Words::new(
                    format!("换一个词，例如 `{}_value`", self.value),
                    format!("choose another word, such as `{}_value`", self.value),
                ),
            );
        }
        self.snake()
    }

    /// An id that stands beside `bearer`, `period` and the like in one rule: a tally's.
    pub(super) fn tally_id(&self) -> String {
        if TAKEN.contains(&self.value.as_str()) {
            self.refuse(
                "name-taken",
                Words::new(
                    format!("`{}` 在每条规则里已有含义", self.value),
                    format!("`{}` already means something in every rule", self.value),
                ),
                Words::new("换一个词", "choose another word"),
            );
        }
        self.field_id()
    }

    fn in_snake(&self) -> bool {
        !self.value.is_empty()
            && self
                .value
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    }

    fn bad_id(&self, zh: &str, en: &str) {
        self.refuse(
            "bad-id",
            Words::new(
                format!("`{}` 不能作标识：要用{zh}", self.value),
                format!("`{}` is no id: it must be of {en}", self.value),
            ),
            Words::new("换一个标识", "choose another id"),
        );
    }
}
