//! Excuses, filings and reopenings name duties by text: what they name has to be there.

use super::{Deciding, Objection, cell};
use crate::Living;
use programme::Rhythm;
use programme::model::{BUILT_IN, Bearer, Measure, REOPENING};
use programme::record::{Cell, Cells};

impl Deciding<'_> {
    /// What a record of a built-in register names and the programme or the facts do not have.
    pub(super) fn unnamed(&self, living: &Living, after: &Cells) -> Vec<Objection> {
        let own = self.register.id.as_str();
        if !BUILT_IN.contains(&own) && own != REOPENING {
            return Vec::new();
        }
        let text = |field: &str| {
            let mine = after.iter().find(|(id, _)| id == field);
            let value = match mine {
                Some((_, value)) => value.as_ref(),
                None => self.now.and_then(|cells| cell(cells, field)),
            };
            match value {
                Some(Cell::Text(text)) => Some(text.to_string()),
                _ => None,
            }
        };
        let Some(id) = text("measure") else {
            return Vec::new();
        };
        let Some((_, measure)) = self.programme.measure(&id) else {
            return vec![Objection::of(
                "measure",
                format!("没有措施 {id}，请核对编号"),
                format!("there is no measure {id}; check its id"),
            )];
        };
        let mut objections = Vec::new();
        if let Some(bearer) = text("bearer").filter(|bearer| !self.bears(living, measure, bearer)) {
            objections.push(Objection::of(
                "bearer",
                format!("{bearer} 不是措施 {id} 的责任主体，请核对编号"),
                format!("{bearer} bears no duty of measure {id}; check its id"),
            ));
        }
        if let Some(period) = text("period").filter(|period| !is_period(measure, period)) {
            objections.push(Objection::of(
                "period",
                format!("措施 {id} 没有周期 {period}；周期的写法见责任清单"),
                format!("measure {id} has no period {period}; the list of duties shows how they are written"),
            ));
        }
        objections
    }

    /// Whether a unit or record of this id may bear the measure. Who bears it when is for the evaluation to say.
    fn bears(&self, living: &Living, measure: &Measure, id: &str) -> bool {
        match &measure.bearer {
            Bearer::Units(_) => self.programme.units.iter().any(|unit| *unit.id == *id),
            Bearer::Records { table, .. } => {
                let record = living.record(*table, id);
                record.is_some_and(|record| living.newest(*table, record).is_some())
            }
        }
    }
}

/// Whether a measure can have a period of this name. Chains and clocks name theirs by what began them.
fn is_period(measure: &Measure, name: &str) -> bool {
    match measure.every {
        _ if measure.after.is_some() || measure.clock.is_some() => true,
        Rhythm::Every(kind) => kind.parse_key(name).is_some(),
        Rhythm::Once => name == "once",
        Rhythm::Always => name == "always",
    }
}
