//! Whether a record may be written as asked: the change, or every reason against it.

mod fit;

use crate::living::Living;
use fit::misfit;
use programme::Programme;
use programme::model::{DIVISION_TABLE, Move, Register, RegisterField, UNIT_TABLE};
use programme::record::{Act, Cell, Cells, Change};
use rules::{
    Bound, Bounds, Frame, Kind, Lane, Moment, Node, Ranged, Rule, Value, Words, World, missing,
};
use std::collections::BTreeMap;

/// What somebody wants to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The register's id.
    pub register: String,
    /// The record's id; for a new record `None`, or the id it is to have.
    pub record: Option<Box<str>>,
    /// The version the asker saw; 0 for a new record.
    pub version: i64,
    /// Create, change or move.
    pub act: Act,
    /// The cells that are given.
    pub cells: Cells,
    /// Why, in the asker's words.
    pub why: Option<String>,
    /// The record is taken over as it is found, its state included, as when a sheet brings what was kept elsewhere.
    pub as_found: bool,
}

/// A change that may be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// The change; without cells where nothing differs.
    pub change: Change,
    /// The id of the unit whose record it is.
    pub unit: Option<Box<str>>,
    /// What the asker should know all the same.
    pub warnings: Vec<Objection>,
}

/// A reason against writing, or a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// The field it is about, where it is about one.
    pub field: Option<String>,
    /// What is wrong, why, and what to do.
    pub words: Words,
}

impl Objection {
    fn of(field: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            field: Some(field.to_owned()),
            words: Words::new(zh, en),
        }
    }

    fn all(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            field: None,
            words: Words::new(zh, en),
        }
    }
}

/// Decides on the facts as they are now. The facts come out as they went in.
///
/// # Errors
/// Every reason against it.
pub fn decide(
    programme: &Programme,
    living: &mut Living,
    asked: &Asked,
    now: Moment,
) -> Result<Decided, Vec<Objection>> {
    let Some((table, register)) = programme.register(&asked.register) else {
        let id = &asked.register;
        return Err(vec![Objection::all(
            format!("没有台账 {id}，请核对编号"),
            format!("there is no register {id}; check its id"),
        )]);
    };
    let own = asked.record.as_deref();
    let record = own.and_then(|id| living.record(table, id));
    let row = record.and_then(|record| living.newest(table, record));
    let now_cells = row.map(|row| living.facts().cells(programme, table, row));
    let deciding = Deciding {
        programme,
        register,
        asked,
        now: now_cells.as_ref(),
    };
    let step = deciding.step()?;
    let mut objections = deciding.misfits(living);
    let after = deciding.after(step);
    objections.extend(deciding.empties(&after, step));
    if !objections.is_empty() {
        return Err(objections);
    }
    let supposed = living.suppose(
        programme,
        (&register.id, own),
        &after,
        now,
        |living, _, row| deciding.on_row(&living.world(programme, now.day()), row, (&after, step)),
    );
    let (unit, objections, warnings) =
        supposed.map_err(|words| vec![Objection { field: None, words }])?;
    if !objections.is_empty() {
        return Err(objections);
    }
    Ok(Decided {
        change: Change {
            register: register.id.clone(),
            record: asked.record.clone(),
            version: asked.version,
            act: asked.act.clone(),
            after,
            why: asked.why.clone(),
        },
        unit,
        warnings,
    })
}

/// The record's own fields whose values a check compares: those that it does not only ask to be there. A check says
/// something of values, so it is silent where one of these is empty, whatever an empty cell means.
fn compared(node: &Node) -> Vec<&str> {
    match &node.kind {
        Kind::Present(_) | Kind::Known(_) => Vec::new(),
        Kind::Field { of, field, .. } if matches!(of.kind, Kind::Own) => vec![field],
        _ => node.children().into_iter().flat_map(compared).collect(),
    }
}

/// One decision.
struct Deciding<'d> {
    programme: &'d Programme,
    register: &'d Register,
    asked: &'d Asked,
    /// The record's cells now; `None` for one that does not exist.
    now: Option<&'d Cells>,
}

fn cell<'c>(cells: &'c Cells, field: &str) -> Option<&'c Cell> {
    let found = cells.iter().find(|(id, _)| id == field);
    found.and_then(|(_, cell)| cell.as_ref())
}

/// Whether a field is kept: neither worked out nor told by the journal.
fn is_kept(field: &RegisterField) -> bool {
    field.formula.is_none() && field.id != "recorded_on"
}

