//! Numbers of texts that lie in a list: which of them a text is.

use rules::ahead;
use rustc_hash::FxHasher;
use std::hash::Hasher;

/// Places of the smallest table.
const PLACES_MIN: usize = 16;

/// So many of eight places are taken at most.
const TAKEN_OF_EIGHT: usize = 5;

/// The numbers of texts, which lie elsewhere in the order of their numbers: none is kept twice, one place of eight bytes
/// is read for a text that is not there, and a table that grows reads no text again. So what a text costs hardly grows
/// with their number.
///
/// Invariant: from the place that a text's hash points at no place is free up to the one that has its number.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    /// The upper half of a text's hash, then its number and one; 0 where the place is free. A power of two of them.
    places: Vec<u64>,
    taken: usize,
}

impl Numbers {
    /// The numbers of different texts.
    pub(super) fn of(texts: &[Box<str>]) -> Self {
        let mut numbers = Self::default();
        for text in texts {
            numbers.add(text);
        }
        numbers
    }

    /// Asks for the place of a text that is looked for soon, so that several are waited for at once.
    pub(super) fn soon(&self, text: &str) {
        let at = self.first(hash(text));
        self.places.get(at..=at).into_iter().for_each(ahead);
    }

    /// The number of a text; `None` where it is not among them.
    pub(super) fn get(&self, text: &str, texts: &[Box<str>]) -> Option<u32> {
        let hash = hash(text);
        let mut at = self.first(hash);
        loop {
            let place = *self.places.get(at)?;
            if place == 0 {
                return None;
            }
            let number = (place as u32).wrapping_sub(1);
            let same = || texts.get(number as usize).is_some_and(|own| **own == *text);
            if (place >> 32) as u32 == hash && same() {
                return Some(number);
            }
            at = (at + 1) & (self.places.len() - 1);
        }
    }

    /// Gives the next number to a text that is not among them.
    pub(super) fn add(&mut self, text: &str) {
        if self.taken * 8 >= self.places.len() * TAKEN_OF_EIGHT {
            self.grow();
        }
        self.taken += 1;
        self.put(u64::from(hash(text)) << 32 | self.taken as u64);
    }

    /// Twice the places. What is in keeps its order, so that both tables are gone through from one end to the other.
    fn grow(&mut self) {
        let places = (self.places.len() * 2).max(PLACES_MIN);
        let old = std::mem::replace(&mut self.places, vec![0; places]);
        for place in old.into_iter().filter(|place| *place != 0) {
            self.put(place);
        }
    }

    /// Takes the first free place from where the hash points at.
    fn put(&mut self, place: u64) {
        let mut at = self.first((place >> 32) as u32);
        while self.places.get(at).is_some_and(|place| *place != 0) {
            at = (at + 1) & (self.places.len() - 1);
        }
        if let Some(free) = self.places.get_mut(at) {
            *free = place;
        }
    }

    /// Where a hash points at: its upper bits.
    fn first(&self, hash: u32) -> usize {
        ((u64::from(hash) * self.places.len() as u64) >> 32) as usize
    }
}

fn hash(text: &str) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    (hasher.finish().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn each_text_is_found_by_its_number_as_in_a_map() {
        let mut texts: Vec<Box<str>> = Vec::new();
        let (mut numbers, mut map) = (Numbers::default(), HashMap::new());
        let mut seed = 7_u64;
        for turn in 0..60_000_u64 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            // Codes one after the other, as most are, and any.
            let text = match turn % 3 {
                0 => format!("9135010{turn:011}"),
                1 => format!("福建第{}号", (seed >> 33) % 9_000),
                _ => format!("{seed:x}"),
            };
            let known = numbers.get(&text, &texts);
            assert_eq!(known, map.get(&text).copied(), "{text}");
            if known.is_none() {
                map.insert(text.clone(), texts.len() as u32);
                numbers.add(&text);
                texts.push(text.into());
            }
        }
        let again = Numbers::of(&texts);
        for (text, number) in &map {
            assert_eq!(again.get(text, &texts), Some(*number));
        }
        assert_eq!(again.get("", &texts), None);
        assert_eq!(Numbers::default().get("", &[]), None);
    }

    #[test]
    fn a_full_end_goes_on_at_the_beginning() {
        // Texts whose hashes all point at the last place of the smallest table.
        let texts = (0..).map(|n| n.to_string().into_boxed_str());
        let last = texts.filter(|text| hash(text) >> 28 == 15);
        let texts: Vec<Box<str>> = last.take(9).collect();
        let numbers = Numbers::of(&texts);
        assert_eq!(numbers.places.len(), PLACES_MIN);
        for (number, text) in texts.iter().enumerate() {
            assert_eq!(numbers.get(text, &texts), Some(number as u32));
        }
    }
}
