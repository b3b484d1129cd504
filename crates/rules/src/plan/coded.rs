//! Class codes: a column's values fall into classes that no leaf over the column tells apart, one byte for each row.
//!
//! What a class means is asked of the plain engine, once for each text, record, day or stretch of numbers, so a
//! leaf may use the whole language. Class 0 is an empty cell.

use super::kernel::{self, Classes, Level};
use super::leaf::{Names, cuts, whole};
use crate::{Bits, Cells, Column, Frame, NO_ROW, Rule, Table, Tables, Value, World, verdicts};
use std::collections::HashMap;

/// The class of what has not been seen yet.
const UNSEEN: u8 = 255;
/// Classes of one feature beside [`UNSEEN`]; with more, its leaves are shared out over several features.
const CLASSES_MAX: usize = 255;
/// Texts or days that are asked one by one.
const KEYS_MAX: usize = 1 << 16;

/// How a value finds its class.
#[derive(Clone, Debug)]
enum Keys {
    /// By the number of its text or record.
    Number,
    /// By how many of these it reaches: the first number of each stretch, ascending.
    Cuts(Vec<i64>),
    /// As above, for decimals as numbers that sort alike.
    RealCuts(Vec<i64>),
    /// By the number of days from this one.
    Days(i64),
}

/// The classes of one column for some leaves.
#[derive(Clone, Debug)]
pub(super) struct Coded {
    pub(super) column: usize,
    /// The leaves, by number.
    pub(super) leaves: Vec<usize>,
    keys: Keys,
    /// The class of each key, where it is not the key itself.
    class_of: Vec<u8>,
    /// The class of what is no key: a reference to no record, a decimal that is not finite.
    odd: u8,
    /// What each class says of each leaf.
    says: Vec<Vec<Option<bool>>>,
    /// The class of each row, padded to whole blocks with empty cells.
    pub(super) codes: Vec<u8>,
    /// Which classes each block holds, where few blocks hold many.
    pub(super) zones: Vec<Classes>,
}

/// A decimal as a number that sorts like it.
fn sortable(x: f64) -> i64 {
    // Zero has two signs and one place.
    let bits = (x + 0.0).to_bits() as i64;
    bits ^ ((bits >> 63) as u64 >> 1) as i64
}

/// What the column of a leaf asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    /// Compared with constants only.
    Stretches(Vec<i64>),
    /// Anything, over texts, records or days.
    Each,
}

/// How a leaf over one column can be coded; `None` where it cannot.
pub(super) fn shape(
    leaf: &Rule,
    column: &Column,
    elsewhere: bool,
    world: &World<'_>,
    names: &Names<'_>,
) -> Option<Shape> {
    match &column.cells {
        Cells::Record(_) => Some(Shape::Each),
        _ if elsewhere => None,
        Cells::Symbol { codes, dictionary } => {
            (dictionary.len() <= KEYS_MAX.max(codes.len() / 4)).then_some(Shape::Each)
        }
        Cells::Int(numbers) => match cuts(&leaf.root, world, names) {
            Some(cuts) => cuts
                .iter()
                .map(whole)
                .collect::<Option<_>>()
                .map(Shape::Stretches),
            None => {
                let range = range(numbers, &column.present)?;
                ((range.1.checked_sub(range.0)? as u64) < KEYS_MAX as u64).then_some(Shape::Each)
            }
        },
        Cells::Double(_) => {
            let real = |value: &Value| match value {
                Value::Double(x) if x.is_finite() => Some(sortable(*x)),
                _ => None,
            };
            let cuts = cuts(&leaf.root, world, names)?;
            cuts.iter()
                .map(real)
                .collect::<Option<_>>()
                .map(Shape::Stretches)
        }
        Cells::Bool(_) | Cells::List { .. } => None,
    }
}

/// The least and the greatest number present.
fn range(numbers: &[i64], present: &Bits) -> Option<(i64, i64)> {
    present
        .ones()
        .filter_map(|row| numbers.get(row))
        .fold(None, |range, n| {
            let (least, most) = range.unwrap_or((*n, *n));
            Some((least.min(*n), most.max(*n)))
        })
}

