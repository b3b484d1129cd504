//! The leaves of rules: the parts below and, or and not, each distinct one once, and what each reads.

use crate::{Bound, Cells, Kind, NO_ROW, Node, Rule, Type, Value, World, values};
use std::collections::{BTreeMap, HashMap};

/// The names in scope of a plan.
pub(super) type Names<'a> = BTreeMap<&'a str, Bound<'a>>;

/// Every distinct leaf of the rules of a plan.
pub(super) struct Leaves<'r> {
    /// In order of first sight.
    pub(super) rules: Vec<Rule>,
    numbers: HashMap<String, usize>,
    text: &'r str,
    own: usize,
    world: &'r World<'r>,
    names: &'r Names<'r>,
}

impl<'r> Leaves<'r> {
    pub(super) fn new(own: usize, world: &'r World<'r>, names: &'r Names<'r>) -> Self {
        Self {
            rules: Vec::new(),
            numbers: HashMap::new(),
            text: "",
            own,
            world,
            names,
        }
    }

    /// The rule whose leaves come next.
    pub(super) fn of(&mut self, rule: &'r Rule) {
        self.text = &rule.text;
    }

    /// Takes those parts of an and or an or that read the same column together, since class codes tell them at
    /// once: an industry among several, a number between two.
    pub(super) fn together(
        &self,
        node: &Node,
        parts: &[Node],
        join: impl Fn(Vec<Node>) -> Kind,
    ) -> Vec<Node> {
        let mut by_column: BTreeMap<usize, Vec<Node>> = BTreeMap::new();
        let mut all = Vec::new();
        for part in parts {
            match self.column(part) {
                Some(column) => by_column.entry(column).or_default().push(part.clone()),
                None => all.push(part.clone()),
            }
        }
        for (_, mut parts) in by_column {
            match parts.len() {
                1 => all.append(&mut parts),
                _ => {
                    let span = |part: Option<&Node>| {
                        part.map(|part| part.span.clone()).unwrap_or_default()
                    };
                    let span = span(parts.first()).start..span(parts.last()).end;
                    all.push(Node {
                        kind: join(parts),
                        ty: node.ty.clone(),
                        span,
                    });
                }
            }
        }
        all
    }

    /// The one column that a part reads, where class codes can tell it.
    fn column(&self, node: &Node) -> Option<usize> {
        let reads = Reads::of(node, self.names);
        let [column] = reads.columns[..] else {
            return None;
        };
        let table = self.world.tables.tables.get(self.own)?;
        let coded = match &table.columns.get(column)?.cells {
            _ if reads.rowwise => false,
            Cells::Record(_) => true,
            _ if reads.elsewhere => false,
            Cells::Symbol { .. } => true,
            Cells::Int(_) | Cells::Double(_) => cuts(node, self.world, self.names).is_some(),
            Cells::Bool(_) | Cells::List { .. } => false,
        };
        coded.then_some(column)
    }

    /// The number of a leaf.
    pub(super) fn number(&mut self, node: &Node) -> usize {
        let mut key = String::new();
        spell(node, &mut key);
        let next = self.rules.len();
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            let text = self.text.get(node.span.clone());
            self.rules.push(Rule {
                text: text.unwrap_or_default().into(),
                root: node.clone(),
            });
        }
        number
    }
}

/// Writes a node with all below it, so that nodes alike but for their place in a text are written alike.
fn spell(node: &Node, out: &mut String) {
    node.write_alone(out);
    out.push('(');
    for child in node.children() {
        spell(child, out);
        out.push(',');
    }
    out.push(')');
}

/// What a leaf reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reads {
    /// Columns of the own table, ascending.
    pub(super) columns: Vec<usize>,
    /// Fields of other records than the own one.
    pub(super) elsewhere: bool,
    /// What differs from row to row and is no column: the record itself, a name bound row by row.
    pub(super) rowwise: bool,
}

impl Reads {
    pub(super) fn of(node: &Node, names: &Names<'_>) -> Self {
        let mut reads = Self::default();
        reads.see(node, names);
        reads.columns.sort_unstable();
        reads.columns.dedup();
        reads
    }

