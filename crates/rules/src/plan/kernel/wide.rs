//! The inner loops in the widest instructions the processor has. Every function has a portable form that gives
//! the same answer; the only `unsafe` of the project is here.
//!
//! Invariant: a [`Level`] is made only in `level.rs`, after asking the processor, and a function marked with processor features
//! is called only under its level; memory is reached through arrays of fixed length, but where a comment says why
//! the room is enough.
#![allow(unsafe_code, clippy::indexing_slicing)]

use super::level::{Kind, Level};
use super::{BLOCK, Count, Factors, Plane, Test, portable};

macro_rules! widest {
    ($($(#[$doc:meta])* $name:ident = $avx2:ident, $avx512:ident ($($arg:ident: $ty:ty),*) $(-> $out:ty)?;)*) => {
        $($(#[$doc])*
        pub(in crate::plan) fn $name(level: Level, $($arg: $ty),*) $(-> $out)? {
            match level.kind() {
                // SAFETY: the level is one that the processor was asked for.
                #[cfg(target_arch = "x86_64")]
                Kind::Avx512 => unsafe { x86::$avx512($($arg),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                Kind::Avx2 => unsafe { x86::$avx2($($arg),*) },
                Kind::Portable => portable::$name($($arg),*),
            }
        })*
    };
}

widest! {
    /// The rows whose class is in the set.
    members = members_avx2, members_avx512 (codes: &[u8; BLOCK], test: &Test, out: &mut Plane);
    /// A conjunction over the rows of a block: its planes of yes and of known; other rows are a known no.
    conjunction = conjunction_avx2, conjunction_avx512 (planes: &[Plane], factors: &Factors, rows: &Plane, out: &mut [Plane; 2]);
    /// How many rows of a block a conjunction holds for, and is unknown for.
    count = count_avx2, count_avx512 (planes: &[Plane], factors: &Factors, rows: &Plane) -> Count;
    /// Appends the rows of yes and the rows that are unknown: for each a word that tells which words are not zero,
    /// then those words.
    append = append_avx2, append_avx512 (planes: &[Plane], factors: &Factors, rows: &Plane, out: &mut Vec<u64>);
    /// For each number one more than how many cuts it reaches, and 0 where no value is present.
    ranks = ranks_avx2, ranks_avx512 (numbers: &[i64; 64], cuts: &[i64], present: u64, out: &mut [u8; 64]);
    /// For each number what the table has there, or at the last place for a greater one; 0 where no value is present.
    look_up = look_up_avx2, look_up_avx512 (numbers: &[u32; 64], table: &[u8; 256], last: u8, present: u64, out: &mut [u8; 64]);
    /// The rows whose class has its bit set.
    among = among_avx2, among_avx512 (classes: &[u16; 64], chosen: &[u64]) -> u64;
    /// The rows where `a >= b`.
    at_least = at_least_avx2, at_least_avx512 (a: &[i64; 64], b: &[i64; 64]) -> u64;
    /// Clears in `words` the bits that are set at any of these places of `marks`.
    take_out = take_out_avx2, take_out_avx512 (marks: &[u64], places: &[usize], words: &mut [u64]);
    /// Sets in `words` the bits that are set at any of these places of `marks`.
    put_in = put_in_avx2, put_in_avx512 (marks: &[u64], places: &[usize], words: &mut [u64]);
    /// Appends a digit to each key: that of a row's code.
    append_codes = append_codes_avx2, append_codes_avx512 (keys: &mut [u32; 64], codes: &[u8; 64], radix: u32);
    /// Appends a digit to each key: 0 where a row is not known, 1 where it is no, 2 where it is yes.
    append_bits = append_bits_avx2, append_bits_avx512 (keys: &mut [u32; 64], yes: u64, known: u64);
    /// Every bit that some magnitude has.
    magnitudes = magnitudes_avx2, magnitudes_avx512 (numbers: &[i64; 64]) -> u64;
    /// `a * b`, for numbers whose products are known to fit.
    products = products_avx2, products_avx512 (a: &[i64; 64], b: &[i64; 64], out: &mut [i64; 64]);
}

/// Asks for a stretch of memory that is read or written soon: a hint, for loops that would wait for it.
#[inline]
pub fn ahead<T>(soon: &[T]) {
    #[cfg(target_arch = "x86_64")]
    for line in soon.chunks((64 / size_of::<T>().max(1)).max(1)) {
        // SAFETY: a hint; the address is one that may be read.
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast());
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::super::{Classes, WORDS};
    use super::{BLOCK, Count, Factors, Plane, Test, portable};
    use std::arch::x86_64::*;

    macro_rules! compiled {
    ($features:literal: $($name:ident = $portable:ident($($arg:ident: $ty:ty),*) $(-> $out:ty)?;)*) => {
        $(#[target_feature(enable = $features)]
        pub(super) fn $name($($arg: $ty),*) $(-> $out)? {
            portable::$portable($($arg),*)
        })*
    };
}

    // The portable loops, compiled for wider registers.
    compiled! { "avx2,popcnt":
        conjunction_avx2 = conjunction(planes: &[Plane], factors: &Factors, rows: &Plane, out: &mut [Plane; 2]);
        count_avx2 = count(planes: &[Plane], factors: &Factors, rows: &Plane) -> Count;
        append_avx2 = append(planes: &[Plane], factors: &Factors, rows: &Plane, out: &mut Vec<u64>);
        ranks_avx2 = ranks(numbers: &[i64; 64], cuts: &[i64], present: u64, out: &mut [u8; 64]);
        among_avx2 = among(classes: &[u16; 64], chosen: &[u64]) -> u64;
        look_up_avx2 = look_up(numbers: &[u32; 64], table: &[u8; 256], last: u8, present: u64, out: &mut [u8; 64]);
        take_out_avx2 = take_out(marks: &[u64], places: &[usize], words: &mut [u64]);
        put_in_avx2 = put_in(marks: &[u64], places: &[usize], words: &mut [u64]);
        append_codes_avx2 = append_codes(keys: &mut [u32; 64], codes: &[u8; 64], radix: u32);
        append_bits_avx2 = append_bits(keys: &mut [u32; 64], yes: u64, known: u64);
        magnitudes_avx2 = magnitudes(numbers: &[i64; 64]) -> u64;
        products_avx2 = products(a: &[i64; 64], b: &[i64; 64], out: &mut [i64; 64]);
    }
    compiled! { "avx512f,avx512dq":
        take_out_avx512 = take_out(marks: &[u64], places: &[usize], words: &mut [u64]);
        put_in_avx512 = put_in(marks: &[u64], places: &[usize], words: &mut [u64]);
        append_codes_avx512 = append_codes(keys: &mut [u32; 64], codes: &[u8; 64], radix: u32);
        append_bits_avx512 = append_bits(keys: &mut [u32; 64], yes: u64, known: u64);
        magnitudes_avx512 = magnitudes(numbers: &[i64; 64]) -> u64;
        products_avx512 = products(a: &[i64; 64], b: &[i64; 64], out: &mut [i64; 64]);
    }

    #[target_feature(enable = "avx2,popcnt")]
    pub(super) fn members_avx2(codes: &[u8; BLOCK], test: &Test, out: &mut Plane) {
        let (halves, _) = codes.as_chunks::<32>();
        let (pairs, _) = halves.as_chunks::<2>();
        // SAFETY: 32 bytes at each address.
        let load = |half: &[u8; 32]| unsafe { _mm256_loadu_si256(half.as_ptr().cast()) };
        match test {
            Test::Stretch { first, more } => {
                let (first, more) = (
                    _mm256_set1_epi8(*first as i8),
                    _mm256_set1_epi8(*more as i8),
                );
                let within = |half: &[u8; 32]| {
                    let from = _mm256_sub_epi8(load(half), first);
                    let inside = _mm256_cmpeq_epi8(_mm256_min_epu8(from, more), from);
                    u64::from(_mm256_movemask_epi8(inside) as u32)
                };
                for (word, [low, high]) in out.0.iter_mut().zip(pairs) {
                    *word = within(low) | within(high) << 32;
                }
            }
            Test::Any(classes, _) => {
                let (low_bytes, high_bytes) = bytes(classes);
                // SAFETY: 16 bytes at each address.
                let table = |bytes: &[u8; 16]| unsafe {
                    _mm256_broadcastsi128_si256(_mm_loadu_si128(bytes.as_ptr().cast()))
                };
                let (low_table, high_table) = (table(&low_bytes), table(&high_bytes));
                let powers = table(&[1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128]);
                let among = |half: &[u8; 32]| {
                    let codes = load(half);
                    let byte =
                        _mm256_and_si256(_mm256_srli_epi16::<3>(codes), _mm256_set1_epi8(31));
                    let low = _mm256_shuffle_epi8(low_table, byte);
                    let high = _mm256_shuffle_epi8(high_table, byte);
                    // The top bit of a code tells which half of the table is its own.
                    let bits = _mm256_blendv_epi8(low, high, codes);
                    let power =
                        _mm256_shuffle_epi8(powers, _mm256_and_si256(codes, _mm256_set1_epi8(7)));
                    let inside = _mm256_cmpeq_epi8(_mm256_and_si256(bits, power), power);
                    u64::from(_mm256_movemask_epi8(inside) as u32)
                };
                for (word, [low, high]) in out.0.iter_mut().zip(pairs) {
                    *word = among(low) | among(high) << 32;
                }
            }
        }
    }

    /// The bits of classes 0 to 127 and 128 to 255, eight to a byte.
    fn bytes(classes: &Classes) -> ([u8; 16], [u8; 16]) {
        let mut all = [0; 32];
        for (bytes, word) in all.chunks_exact_mut(8).zip(classes.0) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        let (mut low, mut high) = ([0; 16], [0; 16]);
        low.copy_from_slice(&all[..16]);
        high.copy_from_slice(&all[16..]);
        (low, high)
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi,popcnt")]
    pub(super) fn members_avx512(codes: &[u8; BLOCK], test: &Test, out: &mut Plane) {
        let (rows, _) = codes.as_chunks::<64>();
        // SAFETY: 64 bytes at each address.
        let load = |row: &[u8; 64]| unsafe { _mm512_loadu_si512(row.as_ptr().cast()) };
        match test {
            Test::Stretch { first, more } => {
                let (first, more) = (
                    _mm512_set1_epi8(*first as i8),
                    _mm512_set1_epi8(*more as i8),
                );
                for (word, row) in out.0.iter_mut().zip(rows) {
                    *word = _mm512_cmple_epu8_mask(_mm512_sub_epi8(load(row), first), more);
                }
            }
            Test::Any(classes, of) => {
                // A byte of ones for each class of the set: as many quarters as the feature has.
                let [a, b, c, d] = classes.0.map(|word| _mm512_movm_epi8(word));
                if *of <= 64 {
                    for (word, row) in out.0.iter_mut().zip(rows) {
                        *word = _mm512_movepi8_mask(_mm512_permutexvar_epi8(load(row), a));
                    }
                } else {
                    for (word, row) in out.0.iter_mut().zip(rows) {
                        let codes = load(row);
                        let low = _mm512_movepi8_mask(_mm512_permutex2var_epi8(a, codes, b));
                        let high = _mm512_movepi8_mask(_mm512_permutex2var_epi8(c, codes, d));
                        // The top bit of a code tells which half is its own.
                        let top = _mm512_movepi8_mask(codes);
                        *word = low & !top | high & top;
                    }
                }
            }
        }
    }

    const VECTORS: usize = WORDS / 8;

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn load(plane: &Plane) -> [__m512i; VECTORS] {
        let (vectors, _) = plane.0.as_chunks::<8>();
        let mut all = [_mm512_setzero_si512(); VECTORS];
        for (vector, words) in all.iter_mut().zip(vectors) {
            // SAFETY: 64 bytes at each address.
            *vector = unsafe { _mm512_loadu_si512(words.as_ptr().cast()) };
        }
        all
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn store(vectors: &[__m512i; VECTORS], plane: &mut Plane) {
        let (words, _) = plane.0.as_chunks_mut::<8>();
        for (words, vector) in words.iter_mut().zip(vectors) {
            // SAFETY: 64 bytes at each address.
            unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), *vector) };
        }
    }

    /// All of a block at once: eight registers of yes, eight of open.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn all(
        planes: &[Plane],
        factors: &Factors,
        rows: &Plane,
    ) -> ([__m512i; VECTORS], [__m512i; VECTORS]) {
        let mut yes = load(rows);
        let mut open = yes;
        let plane = |number: &u32| load(planes.get(*number as usize).unwrap_or(&Plane::ZERO));
        for (t, k) in &factors.plain {
            let (t, k) = (plane(t), plane(k));
            for i in 0..VECTORS {
                yes[i] = _mm512_and_si512(yes[i], t[i]);
                // open & (t | !k)
                open[i] = _mm512_ternarylogic_epi64::<0b1101_0000>(open[i], t[i], k[i]);
            }
        }
        for (t, k) in &factors.negated {
            let (t, k) = (plane(t), plane(k));
            for i in 0..VECTORS {
                // yes & k & !t
                yes[i] = _mm512_ternarylogic_epi64::<0b0010_0000>(yes[i], t[i], k[i]);
                open[i] = _mm512_andnot_si512(t[i], open[i]);
            }
        }
        (yes, open)
    }

    #[target_feature(enable = "avx512f")]
    pub(super) fn conjunction_avx512(
        planes: &[Plane],
        factors: &Factors,
        rows: &Plane,
        out: &mut [Plane; 2],
    ) {
        let (yes, mut known) = all(planes, factors, rows);
        for i in 0..VECTORS {
            // yes | !open
            known[i] = _mm512_ternarylogic_epi64::<0b1111_0011>(yes[i], known[i], known[i]);
        }
        let [to_yes, to_known] = out;
        store(&yes, to_yes);
        store(&known, to_known);
    }

    #[target_feature(enable = "avx512f,avx512vpopcntdq")]
    pub(super) fn count_avx512(planes: &[Plane], factors: &Factors, rows: &Plane) -> Count {
        let (yes, open) = all(planes, factors, rows);
        let (mut sure, mut maybe) = (_mm512_setzero_si512(), _mm512_setzero_si512());
        for i in 0..VECTORS {
            sure = _mm512_add_epi64(sure, _mm512_popcnt_epi64(yes[i]));
            maybe = _mm512_add_epi64(maybe, _mm512_popcnt_epi64(open[i]));
        }
        let sure = _mm512_reduce_add_epi64(sure) as u64;
        Count {
            yes: sure,
            unknown: _mm512_reduce_add_epi64(maybe) as u64 - sure,
        }
    }

    #[target_feature(enable = "avx512f,popcnt")]
    pub(super) fn append_avx512(
        planes: &[Plane],
        factors: &Factors,
        rows: &Plane,
        out: &mut Vec<u64>,
    ) {
        let (yes, mut open) = all(planes, factors, rows);
        for i in 0..VECTORS {
            open[i] = _mm512_andnot_si512(yes[i], open[i]);
        }
        out.reserve(2 * (WORDS + 1));
        for plane in [yes, open] {
            let head = out.len();
            let mut next = head + 1;
            let mut present = 0;
            for (i, vector) in plane.iter().enumerate() {
                let mask = _mm512_test_epi64_mask(*vector, *vector);
                present |= u64::from(mask) << (8 * i);
                // SAFETY: `next` is at most 64 words past `head`, and 2 · 65 words were reserved before the first head:
                // the eighth vector of a plane ends at most 65 words after its head.
                unsafe {
                    _mm512_storeu_si512(
                        out.as_mut_ptr().add(next).cast(),
                        _mm512_maskz_compress_epi64(mask, *vector),
                    );
                }
                next += mask.count_ones() as usize;
            }
            // SAFETY: the words from `head` to `next` are written, and within what was reserved.
            unsafe {
                out.as_mut_ptr().add(head).write(present);
                out.set_len(next);
            }
        }
    }

    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn ranks_avx512(
        numbers: &[i64; 64],
        cuts: &[i64],
        present: u64,
        out: &mut [u8; 64],
    ) {
        if cuts.len() > 64 {
            return portable::ranks(numbers, cuts, present, out);
        }
        let (vectors, _) = numbers.as_chunks::<8>();
        let (places, _) = out.as_chunks_mut::<8>();
        let one = _mm512_set1_epi64(1);
        for (i, (numbers, place)) in vectors.iter().zip(places).enumerate() {
            // SAFETY: 64 bytes at the address.
            let numbers = unsafe { _mm512_loadu_si512(numbers.as_ptr().cast()) };
            let mut rank = one;
            for cut in cuts {
                let reached = _mm512_cmpge_epi64_mask(numbers, _mm512_set1_epi64(*cut));
                rank = _mm512_mask_add_epi64(rank, reached, rank, one);
            }
            let rank = _mm512_maskz_mov_epi64((present >> (8 * i)) as u8, rank);
            let bytes = _mm_cvtsi128_si64(_mm512_cvtepi64_epi8(rank));
            *place = bytes.to_le_bytes();
        }
    }

    /// What a table of 256 bytes, given in quarters, has at each place.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    fn at(places: __m512i, quarter: impl Fn(usize) -> __m512i) -> __m512i {
        // Two quarters are told apart by the seventh bit of a place, the halves by the eighth.
        let low = _mm512_permutex2var_epi8(quarter(0), places, quarter(1));
        let high = _mm512_permutex2var_epi8(quarter(2), places, quarter(3));
        _mm512_mask_mov_epi8(low, _mm512_movepi8_mask(places), high)
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    pub(super) fn look_up_avx512(
        numbers: &[u32; 64],
        table: &[u8; 256],
        last: u8,
        present: u64,
        out: &mut [u8; 64],
    ) {
        let (vectors, _) = numbers.as_chunks::<16>();
        let (parts, _) = out.as_chunks_mut::<16>();
        let last = _mm512_set1_epi32(i32::from(last));
        for (numbers, part) in vectors.iter().zip(parts) {
            // SAFETY: 64 bytes at the one address, 16 at the other.
            unsafe {
                let numbers = _mm512_loadu_si512(numbers.as_ptr().cast());
                let places = _mm512_cvtepi32_epi8(_mm512_min_epu32(numbers, last));
                _mm_storeu_si128(part.as_mut_ptr().cast(), places);
            }
        }
        let (quarters, _) = table.as_chunks::<64>();
        // SAFETY: 64 bytes at each address.
        let load = |bytes: &[u8; 64]| unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) };
        let places = load(out);
        let quarter = |n: usize| quarters.get(n).map_or(_mm512_setzero_si512(), load);
        let classes = _mm512_maskz_mov_epi8(present, at(places, quarter));
        // SAFETY: 64 bytes at the address.
        unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast(), classes) };
    }

    /// Classes whose bits fill 256 bytes, the largest table of [`at`].
    const PAGE: usize = 2_048;

    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    pub(super) fn among_avx512(classes: &[u16; 64], chosen: &[u64]) -> u64 {
        let (halves, _) = classes.as_chunks::<32>();
        let powers = _mm512_set1_epi64(i64::from_le_bytes([1, 2, 4, 8, 16, 32, 64, 128]));
        let both =
            |[low, high]: [__m256i; 2]| _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high);
        let mut found = 0;
        for (nth, page) in chosen.chunks(PAGE / 64).enumerate() {
            let first = _mm512_set1_epi16((nth * PAGE) as u16 as i16);
            let mut within = 0;
            let (mut places, mut bits) = ([_mm256_setzero_si256(); 2], [_mm256_setzero_si256(); 2]);
            for (i, half) in halves.iter().enumerate() {
                // SAFETY: 64 bytes at the address.
                let own = unsafe { _mm512_loadu_si512(half.as_ptr().cast()) };
                let own = _mm512_sub_epi16(own, first);
                let here = _mm512_cmplt_epu16_mask(own, _mm512_set1_epi16(PAGE as i16));
                within |= u64::from(here) << (32 * i);
                // The byte of the page that has the class's bit, and which bit of it.
                places[i] = _mm512_cvtepi16_epi8(_mm512_srli_epi16::<3>(own));
                bits[i] = _mm512_cvtepi16_epi8(_mm512_and_si512(own, _mm512_set1_epi16(7)));
            }
            let quarter = |n: usize| {
                let Some(words) = page.chunks(8).nth(n) else {
                    return _mm512_setzero_si512();
                };
                let mask = ((1_u16 << words.len()) - 1) as u8;
                // SAFETY: only the words that the mask names are read.
                unsafe { _mm512_maskz_loadu_epi64(mask, words.as_ptr().cast()) }
            };
            let bytes = at(both(places), quarter);
            let powers = _mm512_shuffle_epi8(powers, both(bits));
            found |= _mm512_test_epi8_mask(bytes, powers) & within;
        }
        found
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn at_least_avx2(a: &[i64; 64], b: &[i64; 64]) -> u64 {
        let (a, _) = a.as_chunks::<4>();
        let (b, _) = b.as_chunks::<4>();
        let mut word = 0;
        for (i, (a, b)) in a.iter().zip(b).enumerate() {
            // SAFETY: 32 bytes at each address.
            let (a, b) = unsafe {
                (
                    _mm256_loadu_si256(a.as_ptr().cast()),
                    _mm256_loadu_si256(b.as_ptr().cast()),
                )
            };
            let less = _mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpgt_epi64(b, a)));
            word |= u64::from(!less as u32 & 15) << (4 * i);
        }
        word
    }

    #[target_feature(enable = "avx512f")]
    pub(super) fn at_least_avx512(a: &[i64; 64], b: &[i64; 64]) -> u64 {
        let (a, _) = a.as_chunks::<8>();
        let (b, _) = b.as_chunks::<8>();
        let mut word = 0;
        for (i, (a, b)) in a.iter().zip(b).enumerate() {
            // SAFETY: 64 bytes at each address.
            let (a, b) = unsafe {
                (
                    _mm512_loadu_si512(a.as_ptr().cast()),
                    _mm512_loadu_si512(b.as_ptr().cast()),
                )
            };
            word |= u64::from(_mm512_cmpge_epi64_mask(a, b)) << (8 * i);
        }
        word
    }
}
