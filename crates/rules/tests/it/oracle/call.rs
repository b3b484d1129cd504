//! The judge's functions.

use super::{Row, UNKNOWN, all, arithmetic, compare, items, whole};
use rules::{Cells, Comparison, Day, Function, NO_ROW, Node, Operator, Type, Value, World};

/// Functions that random rules use; those of law have worked figures in case files instead.
pub fn call(function: Function, values: Vec<Value>, args: &[Node], row: &mut Row<'_>) -> Value {
    let is_list = args.first().is_some_and(|a| matches!(a.ty, Type::List(_)));
    if function == Function::InForce {
        return in_force(&values[0], &values[1], row.world.today);
    }
    if matches!(function, Function::Sum | Function::Min | Function::Max) {
        return aggregate(function, values[0].clone(), &args[0].ty, &row.world);
    }
    if function == Function::Size && is_list {
        return items(values[0].clone()).map_or(UNKNOWN, |i| Value::Int(i.len() as i64));
    }
    if values.contains(&Value::Nothing) {
        return Value::Nothing;
    }
    if values.iter().any(|v| matches!(v, Value::Unknown(_))) {
        return UNKNOWN;
    }
    match (function, &values[..]) {
        (Function::Year, [Value::Date(d)]) => Value::Int(d.ymd().0.into()),
        (Function::Month, [Value::Date(d)]) => Value::Int(d.ymd().1.into()),
        (Function::Days, [Value::Date(a), Value::Date(b)]) => Value::Int((b.0 - a.0).into()),
        (Function::AddDays, [Value::Date(d), Value::Int(n)]) => {
            match i64::from(d.0).checked_add(*n) {
                Some(n) if n.abs() <= 3_700_000 => Value::Date(Day(n as i32)),
                _ => UNKNOWN,
            }
        }
        (Function::Date, [Value::Time(t)]) => Value::Date(t.day()),
        (Function::Workdays, [Value::Date(a), Value::Date(b)]) => row
            .world
            .calendar
            .workdays(*a, *b)
            .map_or(UNKNOWN, Value::Int),
        (Function::Industry | Function::StartsWith, [Value::Text(x), Value::Text(y)]) => {
            Value::Bool(x.starts_with(&**y))
        }
        (Function::EndsWith, [Value::Text(x), Value::Text(y)]) => Value::Bool(x.ends_with(&**y)),
        (Function::Contains, [Value::Text(x), Value::Text(y)]) => Value::Bool(x.contains(&**y)),
        (Function::Size, [Value::Text(x)]) => Value::Int(x.chars().count() as i64),
        (Function::Double, [Value::Int(n)]) => Value::Double(*n as f64),
        (Function::Abs, [Value::Int(n)]) => whole(n.checked_abs(), &Type::Int),
        (Function::Abs, [Value::Money(n)]) => whole(n.checked_abs(), &Type::Money),
        (Function::Under, [Value::Record(table, n), Value::Text(id)]) => {
            under(*table, *n, id, &row.world)
        }
        other => panic!("{other:?}"),
    }
}

fn under(table: usize, number: u32, root: &str, world: &World<'_>) -> Value {
    let facts = &world.tables.tables[table];
    let fields = &world.schema.tables[table];
    let column = fields
        .fields
        .iter()
        .position(|f| Some(&f.id) == fields.parent.as_ref());
    let mut number = number;
    loop {
        if *facts.ids[number as usize] == *root {
            return Value::Bool(true);
        }
        let at = world.current[table][number as usize];
        if at == NO_ROW {
            return UNKNOWN;
        }
        let column = &facts.columns[column.unwrap()];
        match &column.cells {
            _ if !column.present.get(at as usize) => return Value::Bool(false),
            Cells::Record(parents) => number = parents[at as usize],
            other => panic!("{other:?}"),
        }
    }
}

fn in_force(from: &Value, until: &Value, today: Day) -> Value {
    let begun = match from {
        Value::Date(d) => Some(*d <= today),
        Value::Nothing => Some(false),
        _ => None,
    };
    let goes_on = match until {
        Value::Date(d) => Some(today <= *d),
        Value::Nothing => Some(true),
        _ => None,
    };
    all(vec![begun, goes_on])
}

fn aggregate(function: Function, list: Value, ty: &Type, world: &World<'_>) -> Value {
    let Some(items) = items(list) else {
        return UNKNOWN;
    };
    let Type::List(item) = ty else {
        panic!("{ty:?}")
    };
    if items.iter().any(|i| matches!(i, Value::Unknown(_))) {
        return UNKNOWN;
    }
    let mut there = items.into_iter().filter(|i| *i != Value::Nothing);
    if function == Function::Sum {
        let zero = match **item {
            Type::Double => Value::Double(0.0),
            _ => whole(Some(0), item),
        };
        return there.fold(zero, |sum, next| arithmetic(Operator::Add, sum, next, item));
    }
    let sign = if function == Function::Min {
        Comparison::Lt
    } else {
        Comparison::Gt
    };
    let Some(first) = there.next() else {
        return Value::Nothing;
    };
    there.fold(first, |best, next| {
        if compare(sign, &next, &best, world) == Value::Bool(true) {
            next
        } else {
            best
        }
    })
}