    fn see(&mut self, node: &Node, names: &Names<'_>) {
        match &node.kind {
            Kind::Field {
                of,
                column: Some(column),
                ..
            } if matches!(of.kind, Kind::Own) => {
                self.columns.push(*column);
                return;
            }
            Kind::Field { .. } => self.elsewhere = true,
            Kind::Own => self.rowwise = true,
            Kind::Bound(name) | Kind::Name(name) => {
                self.rowwise |= matches!(
                    names.get(name.as_str()),
                    Some(Bound::Rows(_) | Bound::Each(_))
                );
            }
            _ => {}
        }
        for child in node.children() {
            self.see(child, names);
        }
    }

    /// Whether every row gives the same.
    pub(super) fn nothing(&self) -> bool {
        self.columns.is_empty() && !self.rowwise
    }
}

/// Whether a node is this column of the own record.
pub(super) fn own_column(node: &Node) -> Option<usize> {
    match &node.kind {
        Kind::Field { of, column, .. } if matches!(of.kind, Kind::Own) => *column,
        _ => None,
    }
}

/// The value of a node that reads no row.
pub(super) fn constant(node: &Node, world: &World<'_>, names: &Names<'_>) -> Option<Value> {
    if !Reads::of(node, names).nothing() {
        return None;
    }
    let rule = Rule {
        text: String::new(),
        root: node.clone(),
    };
    let own = [NO_ROW];
    let frame = crate::Frame {
        len: 1,
        own: Some(&own),
        names: names.clone(),
    };
    values(&rule, world, &frame).pop()
}

/// A whole number behind a constant of a type that is counted.
pub(super) fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Int(n) | Value::Money(n) | Value::Duration(n) => Some(*n),
        Value::Date(day) => Some(day.0.into()),
        Value::Time(moment) => Some(moment.0),
        _ => None,
    }
}

/// Whether values of a type are whole numbers in a column.
pub(super) fn is_whole(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Int | Type::Money | Type::Date | Type::Time | Type::Duration
    )
}

/// Where the truth of a leaf over one column of numbers may change, as the first value of each new stretch;
/// `None` where the leaf is not made of comparisons of the column with constants.
pub(super) fn cuts(node: &Node, world: &World<'_>, names: &Names<'_>) -> Option<Vec<Value>> {
    use crate::Comparison::{Eq, Ge, Gt, Le, Lt, Ne};
    let next = |value: Value| match value {
        Value::Double(x) => Some(Value::Double(x.next_up())),
        value => whole(&value).map(|n| Value::Int(n.saturating_add(1))),
    };
    let both = |value: Value| Some(vec![value.clone(), next(value)?]);
    match &node.kind {
        Kind::Present(x) | Kind::Known(x) => own_column(x).map(|_| Vec::new()),
        Kind::Not(x) => cuts(x, world, names),
        Kind::And(parts) | Kind::Or(parts) => {
            let all = parts.iter().map(|part| cuts(part, world, names));
            Some(all.collect::<Option<Vec<_>>>()?.concat())
        }
        Kind::Compare(comparison, a, b) => {
            let (comparison, constant) = match (own_column(a), own_column(b)) {
                (Some(_), None) => (*comparison, constant(b, world, names)?),
                (None, Some(_)) => (comparison.mirrored(), constant(a, world, names)?),
                _ => return None,
            };
            // With no value on one side the answer is the same for every number.
            if matches!(constant, Value::Unknown(_) | Value::Nothing) {
                return Some(Vec::new());
            }
            match comparison {
                Lt | Ge => Some(vec![constant]),
                Le | Gt => next(constant).map(|v| vec![v]),
                Eq | Ne => both(constant),
            }
        }
        Kind::In(item, list) => {
            own_column(item)?;
            let Value::List(items) = constant(list, world, names)? else {
                return None;
            };
            let mut all = Vec::new();
            for item in items {
                all.extend(both(item)?);
            }
            Some(all)
        }
        _ => None,
    }
}
