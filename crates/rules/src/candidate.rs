//! The values worth trying for a leaf: the nearest ones at which an atom changes.

use crate::cells::{Lifted, Variable, is_open};
use crate::cut::{is_name, others, real_cuts, whole_cuts, whole_of};
use crate::range::{Lane, Ranged, visit};
use crate::{Day, Kind, Moment, Node, Type, Value, World};
use serde::Serialize;

/// What a cell would have to become.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Wanted {
    /// This value.
    Value(Value),
    /// Any value, where there is none now.
    Present,
    /// Nothing.
    Empty,
    /// Whatever makes the atom come out so (texts, lists and what is worked out from several cells).
    Verdict(bool),
}

/// One value to try.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) value: Value,
    pub(crate) wanted: Wanted,
    pub(crate) absolute: Option<f64>,
    pub(crate) relative: f64,
}

/// At most so many values of one leaf are tried.
const CANDIDATES_MAX: usize = 48;
/// The values of one variable at which an atom may change, nearest first.
pub(crate) fn candidates(
    at: usize,
    lifted: &Lifted,
    atoms: &[&Node],
    lane: &Lane<'_>,
) -> Vec<Candidate> {
    let Some(variable) = lifted.variables.get(at) else {
        return Vec::new();
    };
    let mut values: Vec<Value> = Vec::new();
    let mut asked_present = false;
    for atom in atoms {
        if lifted.variables_in(atom).contains(&at) {
            values.extend(at_changes(variable, atom, lane));
            asked_present |= matches!(&atom.kind, Kind::Present(x) if is_name(x, &variable.name));
        }
    }
    let mut found: Vec<Candidate> = Vec::new();
    let mut offer = |value: Value, wanted: Wanted| {
        let same = Ranged::Value(value.clone()) == variable.start;
        if !same && !found.iter().any(|c| c.value == value) {
            let (absolute, relative) = distance(&variable.start, &value);
            found.push(Candidate {
                value,
                wanted,
                absolute,
                relative,
            });
        }
    };
    for value in values {
        offer(value.clone(), Wanted::Value(value));
    }
    let absent = matches!(
        variable.start,
        Ranged::Value(Value::Nothing | Value::Unknown(_))
    );
    if asked_present
        && absent
        && let Some(value) = any_value(&variable.ty, lane.world)
    {
        offer(value, Wanted::Present);
    }
    if variable.may_be_nothing && !absent {
        offer(Value::Nothing, Wanted::Empty);
    }
    found.sort_by(|a, b| a.relative.total_cmp(&b.relative));
    found.truncate(CANDIDATES_MAX);
    found
}

fn at_changes(variable: &Variable, atom: &Node, lane: &Lane<'_>) -> Vec<Value> {
    match &variable.ty {
        Type::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Type::Choice(choices) => choices
            .iter()
            .map(|c| Value::Text(c.as_str().into()))
            .collect(),
        Type::Int | Type::Money | Type::Date | Type::Time | Type::Duration => {
            whole_cuts(variable, atom, lane)
                .into_iter()
                .flat_map(|cut| [Some(cut), cut.checked_sub(1), cut.checked_add(1)])
                .flatten()
                .filter_map(|n| whole_value(n, &variable.ty))
                .collect()
        }
        Type::Double => real_cuts(variable, atom, lane)
            .into_iter()
            .flat_map(|cut| [cut, cut.next_down(), cut.next_up()])
            .map(Value::Double)
            .collect(),
        _ => mentioned(variable, atom, lane),
    }
}

/// A whole number as a value of its type.
pub(crate) fn whole_value(n: i64, ty: &Type) -> Option<Value> {
    Some(match ty {
        Type::Money => Value::Money(n),
        Type::Date => Value::Date(Day(i32::try_from(n).ok()?)),
        Type::Time => Value::Time(Moment(n)),
        Type::Duration => Value::Duration(n),
        _ => Value::Int(n),
    })
}

