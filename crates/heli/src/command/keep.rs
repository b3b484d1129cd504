//! What the commands that keep house have in common: the database, the form of answers, and how they end.

use crate::End;
use crate::folder::{Refusal, pick};
use app::keep::{House, Mode, Stop};
use app::rules::Words;
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::future::Future;

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    Text,
    Json,
}

/// The database that a command is about.
#[derive(Args)]
pub(crate) struct Database {
    /// The database: a path, sqlite:PATH or postgres://…
    #[arg(long = "database", value_name = "URL")]
    pub(crate) address: String,
}

impl Database {
    pub(crate) async fn open(&self, mode: Mode) -> Result<House, Halt> {
        Ok(House::open(&self.address, mode).await?)
    }
}

/// Why a command stops before its end.
pub(crate) enum Halt {
    Stop(Stop),
    Refusal(Refusal),
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<Refusal> for Halt {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

/// Runs a command to its end: exit code 1 where the answer is no, 2 where something cannot be opened.
pub(crate) fn run(work: impl Future<Output = Result<End, Halt>>) -> Result<End, Refusal> {
    let runtime = tokio::runtime::Runtime::new().map_err(|e| e.to_string())?;
    ended(runtime.block_on(work))
}

/// How a command ends.
pub(crate) fn ended(outcome: Result<End, Halt>) -> Result<End, Refusal> {
    match outcome {
        Ok(end) => Ok(end),
        Err(Halt::Stop(Stop::No(words))) => {
            eprintln!("heli: {}", pick(&words));
            Ok(End::No)
        }
        Err(Halt::Stop(Stop::Unreadable(words))) => Err(pick(&words)),
        Err(Halt::Refusal(refusal)) => Err(refusal),
    }
}

/// Writes an answer for machines to standard output.
pub(crate) fn json(answer: &impl Serialize) -> Result<(), Refusal> {
    let text = serde_json::to_string_pretty(answer).map_err(|e| e.to_string())?;
    println!("{text}");
    Ok(())
}

/// Says a sentence on standard error.
pub(crate) fn say(zh: impl Into<String>, en: impl Into<String>) {
    eprintln!("{}", pick(&Words::new(zh, en)));
}

/// The words in the terminal's language, for functions that borrow.
pub(crate) fn picked() -> fn(&Words) -> &str {
    if crate::folder::chinese() {
        |words| &words.zh
    } else {
        |words| &words.en
    }
}
