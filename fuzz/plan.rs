//! Random rules that check, over random rows: the plan says what the plain engine says and what the judge of the
//! tests says, row by row, at a level of instructions that the input chooses, also after rows have changed.
#![no_main]

#[allow(dead_code, unreachable_pub)]
#[path = "../crates/rules/tests/it"]
mod it {
    pub mod chance;
    pub mod house;
    pub mod oracle;
}
// The modules of the tests name each other from their crate's root.
use it::{chance, house, oracle};

use chance::Chance;
use libfuzzer_sys::fuzz_target;
use rules::{
    Bits, Bound, Calendar, Cells, Column, Expected, Frame, Level, NO_ROW, Options, Plan, Rule,
    Schema, Scope, Tables, Type, Value, World, check, verdicts,
};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const RULES_MAX: usize = 6;
const FIRMS_MAX: usize = 70;

static SCHEMA: LazyLock<Schema> = LazyLock::new(house::schema);
static SCOPE: LazyLock<Scope> = LazyLock::new(house::scope);
static CALENDAR: LazyLock<Calendar> = LazyLock::new(house::calendar);

/// What the names of the house are bound to, row by row.
struct Bindings {
    bearer: Vec<u32>,
    held: Vec<Value>,
}

impl Bindings {
    fn of(rows: usize) -> Self {
        let held = |row| {
            if row % 3 == 0 {
                Value::Unknown(None)
            } else {
                Value::Int(row as i64 % 3)
            }
        };
        Self {
            bearer: (0..rows).map(|row| [0, 1, 3, NO_ROW][row % 4]).collect(),
            held: (0..rows).map(held).collect(),
        }
    }

    fn names(&self) -> BTreeMap<&str, Bound<'_>> {
        BTreeMap::from([
            ("bearer", Bound::Rows(&self.bearer)),
            ("held", Bound::Each(&self.held)),
            ("settings.threshold", Bound::One(Value::Int(2))),
        ])
    }

    /// What the judge says of one row.
    fn judged<'a>(&'a self, rule: &Rule, world: World<'a>, row: usize) -> Option<bool> {
        let names = BTreeMap::from([
            ("bearer", oracle::Named::Row(self.bearer[row])),
            ("held", oracle::Named::Is(self.held[row].clone())),
            ("settings.threshold", oracle::Named::Is(Value::Int(2))),
        ]);
        let mut row = oracle::Row {
            world,
            own: row as u32,
            names,
            elements: Vec::new(),
        };
        match oracle::value(&rule.root, &mut row) {
            Value::Bool(said) => Some(said),
            Value::Nothing => Some(false),
            _ => None,
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let [rules, firms, missing, level, rest @ ..] = bytes else {
        return;
    };
    let (for_rules, for_firms) = rest.split_at(rest.len() / 2);
    let mut chance = Chance::new(for_rules, false);
    let rules: Vec<Rule> = (0..1 + usize::from(*rules) % RULES_MAX)
        .filter_map(|_| rule(&mut chance))
        .collect();
    let mut chance = Chance::new(for_firms, false);
    let missing = usize::from(*missing) % 5;
    let firms: Vec<_> = (0..1 + usize::from(*firms) % FIRMS_MAX)
        .map(|_| chance.firm(missing))
        .collect();
    let before = house::tables(&firms);
    let changes: Vec<u32> = (0..firms.len() as u32).step_by(3).collect();
    // The new cells are drawn as rows behind the old ones, so that dictionaries only grow, then put in their places.
    let mut rows: Vec<usize> = (0..firms.len()).collect();
    let mut all = firms;
    for row in &changes {
        rows[*row as usize] = all.len();
        all.push(chance.firm(missing));
    }
    let mut after = house::tables(&all);
    let firm = &mut after.tables[0];
    for column in &mut firm.columns {
        *column = picked(column, &rows);
    }
    firm.record.truncate(rows.len());
    firm.ids.truncate(rows.len());
    let levels: Vec<Level> = Level::all().collect();
    let level = levels[usize::from(*level) % levels.len()];
    compare(&rules, &before, &after, &changes, level);
});

