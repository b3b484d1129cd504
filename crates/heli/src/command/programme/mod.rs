//! `heli programme`: what a version changes, putting one in force, writing one back as a folder, every one that was.

mod show;

use super::keep::{self, Database, Form, Halt, json, say};
use super::migrate::{plan_of, say_brought, stands};
use crate::folder::{self, Refusal, pick, unreadable};
use crate::{End, edge};
use app::keep::{Mode, Planned, brought, key_or_new};
use app::programme::Files;
use app::programme::difference::difference;
use app::rules::Words;
use clap::{Args, Subcommand};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Show what a version of the programme changes, put it in force, give it back as a folder or zip.
#[derive(Args)]
pub(crate) struct Programme {
    #[command(subcommand)]
    asked: Asked,
}

#[derive(Subcommand)]
enum Asked {
    /// What a folder or zip would change, part by part; nothing is changed.
    Diff(Diff),
    /// Put a folder or zip in force, once it is sound and no record stands against it.
    Publish(Publish),
    /// Write a version that is or was in force as a folder, or as a zip.
    Export(Export),
    /// Every version that was put in force: when, by whom, why.
    Versions(Versions),
}

#[derive(Args)]
struct Diff {
    /// The folder or zip.
    programme: PathBuf,
    /// The folder or zip it is held against; default: what is in force in the database.
    #[arg(long, value_name = "DIR", required_unless_present = "database")]
    from: Option<PathBuf>,
    /// The database, whose plan of migration is shown too: a path, sqlite:PATH or postgres://…
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Every key of what is new or gone, too.
    #[arg(long)]
    full: bool,
    /// Text for people, JSON for machines.
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
}

#[derive(Args)]
struct Publish {
    /// The folder or zip.
    programme: PathBuf,
    #[command(flatten)]
    database: Database,
    /// Why, as the journal keeps it.
    #[arg(long, value_name = "TEXT")]
    why: String,
    /// The signing key's file, made where there is none; default: HELI_KEY, or heli/seal.pem in the account's settings.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The account that does it, as the journal names it.
    #[arg(long, default_value = "operator")]
    by: String,
}

#[derive(Args)]
struct Export {
    /// A folder that is not there yet, or a file that ends in .zip.
    to: PathBuf,
    #[command(flatten)]
    database: Database,
    /// The first letters of a version's digest; default: the one in force.
    #[arg(long, value_name = "LETTERS")]
    digest: Option<String>,
}

#[derive(Args)]
struct Versions {
    #[command(flatten)]
    database: Database,
    /// Text for people, JSON for machines.
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
}

impl Programme {
    pub(crate) fn run(self) -> Result<End, Refusal> {
        match self.asked {
            Asked::Diff(diff) => keep::run(diff.work()),
            Asked::Publish(publish) => keep::run(publish.work()),
            Asked::Export(export) => keep::run(export.work()),
            Asked::Versions(versions) => keep::run(versions.work()),
        }
    }
}

impl Diff {
    async fn work(self) -> Result<End, Halt> {
        let new = folder::files(&self.programme)?;
        let old = match (&self.from, &self.database) {
            (Some(from), _) => folder::files(from)?,
            (None, Some(address)) => in_force(address).await?,
            (None, None) => Files::new(),
        };
        let found = difference(&old, &new);
        let checked = app::check(&new);
        let planned = match (&self.database, &checked.programme) {
            (Some(address), Some(programme)) => Some(plan_of(address, programme, &new).await?),
            _ => None,
        };
        match self.format {
            Form::Json => json(&show::as_json(&found, planned.as_ref()))?,
            Form::Text => {
                show::lines(&found, self.full)
                    .iter()
                    .for_each(|line| println!("{line}"));
                if let Some(planned) = &planned {
                    show::plan(planned)
                        .iter()
                        .for_each(|line| println!("{line}"));
                }
            }
        }
        super::check::show(&new, &checked.faults);
        if checked.programme.is_none() {
            say(
                "这一版有错，不能生效；改正后用 heli check 再看",
                "this version has faults and cannot be put in force; mend them, and look again with `heli check`",
            );
            return Ok(End::No);
        }
        Ok(planned.as_ref().map_or(End::Done, stands))
    }
}

