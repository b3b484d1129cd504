//! Refused rows back to the person who sent them: the same columns and values, the reason beside each, faults coloured.

use crate::ask::Ask;
use crate::fault::{Fault, Wrong, cell_of};
use crate::grid::{Book, Look, Raw, RawRow};
use crate::head::{Head, MEND, REASON};
use crate::matched::{Fate, Matched};
use crate::read::{MARKER_REGISTER, MARKER_VERSION, Sheet, chosen, opened};
use crate::rows::Blocks;
use crate::text::{escaped, plain, unescaped};
use crate::value::moment_of_serial;
use crate::write::{Format, Pen, Written, line, properties, sheet_name};
use rules::{Moment, Words};
use rust_xlsxwriter::{Color, Workbook, Worksheet, XlsxError};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::ControlFlow;

/// The ground of a cell with a fault.
const FAULTY: Color = Color::RGB(0x00F8_CBAD);

/// What is given back.
pub struct Rejection<'a> {
    /// How the file was read.
    pub ask: &'a Ask<'a>,
    /// What reading it gave; the faults of the whole file are the reason of rows without faults of their own.
    pub sheet: &'a Sheet,
    /// The fates of its rows; those that are refused are written.
    pub matched: &'a [Matched],
    /// Reasons in Chinese, else in English.
    pub zh: bool,
    /// When it is written.
    pub at: Moment,
}

/// The texts of the head row, by column.
type Heads = Vec<(u32, String)>;

/// A refused row as it goes out.
struct Refused {
    row: RawRow,
    reason: String,
    mend: String,
    /// Columns of the cells with faults.
    faulty: Vec<u32>,
}

/// Writes the refused rows of a file in its own columns. A file that cannot be opened has none: nothing is written then.
pub fn rejected(
    bytes: &[u8],
    rejection: &Rejection<'_>,
    format: Format,
    out: &mut (impl Write + Send),
) -> io::Result<Written> {
    let Ok((heads, rows)) = gathered(bytes, rejection) else {
        return Ok(Written::default());
    };
    let written = Written {
        rows: rows.len() as u64,
        sheets: 1,
        notes: Vec::new(),
    };
    match format {
        Format::Csv { bom, crlf } => csv(&heads, &rows, rejection, (bom, crlf), out)?,
        Format::Xlsx => xlsx(&heads, &rows, rejection, out).map_err(io::Error::other)?,
    }
    Ok(written)
}

/// The head and the refused rows as the file has them.
fn gathered(bytes: &[u8], rejection: &Rejection<'_>) -> Result<(Heads, Vec<Refused>), Wrong> {
    let ask = rejection.ask;
    let refused = rejection.matched.iter().filter(|m| m.fate == Fate::Refused);
    let refused: BTreeMap<u32, &Matched> = refused.map(|m| (m.row, m)).collect();
    let mut book = opened(bytes, ask)?;
    let Some((at, head)) = chosen(&mut book, ask)? else {
        return Ok((Vec::new(), Vec::new()));
    };
    let mut blocks = Blocks::new(book.layout(at)?.merged);
    let from_1904 = book.counts_from_1904();
    let (mut heads, mut rows) = (Vec::new(), Vec::new());
    book.walk(at, &mut |row| {
        blocks.reach(row);
        if row.number == head.row {
            heads = heads_of(row);
        } else if let Some(matched) = refused.get(&row.number) {
            let mut row = row.clone();
            blocks.fill(&mut row);
            rows.push(rejection.refused(row, matched, &head, from_1904));
        }
        ControlFlow::Continue(())
    })?;
    // What an earlier answer put there is said anew.
    let old = |text: &str| {
        [REASON, MEND]
            .iter()
            .any(|(zh, en)| plain(text) == plain(zh) || plain(text) == plain(en))
    };
    let dropped: Vec<u32> = heads
        .iter()
        .filter(|(_, text)| old(text))
        .map(|(at, _)| *at)
        .collect();
    heads.retain(|(at, _)| !dropped.contains(at));
    for refused in &mut rows {
        refused.row.cells.retain(|(at, _)| !dropped.contains(at));
    }
    Ok((heads, rows))
}

