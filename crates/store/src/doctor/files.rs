//! Attached files: whether the folder has what the journal names, unaltered, and whether a sweep would be sound.

use super::{Finding, Grade};
use crate::backup::{blocking, digest};
use crate::db::Db;
use crate::error::Result;
use crate::files::{fanned, is_complete};
use programme::Programme;
use std::fs::File;
use std::io;
use std::path::Path;

/// Files that entries name and the folder does not have as they were stored. Every content is read.
pub(super) async fn contents(db: &Db, folder: &Path) -> Result<Finding> {
    let text = "select digest from file f where exists (select 1 from file_use u where u.digest = f.digest) order by digest";
    let rows = db.fetch(text, &[]).await?;
    let wanted = rows.iter().map(|row| row.need_text(0));
    let wanted = wanted.collect::<Result<Vec<_>>>()?;
    let (all, folder) = (wanted.len(), folder.to_owned());
    let looked = blocking(move || Ok(looked_over(&folder, wanted))).await?;
    let (gone, altered) = looked;
    if gone.is_empty() && altered.is_empty() {
        return Ok(Finding::good(
            "files",
            format!("{all} 个附件都在，内容未变"),
            format!("all {all} files are there, as they were stored"),
        ));
    }
    let (missing, other) = (gone.len(), altered.len());
    let first = gone.into_iter().chain(altered).take(3);
    let first = first.collect::<Vec<_>>().join(", ");
    let words = (
        format!("{missing} 个附件不见了，{other} 个附件内容变了：{first}"),
        format!("{missing} files are gone and {other} are altered: {first}"),
    );
    let mend = ("从备份恢复这些文件", "Restore them from a backup.");
    Ok(Finding::of("files", Grade::Bad, words, mend))
}

/// The digests of contents that are gone, and of those that are altered.
fn looked_over(folder: &Path, wanted: Vec<String>) -> (Vec<String>, Vec<String>) {
    let (mut gone, mut altered) = (Vec::new(), Vec::new());
    for wanted in wanted {
        let found = File::open(folder.join(fanned(&wanted)));
        match found.and_then(|file| digest(file, &mut io::sink())) {
            Ok(found) if found == wanted => {}
            Ok(_) => altered.push(wanted),
            Err(_) => gone.push(wanted),
        }
    }
    (gone, altered)
}

/// Whether every file that the journal names is noted with its entry.
pub(super) async fn uses(db: &Db, programme: &Programme) -> Result<Finding> {
    if is_complete(db, &programme.registers).await? {
        return Ok(Finding::good(
            "file-uses",
            "附件与流水的对应齐全",
            "every file that the journal names is noted",
        ));
    }
    let words = (
        "流水提到的附件有的没有记下，清理会误删".to_owned(),
        "the journal names files that are not noted with it, and a sweep would take them away"
            .to_owned(),
    );
    let mend = (
        "停止清理（--file-grace-days 0），并从备份恢复",
        "Stop sweeping (--file-grace-days 0), and restore a backup.",
    );
    Ok(Finding::of("file-uses", Grade::Bad, words, mend))
}
