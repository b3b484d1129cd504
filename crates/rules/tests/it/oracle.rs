//! The judge of the columnar engine: one row at a time, one node at a time, as plainly as it can be said.

mod call;

use call::call;
use rules::{
    Cells, Comparison, Day, Kind, Moment, NO_ROW, Node, Operator, Quantifier, Table, Type, Value,
    World,
};
use std::collections::BTreeMap;

/// One row to be judged.
pub struct Row<'a> {
    pub world: World<'a>,
    pub own: u32,
    /// Names in scope; a record as a row of its table.
    pub names: BTreeMap<&'a str, Named>,
    pub elements: Vec<(String, Value)>,
}

/// What a name is for one row.
#[derive(Clone)]
pub enum Named {
    Row(u32),
    Is(Value),
}

const UNKNOWN: Value = Value::Unknown(None);

pub fn value(node: &Node, row: &mut Row<'_>) -> Value {
    match &node.kind {
        Kind::Literal(value) => value.clone(),
        Kind::Own => record(row, &node.ty, row.own),
        Kind::Name(name) if name == "today" => Value::Date(row.world.today),
        Kind::Bound(name) | Kind::Name(name) => match row.names.get(name.as_str()).cloned() {
            Some(Named::Row(at)) => record(row, &node.ty, at),
            Some(Named::Is(value)) => value,
            None => UNKNOWN,
        },
        Kind::Element(name) => {
            let found = row.elements.iter().rfind(|(n, _)| n == name);
            found.unwrap().1.clone()
        }
        Kind::Field { .. } => field(node, row),
        Kind::Not(x) => match truth(&value(x, row)) {
            Some(b) => Value::Bool(!b),
            None => UNKNOWN,
        },
        Kind::And(parts) => all(parts.iter().map(|p| truth(&value(p, row))).collect()),
        Kind::Or(parts) => any(parts.iter().map(|p| truth(&value(p, row))).collect()),
        Kind::Compare(comparison, a, b) => {
            let (a, b) = (value(a, row), value(b, row));
            compare(*comparison, &a, &b, &row.world)
        }
        Kind::In(item, list) => {
            let (item, list) = (value(item, row), value(list, row));
            match items(list) {
                None => UNKNOWN,
                Some(items) => {
                    let told = items
                        .iter()
                        .map(|i| compare(Comparison::Eq, &item, i, &row.world));
                    any(told.map(|t| truth(&t)).collect())
                }
            }
        }
        Kind::Arithmetic(operator, a, b) => {
            let (a, b) = (value(a, row), value(b, row));
            arithmetic(*operator, a, b, &node.ty)
        }
        Kind::Negate(x) => match value(x, row) {
            Value::Int(n) => whole(n.checked_neg(), &Type::Int),
            Value::Money(n) => whole(n.checked_neg(), &Type::Money),
            Value::Duration(n) => whole(n.checked_neg(), &Type::Duration),
            Value::Double(x) => Value::Double(-x),
            other => other,
        },
        Kind::Conditional(condition, then, otherwise) => {
            let (then, otherwise) = (value(then, row), value(otherwise, row));
            match truth(&value(condition, row)) {
                Some(true) => then,
                Some(false) => otherwise,
                None if then == Value::Nothing && otherwise == Value::Nothing => then,
                None if compare(Comparison::Eq, &then, &otherwise, &row.world)
                    == Value::Bool(true) =>
                {
                    then
                }
                None => UNKNOWN,
            }
        }
        Kind::Present(x) => match value(x, row) {
            Value::Unknown(_) => UNKNOWN,
            other => Value::Bool(other != Value::Nothing),
        },
        Kind::Known(x) => Value::Bool(!matches!(value(x, row), Value::Unknown(_))),
        Kind::List(parts) => Value::List(parts.iter().map(|p| value(p, row)).collect()),
        Kind::Call(function, args) => {
            let values = args.iter().map(|a| value(a, row)).collect();
            call(*function, values, args, row)
        }
        Kind::Quantified {
            quantifier,
            variable,
            list,
            body,
        } => {
            let list = value(list, row);
            quantified(*quantifier, variable, list, body, row)
        }
    }
}

fn record(row: &Row<'_>, ty: &Type, at: u32) -> Value {
    let Type::Reference(id) = ty else {
        panic!("{ty:?}")
    };
    let table = row.world.schema.table(id).unwrap();
    match row.world.tables.tables[table].record.get(at as usize) {
        Some(number) => Value::Record(table, *number),
        None => UNKNOWN,
    }
}

