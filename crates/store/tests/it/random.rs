//! Any series of actions: the tables are what the journal says, everything is numbered and sealed, and a rebuild changes nothing.
//!
//! HELI_CASES says how many series are tried on each database.

use crate::both::{Place, on_both};
use crate::sample::{action, cells, change, create, firm, noon, open, text};
use journal::{Hash, SealingKey, Trust};
use programme::record::{Act, Author, Cell};
use proptest::collection::vec;
use proptest::prelude::*;
use rules::{Cells, Column, Moment};
use std::collections::BTreeMap;
use store::write::{Failure, Write};
use store::{Batch, Sealer, Sheet, Store};

/// One thing that somebody does to a few records, sound or not.
#[derive(Clone, Debug)]
enum Doing {
    Firm(u8),
    Event(Option<u8>),
    Change {
        firm: u8,
        stale: bool,
        name: bool,
        phone: bool,
    },
    Withdraw(u8),
    Erase(u8),
}

/// How one group of doings reaches the store.
#[derive(Clone, Copy, Debug)]
enum How {
    Action,
    Batch,
    BatchAndUndo,
}

fn doing() -> impl Strategy<Value = Doing> {
    let firm = 0..4_u8;
    let flags = (firm.clone(), 0..8_u8, any::<bool>(), any::<bool>());
    prop_oneof![
        3 => firm.clone().prop_map(Doing::Firm),
        2 => proptest::option::of(firm.clone()).prop_map(Doing::Event),
        4 => flags.prop_map(|(firm, stale, name, phone)| Doing::Change { firm, stale: stale == 0, name, phone }),
        2 => firm.clone().prop_map(Doing::Withdraw),
        1 => firm.prop_map(Doing::Erase),
    ]
}

fn group() -> impl Strategy<Value = (How, Vec<Doing>)> {
    let how = prop_oneof![
        3 => Just(How::Action),
        1 => Just(How::Batch),
        2 => Just(How::BatchAndUndo),
    ];
    (how, vec(doing(), 1..4))
}

fn id(firm: u8) -> String {
    format!("F{firm}")
}

fn event_of(host: Option<u8>) -> Write {
    let host = host.map(|host| Cell::Text(id(host).into()));
    let list = host.clone().map(|host| Cell::List(vec![host]));
    let after = cells([
        ("place", text("350500")),
        ("host", host),
        ("firms", list),
        ("notes", text("一段话")),
    ]);
    create("event", None, after)
}

/// What each record's version is, and becomes as writes are laid on top of each other.
type Versions = BTreeMap<u8, i64>;

fn write(doing: &Doing, versions: &mut Versions) -> Option<Write> {
    let mut next = |firm: u8| {
        let version = versions.entry(firm).or_default();
        *version += 1;
        *version - 1
    };
    Some(match *doing {
        Doing::Firm(n) => {
            next(n);
            firm(&id(n))
        }
        Doing::Event(host) => event_of(host),
        Doing::Change {
            firm,
            stale,
            name,
            phone,
        } => {
            let version = next(firm) - i64::from(stale);
            let after = cells([
                (
                    "name",
                    name.then(|| Cell::Text(format!("第{version}名").into())),
                ),
                ("phone", phone.then(|| Cell::Text("139".into()))),
            ]);
            change("firm", &id(firm), version, after)
        }
        Doing::Withdraw(firm) => {
            let mut write = change("firm", &id(firm), next(firm), Vec::new());
            write.change.act = Act::Withdraw;
            write
        }
        Doing::Erase(_) => return None,
    })
}

fn author() -> Author {
    action(Vec::new()).author
}

/// The last version of every firm, also of those that were withdrawn.
async fn versions(store: &Store) -> Versions {
    let text = "select record, max(version) from journal where register = 'firm' and record <> '' group by record";
    let rows = store.db().fetch(text, &[]).await.unwrap();
    let one = |row: &store::Row| {
        let n = row.need_text(0).unwrap()[1..].parse().unwrap();
        (n, row.need_int(1).unwrap())
    };
    rows.iter().map(one).collect()
}

/// Does it all: each group's erasures, then the rest as one action or as a batch.
async fn done(store: &Store, groups: &[(How, Vec<Doing>)]) {
    let author = author();
    for (n, (how, group)) in groups.iter().enumerate() {
        let seed = [n as u8; 32];
        for doing in group {
            if let Doing::Erase(firm) = doing {
                let fields = ["phone".to_owned()];
                let id = id(*firm);
                let erased = store.erase(&author, "firm", &id, &fields, None, seed);
                may_refuse(erased.await);
            }
        }
        let mut versions = versions(store).await;
        let writes = group.iter().filter_map(|doing| write(doing, &mut versions));
        let writes: Vec<Write> = writes.collect();
        match how {
            How::Action => may_refuse(store.write(action(writes)).await),
            How::Batch => drop(batch(store, seed, &writes).await),
            How::BatchAndUndo => {
                let batch = batch(store, seed, &writes).await;
                let undone = store.undo(&batch, &author, None, || [1; 32], |_, _| ());
                undone.await.unwrap();
            }
        }
    }
}

