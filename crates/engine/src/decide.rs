//! Whether a record may be written as asked: the change, or every reason against it.

mod closed;
mod fit;
mod named;
mod step;

use crate::living::Living;
pub use closed::locked;
use closed::{Closed, closing};
use fit::misfit;
pub use fit::no_record;
use programme::Programme;
use programme::model::{Check, DIVISION_TABLE, Measure, Move, Register, RegisterField, UNIT_TABLE};
use programme::record::{Act, Cell, Cells, Change};
use rules::{Bound, Frame, Kind, Moment, Node, Rule, Value, Words, World};

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
    let mut decided = decide_all(programme, living, std::slice::from_ref(asked), now);
    decided
        .pop()
        .unwrap_or_else(|| Err(vec![no_register(&asked.register)]))
}

/// Decides on each by itself, on the facts as they are now: what is asked together does not see one another.
pub fn decide_all(
    programme: &Programme,
    living: &mut Living,
    asked: &[Asked],
    now: Moment,
) -> Vec<Result<Decided, Vec<Objection>>> {
    let settings = settings(programme);
    let mut all = Vec::with_capacity(asked.len());
    for run in asked.chunk_by(|one, other| one.register == other.register) {
        let register = run.first().map_or("", |asked| asked.register.as_str());
        let Some((table, register)) = programme.register(register) else {
            all.extend(run.iter().map(|_| Err(vec![no_register(register)])));
            continue;
        };
        // Each row is supposed at the end of its table and taken back, so all of them stand in the same place.
        let rows = [living
            .facts()
            .tables()
            .tables
            .get(table)
            .map_or(0, |t| t.rows() as u32)];
        let frame = frame(&settings, &rows);
        let checks = register.checks.iter();
        let checks: Vec<_> = checks.map(|c| (c, compared(&c.rule.root))).collect();
        let closing = closing(programme, table, register);
        for asked in run {
            let own = asked.record.as_deref();
            let record = own.and_then(|id| living.record(table, id));
            let row = record.and_then(|record| living.newest(table, record));
            let now_cells = row.map(|row| living.facts().cells(programme, table, row));
            let deciding = Deciding {
                programme,
                register,
                settings: &settings,
                frame: &frame,
                checks: &checks,
                closing: &closing,
                asked,
                row,
                now: now_cells.as_ref(),
            };
            all.push(deciding.decided(living, now));
        }
    }
    all
}

fn no_register(id: &str) -> Objection {
    Objection::all(
        format!("没有台账 {id}，请核对编号"),
        format!("there is no register {id}; check its id"),
    )
}

/// The settings by the names that rules know them by.
fn settings(programme: &Programme) -> Vec<(String, Value)> {
    let settings = programme.settings.iter();
    settings
        .map(|(id, setting)| (format!("settings.{id}"), setting.value.clone()))
        .collect()
}

/// What rules of one row run in.
fn frame<'f>(settings: &'f [(String, Value)], rows: &'f [u32; 1]) -> Frame<'f> {
    let names = settings.iter();
    Frame {
        len: 1,
        own: Some(rows),
        names: names
            .map(|(name, value)| (name.as_str(), Bound::One(value.clone())))
            .collect(),
    }
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
    /// By the names that rules know them by.
    settings: &'d [(String, Value)],
    /// What rules run in, for the row after the last.
    frame: &'d Frame<'d>,
    /// The register's checks, with the fields that each compares.
    checks: &'d [(&'d Check, Vec<&'d str>)],
    /// The measures that close and for which the register's rows count.
    closing: &'d [&'d Measure],
    asked: &'d Asked,
    /// The record's row now.
    row: Option<u32>,
    /// The record's cells now; `None` for one that does not exist.
    now: Option<&'d Cells>,
}

fn cell<'c>(cells: &'c Cells, field: &str) -> Option<&'c Cell> {
    let found = cells.iter().find(|(id, _)| id == field);
    found.and_then(|(_, cell)| cell.as_ref())
}

impl<'d> Deciding<'d> {
    fn decided(&self, living: &mut Living, now: Moment) -> Result<Decided, Vec<Objection>> {
        let (asked, programme) = (self.asked, self.programme);
        let step = self.step()?;
        let mut objections = self.misfits(living);
        let after = self.after(step);
        objections.extend(self.empties(&after, step));
        objections.extend(self.unnamed(living, &after));
        if !objections.is_empty() {
            return Err(objections);
        }
        let supposed = living.suppose(
            programme,
            (&self.register.id, asked.record.as_deref()),
            &after,
            now,
            |living, table, row| {
                let found = self.on_row(&living.world(programme, now.day()), row, (&after, step));
                (found, self.closed(living, (table, row), now))
            },
        );
        let ((unit, mut objections, warnings), closed) =
            supposed.map_err(|words| vec![Objection { field: None, words }])?;
        objections.extend(closed);
        if !objections.is_empty() {
            return Err(objections);
        }
        Ok(Decided {
            change: Change {
                register: self.register.id.clone(),
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

    /// What stands against the row as it would be: a duty that is closed.
    fn closed(
        &self,
        living: &Living,
        (table, row): (usize, u32),
        now: Moment,
    ) -> Option<Objection> {
        if self.closing.is_empty() {
            return None;
        }
        let closed = Closed::new(self.programme, living, self.settings, now.day());
        closed.objection(self.closing, (table, self.register), [self.row, Some(row)])
    }

    fn kept(&self) -> impl Iterator<Item = &'d RegisterField> {
        self.register.fields.iter().filter(|f| f.is_kept())
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
            if !field.is_kept() || field.id == "state" && !found {
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
        let mut next = 0;
        let mut asked = |field: &str| {
            // Cells come in the order of their fields, so the next one is the right one nearly always.
            let all = &self.asked.cells;
            let guess = all.get(next).is_some_and(|(id, _)| id == field);
            let at = match guess {
                true => Some(next),
                false => all.iter().position(|(id, _)| id == field),
            };
            next = at.map_or(next, |at| at + 1);
            at.and_then(|at| all.get(at)).map(|(_, cell)| cell.clone())
        };
        let state = |id: &str| Some(Cell::Text(id.into()));
        let start = self.register.states.as_ref().and_then(|s| state(&s.start));
        let fields = self.kept();
        if self.asked.act == Act::Create {
            let mut one = |field: &RegisterField| match (field.id.as_str(), asked(&field.id)) {
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
        let (rows, other);
        let frame = match self.frame.own {
            Some([own]) if *own == row => self.frame,
            _ => {
                rows = [row];
                other = frame(self.settings, &rows);
                &other
            }
        };
        let says = |rule: &Rule| rules::verdicts(rule, world, frame).get(0);
        let (mut objections, mut warnings) = (Vec::new(), Vec::new());
        let is_there = |field: &str| self.after_or_now(after, field).is_some();
        for (check, compared) in self.checks {
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
                None => objections.push(self.undecided(step, rule, world, row)),
            }
        }
        (self.unit(world, frame), objections, warnings)
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
