//! Any cells of every register come back from xlsx and CSV, in Chinese and English, as they were.

use crate::fujian::{FUJIAN, given};
use documents::{Column, Content, Format, List, SHEET_ROWS_MAX, write};
use programme::model::{FieldKind, Register, RegisterField};
use programme::record::{Cell, Cells};
use proptest::prelude::*;
use rules::{Day, Empty, Moment};

/// Texts that spreadsheets, CSV and our own marks could take for something else, among any others.
fn text() -> impl Strategy<Value = String> {
    let tricky = prop::sample::select(vec![
        "=1+1",
        "+86",
        "-5",
        "@SUM(A1)",
        "'",
        "''x",
        "'=1",
        "无",
        "暂无",
        "（无）",
        "(clear)",
        "清空",
        "已删除",
        "-",
        "/",
        "N/A",
        " x ",
        "\tx",
        "x\n",
        "a\r\nb",
        "0012",
        "350582199001011234",
        "1,2;3\t4",
        "\"",
        "\"\"a",
        "_x000D_",
        "<a&b>",
        "TRUE",
        "=\"x\"",
        "＝1",
        "１２",
        "2023-09-26",
        "\u{feff}x",
    ]);
    prop_oneof![
        tricky.prop_map(str::to_owned),
        "[ -~\u{4e00}-\u{4e20}，；、（）\n\t\r]{1,12}",
        any::<String>().prop_map(|text| text
            .chars()
            .filter(|c| !c.is_control() && !('\u{fffe}'..='\u{ffff}').contains(c))
            .collect()),
    ]
    .prop_filter("an empty text is an empty cell", |text: &String| {
        !text.trim().is_empty()
    })
}

fn any_cell(field: &'static RegisterField) -> BoxedStrategy<Option<Cell>> {
    let choices: Vec<String> = field.choices.iter().map(|(id, _)| id.clone()).collect();
    let (least, most) = field.range;
    let within = move |n: f64| least.is_none_or(|l| n >= l) && most.is_none_or(|m| n <= m);
    // Brought into the range rather than drawn again, which may take for ever.
    let inside = move |n: i64, scale: f64| {
        let n = least.map_or(n, |l| n.max((l * scale).ceil() as i64));
        most.map_or(n, |m| n.min((m * scale).floor() as i64))
    };
    let days = -25_567..84_006_i32;
    let of = |text: &str| Cell::Text(text.into());
    let ids = |all: Vec<String>| prop::sample::select(all).prop_map(|id| Cell::Text(id.into()));
    let several = |one: BoxedStrategy<Cell>| {
        prop::collection::vec(one, 1..4).prop_map(|mut items| {
            items.dedup();
            let mut unique: Vec<Cell> = Vec::new();
            items.retain(|item| {
                !unique.contains(item) && {
                    unique.push(item.clone());
                    true
                }
            });
            Cell::List(items)
        })
    };
    let units = || {
        let fit = FUJIAN.units.iter().filter(|u| {
            field.levels.is_empty() || u.levels.iter().any(|l| field.levels.contains(l))
        });
        fit.map(|u| u.id.clone()).collect::<Vec<_>>()
    };
    let divisions = || {
        FUJIAN
            .divisions
            .iter()
            .map(|d| d.code.clone())
            .collect::<Vec<_>>()
    };
    let reference = || match field.to.as_deref() {
        Some("unit") => ids(units()).boxed(),
        Some("division") => ids(divisions()).boxed(),
        _ => "R-[0-9]{4}".prop_map(|t| Cell::Text(t.into())).boxed(),
    };
    let cell = match field.kind {
        FieldKind::Text | FieldKind::LongText => text().prop_map(|t| Cell::Text(t.into())).boxed(),
        FieldKind::Person => "[\u{4e00}-\u{4e20}A-Z]{2,4}"
            .prop_map(|t| Cell::Text(t.into()))
            .boxed(),
        FieldKind::Phone => "(1[3-9][0-9]{9}|0595-8[0-9]{7}|\\+86 0591 8[0-9]{7})"
            .prop_map(|t| Cell::Text(t.into()))
            .boxed(),
        FieldKind::Uscc => Just(of("91350582MA2XYZ1234")).boxed(),
        FieldKind::Industry => "[A-T][0-9]{0,4}".prop_map(|t| Cell::Text(t.into())).boxed(),
        FieldKind::Bool => any::<bool>().prop_map(Cell::Bool).boxed(),
        FieldKind::Choice => ids(choices).boxed(),
        FieldKind::Choices => several(ids(choices).boxed()).boxed(),
        FieldKind::Unit => ids(units()).boxed(),
        FieldKind::Division => ids(divisions()).boxed(),
        FieldKind::Reference => reference(),
        FieldKind::References => several(reference()).boxed(),
        FieldKind::Files => {
            several("[0-9a-f]{64}".prop_map(|t| Cell::Text(t.into())).boxed()).boxed()
        }
        FieldKind::Date => days.prop_map(|d| Cell::Int(d.into())).boxed(),
        FieldKind::Time => (days, 0..86_400_000_i64)
            .prop_map(|(d, ms)| Cell::Int(i64::from(d) * 86_400_000 + ms))
            .boxed(),
        FieldKind::Period(kind) => days
            .prop_map(move |d| Cell::Text(kind.containing(Day(d)).key.as_ref().into()))
            .boxed(),
        FieldKind::Int => prop_oneof![-5_000..5_000_i64, any::<i64>()]
            .prop_map(move |n| Cell::Int(inside(n, 1.0)))
            .boxed(),
        FieldKind::Money => prop_oneof![-5_000..5_000_000_i64, any::<i64>()]
            .prop_map(move |n| Cell::Int(inside(n, 100.0)))
            .boxed(),
        FieldKind::Decimal | FieldKind::Ratio => prop_oneof![-2.0..2.0_f64, any::<f64>()]
            .prop_filter("finite and in range", move |n| n.is_finite() && within(*n))
            .prop_map(Cell::Double)
            .boxed(),
    };
    prop_oneof![1 => Just(None), 4 => cell.prop_map(Some)].boxed()
}

