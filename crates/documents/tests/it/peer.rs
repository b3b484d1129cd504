//! Another reader sees in our workbooks what ours sees.

use crate::fujian::{FUJIAN, register};
use calamine::{Data, Reader, Xlsx};
use documents::{Column, Content, Format, List, SHEET_ROWS_MAX, write};
use programme::record::Cell;
use rules::{Day, Moment};
use std::io::Cursor;

#[test]
fn calamine_reads_what_we_write() {
    let event = register("event");
    let columns: Vec<Column<'_>> = ["name", "signed", "held_on", "firms", "to_villages", "venue"]
        .iter()
        .map(|id| Column::Field(event.field(id).unwrap()))
        .collect();
    let day = Day::parse("2023-09-26").unwrap();
    let row = vec![
        Content::Value(Cell::Text("=HYPERLINK(1)".into())),
        Content::Value(Cell::Int(123_456_789)),
        Content::Value(Cell::Int(day.0.into())),
        Content::Empty,
        Content::Value(Cell::Bool(true)),
        Content::Empty,
    ];
    let list = List {
        title: &event.name,
        columns: &columns,
        programme: &FUJIAN,
        label: &|_, _| None,
        zh: true,
        at: Moment(0),
        sheet_rows_max: SHEET_ROWS_MAX,
    };
    let mut bytes = Vec::new();
    write(&list, &mut std::iter::once(row), Format::Xlsx, &mut bytes).unwrap();
    let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
    assert_eq!(book.sheet_names(), ["促销对接活动"]);
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let cells: Vec<&Data> = range.rows().nth(1).unwrap().iter().collect();
    assert_eq!(cells[0], &Data::String("=HYPERLINK(1)".into()));
    assert_eq!(cells[1], &Data::Float(1_234_567.89));
    assert!(matches!(cells[2], Data::DateTime(at) if at.as_f64() == 45_195.0));
    assert_eq!(cells[3], &Data::Empty);
    assert_eq!(cells[4], &Data::String("是".into()));
    assert_eq!(cells[5], &Data::String("（无）".into()));
    assert!(book.worksheet_formula("促销对接活动").unwrap().is_empty());
}