/// Texts and records that the atom names, and those its other leaves hold.
fn mentioned(variable: &Variable, atom: &Node, lane: &Lane<'_>) -> Vec<Value> {
    let mut found = Vec::new();
    visit(atom, &mut |node| {
        let value = match (&node.kind, &variable.ty) {
            (Kind::Literal(Value::Text(id)), Type::Reference(table)) => {
                let at = lane.world.schema.table(table);
                at.and_then(|at| {
                    let ids = &lane.world.tables.tables.get(at)?.ids;
                    let record = ids.iter().position(|own| own == id)?;
                    Some(Value::Record(at, u32::try_from(record).ok()?))
                })
            }
            (Kind::Literal(value), _) => Some(value.clone()),
            (Kind::Name(_), _) => match crate::range::range(node, lane) {
                Ranged::Value(value) => Some(value),
                _ => None,
            },
            _ => None,
        };
        if let Some(value @ (Value::Text(_) | Value::Record(..))) = value
            && matches!(value, Value::Record(..)) == matches!(variable.ty, Type::Reference(_))
        {
            found.push(value);
        }
    });
    found
}

/// Whether the values tried for the only leaf of an atom are all that the atom can tell apart.
pub(crate) fn exhausts(variable: &Variable, atom: &Node) -> bool {
    let told_apart = matches!(
        variable.ty,
        Type::Bool
            | Type::Choice(_)
            | Type::Int
            | Type::Double
            | Type::Money
            | Type::Date
            | Type::Time
            | Type::Duration
    );
    let asks_presence = matches!(atom.kind, Kind::Present(_) | Kind::Known(_));
    is_name(atom, &variable.name)
        || others(variable, atom).is_some() && (told_apart || asks_presence)
}

fn any_value(ty: &Type, world: &World<'_>) -> Option<Value> {
    Some(match ty {
        Type::Bool => Value::Bool(true),
        Type::Double => Value::Double(0.0),
        Type::Date => Value::Date(world.today),
        Type::Time => Value::Time(world.today.start()),
        Type::Choice(choices) => Value::Text(choices.first()?.as_str().into()),
        Type::Int | Type::Money | Type::Duration => whole_value(0, ty)?,
        Type::Text | Type::Industry | Type::Period | Type::File => Value::Text("".into()),
        Type::Reference(_) => return None,
        Type::List(_) => Value::List(Vec::new()),
    })
}

/// How far a value lies from what is there now: in its unit, where it is a number or a day; and as a share
/// of the larger of the two (of a year, for days and moments), 1 where there is no measure.
fn distance(start: &Ranged, to: &Value) -> (Option<f64>, f64) {
    const YEAR_DAYS: f64 = 365.0;
    if let (Ranged::Value(Value::Double(a)), Value::Double(b)) = (start, to) {
        return (
            Some((b - a).abs()),
            share((b - a).abs(), a.abs().max(b.abs())),
        );
    }
    let ends = match start {
        Ranged::Whole { lo, hi } => [*lo, *hi],
        Ranged::Value(value) => [whole_of(value), None],
        Ranged::Real { .. } => [None, None],
    };
    let nearest = whole_of(to).and_then(|to| {
        let ends = ends.iter().flatten();
        ends.map(|end| (to.abs_diff(*end), to.unsigned_abs().max(end.unsigned_abs())))
            .min()
    });
    match (nearest, to) {
        (None, _) => (None, if is_open(start) { 0.0 } else { 1.0 }),
        (Some((gap, _)), Value::Date(_)) => (Some(gap as f64), gap as f64 / YEAR_DAYS),
        (Some((gap, _)), Value::Time(_)) => {
            (Some(gap as f64), gap as f64 / 86_400_000.0 / YEAR_DAYS)
        }
        (Some((gap, size)), _) => (Some(gap as f64), share(gap as f64, size as f64)),
    }
}

fn share(gap: f64, size: f64) -> f64 {
    if size > 0.0 { gap / size } else { 0.0 }
}
