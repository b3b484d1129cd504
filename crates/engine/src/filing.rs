//! Completeness: a measure stays open above until its bearer has filed for the period.

use crate::excuse::{cell_column, cell_text};
use crate::moment::AsOf;
use crate::period::BearerSpan;
use programme::Period;
use programme::model::Measure;
use std::collections::{HashMap, HashSet};

/// The keys of the periods that bearers have filed, by bearer id.
pub(crate) struct Filed(Option<HashMap<String, HashSet<String>>>);

impl Filed {
    /// The rows of the measure's filing register that are current.
    pub(crate) fn new(cx: &AsOf<'_>, measure: &Measure) -> Self {
        let Some(register) = &measure.complete else {
            return Self(None);
        };
        let Some((table, _)) = cx.programme.register(register) else {
            return Self(None);
        };
        // A register of the programme's own serves one measure and need not name it.
        let names_measure = cell_column(cx, table, "measure").is_some();
        let mut all: HashMap<String, HashSet<String>> = HashMap::new();
        for (_, row) in cx.current(table) {
            let named = cell_text(cx, table, "measure", row);
            if !names_measure || named == Some(&measure.id) {
                let text = |field: &str| {
                    cell_text(cx, table, field, row)
                        .unwrap_or_default()
                        .to_owned()
                };
                let periods = all.entry(text("bearer")).or_default();
                periods.insert(text("period"));
            }
        }
        Self(Some(all))
    }

    /// Whether the evidence of a period is complete.
    pub(crate) fn holds(&self, cx: &AsOf<'_>, bearer: &BearerSpan, period: &Period) -> bool {
        let id = cx.id(bearer.bearer.table, bearer.bearer.record);
        self.0
            .as_ref()
            .is_none_or(|all| all.get(id).is_some_and(|p| p.contains(&*period.key)))
    }
}
