//! The board against the general evaluation: same counts on any day, and one row at a time as all at once.

use crate::lake::{day, facts, lake_files, sound};
use engine::board::{Board, Class, Refusal, Roll, Stand, Version, classes};
use engine::{AsOf, Facts, evaluate};
use programme::{Files, Programme};
use proptest::prelude::*;
use rules::{Day, Moment, Rule};
use std::sync::LazyLock;

const REGISTER: &str = r#"
id = "visit"
name = { zh = "走访", en = "Visit" }
date = "seen_on"
number = "ZF-{year}-{seq:5}"
[field.place]
name = { zh = "地区", en = "Place" }
type = "unit"
[field.firm]
name = { zh = "企业", en = "Firm" }
type = "reference"
to = "firm"
[field.seen_on]
name = { zh = "日期", en = "Seen on" }
type = "date"
[field.kind]
name = { zh = "类别", en = "Kind" }
type = "choice"
choices = { a = { zh = "甲", en = "A" }, b = { zh = "乙", en = "B" } }
[field.good]
name = { zh = "合格", en = "Good" }
type = "bool"
[field.paid]
name = { zh = "金额", en = "Paid" }
type = "money"
"#;

/// A measure of the test's notice: id, bearer, keys, what is owed, the tally.
fn measure(id: &str, bearer: &str, keys: &str, owes: &str, tally: &str) -> String {
    format!(
        r#"
[measure.{id}]
clause = "1.1"
name = {{ zh = "{id}", en = "{id}" }}
bearer = {bearer}
from = 2023-01-09
until = 2023-11-20
set_by = "programme office, 2023-01-03"
owes = "{owes}"
{keys}
[measure.{id}.tally.n]
name = {{ zh = "数", en = "Number" }}
on = "seen_on"
{tally}
"#
    )
}

fn notice() -> String {
    let city = "{ unit = \"'city' in levels && kind == 'government'\" }";
    let any = "{ unit = \"kind == 'government' && !('county' in levels)\" }";
    let firm = "{ record = \"firm\", where = \"size == 'small'\" }";
    let every_firm = "{ record = \"firm\" }";
    let mut text =
        "[clause.\"1.1\"]\ntext = { zh = \"各有要求。\", en = \"Things are owed.\" }\n".to_owned();
    for (id, bearer, keys, owes, tally) in [
        (
            "count-up",
            city,
            "every = \"month\"",
            "n >= 2",
            "count = \"visit\"\nby = \"place\"\nwhere = \"kind == 'a'\"",
        ),
        (
            "count-own",
            any,
            "every = \"half-month\"",
            "n > 0",
            "count = \"visit\"\nby = \"place\"\nown = true\nwhere = \"good\"",
        ),
        (
            "count-share",
            any,
            "every = \"month\"\nfirst_period = \"prorated\"",
            "n >= 3",
            "count = \"visit\"\nby = \"place\"\nwhere = \"kind == 'a' || good\"",
        ),
        (
            "at-most",
            city,
            "every = \"week\"",
            "n <= 1",
            "count = \"visit\"\nby = \"place\"\nwhere = \"kind == 'b'\"",
        ),
        (
            "sum",
            city,
            "every = \"quarter\"",
            "n >= yuan(300)",
            "sum = \"visit\"\nof = \"paid\"\nby = \"place\"\nwhere = \"good\"",
        ),
        (
            "sum-under",
            firm,
            "every = \"quarter\"",
            "n < yuan(200)",
            "sum = \"visit\"\nof = \"paid\"\nby = \"firm\"",
        ),
        (
            "share",
            city,
            "every = \"month\"",
            "n >= 0.6",
            "ratio = \"visit\"\npart = \"good\"\nby = \"place\"\nwhere = \"kind == 'a'\"",
        ),
        (
            "share-over",
            every_firm,
            "every = \"month\"\nempty_ratio = \"met\"",
            "n > 0.5",
            "ratio = \"visit\"\npart = \"good\"\nby = \"firm\"",
        ),
        (
            "firm-ten",
            firm,
            "every = \"ten-days\"",
            "n >= 1",
            "count = \"visit\"\nby = \"firm\"\nwhere = \"kind == 'a' && paid >= yuan(100)\"",
        ),
        (
            "firm-once",
            every_firm,
            "every = \"once\"\ndue = \"5 workdays after\"",
            "n >= settings.events_min",
            "count = \"visit\"\nby = \"firm\"",
        ),
        (
            "place-once",
            city,
            "every = \"once\"",
            "n >= 0",
            "count = \"visit\"\nby = \"place\"\nwhere = \"good\"",
        ),
    ] {
        text += &measure(id, bearer, keys, owes, tally);
    }
    text
}

