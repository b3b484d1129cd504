//! Opening a database for a programme: a new one is made to fit it, another one must fit it already.

use crate::App;
use crate::attached::{Attached, Shelf};
use crate::live::{Live, read, words};
use crate::past::Past;
use programme::record::Author;
use programme::{Files, Programme};
use rules::{Day, Moment, Words};
use store::write::Failure;
use store::{Db, Options, Store};

/// How a database is opened.
#[derive(Clone, Debug)]
pub struct Opening {
    /// `postgres://…`, `sqlite:PATH` or a path.
    pub address: String,
    /// The programme's folder, which a new database puts in force and any other has in force already.
    pub files: Files,
    /// Where attached files are kept; `None` where no file can be attached.
    pub attached: Option<Attached>,
    /// Now, in the programme's zone.
    pub now: Moment,
    /// The last day that can be shown.
    pub today: Day,
    /// The first day whose superseded values are kept in memory; `None` for the campaign's first. Earlier days are
    /// built from the journal when they are asked for.
    pub since: Option<Day>,
    /// The clock is simulated.
    pub rehearsal: bool,
    /// Why nothing may be written here; `None` where it may. Without writing it works beside another process.
    pub closed: Option<Words>,
    /// This node's own clock, milliseconds since 1970, UTC: writes are refused where the database's differs too much.
    pub clock_ms: fn() -> i64,
    /// Twice 32 bytes of fresh randomness.
    pub seeds: [[u8; 32]; 2],
}

impl App {
    /// Opens a database and reads its records. A new database is brought to the programme, which is put in force.
    /// `told` hears how many records are read.
    ///
    /// Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// What hinders it: a database that does not open, that is made for another version of the programme, or that is
    /// a rehearsal where this is none; rows that do not fit.
    pub async fn open(
        programme: Programme,
        opening: &Opening,
        told: impl FnMut(usize),
    ) -> Result<Self, Words> {
        let usual = Options::default();
        let options = Options {
            create: opening.closed.is_none(),
            read_only: opening.closed.is_some(),
            ..usual
        };
        let db = Db::open(&opening.address, options).await.map_err(words)?;
        let apart = apart(&db, opening.clock_ms).await?;
        let barred = opening.closed.clone().or_else(|| apart.clone());
        fits(&db, &programme, opening, barred).await?;
        let store = Store::new(db, &programme).await.map_err(words)?;
        match Self::read(&store, programme, opening, apart, told).await {
            Ok(app) => Ok(app),
            Err(words) => {
                // So that the file is free for whoever opens it next.
                store.close().await;
                Err(words)
            }
        }
    }

    async fn read(
        store: &Store,
        programme: Programme,
        opening: &Opening,
        apart: Option<Words>,
        told: impl FnMut(usize),
    ) -> Result<Self, Words> {
        is_of_kind(store, opening.rehearsal).await?;
        let applied = store.refresh().await.map_err(words)?;
        let version = store::published::digest(&opening.files).to_string();
        let since = opening.since.unwrap_or(programme.campaign.0);
        let past = Past::of(store, since, version).await.map_err(words)?;
        let living = read(store, &programme, &past, told).await?;
        let barred = (opening.closed.clone(), apart);
        let shelf = Shelf::open(opening.attached.as_ref(), opening.closed.is_none())?;
        let live = Live::new((store.clone(), shelf), applied, past, barred);
        let (today, rehearsal) = (opening.today, opening.rehearsal);
        Ok(Self::over(programme, living, Some(live), today, rehearsal))
    }
}

/// Why this node may not write: its clock is too far from the database's.
pub(crate) async fn apart(db: &Db, clock_ms: fn() -> i64) -> Result<Option<Words>, Words> {
    let apart = store::doctor::apart_ms(db, &clock_ms).await;
    let apart = apart.map_err(words)?;
    Ok(store::doctor::too_far_apart(apart).map(words))
}

/// Brings a new database to the programme, and refuses one that is made for another.
async fn fits(
    db: &Db,
    programme: &Programme,
    opening: &Opening,
    barred: Option<Words>,
) -> Result<(), Words> {
    let mut tx = db.read().await.map_err(words)?;
    let plan = store::plan(&mut tx, programme).await.map_err(words)?;
    drop(tx);
    let in_force = store::published::in_force_digest(db).await.map_err(words)?;
    if let Some(in_force) = in_force {
        let same = in_force == store::published::digest(&opening.files);
        return match (same, plan.is_empty()) {
            (true, true) => Ok(()),
            (_, false) => Err(other_tables()),
            (false, true) => Err(other_version(&in_force.to_string())),
        };
    }
    if let Some(barred) = barred {
        return Err(barred);
    }
    let author = || Author {
        actor: "heli".into(),
        on_behalf: None,
        at: opening.now,
        key: None,
    };
    let [of_tables, of_version] = opening.seeds;
    let moved = store::migrate(db, programme, &plan, author(), of_tables).await;
    moved.map_err(failed)?;
    let put =
        store::published::publish(db, programme, &opening.files, (author(), None), of_version)
            .await;
    put.map_err(failed).map(|_| ())
}

/// A database stays what its first seal says it is.
async fn is_of_kind(store: &Store, rehearsal: bool) -> Result<(), Words> {
    let last = store.last_seal().await.map_err(words)?;
    match last.filter(|last| last.seal.rehearsal != rehearsal) {
        None => Ok(()),
        Some(_) if rehearsal => Err(Words::new(
            "这个数据库不是演练库，不能拨它的时钟；请用 heli serve 打开",
            "this database is no rehearsal, so its clock is not simulated; open it with `heli serve`",
        )),
        Some(_) => Err(Words::new(
            "这个数据库是演练库，永远都是；请用 heli demo 打开，或为正式运行另建一个",
            "this database is a rehearsal and stays one; open it with `heli demo`, or make another for work in earnest",
        )),
    }
}

fn other_tables() -> Words {
    Words::new(
        "数据库的表是按另一版方案建的；先运行 heli migrate --plan 查看差别，再运行 heli migrate",
        "the database's tables were made for another version of the programme; look at the difference with `heli migrate --plan`, then run `heli migrate`",
    )
}

fn other_version(in_force: &str) -> Words {
    let short: String = in_force.chars().take(12).collect();
    Words::new(
        format!(
            "数据库里生效的是另一版方案（{short}）；要换成这一版，运行 heli migrate；要用生效的那一版，去掉 --programme"
        ),
        format!(
            "another version of the programme is in force in the database ({short}); run `heli migrate` to put this one in force, or leave --programme away to use that one"
        ),
    )
}

fn failed(failure: Failure) -> Words {
    match failure {
        Failure::Refused(refusal) => refusal.words(),
        Failure::Failed(error) => words(*error),
    }
}
