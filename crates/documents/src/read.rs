//! A file in: rows of typed cells with their faults, a chunk at a time.

use crate::ask::Ask;
use crate::fault::{Fault, Spot, Wrong, letters};
use crate::grid::{Book, Csv, RawRow, SheetName, Workbook, signature_fault, too_large};
use crate::head::{HEAD_ROWS, Head, no_head};
use crate::rows::Rows;
use crate::text::plain;
use programme::record::Cells;
use rules::Words;
use std::ops::ControlFlow;

/// Rows that are handed over at once.
const CHUNK_ROWS: usize = 2_048;

/// One row of a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its number as a spreadsheet shows it, from 1.
    pub number: u32,
    /// The id of the record that it names.
    pub id: Option<Box<str>>,
    /// What it fills, in the order of the register's fields: `None` clears a value, a field that is not here is left as it is.
    pub cells: Cells,
    /// What is wrong with it; an error refuses it.
    pub faults: Vec<Fault>,
}

impl Row {
    /// Whether an error keeps it from being taken.
    pub fn is_refused(&self) -> bool {
        self.faults.iter().any(Fault::is_error)
    }
}

/// A file that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// The sheet's name; empty for CSV.
    pub name: String,
    /// The head's row; 0 where no head was found.
    pub head_row: u32,
    /// The fields that have a column, with the column from 0; `id` among them where there is one.
    pub columns: Vec<(String, u32)>,
    /// The rows that are not empty, in order; without those that [`read_in_chunks`] handed over.
    pub rows: Vec<Row>,
    /// Faults of the file, of its head and of its columns; with an error none of its rows may be taken.
    pub faults: Vec<Fault>,
    /// The version of the programme for which a template was made.
    pub version: Option<String>,
}

impl Sheet {
    /// Whether an error of the file or its head keeps every row from being taken.
    pub fn is_refused(&self) -> bool {
        self.faults.iter().any(Fault::is_error)
    }

    /// Every fault: the file's, then the rows' in order.
    pub fn all_faults(&self) -> impl Iterator<Item = &Fault> {
        self.faults
            .iter()
            .chain(self.rows.iter().flat_map(|row| &row.faults))
    }

    /// The cell in which a row's field stands: `C7`.
    pub fn cell(&self, row: &Row, field: &str) -> Option<String> {
        let (_, column) = self.columns.iter().find(|(id, _)| id == field)?;
        Some(crate::fault::address(row.number, *column))
    }
}

/// Rows that were just read.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk {
    /// The rows.
    pub rows: Vec<Row>,
    /// The number of the last row read, from which an import may go on later ([`Ask::after_row`]).
    pub row: u32,
    /// About how many rows the sheet has.
    pub rows_total: u32,
}

/// Reads a whole file.
pub fn read(bytes: &[u8], ask: &Ask<'_>) -> Sheet {
    let mut rows = Vec::new();
    let mut sheet = read_in_chunks(bytes, ask, &mut |chunk| {
        rows.extend(chunk.rows);
        ControlFlow::Continue(())
    });
    sheet.rows = rows;
    sheet
}

/// Reads a file a chunk at a time; a break ends it. Faults of the file are known only with the answer,
/// so a caller that acts on rows asks [`surveyed`] first.
pub fn read_in_chunks(
    bytes: &[u8],
    ask: &Ask<'_>,
    each: &mut dyn FnMut(Chunk) -> ControlFlow<()>,
) -> Sheet {
    gone_through(bytes, ask, true, each)
}

/// The faults of a file as [`read_in_chunks`] gives them, and how many rows it has; no cell is read, so it takes a
/// part of the time.
pub fn surveyed(bytes: &[u8], ask: &Ask<'_>) -> (Sheet, u64) {
    let mut rows = 0;
    let sheet = gone_through(bytes, ask, false, &mut |chunk| {
        rows += chunk.rows.len() as u64;
        ControlFlow::Continue(())
    });
    (sheet, rows)
}

fn gone_through(
    bytes: &[u8],
    ask: &Ask<'_>,
    values: bool,
    each: &mut dyn FnMut(Chunk) -> ControlFlow<()>,
) -> Sheet {
    let mut sheet = Sheet::default();
    match opened(bytes, ask).and_then(|book| walked(book, ask, &mut sheet, values, each)) {
        Ok(()) => {}
        Err(wrong) => {
            let spot = Spot {
                sheet: Some(&sheet.name),
                ..Spot::default()
            };
            sheet.faults.push(wrong.at(ask.file, spot));
        }
    }
    sheet
}

