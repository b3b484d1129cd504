//! Heli's side of `make bench`: each subcommand reads generated columns and prints one line of JSON.

mod celrow;
mod columns;
mod duties;
mod firms;
mod limits;
mod schema;
mod timing;
mod w1;
mod w2;

use columns::Refusal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

// The executable's own choice, so that what is measured is what runs.
#[global_allocator]
static MEMORY: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const USAGE: &str = "usage: bench limits
       bench w1 FOLDER POLICIES RUNS              every firm against every policy
       bench interpreter FOLDER POLICIES RUNS     the same by the row-block interpreter, as a check
       bench celrow FOLDER POLICIES RUNS FIRMS    the same by the public `cel` crate, some firms one by one
       bench duties FOLDER RUNS THREADS            fifty measures over a year's evidence
POLICIES is policies or policies-unlike; FOLDER is what bench/generate.py made.";

fn main() -> ExitCode {
    // The executable is the edge that reads its arguments.
    #[allow(clippy::disallowed_methods)]
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match answer(&words) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(refusal) => {
            eprintln!("{refusal}");
            ExitCode::from(2)
        }
    }
}

fn answer(words: &[&str]) -> Result<serde_json::Value, Refusal> {
    match words {
        ["limits"] => Ok(limits::measure()),
        ["w1", folder, policies, runs] => w1::run(&drawn(folder, policies), number(runs)?),
        ["interpreter", folder, policies, runs] => {
            w1::interpret(&drawn(folder, policies), number(runs)?)
        }
        ["celrow", folder, policies, runs, firms] => {
            celrow::run(&drawn(folder, policies), number(runs)?, number(firms)?)
        }
        ["duties", folder, runs, threads] => {
            w2::run(Path::new(folder), number(runs)?, number(threads)?)
        }
        _ => Err(USAGE.into()),
    }
}

/// The folder of a draw and the name of its file of policies.
struct Drawn {
    folder: PathBuf,
    policies: String,
}

fn drawn(folder: &str, policies: &str) -> Drawn {
    Drawn {
        folder: Path::new(folder).to_path_buf(),
        policies: policies.to_owned(),
    }
}

fn number(word: &str) -> Result<usize, Refusal> {
    word.parse()
        .map_err(|_| format!("`{word}` is no number\n{USAGE}"))
}
