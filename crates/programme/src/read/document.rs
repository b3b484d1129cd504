//! TOML with places: typed getters that record every fault and never stop at the first.

pub(crate) use super::text::Text;
use crate::{Fault, Place};
use rules::{Day, Words, nearest};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where faults are collected while everything is read.
pub(crate) type Faults = RefCell<Vec<Fault>>;

/// The text of one file, and where its faults go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'f> {
    /// Path relative to the folder.
    pub(crate) file: &'f str,
    /// The whole text.
    pub(crate) text: &'f str,
    /// Where faults go.
    pub(crate) faults: &'f Faults,
}

impl<'f> Source<'f> {
    /// Records an error at bytes of the file.
    pub(crate) fn refuse(
        &self,
        code: &'static str,
        span: Range<usize>,
        message: Words,
        help: Words,
    ) {
        let fault = Fault::error(code, Place::new(self.file, span), message).help(help);
        self.faults.borrow_mut().push(fault);
    }
}

/// Parses a TOML text: what could be read of it, and a fault for each place that could not.
pub(crate) fn parse<'f>(source: Source<'f>) -> Spanned<DeTable<'f>> {
    let (table, errors) = DeTable::parse_recoverable(source.text);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let said = error.message().replace('\n', ", ");
        source.refuse(
            "toml-syntax",
            span,
            Words::new(
                format!("TOML 语法有误：{said}"),
                format!("This is not TOML: {said}"),
            ),
            Words::new(
                "检查引号、方括号、等号和重复的键",
                "look for a missing quote, bracket or equals sign, or a key given twice",
            ),
        );
    }
    table
}

/// A table with the keys that have been asked for, so that the others can be reported.
#[derive(Debug)]
pub(crate) struct Table<'f> {
    source: Source<'f>,
    entries: &'f DeTable<'f>,
    /// The table's name where it has one, else its braces: what a fault about the whole table underlines.
    pub(crate) span: Range<usize>,
    asked: RefCell<BTreeSet<&'static str>>,
    open: Cell<bool>,
}

/// A value with its place.
#[derive(Clone, Debug)]
pub(crate) struct Item<'f> {
    pub(crate) source: Source<'f>,
    pub(crate) value: &'f DeValue<'f>,
    pub(crate) span: Range<usize>,
}

impl<'f> Table<'f> {
    /// The whole document.
    pub(crate) fn root(source: Source<'f>, document: &'f Spanned<DeTable<'f>>) -> Self {
        Self::new(source, document.get_ref(), 0..0)
    }

    fn new(source: Source<'f>, entries: &'f DeTable<'f>, span: Range<usize>) -> Self {
        Self {
            source,
            entries,
            span,
            asked: RefCell::default(),
            open: Cell::new(false),
        }
    }

    /// Its place in the folder.
    pub(crate) fn place(&self) -> Place {
        Place::new(self.source.file, self.span.clone())
    }

    /// Records an error about the whole table.
    pub(crate) fn refuse(&self, code: &'static str, message: Words, help: Words) {
        self.source.refuse(code, self.span.clone(), message, help);
    }

