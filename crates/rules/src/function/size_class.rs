//! Size classes of enterprises: MIIT 工信部联企业〔2011〕300号, its industries mapped to GB/T 4754-2017 by the
//! statistics bureau's 国统字〔2017〕213号.

use std::sync::LazyLock;

/// The classes from the smallest.
pub(crate) const CLASSES: [&str; 4] = ["micro", "small", "medium", "large"];
/// Fen in 10,000 yuan.
const WAN_FEN: i64 = 1_000_000;
/// Indicators, in the order of the function's arguments.
const INDICATORS: [&str; 3] = ["employees", "revenue", "assets"];

/// A lower bound of one indicator in one industry.
pub(crate) struct Threshold {
    industry: &'static str,
    /// Position in [`INDICATORS`].
    indicator: usize,
    /// For small, medium, large; persons or fen.
    min: [i64; 3],
}

static THRESHOLDS: LazyLock<Vec<Threshold>> = LazyLock::new(|| {
    include_str!("../../data/size-thresholds.csv")
        .lines()
        .filter_map(threshold)
        .collect()
});

/// Prefix of the GB/T 4754 code and the regulation's industry; empty where the regulation does not apply.
static INDUSTRIES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let lines = include_str!("../../data/size-industries.csv").lines();
    lines
        .skip(1)
        .filter_map(|line| line.split_once(','))
        .collect()
});

fn threshold(line: &'static str) -> Option<Threshold> {
    let cells: Vec<&'static str> = line.split(',').collect();
    let [industry, indicator, large, medium, small, unit] = cells[..] else {
        return None;
    };
    let scale = if unit == "人" { 1 } else { WAN_FEN };
    let bound = |cell: &str| cell.parse::<i64>().ok().map(|n| n * scale);
    Some(Threshold {
        industry,
        indicator: INDICATORS.iter().position(|i| *i == indicator)?,
        min: [bound(small)?, bound(medium)?, bound(large)?],
    })
}

/// What can be said of an enterprise's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// `micro`, `small`, `medium` or `large`.
    Class(&'static str),
    /// The regulation does not class this industry (finance, education, health, railways …).
    Excluded,
    /// An indicator is missing that could decide it.
    Missing,
    /// No GB/T 4754 code, or too short to tell the industry.
    NotAnIndustry,
}

/// An industry as the regulation sees it.
pub(crate) enum Industry {
    /// The regulation does not class it.
    Excluded,
    /// The code names none.
    Unheard,
    /// Its bounds, by indicator.
    Classed(Vec<&'static Threshold>),
}

impl Industry {
    /// The industry of a GB/T 4754 code: that of the longest prefix.
    pub(crate) fn of(code: &str) -> Self {
        let longest = INDUSTRIES
            .iter()
            .filter(|(prefix, _)| code.starts_with(prefix))
            .max_by_key(|(prefix, _)| prefix.len());
        match longest {
            Some((_, "")) => Self::Excluded,
            Some((_, industry)) => Self::Classed(
                THRESHOLDS
                    .iter()
                    .filter(|t| t.industry == *industry)
                    .collect(),
            ),
            None => Self::Unheard,
        }
    }

    /// The class by employees, revenue in fen and assets in fen; a class is reached when every indicator of the
    /// industry reaches its bound, the bound included. One indicator below the small bound decides alone.
    pub(crate) fn class(&self, indicators: [Option<i64>; 3]) -> Told {
        let thresholds = match self {
            Self::Excluded => return Told::Excluded,
            Self::Unheard => return Told::NotAnIndustry,
            Self::Classed(thresholds) => thresholds,
        };
        let mut class = CLASSES.len() - 1;
        let mut missing = false;
        for threshold in thresholds {
            match indicators.get(threshold.indicator).copied().flatten() {
                None => missing = true,
                Some(value) => {
                    class = class.min(threshold.min.iter().filter(|m| value >= **m).count());
                }
            }
        }
        if missing && class > 0 {
            return Told::Missing;
        }
        CLASSES.get(class).map_or(Told::Missing, |c| Told::Class(c))
    }
}
