//! Units and divisions by code, name, short name or path.

use crate::fault::Wrong;
use crate::text::plain;
use programme::Programme;
use rules::Words;
use std::cell::OnceCell;
use std::collections::HashMap;

/// The names under which units or divisions are found.
pub(crate) struct Places {
    found: HashMap<String, Vec<u32>>,
    entries: Vec<Entry>,
}

struct Entry {
    id: String,
    name: Words,
    levels: Vec<String>,
    parent: Option<usize>,
}

/// Units and divisions, each gathered when a cell first names one.
pub(crate) struct AllPlaces<'a> {
    programme: &'a Programme,
    units: OnceCell<Places>,
    divisions: OnceCell<Places>,
}

impl<'a> AllPlaces<'a> {
    pub(crate) fn new(programme: &'a Programme) -> Self {
        Self {
            programme,
            units: OnceCell::new(),
            divisions: OnceCell::new(),
        }
    }

    pub(crate) fn units(&self) -> &Places {
        self.units.get_or_init(|| Places::units(self.programme))
    }

    pub(crate) fn divisions(&self) -> &Places {
        self.divisions
            .get_or_init(|| Places::divisions(self.programme))
    }
}

/// A name as it is looked up: what stands between the parts of a path makes no difference.
fn key(text: &str) -> String {
    let mut key = plain(text);
    key.retain(|c| !matches!(c, '/' | '\\' | '>' | '·' | '-' | ',' | '，' | '、'));
    key
}

impl Places {
    fn units(programme: &Programme) -> Self {
        let entry = |unit: &programme::model::Unit| Entry {
            id: unit.id.clone(),
            name: unit.name.clone(),
            levels: unit.levels.clone(),
            parent: unit.parent,
        };
        let short = programme.units.iter().map(|unit| Some(&unit.short));
        Self::of(
            programme.units.iter().map(entry).collect(),
            &short.collect::<Vec<_>>(),
        )
    }

    fn divisions(programme: &Programme) -> Self {
        let entry = |division: &programme::model::Division| Entry {
            id: division.code.clone(),
            name: Words::new(division.name.as_str(), division.name.as_str()),
            levels: vec![division.level.clone()],
            parent: division.parent,
        };
        Self::of(programme.divisions.iter().map(entry).collect(), &[])
    }

    fn of(entries: Vec<Entry>, short: &[Option<&Words>]) -> Self {
        let mut places = Self {
            found: HashMap::new(),
            entries,
        };
        for at in 0..places.entries.len() {
            let mut names = places.paths(at);
            names.extend(places.entries.get(at).map(|entry| entry.id.clone()));
            if let Some(Some(short)) = short.get(at) {
                names.extend([short.zh.clone(), short.en.clone()]);
            }
            for name in names {
                let found = places.found.entry(key(&name)).or_default();
                if !name.is_empty() && found.last() != Some(&(at as u32)) {
                    found.push(at as u32);
                }
            }
        }
        places
    }

    /// The place's name alone, then with each of the places above it: 晋江市, 泉州市晋江市, 福建省泉州市晋江市.
    fn paths(&self, at: usize) -> Vec<String> {
        let (mut zh, mut en) = (String::new(), String::new());
        let (mut next, mut paths) = (Some(at), Vec::new());
        // A tree is never this deep; a circle in it must not hang the reader.
        while let Some(entry) = next
            .and_then(|at| self.entries.get(at))
            .filter(|_| paths.len() < 32)
        {
            let slash = if zh.is_empty() { "" } else { "/" };
            zh = format!("{}{slash}{zh}", entry.name.zh);
            en = format!("{}{slash}{en}", entry.name.en);
            paths.extend([zh.clone(), en.clone()]);
            next = entry.parent;
        }
        paths
    }

    fn under(&self, text: &str) -> &[u32] {
        let found = self.found.get(&key(text)).map(Vec::as_slice);
        found
            .filter(|_| !text.trim().is_empty())
            .unwrap_or_default()
    }

