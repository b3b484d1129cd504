//! The lake programme, evidence written as CSV, and duties by their ids.

use engine::{AsOf, Duty, Evaluation, Facts, FactsBuilder, Sheet, cases, evaluate};
use programme::{Fault, Files, Programme, Severity, read};
use rules::Day;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The lake programme, read once.
pub(crate) static LAKE: LazyLock<Programme> = LazyLock::new(|| sound(&lake_files()));

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programme")
}

pub(crate) fn lake_files() -> Files {
    files(&folder())
}

/// The text files of a folder.
pub(crate) fn files(root: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            files.insert(name.replace('\\', "/"), fs::read_to_string(&path).unwrap());
        }
    }
    files
}

/// A programme whose folder holds no error.
pub(crate) fn sound(files: &Files) -> Programme {
    let reading = read(files);
    let errors: Vec<String> = reading
        .faults
        .iter()
        .filter(error)
        .map(|f| line(f, files))
        .collect();
    assert_eq!(errors, [] as [&str; 0]);
    reading.programme.unwrap()
}

pub(crate) fn error(fault: &&Fault) -> bool {
    fault.severity == Severity::Error
}

pub(crate) fn line(fault: &Fault, files: &Files) -> String {
    let (line, _) = fault.place.line_column(files);
    format!(
        "{}:{line} {} {}",
        fault.place.file, fault.code, fault.message.en
    )
}

pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// Facts from sheets: register and CSV text without quotes.
pub(crate) fn facts(programme: &Programme, sheets: &[(&str, &str)]) -> Facts {
    let mut builder = FactsBuilder::new(programme);
    for (register, text) in sheets {
        let mut lines = text.trim().lines().map(|line| {
            let cells = line.trim().split(',');
            cells.map(str::to_owned).collect::<Vec<_>>()
        });
        builder.add(Sheet {
            register: (*register).to_owned(),
            header: lines.next().unwrap(),
            rows: (2..).zip(lines).collect(),
        });
    }
    builder.build().unwrap()
}

/// The evaluation of the lake programme at the end of a day.
pub(crate) fn lake<'f>(facts: &'f Facts, at: &str) -> (AsOf<'f>, Evaluation) {
    let cx = AsOf::new(&LAKE, facts, day(at));
    let evaluation = evaluate(&cx);
    (cx, evaluation)
}

/// A duty by its id; `None` where there is none.
pub(crate) fn duty<'e>(cx: &AsOf<'_>, evaluation: &'e Evaluation, id: &str) -> Option<&'e Duty> {
    let [measure, bearer, period] = id.split('/').collect::<Vec<_>>()[..] else {
        panic!("{id} is no duty's id")
    };
    let at = evaluation
        .measures
        .iter()
        .position(|m| LAKE.notices[m.notice].measures[m.measure].id == measure);
    evaluation.measures[at.unwrap()]
        .duties
        .iter()
        .find(|d| *d.period.key == *period && cx.id(d.bearer.table, d.bearer.record) == bearer)
}

/// The word of a duty's standing on a day; `none` where there is no such duty.
pub(crate) fn standing(sheets: &[(&str, &str)], id: &str, at: &str) -> &'static str {
    let facts = facts(&LAKE, sheets);
    let (cx, evaluation) = lake(&facts, at);
    duty(&cx, &evaluation, id).map_or("none", |d| d.standing.word())
}

/// The measure of the lake programme with this id.
pub(crate) fn measure(id: &str) -> &'static programme::model::Measure {
    LAKE.measure(id).unwrap().1
}

/// What a worked example came to, as one line.
pub(crate) fn misses(programme: &Programme, files: &Files) -> Vec<String> {
    let (all, faults) = programme::case::cases(programme, files);
    let mut said: Vec<String> = faults.iter().map(|f| line(f, files)).collect();
    for case in &all {
        if let Some(miss) = cases::miss(programme, case) {
            said.push(format!("{}: {}: {miss:?}", case.place.file, case.name));
        }
    }
    said
}
