//! A day is shown by the version of the programme that was in force on it, and an old one is built from the journal.

use crate::both::Place;
use crate::lake::{asked, cells, city, day, edge, files, key, noon, open_with, opening, text};
use app::keep::{House, Mode, brought};
use app::list::{Question, Unread};
use app::programme::record::{Act, Cell, Cells};
use app::programme::{Files, Programme, read};
use app::rules::Moment;
use app::sheet::Out;
use app::view::MatrixQuestion;
use app::{App, Edge, Error, Refused, Viewer};
use std::sync::LazyLock;

/// The lake programme with a field more.
static EARLIER: LazyLock<(Programme, Files)> = LazyLock::new(|| {
    let mut files = files();
    let event = files.get_mut("registers/event.toml").unwrap();
    let notes =
        "[field.notes]\nname = { zh = \"备注\", en = \"Notes\" }\ntype = \"text\"\n\n[state]";
    *event = event.replace("[state]", notes);
    (read(&files).programme.unwrap(), files)
});

/// The same without it, a field and its register renamed, and another name for a measure.
static LATER: LazyLock<(Programme, Files)> = LazyLock::new(|| {
    let mut files = files();
    let event = files.remove("registers/event.toml").unwrap();
    let event = event
        .replace("id = \"event\"", "id = \"fair\"\nwas = \"event\"")
        .replace("[field.signed]", "[field.contracts]\nwas = \"signed\"");
    files.insert("registers/fair.toml".into(), event);
    for (path, text) in &mut files {
        if path.starts_with("notices") || path.starts_with("cases") || path == "roles.toml" {
            *text = text
                .replace("\"event\"", "\"fair\"")
                .replace("signed", "contracts");
        }
    }
    let events = files.get_mut("notices/lake/1-events.toml").unwrap();
    *events = events.replace("Events a month", "Fairs a month");
    files.retain(|path, _| !path.starts_with("cases"));
    let reading = read(&files);
    (
        reading
            .programme
            .unwrap_or_else(|| panic!("{:?}", reading.faults)),
        files,
    )
});

async fn does(
    app: &App,
    act: Act,
    register: &str,
    record: Option<(&str, i64)>,
    own: Cells,
    at: &str,
) -> String {
    let asked = asked(act, register, record, own);
    let done = app.act(&Viewer::operator(), &[asked], None, edge(at)).await;
    done.unwrap().entries[0].record.to_string()
}

/// An event of which more is known day after day: version 1 on the fifth, 2 on the tenth.
async fn event(app: &App) -> String {
    let held = Some(Cell::Int(day("2023-09-04").0.into()));
    let own = cells([
        ("place", text(city())),
        ("held_on", held),
        ("signed", Some(Cell::Int(100))),
        ("notes", text("rain")),
    ]);
    let id = does(app, Act::Create, "event", None, own, "2023-09-05").await;
    let own = cells([("signed", Some(Cell::Int(200)))]);
    does(app, Act::Change, "event", Some((&id, 1)), own, "2023-09-10").await;
    id
}

/// Puts the later version in force at noon of the fifteenth.
async fn migrated(place: &Place) {
    let house = House::open(&place.address, Mode::Make).await.unwrap();
    let (programme, files) = &*LATER;
    let planned = house.planned(programme, files).await.unwrap();
    let clock: fn(&str) -> Moment = |_| noon("2023-09-15");
    let done = brought(
        &house,
        (programme, files),
        &planned,
        key(),
        ("clerk", None),
        clock,
        [[3; 32], [4; 32], [6; 32]],
    )
    .await;
    assert!(done.unwrap().changed);
    house.close().await;
}

async fn later(place: &Place) -> App {
    let mut opening = opening(place, "2023-09-26");
    opening.files.clone_from(&LATER.1);
    App::open(LATER.0.clone(), &opening, |_| ()).await.unwrap()
}

/// The one record of a register at the end of a day, as it is then: a field's value, where the version has the field.
fn shown(app: &App, register: &str, field: &str, at: &str) -> Result<Option<Option<Cell>>, Unread> {
    let question = Question {
        limit: 10,
        at: Some(day(at)),
        ..Question::default()
    };
    let page = app.list(&Viewer::operator(), register, &question)?;
    assert_eq!(page.records.len(), 1, "{at}");
    let mut cells = page.records[0].cells.clone().into_iter();
    Ok(cells.find(|(id, _)| id == field).map(|(_, cell)| cell))
}

