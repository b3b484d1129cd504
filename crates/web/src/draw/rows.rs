//! The rows of a list, which are most of its page: written into one text, with what is alike in every row made once.

use crate::reader::{Reader, put_escaped};
use app::view::{Column, Row, Shown};
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
    pub(super) rows: &'l [Row],
}

impl Rows<'_> {
    /// As HTML; with a box to tick before each where `bulk`.
    pub(super) fn html(&self, bulk: bool) -> String {
        let r = self.r;
        let mut html = String::with_capacity(self.cells() * CELL_BYTES);
        let (before, after) = r.around_record(self.register);
        let opened: Vec<String> = self.columns.iter().map(|c| opened(r, c)).collect();
        for row in self.rows {
            html.push_str("<tr>");
            if bulk {
                put_box(&mut html, r, (&row.id, row.version));
            }
            html.push_str("<th scope=\"row\"><a href=\"");
            html.push_str(&before);
            put_escaped(&mut html, &row.id);
            html.push_str(&after);
            html.push_str("\">");
            put(&mut html, &row.id);
            html.push_str("</a></th>");
            for (cell, opened) in row.cells.iter().zip(&opened) {
                html.push_str(opened);
                put_value(&mut html, r, cell);
                html.push_str("</td>");
            }
            html.push_str("</tr>");
        }
        html
    }

    /// As plain text for a chat, a line each.
    pub(super) fn plain(&self) -> String {
        let r = self.r;
        let mut text = String::with_capacity(self.cells() * CELL_BYTES / 2);
        let names: Vec<&str> = self.columns.iter().map(|c| r.t(&c.name)).collect();
        for row in self.rows {
            text.push_str(&row.id);
            text.push(' ');
            let cells = row.cells.iter().zip(&names);
            let filled = cells.filter(|(shown, _)| !matches!(shown, Shown::Nothing));
            for (nth, (shown, name)) in filled.enumerate() {
                text.push_str(if nth == 0 { "" } else { r.w.semicolon });
                text.push_str(name);
                text.push_str(r.w.colon);
                r.put_plain(&mut text, shown);
            }
            text.push('\n');
        }
        text
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
fn put_value(html: &mut String, r: &Reader, shown: &Shown) {
    match shown {
        Shown::Said(text) => put(html, text),
        Shown::Words(text) => put(html, r.t(text)),
        Shown::Number(_, None) | Shown::Day(_) => r.put_plain(html, shown),
        Shown::Unit(_, name) if r.signed_in => put(html, r.t(name)),
        // Writing to a string cannot fail.
        _ => {
            let _ = r.value(shown).render_into(html);
        }
    }
}

/// Appends a text so that it reads in HTML as it is, and as templates escape it.
fn put(html: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['"', '&', '\'', '<', '>']) {
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
    use app::view::{Language, Text};
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

    fn drawn(r: &Reader, id: &str, cells: Vec<Shown>, bulk: bool) -> (String, String) {
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
            rows: &[row],
        };
        (rows.html(bulk), rows.plain())
    }

    #[test]
    fn whatever_was_entered_reads_as_it_is() {
        let r = Reader::new(Language::En, Some(date(2023, 9, 26)));
        let said = Shown::Said("<b>\"it's\" & \u{4f1a}</b>".into());
        let (html, plain) = drawn(&r, "H/'7", vec![said, Shown::Number(1234.0, None)], false);
        assert_eq!(
            html,
            "<tr><th scope=\"row\"><a href=\"/records/event/H%2F%277?at=2023-09-26\">H/&#39;7</a></th>\
             <td data-name=\"&#60;N&#38;&#62;\">&#60;b&#62;&#34;it&#39;s&#34; &#38; \u{4f1a}&#60;/b&#62;</td>\
             <td data-name=\"S\" class=\"r\">1\u{2009}234</td></tr>"
        );
        let (colon, semicolon) = (r.w.colon, r.w.semicolon);
        let line =
            format!("H/'7 <N&>{colon}<b>\"it's\" & \u{4f1a}</b>{semicolon}S{colon}1\u{2009}234\n");
        assert_eq!(plain, line);
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
                let mut html = String::new();
                put_value(&mut html, &r, shown);
                assert_eq!(html, r.value(shown).render().unwrap(), "{shown:?}");
            }
        }
    }

    #[test]
    fn a_box_names_the_version_that_it_ticks() {
        let r = Reader::new(Language::En, None);
        let (html, _) = drawn(&r, "7", vec![Shown::Nothing], true);
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
