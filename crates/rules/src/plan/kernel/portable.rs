//! The inner loops for any processor; the compiler widens them where a level has wider registers.
#![allow(clippy::indexing_slicing)]

use super::{BLOCK, Count, Factors, Plane, Test, WORDS};

#[inline(always)]
pub(super) fn members(codes: &[u8; BLOCK], test: &Test, out: &mut Plane) {
    let (rows, _) = codes.as_chunks::<64>();
    match test {
        Test::Stretch { first, more } => {
            for (word, codes) in out.0.iter_mut().zip(rows) {
                *word = gather(codes, |code| code.wrapping_sub(*first) <= *more);
            }
        }
        Test::Any(classes, _) => {
            for (word, codes) in out.0.iter_mut().zip(rows) {
                *word = gather(codes, |code| classes.contains(code));
            }
        }
    }
}

#[inline(always)]
fn gather(codes: &[u8; 64], test: impl Fn(u8) -> bool) -> u64 {
    codes
        .iter()
        .enumerate()
        .fold(0, |word, (row, code)| word | u64::from(test(*code)) << row)
}

/// The accumulators are small arrays, so that they stay in registers.
#[inline(always)]
fn part<const N: usize>(
    planes: &[Plane],
    factors: &Factors,
    rows: &Plane,
    at: usize,
) -> ([u64; N], [u64; N]) {
    let (mut yes, mut open) = ([0; N], [0; N]);
    for (i, (y, o)) in yes.iter_mut().zip(&mut open).enumerate() {
        let row = rows.0.get(at + i).copied().unwrap_or(0);
        (*y, *o) = (row, row);
    }
    let words = |plane: &u32| {
        let plane = planes.get(*plane as usize).unwrap_or(&Plane::ZERO);
        plane
            .0
            .get(at..)
            .and_then(|words| words.first_chunk::<N>())
            .unwrap_or(&[0; N])
    };
    for (t, k) in &factors.plain {
        let (t, k) = (words(t), words(k));
        for i in 0..N {
            yes[i] &= t[i];
            open[i] &= t[i] | !k[i];
        }
    }
    for (t, k) in &factors.negated {
        let (t, k) = (words(t), words(k));
        for i in 0..N {
            yes[i] &= k[i] & !t[i];
            open[i] &= !t[i];
        }
    }
    (yes, open)
}

const PART: usize = 16;

#[inline(always)]
pub(super) fn conjunction(planes: &[Plane], factors: &Factors, rows: &Plane, out: &mut [Plane; 2]) {
    let [to_yes, to_known] = out;
    for at in (0..WORDS).step_by(PART) {
        let (yes, open) = part::<PART>(planes, factors, rows, at);
        for i in 0..PART {
            to_yes.0[at + i] = yes[i];
            to_known.0[at + i] = yes[i] | !open[i];
        }
    }
}

#[inline(always)]
pub(super) fn count(planes: &[Plane], factors: &Factors, rows: &Plane) -> Count {
    let (mut sure, mut maybe) = (0, 0);
    for at in (0..WORDS).step_by(PART) {
        let (yes, open) = part::<PART>(planes, factors, rows, at);
        sure += yes.iter().map(|w| u64::from(w.count_ones())).sum::<u64>();
        maybe += open.iter().map(|w| u64::from(w.count_ones())).sum::<u64>();
    }
    Count {
        yes: sure,
        unknown: maybe - sure,
    }
}

#[inline(always)]
pub(super) fn append(planes: &[Plane], factors: &Factors, rows: &Plane, out: &mut Vec<u64>) {
    let mut both = [Plane::ZERO; 2];
    conjunction(planes, factors, rows, &mut both);
    let [yes, mut unknown] = both;
    for (word, rows) in unknown.0.iter_mut().zip(&rows.0) {
        *word = !*word & rows;
    }
    for plane in [yes, unknown] {
        let head = out.len();
        out.push(0);
        let mut present = 0;
        for (i, word) in plane.0.iter().enumerate().filter(|(_, word)| **word != 0) {
            present |= 1 << i;
            out.push(*word);
        }
        out[head] = present;
    }
}

