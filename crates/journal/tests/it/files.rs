//! Export and proof files: checked alone, and noticed when touched.

use crate::attacks::{database, entries};
use crate::database::{Database, key};
use crate::oracle;
use journal::{
    EntryProof, ExportCheck, ExportVerification, Fault, Hash, Header, ProofFault, Rebuild, Row,
    SealProof, SealingKey, Trust, Witnessed, export_end, export_entry, export_header, export_seal,
};

/// The lines of an export, with the values beside the entries or without.
pub(crate) fn export(database: &Database, beside: bool) -> Vec<String> {
    let header = Header {
        programme: Hash::of(b"programme"),
        rehearsal: false,
        key: key().public(),
    };
    let mut lines = vec![export_header(&header)];
    let mut seals = database.seals.iter().peekable();
    for row in &database.rows {
        lines.push(export_entry(&Row {
            position: row.position,
            payload: &row.payload,
            leaf: row.leaf,
            beside: beside.then_some(&row.beside[..]),
        }));
        while let Some(seal) = seals.next_if(|signed| signed.seal.size == row.position + 1) {
            lines.push(export_seal(seal));
        }
    }
    lines.push(export_end(database.rows.len() as u64));
    lines
}

fn check(lines: &[String], trust: Trust) -> ExportVerification {
    let mut check = ExportCheck::new(trust);
    for line in lines {
        check.line(line);
    }
    check.finish()
}

fn faults(lines: &[String]) -> Vec<Fault> {
    check(lines, Trust::default()).verification.faults
}

#[test]
fn an_export_is_checked_without_a_database() {
    let whole = database();
    for beside in [true, false] {
        let lines = export(&whole, beside);
        let trust = Trust {
            keys: vec![key().public()],
            witness: Some(whole.seals.clone()),
            root: Some((None, whole.root())),
        };
        let found = check(&lines, trust);
        assert_eq!(found.verification.faults, []);
        assert!(!found.own_key);
        assert_eq!(found.verification.entries, 600);
        assert!(matches!(
            found.verification.witness,
            Witnessed::Held { agreeing: 12, .. }
        ));
        assert!(check(&lines, Trust::default()).own_key);
    }
}

#[test]
fn an_export_rebuilds_the_records() {
    let mut check = ExportCheck::new(Trust::default());
    let mut rebuild = Rebuild::default();
    for line in export(&database(), true) {
        if let Some(opened) = check.line(&line) {
            rebuild.apply(&opened).unwrap();
        }
    }
    assert!(check.finish().verification.holds());
    assert_eq!(
        rebuild
            .registers()
            .map(|(_, records)| records.len())
            .sum::<usize>(),
        300
    );
}

#[test]
fn a_touched_export_is_noticed() {
    let whole = export(&database(), false);
    let touched = |touch: fn(&mut Vec<String>)| {
        let mut lines = whole.clone();
        touch(&mut lines);
        faults(&lines)
    };
    assert_eq!(touched(|_| {}), []);
    let edited = touched(|lines| lines[8] = lines[8].replace("推介会", "展销会"));
    assert_eq!(edited, [Fault::EditedEntry(7)]);
    assert_eq!(touched(|lines| drop(lines.pop())), [Fault::FileCut]);
    let relabelled =
        touched(|lines| lines[0] = lines[0].replace("\"rehearsal\":false", "\"rehearsal\":true"));
    assert!(relabelled.contains(&Fault::SealRehearsal(50)));
    let cut = touched(|lines| lines.truncate(300));
    assert!(cut.contains(&Fault::FileCut), "{cut:?}");
    assert!(touched(|lines| drop(lines.remove(8))).contains(&Fault::Gap { from: 7, until: 8 }));
    assert!(touched(|lines| lines.swap(8, 9)).contains(&Fault::Doubled(7)));
    assert!(touched(|lines| lines.insert(9, lines[8].clone())).contains(&Fault::Doubled(7)));
    assert_eq!(
        touched(|lines| lines.insert(9, "{}".into())),
        [Fault::FileLine(10)]
    );
    assert_eq!(
        touched(|lines| lines.push(lines[1].clone())),
        [Fault::FileLine(615)]
    );
    let headless = touched(|lines| drop(lines.remove(0)));
    assert!(headless.contains(&Fault::FileLine(1)));
    assert!(
        headless.contains(&Fault::SealSignature(50)),
        "no key is known"
    );
    assert_eq!(faults(&[]), [Fault::FileCut]);
}

