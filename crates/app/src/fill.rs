//! Filling a database with records and their past, day by day, through the same batches as any sheet.

use crate::act::{Edge, Refused, Viewer};
use crate::live::words;
use crate::take::Source;
use crate::{App, Sealing};
use engine::{Asked, Facts, Objection};
use programme::Programme;
use programme::model::{FIRST_REGISTER_TABLE, FieldKind, Register};
use programme::record::{Act, Cell, Cells};
use rules::{Day, Moment};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use store::files::{Stored, accepted};

/// Rows of one chunk at most.
const CHUNK: usize = 4_096;

/// One version of a record on its way in.
struct Version {
    /// Of which day's chunk, in the order of registers, which version of its record.
    day: i32,
    register: usize,
    nth: i64,
    at: Moment,
    row: u32,
}

/// What was filled.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    /// Versions that were written.
    pub written: usize,
    /// Versions that were refused: register, record, the first reason.
    pub refused: Vec<(String, String, Objection)>,
}

impl App {
    /// Writes every version of `facts` in the order of days, each recorded when it says; versions known since always
    /// are recorded at `first`. Each day is sealed at its end, so that the seals are as old as what they seal.
    /// Files are named in `facts`, and one of `papers`, files that are held, stands for each.
    /// Interrupted, the same facts go on where they stopped; a database that others filled is left alone.
    /// `told` hears how many are done of how many.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn fill(
        &self,
        (viewer, sealing): (&Viewer, &mut Sealing),
        (facts, papers): (&Facts, &[Stored]),
        first: Moment,
        seed: [u8; 32],
        mut told: impl FnMut(usize, usize),
    ) -> Result<Filled, Refused> {
        let order = in_order(self.programme());
        let versions = versions(facts, &order, first);
        let mut filled = Filled::default();
        let source = self.sources(facts, &order, &versions);
        let mut before = self.before(&source).await?;
        if before.is_empty() && !self.is_empty() {
            return Ok(filled);
        }
        let mut intakes = HashMap::new();
        let mut done: usize = 0;
        let mut day = first.day();
        let same =
            |a: &Version, b: &Version| (a.day, a.register, a.nth) == (b.day, b.register, b.nth);
        for group in versions
            .chunk_by(same)
            .flat_map(|group| group.chunks(CHUNK))
        {
            let Some(register) = group.first().and_then(|v| order.get(v.register)) else {
                continue;
            };
            let Some(register) = self.programme().registers.get(*register) else {
                continue;
            };
            if let Some(left) = before.get_mut(&register.id).filter(|left| **left > 0) {
                // Chunks are whole or not there, so what is left to skip ends with one.
                *left = left.saturating_sub(group.len() as u64);
                done += group.len();
                continue;
            }
            let now = group.iter().map(|v| v.at).max().unwrap_or(first);
            if now.day() > day {
                let end = Moment(Day(day.0 + 1).start().0 - 1);
                let sealed = sealing.tick(end).await;
                sealed.map_err(|stop| Refused::Failed(stop.words().clone()))?;
                day = now.day();
            }
            let edge = Edge {
                now,
                seed: Sha256::digest([&seed[..], &done.to_le_bytes()].concat()).into(),
            };
            if !intakes.contains_key(&register.id) {
                let Some(source) = source.get(&register.id) else {
                    continue;
                };
                let begun = self.begin(viewer, source, edge).await?;
                intakes.insert(register.id.clone(), begun);
            }
            let Some(intake) = intakes.get_mut(&register.id) else {
                continue;
            };
            let asked: Vec<Asked> = group
                .iter()
                .filter_map(|version| self.asked((facts, papers), register, version))
                .collect();
            let of = group.len() as u64;
            let chunked = self.take(viewer, intake, (&asked, of), edge).await?;
            filled.written += chunked.written;
            for (place, objections) in chunked.refused {
                let record = asked.get(place).and_then(|a| a.record.as_deref());
                let reason = objections.into_iter().next();
                filled.refused.extend(reason.map(|reason| {
                    (
                        register.id.clone(),
                        record.unwrap_or_default().to_owned(),
                        reason,
                    )
                }));
            }
            done += group.len();
            told(done, versions.len());
        }
        for (_, intake) in intakes {
            self.end(intake).await.map_err(Refused::Failed)?;
        }
        self.ends(&source).await?;
        Ok(filled)
    }

    /// What each register's batch is made from: the same facts make the same.
    fn sources(
        &self,
        facts: &Facts,
        order: &[usize],
        versions: &[Version],
    ) -> BTreeMap<String, Source> {
        let mut sources = BTreeMap::new();
        for (nth, position) in order.iter().enumerate() {
            let Some(register) = self.programme().registers.get(*position) else {
                continue;
            };
            let mut hash = Sha256::new();
            hash.update(register.id.as_bytes());
            let mut rows = 0;
            for version in versions.iter().filter(|v| v.register == nth) {
                rows += 1;
                let cells = facts.cells(
                    self.programme(),
                    position + FIRST_REGISTER_TABLE,
                    version.row,
                );
                hash.update(format!("{} {} {cells:?}", version.day, version.nth));
            }
            let source = Source {
                register: register.id.clone(),
                name: format!("{}.csv", register.id),
                digest: hash.finalize().into(),
                rows,
                why: None,
            };
            if rows > 0 {
                sources.insert(register.id.clone(), source);
            }
        }
        sources
    }

    /// How many rows of each register went in before an interruption.
    async fn before(
        &self,
        sources: &BTreeMap<String, Source>,
    ) -> Result<BTreeMap<String, u64>, Refused> {
        let live = self.writable()?;
        let mut before = BTreeMap::new();
        for (register, source) in sources {
            let found = live.store.batch_from(register, source.digest).await;
            if let Some(batch) = found.map_err(|error| Refused::Failed(words(error)))? {
                before.insert(register.clone(), batch.done);
            }
        }
        Ok(before)
    }

    /// Ends the batches that an interruption left open with all rows in.
    async fn ends(&self, sources: &BTreeMap<String, Source>) -> Result<(), Refused> {
        let live = self.writable()?;
        let failed = |error| Refused::Failed(words(error));
        for (register, source) in sources {
            let found = live
                .store
                .batch_from(register, source.digest)
                .await
                .map_err(failed)?;
            if let Some(mut batch) = found.filter(|batch| batch.open) {
                live.store.end(&mut batch).await.map_err(failed)?;
            }
        }
        Ok(())
    }

    /// A version as what is asked: a creation, or a change of what is there.
    fn asked(
        &self,
        (facts, papers): (&Facts, &[Stored]),
        register: &Register,
        version: &Version,
    ) -> Option<Asked> {
        let (table, _) = self.programme().register(&register.id)?;
        let own = facts.tables().tables.get(table)?;
        let id = own
            .ids
            .get(*own.record.get(version.row as usize)? as usize)?;
        let kept = |(field, _): &(String, Option<Cell>)| {
            let field = register.field(field);
            field.is_some_and(|f| f.formula.is_none() && f.id != "recorded_on")
        };
        let mut cells = facts.cells(self.programme(), table, version.row);
        cells.retain(kept);
        for (field, cell) in &mut cells {
            let field = register.field(field);
            if let Some(field) = field.filter(|field| field.kind == FieldKind::Files) {
                let named = cell.take();
                *cell = named.and_then(|named| by_digest(&named, papers, &field.accept));
            }
        }
        let living = self.living();
        let known = living
            .record(table, id)
            .map_or(0, |record| living.version(table, record));
        Some(Asked {
            register: register.id.clone(),
            record: Some(id.clone()),
            version: known,
            act: if known == 0 { Act::Create } else { Act::Change },
            cells: without_empties(cells, known == 0),
            why: None,
            as_found: true,
        })
    }
}

