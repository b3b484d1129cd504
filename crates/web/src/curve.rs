//! Small drawings whose places are worked out on the server: the ruler, the trend, the pace curve.

use crate::reader::Reader;
use app::view::{DateBar, Language, Pace, Trend};
use askama::Template;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};

/// Days from `from` to `to`, negative when `to` comes first.
fn days(from: Date, to: Date) -> f64 {
    f64::from((to - from).get_days())
}

fn share(from: Date, until: Date, day: Date) -> f64 {
    let length = days(from, until).max(1.0);
    (days(from, day) / length * 100.0).clamp(0.0, 100.0)
}

/// How wide the ruler is where it is narrow, in pixels.
const NARROW: f64 = 600.0;

/// The campaign as a ruler; places are percentages of its width.
pub(crate) struct Ruler {
    /// The drawing.
    pub(crate) svg: String,
    /// Number of days from the campaign's first day to its last, to today, and to the day shown.
    pub(crate) length: i32,
    pub(crate) last: i32,
    pub(crate) value: i32,
}

#[derive(Template)]
#[template(path = "parts/ruler.html")]
struct RulerDrawing {
    months: Vec<(String, String)>,
    marks: Vec<RulerMark>,
    phases: Vec<RulerPhase>,
    at: String,
    today: String,
}

struct RulerMark {
    at: f64,
    x: String,
    name: String,
    anchor: &'static str,
}

struct RulerPhase {
    x: String,
    width: String,
    name: String,
}

/// So many rulers are kept.
const RULERS: usize = 32;

/// Rulers that were drawn lately, by what they show and in which language: every page of a day has the same.
static DRAWN: Mutex<Vec<(Language, DateBar, Arc<Ruler>)>> = Mutex::new(Vec::new());

impl Ruler {
    /// The ruler of a day, drawn where it is not there yet.
    pub(crate) fn of(r: &Reader, bar: &DateBar) -> Arc<Self> {
        // A panic elsewhere leaves it whole: each change is one insertion or removal.
        let mut drawn = DRAWN.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |(language, of, _): &&(Language, DateBar, Arc<Self>)| {
            *language == r.language && of.at == bar.at && of == bar
        };
        if let Some((.., ruler)) = drawn.iter().rev().find(is_it) {
            return Arc::clone(ruler);
        }
        if drawn.len() >= RULERS {
            drawn.remove(0);
        }
        let ruler = Arc::new(Self::drawn(r, bar));
        drawn.push((r.language, bar.clone(), Arc::clone(&ruler)));
        ruler
    }

    fn drawn(r: &Reader, bar: &DateBar) -> Self {
        let at = |day: Date| format!("{:.2}%", share(bar.from, bar.until, day));
        let mut months = Vec::new();
        let mut month = bar.from;
        while month <= bar.until {
            months.push((at(month), r.month(&month)));
            month = match month.first_of_month().checked_add(1.month()) {
                Ok(next) => next,
                Err(_) => break,
            };
        }
        let marks = bar.marks.iter().map(|mark| {
            let x = share(bar.from, bar.until, mark.on);
            let anchor = if x < 4.0 {
                "start"
            } else if x > 96.0 {
                "end"
            } else {
                "middle"
            };
            RulerMark {
                at: x,
                x: format!("{x:.2}%"),
                name: r.t(&mark.name).to_owned(),
                anchor,
            }
        });
        let phases = bar.phases.iter().map(|phase| {
            let x = share(bar.from, bar.until, phase.from);
            let width = share(bar.from, bar.until, phase.until) - x;
            RulerPhase {
                x: format!("{x:.2}%"),
                width: format!("{width:.2}%"),
                name: r.t(&phase.name).to_owned(),
            }
        });
        let drawing = RulerDrawing {
            months,
            marks: apart(marks.collect()),
            phases: phases.collect(),
            at: at(bar.at),
            today: at(bar.today),
        };
        Self {
            // Writing to a string cannot fail.
            svg: drawing.render().unwrap_or_default(),
            length: (bar.until - bar.from).get_days(),
            last: (bar.today - bar.from).get_days(),
            value: (bar.at - bar.from).get_days(),
        }
    }
}

/// Marks whose names would run into each other give way to both sides.
fn apart(mut marks: Vec<RulerMark>) -> Vec<RulerMark> {
    let half = |mark: &RulerMark| {
        let wide = |c: char| if c.is_ascii() { 5.8 } else { 11.0 };
        mark.name.chars().map(wide).sum::<f64>() / 2.0 / NARROW * 100.0
    };
    for at in 1..marks.len() {
        let [one, next] = marks.get_mut(at - 1..=at).unwrap_or_default() else {
            continue;
        };
        if next.at - one.at < half(one) + half(next) {
            if one.anchor == "middle" {
                one.anchor = "end";
            }
            if next.anchor == "middle" {
                next.anchor = "start";
            }
        }
    }
    marks
}

/// The trend of a rate, in a box of 480 × 70.
pub(crate) struct Sparkline {
    pub(crate) worst: String,
    pub(crate) between: String,
    pub(crate) first: Option<(String, String)>,
    pub(crate) last: Option<(String, String)>,
}

impl Sparkline {
    pub(crate) const WIDTH: f64 = 480.0;
    pub(crate) const HEIGHT: f64 = 70.0;

