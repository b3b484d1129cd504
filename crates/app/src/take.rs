//! Batches: many rows of one register taken in by chunks, each decided on like any other action.

use crate::App;
use crate::access::{Deed, forbidden, may, within};
use crate::act::{Edge, Refused, Viewer, author, read_only};
use crate::live::words;
use engine::{Asked, Objection};
use programme::record::{Act, Entry};
use rules::Words;
use store::write::Write;
use store::{Batch, Sheet, Store, Taken};

/// A batch under way.
#[derive(Debug)]
pub struct Intake {
    batch: Batch,
}

/// What a batch is made from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The register's id.
    pub register: String,
    /// The file's name.
    pub name: String,
    /// SHA-256 of its content: the same again goes on where it stopped.
    pub digest: [u8; 32],
    /// How many rows it has.
    pub rows: u64,
    /// Why, in the author's words.
    pub why: Option<String>,
}

/// What became of a chunk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chunked {
    /// Rows that were written.
    pub written: usize,
    /// Those of them that are new records.
    pub created: usize,
    /// Rows that say what was there already.
    pub unchanged: usize,
    /// Rows that were refused, by their place in the chunk, with every reason.
    pub refused: Vec<(usize, Vec<Objection>)>,
    /// What the viewer should know all the same.
    pub warnings: Vec<(usize, Objection)>,
}

impl Intake {
    /// How many rows of the source were done before.
    pub fn done(&self) -> u64 {
        self.batch.done
    }

    /// The arrival number of the batch's own entry.
    pub fn arrival(&self) -> i64 {
        self.batch.arrival
    }

    /// Writes what was decided of the next `rows.1` rows.
    pub(crate) async fn write(
        &mut self,
        store: &Store,
        viewer: &Viewer,
        rows: (&[Write], u64),
        edge: Edge,
    ) -> Result<Taken, Words> {
        let author = author(viewer, edge.now, None);
        let taken = store.take_of(&mut self.batch, &author, rows, edge.seed);
        taken.await.map_err(words)
    }
}

/// Rows that were decided on and are being written.
#[derive(Debug)]
pub(crate) struct Prepared {
    chunked: Chunked,
    /// The places of those that are written.
    places: Vec<usize>,
}

impl App {
    /// Begins a batch, or goes on with the one that was begun from the same source.
    ///
    /// # Errors
    /// A viewer who may not write the register, no database that can be written, or it fails.
    pub async fn begin(
        &self,
        viewer: &Viewer,
        source: &Source,
        edge: Edge,
    ) -> Result<Intake, Refused> {
        let register = &source.register;
        let may = |deed| may(self.programme(), viewer, deed, register);
        if !may(Deed::Create) && !may(Deed::Change) {
            return Err(Refused::Forbidden(forbidden(register)));
        }
        let live = self.writable()?;
        let sheet = Sheet {
            register: source.register.clone(),
            digest: source.digest,
            rows: source.rows,
            name: source.name.clone(),
            why: source.why.clone(),
        };
        let author = author(viewer, edge.now, None);
        let batch = live.store.begin(&author, &sheet).await;
        let batch = batch.map_err(|e| Refused::Failed(words(e)))?;
        Ok(Intake { batch })
    }

    /// What would become of rows, and nothing is written: a dry run decides as the real one does.
    pub fn try_rows(&self, viewer: &Viewer, asked: &[Asked], edge: Edge) -> Chunked {
        self.sorted(viewer, asked, edge).0
    }

    /// Takes the next rows of a batch in: what is asked is what is left of `of` rows of its source. What is refused
    /// comes back with its reasons while the others go in. No two of a chunk may be of one record.
    ///
    /// # Errors
    /// A viewer who may not, or the database's failure; what was done of the batch is known to it.
    pub async fn take(
        &self,
        viewer: &Viewer,
        intake: &mut Intake,
        (asked, of): (&[Asked], u64),
        edge: Edge,
    ) -> Result<Chunked, Refused> {
        let (prepared, writes) = self.prepared(viewer, asked, edge);
        let live = self.writable()?;
        let taken = intake.write(&live.store, viewer, (&writes, of), edge).await;
        self.finished(prepared, taken.map_err(Refused::Failed)?)
    }

    /// What is decided on rows of a batch, and what there is to write of them.
    pub(crate) fn prepared(
        &self,
        viewer: &Viewer,
        asked: &[Asked],
        edge: Edge,
    ) -> (Prepared, Vec<Write>) {
        let (chunked, writes, places) = self.sorted(viewer, asked, edge);
        (Prepared { chunked, places }, writes)
    }

    /// Puts what was written into the facts, and says what became of the rows.
    pub(crate) fn finished(&self, prepared: Prepared, taken: Taken) -> Result<Chunked, Refused> {
        let Prepared {
            mut chunked,
            places,
        } = prepared;
        let new = |entry: &&Entry| entry.act == Act::Create;
        chunked.created = taken.entries.iter().filter(new).count();
        for (nth, refusal) in taken.refused {
            let place = places.get(nth).copied().unwrap_or_default();
            let words = refusal.words();
            chunked
                .refused
                .push((place, vec![Objection { field: None, words }]));
        }
        chunked.refused.sort_by_key(|(place, _)| *place);
        chunked.written = taken.entries.len();
        self.take_in_own(&taken.entries).map_err(Refused::Failed)?;
        Ok(chunked)
    }

    /// Ends a batch: no more rows come.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn end(&self, mut intake: Intake) -> Result<(), Words> {
        match self.live() {
            Some(live) => live.store.end(&mut intake.batch).await.map_err(words),
            None => Err(read_only()),
        }
    }

    /// What is decided on each row: what to write with its places, and what became of the others.
    fn sorted(
        &self,
        viewer: &Viewer,
        asked: &[Asked],
        edge: Edge,
    ) -> (Chunked, Vec<Write>, Vec<usize>) {
        let mut chunked = Chunked::default();
        let (mut writes, mut places) = (Vec::new(), Vec::new());
        let mut living = self.living_mut();
        let decided = engine::decide_all(self.programme(), &mut living, asked, edge.now);
        for (place, (asked, decided)) in asked.iter().zip(decided).enumerate() {
            let decided = (asked, decided);
            match within(self.programme(), &mut living, viewer, decided, edge.now) {
                Err(against) => chunked.refused.push((place, against)),
                Ok(decided) => {
                    let warnings = decided.warnings.into_iter().map(|w| (place, w));
                    chunked.warnings.extend(warnings);
                    if decided.change.after.is_empty() {
                        chunked.unchanged += 1;
                        continue;
                    }
                    chunked.written += 1;
                    chunked.created += usize::from(decided.change.act == Act::Create);
                    places.push(place);
                    writes.push(Write {
                        change: decided.change,
                        unit: decided.unit,
                    });
                }
            }
        }
        (chunked, writes, places)
    }
}
