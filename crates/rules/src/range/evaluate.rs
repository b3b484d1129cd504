//! The evaluation of one node between bounds.

use super::interval;
use super::reach::{Reach, kleene, ordered, widened};
use super::read::Place;
use super::{Bounds, Lane, mentions_tally};
use crate::{
    Comparison, Frame, Function, Kind, Node, Operator, Quantifier, Rule, Type, World, values,
};
use std::borrow::Cow;

/// One evaluation: its ground, and the elements of the quantifiers it is inside of.
pub(crate) struct Evaluation<'a> {
    pub(crate) world: &'a World<'a>,
    pub(crate) bounds: &'a Bounds<'a>,
    /// Days of the cut period and of the whole one.
    pub(crate) prorate: Option<(i64, i64)>,
    pub(super) elements: Vec<(&'a str, Reach<'a>)>,
}

impl<'a> Evaluation<'a> {
    pub(crate) fn new(lane: Lane<'a>) -> Self {
        Self {
            world: lane.world,
            bounds: lane.bounds,
            prorate: lane.prorate,
            elements: Vec::new(),
        }
    }

    /// The verdict of a node of type bool. Nothing counts as no.
    pub(crate) fn truth(&mut self, node: &'a Node) -> Option<bool> {
        match &node.kind {
            Kind::Not(inner) => self.truth(inner).map(|b| !b),
            Kind::And(all) => self.all(all, true),
            Kind::Or(all) => self.all(all, false),
            _ => match self.reach(node) {
                Reach::Truth(b) => Some(b),
                Reach::Nothing => Some(false),
                _ => None,
            },
        }
    }

    /// Kleene's conjunction (`neutral` true) or disjunction.
    fn all(&mut self, nodes: &'a [Node], neutral: bool) -> Option<bool> {
        let mut verdict = Some(neutral);
        for node in nodes {
            match self.truth(node) {
                Some(b) if b == neutral => {}
                Some(decided) => return Some(decided),
                None => verdict = None,
            }
        }
        verdict
    }

    pub(crate) fn reach(&mut self, node: &'a Node) -> Reach<'a> {
        match &node.kind {
            Kind::Literal(value) => Reach::of(value),
            Kind::Own | Kind::Bound(_) => match self.row(node) {
                Place::Row(table, row) => self.record_of(table, row),
                Place::Unknown => Reach::Unknown,
                Place::Nothing => Reach::Nothing,
            },
            Kind::Name(name) => self.name(name, &node.ty),
            Kind::Element(name) => self.element(name),
            Kind::Field { .. } => self.field(node),
            Kind::Not(_) | Kind::And(_) | Kind::Or(_) => Reach::truth(self.truth(node)),
            Kind::Compare(comparison, a, b) => self.comparison(*comparison, a, b),
            Kind::In(item, list) => self.membership(item, list),
            Kind::Arithmetic(operator, a, b) => self.arithmetic(*operator, a, b, &node.ty),
            Kind::Negate(inner) => self.reach(inner).negated(),
            Kind::Conditional(condition, then, otherwise) => match self.truth(condition) {
                Some(true) => self.reach(then),
                Some(false) => self.reach(otherwise),
                None => self.agreed(then, otherwise),
            },
            Kind::Present(inner) => match self.reach(inner) {
                Reach::Unknown => Reach::Unknown,
                Reach::Nothing => Reach::Truth(false),
                _ => Reach::Truth(true),
            },
            Kind::Known(inner) => Reach::Truth(self.reach(inner) != Reach::Unknown),
            Kind::Call(function, arguments) => self.call(*function, arguments, node),
            Kind::List(items) => Reach::List(items.iter().map(|n| self.reach(n)).collect()),
            Kind::Quantified {
                quantifier,
                variable,
                list,
                body,
            } => self.quantified(*quantifier, variable, list, body),
        }
    }

    /// What both branches of a condition that is not known agree on.
    fn agreed(&mut self, then: &'a Node, otherwise: &'a Node) -> Reach<'a> {
        let (then, otherwise) = (self.reach(then), self.reach(otherwise));
        let nothing = then == Reach::Nothing && otherwise == Reach::Nothing;
        if nothing || self.compare(Comparison::Eq, &then, &otherwise) == Some(true) {
            return then;
        }
        Reach::Unknown
    }

