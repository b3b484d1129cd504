//! A column of a chunk while its rows are read: typed, and each of its texts once.

use crate::error::Result;
use crate::row::{Row, unreadable};
use crate::table::{Column, Kind};
use rules::{Bits, Cells, Column as Typed, Day};
use rusqlite::types::ValueRef;
use rustc_hash::FxHashMap;

/// Texts after which a column shows whether they come again.
const LOOKED_AT: usize = 512;

/// Lists that a column remembers: they are few and come often.
const LISTS: usize = 1_024;

/// What is read of one column.
pub(super) struct Filling {
    kind: Kind,
    present: Bits,
    cells: Filled,
}

enum Filled {
    Bool(Bits),
    Int(Vec<i64>),
    Double(Vec<f64>),
    Text(Vec<u32>, Texts),
    List(Lists),
}

/// Distinct texts by their numbers; once nearly all are, they are no longer looked for, and the same may stand there twice.
#[derive(Default)]
struct Texts {
    numbers: FxHashMap<Box<str>, u32>,
    all: Vec<Box<str>>,
    asked: usize,
    distinct: bool,
}

#[derive(Default)]
struct Lists {
    ends: Vec<u32>,
    items: Vec<u32>,
    texts: Texts,
    /// The items of lists that were read before, by how they are written.
    seen: FxHashMap<Box<str>, Vec<u32>>,
}

impl Filling {
    /// Room for so many rows.
    pub(super) fn of(column: &Column, rows: usize) -> Self {
        let cells = match column.kind {
            Kind::Bool => Filled::Bool(Bits::default()),
            Kind::Int | Kind::Date => Filled::Int(Vec::with_capacity(rows)),
            Kind::Double => Filled::Double(Vec::with_capacity(rows)),
            Kind::Text => Filled::Text(Vec::with_capacity(rows), Texts::default()),
            Kind::List => Filled::List(Lists::default()),
        };
        Self {
            kind: column.kind,
            present: Bits::default(),
            cells,
        }
    }

    /// The next cell as SQLite has it.
    pub(super) fn sqlite(&mut self, value: ValueRef<'_>) -> Result<()> {
        let text = |text| std::str::from_utf8(text).map_err(|_| unreadable("?"));
        match (&mut self.cells, value) {
            (_, ValueRef::Null) => {
                self.nothing();
                return Ok(());
            }
            (Filled::Bool(all), ValueRef::Integer(n)) => all.push(n != 0),
            (Filled::Int(all), ValueRef::Integer(n)) => all.push(n),
            (Filled::Int(all), ValueRef::Text(bytes)) if self.kind == Kind::Date => {
                all.push(day(text(bytes)?)?);
            }
            (Filled::Double(all), ValueRef::Real(n)) => all.push(n),
            (Filled::Double(all), ValueRef::Integer(n)) => all.push(n as f64),
            (Filled::Text(codes, texts), ValueRef::Text(bytes)) => {
                codes.push(texts.number(text(bytes)?));
            }
            (Filled::List(lists), ValueRef::Text(bytes)) => {
                let json = text(bytes)?;
                let read = || serde_json::from_str::<Vec<String>>(json);
                lists.push(json, || read().map_err(|e| unreadable(json).because(e)))?;
            }
            (_, other) => return Err(unreadable(&format!("{other:?}"))),
        }
        self.present.push(true);
        Ok(())
    }

    /// The next cell as PostgreSQL sends it, in this place of its row.
    pub(super) fn postgres(&mut self, row: &Row, at: usize) -> Result<()> {
        let there = match &mut self.cells {
            Filled::Bool(all) => row.bool(at)?.map(|b| all.push(b)),
            Filled::Int(all) if self.kind == Kind::Date => row.date(at)?.map(|n| all.push(n)),
            Filled::Int(all) => row.int(at)?.map(|n| all.push(n)),
            Filled::Double(all) => row.double(at)?.map(|n| all.push(n)),
            Filled::Text(codes, texts) => {
                let text = row.borrowed(at)?;
                text.map(|text| codes.push(texts.number(text)))
            }
            Filled::List(lists) => match row.json(at)? {
                None => None,
                Some(json) => {
                    let items = json.as_array().map_or(&[][..], Vec::as_slice);
                    let texts = items.iter().filter_map(|item| item.as_str());
                    let texts = texts.map(str::to_owned).collect();
                    Some(lists.push(&json.to_string(), || Ok(texts))?)
                }
            },
        };
        match there {
            Some(()) => self.present.push(true),
            None => self.nothing(),
        }
        Ok(())
    }

