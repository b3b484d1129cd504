//! The engine's small programme, opened on a database.

use crate::both::Place;
use app::engine::Asked;
use app::programme::record::{Act, Cell, Cells};
use app::programme::{Files, Programme, read};
use app::rules::{Day, Moment};
use app::{App, Edge, Opening};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

pub(crate) static LAKE: LazyLock<Programme> = LazyLock::new(|| read(&files()).programme.unwrap());

/// The text files of the programme.
pub(crate) fn files() -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/tests/programme");
    let mut files = Files::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
            files.insert(name.replace('\\', "/"), fs::read_to_string(&path).unwrap());
        }
    }
    files
}

/// The programme with one more register, of the text of its file.
pub(crate) fn with_register(id: &str, text: &str) -> (Programme, Files) {
    let mut files = files();
    files.insert(format!("registers/{id}.toml"), text.into());
    let reading = read(&files);
    let programme = reading.programme;
    let programme = programme.unwrap_or_else(|| panic!("{:?}", reading.faults));
    (programme, files)
}

pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

pub(crate) fn noon(text: &str) -> Moment {
    Moment(day(text).start().0 + 43_200_000)
}

pub(crate) fn edge(at: &str) -> Edge {
    Edge {
        now: noon(at),
        seed: [7; 32],
    }
}

pub(crate) fn opening(place: &Place, today: &str) -> Opening {
    Opening {
        address: place.address.clone(),
        files: files(),
        now: noon(today),
        today: day(today),
        since: None,
        attached: None,
        rehearsal: true,
        closed: None,
        clock_ms,
        seeds: [[1; 32], [2; 32]],
    }
}

/// The machine's own clock.
pub(crate) fn clock_ms() -> i64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

pub(crate) async fn open(place: &Place, today: &str) -> App {
    open_with(&(LAKE.clone(), files()), place, today).await
}

/// The same with the programme changed.
pub(crate) async fn open_with(
    (programme, files): &(Programme, Files),
    place: &Place,
    today: &str,
) -> App {
    let mut opening = opening(place, today);
    opening.files.clone_from(files);
    App::open(programme.clone(), &opening, |_| ())
        .await
        .unwrap()
}

pub(crate) fn key() -> journal::SealingKey {
    journal::SealingKey::from_seed([5; 32])
}

pub(crate) fn text(text: &str) -> Option<Cell> {
    Some(Cell::Text(text.into()))
}

pub(crate) fn cells<const N: usize>(cells: [(&str, Option<Cell>); N]) -> Cells {
    cells.into_iter().map(|(f, c)| (f.to_owned(), c)).collect()
}

pub(crate) fn asked(act: Act, register: &str, record: Option<(&str, i64)>, cells: Cells) -> Asked {
    Asked {
        register: register.into(),
        record: record.map(|(id, _)| id.into()),
        version: record.map_or(0, |(_, version)| version),
        act,
        cells,
        why: None,
        as_found: false,
    }
}

/// The id of some city.
pub(crate) fn city() -> &'static str {
    let is_city = |u: &&app::programme::model::Unit| u.levels.iter().any(|l| l == "city");
    &LAKE.units.iter().find(is_city).unwrap().id
}
