//! Levels of units that have no name: pages would show a bare id.

use super::sheet::Row;
use rules::Words;
use std::collections::BTreeSet;

/// Warns of each level without a name, at the first unit that has it.
pub(super) fn named<'r, 's: 'r, 'f: 's>(
    rows: impl Iterator<Item = &'r Row<'s, 'f>>,
    levels: &[(String, Words)],
) {
    let mut seen: BTreeSet<&str> = levels.iter().map(|(id, _)| id.as_str()).collect();
    for row in rows {
        let cell = row.cell("levels");
        for level in cell.parts() {
            if seen.insert(level) {
                cell.warn(
                    "undeclared-level",
                    Words::new(
                        format!("层级 `{level}` 没有名称，页面上只能显示这个标识"),
                        format!("level `{level}` has no name, so pages show this id"),
                    ),
                    Words::new(
                        format!("在 programme.toml 里加上 [level.{level}] 和 name"),
                        format!("add [level.{level}] with a name to programme.toml"),
                    ),
                );
            }
        }
    }
}
