//! `heli explain`: why one duty stands as it does.

use super::standing::{Row, row};
use super::{Format, Ground};
use crate::End;
use crate::folder::{Refusal, pick};
use app::engine::{AsOf, Look, Near, cases, evaluate};
use app::programme::model::Measure;
use app::rules::{Day, Explained, Words};
use app::view::{DutyId, DutyPage};
use clap::Args;
use serde::Serialize;

/// Say why one duty stands as it does.
#[derive(Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    ground: Ground,
    /// MEASURE/BEARER/PERIOD, such as promotion-events/350500/2023-09.
    #[arg(long)]
    duty: String,
    /// Text for people, JSON for machines.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    duty: Row<'a>,
    clause_text: &'a str,
    measure_name: &'a str,
    explanation: Option<Explained>,
    evidence: Vec<Evidence<'a>>,
    near: Vec<Way<'a>>,
}

#[derive(Serialize)]
struct Evidence<'a> {
    tally: &'a str,
    register: &'a str,
    rows: Vec<EvidenceRow<'a>>,
}

#[derive(Serialize)]
struct EvidenceRow<'a> {
    id: &'a str,
    counts: Option<bool>,
    recorded_late: bool,
}

/// A way to meet the duty.
#[derive(Serialize)]
#[serde(tag = "way", rename_all = "snake_case")]
enum Way<'a> {
    /// More evidence of the same kind (money in fen).
    More {
        tally: &'a str,
        lacking: f64,
        by: Option<String>,
        latest_start: Option<String>,
    },
    /// Rows that would count after a change.
    Rows {
        tally: &'a str,
        enough: bool,
        rows: Vec<Change<'a>>,
    },
    /// A date of the bearer that is not filled.
    Done { field: String, by: Option<String> },
}

#[derive(Serialize)]
struct Change<'a> {
    id: &'a str,
    fields: Vec<String>,
}

fn way<'a>(cx: &'a AsOf<'_>, measure: &'a Measure, near: Near) -> Way<'a> {
    let tally = |at: usize| measure.tallies.get(at);
    let id = |at: usize| tally(at).map_or("", |t| t.id.as_str());
    let day = |day: Option<Day>| day.map(|d| d.to_string());
    match near {
        Near::More {
            tally,
            lacking,
            by,
            latest_start,
        } => Way::More {
            tally: id(tally),
            lacking,
            by: day(by),
            latest_start: day(latest_start),
        },
        Near::Done { field, by, .. } => Way::Done { field, by: day(by) },
        Near::Rows {
            tally: at,
            rows,
            enough,
        } => {
            let table = tally(at).map_or(0, |t| t.table);
            let change = |(row, changes): &(u32, Vec<app::engine::Fix>)| Change {
                id: record_id(cx, table, *row),
                fields: changes.iter().map(|c| c.cell.field.clone()).collect(),
            };
            Way::Rows {
                tally: id(at),
                enough,
                rows: rows.iter().map(change).collect(),
            }
        }
    }
}

fn record_id<'a>(cx: &'a AsOf<'_>, table: usize, row: u32) -> &'a str {
    let record = cx
        .tables()
        .tables
        .get(table)
        .and_then(|t| t.record.get(row as usize));
    record.map_or("", |record| cx.id(table, *record))
}

