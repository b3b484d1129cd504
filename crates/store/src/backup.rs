//! Backup and restore of an embedded database with its files; PostgreSQL has ways of its own (docs/operating.md).
//!
//! The signing key is never in a backup: whoever has both could sign another past.

use crate::db::{Db, Options};
use crate::error::{Error, Result, Trouble};
use crate::files::{fanned, hex};
use rules::{Moment, Words};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// What a backup holds; `manifest.json` in its folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// When it was made: milliseconds of civil time since 1970.
    pub made_at: i64,
    /// The last numbered entry; -1 for none.
    pub position: i64,
    /// Entries under the last seal; 0 for none.
    pub sealed: i64,
    /// The last seal as a line, its root and signature in it; empty for none. A witness of the same size must say the same.
    pub seal: String,
    /// The database.
    pub database: Part,
    /// The attached files.
    pub files: Vec<Part>,
}

/// One file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its path in the backup's folder.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 in hex.
    pub digest: String,
}

const DATABASE: &str = "heli.db";
const MANIFEST: &str = "manifest.json";

/// Backs an embedded database up into a new folder while writes go on: one moment of the database, then every file it names.
/// The folder has its name only once it is whole and synced.
///
/// # Errors
/// Where the folder is there already, a file that a record needs is missing or altered, or the database is PostgreSQL.
pub async fn backup(db: &Db, files: &Path, to: &Path, now: Moment) -> Result<Manifest> {
    if db.path().is_none() {
        return Err(Error::new(
            Trouble::Refused,
            Words::new(
                "PostgreSQL 用它自己的办法备份",
                "PostgreSQL is backed up in its own way.",
            ),
            Words::new(
                "用 pg_dump 或 pg_basebackup，再复制附件文件夹，见 docs/operating.md",
                "Use pg_dump or pg_basebackup, then copy the folder of files: docs/operating.md.",
            ),
        ));
    }
    absent(to)?;
    let partial = beside(to, "partial");
    if partial.exists() {
        fs::remove_dir_all(&partial).map_err(|cause| failed(&partial, cause))?;
    }
    fs::create_dir_all(&partial).map_err(|cause| failed(&partial, cause))?;
    let copy = partial.join(DATABASE);
    db.copy_to(&copy).await?;
    let (mut manifest, wanted) = described(&copy, now).await?;
    let (from, into, names) = (files.to_owned(), partial.clone(), wanted);
    let (database, files) = blocking(move || {
        let database = part(&into, DATABASE)?;
        Ok((database, copied(&from, &into, names)?))
    })
    .await?;
    manifest.database = database;
    manifest.files = files;
    let text = serde_json::to_vec_pretty(&manifest).map_err(|cause| failed(&partial, cause))?;
    let path = partial.join(MANIFEST);
    written(&path, &text).map_err(|cause| failed(&path, cause))?;
    fs::rename(&partial, to).map_err(|cause| failed(to, cause))?;
    Ok(manifest)
}

/// Puts a backup in place of nothing: neither the database nor its files may be there.
/// Every digest is checked before anything gets its name, and the database is checked through afterwards.
/// The journal's own proof is the caller's next step: only a witness can tell that the backup is an old one.
///
/// # Errors
/// Where something is in the way, or the backup is not what its manifest says.
pub async fn restore(from: &Path, database: &Path, files: &Path) -> Result<Manifest> {
    absent(database)?;
    absent(&crate::lock::wal(database))?;
    if fs::read_dir(files).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(in_the_way(files));
    }
    let path = from.join(MANIFEST);
    let text = fs::read(&path).map_err(|cause| failed(&path, cause))?;
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|cause| damaged(MANIFEST).because(cause))?;
    let partial = beside(database, "partial");
    let (source, copy, parts) = (from.to_owned(), partial.clone(), manifest.clone());
    let folder = files.to_owned();
    blocking(move || {
        checked(&source, &parts.database, &copy)?;
        for part in &parts.files {
            // Invariant: a path of the manifest stays below the folder of files, whoever wrote it.
            let name = inside(&part.path).ok_or_else(|| damaged(&part.path))?;
            checked(&source, part, &folder.join(name))?;
        }
        Ok(())
    })
    .await?;
    let there = described(&partial, Moment(manifest.made_at)).await?.0;
    let same = (there.position, there.sealed, &there.seal)
        == (manifest.position, manifest.sealed, &manifest.seal);
    if !same {
        return Err(damaged(DATABASE));
    }
    whole(&partial).await?;
    for suffix in ["-wal", "-shm"] {
        // The check may have left these beside the copy; they hold nothing.
        let mut name = partial.clone().into_os_string();
        name.push(suffix);
        drop(fs::remove_file(name));
    }
    fs::rename(&partial, database).map_err(|cause| failed(database, cause))?;
    Ok(manifest)
}

