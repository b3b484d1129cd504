//! A file in: read, matched with the records that exist, decided on, and taken in as a batch.

use super::ids::Ids;
use super::records::Records;
use super::taking::Taking;
use crate::App;
use crate::access::{Deed, forbidden, may};
use crate::act::{Edge, Refused, Viewer};
use crate::live::words;
use crate::take::Source;
use documents::{Ask, Fault, Matching};
use engine::Objection;
use programme::model::Register;
use rules::Words;
use sha2::{Digest, Sha256};
use std::ops::ControlFlow;
use tokio::runtime::Handle;

/// A file that somebody sends.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    /// The register's id.
    pub register: &'a str,
    /// The file's name.
    pub name: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
    /// Why, for the journal.
    pub why: Option<&'a str>,
}

/// How a file is taken.
#[derive(Clone, Copy, Debug)]
pub struct How<'a> {
    /// Nothing is written: says what would become of every row.
    pub dry_run: bool,
    /// The very file may be taken in once more where that makes its records twice.
    pub again: bool,
    /// Reasons beside returned rows in Chinese, else in English.
    pub zh: bool,
    /// Where the database is waited for.
    pub runtime: &'a Handle,
}

/// What became of a file.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// The arrival number of the batch's own entry, by which it is undone; `None` where nothing was written.
    pub batch: Option<i64>,
    /// Rows that were done before an interruption.
    pub resumed: u64,
    /// Rows of the file, empty ones aside.
    pub rows: u64,
    /// New records.
    pub created: u64,
    /// Records with other values now.
    pub changed: u64,
    /// Rows that say what was there already.
    pub unchanged: u64,
    /// Rows that did not go in.
    pub refused: u64,
    /// Whether the file cannot be read at all: then it has no rows.
    pub unreadable: bool,
    /// What is wrong, the file's faults first; and what a person should look at.
    pub faults: Vec<Fault>,
    /// The refused rows, with the reason beside each.
    pub returned: Option<Returned>,
}

/// Refused rows as a sheet of the kind that came.
#[derive(Clone, PartialEq, Eq)]
pub struct Returned {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Whether it is a workbook, else CSV.
    pub xlsx: bool,
}

impl std::fmt::Debug for Returned {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} bytes", self.bytes.len())
    }
}

impl App {
    /// Takes a file in, or says what would become of it. The same file again goes on where it stopped.
    /// `edge` gives the time and fresh randomness of each step; `told` hears how many rows of about how many are done.
    ///
    /// Waits, so it must not be called on a thread that runs other tasks.
    ///
    /// # Errors
    /// An unknown register, a viewer who may not, a database that cannot be written to. What is wrong with rows is no
    /// error but what comes back.
    pub fn import(
        &self,
        viewer: &Viewer,
        sent: Sent<'_>,
        how: How<'_>,
        edge: &mut dyn FnMut() -> Result<Edge, Words>,
        told: &mut dyn FnMut(u64, u64),
    ) -> Result<Imported, Refused> {
        let register = self.imports(viewer, sent.register)?;
        let version = match how.dry_run {
            true => self.live().map(|live| live.past.version.clone()),
            false => Some(self.writable()?.past.version.clone()),
        };
        if !how.again {
            self.first_time(register, &sent, how.runtime)?;
        }
        let records = Records::new(self, viewer, register);
        let lookup = |to: &str, text: &str| records.refer(to, text);
        let now = edge().map_err(Refused::Failed)?.now;
        let ask = Ask {
            year: Some(now.day().ymd().0),
            version: version.as_deref(),
            ..Ask::new(self.programme(), register, sent.name, &lookup)
        };
        // The faults of the whole file are known only at its end.
        let (sheet, rows) = documents::surveyed(sent.bytes, &ask);
        let find = |sought: &documents::Sought<'_>| records.find(sought);
        let mut taking = Taking {
            app: self,
            viewer,
            how,
            register,
            sheet: &sheet,
            records: &records,
            matching: Matching::new(&sheet, &ask, &find),
            writes: false,
            before: 0,
            intake: None,
            writing: None,
            ids: Ids::default(),
            seen: 0,
            done: Imported {
                rows,
                unreadable: rows == 0 && sheet.is_refused(),
                faults: sheet.faults.clone(),
                ..Imported::default()
            },
            refused: Vec::new(),
        };
        if !how.dry_run && rows > 0 && !sheet.is_refused() {
            let source = source(&sent, rows);
            let begun = self.begin(viewer, &source, edge().map_err(Refused::Failed)?);
            let intake = how.runtime.block_on(begun)?;
            (taking.writes, taking.before) = (true, intake.done());
            taking.intake = Some(intake);
        }
        let mut failed = None;
        let _ = documents::read_in_chunks(sent.bytes, &ask, &mut |chunk| match taking
            .chunk(chunk, edge)
        {
            Ok(()) => {
                told(taking.seen, rows);
                ControlFlow::Continue(())
            }
            Err(refused) => {
                failed = Some(refused);
                ControlFlow::Break(())
            }
        });
        // What is being written is waited for, whatever came of the rest.
        let settled = taking.settled();
        match failed {
            Some(refused) => Err(refused),
            None => settled.and_then(|()| taking.ended(sent.bytes, &ask, now)),
        }
    }

    /// Refuses a file that was taken in before, where nothing would tell its rows from new ones.
    fn first_time(
        &self,
        register: &Register,
        sent: &Sent<'_>,
        runtime: &Handle,
    ) -> Result<(), Refused> {
        let told_apart = register.number.is_none() || register.fields.iter().any(|f| f.key);
        let Some(live) = self.live().filter(|_| !told_apart) else {
            return Ok(());
        };
        let digest = Sha256::digest(sent.bytes).into();
        let before = runtime.block_on(live.store.batch_of(&register.id, digest));
        let before = before.map_err(|error| Refused::Failed(words(error)))?;
        before.map_or(Ok(()), |batch| Err(twice(register, batch)))
    }

    /// A register that the viewer may write by sheets.
    fn imports(&self, viewer: &Viewer, id: &str) -> Result<&Register, Refused> {
        let may = |deed| may(self.programme(), viewer, deed, id);
        if !may(Deed::Create) && !may(Deed::Change) {
            return Err(Refused::Forbidden(forbidden(id)));
        }
        let found = self.programme().register(id);
        found.map(|(_, register)| register).ok_or_else(|| {
            let words = Words::new(
                format!("没有台账 {id}，请核对编号"),
                format!("there is no register {id}; check its id"),
            );
            Refused::Objections(vec![(0, Objection { field: None, words })])
        })
    }
}

fn twice(register: &Register, batch: i64) -> Refused {
    let (zh, en) = (&register.name.zh, &register.name.en);
    let words = Words::new(
        format!(
            "这个文件已作为第 {batch} 批导入；“{zh}”没有业务主键，再导入一次每行都会变成两条。只改错的行，导入退回的表；要重来，先撤回第 {batch} 批；确实要再来一次，加 --again"
        ),
        format!(
            "this very file was taken in as batch {batch}, and {en} has no key by which its rows would be known, so each would be there twice; import the returned sheet for rows that were refused, take batch {batch} back to begin anew, or add --again"
        ),
    );
    Refused::Objections(vec![(0, Objection { field: None, words })])
}

fn source(sent: &Sent<'_>, rows: u64) -> Source {
    Source {
        register: sent.register.to_owned(),
        name: sent.name.to_owned(),
        digest: Sha256::digest(sent.bytes).into(),
        rows,
        why: sent.why.map(str::to_owned),
    }
}
