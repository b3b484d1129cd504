//! `heli rule`: verdicts of rules over the rows of a sheet.

use super::Format;
use crate::End;
use crate::folder::{self, Refusal, pick};
use app::engine::{AsOf, cases};
use app::rules::{self, Day, Expected, Frame, Lane, Ranged, RuleFault, Words};
use clap::{ArgGroup, Args};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Verdicts of rules over the rows of a sheet.
#[derive(Args)]
#[command(group(ArgGroup::new("which").required(true).args(["rule", "rules"])))]
pub(crate) struct Rule {
    /// The programme's folder.
    programme: PathBuf,
    /// The register whose rows the sheet holds.
    #[arg(long)]
    register: String,
    /// The sheet.
    #[arg(long)]
    data: PathBuf,
    /// One rule.
    #[arg(long)]
    rule: Option<String>,
    /// A file with one rule per line.
    #[arg(long)]
    rules: Option<PathBuf>,
    /// The day of evaluation; default the campaign's last.
    #[arg(long, value_parser = folder::day)]
    at: Option<Day>,
    /// Explain the verdict of the row with this id.
    #[arg(long, value_name = "ROW")]
    explain: Option<String>,
    /// Text for people, JSON for machines.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Verdicts(Box<Verdicts>),
    Fault { rule: String, faults: Vec<Fault> },
}

#[derive(Serialize)]
struct Verdicts {
    rule: String,
    #[serde(rename = "true")]
    yes: Vec<String>,
    unknown: Vec<String>,
    #[serde(rename = "false")]
    no: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<rules::Explained>,
}

#[derive(Serialize)]
struct Fault {
    code: &'static str,
    from: usize,
    to: usize,
    message: String,
    help: String,
}

impl Rule {
    pub(crate) fn run(self) -> Result<End, Refusal> {
        let Some((programme, _)) = folder::programme(&self.programme)? else {
            return Ok(End::Unreadable);
        };
        if self.format == Format::Csv {
            return Err(pick(&Words::new(
                "判定结果不是一张表；用 --format text 或 json",
                "verdicts of rules are no single table; use --format text or json",
            )));
        }
        let Some((table, _)) = programme.register(&self.register) else {
            return Err(pick(&Words::new(
                format!("没有台账 {}", self.register),
                format!("there is no register {}", self.register),
            )));
        };
        let sheets = BTreeMap::from([(self.register.clone(), folder::text(&self.data)?)]);
        let Some(facts) = super::facts(&programme, &sheets) else {
            return Ok(End::Unreadable);
        };
        let texts = match (&self.rule, &self.rules) {
            (Some(rule), _) => vec![rule.clone()],
            (None, Some(file)) => lines(&folder::text(file)?),
            (None, None) => Vec::new(),
        };
        let cx = AsOf::new(&programme, &facts, self.at.unwrap_or(programme.campaign.1));
        if let Some(row) = &self.explain
            && !cx
                .current(table)
                .any(|(record, _)| cx.id(table, record) == row)
        {
            return Err(pick(&Words::new(
                format!("{} 里没有编号为 {row} 的行", self.data.display()),
                format!("there is no row {row} in {}", self.data.display()),
            )));
        }
        let answers: Vec<Answer> = texts
            .iter()
            .map(|text| self.answer(&cx, table, text))
            .collect();
        let faulty = answers.iter().any(|a| matches!(a, Answer::Fault { .. }));
        match self.format {
            Format::Json => println!(
                "{}",
                serde_json::to_string(&answers).map_err(|e| e.to_string())?
            ),
            Format::Text | Format::Csv => answers.iter().for_each(print),
        }
        Ok(if faulty { End::No } else { End::Done })
    }

    fn answer(&self, cx: &AsOf<'_>, table: usize, text: &str) -> Answer {
        let rule =
            match cases::check_rule(cx.programme, Some(&self.register), text, &Expected::Verdict) {
                Ok(rule) => rule,
                Err(faults) => {
                    return Answer::Fault {
                        rule: text.to_owned(),
                        faults: faults.iter().map(fault).collect(),
                    };
                }
            };
        let (records, rows): (Vec<u32>, Vec<u32>) = cx.current(table).unzip();
        let names = cx.settings();
        let found = rules::verdicts(
            &rule,
            &cx.world(),
            &Frame {
                len: rows.len(),
                own: Some(&rows),
                names,
            },
        );
        let id = |lane: usize| {
            records
                .get(lane)
                .map(|r| cx.id(table, *r).to_owned())
                .unwrap_or_default()
        };
        let unknown = (0..rows.len()).filter(|i| !found.yes.get(*i) && !found.no.get(*i));
        let explained = self
            .explain
            .as_ref()
            .and_then(|row| records.iter().position(|r| cx.id(table, *r) == row));
        Answer::Verdicts(Box::new(Verdicts {
            rule: text.to_owned(),
            yes: found.yes.ones().map(id).collect(),
            unknown: unknown.map(id).collect(),
            no: found.no.count(),
            explanation: explained
                .and_then(|lane| rows.get(lane))
                .map(|row| explain(cx, &rule, *row)),
        }))
    }
}

fn explain(cx: &AsOf<'_>, rule: &rules::Rule, row: u32) -> rules::Explained {
    let world = cx.world();
    let mut bounds = rules::Bounds {
        own: Some(row),
        ..Default::default()
    };
    for (name, value) in cx.settings() {
        if let rules::Bound::One(value) = value {
            bounds.names.insert(name, Ranged::Value(value));
        }
    }
    let lane = Lane {
        world: &world,
        bounds: &bounds,
        prorate: None,
    };
    rules::explain(rule, &lane, &|cell| {
        cell.table
            .as_ref()
            .and_then(|table| app::engine::field_name(cx.programme, table, &cell.field))
    })
}

/// Rules of a file: one per line, empty lines and lines that begin with `#` left out.
fn lines(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

fn fault(fault: &RuleFault) -> Fault {
    Fault {
        code: fault.code,
        from: fault.span.start,
        to: fault.span.end,
        message: pick(&fault.message),
        help: fault.help.as_ref().map(pick).unwrap_or_default(),
    }
}

fn print(answer: &Answer) {
    match answer {
        Answer::Verdicts(v) => {
            let words = Words::new(
                format!(
                    "{}：是 {}，未知 {}，否 {}",
                    v.rule,
                    v.yes.len(),
                    v.unknown.len(),
                    v.no
                ),
                format!(
                    "{}: true {}, unknown {}, false {}",
                    v.rule,
                    v.yes.len(),
                    v.unknown.len(),
                    v.no
                ),
            );
            println!("{}", pick(&words));
            if let Some(explained) = &v.explanation {
                tree(explained, 1);
            }
        }
        Answer::Fault { rule, faults } => {
            for fault in faults {
                println!(
                    "{rule}\n  [{}] {}..{}: {} {}",
                    fault.code, fault.from, fault.to, fault.message, fault.help
                );
            }
        }
    }
}

fn tree(explained: &rules::Explained, depth: usize) {
    println!("{}{}", "  ".repeat(depth), pick(&explained.words));
    for child in &explained.children {
        tree(child, depth + 1);
    }
}
