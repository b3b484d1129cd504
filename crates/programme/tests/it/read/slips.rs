//! One slip at a time: each is found with its code at exactly the bytes that are wrong.

use super::files::files;
use programme::{Fault, Files, read};

const HEAD: &str = "programme.toml";
const UNITS: &str = "units.csv";
const DIVISIONS: &str = "divisions.csv";
const CALENDAR: &str = "calendar.csv";
const ROLES: &str = "roles.toml";
const EVENT: &str = "registers/event.toml";
const PART: &str = "notices/2023-08-industry/part-3.toml";

/// Puts `put` in the place of the first `find` of a file.
fn with(file: &str, find: &str, put: &str) -> Files {
    let mut files = files();
    let text = files.get_mut(file).unwrap();
    assert!(text.contains(find), "{file} has no {find}");
    *text = text.replacen(find, put, 1);
    files
}

fn said(files: &Files) -> Vec<String> {
    let line = |f: &Fault| {
        let text = files.get(&f.place.file).map_or("", String::as_str);
        let (line, column) = f.place.line_column(files);
        let underlined = &text[f.place.from..f.place.to];
        format!(
            "{} {}:{line}:{column} `{underlined}`: {}",
            f.code, f.place.file, f.message.en
        )
    };
    read(files).faults.iter().map(line).collect()
}

/// One line of `slips.toml`.
#[derive(Debug)]
struct Slip<'a> {
    file: &'a str,
    find: &'a str,
    put: &'a str,
    code: &'a str,
    underlined: &'a str,
}

/// The fault that the slip must bring, among those it brings.
fn fault_of(slip: &Slip<'_>) -> Result<Fault, Vec<String>> {
    let files = with(slip.file, slip.find, slip.put);
    let reading = read(&files);
    let fits = |f: &&Fault| {
        f.code == slip.code
            && f.place.file == slip.file
            && files[slip.file][f.place.from..f.place.to] == *slip.underlined
    };
    let stops = reading.programme.is_none();
    let found = reading.faults.iter().find(fits).cloned();
    found.filter(|_| stops).ok_or_else(|| said(&files))
}

#[test]
fn every_slip_is_found_where_it_stands_and_said_in_both_languages() {
    let groups: toml::Table = include_str!("slips.toml").parse().unwrap();
    let mut wrong = Vec::new();
    for line in groups.values().flat_map(|g| g.as_array().unwrap()) {
        let cells: Vec<&str> = line
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c.as_str().unwrap())
            .collect();
        let [file, find, put, code, underlined] = cells[..] else {
            panic!("{line:?}");
        };
        let slip = Slip {
            file,
            find,
            put,
            code,
            underlined,
        };
        match fault_of(&slip) {
            Ok(fault) => {
                let help = fault.help.unwrap();
                let texts = [fault.message.zh, fault.message.en, help.zh, help.en];
                assert!(texts.iter().all(|t| t.len() > 5), "{slip:?}: {texts:?}");
            }
            Err(found) => wrong.push(format!("{slip:?}\n  found {found:#?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_folder_itself_is_sound() {
    let none: [String; 0] = [];
    let faults: Vec<String> = said(&files())
        .into_iter()
        .filter(|f| !f.starts_with("clause-without"))
        .collect();
    assert_eq!(faults, none);
}

#[test]
fn ids_across_files() {
    let mut files = files();
    files.insert(
        "registers/second.toml".into(),
        "id = \"event\"\nname = { zh = \"二\", en = \"Two\" }\n".into(),
    );
    assert!(
        said(&files)
            .iter()
            .any(|f| f.starts_with("duplicate-id registers/second.toml:1:6 `\"event\"`"))
    );
    let mut files = self::files();
    let second = "[measure.report]\n[clause.\"3.1\"]\ntext = { zh = \"又\", en = \"Again\" }\n";
    files.insert("notices/2023-08-industry/part-4.toml".into(), second.into());
    let faults = said(&files);
    for wanted in [
        "duplicate-id notices/2023-08-industry/part-4.toml:1:10 `report`",
        "duplicate-id notices/2023-08-industry/part-4.toml:2:9 `\"3.1\"`",
    ] {
        assert!(
            faults.iter().any(|f| f.starts_with(wanted)),
            "{wanted}: {faults:#?}"
        );
    }
}

#[test]
fn files_missing_or_misplaced() {
    for file in [HEAD, UNITS, DIVISIONS, CALENDAR] {
        let mut files = files();
        files.remove(file);
        let reading = read(&files);
        assert!(
            reading
                .faults
                .iter()
                .any(|f| f.code == "missing-file" && f.place.file == file)
        );
        assert!(reading.programme.is_none());
    }
    let mut files = files();
    files.insert("register/event.toml".into(), String::new());
    let reading = read(&files);
    assert!(reading.faults.iter().any(|f| f.code == "unread-file"));
    assert!(reading.programme.is_some());
}

#[test]
fn measures() {
    let mut files = with(EVENT, "announced_on]", "told_on]");
    let event = files.get_mut(EVENT).unwrap();
    *event = event.replace("stops = \"announced_on\"", "stops = \"told_on\"");
    assert!(
        said(&files)
            .iter()
            .any(|f| f.starts_with("no-announcement") && f.contains("`\"3 workdays\"`"))
    );
}

#[test]
fn a_misspelt_word_is_answered_with_the_nearest() {
    let files = with(PART, "grace = ", "grase = ");
    let faults = read(&files).faults;
    let fault = faults.iter().find(|f| f.code == "unknown-key").unwrap();
    assert_eq!(fault.help.as_ref().unwrap().en, "did you mean `grace`?");
    assert_eq!(fault.place.line_column(&files), (13, 1));
}

#[test]
fn a_fault_in_a_rule_over_several_lines_is_found_on_its_line() {
    let put = "where = \"\"\"\nstate == 'held'\n  && \\\"中\\\" != '' && helt_on >= period.from && place == bearer\"\"\"";
    let find = "where = \"state == 'held' && held_on >= period.from && place == bearer\"";
    let files = with(PART, find, put);
    let faults = read(&files).faults;
    let fault = faults.iter().find(|f| f.code == "unknown-field").unwrap();
    assert_eq!(&files[PART][fault.place.from..fault.place.to], "helt_on");
}

#[test]
fn all_slips_come_in_one_pass() {
    let mut files = with(PART, "held >= 10", "hold >= 10");
    for (file, find, put) in [
        (HEAD, "80%", "80"),
        (UNITS, "350128", "350129"),
        (EVENT, "tody", "tody"),
        (ROLES, "\"see\"", "\"look\""),
    ] {
        let text = files.get_mut(file).unwrap();
        *text = text.replacen(find, put, 1);
    }
    let reading = read(&files);
    let codes: Vec<&str> = reading.faults.iter().map(|f| f.code).collect();
    for code in [
        "unknown-name",
        "bad-number",
        "unknown-division",
        "unknown-word",
    ] {
        assert!(codes.contains(&code), "{codes:?}");
    }
    assert!(reading.programme.is_none());
}

#[test]
fn a_first_page_lists_only_what_its_role_sees() {
    let mut files = with(ROLES, "do = [\"see\", \"create\"", "do = [\"create\"");
    let text = files.get_mut(ROLES).unwrap();
    *text = text.replacen("do = [\"see\"]", "do = [\"export\"]", 1);
    let said = said(&files);
    let line = said.iter().find(|line| line.starts_with("unseen-home"));
    assert!(
        line.is_some_and(|line| line.contains("`\"event\"`")),
        "{said:?}"
    );
}
