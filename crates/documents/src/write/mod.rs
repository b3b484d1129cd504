//! A list out: rows as they come, to xlsx or CSV, in memory that does not grow with them.

mod csv;
mod xlsx;

pub(crate) use csv::line;
pub(crate) use xlsx::{Pen, properties, sheet_name};

use crate::shown::{Column, Content, Label};
use programme::Programme;
use rules::{Moment, Words};
use std::io::{self, Write};

/// A list to write.
pub struct List<'a> {
    /// Its name, of which sheets are named.
    pub title: &'a Words,
    /// The columns.
    pub columns: &'a [Column<'a>],
    /// The programme whose units and divisions values name.
    pub programme: &'a Programme,
    /// What records are called that values refer to.
    pub label: &'a Label<'a>,
    /// Heads and words in Chinese, else in English.
    pub zh: bool,
    /// When it is written, for the file's properties.
    pub at: Moment,
    /// Rows of one sheet, its head included; a longer list goes on in another. 1,048,576 is all that a spreadsheet has.
    pub sheet_rows_max: u32,
}

/// Rows of a sheet that every spreadsheet opens.
pub const SHEET_ROWS_MAX: u32 = 1_048_576;

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A workbook with real dates and numbers.
    Xlsx,
    /// Comma-separated text.
    Csv {
        /// Begins with the mark by which spreadsheets recognise UTF-8.
        bom: bool,
        /// Ends lines as RFC 4180 says, else with a line feed alone.
        crlf: bool,
    },
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Rows without heads.
    pub rows: u64,
    /// Sheets.
    pub sheets: u32,
    /// What a person should know of the file.
    pub notes: Vec<Words>,
}

/// Writes a list. An error is one of `out` or of the temporary file that a workbook grows in.
pub fn write(
    list: &List<'_>,
    rows: &mut dyn Iterator<Item = Vec<Content>>,
    format: Format,
    out: &mut (impl Write + Send),
) -> io::Result<Written> {
    match format {
        Format::Xlsx => xlsx::write(list, rows, out),
        Format::Csv { bom, crlf } => csv::write(list, rows, bom, crlf, out),
    }
}

/// The note of cells whose text was longer than a spreadsheet's cell takes.
fn cut_note(cells: u64) -> Option<Words> {
    (cells > 0).then(|| {
        Words::new(
            format!("{cells} 格文字超过 32,767 字，只写了前面一段；导出 CSV 可得全文"),
            format!(
                "{cells} cells have more than 32,767 characters and were cut; a CSV has all of them"
            ),
        )
    })
}

fn split_note(sheets: u32) -> Option<Words> {
    (sheets > 1).then(|| {
        Words::new(
            format!("行数超过一个工作表的上限，分成了 {sheets} 个工作表"),
            format!("there are more rows than a sheet takes; they are on {sheets} sheets"),
        )
    })
}
