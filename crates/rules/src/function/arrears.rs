//! Payment to small and medium enterprises: the Regulations on Ensuring Payment, State Council Order 728
//! (in force from 2020-09-01) and its revision, Order 802 (from 2025-06-01).
//!
//! The payer is `government`, `institution` or `large` (enterprise), as it was when the contract was signed.

use super::lpr;
use crate::Day;
use crate::run::Reason;

/// 2020-09-01.
const ORDER_728_FROM: Day = Day(18_506);
/// 2025-06-01.
const ORDER_802_FROM: Day = Day(20_240);
/// Terms longer than a century are slips of the pen.
const DAYS_MAX: i64 = 36_500;
/// Decimals kept of an agreed rate: a hundred-millionth.
const RATE_PARTS: f64 = 100_000_000.0;

/// Days from the anchor (delivery, acceptance, the end of the acceptance period, or the settled amount's confirmation) to
/// the last day to pay; `None` for a payer whom the regulations do not oblige.
///
/// Government and institutions: 30 days, by contract up to 60. Large enterprises: as agreed, else 60 days under
/// Order 802; Order 728 names no number.
pub(crate) fn term(payer: &str, signed: Day, agreed: Option<i64>) -> Result<Option<i32>, Reason> {
    if agreed.is_some_and(|days| days < 0) {
        return Err(Reason::NegativeAmount);
    }
    let agreed = agreed.map(|days| days.min(DAYS_MAX) as i32);
    let public = matches!(payer, "government" | "institution");
    if !public && payer != "large" {
        return Ok(None);
    }
    if signed < ORDER_728_FROM {
        return agreed.map(Some).ok_or(Reason::NotInLaw);
    }
    if public {
        return Ok(Some(agreed.unwrap_or(30).min(60)));
    }
    if signed < ORDER_802_FROM {
        return agreed.map(Some).ok_or(Reason::NoTermInLaw);
    }
    Ok(Some(agreed.unwrap_or(60)))
}

/// Days of delay: from the day after `due` to the day of payment.
fn days_late(due: Day, paid: Day) -> i128 {
    i128::from((i64::from(paid.0) - i64::from(due.0)).max(0))
}

fn rounded(parts: i128, whole: i128) -> Result<i64, Reason> {
    i64::try_from((2 * parts + whole) / (2 * whole)).map_err(|_| Reason::Overflow)
}

/// Simple interest in fen where no rate was agreed: 0.05 % a day (art. 15 of Order 728, art. 17 of Order 802).
pub(crate) fn statutory_interest(principal_fen: i64, due: Day, paid: Day) -> Result<i64, Reason> {
    if principal_fen < 0 {
        return Err(Reason::NegativeAmount);
    }
    rounded(i128::from(principal_fen) * 5 * days_late(due, paid), 10_000)
}

/// Simple interest in fen at the agreed rate a year (0.05 is 5 %), a year having 365 days; the rate is at least the
/// one-year loan prime rate of the day of signing (same articles).
pub(crate) fn agreed_interest(
    principal_fen: i64,
    due: Day,
    paid: Day,
    rate: f64,
    signed: Day,
) -> Result<i64, Reason> {
    if principal_fen < 0 || rate < 0.0 {
        return Err(Reason::NegativeAmount);
    }
    let floor = i64::from(lpr::rate(signed).ok_or(Reason::PastRates)?) * 10_000;
    let parts = super::whole(rate * RATE_PARTS)
        .ok_or(Reason::Overflow)?
        .max(floor);
    let interest = i128::from(principal_fen)
        .checked_mul(i128::from(parts))
        .and_then(|x| x.checked_mul(days_late(due, paid)))
        .filter(|x| *x < i128::MAX / 4)
        .ok_or(Reason::Overflow)?;
    rounded(interest, 365 * RATE_PARTS as i128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_orders_begin_on_their_days() {
        assert_eq!(Day::parse("2020-09-01"), Some(ORDER_728_FROM));
        assert_eq!(Day::parse("2025-06-01"), Some(ORDER_802_FROM));
    }
}
