//! The numbers that a sentence names, in figures, Chinese numerals or English words.
//!
//! Generous on purpose: a sentence that could be read as naming a number names it. A number that the
//! notice does not give must not pass unseen, but a number it gives must never need an author.

/// Every number that the text may be read to name; a share (50 %, 五成, half) as its fraction.
pub(super) fn named(text: &str) -> Vec<f64> {
    let text = text.to_lowercase();
    let mut found = chinese(&text);
    found.extend(english(&text));
    found
}

/// Whether one of the numbers is this one.
pub(super) fn names(numbers: &[f64], wanted: f64) -> bool {
    numbers
        .iter()
        .any(|n| (n - wanted).abs() <= 1e-9 * wanted.abs().max(1.0))
}

fn chinese(text: &str) -> Vec<f64> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let rest = chars.get(at..).unwrap_or_default();
        let (length, value) = figure(rest).or_else(|| numeral(rest)).unwrap_or((0, 0.0));
        if length == 0 {
            at += 1;
            continue;
        }
        let before = chars.get(..at).unwrap_or_default();
        let after = rest.get(length..).unwrap_or_default();
        readings(value, before, after, &mut found);
        at += length;
    }
    found
}

/// A number in figures with thousands separators and decimals: its length in characters and its value.
fn figure(chars: &[char]) -> Option<(usize, f64)> {
    let digit = |i: usize| chars.get(i).is_some_and(char::is_ascii_digit);
    let mut length = 0;
    while digit(length)
        || matches!(chars.get(length), Some('.' | ',' | '，')) && digit(length + 1) && length > 0
    {
        length += 1;
    }
    let written: String = chars
        .iter()
        .take(length)
        .filter(|c| !matches!(c, ',' | '，'))
        .collect();
    Some((length, written.parse().ok()?))
}

/// A number in Chinese numerals: its length in characters and its value.
fn numeral(chars: &[char]) -> Option<(usize, f64)> {
    let length = chars.iter().take_while(|c| worth(**c).is_some()).count();
    let written = chars.get(..length).filter(|w| !w.is_empty())?;
    let units = written.iter().any(|c| worth(*c).is_some_and(|w| w >= 10.0));
    if !units {
        let digits = written.iter().filter_map(|c| worth(*c));
        return Some((length, digits.fold(0.0, |sum, d| sum * 10.0 + d)));
    }
    // `section` grows up to 万 or 亿, which multiply all that stands before them.
    let (mut total, mut section, mut digit) = (0.0, 0.0, None);
    for worth in written.iter().filter_map(|c| worth(*c)) {
        if worth < 10.0 {
            digit = Some(worth);
        } else if worth < 1e4 {
            section += digit.take().unwrap_or(1.0) * worth;
        } else {
            let whole: f64 = section + digit.take().unwrap_or(0.0);
            if worth > total {
                total = (total + whole).max(1.0) * worth;
            } else {
                total += whole.max(1.0) * worth;
            }
            section = 0.0;
        }
    }
    Some((length, total + section + digit.unwrap_or(0.0)))
}

fn worth(numeral: char) -> Option<f64> {
    Some(match numeral {
        '零' | '〇' => 0.0,
        '一' => 1.0,
        '二' | '两' => 2.0,
        '三' => 3.0,
        '四' => 4.0,
        '五' => 5.0,
        '六' => 6.0,
        '七' => 7.0,
        '八' => 8.0,
        '九' => 9.0,
        '十' => 10.0,
        '百' => 100.0,
        '千' => 1000.0,
        '万' => 1e4,
        '亿' => 1e8,
        _ => return None,
    })
}

