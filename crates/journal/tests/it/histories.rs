//! Attacks on whole histories and on their seals: cut tails, old backups, rewritten histories, forks.

use crate::attacks::{database, faults};
use crate::database::{Database, key};
use journal::{Fault, Hash, SealingKey, Witnessed};

/// The database as it was, with everything: what a cut of rows, tiles and seals leaves, and what an old backup is.
fn earlier(whole: &Database, size: usize) -> Database {
    let mut earlier = whole.clone();
    earlier.rows.truncate(size);
    earlier.tiles.truncate(size);
    earlier
        .seals
        .retain(|signed| signed.seal.size <= size as u64);
    earlier
}

#[test]
fn a_clean_cut_or_an_old_backup_needs_a_witness() {
    let whole = database();
    let cut = earlier(&whole, 500);
    let alone = cut.verify(None, true);
    assert_eq!(
        (alone.faults, alone.witness),
        (vec![], Witnessed::NotCheckable)
    );

    let found = cut.verify(Some(&whole.seals), true);
    let at = whole.seals[11].seal.at;
    assert_eq!(
        found.faults,
        [Fault::BehindWitness {
            have: 500,
            witnessed: 600,
            at
        }]
    );
    assert!(matches!(
        found.witness,
        Witnessed::Held {
            agreeing: 10,
            entries: 500,
            ..
        }
    ));
}

#[test]
fn an_old_backup_that_was_carried_on_is_another_history() {
    let whole = database();
    let mut carried = earlier(&whole, 500);
    for n in 0..200 {
        let payload = carried.rows[n].payload.replace("\"lin\"", "\"wu\"");
        carried.push(payload, carried.rows[n].beside.clone());
    }
    carried.seal();
    assert!(carried.verify(None, true).holds(), "nothing inside tells");
    for tiles in [true, false] {
        let found = carried.verify(Some(&whole.seals), tiles);
        assert_eq!(
            found.faults,
            [Fault::OtherHistory {
                agreed: 500,
                size: 550
            }]
        );
    }
}

#[test]
fn a_history_rewritten_with_the_key_is_seen_by_the_witness() {
    let whole = database();
    let mut rewritten = whole.clone();
    rewritten.rows[333].payload = rewritten.rows[333].payload.replace("\"lin\"", "\"wu\"");
    rewritten.reckon();
    let (rows, tiles) = (
        std::mem::take(&mut rewritten.rows),
        std::mem::take(&mut rewritten.tiles),
    );
    rewritten.seals.clear();
    for (row, tile) in rows.into_iter().zip(tiles) {
        rewritten.rows.push(row);
        rewritten.tiles.push(tile);
        if rewritten.rows.len().is_multiple_of(50) {
            rewritten.seal();
        }
    }
    assert!(rewritten.verify(None, true).holds());
    let found = rewritten.verify(Some(&whole.seals), true);
    assert_eq!(
        found.faults,
        [Fault::OtherHistory {
            agreed: 300,
            size: 350
        }]
    );
}

#[test]
fn a_fork_is_two_signed_roots_of_one_size() {
    let whole = database();
    let mut other = whole.seals[6].clone();
    other.seal.root = Hash::of(b"another history");
    let other = key().sign(other.seal);
    let found = whole.verify(Some(std::slice::from_ref(&other)), true);
    assert!(matches!(
        found.faults[..],
        [Fault::Fork(350) | Fault::OtherHistory { .. }]
    ));
    let mut forked = whole;
    forked.seals.insert(7, other);
    assert!(faults(&forked).contains(&Fault::Fork(350)));
}

#[test]
fn a_seal_by_another_key_or_edited_is_named() {
    let mut attacked = database();
    let seal = attacked.seals[4].seal.clone();
    attacked.seals[4] = SealingKey::from_seed([9; 32]).sign(seal);
    assert_eq!(faults(&attacked), [Fault::SealSignature(250)]);
    attacked.seals[4].seal.at.0 += 1;
    assert_eq!(faults(&attacked), [Fault::SealSignature(250)]);
}

#[test]
fn seals_that_go_back_are_named() {
    let resealed = |change: fn(&mut journal::Seal)| {
        let mut attacked = database();
        let mut seal = attacked.seals[4].seal.clone();
        change(&mut seal);
        attacked.seals[4] = key().sign(seal);
        faults(&attacked)
    };
    assert_eq!(
        resealed(|seal| seal.at.0 -= 100_000),
        [Fault::SealTime(250)]
    );
    assert_eq!(resealed(|seal| seal.epoch = 0), [Fault::SealOrder(250)]);
    let twice = [Fault::SealRehearsal(250), Fault::SealRehearsal(300)];
    assert_eq!(resealed(|seal| seal.rehearsal = true), twice);
    assert_eq!(
        resealed(|seal| seal.previous = None),
        [Fault::SealChain(250)]
    );
    let mut missing = database();
    missing.seals.remove(4);
    assert_eq!(faults(&missing), [Fault::SealChain(300)]);
}
