//! What is wrong with a database, or about to be: findings with words, worst first.

mod files;
mod postgres;
mod sqlite;

pub use postgres::{apart_ms, too_far_apart};

use crate::db::Db;
use crate::dialect::Dialect;
use crate::error::Result;
use crate::plan;
use programme::Programme;
use rules::{Moment, Words};
use serde::Serialize;
use std::path::Path;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Writing should stop until it is mended.
    Bad,
    /// Somebody should see to it.
    Care,
    /// As it should be.
    Good,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at, such as `integrity` or `seal`.
    pub check: &'static str,
    /// How bad it is.
    pub grade: Grade,
    /// What was found.
    pub words: Words,
    /// What to do; empty where nothing needs doing.
    pub mend: Words,
}

/// What the doctor is shown besides the database.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The programme in force; without one, tables are only compared with what was made of them.
    pub programme: Option<&'a Programme>,
    /// Now, in the programme's zone.
    pub now: Moment,
    /// The node's own clock: milliseconds since 1970, UTC.
    pub clock: &'a (dyn Fn() -> i64 + Sync),
    /// The folder of attached files.
    pub files: Option<&'a Path>,
    /// The signing key's file.
    pub key: Option<&'a Path>,
    /// The folder that backups go to.
    pub backups: Option<&'a Path>,
}

/// A seal is made every second; older than this, with entries waiting, nobody seals.
const SEAL_LATE_MS: i64 = 60_000;

/// Looks everything over. Reading only, so it works beside a running node.
///
/// # Errors
/// Where the database does not answer at all.
pub async fn examined(db: &Db, around: &Surroundings<'_>) -> Result<Vec<Finding>> {
    let mut findings = match db.dialect() {
        Dialect::Sqlite => sqlite::findings(db).await?,
        Dialect::Postgres => postgres::findings(db, around.clock).await?,
    };
    findings.push(tables(db, around.programme).await?);
    findings.extend(sealing(db, around.now).await?);
    if let Some(programme) = around.programme {
        findings.push(files::uses(db, programme).await?);
    }
    if let Some(folder) = around.files {
        findings.push(files::contents(db, folder).await?);
    }
    findings.extend(around.key.map(|key| key_file(key, db, around)));
    findings.sort_by_key(|finding| finding.grade);
    Ok(findings)
}

impl Finding {
    fn good(check: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            check,
            grade: Grade::Good,
            words: Words::new(zh, en),
            mend: Words::default(),
        }
    }

    fn of(check: &'static str, grade: Grade, words: (String, String), mend: (&str, &str)) -> Self {
        Self {
            check,
            grade,
            words: Words::new(words.0, words.1),
            mend: Words::new(mend.0, mend.1),
        }
    }
}

async fn tables(db: &Db, programme: Option<&Programme>) -> Result<Finding> {
    let mut tx = db.read().await?;
    let drift = plan::drift(&mut tx).await?;
    if let Some(first) = drift.first() {
        let (zh, en) = (first.zh.clone(), first.en.clone());
        let mend = (
            "有人在计划之外改了表：改回去，或从备份恢复",
            "Somebody changed the tables by hand: change them back, or restore a backup.",
        );
        return Ok(Finding::of("tables", Grade::Bad, (zh, en), mend));
    }
    let Some(programme) = programme else {
        return Ok(Finding::good(
            "tables",
            "表与所建的一致",
            "the tables are as they were made",
        ));
    };
    let plan = plan::plan(&mut tx, programme).await?;
    if plan.is_empty() {
        return Ok(Finding::good(
            "tables",
            "表与方案一致",
            "the tables fit the programme",
        ));
    }
    let steps = plan.steps.len();
    let words = (
        format!("表与方案差 {steps} 步"),
        format!("the tables are {steps} steps behind the programme"),
    );
    let mend = (
        "运行 heli migrate --plan 查看，再执行",
        "Look at `heli migrate --plan`, then apply it.",
    );
    Ok(Finding::of("tables", Grade::Bad, words, mend))
}