static PROGRAMME: LazyLock<Programme> = LazyLock::new(|| {
    let mut files: Files = lake_files();
    files.retain(|name, _| !name.starts_with("notices/lake/1") && !name.starts_with("cases"));
    files.retain(|name, _| {
        !name.starts_with("notices/lake/2") && !name.starts_with("notices/lake/3")
    });
    let head = files.get_mut("notices/lake/notice.toml").unwrap();
    *head = head.split("[part.2]").next().unwrap().to_owned();
    files.insert("registers/visit.toml".into(), REGISTER.into());
    files.insert("notices/lake/9-board.toml".into(), notice());
    sound(&files)
});

const FIRMS: &str = "id,place,size
    f1,111,small
    f2,111,large
    f3,121,
    f4,110,small
    f5,,small
    f6,112,small";

/// One version of a visit.
#[derive(Clone, Debug)]
struct Visit {
    id: usize,
    place: &'static str,
    firm: &'static str,
    seen: Option<i32>,
    kind: &'static str,
    good: &'static str,
    paid: &'static str,
    recorded: i32,
}

fn visit() -> impl Strategy<Value = Visit> {
    let pick = |all: &'static [&'static str]| prop::sample::select(all);
    (
        0..30_usize,
        pick(&["110", "111", "120", "121", "12111", "100", ""]),
        pick(&["f1", "f2", "f3", "f4", "f5", "f6", ""]),
        prop::option::weighted(0.9, 0..340_i32),
        pick(&["a", "a", "a", "b", ""]),
        pick(&["true", "true", "false", ""]),
        pick(&["50", "150", "100", "-80", ""]),
        0..340_i32,
    )
        .prop_map(
            |(id, place, firm, seen, kind, good, paid, recorded)| Visit {
                id,
                place,
                firm,
                seen,
                kind,
                good,
                paid,
                recorded,
            },
        )
}

fn date(days: i32) -> Day {
    day("2023-01-01").plus(days)
}

fn known(visits: &[Visit]) -> Facts {
    let mut text = "id,place,firm,seen_on,kind,good,paid,recorded_at".to_owned();
    for v in visits {
        let seen = v.seen.map_or_else(String::new, |d| date(d).to_string());
        text += &format!(
            "\nv{},{},{},{seen},{},{},{},{}",
            v.id,
            v.place,
            v.firm,
            v.kind,
            v.good,
            v.paid,
            date(v.recorded)
        );
    }
    facts(&PROGRAMME, &[("visit", &text), ("firm", FIRMS)])
}

fn board(cx: &AsOf<'_>) -> (Board, Vec<Refusal>) {
    let notices = PROGRAMME.notices.iter();
    Board::new(cx, notices.flat_map(|n| &n.measures))
}

/// What the general evaluation says for each measure, unit and period of the board.
fn general(cx: &AsOf<'_>, board: &Board) -> Vec<(String, Stand)> {
    let evaluation = evaluate(cx);
    let mut all = Vec::new();
    for id in board.measures() {
        let result = evaluation
            .measures
            .iter()
            .find(|m| PROGRAMME.notices[m.notice].measures[m.measure].id == id)
            .unwrap();
        let nth = board.measures().position(|m| m == id).unwrap();
        for period in board.periods(nth) {
            let mut stands = vec![Stand::default(); PROGRAMME.units.len()];
            for duty in &result.duties {
                if duty.period.key != period.key || duty.period.from > cx.at {
                    continue;
                }
                let mut next = duty.unit.map(|u| u as usize);
                while let Some(unit) = next {
                    match duty.in_time.verdict.filter(|_| duty.owed == Some(true)) {
                        Some(true) => stands[unit].met += 1,
                        Some(false) => stands[unit].unmet += 1,
                        None => stands[unit].unknown += 1,
                    }
                    next = PROGRAMME.units[unit].parent;
                }
            }
            for (unit, stand) in stands.into_iter().enumerate() {
                all.push((
                    format!("{id} {} {}", period.key, PROGRAMME.units[unit].id),
                    stand,
                ));
            }
        }
    }
    all
}

fn counted(board: &Board, roll: &Roll) -> Vec<(String, Stand)> {
    let mut all = Vec::new();
    for (nth, id) in board.measures().enumerate() {
        for (at, period) in board.periods(nth).enumerate() {
            for (unit, u) in PROGRAMME.units.iter().enumerate() {
                let name = format!("{id} {} {}", period.key, u.id);
                all.push((name, board.stand(roll, unit, nth, at)));
            }
        }
    }
    all
}

fn same(board: &Board, roll: &Roll, cx: &AsOf<'_>) {
    for (mine, theirs) in counted(board, roll).into_iter().zip(general(cx, board)) {
        assert_eq!(mine, theirs, "as of {}", cx.at);
    }
}

