//! The export file: the journal as lines of JSON, written and checked as a stream. docs/journal.md describes it.

use crate::hash::Hash;
use crate::open::Beside;
use crate::seal::Line as SealLine;
use crate::{
    Fault, Open, Opened, Payload, PublicKey, Row, SignedSeal, Trust, Verification, Verifier,
};
use serde::{Deserialize, Serialize};

/// What the first line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The digest of the programme in force at the export.
    pub programme: Hash,
    /// Whether the database is a rehearsal.
    pub rehearsal: bool,
    /// The key of its seals. Whoever checks the file compares its fingerprint with one that came another way.
    pub key: PublicKey,
}

/// One line of the file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Written {
    Journal {
        format: u32,
        programme: String,
        rehearsal: bool,
        public_key: String,
    },
    Entry {
        position: u64,
        leaf: String,
        payload: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        beside: Option<Vec<Beside>>,
    },
    Seal(SealLine),
    End {
        entries: u64,
    },
}

/// The first line of an export, with its line feed.
pub fn export_header(header: &Header) -> String {
    line(&Written::Journal {
        format: 1,
        programme: header.programme.to_string(),
        rehearsal: header.rehearsal,
        public_key: header.key.pem().unwrap_or_default(),
    })
}

/// An entry's line; entries come in order of position from 0, and with `beside` only where the reader may see it.
pub fn export_entry(row: &Row<'_>) -> String {
    let beside = row.beside.map(|beside| beside.iter().map(Beside::of));
    line(&Written::Entry {
        position: row.position,
        leaf: row.leaf.to_string(),
        payload: row.payload.to_owned(),
        beside: beside.map(Iterator::collect),
    })
}

/// A seal's line; it comes after the last entry that it covers and before the next.
pub fn export_seal(seal: &SignedSeal) -> String {
    line(&Written::Seal(SealLine::of(seal)))
}

/// The last line, by which a file that was cut is noticed.
pub fn export_end(entries: u64) -> String {
    line(&Written::End { entries })
}

fn line(written: &Written) -> String {
    let mut line = serde_json::to_string(written).unwrap_or_default();
    line.push('\n');
    line
}

/// Checks an export line by line; no database is needed and memory does not grow with the file.
#[derive(Debug)]
pub struct ExportCheck {
    trust: Option<Trust>,
    own_key: bool,
    header: Option<Header>,
    verifier: Option<Verifier>,
    lines: u64,
    entries: u64,
    ended: bool,
    faults: Vec<Fault>,
}

/// What the check of an export found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportVerification {
    /// What the file says of itself; `None` where its first line cannot be read.
    pub header: Option<Header>,
    /// Whether no key was given and the file's own was used: then the seals prove only that one key made them all.
    pub own_key: bool,
    /// What was found.
    pub verification: Verification,
}

impl ExportCheck {
    /// Begins. Where `trust` has no key, the file's own is used.
    pub fn new(trust: Trust) -> Self {
        Self {
            own_key: trust.keys.is_empty(),
            trust: Some(trust),
            header: None,
            verifier: None,
            lines: 0,
            entries: 0,
            ended: false,
            faults: Vec::new(),
        }
    }

    /// The next line. Gives the entry, if it is one and can be read, for whoever rebuilds the records too.
    pub fn line(&mut self, text: &str) -> Option<Opened> {
        self.lines += 1;
        let Some(written) = self.written(text) else {
            self.faults.push(Fault::FileLine(self.lines));
            return None;
        };
        match written {
            Read::Header(header) => self.begin(header),
            Read::Entry(entry) => return self.entry(&entry),
            Read::Seal(signed) => {
                // The header is signed by nobody; the seals say what the database is.
                let marked = self.header.as_ref().map(|header| header.rehearsal);
                if marked.is_some_and(|marked| marked != signed.seal.rehearsal) {
                    self.faults.push(Fault::SealRehearsal(signed.seal.size));
                }
                self.verifier().seal(signed);
            }
            Read::End(entries) => {
                self.ended = entries == self.entries;
            }
        }
        None
    }

    /// Ends the file.
    pub fn finish(mut self) -> ExportVerification {
        if !self.ended {
            self.faults.push(Fault::FileCut);
        }
        self.verifier();
        let verifier = self
            .verifier
            .unwrap_or_else(|| Verifier::new(Trust::default(), false));
        let mut verification = verifier.finish();
        verification.faults.splice(0..0, self.faults);
        ExportVerification {
            header: self.header,
            own_key: self.own_key,
            verification,
        }
    }

    /// The line, where it can be read and stands where it may.
    fn written(&self, text: &str) -> Option<Read> {
        let read = Read::of(serde_json::from_str(text).ok()?)?;
        let first = matches!(read, Read::Header(_));
        (first == (self.lines == 1) && !self.ended).then_some(read)
    }

    fn begin(&mut self, header: Header) {
        if let Some(trust) = &mut self.trust
            && self.own_key
        {
            trust.keys.push(header.key);
        }
        self.header = Some(header);
    }

    fn verifier(&mut self) -> &mut Verifier {
        let trust = &mut self.trust;
        self.verifier
            .get_or_insert_with(|| Verifier::new(trust.take().unwrap_or_default(), false))
    }

    fn entry(&mut self, entry: &Entry) -> Option<Opened> {
        self.entries += 1;
        self.verifier().row(Row {
            position: entry.position,
            payload: &entry.payload,
            leaf: entry.leaf,
            beside: entry.beside.as_deref(),
        });
        let payload = Payload::read(&entry.payload).ok()?;
        let position = i64::try_from(entry.position).ok();
        payload
            .entry(position, entry.beside.as_deref().unwrap_or_default())
            .ok()
    }
}

/// A line whose parts can all be read.
enum Read {
    Header(Header),
    Entry(Entry),
    Seal(SignedSeal),
    End(u64),
}

struct Entry {
    position: u64,
    leaf: Hash,
    payload: String,
    beside: Option<Vec<Open>>,
}

impl Read {
    fn of(written: Written) -> Option<Self> {
        Some(match written {
            Written::Journal {
                format,
                programme,
                rehearsal,
                public_key,
            } => {
                let header = Header {
                    programme: Hash::parse(&programme)?,
                    rehearsal,
                    key: PublicKey::read(&public_key)?,
                };
                (format == 1).then_some(Self::Header(header))?
            }
            Written::Entry {
                position,
                leaf,
                payload,
                beside,
            } => {
                let beside = match beside {
                    Some(beside) => Some(
                        beside
                            .into_iter()
                            .map(Beside::open)
                            .collect::<Option<_>>()?,
                    ),
                    None => None,
                };
                Self::Entry(Entry {
                    position,
                    leaf: Hash::parse(&leaf)?,
                    payload,
                    beside,
                })
            }
            Written::Seal(line) => Self::Seal(line.seal()?),
            Written::End { entries } => Self::End(entries),
        })
    }
}
