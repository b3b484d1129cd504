//! A plan says what the plain engine says: of every rule and row, at every level of instructions, of one row alone,
//! and after rows have changed.

use crate::chance::Chance;
use crate::house::{calendar, current, schema, scope, tables, today};
use proptest::prelude::*;
use rules::{
    Bits, Bound, Expected, Form, Frame, Level, NO_ROW, Options, Plan, RowClasses, Rule, Tables,
    Type, Value, Verdicts, World, check, verdicts,
};
use std::collections::BTreeMap;

fn read(text: &str) -> Rule {
    check(
        text,
        &schema(),
        &scope(),
        &Expected::Of(Type::Bool),
        &Options::default(),
    )
    .unwrap_or_else(|faults| panic!("{text}: {faults:?}"))
}

/// Firms, each several times in a row, so that a table of some blocks has few different rows.
fn firms(
    chance: &mut Chance<'_>,
    firms: usize,
    times: usize,
    missing: usize,
) -> Vec<Vec<Option<Value>>> {
    let all: Vec<_> = (0..firms).map(|_| chance.firm(missing)).collect();
    all.into_iter()
        .flat_map(|firm| std::iter::repeat_n(firm, times))
        .collect()
}

/// The names of the house, bound row by row where they differ.
struct Bindings {
    bearer: Vec<u32>,
    held: Vec<Value>,
}

impl Bindings {
    fn of(rows: usize) -> Self {
        let held = |row: usize| match row % 3 {
            0 => Value::Unknown(None),
            n => Value::Int(n as i64),
        };
        Self {
            bearer: (0..rows).map(|row| [0, 1, 3, NO_ROW][row % 4]).collect(),
            held: (0..rows).map(held).collect(),
        }
    }

    fn names(&self) -> BTreeMap<&str, Bound<'_>> {
        BTreeMap::from([
            ("bearer", Bound::Rows(&self.bearer)),
            ("held", Bound::Each(&self.held)),
            ("settings.threshold", Bound::One(Value::Int(2))),
        ])
    }
}