/// The sealer's lag, its lease, and the last seal's age.
async fn sealing(db: &Db, now: Moment) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let waiting = "select count(*), min(at) from journal where arrival > (select coalesce(max(arrival), -1) from journal_position)";
    let rows = db.fetch(waiting, &[]).await?;
    let (count, since) = match rows.first() {
        Some(row) => (row.need_int(0)?, row.int(1)?),
        None => (0, None),
    };
    let leases = db
        .fetch(
            "select name, holder, epoch, until from lease order by name",
            &[],
        )
        .await?;
    for row in &leases {
        let (name, holder, epoch) = (row.need_text(0)?, row.need_text(1)?, row.need_int(2)?);
        findings.push(Finding::good(
            "lease",
            format!("{name}：由 {holder} 持有，第 {epoch} 任"),
            format!("{name} is held by {holder}, epoch {epoch}"),
        ));
    }
    let mend = (
        "确认有一个节点在运行 heli serve",
        "See that a node runs `heli serve`.",
    );
    let late = since.is_some_and(|since| now.0 - since > SEAL_LATE_MS);
    findings.push(match (count, late) {
        (0, _) => Finding::good("sealer", "所有流水都已编号", "every entry is numbered"),
        (_, false) => Finding::good(
            "sealer",
            format!("{count} 条流水待编号"),
            format!("{count} entries wait to be numbered"),
        ),
        (_, true) => {
            let words = (
                format!("{count} 条流水没有编号，最早的已等了一分钟以上"),
                format!("{count} entries are not numbered, the first for over a minute"),
            );
            Finding::of("sealer", Grade::Bad, words, mend)
        }
    });
    let seals = db
        .fetch("select size, at from seal order by size desc limit 1", &[])
        .await?;
    let last = "select p.position, j.at from journal_position p join journal j on j.arrival = p.arrival order by p.position desc limit 1";
    let last = db.fetch(last, &[]).await?;
    let position = last
        .first()
        .map(|row| row.int(0))
        .transpose()?
        .flatten()
        .unwrap_or(-1);
    let (size, at) = match seals.first() {
        Some(row) => (row.need_int(0)?, row.int(1)?),
        None => (0, None),
    };
    let at_text = at.map_or_else(|| "-".to_owned(), |at| Moment(at).to_string());
    let unsealed = position + 1 - size;
    let oldest = last.first().map(|row| row.int(1)).transpose()?.flatten();
    let stale = oldest.is_some_and(|oldest| now.0 - oldest > SEAL_LATE_MS);
    findings.push(if unsealed > 0 && stale {
        let words = (
            format!("{unsealed} 条流水没有封签，上一次封签在 {at_text}"),
            format!("{unsealed} entries are under no seal; the last seal is of {at_text}"),
        );
        Finding::of("seal", Grade::Care, words, mend)
    } else {
        Finding::good(
            "seal",
            format!("上一次封签在 {at_text}"),
            format!("the last seal is of {at_text}"),
        )
    });
    Ok(findings)
}

/// The signing key must be readable here, and must not travel with the database or its backups.
fn key_file(key: &Path, db: &Db, around: &Surroundings<'_>) -> Finding {
    let shown = key.display();
    if let Err(cause) = std::fs::read(key) {
        let words = (
            format!("签名密钥 {shown} 读不出来：{cause}"),
            format!("the signing key {shown} cannot be read: {cause}"),
        );
        return Finding::of(
            "key",
            Grade::Bad,
            words,
            (
                "把密钥放回原处，或检查权限",
                "Put the key back, or see to the rights.",
            ),
        );
    }
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let home = real(key);
    let data = db.path().and_then(Path::parent);
    let near = [around.backups, around.files, data];
    if let Some(folder) = near
        .into_iter()
        .flatten()
        .find(|folder| home.starts_with(real(folder)))
    {
        let folder = folder.display();
        let words = (
            format!("签名密钥与 {folder} 放在一起，拿到数据的人也就拿到了密钥"),
            format!("the signing key lies in {folder}: whoever takes the data takes the key"),
        );
        return Finding::of(
            "key",
            Grade::Care,
            words,
            (
                "把密钥移到别的盘或别的账号下",
                "Move the key to another disk or another account.",
            ),
        );
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let open =
            std::fs::metadata(key).is_ok_and(|about| about.permissions().mode() & 0o077 != 0);
        if open {
            let words = (
                format!("签名密钥 {shown} 别的账号也能读"),
                format!("other accounts can read the signing key {shown}"),
            );
            return Finding::of(
                "key",
                Grade::Care,
                words,
                ("把权限改为 600", "Set its mode to 600."),
            );
        }
    }
    Finding::good(
        "key",
        "签名密钥可读，且不与数据放在一起",
        "the signing key can be read and lies apart from the data",
    )
}
