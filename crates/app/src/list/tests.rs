//! What is answered from kept orders and sets is what looking at every record gives, whatever is written meanwhile.

use super::{Question, Test};
use crate::access::Office;
use crate::{App, Viewer};
use engine::FactsBuilder;
use programme::record::{Act, Author, Cell, Cells, Entry};
use programme::{Files, Programme, read};
use rules::{Day, Moment};
use std::path::Path;

const REGISTERS: [&str; 2] = ["project", "delay"];

fn fujian() -> Programme {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/fujian");
    let mut files = Files::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
                files.insert(name.to_owned(), text);
            }
        }
    }
    read(&files).programme.unwrap()
}

/// Numbers that look like chance and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as usize % end
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// A cell of a field, sometimes empty.
    fn cell(&mut self, field: &str, places: &[String]) -> Option<Cell> {
        if self.below(5) == 0 {
            return None;
        }
        Some(match field {
            "place" => Cell::Text(self.of(places).as_str().into()),
            "project" => Cell::Text(format!("project-{}", self.below(40)).into()),
            "name" => Cell::Text(format!("项目{}", self.below(9)).into()),
            "list_class" => Cell::Text((*self.of(&["running", "starting"])).into()),
            "total_investment" => Cell::Int(self.below(4) as i64),
            _ => Cell::Int((19_600 + self.below(6)) as i64),
        })
    }

    fn cells(&mut self, register: &str, places: &[String]) -> Cells {
        let fields: &[&str] = match register {
            "project" => &[
                "name",
                "place",
                "list_class",
                "total_investment",
                "baseline_on",
                "rebased_on",
            ],
            _ => &["project", "found_on"],
        };
        let some = fields
            .iter()
            .map(|field| (field.to_string(), self.cell(field, places)));
        some.collect()
    }

    /// Something that is written next about some record.
    fn entry(&mut self, app: &App, places: &[String]) -> Entry {
        let register = self.of(&REGISTERS);
        let record = format!("{register}-{}", self.below(40));
        let (table, _) = app.programme().register(register).unwrap();
        let living = app.living();
        let number = living.record(table, &record);
        let version = number.map_or(0, |number| living.version(table, number));
        let is_there = number.is_some_and(|number| living.newest(table, number).is_some());
        let (act, before, after) = match (is_there, self.below(12)) {
            (false, _) => (Act::Create, Cells::new(), self.cells(register, places)),
            (true, 0) => (Act::Withdraw, Cells::new(), Cells::new()),
            (true, 1) if *register == "project" => {
                (Act::Erase, vec![("name".to_owned(), None)], Cells::new())
            }
            (true, _) => (Act::Change, Cells::new(), self.cells(register, places)),
        };
        Entry {
            arrival: 0,
            position: None,
            author: Author {
                actor: "x".into(),
                on_behalf: None,
                at: Moment(app.today().start().0),
                key: None,
            },
            act,
            register: register.to_string(),
            record: record.into(),
            version: version + 1,
            before,
            after,
            why: None,
            batch: None,
        }
    }

    fn question(&mut self, register: &str) -> Question {
        let days = ["2023-09-01", "2023-09-02", "2023-09-03"];
        let (sorts, mut tests): (&[&str], Vec<(&str, Test)>) = match register {
            "project" => (
                &[
                    "id",
                    "name",
                    "place",
                    "list_class",
                    "total_investment",
                    "due_on",
                ],
                vec![
                    ("list_class", Test::Is("running".into())),
                    ("total_investment", Test::AtLeast("2".into())),
                    ("name", Test::Is("项目3".into())),
                    ("name", Test::Empty(true)),
                    ("due_on", Test::AtMost((*self.of(&days)).into())),
                ],
            ),
            _ => (
                &["id", "found_on", "project"],
                vec![
                    ("project", Test::Is(format!("project-{}", self.below(40)))),
                    ("found_on", Test::Empty(false)),
                ],
            ),
        };
        tests.retain(|_| self.below(4) == 0);
        let rules = match register {
            "project" => ["total_investment > yuan(0)", "due_on < today"],
            _ => ["present(found_on)", "present(found_on)"],
        };
        Question {
            tests: tests
                .into_iter()
                .map(|(field, test)| (field.to_owned(), test))
                .collect(),
            rule: (self.below(3) == 0).then(|| (*self.of(&rules)).to_owned()),
            sort: Some(((*self.of(sorts)).to_owned(), self.below(2) == 0)),
            limit: 2 + self.below(15),
            count: true,
            ..Question::default()
        }
    }
}

/// The ids of all pages, and how many each page said there are.
fn paged(
    app: &App,
    viewer: &Viewer,
    register: &str,
    question: &Question,
) -> (Vec<String>, Vec<usize>) {
    let (mut ids, mut counts, mut question) = (Vec::new(), Vec::new(), question.clone());
    loop {
        let page = app.list(viewer, register, &question).unwrap();
        ids.extend(page.records.iter().map(|listed| listed.id.to_string()));
        counts.extend(page.count);
        question.after = page.next;
        if question.after.is_none() {
            return (ids, counts);
        }
    }
}

/// Asks for the newest records, and for those of the end of today, which are looked for one by one; gives how many.
fn same(app: &App, viewer: &Viewer, register: &str, question: &Question) -> usize {
    let kept = paged(app, viewer, register, question);
    let whole = Question {
        at: Some(app.today()),
        ..question.clone()
    };
    let looked = paged(app, viewer, register, &whole);
    assert_eq!(kept, looked, "{viewer:?} asks {register} {question:?}");
    kept.0.len()
}

#[test]
fn kept_lists_are_what_looking_at_every_record_gives() {
    let programme = fujian();
    let facts = FactsBuilder::new(&programme).build().unwrap();
    let places: Vec<String> = programme
        .units
        .iter()
        .map(|unit| unit.id.clone())
        .take(40)
        .collect();
    let app = App::new(programme, facts, Day::parse("2023-09-02").unwrap(), true);
    let holder = |role: &str, unit: &str| Viewer {
        account: "x".into(),
        on_behalf: None,
        person: Some("甲".into()),
        offices: vec![Office {
            role: role.into(),
            unit: unit.into(),
        }],
    };
    let mut viewers = vec![Viewer::operator()];
    viewers.extend(
        places
            .iter()
            .take(6)
            .map(|unit| holder("city_coordinator", unit)),
    );
    viewers.push(holder("auditor", &places[0]));
    let mut chance = Chance(7);
    let mut shown = 0;
    for step in 0..600 {
        let entry = chance.entry(&app, &places);
        app.living_mut().apply(app.programme(), &entry).unwrap();
        if step == 400 {
            let due = Question {
                rule: Some("due_on < today".into()),
                limit: 50,
                ..Question::default()
            };
            same(&app, &viewers[0], "project", &due);
            app.set_today(Day::parse("2023-09-03").unwrap());
            same(&app, &viewers[0], "project", &due);
        }
        let (viewer, register) = (chance.of(&viewers).clone(), *chance.of(&REGISTERS));
        let question = chance.question(register);
        shown += same(&app, &viewer, register, &question);
    }
    assert!(shown > 3_000, "{shown} records were shown");
}
