//! Clause 3.1 in depth: every part of the model has what the files say.

use super::files::{files, programme};
use programme::model::*;
use programme::{Period, PeriodKind, Rhythm};
use rules::{Day, Empty, Type, Value};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

#[test]
fn the_head_holds_hours_settings_and_ladders() {
    let p = programme();
    assert_eq!((p.id.as_str(), p.home.as_str()), ("small", "350000"));
    assert_eq!(
        (p.zone.as_str(), p.locale.as_str()),
        ("Asia/Shanghai", "zh-CN")
    );
    assert_eq!(p.campaign, (day("2023-08-01"), day("2023-12-31")));
    assert_eq!(p.hours, [(510, 720), (870, 1080)]);
    assert_eq!(p.phase_on(day("2023-09-30")).unwrap().id, "sprint");
    assert_eq!(p.milestones[0].name.en, "Issued");
    assert_eq!(p.settings["reply_workdays"].value, Value::Int(10));
    assert_eq!(p.settings["prize"].value, Value::Money(50_000_050));
    let ladder = &p.ladders["standard"];
    assert_eq!((ladder.remind_percent, ladder.warn), (80, true));
    assert_eq!(ladder.review, Some(Span::Workdays(15)));
}

#[test]
fn pingtan_is_a_city_and_a_county_and_governs_its_division() {
    let p = programme();
    let pingtan = &p.units[p.unit("351100").unwrap()];
    assert_eq!(pingtan.levels, ["city", "county"]);
    assert_eq!(p.divisions[pingtan.division.unwrap()].code, "350128");
    assert_eq!(pingtan.extra, [Value::Int(12)]);
    assert_eq!(p.units[0].extra, [Value::Unknown(None)]);
    assert_eq!(p.units[0].short.zh, "省工信厅");
    let governor = |code: &str| {
        let division = p.divisions.iter().find(|d| d.code == code).unwrap();
        division.unit.map(|at| p.units[at].id.as_str())
    };
    assert_eq!(governor("350128"), Some("351100"));
    assert_eq!(governor("350102"), Some("350100"));
    assert_eq!(governor("350900"), None);
}

#[test]
fn a_unit_exists_in_intervals() {
    let p = programme();
    let old = &p.units[p.unit("old").unwrap()];
    assert_eq!(p.units.len(), 4);
    assert_eq!(old.exists.len(), 2);
    assert!(old.exists_on(day("2015-12-31")) && old.exists_on(day("2030-01-01")));
    assert!(!old.exists_on(day("2016-01-01")));
}

#[test]
fn the_calendar_ends_at_its_edge() {
    let calendar = programme().calendar;
    assert_eq!(
        calendar.range(),
        Some((day("2023-01-01"), day("2024-12-31")))
    );
    assert_eq!(calendar.is_workday(day("2023-10-07")), Some(true));
    assert_eq!(calendar.is_workday(day("2023-10-02")), Some(false));
}

#[test]
fn a_register_has_typed_fields_states_moves_and_clocks() {
    let p = programme();
    let (table, event) = p.register("event").unwrap();
    assert_eq!(p.schema.tables[table].id, "event");
    assert_eq!(event.number.as_deref(), Some("HD-{unit}-{year}-{seq:5}"));
    assert_eq!(
        event.unit.as_ref().unwrap().root.ty,
        Type::Reference("unit".into())
    );
    assert_eq!(event.field("held_on").unwrap().empty, Empty::None);
    assert_eq!(event.field("signed").unwrap().range, (Some(0.0), None));
    assert_eq!(
        event.field("guests").unwrap().ty,
        Type::List(Box::new(Type::Reference("unit".into())))
    );
    let last: Vec<&str> = event
        .fields
        .iter()
        .rev()
        .take(2)
        .map(|f| f.id.as_str())
        .collect();
    assert_eq!(last, ["recorded_on", "state"]);
    let states = event.states.as_ref().unwrap();
    assert_eq!(
        (states.start.as_str(), states.end[0].as_str()),
        ("planned", "held")
    );
    assert_eq!(states.moves[0].needs, ["held_on"]);
    assert_eq!(
        states.moves[0].when.as_ref().unwrap().text,
        "held_on <= today"
    );
    assert!(!event.checks[0].error);
    let clock = &event.clocks[0];
    assert_eq!(clock.starts, Mark::State("held".into()));
    assert_eq!(clock.stops, Mark::Field("announced_on".into()));
    assert_eq!(clock.length, Span::Workdays(10));
    assert_eq!(event.view.sort.as_deref(), Some("held_on desc"));
    let ids: Vec<&str> = p.registers.iter().map(|r| r.id.as_str()).collect();
    assert_eq!(ids, ["event", "excuse", "filing"]);
    let filing = p.register("filing").unwrap().1;
    assert_eq!(filing.field("period").unwrap().ty, Type::Period);
}

#[test]
fn the_schema_holds_units_divisions_and_registers() {
    let schema = programme().schema;
    let ids: Vec<&str> = schema.tables.iter().map(|t| t.id.as_str()).collect();
    assert_eq!(ids, ["unit", "division", "event", "excuse", "filing"]);
    let unit: Vec<&str> = schema.tables[0]
        .fields
        .iter()
        .map(|f| f.id.as_str())
        .collect();
    assert_eq!(
        unit,
        [
            "name",
            "levels",
            "kind",
            "parent",
            "division",
            "january_target"
        ]
    );
    assert_eq!(schema.tables[1].parent.as_deref(), Some("parent"));
}

