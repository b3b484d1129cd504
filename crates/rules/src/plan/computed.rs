//! Comparisons of numbers reckoned from several columns, such as `rd * 100 >= revenue * 3`: sixty-four rows at a
//! time, each distinct part once, exactly as the plain engine reckons them.

use super::kernel::{self, Level};
use super::leaf::{Names, constant, is_whole, own_column, whole};
use crate::run::arithmetic;
use crate::{Cells, Comparison, Function, Kind, Node, Operator, Rule, Table, Type, Value, World};
use std::collections::HashMap;

/// Numbers so many rows on are asked for ahead: more columns are read at a time than the processor follows by itself.
const SOON: usize = 512;

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

/// Sixty-four values of a step.
#[derive(Clone)]
pub(super) struct Register<'t> {
    /// The column's own numbers, where the step is one and has sixty-four.
    column: Option<&'t [i64; 64]>,
    /// Whole numbers; of decimals their [`rank`]s.
    ints: [i64; 64],
    reals: [f64; 64],
    known: u64,
    nothing: u64,
    /// How many bits the largest magnitude of the whole numbers needs; 64 where that is not told.
    bits: u32,
}

/// A register of which nothing is known.
static EMPTY: Register<'static> = Register {
    column: None,
    ints: [0; 64],
    reals: [0.0; 64],
    known: 0,
    nothing: 0,
    bits: 0,
};

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
                Step::Real(bits) => {
                    out.reals = [f64::from_bits(*bits); 64];
                    out.known = u64::MAX;
                    out.rank();
                }
                Step::Int(operator, a, b) => out.ints(*operator, part(a), part(b), level),
                Step::Double(operator, a, b) => out.doubles(*operator, part(a), part(b), level),
                Step::Widen(a) => {
                    let a = part(a);
                    for (out, n) in out.reals.iter_mut().zip(a.numbers()) {
                        *out = *n as f64;
                    }
                    (out.known, out.nothing) = (a.known, a.nothing);
                    out.rank();
                }
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

impl<'t> Register<'t> {
    fn read(
        &mut self,
        table: &'t Table,
        column: usize,
        row: usize,
        empty_is_none: bool,
        level: Level,
    ) {
        let Some(column) = table.columns.get(column) else {
            return;
        };
        self.known = column.present.words().get(row / 64).copied().unwrap_or(0);
        self.nothing = if empty_is_none { !self.known } else { 0 };
        let Cells::Int(numbers) = &column.cells else {
            return;
        };
        let numbers = numbers.get(row..).unwrap_or_default();
        let soon = numbers.get(SOON..SOON + 64);
        soon.into_iter().for_each(kernel::ahead);
        self.column = numbers.first_chunk::<64>();
        if self.column.is_none() {
            self.ints
                .iter_mut()
                .zip(numbers)
                .for_each(|(to, from)| *to = *from);
        }
        let magnitude = kernel::magnitudes(level, self.numbers());
        self.bits = 64 - magnitude.leading_zeros();
    }

    /// The whole numbers.
    fn numbers(&self) -> &[i64; 64] {
        self.column.unwrap_or(&self.ints)
    }

    fn whole(&mut self, n: i64) {
        self.ints = [n; 64];
        self.known = u64::MAX;
        self.bits = 64 - n.unsigned_abs().leading_zeros();
    }

    /// Planes of a reckoning with both parts: nothing on either side is nothing.
    fn both(&mut self, a: &Self, b: &Self) {
        self.known = a.known & b.known;
        self.nothing = a.nothing | b.nothing;
    }

    fn ints(&mut self, operator: Operator, a: &Self, b: &Self, level: Level) {
        self.both(a, b);
        self.bits = match operator {
            Operator::Multiply => a.bits + b.bits,
            _ => a.bits.max(b.bits) + 1,
        };
        if self.bits > 63 {
            return self.checked(operator, a, b);
        }
        let pairs = a.numbers().iter().zip(b.numbers());
        match operator {
            Operator::Multiply => kernel::products(level, a.numbers(), b.numbers(), &mut self.ints),
            Operator::Add => self
                .ints
                .iter_mut()
                .zip(pairs)
                .for_each(|(out, (x, y))| *out = x.wrapping_add(*y)),
            _ => self
                .ints
                .iter_mut()
                .zip(pairs)
                .for_each(|(out, (x, y))| *out = x.wrapping_sub(*y)),
        }
    }

    /// Where numbers may be out of range: those that are, are unknown.
    fn checked(&mut self, operator: Operator, a: &Self, b: &Self) {
        self.bits = 64;
        for (row, (out, (x, y))) in self
            .ints
            .iter_mut()
            .zip(a.numbers().iter().zip(b.numbers()))
            .enumerate()
        {
            let exact = arithmetic::ints(operator, *x, *y);
            self.known &= !(u64::from(exact.is_err()) << row);
            *out = exact.unwrap_or(0);
        }
    }

    fn doubles(&mut self, operator: Operator, a: &Self, b: &Self, level: Level) {
        self.both(a, b);
        let pairs = self.reals.iter_mut().zip(a.reals.iter().zip(&b.reals));
        match operator {
            Operator::Add => pairs.for_each(|(out, (x, y))| *out = x + y),
            Operator::Subtract => pairs.for_each(|(out, (x, y))| *out = x - y),
            Operator::Multiply => pairs.for_each(|(out, (x, y))| *out = x * y),
            Operator::Divide => pairs.for_each(|(out, (x, y))| *out = x / y),
            Operator::Remainder => pairs.for_each(|(out, (x, y))| *out = x % y),
        }
        self.rank();
        // A division by zero is not finite either.
        let above = kernel::at_least(level, &self.ints, &[rank(f64::INFINITY); 64]);
        let below = kernel::at_least(level, &[rank(f64::NEG_INFINITY); 64], &self.ints);
        self.known &= !(above | below);
    }

    fn rank(&mut self) {
        let all = self.ints.iter_mut().zip(&self.reals);
        all.for_each(|(to, x)| *to = rank(*x));
    }
}

/// A whole number that stands among those of other decimals as the decimal does; beyond those of infinity for what
/// is no number.
fn rank(x: f64) -> i64 {
    // Added to zero, since the two zeros are equal.
    let bits = (x + 0.0).to_bits() as i64;
    bits ^ (bits >> 63 & i64::MAX)
}

fn compared(comparison: Comparison, a: &Register, b: &Register, level: Level) -> Words {
    let at_least = |x: &Register, y: &Register| kernel::at_least(level, x.numbers(), y.numbers());
    let holds = match comparison {
        Comparison::Ge => at_least(a, b),
        Comparison::Lt => !at_least(a, b),
        Comparison::Le => at_least(b, a),
        Comparison::Gt => !at_least(b, a),
        Comparison::Eq => at_least(a, b) & at_least(b, a),
        Comparison::Ne => !(at_least(a, b) & at_least(b, a)),
    };
    let (known, nothing) = (a.known & b.known, a.nothing | b.nothing);
    let differs = if comparison == Comparison::Ne {
        nothing
    } else {
        0
    };
    Words {
        yes: holds & known | differs,
        known: known | nothing,
    }
}
