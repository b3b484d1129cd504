//! Proof-reading what no single place shows: circles, overlaps, edges, authors, who may record.
//!
//! Runs on what could be read, after the reader has said what is wrong with single places. A place that
//! already bears a fault gets no second one: one slip, one sentence.

mod authors;
mod bearers;
mod bulletins;
mod chains;
mod clauses;
mod closing;
mod confirmers;
mod constants;
mod dates;
mod edge;
mod evidence;
mod facts;
mod moves;
mod numerals;
mod opens;
mod outline;
mod twice;

use crate::model::{Measure, Notice};
use crate::{Fault, Files, Place, Programme};
use outline::Outline;
use rules::Words;

/// Adds the faults that only the whole programme shows.
pub(crate) fn proof(programme: &Programme, files: &Files, faults: &mut Vec<Fault>) {
    let mut proof = Proof {
        programme,
        files,
        outline: Outline::new(files),
        known: faults,
        found: Vec::new(),
    };
    dates::check(&mut proof);
    clauses::check(&mut proof);
    authors::check(&mut proof);
    edge::check(&mut proof);
    bearers::check(&mut proof);
    evidence::check(&mut proof);
    twice::check(&mut proof);
    chains::check(&mut proof);
    moves::check(&mut proof);
    opens::check(&mut proof);
    constants::check(&mut proof);
    bulletins::check(&mut proof);
    confirmers::check(&mut proof);
    closing::check(&mut proof);
    let mut found = proof.found;
    found.retain(|f| !faults.iter().any(|known| overlap(&known.place, &f.place)));
    faults.append(&mut found);
}

fn overlap(a: &Place, b: &Place) -> bool {
    a.file == b.file && a.from < b.to && b.from < a.to
}

/// What every check reads, and the faults so far.
struct Proof<'a> {
    programme: &'a Programme,
    files: &'a Files,
    outline: Outline,
    known: &'a [Fault],
    found: Vec<Fault>,
}

impl<'a> Proof<'a> {
    /// Records that the programme cannot run: what is wrong, and how to mend it.
    fn error(&mut self, code: &'static str, place: Place, message: Words, help: Words) {
        self.found
            .push(Fault::error(code, place, message).help(help));
    }

    /// Whether the reader found a fault there: what it would say of other places is not known then.
    fn at_fault(&self, place: &Place) -> bool {
        self.known.iter().any(|f| overlap(&f.place, place))
    }

    /// Every measure with its notice.
    fn measures(&self) -> impl Iterator<Item = (&'a Notice, &'a Measure)> + use<'a> {
        let notices = &self.programme.notices;
        notices
            .iter()
            .flat_map(|n| n.measures.iter().map(move |m| (n, m)))
    }

    /// Where a key of a measure stands; the measure's name where it has no such key.
    fn measure_place(&self, measure: &Measure, path: &[&str]) -> Place {
        let whole = [&["measure", &measure.id], path].concat();
        self.outline.place(&measure.place.file, &whole)
    }

    /// A part of a value's text: bytes of `text` within the value that stands at `place`.
    /// A text that is written with escapes is underlined as a whole.
    fn part_of(&self, place: Place, text: &str, part: std::ops::Range<usize>) -> Place {
        let written = self.files.get(&place.file);
        let inside = written.and_then(|t| t.get(place.from..place.to)?.find(text));
        match inside {
            Some(at) => Place::new(
                place.file,
                place.from + at + part.start..place.from + at + part.end,
            ),
            None => place,
        }
    }
}
