//! The checked tree of a rule: every node typed, every name resolved.

use crate::{Type, Value, Words};
use std::fmt::Write;
use std::ops::Range;

/// A fault in the text of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    /// Stable code, kebab-case: `unknown-field`, `type-mismatch`, `too-long`, `too-deep`, `syntax` …
    pub code: &'static str,
    /// Bytes of the rule's text that are at fault.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: Words,
    /// How to mend it.
    pub help: Option<Words>,
}

/// A checked rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The text as written.
    pub text: String,
    /// The tree.
    pub root: Node,
}

/// One node of the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// The type of its value.
    pub ty: Type,
    /// Its bytes in the rule's text (for a formula's inside: those of the field that led there).
    pub span: Range<usize>,
}

impl Node {
    /// Writes what the node is, without what lies below it and without its place in the text.
    pub(crate) fn write_alone(&self, out: &mut String) {
        // Writing into a String cannot fail.
        let _ = match &self.kind {
            Kind::Literal(value) => write!(out, "={value:?}"),
            Kind::Own => write!(out, "own"),
            Kind::Bound(name) => write!(out, "bound {name}"),
            Kind::Name(name) => write!(out, "name {name}"),
            Kind::Element(name) => write!(out, "element {name}"),
            Kind::Field {
                table,
                column,
                field,
                ..
            } => write!(out, "field {table} {column:?} {field}"),
            Kind::Not(_) => write!(out, "not"),
            Kind::And(_) => write!(out, "and"),
            Kind::Or(_) => write!(out, "or"),
            Kind::Compare(comparison, ..) => write!(out, "{comparison:?}"),
            Kind::In(..) => write!(out, "in"),
            Kind::Arithmetic(operator, ..) => write!(out, "{operator:?}"),
            Kind::Negate(_) => write!(out, "minus"),
            Kind::Conditional(..) => write!(out, "if"),
            Kind::Present(_) => write!(out, "present"),
            Kind::Known(_) => write!(out, "known"),
            Kind::Call(function, _) => write!(out, "{function:?}"),
            Kind::List(_) => write!(out, "list"),
            Kind::Quantified {
                quantifier,
                variable,
                ..
            } => write!(out, "{quantifier:?} {variable}"),
        };
        let _ = write!(out, ":{:?}", self.ty);
    }
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A constant; a text compared with a reference is already a [`Value::Record`] where the id is known
    /// when the rule is checked (units, divisions), else it stays text and is compared by id.
    Literal(Value),
    /// The record whose fields are read by bare names.
    Own,
    /// The record bound to a name (`bearer`).
    Bound(String),
    /// A single value by name (`today`, `held`, `settings.x`, `period.from`).
    Name(String),
    /// An element of the enclosing quantifier's list.
    Element(String),
    /// A field of a record: `of` is Own, Bound, Element or a Field of type reference.
    Field {
        /// The record.
        of: Box<Node>,
        /// Position of its table in the schema.
        table: usize,
        /// Position of the column in the table; `None` for the built-in `id`.
        column: Option<usize>,
        /// The field's id.
        field: String,
        /// Whether empty means that there is nothing.
        empty_is_none: bool,
    },
    /// Logical negation.
    Not(Box<Node>),
    /// All of these (nested conjunctions are flattened).
    And(Vec<Node>),
    /// Any of these (nested disjunctions are flattened).
    Or(Vec<Node>),
    /// A comparison of two values of one type (int and double are widened by the checker).
    Compare(Comparison, Box<Node>, Box<Node>),
    /// Membership of a value in a list.
    In(Box<Node>, Box<Node>),
    /// Arithmetic; text and lists know only `+`.
    Arithmetic(Operator, Box<Node>, Box<Node>),
    /// Numeric negation.
    Negate(Box<Node>),
    /// `condition ? then : otherwise`.
    Conditional(Box<Node>, Box<Node>, Box<Node>),
    /// `present(x)` and CEL's `has(x.y)`.
    Present(Box<Node>),
    /// `known(x)`: only in checks and completeness.
    Known(Box<Node>),
    /// A function of the language or of our field.
    Call(crate::Function, Vec<Node>),
    /// A list written out.
    List(Vec<Node>),
    /// `list.exists(x, body)` and its kin.
    Quantified {
        /// Which one.
        quantifier: Quantifier,
        /// The name of the element.
        variable: String,
        /// The list.
        list: Box<Node>,
        /// What is asked of (or made from) each element.
        body: Box<Node>,
    },
}

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// Arithmetic operators. Money ÷ money is a double; money × int and money × double are money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// CEL's list macros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Quantifier {
    Exists,
    All,
    ExistsOne,
    Filter,
    Map,
}
