//! The commands as people and machines call them: exit codes, streams, answers and messages.

use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What a call came to: exit code, standard output, standard error.
pub(super) struct Said {
    pub(super) code: i32,
    pub(super) out: String,
    pub(super) err: String,
}

impl Said {
    /// Standard output as JSON, which must be all that is there.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|e| panic!("{e}: {}\n{}", self.out, self.err))
    }
}

/// Calls `heli` in the repository's root, with messages in English.
pub(super) fn heli(args: &[&str]) -> Said {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_heli"))
        .args(args)
        .current_dir(root())
        .env("HELI_LANG", "en")
        .output()
        .unwrap();
    Said {
        code: status.code().unwrap(),
        out: String::from_utf8(stdout).unwrap(),
        err: String::from_utf8(stderr).unwrap(),
    }
}

pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

const FUJIAN: &str = "programmes/fujian";

/// A fresh folder for one test.
pub(super) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A fresh folder with one sheet of events.
fn evidence(name: &str, events: &str) -> String {
    let folder = folder(name);
    fs::write(folder.join("event.csv"), events).unwrap();
    folder.to_str().unwrap().to_owned()
}

/// Four events that count for Quanzhou in September 2023, and one of which nobody has said whether it was held.
const FIVE: &str = "id,place,held_on,state
e1,350502,2023-09-02,held
e2,350503,2023-09-05,held
e3,350504,2023-09-09,closed
e4,350505,2023-09-16,held
e5,350521,2023-09-20,
";

const DUTY: &str = "promotion-events/350500/2023-09";

fn asked<'a>(command: &'a str, evidence: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec![
        command,
        FUJIAN,
        "--evidence",
        evidence,
        "--at",
        "2023-09-26",
    ];
    args.extend(more);
    args
}

#[test]
fn standing_answers_one_row_per_duty() {
    let folder = evidence("standing", FIVE);
    let more = [
        "--measure",
        "promotion-events",
        "--bearer",
        "350500",
        "--format",
        "json",
    ];
    let said = heli(&asked("standing", &folder, &more));
    assert_eq!(said.code, 0, "{}", said.err);
    let rows = said.json();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 5, "August to December");
    let september = rows.iter().find(|r| r["key"] == "2023-09").unwrap();
    let expected = json!({
        "notice": "2023-08-industry", "clause": "3.1", "measure": "promotion-events", "bearer": "350500",
        "period": {"from": "2023-09-01", "until": "2023-09-30"}, "due": "2023-09-30", "judged": "2023-10-09",
        "standing": "behind", "recorded_late": false, "tallies": {"held": {"known": 4, "possible": 5}},
        "owes": "held >= 10", "missing": [],
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&september[key], value, "{key}");
    }
    assert!(said.err.contains("5 duties"), "{}", said.err);
}

#[test]
fn standing_as_csv_has_a_head_and_a_line_per_duty() {
    let folder = evidence("standing-csv", FIVE);
    let more = [
        "--measure",
        "promotion-events",
        "--bearer",
        "350500",
        "--format",
        "csv",
    ];
    let said = heli(&asked("standing", &folder, &more));
    let lines: Vec<&str> = said.out.lines().collect();
    assert!(
        lines[0].starts_with("clause,measure,bearer,period,"),
        "{}",
        lines[0]
    );
    assert_eq!(lines.len(), 6);
    assert!(lines.iter().any(|l| l.contains("held=4–5")), "{}", said.out);
}

#[test]
fn standing_of_a_measure_nobody_knows_is_wrong_usage() {
    let folder = evidence("standing-unknown", FIVE);
    let said = heli(&asked("standing", &folder, &["--measure", "promotions"]));
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(
        said.err.contains("there is no measure promotions"),
        "{}",
        said.err
    );
}

#[test]
fn explain_says_what_counts_what_is_missing_and_what_would_turn_it() {
    let folder = evidence("explain", FIVE);
    let said = heli(&asked(
        "explain",
        &folder,
        &["--duty", DUTY, "--format", "json"],
    ));
    assert_eq!(said.code, 0, "{}", said.err);
    let answer = said.json();
    assert_eq!(answer["standing"], "behind");
    assert!(!answer["clause_text"].as_str().unwrap().is_empty());
    assert!(answer["explanation"].is_object());
    let counts = |id: &str| {
        let rows = answer["evidence"][0]["rows"].as_array().unwrap();
        rows.iter().find(|r| r["id"] == id).unwrap()["counts"].clone()
    };
    assert_eq!((counts("e1"), counts("e5")), (json!(true), json!(null)));
    let more = answer["near"]
        .as_array()
        .unwrap()
        .iter()
        .find(|n| n["way"] == "more")
        .unwrap();
    assert_eq!(
        (&more["tally"], more["lacking"].as_f64()),
        (&json!("held"), Some(6.0))
    );

    let text = heli(&asked("explain", &folder, &["--duty", DUTY]));
    assert_eq!(text.code, 0, "{}", text.err);
    for part in ["3.1", "due 2023-09-30 judged 2023-10-09", "e5"] {
        assert!(
            text.out.contains(part),
            "{part} is missing in\n{}",
            text.out
        );
    }
}

