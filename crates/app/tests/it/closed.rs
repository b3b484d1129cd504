//! Recording that closed is closed for pages, sheets and the API alike, and opened by whoever may excuse.

use crate::lake::{asked, cells, city, day, edge, open, text};
use app::programme::record::{Act, Cell, Cells};
use app::sheet::{How, Imported, Sent};
use app::{App, Office, Refused, Viewer};
use tokio::runtime::Handle;

fn date(text: &str) -> Option<Cell> {
    Some(Cell::Int(day(text).0.into()))
}

fn event(held_on: &str) -> Cells {
    let state = ("state", text("held"));
    cells([("place", text(city())), ("held_on", date(held_on)), state])
}

fn reopening(until: &str) -> Cells {
    cells([
        ("measure", text("events")),
        ("bearer", text(city())),
        ("period", text("2023-01")),
        ("reason", text("the sheet was lost")),
        ("decided_by", text("Li")),
        ("decided_on", date("2023-03-10")),
        ("until", date(until)),
    ])
}

fn holder(role: &str, unit: &str) -> Viewer {
    Viewer {
        account: role.into(),
        on_behalf: None,
        person: None,
        offices: vec![Office {
            role: role.into(),
            unit: unit.into(),
        }],
    }
}

async fn import(app: &App, sheet: &str, on: &'static str) -> Imported {
    let (app, bytes) = (app.clone(), sheet.as_bytes().to_vec());
    let runtime = Handle::current();
    let work = move || {
        let sent = Sent {
            register: "event",
            name: "events.csv",
            bytes: &bytes,
            why: None,
        };
        let how = How {
            dry_run: false,
            again: false,
            zh: false,
            runtime: &runtime,
        };
        let mut step = || Ok(edge(on));
        app.import(&Viewer::operator(), sent, how, &mut step, &mut |_, _| ())
    };
    tokio::task::spawn_blocking(work).await.unwrap().unwrap()
}

fn words(refused: &Refused) -> String {
    refused.words().into_iter().map(|w| w.en).collect()
}

on_both! {
    async fn a_closed_month_is_closed_for_actions_sheets_and_undoing(place) {
        let app = open(place, "2023-03-10").await;
        let sheet = format!("地点,日期,状态\n{},2023-01-31,held\n", city());
        let done = import(&app, &sheet, "2023-02-23").await;
        assert_eq!((done.created, done.refused), (1, 0), "{:?}", done.faults);
        let late = import(&app, &format!("{sheet}{},2023-02-28,held\n", city()), "2023-02-24").await;
        assert_eq!((late.created, late.refused), (1, 1));
        assert!(late.faults[0].what.en.contains("2023-01, closed at the end of 2023-02-23"), "{:?}", late.faults);
        assert!(late.returned.is_some());

        let mut own = event("2023-01-31");
        own.pop();
        let create = asked(Act::Create, "event", None, own);
        let written = app.act(&Viewer::operator(), &[create], None, edge("2023-03-10")).await.unwrap();
        let id = written.entries[0].record.to_string();
        let held = asked(Act::Move("hold".into()), "event", Some((&id, 1)), Cells::new());
        let refused = app.act(&Viewer::operator(), std::slice::from_ref(&held), None, edge("2023-03-10")).await.unwrap_err();
        assert!(words(&refused).contains("2023-01, closed"), "{refused:?}");
        let batch = done.batch.unwrap();
        let operator = Viewer::operator();
        let undo = || app.undo(&operator, batch, None, edge("2023-03-10"), || [8; 32], |_, _| ());
        assert!(words(&undo().await.unwrap_err()).contains("taken back"));

        // Reopened, all of it goes.
        let reopen = asked(Act::Create, "reopening", None, reopening("2023-03-10"));
        let written = app.act(&Viewer::operator(), &[reopen], None, edge("2023-03-10")).await.unwrap();
        assert!(written.entries[0].record.starts_with("KF-2023-"));
        app.act(&Viewer::operator(), &[held], None, edge("2023-03-10")).await.unwrap();
        assert_eq!(undo().await.unwrap().undone, 1);
        app.close().await;
    }

    async fn only_whoever_may_excuse_reopens(place) {
        let app = open(place, "2023-03-10").await;
        let reopen = [asked(Act::Create, "reopening", None, reopening("2023-03-20"))];
        let clerk = app.act(&holder("clerk", "100"), &reopen, None, edge("2023-03-10")).await;
        assert!(matches!(clerk, Err(Refused::Forbidden(_))), "{clerk:?}");
        let own = app.act(&holder("lead", city()), &reopen, None, edge("2023-03-10")).await;
        assert!(matches!(own, Err(Refused::Objections(_))), "a unit does not reopen its own: {own:?}");
        app.act(&holder("lead", "100"), &reopen, None, edge("2023-03-10")).await.unwrap();
        let entry = app.store().unwrap().history("reopening", "KF-2023-000001").await.unwrap();
        assert_eq!((&*entry[0].entry.author.actor, entry.len()), ("lead", 1));
        app.close().await;
    }
}
