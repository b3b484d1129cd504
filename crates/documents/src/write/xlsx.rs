//! Lists as workbooks, and what every workbook of ours has: formats, sheet names, properties.

use super::{List, Written, cut_note, split_note};
use crate::grid::Look;
use crate::shown::{Column, Content, Shower, Shown, printable, yuan};
use programme::model::FieldKind;
use rules::{Day, Moment};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatBorder, Workbook, Worksheet, XlsxError,
};
use std::io::{self, Write};

/// Characters that a cell takes.
const CELL_CHARS_MAX: usize = 32_767;

pub(super) fn write(
    list: &List<'_>,
    rows: &mut dyn Iterator<Item = Vec<Content>>,
    out: &mut (impl Write + Send),
) -> io::Result<Written> {
    workbook(list, rows, out).map_err(io::Error::other)
}

fn workbook(
    list: &List<'_>,
    rows: &mut dyn Iterator<Item = Vec<Content>>,
    out: &mut (impl Write + Send),
) -> Result<Written, XlsxError> {
    let mut shower = Shower::new(list.programme, list.zh, list.label);
    let mut book = Workbook::new();
    book.set_properties(&properties(list.at));
    let mut pen = Pen {
        by_column: true,
        ..Pen::new()
    };
    let title = shower.word(list.title).to_owned();
    let mut written = Written::default();
    let mut next = rows.next();
    loop {
        written.sheets += 1;
        let sheet = book.add_worksheet_with_constant_memory()?;
        sheet.set_name(sheet_name(&title, written.sheets))?;
        sheet.set_freeze_panes(1, 0)?;
        for (at, column) in (0..).zip(list.columns) {
            sheet.set_column_width(at, width(column))?;
            if let Some(format) = pen.of_kind(column.kind()) {
                sheet.set_column_format(at, format)?;
            }
        }
        for (at, column) in (0..).zip(list.columns) {
            sheet.write_string_with_format(0, at, shower.word(column.name()), &pen.head)?;
        }
        let mut row = 1;
        while row < list.sheet_rows_max.clamp(2, super::SHEET_ROWS_MAX)
            && let Some(cells) = next
        {
            for ((at, content), column) in (0..).zip(&cells).zip(list.columns) {
                let shown = shower.show(content, column);
                let is_word = !matches!(content, Content::Value(_));
                pen.put(sheet, (row, at), shown, column, is_word)?;
            }
            row += 1;
            written.rows += 1;
            next = rows.next();
        }
        if next.is_none() {
            break;
        }
    }
    book.save_to_writer(out)?;
    written.notes.extend(cut_note(pen.cut));
    written.notes.extend(split_note(written.sheets));
    Ok(written)
}

/// Puts shown values into cells.
pub(crate) struct Pen {
    pub(crate) head: Format,
    money: Format,
    ratio: Format,
    day: Format,
    moment: Format,
    text: Format,
    plain: Format,
    /// Cells take the formats of their columns, which spares looking one up for every cell.
    by_column: bool,
    /// Cells that were cut.
    pub(crate) cut: u64,
}

impl Pen {
    pub(crate) fn new() -> Self {
        Self {
            head: Format::new()
                .set_bold()
                .set_background_color(Color::RGB(0x00E8_EEF4))
                .set_border_bottom(FormatBorder::Thin)
                .set_text_wrap(),
            money: Format::new().set_num_format("#,##0.00"),
            ratio: Format::new().set_num_format("0.00%"),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            text: Format::new().set_num_format("@"),
            plain: Format::new(),
            by_column: false,
            cut: 0,
        }
    }

    /// The same pen on coloured ground.
    pub(crate) fn on(colour: Color) -> Self {
        let mut pen = Self::new();
        for format in [
            &mut pen.money,
            &mut pen.ratio,
            &mut pen.day,
            &mut pen.moment,
            &mut pen.text,
            &mut pen.plain,
        ] {
            *format = format.clone().set_background_color(colour);
        }
        pen
    }

    /// The format of an empty cell of a kind, so that what is typed there keeps its digits.
    pub(crate) fn of_kind(&self, kind: FieldKind) -> Option<&Format> {
        match kind {
            FieldKind::Money => Some(&self.money),
            FieldKind::Ratio => Some(&self.ratio),
            FieldKind::Date => Some(&self.day),
            FieldKind::Time => Some(&self.moment),
            FieldKind::Int | FieldKind::Decimal => None,
            _ => Some(&self.text),
        }
    }

    pub(crate) fn put(
        &mut self,
        sheet: &mut Worksheet,
        (row, at): (u32, u16),
        shown: Shown<'_>,
        column: &Column<'_>,
        is_word: bool,
    ) -> Result<(), XlsxError> {
        match shown {
            Shown::Blank => {}
            Shown::Text(text) if is_word => self.text(sheet, (row, at), &text)?,
            Shown::Text(text) => self.text(
                sheet,
                (row, at),
                &Shower::safe(&printable(&text), column, false),
            )?,
            Shown::Number(n) => {
                let ratio = column.kind() == FieldKind::Ratio;
                let format = if ratio { &self.ratio } else { &self.plain };
                self.digits(sheet, (row, at), n, format)?;
            }
            Shown::Fen(fen) => match exact_yuan(fen) {
                Some(yuan) => self.digits(sheet, (row, at), yuan, &self.money)?,
                None => self.text(sheet, (row, at), &yuan(fen))?,
            },
            Shown::Day(day) => match serial(day.start()) {
                Some(serial) => self.digits(sheet, (row, at), serial, &self.day)?,
                None => self.text(sheet, (row, at), &day.to_string())?,
            },
            Shown::Moment(moment) => match serial(moment) {
                Some(serial) => self.digits(sheet, (row, at), serial, &self.moment)?,
                None => self.text(sheet, (row, at), &moment.exact())?,
            },
        }
        Ok(())
    }

