//! Records found by their number, name or key: whole, in part, or by the initials of the pinyin.

use super::scalar::Scalar;
use super::view::View;
use crate::access::{is_masked, is_official, may};
use crate::page::Wording;
use crate::view::Text;
use crate::{App, Deed, Viewer};
use engine::Living;
use memchr::memmem::Finder;
use pinyin::ToPinyinMulti;
use programme::model::{FieldKind, Register, RegisterField, Unit};
use std::cmp::Reverse;
use std::collections::HashMap;

/// So many of a register are found at most, the best first.
const EACH_MAX: usize = 20;
/// Of a text that very many records have, so many are looked at.
const LOOKED_AT: usize = 20_000;
/// Letters of a text that is searched for.
const LETTERS_MAX: usize = 100;
/// Letters of a long text that is a title: it may be very long, and a million of them are to fit into memory. One more
/// than is searched for, so that nothing is taken for the whole of it.
const LONG_MAX: usize = LETTERS_MAX + 1;
/// Signs of such a text that are found by their initials, which take eight bytes each.
const LONG_INITIALS_MAX: usize = 32;

/// Something that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Its register, id and name; `None` for a unit.
    pub register: Option<(String, Text)>,
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: Text,
}

/// A value that a field may take.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// What is entered.
    pub value: String,
    /// What it is called.
    pub label: Text,
}

/// How well a name fits, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Whole,
    Begins,
    Has,
    Initials,
}

/// What all records are called, row by row: rows are only ever added, so it grows with the facts.
#[derive(Default)]
pub(crate) struct Names(Vec<Called>);

/// What the records of one register are called.
#[derive(Default)]
struct Called {
    rows: usize,
    names: Vec<Name>,
    /// Every name in small letters, each ended by a line break.
    text: String,
    /// The letters with which each sign of a name may begin, a bit for each; 0 between names.
    initials: Vec<u64>,
}

/// A name of a row.
struct Name {
    row: u32,
    /// The field's place in the register; `None` for the record's id.
    field: Option<u32>,
    /// Where it begins in the text, and its initials in theirs.
    at: usize,
    initials: usize,
}

impl App {
    /// What a text names among everything that the viewer may see, the best of each register first.
    pub fn search(&self, viewer: &Viewer, text: &str) -> Vec<Hit> {
        let sought = sought(text);
        if sought.is_empty() {
            return Vec::new();
        }
        let mut hits = Vec::new();
        if is_official(self.programme(), viewer) {
            let units = self.programme().units.iter();
            hits.extend(best(units, &sought, |_| true).map(|unit| Hit {
                register: None,
                id: unit.id.clone(),
                title: (&unit.name).into(),
            }));
        }
        for register in &self.programme().registers {
            let name = (register.id.clone(), Text::from(&register.name));
            let found = self.found(viewer, &register.id, &sought);
            hits.extend(found.into_iter().map(|(id, title)| Hit {
                register: Some(name.clone()),
                id,
                title,
            }));
        }
        hits
    }

