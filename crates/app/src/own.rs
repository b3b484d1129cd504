//! Which entries were written here and are in the facts: following the journal, they need not be read back.

use std::collections::BTreeMap;

/// Arrivals in runs: the last of each by its first. A sheet's rows arrive one after the other, so there are few runs.
#[derive(Debug, Default)]
pub(crate) struct Own(BTreeMap<i64, i64>);

impl Own {
    /// An entry is in the facts.
    pub(crate) fn add(&mut self, arrival: i64) {
        if self.has(arrival) {
            return;
        }
        let last = self.0.remove(&(arrival + 1)).unwrap_or(arrival);
        match self.0.range_mut(..arrival).next_back() {
            Some((_, before)) if *before + 1 == arrival => *before = last,
            _ => {
                self.0.insert(arrival, last);
            }
        }
    }

    /// Whether an entry was written here.
    pub(crate) fn has(&self, arrival: i64) -> bool {
        let run = self.0.range(..=arrival).next_back();
        run.is_some_and(|(_, last)| arrival <= *last)
    }

    /// Lets go of every entry up to this one: they were followed.
    pub(crate) fn forget(&mut self, until: i64) {
        let rest = self.0.split_off(&(until + 1));
        let cut = self.0.last_key_value().map(|(_, last)| *last);
        self.0 = rest;
        if let Some(last) = cut.filter(|last| *last > until) {
            self.0.insert(until + 1, last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn runs_say_what_a_set_would() {
        let (mut own, mut set, mut seed) = (Own::default(), BTreeSet::new(), 7_u64);
        for turn in 0..5_000 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let arrival = (seed >> 33) as i64 % 100;
            match turn % 40 {
                0 => {
                    own.forget(arrival);
                    set.retain(|one| *one > arrival);
                }
                _ => {
                    own.add(arrival);
                    set.insert(arrival);
                }
            }
            let all: Vec<i64> = (-1..101).filter(|one| own.has(*one)).collect();
            assert_eq!(all, set.iter().copied().collect::<Vec<_>>());
        }
        let runs = (0..1_000).fold(Own::default(), |mut own, one| {
            own.add(one);
            own
        });
        assert_eq!(runs.0.len(), 1);
    }
}
