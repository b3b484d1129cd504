//! Filling the registers: for whom, in which periods, how many, and what happens to each record.

use super::chance::{Chance, bent, key};
use super::make::{Making, Occasion, Picked};
use super::maker::Cell;
use super::plan::{Fill, Plan, Step};
use super::value::day_of;
use super::world::{Record, Version, World, number};
use app::programme::{Period, Programme};
use app::rules::{Day, Moment};
use std::collections::BTreeMap;

const MINUTE_MS: i64 = 60_000;

/// Makes every record of the plan, the whole campaign through.
pub(crate) fn filled<'p>(
    programme: &'p Programme,
    plan: &'p Plan,
    seed: u64,
    firms: Option<usize>,
) -> World<'p> {
    let mut world = World::new(programme, plan, seed);
    let mut of_register: BTreeMap<&str, usize> = BTreeMap::new();
    for fill in &plan.fills {
        let ordinal = of_register.entry(&fill.register).or_default();
        *ordinal += 1;
        let key = key(seed, &[&fill.register, &ordinal.to_string()]);
        if let Some(shelf) = world.register(&fill.register) {
            fill_one(&mut world, fill, shelf, key, firms);
        }
    }
    world
}

fn fill_one<'p>(
    world: &mut World<'p>,
    fill: &'p Fill,
    shelf: usize,
    above: u64,
    firms: Option<usize>,
) {
    let picked = Picked::default();
    let bearers = bearers(world, fill, shelf, &picked);
    let total = firms
        .filter(|_| fill.firms)
        .map(|n| n as f64)
        .or(fill.total);
    let shares = total.map(|total| shared(world, fill, &bearers, total));
    for (at, each) in bearers.into_iter().enumerate() {
        let named = world.text(&each);
        let share = shares
            .as_ref()
            .map(|shares| shares.get(at).copied().unwrap_or(0));
        let occasion = |period, k, key| Occasion {
            each: each.clone(),
            period,
            k,
            key,
        };
        let above = key(above, &[&named]);
        let periods = periods(world, fill, shelf, occasion(None, 0, above), &picked);
        for period in periods.iter().map(Option::as_ref) {
            let above = key(above, &[period.map_or("", |p| &p.key)]);
            let asked = || count(world, fill, shelf, occasion(period, 0, above), &picked);
            for k in 1..=share.unwrap_or_else(asked) {
                let one = occasion(period, k, key(above, &[&k.to_string()]));
                let made = record(&Making::new(world, fill, shelf, one, &picked));
                if let (Some(made), Some(shelf)) = (made, world.shelves.get_mut(shelf)) {
                    shelf.records.push(made);
                }
            }
        }
    }
}

/// For whom records are made: units, records, or once for nobody.
fn bearers<'p>(world: &World<'p>, fill: &'p Fill, shelf: usize, picked: &Picked) -> Vec<Cell> {
    let all: Vec<Cell> = match fill.each.as_deref() {
        None => return vec![Cell::Empty],
        Some("unit") if fill.units.is_empty() => {
            let units = world.units(fill.level.as_deref());
            units.into_iter().map(Cell::Unit).collect()
        }
        Some("unit") => fill
            .units
            .iter()
            .filter_map(|id| world.unit(id))
            .map(Cell::Unit)
            .collect(),
        Some(register) => world.register(register).map_or_else(Vec::new, |at| {
            let count = world.shelves.get(at).map_or(0, |s| s.records.len());
            (0..count).map(|record| Cell::Record(at, record)).collect()
        }),
    };
    let nobody = Occasion {
        each: Cell::Empty,
        period: None,
        k: 0,
        key: 0,
    };
    let asking = Making::new(world, fill, shelf, nobody, picked);
    all.into_iter()
        .filter(|each| asking.hold(&fill.filter, Some(each)))
        .collect()
}

/// Shares a number out by weight, the greatest remainders rounded up.
fn shared(world: &World<'_>, fill: &Fill, bearers: &[Cell], total: f64) -> Vec<usize> {
    let weight = |each: &Cell| match each {
        Cell::Unit(unit) => world.factor(fill.weight.as_deref(), Some(*unit)),
        _ => 1.0,
    };
    let weights: Vec<f64> = bearers.iter().map(weight).collect();
    let all = weights.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let exact: Vec<f64> = weights.iter().map(|w| w / all * total).collect();
    let mut counts: Vec<usize> = exact.iter().map(|n| *n as usize).collect();
    let mut by_remainder: Vec<usize> = (0..exact.len()).collect();
    by_remainder.sort_by(|a, b| {
        let rest = |at: &usize| exact.get(*at).map_or(0.0, |n| n.fract());
        rest(b).total_cmp(&rest(a)).then(a.cmp(b))
    });
    let missing = (total as usize).saturating_sub(counts.iter().sum());
    for at in by_remainder.into_iter().take(missing) {
        if let Some(count) = counts.get_mut(at) {
            *count += 1;
        }
    }
    counts
}

/// The periods of the fill's rhythm, cut to its days; one without a period where it has no rhythm.
fn periods<'p>(
    world: &World<'p>,
    fill: &'p Fill,
    shelf: usize,
    occasion: Occasion<'_>,
    picked: &Picked,
) -> Vec<Option<Period>> {
    let Some(kind) = fill.rhythm() else {
        return vec![None];
    };
    let asking = Making::new(world, fill, shelf, occasion, picked);
    let (first, last) = world.programme.campaign;
    let mut chance = asking.chance("span");
    let mut day = |maker| day_of(&asking.make(maker, None, &mut chance));
    let from = fill.from.as_ref().map_or(Some(first), &mut day);
    let until = fill.until.as_ref().and_then(day).unwrap_or(last);
    let Some(from) = from else {
        return Vec::new();
    };
    let cut = |period: Period| Period {
        from: period.from.max(from),
        until: period.until.min(until),
        ..period
    };
    kind.within(from, until).map(cut).map(Some).collect()
}

