//! Whether an action lies within the viewer's rights, before and after it.

use super::scope::Sight;
use super::{Deed, Right, excuse, may_all, rights};
use crate::App;
use crate::act::Viewer;
use engine::{Asked, Decided, Living, Objection};
use programme::Programme;
use programme::record::{Act, Cell, Cells};
use rules::{Day, Moment, Words};

/// What was decided, where it is the viewer's to do. Against it stand a record that the viewer does not see or may not act
/// on, a field that is not the viewer's to enter, a move that is another role's, and a record that would leave the
/// viewer's hands.
pub(crate) fn within(
    programme: &Programme,
    living: &mut Living,
    viewer: &Viewer,
    (asked, decided): (&Asked, Result<Decided, Vec<Objection>>),
    now: Moment,
) -> Result<Decided, Vec<Objection>> {
    let deed = Deed::of(&asked.act);
    if deed.on(&asked.register) == Deed::Excuse && !viewer.is_operator() {
        return excuse::within(programme, living, viewer, (asked, decided), now);
    }
    if viewer.is_operator() || viewer.is_heli() && deed == Deed::Create {
        return decided;
    }
    let mut rights = rights(programme, viewer, deed, &asked.register);
    if let Act::Move(id) = &asked.act {
        rights.retain(|right| makes(programme, &asked.register, id, &right.role.id));
    }
    if let Some(id) = asked.record.as_deref().filter(|_| asked.act != Act::Create) {
        let of = (asked.register.as_str(), id);
        // What stands against a record that the viewer does not see is not said either.
        let row = row(programme, living, viewer, of, now.day()).ok_or_else(|| vec![unseen(of)])?;
        let sight = Sight::now(programme, viewer, living, now.day());
        rights.retain(|right| sight.reaches(right, row));
    }
    if rights.is_empty() {
        return Err(vec![barred(&asked.register)]);
    }
    let unseen = referred(programme, living, viewer, asked, now.day());
    if !unseen.is_empty() {
        return Err(unseen);
    }
    let decided = decided?;
    let theirs: Vec<Objection> = entered(asked, &decided.change.after)
        .filter(|field| !rights.iter().any(|right| right.has(Some(field))))
        .map(theirs)
        .collect();
    if !theirs.is_empty() {
        return Err(theirs);
    }
    match stays(programme, living, viewer, (asked, &decided), &rights, now) {
        true => Ok(decided),
        false => Err(vec![outside()]),
    }
}

impl App {
    /// Whether a viewer may do something with a record as it is now, for at least one field; asked before a page offers it.
    pub fn may_with(&self, viewer: &Viewer, deed: Deed, register: &str, id: &str) -> bool {
        let (programme, living) = (self.programme(), self.living());
        let of = (register, id);
        let row = row(programme, &living, viewer, of, self.today());
        let sight = Sight::now(programme, viewer, &living, self.today());
        row.is_some_and(|row| sight.has(deed, register, row))
    }
}

/// The fields that a viewer enters with an act.
pub(crate) struct Enters<'r>(Option<Vec<Right<'r>>>);

impl Enters<'_> {
    /// Whether a field is one of them.
    pub(crate) fn has(&self, field: &str) -> bool {
        let Self(rights) = self;
        rights
            .as_ref()
            .is_none_or(|rights| rights.iter().any(|right| right.has(Some(field))))
    }
}

/// What a viewer enters with an act on a record, or on a new one; `None` for a viewer who may not act at all.
pub(crate) fn enters<'a>(
    app: &'a App,
    viewer: &'a Viewer,
    (register, id): (&str, Option<&str>),
    act: &Act,
) -> Option<Enters<'a>> {
    if viewer.is_operator() {
        return Some(Enters(None));
    }
    let programme = app.programme();
    let mut rights = rights(programme, viewer, Deed::of(act), register);
    if let Act::Move(step) = act {
        rights.retain(|right| makes(programme, register, step, &right.role.id));
    }
    if let Some(id) = id {
        let living = app.living();
        let row = row(programme, &living, viewer, (register, id), app.today())?;
        let sight = Sight::now(programme, viewer, &living, app.today());
        rights.retain(|right| sight.reaches(right, row));
    }
    (!rights.is_empty()).then_some(Enters(Some(rights)))
}

/// Whether a viewer sees a record as it is now.
pub(crate) fn sees(
    programme: &Programme,
    living: &Living,
    viewer: &Viewer,
    of: (&str, &str),
    today: Day,
) -> bool {
    row(programme, living, viewer, of, today).is_some()
}

/// The row of a record that the viewer sees.
pub(super) fn row(
    programme: &Programme,
    living: &Living,
    viewer: &Viewer,
    (register, id): (&str, &str),
    today: Day,
) -> Option<u32> {
    let (table, _) = programme.register(register)?;
    let row = living.newest(table, living.record(table, id)?)?;
    let sight = Sight::now(programme, viewer, living, today);
    sight.has(Deed::Read, register, row).then_some(row)
}

