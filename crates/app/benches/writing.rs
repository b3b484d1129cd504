//! How fast the store writes and reads: single creates beside the disk's own syncs, imports, loads, at growing sizes.
//!
//! `cargo bench -p app --bench writing -- FOLDER SIZE…` fills a SQLite database in FOLDER to each size and prints one line of JSON for each, with the medians of some turns.
//! With `postgres` in the place of FOLDER it starts a PostgreSQL of its own in the temporary folder, with the settings that it comes with.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

#[path = "writing/makers.rs"]
mod makers;
#[path = "../../store/tests/it/postgres.rs"]
mod postgres;

use app::sheet::{How, Sent};
use app::{App, Edge, Opening, Viewer};
use engine::{Living, Rows};
use makers::{REGISTER, firm, programme, sheet};
use programme::record::Author;
use rules::{Day, Moment};
use std::collections::BTreeMap;
use std::io::{Seek, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use store::write::{Action, Write};
use store::{Sheet, Store};
use tokio::runtime::Handle;

/// As the executable has it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Clients that write at once.
const CLIENTS: usize = 64;

/// Rows of one file while a database is filled; a larger one would be refused.
const FILE: usize = 250_000;

/// Rows of a file that is timed, where the register has as many.
const TIMED_FILE: usize = 100_000;

/// Rows that are written with no file, and that a file gives other values.
const ALONE: usize = 50_000;

/// Rows handed over at once where they are only written.
const CHUNK: usize = 2_048;

/// How long single creates are timed, and syncs.
const TIMED: Duration = Duration::from_secs(3);
const TIMED_SYNCS: Duration = Duration::from_secs(1);

/// So often each thing is timed; the median stands for it, as others' work on a shared disk strikes some.
const TURNS: usize = 5;

/// Up to so many records every turn begins with a database of its own, as a turn adds about as many.
const ANEW: usize = 100_000;

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
    let root = match place {
        "" | "postgres" => std::env::temp_dir(),
        folder => PathBuf::from(folder),
    };
    let folder = root.join(format!("heli-writing-{}", std::process::id()));
    for size in sizes {
        let mut found = Found::default();
        let mut filled: Option<(App, usize)> = None;
        for turn in 1..=TURNS {
            if *size <= ANEW
                && let Some((app, _)) = filled.take()
            {
                app.close().await;
                std::fs::remove_dir_all(&folder).unwrap();
            }
            let (app, rows) = match filled.take() {
                Some(filled) => filled,
                None => {
                    std::fs::create_dir_all(&folder).unwrap();
                    let address = match place == "postgres" {
                        true => postgres::new_database(),
                        false => folder.join("heli.db").to_str().unwrap().to_owned(),
                    };
                    let app = opened(address).await;
                    imported(&app, (0, *size, FILE), 0);
                    (app, *size)
                }
            };
            let rows = timed(&app, &folder, rows, turn, &mut found).await;
            filled = Some((app, rows));
        }
        if let Some((app, rows)) = filled {
            let (took, bytes) = load(app.store().unwrap()).await;
            found.add("load_rows_s", rate(rows, Duration::from_secs_f64(took)));
            found.add("load_bytes_row", (bytes / rows.max(1)) as f64);
            app.close().await;
        }
        std::fs::remove_dir_all(&folder).unwrap();
        let mut line = found.medians();
        line.insert(
            "database".into(),
            if place == "postgres" {
                "PostgreSQL"
            } else {
                "SQLite"
            }
            .into(),
        );
        line.insert("records".into(), (*size).into());
        println!("{}", serde_json::Value::Object(line));
    }
}