fn with_world<T>(tables: &Tables, f: impl FnOnce(World<'_>) -> T) -> T {
    let (schema, calendar) = (schema(), calendar());
    f(World {
        schema: &schema,
        tables,
        current: &current(tables),
        calendar: &calendar,
        today: today(),
    })
}

/// What the plain engine says of every row, or of those in a set.
fn plainly(
    rule: &Rule,
    world: &World<'_>,
    names: &BTreeMap<&str, Bound<'_>>,
    rows: &Bits,
) -> Verdicts {
    let own: Vec<u32> = (0..rows.len() as u32).collect();
    let found = verdicts(
        rule,
        world,
        &Frame {
            len: own.len(),
            own: Some(&own),
            names: names.clone(),
        },
    );
    let within = |bits: &Bits| {
        (0..rows.len())
            .map(|row| rows.get(row) && bits.get(row))
            .collect()
    };
    Verdicts {
        yes: within(&found.yes),
        no: within(&found.no),
    }
}

fn agrees(
    plan: &Plan,
    rules: &[Rule],
    world: &World<'_>,
    names: &BTreeMap<&str, Bound<'_>>,
    rows: &Bits,
) {
    let told = plan.verdicts(rows, 1);
    let counts = plan.counts(rows, 2);
    let sets = plan.sets(rows, 2);
    let all: Vec<&Rule> = rules.iter().collect();
    let classes = RowClasses::new(0, &all, world, names, plan.level());
    let classes = classes.expect("few combinations");
    for (at, rule) in rules.iter().enumerate() {
        let plain = plainly(rule, world, names, rows);
        assert_eq!(told[at], plain, "{}", rule.text);
        let unknown: Vec<usize> = rows
            .ones()
            .filter(|row| !plain.yes.get(*row) && !plain.no.get(*row))
            .collect();
        assert_eq!(counts[at].yes, plain.yes.count() as u64, "{}", rule.text);
        assert_eq!(counts[at].unknown, unknown.len() as u64, "{}", rule.text);
        assert!(sets.yes(at).eq(plain.yes.ones()), "{}", rule.text);
        assert!(
            sets.unknown(at).eq(unknown.iter().copied()),
            "{}",
            rule.text
        );
        assert_eq!(sets.bits(at, rows.len()), plain.yes, "{}", rule.text);
        for row in rows.ones() {
            let says = &classes.says[classes.of_row[row] as usize];
            assert_eq!(
                says.yes.get(at),
                plain.yes.get(row),
                "row {row}: {}",
                rule.text
            );
            assert_eq!(
                says.unknown.get(at),
                unknown.binary_search(&row).is_ok(),
                "{}",
                rule.text
            );
        }
        for row in rows.ones().step_by(rows.len() / 16 + 1) {
            let one = plan.row(world, names, row);
            assert_eq!(
                one.yes.get(at),
                plain.yes.get(row),
                "row {row}: {}",
                rule.text
            );
            assert_eq!(
                one.unknown.get(at),
                unknown.contains(&row),
                "row {row}: {}",
                rule.text
            );
        }
    }
}

fn bytes(len: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..len)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_rules_over_random_rows(texts in prop::collection::vec(bytes(50), 1..6), cells in bytes(900), count in 1_usize..30, times in 1_usize..260, missing in 0_usize..4) {
        let rules: Vec<Rule> = texts.iter().map(|t| read(&Chance::new(t, false).rule(&Type::Bool, 3))).collect();
        let tables = tables(&firms(&mut Chance::new(&cells, false), count, times, missing));
        let bindings = Bindings::of(count * times);
        let rows: Bits = (0..count * times).map(|row| row % 11 != 3).collect();
        with_world(&tables, |world| {
            let names = bindings.names();
            let all: Vec<&Rule> = rules.iter().collect();
            for level in Level::all() {
                let plan = Plan::with_level(0, &all, &world, &names, level);
                agrees(&plan, &rules, &world, &names, &rows);
            }
        });
    }

    #[test]
    fn changed_and_added_rows(texts in prop::collection::vec(bytes(40), 1..4), cells in bytes(900), more in bytes(400), count in 2_usize..60) {
        let rules: Vec<Rule> = texts.iter().map(|t| read(&Chance::new(t, false).rule(&Type::Bool, 3))).collect();
        let all: Vec<&Rule> = rules.iter().collect();
        let mut firms = firms(&mut Chance::new(&cells, false), count, 1, 2);
        let before = tables(&firms);
        let bindings = Bindings::of(count + 3);
        let names = bindings.names();
        let mut plan = with_world(&before, |world| Plan::new(0, &all, &world, &names));
        let mut chance = Chance::new(&more, false);
        firms.extend([chance.firm(2), chance.firm(2), chance.firm(2)]);
        let after = tables(&firms);
        let rows = Bits::filled(firms.len(), true);
        with_world(&after, |world| {
            let changed = [count as u32 / 2, count as u32, count as u32 + 1, count as u32 + 2];
            if !plan.change(&world, &names, &changed) {
                // A value never met: the old rows stand as they were, and one row alone is still told.
                let one = plan.row(&world, &names, count);
                for (at, rule) in rules.iter().enumerate() {
                    assert_eq!(one.yes.get(at), plainly(rule, &world, &names, &rows).yes.get(count), "{}", rule.text);
                }
                plan = Plan::new(0, &all, &world, &names);
            }
            agrees(&plan, &rules, &world, &names, &rows);
        });
    }
}

/// The form of each leaf of one rule, over a few firms.
fn forms(text: &str) -> Vec<Form> {
    let rule = read(text);
    let tables = tables(&firms(&mut Chance::new(&[7; 400], false), 8, 1, 2));
    with_world(&tables, |world| {
        let plan = Plan::new(0, &[&rule], &world, &BTreeMap::new());
        plan.forms()
            .swap_remove(0)
            .leaves
            .into_iter()
            .map(|(form, _)| form)
            .collect()
    })
}

#[test]
fn the_fast_forms_are_those_the_documentation_names() {
    assert_eq!(
        forms("a_count >= 3 && a_count in [1, 2]"),
        [Form::Coded],
        "parts over one column are one leaf"
    );
    assert_eq!(forms("a_state in ['held', 'closed']"), [Form::Coded]);
    assert_eq!(
        forms("industry(a_industry, 'C') && a_name.startsWith('福')"),
        [Form::Coded, Form::Coded]
    );
    assert_eq!(forms("under(a_unit, '350500')"), [Form::Coded]);
    assert_eq!(forms("a_unit.name == '晋江市'"), [Form::Coded]);
    assert_eq!(
        forms("days(a_day, today) >= 30 && year(a_day) == 2023"),
        [Form::Coded, Form::Coded]
    );
    assert_eq!(forms("a_ratio >= 0.03"), [Form::Coded]);
    assert_eq!(forms("a_flag && !z_flag"), [Form::Flag, Form::Flag]);
    assert_eq!(forms("a_money * 100 >= z_money * 3"), [Form::Computed]);
    assert_eq!(forms("a_money / z_money >= 0.03"), [Form::Computed]);
    assert_eq!(forms("today >= date('2023-01-01')"), [Form::Constant]);
    assert_eq!(forms("'x' in a_tags"), [Form::Plain]);
    assert_eq!(
        forms("[a_money, z_money].all(x, x >= wan(3))"),
        [Form::Coded],
        "a list that is written out leaves its quantifier"
    );
    assert_eq!(
        forms("size_class(a_industry, a_count, a_money, z_money) == 'small'"),
        [Form::Sized]
    );
}

