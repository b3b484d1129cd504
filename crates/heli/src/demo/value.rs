//! Values that are drawn: numbers, days, and units or records that fit.

use super::chance::Chance;
use super::make::{Making, list};
use super::maker::{Cell, DayMaker, DayRange, Maker, Number, Pick};
use super::text::Template;
use super::world::number;
use app::programme::model::FieldKind;
use app::rules::Day;

impl<'p> Making<'_, 'p> {
    /// A number, rounded as the field's kind asks.
    pub(super) fn number(
        &self,
        made: &Number,
        kind: Option<FieldKind>,
        chance: &mut Chance,
    ) -> Cell {
        let [low, high] = made.range;
        let mut value = if made.log {
            chance.between(low.ln(), high.ln()).exp()
        } else if made.of.is_empty() && kind == Some(FieldKind::Int) {
            chance.whole(low, high).into()
        } else {
            chance.between(low, high)
        };
        for factor in &made.of {
            let Some(factor) = number(&self.render(factor, chance)) else {
                return Cell::Empty;
            };
            value *= factor;
        }
        let step = made.round.unwrap_or(match kind {
            Some(FieldKind::Int) => 1.0,
            Some(FieldKind::Money) if value.abs() >= 10_000.0 => 100.0,
            Some(FieldKind::Money) => 1.0,
            Some(FieldKind::Decimal) => 0.1,
            _ => 0.0001,
        });
        // Rounded twice: a multiple of 0.0001 is no exact number of the machine.
        let value = (value / step).round() * step;
        Cell::Number((value * 10_000.0).round() / 10_000.0)
    }

    /// A day, on a working day unless days of rest count; none where what it hangs on is empty.
    pub(super) fn day(
        &self,
        made: &'p DayMaker,
        maker: &'p Maker,
        chance: &mut Chance,
    ) -> Option<Day> {
        let calendar = &self.world.programme.calendar;
        let works = |day: Day| made.rest || calendar.is_workday(day).unwrap_or(true);
        let worked = |day: Day| {
            (0..15)
                .map(|n| day.plus(n))
                .find(|day| works(*day))
                .unwrap_or(day)
        };
        let slow = self.factor(maker.by.as_ref()).max(0.05);
        let so_many =
            |[low, high]: [f64; 2], chance: &mut Chance| chance.whole(low / slow, high / slow);
        let found = match &made.when {
            DayRange::Between(ends) => {
                let [from, until] = &**ends;
                let from = day_of(&self.make(from, None, chance))?;
                let until = day_of(&self.make(until, None, chance))?;
                let mut drawn =
                    || from.plus(chance.whole(0.0, f64::from((until.0 - from.0).max(0))));
                let tries: Vec<Day> = (0..12).map(|_| drawn()).collect();
                *tries.iter().find(|day| works(**day)).or(tries.first())?
            }
            DayRange::Days(days, after) => {
                let after = day_of(&self.render(after, chance))?;
                worked(after.plus(so_many(*days, chance)))
            }
            DayRange::Workdays(days, after) => {
                let after = day_of(&self.render(after, chance))?;
                worked(calendar.add_workdays(after, so_many(*days, chance).into())?)
            }
        };
        match &made.late {
            Some(late) if self.fails(late.share, maker, chance) => {
                Some(worked(found.plus(chance.whole(late.days[0], late.days[1]))))
            }
            _ => Some(found),
        }
    }

    /// A unit or a record that fits, or several; nobody where none fits.
    pub(super) fn pick(&self, pick: &Pick, chance: &mut Chance) -> Cell {
        let register = self.world.register(&pick.of);
        let thing = |at| match register {
            Some(register) => Cell::Record(register, at),
            None => Cell::Unit(at),
        };
        let used = |at: usize| {
            pick.once
                && self
                    .picked
                    .borrow()
                    .contains(&(std::ptr::from_ref(pick), at))
        };
        let fits = |at: usize| !used(at) && self.hold(&pick.filter, Some(&thing(at)));
        let mut rest = match register {
            Some(register) => self.records(register, pick, chance),
            None => self.units(pick, chance),
        };
        if let Some(share) = pick.share {
            rest.retain(|at| fits(*at) && chance.holds(share));
            return list(rest.into_iter().map(thing).collect());
        }
        let wanted = pick
            .how_many
            .map_or(1, |[low, high]| chance.whole(low, high));
        let mut found = Vec::new();
        while (found.len() as i32) < wanted && !rest.is_empty() {
            let at = rest.swap_remove(chance.below(rest.len()));
            if fits(at) {
                found.push(at);
            }
        }
        if pick.once {
            self.picked
                .borrow_mut()
                .extend(found.iter().map(|at| (std::ptr::from_ref(pick), *at)));
        }
        if pick.how_many.is_some() {
            return list(found.into_iter().map(thing).collect());
        }
        found.pop().map_or(Cell::Empty, thing)
    }

    /// The records among which to pick: those that a plain condition leads to, or all.
    fn records(&self, register: usize, pick: &Pick, chance: &mut Chance) -> Vec<usize> {
        let Some(shelf) = self.world.shelves.get(register) else {
            return Vec::new();
        };
        let mut plain: Vec<(usize, &Template)> = Vec::new();
        for (path, patterns) in &pick.filter.0 {
            if let ([field], [pattern]) = (path.as_slice(), patterns.as_slice())
                && let (Some(column), true) = (shelf.column(field), pattern.is_plain())
            {
                plain.push((column, &pattern.0));
            }
        }
        // A path (the same place) leads to fewer than a word (the same kind).
        let best = plain
            .iter()
            .find(|(_, template)| template.paths().next().is_some());
        let Some((column, template)) = best.or(plain.first()) else {
            return (0..shelf.records.len()).collect();
        };
        let text = self.world.text(&self.render(template, chance));
        self.world.with(register, *column, &text)
    }

    fn units(&self, pick: &Pick, chance: &mut Chance) -> Vec<usize> {
        let mut units = self.world.units(pick.level.as_deref());
        if let Some(under) = &pick.under {
            let under = self.render(under, chance);
            units.retain(|unit| {
                self.world
                    .above(*unit)
                    .any(|above| under == Cell::Unit(above))
            });
        }
        units
    }
}

/// The day that a cell is.
pub(crate) fn day_of(cell: &Cell) -> Option<Day> {
    match cell {
        Cell::Day(day) => Some(*day),
        Cell::Text(text) => Day::parse(text),
        _ => None,
    }
}