/// What a number may mean between what stands before and after it.
fn readings(value: f64, before: &[char], after: &[char], found: &mut Vec<f64>) {
    found.push(value);
    let after: String = after.iter().take(12).collect();
    let after = after.trim_start();
    let before: String = before.iter().rev().take(3).rev().collect();
    let follows = |words: &[&str]| words.iter().any(|w| after.starts_with(w));
    if follows(&["%", "％", "per cent", "percent"]) || before == "百分之" || before == "分之"
    {
        found.push(value / 100.0);
    }
    if follows(&["成"]) {
        found.push(value / 10.0);
    }
    if follows(&["周", "星期", "week"]) {
        found.push(value * 7.0);
    }
    for (words, times) in [
        (["万", "ten thousand"], 1e4),
        (["亿", "hundred million"], 1e8),
        (["thousand", "thousand"], 1e3),
        (["million", "million"], 1e6),
        (["billion", "billion"], 1e9),
    ] {
        if follows(&words) {
            found.push(value * times);
        }
    }
    if let Some(part) = after.strip_prefix("分之") {
        let part: Vec<char> = part.chars().collect();
        if let Some((_, above)) = figure(&part)
            .filter(|(n, _)| *n > 0)
            .or_else(|| numeral(&part))
        {
            found.push(above / value);
        }
    }
    if value == 0.0 {
        return;
    }
    if follows(&["半"]) {
        found.push(value + 0.5);
    }
}

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
/// Phrases that name a number without a numeral, in both languages.
const PHRASES: [(&str, f64); 18] = [
    ("半数", 0.5),
    ("一半", 0.5),
    ("过半", 0.5),
    ("半个月", 15.0),
    ("半月", 15.0),
    ("半年", 6.0),
    ("全部", 1.0),
    ("half", 0.5),
    ("half a month", 15.0),
    ("half-month", 15.0),
    ("half month", 15.0),
    ("fortnight", 14.0),
    ("a week", 7.0),
    ("third", 1.0 / 3.0),
    ("two thirds", 2.0 / 3.0),
    ("two-thirds", 2.0 / 3.0),
    ("quarter", 0.25),
    ("dozen", 12.0),
];

fn english(text: &str) -> Vec<f64> {
    let mut found: Vec<f64> = PHRASES
        .iter()
        .filter(|(phrase, _)| text.contains(phrase))
        .map(|(_, value)| *value)
        .collect();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    let mut at = 0;
    while at < words.len() {
        let rest = words.get(at..).unwrap_or_default();
        let (length, value) = spelt(rest);
        if length > 0 {
            let after: Vec<char> = rest
                .get(length..)
                .unwrap_or_default()
                .join(" ")
                .chars()
                .collect();
            readings(value, &[], &after, &mut found);
        }
        at += length.max(1);
    }
    for (word, value) in [("once", 1.0), ("twice", 2.0)] {
        if words.contains(&word) {
            found.push(value);
        }
    }
    found
}

/// A number spelt out at the beginning: how many words, and its value.
fn spelt(words: &[&str]) -> (usize, f64) {
    let (mut length, mut value) = (0, 0.0);
    for word in words {
        let one = ONES.iter().position(|w| w == word).map(|n| n as f64);
        let ten = TENS.iter().position(|w| w == word).map(|n| n as f64 * 10.0);
        match (one, ten, *word) {
            (Some(n), _, _) | (_, Some(n), _) => value += n,
            (_, _, "hundred") if length > 0 => value *= 100.0,
            (_, _, "and") if length > 0 && value >= 100.0 => {}
            _ => break,
        }
        length += 1;
    }
    (length, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_names_its_numbers_however_they_are_written() {
        let cases = [
            ("每月促销对接活动不少于10场", 10.0),
            ("每月不少于十场", 10.0),
            ("十五个工作日内", 15.0),
            ("二十三家", 23.0),
            ("一百零五项", 105.0),
            ("两千三百万元", 23_000_000.0),
            ("奖励2,000万元", 20_000_000.0),
            ("奖励2,000万元", 2000.0),
            ("一亿二千万元", 120_000_000.0),
            ("主要领导每半个月接访一次", 15.0),
            ("投资完成百分之六十", 0.6),
            ("占比达到 30 %", 0.3),
            ("占六成以上", 0.6),
            ("三分之二以上", 2.0 / 3.0),
            ("一半以上由协会主办", 0.5),
            ("三周内答复", 21.0),
            ("二〇二三年", 2023.0),
            ("at least ten events a month", 10.0),
            ("within twenty-five working days", 25.0),
            ("one hundred and five items", 105.0),
            ("two thirds of the projects", 2.0 / 3.0),
            ("in two weeks", 14.0),
            ("sixty per cent of the plan", 0.6),
            ("a reward of 3.5 million yuan", 3_500_000.0),
            ("every half month", 15.0),
        ];
        for (text, number) in cases {
            let found = named(text);
            assert!(names(&found, number), "{text}: {found:?}");
        }
    }

    #[test]
    fn a_sentence_without_the_number_does_not_name_it() {
        for (text, number) in [
            ("每月不少于十场", 3.0),
            ("及时答复企业诉求", 10.0),
            ("十五个工作日内", 5.0),
            ("at least ten events a month", 3.0),
            ("often attended", 10.0),
            ("in good time", 1.0),
            ("20 firms", 2.0),
        ] {
            assert!(!names(&named(text), number), "{text} {number}");
        }
    }
}
