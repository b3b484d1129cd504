//! Lanes: one value for each row of a block, with its planes of *known* and *nothing*.

use super::reason::Reason;
use crate::{Bits, Day, Moment, Type, Value};
use std::borrow::Cow;

/// The values of one node over a block. A lane of length 1 stands for every row.
/// Invariant: a bit is in at most one of `known` and `nothing`; in neither means unknown.
#[derive(Clone, Debug)]
pub(super) struct Lane<'a> {
    pub(super) known: Bits,
    pub(super) nothing: Bits,
    pub(super) data: Data<'a>,
    /// Reasons of unknown rows, ascending by row; most unknown rows have none.
    pub(super) why: Vec<(u32, Reason)>,
}

/// The values; placeholders where a row is not known.
#[derive(Clone, Debug)]
pub(super) enum Data<'a> {
    /// Invariant: a subset of `known`.
    Bool(Bits),
    /// Int, Money, Date, Time, Duration.
    Int(Vec<i64>),
    Double(Vec<f64>),
    Text(Texts<'a>),
    Record(usize, Vec<u32>),
    /// Row `i` holds `items[ends[i-1]..ends[i]]`. Invariant: a row that is not known holds none.
    List(Vec<u32>, Box<Lane<'a>>),
}

/// Texts as numbers into a dictionary; here two numbers may mean the same text.
#[derive(Clone, Debug)]
pub(super) struct Texts<'a> {
    pub(super) codes: Vec<u32>,
    pub(super) dictionary: Cow<'a, [Box<str>]>,
}

/// One row of a lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell<T> {
    Is(T),
    Nothing,
    Unknown(Option<Reason>),
}

impl<T> Cell<T> {
    pub(super) fn map<U>(self, f: impl FnOnce(T) -> U) -> Cell<U> {
        self.and(|x| Cell::Is(f(x)))
    }

    pub(super) fn and<U>(self, f: impl FnOnce(T) -> Cell<U>) -> Cell<U> {
        match self {
            Self::Is(x) => f(x),
            Self::Nothing => Cell::Nothing,
            Self::Unknown(why) => Cell::Unknown(why),
        }
    }

    /// Both values; nothing on either side is nothing, since then there is nothing to reckon with.
    pub(super) fn zip<U>(self, other: Cell<U>) -> Cell<(T, U)> {
        match (self, other) {
            (Self::Is(x), Cell::Is(y)) => Cell::Is((x, y)),
            (Self::Nothing, _) | (_, Cell::Nothing) => Cell::Nothing,
            (Self::Unknown(why), Cell::Unknown(other)) => Cell::Unknown(why.or(other)),
            (Self::Unknown(why), _) | (_, Cell::Unknown(why)) => Cell::Unknown(why),
        }
    }
}

impl<T> From<Result<T, Reason>> for Cell<T> {
    fn from(result: Result<T, Reason>) -> Self {
        match result {
            Ok(x) => Self::Is(x),
            Err(reason) => Self::Unknown(Some(reason)),
        }
    }
}

/// The planes of a lane that is being built row by row.
#[derive(Default)]
pub(super) struct Planes {
    pub(super) known: Bits,
    pub(super) nothing: Bits,
    pub(super) why: Vec<(u32, Reason)>,
}

impl Planes {
    /// Notes the state of the next row and gives its value, if it has one.
    pub(super) fn push<T>(&mut self, cell: Cell<T>) -> Option<T> {
        self.known.push(matches!(cell, Cell::Is(_)));
        self.nothing.push(matches!(cell, Cell::Nothing));
        match cell {
            Cell::Is(x) => return Some(x),
            Cell::Unknown(Some(reason)) => self.why.push((self.known.len() as u32 - 1, reason)),
            Cell::Nothing | Cell::Unknown(None) => {}
        }
        None
    }

