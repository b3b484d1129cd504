//! Fifty measures over a year's evidence: the board is built once, then counted, then takes single rows in.

use crate::columns::Refusal;
use crate::duties::{Duties, facts, programme};
use crate::timing::{cpu_now, memory_mb, timed};
use engine::board::{Board, Roll, Version};
use engine::{AsOf, Facts};
use programme::Programme;
use rules::Moment;
use serde_json::json;
use std::path::Path;

/// How many single rows are taken in.
const NEW_ROWS: usize = 100_000;

/// Builds, counts and changes the board; `found` is told as the peers tell it.
pub(crate) fn run(
    folder: &Path,
    runs: usize,
    threads: usize,
) -> Result<serde_json::Value, Refusal> {
    let drawn = Duties::read(folder)?;
    let programme = programme(folder)?;
    let facts = facts(folder, &drawn, &programme)?;
    let cx = AsOf::new(&programme, &facts, drawn.day());
    let measures = || programme.notices.iter().flat_map(|n| &n.measures);
    let ((mut board, refused), build) = timed(runs, || Board::new(&cx, measures()));
    if let Some(refusal) = refused.first() {
        return Err(format!("{}: {}", refusal.measure, refusal.why.en));
    }
    let mut roll = board.count(cx.at, threads);
    let ((), times) = timed(runs, || board.recount(&mut roll, cx.at, threads));
    let found = found(&board, &roll, &drawn);
    let (rows, each_us) = one_by_one(&cx, &mut board, &mut roll, &programme, &facts);
    let (hits, doubts) = board.kept();
    Ok(json!({
        "engine": "heli", "records": drawn.versions, "threads": threads, "build_cpu_s": build.cpu_s,
        "build_wall_s": build.wall_s, "cpu_s": times.cpu_s, "wall_s": times.wall_s, "cpu_least_s": times.cpu_least_s,
        "runs": times.runs, "hits": hits, "doubts": doubts, "new_rows": rows, "new_row_us": each_us,
        "memory_mb": memory_mb(), "found": found,
    }))
}

/// Per measure how many duties are met, and the weighted sum that the peers work out.
fn found(board: &Board, roll: &Roll, drawn: &Duties) -> Vec<(u64, u64)> {
    let one = |measure: usize| {
        let (mut met, mut total) = (0, 0);
        for (period, _) in board.periods(measure).enumerate() {
            let mut first = 0;
            for (level, units) in drawn.levels.iter().enumerate() {
                for nth in 0..*units {
                    let stand = board.stand(roll, first + nth, measure, period);
                    let weight = (period * 7 + level + 1) * (nth + 1);
                    total += u64::from(stand.met) * weight as u64;
                    met += if level == 0 { u64::from(stand.met) } else { 0 };
                }
                first += units;
            }
        }
        (met, total)
    };
    (0..board.measures().count()).map(one).collect()
}

/// Takes rows that are there already in once more, each as a new one: how many, and microseconds of CPU for each.
fn one_by_one(
    cx: &AsOf<'_>,
    board: &mut Board,
    roll: &mut Roll,
    programme: &Programme,
    facts: &Facts,
) -> (usize, f64) {
    let Some((table, columns)) = programme
        .register("evidence")
        .and_then(|(at, _)| Some((at, facts.tables().tables.get(at)?)))
    else {
        return (0, 0.0);
    };
    let sets: Vec<_> = board
        .rules()
        .map(|(table, rules)| {
            let rules: Vec<&rules::Rule> = rules.iter().collect();
            engine::board::classes(cx, table, &rules).unwrap_or_default()
        })
        .collect();
    let step = (columns.rows() / NEW_ROWS).max(1);
    let rows: Vec<usize> = (0..columns.rows()).step_by(step).collect();
    let classed: Vec<Vec<engine::board::Class>> = rows
        .iter()
        .map(|row| {
            let class = |set: &engine::board::Classes| {
                let class = set.of_row.get(*row)?;
                set.classes.get(usize::from(*class)).cloned()
            };
            sets.iter().map(|s| class(s).unwrap_or_default()).collect()
        })
        .collect();
    let spent = cpu_now();
    let mut turned = 0;
    for (row, classes) in rows.iter().zip(&classed) {
        let version = Version {
            table,
            columns,
            row: *row,
            recorded: Moment(i64::MIN),
            superseded: Moment(i64::MAX),
        };
        turned += board.add(programme, roll, &version, classes).len();
    }
    let each = (cpu_now() - spent) * 1e6 / rows.len().max(1) as f64;
    (turned, each)
}
