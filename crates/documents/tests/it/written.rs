//! Lists out: what is shown, what is harmless, what is split.

use crate::fujian::{FUJIAN, given, register};
use documents::{Column, Content, Format, List, write};
use programme::record::Cell;
use rules::Moment;

fn list(
    ids: &[&str],
    rows: Vec<Vec<Content>>,
    format: Format,
    sheet_rows_max: u32,
) -> (Vec<u8>, documents::Written) {
    let event = register("event");
    let columns: Vec<Column<'_>> = ids
        .iter()
        .map(|id| Column::Field(event.field(id).unwrap()))
        .collect();
    let list = List {
        title: &event.name,
        columns: &columns,
        programme: &FUJIAN,
        label: &|_, _| None,
        zh: true,
        at: Moment(0),
        sheet_rows_max,
    };
    let mut out = Vec::new();
    let written = write(&list, &mut rows.into_iter(), format, &mut out).unwrap();
    (out, written)
}

fn text(text: &str) -> Content {
    Content::Value(Cell::Text(text.into()))
}

const CSV: Format = Format::Csv {
    bom: true,
    crlf: true,
};

#[test]
fn unknown_none_and_erased_are_three_things() {
    let row = vec![text("展"), Content::Empty, Content::Empty, Content::Erased];
    let (out, _) = list(
        &["name", "signed", "ended_on", "contact"],
        vec![row],
        CSV,
        100,
    );
    let expected = "\u{feff}活动名称,签约金额,结束日期,联系人\r\n展,,（无）,（已删除）\r\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn nothing_in_csv_runs_as_a_formula() {
    let attacks = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "＝1",
        "=cmd|' /C calc'!A0",
    ];
    let rows = attacks.iter().map(|attack| vec![text(attack)]).collect();
    let (out, _) = list(
        &["name"],
        rows,
        Format::Csv {
            bom: false,
            crlf: false,
        },
        100,
    );
    let out = String::from_utf8(out).unwrap();
    for cell in out
        .split('\n')
        .skip(1)
        .filter(|line| !line.is_empty() && !line.starts_with("=1\""))
    {
        assert!(cell.trim_start_matches('"').starts_with('\''), "{cell}");
    }
}

#[test]
fn money_keeps_every_digit() {
    let fen = [29, -1, 999_999_999_999_999, i64::MAX];
    let rows: Vec<Vec<Content>> = fen
        .iter()
        .map(|n| vec![text("展"), Content::Value(Cell::Int(*n))])
        .collect();
    let (out, _) = list(
        &["name", "intended"],
        rows.clone(),
        Format::Csv {
            bom: false,
            crlf: false,
        },
        100,
    );
    let out = String::from_utf8(out).unwrap();
    assert!(
        out.ends_with("展,0.29\n展,-0.01\n展,9999999999999.99\n展,92233720368547758.07\n"),
        "{out}"
    );
    let (out, _) = list(&["name", "intended"], rows, Format::Xlsx, 100);
    let sheet = given("event", "t.xlsx", &out);
    let back: Vec<_> = sheet
        .rows
        .iter()
        .filter_map(|row| row.cells.get(1))
        .map(|(_, cell)| cell.clone())
        .collect();
    assert_eq!(
        back,
        [29, 999_999_999_999_999, i64::MAX].map(|n| Some(Cell::Int(n))),
        "a negative is out of the field's range"
    );
}

#[test]
fn a_long_list_goes_on_in_another_sheet_and_says_so() {
    let rows = (0..7)
        .map(|n| vec![text(&format!("展{n}")), text("350582")])
        .collect();
    let (out, written) = list(&["name", "place"], rows, Format::Xlsx, 4);
    assert_eq!(
        (written.rows, written.sheets, written.notes.len()),
        (7, 3, 1)
    );
    let sheet = given("event", "t.xlsx", &out);
    assert_eq!((sheet.name.as_str(), sheet.rows.len()), ("促销对接活动", 3));
    assert!(
        sheet
            .faults
            .iter()
            .any(|f| f.code == "sheets-left-out" && f.what.zh.contains("促销对接活动 3"))
    );
}

#[test]
fn a_text_too_long_for_a_spreadsheet_is_cut_and_counted() {
    let long = "长".repeat(40_000);
    let (out, written) = list(
        &["name", "report"],
        vec![vec![text("展"), text(&long)]],
        Format::Xlsx,
        100,
    );
    assert_eq!(written.notes.len(), 1);
    assert!(!given("event", "t.xlsx", &out).rows.is_empty());
    let (out, written) = list(
        &["name", "report"],
        vec![vec![text("展"), text(&long)]],
        CSV,
        100,
    );
    assert_eq!(written.notes.len(), 0);
    assert!(String::from_utf8(out).unwrap().contains(&long));
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    let rows = || vec![vec![text("展"), text("350582")]];
    assert_eq!(
        list(&["name", "place"], rows(), Format::Xlsx, 9).0,
        list(&["name", "place"], rows(), Format::Xlsx, 9).0
    );
}
