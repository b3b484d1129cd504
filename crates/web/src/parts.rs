//! Pieces that several pages share: bars, standing marks, cells, explanations.

use crate::reader::{Reader, standing_id};
use app::view::{
    Counts, DutyLine, FieldChange, Figure, GridCell, MatrixCell, NearMiss, Piece, Reason, Shown,
    Standing, Verdict,
};
use askama::Template;
use askama::filters::HtmlSafe;

/// The least share of a bar that is still seen, in percent.
const SEEN_PERCENT: f64 = 2.5;

/// A bar of standings.
#[derive(Template)]
#[template(path = "parts/bar.html")]
pub(crate) struct Bar {
    segments: Vec<Segment>,
    label: String,
}

struct Segment {
    class: &'static str,
    unknown: bool,
    x: String,
    width: String,
    title: String,
}

/// The mark of a standing: shape, colour and word.
#[derive(Template)]
#[template(path = "parts/mark.html")]
pub(crate) struct StandingMark {
    class: &'static str,
    word: &'static str,
}

/// One duty, or several, as a coloured cell that leads to what it is made of.
#[derive(Template)]
#[template(path = "parts/cell.html")]
pub(crate) struct Cell {
    href: String,
    class: &'static str,
    value: String,
    label: String,
    late: Option<&'static str>,
}

/// A rule's explanation, part by part.
#[derive(Template)]
#[template(path = "parts/why.html")]
pub(crate) struct Why<'a> {
    r: Reader,
    reason: &'a Reason,
}

/// The list of near misses.
#[derive(Template)]
#[template(path = "parts/near.html")]
pub(crate) struct Near<'a> {
    r: Reader,
    near: &'a [NearMiss],
}

/// A list of duties.
#[derive(Template)]
#[template(path = "parts/duties.html")]
pub(crate) struct Duties<'a> {
    r: Reader,
    duties: &'a [DutyLine],
}

/// What an entry changed, field by field.
#[derive(Template)]
#[template(path = "parts/changes.html")]
pub(crate) struct Changes<'a> {
    r: Reader,
    changes: &'a [FieldChange],
}

impl Changes<'_> {
    /// Whether a field held anything before that the reader sees.
    fn had(&self, one: &FieldChange) -> bool {
        !matches!(one.was, Shown::Unknown | Shown::Nothing | Shown::Masked)
    }

    /// Whether its new text is not there in full.
    fn is_short(&self, one: &FieldChange) -> bool {
        let mut pieces = one.pieces.iter();
        pieces.any(|piece| matches!(piece, Piece::Left(_)))
    }
}

impl HtmlSafe for Changes<'_> {}
impl HtmlSafe for Bar {}
impl HtmlSafe for StandingMark {}
impl HtmlSafe for Cell {}
impl HtmlSafe for Why<'_> {}
impl HtmlSafe for Near<'_> {}
impl HtmlSafe for Duties<'_> {}

impl Reader {
    pub(crate) fn bar(&self, counts: &Counts) -> Bar {
        let present: Vec<(Standing, usize)> = counts.present().collect();
        let total = counts.total() as f64;
        let wide: Vec<f64> = present
            .iter()
            .map(|(_, n)| (*n as f64 / total * 100.0).max(SEEN_PERCENT))
            .collect();
        let scale = 100.0 / wide.iter().sum::<f64>();
        let mut x = 0.0;
        let mut segments = Vec::new();
        for ((standing, n), share) in present.iter().zip(wide) {
            let width = share * scale;
            segments.push(Segment {
                class: standing_id(*standing),
                unknown: *standing == Standing::Unknown,
                x: format!("{x:.2}%"),
                width: format!("{width:.2}%"),
                title: format!("{} {n}", self.standing(standing)),
            });
            x += width;
        }
        Bar {
            segments,
            label: self.counted(counts),
        }
    }

    /// Counts in words: 完成 5 · 滞后 2.
    pub(crate) fn counted(&self, counts: &Counts) -> String {
        if counts.total() == 0 {
            return self.w.no_duties.to_owned();
        }
        counts
            .present()
            .map(|(s, n)| format!("{} {n}", self.standing(&s)))
            .collect::<Vec<_>>()
            .join(" · ")
    }

    /// The mark of a standing with its word.
    pub(crate) fn mark(&self, standing: &Standing) -> StandingMark {
        StandingMark {
            class: standing_id(*standing),
            word: self.standing(standing),
        }
    }

    /// All standings, in the order of a bar.
    pub(crate) fn standings(&self) -> [Standing; 10] {
        Counts::ORDER
    }

    /// A standing's class name.
    pub(crate) fn class(&self, standing: &Standing) -> &'static str {
        standing_id(*standing)
    }

    pub(crate) fn grid_cell(&self, cell: &GridCell, about: &str) -> Cell {
        let value = cell
            .value
            .as_ref()
            .map(|value| self.figure(value))
            .unwrap_or_default();
        let late = cell.recorded_late.then_some(self.w.recorded_late_mark);
        let parts = [
            about,
            self.standing(&cell.standing),
            &value,
            late.map_or("", |_| self.w.recorded_late),
        ];
        Cell {
            href: self.duty(&cell.duty),
            class: standing_id(cell.standing),
            label: joined(&parts),
            value,
            late,
        }
    }

    pub(crate) fn matrix_cell(&self, cell: &MatrixCell, about: &str) -> Cell {
        let worst = cell.counts.worst().unwrap_or(Standing::Excused);
        let value = match (&cell.value, cell.counts.total()) {
            (Some(value), _) => self.figure(value),
            (None, 1) => String::new(),
            (None, _) => cell.counts.get(worst).to_string(),
        };
        let counted = self.counted(&cell.counts);
        let known = cell
            .value
            .as_ref()
            .map(|_| value.as_str())
            .unwrap_or_default();
        Cell {
            href: self.target(&cell.target),
            class: standing_id(worst),
            label: joined(&[about, &counted, known]),
            value,
            late: None,
        }
    }

    pub(crate) fn why<'a>(&self, reason: &'a Reason) -> Why<'a> {
        Why { r: *self, reason }
    }

    pub(crate) fn near<'a>(&self, near: &'a [NearMiss]) -> Near<'a> {
        Near { r: *self, near }
    }

    pub(crate) fn duties<'a>(&self, duties: &'a [DutyLine]) -> Duties<'a> {
        Duties { r: *self, duties }
    }

    /// What an entry changed, field by field.
    pub(crate) fn changes<'a>(&self, changes: &'a [FieldChange]) -> Changes<'a> {
        Changes { r: *self, changes }
    }

    /// A verdict in words.
    pub(crate) fn verdict(&self, verdict: &Verdict) -> &'static str {
        match verdict {
            Verdict::True => self.w.verdict_true,
            Verdict::False => self.w.verdict_false,
            Verdict::Unknown => self.w.verdict_unknown,
        }
    }

    /// The mark of a verdict, drawn with the shapes of met, missed and unknown.
    pub(crate) fn verdict_class(&self, verdict: &Verdict) -> &'static str {
        match verdict {
            Verdict::True => "met",
            Verdict::False => "missed",
            Verdict::Unknown => "unknown",
        }
    }

    /// A value against its target: 6 / 10.
    pub(crate) fn against(&self, value: &Option<Figure>, target: &Option<f64>) -> String {
        match (value, target) {
            (Some(value), Some(target)) => {
                format!("{} / {}", self.figure(value), self.asked(target))
            }
            (Some(value), None) => self.figure(value),
            _ => String::new(),
        }
    }
}

fn joined(parts: &[&str]) -> String {
    parts
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join("，")
}
