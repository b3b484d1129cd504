//! One sheet of an xlsx, read as a stream: rows, merged cells, hidden columns, shared strings.

use super::package::broken;
use super::{Each, Layout, Limits, Look, Merged, Raw, RawRow};
use crate::fault::{Wrong, cell_of};
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use rules::Words;
use std::io::{BufRead, Read};
use std::rc::Rc;

/// The walk through one sheet's rows.
pub(super) struct Walk<'w, R> {
    xml: Reader<R>,
    strings: &'w [Rc<str>],
    looks: &'w [Look],
    limits: &'w Limits,
    row: RawRow,
    /// Column of the next cell that does not say its own.
    next_column: u32,
    text: String,
    /// What a cell's events are read into.
    buf: Vec<u8>,
}

/// What a cell's element says before its value.
#[derive(Clone, Copy)]
struct CellHead {
    column: u32,
    look: Look,
    kind: CellKind,
}

#[derive(Clone, Copy, PartialEq)]
enum CellKind {
    Number,
    Shared,
    Text,
    Bool,
    Error,
}

impl<'w, R: BufRead> Walk<'w, R> {
    pub(super) fn new(
        from: R,
        strings: &'w [Rc<str>],
        looks: &'w [Look],
        limits: &'w Limits,
    ) -> Self {
        let xml = Reader::from_reader(from);
        Self {
            xml,
            strings,
            looks,
            limits,
            row: RawRow::default(),
            next_column: 0,
            text: String::new(),
            buf: Vec::with_capacity(256),
        }
    }

    pub(super) fn run(mut self, each: &mut Each<'_>) -> Result<(), Wrong> {
        let mut buf = Vec::with_capacity(1024);
        loop {
            buf.clear();
            match self.xml.read_event_into(&mut buf).map_err(|_| broken())? {
                Event::Start(e) if e.local_name().as_ref() == "row" => self.open_row(&e)?,
                Event::Empty(e) if e.local_name().as_ref() == "row" => self.open_row(&e)?,
                Event::Start(e) if e.local_name().as_ref() == "c" => {
                    let head = self.cell_head(&e)?;
                    self.cell(head)?;
                }
                Event::Empty(e) if e.local_name().as_ref() == "c" => {
                    self.cell_head(&e)?;
                }
                Event::End(e) if e.local_name().as_ref() == "row" && each(&self.row).is_break() => {
                    return Ok(());
                }
                Event::End(e) if e.local_name().as_ref() == "sheetData" => return Ok(()),
                // A sheet that is cut off never closes; one without any data closes its element.
                Event::Eof if self.row.number == 0 => return Ok(()),
                Event::Eof => return Err(broken()),
                _ => {}
            }
        }
    }

    fn open_row(&mut self, e: &BytesStart<'_>) -> Result<(), Wrong> {
        let (mut number, mut hidden) = (None, false);
        for attribute in e.attributes().with_checks(false).flatten() {
            match attribute.key.as_ref() {
                "r" => number = attribute.value.parse::<u32>().ok(),
                "hidden" => hidden = matches!(attribute.value.as_ref(), "1" | "true"),
                _ => {}
            }
        }
        let number = number.unwrap_or(self.row.number.saturating_add(1));
        // Rows in another order would let one row stand twice.
        if number <= self.row.number {
            return Err(broken());
        }
        if number > self.limits.rows_max {
            return Err(too_many("行", "rows", self.limits.rows_max));
        }
        self.row.number = number;
        self.row.hidden = hidden;
        self.row.cells.clear();
        self.next_column = 0;
        Ok(())
    }

    fn cell_head(&mut self, e: &BytesStart<'_>) -> Result<CellHead, Wrong> {
        let mut head = CellHead {
            column: self.next_column,
            look: Look::Plain,
            kind: CellKind::Number,
        };
        for attribute in e.attributes().with_checks(false).flatten() {
            let value = attribute.value.as_ref();
            match attribute.key.as_ref() {
                "r" => head.column = cell_of(value).ok_or_else(broken)?.1,
                "s" => {
                    let style = value.parse::<usize>().ok();
                    let look = style.and_then(|style| self.looks.get(style));
                    head.look = look.copied().unwrap_or(Look::Plain);
                }
                "t" => {
                    head.kind = match value {
                        "s" => CellKind::Shared,
                        "str" | "inlineStr" | "d" => CellKind::Text,
                        "b" => CellKind::Bool,
                        "e" => CellKind::Error,
                        _ => CellKind::Number,
                    }
                }
                _ => {}
            }
        }
        self.next_column = head.column.saturating_add(1);
        Ok(head)
    }

