//! Figures with their bounds, and how many duties stand how.

use super::Standing;

/// What a figure counts, so that it can be written in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Whole things: events, visits, firms.
    Count,
    /// Money in fen.
    Fen,
    /// A share, 1.0 being the whole.
    Share,
    /// Any other number.
    Number,
}

/// A value between two bounds, equal when everything needed is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// The least it can be.
    pub low: f64,
    /// The most it can be; `None` when there is no upper bound.
    pub high: Option<f64>,
    /// What it counts.
    pub quantity: Quantity,
}

impl Figure {
    /// A known number of whole things.
    pub fn count(n: u32) -> Self {
        Self {
            low: f64::from(n),
            high: Some(f64::from(n)),
            quantity: Quantity::Count,
        }
    }

    /// A number of whole things known only to lie between two bounds.
    pub fn between(low: u32, high: u32) -> Self {
        Self {
            low: f64::from(low),
            high: Some(f64::from(high)),
            quantity: Quantity::Count,
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_duties_open_the_rate_on_both_sides() {
        let counts: Counts = [
            Standing::Met,
            Standing::Met,
            Standing::Unknown,
            Standing::Missed,
            Standing::OnTrack,
        ]
        .into_iter()
        .collect();
        assert_eq!(counts.on_time().worst(), Some(0.5));
        assert_eq!(counts.on_time().best(), Some(0.75));
        assert_eq!(counts.worst(), Some(Standing::Missed));
    }

    #[test]
    fn nothing_due_has_no_rate() {
        assert_eq!(Counts::default().on_time().worst(), None);
    }
}
