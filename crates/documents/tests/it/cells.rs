//! Cells as people fill them: what each gives, or why it is not taken.

use crate::fujian::{FUJIAN, codes, csv, given, lookup, register, shown, xlsx};
use documents::{Ask, read};
use rust_xlsxwriter::{Format, Formula};

/// One field of one register, given as CSV text: its value and the fault codes.
fn one(register_id: &str, field: &str, text: &str) -> (String, Vec<&'static str>) {
    let sheet = csv(
        register_id,
        &format!("编号,{field}\nX-1,\"{}\"\n", text.replace('"', "\"\"")),
    );
    let own: Vec<&str> = sheet.rows[0].faults.iter().map(|f| f.code).collect();
    (shown(&sheet, register_id, 0, field), own)
}

#[track_caller]
fn gives(register_id: &str, field: &str, text: &str, value: &str) {
    assert_eq!(
        one(register_id, field, text),
        (value.to_owned(), Vec::new()),
        "{text}"
    );
}

#[track_caller]
fn refuses(register_id: &str, field: &str, text: &str, code: &str) {
    assert_eq!(
        one(register_id, field, text),
        (String::new(), vec![code]),
        "{text}"
    );
}

#[test]
fn nothing_has_three_meanings_and_none_of_them_is_zero() {
    gives("event", "signed", "", "");
    gives("event", "signed", "（清空）", "clear");
    gives("event", "signed", "(clear)", "clear");
    gives("event", "signed", "0", "0");
    for text in ["无", "-", "—", "/", "N/A", "暂无", "（无）"] {
        refuses("event", "signed", text, "nothing-or-unknown");
        gives("event", "ended_on", text, "clear");
    }
    gives("event", "name", "无", "\"无\"");
    refuses("event", "name", "/", "nothing-or-unknown");
    gives("event", "contact", "已删除", "");
    gives("event", "to_villages", "无", "false");
    gives("event", "name", "'=1+1", "\"=1+1\"");
}

#[test]
fn money_takes_its_unit_from_the_cell_then_from_the_head() {
    gives("event", "signed", "12.3万元", "12300000");
    refuses("event", "signed", "(0.5)", "out-of-range");
    refuses("event", "signed", "0.001", "money-below-fen");
    refuses("event", "signed", "12人", "unit-not-understood");
    refuses("event", "signed", "12%", "percent-of-no-ratio");
    refuses("event", "signed", "-1", "out-of-range");
    refuses("event", "signed", "一百万", "not-a-number");
    refuses("event", "signed", "1.2E+05", "number-scientific");
    let sheet = csv(
        "event",
        "编号,签约金额（万元）,参加企业数（万家）,意向金额(亿)\nX,\"1,234.5\",0.2,3元\n",
    );
    assert_eq!(codes(&sheet), ["missing-columns"]);
    assert_eq!(shown(&sheet, "event", 0, "signed"), "1234500000");
    assert_eq!(shown(&sheet, "event", 0, "firms"), "2000");
    assert_eq!(shown(&sheet, "event", 0, "intended"), "300");
}

#[test]
fn a_negative_in_brackets_is_read_where_it_may_be_negative() {
    gives("enterprise", "net_profit", "(3.5万元)", "-3500000");
    gives("enterprise", "net_profit", "（1,000）", "-100000");
}

#[test]
fn ratios_are_fractions_whatever_they_look_like() {
    gives("economy_report", "output_growth", "12%", "0.12");
    gives("economy_report", "output_growth", "0.12", "0.12");
    gives("economy_report", "output_growth", "－３.５％", "-0.035");
    assert_eq!(
        one("economy_report", "output_growth", "5"),
        ("5.0".into(), vec!["ratio-over-one"])
    );
    refuses("economy_report", "output_growth", "12", "out-of-range");
    let sheet = csv(
        "economy_report",
        "地区,月份,规上工业增加值同比增长（%）,公布日期\n晋江市,2023年9月,12,2023.10.20\n",
    );
    assert_eq!(codes(&sheet), Vec::<&str>::new());
    assert_eq!(shown(&sheet, "economy_report", 0, "output_growth"), "0.12");
    assert_eq!(shown(&sheet, "economy_report", 0, "month"), "\"2023-09\"");
}

#[test]
fn dates_come_in_many_shapes_and_slips_are_named() {
    for text in [
        "2023-09-26",
        "2023/9/26",
        "2023.9.26",
        "20230926",
        "2023年9月26日",
        "２０２３年９月２６日",
        "2023-09-26 08:30",
        "45195",
    ] {
        gives("event", "held_on", text, "\"2023-09-26\"");
    }
    for (text, code) in [
        ("9月26日", "date-without-year"),
        ("23/9/26", "date-short-year"),
        ("26/9/2023", "date-day-first"),
        ("2023-02-30", "date-impossible"),
        ("2023年9月", "date-without-day"),
        ("0223-09-26", "date-far-year"),
        ("下周", "not-a-date"),
        ("2023", "not-a-date"),
    ] {
        refuses("event", "held_on", text, code);
    }
    let ask = Ask {
        year: Some(2023),
        ..Ask::new(&FUJIAN, register("event"), "t.csv", &lookup)
    };
    let sheet = read("编号,举办日期\nX,9月26日\n".as_bytes(), &ask);
    assert_eq!(shown(&sheet, "event", 0, "held_on"), "\"2023-09-26\"");
}

