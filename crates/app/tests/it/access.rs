//! Every role against every register and deed, on records inside and outside of what it reaches.

use crate::lake::day;
use app::list::{Question, Unread};
use app::people::ADMINISTRATOR;
use app::programme::model::{FieldKind, Register, RegisterField};
use app::programme::{Files, Programme, read};
use app::view::UnitsQuestion;
use app::{App, Deed, GRANTED, Office, Viewer, build_facts, granted, may, split_sheets};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// What one holder of a role is, and what the holder of the other world is: unit, person.
const WORLDS: [(&str, &str); 2] = [("350102", "王一"), ("350203", "林二")];

pub(crate) static FUJIAN: LazyLock<(Programme, String)> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/fujian");
    let mut files = Files::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let name = path
                    .strip_prefix(&root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                files.insert(name, text);
            }
        }
    }
    let roles = files["roles.toml"].clone();
    (read(&files).programme.unwrap(), roles)
});

/// The cells of one record of a world: references stay within it, units and names are its own.
fn cells(register: &Register, world: usize) -> BTreeMap<String, String> {
    let (unit, person) = WORLDS[world];
    let value = |field: &RegisterField| match field.kind {
        FieldKind::Unit => Some(unit.to_owned()),
        FieldKind::Reference => Some(format!("{}-{world}", field.to.as_deref()?)),
        FieldKind::Text | FieldKind::Person => Some(person.to_owned()),
        FieldKind::Date if field.id == "announced_on" => Some("2023-09-01".to_owned()),
        // A column that is there and empty says that there is none; one that is missing says nothing.
        FieldKind::Date if field.id == "released_on" => Some(String::new()),
        FieldKind::Choice if field.id == "state" => Some(field.choices[0].0.clone()),
        _ => None,
    };
    let fields = register
        .fields
        .iter()
        .filter(|field| field.formula.is_none());
    let known = fields.filter_map(|field| Some((field.id.clone(), value(field)?)));
    known.collect()
}

/// One record of each register in each world.
fn app() -> App {
    let programme = &FUJIAN.0;
    let sheet = |register: &Register| {
        let of = [0, 1].map(|world| cells(register, world));
        let heads: Vec<&str> = of[0].keys().map(String::as_str).collect();
        let mut text = format!("id,recorded_at,{}\n", heads.join(","));
        for (world, cells) in of.iter().enumerate() {
            let values: Vec<&str> = cells.values().map(String::as_str).collect();
            text.push_str(&format!(
                "{}-{world},2023-09-01,{}\n",
                register.id,
                values.join(",")
            ));
        }
        (register.id.clone(), text)
    };
    let sheets: BTreeMap<String, String> = programme.registers.iter().map(sheet).collect();
    let facts = build_facts(programme, split_sheets(&sheets).unwrap()).unwrap();
    App::new(programme.clone(), facts, day("2023-09-26"), true)
}

/// Somebody who holds a role in a world.
fn holder(role: &str, world: usize) -> Viewer {
    let programme = &FUJIAN.0;
    let found = programme.roles.iter().find(|r| r.id == role).unwrap();
    let unit = match &found.of {
        Some(of) => format!("{of}-{world}"),
        None => WORLDS[world].0.to_owned(),
    };
    Viewer {
        account: format!("{role}-{world}"),
        on_behalf: None,
        person: Some(WORLDS[world].1.to_owned()),
        offices: vec![Office {
            role: role.to_owned(),
            unit,
        }],
    }
}

