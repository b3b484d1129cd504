//! One file per command: arguments in, an answer out.

pub(crate) mod access;
pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod erase;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod journal;
pub(crate) mod keep;
pub(crate) mod migrate;
pub(crate) mod node;
pub(crate) mod opened;
pub(crate) mod programme;
pub(crate) mod rule;
pub(crate) mod serve;
pub(crate) mod sign_on;
pub(crate) mod standing;

use crate::folder::{self, Refusal};
use app::engine::Facts;
use app::programme::Programme;
use app::rules::Day;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
    Csv,
}

/// What duties are evaluated on.
#[derive(Args)]
pub(crate) struct Ground {
    /// The programme's folder.
    programme: PathBuf,
    /// A folder with one CSV file per register.
    #[arg(long)]
    evidence: PathBuf,
    /// The end of this day is the moment of evaluation.
    #[arg(long, value_parser = folder::day)]
    pub(crate) at: Day,
}

impl Ground {
    /// The programme and its facts; `None` after their faults were told.
    pub(crate) fn read(&self) -> Result<Option<(Programme, Facts)>, Refusal> {
        // Sheets are split while the programme is read: neither needs the other.
        let split = || Ok(app::split_sheets(&folder::evidence(&self.evidence)?));
        let (programme, sheets) = std::thread::scope(|scope| {
            let sheets = scope.spawn(split);
            let programme = folder::programme(&self.programme);
            let broken = |_| Err("the evidence could not be read".to_owned());
            (programme, sheets.join().unwrap_or_else(broken))
        });
        let Some((programme, _)) = programme? else {
            return Ok(None);
        };
        let built = sheets?.and_then(|sheets| app::build_facts(&programme, sheets));
        let facts = built
            .map_err(|faults| folder::show_sheet_faults(&faults))
            .ok();
        Ok(facts.map(|facts| (programme, facts)))
    }
}

/// Facts from sheets; `None` after their faults were told.
pub(crate) fn facts(
    programme: &Programme,
    sheets: &std::collections::BTreeMap<String, String>,
) -> Option<Facts> {
    let read = app::read_evidence(programme, sheets);
    read.map_err(|faults| folder::show_sheet_faults(&faults))
        .ok()
}