    fn comparison(&mut self, comparison: Comparison, a: &'a Node, b: &'a Node) -> Reach<'a> {
        let (left, right) = self.sides(comparison, a, b);
        Reach::truth(self.compare(comparison, &left, &right))
    }

    /// Both sides of a comparison, the threshold of a tally in the period's share.
    pub(crate) fn sides(
        &mut self,
        comparison: Comparison,
        a: &'a Node,
        b: &'a Node,
    ) -> (Reach<'a>, Reach<'a>) {
        let (left, right) = (self.reach(a), self.reach(b));
        let Some(share) = self.prorate else {
            return (left, right);
        };
        match comparison {
            Comparison::Ge if mentions_tally(a) && !mentions_tally(b) => {
                (left, right.prorated(share))
            }
            Comparison::Le if mentions_tally(b) && !mentions_tally(a) => {
                (left.prorated(share), right)
            }
            _ => (left, right),
        }
    }

    fn compare(&self, comparison: Comparison, a: &Reach<'a>, b: &Reach<'a>) -> Option<bool> {
        let not_equal = comparison == Comparison::Ne;
        match (a, b) {
            (Reach::Nothing, _) | (_, Reach::Nothing) => Some(not_equal),
            (Reach::Unknown, _) | (_, Reach::Unknown) => None,
            (Reach::Whole(x), Reach::Whole(y)) => x.compare(comparison, *y),
            (Reach::Real(x), Reach::Real(y)) => x.compare(comparison, *y),
            (Reach::Whole(x), Reach::Real(y)) => widened(*x).compare(comparison, *y),
            (Reach::Real(x), Reach::Whole(y)) => x.compare(comparison, widened(*y)),
            (Reach::Text(x), Reach::Text(y)) => Some(ordered(comparison, x, y)),
            (Reach::Truth(x), Reach::Truth(y)) => Some(ordered(comparison, x, y)),
            (Reach::Record(t, x), Reach::Record(u, y)) => Some(((t, x) == (u, y)) != not_equal),
            (Reach::Record(table, record), Reach::Text(id))
            | (Reach::Text(id), Reach::Record(table, record)) => {
                let ids = self.world.tables.tables.get(*table).map(|t| &t.ids);
                let own = ids.and_then(|ids| ids.get(*record as usize))?;
                Some((**own == **id) != not_equal)
            }
            (Reach::List(x), Reach::List(y)) => {
                let same = if x.len() == y.len() {
                    let pairs = x.iter().zip(y);
                    kleene(pairs.map(|(x, y)| self.compare(Comparison::Eq, x, y)), true)
                } else {
                    Some(false)
                };
                same.map(|same| same != not_equal)
            }
            _ => None,
        }
    }

    fn membership(&mut self, item: &'a Node, list: &'a Node) -> Reach<'a> {
        let item = self.reach(item);
        match self.reach(list) {
            // A list that is nothing has no items.
            Reach::Nothing => Reach::Truth(false),
            Reach::List(all) => Reach::truth(kleene(
                all.iter().map(|x| self.compare(Comparison::Eq, &item, x)),
                false,
            )),
            _ => Reach::Unknown,
        }
    }

    fn arithmetic(&mut self, operator: Operator, a: &'a Node, b: &'a Node, ty: &Type) -> Reach<'a> {
        match (self.reach(a), self.reach(b)) {
            (Reach::List(mut x), Reach::List(y)) => {
                x.extend(y);
                Reach::List(x)
            }
            // A list that is nothing has no items.
            (x, Reach::Nothing) | (Reach::Nothing, x) if matches!(ty, Type::List(_)) => match x {
                Reach::Nothing => Reach::List(Vec::new()),
                other => other,
            },
            (Reach::Nothing, _) | (_, Reach::Nothing) => Reach::Nothing,
            (Reach::Whole(x), Reach::Whole(y)) if *ty == Type::Double => {
                Reach::real(interval::real(operator, widened(x), widened(y)))
            }
            (Reach::Whole(x), Reach::Whole(y))
                if operator == Operator::Divide && *ty == Type::Money =>
            {
                Reach::whole(interval::shared(x, y))
            }
            (Reach::Whole(x), Reach::Whole(y)) => Reach::whole(interval::whole(operator, x, y)),
            (Reach::Real(x), Reach::Real(y)) => Reach::real(interval::real(operator, x, y)),
            (Reach::Whole(x), Reach::Real(y)) => {
                Reach::scaled(interval::real(operator, widened(x), y), ty)
            }
            (Reach::Real(x), Reach::Whole(y)) => {
                Reach::scaled(interval::real(operator, x, widened(y)), ty)
            }
            (Reach::Text(x), Reach::Text(y)) if operator == Operator::Add => {
                Reach::Text(Cow::Owned(format!("{x}{y}")))
            }
            _ => Reach::Unknown,
        }
    }

    fn call(&mut self, function: Function, arguments: &'a [Node], node: &'a Node) -> Reach<'a> {
        let reached: Vec<Reach<'a>> = arguments.iter().map(|n| self.reach(n)).collect();
        match (function, reached.as_slice()) {
            (Function::Min | Function::Max | Function::Sum, [list]) => {
                Reach::aggregate(function, list.clone(), &node.ty)
            }
            (Function::Abs, [number]) => number.clone().absolute(),
            _ if reached.iter().any(Reach::is_open) => {
                self.corners(function, arguments, &reached, node)
            }
            _ => self.point(function, arguments, &reached, node),
        }
    }

    /// A function of values that are all single.
    fn point(
        &self,
        function: Function,
        arguments: &'a [Node],
        reached: &[Reach<'a>],
        node: &'a Node,
    ) -> Reach<'a> {
        let written = |(argument, reach): (&Node, &Reach<'a>)| Node {
            kind: Kind::Literal(reach.value(&argument.ty)),
            ..argument.clone()
        };
        let arguments = arguments.iter().zip(reached).map(written).collect();
        let rule = Rule {
            text: String::new(),
            root: Node {
                kind: Kind::Call(function, arguments),
                ty: node.ty.clone(),
                span: node.span.clone(),
            },
        };
        let frame = Frame {
            len: 1,
            ..Frame::default()
        };
        let answer = values(&rule, self.world, &frame).pop();
        answer.map_or(Reach::Unknown, Reach::owned)
    }

    /// A function that never decreases or never increases in any argument is bounded by its corners.
    fn corners(
        &self,
        function: Function,
        arguments: &'a [Node],
        reached: &[Reach<'a>],
        node: &'a Node,
    ) -> Reach<'a> {
        let monotone = matches!(
            function,
            Function::Wan
                | Function::Yi
                | Function::Yuan
                | Function::Money
                | Function::Int
                | Function::Double
                | Function::Round
                | Function::Year
                | Function::Days
                | Function::Workdays
                | Function::AddDays
                | Function::AddWorkdays
        );
        let ends: Vec<[Option<Reach<'a>>; 2]> = reached.iter().map(Reach::ends).collect();
        let corner = |at: &[usize]| {
            let taken = ends.iter().zip(at).map(|(ends, i)| ends.get(*i)?.clone());
            let taken = taken.collect::<Option<Vec<_>>>()?;
            Some(self.point(function, arguments, &taken, node))
        };
        match reached {
            [_] if monotone => {
                let [lo, hi] = [corner(&[0]), corner(&[1])];
                match (lo, hi) {
                    (Some(lo), Some(hi)) => Reach::hull(&[lo, hi]),
                    (Some(lo), None) => lo.without(1),
                    (None, Some(hi)) => hi.without(0),
                    (None, None) => Reach::Unknown,
                }
            }
            [_, _] if monotone => {
                let all = [[0, 0], [0, 1], [1, 0], [1, 1]].map(|at| corner(&at));
                let all: Option<Vec<_>> = all.into_iter().collect();
                all.map_or(Reach::Unknown, |all| Reach::hull(&all))
            }
            _ => Reach::Unknown,
        }
    }

    fn quantified(
        &mut self,
        quantifier: Quantifier,
        variable: &'a str,
        list: &'a Node,
        body: &'a Node,
    ) -> Reach<'a> {
        let items = match self.reach(list) {
            Reach::List(items) => items,
            // A list that is nothing has no items; what is made of its items is nothing too.
            Reach::Nothing => match quantifier {
                Quantifier::Map | Quantifier::Filter => return Reach::Nothing,
                _ => Vec::new(),
            },
            _ => return Reach::Unknown,
        };
        let mut seen = Vec::with_capacity(items.len());
        for item in &items {
            self.elements.push((variable, item.clone()));
            seen.push(match quantifier {
                Quantifier::Map => self.reach(body),
                _ => Reach::truth(self.truth(body)),
            });
            self.elements.pop();
        }
        let verdicts = seen.iter().map(|r| match r {
            Reach::Truth(b) => Some(*b),
            _ => None,
        });
        match quantifier {
            Quantifier::Map => Reach::List(seen),
            Quantifier::Exists => Reach::truth(kleene(verdicts, false)),
            Quantifier::All => Reach::truth(kleene(verdicts, true)),
            Quantifier::ExistsOne => {
                let (mut yes, mut open) = (0, 0);
                verdicts.for_each(|v| match v {
                    Some(true) => yes += 1,
                    Some(false) => {}
                    None => open += 1,
                });
                match (yes, open) {
                    (2.., _) => Reach::Truth(false),
                    (_, 0) => Reach::Truth(yes == 1),
                    _ => Reach::Unknown,
                }
            }
            Quantifier::Filter if seen.contains(&Reach::Unknown) => Reach::Unknown,
            Quantifier::Filter => {
                let kept = items.into_iter().zip(seen);
                Reach::List(
                    kept.filter(|(_, keep)| *keep == Reach::Truth(true))
                        .map(|(item, _)| item)
                        .collect(),
                )
            }
        }
    }
}
