//! CSV with places: rows by column name, every fault at its cell.

use super::document::Source;
use crate::{Fault, Place};
use rules::{Day, Words, nearest};
use std::ops::Range;

/// A sheet read whole.
#[derive(Debug)]
pub(super) struct Sheet<'f> {
    source: Source<'f>,
    header: Vec<String>,
    rows: Vec<(usize, csv::StringRecord)>,
}

/// One row of a sheet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'s, 'f> {
    sheet: &'s Sheet<'f>,
    from: usize,
    record: &'s csv::StringRecord,
}

/// A cell with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct CellText<'s, 'f> {
    row: Row<'s, 'f>,
    column: Option<usize>,
    pub(super) text: &'s str,
}

impl<'f> Sheet<'f> {
    /// Reads a sheet that must have `columns` and no other.
    pub(super) fn read(source: Source<'f>, columns: &[&str]) -> Self {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .from_reader(source.text.as_bytes());
        let mut sheet = Self {
            source,
            header: Vec::new(),
            rows: Vec::new(),
        };
        for record in reader.records() {
            match record {
                Ok(record) => sheet.take(record, columns),
                Err(error) => sheet.unreadable(&error),
            }
        }
        if sheet.header.is_empty() {
            sheet.check_header(columns);
        }
        sheet
    }

    /// The rows below the header.
    pub(super) fn rows<'s>(&'s self) -> impl Iterator<Item = Row<'s, 'f>> {
        self.rows.iter().map(|(from, record)| Row {
            sheet: self,
            from: *from,
            record,
        })
    }

    fn take(&mut self, record: csv::StringRecord, columns: &[&str]) {
        let from = record.position().map_or(0, |p| p.byte() as usize);
        if self.header.is_empty() {
            self.header = record
                .iter()
                .map(|c| c.trim().trim_start_matches('\u{feff}').to_owned())
                .collect();
            self.check_header(columns);
            return;
        }
        if record.len() != self.header.len() {
            let (has, wants) = (record.len(), self.header.len());
            let line = self.source.text.get(from..).unwrap_or("");
            let from = from + line.len() - line.trim_start_matches(['\r', '\n']).len();
            let line = self.source.text.get(from..).unwrap_or("");
            let to = from + line.find(['\r', '\n']).unwrap_or(line.len());
            self.source.refuse(
                "csv-syntax",
                from..to,
                Words::new(
                    format!("这一行有 {has} 格，表头有 {wants} 格"),
                    format!("this row has {has} cells, the header has {wants}"),
                ),
                Words::new(
                    "补上或删去逗号；格里有逗号时加双引号",
                    "add or remove commas; put a cell that contains one into double quotes",
                ),
            );
            return;
        }
        self.rows.push((from, record));
    }

    fn unreadable(&self, error: &csv::Error) {
        let at = error.position().map_or(0, |p| p.byte() as usize);
        self.source.refuse(
            "csv-syntax",
            at..at,
            Words::new(
                format!("表格读不懂：{error}"),
                format!("this sheet cannot be read: {error}"),
            ),
            Words::new(
                "检查引号和编码（UTF-8）",
                "look at the quotes and the encoding (UTF-8)",
            ),
        );
    }

    fn check_header(&self, columns: &[&str]) {
        for column in columns
            .iter()
            .filter(|c| !self.header.iter().any(|h| h == *c))
        {
            self.source.refuse(
                "missing-column",
                0..self
                    .source
                    .text
                    .find(['\r', '\n'])
                    .unwrap_or(self.source.text.len()),
                Words::new(
                    format!("缺少列 `{column}`"),
                    format!("column `{column}` is missing"),
                ),
                Words::new(
                    format!("表头应为：{}", columns.join(",")),
                    format!("the header is: {}", columns.join(",")),
                ),
            );
        }
        for (at, column) in self.header.iter().enumerate() {
            let twice = self.header.iter().take(at).any(|h| h == column);
            if twice || !columns.contains(&column.as_str()) {
                let near = nearest(column, columns.iter().copied()).filter(|_| !twice);
                self.source.refuse(
                    "unknown-column",
                    cell_span(self.source.text, 0, at),
                    if twice {
                        Words::new(
                            format!("列 `{column}` 出现两次"),
                            format!("column `{column}` is there twice"),
                        )
                    } else {
                        Words::new(
                            format!("不认识列 `{column}`"),
                            format!("there is no column `{column}`"),
                        )
                    },
                    near.map_or_else(
                        || {
                            Words::new(
                                "删去这一列，或先声明它",
                                "remove the column, or declare it first",
                            )
                        },
                        |n| Words::new(format!("是不是 `{n}`？"), format!("did you mean `{n}`?")),
                    ),
                );
            }
        }
    }
}