    /// Whether a key is given; it counts as asked for.
    pub(crate) fn has(&self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    /// A value that may be left out.
    pub(crate) fn get(&self, key: &'static str) -> Option<Item<'f>> {
        self.asked.borrow_mut().insert(key);
        let value = self.entries.get(key)?;
        Some(Item {
            source: self.source,
            value: value.get_ref(),
            span: value.span(),
        })
    }

    /// A value that must be there.
    pub(crate) fn need(&self, key: &'static str) -> Option<Item<'f>> {
        let found = self.get(key);
        if found.is_none() {
            self.refuse(
                "missing-key",
                Words::new(format!("缺少 `{key}`"), format!("`{key}` is missing")),
                Words::new(
                    format!("在这里加上 `{key} = …`"),
                    format!("add `{key} = …` here"),
                ),
            );
        }
        found
    }

    /// Keys that are read elsewhere, so that they are not reported.
    pub(crate) fn also(&self, keys: &[&'static str]) {
        self.asked.borrow_mut().extend(keys);
    }

    /// A text that must be there.
    pub(crate) fn text(&self, key: &'static str) -> Option<Text<'f>> {
        self.need(key)?.text()
    }

    /// A text that may be left out.
    pub(crate) fn maybe_text(&self, key: &'static str) -> Option<Text<'f>> {
        self.get(key)?.text()
    }

    /// A name in both languages that must be there.
    pub(crate) fn words(&self, key: &'static str) -> Words {
        self.need(key).map(|item| item.words()).unwrap_or_default()
    }

    /// A date that must be there.
    pub(crate) fn date(&self, key: &'static str) -> Option<Day> {
        self.need(key)?.date()
    }

    /// A date that may be left out.
    pub(crate) fn maybe_date(&self, key: &'static str) -> Option<Day> {
        self.get(key)?.date()
    }

    /// True or false; false when left out.
    pub(crate) fn flag(&self, key: &'static str) -> bool {
        self.get(key).and_then(|item| item.bool()).unwrap_or(false)
    }

    /// A list of texts; empty when left out.
    pub(crate) fn texts(&self, key: &'static str) -> Vec<Text<'f>> {
        self.get(key).map_or_else(Vec::new, |item| item.texts())
    }

    /// One of a closed list of words that may be left out.
    pub(crate) fn word<'a>(&self, key: &'static str, words: &[&'a str]) -> Option<&'a str> {
        self.get(key)?.text()?.one_of(words.iter().copied())
    }

    /// Entries whose keys are ids, in the order of the file.
    pub(crate) fn entries(&self) -> Vec<(Text<'f>, Item<'f>)> {
        self.open.set(true);
        let mut found: Vec<_> = self
            .entries
            .iter()
            .map(|(key, value)| {
                let id = Text {
                    source: self.source,
                    value: key.get_ref().to_string(),
                    span: key.span(),
                };
                let item = Item {
                    source: self.source,
                    value: value.get_ref(),
                    span: value.span(),
                };
                (id, item)
            })
            .collect();
        found.sort_by_key(|(id, item)| (id.span.start, item.span.start));
        found
    }

    /// The tables below a key by id, in the order of the file: `[field.place]`.
    pub(crate) fn children(&self, key: &'static str) -> Vec<(Text<'f>, Table<'f>)> {
        let Some(table) = self.get(key).and_then(|item| item.table()) else {
            return Vec::new();
        };
        let named = |(id, item): (Text<'f>, Item<'f>)| {
            let table = item.table_named(id.span.clone())?;
            Some((id, table))
        };
        table.entries().into_iter().filter_map(named).collect()
    }

    /// The tables of an array: `[[section]]`.
    pub(crate) fn array(&self, key: &'static str) -> Vec<Table<'f>> {
        let items = self.get(key).map_or_else(Vec::new, |item| item.list());
        items.iter().filter_map(Item::table).collect()
    }

    /// Reports every key that nothing has asked for, with the nearest that something has.
    pub(crate) fn finish(&self) {
        if self.open.get() {
            return;
        }
        let asked = self.asked.borrow();
        for key in self.entries.keys() {
            let name = key.get_ref().as_ref();
            if asked.contains(name) {
                continue;
            }
            let known = || asked.iter().copied();
            let help = nearest(name, known()).map_or_else(
                || {
                    let all = known().collect::<Vec<_>>().join(", ");
                    Words::new(
                        format!("这里可以有：{all}"),
                        format!("keys here are: {all}"),
                    )
                },
                |near| {
                    Words::new(
                        format!("是不是 `{near}`？"),
                        format!("did you mean `{near}`?"),
                    )
                },
            );
            self.source.refuse(
                "unknown-key",
                key.span(),
                Words::new(
                    format!("这里没有 `{name}` 这个键"),
                    format!("there is no key `{name}` here"),
                ),
                help,
            );
        }
    }
}

impl<'f> Item<'f> {
    /// Its place in the folder.
    pub(crate) fn place(&self) -> Place {
        Place::new(self.source.file, self.span.clone())
    }

    /// Records an error about this value.
    pub(crate) fn refuse(&self, code: &'static str, message: Words, help: Words) {
        self.source.refuse(code, self.span.clone(), message, help);
    }

    /// Records that the value has the wrong type; `zh` and `en` say which is wanted.
    pub(crate) fn wrong_type(&self, zh: &str, en: &str) {
        let (is_zh, is_en) = match self.value {
            DeValue::String(_) => ("文字", "text"),
            DeValue::Integer(_) => ("整数", "a whole number"),
            DeValue::Float(_) => ("小数", "a decimal number"),
            DeValue::Boolean(_) => ("是或否", "true or false"),
            DeValue::Datetime(_) => ("日期或时间", "a date or time"),
            DeValue::Array(_) => ("列表", "a list"),
            DeValue::Table(_) => ("表", "a table"),
        };
        self.refuse(
            "wrong-type",
            Words::new(
                format!("这里要{zh}，写的是{is_zh}"),
                format!("{en} is wanted here, this is {is_en}"),
            ),
            Words::new(format!("改成{zh}"), format!("write {en}")),
        );
    }

    /// A text.
    pub(crate) fn text(&self) -> Option<Text<'f>> {
        let Some(value) = self.value.as_str() else {
            self.wrong_type("文字", "text in quotes");
            return None;
        };
        Some(Text {
            source: self.source,
            value: value.to_owned(),
            span: self.span.clone(),
        })
    }

    /// True or false.
    pub(crate) fn bool(&self) -> Option<bool> {
        let value = self.value.as_bool();
        if value.is_none() {
            self.wrong_type(" true 或 false", "true or false");
        }
        value
    }

    /// A whole number.
    pub(crate) fn int(&self) -> Option<i64> {
        let value = self.value.as_integer().and_then(|i| {
            let digits = i.as_str().replace('_', "");
            i64::from_str_radix(&digits, i.radix()).ok()
        });
        if value.is_none() {
            self.wrong_type("整数", "a whole number");
        }
        value
    }

    /// A number, whole or not; finite.
    pub(crate) fn number(&self) -> Option<f64> {
        let value = match self.value {
            DeValue::Integer(_) => return self.int().map(|i| i as f64),
            DeValue::Float(f) => f.as_str().replace('_', "").parse::<f64>().ok(),
            _ => None,
        };
        let value = value.filter(|v| v.is_finite());
        if value.is_none() {
            self.wrong_type("数", "a number");
        }
        value
    }

    /// A calendar date, as a TOML date or as text.
    pub(crate) fn date(&self) -> Option<Day> {
        let day = match self.value {
            DeValue::Datetime(d) if d.time.is_none() => d.date.and_then(|d| {
                Day::from_ymd(
                    i16::try_from(d.year).ok()?,
                    i8::try_from(d.month).ok()?,
                    i8::try_from(d.day).ok()?,
                )
            }),
            DeValue::String(s) => Day::parse(s),
            _ => {
                self.wrong_type("日期", "a date such as 2023-08-11");
                return None;
            }
        };
        if day.is_none() {
            self.refuse(
                "bad-date",
                Words::new("没有这一天", "there is no such date"),
                Words::new("按 2023-08-11 的样子写", "write it like 2023-08-11"),
            );
        }
        day
    }

    /// A list.
    pub(crate) fn list(&self) -> Vec<Item<'f>> {
        let Some(items) = self.value.as_array() else {
            self.wrong_type("列表", "a list in brackets");
            return Vec::new();
        };
        let item = |value: &'f Spanned<DeValue<'f>>| Item {
            source: self.source,
            value: value.get_ref(),
            span: value.span(),
        };
        items.iter().map(item).collect()
    }

    /// A list of texts.
    pub(crate) fn texts(&self) -> Vec<Text<'f>> {
        self.list().iter().filter_map(Item::text).collect()
    }

    /// A table.
    pub(crate) fn table(&self) -> Option<Table<'f>> {
        self.table_named(self.span.clone())
    }

    /// A table under a name that faults underline.
    pub(crate) fn table_named(&self, name: Range<usize>) -> Option<Table<'f>> {
        let Some(entries) = self.value.as_table() else {
            self.wrong_type("表", "a table");
            return None;
        };
        Some(Table::new(self.source, entries, name))
    }

    /// A name in both languages; a missing language is a fault.
    pub(crate) fn words(&self) -> Words {
        let Some(table) = self.value.as_table().and_then(|_| self.table()) else {
            self.wrong_type(
                "中英文两种文字 { zh = \"…\", en = \"…\" }",
                "text in both languages, { zh = \"…\", en = \"…\" },",
            );
            return Words::default();
        };
        let side = |key: &'static str, zh: &str, en: &str| {
            let text = table.get(key).and_then(|item| item.text());
            let empty = text.as_ref().is_none_or(|t| t.value.trim().is_empty());
            if empty && !(table.has(key) && text.is_none()) {
                table.refuse(
                    "missing-language",
                    Words::new(format!("缺少{zh}文字"), format!("the {en} text is missing")),
                    Words::new(
                        format!("加上 `{key} = \"…\"`"),
                        format!("add `{key} = \"…\"`"),
                    ),
                );
            }
            text.map_or_else(String::new, |t| t.value)
        };
        let words = Words::new(side("zh", "中文", "Chinese"), side("en", "英文", "English"));
        table.finish();
        words
    }
}
