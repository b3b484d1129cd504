//! The whole at a glance: a map, what is worst, what changed in a week.

use super::outline::{Map, levels, rings};
use crate::app::Reading;
use crate::view::{Area, Changed, ChildLine, Counts, OverviewPage, Standing};
use crate::{Error, Thing};
use engine::roll_up;
use rules::Day;

/// So many places with most trouble are listed.
const WORST_MAX: usize = 10;
/// So many measures that got worse are listed.
const CHANGED_MAX: usize = 8;
const WEEK: i32 = 7;
/// From these shares on time a place has the next better colour.
const GRADES: [f64; 3] = [0.9, 0.75, 0.5];

impl Reading<'_> {
    pub(crate) fn overview(&self, level: Option<&str>) -> Result<OverviewPage, Error> {
        let programme = self.cx.programme;
        let notice = programme.notices.first();
        let notice = notice.ok_or_else(|| Error::Missing {
            what: Thing::Notice,
            id: String::new(),
        })?;
        let levels = levels(programme);
        let level = match level {
            None => levels.first().map_or("", |level| &level.id),
            Some(id) if levels.iter().any(|level| level.id == id) => id,
            Some(id) => {
                return Err(Error::Missing {
                    what: Thing::Level,
                    id: id.to_owned(),
                });
            }
        };
        let counts = roll_up(programme, &self.evaluation);
        let map = Map::over(programme);
        let of_level = programme.units.iter().enumerate();
        let of_level = of_level.filter(|(_, unit)| unit.levels.iter().any(|own| own == level));
        let mut areas: Vec<Area> = of_level
            .map(|(at, unit)| {
                let rings = rings(programme, unit);
                let counts = counts.get(at).copied().unwrap_or_default().1;
                Area {
                    grade: grade(&counts),
                    unit: self.unit_link(at),
                    short: self.short(at),
                    path: map.path(rings),
                    middle: map.middle(rings),
                    counts,
                }
            })
            .collect();
        areas.retain(|area| area.counts.total() > 0);
        let mut worst: Vec<&Area> = areas.iter().filter(|a| a.counts.red() > 0).collect();
        worst.sort_by_key(|area| std::cmp::Reverse(area.counts.red()));
        worst.truncate(WORST_MAX);
        let worst: Vec<ChildLine> = worst
            .into_iter()
            .map(|area| ChildLine {
                unit: area.unit.clone(),
                counts: area.counts,
                trend: programme
                    .unit(&area.unit.id)
                    .and_then(|at| self.trend_of(at)),
            })
            .collect();
        Ok(OverviewPage {
            frame: self.frame(),
            summary: self.summary(notice),
            level: level.to_owned(),
            levels,
            areas,
            grades: GRADES,
            size: map.size,
            source: (&programme.outlines.source).into(),
            worst,
            changed: self.changed(),
        })
    }

    /// The measures of which more is red than a week ago, the greatest change first.
    fn changed(&self) -> Vec<Changed> {
        let before = Day(self.cx.at.0 - WEEK);
        if before < self.cx.programme.campaign.0 {
            return Vec::new();
        }
        let all = self.measures().map(|(notice, measure, result)| {
            let begun = result.duties.iter().filter(|d| d.period.from <= self.cx.at);
            let now: Counts = begun.map(|d| d.standing).collect();
            Changed {
                measure: (&measure.name).into(),
                clause: self.clause_link(notice, &measure.clause),
                was: self.counts_on(&measure.id, before).red(),
                now: now.red(),
            }
        });
        let mut all: Vec<Changed> = all.filter(|changed| changed.now > changed.was).collect();
        all.sort_by_key(|changed| std::cmp::Reverse(changed.now - changed.was));
        all.truncate(CHANGED_MAX);
        all
    }
}

/// How well a place stands, as one of the standings that the eye knows: by its share on time, were every unknown duty
/// unmet.
fn grade(counts: &Counts) -> Standing {
    match counts.on_time().worst() {
        None => Standing::Unknown,
        Some(rate) if rate >= GRADES[0] => Standing::Met,
        Some(rate) if rate >= GRADES[1] => Standing::OnTrack,
        Some(rate) if rate >= GRADES[2] => Standing::DueSoon,
        Some(_) => Standing::Overdue,
    }
}
