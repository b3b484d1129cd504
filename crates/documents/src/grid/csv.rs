//! CSV in the encodings and with the separators that spreadsheets write.

use super::{Each, Limits, Raw, RawRow};
use crate::fault::Wrong;
use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};
use rules::Words;
use std::borrow::Cow;
use std::ops::ControlFlow;

/// Separators that are tried, in this order where they do equally well.
const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// A CSV file as text.
pub(crate) struct Csv<'b> {
    text: Cow<'b, str>,
    /// Between the cells of a row.
    pub(crate) separator: char,
    limits: Limits,
}

impl<'b> Csv<'b> {
    /// Decodes UTF-8 (with or without its mark), UTF-16 with its mark, else GB 18030, which holds GBK.
    pub(crate) fn open(bytes: &'b [u8], limits: Limits) -> Result<Self, Wrong> {
        let text = decoded(bytes)?;
        if text.contains('\0') {
            return Err(binary());
        }
        Ok(Self {
            text,
            separator: ',',
            limits,
        })
    }

    /// The separators that the file may have: the one that its first line declares as `sep=;`, else all.
    pub(crate) fn separators(&self) -> Vec<char> {
        let declared = self
            .text
            .strip_prefix("sep=")
            .and_then(|rest| rest.chars().next());
        match declared.filter(|c| SEPARATORS.contains(c)) {
            Some(separator) => vec![separator],
            None => SEPARATORS.to_vec(),
        }
    }

    /// About how many records there are.
    pub(crate) fn lines(&self) -> u32 {
        let lines = memchr::memchr_iter(b'\n', self.text.as_bytes()).count();
        u32::try_from(lines).unwrap_or(u32::MAX)
    }

    /// Gives the rows in order; `number` counts records, as a spreadsheet does that opens the file.
    pub(crate) fn walk(&self, each: &mut Each<'_>) -> Result<(), Wrong> {
        let mut text: &str = &self.text;
        let mut row = RawRow::default();
        while !text.is_empty() {
            row.number += 1;
            row.cells.clear();
            if row.number > self.limits.rows_max {
                return Err(super::sheet::too_many("行", "rows", self.limits.rows_max));
            }
            text = self.record(text, &mut row)?;
            if row.number == 1 && self.text.starts_with("sep=") {
                continue;
            }
            if each(&row) == ControlFlow::Break(()) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Cuts one record off the text and gives the rest.
    fn record<'t>(&self, mut text: &'t str, row: &mut RawRow) -> Result<&'t str, Wrong> {
        for column in 0.. {
            if column >= self.limits.columns_max {
                return Err(super::sheet::too_many(
                    "列",
                    "columns",
                    self.limits.columns_max,
                ));
            }
            let (cell, rest) = self.cell(text, row.number)?;
            if !cell.is_empty() {
                row.cells.push((column, Raw::Text(cell.as_ref().into())));
            }
            text = rest;
            if let Some(rest) = text.strip_prefix(self.separator) {
                text = rest;
            } else {
                let rest = text.strip_prefix("\r\n");
                return Ok(rest
                    .or_else(|| text.strip_prefix(['\n', '\r']))
                    .unwrap_or(text));
            }
        }
        Ok("")
    }

    /// One cell and what follows it: a separator, the end of the line or of the file.
    fn cell<'t>(&self, text: &'t str, row: u32) -> Result<(Cow<'t, str>, &'t str), Wrong> {
        let Some(mut rest) = text.strip_prefix('"') else {
            let end = memchr::memchr3(self.separator as u8, b'\n', b'\r', text.as_bytes());
            let end = end.unwrap_or(text.len());
            self.bounded(end, row)?;
            let (cell, rest) = text.split_at(end);
            return Ok((Cow::Borrowed(cell), rest));
        };
        let mut cell = Cow::Borrowed("");
        loop {
            let Some(end) = rest.find('"') else {
                return Err(open_quote(row));
            };
            let (part, after) = rest.split_at(end);
            self.bounded(cell.len() + part.len(), row)?;
            cell += part;
            let after = after.strip_prefix('"').unwrap_or_default();
            if let Some(more) = after.strip_prefix('"') {
                cell += "\"";
                rest = more;
            } else if after.is_empty() || after.starts_with([self.separator, '\n', '\r']) {
                return Ok((cell, after));
            } else {
                return Err(open_quote(row));
            }
        }
    }

    fn bounded(&self, bytes: usize, row: u32) -> Result<(), Wrong> {
        if bytes > self.limits.cell_bytes_max {
            return Err(cell_too_long(row));
        }
        Ok(())
    }
}

fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Wrong> {
    for encoding in [UTF_16LE, UTF_16BE] {
        let mark: &[u8] = if encoding == UTF_16LE {
            &[0xFF, 0xFE]
        } else {
            &[0xFE, 0xFF]
        };
        if let Some(rest) = bytes.strip_prefix(mark) {
            return encoding
                .decode_without_bom_handling_and_without_replacement(rest)
                .ok_or_else(binary);
        }
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Cow::Borrowed(text));
    }
    GB18030
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or_else(binary)
}

fn binary() -> Wrong {
    Wrong::new(
        "file-not-text",
        Words::new(
            "这不是文本：编码既不是 UTF-8 也不是 GB 18030，或者含有空字符",
            "this is no text: neither UTF-8 nor GB 18030, or it holds null characters",
        ),
        (
            "CSV 是纯文本，认不出的字节会变成乱码",
            "CSV is plain text; bytes that nobody can read would become gibberish",
        ),
        (
            "用 Excel 或 WPS 打开，另存为 .xlsx 或“CSV UTF-8”后再上传",
            "open it in Excel or WPS, save it as .xlsx or “CSV UTF-8” and send that",
        ),
    )
}

fn open_quote(row: u32) -> Wrong {
    Wrong::new(
        "csv-open-quote",
        Words::new(
            format!("第 {row} 行有一个引号没有配对"),
            format!("a quotation mark of row {row} is never closed"),
        ),
        (
            "引号不配对，后面的内容分不清是哪一格的，所以整个文件都没有收",
            "behind it nobody can tell which cell a text belongs to, so nothing of the file was taken",
        ),
        (
            "内容里的引号要写两遍并整格加引号；用 Excel 另存为 .xlsx 最省事",
            "write a quotation mark inside a text twice and quote the cell; saving as .xlsx is easiest",
        ),
    )
}

pub(super) fn cell_too_long(row: u32) -> Wrong {
    let (zh, en) = match row {
        0 => ("有一格内容太长".to_owned(), "a cell is too long".to_owned()),
        row => (
            format!("第 {row} 行有一格内容太长"),
            format!("a cell of row {row} is too long"),
        ),
    };
    Wrong::new(
        "cell-too-long",
        Words::new(zh, en),
        (
            "一格放不下这么多字，常是缺了换行或引号",
            "no cell takes so much; often a line break or a quotation mark is missing",
        ),
        ("把长内容作为附件", "attach long content as a file"),
    )
}