/// The registers with the most kinds of fields, and every kind among them.
fn registers() -> impl Strategy<Value = &'static Register> {
    prop::sample::select(FUJIAN.registers.iter().collect::<Vec<_>>())
}

fn taken(register: &'static Register) -> Vec<&'static RegisterField> {
    register
        .fields
        .iter()
        .filter(|f| f.formula.is_none() && f.id != "recorded_on")
        .collect()
}

fn rows() -> impl Strategy<Value = (&'static Register, Vec<Vec<Option<Cell>>>)> {
    registers().prop_flat_map(|register| {
        let row: Vec<_> = taken(register).into_iter().map(any_cell).collect();
        (Just(register), prop::collection::vec(row, 1..4))
    })
}

fn there_and_back(
    register: &'static Register,
    rows: &[Vec<Option<Cell>>],
    zh: bool,
    format: Format,
) {
    let fields = taken(register);
    let mut columns = vec![Column::id()];
    columns.extend(fields.iter().map(|f| Column::Field(f)));
    let list = List {
        title: &register.name,
        columns: &columns,
        programme: &FUJIAN,
        label: &|_, id| Some(format!("记录{id}号")),
        zh,
        at: Moment(0),
        sheet_rows_max: SHEET_ROWS_MAX,
    };
    let contents = rows.iter().enumerate().map(|(at, row)| {
        let id = Content::Value(Cell::Text(format!("HD-{at}").into()));
        std::iter::once(id)
            .chain(row.iter().cloned().map(Content::from))
            .collect()
    });
    let mut bytes = Vec::new();
    let written = write(&list, &mut contents.into_iter(), format, &mut bytes).unwrap();
    assert_eq!(written.rows, rows.len() as u64);
    let sheet = given(&register.id, "back", &bytes);
    let errors: Vec<_> = sheet.all_faults().filter(|f| f.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(sheet.rows.len(), rows.len());
    for (at, (row, back)) in rows.iter().zip(&sheet.rows).enumerate() {
        assert_eq!(back.id.as_deref(), Some(format!("HD-{at}").as_str()));
        let expected: Cells = fields
            .iter()
            .zip(row)
            // Unknown is an empty cell; none is said, and comes back as an explicit none.
            .filter(|(field, cell)| cell.is_some() || field.empty == Empty::None)
            .map(|(field, cell)| (field.id.clone(), cell.clone()))
            .collect();
        assert_eq!(back.cells, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cells_come_back_from_xlsx((register, rows) in rows(), zh in any::<bool>()) {
        there_and_back(register, &rows, zh, Format::Xlsx);
    }

    #[test]
    fn cells_come_back_from_csv((register, rows) in rows(), zh in any::<bool>(), bom in any::<bool>(), crlf in any::<bool>()) {
        there_and_back(register, &rows, zh, Format::Csv { bom, crlf });
    }

    #[test]
    fn any_text_comes_back((text, zh, bom) in (text(), any::<bool>(), any::<bool>())) {
        let register = FUJIAN.register("event").unwrap().1;
        let row: Vec<Option<Cell>> = taken(register).iter().map(|f| matches!(f.id.as_str(), "name" | "report").then(|| Cell::Text(text.as_str().into()))).collect();
        there_and_back(register, std::slice::from_ref(&row), zh, Format::Csv { bom, crlf: true });
        there_and_back(register, &[row], zh, Format::Xlsx);
    }
}
