//! Rows against records: created, changed, unchanged or refused, and never doubled.

use crate::fujian::{FUJIAN, csv, lookup, register};
use documents::{Ask, Existing, Fate, Matched, Sought, matched};
use programme::record::Cell;

const WEEK: &str = "项目,所属周,本周完成投资（企业口径）,形象进度";

fn existing(sought: &Sought<'_>) -> Vec<Existing> {
    let week = |id: &str| Existing {
        id: id.into(),
        version: 3,
        cells: vec![
            ("project".into(), Some(Cell::Text("P-1".into()))),
            ("week".into(), Some(Cell::Text("2023-W39".into()))),
            ("done_week".into(), Some(Cell::Int(100))),
            ("progress".into(), Some(Cell::Text("打桩".into()))),
        ],
    };
    match sought {
        // The key of a firm is one field.
        Sought::Key(key) if key.len() == 1 => Vec::new(),
        Sought::Id("ZB-1") => vec![week("ZB-1")],
        Sought::Key(key)
            if key[0].1 == &Cell::Text("P-1".into())
                && key[1].1 == &Cell::Text("2023-W39".into()) =>
        {
            vec![week("ZB-1")]
        }
        Sought::Key(key) if key[1].1 == &Cell::Text("2023-W40".into()) => {
            vec![week("ZB-2"), week("ZB-3")]
        }
        _ => Vec::new(),
    }
}

fn fates(register_id: &str, text: &str) -> Vec<Matched> {
    let ask = Ask::new(&FUJIAN, register(register_id), "t.csv", &lookup);
    matched(&csv(register_id, text), &ask, &existing)
}

fn last_code(matched: &Matched) -> &'static str {
    assert_eq!(matched.fate, Fate::Refused);
    matched.faults.last().unwrap().code
}

#[test]
fn a_key_finds_the_record_and_only_what_differs_changes() {
    let found = fates("weekly_report", &format!("{WEEK}\nP-1,2023-W39,1元,封顶\n"));
    let Fate::Change {
        record,
        version,
        after,
    } = &found[0].fate
    else {
        panic!("{found:?}")
    };
    assert_eq!((&**record, *version), ("ZB-1", 3));
    assert_eq!(
        after,
        &[("progress".to_owned(), Some(Cell::Text("封顶".into())))]
    );
}

#[test]
fn an_empty_cell_leaves_a_value_and_a_cleared_one_takes_it() {
    let found = fates("weekly_report", &format!("{WEEK}\nP-1,2023-W39,,\n"));
    assert_eq!(found[0].fate, Fate::Unchanged("ZB-1".into()));
    let found = fates(
        "weekly_report",
        &format!("{WEEK}\nP-1,2023-W39,（清空）,\n"),
    );
    assert!(
        matches!(&found[0].fate, Fate::Change { after, .. } if after == &[("done_week".to_owned(), None)])
    );
}

#[test]
fn a_new_key_creates_with_every_field_that_a_sheet_may_fill() {
    let found = fates("weekly_report", &format!("{WEEK}\nP-2,2023-W39,1,\n"));
    let Fate::Create(cells) = &found[0].fate else {
        panic!("{found:?}")
    };
    let fields: Vec<&str> = cells.iter().map(|(id, _)| id.as_str()).collect();
    let expected: Vec<&str> = register("weekly_report")
        .fields
        .iter()
        .filter(|f| f.formula.is_none() && f.id != "recorded_on")
        .map(|f| f.id.as_str())
        .collect();
    assert_eq!(fields, expected);
    assert_eq!(cells.iter().filter(|(_, cell)| cell.is_some()).count(), 3);
}

#[test]
fn a_record_named_twice_in_one_file_is_refused_the_second_time() {
    let found = fates(
        "weekly_report",
        &format!(
            "编号,{WEEK}\nZB-1,,,2,\n,P-1,2023-W39,2,\n,P-2,2023-W39,2,\n,P-2,2023年第39周,3,\n"
        ),
    );
    assert!(
        matches!(found[0].fate, Fate::Change { .. }) && matches!(found[2].fate, Fate::Create(_))
    );
    assert_eq!(
        (last_code(&found[1]), last_code(&found[3])),
        ("row-twice", "row-twice")
    );
    assert!(found[3].faults[0].what.zh.contains("第 4 行"));
    let firms = fates(
        "enterprise",
        "统一社会信用代码,企业名称,所在地\n91440300708461136T,甲,晋江市\n91440300708461136T,乙,晋江市\n",
    );
    assert_eq!(last_code(&firms[1]), "row-twice");
    assert_eq!(firms[1].faults.last().unwrap().cell.as_deref(), Some("A3"));
}

#[test]
fn what_cannot_be_done_is_refused_with_its_cell() {
    let found = fates(
        "weekly_report",
        &format!(
            "编号,{WEEK}\nZB-9,,,1,\nZB-1,（清空）,,1,\n,P-2,,1,\n,P-1,2023-W40,1,\n,P-1,xx,1,\n"
        ),
    );
    let codes: Vec<&str> = found.iter().map(last_code).collect();
    assert_eq!(
        codes,
        [
            "no-such-record",
            "required",
            "required",
            "several-records",
            "not-a-period"
        ]
    );
    let cells: Vec<Option<&str>> = found
        .iter()
        .map(|m| m.faults.last().unwrap().cell.as_deref())
        .collect();
    assert_eq!(
        cells,
        [Some("A2"), Some("B3"), Some("C4"), None, Some("C6")]
    );
    let firm = |sought: &Sought<'_>| match sought {
        Sought::Id("E-1") => vec![Existing {
            id: "E-1".into(),
            version: 1,
            cells: vec![("uscc".into(), Some(Cell::Text("91440300708461136T".into())))],
        }],
        _ => Vec::new(),
    };
    let ask = Ask::new(&FUJIAN, register("enterprise"), "t.csv", &lookup);
    let sheet = csv(
        "enterprise",
        "编号,统一社会信用代码\nE-1,91350582MA2XYZ1234\n",
    );
    assert_eq!(last_code(&matched(&sheet, &ask, &firm)[0]), "fixed");
}

#[test]
fn a_refused_head_refuses_every_row() {
    let found = fates(
        "event",
        "活动名称,主办地,活动形式,主办地\n展,晋江市,产品推介,泉州市\n",
    );
    assert_eq!(found[0].fate, Fate::Refused);
}
