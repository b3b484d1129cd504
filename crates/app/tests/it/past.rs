//! Any series of actions: a past day is the same in facts that grew, in facts read anew, and in a database that saw no more than that day.
//!
//! HELI_CASES says how many series are tried on each database.

use crate::both::Place;
use crate::lake::{asked, cells, city, day, edge, files, open_with, text};
use app::list::Question;
use app::programme::record::{Act, Author, Cell, Cells, Change};
use app::programme::{Files, Programme, read};
use app::rules::{Day, Moment};
use app::{App, Edge, Viewer};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use store::write::{Action, Failure, Write};
use store::{Sealer, Sheet};

/// The lake programme with a field that can be erased.
static DIARY: LazyLock<(Programme, Files)> = LazyLock::new(|| {
    let mut files = files();
    let event = files.get_mut("registers/event.toml").unwrap();
    let notes =
        "[field.notes]\nname = { zh = \"备注\", en = \"Notes\" }\ntype = \"long_text\"\n\n[state]";
    *event = event.replace("[state]", notes);
    (read(&files).programme.unwrap(), files)
});

const TODAY: &str = "2023-09-26";

/// One thing that somebody does; a number picks one of the events that there were.
#[derive(Clone, Debug)]
enum Doing {
    Firm(Option<bool>),
    Event(i64, Option<i64>),
    Change(usize, Option<i64>),
    Note(usize),
    Hold(usize),
    Withdraw(usize),
    Again(usize),
    Erase(usize),
    Import { rows: usize, undone: bool },
}

fn doing() -> impl Strategy<Value = Doing> {
    let which = 0..6_usize;
    let signed = proptest::option::of(0..4_i64);
    prop_oneof![
        1 => proptest::option::of(any::<bool>()).prop_map(Doing::Firm),
        4 => (-3..5_i64, signed.clone()).prop_map(|(held, signed)| Doing::Event(held, signed)),
        3 => (which.clone(), signed).prop_map(|(which, signed)| Doing::Change(which, signed)),
        2 => which.clone().prop_map(Doing::Note),
        3 => which.clone().prop_map(Doing::Hold),
        2 => which.clone().prop_map(Doing::Withdraw),
        2 => which.clone().prop_map(Doing::Again),
        1 => which.prop_map(Doing::Erase),
        1 => (1..4_usize, any::<bool>()).prop_map(|(rows, undone)| Doing::Import { rows, undone }),
    ]
}

fn event_held(on: Day, signed: Option<i64>) -> Cells {
    cells([
        ("place", text(city())),
        ("held_on", Some(Cell::Int(on.0.into()))),
        ("signed", signed.map(|signed| Cell::Int(signed * 100_000))),
    ])
}

/// An application and what was done in it.
struct Done {
    app: App,
    sealer: Sealer,
    /// The events that there were.
    events: Vec<Box<str>>,
    /// Those of which something was erased.
    erased: BTreeSet<Box<str>>,
}

impl Done {
    async fn new(place: &Place) -> Self {
        let app = open_with(&DIARY, place, TODAY).await;
        let key = journal::SealingKey::from_seed([5; 32]);
        let store = app.store().unwrap().clone();
        Self {
            sealer: Sealer::new(store, key, "one", journal::Hash::of(b"lake"), true),
            app,
            events: Vec::new(),
            erased: BTreeSet::new(),
        }
    }

    /// Does everything of some days, one day after the other.
    async fn days(&mut self, days: &[Vec<Doing>]) {
        for (n, doings) in days.iter().enumerate() {
            for (minute, doing) in doings.iter().enumerate() {
                let now = Moment(on(n).start().0 + 36_000_000 + minute as i64 * 60_000);
                self.one(doing, now).await;
            }
        }
    }