#[test]
fn cells_of_a_workbook_keep_their_types() {
    let bytes = xlsx(|sheet| {
        let date = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
        for (at, text) in [
            "编号",
            "举办日期",
            "签约金额",
            "下乡活动",
            "联系电话",
            "结束日期",
            "活动名称",
        ]
        .iter()
        .enumerate()
        {
            sheet.write(0, at as u16, *text).unwrap();
        }
        sheet.write(1, 0, "X").unwrap();
        sheet
            .write_number_with_format(1, 1, 45_195.0, &date)
            .unwrap();
        sheet.write(1, 2, 0.1 + 0.2).unwrap();
        sheet.write(1, 3, true).unwrap();
        sheet.write(1, 4, 13_800_000_000_f64).unwrap();
        sheet
            .write_number_with_format(
                1,
                5,
                45_196.75,
                &Format::new().set_num_format("yyyy-mm-dd hh:mm"),
            )
            .unwrap();
        sheet.write(1, 6, 12).unwrap();
    });
    let sheet = given("event", "t.xlsx", &bytes);
    assert_eq!(codes(&sheet), ["missing-columns"]);
    for (field, value) in [
        ("held_on", "\"2023-09-26\""),
        ("signed", "30"),
        ("to_villages", "true"),
        ("phone", "\"13800000000\""),
        ("ended_on", "\"2023-09-27\""),
        ("name", "\"12\""),
    ] {
        assert_eq!(shown(&sheet, "event", 0, field), value);
    }
    let odd = xlsx(|sheet| {
        for (at, text) in ["编号", "签约金额", "参加企业数", "活动名称"]
            .iter()
            .enumerate()
        {
            sheet.write(0, at as u16, *text).unwrap();
        }
        sheet.write(1, 0, "X").unwrap();
        sheet.write(1, 1, 1e16).unwrap();
        sheet
            .write_number_with_format(1, 2, 45_195.0, &Format::new().set_num_format("m/d"))
            .unwrap();
        sheet.write(1, 3, 350_582_199_001_011_234_f64).unwrap();
    });
    assert_eq!(
        codes(&given("event", "t.xlsx", &odd)),
        [
            "missing-columns",
            "digits-lost",
            "date-for-number",
            "digits-lost"
        ]
    );
}

#[test]
fn days_count_from_1904_where_the_workbook_says_so() {
    let bytes = xlsx(|sheet| {
        sheet
            .write(0, 0, "编号")
            .unwrap()
            .write(0, 1, "举办日期")
            .unwrap()
            .write(1, 0, "X")
            .unwrap();
        sheet
            .write_number_with_format(
                1,
                1,
                45_195.0 - 1_462.0,
                &Format::new().set_num_format("yyyy-mm-dd"),
            )
            .unwrap();
    });
    let bytes = crate::files::with_part(&bytes, "xl/workbook.xml", |text| {
        text.map(|t| t.replace("<workbookPr ", "<workbookPr date1904=\"1\" "))
    });
    assert_eq!(
        shown(&given("event", "t.xlsx", &bytes), "event", 0, "held_on"),
        "\"2023-09-26\""
    );
}

#[test]
fn a_formula_counts_by_the_value_that_the_file_holds() {
    let bytes = xlsx(|sheet| {
        for (at, text) in ["编号", "签约金额", "意向金额", "成交到账金额"]
            .iter()
            .enumerate()
        {
            sheet.write(0, at as u16, *text).unwrap();
        }
        sheet.write(1, 0, "X").unwrap();
        sheet
            .write_formula(1, 1, Formula::new("=1+2").set_result("3"))
            .unwrap();
        sheet
            .write_formula(1, 2, Formula::new("=1/0").set_result("#DIV/0!"))
            .unwrap();
        sheet
            .write_formula(1, 3, Formula::new("=7").set_result("7"))
            .unwrap();
    });
    let bytes = crate::files::with_part(&bytes, "xl/worksheets/sheet1.xml", |text| {
        text.map(|t| t.replace("<f>7</f><v>7</v>", "<f>7</f>"))
    });
    let sheet = given("event", "t.xlsx", &bytes);
    assert_eq!(
        codes(&sheet),
        ["missing-columns", "cell-error", "formula-without-value"]
    );
    assert_eq!(shown(&sheet, "event", 0, "signed"), "300");
    let fault = &sheet.rows[0].faults[1];
    assert_eq!(
        (
            fault.cell.as_deref(),
            fault.field.as_deref(),
            fault.sheet.as_deref()
        ),
        (Some("D2"), Some("sold"), Some("Sheet1"))
    );
}

