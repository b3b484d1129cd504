//! What a rule reads: fields and names, for knowing what a changed record touches.

use crate::{Kind, Node, Rule};
use std::collections::BTreeSet;

/// The fields a rule reads, as position of the table and id of the field, each once, in order.
/// Formulas are followed: their own fields are named, not the formula.
pub fn fields_read(rule: &Rule) -> Vec<(usize, String)> {
    let mut fields = BTreeSet::new();
    visit(&rule.root, &mut |node| {
        if let Kind::Field { table, field, .. } = &node.kind {
            fields.insert((*table, field.clone()));
        }
    });
    fields.into_iter().collect()
}

/// The tables from which a rule reads fields of other records than the row's own.
pub fn tables_read(rule: &Rule) -> BTreeSet<usize> {
    let mut tables = BTreeSet::new();
    visit(&rule.root, &mut |node| {
        if let Kind::Field { of, table, .. } = &node.kind
            && of.kind != Kind::Own
        {
            tables.insert(*table);
        }
    });
    tables
}

/// The names a rule reads: of records (`bearer`) and of values (`today`, `settings.x`).
pub fn names_read(rule: &Rule) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    visit(&rule.root, &mut |node| {
        if let Kind::Bound(name) | Kind::Name(name) = &node.kind {
            names.insert(name.clone());
        }
    });
    names
}

fn visit(node: &Node, see: &mut impl FnMut(&Node)) {
    see(node);
    for child in node.children() {
        visit(child, see);
    }
}

impl Node {
    /// The nodes directly below, in the order of the text.
    pub fn children(&self) -> Vec<&Node> {
        match &self.kind {
            Kind::Literal(_) | Kind::Own | Kind::Bound(_) | Kind::Name(_) | Kind::Element(_) => {
                Vec::new()
            }
            Kind::Field { of, .. } => vec![of],
            Kind::Not(x) | Kind::Negate(x) | Kind::Present(x) | Kind::Known(x) => vec![x],
            Kind::And(items) | Kind::Or(items) | Kind::List(items) | Kind::Call(_, items) => {
                items.iter().collect()
            }
            Kind::Compare(_, a, b) | Kind::In(a, b) | Kind::Arithmetic(_, a, b) => vec![a, b],
            Kind::Conditional(condition, then, otherwise) => vec![condition, then, otherwise],
            Kind::Quantified { list, body, .. } => vec![list, body],
        }
    }
}
