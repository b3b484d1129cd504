//! Checking: from text to a typed tree, or all faults of the text at once.

use crate::{Rule, RuleFault, Schema, Scope, Type, Words};
use std::collections::{BTreeMap, BTreeSet};

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

/// Reads and checks a rule: all faults of the text, or the typed tree.
///
/// # Errors
/// Every fault found, with its bytes in `text`, in the order of the text.
pub fn check(
    text: &str,
    _schema: &Schema,
    _scope: &Scope,
    _expected: &Expected,
    _options: &Options<'_>,
) -> Result<Rule, Vec<RuleFault>> {
    Err(vec![RuleFault {
        code: "syntax",
        span: 0..text.len(),
        message: Words::new("规则读不懂", "This rule cannot be read"),
        help: None,
    }])
}
