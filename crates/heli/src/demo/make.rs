//! One record in the making: cells are made when they are first asked for, so that their order is free.

use super::chance::{Chance, bent, key};
use super::maker::{Cell, How, Maker, Pick};
use super::plan::Fill;
use super::text::{Conditions, Path, Pattern, Piece, Template};
use super::uscc;
use super::world::World;
use app::programme::Period;
use app::programme::model::FieldKind;
use app::rules::Day;
use std::cell::{Cell as Slot, RefCell};
use std::collections::HashSet;

/// Whom makers with `once` have picked: by the maker's address and the picked one's position.
pub(crate) type Picked = RefCell<HashSet<(*const Pick, usize)>>;

/// For whom and when a record is made.
#[derive(Clone, Debug)]
pub(crate) struct Occasion<'a> {
    pub(crate) each: Cell,
    pub(crate) period: Option<&'a Period>,
    /// Which one of those made for the same `each` and period, from 1.
    pub(crate) k: usize,
    /// The key of its chances.
    pub(crate) key: u64,
}

/// A record's cells, made and still to make.
pub(crate) struct Making<'a, 'p> {
    pub(crate) world: &'a World<'p>,
    pub(crate) fill: &'p Fill,
    pub(crate) shelf: usize,
    occasion: Occasion<'a>,
    pub(super) picked: &'a Picked,
    /// The day of the last step.
    pub(crate) on: Slot<Option<Day>>,
    /// The unit whose factors count, once it has been asked for.
    unit: Slot<Option<Option<usize>>>,
    cells: RefCell<Vec<Cell>>,
    waiting: RefCell<Vec<Option<&'p Maker>>>,
    gaps: RefCell<Vec<usize>>,
    /// Whether nobody writes down the cell that is being made.
    lost: Slot<bool>,
}

impl<'a, 'p> Making<'a, 'p> {
    /// Nothing made yet.
    pub(crate) fn new(
        world: &'a World<'p>,
        fill: &'p Fill,
        shelf: usize,
        occasion: Occasion<'a>,
        picked: &'a Picked,
    ) -> Self {
        let columns = world.shelves.get(shelf).map_or(0, |s| s.fields.len());
        Self {
            world,
            fill,
            shelf,
            occasion,
            picked,
            on: Slot::new(None),
            unit: Slot::new(None),
            cells: RefCell::new(vec![Cell::Empty; columns]),
            waiting: RefCell::new(vec![None; columns]),
            gaps: RefCell::default(),
            lost: Slot::new(false),
        }
    }

    /// Makes these cells when they are asked for, and all of them now.
    pub(crate) fn make_all(&self, makers: impl Iterator<Item = (&'p String, &'p Maker)> + Clone) {
        for (field, maker) in makers.clone() {
            let column = self.column(field);
            if let Some(place) = column.and_then(|c| {
                self.waiting
                    .borrow_mut()
                    .get_mut(c)
                    .map(|w| *w = Some(maker))
                    .map(|()| c)
            }) {
                self.gaps.borrow_mut().retain(|gap| *gap != place);
            }
        }
        for (field, _) in makers {
            self.cell(field);
        }
    }

    /// Puts a value into a cell.
    pub(crate) fn set(&self, field: &str, cell: Cell) {
        if let Some(column) = self.column(field)
            && let Some(place) = self.cells.borrow_mut().get_mut(column)
        {
            *place = cell;
        }
    }

    /// The cells as they are, and the columns nobody wrote down.
    pub(crate) fn snapshot(&self) -> (Vec<Cell>, Vec<usize>) {
        (self.cells.borrow().clone(), self.gaps.borrow().clone())
    }

    fn column(&self, field: &str) -> Option<usize> {
        self.world.shelves.get(self.shelf)?.column(field)
    }

    /// A stream of its own for what `name` says.
    pub(crate) fn chance(&self, name: &str) -> Chance {
        let day = self.on.get().map_or(0, |day| day.0);
        Chance::new(key(self.occasion.key ^ day as u64, &[name]))
    }

