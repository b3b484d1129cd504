//! Comparisons of numbers reckoned from several columns, such as `rd * 100 >= revenue * 3`: sixty-four rows at a
//! time, each distinct part once, exactly as the plain engine reckons them.

mod register;

use super::kernel::Level;
use super::leaf::{Names, constant, is_whole, own_column, whole};
use crate::run::arithmetic;
use crate::{Cells, Comparison, Function, Kind, Node, Operator, Rule, Table, Type, Value, World};
use register::{EMPTY, Register, compared};
use std::collections::HashMap;

/// A part of the reckoning, by number.
type Place = u32;

/// One step; its parts stand before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    /// A column of whole numbers or decimals; whether an empty cell means nothing.
    Column(usize, bool),
    Whole(i64),
    /// The bits of a decimal.
    Real(u64),
    /// On whole numbers.
    Int(Operator, Place, Place),
    /// On decimals.
    Double(Operator, Place, Place),
    /// A whole number as a decimal.
    Widen(Place),
}

/// The comparisons of a plan that are reckoned.
#[derive(Clone, Debug, Default)]
pub(super) struct Computed {
    /// The leaves, by number.
    pub(super) leaves: Vec<usize>,
    steps: Vec<Step>,
    compares: Vec<(Comparison, Place, Place)>,
    seen: HashMap<Step, Place>,
}

/// The planes of yes and of known of sixty-four rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) yes: u64,
    pub(super) known: u64,
}

impl Computed {
    /// Takes a leaf in; false where it is more than a comparison of such numbers.
    pub(super) fn take(
        &mut self,
        number: usize,
        leaf: &Rule,
        table: &Table,
        world: &World<'_>,
        names: &Names<'_>,
    ) -> bool {
        let Kind::Compare(comparison, a, b) = &leaf.root.kind else {
            return false;
        };
        let before = self.steps.len();
        let mut add = |node: &Node| self.place(node, table, world, names);
        if let (Some(a), Some(b)) = (add(a), add(b))
            && self.is_real(a) == self.is_real(b)
        {
            self.leaves.push(number);
            self.compares.push((*comparison, a, b));
            return true;
        }
        // Steps of a leaf that is not taken are not run.
        for step in self.steps.drain(before..) {
            self.seen.remove(&step);
        }
        false
    }

    fn is_real(&self, place: Place) -> bool {
        match self.steps.get(place as usize) {
            Some(Step::Real(_) | Step::Double(..) | Step::Widen(_)) => true,
            Some(Step::Column(_, _) | Step::Whole(_) | Step::Int(..)) | None => false,
        }
    }

    fn add(&mut self, step: Step) -> Place {
        let next = self.steps.len() as Place;
        let place = *self.seen.entry(step).or_insert(next);
        if place == next {
            self.steps.push(step);
        }
        place
    }

