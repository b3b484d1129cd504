//! Outlines of places on a plane, and which levels of places can be shown.

use crate::view::{Choice, Text};
use programme::model::{Programme, Ring, Unit};
use std::fmt::Write;

/// The map's width.
const WIDTH: f64 = 560.0;

/// The levels of which more than one place has an outline, or where there are no outlines those of more than one unit.
pub(super) fn levels(programme: &Programme) -> Vec<Choice> {
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
pub(super) fn rings<'p>(programme: &'p Programme, unit: &Unit) -> &'p [Ring] {
    let division = unit.division.and_then(|at| programme.divisions.get(at));
    let found = division.and_then(|division| programme.outlines.areas.get(&division.code));
    found.map_or(&[], Vec::as_slice)
}

/// Degrees on a plane: equirectangular, true at the middle latitude.
pub(super) struct Map {
    west: f64,
    north: f64,
    /// Units of the map for a degree of longitude and of latitude.
    scale: (f64, f64),
    /// Its width and height.
    pub(super) size: (f64, f64),
}

impl Map {
    pub(super) fn over(programme: &Programme) -> Self {
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
    pub(super) fn path(&self, rings: &[Ring]) -> String {
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
    pub(super) fn middle(&self, rings: &[Ring]) -> (f64, f64) {
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
