//! The texts that a form shows for a value, as they are read back.

use documents::{Entry, Label};
use programme::model::{FieldKind, RegisterField};
use programme::record::Cell;
use rules::{Day, Moment};

/// The texts of a cell; none for an empty one.
pub(super) fn texts(
    entry: &Entry<'_>,
    label: &Label<'_>,
    field: &RegisterField,
    cell: Option<&Cell>,
) -> Vec<String> {
    match cell {
        None => Vec::new(),
        Some(Cell::List(all)) => {
            let each = all
                .iter()
                .flat_map(|cell| texts(entry, label, field, Some(cell)));
            match field.kind {
                FieldKind::References => vec![each.collect::<Vec<_>>().join("；")],
                _ => each.collect(),
            }
        }
        Some(cell) => vec![text(entry, label, field, cell)],
    }
}

fn text(entry: &Entry<'_>, label: &Label<'_>, field: &RegisterField, cell: &Cell) -> String {
    use FieldKind as K;
    match (cell, field.kind) {
        (Cell::Bool(truth), _) => truth.to_string(),
        (Cell::Int(fen), K::Money) if fen % 100 == 0 => (fen / 100).to_string(),
        (Cell::Int(fen), K::Money) => {
            let sign = if *fen < 0 { "-" } else { "" };
            let fen = fen.unsigned_abs();
            format!("{sign}{}.{:02}", fen / 100, fen % 100)
        }
        (Cell::Int(day), K::Date) => {
            i32::try_from(*day).map_or_else(|_| String::new(), |day| Day(day).to_string())
        }
        (Cell::Int(ms), K::Time) => Moment(*ms).exact().chars().take(16).collect(),
        (Cell::Int(n), _) => n.to_string(),
        (Cell::Double(share), K::Ratio) => percent(*share),
        (Cell::Double(n), _) => n.to_string(),
        (Cell::Text(id), K::Unit) => place(entry, id, true),
        (Cell::Text(id), K::Division) => place(entry, id, false),
        (Cell::Text(id), K::Reference | K::References) => {
            let title = field.to.as_deref().and_then(|to| label(to, id));
            let plain = |title: &String| !title.contains(['；', ';', '、', ',', '，', '\n']);
            match title.filter(|title| **title != **id && plain(title)) {
                Some(title) => format!("{title} [{id}]"),
                None => id.to_string(),
            }
        }
        (Cell::Text(text), _) => text.to_string(),
        (Cell::List(_), _) => String::new(),
    }
}

fn place(entry: &Entry<'_>, id: &str, unit: bool) -> String {
    let label = entry.place(id, unit, true);
    label.unwrap_or_else(|| id.to_owned())
}

/// A share in percent, where that says exactly the same; else the share.
fn percent(share: f64) -> String {
    let percent = format!("{}", (share * 1e12).round() / 1e10);
    let back = percent.parse::<f64>().map(|percent| percent / 100.0);
    match back.is_ok_and(|back| back == share) {
        true => format!("{percent}%"),
        false => share.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn a_share_is_shown_in_percent_where_that_is_the_same_number() {
        assert_eq!(percent(0.07), "7%");
        assert_eq!(percent(0.125), "12.5%");
        assert_eq!(percent(1.0 / 3.0), "0.3333333333333333");
    }
}
