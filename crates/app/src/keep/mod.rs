//! Keeping house: what an operator does with a database from the command line. Nothing here prints.

mod audit;
mod bring;
mod copy;
mod erase;
mod key;
mod paper;
mod seal;
mod stop;
mod tables;
mod witness;

pub use audit::{Against, Examined, Found, Trusting, examine, examine_export};
pub use bring::{Brought, Planned, brought, planned};
pub use copy::{backed_up, restored};
pub use erase::{EXPIRED, Erasure, erased, expired, expired_erased};
pub(crate) use key::outside;
pub use key::{code_key_or_new, key, key_or_new};
pub use paper::{Proved, Root, exported, proof, proof_holds, root, witnessed};
pub(crate) use seal::sealer;
pub use stop::Stop;
pub(crate) use stop::lower;
pub(crate) use witness::WitnessFile;
// What the commands show as it is: plans of migrations, findings of the doctor, what a backup holds.
pub use store::Plan;
pub use store::audit::Expired;
pub use store::backup::Manifest;
pub use store::doctor::{Finding, Grade};
pub use store::published::{Published, digest};
pub use tables::{Compared, Odd, compared, rebuilt};

use programme::{Files, Programme};
use rules::Moment;
use std::path::{Path, PathBuf};
use store::{Db, Options, Store};

/// The time in a zone, by its IANA name; the edge reads the clock.
pub type Clock = fn(&str) -> Moment;

/// The zone before a programme is in force.
const ZONE: &str = "Asia/Shanghai";

/// How a database is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Made where it is not there.
    Make,
    /// It must be there; on SQLite no other process may write it.
    Write,
    /// Only read, so that it works beside a running node.
    Read,
}

/// What a database is opened for again.
#[derive(Debug)]
pub struct InForce {
    /// The programme.
    pub programme: Programme,
    /// Its folder.
    pub files: Files,
    /// Of a rehearsal, when it was sealed last by its simulated clock.
    pub simulated: Option<Moment>,
}

/// An open database.
#[derive(Debug)]
pub struct House {
    store: Store,
    address: String,
}

impl House {
    /// Opens `postgres://…`, `sqlite:PATH` or a path. Must be called inside a runtime.
    ///
    /// # Errors
    ///
    /// There is no database, another process writes it, or it does not answer.
    pub async fn open(address: &str, mode: Mode) -> Result<Self, Stop> {
        let options = Options {
            create: mode == Mode::Make,
            read_only: mode == Mode::Read,
            connections: 2,
        };
        let db = Db::open(address, options).await?;
        // Registers are read from what the tables were made to be; no programme is needed for that.
        let store = Store::new(db, &Programme::default()).await?;
        Ok(Self {
            store,
            address: address.to_owned(),
        })
    }

    /// Closes it when everything is written.
    pub async fn close(self) {
        self.store.close().await;
    }

    /// Looks everything over: the database, its tables, its sealing, its files and the key; worst first.
    /// `clock_ms` is the node's own clock, in milliseconds since 1970, UTC.
    ///
    /// # Errors
    ///
    /// The database does not answer at all.
    pub async fn findings(
        &self,
        programme: Option<&Programme>,
        (files, key): (Option<&Path>, Option<&Path>),
        clock: Clock,
        clock_ms: fn() -> i64,
    ) -> Result<Vec<Finding>, Stop> {
        let in_force = match programme {
            Some(_) => None,
            None => self.programme().await?,
        };
        let programme = programme.or(in_force.as_ref());
        let zone = programme.map_or(ZONE, |programme| programme.zone.as_str());
        let place = files_place(&self.address, files);
        let around = store::doctor::Surroundings {
            programme,
            now: clock(zone),
            clock: &clock_ms,
            files: place
                .as_deref()
                .filter(|place| place.exists() || files.is_some()),
            key,
            backups: None,
        };
        Ok(store::doctor::examined(self.store.db(), &around).await?)
    }

    /// The programme in force with its folder, and whether the clock is simulated; `None` before the first is published.
    ///
    /// # Errors
    ///
    /// The database's; or a programme that this release reads otherwise.
    pub async fn in_force(&self) -> Result<Option<InForce>, Stop> {
        let Some(version) = store::published::in_force(self.store.db()).await? else {
            return Ok(None);
        };
        let reading = programme::read(&version.files);
        let programme = reading.programme.ok_or_else(stop::unsound)?;
        let sealed = self.store.last_seal().await?.map(|last| last.seal);
        Ok(Some(InForce {
            programme,
            files: version.files,
            simulated: sealed.filter(|seal| seal.rehearsal).map(|seal| seal.at),
        }))
    }

    /// The programme in force; `None` before the first is published.
    async fn programme(&self) -> Result<Option<Programme>, Stop> {
        let version = store::published::in_force(self.store.db()).await?;
        let Some(version) = version else {
            return Ok(None);
        };
        let reading = programme::read(&version.files);
        reading.programme.map(Some).ok_or_else(stop::unsound)
    }

    /// Now, in the zone of the programme in force.
    async fn now(&self, clock: Clock) -> Result<Moment, Stop> {
        let programme = self.programme().await?;
        Ok(clock(programme.as_ref().map_or(ZONE, |p| &p.zone)))
    }
}

/// The folder of attached files: the one that is given, or beside an embedded database under its name, `heli.db` → `heli.files`.
/// `None` where PostgreSQL is used and none is given.
pub fn files_place(address: &str, given: Option<&Path>) -> Option<PathBuf> {
    let beside = || database_path(address).map(|path| path.with_extension("files"));
    given.map(Path::to_owned).or_else(beside)
}

/// The file of an embedded database; `None` for PostgreSQL.
pub fn database_path(address: &str) -> Option<PathBuf> {
    let postgres = address.starts_with("postgres://") || address.starts_with("postgresql://");
    let path = address.strip_prefix("sqlite:").unwrap_or(address);
    (!postgres).then(|| PathBuf::from(path))
}