/// A column whose row `n` is row `rows[n]` of another, with its dictionary.
fn picked(column: &Column, rows: &[usize]) -> Column {
    Column {
        present: rows.iter().map(|row| column.present.get(*row)).collect(),
        cells: picked_cells(&column.cells, rows),
    }
}

fn picked_cells(cells: &Cells, rows: &[usize]) -> Cells {
    match cells {
        Cells::Bool(bits) => Cells::Bool(rows.iter().map(|row| bits.get(*row)).collect()),
        Cells::Int(all) => Cells::Int(rows.iter().map(|row| all[*row]).collect()),
        Cells::Double(all) => Cells::Double(rows.iter().map(|row| all[*row]).collect()),
        Cells::Symbol { codes, dictionary } => Cells::Symbol {
            codes: rows.iter().map(|row| codes[*row]).collect(),
            dictionary: dictionary.clone(),
        },
        Cells::Record(all) => Cells::Record(rows.iter().map(|row| all[*row]).collect()),
        Cells::List { ends, items } => {
            let from = |row: usize| row.checked_sub(1).map_or(0, |before| ends[before]);
            let of = |row: &usize| from(*row) as usize..ends[*row] as usize;
            let mut end = 0;
            let ended = |row: &usize| {
                end += ends[*row] - from(*row);
                end
            };
            let picked: Vec<usize> = rows.iter().flat_map(of).collect();
            Cells::List {
                ends: rows.iter().map(ended).collect(),
                items: Box::new(picked_cells(items, &picked)),
            }
        }
    }
}

/// A rule of random parts; none where the parts make one that is refused, as one that says the same whatever its choices are.
fn rule(chance: &mut Chance<'_>) -> Option<Rule> {
    let text = chance.rule(&Type::Bool, 3);
    check(
        &text,
        &SCHEMA,
        &SCOPE,
        &Expected::Verdict,
        &Options::default(),
    )
    .ok()
}

fn compare(rules: &[Rule], before: &Tables, after: &Tables, changes: &[u32], level: Level) {
    let current = house::current(before);
    let world = |tables| World {
        schema: &SCHEMA,
        tables,
        current: &current,
        calendar: &CALENDAR,
        today: house::today(),
    };
    let bindings = Bindings::of(before.tables[0].rows());
    let names = bindings.names();
    let all: Vec<&Rule> = rules.iter().collect();
    let mut plan = Plan::with_level(0, &all, &world(before), &names, level);
    same(&plan, rules, world(before), &bindings);
    let taken = plan.change(&world(after), &names, changes);
    let now = if taken { after } else { before };
    same(&plan, rules, world(now), &bindings);
}

/// The plan, the plain engine and the judge on every rule and row.
fn same(plan: &Plan, rules: &[Rule], world: World<'_>, bindings: &Bindings) {
    let rows = Bits::filled(world.tables.tables[0].rows(), true);
    let own: Vec<u32> = (0..rows.len() as u32).collect();
    let frame = Frame {
        len: own.len(),
        own: Some(&own),
        names: bindings.names(),
    };
    let (told, counts) = (plan.verdicts(&rows, 1), plan.counts(&rows, 2));
    for (at, rule) in rules.iter().enumerate() {
        let plain = verdicts(rule, &world, &frame);
        assert_eq!(told[at], plain, "plan and plain engine: {}", rule.text);
        let unknown = rows.len() - plain.yes.count() - plain.no.count();
        assert_eq!(
            (counts[at].yes, counts[at].unknown),
            (plain.yes.count() as u64, unknown as u64),
            "counts: {}",
            rule.text
        );
        for row in (0..rows.len()).step_by(rows.len() / 8 + 1) {
            let said = plain.get(row);
            assert_eq!(
                said,
                bindings.judged(rule, world, row),
                "plain engine and judge, row {row}: {}",
                rule.text
            );
            let one = plan.row(&world, &frame.names, row);
            assert_eq!(
                (one.yes.get(at), one.unknown.get(at)),
                (said == Some(true), said.is_none()),
                "row {row} alone: {}",
                rule.text
            );
        }
    }
}
