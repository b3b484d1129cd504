//! Heads, sheets and rows: which are read, which are left, and what is said of them.

use crate::fujian::{FUJIAN, codes, csv, given, lookup, register, shown, xlsx};
use documents::{Ask, read};
use rust_xlsxwriter::{DocProperties, Format, Workbook};

const HEADS: [&str; 4] = ["活动名称", "主办地", "活动形式", "签约金额"];

#[test]
fn the_head_is_found_below_titles_and_in_any_of_its_spellings() {
    let sheet = csv(
        "event",
        "2023年活动台账,,,\n填表人：张三,,,\n*活动　名称,PLACE,活动形式（必填）,签约金额（万元）\n展,晋江市,产品推介,1\n",
    );
    assert_eq!(codes(&sheet), Vec::<&str>::new());
    assert_eq!(sheet.head_row, 3);
    assert_eq!(shown(&sheet, "event", 0, "signed"), "1000000");
    assert_eq!(codes(&csv("event", "甲,乙\n1,2\n")), ["no-head"]);
}

#[test]
fn columns_that_are_nobodys_are_named_unless_they_are_empty() {
    let sheet = csv(
        "event",
        "活动名称,主办地,活动形式,备注,空列,签约金客,户均签约额,\n展,晋江市,产品推介,x,,1,2,y\n",
    );
    assert_eq!(
        codes(&sheet),
        [
            "unknown-column",
            "unknown-column",
            "column-not-taken",
            "column-without-head"
        ]
    );
    let cells: Vec<&str> = sheet
        .faults
        .iter()
        .map(|f| f.cell.as_deref().unwrap())
        .collect();
    assert_eq!(cells, ["D1", "F1", "G1", "H1"]);
    assert_eq!(sheet.faults[1].mend.zh, "是不是“签约金额”？");
    assert!(!sheet.is_refused());
}

#[test]
fn two_columns_of_one_field_and_missing_ones_are_faults() {
    let sheet = csv(
        "event",
        "活动名称,主办地,活动形式,主办地\n展,晋江市,产品推介,泉州市\n",
    );
    assert_eq!(codes(&sheet), ["duplicate-head"]);
    assert_eq!(
        (sheet.faults[0].cell.as_deref(), sheet.is_refused()),
        (Some("D1"), true)
    );
    assert!(csv("event", "活动名称,主办地\n展,晋江市\n").is_refused());
    let by_id = csv("event", "编号,签约金额\nHD-1,3\n");
    assert_eq!(
        (codes(&by_id), by_id.is_refused()),
        (vec!["missing-columns"], false)
    );
    assert_eq!(by_id.rows[0].id.as_deref(), Some("HD-1"));
    assert_eq!(
        codes(&csv(
            "event",
            "活动名称,主办地,活动形式,签约金额（筐）\n展,晋江市,产品推介,3\n"
        )),
        ["head-unit"]
    );
}

#[test]
fn empty_rows_and_sums_are_left_out() {
    let sheet = csv(
        "event",
        "活动名称,主办地,活动形式,签约金额\n展,晋江市,产品推介,1\n , ,,\n合 计：,,,1\n",
    );
    assert_eq!((sheet.rows.len(), codes(&sheet)), (1, vec!["sum-rows"]));
}

#[test]
fn hidden_rows_and_columns_are_read_and_said() {
    let bytes = xlsx(|sheet| {
        for (at, text) in HEADS.iter().enumerate() {
            sheet.write(0, at as u16, *text).unwrap();
        }
        for row in 1..4 {
            for (at, text) in ["展", "晋江市", "产品推介", "1元"].iter().enumerate() {
                sheet.write(row, at as u16, *text).unwrap();
            }
        }
        sheet
            .set_row_hidden(2)
            .unwrap()
            .set_column_hidden(3)
            .unwrap();
    });
    let sheet = given("event", "t.xlsx", &bytes);
    assert_eq!(
        (sheet.rows.len(), codes(&sheet)),
        (3, vec!["hidden-columns", "hidden-rows"])
    );
    assert!(sheet.faults[0].what.zh.ends_with("D") && sheet.faults[1].what.zh.ends_with("3"));
}

#[test]
fn merged_names_count_downwards_and_merged_amounts_do_not() {
    let bytes = xlsx(|sheet| {
        let plain = Format::new();
        sheet.merge_range(0, 0, 0, 3, "台账", &plain).unwrap();
        for (at, text) in HEADS.iter().enumerate() {
            sheet.write(1, at as u16, *text).unwrap();
        }
        sheet.merge_range(2, 1, 4, 1, "晋江市", &plain).unwrap();
        sheet.merge_range(3, 3, 4, 3, "9", &plain).unwrap();
        for row in 2..5 {
            sheet
                .write(row, 0, format!("展{row}"))
                .unwrap()
                .write(row, 2, "产品推介")
                .unwrap();
        }
        sheet.write(2, 3, 1).unwrap();
        sheet.merge_range(5, 0, 5, 1, "横", &plain).unwrap();
    });
    let sheet = given("event", "t.xlsx", &bytes);
    assert_eq!(
        codes(&sheet),
        [
            "filled-down",
            "merged-cells",
            "merged-cells",
            "merged-cells"
        ]
    );
    assert!((0..3).all(|row| shown(&sheet, "event", row, "place") == "\"350582\""));
    assert_eq!(
        sheet
            .rows
            .iter()
            .map(|r| r.is_refused())
            .collect::<Vec<_>>(),
        [false, true, true, true]
    );
}

fn book(names: &[(&str, &[&str])], properties: Option<DocProperties>) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, heads) in names {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).unwrap();
        for (at, text) in heads.iter().enumerate() {
            sheet
                .write(0, at as u16, *text)
                .unwrap()
                .write(1, at as u16, "展")
                .unwrap();
        }
    }
    if let Some(properties) = properties {
        book.set_properties(&properties);
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn one_sheet_is_read_and_the_others_are_named() {
    let named = book(&[("别的", &HEADS), ("促销对接活动", &HEADS)], None);
    let sheet = given("event", "t.xlsx", &named);
    assert_eq!(sheet.name, "促销对接活动");
    assert_eq!(sheet.faults[0].code, "sheets-left-out");
    assert!(sheet.faults[0].what.zh.contains("别的"));
    let first = book(&[("封面", &["x"]), ("数据", &HEADS)], None);
    assert_eq!(given("event", "t.xlsx", &first).name, "数据");
}

#[test]
fn a_template_of_another_register_or_version_is_recognised() {
    let marks = |register: &str| {
        DocProperties::new()
            .set_custom_property("heli-register", register)
            .set_custom_property("heli-version", "v1")
    };
    let other = book(&[("a", &HEADS)], Some(marks("enterprise")));
    let sheet = given("event", "t.xlsx", &other);
    assert_eq!(
        (sheet.faults[0].code, sheet.is_refused()),
        ("other-register", true)
    );
    let own = book(&[("a", &HEADS)], Some(marks("event")));
    let ask = Ask {
        version: Some("v2"),
        ..Ask::new(&FUJIAN, register("event"), "t.xlsx", &lookup)
    };
    let sheet = read(&own, &ask);
    assert_eq!(
        (
            sheet.faults[0].code,
            sheet.version.as_deref(),
            sheet.is_refused()
        ),
        ("other-version", Some("v1"), false)
    );
}
