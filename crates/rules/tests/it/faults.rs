//! Every fault of a rule's text: its code, its bytes, its sentence.

use crate::house::{schema, scope};
use rules::{Expected, Options, RuleFault, Type, check};
use std::collections::{BTreeMap, BTreeSet};

fn faults(text: &str) -> Vec<RuleFault> {
    let ids = BTreeMap::from([(
        "unit".to_owned(),
        BTreeSet::from(["350100".to_owned(), "350500".to_owned()]),
    )]);
    let options = Options {
        known_allowed: false,
        known_ids: Some(&ids),
    };
    check(text, &schema(), &scope(), &Expected::Verdict, &options)
        .err()
        .unwrap_or_default()
}

/// The rule has this fault at these words, and says so in both languages.
#[track_caller]
fn check_fault(text: &str, code: &str, at: &str) {
    let faults = faults(text);
    let found = faults
        .iter()
        .find(|f| f.code == code && text.get(f.span.clone()) == Some(at));
    let shown: Vec<_> = faults
        .iter()
        .map(|f| (f.code, text.get(f.span.clone()), f.message.en.as_str()))
        .collect();
    let fault = found.unwrap_or_else(|| panic!("{text}: wanted {code} at {at}, found {shown:?}"));
    assert!(!fault.message.zh.is_empty() && !fault.message.en.is_empty());
}

#[track_caller]
fn check_help(text: &str, help: &str) {
    let helps: Vec<_> = faults(text).into_iter().filter_map(|f| f.help).collect();
    assert!(
        helps.iter().any(|h| h.en.contains(help)),
        "{text}: {helps:?}"
    );
}

#[test]
fn each_fault_is_found_at_its_words() {
    for (text, code, at) in [
        ("a_cuont > 1", "unknown-field", "a_cuont"),
        ("a_unit.nmae == 'x'", "unknown-field", "a_unit.nmae"),
        ("bearer.nmae == 'x'", "unknown-field", "bearer.nmae"),
        ("settings.treshold > 1", "unknown-name", "settings.treshold"),
        ("settings == 1", "unknown-name", "settings"),
        ("a_money > 100", "type-mismatch", "a_money > 100"),
        (
            "a_day > '2023-08-01'",
            "type-mismatch",
            "a_day > '2023-08-01'",
        ),
        ("a_day == a_time", "type-mismatch", "a_day == a_time"),
        ("a_count == 'x' || a_cuont > 1", "unknown-field", "a_cuont"),
        (
            "a_count == 'x' || a_cuont > 1",
            "type-mismatch",
            "a_count == 'x'",
        ),
        ("a_state == 'hedl'", "not-a-choice", "'hedl'"),
        ("a_state in ['held', 'shut']", "not-a-choice", "'shut'"),
        ("a_state < 'held'", "no-order", "a_state < 'held'"),
        ("a_unit == '350101'", "unknown-id", "'350101'"),
        ("a_unit in ['350100', '999']", "unknown-id", "'999'"),
        ("under(a_unit, '35')", "unknown-id", "'35'"),
        ("known(a_count)", "known-not-allowed", "known"),
        ("a_count", "type-mismatch", "a_count"),
        ("!a_count", "type-mismatch", "a_count"),
        ("a_count && a_flag", "type-mismatch", "a_count"),
        ("a_count == null", "null", "null"),
        ("yaer(a_day) == 2023", "unknown-function", "yaer"),
        ("year(a_day, a_day) == 2023", "wrong-arguments", "year"),
        ("year(a_count) == 2023", "type-mismatch", "a_count"),
        ("a_scores.exists(1, 2)", "wrong-arguments", "1"),
        ("a_count.exists(x, x > 1)", "type-mismatch", "a_count"),
        ("a_count / 2 > 0.5", "truncating-division", "a_count / 2"),
        (
            "a_day == date('2023-02-30')",
            "bad-constant",
            "'2023-02-30'",
        ),
        ("round_a > 1", "formula-circle", "round_a"),
        ("a_day + 1 > a_day", "type-mismatch", "a_day + 1"),
        ("a_scores[0] > 1", "unsupported", "[0]"),
        ("{'a': 1} == {'a': 1}", "unsupported", "{"),
        ("if > 1", "reserved-word", "if"),
        ("a_count > 1 &&", "syntax", "&&"),
        ("(a_count > 1", "syntax", "("),
        ("a_count > 1)", "syntax", ")"),
        ("a_name == '福建’", "syntax", "'福建’"),
        ("a_count = 1", "syntax", "="),
        ("a_count ≥ 1", "syntax", "≥"),
        ("a_flag and z_flag", "syntax", "and"),
        (
            "a_count > 99999999999999999999",
            "number-too-large",
            "99999999999999999999",
        ),
        ("", "syntax", ""),
        ("a_count.x == 1", "type-mismatch", "a_count.x"),
        ("'a' in a_name", "type-mismatch", "'a' in a_name"),
    ] {
        check_fault(text, code, at);
    }
}