#[test]
fn an_export_signed_by_somebody_else_needs_the_right_key() {
    let lines = export(&database(), false);
    let trust = Trust {
        keys: vec![SealingKey::from_seed([1; 32]).public()],
        ..Trust::default()
    };
    let found = check(&lines, trust);
    assert_eq!(found.verification.faults[0], Fault::SealSignature(50));
    assert_eq!(found.verification.sealed, 0);
}

/// The proof of an entry under the last seal.
pub(crate) fn entry_proof(database: &Database, position: u64) -> EntryProof {
    let (_, shelf) = oracle::grow(&database.tiles);
    let seal = database.seals.last().unwrap().clone();
    let row = &database.rows[position as usize];
    EntryProof {
        payload: row.payload.clone(),
        position,
        beside: row.beside.clone(),
        path: journal::inclusion(position, seal.seal.size, |id| shelf.get(id)).unwrap(),
        seal,
        key: key().public(),
    }
}

#[test]
fn a_proof_of_an_entry_stands_alone() {
    let proof = entry_proof(&database(), 333);
    let read = EntryProof::read(&proof.text()).unwrap();
    assert_eq!(read, proof);
    let opened = read.verify(Some(&key().public())).unwrap();
    assert_eq!(
        (opened.entry.position, opened.entry.arrival),
        (Some(333), 433)
    );

    let changed = |change: fn(&mut EntryProof)| {
        let mut proof = proof.clone();
        change(&mut proof);
        proof.verify(Some(&key().public())).unwrap_err()
    };
    assert_eq!(changed(|p| p.payload.push(' ')), ProofFault::NotIncluded);
    assert_eq!(changed(|p| p.position += 1), ProofFault::NotIncluded);
    assert_eq!(changed(|p| p.path.truncate(1)), ProofFault::NotIncluded);
    assert_eq!(changed(|p| p.seal.seal.size += 1), ProofFault::Signature);
    assert_eq!(
        changed(|p| p.key = SealingKey::from_seed([1; 32]).public()),
        ProofFault::OtherKey
    );
    assert_eq!(EntryProof::read("{}"), Err(ProofFault::Unreadable));
}

#[test]
fn a_proof_shows_what_was_erased_and_refuses_another_value() {
    let mut proof = entry_proof(&database(), 7);
    assert!(proof.verify(None).unwrap().erased.is_empty());
    proof.beside[0].value = "\"1\"".into();
    assert!(matches!(proof.verify(None), Err(ProofFault::Payload(_))));
    proof.beside.clear();
    assert_eq!(proof.verify(None).unwrap().erased.len(), 1);
}

#[test]
fn two_seals_are_shown_to_be_of_one_history() {
    let whole = Database::of(&entries(600), 77);
    let (_, shelf) = oracle::grow(&whole.tiles);
    for older in &whole.seals {
        for newer in &whole.seals {
            let sizes = (older.seal.size, newer.seal.size);
            let path = journal::consistency(sizes.0, sizes.1, |id| shelf.get(id)).unwrap();
            let proof = SealProof {
                older: older.clone(),
                newer: newer.clone(),
                path,
                key: key().public(),
            };
            let read = SealProof::read(&proof.text()).unwrap();
            let expected = if sizes.0 <= sizes.1 {
                Ok(())
            } else {
                Err(ProofFault::NotConsistent)
            };
            assert_eq!(read.verify(None), expected);
        }
    }
    let mut other = whole.seals[1].seal.clone();
    other.root = Hash::of(b"another history");
    let proof = SealProof {
        older: whole.seals[0].clone(),
        newer: key().sign(other),
        path: journal::consistency(77, 154, |id| shelf.get(id)).unwrap(),
        key: key().public(),
    };
    assert_eq!(proof.verify(None), Err(ProofFault::NotConsistent));
}
