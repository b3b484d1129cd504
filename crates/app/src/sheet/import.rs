//! A file in: read, matched with the records that exist, decided on, and taken in as a batch, a thousand rows at a time.

use super::ids::Ids;
use super::records::Records;
use crate::App;
use crate::access::{Deed, forbidden, may};
use crate::act::{Edge, Refused, Viewer};
use crate::live::words;
use crate::take::{Chunked, Intake, Source};
use documents::{Ask, Chunk, Fate, Fault, Format, Matched, Matching, Rejection, Row, Sheet};
use engine::{Asked, Objection};
use programme::Severity;
use programme::model::Register;
use programme::record::Act;
use rules::{Moment, Words};
use sha2::{Digest, Sha256};
use std::ops::ControlFlow;
use store::write::Refusal;
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
        let records = Records::new(self, register);
        let lookup = |to: &str, text: &str| records.refer(to, text);
        let now = edge().map_err(Refused::Failed)?.now;
        let ask = Ask {
            year: Some(now.day().ymd().0),
            version: version.as_deref(),
            ..Ask::new(self.programme(), register, sent.name, &lookup)
        };
        // The faults of the whole file are known only at its end.
        let mut rows = 0;
        let sheet = documents::read_in_chunks(sent.bytes, &ask, &mut |chunk| {
            rows += chunk.rows.len() as u64;
            ControlFlow::Continue(())
        });
        let find = |sought: &documents::Sought<'_>| records.find(sought);
        let mut taking = Taking {
            app: self,
            viewer,
            how,
            register,
            sheet: &sheet,
            records: &records,
            matching: Matching::new(&sheet, &ask, &find),
            intake: None,
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
            taking.intake = Some(how.runtime.block_on(begun)?);
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
        match failed {
            Some(refused) => Err(refused),
            None => taking.ended(sent.bytes, &ask, now),
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
        if !may(viewer, Deed::Create, id) || !may(viewer, Deed::Change, id) {
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

/// A file on its way in.
struct Taking<'a> {
    app: &'a App,
    viewer: &'a Viewer,
    how: How<'a>,
    register: &'a Register,
    sheet: &'a Sheet,
    records: &'a Records<'a>,
    matching: Matching<'a>,
    /// `None` where nothing is written.
    intake: Option<Intake>,
    ids: Ids,
    /// Rows that were looked at.
    seen: u64,
    done: Imported,
    refused: Vec<Matched>,
}

impl Taking<'_> {
    fn chunk(
        &mut self,
        chunk: Chunk,
        edge: &mut dyn FnMut() -> Result<Edge, Words>,
    ) -> Result<(), Refused> {
        let before = self.intake.as_ref().map_or(0, Intake::done);
        let again = before.saturating_sub(self.seen);
        let again = usize::try_from(again).map_or(chunk.rows.len(), |n| n.min(chunk.rows.len()));
        let (old, new) = chunk.rows.split_at(again);
        let edge = edge().map_err(Refused::Failed)?;
        // What went in before is there now; what was refused is refused again, and returned with the rest.
        let counted = self.done.clone_counts();
        self.part(old, edge, false)?;
        self.done.set_counts(counted, old.len() as u64);
        self.part(new, edge, self.intake.is_some())?;
        self.seen += chunk.rows.len() as u64;
        Ok(())
    }

    /// Matches and decides some rows, and writes them where that is asked.
    fn part(&mut self, rows: &[Row], edge: Edge, write: bool) -> Result<(), Refused> {
        let (mut asked, mut rests) = (Vec::new(), Vec::new());
        for row in rows {
            let mut matched = self.matching.row(row);
            match self.asked(row, &mut matched) {
                Some(one) => {
                    asked.push(one);
                    rests.push((row, matched));
                }
                None if matched.fate == Fate::Refused => self.refuse(matched),
                None => {
                    self.done.unchanged += 1;
                    self.done.faults.append(&mut matched.faults);
                }
            }
        }
        let chunked = match &mut self.intake {
            Some(intake) if write && !rows.is_empty() => {
                let of = rows.len() as u64;
                let taken = self.app.take(self.viewer, intake, (&asked, of), edge);
                self.how.runtime.block_on(taken)?
            }
            _ => self.app.try_rows(&asked, edge),
        };
        self.count(&chunked);
        let said = chunked.refused.into_iter();
        let said =
            said.flat_map(|(at, all)| all.into_iter().map(move |o| (at, o, Severity::Error)));
        let warned = chunked.warnings.into_iter();
        let warned = warned.map(|(at, o)| (at, o, Severity::Warning));
        for (at, objection, severity) in said.chain(warned) {
            let Some((row, matched)) = rests.get_mut(at) else {
                continue;
            };
            if severity == Severity::Error {
                matched.fate = Fate::Refused;
            }
            let fault = self.fault(row, objection, severity);
            matched.faults.push(fault);
        }
        for (_, mut matched) in rests {
            match matched.fate {
                Fate::Refused => self.refuse(matched),
                _ => self.done.faults.append(&mut matched.faults),
            }
        }
        Ok(())
    }

    /// What a row asks for; `None` where it is refused or changes nothing.
    fn asked(&mut self, row: &Row, matched: &mut Matched) -> Option<Asked> {
        let (record, version, act, cells) = match &matched.fate {
            Fate::Create(cells) => {
                let id = self.ids.of(self.register, row, cells);
                if let Some(id) = id.as_ref().filter(|id| self.records.is_there(id)) {
                    matched.fate = Fate::Unchanged(id.clone());
                    return None;
                }
                (id, 0, Act::Create, cells.clone())
            }
            Fate::Change {
                record,
                version,
                after,
            } => (Some(record.clone()), *version, Act::Change, after.clone()),
            Fate::Unchanged(_) | Fate::Refused => return None,
        };
        if let Some(field) = self.records.taken(record.as_deref(), &cells) {
            let words = Refusal::Duplicate {
                register: self.register.id.clone(),
                fields: vec![field.to_owned()],
                other: None,
            }
            .words();
            let field = Some(field.to_owned());
            let fault = self.fault(row, Objection { field, words }, Severity::Error);
            matched.faults.push(fault);
            matched.fate = Fate::Refused;
            return None;
        }
        Some(Asked {
            register: self.register.id.clone(),
            record,
            version,
            act,
            cells,
            why: None,
            as_found: true,
        })
    }

    fn count(&mut self, chunked: &Chunked) {
        self.done.created += chunked.created as u64;
        self.done.changed += (chunked.written - chunked.created) as u64;
        self.done.unchanged += chunked.unchanged as u64;
    }

    fn refuse(&mut self, matched: Matched) {
        self.done.refused += 1;
        self.done.faults.extend(matched.faults.iter().cloned());
        self.refused.push(matched);
    }

    /// An objection at its place in the file.
    fn fault(&self, row: &Row, objection: Objection, severity: Severity) -> Fault {
        let name = Some(self.sheet.name.clone()).filter(|name| !name.is_empty());
        let cell = objection.field.as_deref();
        Fault {
            code: "refused",
            severity,
            file: self.matching.file().to_owned(),
            sheet: name,
            row: Some(row.number),
            cell: cell.and_then(|field| self.sheet.cell(row, field)),
            field: objection.field,
            what: objection.words,
            why: Words::default(),
            mend: Words::default(),
        }
    }

    /// Ends the batch and writes the refused rows out.
    fn ended(mut self, bytes: &[u8], ask: &Ask<'_>, at: Moment) -> Result<Imported, Refused> {
        if let Some(intake) = self.intake.take() {
            self.done.batch = Some(intake.arrival());
            let ended = self.how.runtime.block_on(self.app.end(intake));
            ended.map_err(Refused::Failed)?;
        }
        if self.refused.is_empty() {
            return Ok(self.done);
        }
        let rejection = Rejection {
            ask,
            sheet: self.sheet,
            matched: &self.refused,
            zh: self.how.zh,
            at,
        };
        let xlsx = documents::is_xlsx(bytes, ask);
        let format = match xlsx {
            true => Format::Xlsx,
            false => Format::Csv {
                bom: true,
                crlf: true,
            },
        };
        let mut sheet = Vec::new();
        let written = documents::rejected(bytes, &rejection, format, &mut sheet);
        let written = written.map_err(|cause| {
            Refused::Failed(Words::new(
                format!("退回的表写不出来（{cause}）；请看看磁盘空间"),
                format!("the returned rows cannot be written ({cause}); see to the disk"),
            ))
        })?;
        self.done.returned = (written.rows > 0).then_some(Returned { bytes: sheet, xlsx });
        Ok(self.done)
    }
}

/// Rows that went in.
type Counts = [u64; 3];

impl Imported {
    fn clone_counts(&self) -> Counts {
        [self.created, self.changed, self.unchanged]
    }

    /// Rows that were done before an interruption count as such, whatever they look like now.
    fn set_counts(&mut self, counts: Counts, resumed: u64) {
        [self.created, self.changed, self.unchanged] = counts;
        self.resumed += resumed;
    }
}
