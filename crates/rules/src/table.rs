//! Typed columns: the facts that rules run over.

use crate::{Day, Moment};

/// No record, or no row at this moment.
pub const NO_ROW: u32 = u32::MAX;

/// A set of rows, one bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// `len` bits, all alike.
    pub fn filled(len: usize, value: bool) -> Self {
        let mut bits = Self {
            words: vec![if value { u64::MAX } else { 0 }; len.div_ceil(64)],
            len,
        };
        bits.trim();
        bits
    }

    /// The first `len` bits of these words.
    pub fn of(mut words: Vec<u64>, len: usize) -> Self {
        words.resize(len.div_ceil(64), 0);
        let mut bits = Self { words, len };
        bits.trim();
        bits
    }

    /// How many bits.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no bits at all.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// One bit; false past the end.
    pub fn get(&self, at: usize) -> bool {
        self.words
            .get(at / 64)
            .is_some_and(|w| w >> (at % 64) & 1 == 1)
    }

    /// Sets one bit; nothing past the end.
    pub fn set(&mut self, at: usize, value: bool) {
        if at >= self.len {
            return;
        }
        if let Some(word) = self.words.get_mut(at / 64) {
            *word = *word & !(1 << (at % 64)) | u64::from(value) << (at % 64);
        }
    }

    /// Appends one bit.
    pub fn push(&mut self, value: bool) {
        let at = self.len % 64;
        self.len += 1;
        match self.words.last_mut() {
            Some(word) if at > 0 => *word |= u64::from(value) << at,
            _ => self.words.push(u64::from(value)),
        }
    }

    /// Leaves the first `len` bits, where there are more.
    pub fn truncate(&mut self, len: usize) {
        if len < self.len {
            self.words.truncate(len.div_ceil(64));
            self.len = len;
            self.trim();
        }
    }

    /// Appends all of another set: word by word where this one ends with a whole word.
    pub fn append(&mut self, other: &Self) {
        if self.len.is_multiple_of(64) {
            self.words.extend_from_slice(&other.words);
            self.len += other.len;
        } else {
            (0..other.len).for_each(|at| self.push(other.get(at)));
        }
    }

    /// `len` bits from `from` on, which is a multiple of 64; false past the end.
    pub(crate) fn slice(&self, from: usize, len: usize) -> Self {
        debug_assert!(from.is_multiple_of(64), "a slice begins with a word");
        let words = self.words.iter().skip(from / 64).copied();
        let padded = words.chain(std::iter::repeat(0));
        let mut bits = Self {
            words: padded.take(len.div_ceil(64)).collect(),
            len,
        };
        bits.trim();
        bits
    }

    /// How many bits are set.
    pub fn count(&self) -> usize {
        self.words.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// Positions of the set bits, ascending.
    pub fn ones(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(i, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros() as usize;
                    rest &= rest - 1;
                    i * 64 + bit
                })
            })
        })
    }

    /// The 64-bit words, lowest row first; bits past `len` are zero.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// The words for in-place work. Invariant: the caller leaves bits past `len` zero or calls [`Bits::trim`].
    pub fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words
    }

    /// Clears the bits past `len`.
    pub fn trim(&mut self) {
        let used = self.len % 64;
        if used > 0
            && let Some(last) = self.words.last_mut()
        {
            *last &= (1 << used) - 1;
        }
    }
}

impl FromIterator<bool> for Bits {
    fn from_iter<I: IntoIterator<Item = bool>>(iter: I) -> Self {
        let iter = iter.into_iter();
        let mut words = Vec::with_capacity(iter.size_hint().0.div_ceil(64));
        let (mut word, mut len) = (0, 0);
        for bit in iter {
            word |= u64::from(bit) << (len % 64);
            len += 1;
            if len % 64 == 0 {
                words.push(std::mem::take(&mut word));
            }
        }
        if len % 64 > 0 {
            words.push(word);
        }
        Self { words, len }
    }
}

/// The cells of a column. A cell without a value holds any placeholder (0, [`NO_ROW`], an empty list).
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Bool.
    Bool(Bits),
    /// Int, Money (fen), Date (days), Time and Duration (milliseconds).
    Int(Vec<i64>),
    /// Double.
    Double(Vec<f64>),
    /// Text, Choice, Industry, Period, File: numbers into a dictionary of distinct texts.
    Symbol {
        /// One number per row.
        codes: Vec<u32>,
        /// The distinct texts.
        dictionary: Vec<Box<str>>,
    },
    /// Reference: the *record number* in the target table (not a row); [`NO_ROW`] for an id that nothing has.
    Record(Vec<u32>),
    /// List: row `i` holds `items[ends[i-1]..ends[i]]`; every item has a value.
    List {
        /// One end per row.
        ends: Vec<u32>,
        /// All items one after another.
        items: Box<Cells>,
    },
}

/// One field's cells with a *present* bit per row: 0 where the cell is empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Whether the row has a value; what 0 means is the field's [`crate::Empty`].
    pub present: Bits,
    /// The values.
    pub cells: Cells,
}

/// A table: every version of every record is a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Columns in the order of the schema's fields without formula.
    pub columns: Vec<Column>,
    /// The record number of each row; its length is the number of rows.
    pub record: Vec<u32>,
    /// The id of each record, by record number.
    pub ids: Vec<Box<str>>,
}

impl Table {
    /// Number of rows (versions).
    pub fn rows(&self) -> usize {
        self.record.len()
    }
}

/// All tables, in the order of the schema.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables {
    /// By position.
    pub tables: Vec<Table>,
}

impl Tables {
    /// For each table the last row of each record by its number, for tables whose records have one version each;
    /// [`NO_ROW`] for a record without a row.
    pub fn last_rows(&self) -> Vec<Vec<u32>> {
        let of = |table: &Table| {
            let mut last = vec![NO_ROW; table.ids.len()];
            for (row, record) in (0..).zip(&table.record) {
                if let Some(last) = last.get_mut(*record as usize) {
                    *last = row;
                }
            }
            last
        };
        self.tables.iter().map(of).collect()
    }
}

/// A single value, for names in scope and for explanations.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub enum Value {
    /// Not known: nobody has said, or an error whose words are the reason.
    Unknown(Option<crate::Words>),
    /// Nothing is there (a field whose empty means none).
    Nothing,
    /// Bool.
    Bool(bool),
    /// Int.
    Int(i64),
    /// Double.
    Double(f64),
    /// Money in fen.
    Money(i64),
    /// A day.
    Date(Day),
    /// A moment.
    Time(Moment),
    /// Milliseconds.
    Duration(i64),
    /// Text, choice, industry, period key, file digest.
    Text(Box<str>),
    /// A record by table position and record number.
    Record(usize, u32),
    /// Several.
    List(Vec<Value>),
}
