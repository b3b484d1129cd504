//! The entries of a register, also from before it or a field of it was renamed.

use crate::dialect::literal;
use journal::Called;

/// The rows of `entry` that are of the register by what it was called, as a condition in SQL; with the name of a table
/// that has a field beside entries, also those of the field.
pub(super) fn condition(names: &[Called], entry: &str, beside: Option<&str>) -> String {
    let of = |name: &Called| {
        let mut text = format!("{entry}.register = {}", literal(&name.register));
        if name.arrivals.start > i64::MIN {
            text += &format!(" and {entry}.arrival >= {}", name.arrivals.start);
        }
        if name.arrivals.end < i64::MAX {
            text += &format!(" and {entry}.arrival < {}", name.arrivals.end);
        }
        if let Some((beside, field)) = beside.zip(name.field.as_deref()) {
            text += &format!(" and {beside}.field = {}", literal(field));
        }
        text
    };
    let all: Vec<String> = names.iter().map(of).collect();
    format!("({})", all.join(" or "))
}
