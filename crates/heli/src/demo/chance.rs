//! Chance without surprise: a small seeded generator, and a stream of its own for every cell.
//!
//! The generator is splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
//! A stream is keyed by the seed and by what is drawn for, so that a further field, fill or firm leaves the
//! other cells as they were, and a later day only adds to what an earlier day already held.

/// The step of splitmix64: the golden ratio in 64 bits.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

/// The key of a stream below another: `words` say what is drawn for.
pub(crate) fn key(above: u64, words: &[&str]) -> u64 {
    let mut hash = mix(above ^ STEP);
    for word in words {
        // FNV-1a over the bytes, then a full mix so that neighbours share nothing.
        let bytes = word.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        hash = mix(hash.wrapping_add(STEP) ^ bytes);
    }
    hash
}

fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// A chance bent by a factor: the chance of failure to the power of the factor, so that 1 changes nothing,
/// less fails more often, and every result stays between 0 and 1.
pub(crate) fn bent(chance: f64, factor: f64) -> f64 {
    1.0 - (1.0 - chance).max(0.0).powf(factor)
}

impl Chance {
    /// The stream of a key.
    pub(crate) fn new(key: u64) -> Self {
        Self(key)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number from 0 up to, not including, 1.
    pub(crate) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something with this chance happens.
    pub(crate) fn holds(&mut self, chance: f64) -> bool {
        self.share() < chance
    }

    /// A position below `count`; 0 for nothing.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        ((self.share() * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// A number between two, both ends included to the last bit.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// A whole number between two, both ends included.
    pub(crate) fn whole(&mut self, low: f64, high: f64) -> i32 {
        let (low, high) = (low.round() as i32, high.round() as i32);
        low + self.below(usize::try_from(high - low).unwrap_or(0) + 1) as i32
    }

    /// A whole number whose mean is `mean`: its floor, or one more.
    pub(crate) fn near(&mut self, mean: f64) -> usize {
        mean.max(0.0) as usize + usize::from(self.holds(mean.max(0.0).fract()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_repeats_itself_and_differs_from_its_neighbours() {
        let draw = |key| {
            let mut chance = Chance::new(key);
            (0..4).map(|_| chance.next()).collect::<Vec<_>>()
        };
        let here = key(1, &["event", "350500"]);
        assert_eq!(draw(here), draw(key(1, &["event", "350500"])));
        assert_ne!(draw(here), draw(key(2, &["event", "350500"])));
        assert_ne!(key(1, &["a", "b"]), key(1, &["ab"]));
        assert_ne!(key(1, &["a", "b"]), key(1, &["b", "a"]));
    }

    #[test]
    fn draws_keep_to_their_bounds_and_reach_them() {
        let mut chance = Chance::new(7);
        let drawn: Vec<i32> = (0..500).map(|_| chance.whole(2.0, 5.0)).collect();
        assert_eq!(drawn.iter().min(), Some(&2));
        assert_eq!(drawn.iter().max(), Some(&5));
        assert!((0..500).all(|_| [6, 7].contains(&chance.near(6.5))));
        assert_eq!(chance.near(3.0), 3);
    }

    #[test]
    fn a_factor_bends_a_chance_within_its_bounds() {
        assert!((bent(0.9, 1.0) - 0.9).abs() < 1e-12);
        assert!(bent(0.9, 0.5) < 0.7 && bent(0.9, 2.0) > 0.98);
        assert!((bent(1.0, 0.3) - 1.0).abs() < 1e-12 && bent(0.0, 3.0).abs() < 1e-12);
    }
}
