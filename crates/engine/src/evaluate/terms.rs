//! The periods of a measure's bearers with their days, and where a date or a clock decides, whether all is done.

use super::MeasureResult;
use crate::chain;
use crate::clock::Clocked;
use crate::done::{Dates, Done, by_clock};
use crate::moment::AsOf;
use crate::period::{BearerSpan, Dated, Periods};
use programme::model::Measure;

/// What gives each bearer its periods.
pub(super) struct Terms<'t> {
    cx: &'t AsOf<'t>,
    measure: &'t Measure,
    /// The duties that open these, for a measure that follows another.
    before: Option<&'t MeasureResult>,
    periods: Periods<'t>,
    done: Option<Dates>,
    clock: Option<Clocked<'t>>,
}

impl<'t> Terms<'t> {
    /// The terms of these bearers.
    pub(super) fn new(
        cx: &'t AsOf<'t>,
        measure: &'t Measure,
        bearers: &[BearerSpan],
        before: Option<&'t MeasureResult>,
    ) -> Self {
        let table = bearers.first().map(|b| b.bearer.table);
        let done = measure.done.as_ref().zip(table);
        let clock = measure.clock.as_deref().zip(table);
        Self {
            cx,
            measure,
            before,
            periods: Periods::new(cx, measure, bearers),
            done: done.map(|(path, table)| Dates::new(cx, path, table)),
            clock: clock.and_then(|(id, table)| Clocked::new(cx, table, id)),
        }
    }

    /// The periods of the bearer at a position.
    pub(super) fn of(
        &mut self,
        position: usize,
        bearer: &BearerSpan,
    ) -> Vec<(Dated, Option<Done>)> {
        if self.measure.clock.is_some() {
            let clock = self.clock.as_ref();
            let running = clock.and_then(|clock| by_clock(self.cx, self.measure, bearer, clock));
            return running.into_iter().collect();
        }
        let dated = match &self.measure.after {
            Some(chain) => self.before.map_or_else(Vec::new, |before| {
                chain::periods(self.cx, self.measure, chain, bearer, before)
            }),
            None => self.periods.of(position, bearer),
        };
        let done = self.done.as_ref().map(|dates| dates.of(self.cx, bearer));
        dated.into_iter().map(|d| (d, done.clone())).collect()
    }
}