    fn place(
        &mut self,
        node: &Node,
        table: &Table,
        world: &World<'_>,
        names: &Names<'_>,
    ) -> Option<Place> {
        if let Some(value) = constant(node, world, names) {
            return match (&value, whole(&value)) {
                (_, Some(n)) => Some(self.add(Step::Whole(n))),
                (Value::Double(x), _) if x.is_finite() => Some(self.add(Step::Real(x.to_bits()))),
                _ => None,
            };
        }
        if let Some(column) = own_column(node) {
            let Kind::Field { empty_is_none, .. } = &node.kind else {
                return None;
            };
            let whole = matches!(table.columns.get(column)?.cells, Cells::Int(_));
            return (whole && is_whole(&node.ty))
                .then(|| self.add(Step::Column(column, *empty_is_none)));
        }
        match &node.kind {
            Kind::Arithmetic(operator, a, b) => {
                let (a, b) = (
                    self.place(a, table, world, names)?,
                    self.place(b, table, world, names)?,
                );
                let reckoned = matches!(
                    operator,
                    Operator::Add | Operator::Subtract | Operator::Multiply
                );
                match (self.is_real(a), self.is_real(b), node.ty == Type::Double) {
                    (false, false, false) if reckoned => Some(self.add(Step::Int(*operator, a, b))),
                    (false, false, true) => {
                        let (a, b) = (self.add(Step::Widen(a)), self.add(Step::Widen(b)));
                        Some(self.add(Step::Double(*operator, a, b)))
                    }
                    (true, true, true) => Some(self.add(Step::Double(*operator, a, b))),
                    _ => None,
                }
            }
            Kind::Call(Function::Double, parts) => match &parts[..] {
                [part] => {
                    let part = self.place(part, table, world, names)?;
                    Some(if self.is_real(part) {
                        part
                    } else {
                        self.add(Step::Widen(part))
                    })
                }
                _ => None,
            },
            Kind::Call(Function::Days, parts) => match &parts[..] {
                [from, to] if from.ty == Type::Date && to.ty == Type::Date => {
                    let (from, to) = (
                        self.place(from, table, world, names)?,
                        self.place(to, table, world, names)?,
                    );
                    Some(self.add(Step::Int(Operator::Subtract, to, from)))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Room for the values of every step.
    pub(super) fn registers<'t>(&self) -> Vec<Register<'t>> {
        vec![EMPTY.clone(); self.steps.len()]
    }

    /// Reckons up to sixty-four rows from `row` on, a multiple of 64, and tells each comparison in order.
    pub(super) fn run<'t>(
        &self,
        table: &'t Table,
        row: usize,
        level: Level,
        registers: &mut [Register<'t>],
        mut tell: impl FnMut(usize, Words),
    ) {
        for (place, step) in self.steps.iter().enumerate() {
            let (before, rest) = registers.split_at_mut(place);
            let Some(out) = rest.first_mut() else { return };
            let part = |place: &Place| before.get(*place as usize).unwrap_or(&EMPTY);
            match step {
                Step::Column(column, empty_is_none) => {
                    out.read(table, *column, row, *empty_is_none, level)
                }
                Step::Whole(n) => out.whole(*n),
                Step::Real(bits) => out.real(f64::from_bits(*bits)),
                Step::Int(operator, a, b) => out.ints(*operator, part(a), part(b), level),
                Step::Double(operator, a, b) => out.doubles(*operator, part(a), part(b), level),
                Step::Widen(a) => out.widen(part(a)),
            }
        }
        for (at, (comparison, a, b)) in self.compares.iter().enumerate() {
            if let (Some(x), Some(y)) = (registers.get(*a as usize), registers.get(*b as usize)) {
                tell(at, compared(*comparison, x, y, level));
            }
        }
    }
}

/// One value of a step.
#[derive(Clone, Copy, Debug)]
enum Cell {
    Int(i64),
    Real(f64),
    Nothing,
    Unknown,
}

impl Cell {
    fn read(table: &Table, column: usize, row: usize, empty_is_none: bool) -> Self {
        match table.columns.get(column) {
            Some(column) if column.present.get(row) => match &column.cells {
                Cells::Int(numbers) => numbers.get(row).map_or(Self::Unknown, |n| Self::Int(*n)),
                _ => Self::Unknown,
            },
            Some(_) if empty_is_none => Self::Nothing,
            _ => Self::Unknown,
        }
    }

    fn both(self, other: Self, of: impl FnOnce(Self, Self) -> Self) -> Self {
        match (self, other) {
            (Self::Nothing, _) | (_, Self::Nothing) => Self::Nothing,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (a, b) => of(a, b),
        }
    }

    fn reckoned(operator: Operator, a: Self, b: Self) -> Self {
        match (a, b) {
            (Self::Int(x), Self::Int(y)) => {
                arithmetic::ints(operator, x, y).map_or(Self::Unknown, Self::Int)
            }
            (Self::Real(x), Self::Real(y)) => {
                arithmetic::doubles(operator, x, y).map_or(Self::Unknown, Self::Real)
            }
            _ => Self::Unknown,
        }
    }

    fn compared(comparison: Comparison, a: Self, b: Self) -> Option<bool> {
        let ordering = match (a, b) {
            (Self::Nothing, _) | (_, Self::Nothing) => return Some(comparison == Comparison::Ne),
            (Self::Int(x), Self::Int(y)) => x.partial_cmp(&y),
            (Self::Real(x), Self::Real(y)) => x.partial_cmp(&y),
            _ => None,
        };
        ordering.map(|ordering| comparison.holds(ordering))
    }
}

impl Computed {
    /// Reckons one row, and appends what each comparison says.
    pub(super) fn row(&self, table: &Table, row: usize, says: &mut Vec<Option<bool>>) {
        let mut cells: Vec<Cell> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let part = |place: &Place| cells.get(*place as usize).copied().unwrap_or(Cell::Unknown);
            let cell = match step {
                Step::Column(column, empty_is_none) => {
                    Cell::read(table, *column, row, *empty_is_none)
                }
                Step::Whole(n) => Cell::Int(*n),
                Step::Real(bits) => Cell::Real(f64::from_bits(*bits)),
                Step::Int(operator, a, b) | Step::Double(operator, a, b) => {
                    part(a).both(part(b), |a, b| Cell::reckoned(*operator, a, b))
                }
                Step::Widen(a) => match part(a) {
                    Cell::Int(n) => Cell::Real(n as f64),
                    other => other,
                },
            };
            cells.push(cell);
        }
        let part = |place: &Place| cells.get(*place as usize).copied().unwrap_or(Cell::Unknown);
        says.extend(
            self.compares
                .iter()
                .map(|(comparison, a, b)| Cell::compared(*comparison, part(a), part(b))),
        );
    }
}
