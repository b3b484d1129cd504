//! How a duty stands: the ordered function of programme.md, worked out at both ends of the bounds.

use crate::span::LateEnd;
use rules::Day;

/// A duty's standing, in the order in which they are decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// 豁免: a person excused it, with a reason.
    Excused,
    /// 未到期: the period has not begun.
    Upcoming,
    /// 完成: what is owed was reached by due.
    Met,
    /// 补完成: what is owed was reached late.
    Recovered,
    /// 逾期: judged, not met, late evidence still accepted.
    Overdue,
    /// 未完成: judged, not met, closed.
    Missed,
    /// 滞后: open, below its pace, or already past what it may not exceed.
    Behind,
    /// 临期: open, no pace, past 80 % of its time.
    DueSoon,
    /// 正常: open otherwise.
    OnTrack,
    /// 待核: the two ends of the bounds differ.
    Unknown,
}

impl Standing {
    /// Every standing, in order.
    pub const ALL: [Self; 10] = [
        Self::Excused,
        Self::Upcoming,
        Self::Met,
        Self::Recovered,
        Self::Overdue,
        Self::Missed,
        Self::Behind,
        Self::DueSoon,
        Self::OnTrack,
        Self::Unknown,
    ];

    /// The word in files and answers: `due_soon`, `on_track` …
    pub fn word(self) -> &'static str {
        match self {
            Self::Excused => "excused",
            Self::Upcoming => "upcoming",
            Self::Met => "met",
            Self::Recovered => "recovered",
            Self::Overdue => "overdue",
            Self::Missed => "missed",
            Self::Behind => "behind",
            Self::DueSoon => "due_soon",
            Self::OnTrack => "on_track",
            Self::Unknown => "unknown",
        }
    }

    /// What people call it, in Chinese and in English.
    pub fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Excused => ("豁免", "excused"),
            Self::Upcoming => ("未到期", "upcoming"),
            Self::Met => ("完成", "met"),
            Self::Recovered => ("补完成", "recovered"),
            Self::Overdue => ("逾期", "overdue"),
            Self::Missed => ("未完成", "missed"),
            Self::Behind => ("滞后", "behind"),
            Self::DueSoon => ("临期", "due soon"),
            Self::OnTrack => ("正常", "on track"),
            Self::Unknown => ("待核", "unknown"),
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }

    /// A narrative is never red: what was not told is not known.
    pub(crate) fn narrated(self) -> Self {
        match self {
            Self::Overdue | Self::Missed => Self::Unknown,
            Self::Behind => Self::OnTrack,
            other => other,
        }
    }
}

/// Everything that decides a standing. A moment is the end of a day.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// A person excused it.
    pub excused: bool,
    /// Whether the bearer owes it at all; `None` where its rule is unknown.
    pub owed: Option<bool>,
    /// The day at whose end it is looked at.
    pub at: Day,
    /// First day of the period.
    pub from: Day,
    /// Last day to meet it.
    pub due: Day,
    /// Judged at the end of this day.
    pub judged: Day,
    /// How long late evidence is accepted.
    pub late: LateEnd,
    /// Whether what is owed holds on evidence dated by due.
    pub in_time: Option<bool>,
    /// Whether it holds with late evidence too.
    pub with_late: Option<bool>,
    /// A negative or "at most" duty: met only once due has come.
    pub at_most: bool,
    /// Whether it has a pace.
    pub paced: bool,
    /// Whether it is below its pace.
    pub below_pace: Option<bool>,
}

impl Case {
    /// The standing; unknown where the two ends differ.
    pub fn standing(&self) -> Standing {
        let best = self.at_end(true);
        let worst = self.at_end(false);
        if best != worst {
            return Standing::Unknown;
        }
        match (self.owed, best) {
            (None, Standing::Excused | Standing::Upcoming) | (Some(_), _) => best,
            (None, _) => Standing::Unknown,
        }
    }

