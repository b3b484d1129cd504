//! How fast the store writes and reads: single creates beside the disk's own syncs, imports, loads, at growing sizes.
//!
//! `cargo bench -p app --bench writing -- FOLDER SIZE…` fills a SQLite database in FOLDER to each size in turn and prints one line of JSON for each.
//! With `postgres` in the place of FOLDER it starts a PostgreSQL of its own in the temporary folder, with the settings that it comes with.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

#[path = "../../store/tests/it/postgres.rs"]
mod postgres;

use engine::{Living, Rows};
use programme::record::{Act, Author, Cell, Cells, Change};
use programme::{Files, Programme};
use rules::{Day, Moment};
use std::io::{Seek, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use store::write::{Action, Write};
use store::{Db, Options, Sheet, Store};

/// As the executable has it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Clients that write at once.
const CLIENTS: usize = 64;

/// Rows handed over at once by an import.
const CHUNK: usize = 5_000;

/// How long single creates and syncs are timed.
const TIMED: Duration = Duration::from_secs(5);

fn main() {
    // Cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let place = arguments.first().map_or("", String::as_str);
    let sizes = arguments.iter().skip(1).map(|size| size.parse().unwrap());
    let sizes: Vec<usize> = sizes.collect();
    let sizes = if sizes.is_empty() {
        vec![0, 100_000]
    } else {
        sizes
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(run(place, &sizes));
}

async fn run(place: &str, sizes: &[usize]) {
    let on_postgres = place == "postgres";
    let root = match place {
        "" | "postgres" => std::env::temp_dir(),
        folder => PathBuf::from(folder),
    };
    let folder = root.join(format!("heli-writing-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let address = match on_postgres {
        true => postgres::new_database(),
        false => folder.join("heli.db").to_str().unwrap().to_owned(),
    };
    // Each writer on PostgreSQL needs a connection of its own.
    let options = Options {
        connections: if on_postgres { 32 } else { 8 },
        ..Options::default()
    };
    let db = Db::open(&address, options).await.unwrap();
    let mut tx = db.migration().await.unwrap();
    let plan = store::plan(&mut tx, &programme()).await.unwrap();
    store::apply(&mut tx, &programme(), &plan).await.unwrap();
    tx.commit().await.unwrap();
    let store = Store::new(db, &programme()).await.unwrap();
    let mut rows = 0;
    for size in sizes {
        let imported = import(&store, rows, (*size).max(rows)).await;
        rows = rows.max(*size);
        let syncs = syncs(&folder);
        let created = creates(&store, rows).await;
        rows += created.0;
        let again = self::syncs(&folder);
        let load = load(&store).await;
        println!(
            "{}",
            serde_json::json!({
                "database": if on_postgres { "PostgreSQL" } else { "SQLite" },
                "records": size,
                "import_rows_s": imported.map(|imported| imported.0),
                "import_cpu_us": imported.map(|imported| imported.1),
                "creates_s": rate(created.0, created.1),
                "creates_cpu_us": created.2 * 1e6 / created.0 as f64,
                "syncs_s": [syncs, again],
                "load_s": load.0,
                "load_cpu_us": load.2 * 1e6 / rows as f64,
                "load_rows_s": rate(rows, Duration::from_secs_f64(load.0)),
                "load_bytes_row": load.1.checked_div(rows),
            })
        );
    }
    store.close().await;
    std::fs::remove_dir_all(folder).unwrap();
}

fn rate(count: usize, took: Duration) -> f64 {
    (count as f64 / took.as_secs_f64()).round()
}

/// Rows from a number to another, in chunks, with all that an import does but the reading of its file.
async fn import(store: &Store, from: usize, until: usize) -> Option<(f64, f64)> {
    if until == from {
        return None;
    }
    let sheet = Sheet {
        register: REGISTER.into(),
        digest: [from as u8; 32],
        rows: (until - from) as u64,
        name: "rows".into(),
        why: None,
    };
    let mut batch = store.begin(&author(), &sheet).await.unwrap();
    let (mut took, mut worked) = (Duration::ZERO, 0.0);
    for start in (from..until).step_by(CHUNK) {
        let rows: Vec<Write> = (start..until.min(start + CHUNK)).map(firm).collect();
        let (begun, before) = (Instant::now(), processor());
        let taken = store
            .take(&mut batch, &author(), &rows, [1; 32])
            .await
            .unwrap();
        took += begun.elapsed();
        worked += processor() - before;
        assert_eq!(taken.entries.len(), rows.len());
    }
    store.end(&mut batch).await.unwrap();
    Some((
        rate(until - from, took),
        worked * 1e6 / (until - from) as f64,
    ))
}

/// Appends of a page, each synced before the next, in the same folder: what the disk itself can do.
fn syncs(folder: &Path) -> f64 {
    let mut file = std::fs::File::create(folder.join("syncs")).unwrap();
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < TIMED / 5 {
        file.seek(SeekFrom::End(0)).unwrap();
        file.write_all(&[7; 4_096]).unwrap();
        file.sync_data().unwrap();
        count += 1;
    }
    rate(count, begun.elapsed())
}

/// Single creates by many clients, each waiting until its own is durable; how many, in what time and processor time.
async fn creates(store: &Store, from: usize) -> (usize, Duration, f64) {
    let before = processor();
    let begun = Instant::now();
    let mut clients = Vec::new();
    let next = Arc::new(AtomicUsize::new(from));
    for _ in 0..CLIENTS {
        let (store, next) = (store.clone(), next.clone());
        clients.push(tokio::spawn(async move {
            let mut written = 0;
            while begun.elapsed() < TIMED {
                let n = next.fetch_add(1, Ordering::Relaxed);
                let mut action = action(vec![firm(n)]);
                action.author.key = Some(n.to_string());
                store.write(action).await.unwrap();
                written += 1;
            }
            written
        }));
    }
    let mut written = 0;
    for client in clients {
        written += client.await.unwrap();
    }
    (written, begun.elapsed(), processor() - before)
}

/// Seconds that the records take to stand in memory as facts, and the bytes that they hold there.
async fn load(store: &Store) -> (f64, usize, f64) {
    let programme = programme();
    let mut living = Living::new(&programme);
    let fields = store.loaded_fields(REGISTER);
    let (before, worked) = (resident(), processor());
    let begun = Instant::now();
    store
        .load(REGISTER, |chunk| {
            let rows = Rows {
                register: REGISTER,
                fields: &fields,
                ids: chunk.ids,
                versions: &chunk.versions,
                created: &chunk.created_at,
                changed: &chunk.changed_at,
                columns: chunk.columns,
            };
            living.load(&programme, rows).unwrap();
            Ok(())
        })
        .await
        .unwrap();
    let took = begun.elapsed().as_secs_f64();
    let held = resident().saturating_sub(before);
    assert_eq!(
        living.facts().rows() as u64,
        store.count(REGISTER).await.unwrap()
    );
    (took, held, processor() - worked)
}

/// Resident bytes of this process.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = pages
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or_default() * 4_096
}

/// Processor seconds of this process.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let times = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(11)
        .take(2);
    times
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

fn author() -> Author {
    Author {
        actor: "clerk".into(),
        on_behalf: None,
        at: Moment(Day::parse("2023-08-31").unwrap().start().0),
        key: None,
    }
}

fn action(writes: Vec<Write>) -> Action {
    Action {
        author: author(),
        digest: [0; 32],
        writes,
        guards: Vec::new(),
        messages: Vec::new(),
        seed: [7; 32],
    }
}

/// The register that is written.
const REGISTER: &str = "maker";

/// Fields of a firm with their types, fifteen as in the example province, one of which can be erased.
const FIELDS: [(&str, &str); 15] = [
    ("uscc", "uscc"),
    ("name", "text"),
    ("county", "unit"),
    ("industry", "industry"),
    ("founded_on", "date"),
    ("output", "money"),
    ("revenue", "money"),
    ("workers", "int"),
    ("growth", "ratio"),
    ("listed", "bool"),
    ("stepped_up_on", "date"),
    ("contact", "person"),
    ("tags", "choices"),
    ("seen_at", "time"),
    ("kind", "choice"),
];

fn firm(n: usize) -> Write {
    let text = |text: String| Some(Cell::Text(text.into()));
    let int = |n: usize| Some(Cell::Int(n as i64));
    let values = [
        text(format!("91350{n:013}")),
        text(format!("福建第{n}号茶业有限公司")),
        text(format!("35{:04}", n % 84)),
        text(format!("C{}", n % 97)),
        int(10_000 + n % 9_000),
        int(n * 137 % 900_000_000),
        int(n * 731 % 900_000_000),
        (!n.is_multiple_of(3)).then_some(Cell::Int((n % 900) as i64)),
        Some(Cell::Double((n % 100) as f64 / 100.0)),
        Some(Cell::Bool(n.is_multiple_of(2))),
        None,
        text(format!("陈{n}")),
        Some(Cell::List(vec![Cell::Text("tea".into())])),
        int(1_690_000_000_000 + n),
        text("large".into()),
    ];
    let names = FIELDS.iter().map(|(id, _)| (*id).to_owned());
    let after: Cells = names.zip(values).collect();
    Write {
        change: Change {
            register: REGISTER.into(),
            record: Some(format!("F{n:09}").into()),
            version: 0,
            act: Act::Create,
            after,
            why: None,
        },
        unit: None,
    }
}

/// The small programme of the readers' tests, with this register besides.
fn programme() -> Programme {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../programme/tests/base");
    let mut files = Files::new();
    read_into(&mut files, &base, &base);
    let words = |id: &str| format!("name = {{ zh = \"{id}\", en = \"{id}\" }}\n");
    let mut text = format!("id = \"{REGISTER}\"\n{}title = \"name\"\n", words("企业"));
    for (id, kind) in FIELDS {
        text += &format!("\n[field.{id}]\n{}type = \"{kind}\"\n", words(id));
        text += match id {
            "uscc" => "key = true\nrequired = true\n",
            "tags" => "choices = { tea = { zh = \"茶\", en = \"Tea\" } }\n",
            "kind" => "choices = { large = { zh = \"大\", en = \"Large\" } }\n",
            _ => "",
        };
    }
    files.insert(format!("registers/{REGISTER}.toml"), text);
    let reading = programme::read(&files);
    reading
        .programme
        .unwrap_or_else(|| panic!("{:?}", reading.faults))
}

fn read_into(files: &mut Files, root: &Path, folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_into(files, root, &path);
            continue;
        }
        let name = path.strip_prefix(root).unwrap().to_str().unwrap();
        files.insert(name.to_owned(), std::fs::read_to_string(&path).unwrap());
    }
}
