//! Records that duties open when they turn bad.

use crate::Standing;
use crate::duty::Duty;
use crate::evaluate::Evaluation;
use crate::excuse::{cell_column, column_day};
use crate::moment::AsOf;
use programme::Period;
use programme::model::{Measure, Opens};
use programme::record::{Cell, Cells};
use rules::Cells as Column;

/// A record that a duty opens.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// The measure.
    pub measure: String,
    /// The bearer's id.
    pub bearer: String,
    /// The period.
    pub period: Period,
    /// How the duty stands: overdue or missed.
    pub standing: Standing,
    /// The register to open it in.
    pub register: String,
    /// For whom, and since when: the day looked at.
    pub cells: Cells,
}

/// The records to be opened at the end of a day: for each duty that somebody surely owes and that is overdue or missed,
/// unless its bearer has one dated in or after the duty's period, whoever recorded it.
pub fn openings(cx: &AsOf<'_>, evaluation: &Evaluation) -> Vec<Opening> {
    let mut found: Vec<Opening> = Vec::new();
    for (measure, duty) in evaluation.duties(cx.programme) {
        let bad = matches!(duty.standing, Standing::Overdue | Standing::Missed);
        if !bad || duty.owed != Some(true) {
            continue;
        }
        let Some(opens) = cx.programme.opens(measure) else {
            continue;
        };
        let opening = opening(cx, measure, duty, &opens);
        // One record for a bearer, however many of its duties turned bad since the last look.
        let same = |o: &Opening| o.register == opening.register && o.bearer == opening.bearer;
        if !found.iter().any(same) && !is_open(cx, duty, &opens) {
            found.push(opening);
        }
    }
    found
}

fn opening(cx: &AsOf<'_>, measure: &Measure, duty: &Duty, opens: &Opens<'_>) -> Opening {
    let bearer = cx.id(duty.bearer.table, duty.bearer.record).to_owned();
    Opening {
        measure: measure.id.clone(),
        period: duty.period.clone(),
        standing: duty.standing,
        register: opens.register.id.clone(),
        cells: vec![
            (
                opens.bearer.to_owned(),
                Some(Cell::Text(bearer.as_str().into())),
            ),
            (opens.on.to_owned(), Some(Cell::Int(cx.at.0.into()))),
        ],
        bearer,
    }
}

/// Whether the bearer has such a record since the period began; one that nobody has dated counts.
fn is_open(cx: &AsOf<'_>, duty: &Duty, opens: &Opens<'_>) -> bool {
    let bearers = cell_column(cx, opens.table, opens.bearer);
    let days = cell_column(cx, opens.table, opens.on);
    let Some((bearers, Column::Record(records))) = bearers.map(|column| (column, &column.cells))
    else {
        return false;
    };
    cx.current(opens.table).any(|(_, row)| {
        let at = row as usize;
        let mine = bearers.present.get(at) && records.get(at) == Some(&duty.bearer.record);
        let since = |day| day >= duty.period.from;
        mine && days
            .and_then(|column| column_day(column, row))
            .is_none_or(since)
    })
}
