//! A writer that is killed under load: what it was told stays, nothing is there twice, and the journal holds.
//!
//! The writer is this test binary, started once more; HELI_KILLS says how often it is killed, 3 times for each database if nothing does.

use crate::both::{Place, on_both};
use crate::sample::{action, firm, keyed, noon, open, programme};
use journal::{Hash, SealingKey, Trust};
use rules::Moment;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;
use store::write::Write;
use store::{Db, Options, Sealer, Sheet, Store};

/// Says to a started test binary where to write.
const ADDRESS: &str = "HELI_WRITES_AT";

const CLIENTS: usize = 8;

fn sheet(run: usize) -> Sheet {
    Sheet {
        register: "firm".into(),
        digest: [run as u8; 32],
        rows: 1_000_000,
        name: "rows".into(),
        why: None,
    }
}

/// Writes until it has written enough, or is killed; says each record that it was told is written.
async fn write_on(store: Store, run: usize, enough: usize) {
    let told = std::env::var(ADDRESS).is_ok();
    let said = move |line: String| {
        if !told {
            return;
        }
        let mut out = std::io::stdout().lock();
        out.write_all(line.as_bytes())
            .and_then(|()| out.flush())
            .unwrap();
    };
    let sealer = Sealer::new(
        store.clone(),
        SealingKey::from_seed([5; 32]),
        format!("run {run}"),
        Hash::of(b""),
        false,
    );
    let begun = std::time::Instant::now();
    let clock = move || Moment(noon().0 + begun.elapsed().as_millis() as i64 * 100);
    let told = |tick: store::Result<store::Tick>| {
        tick.unwrap();
    };
    let sealing = tokio::spawn(store::seal_on(sealer, clock, told, std::future::pending()));
    let mut tasks = Vec::new();
    for client in 0..CLIENTS {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            for n in 0..enough {
                let id = format!("W{run}-{client}-{n}");
                store.write(keyed(&id, 1, vec![firm(&id)])).await.unwrap();
                said(format!("wrote {id}\n"));
            }
        }));
    }
    tasks.push(tokio::spawn(async move {
        let author = action(Vec::new()).author;
        let mut batch = store.begin(&author, &sheet(run)).await.unwrap();
        for from in (0..enough * 10).step_by(10) {
            let rows: Vec<Write> = (from..from + 10)
                .map(|n| firm(&format!("B{run}-{n}")))
                .collect();
            store
                .take(&mut batch, &author, &rows, [1; 32])
                .await
                .unwrap();
            said(format!("batch {run} {}\n", batch.done));
        }
    }));
    for task in tasks {
        task.await.unwrap();
    }
    sealing.abort();
    let _ = sealing.await;
}

/// What a writer said before it was killed; a line that was cut does not count.
pub(crate) fn heard(
    address: &str,
    run: usize,
    kill_after: usize,
    surroundings: &[(&str, &OsStr)],
) -> Vec<String> {
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "killing::a_writer_that_nobody_kills_writes_all",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(ADDRESS, format!("{run} {address}"))
        .envs(surroundings.iter().copied())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(writer.stdout.take().unwrap());
    let (mut lines, mut line) = (Vec::new(), String::new());
    while out.read_line(&mut line).unwrap() > 0 {
        if line.ends_with('\n') && (line.starts_with("wrote ") || line.starts_with("batch ")) {
            lines.push(line.trim_end().to_owned());
        }
        line.clear();
        if lines.len() == kill_after {
            // Not always right after an answer, when little is under way.
            let later = Duration::from_micros(run as u64 * 1_619 % 4_000);
            std::thread::sleep(later);
            writer.kill().unwrap();
        }
    }
    writer.wait().unwrap();
    assert!(
        lines.len() >= kill_after,
        "the writer ended by itself: {lines:?}"
    );
    lines
}

/// How many records were acknowledged by these lines.
pub(crate) fn acknowledged(said: &[String]) -> usize {
    let mut batches = BTreeMap::new();
    for line in said {
        if let ["batch", run, done] = line.split(' ').collect::<Vec<_>>()[..] {
            batches.insert(run, done.parse::<usize>().unwrap());
        }
    }
    let wrote = said.iter().filter(|line| line.starts_with("wrote "));
    wrote.count() + batches.into_values().sum::<usize>()
}

