//! The doctor on PostgreSQL: the settings that an acknowledged write relies on, and the clocks.

use super::{Finding, Grade};
use crate::db::Db;
use crate::dialect::Dialect;
use crate::error::{Error, Result, Trouble};
use rules::Words;

/// A node whose clock differs more than this from the database's does not write, in milliseconds.
const APART_MAX_MS: i64 = 2_000;

/// The oldest release that this was tried on.
const OLDEST: i64 = 14;

/// A setting, the values that are sound, how bad another is, and what it would mean.
const SETTINGS: [(&str, &[&str], Grade, &str, &str); 5] = [
    (
        "fsync",
        &["on"],
        Grade::Bad,
        "断电会丢失或损坏数据",
        "a power cut loses or damages data",
    ),
    (
        "full_page_writes",
        &["on"],
        Grade::Bad,
        "断电时写了一半的页无法修复",
        "a page half written at a power cut cannot be mended",
    ),
    (
        "synchronous_commit",
        &["on", "remote_write", "remote_apply"],
        Grade::Bad,
        "已答复的写入可能丢失",
        "writes that were acknowledged can be lost",
    ),
    (
        "wal_level",
        &["replica", "logical"],
        Grade::Care,
        "不能建备库，也不能按时间点恢复",
        "there can be no standby and no recovery to a point in time",
    ),
    (
        "server_encoding",
        &["UTF8"],
        Grade::Bad,
        "有的汉字存不下",
        "some characters cannot be stored",
    ),
];

pub(super) async fn findings(db: &Db, clock: &(dyn Fn() -> i64 + Sync)) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for (name, sound, grade, zh, en) in SETTINGS {
        // `synchronous_commit` is asked as this node's sessions have it, the others as the server has them.
        let rows = db
            .fetch("select current_setting($1)", &[name.into()])
            .await?;
        let value = rows
            .first()
            .map(|row| row.need_text(0))
            .transpose()?
            .unwrap_or_default();
        findings.push(match sound.contains(&value.as_str()) {
            true => Finding::good(
                "setting",
                format!("{name} = {value}"),
                format!("{name} = {value}"),
            ),
            false => Finding {
                check: "setting",
                grade,
                words: Words::new(
                    format!("{name} = {value}：{zh}"),
                    format!("{name} = {value}: {en}"),
                ),
                mend: Words::new(
                    format!(
                        "在 postgresql.conf 里把 {name} 改为 {}",
                        sound.first().unwrap_or(&"on")
                    ),
                    format!(
                        "Set {name} to {} in postgresql.conf.",
                        sound.first().unwrap_or(&"on")
                    ),
                ),
            },
        });
    }
    let rows = db
        .fetch("select current_setting('server_version_num')::bigint", &[])
        .await?;
    let version = rows
        .first()
        .map(|row| row.need_int(0))
        .transpose()?
        .unwrap_or(0)
        / 10_000;
    findings.push(match version {
        version if version < OLDEST => {
            let words = (
                format!("PostgreSQL {version} 太旧"),
                format!("PostgreSQL {version} is too old"),
            );
            Finding::of(
                "version",
                Grade::Care,
                words,
                ("升级到 14 或更新的版本", "Take release 14 or newer."),
            )
        }
        version => Finding::good(
            "version",
            format!("PostgreSQL {version}"),
            format!("PostgreSQL {version}"),
        ),
    });
    let apart = apart_ms(db, clock).await?;
    findings.push(match too_far_apart(apart) {
        None => Finding::good(
            "clock",
            format!("时钟与数据库相差 {apart} 毫秒"),
            format!("the clocks differ by {apart} ms"),
        ),
        Some(refusal) => Finding {
            check: "clock",
            grade: Grade::Bad,
            words: *refusal.what,
            mend: *refusal.mend,
        },
    });
    Ok(findings)
}

/// How far this node's clock is ahead of the database's, in milliseconds; 0 for an embedded database, which has the node's own.
/// The question takes time: half of it is taken off.
pub async fn apart_ms(db: &Db, clock: &(dyn Fn() -> i64 + Sync)) -> Result<i64> {
    if db.dialect() == Dialect::Sqlite {
        return Ok(0);
    }
    let mut tx = db.read().await?;
    let before = clock();
    let row = tx
        .first(
            "select (extract(epoch from clock_timestamp()) * 1000)::bigint",
            &[],
        )
        .await?;
    let after = clock();
    let there = row
        .map(|row| row.need_int(0))
        .transpose()?
        .unwrap_or(before);
    Ok(before + (after - before) / 2 - there)
}

/// The refusal to write on a node whose clock is too far from the database's.
pub fn too_far_apart(apart_ms: i64) -> Option<Error> {
    if apart_ms.abs() <= APART_MAX_MS {
        return None;
    }
    let seconds = apart_ms as f64 / 1000.0;
    Some(Error::new(
        Trouble::Refused,
        Words::new(
            format!("本机时钟与数据库相差 {seconds:.1} 秒，超过 2 秒，不能写入"),
            format!(
                "this node's clock is {seconds:.1} s from the database's, more than 2 s: it does not write."
            ),
        ),
        Words::new("校准两边的时钟（NTP）", "Set both clocks, by NTP."),
    ))
}
