//! Who excuses a duty: whoever may `excuse` the record that bears it, or the evidence that a unit owes; never the unit itself.

use super::scope::Sight;
use super::write::{barred, row, supposed, unseen};
use super::{Deed, EXCUSES, Right, decides, may, rights};
use crate::act::Viewer;
use engine::{Asked, Decided, Living, Objection};
use programme::Programme;
use programme::model::{Bearer, FieldKind, Measure, REOPENING, Tally, UNIT_TABLE};
use programme::record::{Act, Cell, Cells, text_in};
use rules::Moment;

/// Whether a deed is to excuse, and the viewer may excuse some duty at least.
pub(crate) fn may_excuse_any(
    programme: &Programme,
    viewer: &Viewer,
    (deed, register): (Deed, &str),
) -> bool {
    let mut registers = programme.registers.iter();
    deed.on(register) == Deed::Excuse
        && decides(register)
        && registers.any(|other| may(programme, viewer, Deed::Excuse, &other.id))
}

/// Whether a viewer may excuse the duties of a bearer under a measure. The bearer need not be there.
pub(crate) fn excuses(
    programme: &Programme,
    living: &mut Living,
    viewer: &Viewer,
    (measure, bearer): (&Measure, &str),
    now: Moment,
) -> bool {
    if viewer.is_operator() {
        return true;
    }
    // A unit's own people do not excuse it; nobody is above the unit at the head.
    let is_above = |right: &Right<'_>| right.office.unit != bearer || bearer == programme.home;
    let over = |register: &str| {
        let mut rights = rights(programme, viewer, Deed::Excuse, register);
        rights.retain(is_above);
        rights
    };
    if over(EXCUSES).iter().any(|right| right.filter().is_none()) {
        return true;
    }
    match &measure.bearer {
        Bearer::Records { register, .. } => {
            let rights = over(register);
            let table = programme.register(register).map(|(table, _)| table);
            let row = table.and_then(|table| living.newest(table, living.record(table, bearer)?));
            let sight = Sight::now(programme, viewer, living, now.day());
            row.is_some_and(|row| rights.iter().any(|right| sight.reaches(right, row)))
        }
        Bearer::Units(_) => measure.tallies.iter().any(|tally| {
            let rights = over(&tally.register);
            !rights.is_empty() && of_unit(programme, living, viewer, (tally, bearer), &rights, now)
        }),
    }
}

/// Whether a right reaches evidence of which nothing is known but that it is the unit's: what its rule reads besides is not
/// known, and not granted.
fn of_unit(
    programme: &Programme,
    living: &mut Living,
    viewer: &Viewer,
    (tally, unit): (&Tally, &str),
    rights: &[Right<'_>],
    now: Moment,
) -> bool {
    if rights.iter().any(|right| right.filter().is_none()) {
        return true;
    }
    let register = programme.register(&tally.register);
    let by = tally.by.as_ref();
    let field = register.and_then(|(_, register)| register.field(&by?.text));
    let Some(field) = field.filter(|field| field.kind == FieldKind::Unit) else {
        return false;
    };
    if living.record(UNIT_TABLE, unit).is_none() {
        return false;
    }
    let cells: Cells = vec![(field.id.clone(), Some(Cell::Text(unit.into())))];
    let of = (tally.register.as_str(), None);
    supposed(programme, living, viewer, (of, &cells), rights, now)
}

/// What was decided on an excuse or a reopening, where the duty is the viewer's to excuse, as it is named before and after.
pub(super) fn within(
    programme: &Programme,
    living: &mut Living,
    viewer: &Viewer,
    (asked, decided): (&Asked, Result<Decided, Vec<Objection>>),
    now: Moment,
) -> Result<Decided, Vec<Objection>> {
    let register = asked.register.as_str();
    let id = asked.record.as_deref().filter(|_| asked.act != Act::Create);
    let before = match id {
        None => Cells::new(),
        Some(id) => {
            let of = (register, id);
            let before = recorded(programme, living, of).unwrap_or_default();
            if !of_duty(programme, living, viewer, (register, &before), now) {
                let is_seen = row(programme, living, viewer, of, now.day()).is_some();
                return Err(vec![match is_seen {
                    true => barred(register),
                    false => unseen(of),
                }]);
            }
            before
        }
    };
    let mut after = before;
    for (field, cell) in &asked.cells {
        after.retain(|(id, _)| id != field);
        after.push((field.clone(), cell.clone()));
    }
    let is_named = text_in(&after, "measure").is_some_and(|id| programme.measure(id).is_some());
    // A measure that nobody has is said to be missing; of a bearer nothing is said before the right to it is there.
    match is_named && !of_duty(programme, living, viewer, (register, &after), now) {
        true => Err(vec![barred(register)]),
        false => decided,
    }
}

/// The cells of an excuse or a reopening that was recorded.
fn recorded(programme: &Programme, living: &Living, (register, id): (&str, &str)) -> Option<Cells> {
    let (table, _) = programme.register(register)?;
    let row = living.newest(table, living.record(table, id)?)?;
    Some(living.facts().cells(programme, table, row))
}

/// Whether the duty that an excuse or a reopening names is the viewer's to excuse. Every bearer at once is reopened by
/// whoever may excuse all.
fn of_duty(
    programme: &Programme,
    living: &mut Living,
    viewer: &Viewer,
    (register, cells): (&str, &Cells),
    now: Moment,
) -> bool {
    if register == REOPENING && text_in(cells, "bearer").is_none() {
        let rights = rights(programme, viewer, Deed::Excuse, register);
        return viewer.is_operator() || rights.iter().any(|right| right.filter().is_none());
    }
    let measure = text_in(cells, "measure").and_then(|id| programme.measure(id));
    let duty = measure.zip(text_in(cells, "bearer"));
    duty.is_some_and(|((_, measure), bearer)| {
        excuses(programme, living, viewer, (measure, bearer), now)
    })
}
