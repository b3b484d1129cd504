//! The explanation of one lane: the rule as a tree, each atom with its value, its threshold and its margin.

use crate::cells::{Cell, cell, joins_verdicts};
use crate::range::{Evaluation, Lane, Ranged, Reach, range, ranged, turned, visit};
use crate::wording;
use crate::{Comparison, Kind, Node, Rule, Table, Type, Value, Words};
use serde::Serialize;

/// One node of an explanation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explained {
    /// The part of the rule's text that it explains.
    pub text: String,
    /// What it is.
    pub step: Step,
    /// Its verdict; none where that is unknown, and for a value.
    pub verdict: Option<bool>,
    /// For an atom or a value: what stands there. Both ends, where it is not known exactly.
    pub actual: Option<Ranged>,
    /// For a comparison: what it stands against, a cut period's share taken.
    pub threshold: Option<Ranged>,
    /// For a comparison of numbers or days that are known: how far it holds, in the atom's unit (days for
    /// days); negative by how far it does not; 0 for an equation that holds.
    pub margin: Option<Value>,
    /// The cells and tallies that an atom or a value reads.
    pub reads: Vec<Read>,
    /// A sentence about it.
    pub words: Words,
    /// The nodes below.
    pub children: Vec<Explained>,
}

/// What a node of an explanation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Step {
    /// All of the children.
    All,
    /// Any of the children.
    Any,
    /// Not the child.
    Not,
    /// The second child where the first holds, else the third.
    Choice,
    /// A comparison.
    Comparison,
    /// Membership of a list.
    Membership,
    /// Whether there is a value, or whether it is known.
    Presence,
    /// Another question with a verdict: a flag, a function, a question to every item of a list.
    Question,
    /// A value that is no verdict.
    Value,
}

/// A cell or tally that an atom reads.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Read {
    /// Which one; where a reference on the way has no value, the reference.
    pub cell: Cell,
    /// What it holds; both ends, where it is not known exactly.
    pub value: Ranged,
}

/// Explains a rule for one lane. `names` gives a field's or tally's name in both languages; where it has
/// none, the rule's own text stands.
pub fn explain(rule: &Rule, lane: &Lane<'_>, names: &dyn Fn(&Cell) -> Option<Words>) -> Explained {
    let explanation = Explanation { rule, lane, names };
    explanation.node(&rule.root)
}

struct Explanation<'e> {
    rule: &'e Rule,
    lane: &'e Lane<'e>,
    names: &'e dyn Fn(&Cell) -> Option<Words>,
}

impl<'e> Explanation<'e> {
    fn node(&self, node: &Node) -> Explained {
        let verdict = match node.ty {
            Type::Bool => Evaluation::new(*self.lane).truth(node),
            _ => None,
        };
        let joint = joins_verdicts(node) || matches!(node.kind, Kind::Conditional(..));
        let mut explained = Explained {
            text: self.text(node).to_owned(),
            step: step(node),
            verdict,
            actual: None,
            threshold: None,
            margin: None,
            reads: if joint { Vec::new() } else { self.reads(node) },
            words: Words::default(),
            children: Vec::new(),
        };
        if joint {
            explained.children = node.children().into_iter().map(|n| self.node(n)).collect();
            explained.words = wording::joint(explained.step, verdict, &explained.children);
            if node.ty != Type::Bool {
                explained.actual = Some(range(node, self.lane));
            }
            return explained;
        }
        self.atom(node, &mut explained);
        explained
    }

    fn atom(&self, node: &Node, explained: &mut Explained) {
        let verdict = explained.verdict;
        match &node.kind {
            Kind::Compare(comparison, a, b) => {
                // A constant on the left is the threshold all the same: `10 <= held`.
                let (comparison, a, b, reach) = self.turned(*comparison, a, b);
                let [left, right] = reach;
                explained.margin = margin(comparison, &left, &right, &a.ty);
                let left = ranged(&left, &a.ty);
                let right = ranged(&right, &b.ty);
                let sides = [self.named(a), self.named(b)];
                explained.words = wording::comparison(
                    comparison,
                    sides,
                    [self.shown(&left, &a.ty), self.shown(&right, &b.ty)],
                    matches!(b.kind, Kind::Literal(_)),
                    verdict,
                    wording::margin(explained.margin.as_ref(), &a.ty),
                );
                explained.actual = Some(left);
                explained.threshold = Some(right);
            }
            Kind::In(item, list) => {
                let value = range(item, self.lane);
                explained.words = wording::membership(
                    &self.named(item),
                    &self.shown(&value, &item.ty),
                    &self.shown(&range(list, self.lane), &list.ty),
                    verdict,
                );
                explained.actual = Some(value);
            }
            Kind::Present(inner) | Kind::Known(inner) => {
                let value = range(inner, self.lane);
                explained.words =
                    wording::presence(&self.named(inner), &self.shown(&value, &inner.ty), verdict);
                explained.actual = Some(value);
            }
            _ => {
                let value = range(node, self.lane);
                explained.words = match node.ty {
                    Type::Bool => wording::question(&self.named(node), verdict),
                    _ => wording::value(&self.named(node), &self.shown(&value, &node.ty)),
                };
                if node.ty != Type::Bool {
                    explained.actual = Some(value);
                }
            }
        }
    }

