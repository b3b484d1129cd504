//! Payloads: one spelling, the way back, and what lies beside.

use crate::sample::{cells, entry, register, salts, text};
use journal::{Hash, Held, Payload, Refusal, Side, WHY, cell_of_text, cell_text};
use programme::model::FieldKind;
use programme::record::{Act, Cell, Entry};
use proptest::prelude::*;

fn full() -> Entry {
    let after = cells(&[
        ("title", text("漳州“好货”\n\u{1}\\推介会")),
        ("held_on", Some(Cell::Int(19_626))),
        ("signed", Some(Cell::Int(-1_050))),
        ("share", Some(Cell::Double(3.0))),
        ("told_at", Some(Cell::Int(19_626 * 86_400_000 + 1_500))),
        (
            "kinds",
            Some(Cell::List(vec![
                Cell::Text("food".into()),
                Cell::Text("cars".into()),
            ])),
        ),
        ("open", Some(Cell::Bool(false))),
        ("contact", text("林某")),
        ("phone", None),
        ("notes", text("")),
        ("photos", Some(Cell::List(vec![]))),
        ("salary", Some(Cell::Int(7))),
        ("state", text("held")),
    ]);
    let mut entry = entry(3, "12", Act::Create, 1, Vec::new(), after);
    entry.why = Some("补录".into());
    entry.batch = Some(2);
    entry.author.on_behalf = Some("chen".into());
    entry
}

#[test]
fn a_payload_has_this_text() {
    let (payload, beside) = Payload::of(&full(), Some(&register()), salts()).unwrap();
    let digest = |n: usize| beside[n].digest();
    let expected = format!(
        concat!(
            r#"{{"v":1,"arrival":3,"at":"2023-09-26T08:00:51.000","actor":"lin","on_behalf":"chen","key":"k3","act":"create","#,
            r#""register":"event","record":"12","version":1,"before":{{}},"after":{{"title":"漳州“好货”\n\u0001\\推介会","#,
            r#""held_on":{{"day":"2023-09-26"}},"signed":-1050,"share":3.0,"told_at":{{"moment":"2023-09-26T00:00:01.500"}},"#,
            r#""kinds":["food","cars"],"open":false,"contact":{{"sha256":"{}"}},"phone":null,"notes":{{"sha256":"{}"}},"#,
            r#""photos":{{"sha256":"{}"}},"salary":{{"sha256":"{}"}},"state":"held"}},"why":{{"sha256":"{}"}},"batch":2}}"#
        ),
        digest(0),
        digest(1),
        digest(2),
        digest(3),
        digest(4),
    );
    assert_eq!(payload.text(), expected);
    let line = Payload::line(&full(), Some(&register()), salts()).unwrap();
    assert_eq!(
        line,
        (expected, beside.clone()),
        "spelt from the entry itself"
    );
    let salted = [&[0; 15][..], &[1], "\"林某\"".as_bytes()].concat();
    assert_eq!(digest(0), Hash::of(&salted));
    let kept: Vec<&str> = beside.iter().map(|open| open.field.as_str()).collect();
    assert_eq!(kept, ["contact", "notes", "photos", "salary", WHY]);
}

#[test]
fn an_entry_comes_back_and_an_erased_value_shows() {
    let (payload, mut beside) = Payload::of(&full(), Some(&register()), salts()).unwrap();
    let read = Payload::read(&payload.text()).unwrap();
    let whole = read.entry(Some(9), &beside).unwrap();
    let expected = Entry {
        position: Some(9),
        ..full()
    };
    assert_eq!((whole.entry, whole.erased.len()), (expected, 0));

    beside.retain(|open| open.field != "contact" && open.field != WHY);
    let erased = read.entry(Some(9), &beside).unwrap();
    let named = [
        (Side::After, WHY.to_owned()),
        (Side::After, "contact".to_owned()),
    ];
    assert_eq!(erased.erased, named.into());
    assert_eq!(erased.entry.why, None);
    assert!(erased.entry.after.contains(&("contact".into(), None)));

    beside[0].value = "\"改过\"".into();
    let refused = read.entry(None, &beside);
    assert_eq!(
        refused,
        Err(Refusal::OtherValue(Side::After, "notes".into()))
    );
}

#[test]
fn a_later_programme_does_not_change_a_leaf() {
    let (payload, beside) = Payload::of(&full(), Some(&register()), salts()).unwrap();
    let text = payload.text();
    let mut later = register();
    later
        .fields
        .iter_mut()
        .for_each(|field| field.sensitive = true);
    // Reading asks no register at all: what is a digest is written in the entry.
    let read = Payload::read(&text).unwrap();
    assert_eq!(read.text(), text);
    assert_eq!(read.digests().count(), beside.len());
    let (anew, _) = Payload::of(&full(), Some(&later), salts()).unwrap();
    assert!(anew.digests().count() > beside.len());
}

