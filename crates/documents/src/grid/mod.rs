//! A file as rows of raw cells, whatever its format: nothing here knows a register.

mod csv;
mod formats;
mod package;
mod sheet;
mod workbook;

pub(crate) use csv::Csv;
pub(crate) use package::{signature_fault, too_large};
pub(crate) use workbook::Workbook;

use crate::fault::Wrong;
use std::ops::ControlFlow;
use std::rc::Rc;

/// Sizes beyond which a file is refused, most of them before anything is inflated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file as it lies on the disk.
    pub bytes_max: usize,
    /// Bytes of everything inside an xlsx, inflated.
    pub inflated_max: u64,
    /// How many times larger an xlsx may be inflated, once it is over a megabyte.
    pub ratio_max: u64,
    /// Parts inside an xlsx.
    pub parts_max: usize,
    /// Rows of one sheet, empty ones included.
    pub rows_max: u32,
    /// Columns of one sheet.
    pub columns_max: u32,
    /// Bytes of one cell.
    pub cell_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes_max: 64 << 20,
            inflated_max: 1 << 30,
            ratio_max: 300,
            parts_max: 5_000,
            rows_max: 1_048_576,
            columns_max: 512,
            cell_bytes_max: 200_000,
        }
    }
}

/// A cell's content as the file holds it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Raw {
    Text(Rc<str>),
    /// The number's digits as written, and how the cell shows it.
    Number(Box<str>, Look),
    Bool(bool),
    /// `#N/A`, `#REF!` …
    Error(Box<str>),
    /// A formula that was never worked out.
    NoValue,
}

/// How a number is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    Plain,
    Percent,
    /// A date, a time, or both.
    Date,
}

/// One row with its filled cells, by column from 0 in growing order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RawRow {
    /// From 1, as a spreadsheet shows it.
    pub(crate) number: u32,
    pub(crate) hidden: bool,
    pub(crate) cells: Vec<(u32, Raw)>,
}

impl RawRow {
    pub(crate) fn at(&self, column: u32) -> Option<&Raw> {
        let at = self.cells.binary_search_by_key(&column, |(c, _)| *c).ok()?;
        self.cells.get(at).map(|(_, raw)| raw)
    }
}

/// A block of cells shown as one: rows from 1, columns from 0, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Merged {
    pub(crate) rows: (u32, u32),
    pub(crate) columns: (u32, u32),
}

/// What a sheet says beside its cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Layout {
    pub(crate) merged: Vec<Merged>,
    /// Hidden columns, first and last.
    pub(crate) hidden: Vec<(u32, u32)>,
    /// About how many rows there are.
    pub(crate) rows: u32,
}

/// A sheet's name and whether it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SheetName {
    pub(crate) name: String,
    pub(crate) hidden: bool,
}

/// What is done with each row; a break ends the walk.
pub(crate) type Each<'e> = dyn FnMut(&RawRow) -> ControlFlow<()> + 'e;

/// An opened file.
pub(crate) enum Book<'b> {
    Xlsx(Box<Workbook<'b>>),
    Csv(Csv<'b>),
}

impl Book<'_> {
    /// Its sheets; a CSV file is one without a name.
    pub(crate) fn sheets(&self) -> Vec<SheetName> {
        match self {
            Self::Xlsx(book) => book.sheets(),
            Self::Csv(_) => vec![SheetName {
                name: String::new(),
                hidden: false,
            }],
        }
    }

    /// Merged cells and hidden columns of a sheet.
    pub(crate) fn layout(&mut self, sheet: usize) -> Result<Layout, Wrong> {
        match self {
            Self::Xlsx(book) => book.layout(sheet),
            Self::Csv(csv) => Ok(Layout {
                rows: csv.lines(),
                ..Layout::default()
            }),
        }
    }

    /// Gives the rows of a sheet in order; `each` may stop early.
    pub(crate) fn walk(&mut self, sheet: usize, each: &mut Each<'_>) -> Result<(), Wrong> {
        match self {
            Self::Xlsx(book) => book.walk(sheet, each),
            Self::Csv(csv) => csv.walk(each),
        }
    }

    /// Whether day numbers count from 1904.
    pub(crate) fn counts_from_1904(&self) -> bool {
        matches!(self, Self::Xlsx(book) if book.from_1904)
    }

    /// What the file says of itself: names and values of its custom properties.
    pub(crate) fn properties(&self) -> &[(String, String)] {
        match self {
            Self::Xlsx(book) => &book.properties,
            Self::Csv(_) => &[],
        }
    }
}
