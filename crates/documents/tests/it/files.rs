//! Files of every kind: read, or refused with words before they do harm.

use crate::fujian::{FUJIAN, codes, csv, given, lookup, register, shown, xlsx};
use documents::{Ask, Limits, Sheet, read};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

fn small() -> Vec<u8> {
    xlsx(|sheet| {
        for (at, text) in ["活动名称", "主办地", "活动形式"].iter().enumerate() {
            sheet.write(0, at as u16, *text).unwrap();
        }
        for (at, text) in ["家电展", "晋江市", "展览展销"].iter().enumerate() {
            sheet.write(1, at as u16, *text).unwrap();
        }
    })
}

/// The same package with a part changed, added or taken away.
pub(crate) fn with_part(
    bytes: &[u8],
    name: &str,
    change: impl Fn(Option<String>) -> Option<String>,
) -> Vec<u8> {
    let mut old = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    let names: Vec<String> = (0..old.len())
        .map(|at| old.by_index(at).unwrap().name().unwrap().into_owned())
        .collect();
    for part in names.iter().filter(|part| *part != name) {
        new.start_file(part.as_str(), SimpleFileOptions::default())
            .unwrap();
        std::io::copy(&mut old.by_name(part).unwrap(), &mut new).unwrap();
    }
    let text = names
        .iter()
        .any(|n| n == name)
        .then(|| std::io::read_to_string(old.by_name(name).unwrap()).unwrap());
    if let Some(text) = change(text) {
        new.start_file(name, SimpleFileOptions::default()).unwrap();
        new.write_all(text.as_bytes()).unwrap();
    }
    new.finish().unwrap().into_inner()
}

fn refused(bytes: &[u8], file: &str, code: &str) {
    let sheet = given("event", file, bytes);
    assert_eq!(codes(&sheet), [code], "{file}");
    let fault = &sheet.faults[0];
    assert!(sheet.rows.is_empty() && fault.file == file);
    for words in [&fault.what, &fault.why, &fault.mend] {
        assert!(!words.zh.is_empty() && !words.en.is_empty());
    }
}

#[test]
fn a_plain_workbook_is_read() {
    let sheet = given("event", "a.xlsx", &small());
    assert_eq!(codes(&sheet), Vec::<&str>::new());
    assert_eq!(shown(&sheet, "event", 0, "place"), "\"350582\"");
    assert_eq!((sheet.head_row, sheet.rows[0].number), (1, 2));
    assert_eq!(sheet.cell(&sheet.rows[0], "kind").as_deref(), Some("C2"));
}

#[test]
fn a_file_of_a_gigabyte_is_refused_unopened() {
    // The pages of these zeros are never touched.
    refused(&vec![0_u8; 1 << 30], "big.xlsx", "file-too-large");
}

#[test]
fn a_zip_bomb_is_refused_by_its_directory() {
    let spaces = " ".repeat(40 << 20);
    let bomb = with_part(&small(), "xl/worksheets/sheet1.xml", |text| {
        text.map(|t| t.replace("</sheetData>", &format!("</sheetData>{spaces}")))
    });
    assert!(bomb.len() < 1 << 20);
    refused(&bomb, "bomb.xlsx", "file-inflates");
    let limits = Limits {
        ratio_max: 100_000,
        inflated_max: 10 << 20,
        ..Limits::default()
    };
    let ask = Ask {
        limits,
        ..Ask::new(&FUJIAN, register("event"), "bomb.xlsx", &lookup)
    };
    assert_eq!(codes(&read(&bomb, &ask)), ["file-inflates"]);
    let limits = Limits {
        parts_max: 3,
        ..Limits::default()
    };
    let ask = Ask {
        limits,
        ..Ask::new(&FUJIAN, register("event"), "parts.xlsx", &lookup)
    };
    assert_eq!(codes(&read(&small(), &ask)), ["file-inflates"]);
}

#[test]
fn a_directory_that_lies_about_sizes_gives_no_more_than_it_says() {
    let mut bytes = small();
    // The inflated size of every entry of the directory becomes 10.
    let marks: Vec<usize> = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, w)| *w == b"PK\x01\x02")
        .map(|(at, _)| at)
        .collect();
    for at in marks {
        bytes[at + 24..at + 28].copy_from_slice(&10_u32.to_le_bytes());
    }
    let sheet = given("event", "lie.xlsx", &bytes);
    assert!(
        sheet.is_refused() && sheet.rows.is_empty(),
        "{:?}",
        codes(&sheet)
    );
}

#[test]
fn other_kinds_of_files_are_told_how_to_become_xlsx() {
    let macros = with_part(&small(), "xl/vbaProject.bin", |_| Some("x".into()));
    refused(&macros, "m.xlsm", "file-has-macros");
    let binary = with_part(&small(), "xl/workbook.bin", |_| Some("x".into()));
    refused(&binary, "b.xlsb", "file-of-other-kind");
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("a.txt", SimpleFileOptions::default())
        .unwrap();
    refused(
        &zip.finish().unwrap().into_inner(),
        "z.xlsx",
        "file-of-other-kind",
    );
    let old = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0];
    refused(&old, "old.xls", "file-of-other-kind");
    let locked: Vec<u8> = old
        .iter()
        .copied()
        .chain("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    refused(&locked, "locked.xlsx", "file-locked");
    refused(b"<html><table>", "web.xls", "file-of-other-kind");
    refused(b"%PDF-1.7", "p.xlsx", "file-of-other-kind");
    refused(b"no workbook", "renamed.xlsx", "file-broken");
}

