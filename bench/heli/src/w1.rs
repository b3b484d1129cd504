//! The first workload: every firm against every policy.

use crate::Drawn;
use crate::columns::{Refusal, json};
use crate::firms::{Firms, read};
use crate::schema::{Draw, Policies, scope};
use crate::timing::{memory_mb, timed};
use rules::{Calendar, Expected, Frame, Options, Rule, Schema, World, check, verdicts};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// A draw with its policies checked.
struct Loaded {
    draw: Draw,
    schema: Schema,
    rules: Vec<Rule>,
    firms: Firms,
}

impl Loaded {
    fn new(drawn: &Drawn) -> Result<Self, Refusal> {
        let draw = Draw::read(&drawn.folder)?;
        let policies: Policies = json(&drawn.folder.join(format!("{}.json", drawn.policies)))?;
        let schema = draw.schema();
        let rules = checked(&policies.rules, &schema, &draw)?;
        let firms = read(&drawn.folder, &draw)?;
        Ok(Self {
            draw,
            schema,
            rules,
            firms,
        })
    }
}

/// Every rule checked against the firms' fields and the divisions that exist.
pub(crate) fn checked(
    texts: &[String],
    schema: &Schema,
    draw: &Draw,
) -> Result<Vec<Rule>, Refusal> {
    let codes: BTreeSet<String> = draw
        .divisions
        .iter()
        .map(|(code, _)| code.clone())
        .collect();
    let known_ids = BTreeMap::from([("division".to_owned(), codes)]);
    let options = Options {
        known_ids: Some(&known_ids),
        ..Options::default()
    };
    let scope = scope();
    let one = |text: &String| {
        check(text, schema, &scope, &Expected::Verdict, &options)
            .map_err(|faults| format!("{text}\n{faults:?}"))
    };
    texts.iter().map(one).collect()
}

/// By the interpreter, one rule after another.
pub(crate) fn interpret(drawn: &Drawn, runs: usize) -> Result<serde_json::Value, Refusal> {
    let loaded = Loaded::new(drawn)?;
    let calendar = Calendar::default();
    let world = World {
        schema: &loaded.schema,
        tables: &loaded.firms.tables,
        current: &loaded.firms.current,
        calendar: &calendar,
        today: loaded.draw.day(),
    };
    let rows = loaded.firms.rows();
    let frame = Frame {
        len: rows.len(),
        own: Some(&rows),
        names: BTreeMap::new(),
    };
    let count = |rule: &Rule| {
        let found = verdicts(rule, &world, &frame);
        let (yes, no) = (found.yes.count(), found.no.count());
        (yes, rows.len() - yes - no)
    };
    let (found, times) = timed(runs, || loaded.rules.iter().map(count).collect::<Vec<_>>());
    Ok(json!({
        "engine": "interpreter", "rows": rows.len(), "policies": loaded.rules.len(),
        "cpu_s": times.cpu_s, "wall_s": times.wall_s, "runs": times.runs, "found": found, "memory_mb": memory_mb(),
    }))
}