    pub(super) fn lane(self, data: Data<'_>) -> Lane<'_> {
        Lane {
            known: self.known,
            nothing: self.nothing,
            data,
            why: self.why,
        }
    }
}

/// The common length of lanes that are combined.
pub(super) fn length(lanes: &[&Lane<'_>]) -> usize {
    lanes.iter().map(|l| l.len()).find(|n| *n != 1).unwrap_or(1)
}

/// A plane over `len` rows, repeated when it stands for every row.
pub(super) fn plane(bits: &Bits, len: usize) -> Cow<'_, Bits> {
    if bits.len() == len {
        Cow::Borrowed(bits)
    } else {
        Cow::Owned(Bits::filled(len, bits.get(0)))
    }
}

/// Combines two planes of one length word by word.
pub(super) fn combine(a: &Bits, b: &Bits, f: impl Fn(u64, u64) -> u64) -> Bits {
    let mut out = a.clone();
    for (word, other) in out.words_mut().iter_mut().zip(b.words()) {
        *word = f(*word, *other);
    }
    out.trim();
    out
}

impl<'a> Lane<'a> {
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Position of a row; 0 when the lane stands for every row.
    pub(super) fn at(&self, row: usize) -> usize {
        if self.len() == 1 { 0 } else { row }
    }

    /// A lane of which nothing is known.
    pub(super) fn unknown(why: Option<Reason>) -> Self {
        let mut planes = Planes::default();
        let _: Option<i64> = planes.push(Cell::Unknown(why));
        planes.lane(Data::Int(vec![0]))
    }

    pub(super) fn ints(len: usize, cell: impl FnMut(usize) -> Cell<i64>) -> Self {
        let mut planes = Planes::default();
        let data = (0..len).map(cell).map(|c| planes.push(c).unwrap_or(0));
        let data = Data::Int(data.collect());
        planes.lane(data)
    }

    pub(super) fn doubles(len: usize, cell: impl FnMut(usize) -> Cell<f64>) -> Self {
        let mut planes = Planes::default();
        let data = (0..len).map(cell).map(|c| planes.push(c).unwrap_or(0.0));
        let data = Data::Double(data.collect());
        planes.lane(data)
    }

    pub(super) fn bools(len: usize, cell: impl FnMut(usize) -> Cell<bool>) -> Self {
        let mut planes = Planes::default();
        let data: Bits = (0..len)
            .map(cell)
            .map(|c| planes.push(c).unwrap_or(false))
            .collect();
        planes.lane(Data::Bool(data))
    }

    pub(super) fn texts(len: usize, cell: impl FnMut(usize) -> Cell<Box<str>>) -> Self {
        let mut planes = Planes::default();
        let dictionary: Vec<Box<str>> = (0..len)
            .map(cell)
            .map(|c| planes.push(c).unwrap_or_default())
            .collect();
        planes.lane(Data::Text(Texts {
            codes: (0..len as u32).collect(),
            dictionary: Cow::Owned(dictionary),
        }))
    }

    /// Texts of which there are only a few.
    pub(super) fn few_texts(len: usize, cell: impl FnMut(usize) -> Cell<&'static str>) -> Self {
        let mut planes = Planes::default();
        let mut dictionary: Vec<Box<str>> = Vec::new();
        let mut codes = Vec::with_capacity(len);
        for text in (0..len).map(cell).map(|c| planes.push(c)) {
            let known = |text: &str| dictionary.iter().position(|known| **known == *text);
            codes.push(match text.map(|text| (text, known(text))) {
                None => 0,
                Some((_, Some(code))) => code as u32,
                Some((text, None)) => {
                    dictionary.push(text.into());
                    dictionary.len() as u32 - 1
                }
            });
        }
        planes.lane(Data::Text(Texts {
            codes,
            dictionary: Cow::Owned(dictionary),
        }))
    }

    /// Why a row is unknown, if more is known than that its field is empty.
    pub(super) fn reason(&self, row: usize) -> Option<Reason> {
        let row = self.at(row) as u32;
        let found = self.why.binary_search_by_key(&row, |(at, _)| *at).ok()?;
        self.why.get(found).map(|(_, reason)| *reason)
    }