fn field(node: &Node, row: &mut Row<'_>) -> Value {
    let Kind::Field {
        of,
        table,
        column,
        empty_is_none,
        ..
    } = &node.kind
    else {
        panic!("{node:?}")
    };
    let facts = &row.world.tables.tables[*table];
    let bound = match &of.kind {
        Kind::Own => Some(row.own),
        Kind::Bound(name) => match row.names.get(name.as_str()) {
            Some(Named::Row(at)) => Some(*at),
            _ => None,
        },
        _ => None,
    };
    let at = match bound {
        Some(at) => at,
        None => match value(of, row) {
            Value::Record(_, number) => row.world.current[*table]
                .get(number as usize)
                .copied()
                .unwrap_or(NO_ROW),
            Value::Nothing => return Value::Nothing,
            _ => NO_ROW,
        },
    };
    if at == NO_ROW {
        return UNKNOWN;
    }
    match column {
        None => Value::Text(facts.ids[facts.record[at as usize] as usize].clone()),
        Some(column) => cell(facts, *column, at as usize, &node.ty, *empty_is_none, row),
    }
}

fn cell(
    facts: &Table,
    column: usize,
    at: usize,
    ty: &Type,
    empty_is_none: bool,
    row: &Row<'_>,
) -> Value {
    let column = &facts.columns[column];
    if !column.present.get(at) {
        return if empty_is_none {
            Value::Nothing
        } else {
            UNKNOWN
        };
    }
    read(&column.cells, at, ty, row)
}

fn read(cells: &Cells, at: usize, ty: &Type, row: &Row<'_>) -> Value {
    match cells {
        Cells::Bool(bits) => Value::Bool(bits.get(at)),
        Cells::Int(items) => whole(Some(items[at]), ty),
        Cells::Double(items) => Value::Double(items[at]),
        Cells::Symbol { codes, dictionary } => Value::Text(dictionary[codes[at] as usize].clone()),
        Cells::Record(items) if items[at] == NO_ROW => UNKNOWN,
        Cells::Record(items) => {
            let Type::Reference(id) = ty else {
                panic!("{ty:?}")
            };
            Value::Record(row.world.schema.table(id).unwrap(), items[at])
        }
        Cells::List { ends, items } => {
            let Type::List(item) = ty else {
                panic!("{ty:?}")
            };
            let start = if at == 0 { 0 } else { ends[at - 1] };
            Value::List(
                (start..ends[at])
                    .map(|i| read(items, i as usize, item, row))
                    .collect(),
            )
        }
    }
}

fn whole(n: Option<i64>, ty: &Type) -> Value {
    match (n, ty) {
        (None, _) => UNKNOWN,
        (Some(n), Type::Money) => Value::Money(n),
        (Some(n), Type::Date) => Value::Date(Day(n as i32)),
        (Some(n), Type::Time) => Value::Time(Moment(n)),
        (Some(n), Type::Duration) => Value::Duration(n),
        (Some(n), _) => Value::Int(n),
    }
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(b) => Some(*b),
        Value::Nothing => Some(false),
        _ => None,
    }
}

fn all(parts: Vec<Option<bool>>) -> Value {
    if parts.contains(&Some(false)) {
        Value::Bool(false)
    } else if parts.contains(&None) {
        UNKNOWN
    } else {
        Value::Bool(true)
    }
}

fn any(parts: Vec<Option<bool>>) -> Value {
    if parts.contains(&Some(true)) {
        Value::Bool(true)
    } else if parts.contains(&None) {
        UNKNOWN
    } else {
        Value::Bool(false)
    }
}

/// The items of a list; nothing has none.
fn items(list: Value) -> Option<Vec<Value>> {
    match list {
        Value::List(items) => Some(items),
        Value::Nothing => Some(Vec::new()),
        _ => None,
    }
}

fn compare(comparison: Comparison, a: &Value, b: &Value, world: &World<'_>) -> Value {
    use Comparison::{Eq, Ge, Gt, Le, Lt, Ne};
    if *a == Value::Nothing || *b == Value::Nothing {
        return Value::Bool(comparison == Ne);
    }
    let id = |table: usize, number: u32| world.tables.tables[table].ids[number as usize].clone();
    let ordering = match (a, b) {
        (Value::Unknown(_), _) | (_, Value::Unknown(_)) => return UNKNOWN,
        (Value::Bool(x), Value::Bool(y)) => x.cmp(y),
        (Value::Int(x), Value::Int(y))
        | (Value::Money(x), Value::Money(y))
        | (Value::Duration(x), Value::Duration(y)) => x.cmp(y),
        (Value::Double(x), Value::Double(y)) => x.partial_cmp(y).unwrap(),
        (Value::Date(x), Value::Date(y)) => x.cmp(y),
        (Value::Time(x), Value::Time(y)) => x.cmp(y),
        (Value::Text(x), Value::Text(y)) => x.cmp(y),
        (Value::Record(_, x), Value::Record(_, y)) => x.cmp(y),
        (Value::Record(table, n), Value::Text(y)) => id(*table, *n).cmp(y),
        (Value::Text(x), Value::Record(table, n)) => x.cmp(&id(*table, *n)),
        (Value::List(x), Value::List(y)) => {
            let pairs = x
                .iter()
                .zip(y)
                .map(|(x, y)| truth(&compare(Eq, x, y, world)));
            let same = if x.len() == y.len() {
                all(pairs.collect())
            } else {
                Value::Bool(false)
            };
            return match truth(&same) {
                Some(same) => Value::Bool(same == (comparison == Eq)),
                None => UNKNOWN,
            };
        }
        other => panic!("{other:?}"),
    };
    Value::Bool(match comparison {
        Eq => ordering.is_eq(),
        Ne => ordering.is_ne(),
        Lt => ordering.is_lt(),
        Le => ordering.is_le(),
        Gt => ordering.is_gt(),
        Ge => ordering.is_ge(),
    })
}

