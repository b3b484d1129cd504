//! What somebody has to do, and who has not reported.

use super::{ChildLine, Counts, DutyLine, Frame, Shown, Text, UnitLink};
use std::sync::Arc;

/// `/`: what is the reader's to do.
#[derive(Debug, Clone, PartialEq)]
pub struct HomePage {
    /// What surrounds the page.
    pub frame: Arc<Frame>,
    /// The notice: id and name, for those who see it.
    pub notice: Option<(String, Text)>,
    /// What the reader is, by role: somebody on site and somebody paired with firms do different things here.
    pub roles: Vec<Text>,
    /// The units in which the reader holds a role.
    pub units: Vec<UnitLink>,
    /// The records for which the reader acts: register, id and title.
    pub held: Vec<(String, String, Text)>,
    /// How the reader's duties stand.
    pub counts: Counts,
    /// Those that need somebody to act, most urgent first.
    pub todo: Vec<Todo>,
    /// How many more of them there are.
    pub more: usize,
    /// Records that wait for a move of the reader's.
    pub hands: Vec<Hand>,
    /// The registers in which the reader records something: id and name.
    pub records: Vec<(String, Text)>,
    /// The units directly below the reader's, those that stand worst first.
    pub below: Vec<ChildLine>,
    /// How many more of them there are.
    pub below_more: usize,
    /// What the reader's roles find here.
    pub lists: Vec<Listing>,
    /// Of these records, those of which the reader records something again and again.
    pub stops: Vec<Stop>,
}

/// A record that is called on, with what is recorded of it each time.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    /// Its title.
    pub title: Text,
    /// A new record of each of these, with what it begins with.
    pub forms: Vec<Entering>,
}

/// Records that a role finds on its first page.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// What they are called.
    pub name: Text,
    /// For which roles they are here.
    pub roles: Vec<Text>,
    /// The register's id.
    pub register: String,
    /// Which records, as a rule; `None` for all.
    pub rule: Option<String>,
    /// How many there are.
    pub count: usize,
    /// The first of them.
    pub rows: Vec<ListingRow>,
    /// Whether the reader may add one.
    pub may_create: bool,
}

/// A record of a first page.
#[derive(Debug, Clone, PartialEq)]
pub struct ListingRow {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// Its state; `None` where its register has no states.
    pub state: Option<Shown>,
    /// Its date; `None` where its register has none.
    pub date: Option<Shown>,
}

/// A duty to see to.
#[derive(Debug, Clone, PartialEq)]
pub struct Todo {
    /// The duty.
    pub line: DutyLine,
    /// Where it is seen to, where the reader may.
    pub enters: Option<Entering>,
}

/// Where a duty is seen to.
#[derive(Debug, Clone, PartialEq)]
pub struct Entering {
    /// The register: id and name.
    pub register: (String, Text),
    /// The record that bears it; `None` for a new one.
    pub record: Option<String>,
    /// What a new one begins with: field and value.
    pub given: Vec<(String, String)>,
}

/// Records of a register in one state that the reader may move on.
#[derive(Debug, Clone, PartialEq)]
pub struct Hand {
    /// The register: id and name.
    pub register: (String, Text),
    /// The state: id and name.
    pub state: (String, Text),
    /// How many.
    pub count: usize,
}

/// `/duties/{measure}/unreported`: who has not done it yet.
#[derive(Debug, Clone, PartialEq)]
pub struct UnreportedPage {
    /// What surrounds the page.
    pub frame: Arc<Frame>,
    /// The measure: id and name.
    pub measure: (String, Text),
    /// Those who have not, by unit.
    pub units: Vec<UnreportedUnit>,
    /// How many duties of the present there are in all.
    pub all: usize,
}

/// A unit that has not done it, or whose records have not.
#[derive(Debug, Clone, PartialEq)]
pub struct UnreportedUnit {
    /// The unit; without an id where nobody knows which.
    pub unit: UnitLink,
    /// The duties.
    pub duties: Vec<DutyLine>,
    /// Whether the reader may remind its people.
    pub may_remind: bool,
}

impl UnreportedPage {
    /// How many duties are open.
    pub fn open(&self) -> usize {
        self.units.iter().map(|unit| unit.duties.len()).sum()
    }
}
