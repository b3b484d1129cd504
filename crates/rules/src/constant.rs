//! Whether a rule says the same of everything: always true, or never, over its choices.

use crate::candidate::whole_value;
use crate::cells::{joins_verdicts, replace};
use crate::range::{Bounds, Evaluation, Lane, Ranged, visit};
use crate::{Calendar, Day, Kind, Node, Rule, Schema, Tables, Type, Value, World};
use std::collections::BTreeMap;

/// Combinations of values tried.
const COMBINATIONS_MAX: usize = 4096;

/// Whether a rule holds for all values of what it reads (`Some(true)`) or for none (`Some(false)`); `None` where
/// it depends, or where that cannot be told.
///
/// Tried are both flags, all choices, a value on each side of every number or day that a field is compared
/// with, every text or record it is compared with and another one, and nothing where an empty cell means none.
/// An unfilled cell (unknown) is tried only where the rule asks whether there is a value. A part that cannot
/// be tried so (arithmetic on fields, two fields compared, lists) is taken as unknown: the answer never
/// claims too much. Past 4,096 combinations it is `None`.
pub fn constant(rule: &Rule, schema: &Schema) -> Option<bool> {
    if rule.root.ty != Type::Bool {
        return None;
    }
    let mut sought = BTreeMap::new();
    let mut root = rule.root.clone();
    replace(&mut root, &mut |node| {
        if joins_verdicts(node) {
            return false;
        }
        if note(node, &mut sought).is_none() {
            node.kind = Kind::Literal(Value::Unknown(None));
        }
        true
    });
    let names: Vec<(&String, Vec<Value>)> = sought
        .iter()
        .map(|(name, leaf)| (name, leaf.values()))
        .collect();
    let combinations = names.iter().try_fold(1_usize, |product, (_, values)| {
        product.checked_mul(values.len())
    })?;
    if combinations > COMBINATIONS_MAX {
        return None;
    }
    let (tables, calendar) = (Tables::default(), Calendar::default());
    let world = World {
        schema,
        tables: &tables,
        current: &[],
        calendar: &calendar,
        today: Day::default(),
    };
    let mut bounds = Bounds::default();
    let mut answer = None;
    for combination in 0..combinations {
        let mut rest = combination;
        for (name, values) in &names {
            let value = values.get(rest % values.len())?;
            rest /= values.len();
            bounds.names.insert(name, Ranged::Value(value.clone()));
        }
        let lane = Lane {
            world: &world,
            bounds: &bounds,
            prorate: None,
        };
        let verdict = Evaluation::new(lane).truth(&root)?;
        if *answer.get_or_insert(verdict) != verdict {
            return None;
        }
    }
    answer
}

/// What is asked about one leaf.
struct Leaf {
    ty: Type,
    may_be_nothing: bool,
    may_be_unfilled: bool,
    /// What it is compared with.
    against: Vec<Value>,
}

impl Leaf {
    /// One value for everything that the rule can tell apart.
    fn values(&self) -> Vec<Value> {
        let mut values = match &self.ty {
            Type::Bool => vec![Value::Bool(false), Value::Bool(true)],
            Type::Choice(choices) => choices
                .iter()
                .map(|c| Value::Text(c.as_str().into()))
                .collect(),
            _ => self.cut(),
        };
        if self.may_be_nothing {
            values.push(Value::Nothing);
        }
        if self.may_be_unfilled && !self.may_be_nothing {
            values.push(Value::Unknown(None));
        }
        values
    }

    fn cut(&self) -> Vec<Value> {
        let mut values: Vec<Value> = Vec::new();
        for value in &self.against {
            let whole = |n: i64| {
                let around = [n.checked_sub(1), Some(n), n.checked_add(1)];
                let values = around.into_iter().flatten();
                values.filter_map(|n| whole_value(n, &self.ty)).collect()
            };
            let around: Vec<Value> = match value {
                Value::Int(n) | Value::Money(n) | Value::Duration(n) => whole(*n),
                Value::Date(day) => whole(day.0.into()),
                Value::Time(at) => whole(at.0),
                Value::Double(x) => [x.next_down(), *x, x.next_up()].map(Value::Double).into(),
                other => vec![other.clone()],
            };
            values.extend(around.into_iter().filter(|v| !self.against.contains(v)));
        }
        values.extend(self.against.iter().cloned());
        values.extend(self.other());
        values
    }

