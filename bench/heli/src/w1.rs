//! The first workload: every firm against every policy.

use crate::Drawn;
use crate::columns::{Refusal, json};
use crate::firms::{Firms, read};
use crate::schema::{Draw, FIRM, Policies, scope};
use crate::timing::{Times, memory_mb, timed};
use rules::{
    Bits, Calendar, Expected, Form, Frame, Level, Options, Plan, Rule, Schema, Table, World, check,
    verdicts,
};
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

    fn world<'a>(&'a self, calendar: &'a Calendar) -> World<'a> {
        World {
            schema: &self.schema,
            tables: &self.firms.tables,
            current: &self.firms.current,
            calendar,
            today: self.draw.day(),
        }
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

/// Firms looked at one by one: the newest versions.
const ONE_BY_ONE: usize = 10_000;
/// Firms whose change is taken in together.
const CHANGED: usize = 64;

/// By the plan: cold and warm, counts and sets, one thread and two, one firm and sixty-four changed ones.
pub(crate) fn run(drawn: &Drawn, runs: usize) -> Result<serde_json::Value, Refusal> {
    let loaded = Loaded::new(drawn)?;
    let calendar = Calendar::default();
    let world = loaded.world(&calendar);
    let names = BTreeMap::new();
    let rules: Vec<&Rule> = loaded.rules.iter().collect();
    let versions = world.tables.tables.get(FIRM).map_or(0, Table::rows);
    let current = loaded.firms.rows();
    let mut rows = Bits::filled(versions, false);
    current.iter().for_each(|row| rows.set(*row as usize, true));

    let (mut plan, planned) = timed(runs, || Plan::new(FIRM, &rules, &world, &names));
    let (counts, counted) = timed(runs, || plan.counts(&rows, 1));
    let (_, counted_by_two) = timed(runs, || plan.counts(&rows, 2));
    let mut sets = plan.sets(&rows, 1);
    let ((), gathered) = timed(runs, || plan.gather(&mut sets, &rows, 1));
    // A firm that has just changed stands among the last rows.
    let newest = current.len().saturating_sub(ONE_BY_ONE);
    let some: Vec<u32> = current.iter().copied().skip(newest).collect();
    let (verdicts, one_by_one) = timed(3, || {
        let row = |row: &u32| plan.row(&world, &names, *row as usize);
        some.iter().map(row).collect::<Vec<_>>()
    });
    let said: usize = verdicts
        .iter()
        .map(|v| v.yes.count() + v.unknown.count())
        .sum();
    let held: usize = (0..rules.len())
        .map(|rule| among(&some, sets.yes(rule)) + among(&some, sets.unknown(rule)))
        .sum();
    let forms = forms(&plan);
    let (leaves, bytes) = (plan.leaves(), plan.bytes());
    let (_, changed) = timed(3, || {
        for rows in some.chunks(CHANGED) {
            plan.change(&world, &names, rows);
        }
    });
    let each = |times: Times| times.cpu_s / some.len() as f64 * 1e6;
    Ok(json!({
        "engine": "heli", "rows": current.len(), "versions": versions, "policies": rules.len(),
        "cpu_s": counted.cpu_s, "wall_s": counted.wall_s, "runs": counted.runs,
        "planned": planned, "counted": counted, "counted_by_two": counted_by_two, "gathered": gathered,
        "one_by_one_us": each(one_by_one), "changed_us": each(changed), "one_by_one": some.len(),
        "one_by_one_differ": said.abs_diff(held), "found": counts.iter().map(|c| (c.yes, c.unknown)).collect::<Vec<_>>(),
        "leaves": leaves, "forms": forms, "plan_bytes": bytes, "set_bytes": sets.bytes(),
        "level": Level::best().to_string(), "memory_mb": memory_mb(),
    }))
}

/// How many of the rows are among the ones of a set; both ascend.
fn among(some: &[u32], set: impl Iterator<Item = usize>) -> usize {
    let mut rest = some.iter().map(|row| *row as usize).peekable();
    set.filter(|row| {
        while rest.next_if(|next| next < row).is_some() {}
        rest.peek() == Some(row)
    })
    .count()
}

/// How many distinct leaves run in each form.
fn forms(plan: &Plan) -> BTreeMap<String, usize> {
    let leaves: BTreeSet<(Form, String)> =
        plan.forms().into_iter().flat_map(|f| f.leaves).collect();
    let mut by_form = BTreeMap::new();
    for (form, _) in leaves {
        *by_form.entry(format!("{form:?}")).or_insert(0) += 1;
    }
    by_form
}

/// By the interpreter, one rule after another.
pub(crate) fn interpret(drawn: &Drawn, runs: usize) -> Result<serde_json::Value, Refusal> {
    let loaded = Loaded::new(drawn)?;
    let calendar = Calendar::default();
    let world = loaded.world(&calendar);
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
