//! Making classes: what each text, record, day or stretch of numbers says of every leaf over its column.

use super::{CLASSES_MAX, Coded, Keys, UNSEEN, from_sortable, sortable};
use crate::plan::Ground;
use crate::plan::leaf::{Names, cuts, whole};
use crate::{Bits, Cells, Column, NO_ROW, Rule, Table, Tables, Value, World};
use std::collections::HashMap;

/// Texts or days that are asked one by one.
const KEYS_MAX: usize = 1 << 16;

/// What the column of a leaf asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::plan) enum Shape {
    /// Compared with constants only.
    Stretches(Vec<i64>),
    /// Anything, over texts, records or days.
    Each,
}

/// How a leaf over one column can be coded; `None` where it cannot.
pub(in crate::plan) fn shape(
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
        Cells::Int(_) => match cuts(&leaf.root, world, names) {
            Some(cuts) => cuts
                .iter()
                .map(whole)
                .collect::<Option<_>>()
                .map(Shape::Stretches),
            None => Some(Shape::Each),
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

/// What leaves say of some keys: of each key one after another, every leaf.
pub(in crate::plan) struct Answers {
    leaves: usize,
    says: Vec<Said>,
}

/// What a leaf says, in a byte.
pub(in crate::plan) type Said = Option<bool>;

impl Answers {
    fn of(&self, key: usize) -> &[Said] {
        self.says
            .get(key * self.leaves..(key + 1) * self.leaves)
            .unwrap_or_default()
    }

    /// What the first leaf says of each key.
    pub(in crate::plan) fn first(&self) -> impl Iterator<Item = Said> + '_ {
        self.says.iter().step_by(self.leaves.max(1)).copied()
    }
}

impl Ground<'_> {
    /// What each leaf says of these rows of the own table.
    fn answers(&self, leaves: &[usize], rows: &[u32]) -> Answers {
        let mut says = vec![None; rows.len() * leaves.len()];
        for (place, leaf) in leaves.iter().enumerate() {
            let found = self.verdicts(rows, *leaf);
            for (bits, said) in [(&found.yes, true), (&found.no, false)] {
                for row in bits.ones() {
                    if let Some(to) = says.get_mut(row * leaves.len() + place) {
                        *to = Some(said);
                    }
                }
            }
        }
        Answers {
            leaves: leaves.len(),
            says,
        }
    }

    /// As above, of cells that need not occur: a table of these cells alone is asked.
    pub(in crate::plan) fn answers_of(
        &self,
        leaves: &[usize],
        at: usize,
        column: Column,
    ) -> Answers {
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
        let world = World {
            tables: &tables,
            ..*self.world
        };
        Ground {
            world: &world,
            ..*self
        }
        .answers(leaves, &rows)
    }
}

/// Codes a column for leaves of one shape; several features where one byte is not enough. A leaf of which one byte
/// cannot tell enough is left out. No row is coded yet.
pub(in crate::plan) fn code(
    ground: &Ground<'_>,
    column: usize,
    mut leaves: Vec<(usize, Shape)>,
) -> Vec<Coded> {
    leaves.sort_by(|a, b| a.1.cmp(&b.1).then(a.0.cmp(&b.0)));
    let Some(cells) = ground.table().and_then(|table| table.columns.get(column)) else {
        return Vec::new();
    };
    let range = if leaves.iter().any(|(_, shape)| *shape == Shape::Each) {
        range(cells)
    } else {
        None
    };
    share_out(ground, (column, cells), range, leaves)
}

fn share_out(
    ground: &Ground<'_>,
    (at, cells): (usize, &Column),
    range: Option<(i64, i64)>,
    mut leaves: Vec<(usize, Shape)>,
) -> Vec<Coded> {
    let numbers: Vec<usize> = leaves.iter().map(|(leaf, _)| *leaf).collect();
    let cuts = |(_, shape): &(usize, Shape)| match shape {
        Shape::Stretches(cuts) => cuts.clone(),
        Shape::Each => Vec::new(),
    };
    let made = if leaves
        .iter()
        .any(|(_, shape)| matches!(shape, Shape::Stretches(_)))
    {
        stretches_of(
            ground,
            at,
            cells,
            &numbers,
            leaves.iter().flat_map(cuts).collect(),
        )
    } else {
        each_of(ground, at, cells, range, &numbers)
    };
    match made {
        Some(coded) => vec![coded],
        None if leaves.len() <= 1 => Vec::new(),
        None => {
            let rest = leaves.split_off(leaves.len() / 2);
            let mut all = share_out(ground, (at, cells), range, leaves);
            all.extend(share_out(ground, (at, cells), range, rest));
            all
        }
    }
}