#[test]
fn quantifiers_over_lists_written_out_say_what_they_said_whole() {
    let texts = [
        "[a_money, z_money].all(x, x >= wan(3))",
        "[a_flag, z_flag, a_count > 2].exists(x, !x)",
        "[a_flag, z_flag, a_count > 2].exists_one(x, x)",
        "[a_count, z_count, 3].exists_one(x, x > 2 && x < 9)",
        "[a_money].all(x, x * 2 > z_money)",
        // The inner list has the outer element, its body an element of the same name.
        "[a_count, z_count].all(x, [x, 2].exists(x, x > 1))",
        "[a_count, z_count].exists(x, [1, 4].all(y, [x, y].exists_one(z, z >= 4)))",
        "[a_count, z_count].filter(x, x > 1).all(x, x > 3)",
    ];
    let rules: Vec<Rule> = texts.iter().map(|text| read(text)).collect();
    let cells: Vec<u8> = (0_u32..4_000)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    for missing in 0..4 {
        let tables = tables(&firms(&mut Chance::new(&cells, false), 130, 1, missing));
        with_world(&tables, |world| {
            let (all, names) = (rules.iter().collect::<Vec<_>>(), BTreeMap::new());
            let plan = Plan::new(0, &all, &world, &names);
            agrees(&plan, &rules, &world, &names, &Bits::filled(130, true));
        });
    }
}

#[test]
fn a_quantifier_that_would_grow_without_bound_stays_whole() {
    let twelve = format!("[{}]", ["a_count, z_count"; 6].join(", "));
    let nested = format!("{twelve}.all(x, {twelve}.all(y, {twelve}.exists(z, x + y > z)))");
    assert_eq!(forms(&nested), [Form::Plain]);
}

#[test]
fn more_cuts_than_one_byte_holds_are_shared_out() {
    let text = |n: i64| format!("a_count >= {n} || z_count == {n}");
    let rules: Vec<Rule> = (0..700).map(|n| read(&text(n * 3))).collect();
    let all: Vec<&Rule> = rules.iter().collect();
    let mut firms = firms(&mut Chance::new(&[9; 60], false), 1, 3000, 0);
    for (row, firm) in firms.iter_mut().enumerate() {
        firm[2] = (row % 7 != 0).then(|| Value::Int(row as i64 - 20));
        firm[3] = (row % 5 != 0).then(|| Value::Int(row as i64 * 2));
    }
    let tables = tables(&firms);
    with_world(&tables, |world| {
        let names = BTreeMap::new();
        let plan = Plan::new(0, &all, &world, &names);
        agrees(&plan, &rules, &world, &names, &Bits::filled(3000, true));
    });
}

#[test]
fn no_rows_and_no_rules() {
    let tables = tables(&[]);
    let rule = read("a_count > 1");
    with_world(&tables, |world| {
        let names = BTreeMap::new();
        assert!(
            Plan::new(0, &[], &world, &names)
                .counts(&Bits::default(), 1)
                .is_empty()
        );
        let plan = Plan::new(0, &[&rule], &world, &names);
        assert_eq!(plan.counts(&Bits::default(), 2)[0], rules::Count::default());
        assert_eq!(plan.verdicts(&Bits::default(), 1)[0], Verdicts::default());
    });
}