    /// A row, its value read by `get`.
    pub(super) fn cell<T>(&self, row: usize, get: impl FnOnce(usize) -> Option<T>) -> Cell<T> {
        let at = self.at(row);
        if self.known.get(at)
            && let Some(value) = get(at)
        {
            return Cell::Is(value);
        }
        if self.nothing.get(at) {
            return Cell::Nothing;
        }
        Cell::Unknown(self.reason(row))
    }

    pub(super) fn bool(&self, row: usize) -> Cell<bool> {
        self.cell(row, |at| match &self.data {
            Data::Bool(bits) => Some(bits.get(at)),
            _ => None,
        })
    }

    pub(super) fn int(&self, row: usize) -> Cell<i64> {
        self.cell(row, |at| match &self.data {
            Data::Int(items) => items.get(at).copied(),
            _ => None,
        })
    }

    pub(super) fn double(&self, row: usize) -> Cell<f64> {
        self.cell(row, |at| match &self.data {
            Data::Double(items) => items.get(at).copied(),
            _ => None,
        })
    }

    pub(super) fn record(&self, row: usize) -> Cell<(usize, u32)> {
        self.cell(row, |at| match &self.data {
            Data::Record(table, items) => items.get(at).map(|n| (*table, *n)),
            _ => None,
        })
    }

    pub(super) fn text(&self, row: usize) -> Cell<&str> {
        self.cell(row, |at| match &self.data {
            Data::Text(texts) => texts.get(at),
            _ => None,
        })
    }

    /// The items of a row; none where the list is not known.
    pub(super) fn range(&self, row: usize) -> std::ops::Range<usize> {
        let at = self.at(row);
        match &self.data {
            Data::List(ends, _) if self.known.get(at) => {
                let start = at.checked_sub(1).and_then(|i| ends.get(i));
                start.map_or(0, |e| *e as usize)..ends.get(at).map_or(0, |e| *e as usize)
            }
            _ => 0..0,
        }
    }

    /// The items of all rows, one after another.
    pub(super) fn items(&self) -> Option<&Lane<'a>> {
        match &self.data {
            Data::List(_, items) => Some(items),
            _ => None,
        }
    }

    /// One row as a value of its type.
    pub(super) fn value(&self, row: usize, ty: &Type) -> Value {
        let value = match &self.data {
            Data::Bool(_) => self.bool(row).map(Value::Bool),
            Data::Int(_) => self.int(row).map(|n| int_value(n, ty)),
            Data::Double(_) => self.double(row).map(Value::Double),
            Data::Text(_) => self.text(row).map(|t| Value::Text(t.into())),
            Data::Record(..) => self.record(row).map(|(table, n)| Value::Record(table, n)),
            Data::List(_, items) => self.cell(row, |_| match ty {
                Type::List(item) => Some(Value::List(
                    self.range(row).map(|i| items.value(i, item)).collect(),
                )),
                _ => None,
            }),
        };
        match value {
            Cell::Is(value) => value,
            Cell::Nothing => Value::Nothing,
            Cell::Unknown(why) => Value::Unknown(why.map(Reason::words)),
        }
    }

