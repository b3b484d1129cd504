//! Refused rows come back with their reasons and can be corrected and sent again.

use crate::fujian::{FUJIAN, codes, csv, given, lookup, register, shown, xlsx};
use calamine::Reader;
use documents::{Ask, Format, Rejection, matched, read, rejected};
use rules::Moment;

fn back(register_id: &str, file: &str, bytes: &[u8], format: Format) -> Vec<u8> {
    let ask = Ask::new(&FUJIAN, register(register_id), file, &lookup);
    let sheet = read(bytes, &ask);
    let found = matched(&sheet, &ask, &|_| Vec::new());
    let rejection = Rejection {
        ask: &ask,
        sheet: &sheet,
        matched: &found,
        zh: true,
        at: Moment(0),
    };
    let mut out = Vec::new();
    rejected(bytes, &rejection, format, &mut out).unwrap();
    out
}

const CSV: Format = Format::Csv {
    bom: false,
    crlf: false,
};

#[test]
fn csv_comes_back_with_why_and_how() {
    let text = "活动名称,备注,主办地,活动形式\n好,x,晋江市,产品推介\n=坏(),y,晋红市场,展览展消\n";
    let out = String::from_utf8(back("event", "t.csv", text.as_bytes(), CSV)).unwrap();
    let mut lines = out.lines();
    assert_eq!(
        lines.next(),
        Some("活动名称,备注,主办地,活动形式,退回原因,怎么改")
    );
    let row = lines.next().unwrap();
    assert!(
        row.starts_with("'=坏(),y,晋红市场,展览展消,")
            && row.contains("主办地：没有叫“晋红市场”")
            && row.contains("是不是“展览展销”？"),
        "{row}"
    );
    assert_eq!(lines.next(), None);
    let again = csv(
        "event",
        &out.replace("晋红市场", "晋江市")
            .replace("展览展消", "展览展销"),
    );
    assert_eq!(
        codes(&again),
        ["unknown-column"],
        "the two columns of ours are not read"
    );
    assert_eq!(shown(&again, "event", 0, "name"), "\"=坏()\"");
}

#[test]
fn a_workbook_comes_back_with_its_types_and_the_faults_coloured() {
    let bytes = xlsx(|sheet| {
        for (at, text) in [
            "活动名称",
            "主办地",
            "活动形式",
            "举办日期",
            "签约金额（万元）",
        ]
        .iter()
        .enumerate()
        {
            sheet.write(1, at as u16, *text).unwrap();
        }
        let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
        sheet
            .write(2, 0, "展")
            .unwrap()
            .write(2, 1, "晋红市场")
            .unwrap()
            .write(2, 2, "产品推介")
            .unwrap()
            .write(2, 4, 12.5)
            .unwrap();
        sheet
            .write_number_with_format(2, 3, 45_195.0, &date)
            .unwrap();
        sheet.write(3, 0, "缺").unwrap();
    });
    let out = back("event", "t.xlsx", &bytes, Format::Xlsx);
    let again = given("event", "back.xlsx", &out);
    assert_eq!(again.columns.len(), 5);
    assert_eq!(codes(&again), ["no-such-place"]);
    assert_eq!(shown(&again, "event", 0, "held_on"), "\"2023-09-26\"");
    assert_eq!(shown(&again, "event", 0, "signed"), "12500000");
    let mut book = calamine::Xlsx::new(std::io::Cursor::new(&out)).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    assert!(
        range
            .get_value((2, 5))
            .unwrap()
            .to_string()
            .contains("主办地：“主办地”没有填")
    );
    let style = book.worksheet_style("促销对接活动").unwrap();
    let ground = |row, column| {
        style
            .get((row, column))
            .and_then(|s| s.fill.as_ref()?.foreground_color)
    };
    assert!(ground(1, 1).is_some() && ground(1, 0).is_none());
}

#[test]
fn a_refused_head_is_the_reason_of_every_row() {
    let text = "活动名称,主办地,活动形式,主办地\n展,晋江市,产品推介,泉州市\n";
    let out = String::from_utf8(back("event", "t.csv", text.as_bytes(), CSV)).unwrap();
    assert!(out.lines().nth(1).unwrap().contains("同一个字段"), "{out}");
    assert_eq!(back("event", "t.xlsx", b"nonsense", CSV), Vec::<u8>::new());
}
