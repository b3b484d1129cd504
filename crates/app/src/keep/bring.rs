//! Bringing a database to a programme: its tables, and the version in force.

use super::{Clock, House, Mode, Stop, database_path};
use journal::SealingKey;
use programme::record::Author;
use programme::{Files, Programme};
use rules::Words;
use std::path::{Path, PathBuf};
use store::Plan;
use store::published::{Published, Reign};

/// What would be done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Planned {
    /// To the tables.
    pub tables: Plan,
    /// The digest of the version to be put in force; `None` where it is in force.
    pub publishes: Option<String>,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brought {
    /// Whether anything was.
    pub changed: bool,
    /// Whether it is under a seal; otherwise the next node that runs seals it.
    pub sealed: bool,
}

impl Planned {
    /// Nothing to do, and nothing in the way.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.publishes.is_none()
    }

    /// Line by line: refusals, then steps, then what is kept, then the version.
    pub fn lines(&self, pick: fn(&Words) -> &str) -> Vec<String> {
        let mut lines = self.tables.lines(pick);
        lines.extend(self.publishes.iter().map(|digest| {
            let short: String = digest.chars().take(12).collect();
            let words = Words::new(
                format!("方案 {short} 生效"),
                format!("put the programme {short} in force"),
            );
            format!("+ {}", pick(&words))
        }));
        lines
    }

    /// As JSON: the plan's parts, and `publishes`.
    pub fn json(&self) -> serde_json::Value {
        let mut json = self.tables.json();
        if let Some(parts) = json.as_object_mut() {
            parts.insert("publishes".to_owned(), self.publishes.clone().into());
        }
        json
    }
}

/// What brings a database to a programme; nothing is changed, and a database that is not there is not made.
/// `scratch` is a folder that is not there yet: an empty database stands in it for one that is missing.
///
/// # Errors
///
/// The database cannot be opened.
pub async fn planned(
    address: &str,
    programme: &Programme,
    files: &Files,
    scratch: &Path,
) -> Result<Planned, Stop> {
    if database_path(address).is_none_or(|path| path.exists()) {
        let house = House::open(address, Mode::Read).await?;
        let planned = house.planned(programme, files).await;
        house.close().await;
        return planned;
    }
    let unusable = |cause| super::stop::file(scratch, &cause);
    std::fs::create_dir_all(scratch).map_err(unusable)?;
    let empty: PathBuf = scratch.join("empty.db");
    let house = House::open(&empty.display().to_string(), Mode::Make).await?;
    let planned = house.planned(programme, files).await;
    house.close().await;
    std::fs::remove_dir_all(scratch).map_err(unusable)?;
    planned
}

/// Brings the database to the programme as planned, puts the version in force, and seals both.
/// `actor` does it, and may say why; `seeds` are three times 32 bytes of true randomness; none may come again.
///
/// # Errors
///
/// The plan is refused or out of date: then nothing is changed.
pub async fn brought(
    house: &House,
    (programme, files): (&Programme, &Files),
    planned: &Planned,
    key: SealingKey,
    (actor, why): (&str, Option<&str>),
    clock: Clock,
    seeds: [[u8; 32]; 3],
) -> Result<Brought, Stop> {
    let db = house.store.db();
    let [of_tables, of_version, of_sealer] = seeds;
    let author = || Author {
        actor: actor.to_owned(),
        on_behalf: None,
        at: clock(&programme.zone),
        key: None,
    };
    let moved = store::migrate(db, programme, &planned.tables, author(), of_tables).await?;
    let put = store::published::publish(db, programme, files, (author(), why), of_version).await?;
    let Some(last) = put.or(moved) else {
        return Ok(Brought {
            changed: false,
            sealed: true,
        });
    };
    let sealed = house.sealed(last.arrival, key, of_sealer, clock).await?;
    Ok(Brought {
        changed: true,
        sealed,
    })
}

impl House {
    /// Every time that a version came into force, in order.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn versions(&self) -> Result<Vec<Published>, Stop> {
        Ok(store::published::publications(self.store.db()).await?)
    }

    /// The folder of a version that is or was in force, by the first letters of its digest; the one in force where none
    /// are given.
    ///
    /// # Errors
    ///
    /// There is no such version, or more than one; the database's.
    pub async fn version(&self, digest: Option<&str>) -> Result<Files, Stop> {
        let db = self.store.db();
        let found = match digest {
            None => store::published::in_force(db).await?,
            Some(digest) => {
                let reigns = store::published::reigns(db).await?;
                let fits = |reign: &Reign| reign.digest.to_string().starts_with(digest);
                let mut found: Vec<_> = reigns.into_iter().filter(fits).collect();
                found.sort_by_key(|reign| reign.digest);
                found.dedup_by_key(|reign| reign.digest);
                match found.as_slice() {
                    [one] => store::published::version(db, one.digest).await?,
                    _ => None,
                }
            }
        };
        found.map(|version| version.files).ok_or_else(unknown)
    }

    /// What brings this database to a programme.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn planned(&self, programme: &Programme, files: &Files) -> Result<Planned, Stop> {
        let db = self.store.db();
        let mut tx = db.read().await?;
        let tables = store::plan(&mut tx, programme).await?;
        drop(tx);
        let digest = store::published::digest(files);
        let in_force = store::published::in_force_digest(db).await?;
        Ok(Planned {
            tables,
            publishes: (in_force != Some(digest)).then(|| digest.to_string()),
        })
    }
}

fn unknown() -> Stop {
    Stop::No(Words::new(
        "没有这一版方案，或不止一版以它开头；用 heli programme versions 查看",
        "there is no such version, or more than one begins so; see `heli programme versions`",
    ))
}
