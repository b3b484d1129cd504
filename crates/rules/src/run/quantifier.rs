//! Quantifiers: the items of a block's lists are a block of their own, on which the body runs.

use super::compare::list_or_empty;
use super::lane::{Cell, Data, Lane, Planes};
use super::{Run, Scope};
use crate::{Node, Quantifier};
use std::cell::OnceCell;
use std::ops::Range;

/// How many items are worked out at a time, so that quantifiers in quantifiers stay small in memory;
/// a single longer list is not cut.
const ITEMS_MAX: usize = 65_536;

impl<'a> Run<'a> {
    /// What the quantifier makes of each row's list. A list that is nothing has no items.
    pub(super) fn quantified(
        &self,
        quantifier: Quantifier,
        variable: &'a str,
        list: Lane<'a>,
        body: &'a Node,
        scope: &Scope<'a>,
    ) -> Lane<'a> {
        let list = list.expand(scope.len());
        let Some(items) = list.items() else {
            return Lane::bools(scope.len(), |row| list.cell(row, |_| None));
        };
        let mut told = Vec::new();
        for rows in chunks(&list) {
            let inner = inner_scope(&list, items, variable, rows, scope);
            let len = inner.len();
            told.push(self.node(body, &inner).expand(len));
        }
        // Items lie dense, so the body has a row for each item, at the item's position.
        let sources: Vec<&Lane<'a>> = told.iter().collect();
        let picks: Vec<_> = sources
            .iter()
            .enumerate()
            .flat_map(|(source, lane)| (0..lane.len()).map(move |row| Some((source, row))))
            .collect();
        let body = Lane::pick(&sources, &picks);
        match quantifier {
            Quantifier::Map => map(list, body),
            Quantifier::Filter => filter(&list, items, &body),
            _ => Lane::bools(scope.len(), |row| {
                list_or_empty(list.cell(row, |_| Some(())))
                    .and(|()| tell(quantifier, &body, list.range(row)))
            }),
        }
    }
}

/// Stretches of rows with at most [`ITEMS_MAX`] items together.
fn chunks(list: &Lane<'_>) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let (mut start, mut sum) = (0, 0);
    for row in 0..list.len() {
        let own = list.range(row).len();
        if sum + own > ITEMS_MAX && row > start {
            chunks.push(start..row);
            (start, sum) = (row, 0);
        }
        sum += own;
    }
    chunks.push(start..list.len());
    chunks
}

fn inner_scope<'a>(
    list: &Lane<'a>,
    items: &Lane<'a>,
    variable: &'a str,
    rows: Range<usize>,
    scope: &Scope<'a>,
) -> Scope<'a> {
    let outer: Vec<usize> = rows
        .clone()
        .flat_map(|row| std::iter::repeat_n(row, list.range(row).len()))
        .collect();
    let mut elements: Vec<(&'a str, Lane<'a>)> = scope
        .elements
        .iter()
        .map(|(name, lane)| (*name, lane.gather(outer.iter().copied())))
        .collect();
    let own = rows.flat_map(|row| list.range(row));
    elements.push((variable, items.gather(own)));
    let lanes = outer
        .iter()
        .filter_map(|row| scope.lanes.get(*row).copied())
        .collect();
    Scope {
        lanes,
        elements,
        own: OnceCell::new(),
    }
}

/// The verdict over the items of one row.
fn tell(quantifier: Quantifier, body: &Lane<'_>, items: Range<usize>) -> Cell<bool> {
    let (mut yes, mut no, mut unknown) = (0_usize, 0_usize, 0_usize);
    let mut why = None;
    for item in items {
        match body.bool(item) {
            Cell::Is(true) => yes += 1,
            Cell::Is(false) | Cell::Nothing => no += 1,
            Cell::Unknown(reason) => {
                unknown += 1;
                why = why.or(reason);
            }
        }
    }
    let verdict = match quantifier {
        Quantifier::All if no > 0 => Some(false),
        Quantifier::All if unknown == 0 => Some(true),
        Quantifier::Exists if yes > 0 => Some(true),
        Quantifier::Exists if unknown == 0 => Some(false),
        Quantifier::ExistsOne if yes > 1 => Some(false),
        Quantifier::ExistsOne if unknown == 0 => Some(yes == 1),
        _ => None,
    };
    verdict.map_or(Cell::Unknown(why), Cell::Is)
}

fn map<'a>(list: Lane<'a>, body: Lane<'a>) -> Lane<'a> {
    match list.data {
        Data::List(ends, _) => Lane {
            data: Data::List(ends, Box::new(body)),
            ..list
        },
        _ => list,
    }
}

/// The items for which the body holds; unknown as a whole when the body is unknown for any.
fn filter<'a>(list: &Lane<'a>, items: &Lane<'a>, body: &Lane<'a>) -> Lane<'a> {
    let mut planes = Planes::default();
    let (mut ends, mut picks) = (Vec::with_capacity(list.len()), Vec::new());
    for row in 0..list.len() {
        let unknown = list.range(row).find_map(|item| match body.bool(item) {
            Cell::Unknown(why) => Some(Cell::Unknown(why)),
            _ => None,
        });
        let cell = list
            .cell(row, |_| Some(()))
            .and(|()| unknown.unwrap_or(Cell::Is(())));
        if planes.push(cell).is_some() {
            let kept = list
                .range(row)
                .filter(|item| body.bool(*item) == Cell::Is(true));
            picks.extend(kept.map(|item| Some((0, item))));
        }
        ends.push(picks.len() as u32);
    }
    planes.lane(Data::List(ends, Box::new(Lane::pick(&[items], &picks))))
}
