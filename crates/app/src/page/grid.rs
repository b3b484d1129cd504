//! Bearers × periods of one measure.

use super::name::{figure, period_name};
use crate::app::Reading;
use crate::view::{Counts, Figure, Grid, GridCell, GridRow};
use engine::{Duty, MeasureResult, forecast};
use programme::Period;
use programme::model::Measure;
use std::collections::BTreeMap;

/// So many bearers are shown.
const ROWS_MAX: usize = 24;
/// So many periods are shown: the last ones that have begun, then those ahead.
const PERIODS_MAX: usize = 6;

impl Reading<'_> {
    pub(crate) fn grid(&self, measure: &Measure, result: &MeasureResult) -> Grid {
        let periods = self.shown_periods(result);
        let mut rows: Vec<(Counts, usize, GridRow)> = Vec::new();
        for (order, mine) in result
            .duties
            .chunk_by(|a, b| a.bearer == b.bearer)
            .enumerate()
        {
            let Some(first) = mine.first() else { continue };
            let find = |p: &Period| mine.iter().find(|d| d.period.key == p.key);
            let cells = periods
                .iter()
                .map(|p| find(p).map(|d| self.grid_cell(measure, d)))
                .collect();
            let runs = mine.iter().find(|d| d.period.holds(self.cx.at));
            let projected = runs.and_then(|d| self.projected(measure, result, d));
            let counts = super::present(mine, self.cx.at)
                .map(|d| d.standing)
                .collect();
            rows.push((
                counts,
                order,
                GridRow {
                    bearer: self.bearer(first),
                    cells,
                    projected,
                },
            ));
        }
        if rows.len() > ROWS_MAX {
            rows.sort_by_key(|(counts, order, _)| (attention(counts), *order));
        }
        let more = rows.len().saturating_sub(ROWS_MAX);
        let rows: Vec<GridRow> = rows
            .into_iter()
            .take(ROWS_MAX)
            .map(|(.., row)| row)
            .collect();
        Grid {
            projects: rows.iter().any(|r| r.projected.is_some()),
            periods: periods.iter().map(period_name).collect(),
            rows,
            more,
        }
    }

    /// One period per key, those around the day shown.
    fn shown_periods(&self, result: &MeasureResult) -> Vec<Period> {
        let mut all: BTreeMap<&str, &Period> = BTreeMap::new();
        for duty in &result.duties {
            all.entry(&duty.period.key).or_insert(&duty.period);
        }
        let mut all: Vec<&Period> = all.into_values().collect();
        all.sort_by_key(|p| (p.from, p.until));
        let begun = all.iter().filter(|p| p.from <= self.cx.at).count();
        let ahead = all.len() - begun;
        // The running period stands in the middle; what is missing on one side goes to the other.
        let after = ahead
            .min(PERIODS_MAX / 2)
            .max(PERIODS_MAX.saturating_sub(begun).min(ahead));
        let from = (begun + after).saturating_sub(PERIODS_MAX);
        all.into_iter()
            .skip(from)
            .take(PERIODS_MAX)
            .cloned()
            .collect()
    }

    pub(crate) fn grid_cell(&self, measure: &Measure, duty: &Duty) -> GridCell {
        let begun = duty.period.from <= self.cx.at;
        let value = measure
            .tallies
            .first()
            .zip(duty.tallies().first())
            .filter(|_| begun);
        GridCell {
            duty: self.duty_id(measure, duty),
            standing: duty.standing,
            value: value.and_then(|(t, b)| figure(t, b)),
            recorded_late: duty.recorded_late,
        }
    }

    fn projected(&self, measure: &Measure, result: &MeasureResult, duty: &Duty) -> Option<Figure> {
        let found = forecast(self.cx, measure, result, duty)?;
        figure(measure.tallies.get(found.tally)?, &found.landing)
    }
}

/// Those that need attention first.
fn attention(counts: &Counts) -> usize {
    use crate::view::Standing::{Behind, DueSoon, Missed, Overdue, Unknown};
    let order = [Overdue, Missed, Behind, Unknown, DueSoon];
    order
        .iter()
        .position(|s| counts.worst() == Some(*s))
        .unwrap_or(order.len())
}
