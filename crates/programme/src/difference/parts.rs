//! A folder cut into parts: whatever has an id, with everything that is said of it.

use super::What;
use super::node::Node;
use crate::Files;
use rules::Words;
use std::collections::BTreeMap;

/// What has an id.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) what: What,
    /// The register, notice or file it belongs to; empty for none.
    pub(super) of: String,
    pub(super) id: String,
    pub(super) name: Words,
    pub(super) body: Node,
    pub(super) file: String,
}

/// Kinds below a key, in `programme.toml`, in a register, in the files of a notice.
const OF_HEAD: [(&str, What); 6] = [
    ("phase", What::Phase),
    ("milestone", What::Milestone),
    ("level", What::Level),
    ("setting", What::Setting),
    ("ladder", What::Ladder),
    ("unit_field", What::UnitField),
];
const OF_REGISTER: [(&str, What); 4] = [
    ("field", What::Field),
    ("move", What::Move),
    ("check", What::Check),
    ("clock", What::Clock),
];
const OF_NOTICE: [(&str, What); 5] = [
    ("part", What::Section),
    ("clause", What::Clause),
    ("measure", What::Measure),
    ("light", What::Light),
    ("ranking", What::Ranking),
];
/// Folders and files whose tables stand under one key.
const PLAIN: [(&str, &str, What); 4] = [
    ("roles.toml", "role", What::Role),
    ("policies/", "policy", What::Policy),
    ("matches/", "match", What::Match),
    ("bulletins/", "bulletin", What::Bulletin),
];
const SHEETS: [(&str, &str, What); 3] = [
    ("units.csv", "id", What::Unit),
    ("divisions.csv", "code", What::Division),
    ("calendar.csv", "date", What::Day),
];

/// Every part of a folder, file by file in their order.
pub(super) fn parts(files: &Files) -> Vec<Part> {
    let mut parts = Parts::default();
    for (file, text) in files {
        let before = parts.0.len();
        if parts.file(file, text).is_none() {
            parts.0.truncate(before);
            let whole = Node::Leaf(text.clone());
            parts.add(What::File, ("", file), Words::default(), whole, file);
        }
    }
    parts.0
}

#[derive(Default)]
struct Parts(Vec<Part>);

impl Parts {
    fn add(&mut self, what: What, (of, id): (&str, &str), name: Words, body: Node, file: &str) {
        self.0.push(Part {
            what,
            of: of.to_owned(),
            id: id.to_owned(),
            name,
            body,
            file: file.to_owned(),
        });
    }

    /// The parts of one file; `None` where it is not read as parts.
    fn file(&mut self, file: &str, text: &str) -> Option<()> {
        if let Some((_, key, what)) = SHEETS.iter().find(|(sheet, ..)| *sheet == file) {
            return self.sheet((file, text), key, *what);
        }
        let root = Node::of_toml(text)?;
        let folder = file.split('/').next().unwrap_or(file);
        match folder {
            "programme.toml" => self.head(root, file),
            "registers" => self.register(root, file),
            "notices" => self.notice(root, file),
            "cases" => self.cases(root, file),
            _ => {
                let plain = PLAIN.iter().find(|(at, ..)| file.starts_with(at));
                let (_, key, what) = plain?;
                self.below(root, &[(key, *what)], "", file);
            }
        }
        Some(())
    }

    /// Takes the tables below the keys out as parts; what is left.
    fn below(&mut self, mut root: Node, keys: &[(&str, What)], of: &str, file: &str) -> Node {
        for (key, what) in keys {
            for (id, body) in root.take(key).map_or_else(Vec::new, Node::entries) {
                let name = match what {
                    What::Clause => body.words("text"),
                    What::Section => body.words("title"),
                    What::Check => body.words("message"),
                    _ => body.words("name"),
                };
                self.add(*what, (of, &id), name, body, file);
            }
        }
        root
    }

    fn head(&mut self, root: Node, file: &str) {
        let name = root.words("name");
        let rest = self.below(root, &OF_HEAD, "", file);
        self.add(What::Programme, ("", ""), name, rest, file);
    }

    fn register(&mut self, root: Node, file: &str) {
        let id = root
            .get("id")
            .and_then(Node::leaf)
            .unwrap_or(file)
            .to_owned();
        let name = root.words("name");
        let rest = self.below(root, &OF_REGISTER, &id, file);
        self.add(What::Register, ("", &id), name, rest, file);
    }

    fn notice(&mut self, root: Node, file: &str) {
        let id = file.split('/').nth(1).unwrap_or(file).to_owned();
        let title = root.words("title");
        let rest = self.below(root, &OF_NOTICE, &id, file);
        if file.ends_with("/notice.toml") {
            self.add(What::Notice, ("", &id), title, rest, file);
        }
    }

    /// Worked examples, by name within their file.
    fn cases(&mut self, root: Node, file: &str) {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (kind, all) in root.entries() {
            let Node::List(all) = all else { continue };
            for body in all {
                let name = body.get("name").and_then(Node::leaf).unwrap_or(&kind);
                let times = seen.entry(name.to_owned()).or_default();
                *times += 1;
                let id = match *times {
                    1 => name.to_owned(),
                    more => format!("{name} #{more}"),
                };
                self.add(What::Case, (file, &id), Words::default(), body, file);
            }
        }
    }

    /// A sheet's rows by the column that names them; several rows of one id are one part.
    fn sheet(&mut self, (file, text): (&str, &str), key: &str, what: What) -> Option<()> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(text.as_bytes());
        let head = reader.headers().ok()?.clone();
        let head: Vec<&str> = head
            .iter()
            .map(|c| c.trim().trim_start_matches('\u{feff}'))
            .collect();
        let at = head.iter().position(|column| *column == key)?;
        let mut rows: Vec<(String, Vec<(String, String)>)> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for record in reader.records() {
            let record = record.ok()?;
            let id = record.get(at)?.trim().to_owned();
            let place = *places.entry(id.clone()).or_insert(rows.len());
            let cells = head
                .iter()
                .zip(&record)
                .filter(|(column, _)| **column != key);
            let cells = cells.map(|(column, cell)| ((*column).to_owned(), cell.trim().to_owned()));
            match rows.get_mut(place) {
                None => rows.push((id, cells.collect())),
                Some((_, before)) => join(before, cells),
            }
        }
        for (id, cells) in rows {
            let cell = |column: &str| {
                let found = cells.iter().find(|(own, _)| own == column);
                found.map_or("", |(_, cell)| cell.as_str())
            };
            let name = match what {
                What::Division => Words::new(cell("name"), cell("name")),
                _ => Words::new(cell("name_zh"), cell("name_en")),
            };
            // An empty cell says nothing, as if it had no column.
            let filled = cells.into_iter().filter(|(_, cell)| !cell.is_empty());
            let body = Node::Table(
                filled
                    .map(|(column, cell)| (column, Node::Leaf(cell)))
                    .collect(),
            );
            self.add(what, ("", &id), name, body, file);
        }
        Some(())
    }
}

/// A further row of the same id: only cells that differ are added to.
fn join(before: &mut [(String, String)], cells: impl Iterator<Item = (String, String)>) {
    for ((_, held), (column, cell)) in before.iter_mut().zip(cells) {
        if *held != cell || ["from", "until"].contains(&column.as_str()) {
            *held = format!("{held}; {cell}");
        }
    }
}
