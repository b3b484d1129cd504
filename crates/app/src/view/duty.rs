//! One duty: how it stands and why.

use super::{
    BearerLink, ClauseLink, DutyId, Figure, Frame, GridCell, NearMiss, PeriodName, Standing, Text,
};
use jiff::civil::Date;
use std::sync::Arc;

/// `/duties/{measure}/{bearer}/{period}`.
#[derive(Debug, Clone, PartialEq)]
pub struct DutyPage {
    /// What surrounds the page.
    pub frame: Arc<Frame>,
    /// Which duty.
    pub id: DutyId,
    /// The clause it comes from.
    pub clause: ClauseLink,
    /// The measure's name.
    pub measure: Text,
    /// Who owes it.
    pub bearer: BearerLink,
    /// For which period.
    pub period: PeriodName,
    /// How it stands.
    pub standing: Standing,
    /// Why it stands so, as a plain sentence.
    pub sentence: Text,
    /// Its days.
    pub dates: DutyDates,
    /// Its tallies.
    pub tallies: Vec<TallyLine>,
    /// The rule of what is owed, explained.
    pub reason: Option<Reason>,
    /// The rows that were looked at, one table per register.
    pub evidence: Vec<Evidence>,
    /// The smallest changes that would flip it.
    pub near: Vec<NearMiss>,
    /// The unknown items that could decide it.
    pub missing: Vec<MissingItem>,
    /// Pace and landing, where the measure has a number above one to reach.
    pub pace: Option<Pace>,
    /// The steps of its ladder in order.
    pub ladder: Vec<LadderStep>,
    /// The decision that excuses it.
    pub excuse: Option<Excuse>,
    /// Whether the reader may excuse it.
    pub may_excuse: bool,
    /// The same measure and bearer in the other periods, in order, this one included.
    pub periods: Vec<(PeriodName, GridCell)>,
}

/// The days that decide a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DutyDates {
    /// The last day to meet it.
    pub due: Date,
    /// The day at whose end it is judged.
    pub judged: Date,
    /// The last day whose evidence still recovers it; `None`: nothing late is accepted.
    pub late_until: Option<Date>,
    /// The last day on which evidence may be recorded; `None`: recording does not close.
    pub closes: Option<Date>,
    /// The day on which what is owed was reached.
    pub reached: Option<Date>,
    /// True when evidence was recorded after judgement.
    pub recorded_late: bool,
}

/// One tally with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct TallyLine {
    /// Its id in rules.
    pub id: String,
    /// What it counts, in words.
    pub name: Text,
    /// Its value.
    pub value: Figure,
    /// What the rule asks of it; `None` when the rule has no number for it.
    pub target: Option<f64>,
}

/// The answer of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// It cannot be known yet.
    Unknown,
}

/// A node of a rule's explanation.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The part of the rule, as written.
    pub rule: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// The value found; `None` for a node that only joins others, or where nothing is known.
    pub value: Option<Text>,
    /// What it was held against.
    pub threshold: Option<Text>,
    /// How far it is from flipping, such as 还差 4.
    pub margin: Option<Text>,
    /// The parts it is made of.
    pub parts: Vec<Reason>,
}

/// The rows of one register that were looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The tally that looked.
    pub tally: Text,
    /// The register's name.
    pub register: Text,
    /// Field names.
    pub columns: Vec<Text>,
    /// The rows, those that count first.
    pub rows: Vec<EvidenceRow>,
    /// How many rows are not shown.
    pub more: usize,
    /// How many rows count for the figure and are not the reader's to see.
    pub hidden: usize,
}

/// One row of evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct EvidenceRow {
    /// The record's number.
    pub id: String,
    /// One value per column; `None` is an empty cell whose value is unknown.
    pub cells: Vec<Option<Text>>,
    /// Whether it counts.
    pub counts: Verdict,
    /// Why it does not count, or what is not known; empty when it counts.
    pub why: Text,
    /// True when it was recorded after judgement.
    pub recorded_late: bool,
}

/// An unknown item that could decide the duty.
#[derive(Debug, Clone, PartialEq)]
pub struct MissingItem {
    /// The item: which field of which record.
    pub what: Text,
    /// Who holds it.
    pub who: Text,
}

/// Progress against the pace, day by day.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    /// What is counted, for the axis.
    pub name: Text,
    /// What must be reached.
    pub target: f64,
    /// Every day of the period, in order.
    pub points: Vec<PacePoint>,
    /// Where the period is expected to end.
    pub landing: Option<Figure>,
    /// The latest day to start and still reach it at the best rate seen; `None` when not forecast.
    pub latest_start: Option<Date>,
    /// How the forecast was made, in words.
    pub basis: Text,
}

/// One day of a pace curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PacePoint {
    /// The day.
    pub on: Date,
    /// What the pace asks by its end.
    pub plan: f64,
    /// What was reached by its end, bounds; `None` after the day shown.
    pub done: Option<(f64, f64)>,
    /// What is expected by its end; `None` before the day shown.
    pub expected: Option<(f64, f64)>,
}

/// A rung of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rung {
    /// 提醒.
    Remind,
    /// 预警.
    Warn,
    /// 督办单.
    Order,
    /// 问责建议: a proposal to look into accountability.
    Review,
}

/// Whether a rung was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LadderState {
    /// It fired, or would have, on its day.
    Fired,
    /// It will fire on its day unless the duty is met.
    Ahead,
    /// The duty was met or excused before its day.
    NotNeeded,
}

/// One step of a duty's ladder.
#[derive(Debug, Clone, PartialEq)]
pub struct LadderStep {
    /// Which rung.
    pub rung: Rung,
    /// Its day; `None` when it hangs on a decision not yet made.
    pub on: Option<Date>,
    /// Whether it was reached.
    pub state: LadderState,
    /// Who is told, and what a person still has to confirm.
    pub note: Text,
}

/// A recorded decision that a duty does not apply.
#[derive(Debug, Clone, PartialEq)]
pub struct Excuse {
    /// Why.
    pub reason: Text,
    /// Who decided.
    pub by: Text,
    /// When.
    pub on: Option<Date>,
}
