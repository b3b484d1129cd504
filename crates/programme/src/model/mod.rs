//! What a programme is once it is read: every rule checked, every name resolved.

mod bulletin;
mod measure;
mod opening;
mod place;
mod policy;
mod register;
mod role;

pub use bulletin::{Bulletin, Section};
pub use measure::*;
pub use opening::Opens;
pub use place::{Division, Outlines, Ring, Unit, UnitField};
pub use policy::{Match, Policy, PolicyVersion, ScoreItem};
pub use register::*;
pub use role::{Grant, HomeList, Role};

use rules::{Calendar, Day, Schema, Value, Words};
use std::collections::BTreeMap;

/// A whole programme, proof-read.
#[derive(Clone, Debug, Default)]
pub struct Programme {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// The id of the unit that runs it.
    pub home: String,
    /// IANA name of its time zone.
    pub zone: String,
    /// BCP 47 tag of its first language.
    pub locale: String,
    /// First and last day of the date bar.
    pub campaign: (Day, Day),
    /// Working hours in minutes of the day, `(from, until)`.
    pub hours: Vec<(u16, u16)>,
    /// Named phases in order of the file.
    pub phases: Vec<Phase>,
    /// Marks on the date bar.
    pub milestones: Vec<Milestone>,
    /// Levels of units that pages name, highest first.
    pub levels: Vec<(String, Words)>,
    /// Settings by id.
    pub settings: BTreeMap<String, Setting>,
    /// Ladders by id.
    pub ladders: BTreeMap<String, Ladder>,
    /// Units; the position is the unit's record number in table `unit`.
    pub units: Vec<Unit>,
    /// Declared further columns of units.
    pub unit_fields: Vec<UnitField>,
    /// Divisions; the position is the record number in table `division`.
    pub divisions: Vec<Division>,
    /// Shapes of places on a map.
    pub outlines: Outlines,
    /// Working days.
    pub calendar: Calendar,
    /// Holidays and make-up working days by name, in order.
    pub named_days: Vec<NamedDay>,
    /// Where a year's holidays are announced, by year.
    pub calendar_sources: BTreeMap<i16, Words>,
    /// Registers in order of file name, built-in ones (`excuse`, `filing`, and `reopening` where a measure closes) last.
    pub registers: Vec<Register>,
    /// Tables that rules read: 0 `unit`, 1 `division`, then one per register in the same order.
    pub schema: Schema,
    /// Notices that run.
    pub notices: Vec<Notice>,
    /// Policies.
    pub policies: Vec<Policy>,
    /// Matches.
    pub matches: Vec<Match>,
    /// Roles.
    pub roles: Vec<Role>,
    /// Bulletins.
    pub bulletins: Vec<Bulletin>,
}

/// Position of table `unit` in the schema.
pub const UNIT_TABLE: usize = 0;
/// Position of table `division` in the schema.
pub const DIVISION_TABLE: usize = 1;
/// Position of the first register's table.
pub const FIRST_REGISTER_TABLE: usize = 2;

impl Programme {
    /// A register and the position of its table.
    pub fn register(&self, id: &str) -> Option<(usize, &Register)> {
        let at = self.registers.iter().position(|r| r.id == id)?;
        Some((at + FIRST_REGISTER_TABLE, self.registers.get(at)?))
    }

    /// A unit's record number by id.
    pub fn unit(&self, id: &str) -> Option<usize> {
        self.units.iter().position(|u| u.id == id)
    }

    /// A measure with its notice.
    pub fn measure(&self, id: &str) -> Option<(&Notice, &Measure)> {
        self.notices
            .iter()
            .find_map(|n| Some((n, n.measures.iter().find(|m| m.id == id)?)))
    }

    /// The phase that holds a day, the first in order of the file.
    pub fn phase_on(&self, day: Day) -> Option<&Phase> {
        self.phases.iter().find(|p| p.from <= day && day <= p.until)
    }
}

/// A named phase of the campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// First day.
    pub from: Day,
    /// Last day.
    pub until: Day,
}

/// A mark on the date bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// Its name.
    pub name: Words,
    /// Its day.
    pub on: Day,
}

/// A day that is worked or not otherwise than its weekday says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedDay {
    /// The day.
    pub day: Day,
    /// A make-up working day; a holiday otherwise.
    pub is_worked: bool,
    /// The holiday's name.
    pub name: Words,
}

/// A number or word that the notice leaves open, with the person who settled it.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Its name.
    pub name: Words,
    /// Its value.
    pub value: Value,
    /// Who settled it, and when.
    pub set_by: String,
}

/// The steps of supervision after a duty runs late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// Remind at this share of the duty's time, in percent.
    pub remind_percent: u8,
    /// Warn when the duty is due.
    pub warn: bool,
    /// Supervision order this long after judgement.
    pub order: Option<Span>,
    /// Accountability review this long after judgement.
    pub review: Option<Span>,
    /// Who settled it.
    pub set_by: String,
}

/// A length of time in calendar or working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Calendar days.
    Days(i64),
    /// Working days.
    Workdays(i64),
}
