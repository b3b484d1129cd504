//! The matrix: units × measures, or units × periods of one measure.

use super::name::{figure, period_name};
use super::present;
use crate::app::Reading;
use crate::view::{
    Choice, Counts, MatrixCell, MatrixColumn, MatrixPage, MatrixQuestion, MatrixRow, MatrixTarget,
    Text,
};
use crate::{Error, Thing};
use engine::Duty;
use programme::Period;
use programme::model::Measure;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Where no level was chosen, rows go so many levels below the head of the tree.
const DEPTH_MAX: usize = 2;

impl Reading<'_> {
    pub(crate) fn matrix(&self, question: &MatrixQuestion) -> Result<MatrixPage, Error> {
        let programme = self.cx.programme;
        let missing = |what, id: &str| Error::Missing {
            what,
            id: id.to_owned(),
        };
        if let Some(level) = question
            .level
            .as_deref()
            .filter(|l| !programme.levels.iter().any(|(id, _)| id == l))
        {
            return Err(missing(Thing::Level, level));
        }
        let parts: Vec<Choice> = programme
            .notices
            .iter()
            .flat_map(|n| &n.parts)
            .map(|(id, name)| Choice {
                id: id.clone(),
                name: name.into(),
            })
            .collect();
        if let Some(part) = question
            .part
            .as_deref()
            .filter(|p| !parts.iter().any(|c| c.id == **p))
        {
            return Err(missing(Thing::Part, part));
        }
        let chosen = match &question.measure {
            None => None,
            Some(id) => Some(
                programme
                    .measure(id)
                    .map(|(_, m)| m)
                    .ok_or_else(|| missing(Thing::Measure, id))?,
            ),
        };
        let (columns, cells) = match chosen {
            Some(measure) => self.by_period(measure),
            None => self.by_measure(question.part.as_deref()),
        };
        let mut page = MatrixPage {
            frame: self.frame(),
            question: question.clone(),
            measure: chosen.map(measure_choice),
            levels: programme
                .levels
                .iter()
                .map(|(id, name)| Choice {
                    id: id.clone(),
                    name: name.into(),
                })
                .collect(),
            parts,
            measures: programme
                .notices
                .iter()
                .flat_map(|n| &n.measures)
                .map(measure_choice)
                .collect(),
            rows: self.rows(question.level.as_deref(), columns.len(), cells),
            columns,
        };
        page.arrange();
        Ok(page)
    }

    /// Columns by measure: the present duties of each unit and its records.
    fn by_measure(&self, part: Option<&str>) -> (Vec<MatrixColumn>, Cells) {
        let mut columns = Vec::new();
        let mut cells = Cells::new();
        for (_, measure, result) in self.measures() {
            if part.is_some_and(|p| measure.clause.split('.').next() != Some(p)) {
                continue;
            }
            for duty in present(&result.duties, self.cx.at) {
                self.put(&mut cells, measure, columns.len(), duty);
            }
            columns.push(MatrixColumn {
                id: measure.id.clone(),
                name: (&measure.name).into(),
                clause: measure.clause.clone(),
            });
        }
        (columns, cells)
    }

    /// Columns by period of one measure.
    fn by_period(&self, measure: &Measure) -> (Vec<MatrixColumn>, Cells) {
        let result = self
            .measures()
            .find(|(_, m, _)| m.id == measure.id)
            .map(|(.., r)| r);
        let duties = result.map_or(&[][..], |r| &r.duties);
        let mut periods: BTreeMap<(rules::Day, &str), &Period> = BTreeMap::new();
        for duty in duties {
            let kept = periods.values().any(|p| p.key == duty.period.key);
            if !kept {
                periods.insert((duty.period.from, &duty.period.key), &duty.period);
            }
        }
        let at: HashMap<&str, usize> = periods
            .values()
            .enumerate()
            .map(|(i, p)| (&*p.key, i))
            .collect();
        let mut cells = Cells::new();
        for duty in duties {
            if let Some(column) = at.get(&*duty.period.key) {
                self.put(&mut cells, measure, *column, duty);
            }
        }
        let column = |p: &&Period| MatrixColumn {
            id: p.key.to_string(),
            name: period_name(p).name,
            clause: String::new(),
        };
        (periods.values().map(column).collect(), cells)
    }

    fn put(&self, cells: &mut Cells, measure: &Measure, column: usize, duty: &Duty) {
        let Some(unit) = duty.unit else { return };
        let id = self
            .cx
            .programme
            .units
            .get(unit as usize)
            .map(|u| u.id.clone())
            .unwrap_or_default();
        let cell = cells
            .entry((unit as usize, column))
            .or_insert_with(|| MatrixCell {
                counts: Counts::default(),
                value: measure
                    .tallies
                    .first()
                    .zip(duty.tallies().first())
                    .filter(|_| duty.period.from <= self.cx.at)
                    .and_then(|(t, b)| figure(t, b)),
                target: MatrixTarget::Duty(self.duty_id(measure, duty)),
            });
        cell.counts.add(duty.standing);
        if cell.counts.total() > 1 {
            cell.value = None;
            cell.target = MatrixTarget::Unit {
                unit: id,
                clause: measure.clause.clone(),
            };
        }
    }

    /// Units that owe something, in the order of the tree.
    fn rows(&self, level: Option<&str>, columns: usize, mut cells: Cells) -> Vec<MatrixRow> {
        let programme = self.cx.programme;
        let tree = self.tree();
        let deepest = self.deepest_shown(&tree, &cells);
        let mut rows = Vec::new();
        for (unit, depth) in tree {
            let shown = level.map_or(depth <= deepest, |l| {
                programme
                    .units
                    .get(unit)
                    .is_some_and(|u| u.levels.iter().any(|x| x == l))
            });
            let mine: Vec<Option<MatrixCell>> =
                (0..columns).map(|c| cells.remove(&(unit, c))).collect();
            if !shown || mine.iter().all(Option::is_none) {
                continue;
            }
            let mut counts = Counts::default();
            mine.iter().flatten().for_each(|c| counts.merge(&c.counts));
            let link = crate::view::UnitLink {
                id: self.unit_link(unit).id,
                name: self.short(unit),
            };
            rows.push(MatrixRow {
                unit: link,
                depth,
                cells: mine,
                counts,
            });
        }
        rows
    }

    /// The depth down to which rows are shown where no level was chosen:
    /// a thousand townships come only where nobody above them owes anything.
    fn deepest_shown(&self, tree: &[(usize, usize)], cells: &Cells) -> usize {
        let owing: HashSet<usize> = cells.keys().map(|(unit, _)| *unit).collect();
        let depths = tree
            .iter()
            .filter(|(unit, _)| owing.contains(unit))
            .map(|(_, depth)| *depth);
        depths.min().unwrap_or_default().max(DEPTH_MAX)
    }

    /// Units with their depth below the home unit, parents first.
    pub(crate) fn tree(&self) -> Vec<(usize, usize)> {
        let units = &self.cx.programme.units;
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); units.len()];
        let mut roots = Vec::new();
        for (at, unit) in units.iter().enumerate() {
            match unit.parent.and_then(|p| children.get_mut(p)) {
                Some(siblings) => siblings.push(at),
                None => roots.push(at),
            }
        }
        let mut order = Vec::with_capacity(units.len());
        let mut next: Vec<(usize, usize)> = roots.into_iter().rev().map(|r| (r, 0)).collect();
        while let Some((unit, depth)) = next.pop() {
            order.push((unit, depth));
            next.extend(
                children
                    .get(unit)
                    .into_iter()
                    .flatten()
                    .rev()
                    .map(|c| (*c, depth + 1)),
            );
        }
        order
    }
}

type Cells = HashMap<(usize, usize), MatrixCell>;

fn measure_choice(measure: &Measure) -> Choice {
    let name = Text::new(
        format!("{} {}", measure.clause, measure.name.zh),
        format!("{} {}", measure.clause, measure.name.en),
    );
    Choice {
        id: measure.id.clone(),
        name,
    }
}
