//! Sixty-four values of a step, and what is reckoned and compared of them.

use super::Words;
use crate::plan::kernel::{self, Level};
use crate::run::arithmetic;
use crate::{Cells, Comparison, Operator, Table};

/// Numbers so many rows on are asked for ahead: more columns are read at a time than the processor follows by itself.
const SOON: usize = 512;

/// Sixty-four values of a step.
#[derive(Clone)]
pub(in crate::plan) struct Register<'t> {
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
pub(super) static EMPTY: Register<'static> = Register {
    column: None,
    ints: [0; 64],
    reals: [0.0; 64],
    known: 0,
    nothing: 0,
    bits: 0,
};

impl<'t> Register<'t> {
    pub(super) fn read(
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

    pub(super) fn whole(&mut self, n: i64) {
        self.ints = [n; 64];
        self.known = u64::MAX;
        self.bits = 64 - n.unsigned_abs().leading_zeros();
    }

    pub(super) fn real(&mut self, x: f64) {
        self.reals = [x; 64];
        self.known = u64::MAX;
        self.rank();
    }

    /// Whole numbers as decimals.
    pub(super) fn widen(&mut self, a: &Self) {
        let all = self.reals.iter_mut().zip(a.numbers());
        all.for_each(|(out, n)| *out = *n as f64);
        (self.known, self.nothing) = (a.known, a.nothing);
        self.rank();
    }

    /// Planes of a reckoning with both parts: nothing on either side is nothing.
    fn both(&mut self, a: &Self, b: &Self) {
        self.known = a.known & b.known;
        self.nothing = a.nothing | b.nothing;
    }

    pub(super) fn ints(&mut self, operator: Operator, a: &Self, b: &Self, level: Level) {
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

    pub(super) fn doubles(&mut self, operator: Operator, a: &Self, b: &Self, level: Level) {
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

pub(super) fn compared(comparison: Comparison, a: &Register, b: &Register, level: Level) -> Words {
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
