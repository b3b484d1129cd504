//! Functions that law defines, over lanes: see `function` for the law itself.

use super::call::day;
use super::lane::{Cell, Lane, length};
use super::{Reason, Run};
use crate::Function;
use crate::function::size_class::{self, Industry};
use crate::function::{arrears, lpr};
use std::collections::HashMap;

impl<'a> Run<'a> {
    pub(super) fn law(&self, function: Function, lanes: &[&Lane<'a>]) -> Lane<'a> {
        let len = length(lanes);
        match (function, lanes) {
            (Function::Lpr, [on]) => Lane::doubles(len, |row| {
                day(on, row).and(|on| {
                    lpr::rate(on)
                        .map(|e4| f64::from(e4) / 10_000.0)
                        .ok_or(Reason::PastRates)
                        .into()
                })
            }),
            (Function::SizeClass, [industry, employees, revenue, assets]) => {
                // Firms share few industries and fewer classes.
                let mut industries: HashMap<&str, Industry> = HashMap::new();
                Lane::few_texts(len, |row| {
                    let amount = |lane: &Lane<'_>| match lane.int(row) {
                        Cell::Is(n) => Some(n),
                        Cell::Nothing | Cell::Unknown(_) => None,
                    };
                    let indicators = [amount(employees), amount(revenue), amount(assets)];
                    industry.text(row).and(|code| {
                        let of = industries.entry(code).or_insert_with(|| Industry::of(code));
                        size(of, indicators)
                    })
                })
            }
            (Function::ArrearsDue, [payer, signed, anchor, agreed]) => Lane::ints(len, |row| {
                let facts = payer.text(row).zip(day(signed, row)).zip(day(anchor, row));
                facts.and(|((payer, signed), anchor)| {
                    optional(agreed.int(row)).and(|agreed| self.due(payer, signed, anchor, agreed))
                })
            }),
            (Function::OverdueInterest, [principal, due, paid, rate, signed]) => {
                Lane::ints(len, |row| {
                    let paid = match day(paid, row) {
                        Cell::Nothing => Cell::Is(self.world.today),
                        other => other,
                    };
                    let facts = principal.int(row).zip(day(due, row)).zip(paid);
                    facts.and(|((principal, due), paid)| {
                        optional(rate.double(row)).and(|rate| match rate {
                            None => arrears::statutory_interest(principal, due, paid).into(),
                            Some(rate) => day(signed, row).and(|signed| {
                                arrears::agreed_interest(principal, due, paid, rate, signed).into()
                            }),
                        })
                    })
                })
            }
            _ => Lane::unknown(None),
        }
    }

    /// The last day to pay; one that is not worked moves to the next working day (Civil Code, art. 203).
    fn due(
        &self,
        payer: &str,
        signed: crate::Day,
        anchor: crate::Day,
        agreed: Option<i64>,
    ) -> Cell<i64> {
        match arrears::term(payer, signed, agreed) {
            Err(reason) => Cell::Unknown(Some(reason)),
            Ok(None) => Cell::Nothing,
            Ok(Some(days)) => {
                let last = anchor.plus(days);
                let worked = self.world.calendar.on_or_after(last);
                worked
                    .map(|d| i64::from(d.0))
                    .ok_or(Reason::PastCalendar)
                    .into()
            }
        }
    }
}

fn size(industry: &Industry, indicators: [Option<i64>; 3]) -> Cell<&'static str> {
    match industry.class(indicators) {
        size_class::Told::Class(class) => Cell::Is(class),
        size_class::Told::Excluded => Cell::Nothing,
        size_class::Told::Missing => Cell::Unknown(None),
        size_class::Told::NotAnIndustry => Cell::Unknown(Some(Reason::NotAnIndustry)),
    }
}

/// An argument that may be absent: nothing is absent, unknown stays unknown.
fn optional<T>(cell: Cell<T>) -> Cell<Option<T>> {
    match cell {
        Cell::Nothing => Cell::Is(None),
        other => other.map(Some),
    }
}
