//! Figures with their bounds.

/// What a figure counts, so that it can be written in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Whole things: events, visits, firms.
    Count,
    /// Money in fen.
    Fen,
    /// A share, 1.0 being the whole.
    Share,
    /// Any other number.
    Number,
}

/// A value between two bounds, equal when everything needed is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// The least it can be.
    pub low: f64,
    /// The most it can be; `None` when there is no upper bound.
    pub high: Option<f64>,
    /// What it counts.
    pub quantity: Quantity,
}

impl Figure {
    /// A known number of whole things.
    pub fn count(n: u32) -> Self {
        Self {
            low: f64::from(n),
            high: Some(f64::from(n)),
            quantity: Quantity::Count,
        }
    }

    /// A number of whole things known only to lie between two bounds.
    pub fn between(low: u32, high: u32) -> Self {
        Self {
            low: f64::from(low),
            high: Some(f64::from(high)),
            quantity: Quantity::Count,
        }
    }
}
