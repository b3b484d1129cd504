//! The second workload as the product holds it: a programme read from its folder, and facts with every version.

use crate::columns::{Refusal, bytes, integers, json, numbers};
use engine::{Facts, Records};
use programme::{Files, Programme};
use rules::{Bits, Cells, Column, Day, Moment, NO_ROW};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// `schema.json` of a draw of evidence.
#[derive(Deserialize)]
pub(crate) struct Duties {
    /// How many rows there are, corrected ones twice.
    pub(crate) versions: usize,
    records: usize,
    subjects: usize,
    /// Units by level, highest first.
    pub(crate) levels: Vec<usize>,
    units: usize,
    first_day: i32,
    kinds: Vec<String>,
    results: Vec<String>,
    evidence_levels: Vec<String>,
    cells: BTreeMap<String, String>,
}

impl Duties {
    pub(crate) fn read(folder: &Path) -> Result<Self, Refusal> {
        json(&folder.join("schema.json"))
    }

    /// The day at whose end everything is known.
    pub(crate) fn day(&self) -> Day {
        Day(self.first_day + 400)
    }
}

/// The programme in `programme/`.
pub(crate) fn programme(folder: &Path) -> Result<Programme, Refusal> {
    let root = folder.join("programme");
    let mut files = Files::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        let told = |e: std::io::Error| format!("{}: {e}", folder.display());
        for entry in fs::read_dir(&folder).map_err(told)? {
            let path = entry.map_err(told)?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).unwrap_or(&path);
            let text = String::from_utf8_lossy(&bytes(&path)?).into_owned();
            files.insert(name.to_string_lossy().replace('\\', "/"), text);
        }
    }
    let reading = programme::read(&files);
    let error = |f: &&programme::Fault| f.severity == programme::Severity::Error;
    if let Some(fault) = reading.faults.iter().find(error) {
        return Err(format!("{}: {}", fault.place.file, fault.message.en));
    }
    reading
        .programme
        .ok_or_else(|| "the programme has no content".to_owned())
}

/// Every version of the evidence in `facts/`, and the subjects.
pub(crate) fn facts(
    folder: &Path,
    drawn: &Duties,
    programme: &Programme,
) -> Result<Facts, Refusal> {
    let facts = folder.join("facts");
    let cells = |name: &str| {
        let width = drawn.cells.get(name).map_or("", String::as_str);
        integers(&facts.join(format!("{name}.bin")), width)
    };
    let times = |name: &str| {
        let read = integers(&facts.join(format!("{name}.bin")), "int64")?;
        Ok::<Vec<Moment>, Refusal>(read.into_iter().map(Moment).collect())
    };
    let bearer = cells("bearer")?;
    let units = drawn.units as i64;
    let day = cells("day")?;
    let first_day = i64::from(drawn.first_day);
    let choice = |name: &str, words: &[String]| {
        Ok::<Column, Refusal>(all(Cells::Symbol {
            codes: cells(name)?.into_iter().map(|n| n as u32).collect(),
            dictionary: words.iter().map(|w| w.as_str().into()).collect(),
        }))
    };
    let flags = cells("flagged")?.into_iter().map(|n| n != 0).collect();
    let columns = vec![
        ("place", named(&bearer, |n| (n < units).then_some(n))),
        (
            "subject",
            named(&bearer, |n| (n >= units).then_some(n - units)),
        ),
        (
            "done_on",
            all(Cells::Int(day.iter().map(|n| n + first_day).collect())),
        ),
        ("kind", choice("kind", &drawn.kinds)?),
        ("result", choice("result", &drawn.results)?),
        ("level", choice("level", &drawn.evidence_levels)?),
        ("flagged", all(Cells::Bool(flags))),
        ("amount", all(Cells::Int(cells("amount")?))),
        ("minutes", all(Cells::Int(cells("minutes")?))),
    ];
    let owned = |columns: Vec<(&str, Column)>| {
        let column = |(id, column): (&str, Column)| (id.to_owned(), column);
        columns.into_iter().map(column).collect()
    };
    let evidence = Records {
        register: "evidence".into(),
        ids: vec![Box::from(""); drawn.records],
        record: numbers(&facts.join("record.bin"), "uint32")?,
        columns: owned(columns),
        recorded: times("recorded")?,
        superseded: times("superseded")?,
    };
    let place = numbers(&facts.join("subject_place.bin"), "uint32")?;
    let subject = Records {
        register: "subject".into(),
        ids: vec![Box::from(""); drawn.subjects],
        record: (0..drawn.subjects as u32).collect(),
        columns: owned(vec![("place", all(Cells::Record(place)))]),
        recorded: vec![Moment(i64::MIN); drawn.subjects],
        superseded: vec![Moment(i64::MAX); drawn.subjects],
    };
    Facts::from_tables(programme, vec![evidence, subject]).map_err(|words| words.en)
}

/// A column without an empty cell.
fn all(cells: Cells) -> Column {
    let rows = match &cells {
        Cells::Bool(bits) => bits.len(),
        Cells::Int(cells) => cells.len(),
        Cells::Symbol { codes, .. } => codes.len(),
        Cells::Record(records) => records.len(),
        Cells::Double(_) | Cells::List { .. } => 0,
    };
    Column {
        present: Bits::filled(rows, true),
        cells,
    }
}

/// References to those bearers that are of one sort.
fn named(bearers: &[i64], record: impl Fn(i64) -> Option<i64>) -> Column {
    let number = |n: &i64| record(*n).map_or(NO_ROW, |n| n as u32);
    Column {
        present: bearers.iter().map(|n| record(*n).is_some()).collect(),
        cells: Cells::Record(bearers.iter().map(number).collect()),
    }
}