    /// Reads up to the cell's end and keeps its value.
    fn cell(&mut self, head: CellHead) -> Result<(), Wrong> {
        self.text.clear();
        let (mut formula, mut value, mut taking, mut phonetic) = (false, false, false, false);
        loop {
            self.buf.clear();
            match self
                .xml
                .read_event_into(&mut self.buf)
                .map_err(|_| broken())?
            {
                Event::Start(e) => match e.local_name().as_ref() {
                    "f" => formula = true,
                    "v" | "t" => (taking, value) = (!phonetic, true),
                    "rPh" => phonetic = true,
                    _ => {}
                },
                Event::Empty(e) => match e.local_name().as_ref() {
                    "f" => formula = true,
                    "v" => value = true,
                    _ => {}
                },
                Event::Text(text) if taking => self.text.push_str(&text.xml10_content()),
                Event::CData(text) if taking => self.text.push_str(&text),
                Event::GeneralRef(entity) if taking => push_entity(&entity, &mut self.text),
                Event::End(e) => match e.local_name().as_ref() {
                    "v" | "t" => taking = false,
                    "rPh" => phonetic = false,
                    "c" => break,
                    _ => {}
                },
                Event::Eof => return Err(broken()),
                _ => {}
            }
            if self.text.len() > self.limits.cell_bytes_max {
                return Err(super::csv::cell_too_long(self.row.number));
            }
        }
        let raw = match (formula, value) {
            (true, false) => Some(Raw::NoValue),
            _ => self.value(head)?,
        };
        if let Some(raw) = raw {
            self.keep(head.column, raw)?;
        }
        Ok(())
    }

    fn value(&self, head: CellHead) -> Result<Option<Raw>, Wrong> {
        if self.text.is_empty() {
            return Ok(None);
        }
        Ok(Some(match head.kind {
            CellKind::Shared => {
                let at = self.text.trim().parse::<usize>().ok();
                let text = at.and_then(|at| self.strings.get(at)).ok_or_else(broken)?;
                if text.is_empty() {
                    return Ok(None);
                }
                Raw::Text(Rc::clone(text))
            }
            CellKind::Text => Raw::Text(unescaped(&self.text)),
            CellKind::Bool => Raw::Bool(matches!(self.text.trim(), "1" | "true" | "TRUE")),
            CellKind::Error => Raw::Error(self.text.as_str().into()),
            CellKind::Number => {
                let text = self.text.trim();
                let number = text.parse::<f64>().is_ok_and(f64::is_finite);
                if number {
                    Raw::Number(text.into(), head.look)
                } else {
                    Raw::Text(text.into())
                }
            }
        }))
    }

    fn keep(&mut self, column: u32, raw: Raw) -> Result<(), Wrong> {
        if column >= self.limits.columns_max {
            return Err(too_many("列", "columns", self.limits.columns_max));
        }
        match self.row.cells.last() {
            Some((last, _)) if *last >= column => Err(broken()),
            _ => {
                self.row.cells.push((column, raw));
                Ok(())
            }
        }
    }
}

pub(super) fn too_many(zh: &str, en: &str, most: u32) -> Wrong {
    Wrong::new(
        "sheet-too-large",
        Words::new(
            format!("超过 {most} {zh}"),
            format!("there are more than {most} {en}"),
        ),
        (
            "再多就不像人填的表，常是把格式拉到了整张表",
            "more does not look like a sheet that people filled; often a format was drawn over the whole sheet",
        ),
        (
            "把有数据的区域复制到新工作簿，或者分成几个文件",
            "copy the filled area into a new workbook, or send several files",
        ),
    )
}

