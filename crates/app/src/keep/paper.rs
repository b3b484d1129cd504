//! What leaves the database so that others can check it: roots, proofs, exports, witnesses.

use super::witness::WitnessFile;
use super::{House, Stop, stop};
use journal::{EntryProof, Header, PublicKey, SealProof, SignedSeal};
use rules::Words;
use serde::Serialize;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use store::{Error, Trouble};

/// The last seal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Root {
    /// How many entries it covers.
    pub size: u64,
    /// The root over them, in hex.
    pub root: String,
    /// When it was made, in the programme's zone.
    pub at: String,
    /// Whether the database is a rehearsal.
    pub rehearsal: bool,
    /// Entries after it, under no seal yet.
    pub unsealed: u64,
}

/// What a proof proves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proved {
    /// `entry`, or `seals` where it proves that one seal follows from another.
    pub kind: &'static str,
    /// The entry's position; of two seals the size of the older.
    pub position: u64,
    /// What the entry does, such as `create`; empty for seals.
    pub act: String,
    /// Its register and record.
    pub record: String,
    /// Who did it.
    pub actor: String,
    /// When.
    pub at: String,
    /// The size of the (newer) seal.
    pub size: u64,
    /// Its root, in hex.
    pub root: String,
    /// The fingerprint of the key that signed it, to be compared by other means.
    pub key: String,
}

/// The last seal; `None` before the first.
///
/// # Errors
///
/// The database's.
pub async fn root(house: &House) -> Result<Option<Root>, Stop> {
    let position = house.store.refresh().await?;
    let numbered = u64::try_from(position + 1).unwrap_or(0);
    Ok(house.store.last_seal().await?.map(|last| Root {
        size: last.seal.size,
        root: last.seal.root.to_string(),
        at: last.seal.at.exact(),
        rehearsal: last.seal.rehearsal,
        unsealed: numbered.saturating_sub(last.seal.size),
    }))
}

/// The proof file of the entry at a position. Values that can be erased stay out of it.
///
/// # Errors
///
/// There is no such entry, or no seal covers it yet.
pub async fn proof(house: &House, position: i64, key: PublicKey) -> Result<String, Stop> {
    let mut arrival = None;
    let one = |entries: Vec<programme::record::Entry>| {
        arrival = entries.first().map(|entry| entry.arrival);
        Ok(())
    };
    house
        .store
        .entries(position, position.saturating_add(1), one)
        .await?;
    let no = |zh: &str, en: &str| {
        Stop::No(Words::new(
            format!("流水号 {position} {zh}"),
            format!("position {position} {en}"),
        ))
    };
    let arrival =
        arrival.ok_or_else(|| no("没有条目；核对流水号", "has no entry; check the position"))?;
    let proof = house.store.prove(arrival, key, false).await?;
    let proof = proof.ok_or_else(|| {
        no(
            "还没有封签；启动 heli serve 后再试",
            "is under no seal yet; start `heli serve` and try again",
        )
    })?;
    if !proof.key.signed(&proof.seal) {
        return Err(no(
            "的封签不是所给密钥签的；用 --key 给出当时的密钥",
            "is under a seal that another key signed; name that key with --key",
        ));
    }
    Ok(proof.text())
}

/// Checks a proof file with no database. Without a key the file's own is used, and its fingerprint must be compared by other means.
///
/// # Errors
///
/// The file is no proof, or what it says does not hold.
pub fn proof_holds(text: &str, trusted: Option<&PublicKey>) -> Result<Proved, Stop> {
    if let Ok(proof) = EntryProof::read(text) {
        let opened = proof
            .verify(trusted)
            .map_err(|fault| Stop::No(fault.words()))?;
        let entry = opened.entry;
        return Ok(Proved {
            kind: "entry",
            position: proof.position,
            act: entry.act.word(),
            record: format!("{} {}", entry.register, entry.record)
                .trim()
                .to_owned(),
            actor: entry.author.actor,
            at: entry.author.at.exact(),
            ..of_seal("entry", &proof.seal, &proof.key)
        });
    }
    let proof = SealProof::read(text).map_err(|fault| Stop::Unreadable(fault.words()))?;
    proof
        .verify(trusted)
        .map_err(|fault| Stop::No(fault.words()))?;
    Ok(Proved {
        position: proof.older.seal.size,
        ..of_seal("seals", &proof.newer, &proof.key)
    })
}

fn of_seal(kind: &'static str, seal: &SignedSeal, key: &PublicKey) -> Proved {
    Proved {
        kind,
        position: 0,
        act: String::new(),
        record: String::new(),
        actor: String::new(),
        at: seal.seal.at.exact(),
        size: seal.seal.size,
        root: seal.seal.root.to_string(),
        key: key.fingerprint().to_string(),
    }
}

/// Writes the journal to a new file that can be checked with no database; how many lines.
/// `values` says whether what can be erased may be in it. `told` hears how many lines are written.
///
/// # Errors
///
/// The file is there already or cannot be written, or the database fails.
pub async fn exported(
    house: &House,
    to: &Path,
    key: PublicKey,
    values: bool,
    mut told: impl FnMut(u64),
) -> Result<u64, Stop> {
    if to.exists() {
        return Err(Stop::No(Words::new(
            format!("{} 已经存在，不会覆盖；换一个位置", to.display()),
            format!(
                "{} is there already and is not overwritten; choose another place",
                to.display()
            ),
        )));
    }
    let last = house.store.last_seal().await?;
    let Some(last) = last.map(|last| last.seal) else {
        return Err(Stop::No(Words::new(
            "还没有封签，导出的流水无从核验；启动 heli serve 后再试",
            "there is no seal yet, so an export could not be checked; start `heli serve` and try again",
        )));
    };
    let header = Header {
        programme: last.programme,
        rehearsal: last.rehearsal,
        key,
    };
    let partial = partial(to);
    let unwritable = |cause| stop::file(to, &cause);
    let mut file = BufWriter::new(fs::File::create(&partial).map_err(unwritable)?);
    let mut lines = 0;
    let line = |line: String| {
        lines += 1;
        told(lines);
        file.write_all(line.as_bytes())
            .map_err(|cause| full(to, &cause))
    };
    house.store.export(&header, values, line).await?;
    let file = file
        .into_inner()
        .map_err(|cause| unwritable(cause.into_error()))?;
    file.sync_all().map_err(unwritable)?;
    fs::rename(&partial, to).map_err(unwritable)?;
    Ok(lines)
}

/// Appends to a witness file every seal that it does not have; how many.
///
/// # Errors
///
/// The file's last seal is not one of this database, so that one of the two tells another history; or it cannot be written.
pub async fn witnessed(house: &House, place: &Path) -> Result<u64, Stop> {
    let mut witness = WitnessFile::open(&house.store, place).await?;
    witness.catch_up(&house.store).await
}

fn partial(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

fn full(to: &Path, cause: &std::io::Error) -> Error {
    let to = to.display();
    Error::new(
        Trouble::Full,
        Words::new(
            format!("{to} 写不下去"),
            format!("{to} cannot be written any further."),
        ),
        Words::new("检查磁盘空间后再试", "See to disk space, then try again."),
    )
    .because(cause)
}