#[test]
fn explain_of_no_duty_is_unreadable_input() {
    let folder = evidence("explain-none", FIVE);
    for (duty, says) in [
        ("promotion-events/350500", "MEASURE/BEARER/PERIOD"),
        ("promotion-events/350500/2022-09", "there is no duty"),
    ] {
        for format in ["text", "json"] {
            let said = heli(&asked(
                "explain",
                &folder,
                &["--duty", duty, "--format", format],
            ));
            assert_eq!((said.code, said.out.as_str()), (2, ""), "{duty}");
            assert!(said.err.contains(says), "{}", said.err);
        }
    }
}

fn rule(sheet: &Path, more: &[&str]) -> Said {
    let sheet = sheet.to_str().unwrap();
    let mut args = vec![
        "rule",
        FUJIAN,
        "--register",
        "event",
        "--data",
        sheet,
        "--format",
        "json",
    ];
    args.extend(more);
    heli(&args)
}

#[test]
fn rule_tells_true_unknown_and_false() {
    let sheet = PathBuf::from(evidence("rule", FIVE)).join("event.csv");
    let said = rule(&sheet, &["--rule", "state == 'held'"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let expected = json!([{
        "rule": "state == 'held'", "true": ["e1", "e2", "e4"], "unknown": ["e5"], "false": 1,
    }]);
    assert_eq!(said.json(), expected);
}

#[test]
fn rule_explains_one_row() {
    let sheet = PathBuf::from(evidence("rule-explain", FIVE)).join("event.csv");
    let said = rule(&sheet, &["--rule", "state == 'held'", "--explain", "e3"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(
        said.json()[0]["explanation"].to_string().contains("closed"),
        "{}",
        said.out
    );
}

#[test]
fn rule_says_which_parts_run_outside_the_fast_forms() {
    let sheet = PathBuf::from(evidence("rule-plan", FIVE)).join("event.csv");
    let text = "state == 'held' && string(id).endsWith('1')";
    let said = rule(&sheet, &["--rule", text, "--explain-plan"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let answer = &said.json()[0];
    assert_eq!(answer["true"], json!(["e1"]));
    let part = |at: usize| {
        (
            answer["plan"][at]["form"].clone(),
            answer["plan"][at]["part"].clone(),
        )
    };
    assert_eq!(part(0), (json!("coded"), json!("state == 'held'")));
    assert_eq!(part(1), (json!("plain"), json!("string(id).endsWith('1')")));
    assert!(
        answer["plan"][1]["words"]["en"]
            .to_string()
            .contains("outside the fast forms")
    );
}

#[test]
fn rules_of_a_file_are_answered_line_by_line_and_a_faulty_one_in_its_place() {
    let sheet = PathBuf::from(evidence("rules", FIVE)).join("event.csv");
    let rules = folder("rules-file").join("rules.txt");
    fs::write(&rules, "# two rules\nstate == 'held'\n\nstat == 'held'\n").unwrap();
    let said = rule(&sheet, &["--rules", rules.to_str().unwrap()]);
    assert_eq!(said.code, 1, "a fault is a no");
    let answers = said.json();
    assert_eq!(answers.as_array().unwrap().len(), 2);
    assert_eq!(answers[0]["false"], 1);
    let fault = &answers[1]["faults"][0];
    assert_eq!((&fault["from"], &fault["to"]), (&json!(0), &json!(4)));
    assert!(fault["help"].as_str().unwrap().contains("state"), "{fault}");
}

#[test]
fn check_of_a_sound_programme_is_an_empty_list() {
    let said = heli(&["check", "programmes/meizhou-visits", "--format", "json"]);
    assert_eq!(said.code, 0, "{}", said.out);
    assert_eq!(said.json(), json!([]));
}

#[test]
fn check_names_code_file_line_and_help_of_every_fault() {
    let faulty = folder("faulty");
    copy(&root().join("programmes/meizhou-visits"), &faulty);
    let roles = fs::read_to_string(faulty.join("roles.toml")).unwrap();
    fs::write(
        faulty.join("roles.toml"),
        format!("{roles}\n[rol.x]\nname = 1\n"),
    )
    .unwrap();
    fs::write(
        faulty.join("cases/wrong.cases.toml"),
        "[[value]]\nname = \"w\"\nrule = \"1 + 1\"\nexpect = \"3\"\n",
    )
    .unwrap();
    let path = faulty.to_str().unwrap();
    let said = heli(&["check", path, "--format", "json"]);
    assert_eq!(said.code, 1);
    let faults = said.json();
    let fault = faults
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["file"] == "roles.toml")
        .unwrap();
    let line = roles.lines().count() + 2;
    assert_eq!(
        (&fault["severity"], fault["line"].as_u64()),
        (&json!("error"), Some(line as u64))
    );
    for key in ["code", "severity", "file", "message", "help"] {
        assert!(fault[key].is_string(), "{key}");
    }
    assert!(fault["column"].as_u64().is_some_and(|n| n > 0));

    let text = heli(&["check", path]);
    assert_eq!((text.code, text.out.as_str()), (1, ""));
    assert!(text.err.contains("roles.toml"), "{}", text.err);
}

#[test]
fn a_case_that_misses_is_a_fault_at_its_place() {
    let faulty = folder("missing-case");
    copy(&root().join("programmes/meizhou-visits"), &faulty);
    fs::write(
        faulty.join("cases/wrong.cases.toml"),
        "[[value]]\nname = \"w\"\nrule = \"1 + 1\"\nexpect = \"3\"\n",
    )
    .unwrap();
    let said = heli(&["check", faulty.to_str().unwrap(), "--format", "json"]);
    assert_eq!(said.code, 1);
    let fault = &said.json()[0];
    assert_eq!(
        (&fault["code"], &fault["file"]),
        (&json!("case-fails"), &json!("cases/wrong.cases.toml"))
    );
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn bad_evidence_is_named_by_line_and_cell_all_at_once() {
    let sheet = "id,place,held_on,stat
e1,350502,2023-09-02,held
e2,350502,2023-13-45,held
e3,999999,2023-09-02,held
,350502,2023-09-02,held
";
    let folder = evidence("bad", sheet);
    let said = heli(&asked("standing", &folder, &["--format", "json"]));
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    for place in [
        "event.csv:1 stat:",
        "event.csv:3 held_on:",
        "event.csv:4 place:",
        "event.csv:5 id:",
    ] {
        assert!(
            said.err.contains(place),
            "{place} is missing in\n{}",
            said.err
        );
    }
    assert!(
        said.err.contains("2023-13-45") && said.err.contains("999999"),
        "{}",
        said.err
    );
}

#[test]
fn a_sheet_of_no_register_is_named() {
    let folder = evidence("stranger", FIVE);
    fs::write(Path::new(&folder).join("events.csv"), "id\nx\n").unwrap();
    let said = heli(&asked("standing", &folder, &[]));
    assert_eq!(said.code, 2);
    assert!(
        said.err
            .contains("events.csv:1: there is no register events"),
        "{}",
        said.err
    );
}

#[test]
fn a_missing_folder_and_wrong_usage_end_with_two() {
    for args in [
        &["check", "no-such-folder"][..],
        &["check"],
        &[
            "standing",
            FUJIAN,
            "--evidence",
            "no-such-folder",
            "--at",
            "2023-09-26",
        ],
        &["standing", FUJIAN, "--evidence", ".", "--at", "26.9.2023"],
        &[
            "rule",
            FUJIAN,
            "--register",
            "nobody",
            "--data",
            "x.csv",
            "--rule",
            "true",
        ],
        &["rule", FUJIAN, "--register", "event", "--data", "x.csv"],
        &["dance"],
    ] {
        let said = heli(args);
        assert_eq!(
            (said.code, said.out.as_str()),
            (2, ""),
            "{args:?}: {}",
            said.err
        );
        assert!(!said.err.is_empty());
    }
}

#[test]
fn messages_speak_chinese_unless_told_otherwise() {
    let output = Command::new(env!("CARGO_BIN_EXE_heli"))
        .args(["check", "no-such-folder"])
        .env("HELI_LANG", "zh")
        .output()
        .unwrap();
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("没有 programme.toml")
    );
}

#[test]
fn the_readme_names_the_commands_there_are() {
    let help = heli(&["--help"]);
    assert_eq!(help.code, 0);
    let in_help = help
        .out
        .lines()
        .skip_while(|l| *l != "Commands:")
        .skip(1)
        .take_while(|l| !l.is_empty());
    let in_help: Vec<&str> = in_help
        .filter_map(|l| l.split_whitespace().next())
        .filter(|c| *c != "help")
        .collect();
    assert!(!in_help.is_empty());
    for readme in ["README.md", "README.zh-CN.md"] {
        let text = fs::read_to_string(root().join(readme)).unwrap();
        let rows = text.lines().filter_map(|l| l.strip_prefix("| `heli "));
        let named: Vec<&str> = rows.filter_map(|l| l.split([' ', '`']).next()).collect();
        assert_eq!(named, in_help, "{readme}");
    }
}
