//! What somebody has to do, and who has not reported.

use super::{Counts, DutyLine, Frame, Text, UnitLink};

/// `/`: what is the reader's to do.
#[derive(Debug, Clone, PartialEq)]
pub struct HomePage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The notice: id and name, for those who see it.
    pub notice: Option<(String, Text)>,
    /// The units in which the reader holds a role.
    pub units: Vec<UnitLink>,
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
    pub frame: Frame,
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
