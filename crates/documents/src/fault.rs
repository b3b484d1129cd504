//! What is wrong with a sheet: where, what, why and how to mend it.

use programme::Severity;
use rules::Words;

/// One fault of a file, of a sheet, of a row or of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable, kebab-case.
    pub code: &'static str,
    /// An error refuses the row (or the file, where it has no row); a warning is for a person to look at.
    pub severity: Severity,
    /// The file's name.
    pub file: String,
    /// The sheet's name; `None` for CSV and for faults of the whole file.
    pub sheet: Option<String>,
    /// The row's number as a spreadsheet shows it, from 1.
    pub row: Option<u32>,
    /// The cell as a spreadsheet names it: `C7`.
    pub cell: Option<String>,
    /// The register's field.
    pub field: Option<String>,
    /// What is wrong.
    pub what: Words,
    /// Why it cannot stay so.
    pub why: Words,
    /// How to mend it.
    pub mend: Words,
}

/// A fault whose place is not yet said; small, because every cell may give one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong(Box<Said>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    code: &'static str,
    severity: Severity,
    what: Words,
    why: Words,
    mend: Words,
}

/// A Chinese and an English text.
pub(crate) type Pair<'a> = (&'a str, &'a str);

impl Wrong {
    /// An error.
    pub(crate) fn new(code: &'static str, what: Words, why: Pair<'_>, mend: Pair<'_>) -> Self {
        Self(Box::new(Said {
            code,
            severity: Severity::Error,
            what,
            why: Words::new(why.0, why.1),
            mend: Words::new(mend.0, mend.1),
        }))
    }

    /// The same as a warning.
    #[must_use]
    pub(crate) fn warning(mut self) -> Self {
        self.0.severity = Severity::Warning;
        self
    }

    /// The same with other advice.
    #[must_use]
    pub(crate) fn mend(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.0.mend = Words::new(zh, en);
        self
    }

    /// What is wrong and how to mend it, in one line.
    pub(crate) fn words(self) -> Words {
        let Said { what, mend, .. } = *self.0;
        let joined = |what: String, mend: String, between: &str| match mend.is_empty() {
            true => what,
            false => format!("{what}{between}{mend}"),
        };
        Words::new(
            joined(what.zh, mend.zh, "；"),
            joined(what.en, mend.en, "; "),
        )
    }

    /// At a place of a file.
    pub(crate) fn at(self, file: &str, spot: Spot<'_>) -> Fault {
        let said = *self.0;
        Fault {
            code: said.code,
            severity: said.severity,
            file: file.to_owned(),
            sheet: spot
                .sheet
                .filter(|name| !name.is_empty())
                .map(str::to_owned),
            row: spot.row,
            cell: spot
                .row
                .zip(spot.column)
                .map(|(row, column)| address(row, column)),
            field: spot.field.map(str::to_owned),
            what: said.what,
            why: said.why,
            mend: said.mend,
        }
    }
}

/// A place in a file.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spot<'a> {
    pub(crate) sheet: Option<&'a str>,
    /// From 1.
    pub(crate) row: Option<u32>,
    /// From 0.
    pub(crate) column: Option<u32>,
    pub(crate) field: Option<&'a str>,
}

impl Fault {
    /// Whether the row (or the file) is refused for it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// A cell's name in a spreadsheet: row from 1, column from 0.
pub fn address(row: u32, column: u32) -> String {
    format!("{}{row}", letters(column))
}

/// A column's letters: 0 is `A`, 26 is `AA`.
pub(crate) fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(b'A' + (rest % 26) as u8);
        rest /= 26;
    }
    letters
        .iter()
        .rev()
        .map(|letter| char::from(*letter))
        .collect()
}

/// Reads `C7` into row (from 1) and column (from 0).
pub(crate) fn cell_of(text: &str) -> Option<(u32, u32)> {
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = text.split_at(digits);
    if letters.is_empty() || letters.len() > 4 {
        return None;
    }
    let mut column = 0_u32;
    for letter in letters.bytes() {
        let n = letter
            .to_ascii_uppercase()
            .checked_sub(b'A')
            .filter(|n| *n < 26)?;
        column = column * 26 + u32::from(n) + 1;
    }
    let row: u32 = row.parse().ok().filter(|row| *row > 0)?;
    Some((row, column - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_spreadsheets_do() {
        for (row, column, name) in [
            (7, 2, "C7"),
            (1, 0, "A1"),
            (9, 26, "AA9"),
            (2, 16_383, "XFD2"),
        ] {
            assert_eq!(address(row, column), name);
            assert_eq!(cell_of(name), Some((row, column)));
        }
        for text in ["", "C", "7", "C0", "ABCDE1", "C7x", "é7", "C99999999999"] {
            assert_eq!(cell_of(text), None, "{text}");
        }
    }
}
