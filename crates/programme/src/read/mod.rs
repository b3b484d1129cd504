//! From files to the model. The reader answers for everything one place can show: syntax, keys, types, words,
//! names of what exists, checked rules. What only the whole shows (circles, overlaps, edges, authors, who may
//! record) is `proof`'s, which runs on what could be built, so that all faults come in one pass.

mod calendar;
mod cell;
pub(crate) mod document;
mod due;
mod field;
mod ground;
mod head;
mod level;
mod light;
mod measure;
mod names;
mod notice;
mod outline;
mod past;
mod place;
mod policy;
mod quote;
mod register;
mod role;
mod sheet;
mod span;
mod tally;
pub(crate) mod text;

use crate::model::{Measure, Register, RegisterField, UnitField};
use crate::{Fault, Files, Place, Programme, Severity, proof};
use document::{Faults, Source, Table};
use ground::{Documents, Ground, documents};
use notice::{Folder, duplicate, folder};
use rules::{Field, Schema, TableSchema, Type, Words};
use std::collections::{BTreeMap, BTreeSet};
use text::Text;

/// What came of reading a folder.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The programme; `None` when a fault is an error.
    pub programme: Option<Programme>,
    /// All faults, in order of file and place.
    pub faults: Vec<Fault>,
}

/// Reads a folder whole: the model and every fault, those of the whole programme included.
pub fn read(files: &Files) -> Reading {
    let faults = Faults::default();
    let programme = {
        let documents = documents(files, &faults);
        Folders {
            files,
            documents: &documents,
            faults: &faults,
        }
        .programme()
    };
    let mut faults = faults.into_inner();
    proof::proof(&programme, files, &mut faults);
    faults.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
    faults.dedup();
    syntax_first(&mut faults);
    let sound = faults.iter().all(|f| f.severity != Severity::Error);
    Reading {
        programme: sound.then_some(programme),
        faults,
    }
}

/// Where a file is not TOML, the first place of each such file is all that can be said: what else seems to be
/// missing may stand in what could not be read.
fn syntax_first(faults: &mut Vec<Fault>) {
    if faults.iter().any(|f| f.code == "toml-syntax") {
        faults.retain(|f| f.code == "toml-syntax");
        faults.dedup_by(|later, first| later.place.file == first.place.file);
    }
}

/// The folder, its TOML parsed.
#[derive(Clone, Copy)]
struct Folders<'f> {
    files: &'f Files,
    documents: &'f Documents<'f>,
    faults: &'f Faults,
}

impl<'f> Folders<'f> {
    /// Every stage in the order in which one needs the other.
    fn programme(self) -> Programme {
        let mut ground = Ground::default();
        let Some(head_table) = self.table("programme.toml") else {
            self.missing("programme.toml");
            return ground.programme;
        };
        let head = head::head(&head_table, &mut ground.programme);
        self.places(&head.unit_fields, &mut ground);
        if let Some(home) = &head.home {
            ground.is_unit(home);
        }
        let folders: Vec<Folder<'f>> = head
            .notices
            .into_iter()
            .map(|id| folder(id, self.documents, |file| self.source(file)))
            .collect();
        self.names(&folders, &mut ground);
        let closes = folders.iter().any(Folder::closes);
        self.registers(&mut ground, &head.unit_fields, closes);
        self.notices(&folders, &mut ground);
        self.others(&mut ground);
        self.unread();
        ground.programme
    }

    fn source(self, file: &'f str) -> Source<'f> {
        Source {
            file,
            text: self.files.get(file).map_or("", String::as_str),
            faults: self.faults,
        }
    }

    fn table(self, file: &str) -> Option<Table<'f>> {
        let (path, document) = self.documents.get_key_value(file)?;
        Some(Table::root(self.source(path), document))
    }

