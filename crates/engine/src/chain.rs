//! Chains: a duty that begins when another duty of the same bearer comes to a standing.

use crate::Standing;
use crate::duty::Duty;
use crate::evaluate::MeasureResult;
use crate::moment::AsOf;
use crate::period::{BearerSpan, Dated};
use crate::span::{LateEnd, after};
use programme::model::{After, Measure, Span};
use programme::{Period, Programme};
use rules::Day;

/// Measures (notice, measure) so that each comes after the one it follows. A circle, which proof-reading
/// refuses, leaves its measures out.
pub(crate) fn order(programme: &Programme) -> Vec<(usize, usize)> {
    let all = programme
        .notices
        .iter()
        .enumerate()
        .flat_map(|(n, notice)| (0..notice.measures.len()).map(move |m| (n, m)));
    let mut waiting: Vec<(usize, usize)> = all.collect();
    let get = |(n, m): (usize, usize)| {
        programme
            .notices
            .get(n)
            .and_then(|notice| notice.measures.get(m))
    };
    let mut done: Vec<&str> = Vec::new();
    let mut order = Vec::new();
    loop {
        let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|at| {
            get(*at).is_some_and(|m| {
                m.after
                    .as_ref()
                    .is_none_or(|a| done.contains(&a.measure.as_str()))
            })
        });
        if ready.is_empty() {
            return order;
        }
        done.extend(
            ready
                .iter()
                .filter_map(|at| get(*at))
                .map(|m| m.id.as_str()),
        );
        order.extend(ready);
        waiting = rest;
    }
}

/// A measure's id and those of the measures whose duties open its own, itself first.
pub(crate) fn leading_to<'p>(programme: &'p Programme, measure: &'p str) -> Vec<&'p str> {
    let mut ids = vec![measure];
    let mut last = measure;
    while let Some(after) = programme
        .measure(last)
        .and_then(|(_, m)| m.after.as_ref())
        .filter(|after| !ids.contains(&after.measure.as_str()))
    {
        last = &after.measure;
        ids.push(last);
    }
    ids
}

/// The periods that the other measure's duties of this bearer opened by now.
pub(crate) fn periods(
    cx: &AsOf<'_>,
    measure: &Measure,
    chain: &After,
    bearer: &BearerSpan,
    before: &MeasureResult,
) -> Vec<Dated> {
    let from = before.duties.partition_point(|d| d.bearer < bearer.bearer);
    let mine = before
        .duties
        .iter()
        .skip(from)
        .take_while(|d| d.bearer == bearer.bearer);
    mine.filter_map(|duty| {
        let began = came_about(duty, &chain.standing)?;
        let calendar = &cx.programme.calendar;
        let until = after(began, chain.within, calendar)?;
        let judged = match measure.grace {
            Span::Days(0) | Span::Workdays(0) => until,
            grace => after(until, grace, calendar)?,
        };
        Some(Dated {
            period: Period {
                from: began,
                until,
                key: duty.period.key.clone(),
            },
            share: None,
            due: until,
            judged,
            late: LateEnd::after(measure.late, until, calendar)?,
            closes: measure
                .closes
                .and_then(|span| after(judged, span, calendar)),
            certain: true,
        })
    })
    .collect()
}

/// The day on which a duty came to a standing. An unknown one opens nothing: nobody is chased on a doubt.
fn came_about(duty: &Duty, standing: &str) -> Option<Day> {
    use Standing::{Behind, Met, Missed, Overdue, Recovered};
    match (standing, duty.standing) {
        ("overdue", Overdue | Missed | Recovered) => Some(duty.judged),
        ("missed", Missed) => Some(match duty.late {
            LateEnd::Day(end) => end.max(duty.judged),
            LateEnd::No | LateEnd::Open => duty.judged,
        }),
        ("met", Met) => duty.reached.or(Some(duty.due)),
        ("recovered", Recovered) => duty.reached.or(Some(duty.judged)),
        ("behind", Behind | Overdue | Missed | Recovered) => Some(duty.due),
        _ => None,
    }
}
