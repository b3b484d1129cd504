//! Templates: what they offer, and that they come back filled.

use crate::files::with_part;
use crate::fujian::{FUJIAN, codes, given, register, shown};
use documents::{Blank, template};
use programme::record::{Cell, Cells};
use rules::Moment;
use std::io::{Cursor, Read};

fn made(register_id: &str, zh: bool, last: &[Cells]) -> Vec<u8> {
    let blank = Blank {
        programme: &FUJIAN,
        register: register(register_id),
        version: "v7",
        units: &["350582", "350500", "350000"],
        last,
        label: &|_, id| (id == "P-1").then(|| "海西钢铁项目".to_owned()),
        zh,
        at: Moment(0),
    };
    let mut out = Vec::new();
    template(&blank, &mut out).unwrap();
    out
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut text = String::new();
    zip::ZipArchive::new(Cursor::new(bytes))
        .unwrap()
        .by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

/// The template with a row of texts below its head.
fn filled(bytes: &[u8], row: u32, cells: &[(u32, &str)]) -> Vec<u8> {
    let cells: String = cells
        .iter()
        .map(|(at, text)| {
            format!(
                "<c r=\"{}\" t=\"inlineStr\"><is><t>{text}</t></is></c>",
                documents::address(row, *at)
            )
        })
        .collect();
    with_part(bytes, "xl/worksheets/sheet1.xml", |text| {
        text.map(|t| {
            t.replace(
                "</sheetData>",
                &format!("<row r=\"{row}\">{cells}</row></sheetData>"),
            )
        })
    })
}

#[test]
fn every_register_has_a_template_whose_heads_are_understood() {
    for register in &FUJIAN.registers {
        for zh in [true, false] {
            let sheet = given(&register.id, "t.xlsx", &made(&register.id, zh, &[]));
            assert_eq!(codes(&sheet), Vec::<&str>::new(), "{} {zh}", register.id);
            let asked = register.fields.iter().filter(|f| {
                f.formula.is_none()
                    && f.kind != programme::model::FieldKind::Files
                    && !["state", "recorded_on"].contains(&f.id.as_str())
            });
            let asked: Vec<&str> = asked.map(|f| f.id.as_str()).collect();
            assert_eq!(
                sheet
                    .columns
                    .iter()
                    .map(|(id, _)| id.as_str())
                    .collect::<Vec<_>>(),
                asked
            );
            assert_eq!(sheet.version.as_deref(), Some("v7"));
        }
    }
}

#[test]
fn a_filled_template_is_read_as_it_was_filled() {
    let bytes = made("event", true, &[]);
    let columns = given("event", "t.xlsx", &bytes).columns;
    let at = |id: &str| columns.iter().find(|(field, _)| field == id).unwrap().1;
    let mut cells = vec![
        (at("name"), "家电展"),
        (at("place"), "晋江市"),
        (at("kind"), "产品推介"),
        (at("signed"), "12.5"),
        (at("to_villages"), "是"),
        (at("held_on"), "2023-09-26"),
    ];
    cells.sort_unstable();
    let sheet = given("event", "t.xlsx", &filled(&bytes, 2, &cells));
    assert_eq!(codes(&sheet), Vec::<&str>::new());
    for (field, value) in [
        ("place", "\"350582\""),
        ("signed", "1250"),
        ("to_villages", "true"),
        ("held_on", "\"2023-09-26\""),
    ] {
        assert_eq!(shown(&sheet, "event", 0, field), value);
    }
}

#[test]
fn drop_downs_offer_choices_and_the_units_of_the_scope() {
    let bytes = made("event", true, &[]);
    let (sheet, book, strings) = (
        part(&bytes, "xl/worksheets/sheet1.xml"),
        part(&bytes, "xl/workbook.xml"),
        part(&bytes, "xl/sharedStrings.xml"),
    );
    assert!(
        sheet.contains("<formula1>heli_kind</formula1>") && sheet.contains("<pane ySplit=\"1\"")
    );
    assert!(book.contains("name=\"heli_place\"") && book.contains("state=\"hidden\""));
    assert!(strings.contains("<t>晋江市</t>") && strings.contains("<t>泉州市</t>"));
    assert!(
        book.contains("heli!$B$1:$B$2"),
        "the province is no place for an event: {book}"
    );
    assert!(part(&bytes, "xl/comments1.xml").contains("必填"));
}

#[test]
fn the_key_and_the_carried_fields_begin_with_the_last_values() {
    let text = |t: &str| Some(Cell::Text(t.into()));
    let last = vec![vec![
        ("project".to_owned(), text("P-1")),
        ("week".to_owned(), text("2023-W38")),
        ("done_week".to_owned(), Some(Cell::Int(5))),
        ("done_total".to_owned(), Some(Cell::Int(123_456))),
        ("progress".to_owned(), text("封顶")),
        ("problem".to_owned(), text("land")),
    ]];
    let sheet = given(
        "weekly_report",
        "t.xlsx",
        &made("weekly_report", true, &last),
    );
    let expected: Cells = vec![
        ("project".to_owned(), text("P-1")),
        ("done_total".to_owned(), Some(Cell::Int(123_456))),
        ("progress".to_owned(), text("封顶")),
        ("problem".to_owned(), text("land")),
    ];
    assert_eq!(
        (codes(&sheet), &sheet.rows[0].cells),
        (Vec::new(), &expected)
    );
}