/// What the making of a feature reads.
pub(super) struct Ground<'g> {
    pub(super) own: usize,
    pub(super) world: &'g World<'g>,
    pub(super) names: &'g Names<'g>,
    pub(super) leaves: &'g [Rule],
    pub(super) level: Level,
}

impl<'g> Ground<'g> {
    fn table(&self) -> Option<&'g Table> {
        self.world.tables.tables.get(self.own)
    }

    /// What each leaf says of these rows of the own table, row by row.
    fn answers(&self, world: &World<'_>, leaves: &[usize], rows: &[u32]) -> Vec<Vec<Option<bool>>> {
        let mut says = vec![Vec::with_capacity(leaves.len()); rows.len()];
        for leaf in leaves.iter().filter_map(|leaf| self.leaves.get(*leaf)) {
            let frame = Frame {
                len: rows.len(),
                own: Some(rows),
                names: self.names.clone(),
            };
            let found = verdicts(leaf, world, &frame);
            for (row, says) in says.iter_mut().enumerate() {
                says.push(
                    found
                        .yes
                        .get(row)
                        .then_some(true)
                        .or(found.no.get(row).then_some(false)),
                );
            }
        }
        says
    }

    /// As above, of cells that need not occur: a table of these cells alone is asked.
    pub(super) fn answers_of(
        &self,
        leaves: &[usize],
        at: usize,
        column: Column,
    ) -> Vec<Vec<Option<bool>>> {
        let rows: Vec<u32> = (0..column.present.len() as u32).collect();
        let empty = Column {
            present: Bits::default(),
            cells: Cells::Bool(Bits::default()),
        };
        let mut columns = vec![empty; at];
        columns.push(column);
        let mut tables = vec![Table::default(); self.world.tables.tables.len()];
        if let Some(own) = tables.get_mut(self.own) {
            *own = Table {
                columns,
                record: rows.clone(),
                ..Table::default()
            };
        }
        let tables = Tables { tables };
        self.answers(
            &World {
                tables: &tables,
                ..*self.world
            },
            leaves,
            &rows,
        )
    }
}

/// Codes a column for leaves of one shape; several features where one byte is not enough, and none for a leaf that
/// alone has too many stretches.
pub(super) fn code(
    ground: &Ground<'_>,
    column: usize,
    mut leaves: Vec<(usize, Shape)>,
) -> Vec<Coded> {
    leaves.sort_by(|a, b| a.1.cmp(&b.1).then(a.0.cmp(&b.0)));
    let numbers: Vec<usize> = leaves.iter().map(|(leaf, _)| *leaf).collect();
    let made = ground
        .table()
        .and_then(|t| t.columns.get(column))
        .map(|cells| {
            let stretches = leaves.iter().filter_map(|(_, shape)| match shape {
                Shape::Stretches(cuts) => Some(cuts),
                Shape::Each => None,
            });
            let cuts: Vec<i64> = stretches.flatten().copied().collect();
            let by_stretch = leaves
                .iter()
                .any(|(_, shape)| matches!(shape, Shape::Stretches(_)));
            if by_stretch {
                stretches_of(ground, column, cells, &numbers, cuts)
            } else {
                each_of(ground, column, cells, &numbers)
            }
        });
    match made {
        None => Vec::new(),
        Some(Some(mut coded)) => {
            coded.fill(ground);
            vec![coded]
        }
        Some(None) if leaves.len() == 1 => Vec::new(),
        Some(None) => {
            let rest = leaves.split_off(leaves.len() / 2);
            let mut all = code(ground, column, leaves);
            all.extend(code(ground, column, rest));
            all
        }
    }
}