    /// The standing with every unknown turned out well (`best`) or ill.
    fn at_end(&self, best: bool) -> Standing {
        let in_time = self.in_time.unwrap_or(best);
        let with_late = self.with_late.unwrap_or(best);
        if self.excused {
            return Standing::Excused;
        }
        if self.at < self.from {
            return Standing::Upcoming;
        }
        if in_time && (!self.at_most || self.at >= self.due) {
            return Standing::Met;
        }
        if with_late && self.at > self.due {
            return Standing::Recovered;
        }
        if self.at >= self.judged {
            return if self.late.accepts_after(self.at) {
                Standing::Overdue
            } else {
                Standing::Missed
            };
        }
        if self.at_most && !in_time || self.below_pace.unwrap_or(!best) && self.paced {
            return Standing::Behind;
        }
        if !self.paced && self.past_four_fifths() {
            Standing::DueSoon
        } else {
            Standing::OnTrack
        }
    }

    /// Past 80 % of the days up to due.
    fn past_four_fifths(&self) -> bool {
        let whole = i64::from(self.due.0) - i64::from(self.from.0) + 1;
        let gone = i64::from(self.at.0) - i64::from(self.from.0) + 1;
        gone * 5 > whole * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn september() -> Case {
        Case {
            excused: false,
            owed: Some(true),
            at: Day(26),
            from: Day(1),
            due: Day(30),
            judged: Day(39),
            late: LateEnd::Day(Day(60)),
            in_time: Some(false),
            with_late: Some(false),
            at_most: false,
            paced: true,
            below_pace: Some(false),
        }
    }

    #[test]
    fn the_first_that_holds_wins_in_order() {
        let base = september();
        assert_eq!(
            Case {
                excused: true,
                ..base
            }
            .standing(),
            Standing::Excused
        );
        assert_eq!(Case { at: Day(0), ..base }.standing(), Standing::Upcoming);
        assert_eq!(
            Case {
                in_time: Some(true),
                ..base
            }
            .standing(),
            Standing::Met
        );
        assert_eq!(base.standing(), Standing::OnTrack);
        assert_eq!(
            Case {
                below_pace: Some(true),
                ..base
            }
            .standing(),
            Standing::Behind
        );
        assert_eq!(
            Case {
                paced: false,
                ..base
            }
            .standing(),
            Standing::DueSoon
        );
        assert_eq!(
            Case {
                at: Day(38),
                ..base
            }
            .standing(),
            Standing::OnTrack
        );
        assert_eq!(
            Case {
                at: Day(39),
                ..base
            }
            .standing(),
            Standing::Overdue
        );
        assert_eq!(
            Case {
                at: Day(60),
                ..base
            }
            .standing(),
            Standing::Missed
        );
        assert_eq!(
            Case {
                at: Day(45),
                with_late: Some(true),
                ..base
            }
            .standing(),
            Standing::Recovered
        );
        assert_eq!(
            Case {
                at: Day(39),
                late: LateEnd::No,
                ..base
            }
            .standing(),
            Standing::Missed
        );
    }

    #[test]
    fn an_at_most_duty_is_met_only_once_due_has_come() {
        let base = Case {
            at_most: true,
            in_time: Some(true),
            paced: false,
            ..september()
        };
        assert_eq!(base.standing(), Standing::DueSoon);
        assert_eq!(
            Case {
                at: Day(30),
                ..base
            }
            .standing(),
            Standing::Met
        );
        assert_eq!(
            Case {
                in_time: Some(false),
                ..base
            }
            .standing(),
            Standing::Behind
        );
    }

    #[test]
    fn two_ends_that_differ_are_unknown_and_two_that_agree_are_not() {
        let base = Case {
            in_time: None,
            ..september()
        };
        assert_eq!(base.standing(), Standing::Unknown);
        assert_eq!(Case { at: Day(0), ..base }.standing(), Standing::Upcoming);
        assert_eq!(
            Case {
                owed: None,
                in_time: Some(true),
                ..base
            }
            .standing(),
            Standing::Unknown
        );
        assert_eq!(
            Case {
                in_time: Some(false),
                below_pace: None,
                ..base
            }
            .standing(),
            Standing::Unknown
        );
    }
}
