//! The province that the pages are tested on: the whole programme of Fujian, and a few records on 26 September 2023.
//! 350500 (Quanzhou) met August, may or may not be through September; 350200 (Xiamen) is behind; 350700 (Nanping) is excused.

use app::App;
use app::programme::Files;
use app::rules::{Day, Moment};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The pages' application; one for all tests, as it keeps what it has evaluated.
pub(crate) fn app() -> App {
    static APP: LazyLock<App> = LazyLock::new(read);
    APP.clone()
}

/// Noon of the day that the pages show.
pub(crate) fn settings() -> web::Settings {
    let noon = Day::from_ymd(2023, 9, 26).unwrap().start().0 + 12 * 3_600_000;
    web::Settings::new(move || {
        Some(app::Edge {
            now: Moment(noon),
            seed: [7; 32],
        })
    })
}

fn read() -> App {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/fujian");
    let mut files = Files::new();
    collect(&folder, &folder, &mut files);
    let programme = app::programme::read(&files).programme.unwrap();
    let facts = app::read_evidence(&programme, &evidence()).unwrap();
    App::new(programme, facts, Day::from_ymd(2023, 9, 26).unwrap(), true)
}

pub(crate) fn collect(root: &Path, folder: &Path, files: &mut Files) {
    for entry in fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|e| e == "toml" || e == "csv") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            files.insert(name.to_owned(), fs::read_to_string(&path).unwrap());
        }
    }
}

fn evidence() -> BTreeMap<String, String> {
    let sheets = [
        ("event", events()),
        (
            "excuse",
            "id,measure,bearer,period,reason,decided_by,decided_on,recorded_at\n\
             x1,promotion-events,350700,2023-09,台风停办,省专班,2023-09-08,2023-09-08\n"
                .into(),
        ),
        (
            "bank_session",
            "id,name,place,planned_on,held_on,mode,banks,firms,state,recorded_at\n\
             s1,丰泽区政银企对接会,350503,2023-09-12,2023-09-12,onsite,6,24,held,2023-09-13\n"
                .into(),
        ),
        (
            "project",
            "id,name,place,listed_on,baseline_on,state,recorded_at\n\
             p1,年产两万吨特种纸生产线,350503,2023-08-11,2023-11-30,listed,2023-08-11\n"
                .into(),
        ),
        (
            "weekly_report",
            "id,project,week,filed_on,done_week,done_year,recorded_at\n\
             w1,p1,2023-W38,2023-09-22,1800000,41000000,2023-09-22\n"
                .into(),
        ),
    ];
    sheets.map(|(id, text)| (id.to_owned(), text)).into()
}

/// Twelve events of August and ten of September in Quanzhou, the last of them in an unknown state; two in Xiamen.
fn events() -> String {
    let mut text = "id,name,place,kind,mode,led_by,held_on,state,recorded_at\n".to_owned();
    let mut add = |id: &str, place: &str, on: &str, state: &str| {
        writeln!(
            text,
            "{id},鞋服产销对接会,{place},trade,onsite,{place},{on},{state},{on}"
        )
        .unwrap();
    };
    for n in 1..=12 {
        add(
            &format!("a{n}"),
            "350500",
            &format!("2023-08-{:02}", 14 + n),
            "held",
        );
    }
    for n in 1..=9 {
        add(
            &format!("b{n}"),
            "350503",
            &format!("2023-09-{:02}", 2 * n),
            "held",
        );
    }
    add("b10", "350503", "2023-09-20", "");
    add("c1", "350200", "2023-09-05", "held");
    add("c2", "350200", "2023-09-19", "held");
    text
}