fn measure_names(app: &App, at: &str) -> Result<Vec<String>, Error> {
    let at = Some(at.parse().unwrap());
    let page = app.matrix(&Viewer::operator(), &MatrixQuestion::default(), at)?;
    Ok(page
        .columns
        .iter()
        .map(|column| format!("{column:?}"))
        .collect())
}

on_both! {
    async fn a_version_is_put_in_force_from_a_page_with_its_reason(place) {
        let app = open_with(&EARLIER, place, "2023-09-14").await;
        event(&app).await;
        let operator = Viewer::operator();
        let found = app.proposal(&operator, &LATER.1).await.unwrap();
        assert!(found.is_ready(), "{found:#?}");
        assert!(!found.plan.is_empty(), "a register and a field are renamed");
        let renamed = found.difference.changes.iter().filter(|change| change.was.is_some());
        assert_eq!(renamed.count(), 2);
        let edges = [edge("2023-09-15"), Edge { seed: [8; 32], ..edge("2023-09-15") }];
        let refused = app.publish(&operator, (&LATER.1, "  "), edges).await;
        assert!(matches!(refused, Err(Refused::Failed(_))), "a reason is asked for");
        let nobody = app.publish(&Viewer::nobody(), (&LATER.1, "why"), edges).await;
        assert!(matches!(nobody, Err(Refused::Forbidden(_))));
        let publishing = async { app.publish(&operator, (&LATER.1, "fairs, not events"), edges).await.unwrap() };
        let (is_outdated, ()) = tokio::join!(app.follow(), publishing);
        assert!(is_outdated, "the node opens the database again");
        let lines = app.versions_page(&operator).await.unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!((lines[0].why.as_deref(), lines[0].in_force), (Some("fairs, not events"), true));
        let own = cells([("place", text(city()))]);
        let late = app.act(&operator, &[asked(Act::Create, "event", None, own)], None, edge("2023-09-16")).await;
        assert!(matches!(late, Err(Refused::ReadOnly(_))), "{late:?}");
        app.close().await;
        let app = later(place).await;
        assert!(shown(&app, "fair", "contracts", "2023-09-26").unwrap().is_some());
        app.close().await;
    }

    async fn each_day_is_shown_by_the_version_in_force_on_it(place) {
        let app = open_with(&EARLIER, place, "2023-09-26").await;
        let id = event(&app).await;
        let sealing = app.sealing(key(), [9; 32], None).await.unwrap();
        sealing.end(noon("2023-09-14")).await.unwrap();
        app.close().await;
        migrated(place).await;
        let app = later(place).await;
        let own = cells([("contracts", Some(Cell::Int(300)))]);
        does(&app, Act::Change, "fair", Some((&id, 2)), own, "2023-09-20").await;

        // Days of the version in force come from the facts at hand.
        let sums = |n: i64| Some(Some(Cell::Int(n)));
        assert_eq!(shown(&app, "fair", "contracts", "2023-09-16").unwrap(), sums(200));
        assert_eq!(shown(&app, "fair", "contracts", "2023-09-21").unwrap(), sums(300));
        assert_eq!(shown(&app, "fair", "notes", "2023-09-21").unwrap(), None);
        assert!(measure_names(&app, "2023-09-20").unwrap().concat().contains("Fairs a month"));

        // The first who asks for an older day is told that it is being built, and gets it once it is.
        let refused = shown(&app, "event", "signed", "2023-09-12").unwrap_err();
        assert!(matches!(refused, Unread::View(Error::Building { .. })), "{refused:?}");
        assert!(refused.words().en.contains("2023-09-12") && refused.words().zh.contains("重建"));
        let found = loop {
            match shown(&app, "event", "signed", "2023-09-12") {
                Err(Unread::View(Error::Building { .. })) => tokio::task::yield_now().await,
                found => break found,
            }
        };
        assert_eq!(found.unwrap(), sums(200));
        assert_eq!(shown(&app, "event", "signed", "2023-09-07").unwrap(), sums(100));
        assert_eq!(shown(&app, "event", "notes", "2023-09-07").unwrap(), Some(text("rain")));
        let names = measure_names(&app, "2023-09-12").unwrap().concat();
        assert!(names.contains("Events a month") && !names.contains("Fairs"), "{names}");
        let refused = shown(&app, "fair", "contracts", "2023-09-12").unwrap_err();
        assert!(matches!(refused, Unread::NoRegister(_)), "{refused:?}");
        let mut sheet = Vec::new();
        let out = Out {
            register: "event",
            at: Some(day("2023-09-07")),
            only: None,
            format: app::sheet::Format::Csv { bom: false, crlf: false },
            zh: false,
            now: noon("2023-09-26"),
        };
        app.export(&Viewer::operator(), out, &mut sheet, |_| ()).unwrap();
        let sheet = String::from_utf8(sheet).unwrap();
        assert!(sheet.contains("Signed") && sheet.contains(",1.00,rain,"), "{sheet}");

        // What happened to a record is told in today's names, from its creation on.
        let history = app.record_history(&Viewer::operator(), "fair", &id).await.unwrap();
        let versions: Vec<i64> = history.iter().map(|told| told.entry.version).collect();
        assert_eq!(versions, [1, 2, 3]);
        let signed = |told: &app::list::Told| {
            let mut after = told.entry.after.iter();
            after.find(|(id, _)| id == "contracts").and_then(|(_, cell)| cell.clone())
        };
        let signed: Vec<Option<Cell>> = history.iter().map(signed).collect();
        assert_eq!(signed, [Some(Cell::Int(100)), Some(Cell::Int(200)), Some(Cell::Int(300))]);
        app.close().await;
    }

    async fn a_day_before_what_is_kept_is_built_from_the_journal(place) {
        let app = open_with(&EARLIER, place, "2023-09-26").await;
        event(&app).await;
        let sealing = app.sealing(key(), [9; 32], None).await.unwrap();
        sealing.end(noon("2023-09-14")).await.unwrap();
        let sums = |n: i64| Some(Some(Cell::Int(n)));
        app.close().await;

        let mut kept = opening(place, "2023-09-26");
        kept.files.clone_from(&EARLIER.1);
        kept.since = Some(day("2023-09-11"));
        let app = App::open(EARLIER.0.clone(), &kept, |_| ()).await.unwrap();
        assert_eq!(shown(&app, "event", "signed", "2023-09-11").unwrap(), sums(200));
        let mut told = Vec::new();
        app.reach(day("2023-09-07"), |done, all| told.push((done, all))).await.unwrap();
        assert!(told.last().is_some_and(|(done, all)| done == all && *all >= 4), "{told:?}");
        assert_eq!(shown(&app, "event", "signed", "2023-09-07").unwrap(), sums(100));
        assert_eq!(shown(&app, "event", "signed", "2023-09-10").unwrap(), sums(200));
        app.close().await;
    }
}

#[tokio::test]
async fn a_node_that_hears_of_another_version_writes_no_more() {
    let place = Place::postgres();
    let app = open_with(&EARLIER, &place, "2023-09-26").await;
    let sealing = app.sealing(key(), [9; 32], None).await.unwrap();
    sealing.end(noon("2023-09-14")).await.unwrap();
    let id = event(&app).await;
    let following = app.follow();
    // The entries of the version that it was opened with are no news.
    let other = async {
        let sealing = app.sealing(key(), [8; 32], None).await.unwrap();
        sealing.end(noon("2023-09-14")).await.unwrap();
        migrated(&place).await;
    };
    let (heard, ()) = tokio::join!(following, other);
    assert!(heard);
    let own = cells([("signed", Some(Cell::Int(300)))]);
    let change = asked(Act::Change, "event", Some((&id, 2)), own);
    let refused = app
        .act(&Viewer::operator(), &[change], None, edge("2023-09-20"))
        .await;
    let words = refused.unwrap_err().words().remove(0);
    assert!(words.en.contains("another version"), "{words:?}");
    app.close().await;
    later(&place).await.close().await;
}
