//! Days, moments and periods as people and spreadsheets write them.

use super::Refusal;
use crate::text::narrow;
use programme::PeriodKind;
use rules::{Day, Moment};

/// Years that a date may have; others are slips of the finger.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;

/// A day from text. `year` is taken where the text names none.
pub(crate) fn day(text: &str, year: Option<i16>) -> Result<Day, Refusal> {
    let narrow = narrow(text);
    let text = narrow.trim();
    // A day with its time, as other systems write it: the day counts.
    let (date, time) = match text.find(['T', ' ']).map(|at| text.split_at(at)) {
        Some((date, time)) if time.contains(':') => (date, Some(time)),
        _ => (text, None),
    };
    if let Some(time) = time {
        clock(time.trim_start_matches(['T', ' '])).ok_or(Refusal::NoDate)?;
    }
    let compact: String = date.chars().filter(|c| !c.is_whitespace()).collect();
    if compact.len() == 8 && compact.bytes().all(|b| b.is_ascii_digit()) {
        let number = |from, to| {
            compact
                .get(from..to)
                .and_then(|n: &str| n.parse::<i16>().ok())
        };
        return match (number(0, 4), number(4, 6), number(6, 8)) {
            (Some(y), Some(m), Some(d)) => civil(y, m, d),
            _ => Err(Refusal::NoDate),
        };
    }
    let parts = parts(&compact).ok_or(Refusal::NoDate)?;
    match parts.as_slice() {
        [(y, ylen), (m, _), (d, dlen)] => match (*ylen, *dlen) {
            (4, _) => civil(*y, *m, *d),
            // 26/9/2023 and 9/26/2023 are the same to a reader who does not know the writer.
            (_, 4) => Err(Refusal::DayFirst),
            (1 | 2, _) => Err(Refusal::ShortYear),
            _ => Err(Refusal::NoDate),
        },
        [(m, mlen), (d, _)] if *mlen <= 2 && compact.ends_with(['日', '号']) => match year {
            Some(year) => civil(year, *m, *d),
            None => Err(Refusal::NoYear),
        },
        [(_, 4), (_, _)] => Err(Refusal::NoDay),
        _ => Err(Refusal::NoDate),
    }
}

/// The numbers of a date with their lengths, where what stands between them is what stands between the parts of dates.
fn parts(text: &str) -> Option<Vec<(i16, usize)>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        if digits.is_empty() || digits.len() > 4 || parts.len() == 3 {
            return None;
        }
        parts.push((digits.parse().ok()?, digits.len()));
        rest = match after.chars().next() {
            None => "",
            Some(sign) if "-/.年月日号".contains(sign) => after.get(sign.len_utf8()..)?,
            Some(_) => return None,
        };
        if rest.is_empty() && after.starts_with(['-', '/', '.']) {
            return None;
        }
    }
    Some(parts)
}

fn civil(year: i16, month: i16, day: i16) -> Result<Day, Refusal> {
    let (Ok(month), Ok(day)) = (i8::try_from(month), i8::try_from(day)) else {
        return Err(Refusal::Impossible);
    };
    if !YEARS.contains(&year) {
        return Err(Refusal::FarYear);
    }
    Day::from_ymd(year, month, day).ok_or(Refusal::Impossible)
}

/// Milliseconds of the day from `8:30`, `08:30:00`, `08:30:00.125`.
fn clock(text: &str) -> Option<i64> {
    let mut parts = text.trim().split(':');
    let mut whole = |most: i64| {
        let part = parts.next()?;
        let good = matches!(part.len(), 1 | 2) && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<i64>().ok().filter(|n| good && *n < most)
    };
    let (hours, minutes) = (whole(24)?, whole(60)?);
    let mut ms = (hours * 60 + minutes) * 60_000;
    if let Some(seconds) = parts.next() {
        let (whole, part) = seconds.split_once('.').unwrap_or((seconds, "0"));
        let seconds: i64 = whole.parse().ok().filter(|n| *n < 60 && whole.len() <= 2)?;
        if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let part: String = part.chars().chain("000".chars()).take(3).collect();
        ms += seconds * 1000 + part.parse::<i64>().ok()?;
    }
    parts.next().is_none().then_some(ms)
}