#[test]
fn choices_are_read_by_any_of_their_words_and_near_misses_are_asked_about() {
    for text in [
        "exhibition",
        "展览展销",
        " Exhibition ",
        "ＥＸＨＩＢＩＴＩＯＮ",
    ] {
        gives("event", "kind", text, "\"exhibition\"");
    }
    for text in [
        "汽车;食品",
        "汽车；食品",
        "cars、Food",
        "汽车，食品，汽车",
        "汽车\n食品",
    ] {
        gives("event", "goods", text, "[\"cars\",\"food\"]");
    }
    gives(
        "event",
        "goods",
        "钢材水泥等建材",
        "[\"building_materials\"]",
    );
    let sheet = csv("event", "编号,活动形式\nX,展览展消\n");
    let fault = &sheet.rows[0].faults[0];
    assert_eq!(
        (fault.code, fault.mend.zh.as_str()),
        ("no-such-choice", "是不是“展览展销”？")
    );
    refuses("event", "goods", "汽车、房子", "no-such-choice");
    for (text, value) in [
        ("√", "true"),
        ("×", "false"),
        ("有", "true"),
        ("否", "false"),
        ("Y", "true"),
    ] {
        gives("event", "to_villages", text, value);
    }
    refuses("event", "to_villages", "也许", "not-yes-or-no");
}

#[test]
fn a_place_is_found_by_code_name_short_name_and_path() {
    for text in [
        "350582",
        "晋江市",
        "晋江",
        "泉州市晋江市",
        "福建省/泉州市/晋江市",
        "Jinjiang",
        "晋江市 [350582]",
    ] {
        gives("event", "place", text, "\"350582\"");
    }
    refuses("event", "place", "晋红市场", "no-such-place");
    refuses("event", "place", "福建省", "place-of-other-level");
    let sheet = csv("event", "编号,主办地\nX,鼓楼\n");
    assert!(!sheet.rows[0].cells.is_empty() || sheet.rows[0].faults[0].is_error());
}

#[test]
fn a_name_that_several_places_have_is_refused_with_the_candidates() {
    let mut names: std::collections::BTreeMap<&str, Vec<&str>> = Default::default();
    for division in &FUJIAN.divisions {
        names
            .entry(&division.name)
            .or_default()
            .push(&division.code);
    }
    let (name, found) = names.iter().find(|(_, found)| found.len() > 1).unwrap();
    let field = FUJIAN
        .registers
        .iter()
        .flat_map(|r| r.fields.iter().map(move |f| (r, f)));
    let (register, field) = field
        .into_iter()
        .find(|(_, f)| f.kind == programme::model::FieldKind::Division)
        .unwrap();
    let sheet = csv(&register.id, &format!("编号,{}\nX,{name}\n", field.name.zh));
    let fault = &sheet.rows[0].faults[0];
    assert_eq!(fault.code, "ambiguous-place");
    assert!(
        found
            .iter()
            .take(6)
            .all(|code| fault.what.zh.contains(code)),
        "{}",
        fault.what.zh
    );
}

#[test]
fn records_are_found_by_the_caller() {
    for text in ["P-1", "海西钢铁项目", "海西钢铁项目 [P-1]"] {
        gives("weekly_report", "project", text, "\"P-1\"");
    }
    refuses("weekly_report", "project", "没有的项目", "no-such-record");
    refuses("weekly_report", "project", "同名项目", "ambiguous-record");
}

#[test]
fn codes_and_numbers_of_people_are_checked() {
    assert_eq!(
        one("enterprise", "uscc", "91350582MA2XYZ1234"),
        ("\"91350582MA2XYZ1234\"".into(), vec!["uscc-check-digit"])
    );
    gives(
        "enterprise",
        "uscc",
        " 9144 0300 7084 61136T ",
        "\"91440300708461136T\"",
    );
    refuses("enterprise", "uscc", "9144030070846113", "not-a-uscc");
    gives(
        "event",
        "phone",
        "０５９５－８５６８００００",
        "\"0595-85680000\"",
    );
    assert_eq!(one("event", "phone", "12000000000").1, ["odd-phone"]);
    refuses("event", "phone", "找张三", "not-a-phone");
    gives("enterprise", "industry", "c1311", "\"C1311\"");
    refuses("enterprise", "industry", "1311", "not-an-industry");
    refuses("event", "photos", "见附件", "no-file");
    refuses("event", "name", "a\u{7}b", "control-letters");
    refuses("event", "firms", "3.5", "not-whole");
    gives("event", "firms", "12 家", "12");
}
