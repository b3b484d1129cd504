//! Duties that turn bad open records by themselves: once each, not on a doubt, not beside one that a person recorded.

use crate::lake::{asked, cells, city, day, edge, files, open_with, text};
use app::programme::record::{Act, Cell};
use app::programme::{Files, Programme, read};
use app::{App, Viewer};
use std::sync::LazyLock;

/// The lake programme, in which cities that owe events get a plan opened.
static OPENS: LazyLock<(Programme, Files)> = LazyLock::new(|| {
    let mut files = files();
    let events = files.get_mut("notices/lake/1-events.toml").unwrap();
    *events = events.replace(
        "closes = \"20 days\"",
        "closes = \"20 days\"\nopens = \"plan\"",
    );
    let reading = read(&files);
    (
        reading
            .programme
            .unwrap_or_else(|| panic!("{:?}", reading.faults)),
        files,
    )
});

fn plans(app: &App, at: &str) -> Vec<(String, String)> {
    let shown = app.shown_on("plan", day(at)).into_values();
    let shown = shown.map(|cells| {
        let cell = |id: &str| {
            cells
                .iter()
                .find(|(field, _)| field == id)
                .and_then(|(_, cell)| cell.clone())
        };
        let Some(Cell::Text(place)) = cell("place") else {
            panic!("no place")
        };
        let Some(Cell::Int(on)) = cell("drawn_on") else {
            panic!("no day")
        };
        (place.to_string(), app::rules::Day(on as i32).to_string())
    });
    shown.collect()
}

on_both! {
    async fn what_turned_bad_is_opened_once(place) {
        let app = open_with(&OPENS, place, "2023-02-20").await;
        // One city has recorded a plan itself.
        let own = cells([("place", text(city())), ("drawn_on", Some(Cell::Int(day("2023-02-06").0.into())))]);
        let plan = asked(Act::Create, "plan", None, own);
        app.act(&Viewer::operator(), &[plan], None, edge("2023-02-06")).await.unwrap();
        let cities = OPENS.0.units.iter().filter(|u| u.levels.iter().any(|l| l == "city")).count();
        assert!(cities > 1);

        let opened = app.open_due(edge("2023-02-20")).await.unwrap();
        assert!(opened.refused.is_empty(), "{:?}", opened.refused);
        assert_eq!(opened.entries.len(), cities - 1);
        let entry = &opened.entries[0];
        assert_eq!((entry.author.actor.as_str(), &entry.act), ("heli", &Act::Create));
        let why = entry.why.clone().unwrap_or_default();
        let name = &OPENS.0.measure("events").unwrap().1.name;
        let (zh, en) = why.split_once('\n').unwrap();
        assert!(zh.starts_with("条款 ") && zh.contains(&name.zh) && zh.contains("（2023-01）"), "{why}");
        assert!(en.starts_with("Clause ") && en.contains(&name.en) && en.contains("Jan"), "{why}");
        let mut found = plans(&app, "2023-02-20");
        found.sort();
        found.dedup_by(|a, b| a.0 == b.0);
        assert_eq!(found.len(), cities);
        assert!(found.iter().all(|(unit, on)| (on == "2023-02-20") == (unit != city())));

        // Asked again, or after a person made another one's of it, nothing is opened twice.
        assert!(app.open_due(edge("2023-02-20")).await.unwrap().entries.is_empty());
        let record = opened.entries[0].record.to_string();
        let own = cells([("drawn_on", Some(Cell::Int(day("2022-12-01").0.into())))]);
        let older = asked(Act::Change, "plan", Some((&record, 1)), own);
        app.act(&Viewer::operator(), &[older], None, edge("2023-02-20")).await.unwrap();
        let again = app.open_due(edge("2023-02-20")).await.unwrap();
        assert!(again.entries.is_empty() && again.refused.is_empty(), "{again:?}");
        app.close().await;
    }
}