/// What a copy of a database says of itself, and the files it names: their digests and whether a record needs them.
async fn described(copy: &Path, now: Moment) -> Result<(Manifest, Vec<(String, bool)>)> {
    let db = reading(copy).await?;
    let mut tx = db.read().await?;
    let last = tx
        .first("select max(position) from journal_position", &[])
        .await?;
    let seal = tx
        .first(
            "select size, line from seal order by size desc limit 1",
            &[],
        )
        .await?;
    let mut wanted = Vec::new();
    for row in tx
        .fetch("select digest, (select count(*) from file_use u where u.digest = f.digest) from file f order by digest", &[])
        .await?
    {
        wanted.push((row.need_text(0)?, row.need_int(1)? > 0));
    }
    let manifest = Manifest {
        made_at: now.0,
        position: last
            .map(|row| row.int(0))
            .transpose()?
            .flatten()
            .unwrap_or(-1),
        sealed: seal
            .as_ref()
            .map(|row| row.need_int(0))
            .transpose()?
            .unwrap_or(0),
        seal: seal
            .map(|row| row.need_text(1))
            .transpose()?
            .unwrap_or_default(),
        database: Part {
            path: DATABASE.to_owned(),
            size: 0,
            digest: String::new(),
        },
        files: Vec::new(),
    };
    drop(tx);
    db.close().await;
    Ok((manifest, wanted))
}

async fn whole(copy: &Path) -> Result<()> {
    let db = reading(copy).await?;
    let rows = db.fetch("pragma integrity_check", &[]).await?;
    let said = rows.first().map(|row| row.need_text(0)).transpose()?;
    db.close().await;
    match said.as_deref() {
        Some("ok") => Ok(()),
        said => Err(damaged(DATABASE).because(said.unwrap_or("nothing"))),
    }
}

async fn reading(path: &Path) -> Result<Db> {
    let options = Options {
        create: false,
        read_only: true,
        connections: 1,
    };
    Db::open(&format!("sqlite:{}", path.display()), options).await
}

/// Copies the files that the database names. One that nobody needs may have been swept away in between.
fn copied(from: &Path, to: &Path, names: Vec<(String, bool)>) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    for (digest, needed) in names {
        let place = fanned(&digest);
        let source = from.join(&place);
        if !source.exists() && !needed {
            continue;
        }
        let part = Part {
            path: format!("files/{place}"),
            size: fs::metadata(&source)
                .map_err(|cause| failed(&source, cause))?
                .len(),
            digest,
        };
        let target = to.join(&part.path);
        let digest = copy(&source, &target).map_err(|cause| failed(&source, cause))?;
        if digest != part.digest {
            return Err(damaged(&part.path));
        }
        parts.push(part);
    }
    Ok(parts)
}

/// A file of a backup in its new place, if it is what the manifest says.
fn checked(from: &Path, part: &Part, to: &Path) -> Result<()> {
    let source = from.join(&part.path);
    let digest = copy(&source, to).map_err(|cause| failed(&source, cause))?;
    let size = fs::metadata(to).map_err(|cause| failed(to, cause))?.len();
    if digest == part.digest && size == part.size {
        return Ok(());
    }
    // What is wrong must not lie about under a name that somebody may trust.
    drop(fs::remove_file(to));
    Err(damaged(&part.path))
}

fn part(folder: &Path, name: &str) -> Result<Part> {
    let path = folder.join(name);
    let file = File::open(&path).map_err(|cause| failed(&path, cause))?;
    file.sync_all().map_err(|cause| failed(&path, cause))?;
    let size = file.metadata().map_err(|cause| failed(&path, cause))?.len();
    Ok(Part {
        path: name.to_owned(),
        size,
        digest: digest(file, &mut io::sink()).map_err(|cause| failed(&path, cause))?,
    })
}

/// Copies and syncs a file; the digest of what went through.
fn copy(from: &Path, to: &Path) -> io::Result<String> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut into = File::create(to)?;
    let digest = digest(File::open(from)?, &mut into)?;
    into.sync_all()?;
    Ok(digest)
}

pub(crate) fn digest(mut from: impl Read, into: &mut impl Write) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = from.read(&mut piece)?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return Ok(hex(&hash.finalize()));
        };
        hash.update(bytes);
        into.write_all(bytes)?;
    }
}

fn written(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text)?;
    file.sync_all()
}

/// The part of a manifest's path below `files/`, where it leads nowhere else.
fn inside(path: &str) -> Option<&str> {
    let name = path.strip_prefix("files/")?;
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    name.split('/').all(plain).then_some(name)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|cause| failed(Path::new(DATABASE), cause))?
}

fn absent(path: &Path) -> Result<()> {
    if path.exists() {
        Err(in_the_way(path))
    } else {
        Ok(())
    }
}

fn in_the_way(path: &Path) -> Error {
    let path = path.display();
    Error::new(
        Trouble::Refused,
        Words::new(
            format!("{path} 已经存在，不会覆盖"),
            format!("{path} is there already and is not overwritten."),
        ),
        Words::new(
            "换一个位置，或先把它移开",
            "Choose another place, or move it away first.",
        ),
    )
}

fn damaged(name: &str) -> Error {
    Error::new(
        Trouble::Damaged,
        Words::new(
            format!("备份里的 {name} 与清单不符"),
            format!("{name} of the backup is not what its manifest says."),
        ),
        Words::new("改用另一份备份", "Use another backup."),
    )
}

fn failed(path: &Path, cause: impl std::fmt::Display) -> Error {
    let path = path.display();
    Error::new(
        Trouble::Other,
        Words::new(
            format!("{path} 读写失败"),
            format!("{path} could not be read or written."),
        ),
        Words::new(
            "检查路径、权限和磁盘空间",
            "See to the path, to rights and to disk space.",
        ),
    )
    .because(cause)
}
