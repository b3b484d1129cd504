//! Lists as CSV.

use super::{List, Written};
use crate::shown::{Content, Shower, Shown, printable, yuan};
use std::io::{self, BufWriter, Write};

pub(super) fn write(
    list: &List<'_>,
    rows: &mut dyn Iterator<Item = Vec<Content>>,
    bom: bool,
    crlf: bool,
    out: &mut impl Write,
) -> io::Result<Written> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let mut shower = Shower::new(list.programme, list.zh, list.label);
    let end = if crlf { "\r\n" } else { "\n" };
    if bom {
        out.write_all(b"\xEF\xBB\xBF")?;
    }
    let heads = list.columns.iter().map(|column| shower.word(column.name()));
    let heads: Vec<String> = heads
        .map(|head| crate::text::escaped(head, true).into_owned())
        .collect();
    line(&mut out, heads.iter().map(String::as_str), end)?;
    let mut written = Written {
        sheets: 1,
        ..Written::default()
    };
    let mut cells: Vec<String> = vec![String::new(); list.columns.len()];
    for row in rows {
        for ((content, column), cell) in row.iter().zip(list.columns).zip(&mut cells) {
            cell.clear();
            let is_word = !matches!(content, Content::Value(_));
            match shower.show(content, column) {
                Shown::Blank => {}
                Shown::Text(text) if is_word => cell.push_str(&text),
                Shown::Text(text) => cell.push_str(&Shower::safe(&printable(&text), column, true)),
                // A number may begin with its sign: nothing but digits follows, so it is no formula.
                Shown::Number(n) => cell.push_str(&n.to_string()),
                Shown::Fen(fen) => cell.push_str(&yuan(fen)),
                Shown::Day(day) => cell.push_str(&day.to_string()),
                Shown::Moment(at) => cell.push_str(&at.exact().replace('T', " ")),
            }
        }
        line(&mut out, cells.iter().map(String::as_str), end)?;
        written.rows += 1;
    }
    out.flush()?;
    Ok(written)
}

/// Writes one record, quoting what must be.
pub(crate) fn line<'c>(
    out: &mut impl Write,
    cells: impl Iterator<Item = &'c str>,
    end: &str,
) -> io::Result<()> {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        if cell.contains(['"', ',', ';', '\t', '\n', '\r'])
            || cell.starts_with(' ')
            || cell.ends_with(' ')
        {
            out.write_all(b"\"")?;
            out.write_all(cell.replace('"', "\"\"").as_bytes())?;
            out.write_all(b"\"")?;
        } else {
            out.write_all(cell.as_bytes())?;
        }
    }
    out.write_all(end.as_bytes())
}
