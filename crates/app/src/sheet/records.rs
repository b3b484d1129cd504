//! The records that a sheet's rows mean, as they were before its first row: by id, by key, by title, by unique value. What
//! the viewer does not see is as if it were not there, but that a unique value is taken.

use super::index::Index;
use crate::access::{Deed, may_all, sees};
use crate::{App, Viewer};
use documents::{Existing, Found, Sought};
use engine::Living;
use programme::Programme;
use programme::model::{FieldKind, Register, RegisterField};
use programme::record::{Cell, Cells};
use std::cell::RefCell;
use std::collections::HashMap;

/// Names of records, by what is compared of them.
type Names = HashMap<String, Vec<Box<str>>>;

/// What names what, while one file is read. Rows that go in meanwhile are not seen, so that a dry run and the real run
/// of a file name the same records.
pub(super) struct Records<'a> {
    app: &'a App,
    viewer: &'a Viewer,
    register: &'a Register,
    /// By business key; `None` where the register has none.
    keys: Option<Index<'a>>,
    /// By each field that no two records share.
    unique: Vec<Index<'a>>,
    /// By register, by what a reference may be written as.
    referred: RefCell<HashMap<String, Names>>,
}

impl<'a> Records<'a> {
    /// Reads the keys of a register's records.
    pub(super) fn new(app: &'a App, viewer: &'a Viewer, register: &'a Register) -> Self {
        let (programme, living) = (app.programme(), app.living());
        let table = programme.register(&register.id).map(|(table, _)| table);
        let index = |fields: Vec<&'a RegisterField>| {
            Index::of(programme, &living, table?, fields.into_iter()).into()
        };
        let keys: Vec<_> = register.fields.iter().filter(|field| field.key).collect();
        let keys = (!keys.is_empty()).then_some(keys).and_then(index);
        let unique = register.fields.iter().filter(|field| field.unique);
        let unique = unique.filter_map(|field| index(vec![field])).collect();
        drop(living);
        Self {
            app,
            viewer,
            register,
            keys,
            unique,
            referred: RefCell::default(),
        }
    }

    /// The records that something sought names.
    pub(super) fn find(&self, sought: &Sought<'_>) -> Vec<Existing> {
        match sought {
            Sought::Id(id) => self.existing(id).into_iter().collect(),
            Sought::Key(key) => {
                let found = self.keys.as_ref().map(|keys| {
                    let living = self.app.living();
                    keys.find(&living, key.iter().map(|(_, cell)| *cell))
                });
                let ids = found.into_iter().flatten().filter_map(|at| self.id(at));
                ids.filter_map(|id| self.existing(&id)).collect()
            }
        }
    }

    /// The field of a row whose value another record has already.
    pub(super) fn taken(&self, own: Option<&str>, cells: &Cells) -> Option<&str> {
        let living = self.app.living();
        let unique = self.unique.iter().find_map(|index| {
            let field = index.fields().next()?;
            let cell = cell(cells, &field.id)?;
            let found = index.find(&living, std::iter::once(cell));
            let other = |at: u32| self.id(at).is_some_and(|id| Some(&*id) != own);
            found.into_iter().any(other).then_some(field)
        });
        unique.map(|field| field.id.as_str())
    }

    /// The id of a record by its number.
    fn id(&self, at: u32) -> Option<Box<str>> {
        let (table, _) = self.app.programme().register(&self.register.id)?;
        let living = self.app.living();
        let own = living.facts().tables().tables.get(table)?;
        own.ids.get(at as usize).cloned()
    }

    /// What a text names in a register that a field refers to.
    pub(super) fn refer(&self, register: &str, text: &str) -> Found {
        let Some((table, to)) = self.app.programme().register(register) else {
            return Found::Nothing;
        };
        let living = self.app.living();
        let record = living.record(table, text);
        let is_there = record.is_some_and(|record| living.newest(table, record).is_some());
        if is_there && self.is_seen(&living, to, text) {
            return Found::One(text.into());
        }
        let mut referred = self.referred.borrow_mut();
        let names = referred
            .entry(register.to_owned())
            .or_insert_with(|| titles(self.app.programme(), &living, to));
        let named = names.get(&documents::plain(text)).into_iter().flatten();
        let seen: Vec<&Box<str>> = named.filter(|id| self.is_seen(&living, to, id)).collect();
        match seen.as_slice() {
            [] => Found::Nothing,
            [id] => Found::One((*id).clone()),
            ids => {
                let shown = ids.iter().map(|id| ((*id).clone(), text.to_owned()));
                Found::Several(shown.collect())
            }
        }
    }

    /// Whether a record has this id.
    pub(super) fn is_there(&self, id: &str) -> bool {
        self.existing(id).is_some()
    }

    fn is_seen(&self, living: &Living, register: &Register, id: &str) -> bool {
        let programme = self.app.programme();
        may_all(programme, self.viewer, Deed::Read, &register.id) || {
            let of = (register.id.as_str(), id);
            sees(programme, living, self.viewer, of, self.app.today())
        }
    }

    fn existing(&self, id: &str) -> Option<Existing> {
        let (table, _) = self.app.programme().register(&self.register.id)?;
        let living = self.app.living();
        let record = living.record(table, id)?;
        let row = living.newest(table, record)?;
        if !self.is_seen(&living, self.register, id) {
            return None;
        }
        Some(Existing {
            id: id.into(),
            version: living.version(table, record),
            cells: living.facts().cells(self.app.programme(), table, row),
        })
    }
}

/// The present cells of every record of a register.
pub(super) fn each(
    programme: &Programme,
    living: &Living,
    register: &Register,
    mut told: impl FnMut(&str, &Cells),
) {
    let Some((table, _)) = programme.register(&register.id) else {
        return;
    };
    let ids = living.facts().tables().tables.get(table);
    for (record, id) in (0..).zip(ids.into_iter().flat_map(|own| &own.ids)) {
        if let Some(row) = living.newest(table, record) {
            told(id, &living.facts().cells(programme, table, row));
        }
    }
}

/// What a reference to each record may be written as: its title, or its key of one field.
fn titles(programme: &Programme, living: &Living, register: &Register) -> Names {
    let mut names = Names::new();
    let keys: Vec<&RegisterField> = register.fields.iter().filter(|field| field.key).collect();
    let key = match keys.as_slice() {
        [one] => Some(one.id.as_str()),
        _ => None,
    };
    let is_words = |field: &RegisterField| matches!(field.kind, FieldKind::Text | FieldKind::Uscc);
    let fields = [Some(register.title.as_str()), key].into_iter().flatten();
    let fields: Vec<&str> = fields
        .filter(|id| register.field(id).is_some_and(is_words))
        .collect();
    each(programme, living, register, |id, cells| {
        for field in &fields {
            if let Some(Cell::Text(text)) = cell(cells, field) {
                let ids = names.entry(documents::plain(text)).or_default();
                if ids.last().is_none_or(|last| **last != *id) {
                    ids.push(id.into());
                }
            }
        }
    });
    names
}

fn cell<'c>(cells: &'c Cells, field: &str) -> Option<&'c Cell> {
    let found = cells.iter().find(|(id, _)| id == field);
    found.and_then(|(_, cell)| cell.as_ref())
}
