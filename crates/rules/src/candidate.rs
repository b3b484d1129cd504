//! The values worth trying for a leaf: the nearest ones at which an atom changes.

use crate::cells::{Lifted, Variable, is_open};
use crate::range::{Bounds, Evaluation, Lane, Ranged, Reach, visit};
use crate::{Comparison, Day, Kind, Moment, Node, Type, Value, World};
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
/// How far from its value a number is tried: over 100 years of days, 9 × 10^15 fen.
const DAYS_MAX: i64 = 40_000;
const WHOLE_MAX: i64 = 1 << 53;
const REAL_MAX: f64 = 1e15;

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
    if asked_present && absent {
        if let Some(value) = any_value(&variable.ty, lane.world) {
            offer(value, Wanted::Present);
        }
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

/// The other sides of the comparisons and list memberships in which the variable stands alone;
/// none where the atom is of another shape.
fn others<'n>(variable: &Variable, atom: &'n Node) -> Option<Vec<&'n Node>> {
    let own = |node: &Node| is_name(node, &variable.name);
    let free = |node: &Node| {
        let mut free = true;
        visit(node, &mut |n| free &= !own(n));
        free
    };
    match &atom.kind {
        Kind::Compare(_, a, b) if own(a) && free(b) => Some(vec![b]),
        Kind::Compare(_, a, b) if own(b) && free(a) => Some(vec![a]),
        Kind::In(item, list) if own(item) => match &list.kind {
            Kind::List(items) if items.iter().all(free) => Some(items.iter().collect()),
            _ => None,
        },
        Kind::Present(x) | Kind::Known(x) if own(x) => Some(Vec::new()),
        _ => None,
    }
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

pub(crate) fn is_name(node: &Node, name: &str) -> bool {
    matches!(&node.kind, Kind::Name(n) if n == name)
}

fn whole_cuts(variable: &Variable, atom: &Node, lane: &Lane<'_>) -> Vec<i64> {
    if let Some(others) = others(variable, atom) {
        let mut cuts = Vec::new();
        for other in others {
            match Evaluation::new(*lane).reach(other) {
                // An int may stand against a double: what lies between two whole numbers cuts there.
                Reach::Real(i) => cuts.extend([i.lo, i.hi].iter().flatten().map(|x| *x as i64)),
                Reach::Whole(i) => cuts.extend([i.lo, i.hi].iter().flatten()),
                _ => {}
            }
        }
        return cuts;
    }
    let start = match &variable.start {
        Ranged::Whole { lo, hi } => lo.or(*hi),
        Ranged::Value(value) => whole_of(value),
        Ranged::Real { .. } => None,
    };
    let (start, most) = match variable.ty {
        Type::Date => (start.unwrap_or(lane.world.today.0.into()), DAYS_MAX),
        Type::Time => (
            start.unwrap_or(lane.world.today.start().0),
            DAYS_MAX * 86_400_000,
        ),
        _ => (start.unwrap_or(0), WHOLE_MAX),
    };
    let mut probe = Probe::new(variable, atom, lane);
    let mut cuts = Vec::new();
    for question in probe.questions() {
        for sign in [1, -1] {
            let mut ask = |distance: i64| {
                let n = start.checked_add(sign * distance)?;
                probe.ask(&question, whole_value(n, &variable.ty)?)
            };
            if let Some(distance) = first_change(&mut ask, most) {
                cuts.push(start + sign * distance);
            }
        }
    }
    cuts
}

/// The least distance at which the answer is another one than at 0, by doubling and halving.
fn first_change(ask: &mut impl FnMut(i64) -> Option<bool>, most: i64) -> Option<i64> {
    let now = ask(0);
    let (mut same, mut other) = (0, 1);
    loop {
        match ask(other) {
            None => return None,
            answer if answer != now => break,
            _ => {}
        }
        same = other;
        other *= 2;
        if other > most {
            return None;
        }
    }
    while other - same > 1 {
        let middle = same + (other - same) / 2;
        if ask(middle) == now {
            same = middle;
        } else {
            other = middle;
        }
    }
    Some(other)
}

fn real_cuts(variable: &Variable, atom: &Node, lane: &Lane<'_>) -> Vec<f64> {
    if let Some(others) = others(variable, atom) {
        let mut cuts = Vec::new();
        for other in others {
            match Evaluation::new(*lane).reach(other) {
                Reach::Real(i) => cuts.extend([i.lo, i.hi].iter().flatten()),
                Reach::Whole(i) => cuts.extend([i.lo, i.hi].iter().flatten().map(|n| *n as f64)),
                _ => {}
            }
        }
        return cuts;
    }
    let start = match &variable.start {
        Ranged::Real { lo, hi } => lo.or(*hi),
        Ranged::Value(Value::Double(x)) => Some(*x),
        _ => None,
    };
    let start = start.unwrap_or(0.0);
    let mut probe = Probe::new(variable, atom, lane);
    let mut cuts = Vec::new();
    for question in probe.questions() {
        let now = probe.ask(&question, Value::Double(start));
        for sign in [1.0, -1.0] {
            let mut ask =
                |distance: f64| probe.ask(&question, Value::Double(start + sign * distance)) == now;
            let (mut same, mut other) = (0.0, start.abs().max(1.0) * 1e-6);
            while other < REAL_MAX && ask(other) {
                same = other;
                other *= 2.0;
            }
            if other >= REAL_MAX {
                continue;
            }
            // Sixty halvings bring the two within a float's own grain.
            for _ in 0..60 {
                let middle = (same + other) / 2.0;
                match ask(middle) {
                    true => same = middle,
                    false => other = middle,
                }
            }
            cuts.push(start + sign * other);
        }
    }
    cuts
}

/// Asks an atom about one variable at other values.
struct Probe<'p> {
    variable: &'p Variable,
    atom: &'p Node,
    world: &'p World<'p>,
    bounds: Bounds<'p>,
    prorate: Option<(i64, i64)>,
}

impl<'p> Probe<'p> {
    fn new(variable: &'p Variable, atom: &'p Node, lane: &Lane<'p>) -> Self {
        Self {
            variable,
            atom,
            bounds: lane.bounds.clone(),
            world: lane.world,
            prorate: lane.prorate,
        }
    }

    /// What to ask: the atom; for an equation, that one side is at least, and is more than, the other.
    fn questions(&self) -> Vec<Node> {
        match &self.atom.kind {
            Kind::Compare(Comparison::Eq | Comparison::Ne, a, b) => {
                [Comparison::Ge, Comparison::Gt]
                    .into_iter()
                    .map(|comparison| Node {
                        kind: Kind::Compare(comparison, a.clone(), b.clone()),
                        ..self.atom.clone()
                    })
                    .collect()
            }
            _ => vec![self.atom.clone()],
        }
    }

    fn ask(&mut self, question: &Node, value: Value) -> Option<bool> {
        self.bounds
            .names
            .insert(&self.variable.name, Ranged::Value(value));
        Evaluation::new(Lane {
            world: self.world,
            bounds: &self.bounds,
            prorate: self.prorate,
        })
        .truth(question)
    }
}

fn whole_of(value: &Value) -> Option<i64> {
    match value {
        Value::Int(n) | Value::Money(n) | Value::Duration(n) => Some(*n),
        Value::Date(day) => Some(day.0.into()),
        Value::Time(at) => Some(at.0),
        _ => None,
    }
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
