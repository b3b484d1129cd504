//! What whoever manages is shown: roles, units, the calendar, versions of the programme, jobs.

use super::{Choice, Text};
use jiff::civil::Date;
use programme::difference::Difference;
use rules::{Moment, Words};

/// The hub: what needs looking after, a line each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AdminPage {
    /// Roles of the programme.
    pub roles: usize,
    /// Units that exist today, and how many of them have no account.
    pub units: (usize, usize),
    /// Where the calendar ends, where that is a matter now.
    pub calendar: Option<Ends>,
    /// The version in force.
    pub version: Option<VersionLine>,
    /// Imports that have rows to come.
    pub open_jobs: usize,
    /// Whether a database is open.
    pub has_database: bool,
}

/// The roles, each with what it may do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RolesPage {
    /// In the programme's order.
    pub roles: Vec<RoleView>,
}

/// A role.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// What holds it: units of a level, or records of a register; `None` for any unit.
    pub held_by: Option<Text>,
    /// Whether its holders see how units stand.
    pub official: bool,
    /// How many accounts hold it today.
    pub accounts: usize,
    /// Register by register.
    pub rows: Vec<RoleRow>,
}

/// What a role may do with a register.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleRow {
    /// The register: id and name.
    pub register: (String, Text),
    /// By deed, in the order of [`crate::GRANTED`]; several where several grants add up.
    pub deeds: Vec<Vec<Extent>>,
}

/// How far one grant reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The rule over the records; `None` for all of them.
    pub rule: Option<String>,
    /// The fields; empty for all of them.
    pub fields: Vec<Text>,
    /// Of moves those that name the role.
    pub moves: Vec<Text>,
}

/// Which units are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitsQuestion {
    /// Of a level.
    pub level: Option<String>,
    /// Without any account.
    pub without: bool,
    /// With these letters in id or name.
    pub text: Option<String>,
}

/// The tree of units with who holds what there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnitsPage {
    /// What is looked for.
    pub question: UnitsQuestion,
    /// Levels to choose from.
    pub levels: Vec<Choice>,
    /// In the order of the tree.
    pub units: Vec<UnitLine>,
    /// Units of the programme, and how many that exist have no account.
    pub all: (usize, usize),
    /// Accounts that hold a role in a record instead of a unit.
    pub elsewhere: usize,
}

/// A unit of the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitLine {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// How deep in the tree it stands, from 0.
    pub depth: usize,
    /// Its levels.
    pub levels: Vec<Text>,
    /// Whether it exists today.
    pub exists: bool,
    /// Who holds what: role, person, account.
    pub holders: Vec<(Text, String, String)>,
    /// How many accounts.
    pub accounts: usize,
}

/// The calendar year by year.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CalendarYears {
    /// First and last day covered; `None` for an empty calendar.
    pub range: Option<(Date, Date)>,
    /// Where it ends, where that is a matter now.
    pub ends: Option<Ends>,
    /// The years.
    pub years: Vec<CalendarYear>,
}

/// A calendar that ends, or has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// Its last day.
    pub on: Date,
    /// Days left; negative once it is past.
    pub days: i32,
}

/// A year of the calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct CalendarYear {
    /// The year.
    pub year: i16,
    /// The days covered, where not all are.
    pub part: Option<(Date, Date)>,
    /// Working days.
    pub workdays: usize,
    /// Days of rest, weekends among them.
    pub rest: usize,
    /// Working days on a weekend.
    pub make_up: usize,
    /// Where it is announced; `None` where the programme does not say.
    pub source: Option<Text>,
    /// Its holidays: name, days of rest, make-up days.
    pub holidays: Vec<Holiday>,
}

/// A holiday.
#[derive(Clone, Debug, PartialEq)]
pub struct Holiday {
    /// Its name.
    pub name: Text,
    /// Whether its days are worked.
    pub is_worked: bool,
    /// Its days: first and last of each run.
    pub runs: Vec<(Date, Date)>,
}

/// A version that is or was in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionLine {
    /// Its digest.
    pub digest: String,
    /// Since when.
    pub from: Moment,
    /// Who put it in force: account, and person where there is one.
    pub by: (String, Option<String>),
    /// Why.
    pub why: Option<String>,
    /// Whether it is in force.
    pub in_force: bool,
}

/// What putting a folder in force would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The folder's digest.
    pub digest: String,
    /// The new programme's name; `None` where it is not sound.
    pub name: Option<Text>,
    /// What differs from the version in force.
    pub difference: Difference,
    /// What `heli check` finds: place, message and help; whether it is an error.
    pub faults: Vec<(String, Words, bool)>,
    /// How many worked examples were run.
    pub cases: usize,
    /// What would be done to the database, line by line.
    pub plan: Vec<Words>,
    /// What stands against it in the database.
    pub refusals: Vec<Words>,
    /// Whether it is in force already.
    pub in_force: bool,
}

impl Proposal {
    /// Whether it can be put in force.
    pub fn is_ready(&self) -> bool {
        self.name.is_some() && self.refusals.is_empty() && !self.in_force
    }
}

/// What the database knows of long work.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobsPage {
    /// Sheets and bulk changes, the newest first.
    pub batches: Vec<JobLine>,
    /// Entries that are sealed, of all that were written; when the last seal was made.
    pub sealing: Option<SealingLine>,
    /// The last look for values that are kept too long, where a field says how long they are; `Some(None)` before it.
    pub retaining: Option<Option<RetainedLine>>,
    /// Reminders by day, the newest first: day, how many, of them seen to.
    pub reminders: Vec<(Date, usize, usize)>,
    /// Days of the past that are being built or are kept: entries read, of how many, done or what went wrong.
    pub pasts: Vec<PastLine>,
}

/// How far sealing is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealingLine {
    /// Entries written.
    pub written: u64,
    /// Entries numbered.
    pub numbered: u64,
    /// Entries under a seal.
    pub sealed: u64,
    /// When the last seal was made.
    pub at: Option<Moment>,
}

/// What came of the last look for values that are kept too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetainedLine {
    /// When.
    pub at: Moment,
    /// Records of which something was erased.
    pub records: u64,
    /// What stood against the rest.
    pub failed: Option<Text>,
}

/// A sheet or a bulk change.
#[derive(Clone, Debug, PartialEq)]
pub struct JobLine {
    /// Its number: the arrival of its entry.
    pub batch: i64,
    /// The register: id and name, empty name of one that is gone.
    pub register: (String, Text),
    /// The file's name.
    pub name: Option<String>,
    /// Who began it.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Rows done, of how many.
    pub rows: (u64, u64),
    /// Entries that it wrote.
    pub written: u64,
    /// `open`, `done`, `undone` …: as the database has it.
    pub state: JobState,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Rows may still come.
    Open,
    /// It is through.
    Done,
    /// It was taken back.
    Undone,
}

/// A past that pages are read from.
#[derive(Clone, Debug, PartialEq)]
pub struct PastLine {
    /// The version of the programme that reads it, by its digest.
    pub version: String,
    /// Entries read, of how many, while it is built.
    pub building: Option<(u64, u64)>,
    /// What went wrong.
    pub failed: Option<Text>,
}