/// Opens a file by what it holds, whatever its name says.
pub(crate) fn opened<'b>(bytes: &'b [u8], ask: &Ask<'_>) -> Result<Book<'b>, Wrong> {
    if let Some(wrong) = too_large(bytes.len(), &ask.limits) {
        return Err(wrong);
    }
    if bytes.starts_with(b"PK") {
        return Ok(Book::Xlsx(Box::new(Workbook::open(bytes, ask.limits)?)));
    }
    if let Some(wrong) = signature_fault(bytes, ask.file) {
        return Err(wrong);
    }
    Ok(Book::Csv(Csv::open(bytes, ask.limits)?))
}

fn walked(
    mut book: Book<'_>,
    ask: &Ask<'_>,
    sheet: &mut Sheet,
    values: bool,
    each: &mut dyn FnMut(Chunk) -> ControlFlow<()>,
) -> Result<(), Wrong> {
    sheet
        .faults
        .extend(marker_faults(&book, ask, &mut sheet.version));
    let (at, head) = chosen(&mut book, ask)?.ok_or_else(|| no_head(ask.register))?;
    let names = book.sheets();
    sheet.name = names.get(at).map(|s| s.name.clone()).unwrap_or_default();
    sheet.head_row = head.row;
    sheet.faults.extend(head.faults(ask.file, &sheet.name));
    let spot = |row| Spot {
        sheet: Some(names.get(at).map_or("", |s| s.name.as_str())),
        row,
        ..Spot::default()
    };
    sheet.faults.extend(
        head.missing(ask.register)
            .map(|wrong| wrong.at(ask.file, spot(Some(head.row)))),
    );
    sheet
        .faults
        .extend(left_out(&names, at).map(|wrong| wrong.at(ask.file, spot(None))));
    let layout = book.layout(at)?;
    let rows_total = layout.rows;
    let mut rows = Rows::new(
        ask,
        head,
        layout,
        book.counts_from_1904(),
        sheet.name.clone(),
        values,
    );
    sheet.columns = rows.columns();
    let (mut waiting, mut last, mut stopped) = (Vec::new(), 0, false);
    book.walk(at, &mut |raw| {
        last = raw.number;
        waiting.extend(rows.row(raw));
        if waiting.len() < CHUNK_ROWS {
            return ControlFlow::Continue(());
        }
        let rows = std::mem::take(&mut waiting);
        let flow = each(Chunk {
            rows,
            row: last,
            rows_total,
        });
        stopped = flow.is_break();
        flow
    })?;
    if !stopped {
        let rows_total = rows_total.max(last);
        let _ = each(Chunk {
            rows: waiting,
            row: last,
            rows_total,
        });
    }
    sheet.faults.extend(rows.faults());
    Ok(())
}

/// The sheet that is read and its head: the one named as the register, else the first with a head that fits.
pub(crate) fn chosen(book: &mut Book<'_>, ask: &Ask<'_>) -> Result<Option<(usize, Head)>, Wrong> {
    let names = book.sheets();
    let is_named = |sheet: &SheetName| {
        let (name, register) = (plain(&sheet.name), ask.register);
        name == plain(&register.id)
            || name == plain(&register.name.zh)
            || name == plain(&register.name.en)
    };
    let shown: Vec<usize> = (0..names.len())
        .filter(|at| names.get(*at).is_some_and(|s| !s.hidden))
        .collect();
    let named = shown
        .iter()
        .copied()
        .find(|at| names.get(*at).is_some_and(is_named));
    for at in named.into_iter().chain(shown) {
        if let Some(head) = head_of(book, at, ask)? {
            return Ok(Some((at, head)));
        }
    }
    Ok(None)
}

fn head_of(book: &mut Book<'_>, at: usize, ask: &Ask<'_>) -> Result<Option<Head>, Wrong> {
    if let Book::Csv(csv) = book {
        return csv_head(csv, ask);
    }
    Ok(Head::find(&first_rows(book, at)?, ask.register))
}

/// Tries each separator and keeps the one under which the most columns have a name.
fn csv_head(csv: &mut Csv<'_>, ask: &Ask<'_>) -> Result<Option<Head>, Wrong> {
    let mut best: Option<(char, Head)> = None;
    let mut refused = None;
    for separator in csv.separators() {
        csv.separator = separator;
        let mut rows = Vec::new();
        let walked = csv.walk(&mut |row| keep_first(&mut rows, row));
        // A wrong separator may leave a quotation mark in the middle of a cell; that says nothing of the file.
        refused = refused.or(walked.err());
        let head = Head::find(&rows, ask.register);
        let better = |head: &Head| {
            best.as_ref()
                .is_none_or(|(_, b)| head.matches() > b.matches())
        };
        best = head.filter(better).map(|head| (separator, head)).or(best);
    }
    match (best, refused) {
        (Some((separator, head)), _) => {
            csv.separator = separator;
            Ok(Some(head))
        }
        (None, Some(wrong)) => Err(wrong),
        (None, None) => Ok(None),
    }
}

