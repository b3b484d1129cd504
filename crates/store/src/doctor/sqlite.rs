//! The doctor on SQLite.

use super::{Finding, Grade};
use crate::db::Db;
use crate::error::Result;
use crate::lock;
use std::path::Path;

/// A log this long means that some reader never ends, or that nobody takes it into the database.
const WAL_LONG: u64 = 256 << 20;

/// Free space below which writing may stop at any time.
const FREE_LEAST: u64 = 512 << 20;

pub(super) async fn findings(db: &Db) -> Result<Vec<Finding>> {
    let mut findings = vec![integrity(db).await?, references(db).await?];
    let rows = db.fetch("select sqlite_version()", &[]).await?;
    let version = rows
        .first()
        .map(|row| row.need_text(0))
        .transpose()?
        .unwrap_or_default();
    findings.push(Finding::good(
        "version",
        format!("SQLite {version}（内置）"),
        format!("SQLite {version}, built in"),
    ));
    let rows = db.fetch("pragma journal_mode", &[]).await?;
    let mode = rows
        .first()
        .map(|row| row.need_text(0))
        .transpose()?
        .unwrap_or_default();
    if mode != "wal" {
        let words = (
            format!("日志方式是 {mode}，不是 wal"),
            format!("the journal mode is {mode} and not wal"),
        );
        findings.push(Finding::of(
            "log",
            Grade::Bad,
            words,
            ("以可写方式打开一次", "Open the database once for writing."),
        ));
    }
    if let Some(path) = db.path() {
        findings.push(log(path));
        findings.push(disk(path));
    }
    Ok(findings)
}

async fn integrity(db: &Db) -> Result<Finding> {
    let rows = db.fetch("pragma integrity_check(10)", &[]).await?;
    let mut said = Vec::new();
    for row in &rows {
        said.push(row.need_text(0)?);
    }
    if said == ["ok"] {
        return Ok(Finding::good(
            "integrity",
            "数据库文件完好",
            "the database's file is sound",
        ));
    }
    let said = said.join("; ");
    let words = (
        format!("数据库文件已损坏：{said}"),
        format!("the database's file is damaged: {said}"),
    );
    Ok(Finding::of(
        "integrity",
        Grade::Bad,
        words,
        ("停止写入，从备份恢复", "Stop writing and restore a backup."),
    ))
}

async fn references(db: &Db) -> Result<Finding> {
    let broken =
        "select \"table\", \"parent\", count(*) from pragma_foreign_key_check group by 1, 2";
    let rows = db.fetch(broken, &[]).await?;
    let Some(row) = rows.first() else {
        return Ok(Finding::good(
            "references",
            "所有引用都有着落",
            "every reference leads somewhere",
        ));
    };
    let (table, parent, count) = (row.need_text(0)?, row.need_text(1)?, row.need_int(2)?);
    let words = (
        format!("{table} 有 {count} 条记录指向 {parent} 里不存在的记录"),
        format!("{count} records of {table} refer to records that {parent} does not have"),
    );
    Ok(Finding::of(
        "references",
        Grade::Bad,
        words,
        (
            "从流水重建：heli journal rebuild",
            "Rebuild from the journal: `heli journal rebuild`.",
        ),
    ))
}

fn log(path: &Path) -> Finding {
    let size = std::fs::metadata(lock::wal(path)).map_or(0, |about| about.len());
    let mb = size >> 20;
    if size < WAL_LONG {
        return Finding::good(
            "log",
            format!("预写日志 {mb} MB"),
            format!("the write-ahead log has {mb} MB"),
        );
    }
    let words = (
        format!("预写日志有 {mb} MB"),
        format!("the write-ahead log has {mb} MB"),
    );
    let mend = (
        "关掉长时间不放的读取（报表工具、没有结束的备份）",
        "End readers that hold on for long: reporting tools, backups that hang.",
    );
    Finding::of("log", Grade::Care, words, mend)
}

fn disk(path: &Path) -> Finding {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let Ok(disk) = rustix::fs::statvfs(folder) else {
        let words = (
            "看不到磁盘空间".to_owned(),
            "the disk's space cannot be seen".to_owned(),
        );
        return Finding::of(
            "disk",
            Grade::Care,
            words,
            ("检查文件夹的权限", "See to the folder's rights."),
        );
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let size = std::fs::metadata(path).map_or(0, |about| about.len());
    let mb = free >> 20;
    let words = (
        format!("磁盘还有 {mb} MB"),
        format!("the disk has {mb} MB left"),
    );
    match free {
        free if free < FREE_LEAST => Finding::of(
            "disk",
            Grade::Bad,
            words,
            ("立即腾出空间", "Make room at once."),
        ),
        free if free < size.saturating_mul(2) => {
            let mend = (
                "改表和备份要用到数据库一倍以上的空间，请腾出空间",
                "Migrations and backups need room for the database again: make some.",
            );
            Finding::of("disk", Grade::Care, words, mend)
        }
        _ => Finding::good("disk", words.0, words.1),
    }
}
