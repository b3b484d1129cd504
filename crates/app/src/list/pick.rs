//! Which records are on a page.

use super::asked::Asked;
use super::order::{Cut, Ended, Keys, Order};
use super::scalar::Scalar;
use super::view::View;
use super::{Page, Question, Unread};

/// So many records are rather sorted than looked for in an order.
const FEW: usize = if cfg!(test) { 5 } else { 4_096 };

/// Where fewer than one in so many match, a page may be far to look for.
const SPARSE: usize = 16;

/// The page that a question asks for.
pub(super) fn page(view: &View<'_>, question: &Question) -> Result<Page, Unread> {
    let ((rows, next), count) = rows(view, question)?;
    Ok(Page {
        records: view.listed(&rows, question.fields.as_deref()),
        next,
        count: question.count.then_some(count),
    })
}

/// The rows of the page that a question asks for, where it ends, and how many records there are on all pages.
pub(crate) fn rows(view: &View<'_>, question: &Question) -> Result<(Cut, usize), Unread> {
    let (asked, order, after) = Asked::read(view, question)?;
    Ok(cut(view, &asked, &order, after.as_ref(), question.limit))
}

/// The same where the order and what matches are there already and the page is soon found; else `None`.
pub(crate) fn rows_at_once(
    view: &View<'_>,
    question: &Question,
) -> Option<Result<(Cut, usize), Unread>> {
    let (asked, order, after) = match Asked::read(view, question) {
        Ok(read) => read,
        Err(unread) => return Some(Err(unread)),
    };
    if !view.is_now() {
        return None;
    }
    if let Some((by, value)) = narrow(&asked) {
        let keys = Keys::stored(view, &by)?;
        let sorted = view.kept_order(&by)?;
        if let Some(rows) = few(view, &asked, by.equal(&keys, &sorted, value)) {
            let cut = order.picked(view, &rows, after.as_ref(), question.limit);
            return Some(Ok((cut, rows.len())));
        }
    }
    let (set, keys) = (view.kept_set(&asked)?, Keys::stored(view, &order)?);
    let (sorted, count) = (view.kept_order(&order)?, usize::try_from(set.len()).ok()?);
    if count <= FEW || count < sorted.len() / SPARSE {
        return None;
    }
    let is_shown = |row| set.contains(row);
    let cut = order.walked(&keys, &sorted, is_shown, after.as_ref(), question.limit);
    Some(Ok((cut, count)))
}

/// The rows of all pages of a question, in order.
pub(crate) fn all(view: &View<'_>, question: &Question) -> Result<Vec<u32>, Unread> {
    let (asked, order, _) = Asked::read(view, question)?;
    let ((rows, _), _) = cut(view, &asked, &order, None, usize::MAX);
    Ok(rows)
}

/// A page, and how many records there are on all of them.
fn cut(
    view: &View<'_>,
    asked: &Asked,
    order: &Order,
    after: Option<&Ended>,
    limit: usize,
) -> (Cut, usize) {
    let picked = |rows: &[u32]| (order.picked(view, rows, after, limit), rows.len());
    if !view.is_now() {
        return picked(&asked.matching(view, view.rows()));
    }
    if let Some(rows) = narrowed(view, asked) {
        return picked(&rows);
    }
    let set = view.set(asked);
    let all = || set.iter().collect::<Vec<u32>>();
    // Of a whole register at most.
    let count = usize::try_from(set.len()).unwrap_or(usize::MAX);
    if count <= FEW {
        return picked(&all());
    }
    let Some(keys) = Keys::stored(view, order) else {
        return picked(&all());
    };
    let Some(sorted) = view.sorted(&keys, order) else {
        let page = picked(&all());
        // Not before: it would take the processor from whoever waits for this page.
        view.make(order);
        return page;
    };
    let is_shown = |row| set.contains(row);
    (order.walked(&keys, &sorted, is_shown, after, limit), count)
}

/// The rows that match, where a test lets only few pass.
fn narrowed(view: &View<'_>, asked: &Asked) -> Option<Vec<u32>> {
    let (order, value) = narrow(asked)?;
    let keys = Keys::stored(view, &order)?;
    let Some(sorted) = view.sorted(&keys, &order) else {
        view.make(&order);
        return None;
    };
    few(view, asked, order.equal(&keys, &sorted, value))
}

/// The order in which the rows that a test lets pass stand together, and the value that they have.
fn narrow(asked: &Asked) -> Option<(Order, &Scalar<'static>)> {
    let (test, value) = asked.narrow()?;
    let order = Order {
        field: test.field.clone(),
        kind: test.kind,
        descending: false,
    };
    Some((order, value))
}

/// Those that match of rows which one test lets pass; `None` where they are many.
fn few(view: &View<'_>, asked: &Asked, equal: &[u32]) -> Option<Vec<u32>> {
    if equal.len() > FEW {
        return None;
    }
    let newest = equal.iter().copied().filter(|row| view.is_newest(*row));
    let rows = view.reached(crate::Deed::Read, newest.collect());
    Some(asked.matching(view, rows))
}
