//! A notice's folder: its title and parts, its clauses, measures, lights and rankings.

use super::document::{Source, Table};
use super::ground::{Documents, Ground};
use super::light::{light, ranking};
use super::measure::measure;
use super::text::Text;
use crate::model::{Clause, Measure, Notice};
use rules::Words;

/// The tables of one notice's files: `notice.toml` and the others in order of name.
pub(super) struct Folder<'f> {
    /// The folder's name.
    pub(super) id: Text<'f>,
    notice: Option<Table<'f>>,
    others: Vec<Table<'f>>,
}

/// The folder of a notice that runs; a fault when there is none.
pub(super) fn folder<'f>(
    id: Text<'f>,
    documents: &'f Documents<'f>,
    source: impl Fn(&'f str) -> Source<'f>,
) -> Folder<'f> {
    let prefix = format!("notices/{}/", id.value);
    let mut folder = Folder {
        id,
        notice: None,
        others: Vec::new(),
    };
    for (path, document) in documents
        .iter()
        .filter(|(path, _)| path.starts_with(&prefix))
    {
        let table = Table::root(source(path), document);
        if path.ends_with("/notice.toml") {
            folder.notice = Some(table);
        } else {
            folder.others.push(table);
        }
    }
    if folder.notice.is_none() {
        folder.id.refuse(
            "missing-file",
            Words::new(
                format!("没有文件 {prefix}notice.toml"),
                format!("there is no file {prefix}notice.toml"),
            ),
            Words::new(
                "建立这个文件，或从 notices 里删去它",
                "write it, or take it out of `notices`",
            ),
        );
    }
    folder
}

impl<'f> Folder<'f> {
    /// The ids below a key in all files, in order.
    pub(super) fn ids(&self, key: &'static str) -> Vec<Text<'f>> {
        let tables = self.others.iter().filter(|t| t.has(key));
        tables
            .flat_map(|t| t.children(key))
            .map(|(id, _)| id)
            .collect()
    }

    /// Whether recording closes for some measure.
    pub(super) fn closes(&self) -> bool {
        let measures = self.others.iter().filter(|table| table.has("measure"));
        measures
            .flat_map(|table| table.children("measure"))
            .any(|(_, measure)| measure.has("closes"))
    }

    /// Title, parts, clauses and measures; lights and rankings come with [`Folder::shown`].
    pub(super) fn notice(&self, ground: &Ground) -> Option<Notice> {
        let clauses = self.clauses();
        let numbers: Vec<String> = clauses.iter().map(|c| c.number.clone()).collect();
        let measures = self.others.iter().flat_map(|t| t.children("measure"));
        let measures = measures.filter_map(|(id, t)| measure(&id, &t, &numbers, ground));
        let mut measures: Vec<Measure> = measures.collect();
        measures.sort_by_key(|m| clauses.iter().position(|c| c.number == m.clause));
        let table = self.notice.as_ref()?;
        let id = table.text("id");
        if let Some(id) = id.as_ref().filter(|id| id.kebab() != self.id.value) {
            id.refuse(
                "wrong-folder",
                Words::new(
                    format!("通知 `{}` 放在文件夹 `{}` 里", id.value, self.id.value),
                    format!("notice `{}` lies in folder `{}`", id.value, self.id.value),
                ),
                Words::new("标识与文件夹要同名", "give the folder the notice's id"),
            );
        }
        let parts = self.parts(table);
        self.parts_exist(&parts);
        let notice = Notice {
            id: self.id.value.clone(),
            title: table.words("title"),
            issued_on: table.date("issued_on").unwrap_or_default(),
            issuer: table.words("issuer"),
            source: table.words("source"),
            parts,
            clauses,
            measures,
            lights: Vec::new(),
            rankings: Vec::new(),
        };
        table.finish();
        Some(notice)
    }

    /// Adds lights and rankings, for which all measures must be read.
    pub(super) fn shown(&self, notice: &mut Notice, measures: &[&Measure], ground: &Ground) {
        let numbers: Vec<String> = notice.clauses.iter().map(|c| c.number.clone()).collect();
        for table in &self.others {
            let lights = table.children("light");
            let rankings = table.children("ranking");
            notice.lights.extend(
                lights
                    .iter()
                    .filter_map(|(id, t)| light(id, t, measures, ground)),
            );
            notice.rankings.extend(
                rankings
                    .iter()
                    .filter_map(|(id, t)| ranking(id, t, &numbers, ground)),
            );
            table.also(&["clause", "measure"]);
            table.finish();
        }
    }

    fn parts(&self, table: &Table<'_>) -> Vec<(String, Words)> {
        let mut parts: Vec<(String, Words)> = Vec::new();
        for (number, part) in table.children("part") {
            parts.push((number.value, part.words("title")));
            part.finish();
        }
        parts.sort_by_key(|(number, _)| order(number));
        parts
    }

    fn parts_exist(&self, parts: &[(String, Words)]) {
        for number in self.ids("clause") {
            let part = number.value.split('.').next().unwrap_or("");
            if !parts.iter().any(|(known, _)| known == part) {
                let known: Vec<&str> = parts.iter().map(|(n, _)| n.as_str()).collect();
                let part = Text {
                    value: part.to_owned(),
                    ..number.clone()
                };
                part.unknown("unknown-part", &known, "部分", "part");
            }
        }
    }

    fn clauses(&self) -> Vec<Clause> {
        let mut clauses: Vec<Clause> = Vec::new();
        for (number, table) in self.others.iter().flat_map(|t| t.children("clause")) {
            if clauses.iter().any(|c| c.number == number.value) {
                duplicate(&number);
            }
            clauses.push(Clause {
                text: table.words("text"),
                no_duty: table.maybe_text("no_duty").map(|t| t.value),
                place: number.place(),
                number: number.value,
            });
            table.finish();
        }
        clauses.sort_by_key(|c| order(&c.number));
        clauses
    }
}

/// Records that an id is there a second time.
pub(super) fn duplicate(id: &Text<'_>) {
    id.refuse(
        "duplicate-id",
        Words::new(
            format!("`{}` 已经有了", id.value),
            format!("there is a `{}` already", id.value),
        ),
        Words::new("换一个标识", "choose another id"),
    );
}

/// `3.10` comes after `3.9`.
fn order(number: &str) -> Vec<(u32, String)> {
    let step = |part: &str| (part.parse().unwrap_or(u32::MAX), part.to_owned());
    number.split('.').map(step).collect()
}
