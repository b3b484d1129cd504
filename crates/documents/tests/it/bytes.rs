//! Any bytes are refused or read; none of them panics.

use crate::fujian::{FUJIAN, given, lookup, register, xlsx};
use documents::{Ask, Format, Rejection, matched, read, rejected};
use proptest::prelude::*;
use rules::Moment;
use std::sync::LazyLock;

static WORKBOOK: LazyLock<Vec<u8>> = LazyLock::new(|| {
    xlsx(|sheet| {
        for (at, text) in ["活动名称", "主办地", "签约金额（万元）", "举办日期"]
            .iter()
            .enumerate()
        {
            sheet.write(0, at as u16, *text).unwrap();
            sheet.write(1, at as u16, "1").unwrap();
            sheet.write(2, at as u16, 3.5).unwrap();
        }
    })
});

/// Reads, matches and gives back, as an import would.
fn whole_way(bytes: &[u8], file: &str) {
    let ask = Ask::new(&FUJIAN, register("event"), file, &lookup);
    let sheet = read(bytes, &ask);
    let found = matched(&sheet, &ask, &|_| Vec::new());
    let rejection = Rejection {
        ask: &ask,
        sheet: &sheet,
        matched: &found,
        zh: true,
        at: Moment(0),
    };
    for format in [
        Format::Xlsx,
        Format::Csv {
            bom: false,
            crlf: false,
        },
    ] {
        rejected(bytes, &rejection, format, &mut Vec::new()).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_any_kind(bytes in prop::collection::vec(any::<u8>(), 0..600), zip in any::<bool>()) {
        let start: &[u8] = if zip { b"PK\x03\x04" } else { b"" };
        whole_way(&[start, &bytes].concat(), "any.csv");
    }

    #[test]
    fn below_a_head(rows in "[ -~一-十，；（）年月日万元\n\t\"',;.]{0,200}") {
        let text = format!("活动名称,主办地,签约金额（万元）,举办日期,主推产品,参加企业数,联系电话,下乡活动\n{rows}");
        whole_way(text.as_bytes(), "rows.csv");
    }

    #[test]
    fn of_a_workbook_with_changed_bytes(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let mut bytes = WORKBOOK.clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        whole_way(&bytes, "changed.xlsx");
    }
}

#[test]
fn a_number_that_the_file_states_reserves_no_memory() {
    // 2^63 shared strings are announced; there is none.
    let text = "<sst uniqueCount=\"9223372036854775807\"></sst>";
    let bytes = crate::files::with_part(&WORKBOOK, "xl/sharedStrings.xml", |_| Some(text.into()));
    assert!(given("event", "sst.xlsx", &bytes).is_refused());
}