/// The least and the greatest number present.
fn range(column: &Column) -> Option<(i64, i64)> {
    let Cells::Int(numbers) = &column.cells else {
        return None;
    };
    let mut range: Option<(i64, i64)> = None;
    for (numbers, present) in numbers.chunks(64).zip(column.present.words()) {
        for (row, n) in numbers.iter().enumerate() {
            if present >> row & 1 == 1 {
                range = Some(range.map_or((*n, *n), |(least, most)| (least.min(*n), most.max(*n))));
            }
        }
    }
    range
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
    if cuts.len() + 3 > CLASSES_MAX {
        return None;
    }
    let real = matches!(column.cells, Cells::Double(_));
    // An empty cell, a number that is not finite, one below every cut, and each cut.
    let below = if real { sortable(f64::MIN) } else { i64::MIN };
    let numbers = [0, 0, below].into_iter().chain(cuts.iter().copied());
    let present: Bits = (0..cuts.len() + 3).map(|key| key > 0).collect();
    let cells = if real {
        let mut reals: Vec<f64> = numbers.map(from_sortable).collect();
        reals.iter_mut().skip(1).take(1).for_each(|x| *x = f64::NAN);
        Cells::Double(reals)
    } else {
        Cells::Int(numbers.collect())
    };
    let answers = ground.answers_of(leaves, at, Column { present, cells });
    // A cut that changes nothing is no cut.
    let (mut kept, mut says) = (Vec::new(), [answers.of(0), answers.of(2)].concat());
    let mut before = answers.of(2);
    for (key, cut) in (3..).zip(cuts) {
        if answers.of(key) != before {
            before = answers.of(key);
            kept.push(cut);
            says.extend(before);
        }
    }
    let odd = kept.len() as u8 + 2;
    says.extend(answers.of(1));
    let keys = if real {
        Keys::RealCuts(kept)
    } else {
        Keys::Cuts(kept)
    };
    Some(Coded::new(at, leaves, keys, (Vec::new(), odd), says))
}

/// Classes by each text, record or day; `None` where there are too many.
fn each_of(
    ground: &Ground<'_>,
    at: usize,
    column: &Column,
    range: Option<(i64, i64)>,
    leaves: &[usize],
) -> Option<Coded> {
    let (keys, answers, met) = match &column.cells {
        Cells::Symbol { dictionary, .. } => {
            let keys = dictionary.len() as u32;
            let cells = Cells::Symbol {
                codes: std::iter::once(0).chain(0..keys).collect(),
                dictionary: dictionary.clone(),
            };
            let answers = ground.answers_of(
                leaves,
                at,
                Column {
                    present: all_but_first(keys as usize),
                    cells,
                },
            );
            (Keys::Number, answers, Met::all(keys as usize))
        }
        Cells::Int(_) => {
            let (from, until) = range.unwrap_or((0, 0));
            let keys = usize::try_from(until.checked_sub(from)?)
                .ok()
                .filter(|keys| *keys < KEYS_MAX)?
                + 1;
            let cells = Cells::Int(std::iter::once(0).chain(from..=until).collect());
            let answers = ground.answers_of(
                leaves,
                at,
                Column {
                    present: all_but_first(keys),
                    cells,
                },
            );
            (Keys::Days(from), answers, Met::all(keys))
        }
        Cells::Record(numbers) => {
            let (answers, met) = records(ground, column, numbers, leaves);
            (Keys::Number, answers, met)
        }
        Cells::Bool(_) | Cells::Double(_) | Cells::List { .. } => return None,
    };
    let unknown = vec![None; leaves.len()];
    let mut says = met.empty.map_or(unknown, |key| answers.of(key).to_vec());
    let mut seen: HashMap<&[Said], u8> = HashMap::new();
    let mut class = |key: Option<usize>| match key.map(|key| answers.of(key)) {
        None => Some(UNSEEN),
        Some(said) => {
            if let Some(class) = seen.get(said) {
                return Some(*class);
            }
            let class = seen.len() + 1;
            says.extend(said);
            seen.insert(said, class as u8);
            (class < CLASSES_MAX).then_some(class as u8)
        }
    };
    let class_of = met
        .keys
        .into_iter()
        .map(&mut class)
        .collect::<Option<Vec<u8>>>()?;
    let odd = class(met.odd)?;
    let empty_met = met.empty.is_some();
    Some(Coded {
        empty_met,
        ..Coded::new(at, leaves, keys, (class_of, odd), says)
    })
}

fn all_but_first(keys: usize) -> Bits {
    (0..=keys).map(|key| key > 0).collect()
}

/// Where in the answers each key stands that was met; `None` for one that no row has.
struct Met {
    empty: Option<usize>,
    keys: Vec<Option<usize>>,
    odd: Option<usize>,
}

impl Met {
    fn all(keys: usize) -> Self {
        Self {
            empty: Some(0),
            keys: (1..=keys).map(Some).collect(),
            odd: None,
        }
    }
}

/// What the leaves say of each record that a row refers to, asked of one such row, since a leaf may read the record.
fn records(
    ground: &Ground<'_>,
    column: &Column,
    numbers: &[u32],
    leaves: &[usize],
) -> (Answers, Met) {
    let most = numbers
        .iter()
        .filter(|n| **n != NO_ROW)
        .max()
        .map_or(0, |n| *n as usize + 1);
    // The empty cell stands first, a reference to no record last.
    let mut first = vec![NO_ROW; most + 2];
    let mut before = usize::MAX;
    for (row, number) in numbers.iter().enumerate() {
        let key = match (column.present.get(row), *number) {
            (false, _) => 0,
            (true, NO_ROW) => most + 1,
            (true, n) => n as usize + 1,
        };
        if key != before
            && let Some(first) = first.get_mut(key).filter(|first| **first == NO_ROW)
        {
            *first = row as u32;
        }
        before = key;
    }
    let rows: Vec<u32> = first.iter().copied().filter(|row| *row != NO_ROW).collect();
    let mut next = 0..;
    let mut keys: Vec<Option<usize>> = first
        .iter()
        .map(|row| if *row == NO_ROW { None } else { next.next() })
        .collect();
    let odd = keys.pop().flatten();
    let empty = keys.drain(..1).next().flatten();
    (ground.answers(leaves, &rows), Met { empty, keys, odd })
}