fn heads_of(row: &RawRow) -> Vec<(u32, String)> {
    let heads = row.cells.iter().map(|(at, raw)| (*at, raw_text(raw)));
    heads.collect()
}

impl Rejection<'_> {
    fn refused(&self, mut row: RawRow, matched: &Matched, head: &Head, from_1904: bool) -> Refused {
        for (_, raw) in &mut row.cells {
            // The answer counts days from 1900.
            if let (true, Raw::Number(digits, Look::Date)) = (from_1904, &mut *raw)
                && let Ok(n) = digits.parse::<f64>()
            {
                *digits = (n + 1_462.0).to_string().into();
            }
        }
        let own: Vec<&Fault> = matched.faults.iter().filter(|f| f.is_error()).collect();
        let faults = if own.is_empty() {
            self.sheet.faults.iter().filter(|f| f.is_error()).collect()
        } else {
            own
        };
        let joined = |of: fn(&Fault) -> &Words, place: bool| {
            let said = faults.iter().map(|fault| {
                let name = fault
                    .field
                    .as_deref()
                    .filter(|_| place)
                    .map_or(String::new(), |id| self.field_name(id));
                let text = if self.zh {
                    &of(fault).zh
                } else {
                    &of(fault).en
                };
                format!("{name}{text}")
            });
            let said = said.filter(|text| !text.is_empty());
            said.collect::<Vec<_>>()
                .join(if self.zh { "；" } else { "; " })
        };
        let cells = faults.iter().filter_map(|f| cell_of(f.cell.as_deref()?));
        let faulty = cells
            .filter(|(at, _)| *at == row.number && *at != head.row)
            .map(|(_, column)| column);
        Refused {
            reason: joined(|f| &f.what, true),
            mend: joined(|f| &f.mend, false),
            faulty: faulty.collect(),
            row,
        }
    }

    fn field_name(&self, id: &str) -> String {
        let name = self
            .ask
            .register
            .field(id)
            .map(|f| if self.zh { &f.name.zh } else { &f.name.en });
        let colon = if self.zh { "：" } else { ": " };
        name.map_or(String::new(), |name| format!("{name}{colon}"))
    }

    fn word(&self, (zh, en): (&'static str, &'static str)) -> &'static str {
        if self.zh { zh } else { en }
    }
}

fn raw_text(raw: &Raw) -> String {
    match raw {
        Raw::Text(text) => text.to_string(),
        Raw::Number(digits, Look::Date) => {
            moment_of_serial(digits).unwrap_or_else(|| digits.to_string())
        }
        Raw::Number(digits, Look::Percent) => percent(digits),
        Raw::Number(digits, Look::Plain) | Raw::Error(digits) => digits.to_string(),
        Raw::Bool(given) => if *given { "TRUE" } else { "FALSE" }.to_owned(),
        Raw::NoValue => String::new(),
    }
}

fn percent(digits: &str) -> String {
    digits
        .parse::<f64>()
        .map_or_else(|_| digits.to_owned(), |n| format!("{}%", n * 100.0))
}

/// Each head's column of the answer, by column of the file: those in between stay, so that no value moves.
fn width(heads: &[(u32, String)], rows: &[Refused]) -> u32 {
    let of_heads = heads.iter().map(|(at, _)| *at);
    let of_rows = rows
        .iter()
        .flat_map(|r| r.row.cells.iter().map(|(at, _)| *at));
    of_heads.chain(of_rows).max().map_or(0, |last| last + 1)
}