/// Sheets name files; a record holds the digests of papers that stand for them, no two alike, of kinds that the field
/// accepts.
fn by_digest(named: &Cell, papers: &[Stored], accept: &[String]) -> Option<Cell> {
    let Cell::List(names) = named else {
        return None;
    };
    let fit = papers.iter().filter(|paper| accepted(&paper.kind, accept));
    let fit: Vec<&Stored> = fit.collect();
    let first = names.first().map(|name| format!("{name:?}"));
    let hash = Sha256::digest(first.unwrap_or_default());
    let from: usize = hash.iter().map(|byte| usize::from(*byte)).sum();
    let chosen = fit.iter().cycle().skip(from % fit.len().max(1));
    let digest = |paper: &&Stored| Cell::Text(paper.digest.as_str().into());
    let files: Vec<Cell> = chosen
        .take(names.len().min(fit.len()))
        .map(digest)
        .collect();
    (!files.is_empty()).then_some(Cell::List(files))
}

/// A creation leaves empty cells out.
fn without_empties(mut cells: Cells, new: bool) -> Cells {
    if new {
        cells.retain(|(_, cell)| cell.is_some());
    }
    cells
}

/// All versions in the order in which they go in.
fn versions(facts: &Facts, order: &[usize], first: Moment) -> Vec<Version> {
    let mut versions = Vec::new();
    for (register, position) in order.iter().enumerate() {
        let table = position + FIRST_REGISTER_TABLE;
        let Some(own) = facts.tables().tables.get(table) else {
            continue;
        };
        for record in 0..own.ids.len() as u32 {
            let rows = facts.history(table, record, Moment(i64::MAX));
            for (nth, row) in (1..).zip(rows) {
                let at = facts.validity(table, *row).0.max(first);
                versions.push(Version {
                    day: at.day().0,
                    register,
                    nth,
                    at,
                    row: *row,
                });
            }
        }
    }
    versions.sort_by_key(|v| (v.day, v.register, v.nth));
    versions
}

/// The positions of registers, those that others refer to before these, as far as references have no circle.
fn in_order(programme: &Programme) -> Vec<usize> {
    let needs = |register: &Register| {
        let references = register
            .fields
            .iter()
            .filter(|f| matches!(f.kind, FieldKind::Reference | FieldKind::References));
        let ids = references.filter_map(|f| f.to.clone());
        ids.filter(|to| *to != register.id).collect::<Vec<_>>()
    };
    let mut left: Vec<(usize, Vec<String>)> =
        programme.registers.iter().map(needs).enumerate().collect();
    let mut order = Vec::new();
    while !left.is_empty() {
        let waits = |needs: &[String], left: &[(usize, Vec<String>)]| {
            needs
                .iter()
                .filter(|id| {
                    left.iter()
                        .any(|(at, _)| programme.registers.get(*at).is_some_and(|r| r.id == **id))
                })
                .count()
        };
        // In a circle the one that waits for the fewest goes first.
        let next =
            (0..left.len()).min_by_key(|at| left.get(*at).map(|(_, needs)| waits(needs, &left)));
        let (at, _) = left.remove(next.unwrap_or_default());
        order.push(at);
    }
    order
}
