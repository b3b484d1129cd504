//! What has been made so far: records on their shelves, units, and where a path leads.

use super::chance::{Chance, key};
use super::maker::Cell;
use super::plan::Plan;
use app::programme::Programme;
use app::programme::model::Register;
use app::rules::{Moment, Value};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// The programme and every record made so far.
#[derive(Debug)]
pub(crate) struct World<'p> {
    pub(crate) programme: &'p Programme,
    pub(crate) plan: &'p Plan,
    pub(crate) seed: u64,
    /// By register, in the programme's order.
    pub(crate) shelves: Vec<Shelf>,
    /// Units by level, in order.
    levels: HashMap<&'p str, Vec<usize>>,
    units: HashMap<&'p str, usize>,
    /// Factors already worked out, by name and unit.
    factors: RefCell<HashMap<String, HashMap<usize, f64>>>,
}

/// The records of one register.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    /// Field ids by column.
    pub(crate) fields: Vec<String>,
    /// Columns by field id.
    columns: HashMap<String, usize>,
    pub(crate) records: Vec<Record>,
    /// Per column, the records by the text of their cell, as far as they have been looked through.
    index: RefCell<BTreeMap<usize, Index>>,
}

/// How many records have been looked through, and the records by the text of their cell.
type Index = (usize, HashMap<String, Vec<usize>>);

/// One record with everything that will have happened to it.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) id: Rc<str>,
    /// The unit whose factors count for it and for what is made for it.
    pub(crate) unit: Option<usize>,
    /// What was known of it, one after another; never empty.
    pub(crate) versions: Vec<Version>,
}

/// What was known of a record from one moment on.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    /// When it was recorded.
    pub(crate) at: Moment,
    /// How things are, by column.
    pub(crate) cells: Vec<Cell>,
    /// Columns that nobody wrote down.
    pub(crate) gaps: Vec<usize>,
}

impl Shelf {
    /// The column of a field.
    pub(crate) fn column(&self, field: &str) -> Option<usize> {
        self.columns.get(field).copied()
    }

    /// A record's cell in the end.
    fn cell(&self, record: usize, column: usize) -> Cell {
        let last = self.records.get(record).and_then(|r| r.versions.last());
        last.and_then(|version| version.cells.get(column))
            .cloned()
            .unwrap_or_default()
    }
}