#[test]
fn a_file_that_was_cut_off_is_refused() {
    let whole = small();
    refused(&whole[..whole.len() / 2], "cut.xlsx", "file-broken");
    let cut = with_part(&whole, "xl/worksheets/sheet1.xml", |text| {
        text.map(|t| t[..t.find("</row>").unwrap() + 6].to_owned())
    });
    assert!(given("event", "cut.xlsx", &cut).is_refused());
}

#[test]
fn csv_is_read_in_the_encodings_and_separators_of_spreadsheets() {
    let text = "活动名称,主办地,活动形式\r\n\"家,电\n展\",晋江市,展览展销\r\n";
    let (gbk, _, _) = encoding_rs::GBK.encode(text);
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let files: [Vec<u8>; 5] = [
        text.as_bytes().to_vec(),
        ["\u{feff}", text].concat().into_bytes(),
        gbk.into_owned(),
        utf16,
        [
            "sep=;\r\n",
            &text.replace("\"家,电\n展\"", "展").replace(',', ";"),
        ]
        .concat()
        .into_bytes(),
    ];
    for bytes in &files {
        let sheet = given("event", "a.csv", bytes);
        assert_eq!(codes(&sheet), Vec::<&str>::new());
        assert_eq!(shown(&sheet, "event", 0, "place"), "\"350582\"");
    }
    assert_eq!(
        shown(&given("event", "a.csv", &files[2]), "event", 0, "name"),
        "\"家,电\\n展\""
    );
    for separator in [";", "\t"] {
        let sheet = csv(
            "event",
            &format!(
                "活动名称{separator}主办地{separator}活动形式\n展{separator}泉州市{separator}产品推介"
            ),
        );
        assert_eq!(codes(&sheet), Vec::<&str>::new(), "{separator:?}");
    }
}

#[test]
fn csv_that_is_no_text_or_never_ends_is_refused() {
    refused(b"\xE6\xB4\xBB,\x00\n1,2", "nul.csv", "file-not-text");
    refused(b"\x81\xFF\xFF,\xFF\n", "junk.csv", "file-not-text");
    let head = "活动名称,主办地,活动形式\n";
    let open = csv("event", &format!("{head}\"家电展,晋江市,展览展销\n"));
    assert_eq!(codes(&open), ["csv-open-quote"]);
    assert_eq!(
        codes(&csv("event", &format!("{head}\"家\"电,晋江市,展览展销\n"))),
        ["csv-open-quote"]
    );
    refused("x".repeat(1 << 20).as_bytes(), "line.csv", "cell-too-long");
    refused(",".repeat(1000).as_bytes(), "wide.csv", "sheet-too-large");
}

#[test]
fn rows_and_columns_have_limits() {
    let limits = Limits {
        rows_max: 5,
        columns_max: 4,
        ..Limits::default()
    };
    let ask = || Ask {
        limits,
        ..Ask::new(&FUJIAN, register("event"), "t", &lookup)
    };
    let rows: String = (0..9).map(|n| format!("展{n},晋江市,展览展销\n")).collect();
    let sheet = read(
        format!("活动名称,主办地,活动形式\n{rows}").as_bytes(),
        &ask(),
    );
    assert_eq!(codes(&sheet), ["sheet-too-large"]);
    assert!(sheet.is_refused());
    let far = xlsx(|sheet| {
        sheet
            .write(0, 0, "活动名称")
            .unwrap()
            .write(0, 1, "主办地")
            .unwrap()
            .write(7, 0, "x")
            .unwrap();
    });
    assert_eq!(codes(&read(&far, &ask())).last(), Some(&"sheet-too-large"));
    let wide = xlsx(|sheet| {
        sheet
            .write(0, 0, "活动名称")
            .unwrap()
            .write(0, 9, "x")
            .unwrap();
    });
    assert_eq!(codes(&read(&wide, &ask())), ["sheet-too-large"]);
}

#[test]
fn an_import_goes_on_where_it_stopped() {
    let rows: String = (0..2500)
        .map(|n| format!("展{n},晋江市,展览展销\n"))
        .collect();
    let text = format!("活动名称,主办地,活动形式\n{rows}");
    let mut ask = Ask::new(&FUJIAN, register("event"), "t.csv", &lookup);
    let mut seen: Vec<u32> = Vec::new();
    documents::read_in_chunks(text.as_bytes(), &ask, &mut |chunk| {
        seen.extend(chunk.rows.iter().map(|row| row.number));
        assert_eq!((chunk.row, chunk.rows_total), (*seen.last().unwrap(), 2501));
        std::ops::ControlFlow::Break(())
    });
    assert_eq!(seen.len(), 2048);
    ask.after_row = *seen.last().unwrap();
    let rest: Sheet = read(text.as_bytes(), &ask);
    seen.extend(rest.rows.iter().map(|row| row.number));
    assert_eq!(seen, (2..=2501).collect::<Vec<u32>>());
}
