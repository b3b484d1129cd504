//! The journal examined, in the database or as an exported file, and what was found in words.

use super::{House, Stop, key, stop};
use journal::{ExportCheck, Fault, Hash, PublicKey, Trust, Verification, Witness, Witnessed};
use rules::Words;
use serde::Serialize;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// What a journal is held against, from outside it.
#[derive(Clone, Debug, Default)]
pub struct Trusting {
    /// Files of keys whose seals count, public or signing.
    pub keys: Vec<PathBuf>,
    /// The witness file.
    pub witness: Option<PathBuf>,
    /// A root known from elsewhere, in hex.
    pub root: Option<String>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Examined {
    /// Whether nothing was found.
    pub holds: bool,
    /// Entries that were read.
    pub entries: u64,
    /// Entries under the last seal that holds.
    pub sealed: u64,
    /// Seals that hold.
    pub seals: u64,
    /// The root over all entries, in hex.
    pub root: String,
    /// Values that were erased, which is no fault.
    pub erased: u64,
    /// Fingerprints of the keys whose seals count.
    pub keys: Vec<String>,
    /// Whether no key was given and the file's own was used: then the seals prove only that one key made them all.
    pub own_key: bool,
    /// What the witness says; `None` without one.
    pub witness: Option<Against>,
    /// Attacks that could not be looked for, because nothing from outside was given to hold the journal against.
    pub not_checkable: Vec<&'static str>,
    /// What is not as it was sealed.
    pub findings: Vec<Found>,
    /// Findings beyond those.
    pub more: u64,
}

/// The part of the journal that a witness agrees with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Against {
    /// How many of its seals agree.
    pub agreeing: u64,
    /// The entries that the last of those covers; what came after it is not witnessed.
    pub entries: u64,
    /// When that one was made; `None` for no seal.
    pub at: Option<String>,
}

/// One thing that is not as it was sealed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// Its kind in one word, such as `edited-entry`.
    pub kind: &'static str,
    /// What happened, how it is known, and what to do now.
    pub words: Words,
}

/// Cannot be seen from inside: the end cut off with its seals, and an old backup restored.
const OUTSIDE_ONLY: [&str; 2] = ["cut-tail-with-seals", "old-backup"];

/// Examines the whole journal of a database; `told` hears how many entries of how many are done.
///
/// # Errors
///
/// A key or the witness cannot be read, or the database does not answer. What is wrong with the journal is no error but what comes back.
pub async fn examine(
    house: &House,
    trusting: &Trusting,
    told: impl FnMut(u64, u64),
) -> Result<Examined, Stop> {
    let (trust, mut findings) = trusting.read()?;
    let keys = trust.keys.clone();
    let verified = house.store.verify(trust, told).await?;
    findings.extend(verified.beside.iter().map(|position| Found {
        kind: "edited-row",
        words: Words::new(
            format!("流水号 {position}：行内的操作人、记录或时间与条目不同；以条目为准，请查明是谁改的"),
            format!("Position {position}: the row names another actor, record or time than its entry; the entry holds, find out who changed the row."),
        ),
    }));
    findings.extend(verified.unnumbered.iter().map(|arrival| Found {
        kind: "unnumbered",
        words: Words::new(
            format!("到达号 {arrival}：这一条绕过编号插入，后来的都已编号；请查明是谁写入的"),
            format!("Arrival {arrival}: the row was put in behind the sealer's back, later ones are numbered; find out who wrote it."),
        ),
    }));
    Ok(examined(
        verified.verification,
        &keys,
        false,
        findings,
        trusting,
    ))
}

