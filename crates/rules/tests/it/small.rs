//! Small random rules over a few cells with few values each, so that all of them can be tried.

use crate::house::{calendar, choices, field, table, today};
use proptest::prelude::*;
use rules::{
    Bounds, Calendar, Empty, Expected, Lane, Options, Rule, Schema, Scope, TableSchema, Tables,
    Type, Value, World, check,
};

/// A row of `thing`: one cell per field.
pub type Row = Vec<Option<Value>>;

/// `a_…`: empty is unknown; `z_…`: empty is none.
pub fn schema() -> Schema {
    let fields = vec![
        field("a_flag", Type::Bool, Empty::Unknown),
        field("a_count", Type::Int, Empty::Unknown),
        field("a_state", choices(), Empty::Unknown),
        field("z_count", Type::Int, Empty::None),
        field("z_state", choices(), Empty::None),
    ];
    Schema {
        tables: vec![TableSchema {
            id: "thing".into(),
            fields,
            parent: None,
        }],
    }
}

/// The column of a field.
pub fn column(id: &str) -> usize {
    schema().tables[0]
        .fields
        .iter()
        .position(|f| f.id == id)
        .unwrap()
}

/// Everything a cell may hold, as far as rules of [`texts`] can tell: their numbers are 1 to 4.
pub fn domain(column: usize) -> Row {
    let field = &schema().tables[0].fields[column];
    let mut values: Row = match &field.ty {
        Type::Bool => [true, false].map(|b| Some(Value::Bool(b))).into(),
        Type::Int => (0..=5).map(|n| Some(Value::Int(n))).collect(),
        Type::Choice(all) => all
            .iter()
            .map(|c| Some(Value::Text(c.as_str().into())))
            .collect(),
        other => panic!("no domain for {other:?}"),
    };
    if field.empty == Empty::None {
        values.push(None);
    }
    values
}

/// All rows that `cells` may take from `row`, the other cells as they are.
pub fn all_rows(row: &Row, cells: &[usize]) -> Vec<Row> {
    let mut rows = vec![row.clone()];
    for column in cells {
        rows = rows
            .iter()
            .flat_map(|row| {
                domain(*column).into_iter().map(|value| {
                    let mut row = row.clone();
                    row[*column] = value;
                    row
                })
            })
            .collect();
    }
    rows
}

/// A row in which some cells of `a_…` are not filled.
pub fn rows() -> impl Strategy<Value = Row> {
    let cell = |column: usize| {
        let mut values = domain(column);
        values.extend([None, None]);
        prop::sample::select(values)
    };
    (cell(0), cell(1), cell(2), cell(3), cell(4)).prop_map(|(a, b, c, d, e)| vec![a, b, c, d, e])
}

fn atom() -> impl Strategy<Value = String> {
    let state = || prop::sample::select(vec!["open", "held", "closed"]);
    let count = prop::sample::select(vec!["a_count", "z_count"]);
    let sign = prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]);
    let kind = prop::sample::select(vec!["a_state", "z_state"]);
    let any = prop::sample::select(vec!["a_flag", "a_count", "a_state", "z_count", "z_state"]);
    prop_oneof![
        Just("a_flag".to_owned()),
        (count, sign, 1..=4).prop_map(|(c, s, n)| format!("{c} {s} {n}")),
        (kind.clone(), state()).prop_map(|(k, s)| format!("{k} == '{s}'")),
        (kind.clone(), state()).prop_map(|(k, s)| format!("{k} != '{s}'")),
        (kind, state(), state()).prop_map(|(k, s, t)| format!("{k} in ['{s}', '{t}']")),
        any.prop_map(|f| format!("present({f})")),
    ]
}

/// Rules whose every atom reads one cell.
pub fn texts() -> impl Strategy<Value = String> {
    atom().prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|x| format!("!({x})")),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|all| format!("({})", all.join(" && "))),
            prop::collection::vec(inner, 2..4).prop_map(|all| format!("({})", all.join(" || "))),
        ]
    })
}

pub fn rule(text: &str) -> Rule {
    let scope = Scope {
        own: Some("thing".into()),
        ..Scope::default()
    };
    let expected = Expected::Verdict;
    check(text, &schema(), &scope, &expected, &Options::default())
        .unwrap_or_else(|faults| panic!("{text}: {faults:?}"))
}

/// Things, one per row, and what is needed to ask about them.
pub struct Things {
    schema: Schema,
    tables: Tables,
    current: Vec<Vec<u32>>,
    calendar: Calendar,
}

impl Things {
    pub fn new(rows: &[Row]) -> Self {
        let schema = schema();
        let ids: Vec<String> = (0..rows.len()).map(|i| format!("T{i}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let tables = Tables {
            tables: vec![table(&schema.tables[0], &ids, rows)],
        };
        Self {
            current: tables.last_rows(),
            tables,
            schema,
            calendar: calendar(),
        }
    }

    pub fn world(&self) -> World<'_> {
        World {
            schema: &self.schema,
            tables: &self.tables,
            current: &self.current,
            calendar: &self.calendar,
            today: today(),
        }
    }

    /// Asks about one row.
    pub fn with<T>(&self, row: usize, ask: impl FnOnce(&Lane<'_>) -> T) -> T {
        let bounds = Bounds {
            own: Some(row as u32),
            ..Bounds::default()
        };
        ask(&Lane {
            world: &self.world(),
            bounds: &bounds,
            prorate: None,
        })
    }

    pub fn verdict(&self, rule: &Rule, row: usize) -> Option<bool> {
        self.with(row, |lane| {
            rules::verdict_between(rule, lane.world, lane.bounds, None)
        })
    }
}

/// The verdict of one row.
pub fn verdict(rule: &Rule, row: &Row) -> Option<bool> {
    Things::new(std::slice::from_ref(row)).verdict(rule, 0)
}