    /// A cell of the record, made now if it still waits. One that is being made reads as it was before.
    pub(crate) fn cell(&self, field: &str) -> Cell {
        let Some(column) = self.column(field) else {
            return Cell::Empty;
        };
        let waiting = self
            .waiting
            .borrow_mut()
            .get_mut(column)
            .and_then(Option::take);
        if let Some(maker) = waiting {
            let mut chance = self.chance(field);
            let kind = self.kind(field);
            let before = self.lost.replace(false);
            let made = self.make(maker, kind, &mut chance);
            if self.lost.replace(before) {
                self.gaps.borrow_mut().push(column);
            }
            self.set(field, made);
        }
        self.cells.borrow().get(column).cloned().unwrap_or_default()
    }

    fn kind(&self, field: &str) -> Option<FieldKind> {
        let register = self.world.programme.registers.get(self.shelf)?;
        Some(register.field(field)?.kind)
    }

    /// The unit whose factors count.
    pub(crate) fn unit(&self) -> Option<usize> {
        if let Some(known) = self.unit.get() {
            return known;
        }
        // Invariant: whatever `at` asks for on its way finds no unit instead of asking again.
        self.unit.set(Some(None));
        let at = self
            .fill
            .at
            .as_ref()
            .map(|at| self.render(at, &mut self.chance("at")));
        let found = match at.unwrap_or_else(|| self.occasion.each.clone()) {
            Cell::Unit(unit) => Some(unit),
            Cell::Record(register, record) => {
                let shelf = self.world.shelves.get(register);
                shelf
                    .and_then(|s| s.records.get(record))
                    .and_then(|r| r.unit)
            }
            _ => None,
        };
        self.unit.set(Some(found));
        found
    }

    /// A factor of the record's unit.
    pub(crate) fn factor(&self, name: Option<&String>) -> f64 {
        match name {
            Some(name) => self.world.factor(Some(name.as_str()), self.unit()),
            None => 1.0,
        }
    }

    pub(super) fn fails(&self, share: f64, maker: &'p Maker, chance: &mut Chance) -> bool {
        share > 0.0 && !chance.holds(bent(1.0 - share, self.factor(maker.by.as_ref())))
    }

    /// What a maker makes.
    pub(crate) fn make(
        &self,
        maker: &'p Maker,
        kind: Option<FieldKind>,
        chance: &mut Chance,
    ) -> Cell {
        if !self.hold(&maker.when, None) || self.fails(1.0 - maker.chance, maker, chance) {
            return Cell::Empty;
        }
        if self.fails(maker.gap, maker, chance) {
            self.lost.set(true);
        }
        match &maker.how {
            How::Is(cell) => cell.clone(),
            How::Text(template) => self.render(template, chance),
            How::First(makers) => {
                let first = makers.iter().find(|maker| self.hold(&maker.when, None));
                first.map_or(Cell::Empty, |maker| self.make(maker, kind, chance))
            }
            How::One(makers) => {
                let all: f64 = makers.iter().map(|(_, weight)| weight).sum();
                let mut rest = chance.share() * all;
                let found = makers.iter().find(|(_, weight)| {
                    rest -= weight;
                    rest < 0.0
                });
                let found = found.or(makers.last());
                found.map_or(Cell::Empty, |(maker, _)| self.make(maker, kind, chance))
            }
            How::Some(makers) => {
                let mut some = Vec::new();
                for (maker, share) in makers {
                    if chance.holds(*share) {
                        some.push(self.make(maker, kind, chance));
                    }
                }
                list(some)
            }
            How::List(makers) => list(
                makers
                    .iter()
                    .map(|maker| self.make(maker, kind, chance))
                    .collect(),
            ),
            How::Number(number) => self.number(number, kind, chance),
            How::Day(day) => self.day(day, maker, chance).map_or(Cell::Empty, Cell::Day),
            How::Pick(pick) => self.pick(pick, chance),
            How::Uscc(division) => {
                let division = self.world.text(&self.render(division, chance));
                Cell::Text(uscc::code(&division, self.n() as u64).into())
            }
        }
    }

