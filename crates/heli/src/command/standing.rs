//! `heli standing`: every duty on CSV evidence, as of the end of a day.

use super::{Format, Ground};
use crate::End;
use crate::folder::{Refusal, pick};
use app::engine::{AsOf, Duty, Look, MeasureResult, cases, evaluate, tally_type};
use app::programme::Programme;
use app::programme::model::{Measure, Notice};
use app::rules::{Type, Words};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;

/// Evaluate every duty on CSV evidence.
#[derive(Args)]
pub(crate) struct Standing {
    #[command(flatten)]
    ground: Ground,
    /// Only this measure.
    #[arg(long)]
    measure: Option<String>,
    /// Only this bearer.
    #[arg(long)]
    bearer: Option<String>,
    /// Text for people, JSON or CSV for machines.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// One duty as machines read it.
#[derive(Serialize)]
pub(crate) struct Row<'d> {
    notice: &'d str,
    clause: &'d str,
    measure: &'d str,
    bearer: &'d str,
    period: Span,
    key: &'d str,
    due: String,
    judged: String,
    standing: &'static str,
    recorded_late: bool,
    tallies: BTreeMap<&'d str, Ends>,
    owes: &'d str,
    missing: Vec<String>,
}

#[derive(Serialize)]
struct Span {
    from: String,
    until: String,
}

/// Both ends of a tally; null where there is no bound. Money is in yuan.
#[derive(Serialize)]
struct Ends {
    known: Option<Number>,
    possible: Option<Number>,
}

/// Whole numbers without a point.
#[derive(Serialize)]
#[serde(untagged)]
enum Number {
    Whole(i64),
    Real(f64),
}

impl Standing {
    pub(crate) fn run(self) -> Result<End, Refusal> {
        let Some((programme, facts)) = self.ground.read()? else {
            return Ok(End::Unreadable);
        };
        self.known(&programme)?;
        let cx = AsOf::new(&programme, &facts, self.ground.at);
        let evaluation = evaluate(&cx);
        let mut rows = Vec::new();
        for result in &evaluation.measures {
            let Some(notice) = programme.notices.get(result.notice) else {
                continue;
            };
            let Some(measure) = notice.measures.get(result.measure) else {
                continue;
            };
            if self.measure.as_ref().is_some_and(|id| *id != measure.id) {
                continue;
            }
            let duties = result.duties.iter().filter(|d| {
                self.bearer
                    .as_ref()
                    .is_none_or(|id| cx.id(d.bearer.table, d.bearer.record) == id)
            });
            unplaced(&cx, measure, result);
            rows.extend(duties.map(|duty| row(&cx, notice, measure, result, duty)));
        }
        if let Some(id) = self.bearer.as_ref().filter(|_| rows.is_empty()) {
            return Err(pick(&Words::new(
                format!("没有谁的编号是 {id}，或它在这里不担责任"),
                format!("nobody has the id {id}, or it owes nothing here"),
            )));
        }
        match self.format {
            Format::Json => println!(
                "{}",
                serde_json::to_string(&rows).map_err(|e| e.to_string())?
            ),
            Format::Csv => write_csv(&rows.iter().map(Line::of).collect::<Vec<_>>())?,
            Format::Text => print(&rows),
        }
        eprintln!(
            "{}",
            pick(&Words::new(
                format!("{} 项责任", rows.len()),
                format!("{} duties", rows.len())
            ))
        );
        Ok(End::Done)
    }

    fn known(&self, programme: &Programme) -> Result<(), Refusal> {
        match &self.measure {
            Some(id) if programme.measure(id).is_none() => Err(pick(&Words::new(
                format!("没有措施 {id}；措施编号见 notices 里的 [measure.…]"),
                format!("there is no measure {id}; ids stand in notices as [measure.…]"),
            ))),
            _ => Ok(()),
        }
    }
}

/// Names the rows of evidence that belong to nobody, on standard error.
fn unplaced(cx: &AsOf<'_>, measure: &Measure, result: &MeasureResult) {
    for (tally, rows) in measure.tallies.iter().zip(&result.tallies) {
        let table = cx.tables().tables.get(tally.table);
        for row in &rows.unplaced {
            let record = table.and_then(|t| t.record.get(*row as usize));
            let id = record.map_or("", |record| cx.id(tally.table, *record));
            let (register, measure) = (&tally.register, &measure.id);
            eprintln!(
                "{}",
                pick(&Words::new(
                    format!("{register}/{id} 没有填归属，{measure} 不计入任何主体"),
                    format!("{register}/{id} names no bearer; it counts for nobody in {measure}"),
                ))
            );
        }
    }
}

