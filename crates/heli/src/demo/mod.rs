//! The filled example: records invented from a programme's `example/*.toml`, the same for the same seed.

use app::engine::Sheet;
use app::programme::{Fault, Files, Programme};
use app::rules::Day;

/// What to invent.
pub(crate) struct Options {
    /// Another seed makes another province.
    pub(crate) seed: u64,
    /// How many firms.
    pub(crate) firms: Option<usize>,
    /// Records stop at the end of this day.
    pub(crate) until: Day,
}

/// One sheet per register.
pub(crate) fn sheets(
    _programme: &Programme,
    _files: &Files,
    options: &Options,
) -> Result<Vec<Sheet>, Vec<Fault>> {
    let _ = (options.seed, options.firms, options.until);
    Ok(Vec::new())
}
