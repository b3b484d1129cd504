//! Records as lists: filtered, sorted, page by page, as of now or of the end of a day.

mod asked;
mod cursor;
mod duty;
mod first;
mod given;
mod history;
mod journal;
mod kept;
mod order;
mod pick;
mod plain;
mod record;
mod scalar;
mod search;
#[cfg(test)]
mod tests;
mod view;

pub use duty::{DutyPage, DutyQuestion, DutyRow, TallyEnds};
pub use history::Told;
pub use journal::{JournalQuestion, Sealed};
pub use record::{Possible, Record};

use crate::access::{Deed, forbidden, is_masked, may};
use crate::{App, Error, Viewer};
pub(crate) use asked::is_text;
use engine::Objection;
pub(crate) use given::Seen;
pub(crate) use kept::Kept;
pub(crate) use pick::{all as matching, rows as page_rows, rows_at_once};
use programme::Programme;
use programme::model::Register;
use programme::record::Cells;
use rules::{Day, Words};
pub(crate) use search::Names;
pub use search::{Hit, Suggestion};
pub(crate) use view::View;

/// The most records of one page.
pub const LIMIT_MAX: usize = 500;

/// What a list is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question {
    /// Tests of fields; all must hold.
    pub tests: Vec<(String, Test)>,
    /// A rule over the register's fields that must hold.
    pub rule: Option<String>,
    /// The field to sort by, and whether the greatest comes first; `None` for the declared order.
    pub sort: Option<(String, bool)>,
    /// Where the page before ended, as [`Page::next`] said.
    pub after: Option<String>,
    /// How many records; at most [`LIMIT_MAX`].
    pub limit: usize,
    /// As known at the end of this day; `None` for now.
    pub at: Option<Day>,
    /// Whether all that match are counted.
    pub count: bool,
    /// The fields that are given of each record; `None` for all.
    pub fields: Option<Vec<String>>,
}

/// A test of one field. A cell without a value satisfies none but [`Test::Empty`].
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Equal; for a field of several values one of them is.
    Is(String),
    /// Equal to one of these.
    OneOf(Vec<String>),
    /// At least.
    AtLeast(String),
    /// At most.
    AtMost(String),
    /// Without a value, or with one.
    Empty(bool),
    /// At least what a person writes: money in yuan or 万元, shares in percent; a day is taken from its start.
    From(String),
    /// At most what a person writes; a day is taken to its end.
    To(String),
    /// A text that has these characters in it, whatever their width and case.
    Has(String),
}

/// A record in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Its id.
    pub id: Box<str>,
    /// Its version then.
    pub version: i64,
    /// All fields in the register's order; those worked out too, masked ones empty.
    pub cells: Cells,
    /// Fields that have a value which this viewer does not see.
    pub masked: Vec<String>,
    /// Fields that are empty because their value was erased.
    pub erased: Vec<String>,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Records in order.
    pub records: Vec<Listed>,
    /// Where it ended; `None` on the last page.
    pub next: Option<String>,
    /// How many records match, where that was asked.
    pub count: Option<usize>,
}

/// Why nothing can be read.
#[derive(Clone, Debug, PartialEq)]
pub enum Unread {
    /// No register has this id.
    NoRegister(String),
    /// The register has no such record, or had none then.
    NoRecord {
        /// The register's id.
        register: String,
        /// The record's id.
        id: String,
    },
    /// No file has this digest, or no record names it that the viewer sees.
    NoFile(String),
    /// The question cannot be read: every fault, by the parameter it is in.
    Question(Vec<Objection>),
    /// The day has not come yet.
    Ahead {
        /// The day asked for.
        at: Day,
        /// The last day that can be shown.
        last: Day,
    },
    /// What pages refuse too.
    View(Error),
    /// The viewer may not read this.
    Forbidden(Words),
    /// No database is open here, and this is only there.
    NoDatabase(Words),
    /// The database failed.
    Failed(Words),
}

