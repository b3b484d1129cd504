//! Days and figures as people write them, in both languages.

use crate::reader::Reader;
use app::view::{Figure, Language, OnTime, Quantity, Standing};
use jiff::civil::{Date, Weekday};
use std::borrow::Borrow;
use std::fmt::Write;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const FEN_PER_WAN: f64 = 1_000_000.0;
const FEN_PER_MILLION: f64 = 100_000_000.0;

impl Reader {
    /// A day without its year: 9月26日, 26 Sep.
    pub(crate) fn day(&self, date: &Date) -> String {
        match self.language {
            Language::Zh => format!("{}月{}日", date.month(), date.day()),
            Language::En => format!("{} {}", date.day(), self.month(date)),
        }
    }

    /// A month: 9月, Sep.
    pub(crate) fn month(&self, date: &Date) -> String {
        match self.language {
            Language::Zh => format!("{}月", date.month()),
            Language::En => {
                let month = usize::try_from(date.month() - 1).unwrap_or_default();
                MONTHS.get(month).copied().unwrap_or_default().to_owned()
            }
        }
    }

    /// A weekday: 周二, Tue.
    pub(crate) fn weekday(&self, date: &Date) -> &'static str {
        let (zh, en) = match date.weekday() {
            Weekday::Monday => ("周一", "Mon"),
            Weekday::Tuesday => ("周二", "Tue"),
            Weekday::Wednesday => ("周三", "Wed"),
            Weekday::Thursday => ("周四", "Thu"),
            Weekday::Friday => ("周五", "Fri"),
            Weekday::Saturday => ("周六", "Sat"),
            Weekday::Sunday => ("周日", "Sun"),
        };
        if self.language == Language::Zh {
            zh
        } else {
            en
        }
    }

    /// A figure with its bounds: 11, 8–10, ≥ 8.
    pub(crate) fn figure(&self, figure: &Figure) -> String {
        let low = self.quantity(figure.low, figure.quantity);
        match figure.high {
            Some(high) if same(high, figure.low) => low,
            Some(high) => format!("{low}–{}", self.quantity(high, figure.quantity)),
            None => format!("≥ {low}"),
        }
    }

    fn quantity(&self, value: f64, quantity: Quantity) -> String {
        match quantity {
            Quantity::Count => grouped(value, 0),
            Quantity::Fen if self.language == Language::Zh => {
                format!("{} 万元", grouped(value / FEN_PER_WAN, 1))
            }
            Quantity::Fen => format!("¥{}m", grouped(value / FEN_PER_MILLION, 2)),
            Quantity::Share => percent(value),
            Quantity::Number => grouped(value, 2),
        }
    }

    /// A number as it was recorded.
    pub(crate) fn exact(&self, n: f64) -> String {
        grouped(n, 6)
    }

    /// The same, appended to a text.
    pub(crate) fn put_exact(&self, text: &mut String, n: f64) {
        match whole(n) {
            Some(n) => put_whole(text, n),
            None => text.push_str(&self.exact(n)),
        }
    }

    /// Money in fen as it was recorded.
    pub(crate) fn yuan(&self, fen: i64) -> String {
        self.say(self.w.value_yuan, &[&grouped(fen as f64 / 100.0, 2)])
    }

    /// A whole number of duties.
    pub(crate) fn number(&self, n: impl Borrow<usize>) -> String {
        grouped(*n.borrow() as f64, 0)
    }

    /// A number that a rule asks for.
    pub(crate) fn asked(&self, target: &f64) -> String {
        grouped(*target, 2)
    }

    /// The on-time rate as it is certain: its worst bound; a dash while nothing has come due.
    pub(crate) fn rate(&self, rate: impl Borrow<OnTime>) -> String {
        rate.borrow()
            .worst()
            .map_or_else(|| "—".to_owned(), percent)
    }

    /// The rate's bounds in words, where unknown duties open them.
    pub(crate) fn rate_bounds(&self, rate: impl Borrow<OnTime>) -> Option<String> {
        let rate = rate.borrow();
        let (worst, best) = (rate.worst()?, rate.best()?);
        (rate.unknown > 0).then(|| {
            fill(
                self.w.rate_bounds,
                &[
                    &percent(rate.unknown as f64 / rate.of as f64),
                    &percent(best),
                    &percent(worst),
                ],
            )
        })
    }

    /// The word of a standing.
    pub(crate) fn standing(&self, standing: &Standing) -> &'static str {
        let (zh, en) = standing.name();
        match self.language {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    /// A sentence of the page with `{}` replaced by values in order.
    pub(crate) fn say(&self, sentence: &str, values: &[&str]) -> String {
        fill(sentence, values)
    }
}

/// Replaces each `{}` by the next value.
pub(crate) fn fill(sentence: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let mut filled = String::new();
    for (n, part) in sentence.split("{}").enumerate() {
        if n > 0 {
            filled.push_str(values.next().copied().unwrap_or_default());
        }
        filled.push_str(part);
    }
    filled
}