    fn turned<'n>(
        &self,
        comparison: Comparison,
        a: &'n Node,
        b: &'n Node,
    ) -> (Comparison, &'n Node, &'n Node, [Reach<'n>; 2])
    where
        'e: 'n,
    {
        let (left, right) = Evaluation::new(*self.lane).sides(comparison, a, b);
        if self.reads(a).is_empty() && !self.reads(b).is_empty() {
            (turned(comparison), b, a, [right, left])
        } else {
            (comparison, a, b, [left, right])
        }
    }

    /// A value as people write it, a record by its id.
    fn shown(&self, ranged: &Ranged, ty: &Type) -> Words {
        let tables = &self.lane.world.tables.tables;
        match ranged {
            Ranged::Value(value) => wording::show(&with_ids(value, tables)),
            other => wording::between(other, ty),
        }
    }

    fn text(&self, node: &Node) -> &str {
        self.rule.text.get(node.span.clone()).unwrap_or_default()
    }

    /// A node by its field's name, else by the rule's text.
    fn named(&self, node: &Node) -> Words {
        let cell = cell(node, self.lane);
        cell.and_then(|cell| (self.names)(&cell))
            .unwrap_or_else(|| Words::new(self.text(node), self.text(node)))
    }

    fn reads(&self, node: &Node) -> Vec<Read> {
        let mut reads: Vec<Read> = Vec::new();
        let mut inside = 0;
        visit(node, &mut |node| {
            // What leads to a field is part of the field.
            if inside > 0 {
                inside -= 1;
                return;
            }
            if let Some(cell) = cell(node, self.lane) {
                let mut below = 0;
                visit(node, &mut |_| below += 1);
                inside = below - 1;
                let read = Read {
                    cell,
                    value: range(node, self.lane),
                };
                if !reads.contains(&read) {
                    reads.push(read);
                }
            }
        });
        reads
    }
}

fn with_ids(value: &Value, tables: &[Table]) -> Value {
    match value {
        Value::Record(table, record) => {
            let ids = tables.get(*table).map(|t| &t.ids);
            let id = ids.and_then(|ids| ids.get(*record as usize));
            id.map_or_else(|| value.clone(), |id| Value::Text(id.clone()))
        }
        Value::List(all) => Value::List(all.iter().map(|v| with_ids(v, tables)).collect()),
        other => other.clone(),
    }
}

fn step(node: &Node) -> Step {
    match &node.kind {
        Kind::And(_) => Step::All,
        Kind::Or(_) => Step::Any,
        Kind::Not(_) => Step::Not,
        Kind::Conditional(..) => Step::Choice,
        Kind::Compare(..) => Step::Comparison,
        Kind::In(..) => Step::Membership,
        Kind::Present(_) | Kind::Known(_) => Step::Presence,
        _ if node.ty == Type::Bool => Step::Question,
        _ => Step::Value,
    }
}

/// How far a comparison holds.
fn margin(comparison: Comparison, left: &Reach<'_>, right: &Reach<'_>, ty: &Type) -> Option<Value> {
    let signed = |over: f64| match comparison {
        Comparison::Ge | Comparison::Gt => over,
        Comparison::Le | Comparison::Lt => -over,
        Comparison::Eq => -over.abs(),
        Comparison::Ne => over.abs(),
    };
    if let (Reach::Whole(a), Reach::Whole(b)) = (left, right) {
        let over = a.single()?.checked_sub(b.single()?)?;
        let margin = match comparison {
            Comparison::Ge | Comparison::Gt => over,
            Comparison::Le | Comparison::Lt => over.checked_neg()?,
            Comparison::Eq => over.checked_abs()?.checked_neg()?,
            Comparison::Ne => over.checked_abs()?,
        };
        return Some(match ty {
            Type::Money => Value::Money(margin),
            Type::Time | Type::Duration => Value::Duration(margin),
            _ => Value::Int(margin),
        });
    }
    let real = |reach: &Reach<'_>| match reach {
        Reach::Whole(i) => i.single().map(|n| n as f64),
        Reach::Real(i) => i.single(),
        _ => None,
    };
    Some(Value::Double(signed(real(left)? - real(right)?)))
}