/// The records that were acknowledged and are not there.
pub(crate) async fn lost(store: &Store, said: &[String]) -> Vec<String> {
    let rows = store.db().fetch("select _id from register_firm", &[]).await;
    let rows = rows.unwrap();
    let ids: BTreeSet<String> = rows.iter().map(|row| row.need_text(0).unwrap()).collect();
    let mut expected = BTreeSet::new();
    for line in said {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["wrote", id] => drop(expected.insert(id.to_owned())),
            ["batch", run, done] => {
                let rows = 0..done.parse::<usize>().unwrap();
                expected.extend(rows.map(|n| format!("B{run}-{n}")));
            }
            _ => panic!("{line}"),
        }
    }
    expected.difference(&ids).cloned().collect()
}

/// Everything that was said is there, nothing twice, and the journal holds and says what the tables say.
pub(crate) async fn sound(store: &Store, said: &[String]) {
    assert_eq!(lost(store, said).await, [""; 0], "acknowledged and lost");
    let created = "select record, count(*) from journal where act = 'create' group by record having count(*) > 1";
    let created = store.db().fetch(created, &[]).await.unwrap();
    let twice: Vec<_> = created.iter().map(|row| row.text(0).unwrap()).collect();
    assert_eq!(twice, [], "there twice");
    let trust = Trust {
        keys: vec![SealingKey::from_seed([5; 32]).public()],
        ..Trust::default()
    };
    let verified = store.verify(trust, |_, _| ()).await.unwrap();
    assert!(verified.holds(), "{verified:?}");
    let compared = store.compare(|_| ()).await.unwrap();
    assert!(compared.clean(), "{compared:?}");
}

/// What was killed can go on: what was under way is done once.
pub(crate) async fn goes_on(store: &Store, run: usize) {
    for client in 0..CLIENTS {
        for n in 0..3 {
            let id = format!("W{run}-{client}-{n}");
            store.write(keyed(&id, 1, vec![firm(&id)])).await.unwrap();
        }
    }
    let author = action(Vec::new()).author;
    let mut batch = store.begin(&author, &sheet(run)).await.unwrap();
    let from = batch.done as usize;
    let rows: Vec<Write> = (from..from + 10)
        .map(|n| firm(&format!("B{run}-{n}")))
        .collect();
    let taken = store
        .take(&mut batch, &author, &rows, [2; 32])
        .await
        .unwrap();
    assert_eq!(
        taken.refused,
        [],
        "no row was done that the batch does not count"
    );
    store.end(&mut batch).await.unwrap();
}

/// How often writers are killed.
pub(crate) fn kills() -> usize {
    std::env::var("HELI_KILLS").map_or(3, |kills| kills.parse().unwrap())
}

on_both! {
    async fn what_was_acknowledged_survives_a_kill(place) {
        open(place).await.close().await;
        let mut said = Vec::new();
        for run in 0..kills() {
            said.extend(heard(&place.address, run, 20 + run * 37 % 150, &[]));
            let db = Db::open(&place.address, Options::default()).await.unwrap();
            let store = Store::new(db, &programme()).await.unwrap();
            sound(&store, &said).await;
            goes_on(&store, run).await;
            sound(&store, &said).await;
            store.close().await;
        }
        println!("figures: {} kills, {} acknowledged", kills(), acknowledged(&said));
    }
}

/// The writer itself; where nobody tells it where to write, it writes a little to a place of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_nobody_kills_writes_all() {
    if let Ok(told) = std::env::var(ADDRESS) {
        let (run, address) = told.split_once(' ').unwrap();
        let db = Db::open(address, Options::default()).await.unwrap();
        let store = Store::new(db, &programme()).await.unwrap();
        write_on(store, run.parse().unwrap(), 10_000).await;
        return;
    }
    let place = Place::sqlite();
    let store = open(&place).await;
    write_on(store.clone(), 0, 5).await;
    assert_eq!(store.count("firm").await.unwrap(), 5 * CLIENTS as u64 + 50);
}