fn percent(share: f64) -> String {
    // A rate is not written 100 % while anything is missing from it.
    let tenths = (share * 1000.0 + 1e-9).floor();
    if tenths % 10.0 == 0.0 {
        format!("{:.0}%", tenths / 10.0)
    } else {
        format!("{:.1}%", tenths / 10.0)
    }
}

/// A number with thin spaces between thousands and no superfluous decimals.
fn grouped(value: f64, decimals: usize) -> String {
    if let Some(n) = whole(value) {
        let mut text = String::new();
        put_whole(&mut text, n);
        return text;
    }
    let text = format!("{value:.decimals$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (n, digit) in whole.chars().enumerate() {
        let rest = whole.len() - n;
        if n > 0 && rest % 3 == 0 && digit.is_ascii_digit() && !grouped.ends_with('-') {
            grouped.push('\u{2009}');
        }
        grouped.push(digit);
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() {
        grouped
    } else {
        format!("{grouped}.{fraction}")
    }
}

/// A number without decimals, where a float still tells it from its neighbours.
fn whole(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() < 1e15).then_some(value as i64)
}

/// Appends a day as it is written in both languages: 2023-09-26.
pub(crate) fn put_day(text: &mut String, day: Date) {
    let digit = |n: i16| char::from(b'0' + u8::try_from(n % 10).unwrap_or_default());
    let (year, month, of_month) = (day.year(), i16::from(day.month()), i16::from(day.day()));
    if !(0..10_000).contains(&year) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{day}");
        return;
    }
    for n in [year / 1_000, year / 100, year / 10, year] {
        text.push(digit(n));
    }
    for n in [month, of_month] {
        text.extend(['-', digit(n / 10), digit(n)]);
    }
}

/// Appends a whole number with thin spaces between thousands.
fn put_whole(text: &mut String, n: i64) {
    if n < 0 {
        text.push('-');
    }
    put_thousands(text, n.unsigned_abs());
}

fn put_thousands(text: &mut String, n: u64) {
    let digit = |n: u64| char::from(b'0' + u8::try_from(n % 10).unwrap_or_default());
    match n {
        0..10 => text.push(digit(n)),
        10..100 => text.extend([digit(n / 10), digit(n)]),
        100..1_000 => text.extend([digit(n / 100), digit(n / 10), digit(n)]),
        _ => {
            put_thousands(text, n / 1_000);
            text.extend(['\u{2009}', digit(n / 100), digit(n / 10), digit(n)]);
        }
    }
}

fn same(a: f64, b: f64) -> bool {
    (a - b).abs() < f64::EPSILON
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn figures_show_their_bounds() {
        let zh = Reader::new(Language::Zh, None);
        let open = Figure {
            low: 8.0,
            high: None,
            quantity: Quantity::Count,
        };
        let money = Figure {
            low: 1_245_000_000.0,
            high: Some(1_245_000_000.0),
            quantity: Quantity::Fen,
        };
        assert_eq!(zh.figure(&Figure::between(8, 10)), "8–10");
        assert_eq!(zh.figure(&open), "≥ 8");
        assert_eq!(zh.figure(&money), "1\u{2009}245 万元");
        assert_eq!(Reader::new(Language::En, None).figure(&money), "¥12.45m");
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let written = [
            (0.0, "0"),
            (-0.0, "0"),
            (999.0, "999"),
            (-1000.0, "-1\u{2009}000"),
            (1_045_007.0, "1\u{2009}045\u{2009}007"),
            (1234.5, "1\u{2009}234.5"),
            (-0.25, "-0.25"),
            (
                1e18,
                "1\u{2009}000\u{2009}000\u{2009}000\u{2009}000\u{2009}000\u{2009}000",
            ),
        ];
        let zh = Reader::new(Language::Zh, None);
        for (number, text) in written {
            let mut put = String::new();
            zh.put_exact(&mut put, number);
            assert_eq!((zh.exact(number).as_str(), put.as_str()), (text, text));
        }
    }

    #[test]
    fn a_rate_is_never_rounded_up_to_the_whole() {
        assert_eq!(percent(0.9996), "99.9%");
        assert_eq!(percent(1.0), "100%");
    }

    #[test]
    fn a_day_is_written_as_dates_are() {
        for day in [
            date(2023, 9, 26),
            date(1, 1, 2),
            date(9999, 12, 31),
            date(-3, 4, 5),
        ] {
            let mut put = String::new();
            put_day(&mut put, day);
            assert_eq!(put, day.to_string());
        }
    }

    #[test]
    fn days_read_in_both_languages() {
        let day = date(2023, 9, 26);
        assert_eq!(Reader::new(Language::Zh, None).day(&day), "9月26日");
        assert_eq!(Reader::new(Language::En, None).day(&day), "26 Sep");
        assert_eq!(Reader::new(Language::Zh, None).weekday(&day), "周二");
    }
}
