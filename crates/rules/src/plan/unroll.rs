//! Quantifiers over a list that is written out: `[a, b].all(x, x > 1)` is `a > 1 && b > 1`, so that each of its
//! parts may be fast by itself.

use crate::cells::replace;
use crate::{Kind, Node, Quantifier};

/// A quantifier that comes to more nodes stays whole, so that lists in lists cannot make a rule grow without bound.
const NODES_MAX: usize = 512;

/// What a quantifier over a list that is written out asks, without it; `None` where the node is no such one.
/// Its parts take its place in the text.
pub(super) fn unrolled(node: &Node) -> Option<Node> {
    let Kind::Quantified {
        quantifier,
        variable,
        list,
        body,
    } = &node.kind
    else {
        return None;
    };
    let Kind::List(items) = &list.kind else {
        return None;
    };
    let mut asked: Vec<Node> = items
        .iter()
        .map(|item| {
            let mut asked = (**body).clone();
            put(&mut asked, variable, item);
            asked
        })
        .collect();
    let make = |kind: Kind| Node {
        kind,
        ty: node.ty.clone(),
        span: node.span.clone(),
    };
    let mut all = match (quantifier, asked.len()) {
        (_, 0) | (Quantifier::Map | Quantifier::Filter, _) => return None,
        (_, 1) => asked.remove(0),
        (Quantifier::All, _) => make(Kind::And(asked)),
        (Quantifier::Exists, _) => make(Kind::Or(asked)),
        (Quantifier::ExistsOne, count) => {
            let not = |asked: &Node| make(Kind::Not(Box::new(asked.clone())));
            let only = |one: usize| {
                let each = asked.iter().enumerate();
                let parts =
                    each.map(|(at, asked)| if at == one { asked.clone() } else { not(asked) });
                make(Kind::And(parts.collect()))
            };
            make(Kind::Or((0..count).map(only).collect()))
        }
    };
    replace(&mut all, &mut |part| {
        part.span = node.span.clone();
        false
    });
    (weight(&all) <= NODES_MAX).then_some(all)
}

/// Puts an item where a body has its element; a quantifier inside may have an element of the same name.
fn put(body: &mut Node, variable: &str, item: &Node) {
    replace(body, &mut |node| match &mut node.kind {
        Kind::Element(name) if name == variable => {
            *node = item.clone();
            true
        }
        Kind::Quantified {
            variable: inner,
            list,
            ..
        } if inner == variable => {
            put(list, variable, item);
            true
        }
        _ => false,
    });
}

/// How many nodes there are where quantifiers inside are without their lists too.
fn weight(node: &Node) -> usize {
    let below = |node: &Node| node.children().into_iter().map(weight).sum::<usize>();
    match &node.kind {
        Kind::Quantified { list, body, .. } => match &list.kind {
            Kind::List(items) => weight(list) + items.len() * weight(body),
            _ => 1 + below(node),
        },
        _ => 1 + below(node),
    }
}
