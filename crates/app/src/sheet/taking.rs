//! The rows of a file on their way in: while some thousand are written, the next are read and decided on.

use super::ids::Ids;
use super::import::{How, Imported, Returned};
use super::records::Records;
use crate::App;
use crate::act::{Edge, Refused, Viewer};
use crate::take::{Chunked, Intake, Prepared};
use documents::{Ask, Chunk, Fate, Fault, Format, Matched, Matching, Rejection, Row, Sheet};
use engine::{Asked, Objection};
use programme::Severity;
use programme::model::Register;
use programme::record::Act;
use rules::{Moment, Words};
use store::Taken;
use store::write::{Refusal, Write};
use tokio::task::JoinHandle;

/// A file on its way in.
pub(super) struct Taking<'a> {
    pub(super) app: &'a App,
    pub(super) viewer: &'a Viewer,
    pub(super) how: How<'a>,
    pub(super) register: &'a Register,
    pub(super) sheet: &'a Sheet,
    pub(super) records: &'a Records<'a>,
    pub(super) matching: Matching<'a>,
    /// Whether rows are written.
    pub(super) writes: bool,
    /// Rows that were done before an interruption.
    pub(super) before: u64,
    /// `None` where nothing is written, and while rows are.
    pub(super) intake: Option<Intake>,
    /// Rows that are being written while the next are read and decided on.
    pub(super) writing: Option<Writing>,
    pub(super) ids: Ids,
    /// Rows that were looked at.
    pub(super) seen: u64,
    pub(super) done: Imported,
    pub(super) refused: Vec<Matched>,
}

/// Rows that are being written.
pub(super) struct Writing {
    task: JoinHandle<(Intake, Result<Taken, Words>)>,
    prepared: Prepared,
    rests: Vec<(Row, Matched)>,
}

/// Rows that were written, and are not in the facts yet.
struct Written {
    prepared: Prepared,
    taken: Taken,
    rests: Vec<(Row, Matched)>,
}

impl Taking<'_> {
    /// Takes the next rows of the file.
    pub(super) fn chunk(
        &mut self,
        chunk: Chunk,
        edge: &mut dyn FnMut() -> Result<Edge, Words>,
    ) -> Result<(), Refused> {
        let again = self.before.saturating_sub(self.seen);
        self.seen += chunk.rows.len() as u64;
        let mut old = chunk.rows;
        let again = usize::try_from(again).map_or(old.len(), |n| n.min(old.len()));
        let new = old.split_off(again);
        let edge = edge().map_err(Refused::Failed)?;
        if !old.is_empty() {
            // What went in before is there now; what was refused is refused again, and returned with the rest.
            let (counted, resumed) = (self.done.clone_counts(), old.len() as u64);
            let (asked, rests) = self.matched(old);
            let chunked = self.app.try_rows(self.viewer, &asked, edge);
            self.told(chunked, rests);
            self.done.set_counts(counted, resumed);
        }
        if new.is_empty() {
            return Ok(());
        }
        let of = new.len() as u64;
        let (asked, rests) = self.matched(new);
        if !self.writes {
            let chunked = self.app.try_rows(self.viewer, &asked, edge);
            self.told(chunked, rests);
            return Ok(());
        }
        let (prepared, writes) = self.app.prepared(self.viewer, &asked, edge);
        // The next rows are being written while those before go into the facts.
        let written = self.written()?;
        self.write(prepared, rests, (writes, of), edge)?;
        self.finished(written)
    }

    /// Matches rows with the records that exist: what is asked of each, and of which rows.
    fn matched(&mut self, rows: Vec<Row>) -> (Vec<Asked>, Vec<(Row, Matched)>) {
        let (mut asked, mut rests) = (Vec::new(), Vec::new());
        for mut row in rows {
            let mut matched = self.matching.row(&mut row);
            match self.asked(&row, &mut matched) {
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
        (asked, rests)
    }

    /// Begins to write rows; the next can be read and decided on meanwhile.
    fn write(
        &mut self,
        prepared: Prepared,
        rests: Vec<(Row, Matched)>,
        (writes, of): (Vec<Write>, u64),
        edge: Edge,
    ) -> Result<(), Refused> {
        let store = self.app.writable()?.store.clone();
        let (viewer, intake) = (self.viewer.clone(), self.intake.take());
        let mut intake = intake.ok_or_else(|| Refused::Failed(interrupted()))?;
        let task = self.how.runtime.spawn(async move {
            let taken = intake.write(&store, &viewer, (&writes, of), edge).await;
            (intake, taken)
        });
        self.writing = Some(Writing {
            task,
            prepared,
            rests,
        });
        Ok(())
    }

    /// Waits for the rows that are being written, and counts them.
    pub(super) fn settled(&mut self) -> Result<(), Refused> {
        let written = self.written()?;
        self.finished(written)
    }

    /// Waits for the rows that are being written; `None` where there are none.
    fn written(&mut self) -> Result<Option<Written>, Refused> {
        let Some(Writing {
            task,
            prepared,
            rests,
        }) = self.writing.take()
        else {
            return Ok(None);
        };
        let done = self.how.runtime.block_on(task);
        let (intake, taken) = done.map_err(|_| Refused::Failed(interrupted()))?;
        self.intake = Some(intake);
        let taken = taken.map_err(Refused::Failed)?;
        Ok(Some(Written {
            prepared,
            taken,
            rests,
        }))
    }

    /// Puts rows that were written into the facts, and counts them.
    fn finished(&mut self, written: Option<Written>) -> Result<(), Refused> {
        let Some(written) = written else {
            return Ok(());
        };
        let chunked = self.app.finished(written.prepared, written.taken)?;
        self.told(chunked, written.rests);
        Ok(())
    }

    /// Counts rows, and tells what was said of them.
    fn told(&mut self, chunked: Chunked, mut rests: Vec<(Row, Matched)>) {
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
    }

    /// What a row asks for; `None` where it is refused or changes nothing.
    fn asked(&mut self, row: &Row, matched: &mut Matched) -> Option<Asked> {
        let (record, version, act, cells) = match &mut matched.fate {
            Fate::Create(cells) => {
                let id = self.ids.of(self.register, row, cells);
                if let Some(id) = id.as_ref().filter(|id| self.records.is_there(id)) {
                    matched.fate = Fate::Unchanged(id.clone());
                    return None;
                }
                (id, 0, Act::Create, std::mem::take(cells))
            }
            Fate::Change {
                record,
                version,
                after,
            } => (
                Some(record.clone()),
                *version,
                Act::Change,
                std::mem::take(after),
            ),
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
    pub(super) fn ended(
        mut self,
        bytes: &[u8],
        ask: &Ask<'_>,
        at: Moment,
    ) -> Result<Imported, Refused> {
        if let Some(intake) = self.intake.take() {
            self.done.batch = Some(intake.arrival());
            let ended = self.how.runtime.block_on(self.app.end(intake));
            ended.map_err(Refused::Failed)?;
        }
        // Rows that are refused before they are written come before those that were written meanwhile.
        let file = self.sheet.faults.len();
        if let Some(faults) = self.done.faults.get_mut(file..) {
            faults.sort_by_key(|fault| fault.row);
        }
        self.refused.sort_by_key(|matched| matched.row);
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

/// The writing of rows came to no end; what was written of the batch is known to it.
fn interrupted() -> Words {
    Words::new(
        "写入中断了；再运行一次同样的导入，会从断处继续",
        "the writing was interrupted; run the same import again and it goes on where it stopped",
    )
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