    /// The id of the one place that a text names; several are told apart by the levels that the field allows.
    pub(crate) fn id(&self, text: &str, levels: &[String]) -> Result<&str, Wrong> {
        let mut found = self.under(text);
        if found.is_empty()
            && let Some((_, id)) = bracketed(text)
        {
            found = self.under(id);
        }
        let allowed = |at: &&u32| {
            let entry = self.entries.get(**at as usize);
            levels.is_empty() || entry.is_some_and(|e| e.levels.iter().any(|l| levels.contains(l)))
        };
        let fit: Vec<&u32> = found.iter().filter(allowed).collect();
        match (fit.as_slice(), found) {
            ([one], _) => self.entry_id(**one).ok_or_else(|| self.nobody(text)),
            ([], []) => Err(self.nobody(text)),
            ([], found) => Err(self.wrong_level(text, found, levels)),
            (several, _) => Err(self.ambiguous(text, several)),
        }
    }

    fn entry_id(&self, at: u32) -> Option<&str> {
        self.entries.get(at as usize).map(|entry| entry.id.as_str())
    }

    /// How a place is written so that it is found again: its name where nobody else has it, else its path, else with its code.
    pub(crate) fn label(&self, id: &str, zh: bool) -> Option<String> {
        let at = self.entries.iter().position(|entry| entry.id == id)?;
        let paths = self.paths(at);
        let mut labels = paths.iter().skip(usize::from(!zh)).step_by(2);
        let alone = |label: &&String| self.under(label) == [at as u32];
        let unique = labels.find(alone).cloned();
        Some(unique.unwrap_or_else(|| {
            let name = paths.get(usize::from(!zh)).map_or("", String::as_str);
            format!("{name} [{id}]")
        }))
    }

    fn nobody(&self, text: &str) -> Wrong {
        let names = self.entries.iter().map(|entry| entry.name.zh.as_str());
        let near = rules::nearest(text.trim(), names).map(str::to_owned);
        let wrong = Wrong::new(
            "no-such-place",
            Words::new(
                format!("没有叫“{text}”的单位或区划"),
                format!("no unit or division is called “{text}”"),
            ),
            (
                "记录要落到一个单位，计数才有归属",
                "a record must belong to somebody to be counted",
            ),
            (
                "写代码、全名、简称或“泉州市晋江市”这样的路径",
                "write its code, name, short name, or a path such as 泉州市晋江市",
            ),
        );
        match near {
            Some(near) => wrong.mend(
                format!("是不是“{near}”？"),
                format!("did you mean “{near}”?"),
            ),
            None => wrong,
        }
    }

    fn candidates(&self, found: impl Iterator<Item = u32>) -> String {
        const SHOWN_MAX: usize = 6;
        let mut named: Vec<String> = found
            .filter_map(|at| {
                let path = self.paths(at as usize).into_iter().nth_back(1)?;
                Some(format!("{path} [{}]", self.entry_id(at)?))
            })
            .collect();
        let more = named.len() > SHOWN_MAX;
        named.truncate(SHOWN_MAX);
        let dots = if more { "……" } else { "" };
        format!("{}{dots}", named.join("、"))
    }

    fn ambiguous(&self, text: &str, found: &[&u32]) -> Wrong {
        let names = self.candidates(found.iter().map(|at| **at));
        Wrong::new(
            "ambiguous-place",
            Words::new(
                format!("“{text}”不止一个：{names}"),
                format!("“{text}” is the name of several: {names}"),
            ),
            (
                "猜错了就记到别人名下",
                "a wrong guess would credit somebody else",
            ),
            (
                "写上级加名称，或写代码",
                "write it with the place above it, or its code",
            ),
        )
    }

    fn wrong_level(&self, text: &str, found: &[u32], levels: &[String]) -> Wrong {
        let names = self.candidates(found.iter().copied());
        let levels = levels.join("、");
        Wrong::new(
            "place-of-other-level",
            Words::new(
                format!("“{text}”（{names}）的层级不对，这里要 {levels}"),
                format!("“{text}” ({names}) is of another level; this column takes {levels}"),
            ),
            ("这一列按层级汇总", "this column is summed by level"),
            ("改成相应层级的单位", "name a unit of that level"),
        )
    }
}

/// `晋江市 [350582]` into name and code.
pub(crate) fn bracketed(text: &str) -> Option<(&str, &str)> {
    let (name, id) = text.trim().strip_suffix(']')?.rsplit_once('[')?;
    Some((name.trim(), id.trim()))
}
