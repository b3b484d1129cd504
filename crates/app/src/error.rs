//! Why a view could not be given: values that `web` turns into an answer in one place.

use crate::view::Text;
use jiff::civil::Date;
use rules::Words;

/// What was asked for and does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A notice of the programme.
    Notice,
    /// A clause of a notice.
    Clause,
    /// A measure.
    Measure,
    /// A unit of the reporting tree.
    Unit,
    /// A duty: a measure, a bearer and a period that belong together.
    Duty,
    /// A level of units, such as `county`.
    Level,
    /// A part (chapter) of a notice.
    Part,
}

/// The only ways in which reading a view fails.
#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    /// Nothing has this id.
    Missing {
        /// The kind of thing.
        what: Thing,
        /// The id as it was asked for.
        id: String,
    },
    /// The day lies outside what can be shown.
    OutsideCampaign {
        /// The day asked for.
        at: Date,
        /// The first day that can be shown.
        from: Date,
        /// The last day that can be shown: today, or the campaign's end.
        until: Date,
    },
    /// How units stand is shown to officials of the programme.
    NotOfficial,
    /// The facts of the day are being built from the journal.
    Building {
        /// The day asked for.
        at: Date,
        /// Entries that are read.
        done: u64,
        /// Entries that there are.
        all: u64,
    },
    /// The programme could not be evaluated; says what happened, why, and what to do.
    Failed(Text),
}

impl Error {
    /// What happened, why, and what to do now.
    pub fn words(&self) -> Words {
        match self {
            Self::Missing { what, id } => {
                let (zh, en) = what.names();
                Words::new(
                    format!("没有编号为 {id} 的{zh}，请核对编号"),
                    format!("there is no {en} {id}; check its id"),
                )
            }
            Self::OutsideCampaign { at, from, until } => Words::new(
                format!("{at} 看不到；可看 {from} 至 {until}"),
                format!("{at} cannot be shown; choose a day from {from} to {until}"),
            ),
            Self::Building { at, done, all } => Words::new(
                format!("正在从流水重建 {at} 那一天：已读 {done} / {all} 条，稍后再看"),
                format!(
                    "{at} is being built from the journal: {done} of {all} entries are read; look again in a moment"
                ),
            ),
            Self::NotOfficial => Words::new(
                "各单位的进展只对本方案的工作人员开放；与您有关的记录在“台账”里",
                "how units stand is for officials of the programme; what concerns you is under Registers",
            ),
            Self::Failed(text) => Words::new(&text.zh, &text.en),
        }
    }
}

impl Thing {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Notice => ("通知", "notice"),
            Self::Clause => ("条款", "clause"),
            Self::Measure => ("措施", "measure"),
            Self::Unit => ("单位", "unit"),
            Self::Duty => ("责任", "duty"),
            Self::Level => ("层级", "level"),
            Self::Part => ("部分", "part"),
        }
    }
}