/// Adds the character that an entity stands for; only those that XML itself names are known.
pub(super) fn push_entity(entity: &BytesRef<'_>, text: &mut String) {
    if let Ok(Some(letter)) = entity.resolve_char_ref() {
        text.push(letter);
    } else if let Some(known) =
        quick_xml::escape::resolve_predefined_entity(&entity.xml10_content())
    {
        text.push_str(known);
    }
}

/// Text with `_x000D_` and the like put back to the characters they stand for (ECMA-376, 22.9.2.19).
fn unescaped(text: &str) -> Rc<str> {
    if !text.contains("_x") {
        return text.into();
    }
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let code = from
            .get(2..6)
            .filter(|code| code.bytes().all(|b| b.is_ascii_hexdigit()));
        let letter = code
            .filter(|_| from.get(6..7) == Some("_"))
            .and_then(|code| u32::from_str_radix(code, 16).ok())
            .and_then(char::from_u32);
        let taken = match letter {
            Some(letter) => {
                out.push(letter);
                7
            }
            None => {
                out.push_str("_x");
                2
            }
        };
        rest = from.get(taken..).unwrap_or_default();
    }
    out.push_str(rest);
    out.into()
}

/// The workbook's shared strings, in order.
pub(super) fn shared_strings(from: impl BufRead, limits: &Limits) -> Result<Vec<Rc<str>>, Wrong> {
    let mut xml = Reader::from_reader(from);
    let (mut buf, mut strings, mut text) = (Vec::with_capacity(1024), Vec::new(), String::new());
    let (mut taking, mut phonetic) = (false, false);
    loop {
        buf.clear();
        match xml.read_event_into(&mut buf).map_err(|_| broken())? {
            Event::Start(e) => match e.local_name().as_ref() {
                "si" => text.clear(),
                "t" => taking = !phonetic,
                "rPh" => phonetic = true,
                _ => {}
            },
            // An empty string is a string: the next one must not take its number.
            Event::Empty(e) if e.local_name().as_ref() == "si" => strings.push("".into()),
            Event::Text(t) if taking => text.push_str(&t.xml10_content()),
            Event::CData(t) if taking => text.push_str(&t),
            Event::GeneralRef(entity) if taking => push_entity(&entity, &mut text),
            Event::End(e) => match e.local_name().as_ref() {
                "si" => strings.push(unescaped(&text)),
                "t" => taking = false,
                "rPh" => phonetic = false,
                "sst" => return Ok(strings),
                _ => {}
            },
            Event::Eof if strings.is_empty() => return Ok(strings),
            Event::Eof => return Err(broken()),
            _ => {}
        }
        if text.len() > limits.cell_bytes_max {
            return Err(super::csv::cell_too_long(0));
        }
    }
}

/// Merged cells and hidden columns. Merged cells stand behind the rows, so the sheet is inflated once more for them,
/// searched as bytes: a row cannot be told before it is known whether it is part of a block.
pub(super) fn layout(mut from: impl Read) -> Result<Layout, Wrong> {
    const HEAD_MAX: usize = 1 << 20;
    const TAIL_MAX: usize = 16 << 20;
    let (mut head, mut tail): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    let mut block = vec![0_u8; 1 << 16];
    let mut carried: Vec<u8> = Vec::new();
    let word = memchr::memmem::Finder::new(b"mergeCells");
    let (row, mut rows) = (memchr::memmem::Finder::new(b"<row "), 0_usize);
    loop {
        let read = from.read(&mut block).map_err(|_| broken())?;
        let bytes = block.get(..read).unwrap_or_default();
        if read == 0 {
            break;
        }
        rows += row.find_iter(bytes).count();
        if head.len() < HEAD_MAX {
            head.extend(bytes.iter().take(HEAD_MAX - head.len()));
        }
        if !tail.is_empty() {
            tail.extend_from_slice(bytes);
            if tail.len() > TAIL_MAX {
                break;
            }
            continue;
        }
        carried.extend_from_slice(bytes);
        let opening = word
            .find_iter(&carried)
            .find(|at| opens_element(&carried, *at));
        if let Some(at) = opening {
            let from = memchr::memrchr(b'<', carried.get(..at).unwrap_or_default());
            tail = carried.split_off(from.unwrap_or(at));
        }
        // A word may lie across two blocks, with the prefix before it.
        let keep = carried.len().saturating_sub(64);
        carried.drain(..keep);
    }
    Ok(Layout {
        merged: merged(&tail),
        hidden: hidden_columns(&head),
        rows: u32::try_from(rows).unwrap_or(u32::MAX),
    })
}