/// A moment from text: a day, then a time; a day alone is its first moment.
pub(crate) fn moment(text: &str, year: Option<i16>) -> Result<Moment, Refusal> {
    let narrow = narrow(text);
    let text = narrow.trim();
    let start = day(text, year)?.start();
    let time = text.find(['T', ' ']).map(|at| text.split_at(at).1);
    let time = time.filter(|time| time.contains(':'));
    let ms = match time {
        Some(time) => clock(time.trim_start_matches(['T', ' '])).ok_or(Refusal::NoDate)?,
        None => 0,
    };
    Ok(Moment(start.0 + ms))
}

/// A moment from a spreadsheet's day number. `shown_as_date`: the cell shows it as a date, so any day is meant;
/// a bare number is taken for one only from 1954 to 2100, because 2023 is a year and not the 15th of July 1905.
pub(crate) fn serial(number: f64, from_1904: bool, shown_as_date: bool) -> Result<Moment, Refusal> {
    const MS: f64 = 86_400_000.0;
    if !shown_as_date && (19_800_101.0..=22_001_231.0).contains(&number) && number.fract() == 0.0 {
        return day(&format!("{number:.0}"), None).map(Day::start);
    }
    let usual = 20_000.0..=73_415.0;
    if !(0.0..2_958_466.0).contains(&number) || !(shown_as_date || usual.contains(&number)) {
        return Err(Refusal::NoDate);
    }
    let whole = number.floor();
    // 1900 had no 29 February; spreadsheets that count from it believe it had (day 60).
    let days = match (from_1904, whole as i32) {
        (true, n) => n - 24_107,
        (false, 60) => return Err(Refusal::Impossible),
        (false, n) if n < 60 => n - 25_568,
        (false, n) => n - 25_569,
    };
    let ms = ((number - whole) * MS).round() as i64;
    let moment = Moment(Day(days).start().0 + ms);
    if YEARS.contains(&moment.day().ymd().0) {
        Ok(moment)
    } else {
        Err(Refusal::FarYear)
    }
}

/// A period's key from a key, from words, or from a day inside it.
pub(crate) fn period(text: &str, kind: PeriodKind, year: Option<i16>) -> Result<String, Refusal> {
    let narrow = narrow(text);
    let compact: String = narrow.chars().filter(|c| !c.is_whitespace()).collect();
    let text = compact.to_ascii_uppercase();
    if let Some(period) = kind.parse_key(&text) {
        return Ok(period.key.to_string());
    }
    if let Some(key) = in_words(&text, kind, year)
        && let Some(period) = kind.parse_key(&key)
    {
        return Ok(period.key.to_string());
    }
    match day(&compact, year) {
        Ok(day) => Ok(kind.containing(day).key.to_string()),
        Err(Refusal::NoDay | Refusal::NoDate) => Err(Refusal::NoPeriod),
        Err(other) => Err(other),
    }
}

