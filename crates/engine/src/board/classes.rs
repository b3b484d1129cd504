//! Rows by what every rule says of them: rows of which all rules say the same are one class.

use crate::moment::AsOf;
use rules::{Bits, Level, RowClasses, RowVerdicts, Rule};

/// What the rules over one table say of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Class {
    /// Rules that hold, by position, ascending.
    pub yes: Vec<u16>,
    /// Rules that nobody can decide, by position, ascending.
    pub open: Vec<u16>,
}

/// All rows of a table in classes.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    /// The class of each row.
    pub of_row: Vec<u16>,
    /// Every class.
    pub classes: Vec<Class>,
}

/// The classes of all rows of a table, version by version; `None` where there are more than 65,535.
pub fn classes(cx: &AsOf<'_>, table: usize, rules: &[&Rule]) -> Option<Classes> {
    let found = RowClasses::new(table, rules, &cx.world(), &cx.settings(), Level::best())?;
    Some(Classes {
        of_row: found.of_row,
        classes: found.says.iter().map(Class::of).collect(),
    })
}

impl Class {
    fn of(says: &RowVerdicts) -> Self {
        let rules = |bits: &Bits| bits.ones().map(|rule| rule as u16).collect();
        Self {
            yes: rules(&says.yes),
            open: rules(&says.unknown),
        }
    }

    /// What a rule says: `None` where nobody can decide it.
    pub(super) fn says(&self, rule: u16) -> Option<bool> {
        if self.open.binary_search(&rule).is_ok() {
            None
        } else {
            Some(self.yes.binary_search(&rule).is_ok())
        }
    }
}
