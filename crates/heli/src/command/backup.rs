//! `heli backup` and `heli restore`: an embedded database with its files, out and back.

use super::journal::shown;
use super::keep::{self, Database, Form, Halt, json, say};
use crate::folder::Refusal;
use crate::progress::Progress;
use crate::{End, edge};
use app::keep::{Mode, Trusting, backed_up, examine, restored};
use clap::Args;
use std::path::PathBuf;

/// Back an embedded database up into a new folder, with its files and without the signing key.
#[derive(Args)]
pub(crate) struct Backup {
    #[command(flatten)]
    database: Database,
    /// The new folder.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// The folder of attached files; default: beside the database, heli.db → heli.files.
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
    /// Text for people, JSON for machines.
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
}

/// Put a backup in place of nothing, and verify its journal.
#[derive(Args)]
pub(crate) struct Restore {
    /// The backup's folder.
    from: PathBuf,
    #[command(flatten)]
    database: Database,
    /// Where the attached files go; default: beside the database, heli.db → heli.files.
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
    /// A witness file; without one it cannot be told whether the backup is an old one.
    #[arg(long, value_name = "FILE")]
    witness: Option<PathBuf>,
    /// Files of keys whose seals count; default: HELI_KEY, or heli/seal.pem in the account's settings.
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// Text for people, JSON for machines.
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
}

impl Backup {
    pub(crate) fn run(self) -> Result<End, Refusal> {
        keep::run(self.work())
    }

    async fn work(self) -> Result<End, Halt> {
        let progress = Progress::of("备份", "backing up");
        let house = self.database.open(Mode::Read).await?;
        let manifest = backed_up(&house, self.files.as_deref(), &self.to, edge::now).await;
        house.close().await;
        progress.end();
        let manifest = manifest?;
        if self.format == Form::Json {
            json(&manifest)?;
        }
        let (to, files) = (self.to.display(), manifest.files.len());
        let (entries, sealed) = (manifest.position + 1, manifest.sealed);
        say(
            format!(
                "已备份到 {to}：{entries} 条流水，其中 {sealed} 条已封签，{files} 个附件；签名密钥不在其中"
            ),
            format!(
                "backed up to {to}: {entries} entries, {sealed} of them sealed, {files} files; the signing key is not in it"
            ),
        );
        Ok(End::Done)
    }
}

impl Restore {
    pub(crate) fn run(self) -> Result<End, Refusal> {
        keep::run(self.work())
    }

    async fn work(self) -> Result<End, Halt> {
        let keys = super::journal::keys(self.key)?;
        let trusting = Trusting {
            keys,
            witness: self.witness,
            root: None,
        };
        // So that a key or a witness that cannot be read is known before anything is put in place.
        trusting.readable()?;
        let progress = Progress::of("恢复", "restoring");
        let manifest = restored(&self.from, &self.database.address, self.files.as_deref()).await;
        progress.end();
        let entries = manifest?.position + 1;
        say(
            format!("已恢复 {entries} 条流水，现在核验"),
            format!("restored {entries} entries, which are verified now"),
        );
        let mut progress = Progress::of("核验", "verifying");
        let house = self.database.open(Mode::Read).await?;
        let told = |done, all| progress.at(done, Some(all));
        let examined = examine(&house, &trusting, told).await;
        house.close().await;
        progress.end();
        Ok(shown(&examined?, self.format)?)
    }
}