/// `2023年9月上旬`, `2023年第三季度`, `2023/9`, `202309`, `2023年第39周` as keys.
fn in_words(text: &str, kind: PeriodKind, year: Option<i16>) -> Option<String> {
    let (year, rest) = match text.split_once('年') {
        Some((year, rest)) => (year.parse::<i16>().ok().filter(|_| year.len() == 4)?, rest),
        None => match text.get(..4).and_then(|y| y.parse::<i16>().ok()) {
            Some(year) => (year, text.get(4..)?),
            None => (year?, text),
        },
    };
    let rest = rest.trim_start_matches(['-', '/', '.', '第']);
    let number = |end: &[char]| {
        let digits = rest.trim_end_matches(end);
        let digits = digits.trim_end_matches('第');
        let cn = ["一", "二", "三", "四"].iter().position(|c| *c == digits);
        cn.map(|at| at as u8 + 1)
            .or_else(|| digits.trim_start_matches(['Q', 'W']).parse().ok())
    };
    let part = |names: &[&str], letter: char| {
        let (at, name) = names
            .iter()
            .enumerate()
            .find(|(_, name)| rest.ends_with(**name))?;
        let month: u8 = rest
            .strip_suffix(name)?
            .trim_end_matches(['月', '-'])
            .parse()
            .ok()?;
        Some(format!("{year:04}-{month:02}-{letter}{}", at + 1))
    };
    Some(match kind {
        PeriodKind::Year if rest.is_empty() => format!("{year:04}"),
        PeriodKind::Month => format!("{year:04}-{:02}", number(&['月', '份'])?),
        PeriodKind::Quarter => format!("{year:04}-Q{}", number(&['季', '度'])?),
        PeriodKind::Week => format!("{year:04}-W{:02}", number(&['周'])?),
        PeriodKind::TenDays => part(&["上旬", "中旬", "下旬"], 'T')?,
        PeriodKind::HalfMonth => part(&["上半月", "下半月"], 'H')?,
        PeriodKind::Day | PeriodKind::Year => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_in_the_shapes_that_people_use() {
        let expected = Day::parse("2023-09-26").ok_or(Refusal::NoDate);
        for text in [
            "2023-09-26",
            "2023/9/26",
            "2023.9.26",
            "2023.09.26",
            "20230926",
            "2023年9月26日",
            "2023年09月26",
            " 2023 - 9 - 26 ",
            "２０２３年９月２６日",
            "２０２３－９－２６",
            "2023-09-26 00:00:00",
            "2023-9-26T08:30",
            "2023/9/26 8:30",
        ] {
            assert_eq!(day(text, None), expected, "{text}");
        }
        assert_eq!(day("9月26日", Some(2023)), expected);
        for (text, refusal) in [
            ("9月26日", Refusal::NoYear),
            ("23-9-26", Refusal::ShortYear),
            ("23年9月26日", Refusal::ShortYear),
            ("26/9/2023", Refusal::DayFirst),
            ("2023-02-29", Refusal::Impossible),
            ("2023-13-01", Refusal::Impossible),
            ("20230931", Refusal::Impossible),
            ("0202-09-26", Refusal::FarYear),
            ("2023年9月", Refusal::NoDay),
            ("2023-09-26 25:00", Refusal::NoDate),
            ("九月", Refusal::NoDate),
            ("2023-9-26-1", Refusal::NoDate),
            ("2023-9-", Refusal::NoDate),
            ("", Refusal::NoDate),
        ] {
            assert_eq!(day(text, None), Err(refusal), "{text}");
        }
    }

    #[test]
    fn day_numbers_count_from_1900_or_1904() {
        let day = |n: f64, from_1904| serial(n, from_1904, true).map(|m| m.day().to_string());
        assert_eq!(day(45_195.0, false), Ok("2023-09-26".into()));
        assert_eq!(day(45_195.0 - 1_462.0, true), Ok("2023-09-26".into()));
        assert_eq!(day(1.0, false), Ok("1900-01-01".into()));
        assert_eq!(day(60.0, false), Err(Refusal::Impossible));
        assert_eq!(day(61.0, false), Ok("1900-03-01".into()));
        assert_eq!(serial(2023.0, false, false), Err(Refusal::NoDate), "a year");
        assert_eq!(
            serial(20_230_926.0, false, false).map(|m| m.day().to_string()),
            Ok("2023-09-26".into())
        );
        let moment = serial(45_195.354_166_666_664, false, true).map(|m| m.to_string());
        assert_eq!(moment, Ok("2023-09-26T08:30".into()));
    }

    #[test]
    fn a_period_is_read_by_key_by_words_and_by_a_day_inside() {
        use PeriodKind as P;
        for (text, kind, key) in [
            ("2023-09", P::Month, "2023-09"),
            ("2023年9月", P::Month, "2023-09"),
            ("2023年9月份", P::Month, "2023-09"),
            ("202309", P::Month, "2023-09"),
            ("2023/9", P::Month, "2023-09"),
            ("2023-09-01", P::Month, "2023-09"),
            ("2023-w39", P::Week, "2023-W39"),
            ("2023年第39周", P::Week, "2023-W39"),
            ("2023年第三季度", P::Quarter, "2023-Q3"),
            ("2023Q3", P::Quarter, "2023-Q3"),
            ("2023年9月上旬", P::TenDays, "2023-09-T1"),
            ("2023年10月下半月", P::HalfMonth, "2023-10-H2"),
            ("2023年", P::Year, "2023"),
            ("2023.9.26", P::Day, "2023-09-26"),
        ] {
            assert_eq!(period(text, kind, None), Ok(key.to_owned()), "{text}");
        }
        assert_eq!(period("2023-13", P::Month, None), Err(Refusal::NoPeriod));
        assert_eq!(period("9月", P::Month, Some(2023)), Ok("2023-09".into()));
    }
}
