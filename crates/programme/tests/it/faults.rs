//! Planted faults: each file of `tests/faults` patches the base programme; the line at fault is marked in the
//! patch with `# ← code`, or named under `[expect]` where the file has no comments.

use crate::folder::{base, check, errors, line, tests};
use programme::{Fault, Files};
use std::fs;

const MARK: &str = "# ← ";

/// One planted fault.
struct Planted {
    name: String,
    patches: toml::Table,
}

fn planted() -> Vec<Planted> {
    let mut found: Vec<Planted> = fs::read_dir(tests().join("faults"))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            Planted {
                name: path.file_stem().unwrap().to_string_lossy().into_owned(),
                patches: text.parse().unwrap(),
            }
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

impl Planted {
    fn patch(&self, files: &mut Files) {
        for patch in self.patches["patch"].as_array().unwrap() {
            let text = |key: &str| patch.get(key).and_then(toml::Value::as_str);
            let (file, put) = (text("file").unwrap(), text("put").unwrap());
            let Some(find) = text("find") else {
                files.entry(file.to_owned()).or_default().push_str(put);
                continue;
            };
            let before = files.get(file).unwrap();
            assert!(
                before.contains(find),
                "{}: `{find}` is not in {file}",
                self.name
            );
            let after = before.replacen(find, put, 1);
            files.insert(file.to_owned(), after);
        }
    }

    /// File, line and code of all that must be found.
    fn expected(&self, files: &Files) -> Vec<(String, usize, String)> {
        let Some(expect) = self.patches.get("expect") else {
            return marks(files);
        };
        let text = |key: &str| expect[key].as_str().unwrap();
        let mut lines = files[text("file")].lines();
        let line = lines.position(|l| l.starts_with(text("line"))).unwrap() + 1;
        vec![(text("file").to_owned(), line, text("code").to_owned())]
    }
}

/// Every marked line.
fn marks(files: &Files) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    for (file, text) in files {
        for (at, line) in text.lines().enumerate() {
            if let Some((_, code)) = line.split_once(MARK) {
                found.push((file.clone(), at + 1, code.trim().to_owned()));
            }
        }
    }
    found
}

fn said_in_both_languages(fault: &Fault) -> bool {
    let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let help = fault.help.as_ref();
    chinese(&fault.message.zh)
        && fault.message.en.chars().any(|c| c.is_ascii_alphabetic())
        && help.is_some_and(|h| h.zh.chars().count() >= 4 && h.en.len() >= 6)
}

#[test]
fn the_base_programme_is_sound() {
    let files = base();
    let faults = check(&files);
    let lines: Vec<String> = faults.iter().map(|f| line(f, &files)).collect();
    assert!(faults.is_empty(), "{}", lines.join("\n"));
}

#[test]
fn every_planted_fault_is_found_at_its_line_and_no_other_with_it() {
    let all = planted();
    assert!(all.len() >= 45);
    let mut wrong = Vec::new();
    for plant in &all {
        let mut files = base();
        plant.patch(&mut files);
        let faults = check(&files);
        let expected = plant.expected(&files);
        if expected.is_empty() || errors(&faults, &files) != expected {
            let lines: Vec<String> = faults.iter().map(|f| line(f, &files)).collect();
            wrong.push(format!(
                "{}: wanted {expected:?}, found\n  {}",
                plant.name,
                lines.join("\n  ")
            ));
        }
        for fault in faults.iter().filter(|f| !said_in_both_languages(f)) {
            wrong.push(format!("{}: {fault:?} says too little", plant.name));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        all.len(),
        wrong.join("\n")
    );
}

/// Faults that leave each other's lines alone, one of each kind of file.
const TOGETHER: [&str; 9] = [
    "ladder-order",
    "nobody-bears",
    "grace-without-author",
    "state-unleft",
    "part-without-clause",
    "overlapping-versions",
    "never-true-match",
    "bulletin-unknown-measure",
    "light-without-readings",
];

#[test]
fn faults_all_come_in_one_pass_in_order_of_file_and_line() {
    let mut files = base();
    for plant in planted() {
        if TOGETHER.contains(&plant.name.as_str()) {
            plant.patch(&mut files);
        }
    }
    let faults = check(&files);
    let lines: Vec<String> = faults.iter().map(|f| line(f, &files)).collect();
    let wanted = marks(&files);
    assert_eq!(wanted.len(), TOGETHER.len());
    assert_eq!(errors(&faults, &files), wanted, "{}", lines.join("\n"));
}

#[test]
fn a_fault_underlines_its_words() {
    let mut files = base();
    let plants = planted();
    let plant = plants
        .iter()
        .find(|p| p.name == "owes-without-author")
        .unwrap();
    plant.patch(&mut files);
    let faults = check(&files);
    let place = &faults[0].place;
    assert_eq!(&files[&place.file][place.from..place.to], "12");
}