impl<'s, 'f> Row<'s, 'f> {
    /// A cell by the name of its column, without spaces around; empty where there is none.
    pub(super) fn cell(&self, column: &str) -> CellText<'s, 'f> {
        let at = self.sheet.header.iter().position(|h| h == column);
        let text = at.and_then(|i| self.record.get(i)).unwrap_or("").trim();
        CellText {
            row: *self,
            column: at,
            text,
        }
    }
}

impl<'s> CellText<'s, '_> {
    /// Records an error at this cell.
    pub(super) fn refuse(&self, code: &'static str, message: Words, help: Words) {
        let source = self.row.sheet.source;
        let span = cell_span(source.text, self.row.from, self.column.unwrap_or(0));
        source.refuse(code, span, message, help);
    }

    /// Records at this cell what a person should look at.
    pub(super) fn warn(&self, code: &'static str, message: Words, help: Words) {
        let source = self.row.sheet.source;
        let span = cell_span(source.text, self.row.from, self.column.unwrap_or(0));
        let fault = Fault::warning(code, Place::new(source.file, span), message).help(help);
        source.faults.borrow_mut().push(fault);
    }

    /// The text; a fault when it is empty.
    pub(super) fn needed(&self) -> &'s str {
        if self.text.is_empty()
            && let Some(column) = self.column
        {
            let name = self.row.sheet.header.get(column).map_or("", String::as_str);
            self.refuse(
                "missing-cell",
                Words::new(format!("`{name}` 是空的"), format!("`{name}` is empty")),
                Words::new("填上这一格", "fill this cell"),
            );
        }
        self.text
    }

    /// A date; `None` when empty or when it is none, which is a fault.
    pub(super) fn date(&self) -> Option<Day> {
        if self.text.is_empty() {
            return None;
        }
        let day = Day::parse(self.text);
        if day.is_none() {
            self.refuse(
                "bad-date",
                Words::new(
                    format!("`{}` 不是日期", self.text),
                    format!("`{}` is no date", self.text),
                ),
                Words::new("按 2023-08-11 的样子写", "write it like 2023-08-11"),
            );
        }
        day
    }

    /// The parts of a list written with `;`.
    pub(super) fn parts(&self) -> impl Iterator<Item = &'s str> {
        self.text
            .split(';')
            .map(str::trim)
            .filter(|p| !p.is_empty())
    }

    /// Records that nothing has the name in this cell.
    pub(super) fn unknown<'a>(
        &self,
        code: &'static str,
        known: impl IntoIterator<Item = &'a str>,
        kind_zh: &str,
        kind_en: &str,
    ) {
        let help = nearest(self.text, known).map_or_else(
            || Words::new("改正这一格，或先加上它", "mend this cell, or add it first"),
            |n| Words::new(format!("是不是 `{n}`？"), format!("did you mean `{n}`?")),
        );
        self.refuse(
            code,
            Words::new(
                format!("没有{kind_zh} `{}`", self.text),
                format!("there is no {kind_en} `{}`", self.text),
            ),
            help,
        );
    }
}

/// The bytes of cell `column` of the row that begins at byte `from`.
fn cell_span(text: &str, from: usize, column: usize) -> Range<usize> {
    let row = text.get(from..).unwrap_or("");
    let mut start = from + row.len() - row.trim_start_matches(['\r', '\n', '\u{feff}']).len();
    let mut at = 0;
    loop {
        let cell = text.get(start..).unwrap_or("");
        let end = start + cell_length(cell);
        let separated = text.get(end..).is_some_and(|rest| rest.starts_with(','));
        if at == column || !separated {
            return start..end;
        }
        (start, at) = (end + 1, at + 1);
    }
}

/// Length of the cell that a text begins with, its quotes included.
fn cell_length(text: &str) -> usize {
    let Some(inside) = text.strip_prefix('"') else {
        return text.find([',', '\r', '\n']).unwrap_or(text.len());
    };
    let mut at = 0;
    while let Some(quote) = inside.get(at..).and_then(|rest| rest.find('"')) {
        at += quote + 1;
        if !inside.get(at..).is_some_and(|rest| rest.starts_with('"')) {
            return at + 1;
        }
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_found_behind_quotes_and_line_breaks() {
        let text = "a,b\r\n\"x, \"\"y\"\"\",z\n";
        for (from, column, found) in [
            (0, 1, "b"),
            (4, 0, "\"x, \"\"y\"\"\""),
            (4, 1, "z"),
            (4, 5, "z"),
        ] {
            assert_eq!(text.get(cell_span(text, from, column)), Some(found));
        }
    }
}