    /// Values that a field may take and that fit what was typed of them.
    pub fn suggest(
        &self,
        viewer: &Viewer,
        register: &str,
        field: &str,
        text: &str,
    ) -> Vec<Suggestion> {
        let programme = self.programme();
        let enters = [Deed::Create, Deed::Change, Deed::Move, Deed::Read];
        let enters = enters
            .iter()
            .any(|deed| may(programme, viewer, *deed, register));
        let found = programme.register(register).filter(|_| enters);
        let Some(field) = found.and_then(|(_, register)| register.field(field)) else {
            return Vec::new();
        };
        let sought = sought(text);
        match (field.kind, field.to.as_deref()) {
            (FieldKind::Unit, _) => {
                let fits = |unit: &Unit| {
                    let is_level = |level| field.levels.contains(level);
                    field.levels.is_empty() || unit.levels.iter().any(is_level)
                };
                let found = best(programme.units.iter(), &sought, fits);
                let suggestion = |unit: &Unit| Suggestion {
                    value: unit.id.clone(),
                    label: (&unit.name).into(),
                };
                found.map(suggestion).collect()
            }
            (_, Some(to)) if programme.register(to).is_some() => {
                let found = self.found(viewer, to, &sought).into_iter();
                let suggestion = |(id, title)| Suggestion {
                    value: id,
                    label: title,
                };
                found.map(suggestion).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The records of a register whose name is exactly this text, or else whose number it is, among those that the viewer
    /// sees.
    pub(crate) fn named(&self, viewer: &Viewer, register: &str, text: &str) -> Vec<(String, Text)> {
        let mut found = self.ranked(viewer, register, &sought(text));
        found.retain(|(fit, ..)| *fit == Fit::Whole);
        let id = found.iter().position(|(_, id, _)| id == text);
        if let Some(id) = id {
            found = vec![found.swap_remove(id)];
        }
        found
            .into_iter()
            .map(|(_, id, title)| (id, title))
            .collect()
    }

    fn found(&self, viewer: &Viewer, register: &str, sought: &str) -> Vec<(String, Text)> {
        let ranked = self.ranked(viewer, register, sought).into_iter();
        ranked.map(|(_, id, title)| (id, title)).collect()
    }

    /// What fits in a register, as the viewer sees it.
    fn ranked(&self, viewer: &Viewer, register: &str, sought: &str) -> Vec<(Fit, String, Text)> {
        let Ok((table, register)) = self.readable(viewer, register) else {
            return Vec::new();
        };
        let living = self.living();
        let view = View::new(self, viewer, &living, (table, register), None);
        let fits = {
            let mut names = self.names();
            let all = &mut names.0;
            if all.len() <= table {
                all.resize_with(table + 1, Called::default);
            }
            let Some(called) = all.get_mut(table) else {
                return Vec::new();
            };
            called.grow(self, &living, (table, register));
            let shown = |field: Option<u32>| {
                let field = field.and_then(|field| register.fields.get(field as usize));
                field.is_none_or(|field| !is_masked(self.programme(), viewer, register, field))
            };
            called.fits(sought, shown)
        };
        let newest = |row: u32| {
            let rows = &living.facts().tables().tables;
            let record = rows.get(table).and_then(|t| t.record.get(row as usize));
            record.is_some_and(|record| living.newest(table, *record) == Some(row))
        };
        let rows = fits.keys().copied().filter(|row| newest(*row)).collect();
        let mut ranked: Vec<(Fit, u32)> = view
            .reached(Deed::Read, rows)
            .into_iter()
            .filter_map(|row| Some((*fits.get(&row)?, row)))
            .collect();
        // Of equals the newest first.
        ranked.sort_by_key(|(fit, row)| (*fit, Reverse(*row)));
        ranked.truncate(EACH_MAX);
        let wording = Wording {
            app: self,
            living: &living,
            viewer,
        };
        let shown = ranked.into_iter().map(|(fit, row)| {
            let id = view.id(row).to_owned();
            let title = wording.titled(register, &id);
            (fit, id, title)
        });
        shown.collect()
    }
}

impl Called {
    /// Takes in the rows that came since.
    fn grow(&mut self, app: &App, living: &Living, (table, register): (usize, &Register)) {
        let tables = &living.facts().tables().tables;
        let Some(rows) = tables.get(table) else {
            return;
        };
        let operator = Viewer::operator();
        let view = View::new(app, &operator, living, (table, register), None);
        let long = |field: &RegisterField| field.kind == FieldKind::LongText;
        let fields: Vec<_> = (0..)
            .zip(&register.fields)
            .filter(|(_, field)| is_name(register, field))
            .filter_map(|(at, field)| Some((Some(at), view.source(&field.id, &[])?, long(field))))
            .chain(view.source("id", &[]).map(|id| (None, id, false)))
            .collect();
        for row in self.rows..rows.rows() {
            let Ok(row) = u32::try_from(row) else {
                break;
            };
            for (field, source, is_long) in &fields {
                if let Some(Scalar::Text(text)) = source.at(0, row) {
                    match is_long {
                        true => self.add_long(row, *field, &text),
                        false => self.add(row, *field, &text),
                    }
                }
            }
        }
        self.rows = rows.rows();
    }

    fn add(&mut self, row: u32, field: Option<u32>, text: &str) {
        self.put(row, field, &documents::plain(text), usize::MAX);
    }

    /// Adds what a long text begins with.
    fn add_long(&mut self, row: u32, field: Option<u32>, text: &str) {
        let plain = cut(documents::plain(text), LONG_MAX);
        self.put(row, field, &plain, LONG_INITIALS_MAX);
    }

    fn put(&mut self, row: u32, field: Option<u32>, plain: &str, initials_max: usize) {
        self.names.push(Name {
            row,
            field,
            at: self.text.len(),
            initials: self.initials.len(),
        });
        if !plain.is_ascii() {
            self.initials.extend(initials(plain).take(initials_max));
            self.initials.push(0);
        }
        self.text.push_str(&plain.replace('\n', ""));
        self.text.push('\n');
    }

    /// The rows with a name that fits, as well as it does; `shown` says whether names of a field are.
    fn fits(&self, sought: &str, shown: impl Fn(Option<u32>) -> bool) -> HashMap<u32, Fit> {
        let mut fits: HashMap<u32, Fit> = HashMap::new();
        let mut take = |name: &Name, fit: Fit| {
            if shown(name.field) {
                let best = fits.entry(name.row).or_insert(fit);
                *best = fit.min(*best);
            }
            fits.len() < LOOKED_AT
        };
        for at in Finder::new(sought).find_iter(self.text.as_bytes()) {
            let nth = self.names.partition_point(|name| name.at <= at);
            let Some(name) = nth.checked_sub(1).and_then(|nth| self.names.get(nth)) else {
                continue;
            };
            let ends = self.text.as_bytes().get(at + sought.len()) == Some(&b'\n');
            let fit = match (name.at == at, ends) {
                (true, true) => Fit::Whole,
                (true, false) => Fit::Begins,
                _ => Fit::Has,
            };
            if !take(name, fit) {
                break;
            }
        }
        let letters: Option<Vec<u64>> = sought.chars().map(letter).collect();
        let Some(letters) = letters.filter(|_| !sought.is_empty()) else {
            return fits;
        };
        let fitting = self.initials.windows(letters.len()).enumerate();
        let fitting = fitting.filter(|(_, all)| all.iter().zip(&letters).all(|(a, b)| a & b != 0));
        for (at, _) in fitting {
            let nth = self.names.partition_point(|name| name.initials <= at);
            let name = nth.checked_sub(1).and_then(|nth| self.names.get(nth));
            if name.is_some_and(|name| !take(name, Fit::Initials)) {
                break;
            }
        }
        fits
    }
}

/// Whether records are called by a field. A long text calls them where it is the title, which lists and pages show.
fn is_name(register: &Register, field: &RegisterField) -> bool {
    let is_title = field.id == register.title;
    let names = match field.kind {
        FieldKind::Text | FieldKind::Uscc | FieldKind::Person => {
            is_title || field.key || field.unique
        }
        FieldKind::LongText => is_title,
        _ => false,
    };
    names && !field.sensitive && field.formula.is_none()
}

/// A text as it is searched for.
fn sought(text: &str) -> String {
    cut(documents::plain(text), LETTERS_MAX)
}

/// The first letters of a text.
fn cut(mut text: String, letters: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(letters) {
        text.truncate(end);
    }
    text
}

/// The units that fit, the best first.
fn best<'u>(
    units: impl Iterator<Item = &'u Unit>,
    sought: &str,
    fits: impl Fn(&Unit) -> bool,
) -> impl Iterator<Item = &'u Unit> {
    let letters: Option<Vec<u64>> = sought.chars().map(letter).collect();
    let fit = |unit: &Unit| {
        let names = [&unit.name.zh, &unit.name.en, &unit.short.zh, &unit.id];
        let plain = names.map(|name| documents::plain(name));
        let begins = |name: &String| name.starts_with(sought);
        let has_initials = |name: &String| {
            let all: Vec<u64> = initials(name).collect();
            letters.as_ref().is_some_and(|letters| {
                let fits = |all: &[u64]| all.iter().zip(letters).all(|(a, b)| a & b != 0);
                all.windows(letters.len().max(1)).any(fits)
            })
        };
        if plain.iter().any(|name| name == sought) {
            Some(Fit::Whole)
        } else if plain.iter().any(begins) {
            Some(Fit::Begins)
        } else if plain.iter().any(|name| name.contains(sought)) {
            Some(Fit::Has)
        } else {
            let mut chinese = plain.iter().filter(|name| !name.is_ascii());
            chinese.any(has_initials).then_some(Fit::Initials)
        }
    };
    let mut found: Vec<(Fit, &Unit)> = units
        .filter(|unit| fits(unit))
        .filter_map(|unit| Some((fit(unit)?, unit)))
        .collect();
    found.sort_by_key(|(fit, _)| *fit);
    found.truncate(EACH_MAX);
    found.into_iter().map(|(_, unit)| unit)
}

/// The bit of a letter or digit.
fn letter(sign: char) -> Option<u64> {
    match sign {
        'a'..='z' => Some(1 << (sign as u32 - 'a' as u32)),
        '0'..='9' => Some(1 << (sign as u32 - '0' as u32 + 26)),
        _ => None,
    }
}

/// The letters with which the readings of each sign begin. A sign without one fits none.
fn initials(text: &str) -> impl Iterator<Item = u64> + '_ {
    text.chars().map(|sign| {
        let own = letter(sign).unwrap_or_default();
        let readings = sign.to_pinyin_multi().into_iter().flatten();
        readings
            .filter_map(|reading| letter(reading.plain().chars().next()?))
            .fold(own, |all, one| all | one)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(names: &[&str]) -> Called {
        let mut called = Called::default();
        for (row, name) in (0..).zip(names) {
            called.add(row, None, name);
        }
        called
    }

    fn rows(called: &Called, text: &str) -> Vec<(u32, Fit)> {
        let mut all: Vec<_> = called.fits(&sought(text), |_| true).into_iter().collect();
        all.sort_by_key(|(row, fit)| (*fit, *row));
        all
    }

    #[test]
    fn names_are_found_whole_in_part_and_by_initials() {
        let called = called(&["厦门茶业", "福州厦门茶业", "XM-01", "重庆厦门"]);
        let part = [(0, Fit::Begins), (1, Fit::Has), (3, Fit::Has)];
        assert_eq!(rows(&called, " 厦 门 "), part);
        assert_eq!(rows(&called, "xm-01"), [(2, Fit::Whole)]);
        // 厦 reads xià and shà, 重 chóng and zhòng.
        assert_eq!(
            rows(&called, "xmcy"),
            [(0, Fit::Initials), (1, Fit::Initials)]
        );
        assert_eq!(rows(&called, "smcy"), rows(&called, "XMCY"));
        assert_eq!(rows(&called, "cqxm"), rows(&called, "zqxm"));
        assert_eq!(rows(&called, "cyxm"), []);
    }

    #[test]
    fn a_long_title_is_found_by_what_it_begins_with_and_never_taken_for_the_whole() {
        let mut called = Called::default();
        let long = format!("请求 协调\n用地_{}{}尾", "问".repeat(60), "答".repeat(60));
        called.add_long(0, None, &long);
        called.add_long(1, None, "请求协调用地");
        let expected = [(1, Fit::Whole), (0, Fit::Begins)];
        assert_eq!(rows(&called, "请求协调用地"), expected);
        assert_eq!(rows(&called, "协调用地问"), [(0, Fit::Has)]);
        assert_eq!(
            rows(&called, "xtyd"),
            [(0, Fit::Initials), (1, Fit::Initials)]
        );
        // More is sought than is kept of it, so that it is not its name.
        assert_eq!(rows(&called, &long), [(0, Fit::Begins)]);
        assert_eq!(rows(&called, "尾"), []);
        assert!(called.text.chars().count() < 2 * LONG_MAX);
        assert!(called.initials.len() < 2 * (LONG_INITIALS_MAX + 1));
    }

    #[test]
    fn names_of_fields_that_are_not_shown_are_not_found() {
        let called = called(&["厦门茶业"]);
        assert!(called.fits("厦门", |_| false).is_empty());
        assert!(called.fits("xm", |_| false).is_empty());
    }
}
