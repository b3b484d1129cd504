//! Any bytes as a sheet: they are read or refused with faults, matched and given back, and neither panic nor hang.
//!
//! The first byte says what the others are: `0` a file as it is, `1` rows of a CSV below a head, `2` and on one part of a workbook.
#![no_main]

use documents::{Ask, Format, Found, Rejection, matched, read, rejected};
use libfuzzer_sys::fuzz_target;
use programme::{Files, Programme};
use rules::Moment;
use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::LazyLock;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

static FUJIAN: LazyLock<Programme> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../programmes/fujian");
    let mut files = Files::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
                files.insert(name.replace('\\', "/"), text);
            }
        }
    }
    programme::read(&files).programme.unwrap()
});

const HEAD: &str =
    "活动名称,主办地,签约金额（万元）,举办日期,主推产品,参加企业数,联系电话,下乡活动\n";

/// The parts of a small workbook; the first five can be other bytes.
const PARTS: [(&str, &str); 7] = [
    (
        "xl/worksheets/sheet1.xml",
        r#"<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>茶会</t></is></c><c r="B2" s="1"><v>45195</v></c><c r="C2"><v>3.5</v></c></row></sheetData></worksheet>"#,
    ),
    (
        "xl/sharedStrings.xml",
        r#"<sst count="3" uniqueCount="3"><si><t>活动名称</t></si><si><t>举办日期</t></si><si><r><t>签约金额</t></r><r><t>（万元）</t></r></si></sst>"#,
    ),
    (
        "xl/styles.xml",
        r#"<styleSheet><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/></numFmts><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="活动" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#,
    ),
    (
        "[Content_Types].xml",
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
];

/// How many parts can be other bytes.
const CHANGED: usize = 5;

/// The workbook with other bytes in one part.
fn workbook(other: usize, bytes: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (at, (name, text)) in PARTS.iter().enumerate() {
        zip.start_file(*name, stored).unwrap();
        let part = if at == other { bytes } else { text.as_bytes() };
        zip.write_all(part).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn lookup(_: &str, text: &str) -> Found {
    match text.len() % 3 {
        0 => Found::Nothing,
        1 => Found::One(text.into()),
        _ => Found::Several(vec![
            ("R-1".into(), text.into()),
            ("R-2".into(), text.into()),
        ]),
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else {
        return;
    };
    let kind = usize::from(kind.wrapping_sub(b'0')) % (CHANGED + 2);
    let (name, file) = match kind {
        0 => ("any.xlsx", bytes.to_vec()),
        1 => ("rows.csv", [HEAD.as_bytes(), bytes].concat()),
        kind => ("book.xlsx", workbook(kind - 2, bytes)),
    };
    let register = FUJIAN.register("event").unwrap().1;
    let ask = Ask::new(&FUJIAN, register, name, &lookup);
    let sheet = read(&file, &ask);
    let found = matched(&sheet, &ask, &|_| Vec::new());
    let rejection = Rejection {
        ask: &ask,
        sheet: &sheet,
        matched: &found,
        zh: true,
        at: Moment(0),
    };
    let csv = Format::Csv {
        bom: false,
        crlf: false,
    };
    for format in [Format::Xlsx, csv] {
        rejected(&file, &rejection, format, &mut Vec::new()).unwrap();
    }
});
