//! Proof-reading a folder: its own faults, then its worked examples.

use engine::cases::{Miss, miss};
use programme::{Fault, Files, Place, Programme, Severity};
use rules::Words;

/// What came of proof-reading.
#[derive(Debug)]
pub struct Checked {
    /// The programme, when nothing is an error.
    pub programme: Option<Programme>,
    /// All faults in the order of files.
    pub faults: Vec<Fault>,
    /// How many worked examples were run.
    pub cases: usize,
}

/// Reads a folder and runs its cases; cases wait until the folder itself is sound.
pub fn check(files: &Files) -> Checked {
    let mut reading = programme::read(files);
    let mut cases = 0;
    if let Some(programme) = &reading.programme {
        let (all, faults) = programme::case::cases(programme, files);
        reading.faults.extend(faults);
        cases = all.len();
        for case in &all {
            match miss(programme, case) {
                None => {}
                Some(Miss::Otherwise(words)) => reading.faults.push(otherwise(case, words)),
                Some(Miss::Rule(faults)) => {
                    reading.faults.extend(faults.into_iter().map(|f| Fault {
                        code: f.code,
                        severity: Severity::Error,
                        place: inside(case, &f.span),
                        message: f.message,
                        help: f.help,
                    }))
                }
            }
        }
    }
    let sound = reading.faults.iter().all(|f| f.severity != Severity::Error);
    Checked {
        programme: reading.programme.filter(|_| sound),
        faults: reading.faults,
        cases,
    }
}

fn otherwise(case: &programme::case::Case, words: Words) -> Fault {
    Fault {
        code: "case-fails",
        severity: Severity::Error,
        place: case.place.clone(),
        message: Words::new(
            format!("例子“{}”：{}", case.name, words.zh),
            format!("case “{}”: {}", case.name, words.en),
        ),
        help: Some(Words::new(
            "核对规则与例子哪一个不对，改错的那一个",
            "see which of the rule and the case is wrong, and mend that one",
        )),
    }
}

/// A span of a case's rule as a place in its file.
fn inside(case: &programme::case::Case, span: &std::ops::Range<usize>) -> Place {
    let rule = match &case.ask {
        programme::case::Ask::Rule(c) => &c.rule_place,
        programme::case::Ask::Value(c) => &c.rule_place,
        _ => return case.place.clone(),
    };
    Place {
        file: rule.file.clone(),
        from: rule.from + 1 + span.start,
        to: rule.from + 1 + span.end,
    }
}
