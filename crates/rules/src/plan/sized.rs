//! Leaves over the size class of an enterprise: the class of each row is reckoned once for all of them, and its
//! outcome, one of six, is what each leaf is asked about.

use super::computed::Words;
use super::leaf::{Names, constant, own_column};
use crate::function::size_class::{CLASSES, Industry, Told};
use crate::{Cells, Column, Function, Kind, Node, Rule, Table, Value, World};

/// What can come out, in this order: nobody can tell, there is none, and the classes.
const OUTCOMES: usize = 2 + CLASSES.len();

/// Leaves over one `size_class(…)`.
#[derive(Clone, Debug)]
struct Sizing {
    /// The columns of industry, employees, revenue and assets, and whether an empty industry is nothing.
    columns: [usize; 4],
    empty_is_none: bool,
    /// What each leaf says of each outcome.
    says: Vec<[Option<bool>; OUTCOMES]>,
}

/// All leaves over size classes.
#[derive(Clone, Debug, Default)]
pub(super) struct Sized {
    /// The leaves, by number, sizing after sizing.
    pub(super) leaves: Vec<usize>,
    sizings: Vec<(Sizing, Vec<usize>)>,
}

impl Sized {
    /// Takes a leaf in; false where it is more than a comparison of a size class of own columns with constants.
    pub(super) fn take(
        &mut self,
        number: usize,
        leaf: &Rule,
        table: &Table,
        world: &World<'_>,
        names: &Names<'_>,
    ) -> bool {
        let call = match &leaf.root.kind {
            Kind::Compare(_, a, b) => [a, b].into_iter().find(|part| is_call(part)),
            Kind::In(item, _) => Some(item).filter(|part| is_call(part)),
            _ => None,
        };
        let Some((columns, empty_is_none)) = call.and_then(|call| columns(call, table)) else {
            return false;
        };
        let classes = CLASSES.map(|class| Value::Text(class.into()));
        let outcomes = [Value::Unknown(None), Value::Nothing]
            .into_iter()
            .chain(classes);
        let mut says = [None; OUTCOMES];
        for (says, outcome) in says.iter_mut().zip(outcomes) {
            let Some(said) = said(&leaf.root, &outcome, world, names) else {
                return false;
            };
            *says = said;
        }
        let same =
            |sizing: &Sizing| sizing.columns == columns && sizing.empty_is_none == empty_is_none;
        match self.sizings.iter_mut().find(|(sizing, _)| same(sizing)) {
            Some((sizing, leaves)) => {
                sizing.says.push(says);
                leaves.push(number);
            }
            None => self.sizings.push((
                Sizing {
                    columns,
                    empty_is_none,
                    says: vec![says],
                },
                vec![number],
            )),
        }
        self.leaves = self
            .sizings
            .iter()
            .flat_map(|(_, leaves)| leaves)
            .copied()
            .collect();
        true
    }

    /// What every leaf says of each word of 64 rows: `tell` is given the leaf's place, the word and the bits.
    pub(super) fn run(&self, table: &Table, mut tell: impl FnMut(usize, usize, Words)) {
        let mut first = 0;
        for (sizing, leaves) in &self.sizings {
            let industries = sizing.industries(table);
            for word in 0..table.rows().div_ceil(64) {
                let mut rows = [0_u64; OUTCOMES];
                for bit in 0..64.min(table.rows() - word * 64) {
                    let outcome = sizing.outcome(table, &industries, word * 64 + bit);
                    if let Some(rows) = rows.get_mut(outcome) {
                        *rows |= 1 << bit;
                    }
                }
                for (at, says) in sizing.says.iter().enumerate() {
                    let mut found = Words::default();
                    for (rows, said) in rows.iter().zip(says) {
                        found.known |= if said.is_some() { *rows } else { 0 };
                        found.yes |= if *said == Some(true) { *rows } else { 0 };
                    }
                    tell(first + at, word, found);
                }
            }
            first += leaves.len();
        }
    }

    /// Appends what each leaf says of one row.
    pub(super) fn row(&self, table: &Table, row: usize, all: &mut Vec<Option<bool>>) {
        for (sizing, _) in &self.sizings {
            let outcome = sizing.outcome_of_one(table, row);
            all.extend(
                sizing
                    .says
                    .iter()
                    .map(|says| says.get(outcome).copied().flatten()),
            );
        }
    }
}

