//! `heli journal`: verify, prove, export and rebuild what was written.

mod paper;
mod show;

use super::keep::{self, Database, Form, Halt, json, say};
use crate::folder::{Refusal, pick};
use crate::progress::Progress;
use crate::{End, edge};
use app::keep::{Mode, Trusting, compared, examine, examine_export, rebuilt};
use clap::{Args, Subcommand};
use std::path::PathBuf;

pub(crate) use show::shown;

/// Verify, prove, export and rebuild the journal.
#[derive(Args)]
pub(crate) struct Journal {
    #[command(subcommand)]
    does: Does,
}

#[derive(Subcommand)]
enum Does {
    /// Hold every entry against its seals, and both against a witness; or an exported file, with no database.
    Verify(Verify),
    /// Write the proof that an entry is under a seal.
    Prove(paper::Prove),
    /// Check a proof file, with no database.
    VerifyProof(paper::VerifyProof),
    /// Show the last seal.
    Root(paper::LastRoot),
    /// Write the journal to a file that can be checked with no database.
    Export(paper::Export),
    /// Fill the tables anew from the journal; or only compare them.
    Rebuild(Rebuild),
    /// Append every new seal to a witness file, in a place that the database's keepers cannot change.
    Witness(paper::Witness),
}

/// Hold every entry against its seals.
#[derive(Args)]
struct Verify {
    /// The database: a path, sqlite:PATH or postgres://…
    #[arg(long, value_name = "URL", required_unless_present = "file")]
    database: Option<String>,
    /// An exported journal instead of a database.
    #[arg(long, value_name = "EXPORT", conflicts_with = "database")]
    file: Option<PathBuf>,
    /// A root that came another way, in hex; the journal's end or one of its seals must have it.
    #[arg(long, value_name = "HEX")]
    root: Option<String>,
    /// A witness file; without one a cut tail and an old backup cannot be told.
    #[arg(long, value_name = "FILE")]
    witness: Option<PathBuf>,
    /// Files of keys whose seals count; default of a database: HELI_KEY, or heli/seal.pem in the account's settings.
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// Text for people, JSON for machines.
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
}

/// Fill the tables anew from the journal.
#[derive(Args)]
struct Rebuild {
    #[command(flatten)]
    database: Database,
    /// Change nothing: say where the tables differ.
    #[arg(long)]
    compare: bool,
    /// Text for people, JSON for machines.
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
}

impl Journal {
    pub(crate) fn run(self) -> Result<End, Refusal> {
        match self.does {
            Does::Verify(verify) => verify.run(),
            Does::Prove(prove) => keep::run(prove.work()),
            Does::VerifyProof(verify) => keep::ended(verify.work()),
            Does::Root(root) => keep::run(root.work()),
            Does::Export(export) => keep::run(export.work()),
            Does::Rebuild(rebuild) => keep::run(rebuild.work()),
            Does::Witness(witness) => keep::run(witness.work()),
        }
    }
}

/// The keys that are given, or the one at its usual place.
pub(crate) fn keys(given: Vec<PathBuf>) -> Result<Vec<PathBuf>, Refusal> {
    if given.is_empty() {
        return Ok(vec![edge::key_place(None)?]);
    }
    Ok(given)
}

impl Verify {
    fn run(self) -> Result<End, Refusal> {
        let mut progress = Progress::of("核验", "verifying");
        let trusting = |keys| Trusting {
            keys,
            witness: self.witness,
            root: self.root,
        };
        if let Some(file) = &self.file {
            let told = |bytes| progress.at(bytes >> 10, None);
            let examined = examine_export(file, &trusting(self.key), told);
            progress.end();
            return keep::ended(show(examined, self.format));
        }
        let trusting = trusting(keys(self.key)?);
        let database = Database {
            address: self.database.unwrap_or_default(),
        };
        keep::run(async move {
            let house = database.open(Mode::Read).await?;
            let told = |done, all| progress.at(done, Some(all));
            let examined = examine(&house, &trusting, told).await;
            house.close().await;
            progress.end();
            show(examined, self.format)
        })
    }
}

fn show(examined: Result<app::keep::Examined, app::keep::Stop>, format: Form) -> Result<End, Halt> {
    Ok(shown(&examined?, format)?)
}

impl Rebuild {
    async fn work(self) -> Result<End, Halt> {
        let mut progress = Progress::of("重建", "rebuilding");
        let mode = if self.compare {
            Mode::Read
        } else {
            Mode::Write
        };
        let house = self.database.open(mode).await?;
        let told = |done| progress.at(done, None);
        if !self.compare {
            let rows = rebuilt(&house, told).await;
            house.close().await;
            progress.end();
            let rows = rows?;
            if self.format == Form::Json {
                json(&serde_json::json!({ "rows": rows }))?;
            }
            say(
                format!("已据流水重建 {rows} 条记录"),
                format!("{rows} records were rebuilt from the journal"),
            );
            return Ok(End::Done);
        }
        let found = compared(&house, told).await;
        house.close().await;
        progress.end();
        let found = found?;
        match self.format {
            Form::Json => json(&found)?,
            Form::Text => {
                let breaks = found.breaks.iter().map(|found| &found.words);
                let words = breaks.chain(found.odd.iter().map(|odd| &odd.words));
                words.for_each(|words| println!("{}", pick(words)));
            }
        }
        let (entries, rows) = (found.entries, found.rows);
        if found.clean {
            say(
                format!("{entries} 条流水，{rows} 条记录，表与流水一致"),
                format!("{entries} entries, {rows} records: the tables are what the journal says"),
            );
            return Ok(End::Done);
        }
        let n = found.breaks.len() + found.odd.len();
        let more = found.more;
        say(
            format!("{n} 处不同（另有 {more} 处未列）；以流水为准"),
            format!("{n} differences, {more} more not listed; the journal holds"),
        );
        Ok(End::No)
    }
}
