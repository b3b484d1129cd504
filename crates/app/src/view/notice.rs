//! The living notice: its clauses with a bar each, and the clause that is opened.

use super::{BearerLink, Counts, DutyId, Figure, Frame, PeriodName, Standing, Text, UnitLink};
use jiff::civil::Date;
use std::sync::Arc;

/// `/notices/{id}`.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticePage {
    /// What surrounds the page.
    pub frame: Arc<Frame>,
    /// The notice's id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// One line: when it was issued, how many parts and clauses, over which units.
    pub meta: Text,
    /// Where the original can be read.
    pub source: Text,
    /// The figures over all clauses.
    pub summary: Summary,
    /// Its parts in order.
    pub parts: Vec<Part>,
    /// The opened clause.
    pub panel: Option<ClausePanel>,
}

/// The figures at the head of a notice.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Every duty whose period has begun by the day shown; its rate is the notice's on-time rate.
    pub counts: Counts,
    /// How many of them have come due.
    pub due: usize,
    /// Supervision orders that the ladder would have proposed by the day shown.
    pub orders: usize,
}

/// A part (chapter) of the notice.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its id in filters.
    pub id: String,
    /// Its number and title, such as 三、市场.
    pub title: Text,
    /// What the bars of this part count, such as 本月.
    pub note: Text,
    /// Its clauses in order.
    pub clauses: Vec<ClauseLine>,
}

/// One clause with its bar.
#[derive(Debug, Clone, PartialEq)]
pub struct ClauseLine {
    /// Its number, such as `3.1`.
    pub id: String,
    /// Its words.
    pub text: Text,
    /// How its duties stand: for each bearer the period that runs or else the last one that ended, unless an
    /// earlier one is overdue and can still be made good.
    pub counts: Counts,
    /// A short line in the clause's own terms; empty: the page writes one from the counts.
    pub says: Text,
    /// Numbers that the notice does not give, each with its author.
    pub settings: Vec<Setting>,
}

/// A number that the notice does not give.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// What is set and to what, such as “及时”按 10 个工作日.
    pub what: Text,
    /// Who set it and when.
    pub set_by: Text,
}

/// The opened clause.
#[derive(Debug, Clone, PartialEq)]
pub struct ClausePanel {
    /// Its number.
    pub id: String,
    /// Its words.
    pub text: Text,
    /// Its measures; empty for a clause that obliges nothing measurable.
    pub measures: Vec<MeasurePanel>,
    /// Its rankings, the latest period that has begun.
    pub rankings: Vec<RankingTable>,
}

/// Units in order of a value; it owes nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct RankingTable {
    /// Its name.
    pub name: Text,
    /// The period shown.
    pub period: PeriodName,
    /// True while places could still change.
    pub provisional: bool,
    /// Units by place, those without a known value last.
    pub rows: Vec<RankingRow>,
}

/// One unit in a ranking.
#[derive(Debug, Clone, PartialEq)]
pub struct RankingRow {
    /// Its place; `None` where its value is unknown.
    pub place: Option<usize>,
    /// The unit.
    pub unit: UnitLink,
    /// Its value; `None` where nothing is known.
    pub value: Option<Figure>,
    /// What the place earns, in fen.
    pub prize: Option<Figure>,
}

/// One measure of the opened clause.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasurePanel {
    /// The measure's id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// Who owes it, such as 各设区市、平潭.
    pub bearers: Text,
    /// Its rhythm, such as 每月.
    pub rhythm: Text,
    /// What counts as evidence.
    pub evidence: Text,
    /// What is owed, as the rule's text.
    pub owes: String,
    /// How it stands, as a plain sentence; empty when there is nothing to say yet.
    pub sentence: Text,
    /// The same duties as in the clause's bar, of this measure alone.
    pub counts: Counts,
    /// Bearers × periods.
    pub grid: Grid,
    /// What would flip duties that are not met, nearest first.
    pub near: Vec<NearMiss>,
    /// The period that runs and what happens at its end.
    pub due: Option<DueBox>,
    /// On-time rate since the campaign began.
    pub trend: Option<Trend>,
}

/// Bearers × periods of one measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// The periods shown, in order.
    pub periods: Vec<PeriodName>,
    /// Bearers, those that need attention first when there are more than fit.
    pub rows: Vec<GridRow>,
    /// How many bearers are not shown.
    pub more: usize,
    /// True when rows carry a projected end.
    pub projects: bool,
}

/// One bearer's periods.
#[derive(Debug, Clone, PartialEq)]
pub struct GridRow {
    /// Who owes.
    pub bearer: BearerLink,
    /// One cell per period; `None` where the bearer owes nothing in it.
    pub cells: Vec<Option<GridCell>>,
    /// Where the running period is expected to end.
    pub projected: Option<Figure>,
}

/// One duty as a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct GridCell {
    /// Which duty.
    pub duty: DutyId,
    /// How it stands.
    pub standing: Standing,
    /// The first tally's value; `None` shows the shape of the standing instead.
    pub value: Option<Figure>,
    /// True when evidence was recorded after judgement.
    pub recorded_late: bool,
}

/// The smallest change that flips a duty.
#[derive(Debug, Clone, PartialEq)]
pub struct NearMiss {
    /// Which duty.
    pub duty: DutyId,
    /// Who owes it.
    pub bearer: BearerLink,
    /// The change.
    pub says: Text,
    /// Who can make it, and until when.
    pub who: Text,
}

/// The end of the running period.
#[derive(Debug, Clone, PartialEq)]
pub struct DueBox {
    /// The last day to meet it.
    pub due: Date,
    /// The day at whose end it is judged.
    pub judged: Date,
    /// The grace in words, such as 宽限 3 个工作日; empty when there is none.
    pub grace: Text,
    /// Reminders that the ladder would have sent for this period.
    pub reminders: usize,
    /// Supervision orders that it would have proposed.
    pub orders: usize,
    /// What comes next on the ladder, and when; empty when nothing does.
    pub next: Text,
}

/// A rate over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// Its points in order of days.
    pub points: Vec<TrendPoint>,
}

/// The rate on one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrendPoint {
    /// The day.
    pub on: Date,
    /// The rate, 0 to 1, with unknown duties counted as unmet.
    pub worst: f64,
    /// The rate with unknown duties counted as met.
    pub best: f64,
}
