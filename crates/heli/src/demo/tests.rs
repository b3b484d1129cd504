//! Small examples on the programme of Fujian, and its own.

use super::{Options, sheets};
use app::engine::{AsOf, Facts, FactsBuilder, Sheet, Standing, evaluate, policy};
use app::programme::{self, Files, Programme};
use app::rules::Day;
use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// A folder of the house as text, by path.
fn folder(id: &str) -> Files {
    fn add(root: &Path, folder: &Path, files: &mut Files) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                add(root, &path, files);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy();
                files.insert(name.into_owned(), fs::read_to_string(&path).unwrap());
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../programmes")
        .join(id);
    let mut files = Files::new();
    add(&root, &root, &mut files);
    files
}

/// The programme of Fujian, read once.
fn fujian() -> &'static Programme {
    static READ: OnceLock<Programme> = OnceLock::new();
    READ.get_or_init(|| programme::read(&folder("fujian")).programme.unwrap())
}

/// An example of one file.
fn example(text: &str) -> Files {
    Files::from([("example/1.toml".to_owned(), text.to_owned())])
}

fn made(text: &str, seed: u64, until: &str) -> Vec<Sheet> {
    let options = Options {
        seed,
        firms: None,
        until: day(until),
    };
    sheets(fujian(), &example(text), &options).unwrap()
}

/// The cells of a field, by row.
fn column<'s>(sheet: &'s Sheet, field: &str) -> Vec<&'s str> {
    let at = sheet.header.iter().position(|head| head == field).unwrap();
    sheet
        .rows
        .iter()
        .map(|(_, cells)| cells[at].as_str())
        .collect()
}

const SESSIONS: &str = r#"
[factor.diligence.at]
"350200" = 0.2
[[fill]]
register = "bank_session"
each = "unit"
level = "county"
every = "month"
from = 2023-08-11
recorded = { days = [-9, -4], after = "{planned_on}" }
[fill.field]
name = "{place.short}第{k:2}场"
place = "{each}"
planned_on = { between = ["{period.from}", "{period.until}"] }
[[fill.step]]
from = ["planned"]
chance = 0.9
by = "diligence"
on = "{planned_on}"
state = "held"
[fill.step.field]
held_on = { is = "{on}", gap = 0.1 }
banks = { number = [3, 9] }
firms = { number = [3, 9] }
"#;

#[test]
fn a_record_that_is_planned_and_then_held_has_two_versions() {
    let sheet = made(SESSIONS, 1, "2023-12-31").remove(0);
    let (ids, states) = (column(&sheet, "id"), column(&sheet, "state"));
    let (recorded, superseded) = (
        column(&sheet, "recorded_at"),
        column(&sheet, "superseded_at"),
    );
    let held = (1..ids.len()).find(|row| states[*row] == "held").unwrap();
    assert_eq!(ids[held - 1], ids[held]);
    assert_eq!(states[held - 1], "planned");
    assert_eq!(superseded[held - 1], recorded[held]);
    assert_eq!(superseded[held], "");
    assert!(column(&sheet, "name")[held].ends_with("第01场"));
}

#[test]
fn a_factor_makes_a_city_fail_more_often_and_a_gap_leaves_a_cell_empty() {
    let sheet = made(SESSIONS, 1, "2023-12-31").remove(0);
    let share_held = |of_city: bool| {
        let rows = column(&sheet, "place")
            .into_iter()
            .zip(column(&sheet, "state"));
        let states: Vec<&str> = rows
            .filter(|(place, _)| place.starts_with("3502") == of_city)
            .map(|(_, s)| s)
            .collect();
        let planned = states.iter().filter(|s| **s == "planned").count();
        (states.len() - planned) as f64 / planned as f64
    };
    assert!(share_held(true) < 0.6 && share_held(false) > 0.8);
    let held = column(&sheet, "state")
        .into_iter()
        .zip(column(&sheet, "held_on"));
    let held: Vec<&str> = held
        .filter(|(s, _)| *s == "held")
        .map(|(_, on)| on)
        .collect();
    let gaps = held.iter().filter(|on| on.is_empty()).count();
    assert!(gaps > 0 && gaps * 4 < held.len());
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let bytes = |seed| format!("{:?}", made(SESSIONS, seed, "2023-09-26"));
    assert_eq!(bytes(1), bytes(1));
    assert_ne!(bytes(1), bytes(2));
}

