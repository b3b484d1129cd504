//! Numbers as people write them, read exactly: digits and a power of ten, never a float.

use super::Refusal;
use crate::text::narrow;

/// A decimal number: `digits` × 10^`power`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(crate) digits: i128,
    pub(crate) power: i32,
}

impl Decimal {
    /// As a whole number after a shift by powers of ten; `None` where a fraction is left or it is too large.
    pub(crate) fn whole(self, shift: i32) -> Option<i64> {
        if self.digits == 0 {
            return Some(0);
        }
        let (mut digits, mut power) = (self.digits, self.power.checked_add(shift)?);
        while power < 0 && digits % 10 == 0 {
            (digits, power) = (digits / 10, power + 1);
        }
        if !(0..=38).contains(&power) {
            return None;
        }
        let digits = digits.checked_mul(10_i128.checked_pow(power.unsigned_abs())?)?;
        i64::try_from(digits).ok()
    }

    /// The nearest float after a shift by powers of ten.
    pub(crate) fn float(self, shift: i32) -> Option<f64> {
        let power = self.power.checked_add(shift)?;
        let text = format!("{}e{power}", self.digits);
        text.parse().ok().filter(|n: &f64| n.is_finite())
    }
}

/// A number with what stood beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) number: Decimal,
    /// `%` stood behind it.
    pub(crate) percent: bool,
    /// The power of ten of a unit of money behind it (4 for 万元), where there was one.
    pub(crate) money: Option<i32>,
    /// Any other words behind it.
    pub(crate) unit: String,
}

/// Units of money and their powers of ten.
const MONEY: [(&str, i32); 17] = [
    ("万亿元", 12),
    ("万亿", 12),
    ("亿元", 8),
    ("亿", 8),
    ("百万元", 6),
    ("千万元", 7),
    ("十万元", 5),
    ("万元", 4),
    ("万", 4),
    ("千元", 3),
    ("元", 0),
    ("yuan", 0),
    ("rmb", 0),
    ("cny", 0),
    ("10000yuan", 4),
    ("millionyuan", 6),
    ("¥", 0),
];

/// The power of ten of a unit of money; `人民币` and `单位` before it are understood.
pub(crate) fn money_unit(text: &str) -> Option<i32> {
    let plain = crate::text::plain(text).replace(',', "");
    let plain = plain
        .trim_start_matches("单位")
        .trim_start_matches([':', '：']);
    let plain = plain
        .trim_start_matches("人民币")
        .trim_start_matches([':', '：']);
    MONEY
        .iter()
        .find(|(unit, _)| *unit == plain)
        .map(|(_, power)| *power)
}

/// Reads a number as a person writes it: `¥1,234.50`, `(3.2万元)`, `12 %`, `-5家`.
pub(crate) fn written(text: &str) -> Result<Written, Refusal> {
    let narrow = narrow(text);
    let mut text: &str = narrow.trim();
    let mut negative = false;
    if let Some(inside) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        (negative, text) = (true, inside.trim());
    }
    if let Some(rest) = text.strip_prefix('-') {
        if negative {
            return Err(Refusal::NoNumber);
        }
        (negative, text) = (true, rest.trim_start());
    } else if let Some(rest) = text.strip_prefix('+') {
        text = rest.trim_start();
    }
    for sign in ["¥", "RMB", "CNY", "人民币"] {
        text = text.strip_prefix(sign).unwrap_or(text).trim_start();
    }
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.'))
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let scientific = rest.starts_with(['e', 'E'])
        && rest.get(1..).is_some_and(|r| {
            r.trim_start_matches(['+', '-'])
                .starts_with(|c: char| c.is_ascii_digit())
        });
    if scientific {
        return Err(Refusal::Scientific);
    }
    let mut number = grouped(digits)?;
    if negative {
        number.digits = -number.digits;
    }
    let rest = rest.trim();
    let percent = rest == "%";
    let money = money_unit(rest).filter(|_| !rest.is_empty());
    let unit = if percent {
        String::new()
    } else {
        rest.to_owned()
    };
    Ok(Written {
        number,
        percent,
        money,
        unit,
    })
}

