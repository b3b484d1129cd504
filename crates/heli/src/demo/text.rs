//! Texts with paths in braces, and conditions on what a path leads to.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// A way from a name in scope to a value: `each.place.city`.
pub(crate) type Path = Vec<String>;

/// A text with paths in braces: `"{place.short}第{n:3}场"`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Template(pub(crate) Vec<Piece>);

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// As it stands.
    Text(String),
    /// What the path leads to, padded with zeros to this width.
    Path(Path, usize),
}

impl Template {
    /// Reads a template; the answer says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (inside, after) = after
                .split_once('}')
                .ok_or_else(|| format!("`{text}` opens a brace and does not close it"))?;
            let (path, width) = inside.split_once(':').unwrap_or((inside, "0"));
            let width = width
                .parse()
                .map_err(|_| format!("`{width}` is no width; write {{n:5}}"))?;
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Path(steps(path), width));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    /// The paths in it.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Path(path, _) => Some(path),
            Piece::Text(_) => None,
        })
    }
}

fn steps(path: &str) -> Path {
    path.split('.').map(str::to_owned).collect()
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// Conditions that must all hold: what each path leads to must fit one of its patterns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions(pub(crate) Vec<(Path, Vec<Pattern>)>);

/// What a value may be: itself, `*` at either end, `!` for anything else, `>=` and `<=` for order; an empty
/// text fits an empty cell.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(pub(crate) Template);

impl Pattern {
    /// Whether it asks for one value and nothing else.
    pub(crate) fn is_plain(&self) -> bool {
        match self.0.0.as_slice() {
            [Piece::Path(..)] => true,
            [Piece::Text(text)] => !text.contains(['!', '*', '<', '>']),
            _ => false,
        }
    }

    /// Whether a value fits the pattern, whose paths have been put in.
    pub(crate) fn fits(pattern: &str, value: &str) -> bool {
        if let Some(rest) = pattern.strip_prefix('!') {
            return !Self::fits(rest, value);
        }
        if let Some(least) = pattern.strip_prefix(">=") {
            return !value.is_empty() && order(value, least).is_ge();
        }
        if let Some(most) = pattern.strip_prefix("<=") {
            return !value.is_empty() && order(value, most).is_le();
        }
        match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
            (Some(""), _) => !value.is_empty(),
            (Some(rest), Some(_)) => value.contains(rest.trim_end_matches('*')),
            (Some(end), None) => value.ends_with(end),
            (None, Some(start)) => value.starts_with(start),
            (None, None) => pattern == value,
        }
    }
}

/// Numbers by size, anything else (ISO dates among it) by its letters.
fn order(left: &str, right: &str) -> std::cmp::Ordering {
    match (left.parse::<f64>(), right.parse::<f64>()) {
        (Ok(left), Ok(right)) => left.total_cmp(&right),
        _ => left.cmp(right),
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(Word),
    More(Vec<Word>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Word {
    Flag(bool),
    Number(i64),
    Text(Template),
}

impl<'de> Deserialize<'de> for Conditions {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let table = BTreeMap::<String, OneOrMore>::deserialize(from)?;
        let pattern = |word| {
            Pattern(match word {
                Word::Flag(flag) => Template(vec![Piece::Text(flag.to_string())]),
                Word::Number(number) => Template(vec![Piece::Text(number.to_string())]),
                Word::Text(template) => template,
            })
        };
        let condition = |(path, words): (String, OneOrMore)| {
            let words = match words {
                OneOrMore::One(word) => vec![word],
                OneOrMore::More(words) => words,
            };
            (steps(&path), words.into_iter().map(pattern).collect())
        };
        Ok(Self(table.into_iter().map(condition).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_texts_and_paths() {
        let read = Template::parse("{place.short}第{n:3}场").unwrap();
        let path = |text: &str, width| Piece::Path(steps(text), width);
        let text = |text: &str| Piece::Text(text.to_owned());
        assert_eq!(
            read.0,
            [path("place.short", 0), text("第"), path("n", 3), text("场")]
        );
        assert!(Template::parse("{n").is_err() && Template::parse("{n:x}").is_err());
    }

    #[test]
    fn patterns_fit_ends_order_and_their_opposite() {
        for (pattern, value, fits) in [
            ("held", "held", true),
            ("held", "holding", false),
            ("C36*", "C3611", true),
            ("*县", "闽侯县", true),
            ("*city*", "city;county", true),
            ("*", "", false),
            ("", "", true),
            ("!held", "planned", true),
            ("!*", "", true),
            (">=20", "100", true),
            ("<=2023-09-26", "2023-10-01", false),
            (">=0", "", false),
        ] {
            assert_eq!(Pattern::fits(pattern, value), fits, "{pattern} on {value}");
        }
    }
}
