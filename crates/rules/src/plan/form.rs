//! How each rule of a plan runs, for whoever wants to know why one is slow to plan.

use super::graph::Part;
use super::{Plan, Runs};
use crate::Words;
use std::collections::BTreeSet;

/// How a leaf runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The same for every row.
    Constant,
    /// By class codes of one column.
    Coded,
    /// By the bits of a column of flags.
    Flag,
    /// A comparison of numbers reckoned from columns, laid down as bits.
    Computed,
    /// By the size class of an enterprise, reckoned once and laid down as bits.
    Sized,
    /// Outside the fast forms: asked of the plain engine, columnar, when the plan is made or a row changes.
    Plain,
}

impl Form {
    /// A sentence for whoever wonders how a part of a rule runs.
    pub fn words(self) -> Words {
        let (zh, en) = match self {
            Self::Constant => (
                "每行都一样，只算一次",
                "the same for every row, worked out once",
            ),
            Self::Coded => ("快：按一列的类别编码", "fast: by class codes of one column"),
            Self::Flag => ("快：按是否列的位", "fast: by the bits of a column of flags"),
            Self::Computed => (
                "快：由数列算出后比较",
                "fast: numbers reckoned from columns, then compared",
            ),
            Self::Sized => (
                "快：企业规模类型每行只算一次",
                "fast: the size class, reckoned once for each row",
            ),
            Self::Plain => (
                "不属于快的形式：按列逐块计算，数据变了才重算",
                "outside the fast forms: run column by column, anew only when data change",
            ),
        };
        Words::new(zh, en)
    }
}

/// The leaves of one rule with their forms, each once, in order of form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forms {
    /// The leaf's text and its form.
    pub leaves: Vec<(Form, String)>,
}

impl Plan {
    /// How each rule runs, in the order of the rules.
    pub fn forms(&self) -> Vec<Forms> {
        let forms = |rule: usize| {
            let mut leaves = BTreeSet::new();
            self.leaves_of(
                self.graph.rules.get(rule).map_or(&[][..], |l| l),
                &mut leaves,
            );
            let text = |leaf: usize| {
                self.leaves
                    .get(leaf)
                    .map(|rule| rule.text.clone())
                    .unwrap_or_default()
            };
            let all: BTreeSet<(Form, String)> = leaves
                .into_iter()
                .map(|leaf| (self.form(leaf), text(leaf)))
                .collect();
            Forms {
                leaves: all.into_iter().collect(),
            }
        };
        (0..self.rules()).map(forms).collect()
    }

    fn form(&self, leaf: usize) -> Form {
        match self.runs.get(leaf) {
            Some(Runs::Coded(..)) => Form::Coded,
            Some(Runs::Stored(at)) if *at < self.flags.len() => Form::Flag,
            Some(Runs::Stored(at)) if *at < self.flags.len() + self.computed.leaves.len() => {
                Form::Computed
            }
            Some(Runs::Stored(at))
                if *at
                    < self.flags.len() + self.computed.leaves.len() + self.sized.leaves.len() =>
            {
                Form::Sized
            }
            Some(Runs::Stored(_)) => Form::Plain,
            Some(Runs::Constant(_)) | None => Form::Constant,
        }
    }

    fn leaves_of(&self, literals: &[super::graph::Literal], leaves: &mut BTreeSet<usize>) {
        for literal in literals {
            match literal.part() {
                Part::Leaf(leaf) => {
                    leaves.insert(leaf);
                }
                Part::All(n) => {
                    self.leaves_of(self.graph.all.get(n).map_or(&[][..], |l| l), leaves)
                }
            }
        }
    }
}
