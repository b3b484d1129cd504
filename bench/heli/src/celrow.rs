//! The public `cel` crate: every policy compiled once, one context for each firm, every policy run on it.
//!
//! An empty cell is a name that is not declared: an error, which CEL's `&&` and `||` absorb as unknown does.

use crate::Drawn;
use crate::columns::{Refusal, bytes, doubles, integers, json};
use crate::schema::{Column, Draw, Policies};
use crate::timing::{memory_mb, timed};
use cel::{Context, Program, Value};
use serde_json::json;

/// One column of the firms that are looked at.
struct Facts {
    name: String,
    /// Where an empty cell means nothing: the name that says whether there is a value.
    told: Option<String>,
    cells: Vec<Option<Value>>,
}

/// Every `rows / firms`-th firm against every policy.
pub(crate) fn run(drawn: &Drawn, runs: usize, firms: usize) -> Result<serde_json::Value, Refusal> {
    let draw = Draw::read(&drawn.folder)?;
    let policies: Policies = json(&drawn.folder.join(format!("{}.json", drawn.policies)))?;
    let compiled = |text: &String| Program::compile(text).map_err(|e| format!("{text}: {e}"));
    let programs: Vec<Program> = policies
        .cel
        .iter()
        .map(compiled)
        .collect::<Result<_, Refusal>>()?;
    let stride = (draw.rows / firms.max(1)).max(1);
    let fields = draw.fields.iter().chain(&draw.derived);
    let facts: Vec<Facts> = fields
        .map(|field| facts(drawn, field, stride))
        .collect::<Result<_, Refusal>>()?;
    let rows = facts.first().map_or(0, |column| column.cells.len());
    let (found, times) = timed(runs, || counts(&programs, &facts, rows));
    Ok(json!({
        "engine": "cel", "rows": rows, "stride": stride, "policies": programs.len(),
        "cpu_s": times.cpu_s, "wall_s": times.wall_s, "runs": times.runs, "found": found, "memory_mb": memory_mb(),
    }))
}

/// (eligible, unknown) of each policy.
fn counts(programs: &[Program], facts: &[Facts], rows: usize) -> Vec<(u64, u64)> {
    let mut counts = vec![(0, 0); programs.len()];
    for row in 0..rows {
        let context = context(facts, row);
        for (program, count) in programs.iter().zip(&mut counts) {
            match program.execute(&context) {
                Ok(Value::Bool(true)) => count.0 += 1,
                Ok(_) => {}
                Err(_) => count.1 += 1,
            }
        }
    }
    counts
}

fn context(facts: &[Facts], row: usize) -> Context<'static, 'static> {
    let mut context = Context::default();
    for column in facts {
        let cell = column.cells.get(row).and_then(Option::as_ref);
        if let Some(value) = cell {
            context.add_variable_from_value(column.name.as_str(), value.clone());
        }
        if let Some(told) = &column.told {
            context.add_variable_from_value(told.as_str(), Value::Bool(cell.is_some()));
        }
    }
    context
}

fn facts(drawn: &Drawn, field: &Column, stride: usize) -> Result<Facts, Refusal> {
    let path = drawn
        .folder
        .join("current")
        .join(format!("{}.bin", field.id));
    let empty = bytes(&path.with_extension("nul"))?;
    let values: Vec<Value> = if field.kind == "double" {
        doubles(&path)?.into_iter().map(Value::Float).collect()
    } else {
        let whole = integers(&path, &field.cells)?;
        whole.into_iter().map(Value::Int).collect()
    };
    let cells = values.into_iter().zip(empty).step_by(stride);
    Ok(Facts {
        name: field.id.clone(),
        told: (field.empty == "none").then(|| format!("{}_told", field.id)),
        cells: cells
            .map(|(value, empty)| (empty == 0).then_some(value))
            .collect(),
    })
}