fn is_call(node: &Node) -> bool {
    matches!(node.kind, Kind::Call(Function::SizeClass, _))
}

/// The columns of a call whose arguments are fields of the own record.
fn columns(call: &Node, table: &Table) -> Option<([usize; 4], bool)> {
    let Kind::Call(_, arguments) = &call.kind else {
        return None;
    };
    let [industry, indicators @ ..] = &arguments[..] else {
        return None;
    };
    let Kind::Field { empty_is_none, .. } = &industry.kind else {
        return None;
    };
    let mut columns = [own_column(industry)?; 4];
    for (column, argument) in columns.iter_mut().skip(1).zip(indicators) {
        *column = own_column(argument)?;
    }
    let [industry, numbers @ ..] = columns;
    let symbols = matches!(table.columns.get(industry)?.cells, Cells::Symbol { .. });
    let whole = |at: &usize| {
        matches!(
            table.columns.get(*at),
            Some(Column {
                cells: Cells::Int(_),
                ..
            })
        )
    };
    (symbols && indicators.len() == 3 && numbers.iter().all(whole))
        .then_some((columns, *empty_is_none))
}

/// What a leaf says where its call comes to a value; `None` where that depends on the row all the same.
fn said(leaf: &Node, value: &Value, world: &World<'_>, names: &Names<'_>) -> Option<Option<bool>> {
    let replaced = |node: &Node| {
        Box::new(if is_call(node) {
            Node {
                kind: Kind::Literal(value.clone()),
                ..node.clone()
            }
        } else {
            node.clone()
        })
    };
    let kind = match &leaf.kind {
        Kind::Compare(comparison, a, b) => Kind::Compare(*comparison, replaced(a), replaced(b)),
        Kind::In(item, list) => Kind::In(replaced(item), list.clone()),
        _ => return None,
    };
    let asked = Node {
        kind,
        ..leaf.clone()
    };
    match constant(&asked, world, names)? {
        Value::Bool(said) => Some(Some(said)),
        Value::Nothing => Some(Some(false)),
        _ => Some(None),
    }
}

impl Sizing {
    /// The regulation's industry of each text of the column.
    fn industries(&self, table: &Table) -> Vec<Industry> {
        let [industry, ..] = self.columns;
        match table.columns.get(industry).map(|column| &column.cells) {
            Some(Cells::Symbol { dictionary, .. }) => {
                dictionary.iter().map(|code| Industry::of(code)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn outcome(&self, table: &Table, industries: &[Industry], row: usize) -> usize {
        self.told(table, row, |code, indicators| {
            Some(industries.get(code)?.class(indicators))
        })
    }

    fn outcome_of_one(&self, table: &Table, row: usize) -> usize {
        let [industry, ..] = self.columns;
        self.told(table, row, |code, indicators| {
            match &table.columns.get(industry)?.cells {
                Cells::Symbol { dictionary, .. } => {
                    Some(Industry::of(dictionary.get(code)?).class(indicators))
                }
                _ => None,
            }
        })
    }

    /// The outcome of a row, its industry's class told by the number of its text.
    fn told(
        &self,
        table: &Table,
        row: usize,
        told: impl FnOnce(usize, [Option<i64>; 3]) -> Option<Told>,
    ) -> usize {
        let [industry, numbers @ ..] = self.columns;
        let number = |at: usize| match table.columns.get(at) {
            Some(Column {
                present,
                cells: Cells::Int(numbers),
            }) if present.get(row) => numbers.get(row).copied(),
            _ => None,
        };
        let Some(Column {
            present,
            cells: Cells::Symbol { codes, .. },
        }) = table.columns.get(industry)
        else {
            return 0;
        };
        if !present.get(row) {
            return usize::from(self.empty_is_none);
        }
        let code = codes.get(row).map_or(usize::MAX, |code| *code as usize);
        match told(code, numbers.map(number)) {
            Some(Told::Class(class)) => CLASSES
                .iter()
                .position(|c| *c == class)
                .map_or(0, |at| at + 2),
            Some(Told::Excluded) => 1,
            Some(Told::Missing | Told::NotAnIndustry) | None => 0,
        }
    }
}