/// Whether a rule of `roles.toml` holds for a record of world `of` and a holder in world `who`, worked out from its text
/// alone: `under(path, viewer.unit)`, `path == viewer.x`, `present(path)`, `path in ['a', 'b']`, what holds together and
/// alternatives of these.
fn holds(rule: &str, register: &Register, of: usize, who: usize) -> bool {
    let programme = &FUJIAN.0;
    let read = |path: &str| {
        let mut at = register;
        let mut steps = path.split('.').peekable();
        while let Some(step) = steps.next() {
            let field = at.field(step)?;
            match steps.peek() {
                Some(_) => at = programme.register(field.to.as_deref()?)?.1,
                None => return cells(at, of).get(step).cloned(),
            }
        }
        None
    };
    let theirs = |path: &str| match path.trim() {
        "viewer.unit" | "viewer.record.place" => Some(WORLDS[who].0.to_owned()),
        "viewer.person" | "viewer.record.uscc" => Some(WORLDS[who].1.to_owned()),
        "viewer.record" => Some(format!("enterprise-{who}")),
        other => panic!("{other} is not read here"),
    };
    let part_holds = |part: &str| {
        if let Some(path) = part.strip_prefix("present(") {
            return read(path.trim_end_matches(')')).is_some();
        }
        if let Some((path, words)) = part.split_once(" in ") {
            let words: Vec<&str> = words.split('\'').skip(1).step_by(2).collect();
            return read(path).is_some_and(|value| words.contains(&value.as_str()));
        }
        let (left, right) = match part.strip_prefix("under(") {
            Some(inner) => inner.trim_end_matches(')').split_once(',').unwrap(),
            None => part.split_once("==").unwrap(),
        };
        let left = read(left.trim());
        left.is_some() && left == theirs(right)
    };
    let together = |parts: &str| parts.split("&&").all(|part| part_holds(part.trim()));
    rule.split("||").any(together)
}

/// Role, deeds, registers, rule.
type Words = (String, Vec<String>, Vec<String>, Option<String>);

/// What `roles.toml` grants, read as text.
fn grants() -> Vec<Words> {
    let mut grants = Vec::new();
    for block in FUJIAN.1.split("[[role.").skip(1) {
        let Some((role, rest)) = block.split_once(".may]]") else {
            // What stands on a first page grants nothing.
            assert!(block.contains(".home]]"), "{block}");
            continue;
        };
        let line = |key: &str| {
            let start = format!("{key} = ");
            let line = rest.lines().take_while(|line| !line.starts_with("[role."));
            let line = line.into_iter().find_map(|line| line.strip_prefix(&start));
            line.map(str::to_owned)
        };
        let list = |key: &str| {
            let line = line(key).unwrap();
            let words = line.split('"').skip(1).step_by(2);
            words.map(str::to_owned).collect::<Vec<_>>()
        };
        let rule = line("where").map(|line| line.trim_matches('"').to_owned());
        grants.push((role.to_owned(), list("do"), list("on"), rule));
    }
    grants
}

/// What `roles.toml` calls a deed with a register: whatever is written among the excuses excuses a duty.
fn word(deed: Deed, register: &str) -> &'static str {
    match deed {
        Deed::Create | Deed::Change | Deed::Withdraw if register == "excuse" => "excuse",
        deed => deed.word(),
    }
}

#[test]
fn every_role_reaches_what_its_words_say_and_nothing_else() {
    let (app, grants) = (app(), grants());
    let programme = app.programme();
    let (mut yes, mut no) = (0, 0);
    for role in &programme.roles {
        for register in &programme.registers {
            for deed in Deed::ALL {
                for (who, of) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                    let granted = |deed: Deed| {
                        grants.iter().any(|(of_role, acts, on, rule)| {
                            *of_role == role.id
                                && acts.iter().any(|act| act == word(deed, &register.id))
                                && on.iter().any(|id| id == "*" || *id == register.id)
                                && rule
                                    .as_deref()
                                    .is_none_or(|rule| holds(rule, register, of, who))
                        })
                    };
                    let expected = granted(deed) && granted(Deed::Read);
                    let viewer = holder(&role.id, who);
                    let id = format!("{}-{of}", register.id);
                    let found = app.may_with(&viewer, deed, &register.id, &id);
                    assert_eq!(found, expected, "{} {who}: {deed:?} {id}", role.id);
                    if deed == Deed::Read {
                        let read = app.record(&viewer, &register.id, &id, None);
                        assert_eq!(read.is_ok(), expected, "{} {who}: {id}", role.id);
                    }
                    match expected {
                        true => yes += 1,
                        false => no += 1,
                    }
                }
            }
        }
    }
    assert!(
        yes > 1000 && no > 5000,
        "the matrix has both: {yes} and {no}"
    );
}

