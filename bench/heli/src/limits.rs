//! What this machine can do at most, one thread: the figures that the share of the physical limit is worked out from.
#![allow(unsafe_code)] // The vector instructions that the engine chooses at run time, called as the engine may call them.

use serde_json::{Value, json};
use std::hint::black_box;
use std::time::Instant;

/// Words of a plane in one block, as the engine has them: 4,096 rows.
const WORDS: usize = 64;
const ROWS: f64 = 4_096.0;
/// Planes of true and false that stay in the second cache.
const PLANES: usize = 300;
/// Literals of a policy in the measured loop.
const LITERALS: usize = 5;

/// Every limit, the best of several runs.
pub(crate) fn measure() -> Value {
    let (read, fill) = memory();
    let wide = wide();
    json!({
        "vectors": if wide { "AVX-512" } else if cfg!(target_arch = "x86_64") && narrow() { "AVX2" } else { "portable" },
        "read_gb_s": read, "fill_gb_s": fill, "clock_ghz": clock(),
        "condition_grows_s": conditions(wide), "literal_grows_s": literals(wide), "count_grows_s": counts(wide),
    })
}

#[cfg(target_arch = "x86_64")]
fn wide() -> bool {
    // What the engine asks of a processor before it uses the widest registers.
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vbmi")
        && is_x86_feature_detected!("avx512vpopcntdq")
}

#[cfg(target_arch = "x86_64")]
fn narrow() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt")
}

#[cfg(not(target_arch = "x86_64"))]
fn wide() -> bool {
    false
}

#[cfg(not(target_arch = "x86_64"))]
fn narrow() -> bool {
    false
}

/// Seconds of the quickest of several runs.
#[allow(clippy::disallowed_methods)] // Measuring time is what this crate is for.
fn quickest(mut work: impl FnMut()) -> f64 {
    let once = |_| {
        let began = Instant::now();
        work();
        began.elapsed().as_secs_f64()
    };
    (0..9).map(once).fold(f64::MAX, f64::min)
}

/// GB/s of reading and of filling memory far larger than the caches.
fn memory() -> (f64, f64) {
    let mut words = vec![1_u64; 32 << 20];
    let gigabytes = (words.len() * 8) as f64 / 1e9;
    let read = quickest(|| {
        let mut sums = [0_u64; 16];
        let (chunks, _) = words.as_chunks::<16>();
        for chunk in chunks {
            for (sum, word) in sums.iter_mut().zip(chunk) {
                *sum ^= word;
            }
        }
        black_box(sums);
    });
    let fill = quickest(|| black_box(&mut words).fill(7));
    (gigabytes / read, gigabytes / fill)
}

/// GHz of a chain of steps that each wait for the one before, four cycles each (an `or` and a 64-bit multiplication).
fn clock() -> f64 {
    const STEPS: u64 = 20_000_000;
    let seconds = quickest(|| {
        let mut x = black_box(3_u64);
        for _ in 0..STEPS {
            x = x.wrapping_mul(x | 1);
        }
        black_box(x);
    });
    STEPS as f64 * 4.0 / seconds / 1e9
}

/// 10⁹ rows a second of an interval test on one-byte codes in the first cache, to a bit mask.
fn conditions(wide: bool) -> f64 {
    const TIMES: u8 = 200;
    let codes = vec![77_u8; WORDS * 64];
    let mut out = vec![0_u64; WORDS];
    let seconds = quickest(|| {
        for _ in 0..50 {
            for low in 0..TIMES {
                interval(wide, black_box(&codes), low, &mut out);
                black_box(&mut out);
            }
        }
    });
    50.0 * f64::from(TIMES) * ROWS / seconds / 1e9
}

/// Bits of the codes in `low..=low + 9`.
fn interval(wide: bool, codes: &[u8], low: u8, out: &mut [u64]) {
    #[cfg(target_arch = "x86_64")]
    {
        // SAFETY: the feature was detected at run time.
        if wide {
            return unsafe { x86::interval_wide(codes, low, out) };
        }
        // SAFETY: as above.
        if narrow() {
            return unsafe { x86::interval_narrow(codes, low, out) };
        }
    }
    let _ = wide;
    let (chunks, _) = codes.as_chunks::<64>();
    for (word, chunk) in out.iter_mut().zip(chunks) {
        let bit = |(at, code): (usize, &u8)| u64::from(code.wrapping_sub(low) <= 9) << at;
        *word = chunk.iter().enumerate().map(bit).sum();
    }
}

/// 10⁹ literal-rows a second of policies of five literals over two planes that lie in the second cache.
fn literals(wide: bool) -> f64 {
    const POLICIES: usize = 4_000;
    let planes = vec![0x5555_5555_5555_5555_u64; PLANES * 2 * WORDS];
    let mut chosen = Vec::new();
    let mut state = 1_u64;
    for _ in 0..POLICIES * LITERALS {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        chosen.push((state >> 33) as usize % PLANES);
    }
    let seconds = quickest(|| {
        black_box(joined(wide, black_box(&planes), &chosen));
    });
    (POLICIES * LITERALS) as f64 * ROWS / seconds / 1e9
}

