//! Every duty of a programme at one moment.

mod again;
mod evidence;
mod terms;
mod work;

pub use again::evaluate_again;
pub(crate) use evidence::{in_time_until, period_names};

use crate::chain;
use crate::duty::{BearerOf, Duty};
use crate::excuse::Excuses;
use crate::moment::AsOf;
use crate::tally::TallyRows;
use programme::model::Measure;
use rules::Day;
use std::collections::HashMap;
use std::sync::Arc;
use work::Work;

/// A programme's duties at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evaluation {
    /// The day at whose end all is looked at.
    pub at: Day,
    /// One per measure, in the order of notices and their measures.
    pub measures: Vec<Arc<MeasureResult>>,
}

/// One measure's duties and the evidence they rest on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MeasureResult {
    /// Position of the notice in the programme.
    pub notice: usize,
    /// Position of the measure in the notice.
    pub measure: usize,
    /// Duties by bearer in the order of records, then by period.
    pub duties: Vec<Duty>,
    /// Bearers in the same order; rows of tallies point here.
    pub bearers: Vec<BearerOf>,
    /// One per tally.
    pub tallies: Vec<TallyRows>,
}

impl Evaluation {
    /// All duties with their measure.
    pub fn duties<'e>(
        &'e self,
        programme: &'e programme::Programme,
    ) -> impl Iterator<Item = (&'e Measure, &'e Duty)> + 'e {
        self.measures.iter().flat_map(move |m| {
            let measure = programme
                .notices
                .get(m.notice)
                .and_then(|n| n.measures.get(m.measure));
            measure
                .into_iter()
                .flat_map(move |measure| m.duties.iter().map(move |d| (measure, d)))
        })
    }
}

/// Evaluates every measure that runs.
pub fn evaluate(cx: &AsOf<'_>) -> Evaluation {
    evaluate_those(cx, chain::order(cx.programme))
}

/// Evaluates one measure and those whose duties open its own.
pub(crate) fn evaluate_with_before(cx: &AsOf<'_>, measure: &str) -> Evaluation {
    let needed = chain::leading_to(cx.programme, measure);
    let mut order = chain::order(cx.programme);
    order.retain(|at| measure_at(cx, *at).is_some_and(|m| needed.contains(&m.id.as_str())));
    evaluate_those(cx, order)
}

fn measure_at<'p>(cx: &AsOf<'p>, (notice, measure): (usize, usize)) -> Option<&'p Measure> {
    cx.programme.notices.get(notice)?.measures.get(measure)
}

/// Evaluates measures that stand after those they follow.
fn evaluate_those(cx: &AsOf<'_>, order: Vec<(usize, usize)>) -> Evaluation {
    let excuses = Excuses::new(cx);
    let mut done: HashMap<&str, Arc<MeasureResult>> = HashMap::new();
    for at in order {
        let Some(m) = measure_at(cx, at) else {
            continue;
        };
        let before = m
            .after
            .as_ref()
            .and_then(|after| done.get(after.measure.as_str()));
        let mut result = Work::new(cx, m, &excuses).run(before.map(|before| &**before));
        (result.notice, result.measure) = at;
        done.insert(&m.id, Arc::new(result));
    }
    let ids = cx
        .programme
        .notices
        .iter()
        .flat_map(|n| &n.measures)
        .map(|m| m.id.as_str());
    Evaluation {
        at: cx.at,
        measures: ids.filter_map(|id| done.remove(id)).collect(),
    }
}

/// Evaluates one measure by its id, with those it follows; `None` when there is none.
pub fn evaluate_measure(cx: &AsOf<'_>, id: &str) -> Option<MeasureResult> {
    let all = evaluate_with_before(cx, id).measures;
    all.into_iter()
        .find(|r| measure_at(cx, (r.notice, r.measure)).is_some_and(|m| m.id == id))
        .map(Arc::unwrap_or_clone)
}

/// Evaluates one measure alone; a chained one, which needs another's duties, comes out empty.
pub(crate) fn evaluate_one(cx: &AsOf<'_>, measure: &Measure) -> MeasureResult {
    Work::new(cx, measure, &Excuses::new(cx)).run(None)
}
