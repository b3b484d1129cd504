//! Pages of registers and their records.

use super::Shell;
use super::picture::{Picture, ROWS_MAX, Table, more};
use super::rows::Rows;
use crate::ask::Here;
use crate::reader::Reader;
use app::list::{Hit, Question};
use app::people::Saved;
use app::view::{
    Column, FieldShown, Filter, Frame, ListPage, Narrow, Past, RecordPage, RegistersPage, Shown,
    Step, Views,
};
use askama::Template;
use askama::filters::Safe;
use std::sync::Arc;

/// As long as most lists are, and most pages of a record.
const LIST_BYTES: usize = 48 << 10;
const RECORD_BYTES: usize = 12 << 10;

#[derive(Template)]
#[template(path = "registers.html")]
struct RegistersView {
    shell: Shell,
    r: Reader,
    page: RegistersPage,
    views: Vec<Saved>,
}

/// `/registers`.
pub(crate) fn registers(
    r: Reader,
    here: Here,
    page: RegistersPage,
    views: Vec<Saved>,
) -> askama::Result<String> {
    let title = r.w.nav_registers.to_owned();
    let shell = Shell::new(r, here, "registers", title, page.frame.clone());
    RegistersView {
        shell,
        r,
        page,
        views,
    }
    .render()
}

impl RegistersView {
    fn name(&self, view: &Saved) -> &str {
        let mut cards = self.page.registers.iter();
        let card = cards.find(|card| card.id == view.register);
        card.map_or("", |card| self.r.t(&card.name))
    }
}

#[derive(Template)]
#[template(path = "list.html")]
struct ListView {
    shell: Shell,
    r: Reader,
    page: ListPage,
    /// The field by which it is sorted, and whether the greatest comes first.
    sort: Option<(String, bool)>,
}

/// `/registers/{id}`.
pub(crate) fn list(
    r: Reader,
    here: Here,
    page: ListPage,
    question: &Question,
) -> askama::Result<String> {
    let title = r.t(&page.register.name).to_owned();
    let shell = Shell::new(r, here, "registers", title, page.frame.clone());
    let view = ListView {
        shell,
        r,
        page,
        sort: question.sort.clone(),
    };
    let mut html = String::with_capacity(LIST_BYTES);
    view.render_into(&mut html).map(|()| html)
}

impl ListView {
    /// The list by a column; the other way round where it is so already.
    fn sorted(&self, column: &Column) -> String {
        let id = &column.id;
        let value = match &self.sort {
            Some((field, false)) if field == id => format!("-{id}"),
            _ => id.clone(),
        };
        self.shell.here.with(&self.r, "sort", &value)
    }

    /// The mark of the column by which the list is sorted.
    fn order(&self, column: &Column) -> Safe<&'static str> {
        Safe(match &self.sort {
            Some((field, false)) if *field == column.id => " aria-sort=\"ascending\"",
            Some((field, true)) if *field == column.id => " aria-sort=\"descending\"",
            _ => "",
        })
    }

    /// The same records by place.
    fn map(&self) -> String {
        let id = self.page.register.id.as_str();
        let kept = self.but_columns().filter(|(key, _)| key != "sort");
        let pairs = kept.map(|(key, value)| (key.as_str(), value.as_str()));
        let pairs: Vec<(&str, &str)> = pairs.collect();
        self.r.address(&["registers", id, "map"], &pairs)
    }

    /// Whether there is more to narrow by than choices.
    fn narrows_further(&self) -> bool {
        let is_further = |filter: &Filter| !matches!(filter.by, Narrow::Choice(_));
        self.page.filters.iter().any(is_further)
    }

    fn is_narrowed_further(&self) -> bool {
        let further = self.page.filters.iter();
        let mut further = further.filter(|filter| !matches!(filter.by, Narrow::Choice(_)));
        let kept = &self.shell.here.kept;
        further.any(|filter| kept.iter().any(|(key, _)| filter.sets(key)))
    }

    /// What the list is narrowed by in one way.
    fn given(&self, filter: &Filter, way: &str) -> &str {
        self.shell.here.value(&format!("{}.{way}", filter.id))
    }

    /// Keys that a choice of columns leaves as they are.
    fn but_columns(&self) -> impl Iterator<Item = &(String, String)> {
        let kept = self.shell.here.kept.iter();
        kept.filter(|(key, _)| key != "columns" && key != "after")
    }

    /// What a picture of the list says around its rows, which the script takes from the page: a list is asked for far more
    /// often than it is copied.
    fn picture(&self) -> String {
        let (r, page) = (&self.r, &self.page);
        let drawn = page.rows.len().min(ROWS_MAX);
        let table = Table {
            more: more(r, page.register.count.saturating_sub(drawn)),
            ..Table::default()
        };
        let counted = r.say(r.w.record_count, &[&r.number(page.register.count)]);
        let named = (r.t(&page.register.name), counted.as_str());
        Picture::new(r, &page.frame, named, vec![table]).json()
    }

    fn rows(&self) -> Rows<'_> {
        Rows {
            r: &self.r,
            register: &self.page.register.id,
            columns: &self.page.columns,
            rows: &self.page.rows,
        }
    }

    /// The same list as a sheet.
    fn sheet(&self, format: &str) -> String {
        let id = self.page.register.id.as_str();
        let kept = self
            .shell
            .here
            .kept
            .iter()
            .filter(|(key, _)| key != "after");
        let mut pairs: Vec<(&str, &str)> = kept
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        pairs.extend([("format", format), ("lang", self.r.short())]);
        self.r
            .address(&["api", "v1", "registers", id, "sheet"], &pairs)
    }
}

