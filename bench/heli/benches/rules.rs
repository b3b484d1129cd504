//! Parts of the rules engine, each alone, so that a regression shows before a run beside the peers:
//! reading a rule, planning, coding, counts, sets, one row, one changed row, the plain engine.
//!
//! `cargo bench -p bench`; the rows are made up here and the same in every run.

use divan::{Bencher, black_box};
use rules::{
    Bits, Calendar, Cells, Column, Day, Empty, Expected, Field, Frame, Options, Plan, Rule, Schema,
    Scope, Table, TableSchema, Tables, Type, World, check, verdicts,
};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const ROWS: usize = 131_072;
const RULES: usize = 200;

fn main() {
    divan::main();
}

/// Firms with a column of each kind that rules read most, and rules over them.
struct Ground {
    schema: Schema,
    tables: Tables,
    current: Vec<Vec<u32>>,
    calendar: Calendar,
    texts: Vec<String>,
    rules: Vec<Rule>,
}

static GROUND: LazyLock<Ground> = LazyLock::new(|| Ground::new(ROWS));
static NO_ROWS: LazyLock<Ground> = LazyLock::new(|| Ground::new(0));
static PLAN: LazyLock<Plan> = LazyLock::new(|| GROUND.plan());

/// The same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

impl Ground {
    fn new(rows: usize) -> Self {
        let mut numbers = Numbers(7);
        let types = [
            ("revenue", Type::Money),
            ("rd", Type::Money),
            ("staff", Type::Int),
            ("listed", Type::Bool),
            ("sector", Type::Industry),
        ];
        let field = |(id, ty): &(&str, Type)| Field {
            id: (*id).to_owned(),
            ty: ty.clone(),
            empty: Empty::Unknown,
            formula: None,
        };
        let table = TableSchema {
            id: "firm".to_owned(),
            fields: types.iter().map(field).collect(),
            parent: None,
        };
        let columns = types.iter().map(|(_, ty)| column(ty, rows, &mut numbers));
        let tables = Tables {
            tables: vec![Table {
                columns: columns.collect(),
                record: (0..rows as u32).collect(),
                ids: (0..rows).map(|n| n.to_string().into()).collect(),
            }],
        };
        let schema = Schema {
            tables: vec![table],
        };
        let texts: Vec<String> = (0..RULES).map(|_| text(&mut numbers)).collect();
        Self {
            rules: texts
                .iter()
                .filter_map(|text| read(text, &schema))
                .collect(),
            current: vec![(0..rows as u32).collect()],
            schema,
            tables,
            calendar: Calendar::default(),
            texts,
        }
    }

    fn world(&self) -> World<'_> {
        World {
            schema: &self.schema,
            tables: &self.tables,
            current: &self.current,
            calendar: &self.calendar,
            today: Day(20_454),
        }
    }

    fn plan(&self) -> Plan {
        let rules: Vec<&Rule> = self.rules.iter().collect();
        Plan::new(0, &rules, &self.world(), &BTreeMap::new())
    }
}

fn read(text: &str, schema: &Schema) -> Option<Rule> {
    let scope = Scope {
        own: Some("firm".to_owned()),
        ..Scope::default()
    };
    check(
        text,
        schema,
        &scope,
        &Expected::Verdict,
        &Options::default(),
    )
    .ok()
}

fn column(ty: &Type, rows: usize, numbers: &mut Numbers) -> Column {
    let cells = match ty {
        Type::Bool => Cells::Bool((0..rows).map(|_| numbers.below(2) == 1).collect()),
        Type::Industry => Cells::Symbol {
            codes: (0..rows).map(|_| numbers.below(400) as u32).collect(),
            dictionary: (0..400)
                .map(|n| format!("C{}", 1_300 + n * 7).into())
                .collect(),
        },
        Type::Int => Cells::Int((0..rows).map(|_| numbers.below(2_000) as i64).collect()),
        _ => Cells::Int(
            (0..rows)
                .map(|_| (numbers.below(1 << 30) * 97) as i64)
                .collect(),
        ),
    };
    Column {
        present: (0..rows).map(|_| numbers.below(10) > 0).collect(),
        cells,
    }
}

/// A rule of four conditions, with numbers of its own.
fn text(numbers: &mut Numbers) -> String {
    let (wan, staff, percent) = (
        numbers.below(40) * 1_000,
        numbers.below(30) * 50,
        1 + numbers.below(12),
    );
    let prefix = 13 + numbers.below(28);
    format!(
        "revenue >= wan({wan}) && (staff <= {staff} || listed) && rd * 100 >= revenue * {percent} && !industry(sector, 'C{prefix}')"
    )
}

#[divan::bench]
fn read_a_rule(bencher: Bencher<'_, '_>) {
    let ground = &*NO_ROWS;
    let mut texts = ground.texts.iter().cycle();
    bencher.bench_local(|| {
        texts
            .next()
            .map(|text| read(black_box(text), &ground.schema))
    });
}

#[divan::bench]
fn plan_without_rows(bencher: Bencher<'_, '_>) {
    bencher.bench(|| NO_ROWS.plan());
}

#[divan::bench(sample_count = 10)]
fn plan_and_code(bencher: Bencher<'_, '_>) {
    bencher.bench(|| GROUND.plan());
}

#[divan::bench]
fn counts(bencher: Bencher<'_, '_>) {
    let rows = Bits::filled(ROWS, true);
    bencher.bench(|| PLAN.counts(black_box(&rows), 1));
}

#[divan::bench]
fn sets(bencher: Bencher<'_, '_>) {
    let rows = Bits::filled(ROWS, true);
    bencher.bench(|| PLAN.sets(black_box(&rows), 1));
}

#[divan::bench]
fn one_row(bencher: Bencher<'_, '_>) {
    let (world, names) = (GROUND.world(), BTreeMap::new());
    let mut row = 0;
    bencher.bench_local(|| {
        row = (row + 4_099) % ROWS;
        PLAN.row(&world, &names, row)
    });
}

#[divan::bench]
fn one_changed_row(bencher: Bencher<'_, '_>) {
    let (world, names, mut plan) = (GROUND.world(), BTreeMap::new(), PLAN.clone());
    let mut row = 0;
    bencher.bench_local(|| {
        row = (row + 4_099) % ROWS as u32;
        plan.change(&world, &names, &[row])
    });
}

#[divan::bench(sample_count = 10)]
fn one_rule_by_the_plain_engine(bencher: Bencher<'_, '_>) {
    let world = GROUND.world();
    let rows: Vec<u32> = (0..ROWS as u32).collect();
    let frame = Frame {
        len: ROWS,
        own: Some(&rows),
        names: BTreeMap::new(),
    };
    bencher.bench(|| {
        GROUND
            .rules
            .first()
            .map(|rule| verdicts(rule, &world, &frame))
    });
}
