//! Opening a database for the commands that read and write records, by the programme in force in it.

use super::keep::Halt;
use crate::edge;
use crate::folder::{self, Refusal, pick};
use crate::progress::Progress;
use app::keep::{House, InForce, Mode, database_path};
use app::programme::{Files, Programme};
use app::rules::{Day, Words};
use app::{App, Attached, Opening};
use std::path::Path;

/// How a database is wanted.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// A path, `sqlite:PATH` or `postgres://…`.
    pub(crate) address: &'a str,
    /// The programme's folder, with which a new database is made; `None` for the version in force.
    pub(crate) programme: Option<&'a Path>,
    /// The last day that can be shown. It moves a rehearsal's clock, and makes any other database read-only.
    pub(crate) today: Option<Day>,
    /// The first day whose superseded values are kept in memory; `None` for the campaign's first.
    pub(crate) since: Option<Day>,
    /// The folder of attached files; `None` for the one beside an embedded database.
    pub(crate) files: Option<&'a Path>,
    /// Nothing is written, so that it works beside a running node.
    pub(crate) reads: bool,
}

/// An open database; `None` after the faults of the programme's folder were told.
pub(crate) async fn opened(wanted: Wanted<'_>) -> Result<Option<App>, Halt> {
    let in_force = in_force(wanted).await?;
    let simulated = in_force.as_ref().and_then(|found| found.simulated);
    let Some((programme, files)) = programme(wanted, in_force)? else {
        return Ok(None);
    };
    let now = edge::now(&programme.zone);
    let today = wanted.today.or(simulated.map(|at| at.day()));
    let today = today.unwrap_or_else(|| now.day());
    let rehearsal = simulated.is_some();
    let opening = Opening {
        address: wanted.address.to_owned(),
        files,
        now: if rehearsal { edge::at(now, today) } else { now },
        today,
        since: wanted.since,
        attached: Attached::of(wanted.address, wanted.files),
        rehearsal,
        closed: match wanted.today.filter(|_| !rehearsal) {
            Some(day) => Some(shows(day)),
            None => wanted.reads.then(only_reads),
        },
        clock_ms: edge::clock_ms,
        seeds: edge::random()?,
    };
    let mut progress = Progress::of("读入记录", "reading records");
    let told = |records: usize| progress.at(records as u64, None);
    let app = App::open(programme, &opening, told).await;
    progress.end();
    Ok(Some(app.map_err(|words| pick(&words))?))
}

/// Builds the facts of a day that those at hand do not show.
pub(crate) async fn reached(app: &App, at: Day) -> Result<(), Halt> {
    let mut progress = Progress::of("从流水重建", "building from the journal");
    let told = |done, all| progress.at(done, Some(all));
    let reached = app.reach(at, told).await;
    progress.end();
    Ok(reached.map_err(|words| pick(&words))?)
}

/// What is in force in a database; `None` where it is not there, or new.
async fn in_force(wanted: Wanted<'_>) -> Result<Option<InForce>, Halt> {
    let file = database_path(wanted.address);
    if file.as_ref().is_some_and(|path| !path.exists()) {
        return Ok(None);
    }
    // A server's database may be there and empty; whoever names a programme means to make it.
    let makes = file.is_none() && wanted.programme.is_some();
    let mode = match wanted.reads || wanted.today.is_some() {
        _ if makes => Mode::Make,
        true => Mode::Read,
        // Tables of an older release are brought to this one.
        false => Mode::Write,
    };
    let house = House::open(wanted.address, mode).await?;
    let found = house.in_force().await;
    house.close().await;
    Ok(found?)
}

fn programme(
    wanted: Wanted<'_>,
    in_force: Option<InForce>,
) -> Result<Option<(Programme, Files)>, Refusal> {
    match (wanted.programme, in_force) {
        (Some(folder), _) => folder::programme(folder),
        (None, Some(found)) => Ok(Some((found.programme, found.files))),
        (None, None) => Err(pick(&Words::new(
            format!(
                "{} 还没有生效的方案；新建数据库用 heli migrate --programme DIR，或 heli serve 加 --programme DIR",
                wanted.address
            ),
            format!(
                "no programme is in force in {}; make the database with `heli migrate --programme DIR`, or `heli serve` with --programme DIR",
                wanted.address
            ),
        ))),
    }
}

fn only_reads() -> Words {
    Words::new("这里只读", "nothing is written here")
}

fn shows(today: Day) -> Words {
    Words::new(
        format!("这里按 {today} 那一天打开，只能查看；要登记，去掉 --today"),
        format!("this node shows {today} and only reads; leave --today away to record anything"),
    )
}
