//! A witness file: every seal, appended in a place that the database's keepers cannot change.

use super::stop::{self, Stop};
use journal::Witness;
use rules::Words;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use store::Store;

/// Seals read at once.
const SEALS: usize = 1_000;

/// A witness file that agrees with a database up to its last seal.
#[derive(Debug)]
pub(crate) struct WitnessFile {
    place: PathBuf,
    file: File,
    /// The size of the last seal in it.
    size: u64,
    /// Its last byte, which says whether its last line was torn.
    end: Option<u8>,
}

impl WitnessFile {
    /// Opens a file, made where there is none, and holds its last seal against the database.
    ///
    /// # Errors
    ///
    /// The file's last seal is not one of this database, so that one of the two tells another history; or it cannot be used.
    pub(crate) async fn open(store: &Store, place: &Path) -> Result<Self, Stop> {
        let unusable = |cause| stop::file(place, &cause);
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).append(true);
        let mut file = options.open(place).map_err(unusable)?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(unusable)?;
        let mut size = 0;
        if let Some(last) = Witness::read(&text).seals.last() {
            let here = store.seals(last.seal.size, 1).await?;
            if here.first() != Some(last) {
                return Err(other_history(place, last.seal.size));
            }
            size = last.seal.size;
        }
        Ok(Self {
            place: place.to_owned(),
            file,
            size,
            end: text.as_bytes().last().copied(),
        })
    }

    /// Appends every seal that it does not have, whoever made it; how many.
    ///
    /// # Errors
    ///
    /// The file cannot be written, or the database does not answer.
    pub(crate) async fn catch_up(&mut self, store: &Store) -> Result<u64, Stop> {
        let mut added = 0;
        loop {
            let seals = store.seals(self.size + 1, SEALS).await?;
            for seal in &seals {
                let line = Witness::addition(self.end, seal);
                let written = self.file.write_all(line.as_bytes());
                written.map_err(|cause| stop::file(&self.place, &cause))?;
                self.end = Some(b'\n');
                self.size = seal.seal.size;
                added += 1;
            }
            if seals.len() < SEALS {
                break;
            }
        }
        if added > 0 {
            let kept = self.file.sync_all();
            kept.map_err(|cause| stop::file(&self.place, &cause))?;
        }
        Ok(added)
    }
}

fn other_history(place: &Path, size: u64) -> Stop {
    let place = place.display();
    Stop::No(Words::new(
        format!(
            "{place} 最后一枚封签（第 {size} 条处）不在这个数据库里，没有追加；用 heli journal verify --witness 查明"
        ),
        format!(
            "the last seal of {place}, over {size} entries, is not one of this database, so nothing was added; look into it with `heli journal verify --witness`"
        ),
    ))
}