#[test]
fn lists_and_counts_hold_what_each_record_says() {
    let app = app();
    for role in &app.programme().roles {
        for register in &app.programme().registers {
            for who in [0, 1] {
                let viewer = holder(&role.id, who);
                let ids = [0, 1].map(|of| format!("{}-{of}", register.id));
                let seen = ids
                    .into_iter()
                    .filter(|id| app.may_with(&viewer, Deed::Read, &register.id, id));
                let seen: Vec<String> = seen.collect();
                let question = Question {
                    limit: 10,
                    count: true,
                    ..Question::default()
                };
                let page = match app.list(&viewer, &register.id, &question) {
                    Err(Unread::Forbidden(_)) => {
                        assert!(!may(app.programme(), &viewer, Deed::Read, &register.id));
                        continue;
                    }
                    page => page.unwrap(),
                };
                let mut listed: Vec<String> =
                    page.records.into_iter().map(|r| r.id.into()).collect();
                listed.sort();
                assert_eq!(
                    (page.count, &listed),
                    (Some(seen.len()), &seen),
                    "{} {}",
                    role.id,
                    register.id
                );
            }
        }
    }
}

#[test]
fn a_rule_tells_nothing_of_records_that_are_not_seen() {
    let app = app();
    let firm = holder("firm", 0);
    let asks = |rule: &str| {
        let question = Question {
            limit: 10,
            rule: Some(rule.to_owned()),
            ..Question::default()
        };
        app.list(&firm, "case", &question)
            .map(|page| page.records.len())
    };
    assert_eq!(asks("title == '王一'").ok(), Some(1));
    assert_eq!(asks("title == '林二'").ok(), Some(0));
    let through = asks("enterprise.name == '林二'");
    assert!(matches!(through, Err(Unread::Question(_))), "{through:?}");
    let gone = app
        .record(&firm, "enterprise", "enterprise-1", None)
        .unwrap_err();
    let never = app
        .record(&firm, "enterprise", "enterprise-9", None)
        .unwrap_err();
    let said = |unread: &Unread| unread.words().zh.replace("enterprise-1", "enterprise-9");
    assert_eq!(said(&gone), said(&never));
}

#[tokio::test]
async fn no_role_of_the_programme_manages_and_the_administrator_sees_no_record() {
    let app = app();
    let programme = &FUJIAN.0;
    for role in &programme.roles {
        let viewer = holder(&role.id, 0);
        assert!(!app::manages(&viewer), "{}", role.id);
        let refused = [
            app.admin_page(&viewer).await.err(),
            app.roles_page(&viewer).await.err(),
            app.units_page(&viewer, UnitsQuestion::default())
                .await
                .err(),
            app.calendar_years(&viewer).err(),
            app.versions_page(&viewer).await.err(),
            app.proposal(&viewer, &Files::new()).await.err(),
            app.jobs_page(&viewer).await.err(),
        ];
        for (at, unread) in refused.into_iter().enumerate() {
            assert!(
                matches!(unread, Some(Unread::Forbidden(_))),
                "{} {at}",
                role.id
            );
        }
    }
    let administrator = Viewer {
        offices: vec![Office {
            role: ADMINISTRATOR.into(),
            unit: programme.home.clone(),
        }],
        ..Viewer::nobody()
    };
    assert!(app::manages(&administrator) && app::manages(&Viewer::operator()));
    for register in &programme.registers {
        let deeds = Deed::ALL.iter();
        for deed in deeds {
            assert!(
                !may(programme, &administrator, *deed, &register.id),
                "{}",
                register.id
            );
        }
    }
    // Every grant of the programme is on the page, and nothing else is.
    let page = app.roles_page(&administrator).await.unwrap();
    for (role, view) in programme.roles.iter().zip(&page.roles) {
        let shown = view.rows.iter().flat_map(|row| {
            let register = &row.register.0;
            let deeds = GRANTED.iter().zip(&row.deeds);
            deeds.flat_map(move |(deed, all)| {
                all.iter()
                    .map(move |one| (register.clone(), *deed, one.rule.clone()))
            })
        });
        let mut shown: Vec<_> = shown.collect();
        let mut granted: Vec<_> = granted(programme, Some(&role.id), None, None)
            .into_iter()
            .map(|one| {
                let deed = GRANTED.iter().find(|deed| **deed == one.deed).unwrap();
                (one.register.0, *deed, one.rule)
            })
            .collect();
        shown.sort();
        granted.sort();
        assert_eq!(shown, granted, "{}", role.id);
    }
    let units = app
        .units_page(&administrator, UnitsQuestion::default())
        .await
        .unwrap();
    assert_eq!(
        units.units.len(),
        programme.units.len(),
        "every unit stands in the tree once"
    );
    assert!(units.units.iter().all(|unit| unit.accounts == 0));
}