    /// A value unlike all that it is compared with.
    fn other(&self) -> Option<Value> {
        match self.ty {
            Type::Text | Type::Industry | Type::Period | Type::File => {
                let longest = self.against.iter().map(|v| match v {
                    Value::Text(text) => text.len(),
                    _ => 0,
                });
                // Longer than every other, so equal to none; ordered comparisons of texts are not tried.
                let length = longest.max().unwrap_or(0) + 1;
                Some(Value::Text("~".repeat(length).into()))
            }
            Type::Reference(_) => Some(Value::Record(usize::MAX, 0)),
            _ if self.against.is_empty() => match self.ty {
                Type::Double => Some(Value::Double(0.0)),
                _ => whole_value(0, &self.ty),
            },
            _ => None,
        }
    }
}

/// Puts names in place of an atom's leaves and notes what is asked of them; none when the atom is of a shape
/// whose leaves cannot be tried one by one.
fn note(atom: &mut Node, sought: &mut BTreeMap<String, Leaf>) -> Option<()> {
    match &mut atom.kind {
        Kind::Literal(Value::Bool(_)) => Some(()),
        Kind::Present(x) => {
            note_leaf(x, &[], sought)?.may_be_unfilled = true;
            Some(())
        }
        Kind::Compare(comparison, a, b) => {
            let (leaf, other) = if path(a).is_some() { (a, b) } else { (b, a) };
            let ordered = !matches!(comparison, crate::Comparison::Eq | crate::Comparison::Ne);
            let counted = matches!(
                leaf.ty,
                Type::Int | Type::Double | Type::Money | Type::Date | Type::Time | Type::Duration
            );
            if ordered && !counted || matches!(leaf.ty, Type::List(_)) {
                return None;
            }
            let value = written(other)?;
            note_leaf(leaf, &[value], sought).map(|_| ())
        }
        Kind::In(item, list) => {
            let Kind::List(items) = &list.kind else {
                return None;
            };
            let values: Vec<Value> = items.iter().map(written).collect::<Option<_>>()?;
            note_leaf(item, &values, sought).map(|_| ())
        }
        _ if atom.ty == Type::Bool => note_leaf(atom, &[], sought).map(|_| ()),
        _ => None,
    }
}

fn note_leaf<'s>(
    node: &mut Node,
    against: &[Value],
    sought: &'s mut BTreeMap<String, Leaf>,
) -> Option<&'s mut Leaf> {
    let path = path(node)?;
    // An int may be compared with a double: then it is cut on both sides of that.
    let against = against.iter().flat_map(|value| match (value, &node.ty) {
        (Value::Double(x), Type::Int) => {
            vec![Value::Int(x.floor() as i64), Value::Int(x.ceil() as i64)]
        }
        _ => vec![value.clone()],
    });
    let leaf = sought.entry(path.clone()).or_insert_with(|| Leaf {
        ty: node.ty.clone(),
        may_be_nothing: may_be_nothing(node),
        may_be_unfilled: false,
        against: Vec::new(),
    });
    for value in against {
        if !leaf.against.contains(&value) {
            leaf.against.push(value);
        }
    }
    node.kind = Kind::Name(path);
    Some(leaf)
}

/// A name or a field as the rule spells it; none for an element and for what is no leaf.
fn path(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::Name(name) => Some(name.clone()),
        Kind::Field { .. } => crate::cells::path(node),
        _ => None,
    }
}

/// Whether the field, or a reference on the way to it, may hold nothing.
fn may_be_nothing(node: &Node) -> bool {
    match &node.kind {
        Kind::Field {
            of, empty_is_none, ..
        } => *empty_is_none || may_be_nothing(of),
        _ => false,
    }
}

/// The value of an expression that reads nothing.
fn written(node: &Node) -> Option<Value> {
    let mut reads = false;
    visit(node, &mut |node| {
        reads |= !matches!(
            node.kind,
            Kind::Literal(_) | Kind::Call(..) | Kind::Negate(_) | Kind::Arithmetic(..)
        );
    });
    if reads {
        return None;
    }
    let (schema, tables, calendar) = (Schema::default(), Tables::default(), Calendar::default());
    let world = World {
        schema: &schema,
        tables: &tables,
        current: &[],
        calendar: &calendar,
        today: Day::default(),
    };
    let bounds = Bounds::default();
    let lane = Lane {
        world: &world,
        bounds: &bounds,
        prorate: None,
    };
    match Evaluation::new(lane).reach(node).value(&node.ty) {
        Value::Unknown(_) | Value::Nothing => None,
        value => Some(value),
    }
}