/// Whether the word at `at` is the name of an element that opens: `<mergeCells` or `<x:mergeCells`.
fn opens_element(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(..at).unwrap_or_default();
    let name_from = before
        .iter()
        .rposition(|b| !(b.is_ascii_alphanumeric() || *b == b':'));
    let prefixed = before.last().is_none_or(|b| *b == b'<' || *b == b':');
    prefixed && name_from.is_some_and(|from| before.get(from) == Some(&b'<'))
}

fn merged(tail: &[u8]) -> Vec<Merged> {
    let mut found = Vec::new();
    each_element(tail, "mergeCells", |e| {
        if e.local_name().as_ref() != "mergeCell" {
            return;
        }
        let range = super::formats::attribute(e, "ref").unwrap_or_default();
        let (from, to) = range.split_once(':').unwrap_or((&range, &range));
        if let Some((from, to)) = cell_of(from).zip(cell_of(to)) {
            found.push(Merged {
                rows: (from.0.min(to.0), from.0.max(to.0)),
                columns: (from.1.min(to.1), from.1.max(to.1)),
            });
        }
    });
    found
}

fn hidden_columns(head: &[u8]) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    each_element(head, "cols", |e| {
        let of = |name| super::formats::attribute(e, name);
        let hidden = of("hidden").is_some_and(|mark| mark == "1" || mark == "true");
        let number = |name| of(name).and_then(|n| n.parse::<u32>().ok()?.checked_sub(1));
        if e.local_name().as_ref() == "col"
            && hidden
            && let Some(range) = number("min").zip(number("max"))
        {
            found.push(range);
        }
    });
    found
}

/// Calls `see` for each element of a piece of XML, up to the end of `until`, of the rows' beginning, or of sense.
fn each_element(piece: &[u8], until: &str, mut see: impl FnMut(&BytesStart<'_>)) {
    let mut xml = Reader::from_reader(piece);
    xml.config_mut().check_end_names = false;
    let mut buf = Vec::new();
    loop {
        buf.clear();
        match xml.read_event_into(&mut buf) {
            Ok(Event::Start(e) | Event::Empty(e)) => {
                if e.local_name().as_ref() == "sheetData" {
                    return;
                }
                see(&e);
            }
            Ok(Event::End(e)) if e.local_name().as_ref() == until => return,
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_characters_come_back() {
        assert_eq!(&*unescaped("a_x000D_b"), "a\rb");
        assert_eq!(&*unescaped("_x005F_x000D_"), "_x000D_");
        for text in [
            "_x",
            "_xé",
            "_x00",
            "_x000G_",
            "_xD800_",
            "a_x000Db",
            "汉_x汉汉汉",
        ] {
            assert_eq!(&*unescaped(text), text);
        }
    }

    #[test]
    fn merged_cells_are_found_behind_the_rows() {
        let filler = "<row/>".repeat(30_000);
        let text = format!(
            "<worksheet><cols><col min=\"2\" max=\"3\" hidden=\"1\"/></cols><sheetData>{filler}<c><t>mergeCells</t></c></sheetData><mergeCells count=\"1\"><mergeCell ref=\"B2:B4\"/></mergeCells></worksheet>"
        );
        let layout = layout(text.as_bytes()).unwrap();
        assert_eq!(layout.hidden, [(1, 2)]);
        let block = Merged {
            rows: (2, 4),
            columns: (1, 1),
        };
        assert_eq!(layout.merged, [block]);
        let prefixed = text
            .replace("<mergeCell", "<x:mergeCell")
            .replace("</mergeCell", "</x:mergeCell");
        assert_eq!(super::layout(prefixed.as_bytes()).unwrap().merged, [block]);
    }
}
