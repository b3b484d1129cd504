//! A filled example of any programme: deterministic evidence made as the files of its `example/` say.
//!
//! The files are described in docs/example-format.md. Nothing here knows a programme: which registers are
//! filled, how many records there are, who is honest and who struggles, and where gaps, late records and
//! later versions come from stands in those files. No clock is read: everything is made for the whole
//! campaign, and what would be recorded after the day asked for is left out.

mod chance;
mod fill;
mod make;
mod maker;
mod paper;
mod plan;
mod text;
mod uscc;
mod value;
mod world;

#[cfg(test)]
mod tests;

pub(crate) use paper::stand_ins;

use app::engine::Sheet;
use app::programme::model::Register;
use app::programme::{Fault, Files, Programme};
use app::rules::Day;
use world::{Shelf, Version, World};

/// What an example depends on besides its files.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// The same seed gives the same bytes.
    pub(crate) seed: u64,
    /// How many firms, in place of the number in the files.
    pub(crate) firms: Option<usize>,
    /// The last day on which something is recorded.
    pub(crate) until: Day,
}

/// One sheet for every register that the example fills, in the programme's order.
///
/// A record has one row for each of its versions, with `recorded_at` and, where a later one follows,
/// `superseded_at`; money is in yuan. The rows for an earlier day are among those for a later one.
///
/// # Errors
/// Every place of the files in `example/` that cannot be read or names what does not exist.
pub(crate) fn sheets(
    programme: &Programme,
    files: &Files,
    options: &Options,
) -> Result<Vec<Sheet>, Vec<Fault>> {
    let plan = plan::plan(programme, files)?;
    let world = fill::filled(programme, &plan, options.seed, options.firms);
    let filled = programme.registers.iter().zip(&world.shelves);
    Ok(filled
        .filter(|(_, shelf)| !shelf.records.is_empty())
        .map(|(register, shelf)| sheet(&world, register, shelf, options.until))
        .collect())
}

fn sheet(world: &World<'_>, register: &Register, shelf: &Shelf, until: Day) -> Sheet {
    let written = register
        .fields
        .iter()
        .filter(|f| plan::writable(register, &f.id));
    let columns: Vec<(&str, usize)> = written
        .filter_map(|field| Some((field.id.as_str(), shelf.column(&field.id)?)))
        .collect();
    let fields = columns.iter().map(|(field, _)| *field);
    let header = std::iter::once("id")
        .chain(fields)
        .chain(["recorded_at", "superseded_at"]);
    let header = header.map(str::to_owned).collect();
    let mut rows = Vec::new();
    for record in &shelf.records {
        let known = record
            .versions
            .iter()
            .take_while(|version| version.at.day() <= until);
        let known: Vec<&Version> = known.collect();
        for (at, version) in known.iter().enumerate() {
            let superseded = known
                .get(at + 1)
                .map_or_else(String::new, |next| next.at.to_string());
            let cells = columns
                .iter()
                .map(|(_, column)| cell(world, version, *column));
            let row = std::iter::once(record.id.to_string())
                .chain(cells)
                .chain([version.at.to_string(), superseded])
                .collect();
            // Line 1 is the header.
            rows.push((rows.len() + 2, row));
        }
    }
    Sheet {
        register: register.id.clone(),
        header,
        rows,
    }
}

fn cell(world: &World<'_>, version: &Version, column: usize) -> String {
    if version.gaps.contains(&column) {
        return String::new();
    }
    version
        .cells
        .get(column)
        .map_or_else(String::new, |cell| world.text(cell))
}
