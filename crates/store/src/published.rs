//! Versions of the programme: each folder that was ever in force, kept by its digest, and which one is in force now.

use crate::db::Db;
use crate::error::{Error, Result, Trouble};
use crate::lines::entries;
use crate::write::{Action, Failure, Write, within};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use journal::{Hash, Opened};
use programme::record::{Act, Author, Cell, Change, Entry};
use programme::{Files, Programme};
use rules::{Moment, Words};
use std::io::{self, Read, Write as _};

/// A version of the programme that is or was in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The digest of its folder, as [`digest`] gives it.
    pub digest: Hash,
    /// The arrival of the entry that put it in force.
    pub arrival: i64,
    /// Its folder.
    pub files: Files,
}

/// A time for which a version is or was in force: until the next one's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reign {
    /// The version.
    pub digest: Hash,
    /// The arrival of the entry that put it in force.
    pub arrival: i64,
    /// When it came into force.
    pub from: Moment,
}

/// The act by which a version came into force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The version, and since when.
    pub reign: Reign,
    /// The account that put it in force.
    pub by: String,
    /// Why, where it was said.
    pub why: Option<String>,
}

/// A folder unpacked is no longer than this many bytes; more is no programme.
const BYTES_MAX: u64 = 256 << 20;

/// The digest of a programme's folder: SHA-256 over its files as one JSON object, by path.
pub fn digest(files: &Files) -> Hash {
    Hash::of(text(files).as_bytes())
}

/// Puts a version of the programme in force, with its entry in the journal and why; `None` where it is in force already.
///
/// # Errors
///
/// The database's; then nothing is changed.
pub async fn publish(
    db: &Db,
    programme: &Programme,
    files: &Files,
    (author, why): (Author, Option<&str>),
    seed: [u8; 32],
) -> std::result::Result<Option<Entry>, Failure> {
    let digest = digest(files);
    if in_force_digest(db).await? == Some(digest) {
        return Ok(None);
    }
    let body = packed(&text(files)).map_err(unpackable)?;
    let shown = digest.to_string();
    let change = Change {
        register: String::new(),
        record: None,
        version: 0,
        act: Act::Publish,
        after: vec![("digest".to_owned(), Some(Cell::Text(shown.as_str().into())))],
        why: why.map(str::to_owned),
    };
    let action = Action {
        author,
        digest: [0; 32],
        writes: vec![Write { change, unit: None }],
        guards: Vec::new(),
        messages: Vec::new(),
        seed,
    };
    let mut tx = db.write().await?;
    let answer = within(&mut tx, programme, &action).await?;
    let entry = answer.entries.into_iter().next();
    // An older version that comes into force again keeps its body; the journal has every time.
    let text = "insert into programme_version (digest, body, arrival) values ($1, $2, $3)
        on conflict (digest) do update set arrival = excluded.arrival";
    let arrival = entry.as_ref().map(|entry| entry.arrival);
    let values = [shown.into(), body.into(), arrival.into()];
    tx.execute(text, &values).await?;
    tx.commit().await?;
    Ok(entry)
}

/// The digest of the version in force; `None` before the first is published.
///
/// # Errors
///
/// The database's; or a digest that is none.
pub async fn in_force_digest(db: &Db) -> Result<Option<Hash>> {
    let text = "select digest from programme_version order by arrival desc limit 1";
    let rows = db.fetch(text, &[]).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let digest = Hash::parse(&row.need_text(0)?);
    digest.map(Some).ok_or_else(altered)
}

/// The version in force, unpacked and held against its digest; `None` before the first is published.
///
/// # Errors
///
/// The database's; or a folder that is not what was published.
pub async fn in_force(db: &Db) -> Result<Option<Version>> {
    match in_force_digest(db).await? {
        Some(digest) => version(db, digest).await,
        None => Ok(None),
    }
}

/// A version that is or was in force, unpacked and held against its digest; `None` where there is none of this digest.
///
/// # Errors
///
/// The database's; or a folder that is not what was published.
pub async fn version(db: &Db, digest: Hash) -> Result<Option<Version>> {
    let text = "select arrival, body from programme_version where digest = $1";
    let rows = db.fetch(text, &[digest.to_string().into()]).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let arrival = row.need_int(0)?;
    let files = unpacked(&row.need_bytes(1)?);
    let files = files.map_err(|cause| altered().because(cause))?;
    if self::digest(&files) != digest {
        return Err(altered());
    }
    Ok(Some(Version {
        digest,
        arrival,
        files,
    }))
}

/// Every time that a version came into force, in order.
///
/// # Errors
///
/// The database's; or a digest that is none.
pub async fn reigns(db: &Db) -> Result<Vec<Reign>> {
    let all = publications(db).await?;
    Ok(all.into_iter().map(|published| published.reign).collect())
}

/// Every act that put a version in force, in order.
///
/// # Errors
///
/// The database's; or a digest that is none.
pub async fn publications(db: &Db) -> Result<Vec<Published>> {
    let mut tx = db.read().await?;
    let chosen = "where j.record = '' and j.register = '' and j.act = 'publish' order by j.arrival";
    let read = entries(&mut tx, chosen, &[]).await?;
    let one = |opened: &Opened| {
        let entry = &opened.entry;
        let digest = match entry.after.first() {
            Some((_, Some(Cell::Text(digest)))) => Hash::parse(digest),
            _ => None,
        };
        Ok(Published {
            reign: Reign {
                digest: digest.ok_or_else(altered)?,
                arrival: entry.arrival,
                from: entry.author.at,
            },
            by: entry.author.actor.clone(),
            why: entry.why.clone(),
        })
    };
    read.iter().map(one).collect()
}

/// The files by path as JSON: one text for one folder.
fn text(files: &Files) -> String {
    serde_json::to_string(files).unwrap_or_default()
}

fn packed(text: &str) -> io::Result<Vec<u8>> {
    let mut into = ZlibEncoder::new(Vec::new(), Compression::default());
    into.write_all(text.as_bytes())?;
    into.finish()
}

fn unpacked(body: &[u8]) -> io::Result<Files> {
    let mut text = String::new();
    let mut from = ZlibDecoder::new(body).take(BYTES_MAX);
    from.read_to_string(&mut text)?;
    Ok(serde_json::from_str(&text)?)
}

fn altered() -> Error {
    Error::new(
        Trouble::Damaged,
        Words::new(
            "数据库里存的方案不是当初发布的那一份",
            "the programme kept in the database is not the one that was published.",
        ),
        Words::new(
            "从备份恢复，并运行 heli journal verify",
            "Restore a backup, and run `heli journal verify`.",
        ),
    )
}

fn unpackable(cause: io::Error) -> Error {
    Error::new(
        Trouble::Other,
        Words::new(
            "方案的文件夹压缩不了",
            "the programme's folder could not be compressed.",
        ),
        Words::new("检查内存后再试", "See to the memory, then try again."),
    )
    .because(cause)
}