impl Unread {
    /// What happened, why, and what to do now.
    pub fn words(&self) -> Words {
        match self {
            Self::NoRegister(id) => Words::new(
                format!("没有台账 {id}；台账的编号见 /api/v1/registers"),
                format!("there is no register {id}; their ids are at /api/v1/registers"),
            ),
            Self::NoRecord { register, id } => Words::new(
                format!("台账 {register} 里没有记录 {id}，请核对编号和日期"),
                format!("register {register} has no record {id}; check its id, and the day"),
            ),
            Self::NoFile(digest) => Words::new(
                format!(
                    "没有附件 {digest}，或者没有您看得到的记录提到它；上传之后，先在记录里填上它"
                ),
                format!(
                    "there is no file {digest}, or no record that you see names it; after an upload, name it in a record first"
                ),
            ),
            Self::Question(_) => Words::new(
                "看不懂所问的内容，请按各条说明改正",
                "the question cannot be read; correct what each error names",
            ),
            Self::Ahead { at, last } => Words::new(
                format!("{at} 还没有到；最晚可看 {last}"),
                format!("{at} has not come yet; the last day that can be shown is {last}"),
            ),
            Self::View(error) => error.words(),
            Self::Forbidden(words) | Self::NoDatabase(words) | Self::Failed(words) => words.clone(),
        }
    }
}

impl App {
    /// The records of a register that match, in order, a page at a time. A record that others write meanwhile appears
    /// at most once on all pages as long as what is sorted by stays, and none that was there before is left out.
    ///
    /// # Errors
    /// An unknown register, a question that cannot be read, a day that has not come.
    pub fn list(
        &self,
        viewer: &Viewer,
        register: &str,
        question: &Question,
    ) -> Result<Page, Unread> {
        let app = self.shows(question.at)?;
        let (table, register) = app.readable(viewer, register)?;
        let living = app.living();
        let view = View::new(&app, viewer, &living, (table, register), question.at);
        pick::page(&view, question)
    }

    /// A register that the viewer may read, and the position of its table.
    pub(crate) fn readable(&self, viewer: &Viewer, id: &str) -> Result<(usize, &Register), Unread> {
        if !may(self.programme(), viewer, Deed::Read, id) {
            return Err(Unread::Forbidden(forbidden(id)));
        }
        let found = self.programme().register(id);
        found.ok_or_else(|| Unread::NoRegister(id.to_owned()))
    }

    /// A register whose records the viewer may take away as a sheet, and the position of its table.
    pub(crate) fn takes_away(
        &self,
        viewer: &Viewer,
        id: &str,
    ) -> Result<(usize, &Register), Unread> {
        if !may(self.programme(), viewer, Deed::Export, id) {
            return Err(Unread::Forbidden(forbidden(id)));
        }
        self.readable(viewer, id)
    }

    /// What a day's end is read from; refuses a day that has not come.
    pub(crate) fn shows(&self, at: Option<Day>) -> Result<Self, Unread> {
        let last = self.today();
        match at.filter(|at| *at > last) {
            Some(at) => Err(Unread::Ahead { at, last }),
            None => self.on(at).map_err(Unread::View),
        }
    }

    /// Cells as a viewer sees them, with the names of those that are kept from him.
    pub fn seen(&self, viewer: &Viewer, register: &str, cells: Cells) -> (Cells, Vec<String>) {
        match self.programme().register(register) {
            Some((_, register)) => seen(self.programme(), viewer, register, cells),
            None => (Cells::new(), Vec::new()),
        }
    }
}

/// Cells as a viewer sees them, with the names of those that are kept from him.
fn seen(
    programme: &Programme,
    viewer: &Viewer,
    register: &Register,
    mut cells: Cells,
) -> (Cells, Vec<String>) {
    let mut masked = Vec::new();
    for (id, cell) in &mut cells {
        let kept = register
            .field(id)
            .is_none_or(|field| is_masked(programme, viewer, register, field));
        if kept && cell.take().is_some() {
            masked.push(id.clone());
        }
    }
    (cells, masked)
}

/// An error about a parameter or a field.
fn fault(field: &str, zh: impl Into<String>, en: impl Into<String>) -> Objection {
    Objection {
        field: Some(field.to_owned()),
        words: Words::new(zh, en),
    }
}
