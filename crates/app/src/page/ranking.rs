//! Rankings of the opened clause.

use super::name::period_name;
use crate::app::Reading;
use crate::view::{Figure, Quantity, RankingRow, RankingTable, UnitLink};
use engine::{Ranked, ranking};
use programme::model::{Notice, Ranking};
use rules::Type;

impl Reading<'_> {
    /// Each ranking of a clause in the latest of its periods that has begun.
    pub(crate) fn rankings(&self, notice: &Notice, clause: &str) -> Vec<RankingTable> {
        let mine = notice
            .rankings
            .iter()
            .filter(|r| r.clause.as_deref() == Some(clause));
        mine.filter_map(|r| self.ranking(r)).collect()
    }

    fn ranking(&self, declared: &Ranking) -> Option<RankingTable> {
        // A period whose values nobody has told yet says nothing: the one before is shown.
        let periods = ranking(self.cx, declared);
        let told = periods
            .iter()
            .rev()
            .find(|p| p.units.iter().any(|u| u.place.is_some()));
        let latest = told.or(periods.last())?;
        Some(RankingTable {
            name: (&declared.name).into(),
            period: period_name(&latest.period),
            provisional: latest.units.iter().any(|u| u.provisional),
            rows: latest
                .units
                .iter()
                .map(|u| self.ranking_row(declared, u))
                .collect(),
        })
    }

    fn ranking_row(&self, declared: &Ranking, ranked: &Ranked) -> RankingRow {
        let quantity = match declared.value.root.ty {
            Type::Money => Quantity::Fen,
            Type::Double => Quantity::Share,
            _ => Quantity::Number,
        };
        let unit = ranked.unit as usize;
        RankingRow {
            place: ranked.place,
            unit: UnitLink {
                id: self.unit_link(unit).id,
                name: self.short(unit),
            },
            value: ranked.value.low.map(|low| Figure {
                low,
                high: ranked.value.high,
                quantity,
            }),
            prize: (ranked.prize_fen > 0).then(|| {
                let prize = ranked.prize_fen as f64;
                Figure {
                    low: prize,
                    high: Some(prize),
                    quantity: Quantity::Fen,
                }
            }),
        }
    }
}
