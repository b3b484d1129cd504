//! Ten thousand people in every unit of a province: each sees what is under his unit, counted another way.

use crate::access::FUJIAN;
use crate::lake::day;
use app::list::Question;
use app::{App, Deed, Office, Viewer, build_facts, split_sheets};
use std::collections::BTreeMap;

const PEOPLE: usize = 10_000;
/// Roles that see events under their unit.
const ROLES: [&str; 3] = ["county_coordinator", "city_coordinator", "leader"];

/// As many events in a unit as its position says, one to three; and one in no unit.
fn events_in(unit: usize) -> usize {
    1 + unit % 3
}

fn app() -> App {
    let programme = &FUJIAN.0;
    let mut text = "id,recorded_at,place,name\n".to_owned();
    for (at, unit) in programme.units.iter().enumerate() {
        for nth in 0..events_in(at) {
            text.push_str(&format!("{}-{nth},2023-09-01,{},活动\n", unit.id, unit.id));
        }
    }
    text.push_str("nowhere,2023-09-01,,活动\n");
    let sheets = BTreeMap::from([("event".to_owned(), text)]);
    let facts = build_facts(programme, split_sheets(&sheets).unwrap()).unwrap();
    App::new(programme.clone(), facts, day("2023-09-26"), true)
}

#[test]
fn each_of_ten_thousand_people_sees_what_is_under_his_unit() {
    let app = app();
    let units = &app.programme().units;
    assert!(units.len() >= 1_200, "{} units", units.len());
    // From the leaves up: every unit adds its own to all above it.
    let mut under = vec![0; units.len()];
    for at in 0..units.len() {
        let mut next = Some(at);
        while let Some(unit) = next {
            under[unit] += events_in(at);
            next = units[unit].parent;
        }
    }
    let question = Question {
        limit: 1,
        count: true,
        ..Question::default()
    };
    for nth in 0..PEOPLE {
        let unit = nth % units.len();
        let viewer = Viewer {
            account: format!("person-{nth}"),
            on_behalf: None,
            person: None,
            offices: vec![Office {
                role: ROLES[nth % ROLES.len()].to_owned(),
                unit: units[unit].id.clone(),
            }],
        };
        let page = app.list(&viewer, "event", &question).unwrap();
        assert_eq!(page.count, Some(under[unit]), "{}", units[unit].id);
        let own = format!("{}-0", units[unit].id);
        assert!(app.may_with(&viewer, Deed::Read, "event", &own), "{own}");
        assert!(!app.may_with(&viewer, Deed::Read, "event", "nowhere"));
        if let Some(above) = units[unit].parent {
            let above = format!("{}-0", units[above].id);
            assert!(
                !app.may_with(&viewer, Deed::Read, "event", &above),
                "{above}"
            );
        }
    }
}
