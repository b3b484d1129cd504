//! The power fails under load: what was acknowledged was synced, so it is there when everything else since the last sync is gone.
//!
//! A kill leaves the page cache alone, so the writer runs with `tests/unsynced.c` before its C library: that keeps, beside
//! each file, what its unsynced writes replaced. After the kill this test puts that back, all of it or any part of it.
//! On a disk that lies about its syncs the same test must find losses; otherwise it would see nothing.

use crate::both::Place;
use crate::killing::{acknowledged, goes_on, heard, kills, lost, sound};
use crate::preload;
use crate::sample::{open, programme};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use store::{Db, Options, Store};

/// The least that a disk writes as a whole, in bytes.
const SECTOR: usize = 512;

/// The library of a disk that forgets.
fn forgetting(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/unsynced.c");
    preload::built(&source, folder)
}

/// A file as its last sync left it, from what it holds and its undo records.
fn synced(now: &[u8], mut undo: &[u8]) -> Vec<u8> {
    let mut records = Vec::new();
    while undo.len() >= 24 {
        let word = |at: usize| u64::from_ne_bytes(undo[at * 8..][..8].try_into().unwrap()) as usize;
        let (offset, size, length) = (word(0), word(1), word(2));
        // A record that was cut short is of a write that never came.
        let Some(bytes) = undo.get(24..24 + length) else {
            break;
        };
        records.push((offset, size, bytes));
        undo = &undo[24 + length..];
    }
    let mut file = now.to_vec();
    for (offset, size, bytes) in records.into_iter().rev() {
        file.resize(size, 0);
        if !bytes.is_empty() {
            file[offset..offset + bytes.len()].copy_from_slice(bytes);
        }
    }
    file
}

/// What a power failure leaves: each sector as it was synced, or by chance as it was written since.
fn mixed(synced: &[u8], now: &[u8], mut chance: impl FnMut() -> bool) -> Vec<u8> {
    let length = if chance() { now.len() } else { synced.len() };
    let mut file = vec![0; length];
    for (n, sector) in file.chunks_mut(SECTOR).enumerate() {
        let from = if chance() { now } else { synced };
        let from = from.get(n * SECTOR..).unwrap_or_default();
        let held = from.len().min(sector.len());
        sector[..held].copy_from_slice(&from[..held]);
    }
    file
}

/// Lets the power fail: the bytes that differ from what was there before.
fn fail(database: &Path, run: usize) -> usize {
    let mut state = run as u64 + 1;
    let mut dropped = 0;
    for end in ["", "-wal", "-journal"] {
        let path = PathBuf::from(format!("{}{end}", database.display()));
        let undo = PathBuf::from(format!("{}.undo", path.display()));
        let (Ok(now), Ok(records)) = (std::fs::read(&path), std::fs::read(&undo)) else {
            continue;
        };
        let synced = synced(&now, &records);
        let left = match run % 3 {
            // Everything unsynced is gone; then, some of it, by a generator of Knuth's.
            0 => synced,
            _ => mixed(&synced, &now, || {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                state >> 63 == 0
            }),
        };
        let changed = left.iter().zip(&now).filter(|(left, now)| left != now);
        dropped += changed.count() + left.len().abs_diff(now.len());
        std::fs::write(&path, left).unwrap();
        std::fs::remove_file(undo).unwrap();
    }
    dropped
}

/// What a writer said until its power failed, and how many bytes were lost with that.
fn cut(place: &Place, library: &Path, run: usize, lies: bool) -> (Vec<String>, usize) {
    let database = place.folder().join("heli.db");
    let mut surroundings = vec![
        ("LD_PRELOAD", library.as_os_str()),
        ("HELI_FORGETS", database.as_os_str()),
    ];
    surroundings.extend(lies.then_some(("HELI_LIES", OsStr::new("1"))));
    let said = heard(&place.address, run, 20 + run * 37 % 150, &surroundings);
    (said, fail(&database, run))
}

async fn opened(place: &Place) -> Store {
    let db = Db::open(&place.address, Options::default()).await.unwrap();
    Store::new(db, &programme()).await.unwrap()
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_power_failure() {
    let place = Place::sqlite();
    let library = forgetting(place.folder());
    open(&place).await.close().await;
    let (mut said, mut dropped) = (Vec::new(), 0);
    for run in 0..kills() {
        let (heard, bytes) = cut(&place, &library, run, false);
        said.extend(heard);
        dropped += bytes;
        let store = opened(&place).await;
        sound(&store, &said).await;
        goes_on(&store, run).await;
        store.close().await;
    }
    let all = acknowledged(&said);
    println!(
        "figures: {} power failures, {all} acknowledged, {dropped} bytes dropped",
        kills()
    );
}

#[tokio::test]
async fn a_disk_that_lies_about_its_syncs_is_found_out() {
    let place = Place::sqlite();
    let library = forgetting(place.folder());
    open(&place).await.close().await;
    let (said, dropped) = cut(&place, &library, 0, true);
    let store = opened(&place).await;
    let lost = lost(&store, &said).await;
    assert!(dropped > 0 && !lost.is_empty(), "everything is there");
    println!(
        "figures: {} of {} acknowledged are lost",
        lost.len(),
        acknowledged(&said)
    );
    store.close().await;
}