impl<'p> World<'p> {
    /// A world without records, with a column for every field that some fill makes.
    pub(crate) fn new(programme: &'p Programme, plan: &'p Plan, seed: u64) -> Self {
        let mut levels: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, unit) in programme.units.iter().enumerate() {
            for level in &unit.levels {
                levels.entry(level).or_default().push(at);
            }
        }
        let shelf = |register: &Register| {
            let mut shelf = Shelf::default();
            let fills = plan
                .fills
                .iter()
                .filter(|fill| fill.register == register.id);
            let names = fills.flat_map(|fill| fill.makers().map(|(name, _)| name.as_str()));
            let state = register.states.as_ref().map(|_| "state");
            for name in names.chain(state) {
                if !shelf.columns.contains_key(name) {
                    shelf.columns.insert(name.to_owned(), shelf.fields.len());
                    shelf.fields.push(name.to_owned());
                }
            }
            shelf
        };
        Self {
            programme,
            plan,
            seed,
            shelves: programme.registers.iter().map(shelf).collect(),
            levels,
            units: programme
                .units
                .iter()
                .enumerate()
                .map(|(at, u)| (u.id.as_str(), at))
                .collect(),
            factors: RefCell::default(),
        }
    }

    /// The position of a register's shelf.
    pub(crate) fn register(&self, id: &str) -> Option<usize> {
        self.programme.registers.iter().position(|r| r.id == id)
    }

    /// A unit by id.
    pub(crate) fn unit(&self, id: &str) -> Option<usize> {
        self.units.get(id).copied()
    }

    /// The units of a level, or all.
    pub(crate) fn units(&self, level: Option<&str>) -> Vec<usize> {
        match level {
            Some(level) => self.levels.get(level).cloned().unwrap_or_default(),
            None => (0..self.programme.units.len()).collect(),
        }
    }

    /// The unit and those above it, itself first.
    pub(crate) fn above(&self, unit: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(unit), |at| self.programme.units.get(*at)?.parent)
    }

    /// The records whose cell reads like this.
    pub(crate) fn with(&self, register: usize, column: usize, text: &str) -> Vec<usize> {
        let Some(shelf) = self.shelves.get(register) else {
            return Vec::new();
        };
        let mut index = shelf.index.borrow_mut();
        let (seen, by_text) = index.entry(column).or_default();
        for record in *seen..shelf.records.len() {
            let text = self.text(&shelf.cell(record, column));
            by_text.entry(text).or_default().push(record);
        }
        *seen = shelf.records.len();
        by_text.get(text).cloned().unwrap_or_default()
    }

    /// A factor of a unit; 1 without a factor.
    pub(crate) fn factor(&self, name: Option<&str>, unit: Option<usize>) -> f64 {
        let (Some(name), Some(unit)) = (name, unit) else {
            return 1.0;
        };
        if let Some(known) = self
            .factors
            .borrow()
            .get(name)
            .and_then(|known| known.get(&unit))
        {
            return *known;
        }
        let found = self.factor_of(name, unit);
        self.factors
            .borrow_mut()
            .entry(name.to_owned())
            .or_default()
            .insert(unit, found);
        found
    }

    fn factor_of(&self, name: &str, unit: usize) -> f64 {
        let Some(factor) = self.plan.factors.get(name) else {
            return 1.0;
        };
        let id = |at: usize| self.programme.units.get(at).map_or("", |u| u.id.as_str());
        if let Some(column) = &factor.column {
            return number(&self.follow(&Cell::Unit(unit), column)).unwrap_or(0.0);
        }
        let said = self.above(unit).find_map(|at| factor.at.get(id(at)));
        let mut chance = Chance::new(key(self.seed, &["factor", name, id(unit)]));
        said.unwrap_or(&factor.base) * (1.0 + factor.spread * chance.between(-1.0, 1.0))
    }

    /// One step of a path.
    pub(crate) fn follow(&self, from: &Cell, step: &str) -> Cell {
        match from {
            Cell::Unit(unit) => self.of_unit(*unit, step),
            Cell::Record(register, record) => {
                let Some(shelf) = self.shelves.get(*register) else {
                    return Cell::Empty;
                };
                if step == "id" {
                    return shelf
                        .records
                        .get(*record)
                        .map_or(Cell::Empty, |r| Cell::Text(r.id.clone()));
                }
                shelf
                    .column(step)
                    .map_or(Cell::Empty, |column| shelf.cell(*record, column))
            }
            Cell::Day(day) => {
                let (year, month, date) = day.ymd();
                match step {
                    "year" => Cell::Number(year.into()),
                    "month" => Cell::Number(month.into()),
                    "day" => Cell::Number(date.into()),
                    _ => Cell::Empty,
                }
            }
            _ => Cell::Empty,
        }
    }

    /// What a path reads of a unit; a level's name leads to the unit of that level, itself or above.
    fn of_unit(&self, at: usize, step: &str) -> Cell {
        let programme = self.programme;
        let Some(unit) = programme.units.get(at) else {
            return Cell::Empty;
        };
        let text = |text: &str| Cell::Text(text.into());
        match step {
            "id" => text(&unit.id),
            "name" => text(&unit.name.zh),
            "short" => text(&unit.short.zh),
            "kind" => text(&unit.kind),
            "levels" => text(&unit.levels.join(";")),
            "parent" => unit.parent.map_or(Cell::Empty, Cell::Unit),
            "division" => {
                let division = unit.division.and_then(|d| programme.divisions.get(d));
                division.map_or(Cell::Empty, |d| text(&d.code))
            }
            _ => match programme.unit_fields.iter().position(|f| f.id == step) {
                Some(column) => match unit.extra.get(column) {
                    Some(Value::Int(number)) => Cell::Number(*number as f64),
                    Some(Value::Double(number)) => Cell::Number(*number),
                    Some(Value::Bool(flag)) => text(&flag.to_string()),
                    Some(Value::Text(said)) => text(said),
                    _ => Cell::Empty,
                },
                None => {
                    let has = |u: &usize| {
                        programme
                            .units
                            .get(*u)
                            .is_some_and(|u| u.levels.iter().any(|l| l == step))
                    };
                    self.above(at).find(has).map_or(Cell::Empty, Cell::Unit)
                }
            },
        }
    }

    /// A cell as a sheet holds it.
    pub(crate) fn text(&self, cell: &Cell) -> String {
        match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.to_string(),
            Cell::Number(number) => number.to_string(),
            Cell::Day(day) => day.to_string(),
            Cell::Unit(at) => self
                .programme
                .units
                .get(*at)
                .map_or_else(String::new, |u| u.id.clone()),
            Cell::Record(register, record) => {
                let record = self
                    .shelves
                    .get(*register)
                    .and_then(|s| s.records.get(*record));
                record.map_or_else(String::new, |r| r.id.to_string())
            }
            Cell::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.text(item)).collect();
                items.join(";")
            }
        }
    }
}

/// The number that a cell is.
pub(crate) fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Number(number) => Some(*number),
        Cell::Text(text) => text.parse().ok(),
        _ => None,
    }
}