    /// A row of `sources` for each pick; unknown where there is none.
    pub(super) fn pick(sources: &[&Lane<'a>], picks: &[Option<(usize, usize)>]) -> Self {
        let find = |pick: &Option<(usize, usize)>| {
            pick.and_then(|(source, row)| sources.get(source).map(|lane| (source, *lane, row)))
        };
        let mut planes = Planes::default();
        for pick in picks {
            let cell = match find(pick) {
                Some((_, lane, row)) => lane.cell(row, |_| Some(())),
                None => Cell::Unknown(None),
            };
            planes.push(cell);
        }
        let rows = || picks.iter().map(find);
        let data = match sources
            .iter()
            .map(|s| &s.data)
            .find(|d| !matches!(d, Data::Int(_)))
        {
            None => Data::Int(
                rows()
                    .map(|r| r.map_or(0, |(_, l, i)| value_or(l.int(i), 0)))
                    .collect(),
            ),
            Some(Data::Int(_) | Data::Bool(_)) => Data::Bool(
                rows()
                    .map(|r| r.is_some_and(|(_, l, i)| value_or(l.bool(i), false)))
                    .collect(),
            ),
            Some(Data::Double(_)) => Data::Double(
                rows()
                    .map(|r| r.map_or(0.0, |(_, l, i)| value_or(l.double(i), 0.0)))
                    .collect(),
            ),
            Some(Data::Record(table, _)) => {
                let none = (*table, crate::NO_ROW);
                Data::Record(
                    *table,
                    rows()
                        .map(|r| r.map_or(none, |(_, l, i)| value_or(l.record(i), none)).1)
                        .collect(),
                )
            }
            Some(Data::Text(_)) => Data::Text(Texts::pick(sources, picks)),
            Some(Data::List(..)) => Self::pick_lists(sources, picks),
        };
        planes.lane(data)
    }

    fn pick_lists(sources: &[&Lane<'a>], picks: &[Option<(usize, usize)>]) -> Data<'a> {
        let mut ends = Vec::with_capacity(picks.len());
        let mut items = Vec::new();
        for pick in picks {
            if let Some((source, row)) = pick
                && let Some(lane) = sources.get(*source)
            {
                items.extend(lane.range(*row).map(|i| Some((*source, i))));
            }
            ends.push(items.len() as u32);
        }
        // A source without items keeps its place, so that the picks still count right.
        let empty = Lane::unknown(None);
        let inner: Vec<&Lane<'a>> = sources
            .iter()
            .map(|s| s.items().unwrap_or(&empty))
            .collect();
        Data::List(ends, Box::new(Lane::pick(&inner, &items)))
    }

    /// The rows of this lane at these positions.
    pub(super) fn gather(&self, rows: impl IntoIterator<Item = usize>) -> Self {
        let picks: Vec<_> = rows.into_iter().map(|row| Some((0, row))).collect();
        Self::pick(&[self], &picks)
    }

    /// This lane over `len` rows.
    pub(super) fn expand(self, len: usize) -> Self {
        if self.len() == len {
            self
        } else {
            self.gather(0..len)
        }
    }
}

fn value_or<T>(cell: Cell<T>, otherwise: T) -> T {
    match cell {
        Cell::Is(value) => value,
        Cell::Nothing | Cell::Unknown(_) => otherwise,
    }
}

fn int_value(n: i64, ty: &Type) -> Value {
    match ty {
        Type::Money => Value::Money(n),
        Type::Date => Value::Date(Day(i32::try_from(n).unwrap_or_default())),
        Type::Time => Value::Time(Moment(n)),
        Type::Duration => Value::Duration(n),
        _ => Value::Int(n),
    }
}

impl<'a> Texts<'a> {
    pub(super) fn get(&self, at: usize) -> Option<&str> {
        let code = *self.codes.get(at)? as usize;
        self.dictionary.get(code).map(|t| &**t)
    }

    /// One dictionary after another, unless there is only one.
    fn pick(sources: &[&Lane<'a>], picks: &[Option<(usize, usize)>]) -> Self {
        let texts: Vec<Option<&Self>> = sources
            .iter()
            .map(|lane| match &lane.data {
                Data::Text(texts) => Some(texts),
                _ => None,
            })
            .collect();
        let mut offsets = Vec::with_capacity(texts.len());
        let mut dictionary = Cow::Borrowed(&[][..]);
        for source in &texts {
            offsets.push(dictionary.len() as u32);
            match source {
                Some(source) if dictionary.is_empty() => dictionary = source.dictionary.clone(),
                Some(source) => dictionary
                    .to_mut()
                    .extend(source.dictionary.iter().cloned()),
                None => {}
            }
        }
        let code = |pick: &Option<(usize, usize)>| {
            let (source, row) = (*pick)?;
            let at = sources.get(source)?.at(row);
            let code = texts.get(source).copied().flatten()?.codes.get(at)?;
            // A row without a value may have any code, also the largest.
            Some(code.saturating_add(*offsets.get(source)?))
        };
        let codes = picks.iter().map(|p| code(p).unwrap_or(u32::MAX)).collect();
        Self { codes, dictionary }
    }
}