/// Digits with thousands separators in their right places, and at most one point.
fn grouped(text: &str) -> Result<Decimal, Refusal> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let bad =
        whole.is_empty() || part.contains(['.', ',']) || (text.contains('.') && part.is_empty());
    if bad {
        return Err(Refusal::NoNumber);
    }
    if whole.contains(',') {
        let mut groups = whole.split(',');
        let first = groups.next().unwrap_or_default();
        if first.is_empty() || first.len() > 3 || groups.any(|group| group.len() != 3) {
            return Err(Refusal::Separators);
        }
    }
    let digits: String = whole
        .chars()
        .chain(part.chars())
        .filter(char::is_ascii_digit)
        .collect();
    if digits.len() > 36 {
        return Err(Refusal::TooLarge);
    }
    let digits = digits.parse().map_err(|_| Refusal::NoNumber)?;
    let power = i32::try_from(part.len()).map_or(0, |n| -n);
    Ok(Decimal { digits, power })
}

/// The number of a cell of type number, with the 15 digits that a spreadsheet keeps and shows.
/// A value reckoned in binary such as 0.1 + 0.2 is 0.3 here, as the person saw it.
pub(crate) fn of_cell(text: &str) -> Option<Decimal> {
    let float: f64 = text.parse().ok().filter(|n: &f64| n.is_finite())?;
    if float == 0.0 {
        return Some(Decimal {
            digits: 0,
            power: 0,
        });
    }
    let text = format!("{float:.14e}");
    let (mantissa, power) = text.split_once('e')?;
    let digits: i128 = mantissa.replace('.', "").parse().ok()?;
    let mut number = Decimal {
        digits,
        power: power.parse::<i32>().ok()? - 14,
    };
    while number.digits % 10 == 0 {
        number = Decimal {
            digits: number.digits / 10,
            power: number.power + 1,
        };
    }
    Some(number)
}

/// Whether a number cell has more whole digits than a spreadsheet keeps, so that its last ones are made up.
pub(crate) fn digits_lost(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(|n| n.abs() >= 1e15)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fen(text: &str) -> Option<i64> {
        let written = written(text).ok()?;
        written.number.whole(written.money.unwrap_or(0) + 2)
    }

    #[test]
    fn money_is_read_exactly_in_every_way_it_is_written() {
        for (text, expected) in [
            ("1234.5", 123_450),
            ("1,234.50", 123_450),
            ("¥1,234", 123_400),
            ("￥１２.３４", 1_234),
            ("12.3万元", 12_300_000),
            ("0.000001亿", 10_000),
            ("3 万", 3_000_000),
            ("(5.20)", -520),
            ("（５万元）", -5_000_000),
            ("-0.01元", -1),
            ("92233720368547758.07", i64::MAX),
        ] {
            assert_eq!(fen(text), Some(expected), "{text}");
        }
        for text in ["0.001", "1.2345", "0.0000001万元", "92233720368547758.08"] {
            assert_eq!(fen(text), None, "{text}");
        }
        for text in ["", ".", "5.", ".5", "1.2.3", "十", "--5", "(-5)", "¥"] {
            assert!(written(text).is_err(), "{text}");
        }
        assert_eq!(written("12,34"), Err(Refusal::Separators));
        assert_eq!(written("1.2E+05"), Err(Refusal::Scientific));
    }

    #[test]
    fn a_cell_counts_with_the_digits_that_people_see() {
        for (text, expected) in [
            ("0.30000000000000004", 30),
            ("0.28999999999999998", 29),
            ("1.2E5", 12_000_000),
            ("1234567890123.45", 123_456_789_012_345),
            ("-5e-2", -5),
            ("0", 0),
        ] {
            assert_eq!(
                of_cell(text).and_then(|n| n.whole(2)),
                Some(expected),
                "{text}"
            );
        }
        assert_eq!(of_cell("0.005").and_then(|n| n.whole(2)), None);
        assert!(digits_lost("1234567890123456"));
    }
}