fn arithmetic(operator: Operator, a: Value, b: Value, ty: &Type) -> Value {
    use Value::{Date, Double, Duration, Int, List, Money, Nothing, Text, Time, Unknown};
    if matches!(ty, Type::List(_)) {
        let (Some(x), Some(y)) = (items(a), items(b)) else {
            return UNKNOWN;
        };
        return List([x, y].concat());
    }
    match (a, b) {
        (Nothing, _) | (_, Nothing) => Nothing,
        (Unknown(_), _) | (_, Unknown(_)) => UNKNOWN,
        (Text(x), Text(y)) => Text(format!("{x}{y}").into()),
        (Money(x), Money(y)) if operator == Operator::Divide => {
            double(operator, x as f64, y as f64)
        }
        (Money(x), Int(y)) if operator == Operator::Divide => {
            // Half away from zero, by way of the exact double of a fraction.
            let exact = (y != 0).then(|| (x / y, x % y));
            let whole_fen = exact.map(|(q, r)| {
                let up = 2 * i128::from(r).abs() >= i128::from(y).abs();
                q + i64::from(up) * x.signum() * y.signum()
            });
            whole(whole_fen, ty)
        }
        (Double(x), Double(y)) => double(operator, x, y),
        (Money(x), Double(y)) | (Double(y), Money(x)) => match double(operator, x as f64, y) {
            Double(fen) if fen.abs() < 9e18 => Money(fen.round() as i64),
            _ => UNKNOWN,
        },
        (Int(x) | Money(x) | Duration(x), Int(y) | Money(y) | Duration(y)) => {
            whole(int(operator, x, y), ty)
        }
        (Time(Moment(x)), Duration(y) | Time(Moment(y))) | (Duration(x), Time(Moment(y))) => {
            whole(int(operator, x, y), ty)
        }
        (Date(_), _) | (_, Date(_)) => panic!("dates are not added"),
        other => panic!("{other:?}"),
    }
}

fn int(operator: Operator, x: i64, y: i64) -> Option<i64> {
    match operator {
        Operator::Add => x.checked_add(y),
        Operator::Subtract => x.checked_sub(y),
        Operator::Multiply => x.checked_mul(y),
        Operator::Divide => x.checked_div(y),
        Operator::Remainder => x.checked_rem(y),
    }
}

fn double(operator: Operator, x: f64, y: f64) -> Value {
    let out = match operator {
        Operator::Add => x + y,
        Operator::Subtract => x - y,
        Operator::Multiply => x * y,
        Operator::Divide => x / y,
        Operator::Remainder => x % y,
    };
    if out.is_finite() {
        Value::Double(out)
    } else {
        UNKNOWN
    }
}

fn quantified(
    quantifier: Quantifier,
    variable: &str,
    list: Value,
    body: &Node,
    row: &mut Row<'_>,
) -> Value {
    let made = matches!(quantifier, Quantifier::Filter | Quantifier::Map);
    if made && list == Value::Nothing {
        return Value::Nothing;
    }
    let Some(items) = items(list) else {
        return UNKNOWN;
    };
    let mut told = Vec::new();
    for item in &items {
        row.elements.push((variable.to_owned(), item.clone()));
        told.push(value(body, row));
        row.elements.pop();
    }
    if quantifier == Quantifier::Map {
        return Value::List(told);
    }
    let told: Vec<Option<bool>> = told.iter().map(truth).collect();
    let yes = told.iter().filter(|t| **t == Some(true)).count();
    match quantifier {
        Quantifier::Exists => any(told),
        Quantifier::All => all(told),
        Quantifier::ExistsOne if yes > 1 => Value::Bool(false),
        _ if told.contains(&None) => UNKNOWN,
        Quantifier::ExistsOne => Value::Bool(yes == 1),
        _ => {
            let kept = items
                .into_iter()
                .zip(told)
                .filter(|(_, t)| *t == Some(true));
            Value::List(kept.map(|(item, _)| item).collect())
        }
    }
}
