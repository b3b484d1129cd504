//! Where an atom changes along one number: the other side of a comparison, or found by doubling and halving.

use crate::candidate::whole_value;
use crate::cells::Variable;
use crate::range::{Bounds, Evaluation, Lane, Ranged, Reach, visit};
use crate::{Comparison, Kind, Node, Type, Value, World};

/// How far from its value a number is tried: over 100 years of days, 9 × 10^15 fen.
const DAYS_MAX: i64 = 40_000;
const WHOLE_MAX: i64 = 1 << 53;
const REAL_MAX: f64 = 1e15;

/// The other sides of the comparisons and list memberships in which the variable stands alone;
/// none where the atom is of another shape.
pub(crate) fn others<'n>(variable: &Variable, atom: &'n Node) -> Option<Vec<&'n Node>> {
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

pub(crate) fn is_name(node: &Node, name: &str) -> bool {
    matches!(&node.kind, Kind::Name(n) if n == name)
}

pub(crate) fn whole_cuts(variable: &Variable, atom: &Node, lane: &Lane<'_>) -> Vec<i64> {
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

pub(crate) fn real_cuts(variable: &Variable, atom: &Node, lane: &Lane<'_>) -> Vec<f64> {
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

pub(crate) fn whole_of(value: &Value) -> Option<i64> {
    match value {
        Value::Int(n) | Value::Money(n) | Value::Duration(n) => Some(*n),
        Value::Date(day) => Some(day.0.into()),
        Value::Time(at) => Some(at.0),
        _ => None,
    }
}
