//! Backup and restore of an embedded database with its files. The signing key is in neither.

use super::{Clock, House, Stop, database_path, files_place};
use rules::Words;
use std::path::Path;
use store::backup::{Manifest, backup, restore};

/// Backs a database up into a new folder, while a node writes it; `files` is the folder of attached files, where it is not beside the database.
///
/// # Errors
///
/// The folder is there already, a file that a record needs is missing, or the database is PostgreSQL.
pub async fn backed_up(
    house: &House,
    files: Option<&Path>,
    to: &Path,
    clock: Clock,
) -> Result<Manifest, Stop> {
    let now = house.now(clock).await?;
    let files = files_place(&house.address, files).unwrap_or_default();
    Ok(backup(house.store.db(), &files, to, now).await?)
}

/// Puts a backup in place of nothing. What it holds should be examined next: only a witness can tell that it is an old one.
///
/// # Errors
///
/// Something is in the way, the backup is not what its manifest says, or the database is PostgreSQL.
pub async fn restored(from: &Path, address: &str, files: Option<&Path>) -> Result<Manifest, Stop> {
    let path = database_path(address);
    let (Some(path), Some(files)) = (path, files_place(address, files)) else {
        return Err(Stop::No(Words::new(
            "PostgreSQL 用它自己的办法恢复，见 docs/operating.md",
            "PostgreSQL is restored in its own way: see docs/operating.md",
        )));
    };
    Ok(restore(from, &path, &files).await?)
}