impl Explain {
    pub(crate) fn run(self) -> Result<End, Refusal> {
        if self.format == Format::Csv {
            return Err(pick(&Words::new(
                "一项责任的说明不是表格；用 --format text 或 json",
                "an explanation is no table; use --format text or json",
            )));
        }
        let Some((programme, facts)) = self.ground.read()? else {
            return Ok(End::Unreadable);
        };
        let [measure, bearer, period] = self.duty.split('/').collect::<Vec<_>>()[..] else {
            return Err(pick(&Words::new(
                "--duty 要写成 措施/主体/周期",
                "write --duty as MEASURE/BEARER/PERIOD",
            )));
        };
        let id = DutyId {
            measure: measure.into(),
            bearer: bearer.into(),
            period: period.into(),
        };
        let unknown = || {
            pick(&Words::new(
                format!("{} 没有这项责任；用 heli standing 列出全部", self.duty),
                format!("there is no duty {}; heli standing lists all", self.duty),
            ))
        };
        if self.format == Format::Text {
            let app = app::App::at(programme, facts, self.ground.at);
            let page = app
                .duty(&app::Viewer::operator(), &id, None)
                .map_err(|_| unknown())?;
            print(&page);
            return Ok(End::Done);
        }
        let cx = AsOf::new(&programme, &facts, self.ground.at);
        let evaluation = evaluate(&cx);
        let found = cases::find(&cx, &evaluation, measure, bearer, period);
        let (_, at, duty) = found.ok_or_else(unknown)?;
        let result = evaluation.measures.get(at).ok_or_else(unknown)?;
        let notice = programme.notices.get(result.notice).ok_or_else(unknown)?;
        let measure = notice.measures.get(result.measure).ok_or_else(unknown)?;
        let look = Look {
            cx: &cx,
            measure,
            result,
            duty,
        };
        let evidence = measure
            .tallies
            .iter()
            .enumerate()
            .map(|(n, tally)| Evidence {
                tally: &tally.id,
                register: &tally.register,
                rows: look
                    .evidence(n)
                    .into_iter()
                    .map(|r| EvidenceRow {
                        id: record_id(&cx, tally.table, r.row),
                        counts: r.counts,
                        recorded_late: r.recorded_late,
                    })
                    .collect(),
            });
        let answer = Answer {
            duty: row(&cx, notice, measure, result, duty),
            clause_text: notice
                .clauses
                .iter()
                .find(|c| c.number == measure.clause)
                .map_or("", |c| &c.text.zh),
            measure_name: &measure.name.zh,
            explanation: look.explain(),
            evidence: evidence.collect(),
            near: look
                .near()
                .into_iter()
                .map(|near| way(&cx, measure, near))
                .collect(),
        };
        println!(
            "{}",
            serde_json::to_string_pretty(&answer).map_err(|e| e.to_string())?
        );
        Ok(End::Done)
    }
}

fn print(page: &DutyPage) {
    let t = |text: &app::view::Text| pick(&Words::new(&text.zh, &text.en));
    println!("{} {}", page.clause.id, t(&page.clause.text));
    println!(
        "{} · {} · {} · {}",
        t(&page.measure),
        t(&page.bearer.name),
        page.period.id,
        page.standing.word()
    );
    println!("{}", t(&page.sentence));
    let heads = pick(&Words::new("截止 {} 判定 {}", "due {} judged {}"));
    println!(
        "{}",
        heads
            .replacen("{}", &page.dates.due.to_string(), 1)
            .replacen("{}", &page.dates.judged.to_string(), 1)
    );
    if let Some(reason) = &page.reason {
        tree(reason, 1, &t);
    }
    for evidence in &page.evidence {
        println!("— {} ({})", t(&evidence.tally), t(&evidence.register));
        for row in &evidence.rows {
            let mark = match row.counts {
                app::view::Verdict::True => "✓",
                app::view::Verdict::False => "✗",
                app::view::Verdict::Unknown => "?",
            };
            println!("  {mark} {} {}", row.id, t(&row.why));
        }
    }
    for near in &page.near {
        println!("→ {} {}", t(&near.says), t(&near.who));
    }
    for missing in &page.missing {
        println!("? {} {}", t(&missing.what), t(&missing.who));
    }
}

fn tree(reason: &app::view::Reason, depth: usize, t: &impl Fn(&app::view::Text) -> String) {
    let mark = match reason.verdict {
        app::view::Verdict::True => "✓",
        app::view::Verdict::False => "✗",
        app::view::Verdict::Unknown => "?",
    };
    let say = |text: &Option<app::view::Text>, by: &str| {
        text.as_ref()
            .map_or_else(String::new, |x| format!("{by}{}", t(x)))
    };
    println!(
        "{}{mark} {}{}{}",
        "  ".repeat(depth),
        reason.rule,
        say(&reason.value, " = "),
        say(&reason.margin, " ± ")
    );
    for part in &reason.parts {
        tree(part, depth + 1, t);
    }
}