#[derive(Template)]
#[template(path = "record.html")]
struct RecordView {
    shell: Shell,
    r: Reader,
    page: RecordPage,
    history: Vec<Past>,
    told: Option<Told>,
}

/// What came of revealing a field.
pub(crate) enum Told {
    /// The field's id and what it holds.
    Revealed(String, Shown),
    /// Why it was not revealed, in words.
    Refused(String),
}

/// `/records/{register}/{id}`.
pub(crate) fn record(
    r: Reader,
    here: Here,
    (page, history): (RecordPage, Vec<Past>),
    told: Option<Told>,
) -> askama::Result<String> {
    let title = r.t(&page.title).to_owned();
    let shell = Shell::new(r, here, "registers", title, page.frame.clone());
    let view = RecordView {
        shell,
        r,
        page,
        history,
        told,
    };
    let mut html = String::with_capacity(RECORD_BYTES);
    view.render_into(&mut html).map(|()| html)
}

impl RecordView {
    /// What a field holds: its value where it was just revealed.
    fn value<'s>(&'s self, field: &'s FieldShown) -> &'s Shown {
        match &self.told {
            Some(Told::Revealed(id, shown)) if *id == field.id => shown,
            _ => &field.value,
        }
    }

    /// Whether a field's value may be asked for.
    fn asks(&self, field: &FieldShown) -> bool {
        let is_shown = matches!(&self.told, Some(Told::Revealed(id, _)) if *id == field.id);
        field.may_reveal && !is_shown
    }

    /// Where a revelation is asked for.
    fn reveal(&self) -> String {
        let path = ["records", &self.page.register.0, &self.page.id, "reveal"];
        self.r.posting(&self.r.address(&path, &[]))
    }

    /// The names of fields that an entry names without their values.
    fn named(&self, past: &Past) -> String {
        let names: Vec<&str> = past.named.iter().map(|name| self.r.t(name)).collect();
        names.join(self.r.w.enumerate)
    }

    fn lacks(&self, step: &Step) -> String {
        let names: Vec<&str> = step.lacks.iter().map(|name| self.r.t(name)).collect();
        names.join(self.r.w.enumerate)
    }

    /// A move's address.
    fn step(&self, step: &Step) -> String {
        let (register, id) = (self.page.register.0.as_str(), self.page.id.as_str());
        let path = ["records", register, id, "moves", step.id.as_str()];
        self.r.address(&path, &[])
    }

    /// Whether the page is shown after what was entered was saved.
    fn saved(&self) -> bool {
        !self.shell.here.value("saved").is_empty()
    }

    fn proof(&self, past: &Past) -> String {
        format!("/api/v1/journal/entries/{}/proof", past.arrival)
    }

    fn clock(&self, past: &Past) -> String {
        format!("{:02}:{:02}", past.at.hour(), past.at.minute())
    }
}

#[derive(Template)]
#[template(path = "search.html")]
struct FoundView {
    shell: Shell,
    r: Reader,
    hits: Vec<Hit>,
}

/// `/search`.
pub(crate) fn found(
    r: Reader,
    here: Here,
    frame: Arc<Frame>,
    hits: Vec<Hit>,
) -> askama::Result<String> {
    let shell = Shell::new(r, here, "search", r.w.search_title.to_owned(), frame);
    FoundView { shell, r, hits }.render()
}

impl FoundView {
    /// What was found, by register.
    fn groups(&self) -> impl Iterator<Item = (&str, &[Hit])> {
        let groups = self
            .hits
            .chunk_by(|one, next| one.register == next.register);
        groups.filter_map(|hits| {
            let name = match &hits.first()?.register {
                Some((_, name)) => self.r.t(name),
                None => self.r.w.search_units,
            };
            Some((name, hits))
        })
    }

    fn place(&self, hit: &Hit) -> String {
        match &hit.register {
            Some((register, _)) => self.r.record(register, &hit.id),
            None => self.r.unit(&hit.id),
        }
    }
}