/// A duty as a row.
pub(crate) fn row<'d>(
    cx: &'d AsOf<'_>,
    notice: &'d Notice,
    measure: &'d Measure,
    result: &'d MeasureResult,
    duty: &'d Duty,
) -> Row<'d> {
    let look = Look {
        cx,
        measure,
        result,
        duty,
    };
    let ends = |(tally, bounds): (&'d app::programme::model::Tally, &app::engine::Bounds)| {
        let ty = tally_type(&tally.kind);
        let (known, possible) = cases::shown(*bounds, ty == Type::Money);
        let number = |n: f64| {
            if ty == Type::Double || n.fract() != 0.0 {
                Number::Real(n)
            } else {
                Number::Whole(n as i64)
            }
        };
        (
            tally.id.as_str(),
            Ends {
                known: known.map(number),
                possible: possible.map(number),
            },
        )
    };
    Row {
        notice: &notice.id,
        clause: &measure.clause,
        measure: &measure.id,
        bearer: cx.id(duty.bearer.table, duty.bearer.record),
        period: Span {
            from: duty.period.from.to_string(),
            until: duty.period.until.to_string(),
        },
        key: &duty.period.key,
        due: duty.due.to_string(),
        judged: duty.judged.to_string(),
        standing: duty.standing.word(),
        recorded_late: duty.recorded_late,
        tallies: measure
            .tallies
            .iter()
            .zip(duty.tallies())
            .map(ends)
            .collect(),
        owes: measure
            .owes
            .as_ref()
            .or(measure.done.as_ref())
            .map_or("", |r| &r.text),
        missing: look.missing().iter().map(ToString::to_string).collect(),
    }
}

/// A duty as a line of a sheet.
#[derive(Serialize)]
struct Line<'d> {
    clause: &'d str,
    measure: &'d str,
    bearer: &'d str,
    period: &'d str,
    from: &'d str,
    until: &'d str,
    due: &'d str,
    judged: &'d str,
    standing: &'d str,
    recorded_late: bool,
    tallies: String,
    missing: String,
}

impl<'d> Line<'d> {
    fn of(row: &'d Row<'d>) -> Self {
        Self {
            clause: row.clause,
            measure: row.measure,
            bearer: row.bearer,
            period: row.key,
            from: &row.period.from,
            until: &row.period.until,
            due: &row.due,
            judged: &row.judged,
            standing: row.standing,
            recorded_late: row.recorded_late,
            tallies: tallies(row),
            missing: row.missing.join(";"),
        }
    }
}

fn tallies(row: &Row<'_>) -> String {
    let text = |n: &Option<Number>| match n {
        None => "…".to_owned(),
        Some(Number::Whole(n)) => n.to_string(),
        Some(Number::Real(n)) => format!("{n:.4}"),
    };
    let one = |(id, ends): (&&str, &Ends)| {
        let (low, high) = (text(&ends.known), text(&ends.possible));
        if low == high {
            format!("{id}={low}")
        } else {
            format!("{id}={low}–{high}")
        }
    };
    row.tallies.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn print(rows: &[Row<'_>]) {
    for row in rows {
        let late = if row.recorded_late {
            pick(&Words::new("（补录）", " (recorded late)"))
        } else {
            String::new()
        };
        let missing = if row.missing.is_empty() {
            String::new()
        } else {
            format!("  ? {}", row.missing.join(", "))
        };
        println!(
            "{:<4} {}/{}/{}  {}{late}  {}{missing}",
            row.clause,
            row.measure,
            row.bearer,
            row.key,
            row.standing,
            tallies(row)
        );
    }
}

/// Writes rows as CSV to standard output.
pub(crate) fn write_csv<R: Serialize>(rows: &[R]) -> Result<(), Refusal> {
    let mut writer = csv::Writer::from_writer(std::io::stdout().lock());
    for row in rows {
        writer.serialize(row).map_err(|e| e.to_string())?;
    }
    writer.flush().map_err(|e| e.to_string())
}