    /// The record's number in its register, from 1.
    fn n(&self) -> usize {
        self.world
            .shelves
            .get(self.shelf)
            .map_or(0, |s| s.records.len())
            + 1
    }

    /// Whether conditions hold, their paths beginning at `from` or among the names in scope.
    pub(crate) fn hold(&self, conditions: &Conditions, from: Option<&Cell>) -> bool {
        conditions.0.iter().all(|(path, patterns)| {
            let mut chance = self.chance("conditions");
            let value = match from {
                Some(from) => self.follow(from.clone(), path),
                None => self.path(path, &mut chance),
            };
            let value = self.world.text(&value);
            patterns.iter().any(|Pattern(template)| {
                let pattern = self.join(template, &mut chance);
                Pattern::fits(&pattern, &value)
            })
        })
    }

    fn follow(&self, from: Cell, path: &[String]) -> Cell {
        path.iter()
            .fold(from, |cell, step| self.world.follow(&cell, step))
    }

    /// What a path leads to: the record's own cells, the names every template sees, the word lists.
    fn path(&self, path: &Path, chance: &mut Chance) -> Cell {
        let Some((head, rest)) = path.split_first() else {
            return Cell::Empty;
        };
        let period = self.occasion.period;
        let from = match head.as_str() {
            own if self.column(own).is_some() => self.cell(own),
            "each" => self.occasion.each.clone(),
            "n" => Cell::Number(self.n() as f64),
            "k" => Cell::Number(self.occasion.k as f64),
            "on" => self.on.get().map_or(Cell::Empty, Cell::Day),
            "period" => return period.map_or(Cell::Empty, |p| of_period(p, rest)),
            word => match self.world.plan.words.get(word) {
                Some(words) => words
                    .get(chance.below(words.len()))
                    .map_or(Cell::Empty, |w| Cell::Text(w.as_str().into())),
                None => Cell::Empty,
            },
        };
        self.follow(from, rest)
    }

    /// A template with its paths put in; a path that stands alone keeps the type of its value.
    pub(crate) fn render(&self, template: &Template, chance: &mut Chance) -> Cell {
        match template.0.as_slice() {
            [] => Cell::Empty,
            [Piece::Path(path, 0)] => self.path(path, chance),
            _ => Cell::Text(self.join(template, chance).into()),
        }
    }

    fn join(&self, template: &Template, chance: &mut Chance) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Path(path, width) => format!(
                "{:0>width$}",
                self.world.text(&self.path(path, chance)),
                width = *width
            ),
        };
        template.0.iter().map(piece).collect()
    }
}

/// `period`, `period.from`, `period.until`, `period.of_year`: the share of the year that is over at its end.
fn of_period(period: &Period, rest: &[String]) -> Cell {
    match rest.first().map(String::as_str) {
        None => Cell::Text((&*period.key).into()),
        Some("from") => Cell::Day(period.from),
        Some("until") => Cell::Day(period.until),
        Some("of_year") => {
            let (year, ..) = period.until.ymd();
            let first = Day::from_ymd(year, 1, 1).unwrap_or(period.until);
            Cell::Number(f64::from(period.until.0 - first.0 + 1) / 365.0)
        }
        Some(_) => Cell::Empty,
    }
}

/// Several in one cell; nothing is an empty cell.
pub(super) fn list(items: Vec<Cell>) -> Cell {
    let items: Vec<Cell> = items
        .into_iter()
        .filter(|item| *item != Cell::Empty)
        .collect();
    if items.is_empty() {
        Cell::Empty
    } else {
        Cell::List(items.into())
    }
}