fn first_rows(book: &mut Book<'_>, at: usize) -> Result<Vec<RawRow>, Wrong> {
    let mut rows = Vec::new();
    book.walk(at, &mut |row| keep_first(&mut rows, row))?;
    Ok(rows)
}

fn keep_first(rows: &mut Vec<RawRow>, row: &RawRow) -> ControlFlow<()> {
    if !row.cells.is_empty() {
        rows.push(row.clone());
    }
    if rows.len() < HEAD_ROWS && row.number < 1_000 {
        ControlFlow::Continue(())
    } else {
        ControlFlow::Break(())
    }
}

/// Names of a template's properties.
pub(crate) const MARKER_REGISTER: &str = "heli-register";
pub(crate) const MARKER_VERSION: &str = "heli-version";

fn marker_faults(book: &Book<'_>, ask: &Ask<'_>, version: &mut Option<String>) -> Vec<Fault> {
    let of = |name: &str| {
        book.properties()
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    };
    let mut found = Vec::new();
    *version = of(MARKER_VERSION).map(str::to_owned);
    if let Some(other) = of(MARKER_REGISTER).filter(|id| *id != ask.register.id) {
        let name = ask
            .programme
            .register(other)
            .map_or_else(|| Words::new(other, other), |(_, r)| r.name.clone());
        found.push(Wrong::new(
            "other-register",
            Words::new(
                format!("这是“{}”的模板", name.zh),
                format!("this is a template of “{}”", name.en),
            ),
            ("字段不同，不能混着导入", "its fields are others"),
            (
                "到那个台账去导入，或者下载这个台账的模板",
                "send it to that register, or fill a template of this one",
            ),
        ));
    }
    if let (Some(made), Some(now)) = (version.as_deref(), ask.version)
        && made != now
    {
        found.push(
            Wrong::new(
                "other-version",
                Words::new(
                    "这个模板是按旧版方案做的",
                    "this template was made for another version of the programme",
                ),
                (
                    "字段或选项可能变过，按现在的版本读入",
                    "fields or choices may have changed; it was read by the present version",
                ),
                ("下次请重新下载模板", "download the template anew next time"),
            )
            .warning(),
        );
    }
    found
        .into_iter()
        .map(|wrong| wrong.at(ask.file, Spot::default()))
        .collect()
}

/// Names of the sheets that a template brings beside its own.
pub(crate) const NOTES: (&str, &str) = ("填表说明", "Notes");

fn left_out(names: &[SheetName], taken: usize) -> Option<Wrong> {
    let others = names
        .iter()
        .enumerate()
        .filter(|(at, s)| *at != taken && s.name != NOTES.0 && s.name != NOTES.1);
    let others: Vec<&str> = others
        .filter(|(_, s)| !s.hidden)
        .map(|(_, s)| s.name.as_str())
        .collect();
    let one = names.get(taken).map_or("", |s| s.name.as_str());
    (!others.is_empty()).then(|| {
        Wrong::new(
            "sheets-left-out",
            Words::new(
                format!("只读了工作表“{one}”，没有读：{}", others.join("、")),
                format!(
                    "only the sheet “{one}” was read, not: {}",
                    others.join(", ")
                ),
            ),
            ("一次导入一个工作表", "one sheet is taken at a time"),
            (
                "要导入别的工作表，另存成单独的文件",
                "save another sheet as a file of its own to send it",
            ),
        )
        .warning()
    })
}

/// Rows or columns as a person lists them: `3–5、9`.
pub(crate) fn listed(numbers: &[u32], column: bool) -> String {
    const SHOWN_MAX: usize = 8;
    let name = |n: u32| if column { letters(n) } else { n.to_string() };
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for n in numbers {
        match runs.last_mut() {
            Some((_, to)) if *to + 1 == *n => *to = *n,
            _ => runs.push((*n, *n)),
        }
    }
    let more = if runs.len() > SHOWN_MAX { "…" } else { "" };
    let shown = runs.iter().take(SHOWN_MAX).map(|(from, to)| {
        if from == to {
            name(*from)
        } else {
            format!("{}–{}", name(*from), name(*to))
        }
    });
    format!("{}{more}", shown.collect::<Vec<_>>().join("、"))
}