    /// The documents directly in a folder, in order of name.
    fn tables(self, folder: &str) -> Vec<Table<'f>> {
        let inside = |path: &str| {
            path.strip_prefix(folder)
                .is_some_and(|rest| !rest.contains('/'))
        };
        let found = self.documents.iter().filter(|(path, _)| inside(path));
        found
            .map(|(path, document)| Table::root(self.source(path), document))
            .collect()
    }

    /// A sheet's source; one that is missing is a fault and an empty text.
    fn sheet(self, file: &'static str) -> Option<Source<'f>> {
        let found = self
            .files
            .get_key_value(file)
            .map(|(path, _)| self.source(path));
        if found.is_none() {
            self.missing(file);
        }
        found
    }

    fn missing(self, file: &str) {
        let message = Words::new(
            format!("没有文件 {file}"),
            format!("there is no file {file}"),
        );
        let help = Words::new("在文件夹里建立它", "write it into the folder");
        let fault = Fault::error("missing-file", Place::new(file, 0..0), message).help(help);
        self.faults.borrow_mut().push(fault);
    }

    fn places(self, fields: &[RegisterField], ground: &mut Ground) {
        let (units, divisions) = (self.sheet("units.csv"), self.sheet("divisions.csv"));
        let programme = &mut ground.programme;
        if let (Some(units), Some(divisions)) = (units, divisions) {
            (programme.units, programme.divisions) =
                place::places(units, divisions, fields, &programme.levels);
        }
        if let Some((path, _)) = self.files.get_key_value("outlines.geojson") {
            let divisions = &programme.divisions;
            let is_division = |code: &str| divisions.iter().any(|d| d.code == code);
            programme.outlines = outline::outlines(self.source(path), is_division);
        }
        if let Some(source) = self.sheet("calendar.csv") {
            (programme.calendar, programme.named_days) = calendar::calendar(source);
        }
        programme.unit_fields = fields
            .iter()
            .map(|f| UnitField {
                id: f.id.clone(),
                name: f.name.clone(),
            })
            .collect();
        let units = programme.units.iter().map(|u| u.id.clone()).collect();
        let divisions = programme.divisions.iter().map(|d| d.code.clone()).collect();
        ground.known_ids = BTreeMap::from([
            ("unit".to_owned(), units),
            ("division".to_owned(), divisions),
        ]);
    }

    /// Ids that files lend each other, before any is read whole.
    fn names(self, folders: &[Folder<'f>], ground: &mut Ground) {
        let ids = |key| {
            let mut seen = BTreeSet::new();
            for id in folders.iter().flat_map(|f| f.ids(key)) {
                if !seen.insert(id.value.clone()) && key != "clause" {
                    duplicate(&id);
                }
            }
            seen.into_iter().collect::<Vec<String>>()
        };
        ground.measures = ids("measure");
        ground.rankings = ids("ranking");
        ground.clauses = ids("clause");
        ids("light");
        let roles = self
            .table("roles.toml")
            .map_or_else(Vec::new, |t| t.children("role"));
        ground.roles = roles.into_iter().map(|(id, _)| id.value).collect();
    }

    /// `closes` says whether recording closes for some measure, and may be opened again.
    fn registers(self, ground: &mut Ground, unit_fields: &[RegisterField], closes: bool) {
        let tables = self.tables("registers/");
        let ids: Vec<Text<'f>> = tables.iter().filter_map(|t| t.get("id")?.text()).collect();
        repeated(&ids);
        let former: Vec<Text<'f>> = tables.iter().filter_map(|t| t.maybe_text("was")).collect();
        past::former_ids(&former, &ids.iter().map(|id| id.value.as_str()).collect());
        let built_in = register::built_in(closes);
        let known: Vec<&str> = ids
            .iter()
            .map(|id| id.value.as_str())
            .chain(built_in.iter().map(|register| register.id.as_str()))
            .chain(["unit", "division"])
            .collect();
        let declared: Vec<(Table<'f>, Register)> = tables
            .into_iter()
            .filter_map(|table| {
                let register = register::declared(&table, &known)?;
                Some((table, register))
            })
            .collect();
        let programme = &mut ground.programme;
        programme.registers = declared
            .iter()
            .map(|(_, r)| r.clone())
            .chain(built_in.iter().cloned())
            .collect();
        programme.schema = schema(programme, unit_fields);
        let completed: Vec<Register> = declared
            .iter()
            .map(|(table, register)| register::completed(table, register, ground))
            .collect();
        for (at, register) in completed.into_iter().enumerate() {
            if let Some(place) = ground.programme.registers.get_mut(at) {
                *place = register;
            }
        }
    }

    fn notices(self, folders: &[Folder<'f>], ground: &mut Ground) {
        let mut notices: Vec<_> = folders.iter().map(|f| f.notice(ground)).collect();
        let measures: Vec<Measure> = notices
            .iter()
            .flatten()
            .flat_map(|n| n.measures.clone())
            .collect();
        let measures: Vec<&Measure> = measures.iter().collect();
        for (folder, notice) in folders.iter().zip(&mut notices) {
            if let Some(notice) = notice {
                folder.shown(notice, &measures, ground);
            }
        }
        ground.programme.notices = notices.into_iter().flatten().collect();
    }

    fn others(self, ground: &mut Ground) {
        let policies = self.each("policies/", "policy", |id, t| policy::policy(id, t, ground));
        let matches = self.each("matches/", "match", |id, t| policy::matching(id, t, ground));
        let bulletins = self.each("bulletins/", "bulletin", |id, t| {
            Some(role::bulletin(id, t, ground))
        });
        let roles = self.each("roles.toml", "role", |id, t| {
            Some(role::role(id, t, ground))
        });
        let programme = &mut ground.programme;
        (programme.policies, programme.matches) = (policies, matches);
        (programme.bulletins, programme.roles) = (bulletins, roles);
    }

    /// Reads what stands under one key in the files of a folder, or in one file.
    fn each<T>(
        self,
        folder: &str,
        key: &'static str,
        read: impl Fn(&Text<'f>, &Table<'f>) -> Option<T>,
    ) -> Vec<T> {
        let tables = match self.table(folder) {
            Some(table) => vec![table],
            None => self.tables(folder),
        };
        let children: Vec<_> = tables.iter().flat_map(|t| t.children(key)).collect();
        repeated(children.iter().map(|(id, _)| id));
        tables.iter().for_each(Table::finish);
        children
            .iter()
            .filter_map(|(id, table)| read(id, table))
            .collect()
    }

    /// Warns of files that nothing reads: most are misplaced.
    fn unread(self) {
        let folders = [
            "registers/",
            "policies/",
            "matches/",
            "bulletins/",
            "example/",
        ];
        for path in self.documents.keys() {
            let directly = |folder: &&str| {
                let rest = path.strip_prefix(*folder);
                rest.is_some_and(|rest| !rest.contains('/'))
            };
            let notice = path.starts_with("notices/") && path.split('/').count() == 3;
            let case = path.starts_with("cases/") && path.ends_with(".cases.toml");
            let head = ["programme.toml", "roles.toml"].contains(path);
            if folders.iter().any(directly) || notice || case || head {
                continue;
            }
            let message = Words::new("没有什么会读这个文件", "nothing reads this file");
            let help = Words::new(
                "按 docs/programme-format.md 放到合适的文件夹里",
                "put it where docs/programme-format.md says",
            );
            let fault = Fault::warning("unread-file", Place::new(*path, 0..0), message).help(help);
            self.faults.borrow_mut().push(fault);
        }
    }
}

/// Reports every id after the first of the same.
fn repeated<'a, 'f: 'a>(ids: impl IntoIterator<Item = &'a Text<'f>>) {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id.value.as_str()) {
            duplicate(id);
        }
    }
}