#[test]
fn ten_events_a_month_become_a_measure() {
    let p = programme();
    let (notice, m) = p.measure("promotion-events").unwrap();
    assert_eq!(
        (notice.id.as_str(), notice.clauses[0].part()),
        ("2023-08-industry", "3")
    );
    assert!(matches!(&m.bearer, Bearer::Units(rule) if rule.text == "'city' in levels"));
    assert_eq!(m.every, Rhythm::Every(PeriodKind::Month));
    assert_eq!(
        (m.from, m.until),
        (Some(day("2023-08-11")), Some(day("2023-12-31")))
    );
    assert_eq!(
        (m.first_period, m.last_period),
        (Cut::Prorated, Cut::Counts)
    );
    assert_eq!(m.due, Due::AfterEnd(Span::Workdays(10)));
    assert_eq!(
        (m.grace, m.late),
        (Span::Workdays(3), Late::For(Span::Days(30)))
    );
    assert_eq!(
        m.pace,
        Pace::Curve(vec![(day("2023-08-31"), 0.2), (day("2023-12-31"), 1.0)])
    );
    assert_eq!(m.during, ["sprint"]);
    assert_eq!(m.set_by["grace"], "programme office, 2023-08-14");
    assert_eq!(m.owes.as_ref().unwrap().root.ty, Type::Bool);
    let tally = &m.tallies[0];
    assert!(matches!(tally.kind, TallyKind::Count));
    assert_eq!(tally.table, p.register("event").unwrap().0);
    assert_eq!(
        tally.by.as_ref().unwrap().root.ty,
        Type::Reference("unit".into())
    );
    assert_eq!(tally.on.as_ref().unwrap().root.ty, Type::Date);
    let place = m.place.line_column(&files());
    assert_eq!(
        (m.place.file.as_str(), place),
        ("notices/2023-08-industry/part-3.toml", (3, 10))
    );
    let first: Period = PeriodKind::Month.containing(m.from.unwrap());
    assert_eq!(&*first.key, "2023-08");
}

#[test]
fn a_record_bears_its_clock_and_a_chain_begins_later() {
    let p = programme();
    let report = p.measure("report").unwrap().1;
    let Bearer::Records {
        register,
        table,
        until,
        answers,
        ..
    } = &report.bearer
    else {
        panic!("{:?}", report.bearer);
    };
    assert_eq!((register.as_str(), *table), ("event", FIRST_REGISTER_TABLE));
    assert!(until.is_none() && answers.is_some());
    assert_eq!(report.clock.as_deref(), Some("report"));
    assert!(report.owes.is_none());
    let after = p.measure("pair-up").unwrap().1.after.clone().unwrap();
    assert_eq!(
        (after.standing.as_str(), after.within),
        ("overdue", Span::Workdays(5))
    );
}

#[test]
fn tallies_have_the_types_of_what_they_work_out() {
    let p = programme();
    let m = p.measure("pair-up").unwrap().1;
    let ids: Vec<&str> = m.tallies.iter().map(|t| t.id.as_str()).collect();
    assert_eq!(ids, ["signed", "share", "rate", "latest", "kinds"]);
    assert!(matches!(&m.tallies[0].kind, TallyKind::Sum(of) if of.root.ty == Type::Money));
    assert!(matches!(&m.tallies[1].kind, TallyKind::Share(part) if part.root.ty == Type::Bool));
    assert!(matches!(&m.tallies[2].kind, TallyKind::Last(of) if of.root.ty == Type::Money));
    assert!(matches!(&m.tallies[4].kind, TallyKind::Distinct(_)));
    assert!(m.tallies[4].on.is_none());
    assert_eq!(m.set_by["*"], "programme office, 2023-08-14");
}

#[test]
fn lights_read_runs_and_rankings_prizes() {
    let p = programme();
    let notice = &p.notices[0];
    let light = &notice.lights[0];
    assert_eq!(light.red.text, "run('yellow') >= 2");
    assert!(rules::names_read(&light.red).contains("run_yellow"));
    assert!(rules::names_read(&light.yellow).contains("standing"));
    let ranking = &notice.rankings[0];
    assert_eq!(ranking.prizes, [200_000_000, 120_000_050]);
    assert_eq!(
        (ranking.places, ranking.descending, ranking.ties),
        (3, true, Ties::Share)
    );
    assert_eq!(ranking.value.root.ty, Type::Int);
}

#[test]
fn policies_matches_roles_and_bulletins_are_read() {
    let p = programme();
    let policy = &p.policies[0];
    assert_eq!(policy.budget, [("350000".to_owned(), 5_000_025)]);
    let version = &policy.versions[0];
    assert_eq!(version.until, Some(day("2023-12-31")));
    assert_eq!(version.amount.as_ref().unwrap().root.ty, Type::Money);
    assert!(version.class.is_some());
    assert_eq!(version.score[0].full, 100.0);
    let pair = &p.matches[0];
    assert!(pair.score.is_some() && pair.left_capacity.is_none() && pair.right_capacity.is_some());
    let clerk = &p.roles[0];
    assert_eq!(clerk.may[0].filters, [None, None]);
    assert_eq!(clerk.may[1].registers, ["event", "excuse", "filing"]);
    assert!(clerk.may[1].filters.iter().all(Option::is_some));
    assert_eq!(clerk.may[0].fields, ["*"]);
    let bulletin = &p.bulletins[0];
    assert_eq!(
        (bulletin.every, bulletin.signs[0].as_str()),
        (PeriodKind::Week, "clerk")
    );
    assert_eq!(bulletin.sections[0].show, ["bars", "red_list"]);
}
