//! What every page carries: the programme, the date bar, and the links between pages.

use super::{Figure, Standing, Text};
use jiff::civil::Date;

/// The addresses a visitor starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Front {
    /// The notice that `/` opens; `None` while the programme runs none.
    pub notice: Option<String>,
    /// The unit at the head of the tree.
    pub unit: String,
}

/// What surrounds every page.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The programme's name.
    pub programme: Text,
    /// The home unit, such as 福建省.
    pub home: Text,
    /// True for a database on a simulated clock, which every page must say.
    pub rehearsal: bool,
    /// The ruler of the campaign.
    pub dates: DateBar,
}

/// The campaign as a ruler, and the day that the page shows.
#[derive(Debug, Clone, PartialEq)]
pub struct DateBar {
    /// First day of the campaign.
    pub from: Date,
    /// Last day of the campaign.
    pub until: Date,
    /// Today, or the campaign's last day once it is over: the last day that can be shown.
    pub today: Date,
    /// The day shown; everything is as of its end.
    pub at: Date,
    /// Milestones.
    pub marks: Vec<Mark>,
    /// Phases such as the August–September drive.
    pub phases: Vec<Phase>,
    /// One short line about the day, such as the working days left this month.
    pub note: Text,
}

/// A milestone of the campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Its day.
    pub on: Date,
    /// Two to four characters.
    pub name: Text,
}

/// A named phase of the campaign, both days included.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// Its name.
    pub name: Text,
}

/// One duty's place: `/duties/{measure}/{bearer}/{period}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DutyId {
    /// The measure's id, kebab-case.
    pub measure: String,
    /// The unit's or the record's id.
    pub bearer: String,
    /// The period's id, such as `2023-09`.
    pub period: String,
}

/// A unit and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitLink {
    /// The unit's id.
    pub id: String,
    /// Its name.
    pub name: Text,
}

/// Who owes a duty: a unit, or a record that lies with a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BearerLink {
    /// The bearer's id in a duty's address.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// The unit whose page shows it: itself when it is a unit, its unit when it is a record.
    pub unit: Option<String>,
}

/// A clause and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseLink {
    /// The notice's id.
    pub notice: String,
    /// The clause's number, such as `3.1`.
    pub id: String,
    /// Its words.
    pub text: Text,
}

/// A period as people say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodName {
    /// Its id in a duty's address.
    pub id: String,
    /// Its name, such as 九月 or 9月上半月.
    pub name: Text,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
}

/// One duty in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct DutyLine {
    /// Which duty.
    pub duty: DutyId,
    /// The measure's name.
    pub measure: Text,
    /// Who owes it.
    pub bearer: BearerLink,
    /// For which period.
    pub period: PeriodName,
    /// How it stands.
    pub standing: Standing,
    /// True when evidence was recorded after judgement.
    pub recorded_late: bool,
    /// The first tally's value, where there is one.
    pub value: Option<Figure>,
    /// What the first tally must reach.
    pub target: Option<f64>,
    /// The last day to meet it.
    pub due: Date,
    /// What is missing, or what would flip it; empty when there is nothing to say.
    pub says: Text,
}