async fn batch(store: &Store, digest: [u8; 32], writes: &[Write]) -> Batch {
    let sheet = Sheet {
        register: "firm".into(),
        digest,
        rows: writes.len() as u64,
        name: "rows".into(),
        why: None,
    };
    let author = author();
    let mut batch = store.begin(&author, &sheet).await.unwrap();
    let taken = store.take(&mut batch, &author, writes, digest);
    taken.await.unwrap();
    store.end(&mut batch).await.unwrap();
    batch
}

fn may_refuse<T>(outcome: Result<T, Failure>) {
    if let Err(Failure::Failed(error)) = outcome {
        panic!("{error}");
    }
}

/// A cell as it reads, whatever number its text has in this chunk.
fn shown(column: &Column, at: usize) -> Option<String> {
    let word = |codes: &[u32], words: &[Box<str>], at: usize| words[codes[at] as usize].to_string();
    let cell = || match &column.cells {
        Cells::Bool(all) => all.get(at).to_string(),
        Cells::Int(all) => all[at].to_string(),
        Cells::Double(all) => all[at].to_string(),
        Cells::Record(all) => all[at].to_string(),
        Cells::Symbol { codes, dictionary } => word(codes, dictionary, at),
        Cells::List { ends, items } => {
            let Cells::Symbol { codes, dictionary } = &**items else {
                panic!("a list of texts");
            };
            let from = at.checked_sub(1).map_or(0, |before| ends[before]);
            let items = from..ends[at];
            let items: Vec<_> = items.map(|n| word(codes, dictionary, n as usize)).collect();
            format!("{items:?}")
        }
    };
    column.present.get(at).then(cell)
}

/// Every row with all its columns, by its id.
async fn tables(store: &Store) -> BTreeMap<String, String> {
    let mut rows = BTreeMap::new();
    for register in ["firm", "event"] {
        let loaded = store.load(register, |chunk| {
            for (at, id) in chunk.ids.iter().enumerate() {
                let cells: Vec<_> = chunk
                    .columns
                    .iter()
                    .map(|column| shown(column, at))
                    .collect();
                let times = (chunk.created_at[at], chunk.changed_at[at]);
                let row = (chunk.versions[at], chunk.arrivals[at], times, cells);
                rows.insert(format!("{register} {id}"), format!("{row:?}"));
            }
            Ok(())
        });
        loaded.await.unwrap();
    }
    rows
}

async fn holds(place: &Place, groups: &[(How, Vec<Doing>)]) -> Store {
    let store = open(place).await;
    done(&store, groups).await;
    let mut sealer = Sealer::new(
        store.clone(),
        SealingKey::from_seed([5; 32]),
        "random",
        Hash::of(b""),
        false,
    );
    for tick in 0..2 {
        sealer.tick(Moment(noon().0 + tick * 2_000)).await.unwrap();
    }
    let trust = Trust {
        keys: vec![SealingKey::from_seed([5; 32]).public()],
        ..Trust::default()
    };
    let verified = store.verify(trust, |_, _| ()).await.unwrap();
    assert!(verified.holds(), "{verified:?}");
    let unnumbered =
        "select arrival from journal where arrival not in (select arrival from journal_position)";
    assert!(store.db().fetch(unnumbered, &[]).await.unwrap().is_empty());
    let compared = store.compare(|_| ()).await.unwrap();
    assert!(compared.clean(), "{compared:?}");
    let before = tables(&store).await;
    store.rebuild(|_| ()).await.unwrap();
    assert_eq!(tables(&store).await, before);
    store
}

fn checked(cases: u32, place: impl Fn() -> Place) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let asked = std::env::var("HELI_CASES").map(|asked| asked.parse().unwrap());
    let config = ProptestConfig {
        cases: asked.unwrap_or(cases),
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    };
    proptest!(config, |(groups in vec(group(), 1..12))| {
        let place = place();
        runtime.block_on(async { holds(&place, &groups).await.close().await });
    });
}

#[test]
fn any_series_of_actions_holds_on_sqlite() {
    checked(24, Place::sqlite);
}

#[test]
fn any_series_of_actions_holds_on_postgres() {
    checked(8, Place::postgres);
}

on_both! {
    // The one series that the random ones must not miss.
    async fn a_withdrawn_firm_comes_again(place) {
        let groups = [
            (How::Action, vec![Doing::Firm(0)]),
            (How::Action, vec![Doing::Withdraw(0)]),
            (How::Action, vec![Doing::Erase(0)]),
            (How::BatchAndUndo, vec![Doing::Firm(0), Doing::Firm(1)]),
            (How::Action, vec![Doing::Firm(0)]),
            (How::Action, vec![Doing::Withdraw(0), Doing::Firm(0)]),
        ];
        let store = holds(place, &groups).await;
        let row = store.record("firm", "F0").await.unwrap().unwrap();
        // Created, withdrawn, erased, imported, undone, created, withdrawn, created.
        assert_eq!(row.version, 8);
        assert_eq!(store.count("firm").await.unwrap(), 1);
        store.close().await;
    }
}