/// The tables that rules read.
fn schema(programme: &Programme, unit_fields: &[RegisterField]) -> Schema {
    let word = |words: BTreeSet<&String>| Type::Choice(words.into_iter().cloned().collect());
    let field = |id: &str, ty: Type, empty| Field {
        id: id.to_owned(),
        ty,
        empty,
        formula: None,
    };
    let to = |table: &str| Type::Reference(table.to_owned());
    let (none, unknown) = (rules::Empty::None, rules::Empty::Unknown);
    let levels = word(programme.units.iter().flat_map(|u| &u.levels).collect());
    let kinds = word(
        programme
            .units
            .iter()
            .map(|u| &u.kind)
            .filter(|k| !k.is_empty())
            .collect(),
    );
    let mut unit = vec![
        field("name", Type::Text, unknown),
        field("levels", Type::List(Box::new(levels)), none),
        field("kind", kinds, none),
        field("parent", to("unit"), none),
        field("division", to("division"), none),
    ];
    unit.extend(
        unit_fields
            .iter()
            .map(|f| field(&f.id, f.ty.clone(), f.empty)),
    );
    let division = vec![
        field("name", Type::Text, unknown),
        field(
            "level",
            word(programme.divisions.iter().map(|d| &d.level).collect()),
            unknown,
        ),
        field("parent", to("division"), none),
        field("unit", to("unit"), none),
    ];
    let tree = |id: &str, fields| TableSchema {
        id: id.to_owned(),
        fields,
        parent: Some("parent".to_owned()),
    };
    let mut tables = vec![tree("unit", unit), tree("division", division)];
    tables.extend(programme.registers.iter().map(register::table_of));
    Schema { tables }
}
