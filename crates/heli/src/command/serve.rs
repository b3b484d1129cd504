//! `heli serve`: pages and API over a database, or pages over a folder of evidence.

use super::keep::{self, Halt, say};
use super::node::{Asking, Ended, Node, bound};
use super::opened::{Wanted, opened};
use crate::folder::{self, Refusal};
use crate::{End, edge};
use app::App;
use app::keep::key_or_new;
use app::rules::Day;
use clap::Args;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Serve pages and API over a database, or pages over a folder of evidence.
#[derive(Args)]
pub(crate) struct Serve {
    /// The programme's folder, with which a new database is made; default: the version in force, without a database programmes/fujian.
    #[arg(long, value_name = "DIR")]
    programme: Option<PathBuf>,
    /// The database: a path, sqlite:PATH or postgres://…; without one nothing can be recorded.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// A folder with one CSV file per register, instead of a database; none: no evidence yet.
    #[arg(long, value_name = "DIR", conflicts_with = "database")]
    evidence: Option<PathBuf>,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The last day that can be shown; default today. A database is only read then, unless it is a rehearsal.
    #[arg(long, value_name = "DATE", value_parser = folder::day)]
    today: Option<Day>,
    /// Keep superseded values in memory from this day on; default the campaign's first. Earlier days are built when asked for.
    #[arg(long, value_name = "DATE", value_parser = folder::day, requires = "database")]
    since: Option<Day>,
    /// The folder of attached files; default: beside the database, heli.db → heli.files. Nodes on one database share it.
    #[arg(long, value_name = "DIR", requires = "database")]
    files: Option<PathBuf>,
    /// Days for which a file that no record names is kept; 0: for ever.
    #[arg(long, value_name = "DAYS", default_value_t = 7, requires = "database")]
    file_grace_days: u32,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    seal: Seal,
}

/// Where the seals' key and their witness lie.
#[derive(Args)]
pub(crate) struct Seal {
    /// The signing key's file, made where there is none; default: HELI_KEY, or heli/seal.pem in the account's settings.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// A file outside the database's folder to which every seal is appended; without one a cut tail cannot be noticed.
    #[arg(long, value_name = "FILE")]
    pub(crate) witness: Option<PathBuf>,
}

impl Serve {
    pub(crate) fn run(self) -> Result<End, Refusal> {
        match &self.database {
            Some(address) => keep::run(self.on_database(address)),
            None => keep::run(self.on_sheets()),
        }
    }

    async fn on_database(&self, address: &str) -> Result<End, Halt> {
        let mut listener = None;
        // The folder makes a new database, and names the version that is opened first.
        let mut folder = self.programme.as_deref();
        loop {
            let Some(node) = self.node(address, folder).await? else {
                return Ok(End::Unreadable);
            };
            let listener = match &listener {
                Some(listener) => listener,
                None => listener.insert(bound(self.listen)?),
            };
            if node.run(listener).await? == Ended::Asked {
                return Ok(End::Done);
            }
            folder = None;
        }
    }

    /// A node over a database; `None` after the faults of the programme's folder were told.
    async fn node(&self, address: &str, programme: Option<&Path>) -> Result<Option<Node>, Halt> {
        let wanted = Wanted {
            address,
            programme,
            today: self.today,
            since: self.since,
            files: self.files.as_deref(),
            reads: false,
        };
        let Some(app) = opened(wanted).await? else {
            return Ok(None);
        };
        let key = edge::key_place(self.seal.key.clone())?;
        let code_key = self.asking.code_key(&key, address)?;
        if self.today.is_some() && !app.rehearsal() {
            let mut node = read_only(app, &key, self.asking.clone());
            node.code_key = code_key;
            return Ok(Some(node));
        }
        let sealing = self.seal.begun(&app, address, &key).await?;
        if self.seal.witness.is_none() && !app.rehearsal() {
            say(
                "没有见证文件：数据库被截尾或换成旧备份将无从发现；用 --witness 给出库外的位置",
                "there is no witness: a cut tail or an old backup would not be noticed; name a file outside the database with --witness",
            );
        }
        Ok(Some(Node {
            follows_clock: self.today.is_none() && !app.rehearsal(),
            file_grace_days: self.file_grace_days,
            asking: self.asking.clone(),
            code_key,
            examples: None,
            app,
            seal_key: sealing.public_key(),
            sealing: Some(sealing),
        }))
    }

    async fn on_sheets(&self) -> Result<End, Halt> {
        let folder = self.programme.as_deref();
        let folder = folder.unwrap_or(Path::new("programmes/fujian"));
        let Some((programme, _)) = folder::programme(folder)? else {
            return Ok(End::Unreadable);
        };
        let sheets = self.evidence.as_deref().map(folder::evidence).transpose()?;
        let Some(facts) = super::facts(&programme, &sheets.unwrap_or_default()) else {
            return Ok(End::Unreadable);
        };
        let today = self
            .today
            .unwrap_or_else(|| edge::now(&programme.zone).day());
        let node = Node {
            app: App::new(programme, facts, today, false),
            sealing: None,
            file_grace_days: 0,
            asking: self.asking.clone(),
            code_key: None,
            examples: None,
            seal_key: None,
            follows_clock: self.today.is_none(),
        };
        node.run(&bound(self.listen)?).await?;
        Ok(End::Done)
    }
}

/// A node that shows a day and writes nothing; it may run beside another process.
fn read_only(app: App, key: &Path, asking: Asking) -> Node {
    // Without the key everything is served but proofs.
    let key = app::keep::key(key).ok();
    Node {
        examples: None,
        app,
        sealing: None,
        file_grace_days: 0,
        asking,
        code_key: None,
        seal_key: key.and_then(|key| key.pem()),
        follows_clock: false,
    }
}

impl Seal {
    /// A sealer of an open database, its key read or made.
    pub(crate) async fn begun(
        &self,
        app: &App,
        address: &str,
        key: &Path,
    ) -> Result<app::Sealing, Halt> {
        let [of_key, of_run] = edge::random()?;
        let key = key_or_new(key, address, of_key)?;
        let witness = self.witness.as_deref().map(|place| (place, address));
        Ok(app.sealing(key, of_run, witness).await?)
    }
}
