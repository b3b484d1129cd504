//! The cells that a rule reads for one lane, and the rule with a name in place of each.

use crate::range::{Bounds, Evaluation, Lane, Ranged, Reach, tally_name};
use crate::{Kind, Node, Type, Value};
use serde::Serialize;

/// A cell of a record, or a tally, that a rule reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Cell {
    /// The id of the record's table; none for a tally.
    pub table: Option<String>,
    /// The record's number in its table; none for a tally or where the lane has no such record.
    pub record: Option<u32>,
    /// The field's id, or the tally's name.
    pub field: String,
    /// How the rule spells it: `enterprise.size`.
    pub path: String,
}

impl Cell {
    fn is(&self, other: &Self) -> bool {
        self.table == other.table && self.record == other.record && self.field == other.field
    }
}

/// A leaf of the rule that may be changed or filled.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    /// The name that stands for it in the lifted tree.
    pub(crate) name: String,
    pub(crate) ty: Type,
    /// The cells to change for it, by position in [`Lifted::cells`]: one for a leaf; for a leaf behind a
    /// reference that is not known, the reference.
    pub(crate) cells: Vec<usize>,
    /// What it is now.
    pub(crate) start: Ranged,
    /// Whether it may be emptied.
    pub(crate) may_be_nothing: bool,
}

/// A rule in which every leaf is a name, so that any of them can be given another value.
pub(crate) struct Lifted {
    pub(crate) root: Node,
    pub(crate) variables: Vec<Variable>,
    pub(crate) cells: Vec<Cell>,
}

/// The cell that a leaf reads; where a reference on the way has no value, the reference's cell.
/// None for what is no leaf, is given (`today`, `settings.x`), or belongs to an element of a list.
pub(crate) fn cell(node: &Node, lane: &Lane<'_>) -> Option<Cell> {
    let path = path(node)?;
    let Kind::Field { of, field, .. } = &node.kind else {
        return tally_name(node).map(|name| Cell {
            table: None,
            record: None,
            field: name.to_owned(),
            path,
        });
    };
    let record = match Evaluation::new(*lane).reach(of) {
        Reach::Record(_, record) => Some(record),
        _ if matches!(of.kind, Kind::Field { .. }) => return cell(of, lane),
        _ => None,
    };
    let table = match &of.ty {
        Type::Reference(table) => Some(table.clone()),
        _ => None,
    };
    Some(Cell {
        table,
        record,
        field: field.clone(),
        path,
    })
}

/// A leaf as the rule spells it; none for what is no leaf.
pub(crate) fn path(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::Name(_) => tally_name(node).map(str::to_owned),
        Kind::Field { of, field, .. } => match &of.kind {
            Kind::Own => Some(field.clone()),
            Kind::Bound(name) => Some(format!("{name}.{field}")),
            _ => path(of).map(|of| format!("{of}.{field}")),
        },
        _ => None,
    }
}

/// Whether a node joins verdicts; any other node of type bool is an atom.
pub(crate) fn joins_verdicts(node: &Node) -> bool {
    match node.kind {
        Kind::Not(_) | Kind::And(_) | Kind::Or(_) => true,
        Kind::Conditional(..) => node.ty == Type::Bool,
        _ => false,
    }
}

/// Puts a name in place of every leaf of a rule.
pub(crate) fn lifted(root: &Node, lane: &Lane<'_>) -> Lifted {
    let mut lifted = Lifted {
        root: root.clone(),
        variables: Vec::new(),
        cells: Vec::new(),
    };
    let mut root = root.clone();
    replace(&mut root, &mut |node| {
        let Some(cell) = cell(node, lane) else {
            return false;
        };
        let start = crate::range::range(node, lane);
        let name = lifted.name_of(node, cell, start);
        node.kind = Kind::Name(name);
        true
    });
    lifted.root = root;
    lifted
}

impl Lifted {
    fn name_of(&mut self, node: &Node, cell: Cell, start: Ranged) -> String {
        let leads_here = path(node).as_ref() == Some(&cell.path);
        let at = match self.cells.iter().position(|c| c.is(&cell)) {
            Some(at) => at,
            None => {
                self.cells.push(cell);
                self.cells.len() - 1
            }
        };
        // A leaf behind an unknown reference keeps a name of its own: only the reference is shared.
        // A field's name has a dot: it is no tally.
        let name = match (tally_name(node), leads_here) {
            (Some(tally), _) => tally.to_owned(),
            (None, true) => format!("#.{at}"),
            (None, false) => format!("#.{at}.{}", path(node).unwrap_or_default()),
        };
        if !self.variables.iter().any(|v| v.name == name) {
            self.variables.push(Variable {
                name: name.clone(),
                ty: node.ty.clone(),
                cells: vec![at],
                start,
                may_be_nothing: matches!(
                    node.kind,
                    Kind::Field {
                        empty_is_none: true,
                        ..
                    }
                ),
            });
        }
        name
    }

    /// The variables under a node, each once.
    pub(crate) fn variables_in(&self, node: &Node) -> Vec<usize> {
        let mut found = Vec::new();
        crate::range::visit(node, &mut |node| {
            if let Kind::Name(name) = &node.kind
                && let Some(at) = self.variables.iter().position(|v| v.name == *name)
                && !found.contains(&at)
            {
                found.push(at);
            }
        });
        found
    }

    /// The lane's bounds with every variable as it is now.
    pub(crate) fn bounds<'a>(&'a self, lane: &Bounds<'a>) -> Bounds<'a> {
        let mut bounds = lane.clone();
        for variable in &self.variables {
            bounds.names.insert(&variable.name, variable.start.clone());
        }
        bounds
    }
}

/// Offers every node to `f`, from the top; where `f` has replaced one, nothing below it is offered.
pub(crate) fn replace(node: &mut Node, f: &mut impl FnMut(&mut Node) -> bool) {
    if f(node) {
        return;
    }
    match &mut node.kind {
        Kind::Literal(_) | Kind::Own | Kind::Bound(_) | Kind::Name(_) | Kind::Element(_) => {}
        Kind::Field { of: x, .. }
        | Kind::Not(x)
        | Kind::Negate(x)
        | Kind::Present(x)
        | Kind::Known(x) => replace(x, f),
        Kind::Compare(_, a, b) | Kind::In(a, b) | Kind::Arithmetic(_, a, b) => {
            replace(a, f);
            replace(b, f);
        }
        Kind::Quantified { list, body, .. } => {
            replace(list, f);
            replace(body, f);
        }
        Kind::Conditional(a, b, c) => {
            replace(a, f);
            replace(b, f);
            replace(c, f);
        }
        Kind::And(all) | Kind::Or(all) | Kind::List(all) | Kind::Call(_, all) => {
            all.iter_mut().for_each(|x| replace(x, f));
        }
    }
}

/// The atoms of a rule, in the order of the text.
pub(crate) fn atoms(root: &Node) -> Vec<&Node> {
    if !joins_verdicts(root) {
        return vec![root];
    }
    root.children().into_iter().flat_map(atoms).collect()
}

/// Whether nobody knows the value, or not exactly.
pub(crate) fn is_open(ranged: &Ranged) -> bool {
    match ranged {
        Ranged::Value(value) => matches!(value, Value::Unknown(_)),
        Ranged::Whole { .. } | Ranged::Real { .. } => true,
    }
}