#[test]
fn what_has_no_text_or_no_field_is_refused() {
    let of = |after: &[(&str, Option<Cell>)]| {
        let entry = entry(1, "1", Act::Change, 2, Vec::new(), cells(after));
        Payload::of(&entry, Some(&register()), salts()).map(|_| ())
    };
    assert_eq!(
        of(&[("colour", text("red"))]),
        Err(Refusal::NoSuchField("colour".into()))
    );
    assert_eq!(
        of(&[("open", None), ("open", None)]),
        Err(Refusal::NamedTwice("open".into()))
    );
    for number in [f64::NAN, f64::INFINITY] {
        let refused = of(&[("share", Some(Cell::Double(number)))]);
        assert_eq!(refused, Err(Refusal::NoValue("share".into())));
    }
    let refused = of(&[("held_on", Some(Cell::Int(3_000_000)))]);
    assert_eq!(refused, Err(Refusal::NoValue("held_on".into())));
}

#[test]
fn another_spelling_is_no_payload() {
    let (payload, _) = Payload::of(&full(), Some(&register()), salts()).unwrap();
    let text = payload.text();
    let other = |from: &str, to: &str| {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from} is there");
        Payload::read(&changed).unwrap_err()
    };
    for (from, to) in [
        (":1,", ": 1,"),
        ("\"share\":3.0", "\"share\":3.00"),
        ("\"share\":3.0", "\"share\":3e0"),
        ("\"signed\":-1050", "\"signed\":-01050"),
        (
            "\"register\":\"event\",\"record\":\"12\"",
            "\"record\":\"12\",\"register\":\"event\"",
        ),
        ("2023-09-26T08:00:51.000", "2023-09-26T08:00:51"),
        ("推介会", "\\u63a8介会"),
        ("\"v\":1", "\"v\":2"),
        ("\"batch\":2", "\"batch\":null"),
        ("\"batch\":2", "\"batch\":2,\"batch\":2"),
        ("\"batch\":2", "\"batch\":2,\"colour\":1"),
        ("\"open\":false", "\"open\":false,\"open\":false"),
        ("\"act\":\"create\"", "\"act\":\"invent\""),
    ] {
        let refusal = other(from, to);
        assert!(
            matches!(refusal, Refusal::OtherSpelling | Refusal::Unreadable(_)),
            "{from} → {to}: {refusal:?}"
        );
    }
}

fn any_cell() -> impl Strategy<Value = Cell> {
    let texts = proptest::collection::vec(any::<String>().prop_map(|t| Cell::Text(t.into())), 0..4);
    prop_oneof![
        any::<bool>().prop_map(Cell::Bool),
        any::<i64>().prop_map(Cell::Int),
        proptest::num::f64::NORMAL.prop_map(Cell::Double),
        proptest::num::f64::SUBNORMAL.prop_map(Cell::Double),
        proptest::num::f64::ZERO.prop_map(Cell::Double),
        any::<String>().prop_map(|t| Cell::Text(t.into())),
        texts.prop_map(Cell::List),
    ]
}

proptest! {
    #[test]
    fn any_value_comes_back_from_its_text(cell in any_cell(), other in any_cell()) {
        let written = cell_text(&cell, FieldKind::Text).unwrap();
        prop_assert_eq!(cell_of_text(&written), Some(cell.clone()));
        let second = cell_text(&other, FieldKind::Text).unwrap();
        prop_assert_eq!(written == second, cell == other);
    }

    #[test]
    fn any_entry_comes_back(title in any::<String>(), day in -700_000_i64..2_900_000, why in proptest::option::of(any::<String>()), phone in proptest::option::of(any::<String>())) {
        let phone = phone.map(|phone| Cell::Text(phone.into()));
        let after = cells(&[("title", text(&title)), ("held_on", Some(Cell::Int(day))), ("phone", phone)]);
        let before = cells(&[("phone", text(&title)), ("held_on", None)]);
        let mut entry = entry(1, "1", Act::Move(title), 4, before, after);
        entry.why = why;
        let (payload, beside) = Payload::of(&entry, Some(&register()), salts()).unwrap();
        let line = Payload::line(&entry, Some(&register()), salts()).unwrap();
        prop_assert_eq!(&line, &(payload.text(), beside.clone()));
        let read = Payload::read(&payload.text()).unwrap();
        prop_assert_eq!(&read, &payload);
        prop_assert_eq!(read.entry(None, &beside).unwrap().entry, entry);
    }

    #[test]
    fn no_text_makes_the_reader_fall(text in "\\PC*") {
        prop_assert!(Payload::read(&text).is_err());
        // What happens to be a value is the one spelling of that value.
        if let Some(cell) = cell_of_text(&text) {
            prop_assert_eq!(cell_text(&cell, FieldKind::Text), Some(text));
        }
    }
}

#[test]
fn an_act_on_the_programme_is_in_the_clear() {
    let digest = text("9f86d081");
    let mut publish = entry(
        0,
        "",
        Act::Publish,
        0,
        Vec::new(),
        cells(&[("digest", digest)]),
    );
    publish.register = String::new();
    publish.why = Some("version 2".into());
    let (payload, beside) = Payload::of(&publish, None, salts()).unwrap();
    assert!(beside.is_empty());
    assert_eq!(payload.why, Held::Plain(Cell::Text("version 2".into())));
    assert_eq!(payload.entry(None, &[]).unwrap().entry, publish);
}
