//! How many duties stand how, rolled up over the reporting tree.

use crate::{Evaluation, Standing};
use programme::Programme;

/// How many duties stand how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts([usize; 10]);

impl Counts {
    /// The order of the segments of a bar: what is done, what is open, what went wrong, what is not known.
    pub const ORDER: [Standing; 10] = [
        Standing::Met,
        Standing::Recovered,
        Standing::OnTrack,
        Standing::DueSoon,
        Standing::Behind,
        Standing::Overdue,
        Standing::Missed,
        Standing::Unknown,
        Standing::Excused,
        Standing::Upcoming,
    ];

    /// Adds one duty.
    pub fn add(&mut self, standing: Standing) {
        if let Some(n) = self.0.get_mut(standing as usize) {
            *n += 1;
        }
    }

    /// Adds all of another count.
    pub fn merge(&mut self, other: &Counts) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }

    /// How many stand so.
    pub fn get(&self, standing: Standing) -> usize {
        self.0.get(standing as usize).copied().unwrap_or_default()
    }

    /// All duties together.
    pub fn total(&self) -> usize {
        self.0.iter().sum()
    }

    /// The standings that occur, in the order of a bar.
    pub fn present(&self) -> impl Iterator<Item = (Standing, usize)> + '_ {
        Self::ORDER
            .into_iter()
            .map(|s| (s, self.get(s)))
            .filter(|(_, n)| *n > 0)
    }

    /// The standing that most needs attention: what went wrong first, then what is open, then what is done.
    pub fn worst(&self) -> Option<Standing> {
        use Standing::{
            Behind, DueSoon, Excused, Met, Missed, OnTrack, Overdue, Recovered, Unknown, Upcoming,
        };
        [
            Overdue, Missed, Behind, Unknown, DueSoon, OnTrack, Recovered, Met, Upcoming, Excused,
        ]
        .into_iter()
        .find(|s| self.get(*s) > 0)
    }

    /// Duties that need somebody to act: behind, overdue, missed.
    pub fn red(&self) -> usize {
        self.get(Standing::Behind) + self.get(Standing::Overdue) + self.get(Standing::Missed)
    }

    /// The on-time rate of these duties.
    pub fn on_time(&self) -> OnTime {
        let met = self.get(Standing::Met);
        let unknown = self.get(Standing::Unknown);
        let late = self.get(Standing::Recovered)
            + self.get(Standing::Overdue)
            + self.get(Standing::Missed);
        OnTime {
            met,
            unknown,
            of: met + unknown + late,
        }
    }
}

impl FromIterator<Standing> for Counts {
    fn from_iter<I: IntoIterator<Item = Standing>>(standings: I) -> Self {
        let mut counts = Self::default();
        standings.into_iter().for_each(|s| counts.add(s));
        counts
    }
}

/// On-time rate: met ÷ (met + recovered + overdue + missed + unknown).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OnTime {
    /// Duties met by due.
    pub met: usize,
    /// Duties whose standing is unknown.
    pub unknown: usize,
    /// Duties in the denominator.
    pub of: usize,
}

impl OnTime {
    /// The rate if every unknown duty turns out unmet; `None` when nothing is in the denominator.
    pub fn worst(&self) -> Option<f64> {
        (self.of > 0).then(|| self.met as f64 / self.of as f64)
    }

    /// The rate if every unknown duty turns out met.
    pub fn best(&self) -> Option<f64> {
        (self.of > 0).then(|| (self.met + self.unknown) as f64 / self.of as f64)
    }
}

/// For each unit its own duties, those of its records included, and those of its subtree.
pub fn roll_up(programme: &Programme, evaluation: &Evaluation) -> Vec<(Counts, Counts)> {
    let mut counts = vec![(Counts::default(), Counts::default()); programme.units.len()];
    for (_, duty) in evaluation.duties(programme) {
        let Some(unit) = duty.unit else { continue };
        if let Some((own, _)) = counts.get_mut(unit as usize) {
            own.add(duty.standing);
        }
        let mut next = Some(unit as usize);
        // The reading of units refuses circles; the bound holds whatever is read.
        for _ in 0..64 {
            let Some(at) = next else { break };
            if let Some((_, subtree)) = counts.get_mut(at) {
                subtree.add(duty.standing);
            }
            next = programme.units.get(at).and_then(|u| u.parent);
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_duties_open_the_rate_on_both_sides() {
        use Standing::{Met, Missed, OnTrack, Unknown};
        let counts: Counts = [Met, Met, Unknown, Missed, OnTrack].into_iter().collect();
        assert_eq!(counts.on_time().worst(), Some(0.5));
        assert_eq!(counts.on_time().best(), Some(0.75));
        assert_eq!(counts.worst(), Some(Missed));
    }

    #[test]
    fn nothing_due_has_no_rate() {
        assert_eq!(Counts::default().on_time().worst(), None);
    }
}