#[test]
fn a_fault_says_how_to_mend_it() {
    check_help("a_cuont > 1", "a_count");
    check_help("a_money > 100", "wan(2000)");
    check_help("a_day > '2023-08-01'", "date('2023-08-31')");
    check_help("a_state == 'hedl'", "held");
    check_help("a_flag and z_flag", "&&");
    check_help("a_count ≥ 1", ">=");
    check_help("yaer(a_day) == 2023", "year");
    check_help("a_unit == '350101'", "350100");
}

#[test]
fn a_sound_rule_has_no_fault() {
    for text in [
        "a_state in ['held', 'closed'] && year(a_day) == 2023 && !present(z_day)",
        "a_money >= wan(2000) && a_money != 0",
        "a_ratio >= 1 && a_count * 1.5 > 2",
        "'city' in bearer.levels || held >= settings.threshold",
        "a_unit == '350100' || a_unit.parent == bearer || under(a_unit, '350500')",
        "a_scores.exists(x, x > 3) && a_scores.all(x, x in [1, 2, 3]) && size(a_tags) > 0",
        "a_scores.filter(x, x > 1).map(x, x * 2) == [4, 6]",
        "(a_flag ? a_state : 'held') == z_state",
        "rich && per_head <= yi(1) && has(bearer.name)",
        "size_class(a_industry, a_count, a_money, z_money) in ['small', 'micro']",
        "max(a_count, 3) < 10 && sum(a_scores) >= 0 && min([1.5, 2]) < a_ratio",
        "a_time - timestamp('2023-08-01T00:00') < duration('36h')",
        "a_name.startsWith('福') && z_name.contains(\"州\") // 注",
    ] {
        assert_eq!(faults(text), vec![], "{text}");
    }
}

#[test]
fn a_rule_is_bounded_before_it_is_parsed() {
    check_fault(&"a".repeat(9_000), "too-long", &"a".repeat(9_000));
    let deep = format!("{}a_flag{}", "(".repeat(40), ")".repeat(40));
    assert_eq!(faults(&deep)[0].code, "too-deep");
    let chain = vec!["1"; 60].join(" + ") + " > 1";
    assert_eq!(faults(&chain)[0].code, "too-deep");
    let wide = vec!["a_flag"; 800].join(" && ");
    assert_eq!(faults(&wide), vec![]);
}

#[test]
fn the_type_wanted_is_the_type_given() {
    let ok = |text: &str, ty: Type| {
        check(
            text,
            &schema(),
            &scope(),
            &Expected::Of(ty),
            &Options::default(),
        )
        .is_ok()
    };
    assert!(ok("wan(10)", Type::Money));
    assert!(ok("a_count", Type::Double));
    assert!(!ok("a_ratio", Type::Int));
    assert!(
        check(
            "a_ratio",
            &schema(),
            &scope(),
            &Expected::Any,
            &Options::default()
        )
        .is_ok()
    );
}
