//! What the evidence of one duty comes to, done by a day and known by a moment.

use super::work::{Look, Work};
use crate::duty::{Bounds, Held};
use crate::tally::{Placed, Window, bounds, within};
use programme::model::{Measure, Tally};
use programme::{Period, Programme, Rhythm};
use rules::{Bound, Day, Moment, Rule, Value, verdicts};

impl Work<'_> {
    /// Whether what is owed holds on the versions known before `known`, done by `done_by`;
    /// stocks as they were known before `stock`; `like` is what may have come out the same.
    pub(super) fn held(
        &self,
        look: &Look<'_>,
        done_by: Day,
        (known, stock): (Moment, Moment),
        like: Option<&Held>,
    ) -> Held {
        let done_by = done_by.min(self.cx.at);
        let all = self.measure.tallies.iter().zip(look.rows);
        let found = all.zip(&self.by_period).map(|((tally, rows), by_period)| {
            let is_stock = tally.on.is_none() && tally.for_period.is_none();
            let window = Window {
                period: &look.dated.period,
                done_by,
                known: if is_stock { stock } else { known },
            };
            let found = self.tallied(tally, look, rows, &window, *by_period);
            // Until the bearer has filed, there may be more of anything.
            let high = found.high.filter(|_| look.filed);
            Bounds { high, ..found }
        });
        let mut tallies = self.tallies.borrow_mut();
        tallies.clear();
        tallies.extend(found);
        match like {
            Some(like) if *like.tallies == **tallies => like.clone(),
            _ => self.owes.held(look.bearer.row, look.dated, &tallies),
        }
    }

    /// What one tally comes to over the bearer's rows.
    fn tallied(
        &self,
        tally: &Tally,
        look: &Look<'_>,
        rows: &[Placed],
        window: &Window<'_>,
        by_period: Option<&Rule>,
    ) -> Bounds {
        let (recorded, superseded) = self.cx.facts.times(tally.table);
        let at = |all: &[Moment], row: u32| all.get(row as usize).copied();
        let counts = by_period.map(|rule| self.period_counts(rule, look, rows));
        let inside = rows.iter().enumerate().filter_map(|(i, row)| {
            let from = at(recorded, row.row)?;
            if from >= window.known || at(superseded, row.row)? < window.known {
                return None;
            }
            let counts = counts
                .as_ref()
                .map_or(row.counts, |c| c.get(i).copied().flatten());
            match within(row, counts, window) {
                Some(false) => None,
                Some(true) => Some((row, true)),
                None => Some((row, false)),
            }
        });
        bounds(&tally.kind, inside)
    }

    /// Verdicts of a `where` that reads the period, for this duty's rows.
    fn period_counts(&self, rule: &Rule, look: &Look<'_>, rows: &[Placed]) -> Vec<Option<bool>> {
        let own: Vec<u32> = rows.iter().map(|p| p.row).collect();
        let bearer = vec![look.bearer.row; rows.len()];
        let mut frame = self.cx.frame(&own);
        frame.names.insert("bearer", Bound::Rows(&bearer));
        for (name, value) in period_names(self.cx.programme, &look.dated.period, look.dated.due) {
            frame.names.insert(name, Bound::One(value));
        }
        let found = verdicts(rule, &self.cx.world(), &frame);
        (0..own.len()).map(|lane| found.get(lane)).collect()
    }
}

/// The last day whose evidence is in time: the period's end, or due where that is earlier
/// (for a duty owed once, and where every tally has a period of its own: or later).
pub(crate) fn in_time_until(measure: &Measure, at: Day, due: Day, period_end: Day) -> Day {
    match measure.every {
        Rhythm::Always => at,
        Rhythm::Once => due,
        Rhythm::Every(_) if measure.tallies.iter().all(|t| t.for_period.is_some()) => due,
        Rhythm::Every(_) => due.min(period_end),
    }
}

/// `period.…` as names in scope.
pub(crate) fn period_names(
    programme: &Programme,
    period: &Period,
    due: Day,
) -> [(&'static str, Value); 4] {
    let phase = programme
        .phase_on(period.until)
        .or_else(|| programme.phase_on(period.from));
    [
        ("period.from", Value::Date(period.from)),
        ("period.until", Value::Date(period.until)),
        ("period.due", Value::Date(due)),
        (
            "period.phase",
            phase.map_or(Value::Nothing, |p| Value::Text(p.id.as_str().into())),
        ),
    ]
}
