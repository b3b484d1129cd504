//! Proof-reading what no single file shows: cross-checks over the whole programme, all faults in one pass.

use crate::{Fault, Files, Programme};

/// Adds the faults that only the whole programme shows.
pub(crate) fn proof(programme: &Programme, files: &Files, faults: &mut Vec<Fault>) {
    let _ = (programme, files, faults);
}
