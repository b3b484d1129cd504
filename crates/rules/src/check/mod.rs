//! Checking: from text to a typed tree, or all faults of the text at once.

mod call;
mod expression;
mod literal;
mod name;
mod spelling;
mod types;

pub(crate) use literal::{fen, yuan_in};
pub use spelling::nearest;
pub(crate) use types::type_words;

use crate::text::{fault, parse};
use crate::{Kind, Node, Rule, RuleFault, Schema, Scope, Type, Words};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The most nodes that a rule may have once its formulas are put in; formulas of formulas can multiply.
const NODES_MAX: usize = 10_000;
/// The deepest tree once formulas are put in.
const DEPTH_MAX: usize = 96;

/// What a rule's value must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A verdict: true, false or unknown.
    Verdict,
    /// A value of any type.
    Any,
    /// A value of this type (an int serves as a double, a text constant as a choice).
    Of(Type),
}

/// What else a check may allow or look up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Whether `known(x)` may be used: only in checks and completeness, because filling a cell flips it.
    pub known_allowed: bool,
    /// Ids of the records of tables whose records are known when rules are read (`unit`, `division`),
    /// by table: a constant compared with a reference to such a table must be one of them.
    pub known_ids: Option<&'a BTreeMap<String, BTreeSet<String>>>,
}

/// Reads and checks a rule: all faults of the text, or the typed tree with formulas put in.
///
/// # Errors
/// Every fault found, with its bytes in `text`, in the order of the text.
pub fn check(
    text: &str,
    schema: &Schema,
    scope: &Scope,
    expected: &Expected,
    options: &Options<'_>,
) -> Result<Rule, Vec<RuleFault>> {
    let syntax = parse(text)?;
    let mut checker = Checker {
        schema,
        names: &scope.names,
        own: None,
        options,
        elements: Vec::new(),
        faults: Vec::new(),
        formulas: Vec::new(),
        formula_span: None,
        nodes: 0,
        depth: 0,
    };
    checker.own = checker.own_record(scope);
    let root = checker.infer(&syntax);
    let root = root.and_then(|node| checker.expect(node, expected));
    let mut faults = checker.faults;
    faults.sort_by_key(|f| (f.span.start, f.span.end));
    faults.dedup();
    match root {
        Some(root) if faults.is_empty() => Ok(Rule {
            text: text.to_owned(),
            root,
        }),
        _ => Err(faults),
    }
}

/// The state of one check.
struct Checker<'a> {
    schema: &'a Schema,
    names: &'a BTreeMap<String, crate::Named>,
    /// The record whose fields have bare names: of the rule, or inside a formula the formula's.
    own: Option<Node>,
    options: &'a Options<'a>,
    /// Elements of the quantifiers around, innermost last.
    elements: Vec<(String, Type)>,
    faults: Vec<RuleFault>,
    /// The formulas around, by table and field, to find circles.
    formulas: Vec<(usize, String)>,
    /// Inside a formula: the bytes of the field that led there.
    formula_span: Option<Range<usize>>,
    nodes: usize,
    depth: usize,
}

impl Checker<'_> {
    fn own_record(&mut self, scope: &Scope) -> Option<Node> {
        let table = scope.own.as_ref()?;
        if self.schema.table(table).is_none() {
            self.unknown_table(table, 0..0);
            return None;
        }
        Some(self.node(Kind::Own, Type::Reference(table.clone()), 0..0))
    }

    fn unknown_table(&mut self, table: &str, span: Range<usize>) {
        let message = Words::new(
            format!("没有台账 {table}"),
            format!("There is no register {table}"),
        );
        let tables = self.schema.tables.iter().map(|t| t.id.as_str());
        let help = spelling::did_you_mean(table, tables);
        self.faults
            .push(fault("unknown-table", span, message, help));
    }

    fn node(&mut self, kind: Kind, ty: Type, span: Range<usize>) -> Node {
        self.nodes += 1;
        let span = self.formula_span.clone().unwrap_or(span);
        Node { kind, ty, span }
    }

    /// Reports a fault at a place, which inside a formula is the field that led there.
    fn report(
        &mut self,
        code: &'static str,
        span: &Range<usize>,
        message: Words,
        help: Option<Words>,
    ) {
        self.faults.push(fault(code, span.clone(), message, help));
    }

    fn expect(&mut self, node: Node, expected: &Expected) -> Option<Node> {
        let ty = match expected {
            Expected::Any => return Some(node),
            Expected::Verdict => &Type::Bool,
            Expected::Of(ty) => ty,
        };
        let span = node.span.clone();
        match self.adapt(node, ty) {
            Ok(node) => Some(node),
            Err(node) if self.by_id(&node, ty) => Some(*node),
            Err(node) => {
                let (is, wanted) = (type_words(&node.ty), type_words(ty));
                let message = Words::new(
                    format!("这里需要{}，而规则给出的是{}", wanted.zh, is.zh),
                    format!("Wanted is {}, but the rule gives {}", wanted.en, is.en),
                );
                self.report("type-mismatch", &span, message, None);
                None
            }
        }
    }
}