    /// A number as a file had it.
    pub(crate) fn number(
        &self,
        sheet: &mut Worksheet,
        cell: (u32, u16),
        n: f64,
        look: Look,
    ) -> Result<(), XlsxError> {
        let format = match look {
            Look::Date if n.fract() == 0.0 => &self.day,
            Look::Date => &self.moment,
            Look::Percent => &self.ratio,
            Look::Plain => &self.plain,
        };
        self.digits(sheet, cell, n, format)
    }

    fn digits(
        &self,
        sheet: &mut Worksheet,
        (row, at): (u32, u16),
        n: f64,
        format: &Format,
    ) -> Result<(), XlsxError> {
        if self.by_column {
            sheet.write_number(row, at, n)?;
        } else {
            sheet.write_number_with_format(row, at, n, format)?;
        }
        Ok(())
    }

    /// An empty cell with the pen's ground.
    pub(crate) fn blank(
        &mut self,
        sheet: &mut Worksheet,
        (row, at): (u32, u16),
    ) -> Result<(), XlsxError> {
        sheet.write_blank(row, at, &self.text)?;
        Ok(())
    }

    pub(crate) fn text(
        &mut self,
        sheet: &mut Worksheet,
        (row, at): (u32, u16),
        text: &str,
    ) -> Result<(), XlsxError> {
        let mut text = text;
        if text.len() > CELL_CHARS_MAX && text.encode_utf16().count() > CELL_CHARS_MAX {
            // Half as many characters fit whatever each of them takes.
            let end = text
                .char_indices()
                .nth(CELL_CHARS_MAX / 2)
                .map_or(text.len(), |(at, _)| at);
            text = text.get(..end).unwrap_or_default();
            self.cut += 1;
        }
        if self.by_column {
            sheet.write_string(row, at, text)?;
        } else {
            sheet.write_string_with_format(row, at, text, &self.text)?;
        }
        Ok(())
    }
}

/// Yuan as a number where a spreadsheet keeps every digit of it: 15 of them.
fn exact_yuan(fen: i64) -> Option<f64> {
    // The nearest double of a decimal of 15 digits is written with those digits again.
    (fen.unsigned_abs() < 1_000_000_000_000_000).then(|| fen as f64 / 100.0)
}

/// A spreadsheet's day number, from 1 March 1900 on; before it spreadsheets miscount.
fn serial(moment: Moment) -> Option<f64> {
    let day = moment.day();
    let from = Day::from_ymd(1900, 3, 1)?;
    let until = Day::from_ymd(9999, 12, 31)?;
    let of_day = (moment.0 - day.start().0) as f64 / 86_400_000.0;
    (from..=until)
        .contains(&day)
        .then(|| f64::from(day.0 + 25_569) + of_day)
}

fn width(column: &Column<'_>) -> f64 {
    match column.kind() {
        FieldKind::LongText => 40.0,
        FieldKind::Text
        | FieldKind::Reference
        | FieldKind::References
        | FieldKind::Choices
        | FieldKind::Uscc => 24.0,
        FieldKind::Time => 19.0,
        _ => 14.0,
    }
}

/// A name that spreadsheets accept: at most 31 characters, none of `[]:*?/\`, no apostrophe at its ends.
pub(crate) fn sheet_name(title: &str, number: u32) -> String {
    let tail = if number > 1 {
        format!(" {number}")
    } else {
        String::new()
    };
    let good = |c: &char| !c.is_control() && !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\');
    let mut units = 31 - tail.len();
    let fits = |c: &char| {
        let taken = units.checked_sub(c.len_utf16());
        units = taken.unwrap_or(0);
        taken.is_some()
    };
    let name: String = title.chars().filter(good).take_while(fits).collect();
    let name = name.trim_matches(['\'', ' ']);
    // `History` is a name that spreadsheets keep for themselves.
    let name = if name.is_empty() || name.eq_ignore_ascii_case("history") {
        "Sheet"
    } else {
        name
    };
    format!("{name}{tail}")
}

/// The properties of a file written at a moment; the moment is given, so that the same rows give the same bytes.
pub(crate) fn properties(at: Moment) -> DocProperties {
    let (year, month, day) = at.day().ymd();
    let ms = at.0 - at.day().start().0;
    let date = ExcelDateTime::from_ymd(
        year.max(1900).unsigned_abs(),
        month.unsigned_abs(),
        day.unsigned_abs(),
    );
    let time = date.and_then(|date| {
        let (hour, minute) = (ms / 3_600_000, ms / 60_000 % 60);
        date.and_hms(hour as u16, minute as u8, 0.0)
    });
    match time {
        Ok(time) => DocProperties::new().set_creation_datetime(&time),
        Err(_) => DocProperties::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_get_names_that_spreadsheets_accept() {
        assert_eq!(sheet_name("项目/周报[1]", 1), "项目周报1");
        assert_eq!(sheet_name("'", 2), "Sheet 2");
        assert_eq!(sheet_name("History", 1), "Sheet");
        assert_eq!(sheet_name(&"长".repeat(40), 12).encode_utf16().count(), 31);
        assert_eq!(sheet_name(&"😀".repeat(40), 1).encode_utf16().count(), 30);
    }

    #[test]
    fn yuan_are_numbers_while_every_digit_is_kept() {
        assert_eq!(exact_yuan(29), Some(0.29));
        assert_eq!(exact_yuan(999_999_999_999_999), Some(9_999_999_999_999.99));
        assert_eq!(exact_yuan(1_000_000_000_000_000), None);
        assert_eq!(yuan(i64::MIN), "-92233720368547758.08");
        assert_eq!(yuan(-5), "-0.05");
    }
}
