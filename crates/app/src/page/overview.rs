//! The whole at a glance: a map, what is worst, what changed in a week.

use crate::app::Reading;
use crate::view::{Area, Changed, Choice, Counts, OverviewPage, Standing, Text, UnitLink};
use crate::{Error, Thing};
use engine::roll_up;
use programme::model::{Programme, Ring, Unit};
use rules::Day;
use std::fmt::Write;

/// So many places with most trouble are listed.
const WORST_MAX: usize = 10;
/// So many measures that got worse are listed.
const CHANGED_MAX: usize = 8;
/// The map's width.
const WIDTH: f64 = 560.0;
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
        let mut worst: Vec<(UnitLink, Counts)> = areas
            .iter()
            .filter(|area| area.counts.red() > 0)
            .map(|area| (area.unit.clone(), area.counts))
            .collect();
        worst.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.red()));
        worst.truncate(WORST_MAX);
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

/// The levels of which more than one place has an outline, or where there are no outlines those of more than one unit.
fn levels(programme: &Programme) -> Vec<Choice> {
    let drawn =
        |unit: &&Unit| programme.outlines.areas.is_empty() || !rings(programme, unit).is_empty();
    let several = |id: &str| {
        let of = programme.units.iter().filter(drawn);
        of.filter(|unit| unit.levels.iter().any(|own| own == id))
            .nth(1)
    };
    // Levels need no declaration to be held.
    let mut ids: Vec<&String> = programme.levels.iter().map(|(id, _)| id).collect();
    for id in programme.units.iter().flat_map(|unit| &unit.levels) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let name = |id: &str| {
        let found = programme.levels.iter().find(|(known, _)| known == id);
        found.map_or_else(|| Text::same(id), |(_, name)| Text::from(name))
    };
    let ids = ids.into_iter().filter(|id| several(id).is_some());
    ids.map(|id| Choice {
        id: id.clone(),
        name: name(id),
    })
    .collect()
}

/// The outline of a unit's division.
fn rings<'p>(programme: &'p Programme, unit: &Unit) -> &'p [Ring] {
    let division = unit.division.and_then(|at| programme.divisions.get(at));
    let found = division.and_then(|division| programme.outlines.areas.get(&division.code));
    found.map_or(&[], Vec::as_slice)
}

/// Degrees on a plane: equirectangular, true at the middle latitude.
struct Map {
    west: f64,
    north: f64,
    /// Units of the map for a degree of longitude and of latitude.
    scale: (f64, f64),
    size: (f64, f64),
}

impl Map {
    fn over(programme: &Programme) -> Self {
        let points = programme.outlines.areas.values().flatten().flatten();
        let (mut west, mut east) = (f64::MAX, f64::MIN);
        let (mut south, mut north) = (f64::MAX, f64::MIN);
        for (x, y) in points {
            (west, east) = (west.min(*x), east.max(*x));
            (south, north) = (south.min(*y), north.max(*y));
        }
        if west >= east || south >= north {
            return Self {
                west: 0.0,
                north: 0.0,
                scale: (0.0, 0.0),
                size: (0.0, 0.0),
            };
        }
        let narrower = ((south + north) / 2.0).to_radians().cos();
        let x = WIDTH / (east - west);
        let y = x / narrower;
        Self {
            west,
            north,
            scale: (x, y),
            size: (WIDTH, ((north - south) * y).ceil()),
        }
    }

    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let to_tenth = |n: f64| (n * 10.0).round() / 10.0;
        let x = to_tenth((x - self.west) * self.scale.0);
        (x, to_tenth((self.north - y) * self.scale.1))
    }

    /// The shape, without points that are less than half a unit from the one before.
    fn path(&self, rings: &[Ring]) -> String {
        let mut path = String::new();
        for ring in rings {
            let mut points: Vec<(f64, f64)> = Vec::new();
            for point in ring.iter().map(|point| self.at(*point)) {
                let far =
                    |last: &(f64, f64)| (last.0 - point.0).abs() + (last.1 - point.1).abs() >= 0.7;
                if points.last().is_none_or(far) {
                    points.push(point);
                }
            }
            // Islands of less than a dot.
            if points.len() < 3 {
                continue;
            }
            for (nth, (x, y)) in points.iter().enumerate() {
                // Writing to a string cannot fail.
                let _ = write!(path, "{}{x} {y}", if nth == 0 { "M" } else { "L" });
            }
            path.push('Z');
        }
        path
    }

    /// The middle of the greatest ring's corners.
    fn middle(&self, rings: &[Ring]) -> (f64, f64) {
        let Some(ring) = rings.iter().max_by_key(|ring| ring.len()) else {
            return (0.0, 0.0);
        };
        let sum = ring
            .iter()
            .fold((0.0, 0.0), |sum, p| (sum.0 + p.0, sum.1 + p.1));
        let n = ring.len().max(1) as f64;
        self.at((sum.0 / n, sum.1 / n))
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