    async fn one(&mut self, doing: &Doing, now: Moment) {
        let known = |which: usize| self.events.get(which).cloned();
        let version = |id: &str| self.app.record_now("event", id).map(|(version, _)| version);
        let there = |which: usize| known(which).and_then(|id| Some((version(&id)?, id)));
        match *doing {
            Doing::Firm(large) => {
                let size = large.map(|large| if large { "large" } else { "small" });
                let firm = cells([("place", text(city())), ("size", size.and_then(text))]);
                self.act(asked(Act::Create, "firm", None, firm), now).await;
            }
            Doing::Event(held, signed) => {
                let held = Day(now.day().0 + held as i32);
                let event = asked(Act::Create, "event", None, event_held(held, signed));
                self.act(event, now).await;
            }
            Doing::Change(which, signed) => {
                let after = cells([("signed", signed.map(Cell::Int))]);
                self.alter(Act::Change, there(which), after, now).await;
            }
            Doing::Note(which) => {
                let after = cells([("notes", text("一段话"))]);
                self.alter(Act::Change, there(which), after, now).await;
            }
            Doing::Hold(which) => {
                let hold = Act::Move("hold".into());
                self.alter(hold, there(which), Vec::new(), now).await;
            }
            Doing::Withdraw(which) => {
                let Some((version, id)) = there(which) else {
                    return;
                };
                let withdraw = write(Act::Withdraw, Some(id), version, Vec::new());
                self.write(vec![withdraw], now).await;
            }
            Doing::Again(which) => {
                let after = event_held(now.day(), Some(1));
                let Some(id) = known(which) else { return };
                self.write(vec![write(Act::Create, Some(id), 0, after)], now)
                    .await;
            }
            Doing::Erase(which) => {
                let Some(id) = known(which) else { return };
                self.erase(id, now).await;
            }
            Doing::Import { rows, undone } => self.import(rows, undone, now).await,
        }
    }

    /// As a clerk does it; what the facts refuse stays undone.
    async fn act(&mut self, asked: app::engine::Asked, now: Moment) {
        let edge = Edge { now, ..edge(TODAY) };
        let written = self
            .app
            .act(&Viewer::operator(), &[asked], None, edge)
            .await;
        for entry in written.into_iter().flat_map(|written| written.entries) {
            if entry.act == Act::Create && entry.register == "event" {
                self.events.push(entry.record);
            }
        }
    }

    async fn alter(&mut self, act: Act, at: Option<(i64, Box<str>)>, after: Cells, now: Moment) {
        if let Some((version, id)) = at {
            self.act(asked(act, "event", Some((&id, version)), after), now)
                .await;
        }
    }

    /// Past the application, as another node does it: the entries come in with their positions.
    async fn write(&mut self, writes: Vec<Write>, now: Moment) {
        let action = Action {
            author: author(now),
            digest: [0; 32],
            writes,
            guards: Vec::new(),
            messages: Vec::new(),
            seed: [7; 32],
        };
        may_refuse(self.app.store().unwrap().write(action).await);
        self.catch_up(now).await;
    }

    async fn erase(&mut self, id: Box<str>, now: Moment) {
        let (store, fields) = (self.app.store().unwrap(), ["notes".to_owned()]);
        let author = author(now);
        may_refuse(
            store
                .erase(&author, "event", &id, &fields, None, [2; 32])
                .await,
        );
        self.erased.insert(id);
        self.catch_up(now).await;
    }

    async fn import(&mut self, rows: usize, undone: bool, now: Moment) {
        let store = self.app.store().unwrap();
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&now.0.to_be_bytes());
        let sheet = Sheet {
            register: "event".into(),
            digest,
            rows: rows as u64,
            name: "rows".into(),
            why: None,
        };
        let row = |n: usize| write(Act::Create, None, 0, event_held(now.day(), Some(n as i64)));
        let rows: Vec<Write> = (0..rows).map(row).collect();
        let author = author(now);
        let mut batch = store.begin(&author, &sheet).await.unwrap();
        let taken = store.take(&mut batch, &author, &rows, [3; 32]);
        let entries = taken.await.unwrap().entries;
        store.end(&mut batch).await.unwrap();
        if undone {
            let undoing = store.undo(&batch, &author, None, || [4; 32], |_, _| ());
            assert_eq!(undoing.await.unwrap().1, []);
        }
        self.events
            .extend(entries.into_iter().map(|entry| entry.record));
        self.catch_up(now).await;
    }

    async fn catch_up(&mut self, now: Moment) {
        self.sealer.tick(now).await.unwrap();
        self.app.catch_up().await.unwrap();
    }
}

/// The day that a place in the series stands for.
fn on(n: usize) -> Day {
    Day(day("2023-09-01").0 + n as i32)
}

fn author(at: Moment) -> Author {
    Author {
        actor: "clerk".into(),
        on_behalf: None,
        at,
        key: None,
    }
}

fn write(act: Act, record: Option<Box<str>>, version: i64, after: Cells) -> Write {
    let change = Change {
        register: "event".into(),
        record,
        version,
        act,
        after,
        why: None,
    };
    Write {
        change,
        unit: Some(city().into()),
    }
}

fn may_refuse<T>(outcome: Result<T, Failure>) {
    if let Err(Failure::Failed(error)) = outcome {
        panic!("{error}");
    }
}