#[test]
fn the_calendar_is_a_matter_sixty_days_before_it_ends() {
    let programme = &FUJIAN.0;
    let on = |today: &str| {
        let facts = build_facts(programme, Vec::new()).unwrap();
        let app = App::new(programme.clone(), facts, day(today), true);
        app.calendar_years(&Viewer::operator()).unwrap()
    };
    let ends = |today: &str| on(today).ends.map(|ends| ends.days);
    assert_eq!(ends("2023-09-26"), None);
    assert_eq!(ends("2026-10-31"), None);
    assert_eq!(ends("2026-11-01"), Some(60));
    assert_eq!(ends("2026-12-31"), Some(0));
    assert_eq!(ends("2027-01-02"), Some(-2));
    let years = on("2023-09-26").years;
    assert_eq!(
        years.iter().map(|year| year.year).collect::<Vec<_>>(),
        [2023, 2024, 2025, 2026]
    );
    for year in &years {
        let days = if year.year == 2024 { 366 } else { 365 };
        assert_eq!(year.workdays + year.rest, days, "{}", year.year);
        let worked = year.holidays.iter().filter(|one| one.is_worked);
        let runs = worked.flat_map(|one| &one.runs);
        let worked: i32 = runs
            .map(|(from, until)| (*until - *from).get_days() + 1)
            .sum();
        assert_eq!(
            usize::try_from(worked).unwrap(),
            year.make_up,
            "{}",
            year.year
        );
    }
    assert_eq!((years[0].workdays, years[0].make_up), (249, 7));
    assert!(years[0].source.is_some());
}

#[test]
fn whoever_is_on_site_and_paired_is_told_which_list_is_for_which() {
    let app = app();
    let roles = ["on_site_cadre", "paired_cadre"];
    let both = Viewer {
        offices: roles.map(|role| holder(role, 0).offices[0].clone()).into(),
        ..holder(roles[0], 0)
    };
    let page = app.home(&both).unwrap();
    let names: Vec<&str> = page.roles.iter().map(|role| role.zh.as_str()).collect();
    assert_eq!(names, ["驻点干部", "挂钩干部"]);
    let of = |register: &str| {
        let list = page.lists.iter().find(|list| list.register == register);
        list.map(|list| list.roles[0].zh.as_str())
    };
    assert_eq!(of("project"), Some("驻点干部"));
    assert_eq!(of("pairing"), Some("挂钩干部"));
    // From each record that is looked after it is one step to what is recorded of it.
    let forms = |given: (&str, &str)| {
        let all = page.stops.iter().flat_map(|stop| &stop.forms);
        let is_own = |(id, value): &(String, String)| (id.as_str(), value.as_str()) == given;
        let own = all.filter(|form| form.given.iter().any(is_own));
        own.map(|form| form.register.0.as_str()).collect::<Vec<_>>()
    };
    let visits = forms(("project", "project-0"));
    assert!(
        visits.contains(&"site_visit") && visits.contains(&"weekly_report"),
        "{visits:?}"
    );
    assert_eq!(forms(("pairing", "pairing-0")), ["guidance"]);
    assert_eq!(
        forms(("candidate", "candidate-0")),
        ["guidance"],
        "what both refer to is known"
    );
    assert!(
        forms(("project", "project-1")).is_empty(),
        "nothing of another place"
    );
}