impl<'d> Deciding<'d> {
    fn kept(&self) -> impl Iterator<Item = &'d RegisterField> {
        self.register.fields.iter().filter(|f| is_kept(f))
    }

    fn state(&self) -> Option<&str> {
        match self.now.and_then(|cells| cell(cells, "state")) {
            Some(Cell::Text(state)) => Some(state),
            _ => None,
        }
    }

    /// The move that is asked for, and whether the record is there, or not there, as the act needs.
    fn step(&self) -> Result<Option<&'d Move>, Vec<Objection>> {
        let id = self.asked.record.as_deref().unwrap_or_default();
        let name = &self.register.name;
        match (&self.asked.act, self.now) {
            (Act::Create, Some(_)) => Err(vec![Objection::of(
                "id",
                format!("{} {id} 已经登记，请改为修改它", name.zh),
                format!("{} {id} is recorded already; change it instead", name.en),
            )]),
            (Act::Create, None) | (Act::Change, Some(_)) => Ok(None),
            (Act::Change | Act::Move(_), None) => Err(vec![Objection::of(
                "id",
                format!("没有{} {id}，请核对编号", name.zh),
                format!("there is no {} {id}; check its number", name.en),
            )]),
            (Act::Move(to), Some(_)) => self.move_by(to).map(Some).map_err(|o| vec![o]),
            (act, _) => Err(vec![Objection::all(
                format!("记录不能这样写入（{}）", act.word()),
                format!("a record is not written by {}", act.word()),
            )]),
        }
    }

    fn move_by(&self, id: &str) -> Result<&'d Move, Objection> {
        let states = self.register.states.as_ref();
        let mut moves = states.into_iter().flat_map(|s| &s.moves);
        let found = moves.find(|m| m.id == id).ok_or_else(|| {
            Objection::all(
                format!("{}没有步骤 {id}", self.register.name.zh),
                format!("{} has no move {id}", self.register.name.en),
            )
        })?;
        let state = self.state().unwrap_or_default();
        if found.from.iter().any(|from| from == state) {
            return Ok(found);
        }
        let words = |id: &str| {
            let mut names = states.into_iter().flat_map(|s| &s.names);
            let found = names
                .find(|(state, _)| state == id)
                .map(|(_, words)| words.clone());
            found.unwrap_or_else(|| Words::new(id, id))
        };
        let (now, from) = (words(state), found.from.iter().map(|id| words(id)));
        let (zh, en): (Vec<String>, Vec<String>) = from.map(|w| (w.zh, w.en)).unzip();
        Err(Objection::of(
            "state",
            format!(
                "现在是“{}”，“{}”只能在“{}”时办理",
                now.zh,
                found.name.zh,
                zh.join("、")
            ),
            format!(
                "it is “{}” now; “{}” starts from “{}”",
                now.en,
                found.name.en,
                en.join("”, “")
            ),
        ))
    }

    /// Cells that no field takes, or that are no values of their fields.
    fn misfits(&self, living: &Living) -> Vec<Objection> {
        let mut objections = Vec::new();
        for (id, value) in &self.asked.cells {
            let Some(field) = self.register.field(id) else {
                objections.push(Objection::of(
                    id,
                    format!("{}没有字段 {id}", self.register.name.zh),
                    format!("{} has no field {id}", self.register.name.en),
                ));
                continue;
            };
            let found = self.asked.as_found && !matches!(self.asked.act, Act::Move(_));
            if !is_kept(field) || field.id == "state" && !found {
                objections.push(Objection::of(
                    id,
                    format!("“{}”由系统得出，不能填写", field.name.zh),
                    format!("“{}” is worked out and cannot be filled in", field.name.en),
                ));
                continue;
            }
            let before = self.now.and_then(|cells| cell(cells, id));
            if field.fixed && before.is_some() && before != value.as_ref() {
                objections.push(Objection::of(
                    id,
                    format!("“{}”一经填写不能再改", field.name.zh),
                    format!("“{}” cannot be changed once it is filled in", field.name.en),
                ));
            }
            let wrong = value
                .as_ref()
                .and_then(|v| misfit(self.programme, living, field, v));
            objections.extend(wrong.map(|words| Objection {
                field: Some(id.clone()),
                words,
            }));
        }
        objections
    }

    /// The cells to write: all of a new record, else those that differ.
    fn after(&self, step: Option<&Move>) -> Cells {
        let asked = |field: &str| {
            let found = self.asked.cells.iter().find(|(id, _)| id == field);
            found.map(|(_, cell)| cell.clone())
        };
        let state = |id: &str| Some(Cell::Text(id.into()));
        let start = self.register.states.as_ref().and_then(|s| state(&s.start));
        let fields = self.kept();
        if self.asked.act == Act::Create {
            let one = |field: &RegisterField| match (field.id.as_str(), asked(&field.id)) {
                ("state", None | Some(None)) => start.clone(),
                (_, cell) => cell.flatten(),
            };
            return fields.map(|f| (f.id.clone(), one(f))).collect();
        }
        let one = |field: &RegisterField| {
            let new = match step {
                Some(step) if field.id == "state" => state(&step.to),
                _ => asked(&field.id)?,
            };
            let before = self.now.and_then(|cells| cell(cells, &field.id));
            (new.as_ref() != before || step.is_some() && field.id == "state")
                .then(|| (field.id.clone(), new))
        };
        fields.filter_map(one).collect()
    }

    /// A cell as it would be.
    fn after_or_now<'c>(&'c self, after: &'c Cells, field: &str) -> Option<&'c Cell> {
        match after.iter().find(|(id, _)| id == field) {
            Some((_, cell)) => cell.as_ref(),
            None => self.now.and_then(|cells| cell(cells, field)),
        }
    }

    /// Fields that must be filled and are not.
    fn empties(&self, after: &Cells, step: Option<&Move>) -> Vec<Objection> {
        let is_empty = |field: &RegisterField| self.after_or_now(after, &field.id).is_none();
        let required = |field: &&RegisterField| {
            // What was empty before the programme asked for it does not stop another change.
            field.required && (self.now.is_none() || after.iter().any(|(id, _)| *id == field.id))
                || step.is_some_and(|s| s.needs.contains(&field.id))
        };
        let missing = self.kept().filter(required).filter(|field| is_empty(field));
        let say = |field: &RegisterField| match step {
            Some(step) => Objection::of(
                &field.id,
                format!("“{}”之前要先填“{}”", step.name.zh, field.name.zh),
                format!(
                    "“{}” needs “{}” to be filled in first",
                    step.name.en, field.name.en
                ),
            ),
            None => Objection::of(
                &field.id,
                format!("“{}”必须填写", field.name.zh),
                format!("“{}” must be filled in", field.name.en),
            ),
        };
        missing.map(say).collect()
    }

    /// What rules say of the row as it would be: its unit, objections, warnings.
    fn on_row(
        &self,
        world: &World<'_>,
        row: u32,
        (after, step): (&Cells, Option<&Move>),
    ) -> (Option<Box<str>>, Vec<Objection>, Vec<Objection>) {
        let rows = [row];
        let named = |(id, s): (&String, &programme::model::Setting)| {
            (format!("settings.{id}"), s.value.clone())
        };
        let settings: Vec<(String, Value)> = self.programme.settings.iter().map(named).collect();
        let frame = Frame {
            len: 1,
            own: Some(&rows),
            names: settings
                .iter()
                .map(|(name, v)| (name.as_str(), Bound::One(v.clone())))
                .collect(),
        };
        let says = |rule: &Rule| rules::verdicts(rule, world, &frame).get(0);
        let (mut objections, mut warnings) = (Vec::new(), Vec::new());
        let is_there = |field: &str| self.after_or_now(after, field).is_some();
        for check in &self.register.checks {
            let compared = compared(&check.rule.root);
            if compared.iter().all(|field| is_there(field)) && says(&check.rule) == Some(false) {
                let fields = rules::fields_read(&check.rule);
                let only = match &fields.iter().collect::<Vec<_>>()[..] {
                    [(_, field)] => Some(field.clone()),
                    _ => None,
                };
                let objection = Objection {
                    field: only,
                    words: check.message.clone(),
                };
                if check.error {
                    objections.push(objection)
                } else {
                    warnings.push(objection)
                }
            }
        }
        if let Some((step, rule)) = step.and_then(|s| Some((s, s.when.as_ref()?))) {
            match says(rule) {
                Some(true) => {}
                Some(false) => objections.push(Objection::all(
                    format!("还不能“{}”：条件“{}”不成立", step.name.zh, rule.text),
                    format!(
                        "“{}” is not possible yet: “{}” does not hold",
                        step.name.en, rule.text
                    ),
                )),
                None => objections.push(self.undecided(step, rule, world, row, &settings)),
            }
        }
        (self.unit(world, &frame), objections, warnings)
    }

    /// A move whose condition nobody can tell yet.
    fn undecided(
        &self,
        step: &Move,
        rule: &Rule,
        world: &World<'_>,
        row: u32,
        settings: &[(String, Value)],
    ) -> Objection {
        let bounds = Bounds {
            names: settings
                .iter()
                .map(|(name, v)| (name.as_str(), Ranged::Value(v.clone())))
                .collect(),
            records: BTreeMap::new(),
            own: Some(row),
        };
        let lane = Lane {
            world,
            bounds: &bounds,
            prorate: None,
        };
        let cells = missing(rule, &lane, &|_, _| false)
            .map(|m| m.smallest)
            .unwrap_or_default();
        let name = |path: &str| match self.register.field(path) {
            Some(field) => (
                format!("“{}”", field.name.zh),
                format!("“{}”", field.name.en),
            ),
            None => (path.to_owned(), path.to_owned()),
        };
        let (zh, en): (Vec<String>, Vec<String>) = cells.iter().map(|c| name(&c.path)).unzip();
        Objection::all(
            format!(
                "还不能“{}”：缺{}，条件“{}”无从判断",
                step.name.zh,
                zh.join("、"),
                rule.text
            ),
            format!(
                "“{}” is not possible yet: without {} nobody can tell whether “{}” holds",
                step.name.en,
                en.join(", "),
                rule.text
            ),
        )
    }

    /// The unit whose record it is: a place's is the unit that governs it.
    fn unit(&self, world: &World<'_>, frame: &Frame<'_>) -> Option<Box<str>> {
        let path = self.register.unit.as_ref()?;
        let unit = match rules::values(path, world, frame).first()? {
            Value::Record(UNIT_TABLE, unit) => *unit as usize,
            Value::Record(DIVISION_TABLE, division) => {
                self.programme.divisions.get(*division as usize)?.unit?
            }
            _ => return None,
        };
        Some(self.programme.units.get(unit)?.id.as_str().into())
    }
}
