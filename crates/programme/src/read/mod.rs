//! From files to the model. The reader answers for everything one place can show: syntax, keys, types, words,
//! names of what exists, checked rules. What only the whole shows (circles, overlaps, edges, authors, who may
//! record) is `proof`'s, which runs on what could be built, so that all faults come in one pass.

pub(crate) mod document;
mod near;

use crate::{Fault, Files, Programme, Severity, proof};

/// What came of reading a folder.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The programme; `None` when a fault is an error.
    pub programme: Option<Programme>,
    /// All faults, in order of file and place.
    pub faults: Vec<Fault>,
}

/// Reads a folder whole: the model and every fault, those of the whole programme included.
pub fn read(files: &Files) -> Reading {
    let mut faults = Vec::new();
    let programme = Programme::default();
    proof::proof(&programme, files, &mut faults);
    faults.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
    let sound = faults.iter().all(|f| f.severity < Severity::Error);
    Reading {
        programme: sound.then_some(programme),
        faults,
    }
}