impl Publish {
    async fn work(self) -> Result<End, Halt> {
        if self.why.trim().is_empty() {
            return Err(Halt::Refusal(pick(&Words::new(
                "请用 --why 说明为什么换这一版",
                "say with --why why this version is put in force",
            ))));
        }
        let files = folder::files(&self.programme)?;
        let checked = app::check(&files);
        super::check::show(&files, &checked.faults);
        let Some(programme) = checked.programme else {
            say(
                "这一版有错，没有生效；改正后用 heli check 再看",
                "this version has faults and was not put in force; mend them, and look again with `heli check`",
            );
            return Ok(End::No);
        };
        let (seeds, [of_key]) = (edge::random()?, edge::random()?);
        let place = edge::key_place(self.key.clone())?;
        let key = key_or_new(&place, &self.database.address, of_key)?;
        let house = self.database.open(Mode::Make).await?;
        let planned = house.planned(&programme, &files).await?;
        show::plan(&planned)
            .iter()
            .for_each(|line| println!("{line}"));
        if let End::No = stands(&planned) {
            house.close().await;
            return Ok(End::No);
        }
        let by = (self.by.as_str(), Some(self.why.trim()));
        let folder = (&programme, &files);
        let done = brought(&house, folder, &planned, key, by, edge::now, seeds).await;
        house.close().await;
        say_brought(done?);
        Ok(End::Done)
    }
}

impl Export {
    async fn work(self) -> Result<End, Halt> {
        if self.to.exists() {
            let to = self.to.display();
            return Err(Halt::Refusal(pick(&Words::new(
                format!("{to} 已经存在，不会覆盖；换一个位置"),
                format!("{to} is there already and is not overwritten; choose another place"),
            ))));
        }
        let house = self.database.open(Mode::Read).await?;
        let files = house.version(self.digest.as_deref()).await;
        house.close().await;
        let files = files?;
        let is_zip = self.to.extension().is_some_and(|end| end == "zip");
        let written = match is_zip {
            true => {
                let bytes = app::zipped(&files).map_err(|words| pick(&words))?;
                fs::write(&self.to, bytes)
            }
            false => unfolded(&self.to, &files),
        };
        written.map_err(|cause| unreadable(&self.to, &cause))?;
        let count = files.len();
        let to = self.to.display();
        say(
            format!("{count} 个文件 → {to}"),
            format!("{count} files → {to}"),
        );
        Ok(End::Done)
    }
}

impl Versions {
    async fn work(self) -> Result<End, Halt> {
        let house = self.database.open(Mode::Read).await?;
        let versions = house.versions().await;
        house.close().await;
        let versions = versions?;
        match self.format {
            Form::Json => json(&show::versions_json(&versions))?,
            Form::Text => {
                for one in &versions {
                    let why = one.why.as_deref().unwrap_or_default();
                    let reign = &one.reign;
                    println!(
                        "{}\t{}\t{}\t{why}",
                        reign.from.exact(),
                        reign.digest,
                        one.by
                    );
                }
            }
        }
        Ok(End::Done)
    }
}

/// What is in force in a database; nothing where it is not there, or new.
async fn in_force(address: &str) -> Result<Files, Halt> {
    if app::keep::database_path(address).is_some_and(|path| !path.exists()) {
        return Ok(Files::new());
    }
    let house = app::keep::House::open(address, Mode::Read).await?;
    let versions = house.versions().await;
    let files = match versions {
        Ok(versions) if versions.is_empty() => Ok(Files::new()),
        Ok(_) => house.version(None).await,
        Err(stop) => Err(stop),
    };
    house.close().await;
    Ok(files?)
}

/// Writes files below a folder that is not there yet.
fn unfolded(to: &Path, files: &Files) -> io::Result<()> {
    for (name, text) in files {
        let path = to.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

/// Whether anything is to be done.
fn is_idle(planned: &Planned) -> bool {
    planned.is_empty() && planned.tables.refusals.is_empty()
}