/// Classes by stretches of numbers; `None` where there are too many.
fn stretches_of(
    ground: &Ground<'_>,
    at: usize,
    column: &Column,
    leaves: &[usize],
    mut cuts: Vec<i64>,
) -> Option<Coded> {
    cuts.sort_unstable();
    cuts.dedup();
    let real = matches!(column.cells, Cells::Double(_));
    let ask = |numbers: Vec<i64>| {
        let present: Bits = std::iter::once(false)
            .chain(numbers.iter().map(|_| true))
            .collect();
        let numbers = std::iter::once(0).chain(numbers);
        let cells = if real {
            Cells::Double(numbers.map(from_sortable).collect())
        } else {
            Cells::Int(numbers.collect())
        };
        ground.answers_of(leaves, at, Column { present, cells })
    };
    let below = if real { sortable(f64::MIN) } else { i64::MIN };
    let mut says = ask(std::iter::once(below).chain(cuts.iter().copied()).collect());
    // A cut that changes nothing is no cut.
    let mut kept = Vec::new();
    let mut merged: Vec<Vec<Option<bool>>> = says.drain(..2.min(says.len())).collect();
    for (cut, says) in cuts.into_iter().zip(says) {
        if merged.last() != Some(&says) {
            kept.push(cut);
            merged.push(says);
        }
    }
    let mut odd = 0;
    if real {
        // Not finite is unknown with its reason; an empty cell may be nothing.
        odd = merged.len() as u8;
        let column = Column {
            present: Bits::filled(1, true),
            cells: Cells::Double(vec![f64::NAN]),
        };
        merged.extend(ground.answers_of(leaves, at, column));
    }
    (merged.len() <= CLASSES_MAX).then(|| Coded {
        column: at,
        leaves: leaves.to_vec(),
        keys: if real {
            Keys::RealCuts(kept)
        } else {
            Keys::Cuts(kept)
        },
        class_of: Vec::new(),
        odd,
        says: merged,
        codes: Vec::new(),
        zones: Vec::new(),
    })
}

fn from_sortable(n: i64) -> f64 {
    f64::from_bits((n ^ ((n >> 63) as u64 >> 1) as i64) as u64)
}

/// Classes by each text, record or day; `None` where there are too many.
fn each_of(ground: &Ground<'_>, at: usize, column: &Column, leaves: &[usize]) -> Option<Coded> {
    let (keys, says, odd) = match &column.cells {
        Cells::Symbol { dictionary, .. } => {
            let present = std::iter::once(false)
                .chain(dictionary.iter().map(|_| true))
                .collect();
            let codes = std::iter::once(0)
                .chain(0..dictionary.len() as u32)
                .collect();
            let cells = Cells::Symbol {
                codes,
                dictionary: dictionary.clone(),
            };
            let says = ground.answers_of(leaves, at, Column { present, cells });
            (
                Keys::Number,
                says.into_iter().map(Some).collect::<Vec<_>>(),
                None,
            )
        }
        Cells::Int(numbers) => {
            let (from, until) = range(numbers, &column.present).unwrap_or((0, 0));
            let present = std::iter::once(false)
                .chain((from..=until).map(|_| true))
                .collect();
            let cells = Cells::Int(std::iter::once(0).chain(from..=until).collect());
            let says = ground.answers_of(leaves, at, Column { present, cells });
            (Keys::Days(from), says.into_iter().map(Some).collect(), None)
        }
        Cells::Record(numbers) => {
            let (says, odd) = records(ground, column, numbers, leaves);
            (Keys::Number, says, odd)
        }
        Cells::Bool(_) | Cells::Double(_) | Cells::List { .. } => return None,
    };
    let mut coded = Coded {
        column: at,
        leaves: leaves.to_vec(),
        keys,
        class_of: Vec::new(),
        odd: UNSEEN,
        says: vec![
            says.first()
                .cloned()
                .flatten()
                .unwrap_or_else(|| vec![None; leaves.len()]),
        ],
        codes: Vec::new(),
        zones: Vec::new(),
    };
    let mut seen = HashMap::new();
    let mut class = |says: Option<Vec<Option<bool>>>| match says {
        None => Some(UNSEEN),
        Some(says) => {
            let next = coded.says.len();
            let class = *seen.entry(says.clone()).or_insert(next);
            if class == next {
                coded.says.push(says);
            }
            (class < CLASSES_MAX).then_some(class as u8)
        }
    };
    let class_of = says
        .into_iter()
        .skip(1)
        .map(&mut class)
        .collect::<Option<Vec<u8>>>();
    let odd = class(odd);
    coded.class_of = class_of?;
    coded.odd = odd?;
    Some(coded)
}

