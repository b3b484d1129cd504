//! How a duty stands: the ten standings, in the order in which they are decided.

/// A duty's standing (状态); `docs/programme-format.md` defines each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    /// 滞后: open, below its pace.
    Behind,
    /// 临期: open, no pace, past 80 % of its time.
    DueSoon,
    /// 正常: open otherwise.
    OnTrack,
    /// 待核: the two ends of the bounds differ.
    Unknown,
}