fn csv(
    heads: &[(u32, String)],
    rows: &[Refused],
    rejection: &Rejection<'_>,
    (bom, crlf): (bool, bool),
    out: &mut impl Write,
) -> io::Result<()> {
    let end = if crlf { "\r\n" } else { "\n" };
    let width = width(heads, rows);
    if bom {
        out.write_all(b"\xEF\xBB\xBF")?;
    }
    let mut cells: Vec<String> = (0..width).map(|at| head_at(heads, at).to_owned()).collect();
    cells.extend([
        rejection.word(REASON).to_owned(),
        rejection.word(MEND).to_owned(),
    ]);
    line(out, cells.iter().map(String::as_str), end)?;
    for refused in rows {
        cells = (0..width)
            .map(|at| refused.row.at(at).map_or(String::new(), safe))
            .collect();
        cells.extend([&refused.reason, &refused.mend].map(|text| escaped(text, true).into_owned()));
        line(out, cells.iter().map(String::as_str), end)?;
    }
    Ok(())
}

/// What the file has, made harmless: a text that a spreadsheet would run gets an apostrophe, one that has it keeps it.
fn safe(raw: &Raw) -> String {
    let text = raw_text(raw);
    let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r'])
        && text.trim_start_matches(['+', '-']).parse::<f64>().is_err();
    if runs && matches!(raw, Raw::Text(_)) && unescaped(&text).is_none() {
        format!("'{text}")
    } else {
        text
    }
}

fn head_at(heads: &[(u32, String)], at: u32) -> &str {
    heads
        .iter()
        .find(|(column, _)| *column == at)
        .map_or("", |(_, text)| text)
}

fn xlsx(
    heads: &[(u32, String)],
    rows: &[Refused],
    rejection: &Rejection<'_>,
    out: &mut (impl Write + Send),
) -> Result<(), XlsxError> {
    let mut book = Workbook::new();
    let ask = rejection.ask;
    let mut marks =
        properties(rejection.at).set_custom_property(MARKER_REGISTER, ask.register.id.as_str());
    if let Some(version) = rejection.sheet.version.as_deref() {
        marks = marks.set_custom_property(MARKER_VERSION, version);
    }
    book.set_properties(&marks);
    let (mut pen, mut red) = (Pen::new(), Pen::on(FAULTY));
    let sheet = book.add_worksheet();
    let name = if rejection.zh {
        &ask.register.name.zh
    } else {
        &ask.register.name.en
    };
    sheet.set_name(sheet_name(name, 1))?;
    sheet.set_freeze_panes(1, 0)?;
    let width = u16::try_from(width(heads, rows)).unwrap_or(u16::MAX - 2);
    for (at, text) in heads {
        sheet.write_string_with_format(0, *at as u16, text, &pen.head)?;
    }
    for (at, word) in (width..).zip([REASON, MEND]) {
        sheet.write_string_with_format(0, at, rejection.word(word), &pen.head)?;
        sheet.set_column_width(at, 48)?;
    }
    for (number, refused) in (1..).zip(rows) {
        for at in 0..width {
            let bad = refused.faulty.contains(&u32::from(at));
            let pen = if bad { &mut red } else { &mut pen };
            match refused.row.at(u32::from(at)) {
                Some(raw) => put(sheet, pen, (number, at), raw)?,
                None if bad => pen.blank(sheet, (number, at))?,
                None => {}
            }
        }
        pen.text(sheet, (number, width), &refused.reason)?;
        pen.text(sheet, (number, width + 1), &refused.mend)?;
    }
    book.save_to_writer(out)
}

fn put(sheet: &mut Worksheet, pen: &mut Pen, cell: (u32, u16), raw: &Raw) -> Result<(), XlsxError> {
    match raw {
        Raw::Number(digits, look) => match digits.parse::<f64>() {
            Ok(n) => pen.number(sheet, cell, n, *look),
            Err(_) => pen.text(sheet, cell, digits),
        },
        // A formula's text is not kept; its empty place is coloured.
        Raw::NoValue => pen.blank(sheet, cell),
        raw => pen.text(sheet, cell, &raw_text(raw)),
    }
}

/// Whether the file was read as a workbook, so that the answer can be one too.
pub fn is_xlsx(bytes: &[u8], ask: &Ask<'_>) -> bool {
    matches!(opened(bytes, ask), Ok(Book::Xlsx(_)))
}