/// What the leaves say of an empty cell and of each record that a row refers to, asked of one such row;
/// then of a reference to no record.
type Seen = (Vec<Option<Vec<Option<bool>>>>, Option<Vec<Option<bool>>>);

fn records(ground: &Ground<'_>, column: &Column, numbers: &[u32], leaves: &[usize]) -> Seen {
    let most = numbers
        .iter()
        .filter(|n| **n != NO_ROW)
        .max()
        .map_or(0, |n| *n as usize + 1);
    // Position 0 is the empty cell, the last one no record.
    let mut first = vec![NO_ROW; most + 2];
    for (row, number) in numbers.iter().enumerate() {
        let key = match (column.present.get(row), *number) {
            (false, _) => 0,
            (true, NO_ROW) => most + 1,
            (true, n) => n as usize + 1,
        };
        if let Some(first) = first.get_mut(key).filter(|first| **first == NO_ROW) {
            *first = row as u32;
        }
    }
    let rows: Vec<u32> = first.iter().copied().filter(|row| *row != NO_ROW).collect();
    let mut answers = ground.answers(ground.world, leaves, &rows).into_iter();
    let mut says: Vec<Option<Vec<Option<bool>>>> = first
        .iter()
        .map(|row| (*row != NO_ROW).then(|| answers.next()).flatten())
        .collect();
    let odd = says.pop().flatten();
    (says, odd)
}

impl Coded {
    /// The classes that say what is wanted of the leaf at this place.
    pub(super) fn classes_where(
        &self,
        place: usize,
        wanted: impl Fn(Option<bool>) -> bool,
    ) -> Classes {
        let mut classes = Classes::default();
        for (class, says) in self.says.iter().enumerate() {
            if says.get(place).is_some_and(|said| wanted(*said)) {
                classes.insert(class as u8);
            }
        }
        classes
    }

    /// What a class says of the leaf at this place.
    pub(super) fn says(&self, class: usize, place: usize) -> Option<bool> {
        self.says.get(class)?.get(place).copied().flatten()
    }

    /// How many classes there are.
    pub(super) fn classes(&self) -> usize {
        self.says.len()
    }

    /// Codes every row of the table.
    fn fill(&mut self, ground: &Ground<'_>) {
        let Some((table, column)) = ground
            .table()
            .and_then(|t| Some((t, t.columns.get(self.column)?)))
        else {
            return;
        };
        self.codes = vec![0; table.rows().next_multiple_of(kernel::BLOCK)];
        let (chunks, _) = self.codes.as_chunks_mut::<64>();
        let words = column.present.words();
        match (&column.cells, &self.keys) {
            (Cells::Int(numbers), Keys::Cuts(cuts)) => {
                let mut last = [0; 64];
                for ((out, numbers), present) in
                    chunks.iter_mut().zip(numbers.chunks(64)).zip(words)
                {
                    kernel::ranks(
                        ground.level,
                        sixty_four(numbers, &mut last),
                        cuts,
                        *present,
                        out,
                    );
                }
            }
            (Cells::Double(numbers), Keys::RealCuts(cuts)) => {
                let mut keys = [0; 64];
                for ((out, numbers), present) in
                    chunks.iter_mut().zip(numbers.chunks(64)).zip(words)
                {
                    for (key, number) in keys.iter_mut().zip(numbers) {
                        *key = sortable(*number);
                    }
                    kernel::ranks(ground.level, &keys, cuts, *present, out);
                    for (row, (out, number)) in out.iter_mut().zip(numbers).enumerate() {
                        if !number.is_finite() && present >> row & 1 == 1 {
                            *out = self.odd;
                        }
                    }
                }
            }
            (Cells::Symbol { codes: numbers, .. } | Cells::Record(numbers), Keys::Number) => {
                for ((out, numbers), present) in
                    chunks.iter_mut().zip(numbers.chunks(64)).zip(words)
                {
                    for (row, (out, number)) in out.iter_mut().zip(numbers).enumerate() {
                        let class = self
                            .class_of
                            .get(*number as usize)
                            .copied()
                            .unwrap_or(self.odd);
                        *out = class & ((present >> row & 1) as u8).wrapping_neg();
                    }
                }
            }
            (Cells::Int(numbers), Keys::Days(from)) => {
                for ((out, numbers), present) in
                    chunks.iter_mut().zip(numbers.chunks(64)).zip(words)
                {
                    for (row, (out, number)) in out.iter_mut().zip(numbers).enumerate() {
                        let key = number.wrapping_sub(*from) as usize;
                        let class = self.class_of.get(key).copied().unwrap_or(UNSEEN);
                        *out = class & ((present >> row & 1) as u8).wrapping_neg();
                    }
                }
            }
            _ => {}
        }
        self.zone();
    }