#[inline(always)]
pub(super) fn ranks(numbers: &[i64; 64], cuts: &[i64], present: u64, out: &mut [u8; 64]) {
    if cuts.len() > 48 {
        for (out, number) in out.iter_mut().zip(numbers) {
            *out = 1 + cuts.partition_point(|cut| cut <= number) as u8;
        }
    } else {
        let mut ranks = [1i64; 64];
        for cut in cuts {
            for (rank, number) in ranks.iter_mut().zip(numbers) {
                *rank += i64::from(number >= cut);
            }
        }
        for (out, rank) in out.iter_mut().zip(ranks) {
            *out = rank as u8;
        }
    }
    for (row, out) in out.iter_mut().enumerate() {
        *out &= ((present >> row & 1) as u8).wrapping_neg();
    }
}

#[inline(always)]
pub(super) fn look_up(
    numbers: &[u32; 64],
    table: &[u8; 256],
    last: u8,
    present: u64,
    out: &mut [u8; 64],
) {
    for (row, (out, number)) in out.iter_mut().zip(numbers).enumerate() {
        let class = table[(*number).min(u32::from(last)) as usize];
        *out = class & ((present >> row & 1) as u8).wrapping_neg();
    }
}

#[inline(always)]
pub(super) fn among(classes: &[u16; 64], chosen: &[u64]) -> u64 {
    classes.iter().enumerate().fold(0, |word, (row, class)| {
        let bits = chosen.get(usize::from(*class) / 64);
        word | (bits.map_or(0, |bits| bits >> (class % 64)) & 1) << row
    })
}

#[inline(always)]
pub(super) fn at_least(a: &[i64; 64], b: &[i64; 64]) -> u64 {
    a.iter()
        .zip(b)
        .enumerate()
        .fold(0, |word, (row, (a, b))| word | u64::from(a >= b) << row)
}

/// Goes over places and eight words at a time, so that the words stay in registers.
#[inline(always)]
fn over_places(marks: &[u64], places: &[usize], words: &mut [u64], step: impl Fn(u64, u64) -> u64) {
    for (part, words) in words.chunks_mut(8).enumerate() {
        let mut kept = [0; 8];
        kept.iter_mut()
            .zip(&*words)
            .for_each(|(kept, word)| *kept = *word);
        for place in places {
            let marks = marks.get(place + part * 8..).unwrap_or_default();
            match marks.first_chunk::<8>() {
                Some(marks) => kept
                    .iter_mut()
                    .zip(marks)
                    .for_each(|(word, mark)| *word = step(*word, *mark)),
                None => kept
                    .iter_mut()
                    .zip(marks)
                    .for_each(|(word, mark)| *word = step(*word, *mark)),
            }
        }
        words
            .iter_mut()
            .zip(kept)
            .for_each(|(word, kept)| *word = kept);
    }
}

#[inline(always)]
pub(super) fn take_out(marks: &[u64], places: &[usize], words: &mut [u64]) {
    over_places(marks, places, words, |word, mark| word & !mark);
}

#[inline(always)]
pub(super) fn put_in(marks: &[u64], places: &[usize], words: &mut [u64]) {
    over_places(marks, places, words, |word, mark| word | mark);
}

#[inline(always)]
pub(super) fn append_codes(keys: &mut [u32; 64], codes: &[u8; 64], radix: u32) {
    for (key, code) in keys.iter_mut().zip(codes) {
        *key = *key * radix + u32::from(*code);
    }
}

#[inline(always)]
pub(super) fn append_bits(keys: &mut [u32; 64], yes: u64, known: u64) {
    // Halves, so that the shifts are of the keys' own width.
    let (low, high) = keys.split_at_mut(32);
    for (keys, shift) in [(low, 0), (high, 32)] {
        let (yes, known) = ((yes & known) >> shift, known >> shift);
        for (row, key) in keys.iter_mut().enumerate() {
            *key = *key * 3 + (yes as u32 >> row & 1) + (known as u32 >> row & 1);
        }
    }
}

#[inline(always)]
pub(super) fn magnitudes(numbers: &[i64; 64]) -> u64 {
    numbers.iter().fold(0, |all, n| all | n.unsigned_abs())
}

#[inline(always)]
pub(super) fn products(a: &[i64; 64], b: &[i64; 64], out: &mut [i64; 64]) {
    for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
        *out = a.wrapping_mul(*b);
    }
}