/// Everything that a day shows: records with their cells, and the notice with its standings.
/// What was erased later is gone from every day, so it is left out.
fn shown(app: &App, at: Day, erased: &BTreeSet<Box<str>>) -> String {
    let mut records = BTreeMap::new();
    for register in ["event", "firm"] {
        let mut of_day = app.shown_on(register, at);
        for (id, cells) in &mut of_day {
            cells.retain(|(field, _)| field != "notes" || !erased.contains(id));
        }
        records.insert(register, of_day);
    }
    let date = Some(at.to_string().parse().unwrap());
    let notice = app.notice(&Viewer::operator(), &DIARY.0.notices[0].id, None, date);
    format!("{records:#?}\n{notice:#?}")
}

/// On each day, the events that say that something of them was erased.
fn erasures(app: &App, days: usize) -> Vec<Vec<(Box<str>, Vec<String>)>> {
    let on = |n: usize| {
        let question = Question {
            at: Some(on(n)),
            limit: 500,
            ..Question::default()
        };
        let listed = app.list(&Viewer::operator(), "event", &question).unwrap();
        let mut all: Vec<_> = listed
            .records
            .into_iter()
            .map(|l| (l.id, l.erased))
            .collect();
        all.sort();
        all
    };
    (0..=days).map(on).collect()
}

/// The first lines that differ, with what the other has there.
fn differing<'t>(one: &'t str, other: &'t str) -> Vec<(&'t str, &'t str)> {
    if one == other {
        return Vec::new();
    }
    let lines = one.lines().chain(["end"]).zip(other.lines().chain(["end"]));
    lines.filter(|(one, other)| one != other).take(5).collect()
}

async fn holds(place: impl Fn() -> Place, days: &[Vec<Doing>], seen: usize) {
    let (whole, part) = (place(), place());
    let mut grown = Done::new(&whole).await;
    grown.days(days).await;
    let mut fewer = Done::new(&part).await;
    fewer.days(&days[..seen]).await;
    let (last, erased) = (on(seen - 1), grown.erased.clone());
    let saw = shown(&fewer.app, last, &erased);
    let grew = shown(&grown.app, last, &erased);
    assert_eq!(differing(&grew, &saw), [], "grown, at {last}");

    let every = || (0..=days.len()).map(on);
    let all =
        |app: &App| -> Vec<String> { every().map(|at| shown(app, at, &BTreeSet::new())).collect() };
    let Done {
        app,
        events,
        sealer,
        ..
    } = grown;
    let now = |app: &App| -> Vec<_> {
        let events = events.iter();
        events.map(|id| app.record_now("event", id)).collect()
    };
    let before = (all(&app), now(&app), erasures(&app, days.len()));
    drop(sealer);
    app.close().await;
    let loaded = open_with(&DIARY, &whole, TODAY).await;
    for (at, (of_loaded, of_grown)) in every().zip(all(&loaded).into_iter().zip(before.0)) {
        assert_eq!(differing(&of_loaded, &of_grown), [], "loaded, at {at}");
    }
    assert_eq!(now(&loaded), before.1);
    assert_eq!(erasures(&loaded, days.len()), before.2);
    loaded.close().await;
}

fn checked(cases: u32, place: fn() -> Place) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let asked = std::env::var("HELI_CASES").map(|asked| asked.parse().unwrap());
    let config = ProptestConfig {
        cases: asked.unwrap_or(cases),
        failure_persistence: None,
        max_shrink_iters: 100,
        ..ProptestConfig::default()
    };
    proptest!(config, |(days in vec(vec(doing(), 0..4), 1..9), seen in any::<prop::sample::Index>())| {
        runtime.block_on(holds(place, &days, seen.index(days.len()) + 1));
    });
}

#[test]
fn a_past_day_is_what_a_database_saw_that_ends_there_on_sqlite() {
    checked(16, Place::sqlite);
}

#[test]
fn a_past_day_is_what_a_database_saw_that_ends_there_on_postgres() {
    checked(4, Place::postgres);
}

/// What the random series found once, each day a step.
#[tokio::test]
async fn erased_and_withdrawn_records_keep_their_past() {
    let steps = [
        Doing::Event(0, None),
        Doing::Note(0),
        Doing::Erase(0),
        Doing::Withdraw(0),
        Doing::Erase(0),
        Doing::Again(0),
        Doing::Hold(0),
    ];
    let days: Vec<Vec<Doing>> = steps.into_iter().map(|step| vec![step]).collect();
    for seen in 1..=days.len() {
        holds(Place::sqlite, &days, seen).await;
    }
}
