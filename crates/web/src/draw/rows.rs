//! The rows of a list, which are most of its page: written into one text, with what is alike in every row made once.

use crate::format::put_day;
use crate::reader::{Reader, put_escaped};
use app::view::{self, Column, Glimpse};
use askama::Template;
use std::fmt::Write;

/// Bytes of one cell, as a guess.
const CELL_BYTES: usize = 96;

/// Rows of a register's list.
pub(super) struct Rows<'l> {
    pub(super) r: &'l Reader,
    /// The register's id.
    pub(super) register: &'l str,
    pub(super) columns: &'l [Column],
    pub(super) rows: &'l view::Rows,
}

impl Rows<'_> {
    /// As HTML; with a box to tick before each where `bulk`.
    pub(super) fn html(&self, bulk: bool) -> String {
        let r = self.r;
        let mut html = String::with_capacity(self.cells() * CELL_BYTES);
        let (before, after) = r.around_record(self.register);
        let opened: Vec<String> = self.columns.iter().map(|c| opened(r, c)).collect();
        for row in self.rows.iter() {
            html.push_str("<tr>");
            if bulk {
                put_box(&mut html, r, (row.id, row.version));
            }
            html.push_str("<th scope=\"row\"><a href=\"");
            html.push_str(&before);
            put_escaped(&mut html, row.id);
            html.push_str(&after);
            html.push_str("\">");
            put(&mut html, row.id);
            html.push_str("</a></th>");
            for (cell, opened) in row.cells().zip(&opened) {
                html.push_str(opened);
                put_value(&mut html, r, cell);
                html.push_str("</td>");
            }
            html.push_str("</tr>");
        }
        html
    }

    fn cells(&self) -> usize {
        self.rows.len() * (self.columns.len() + 2)
    }
}

/// The beginning of every cell of a column.
fn opened(r: &Reader, column: &Column) -> String {
    let mut html = String::from("<td data-name=\"");
    put(&mut html, r.t(&column.name));
    html.push_str(match column.is_number {
        true => "\" class=\"r\">",
        false => "\">",
    });
    html
}

fn put_box(html: &mut String, r: &Reader, (id, version): (&str, i64)) {
    html.push_str("<td data-name=\"");
    put(html, r.w.bulk_pick);
    // Writing to a string cannot fail.
    let _ = write!(
        html,
        "\"><input type=\"checkbox\" name=\"pick\" value=\"{version}:"
    );
    put(html, id);
    html.push_str("\" aria-label=\"");
    put(html, r.w.bulk_pick);
    html.push(' ');
    put(html, id);
    html.push_str("\"></td>");
}

/// What most cells hold is written at once, the rest by its template.
fn put_value(html: &mut String, r: &Reader, cell: Glimpse<'_>) {
    match cell {
        Glimpse::Said(text) => put(html, text),
        Glimpse::Words(zh, en) => put(html, r.read(zh, en)),
        Glimpse::Unit(_, zh, en) if r.signed_in => put(html, r.read(zh, en)),
        Glimpse::Unit(id, zh, en) => {
            html.push_str("<a href=\"");
            html.push_str(&r.unit(id));
            html.push_str("\">");
            put(html, r.read(zh, en));
            html.push_str("</a>");
        }
        Glimpse::Number(n) => r.put_exact(html, n),
        Glimpse::Day(day) => put_day(html, day),
        Glimpse::Nothing => put_none(html, r.w.value_nothing),
        Glimpse::Unknown => put_none(html, r.w.value_unknown),
        // Writing to a string cannot fail.
        Glimpse::Other(shown) => {
            let _ = r.value(shown).render_into(html);
        }
    }
}

fn put_none(html: &mut String, word: &str) {
    html.push_str("<span class=\"none\">");
    put(html, word);
    html.push_str("</span>");
}