#[test]
fn an_earlier_day_holds_what_a_later_one_holds_up_to_it() {
    let (early, late) = (
        made(SESSIONS, 1, "2023-09-10").remove(0),
        made(SESSIONS, 1, "2023-12-31").remove(0),
    );
    let known = |sheet: &Sheet| {
        let rows = column(sheet, "id")
            .into_iter()
            .zip(column(sheet, "recorded_at"));
        rows.filter(|(_, at)| *at < "2023-09-11")
            .map(|(id, at)| format!("{id} {at}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(early.rows.len(), known(&early).len());
    assert_eq!(known(&early), known(&late));
}

#[test]
fn a_total_is_shared_out_by_weight_to_the_last_record() {
    let text = r#"
[factor.target]
column = "january_target"
[[fill]]
register = "cadre"
each = "unit"
level = "county"
total = 100
weight = "target"
[fill.field]
name = "陈静"
place = "{each}"
from_on = 2023-08-01
"#;
    let sheet = made(text, 1, "2023-09-26").remove(0);
    let of = |place| {
        column(&sheet, "place")
            .iter()
            .filter(|p| **p == place)
            .count()
    };
    assert_eq!(sheet.rows.len(), 100);
    assert_eq!((of("350582"), of("350429")), (5, 0));
}

#[test]
fn a_name_that_leads_nowhere_is_found_at_its_place() {
    let text = SESSIONS
        .replace("{place.short}", "{plaice}")
        .replace("banks = ", "banques = ");
    let files = example(&text);
    let options = Options {
        seed: 1,
        firms: None,
        until: day("2023-09-26"),
    };
    let faults = sheets(fujian(), &files, &options).unwrap_err();
    let said: Vec<_> = faults.iter().map(|f| f.message.en.as_str()).collect();
    assert_eq!(
        said,
        ["there is no name “plaice”", "there is no field “banques”"]
    );
    assert_eq!(faults[0].place.line_column(&files), (12, 8));
    let broken = example("[[fill]]\nregister = 5");
    assert_eq!(
        sheets(fujian(), &broken, &options).unwrap_err()[0].code,
        "example-syntax"
    );
}

/// Fujian's own example with few firms, up to the end of the campaign.
fn fujians_facts() -> &'static Facts {
    static MADE: OnceLock<Facts> = OnceLock::new();
    MADE.get_or_init(|| {
        let options = Options {
            seed: 7,
            firms: Some(800),
            until: fujian().campaign.1,
        };
        let mut builder = FactsBuilder::new(fujian());
        for sheet in sheets(fujian(), &folder("fujian"), &options).unwrap() {
            builder.add(sheet);
        }
        builder.build().unwrap()
    })
}

#[test]
fn fujians_example_is_read_whole_and_shows_every_standing_on_its_day() {
    let moment = AsOf::new(fujian(), fujians_facts(), day("2023-09-26"));
    let found = evaluate(&moment);
    let standings: HashSet<Standing> = found
        .duties(fujian())
        .map(|(_, duty)| duty.standing)
        .collect();
    assert_eq!(standings.len(), Standing::ALL.len());
}

/// What every policy in force says of every record.
fn entitled(cx: &AsOf<'_>) -> Vec<Vec<policy::Verdict>> {
    let in_force = fujian()
        .policies
        .iter()
        .filter_map(|p| Some((p, policy::version(p, cx.at)?)));
    let said = in_force.map(|(policy, version)| {
        let (table, _) = fujian().register(&policy.who).unwrap();
        let rows: Vec<u32> = cx.current(table).map(|(_, row)| row).collect();
        policy::entitle(cx, policy, version, &rows)
    });
    said.collect()
}

#[test]
fn a_day_among_many_says_what_it_says_alone() {
    let (from, until) = fujian().campaign;
    let lasting = Arc::default();
    // Later days first: what lasts must not depend on the day that asked for it.
    for back in (0..=until.0 - from.0).step_by(13) {
        let at = until.plus(-back);
        let alone = AsOf::new(fujian(), fujians_facts(), at);
        let among = AsOf::among(fujian(), fujians_facts(), at, &lasting);
        for (one, other) in evaluate(&alone)
            .measures
            .iter()
            .zip(&evaluate(&among).measures)
        {
            let notice = &fujian().notices[one.notice];
            let measure = &notice.measures[one.measure].id;
            assert!(one == other, "{measure} on {at}");
        }
        assert!(entitled(&alone) == entitled(&among), "policies on {at}");
    }
}