/// What was found, by name, in each turn.
#[derive(Default)]
struct Found(BTreeMap<&'static str, Vec<f64>>);

impl Found {
    fn add(&mut self, name: &'static str, value: f64) {
        self.0.entry(name).or_default().push(value);
    }

    /// Adds rows each second and processor time of one, in µs.
    fn add_both(&mut self, names: [&'static str; 2], (rate, cpu): (f64, f64)) {
        self.add(names[0], rate);
        self.add(names[1], cpu);
    }

    /// The median of each; of the syncs all, as they say how even the disk is.
    fn medians(mut self) -> serde_json::Map<String, serde_json::Value> {
        let syncs = self.0.remove("syncs_s").unwrap_or_default();
        let least = syncs.iter().copied().fold(f64::MAX, f64::min);
        let most = syncs.iter().copied().fold(0.0, f64::max);
        let median = |(name, mut all): (&str, Vec<f64>)| {
            all.sort_by(f64::total_cmp);
            (name.to_owned(), all[all.len() / 2].into())
        };
        let mut line: serde_json::Map<_, _> = self.0.into_iter().map(median).collect();
        line.insert("syncs_s".into(), serde_json::json!([least, most]));
        line
    }
}

/// Times each thing once, in a register that has so many rows; how many it has then.
async fn timed(app: &App, folder: &Path, rows: usize, turn: usize, found: &mut Found) -> usize {
    let store = app.store().unwrap().clone();
    let import = ["import_rows_s", "import_cpu_us"];
    let until = rows + TIMED_FILE;
    found.add_both(import, imported(app, (rows, until, FILE), 0));
    let changed = imported(app, (0, ALONE, FILE), turn);
    found.add_both(["changed_rows_s", "changed_cpu_us"], changed);
    let alone = written(&store, until, until + ALONE).await;
    found.add_both(["written_rows_s", "written_cpu_us"], alone);
    app.catch_up().await.unwrap();
    found.add("syncs_s", syncs(folder));
    let (count, took, worked) = creates(&store, until + ALONE).await;
    found.add("creates_s", rate(count, took));
    found.add("creates_cpu_us", worked * 1e6 / count as f64);
    found.add("syncs_s", syncs(folder));
    app.catch_up().await.unwrap();
    until + ALONE + count
}

/// A database of its own with nothing in it.
async fn opened(address: String) -> App {
    let (programme, files) = programme();
    let opening = Opening {
        address,
        files,
        attached: None,
        now: author().at,
        today: author().at.day(),
        since: None,
        rehearsal: false,
        closed: None,
        clock_ms: || {
            let now = std::time::SystemTime::now();
            let since = now.duration_since(std::time::UNIX_EPOCH).unwrap();
            since.as_millis() as i64
        },
        seeds: [[1; 32], [2; 32]],
    };
    App::open(programme, &opening, |_| {}).await.unwrap()
}

/// Firms taken in from files of so many rows at most: read, matched, decided on, written, and in the facts; rows each
/// second and processor time of one, the files' own making left out.
fn imported(app: &App, (from, until, file): (usize, usize, usize), turn: usize) -> (f64, f64) {
    let (mut took, mut worked) = (Duration::ZERO, 0.0);
    for start in (from..until).step_by(file) {
        let end = until.min(start + file);
        let bytes = sheet(start, end, turn);
        let sent = Sent {
            register: REGISTER,
            name: "makers.csv",
            bytes: &bytes,
            why: None,
        };
        let how = How {
            dry_run: false,
            again: false,
            zh: false,
            runtime: &Handle::current(),
        };
        let mut edge = || {
            Ok(Edge {
                now: author().at,
                seed: [1; 32],
            })
        };
        let (begun, before) = (Instant::now(), processor());
        let taken = tokio::task::block_in_place(|| {
            app.import(&Viewer::operator(), sent, how, &mut edge, &mut |_, _| {})
        });
        took += begun.elapsed();
        worked += processor() - before;
        let taken = taken.unwrap();
        let done = taken.created + taken.changed;
        assert_eq!(done, (end - start) as u64, "{:?}", taken.faults.first());
    }
    (
        rate(until - from, took),
        worked * 1e6 / (until - from) as f64,
    )
}

/// A digest of a sheet that no other has.
fn digest(from: usize) -> [u8; 32] {
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&from.to_le_bytes());
    digest
}

fn rate(count: usize, took: Duration) -> f64 {
    (count as f64 / took.as_secs_f64()).round()
}

/// Firms written as a batch writes them, with all that an import does but the reading, the matching and the facts.
async fn written(store: &Store, from: usize, until: usize) -> (f64, f64) {
    let sheet = Sheet {
        register: REGISTER.into(),
        digest: digest(from),
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
    (
        rate(until - from, took),
        worked * 1e6 / (until - from) as f64,
    )
}

/// Appends of a page, each synced before the next, in the same folder: what the disk itself can do.
fn syncs(folder: &Path) -> f64 {
    let mut file = std::fs::File::create(folder.join("syncs")).unwrap();
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < TIMED_SYNCS {
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
async fn load(store: &Store) -> (f64, usize) {
    let (programme, _) = programme();
    let mut living = Living::new(&programme);
    let fields = store.loaded_fields(REGISTER);
    let before = resident();
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
    (took, held)
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