    pub(crate) fn of(r: &Reader, trend: &Trend) -> Self {
        let points = &trend.points;
        let (from, until) = match (points.first(), points.last()) {
            (Some(first), Some(last)) => (first.on, last.on),
            _ => {
                return Self {
                    worst: String::new(),
                    between: String::new(),
                    first: None,
                    last: None,
                };
            }
        };
        let spot = |on: Date, rate: f64| {
            let x = share(from, until, on) / 100.0 * Self::WIDTH;
            format!(
                "{x:.1},{:.1}",
                Self::HEIGHT - rate.clamp(0.0, 1.0) * Self::HEIGHT
            )
        };
        let worst: Vec<String> = points.iter().map(|p| spot(p.on, p.worst)).collect();
        let best: Vec<String> = points.iter().rev().map(|p| spot(p.on, p.best)).collect();
        let end = |point: Option<&app::view::TrendPoint>| {
            point.map(|p| (r.day(&p.on), format!("{:.0}%", (p.worst * 100.0).floor())))
        };
        Self {
            between: format!("{} {}", worst.join(" "), best.join(" ")),
            worst: worst.join(" "),
            first: end(points.first()),
            last: end(points.last()),
        }
    }
}

impl Reader {
    /// A trend as a line among words, with its ends said; nothing where there is none.
    pub(crate) fn spark(&self, trend: &Option<Trend>) -> String {
        let Some(trend) = trend else {
            return String::new();
        };
        let line = Sparkline::of(self, trend);
        let ends = line.first.zip(line.last);
        let says = ends.map_or_else(String::new, |((_, first), (_, last))| {
            format!("{}{}{first} → {last}", self.w.trend, self.w.colon)
        });
        let of = format!("0 0 {} {}", Sparkline::WIDTH, Sparkline::HEIGHT);
        format!(
            "<svg class=\"spark\" viewBox=\"{of}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{says}\"><title>{says}</title><polyline class=\"rate\" points=\"{}\"/></svg>",
            line.worst
        )
    }
}

/// The pace curve of a duty, in a box of 640 × 200.
pub(crate) struct PaceCurve {
    pub(crate) plan: String,
    pub(crate) done: String,
    pub(crate) between: String,
    pub(crate) expected: String,
    pub(crate) target_y: String,
    pub(crate) at_x: Option<String>,
    pub(crate) ticks: Vec<(String, String)>,
    pub(crate) levels: Vec<(String, String)>,
    /// The same points for the interactive curve.
    pub(crate) data: String,
}

impl PaceCurve {
    pub(crate) const WIDTH: f64 = 640.0;
    pub(crate) const HEIGHT: f64 = 200.0;

    pub(crate) fn of(r: &Reader, pace: &Pace) -> Option<Self> {
        let (from, until) = (pace.points.first()?.on, pace.points.last()?.on);
        let reached = pace
            .points
            .iter()
            .flat_map(|p| [p.done, p.expected])
            .flatten()
            .map(|(_, high)| high);
        let top = reached.fold(pace.target, f64::max) * 1.1;
        let x = |on: Date| share(from, until, on) / 100.0 * Self::WIDTH;
        let y = |value: f64| Self::HEIGHT - value / top * Self::HEIGHT;
        let spot = |on: Date, value: f64| format!("{:.1},{:.1}", x(on), y(value));
        let line = |values: Vec<(Date, f64)>| {
            values
                .into_iter()
                .map(|(on, v)| spot(on, v))
                .collect::<Vec<_>>()
                .join(" ")
        };
        let done: Vec<(Date, (f64, f64))> = pace
            .points
            .iter()
            .filter_map(|p| Some((p.on, p.done?)))
            .collect();
        let expected: Vec<(Date, (f64, f64))> = pace
            .points
            .iter()
            .filter_map(|p| Some((p.on, p.expected?)))
            .collect();
        let band = |bounds: &[(Date, (f64, f64))]| {
            let low = bounds.iter().map(|(on, (low, _))| (*on, *low));
            let high = bounds.iter().rev().map(|(on, (_, high))| (*on, *high));
            line(low.chain(high).collect())
        };
        let step = (pace.points.len() / 6).max(1);
        let ticks = pace
            .points
            .iter()
            .step_by(step)
            .map(|p| (format!("{:.1}", x(p.on)), r.day(&p.on)));
        Some(Self {
            plan: line(pace.points.iter().map(|p| (p.on, p.plan)).collect()),
            done: line(done.iter().map(|(on, (low, _))| (*on, *low)).collect()),
            between: band(&done),
            expected: band(&expected),
            target_y: format!("{:.1}", y(pace.target)),
            at_x: done.last().map(|(on, _)| format!("{:.1}", x(*on))),
            ticks: ticks.collect(),
            levels: [0.0, pace.target]
                .map(|v| (format!("{:.1}", y(v)), r.asked(&v)))
                .to_vec(),
            data: data(r, pace),
        })
    }
}

/// The points and words that the interactive curve needs, as JSON.
fn data(r: &Reader, pace: &Pace) -> String {
    let series = |bounds: fn(&app::view::PacePoint) -> Option<(f64, f64)>| -> Vec<_> {
        pace.points
            .iter()
            .map(|p| bounds(p).map(|(low, high)| json!([low, high])))
            .collect()
    };
    json!({
        "days": pace.points.iter().map(|p| r.day(&p.on)).collect::<Vec<_>>(),
        "plan": pace.points.iter().map(|p| p.plan).collect::<Vec<_>>(),
        "done": series(|p| p.done),
        "expected": series(|p| p.expected),
        "target": pace.target,
        "words": {
            "plan": r.w.pace_plan, "done": r.w.pace_done, "expected": r.w.pace_expected, "target": r.w.pace_target,
        },
    })
    .to_string()
}
