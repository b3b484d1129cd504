//! Times a programme's evaluation on a folder of evidence: one day in full, and every day of the campaign in turn.
//!
//! `cargo bench -p app --bench campaign -- programmes/fujian EVIDENCE [DAY]`; `heli demo --write EVIDENCE` makes evidence.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a bench measures time and may stop at the first surprise"
)]

use app::engine::{AsOf, Evaluation, Facts, Lasting, evaluate, policy};
use app::programme::{Files, Programme};
use app::rules::Day;
use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

// The executable's allocator, so that the figures are its own.
#[global_allocator]
static MEMORY: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// One figure is the median of so many runs.
const RUNS: usize = 9;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|a| a != "--bench");
    let (Some(programme), Some(evidence)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: cargo bench -p app --bench campaign -- PROGRAMME EVIDENCE [DAY]");
        return;
    };
    // Cargo runs a bench in its package's folder; paths are meant from the top of the repository.
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let programme = programme_in(&top.join(programme));
    let facts = app::read_evidence(&programme, &sheets_in(&top.join(evidence)))
        .unwrap_or_else(|faults| panic!("{faults:?}"));
    let (from, until) = programme.campaign;
    let day = arguments
        .next()
        .map_or(Day((from.0 + until.0) / 2), |text| {
            Day::parse(&text).expect("a day is written as 2023-09-26")
        });
    println!(
        "{} rows, {} policies",
        facts.rows(),
        programme.policies.len()
    );
    one_day(&programme, &facts, day);
    every_day(&programme, &facts);
}

/// The parts of one day's evaluation, and all of them together.
fn one_day(programme: &Programme, facts: &Facts, day: Day) {
    let cx = AsOf::new(programme, facts, day);
    let (duties, judged) = (count(programme, &evaluate(&cx)), policies(&cx));
    println!("{day}: {duties} duties, {judged} verdicts of policies");
    let whole = |lasting: &Arc<Lasting>| {
        let cx = AsOf::among(programme, facts, day, lasting);
        count(programme, &evaluate(&cx)) + policies(&cx)
    };
    report("the facts of the day", || AsOf::new(programme, facts, day));
    report("all duties", || evaluate(&cx));
    let first = || policies(&AsOf::among(programme, facts, day, &Arc::default()));
    report("all policies", first);
    report("all of it, from nothing", || whole(&Arc::default()));
    let lasting = Arc::default();
    report("all of it, after other days", || whole(&lasting));
}

/// Every day of the campaign in turn.
fn every_day(programme: &Programme, facts: &Facts) {
    let (from, until) = programme.campaign;
    let (start, cpu) = (Instant::now(), cpu_ms());
    let lasting = Arc::default();
    let (mut days, mut duties) = (0, 0);
    let mut day = from;
    while day <= until {
        let cx = AsOf::among(programme, facts, day, &lasting);
        duties += count(programme, &evaluate(&cx));
        black_box(policies(&cx));
        (days, day) = (days + 1, day.plus(1));
    }
    let wall = start.elapsed().as_secs_f64();
    let cpu = (cpu_ms() - cpu) / 1000.0;
    println!(
        "{days} days in turn: {cpu:.2} s of processor time, {wall:.2} s by the clock, {duties} duties"
    );
}

/// Judges every record of every policy in force; how many verdicts that is.
fn policies(cx: &AsOf<'_>) -> usize {
    let mut judged = 0;
    for policy in &cx.programme.policies {
        let (Some(version), Some((table, _))) = (
            policy::version(policy, cx.at),
            cx.programme.register(&policy.who),
        ) else {
            continue;
        };
        let rows: Vec<u32> = cx.current(table).map(|(_, row)| row).collect();
        judged += black_box(policy::entitle(cx, policy, version, &rows)).len();
    }
    judged
}

fn count(programme: &Programme, evaluation: &Evaluation) -> usize {
    black_box(evaluation).duties(programme).count()
}

/// Prints the median time of a piece of work by the clock, its spread, and its mean processor time.
fn report<T>(name: &str, mut work: impl FnMut() -> T) {
    let cpu = cpu_ms();
    let mut runs: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    let cpu = (cpu_ms() - cpu) / RUNS as f64;
    runs.sort_by(f64::total_cmp);
    let [least, median, most] = [0, RUNS / 2, RUNS - 1].map(|at| runs.get(at).copied());
    let [least, median, most] = [least, median, most].map(Option::unwrap_or_default);
    println!(
        "{name}: {median:.1} ms by the clock ({least:.1} to {most:.1}), {cpu:.1} ms of processor time"
    );
}

/// Processor time of this process in milliseconds; 0 where the system does not tell.
fn cpu_ms() -> f64 {
    let told = fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|n| n.parse::<f64>().ok());
    nanoseconds.unwrap_or_default() / 1e6
}

fn programme_in(folder: &Path) -> Programme {
    let mut files = Files::new();
    walk(folder, folder, &mut files);
    app::programme::read(&files)
        .programme
        .expect("a sound programme")
}

fn walk(root: &Path, folder: &Path, files: &mut Files) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(root, &path, files);
        } else if path.extension().is_some_and(|e| e == "toml" || e == "csv") {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy();
            files.insert(name.into_owned(), fs::read_to_string(&path).expect("text"));
        }
    }
}

fn sheets_in(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).expect("a folder of evidence");
    let paths = entries.map(|e| e.expect("an entry").path());
    let sheets = paths.filter(|p| p.extension().is_some_and(|e| e == "csv"));
    let named = sheets.map(|p| {
        let name = p
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        (name, fs::read_to_string(&p).expect("text"))
    });
    named.collect()
}
