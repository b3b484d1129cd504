//! Notices, clauses and measures: what is owed, by whom, how often, on what evidence.

use crate::model::Span;
use crate::{PeriodKind, Place, Rhythm};
use rules::{Day, Rule, Words};
use std::collections::BTreeMap;

/// A government document.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Words,
    /// The day it was issued.
    pub issued_on: Day,
    /// Who issued it.
    pub issuer: Words,
    /// Where it can be read.
    pub source: Words,
    /// Parts by number, in order.
    pub parts: Vec<(String, Words)>,
    /// Clauses in order of number.
    pub clauses: Vec<Clause>,
    /// Measures in order of clause and file.
    pub measures: Vec<Measure>,
    /// Lights.
    pub lights: Vec<Light>,
    /// Rankings.
    pub rankings: Vec<Ranking>,
}

/// One statement of a notice.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Its number, `3.1`.
    pub number: String,
    /// What it says, in our own words.
    pub text: Words,
    /// Who decided that it obliges nobody to anything countable.
    pub no_duty: Option<String>,
    /// Where it stands.
    pub place: Place,
}

impl Clause {
    /// The number of its part: what stands before the first dot.
    pub fn part(&self) -> &str {
        self.number.split('.').next().unwrap_or(&self.number)
    }
}

/// What a clause obliges.
#[derive(Clone, Debug)]
pub struct Measure {
    /// Its id.
    pub id: String,
    /// The clause's number.
    pub clause: String,
    /// Its name.
    pub name: Words,
    /// Who owes it.
    pub bearer: Bearer,
    /// How often.
    pub every: Rhythm,
    /// First day of its own span.
    pub from: Option<Day>,
    /// Last day of its own span.
    pub until: Option<Day>,
    /// Phases it is kept to, by id; empty for all.
    pub during: Vec<String>,
    /// What happens to a cut first period.
    pub first_period: Cut,
    /// What happens to a cut last period.
    pub last_period: Cut,
    /// When it is due.
    pub due: Due,
    /// A due day at rest moves to the next working day.
    pub shift: bool,
    /// From due to judgement.
    pub grace: Span,
    /// How long evidence dated after due is accepted.
    pub late: Late,
    /// Recording is locked this long after judgement.
    pub closes: Option<Span>,
    /// Evidence counts only when announced (`announced_on`) this long before.
    pub notice_before: Option<Span>,
    /// The course that an open duty is held against.
    pub pace: Pace,
    /// The rhythm at which readings are kept.
    pub readings: Option<PeriodKind>,
    /// Follows another duty of the same bearer.
    pub after: Option<After>,
    /// Is this clock of the bearer's register.
    pub clock: Option<String>,
    /// Met when this date of the bearer is at or before due.
    pub done: Option<Rule>,
    /// What must hold; over tallies.
    pub owes: Option<Rule>,
    /// A register in which a record is opened when the standing turns bad; see [`crate::Programme::opens`].
    pub opens: Option<String>,
    /// The register whose row for the period closes the world.
    pub complete: Option<String>,
    /// A ratio over nothing is met.
    pub empty_ratio_met: bool,
    /// Tallies in order.
    pub tallies: Vec<Tally>,
    /// Ladder by id.
    pub ladder: Option<String>,
    /// Shown, never red.
    pub narrative: bool,
    /// Authors by key; key `*` for all.
    pub set_by: BTreeMap<String, String>,
    /// Where it is declared.
    pub place: Place,
}

/// Who owes a measure.
#[derive(Clone, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "one per measure; a box would save nothing"
)]
pub enum Bearer {
    /// Each unit for which the rule holds.
    Units(Rule),
    /// Each record of a register.
    Records {
        /// Register id.
        register: String,
        /// Position of its table.
        table: usize,
        /// A record owes from this date.
        from: Option<Rule>,
        /// Until this date.
        until: Option<Rule>,
        /// Which records.
        filter: Option<Rule>,
        /// Path to the unit answerable.
        answers: Option<Rule>,
    },
}

/// What a period cut by the measure's span counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Cut {
    /// Like a whole one.
    #[default]
    Counts,
    /// `>= N` asks for its share of days, rounded up.
    Prorated,
    /// Not at all.
    Skipped,
}

