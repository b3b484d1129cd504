//! `heli rule`: verdicts of rules over the rows of a sheet.

use super::Format;
use crate::End;
use crate::folder::{self, Refusal, pick};
use app::engine::{AsOf, cases};
use app::rules::{self, Bits, Day, Expected, Form, Lane, Plan, Ranged, RuleFault, Words};
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
    /// Tell how each part of a rule runs: fast by codes, flags or reckoned numbers, or outside the fast forms.
    #[arg(long)]
    explain_plan: bool,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<Vec<Part>>,
}

/// A part of a rule and how it runs.
#[derive(Serialize)]
struct Part {
    part: String,
    form: Form,
    words: Words,
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
        let answers = self.answers(&cx, table, texts);
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

    /// Every rule in its place; those without fault run together.
    fn answers(&self, cx: &AsOf<'_>, table: usize, texts: Vec<String>) -> Vec<Answer> {
        let check = |text: &String| {
            cases::check_rule(cx.programme, Some(&self.register), text, &Expected::Verdict)
        };
        let checked: Vec<_> = texts.iter().map(check).collect();
        let sound: Vec<&rules::Rule> = checked.iter().flatten().collect();
        let plan = Plan::new(table, &sound, &cx.world(), &cx.settings());
        let mut record_of = BTreeMap::new();
        let mut rows = Bits::filled(plan.rows(), false);
        for (record, row) in cx.current(table) {
            rows.set(row as usize, true);
            record_of.insert(row as usize, record);
        }
        let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
        let sets = plan.sets(&rows, threads);
        let ids = |rows: &mut dyn Iterator<Item = usize>| {
            let mut records: Vec<u32> = rows
                .filter_map(|row| record_of.get(&row).copied())
                .collect();
            records.sort_unstable();
            let id = |record: u32| cx.id(table, record).to_owned();
            records.into_iter().map(id).collect::<Vec<String>>()
        };
        let mut forms = plan.forms().into_iter();
        let explained = self.explain.as_ref().and_then(|wanted| {
            let mut current = cx.current(table);
            current.find(|(record, _)| cx.id(table, *record) == wanted)
        });
        let mut next = 0..;
        let answer = |(text, checked): (String, Result<rules::Rule, Vec<RuleFault>>)| {
            let rule = match checked {
                Ok(rule) => rule,
                Err(faults) => {
                    let faults = faults.iter().map(fault).collect();
                    return Answer::Fault { rule: text, faults };
                }
            };
            let at = next.next().unwrap_or_default();
            let (yes, unknown) = (ids(&mut sets.yes(at)), ids(&mut sets.unknown(at)));
            let forms = forms.next().filter(|_| self.explain_plan);
            Answer::Verdicts(Box::new(Verdicts {
                rule: text,
                no: rows.count() - yes.len() - unknown.len(),
                yes,
                unknown,
                explanation: explained.map(|(_, row)| explain(cx, &rule, row)),
                plan: forms.map(|forms| forms.leaves.into_iter().map(part).collect()),
            }))
        };
        texts.into_iter().zip(checked).map(answer).collect()
    }
}

fn part((form, part): (Form, String)) -> Part {
    Part {
        part,
        form,
        words: form.words(),
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
            for part in v.plan.iter().flatten() {
                println!("  {} — {}", part.part, pick(&part.words));
            }
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