/// The class of one row in each set of rules.
fn told(cx: &AsOf<'_>, board: &Board, row: usize) -> Vec<Class> {
    let class = |(table, rules): (usize, &[Rule])| {
        let rules: Vec<&Rule> = rules.iter().collect();
        let all = classes(cx, table, &rules).unwrap();
        all.of_row
            .get(row)
            .map(|c| all.classes[usize::from(*c)].clone())
            .unwrap_or_default()
    };
    board.rules().map(class).collect()
}

#[test]
fn every_plain_measure_is_on_the_board() {
    let facts = known(&[]);
    let cx = AsOf::new(&PROGRAMME, &facts, day("2023-06-30"));
    let (board, refused) = board(&cx);
    assert_eq!(refused, []);
    assert_eq!(board.measures().count(), 11);
}

#[test]
fn a_unit_counts_its_own_and_what_lies_below() {
    let visit = |id, place, seen, kind| Visit {
        id,
        place,
        firm: "",
        seen: Some(seen),
        kind,
        good: "true",
        paid: "50",
        recorded: seen,
    };
    // In February two of kind A under 110; one and one of an unknown kind under 120.
    let facts = known(&[
        visit(1, "111", 35, "a"),
        visit(2, "110", 36, "a"),
        visit(3, "121", 40, "a"),
        visit(4, "12111", 41, ""),
    ]);
    let cx = AsOf::new(&PROGRAMME, &facts, day("2023-03-31"));
    let board = board(&cx).0;
    let roll = board.count(cx.at, 1);
    let measure = board.measures().position(|m| m == "count-up").unwrap();
    let stand = |unit, period| board.stand(&roll, PROGRAMME.unit(unit).unwrap(), measure, period);
    let of = |met, unmet, unknown| Stand {
        met,
        unmet,
        unknown,
    };
    assert_eq!(stand("110", 1), of(1, 0, 0));
    assert_eq!(stand("120", 1), of(0, 0, 1));
    assert_eq!(stand("100", 1), of(1, 0, 1));
    assert_eq!(stand("100", 0), of(0, 2, 0));
    assert_eq!(stand("100", 3), of(0, 0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_board_counts_what_the_general_evaluation_finds(
        visits in prop::collection::vec(visit(), 0..60),
        days in prop::collection::vec(0..345_i32, 1..4),
        threads in 1..4_usize,
    ) {
        let facts = known(&visits);
        let last = AsOf::new(&PROGRAMME, &facts, day("2023-12-15"));
        let board = board(&last).0;
        for at in days {
            let cx = AsOf::new(&PROGRAMME, &facts, date(at));
            prop_assert!(board.covers(cx.at));
            let roll = board.count(cx.at, threads);
            prop_assert_eq!(&roll, &board.count(cx.at, 1));
            same(&board, &roll, &cx);
        }
    }

    #[test]
    fn one_row_after_another_is_the_same_as_all_at_once(
        visits in prop::collection::vec(visit(), 1..40),
        held in 0..40_usize,
        at in 100..340_i32,
    ) {
        let all = known(&visits);
        let cx = AsOf::new(&PROGRAMME, &all, date(at));
        let whole = board(&cx).0;
        let before = known(&[]);
        let (mut grown, _) = board(&AsOf::new(&PROGRAMME, &before, date(at)));
        let mut roll = grown.count(cx.at, 1);
        let table = PROGRAMME.register("visit").unwrap().0;
        let columns = &all.tables().tables[table];
        let version = |row: usize, superseded| Version {
            table,
            columns,
            row,
            recorded: all.validity(table, row as u32).0,
            superseded,
        };
        let never = Moment(i64::MAX);
        let mut turned = std::collections::BTreeMap::new();
        let mut note = |turns: Vec<engine::board::Turn>| {
            for turn in turns {
                let key = (turn.measure, turn.bearer, turn.period);
                assert_ne!(turn.before, turn.after);
                let last = turned.insert(key, turn.after);
                assert!(last.is_none_or(|last| last == turn.before), "{key:?}");
            }
        };
        for row in 0..visits.len() {
            let classes = told(&cx, &whole, row);
            note(grown.add(&PROGRAMME, &mut roll, &version(row, never), &classes));
            // Some end as soon as they come, the rest after all have come.
            if row < held {
                let end = all.validity(table, row as u32).1;
                if end != never {
                    note(grown.end(&PROGRAMME, &mut roll, &version(row, never), &classes, end));
                }
            }
        }
        for row in held..visits.len() {
            let classes = told(&cx, &whole, row);
            let end = all.validity(table, row as u32).1;
            if end != never {
                note(grown.end(&PROGRAMME, &mut roll, &version(row, never), &classes, end));
            }
        }
        let rolled = counted(&grown, &roll);
        for other in [counted(&whole, &whole.count(cx.at, 1)), counted(&grown, &grown.count(cx.at, 2))] {
            for (mine, theirs) in rolled.iter().zip(&other) {
                prop_assert_eq!(mine, theirs);
            }
        }
    }
}