/// Examines an exported journal with no database; `told` hears how many bytes are read. Without a key the file's own is used.
///
/// # Errors
///
/// The file, a key or the witness cannot be read.
pub fn examine_export(
    file: &Path,
    trusting: &Trusting,
    mut told: impl FnMut(u64),
) -> Result<Examined, Stop> {
    let (trust, findings) = trusting.read()?;
    let mut keys = trust.keys.clone();
    let unreadable = |cause| stop::file(file, &cause);
    let mut lines = BufReader::new(File::open(file).map_err(unreadable)?);
    let mut check = ExportCheck::new(trust);
    let (mut line, mut bytes) = (String::new(), 0);
    loop {
        line.clear();
        let read = lines.read_line(&mut line).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        bytes += u64::try_from(read).unwrap_or(0);
        check.line(line.trim_end_matches('\n'));
        told(bytes);
    }
    let found = check.finish();
    let Some(header) = found.header else {
        return Err(Stop::Unreadable(Words::new(
            format!(
                "{} 不是流水的导出文件；请给出 heli journal export 写的文件",
                file.display()
            ),
            format!(
                "{} is no export of a journal; name a file that `heli journal export` wrote",
                file.display()
            ),
        )));
    };
    if found.own_key {
        keys.push(header.key);
    }
    Ok(examined(
        found.verification,
        &keys,
        found.own_key,
        findings,
        trusting,
    ))
}

impl Trusting {
    /// Whether every file that is named can be read.
    ///
    /// # Errors
    ///
    /// One cannot, or is not what it should be.
    pub fn readable(&self) -> Result<(), Stop> {
        self.read().map(|_| ())
    }

    /// Reads the files that are named, with what is wrong with the witness itself.
    fn read(&self) -> Result<(Trust, Vec<Found>), Stop> {
        let keys = self.keys.iter().map(|place| key(place));
        let mut trust = Trust {
            keys: keys.collect::<Result<_, _>>()?,
            ..Trust::default()
        };
        if let Some(root) = &self.root {
            let root = Hash::parse(root).ok_or_else(|| no_root(root))?;
            trust.root = Some((None, root));
        }
        let Some(place) = &self.witness else {
            return Ok((trust, Vec::new()));
        };
        let text = std::fs::read_to_string(place).map_err(|cause| stop::file(place, &cause))?;
        let witness = Witness::read(&text);
        let found = witness.unreadable.iter().map(|line| Found {
            kind: "witness-line",
            words: Words::new(
                format!("见证文件第 {line} 行不是封签；请核对见证文件的来源"),
                format!(
                    "Line {line} of the witness file is no seal; check where the file comes from."
                ),
            ),
        });
        let found = found.collect();
        trust.witness = Some(witness.seals);
        Ok((trust, found))
    }
}

fn examined(
    verification: Verification,
    keys: &[PublicKey],
    own_key: bool,
    mut findings: Vec<Found>,
    trusting: &Trusting,
) -> Examined {
    findings.splice(0..0, verification.faults.iter().map(found));
    let witness = match verification.witness {
        Witnessed::NotCheckable => None,
        Witnessed::Held {
            agreeing,
            entries,
            at,
        } => Some(Against {
            agreeing,
            entries,
            at: at.map(|at| at.exact()),
        }),
    };
    // A root from elsewhere is that of the end or of a seal, so it is held against the tail as well.
    let outside = witness.is_some() || trusting.root.is_some();
    Examined {
        holds: findings.is_empty(),
        entries: verification.entries,
        sealed: verification.sealed,
        seals: verification.seals,
        root: verification.root.to_string(),
        erased: verification.erased,
        keys: keys
            .iter()
            .map(|key| key.fingerprint().to_string())
            .collect(),
        own_key,
        witness,
        not_checkable: if outside {
            Vec::new()
        } else {
            OUTSIDE_ONLY.to_vec()
        },
        findings,
        more: verification.more,
    }
}

fn found(fault: &Fault) -> Found {
    Found {
        kind: fault.kind(),
        words: fault.words(),
    }
}

fn no_root(text: &str) -> Stop {
    Stop::Unreadable(Words::new(
        format!("“{text}”不是根；根是 64 位十六进制小写数字，如 heli journal root 所示"),
        format!(
            "\"{text}\" is no root; a root is 64 hex digits in lower case, as `heli journal root` shows"
        ),
    ))
}