    fn nothing(&mut self) {
        self.present.push(false);
        match &mut self.cells {
            Filled::Bool(all) => all.push(false),
            Filled::Int(all) => all.push(0),
            Filled::Double(all) => all.push(0.0),
            Filled::Text(codes, _) => codes.push(0),
            Filled::List(lists) => lists.ends.push(lists.items.len() as u32),
        }
    }

    /// What was read.
    pub(super) fn typed(self) -> Typed {
        let symbols = |codes, texts: Texts| Cells::Symbol {
            codes,
            dictionary: texts.all,
        };
        Typed {
            present: self.present,
            cells: match self.cells {
                Filled::Bool(all) => Cells::Bool(all),
                Filled::Int(all) => Cells::Int(all),
                Filled::Double(all) => Cells::Double(all),
                Filled::Text(codes, texts) => symbols(codes, texts),
                Filled::List(lists) => Cells::List {
                    ends: lists.ends,
                    items: Box::new(symbols(lists.items, lists.texts)),
                },
            },
        }
    }
}

impl Texts {
    fn number(&mut self, text: &str) -> u32 {
        let next = self.all.len() as u32;
        self.asked += 1;
        if self.asked == LOOKED_AT {
            self.distinct = self.all.len() > LOOKED_AT / 10 * 9;
        }
        if self.distinct {
            self.all.push(text.into());
            return next;
        }
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        self.all.push(text.into());
        self.numbers.insert(text.into(), next);
        next
    }
}

impl Lists {
    fn push(&mut self, written: &str, read: impl FnOnce() -> Result<Vec<String>>) -> Result<()> {
        if let Some(codes) = self.seen.get(written) {
            self.items.extend(codes);
        } else {
            let codes = read()?;
            let codes: Vec<u32> = codes.iter().map(|item| self.texts.number(item)).collect();
            self.items.extend(&codes);
            if self.seen.len() < LISTS {
                self.seen.insert(written.into(), codes);
            }
        }
        self.ends.push(self.items.len() as u32);
        Ok(())
    }
}

/// `2023-09-26` as days since 1970.
fn day(text: &str) -> Result<i64> {
    let number = |from, until| text.get(from..until)?.parse::<i16>().ok();
    let usual = || {
        let (year, month, date) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let day = Day::from_ymd(year, i8::try_from(month).ok()?, i8::try_from(date).ok()?);
        day.filter(|_| text.len() == 10)
    };
    let day = usual().or_else(|| Day::parse(text));
    day.map(|day| day.0.into()).ok_or_else(|| unreadable(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(kind: &str) -> Column {
        let text = format!(
            r#"{{"name":"a","kind":"{kind}","field":"text","required":false,"range":[null,null]}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn each_row_keeps_its_text_whether_texts_come_again_or_not() {
        let words = (0..2_000).map(|n| match n % 7 {
            0 => None,
            _ if n > 1_000 => Some(format!("again {}", n % 3)),
            _ => Some(format!("once {n}")),
        });
        let words: Vec<Option<String>> = words.collect();
        let mut filling = Filling::of(&column("text"), words.len());
        for word in &words {
            let value = word.as_ref().map(|word| ValueRef::Text(word.as_bytes()));
            filling.sqlite(value.unwrap_or(ValueRef::Null)).unwrap();
        }
        let typed = filling.typed();
        let Cells::Symbol { codes, dictionary } = &typed.cells else {
            panic!("a column of texts");
        };
        for (row, word) in words.iter().enumerate() {
            assert_eq!(typed.present.get(row), word.is_some());
            if let Some(word) = word {
                assert_eq!(**word, *dictionary[codes[row] as usize]);
            }
        }
    }

    #[test]
    fn lists_and_days_are_read_and_what_is_neither_is_refused() {
        let mut lists = Filling::of(&column("list"), 3);
        for json in ["[\"a\",\"b\"]", "[]", "[\"b\"]", "[\"a\",\"b\"]"] {
            lists.sqlite(ValueRef::Text(json.as_bytes())).unwrap();
        }
        let Cells::List { ends, items } = lists.typed().cells else {
            panic!("a column of lists");
        };
        assert_eq!(ends, [2, 2, 3, 5]);
        let words = ["a", "b"].map(Box::from).to_vec();
        let codes = vec![0, 1, 1, 0, 1];
        assert_eq!(
            *items,
            Cells::Symbol {
                codes,
                dictionary: words
            }
        );
        let mut days = Filling::of(&column("date"), 1);
        days.sqlite(ValueRef::Text(b"2023-09-26")).unwrap();
        for wrong in ["2023-02-30", "2023-9-26", "yesterday"] {
            assert!(
                days.sqlite(ValueRef::Text(wrong.as_bytes())).is_err(),
                "{wrong}"
            );
        }
        assert_eq!(days.typed().cells, Cells::Int(vec![19_626]));
    }
}
