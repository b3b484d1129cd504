//! A register on the map: how many of its records are in each place.

use super::outline::{Map, levels, rings};
use crate::list::{Question, Unread, View, matching};
use crate::view::{MapPage, Place, Text, UnitLink};
use crate::{App, Error, Thing, Viewer};
use programme::Programme;
use programme::model::{FieldKind, Register, RegisterField};
use std::collections::HashMap;

/// Places are shaded in so many steps, the most records darkest.
const SHADES: usize = 4;

impl App {
    /// A register's records by the places of a level, as far as the viewer sees them; the question's own order and page
    /// do not matter.
    ///
    /// # Errors
    /// As [`App::list`]; a register whose records are in no place, no such level.
    pub fn map_page(
        &self,
        viewer: &Viewer,
        id: &str,
        asked: Option<&str>,
        question: &Question,
    ) -> Result<MapPage, Unread> {
        let app = self.shows(question.at)?;
        let (table, register) = app.readable(viewer, id)?;
        let programme = app.programme();
        let field = placed(register).ok_or_else(|| Unread::NoRegister(id.to_owned()))?;
        let levels = levels(programme);
        let level = match asked {
            None => levels.first(),
            Some(level) => levels.iter().find(|known| known.id == level),
        };
        let level = level.ok_or_else(|| {
            Unread::View(Error::Missing {
                what: Thing::Level,
                id: asked.unwrap_or_default().to_owned(),
            })
        })?;
        let level = level.id.clone();

        let living = app.living();
        let view = View::new(&app, viewer, &living, (table, register), question.at);
        let rows = matching(&view, question)?;
        let mut counts: HashMap<usize, usize> = HashMap::new();
        let mut elsewhere = 0;
        for unit in view.units(&field.id, &rows) {
            match unit.and_then(|unit| within(programme, unit, &level)) {
                Some(at) => *counts.entry(at).or_default() += 1,
                None => elsewhere += 1,
            }
        }
        let most = counts.values().copied().max().unwrap_or_default();
        let map = Map::over(programme);
        let units = programme.units.iter().enumerate();
        let of_level = units.filter(|(_, unit)| unit.levels.contains(&level));
        let places = of_level.map(|(at, unit)| {
            let count = counts.get(&at).copied().unwrap_or_default();
            let name = Text::from(&unit.name);
            let short = match unit.short.zh.is_empty() {
                true => name.clone(),
                false => (&unit.short).into(),
            };
            Place {
                path: map.path(rings(programme, unit)),
                middle: map.middle(rings(programme, unit)),
                shade: shade(count, most),
                unit: UnitLink {
                    id: unit.id.clone(),
                    name,
                },
                short,
                count,
            }
        });
        Ok(MapPage {
            frame: self.frame(question.at),
            register: (register.id.clone(), (&register.name).into()),
            field: (field.id.clone(), (&field.name).into()),
            places: places.collect(),
            all: rows.len(),
            elsewhere,
            level,
            levels,
            size: map.size,
            source: (&programme.outlines.source).into(),
        })
    }
}

/// The field that says in which place a record is.
pub(super) fn placed(register: &Register) -> Option<&RegisterField> {
    let field = register.field(&register.unit.as_ref()?.text)?;
    let is_open = field.kind == FieldKind::Unit && field.formula.is_none() && !field.sensitive;
    is_open.then_some(field)
}

/// The unit of a level that a unit is or is under.
fn within(programme: &Programme, unit: usize, level: &String) -> Option<usize> {
    let mut next = Some(unit);
    let mut deep = 0;
    while let Some(at) = next {
        let unit = programme.units.get(at)?;
        if unit.levels.contains(level) {
            return Some(at);
        }
        deep += 1;
        next = unit.parent.filter(|_| deep < 64);
    }
    None
}

/// How dark a place is, from 0 for none.
fn shade(count: usize, most: usize) -> usize {
    match most {
        0 => 0,
        most => (count * SHADES).div_ceil(most),
    }
}