#[test]
fn leaves_alike_on_every_value_met_may_differ_on_a_new_one() {
    let rules = [
        read("a_count == a_count"),
        read("a_count + a_count == a_count + a_count"),
    ];
    let all: Vec<&Rule> = rules.iter().collect();
    let mut firms = firms(&mut Chance::new(&[9; 60], false), 1, 3, 0);
    for (n, firm) in firms.iter_mut().enumerate() {
        firm[2] = Some(Value::Int(n as i64));
    }
    let names = BTreeMap::new();
    let plan = with_world(&tables(&firms), |world| Plan::new(0, &all, &world, &names));
    firms.push(firms[0].clone());
    firms[3][2] = Some(Value::Int(i64::MAX));
    with_world(&tables(&firms), |world| {
        let one = plan.row(&world, &names, 3);
        assert_eq!((one.yes.get(0), one.unknown.get(0)), (true, false));
        assert_eq!(
            (one.yes.get(1), one.unknown.get(1)),
            (false, true),
            "out of range"
        );
    });
}

#[test]
fn size_classes_of_any_cells() {
    let rules = [
        read("size_class(a_industry, a_count, a_money, z_money) == 'small'"),
        read("size_class(z_industry, a_count, a_money, a_money) != 'large'"),
        read("size_class(a_industry, a_count, a_money, z_money) in ['micro', 'medium'] && a_flag"),
        read("'micro' == size_class(z_industry, z_count, z_money, a_money)"),
    ];
    let all: Vec<&Rule> = rules.iter().collect();
    let random: Vec<u8> = (0..40_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let mut chance = Chance::new(&random, false);
    let mut firms = firms(&mut chance, 300, 1, 2);
    for (n, firm) in firms.iter_mut().enumerate() {
        // Around the bounds of a manufacturer: 300 persons, 20 million yuan.
        firm[2] = (n % 5 > 0).then_some(Value::Int(298 + (n as i64 % 4)));
        firm[6] = (n % 7 > 0).then_some(Value::Money(2_000_000_000 - 1 + (n as i64 % 3)));
    }
    let names = BTreeMap::new();
    with_world(&tables(&firms), |world| {
        for level in Level::all() {
            let plan = Plan::with_level(0, &all, &world, &names, level);
            agrees(&plan, &rules, &world, &names, &Bits::filled(300, true));
        }
    });
}

#[test]
fn decimals_of_both_zeros_and_beyond_all_bounds() {
    let mut rules = Vec::new();
    for comparison in ["==", "!=", "<", "<=", ">", ">="] {
        // A whole number divided by one below zero may be the zero below zero; by zero, it is none.
        rules.push(read(&format!(
            "double(a_count) / double(z_count) {comparison} 0.0"
        )));
        rules.push(read(&format!(
            "double(a_count) * -1.5 {comparison} double(z_count) * 1.5"
        )));
        rules.push(read(&format!(
            "double(a_count) * 1e300 * double(z_count) {comparison} -1e301"
        )));
    }
    let all: Vec<&Rule> = rules.iter().collect();
    let numbers = [
        None,
        Some(0),
        Some(1),
        Some(-3),
        Some(-1),
        Some(i64::MAX),
        Some(i64::MIN),
    ];
    let mut firms = firms(
        &mut Chance::new(&[7; 9_000], false),
        numbers.len() * numbers.len(),
        1,
        2,
    );
    for (n, firm) in firms.iter_mut().enumerate() {
        firm[2] = numbers[n / numbers.len()].map(Value::Int);
        firm[3] = numbers[n % numbers.len()].map(Value::Int);
    }
    let names = BTreeMap::new();
    with_world(&tables(&firms), |world| {
        for level in Level::all() {
            let plan = Plan::with_level(0, &all, &world, &names, level);
            let forms: Vec<Form> = plan
                .forms()
                .into_iter()
                .flat_map(|f| f.leaves)
                .map(|(form, _)| form)
                .collect();
            assert_eq!(forms, vec![Form::Computed; rules.len()]);
            agrees(
                &plan,
                &rules,
                &world,
                &names,
                &Bits::filled(firms.len(), true),
            );
        }
    });
}

#[test]
fn an_empty_reference_that_no_row_had_is_asked_about_anew() {
    let rule = read("z_unit.parent.parent in ['350100', '350500']");
    let mut firms = firms(&mut Chance::new(&[9; 60], false), 1, 3, 0);
    let at = 2 * 9 + 1;
    for firm in &mut firms {
        firm[at] = Some(Value::Record(1, 3));
    }
    let names = BTreeMap::new();
    let mut plan = with_world(&tables(&firms), |world| {
        Plan::new(0, &[&rule], &world, &names)
    });
    firms.push(firms[0].clone());
    firms[3][at] = None;
    with_world(&tables(&firms), |world| {
        assert!(!plan.row(&world, &names, 3).unknown.get(0), "nothing is no");
        assert!(!plan.change(&world, &names, &[3]));
    });
}