fn joined(wide: bool, planes: &[u64], chosen: &[usize]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    {
        // SAFETY: the feature was detected at run time.
        if wide {
            return unsafe { x86::joined_wide(planes, chosen) };
        }
        // SAFETY: as above.
        if narrow() {
            return unsafe { x86::joined_narrow(planes, chosen) };
        }
    }
    let _ = wide;
    all_of(planes, chosen)
}

/// Per policy: true where all are true, false where one is false, sixteen words at a time.
#[inline(always)]
fn all_of(planes: &[u64], chosen: &[usize]) -> u64 {
    let mut sum = 0;
    let (policies, _) = chosen.as_chunks::<LITERALS>();
    let (planes, _) = planes.as_chunks::<16>();
    for policy in policies {
        for part in 0..WORDS / 16 {
            let (mut yes, mut no) = ([u64::MAX; 16], [0_u64; 16]);
            for at in policy {
                let first = at * 2 * WORDS / 16 + part;
                let (Some(t), Some(f)) = (planes.get(first), planes.get(first + WORDS / 16)) else {
                    continue;
                };
                for (((yes, no), t), f) in yes.iter_mut().zip(&mut no).zip(t).zip(f) {
                    *yes &= t;
                    *no |= f;
                }
            }
            for (yes, no) in yes.iter().zip(&no) {
                sum ^= yes ^ no;
            }
        }
    }
    sum
}

/// 10⁹ rows a second of counting set bits in the first cache.
fn counts(wide: bool) -> f64 {
    const TIMES: usize = 2_000;
    let words = vec![0x1234_5678_9abc_def0_u64; 1_024];
    let seconds = quickest(|| {
        for _ in 0..TIMES {
            black_box(counted(wide, black_box(&words)));
        }
    });
    (TIMES * words.len() * 64) as f64 / seconds / 1e9
}

fn counted(wide: bool, words: &[u64]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    {
        // SAFETY: the feature was detected at run time.
        if wide {
            return unsafe { x86::counted_wide(words) };
        }
        // SAFETY: as above.
        if narrow() {
            return unsafe { x86::counted_narrow(words) };
        }
    }
    let _ = wide;
    set_bits(words)
}

#[inline(always)]
fn set_bits(words: &[u64]) -> u64 {
    words.iter().map(|word| u64::from(word.count_ones())).sum()
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    //! The loops compiled for the wider registers.
    use super::{all_of, set_bits};
    use std::arch::x86_64::*;

    /// # Safety
    /// AVX2 is there.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn interval_narrow(codes: &[u8], low: u8, out: &mut [u64]) {
        let (low, span) = (_mm256_set1_epi8(low as i8), _mm256_set1_epi8(9));
        let half = |codes: &[u8]| {
            // SAFETY: each half of a chunk of 64 bytes has 32.
            let code = unsafe { _mm256_loadu_si256(codes.as_ptr().cast()) };
            let above = _mm256_sub_epi8(code, low);
            let within = _mm256_cmpeq_epi8(_mm256_min_epu8(above, span), above);
            u64::from(_mm256_movemask_epi8(within) as u32)
        };
        for (word, chunk) in out.iter_mut().zip(codes.chunks_exact(64)) {
            let (first, second) = chunk.split_at(32);
            *word = half(first) | half(second) << 32;
        }
    }

    /// # Safety
    /// AVX-512BW is there.
    #[target_feature(enable = "avx512bw")]
    pub(super) unsafe fn interval_wide(codes: &[u8], low: u8, out: &mut [u64]) {
        let (low, span) = (_mm512_set1_epi8(low as i8), _mm512_set1_epi8(9));
        for (word, chunk) in out.iter_mut().zip(codes.chunks_exact(64)) {
            // SAFETY: a chunk has 64 bytes.
            let code = unsafe { _mm512_loadu_si512(chunk.as_ptr().cast()) };
            *word = _mm512_cmple_epu8_mask(_mm512_sub_epi8(code, low), span);
        }
    }

    /// # Safety
    /// AVX2 is there.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn joined_narrow(planes: &[u64], chosen: &[usize]) -> u64 {
        all_of(planes, chosen)
    }

    /// # Safety
    /// AVX-512 is there.
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) unsafe fn joined_wide(planes: &[u64], chosen: &[usize]) -> u64 {
        all_of(planes, chosen)
    }

    /// # Safety
    /// AVX2 and POPCNT are there.
    #[target_feature(enable = "avx2,popcnt")]
    pub(super) unsafe fn counted_narrow(words: &[u64]) -> u64 {
        set_bits(words)
    }

    /// # Safety
    /// AVX-512 with VPOPCNTDQ is there.
    #[target_feature(enable = "avx512f,avx512vpopcntdq")]
    pub(super) unsafe fn counted_wide(words: &[u64]) -> u64 {
        set_bits(words)
    }
}