/// What an action newly refers to and the viewer does not see, in the words of what is not there: otherwise guessing
/// numbers would tell which there are.
fn referred(
    programme: &Programme,
    living: &Living,
    viewer: &Viewer,
    asked: &Asked,
    today: Day,
) -> Vec<Objection> {
    let Some((table, register)) = programme.register(&asked.register) else {
        return Vec::new();
    };
    let own = asked.record.as_deref().filter(|_| asked.act != Act::Create);
    let own = own.and_then(|id| living.newest(table, living.record(table, id)?));
    let now = own.map_or_else(Cells::new, |row| {
        living.facts().cells(programme, table, row)
    });
    let mut unseen = Vec::new();
    for (id, cell) in asked.cells.iter().filter(|asked| !now.contains(asked)) {
        let (Some(cell), Some(field)) = (cell, register.field(id)) else {
            continue;
        };
        let to = field.to.as_deref().and_then(|to| programme.register(to));
        let Some((_, to)) = to.filter(|(_, to)| !may_all(programme, viewer, Deed::Read, &to.id))
        else {
            continue;
        };
        let is_unseen = |id: &&str| !sees(programme, living, viewer, (&to.id, id), today);
        unseen.extend(texts(cell).filter(is_unseen).map(|text| Objection {
            field: Some(id.clone()),
            words: engine::no_record(field, text),
        }));
    }
    unseen
}

/// The texts of a cell.
fn texts(cell: &Cell) -> impl Iterator<Item = &str> {
    let all = match cell {
        Cell::List(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    };
    all.iter().filter_map(|cell| match cell {
        Cell::Text(text) => Some(&**text),
        _ => None,
    })
}

/// Whether a role makes a move.
fn makes(programme: &Programme, register: &str, id: &str, role: &str) -> bool {
    let states = programme.register(register);
    let states = states.and_then(|(_, register)| register.states.as_ref());
    let step = states.and_then(|states| states.moves.iter().find(|step| step.id == id));
    step.is_some_and(|step| step.who.iter().any(|who| who == role))
}

/// The fields that an action enters: of a new record those that were given a value; a move's own state is the move's.
fn entered<'a>(asked: &'a Asked, after: &'a Cells) -> impl Iterator<Item = &'a str> {
    let cells = match asked.act {
        Act::Create => &asked.cells,
        _ => after,
    };
    let is_new = asked.act == Act::Create;
    let is_move = matches!(asked.act, Act::Move(_));
    let given = cells
        .iter()
        .filter(move |(id, cell)| !(is_new && cell.is_none() || is_move && id == "state"));
    given.map(|(id, _)| id.as_str())
}

/// Whether the record is still within one of the rights afterwards.
fn stays(
    programme: &Programme,
    living: &mut Living,
    viewer: &Viewer,
    (asked, decided): (&Asked, &Decided),
    rights: &[Right<'_>],
    now: Moment,
) -> bool {
    if rights.iter().any(|right| right.filter().is_none()) {
        return true;
    }
    let record = asked.record.as_deref().filter(|_| asked.act != Act::Create);
    let of = (asked.register.as_str(), record);
    supposed(
        programme,
        living,
        viewer,
        (of, &decided.change.after),
        rights,
        now,
    )
}

/// Whether one of the rights reaches a record, by its register and id (none where it is new), once it has these values.
pub(super) fn supposed(
    programme: &Programme,
    living: &mut Living,
    viewer: &Viewer,
    (of, after): ((&str, Option<&str>), &Cells),
    rights: &[Right<'_>],
    now: Moment,
) -> bool {
    let within = |living: &Living, _: usize, row: u32| {
        let sight = Sight::now(programme, viewer, living, now.day());
        rights.iter().any(|right| sight.reaches(right, row))
    };
    let reached = living.suppose(programme, of, after, now, within);
    reached.unwrap_or(false)
}

/// The same words as for a record that is not there, so that a refusal tells nothing.
pub(super) fn unseen((register, id): (&str, &str)) -> Objection {
    let unread = crate::list::Unread::NoRecord {
        register: register.to_owned(),
        id: id.to_owned(),
    };
    Objection {
        field: None,
        words: unread.words(),
    }
}

fn theirs(field: &str) -> Objection {
    Objection {
        field: Some(field.to_owned()),
        words: Words::new(
            format!("“{field}”不由您填写；请留给负责填写的人"),
            format!("“{field}” is not yours to enter; leave it to whoever enters it"),
        ),
    }
}

pub(super) fn barred(register: &str) -> Objection {
    Objection {
        field: None,
        words: super::forbidden(register),
    }
}

fn outside() -> Objection {
    Objection {
        field: None,
        words: Words::new(
            "这样登记后，记录就不在您负责的范围内了；请核对所属地区、单位和企业",
            "the record would then lie outside what you are responsible for; check its place, unit and firm",
        ),
    }
}