/// A number of days given or read from a setting.
#[derive(Clone, Debug, PartialEq)]
pub enum Due {
    /// The period's end.
    End,
    /// This long after the period's end.
    AfterEnd(Span),
    /// This long after a date of the bearer.
    AfterField(Span, Box<Rule>),
    /// A day of the month of the period's last day.
    DayOfPeriod(u8),
    /// A date.
    On(Day),
    /// A date of the bearer.
    Field(Box<Rule>),
}

/// How long evidence dated after due still counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Late {
    /// Not at all.
    No,
    /// This long after due.
    For(Span),
    /// Without end.
    Open,
}

/// The course of a `>= N` tally through its period.
#[derive(Clone, Debug, PartialEq)]
pub enum Pace {
    /// `floor(N × days completed ÷ days)`.
    LinearDay,
    /// `floor(N × whole months ended ÷ months)`.
    LinearMonth,
    /// `(day, share)` in order; the share holds from that day on.
    Curve(Vec<(Day, f64)>),
    /// None.
    None,
}

/// A chain to another measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    /// The other measure's id.
    pub measure: String,
    /// The standing that begins this duty: `met`, `recovered`, `overdue`, `missed`, `behind`.
    pub standing: String,
    /// The length of this duty's period.
    pub within: Span,
}

/// A number over evidence.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// What it works out.
    pub kind: TallyKind,
    /// Register of the evidence.
    pub register: String,
    /// Position of its table.
    pub table: usize,
    /// Path from the row to the bearer; `None` for `by = "id"`: the row is the bearer's record.
    pub by: Option<Rule>,
    /// Only the unit's own rows.
    pub own: bool,
    /// Date path of the row.
    pub on: Option<Rule>,
    /// Period path of the row.
    pub for_period: Option<Rule>,
    /// Which rows count.
    pub filter: Option<Rule>,
    /// Where it is declared.
    pub place: Place,
}

/// What a tally works out.
#[derive(Clone, Debug)]
pub enum TallyKind {
    /// Rows.
    Count,
    /// Different values.
    Distinct(Rule),
    /// A sum.
    Sum(Rule),
    /// Share of rows.
    Share(Rule),
    /// Sum over sum.
    Ratio(Rule, Rule),
    /// The latest row's value.
    Last(Rule),
}

impl TallyKind {
    /// The rules that it reads of each row: of a ratio what is above the line first.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        let (of, over) = match self {
            Self::Count => (None, None),
            Self::Distinct(of) | Self::Sum(of) | Self::Share(of) | Self::Last(of) => {
                (Some(of), None)
            }
            Self::Ratio(of, over) => (Some(of), Some(over)),
        };
        of.into_iter().chain(over)
    }
}

/// A colour with memory.
#[derive(Clone, Debug)]
pub struct Light {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// The measure whose bearers it shines for.
    pub measure: String,
    /// Over judged duties instead of readings.
    pub over_duties: bool,
    /// Yellow when.
    pub yellow: Rule,
    /// Red when; `run('yellow')` is the name `run_yellow`, put in when read.
    pub red: Rule,
    /// Made good when.
    pub made_good: Option<Rule>,
    /// Who settled it.
    pub set_by: Option<String>,
}

/// Units in order of a value.
#[derive(Clone, Debug)]
pub struct Ranking {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// Where the page shows it.
    pub clause: Option<String>,
    /// Which units.
    pub units: Rule,
    /// How often.
    pub every: Rhythm,
    /// First day.
    pub from: Day,
    /// Last day.
    pub until: Day,
    /// How many places count.
    pub places: usize,
    /// Prizes in fen, first place first.
    pub prizes: Vec<i64>,
    /// What ties do.
    pub ties: Ties,
    /// The greatest value is first.
    pub descending: bool,
    /// The value.
    pub value: Rule,
    /// Its tallies.
    pub tallies: Vec<Tally>,
    /// Who settled it.
    pub set_by: Option<String>,
}

/// What tied units get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// The prizes of the tied places are put together and shared.
    Share,
    /// Each gets the prize of the first of the tied places.
    All,
    /// As `All`, and the next place is one further, not past the tied ones.
    Next,
}