    /// Notes which classes each block holds, where that lets blocks be skipped.
    fn zone(&mut self) {
        let clustered = |codes: &[u8]| {
            codes
                .windows(2)
                .filter(|pair| pair.first() != pair.last())
                .count()
                * 16
                <= codes.len()
        };
        let mut sampled = self
            .codes
            .chunks(kernel::BLOCK)
            .step_by(self.codes.len() / kernel::BLOCK / 4 + 1);
        if self.codes.is_empty() || !sampled.all(clustered) {
            return;
        }
        let classes = |codes: &[u8]| {
            let mut held = [false; 256];
            for code in codes {
                held[usize::from(*code)] = true;
            }
            let mut classes = Classes::default();
            (0..=255)
                .filter(|class| held[usize::from(*class)])
                .for_each(|class| classes.insert(class));
            classes
        };
        self.zones = self.codes.chunks(kernel::BLOCK).map(classes).collect();
    }

    /// The class of one row; `None` where it has not been met before.
    pub(super) fn class(&self, column: &Column, row: usize) -> Option<u8> {
        if !column.present.get(row) {
            return Some(0);
        }
        let rank = |cuts: &[i64], number| 1 + cuts.partition_point(|cut| *cut <= number) as u8;
        let class = match (&column.cells, &self.keys) {
            (Cells::Int(numbers), Keys::Cuts(cuts)) => rank(cuts, *numbers.get(row)?),
            (Cells::Int(numbers), Keys::Days(from)) => *self
                .class_of
                .get(usize::try_from(numbers.get(row)?.checked_sub(*from)?).ok()?)?,
            (Cells::Double(numbers), Keys::RealCuts(cuts)) => match *numbers.get(row)? {
                number if number.is_finite() => rank(cuts, sortable(number)),
                _ => self.odd,
            },
            (Cells::Symbol { codes: numbers, .. } | Cells::Record(numbers), Keys::Number) => {
                match *numbers.get(row)? {
                    NO_ROW => self.odd,
                    number => *self.class_of.get(number as usize)?,
                }
            }
            _ => return None,
        };
        (class != UNSEEN).then_some(class)
    }

    /// Writes the class of a row, and what that means for its block.
    pub(super) fn set(&mut self, row: usize, class: u8) {
        if row >= self.codes.len() {
            self.codes
                .resize((row + 1).next_multiple_of(kernel::BLOCK), 0);
            if !self.zones.is_empty() {
                let mut empty = Classes::default();
                empty.insert(0);
                self.zones.resize(self.codes.len() / kernel::BLOCK, empty);
            }
        }
        if let Some(code) = self.codes.get_mut(row) {
            *code = class;
        }
        if let Some(zone) = self.zones.get_mut(row / kernel::BLOCK) {
            zone.insert(class);
        }
    }
}

/// Sixty-four numbers; those of a last, shorter stretch are copied out.
fn sixty_four<'n>(numbers: &'n [i64], last: &'n mut [i64; 64]) -> &'n [i64; 64] {
    match numbers.first_chunk::<64>() {
        Some(whole) => whole,
        None => {
            for (to, from) in last.iter_mut().zip(numbers) {
                *to = *from;
            }
            last
        }
    }
}