/// How many are made for one bearer and period.
fn count<'p>(
    world: &World<'p>,
    fill: &'p Fill,
    shelf: usize,
    occasion: Occasion<'_>,
    picked: &Picked,
) -> usize {
    let asking = Making::new(world, fill, shelf, occasion, picked);
    let mut chance = asking.chance("count");
    let said = fill.count.as_ref().map_or(Cell::Number(1.0), |maker| {
        asking.make(maker, None, &mut chance)
    });
    let mean = number(&said).unwrap_or(0.0) * asking.factor(fill.weight.as_ref());
    chance.near(mean)
}

/// One record with everything that happens to it; none where chance or an empty required cell says so.
fn record(making: &Making<'_, '_>) -> Option<Record> {
    let (fill, programme) = (making.fill, making.world.programme);
    let register = programme.registers.get(making.shelf)?;
    let mut chance = making.chance("record");
    if !chance.holds(bent(fill.chance, making.factor(fill.by.as_ref()))) {
        return None;
    }
    if let Some(states) = &register.states {
        making.set("state", Cell::Text(states.start.as_str().into()));
    }
    making.make_all(
        fill.field
            .iter()
            .map(|(field, maker)| (field, maker.get_ref())),
    );
    let required = register.fields.iter().filter(|f| f.required);
    if required
        .into_iter()
        .any(|f| making.cell(&f.id) == Cell::Empty)
    {
        return None;
    }
    let own_day = || {
        register
            .date
            .as_deref()
            .and_then(|field| day_of(&making.cell(field)))
    };
    let day = match &fill.recorded {
        Some(maker) => day_of(&making.make(maker, None, &mut chance)),
        None => own_day(),
    };
    let day = day.unwrap_or(programme.campaign.0);
    making.on.set(Some(day));
    let mut versions = Vec::new();
    record_version(making, day, &mut versions, &mut chance);
    for step in &fill.step {
        happen(making, step, &mut versions);
    }
    let id = fill
        .id
        .as_ref()
        .map(|id| making.world.text(&making.render(id, &mut chance)));
    let number = making.world.shelves.get(making.shelf)?.records.len() + 1;
    Some(Record {
        id: id
            .unwrap_or_else(|| format!("{}-{number}", fill.register))
            .into(),
        unit: making.unit(),
        versions,
    })
}

/// A step of a record's course, where its state, its conditions and chance allow it.
fn happen<'p>(making: &Making<'_, 'p>, step: &'p Step, versions: &mut Vec<Version>) {
    let state = making.world.text(&making.cell("state"));
    if !step.from.is_empty() && !step.from.contains(&state) || !making.hold(&step.when, None) {
        return;
    }
    let mut chance = making.chance(step.state.as_deref().unwrap_or("step"));
    if !chance.holds(bent(step.chance, making.factor(step.by.as_ref()))) {
        return;
    }
    let Some(on) = day_of(&making.make(&step.on, None, &mut chance)) else {
        return;
    };
    // Steps follow one another: none happens before the last.
    let on = making.on.get().map_or(on, |last| last.max(on));
    making.on.set(Some(on));
    if let Some(state) = &step.state {
        making.set("state", Cell::Text(state.as_str().into()));
    }
    making.make_all(
        step.field
            .iter()
            .map(|(field, maker)| (field, maker.get_ref())),
    );
    let recorded = step
        .recorded
        .as_ref()
        .map(|maker| making.make(maker, None, &mut chance));
    let recorded = recorded.and_then(|cell| day_of(&cell)).unwrap_or(on);
    record_version(making, recorded, versions, &mut chance);
}

/// Adds what is known now: recorded in office hours of the day, after the version before, and not before
/// every record that it names.
fn record_version(
    making: &Making<'_, '_>,
    day: Day,
    versions: &mut Vec<Version>,
    chance: &mut Chance,
) {
    let hours = &making.world.programme.hours;
    let (opens, closes) = hours
        .get(chance.below(hours.len()))
        .copied()
        .unwrap_or((540, 1020));
    let minute = chance.whole(opens.into(), (closes.max(1) - 1).into());
    let (cells, gaps) = making.snapshot();
    let mut at = Moment(day.start().0 + i64::from(minute) * MINUTE_MS);
    if let Some(last) = versions.last() {
        at = at.max(Moment(last.at.0 + MINUTE_MS));
    }
    let named = cells
        .iter()
        .filter_map(|cell| first_recorded(making.world, cell));
    at = named.fold(at, Moment::max);
    versions.push(Version { at, cells, gaps });
}

/// When the record that a cell names was first recorded; of several, the last.
fn first_recorded(world: &World<'_>, cell: &Cell) -> Option<Moment> {
    match cell {
        Cell::Record(register, record) => {
            let record = world.shelves.get(*register)?.records.get(*record)?;
            record.versions.first().map(|version| version.at)
        }
        Cell::List(items) => items
            .iter()
            .filter_map(|item| first_recorded(world, item))
            .max(),
        _ => None,
    }
}