/// Appends a text so that it reads in HTML as it is, and as templates escape it.
fn put(html: &mut String, text: &str) {
    let mut rest = text;
    let is_marked = |byte: u8| matches!(byte, b'"' | b'&' | b'\'' | b'<' | b'>');
    while let Some(at) = rest.bytes().position(is_marked) {
        let (before, marked) = rest.split_at(at);
        let mut marked = marked.chars();
        html.push_str(before);
        html.push_str(match marked.next() {
            Some('"') => "&#34;",
            Some('&') => "&#38;",
            Some('\'') => "&#39;",
            Some('<') => "&#60;",
            _ => "&#62;",
        });
        rest = marked.as_str();
    }
    html.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::view::{Language, Row, Shown, Text};
    use jiff::civil::date;

    fn columns() -> Vec<Column> {
        let column = |id: &str, name: &str, is_number| Column {
            id: id.into(),
            name: Text::new(name, name),
            sortable: true,
            is_number,
        };
        vec![column("name", "<N&>", false), column("sum", "S", true)]
    }

    fn drawn(r: &Reader, id: &str, cells: Vec<Shown>, bulk: bool) -> String {
        let (id, columns) = (id.to_owned(), columns());
        let row = Row {
            id,
            version: 3,
            cells,
        };
        let rows = Rows {
            r,
            register: "event",
            columns: &columns,
            rows: &std::iter::once(row).collect(),
        };
        rows.html(bulk)
    }

    #[test]
    fn whatever_was_entered_reads_as_it_is() {
        let r = Reader::new(Language::En, Some(date(2023, 9, 26)));
        let said = Shown::Said("<b>\"it's\" & \u{4f1a}</b>".into());
        let html = drawn(&r, "H/'7", vec![said, Shown::Number(1234.0, None)], false);
        assert_eq!(
            html,
            "<tr><th scope=\"row\"><a href=\"/records/event/H%2F%277?at=2023-09-26\">H/&#39;7</a></th>\
             <td data-name=\"&#60;N&#38;&#62;\">&#60;b&#62;&#34;it&#39;s&#34; &#38; \u{4f1a}&#60;/b&#62;</td>\
             <td data-name=\"S\" class=\"r\">1\u{2009}234</td></tr>"
        );
    }

    #[test]
    fn a_value_reads_as_its_template_says() {
        let r = Reader {
            signed_in: true,
            ..Reader::new(Language::Zh, None)
        };
        let words = || Text::new("'\u{4f1a}", "&");
        let all = [
            Shown::Unknown,
            Shown::Nothing,
            Shown::Masked,
            Shown::Words(words()),
            Shown::Said("\"<".into()),
            Shown::Truth(true),
            Shown::Number(-1234.5, Some("m".into())),
            Shown::Share(0.3),
            Shown::Fen(1),
            Shown::Day(date(2023, 9, 1)),
            Shown::Moment(date(2023, 9, 1).at(7, 5, 0, 0)),
            Shown::Unit("350000".into(), words()),
            Shown::Record("event".into(), "7".into(), words()),
            Shown::File("0123456789abcdef".into()),
            Shown::Several(vec![Shown::Truth(false), Shown::Unknown]),
        ];
        for signed_in in [true, false] {
            let r = Reader { signed_in, ..r };
            for shown in &all {
                let cells = vec![shown.clone()];
                let (id, version) = (String::new(), 1);
                let row = Row { id, version, cells };
                let rows: view::Rows = std::iter::once(row).collect();
                for cell in rows.iter().flat_map(view::Line::cells) {
                    let mut html = String::new();
                    put_value(&mut html, &r, cell);
                    assert_eq!(html, r.value(shown).render().unwrap(), "{shown:?}");
                }
            }
        }
    }

    #[test]
    fn a_box_names_the_version_that_it_ticks() {
        let r = Reader::new(Language::En, None);
        let html = drawn(&r, "7", vec![Shown::Nothing], true);
        assert!(
            html.contains("name=\"pick\" value=\"3:7\" aria-label"),
            "{html}"
        );
        assert!(
            html.contains(&format!("{} 7\"></td>", r.w.bulk_pick)),
            "{html}"
        );
    }
}
