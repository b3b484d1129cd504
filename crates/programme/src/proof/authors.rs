//! Numbers that the notice does not give: each needs an author.

use super::Proof;
use super::numerals::{named, names};
use crate::model::{Clause, Measure};
use rules::{Day, Words};
use std::ops::Range;

/// The keys whose numbers are the notice's or somebody's.
const KEYS: [&str; 6] = ["owes", "due", "grace", "late", "closes", "notice_before"];

pub(super) fn check(proof: &mut Proof<'_>) {
    for (notice, measure) in proof.measures() {
        let Some(clause) = notice.clauses.iter().find(|c| c.number == measure.clause) else {
            continue;
        };
        for key in KEYS {
            let settled = |k: &str| {
                measure
                    .set_by
                    .get(k)
                    .is_some_and(|who| !who.trim().is_empty())
            };
            if !settled("*") && !settled(key) {
                key_numbers(proof, measure, clause, key);
            }
        }
    }
}

fn key_numbers(proof: &mut Proof<'_>, measure: &Measure, clause: &Clause, key: &str) {
    let path = ["measure", &measure.id, key];
    let entry = proof.outline.entry(&measure.place.file, &path);
    let Some((text, place)) = entry.and_then(|e| Some((e.text.clone()?, e.value.clone()))) else {
        return;
    };
    let given: Vec<f64> = [named(&clause.text.zh), named(&clause.text.en)].concat();
    let unsettled = match Day::parse(&text) {
        Some(day) if !names_day(clause, day) => Some((0..text.len(), text.clone())),
        Some(_) => None,
        None => numbers(&text)
            .into_iter()
            .find(|number| !plain(number) && !number.readings().any(|n| names(&given, n)))
            .map(|number| (number.span, number.written)),
    };
    let Some((span, written)) = unsettled else {
        return;
    };
    let place = proof.part_of(place, &text, span);
    proof.error(
        "number-without-author",
        place,
        Words::new(
            format!("条款 {} 的文字里没有 {written}，也没有写明由谁确定", clause.number),
            format!("the text of clause {} does not name {written}, and nobody is named who settled it", clause.number),
        ),
        Words::new(
            format!("加上 `set_by = {{ {key} = \"单位，日期\" }}`；若通知确有此数，把它写进条款文字"),
            format!("add `set_by = {{ {key} = \"office, date\" }}`, or, if the notice does give the number, put it into the clause's text"),
        ),
    );
}

/// A number in the text of a key.
struct Number {
    written: String,
    value: f64,
    /// What a function around it multiplies it by: `wan(2000)`.
    times: f64,
    /// The comparison before it, where there is one.
    comparison: String,
    span: Range<usize>,
}

impl Number {
    fn readings(&self) -> impl Iterator<Item = f64> {
        [self.value, self.value * self.times].into_iter()
    }
}

/// None, some and all are words, not numbers: `== 0`, `> 0`, `>= 1`, `>= 1.0`.
fn plain(number: &Number) -> bool {
    number.value == 0.0 || number.value == 1.0 && matches!(&*number.comparison, ">=" | "==")
}

/// The numbers of a rule or of a span such as `3 workdays`; what stands in quotes and names is skipped.
fn numbers(text: &str) -> Vec<Number> {
    let mut found = Vec::new();
    let mut quote: Option<char> = None;
    let mut skip_until = 0;
    for (at, c) in text.char_indices() {
        if at < skip_until {
            continue;
        }
        match quote {
            Some(q) => quote = (c != q).then_some(q),
            None if c == '\'' || c == '"' => quote = Some(c),
            None if c.is_ascii_alphanumeric() || c == '_' => {
                let rest = text.get(at..).unwrap_or_default();
                let inside =
                    |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '%';
                let word = rest.split(|c| !inside(c)).next().unwrap_or(rest);
                skip_until = at + word.len();
                let digits = word.trim_end_matches(['u', 'U', '%']);
                if let Ok(value) = digits.parse::<f64>() {
                    let before = text.get(..at).unwrap_or_default().trim_end();
                    found.push(Number {
                        written: word.to_owned(),
                        value: if word.ends_with('%') {
                            value / 100.0
                        } else {
                            value
                        },
                        times: times(before),
                        comparison: comparison(before),
                        span: at..skip_until,
                    });
                }
            }
            None => {}
        }
    }
    found
}

fn times(before: &str) -> f64 {
    let called = before.trim_end_matches('(');
    match called.rsplit(|c: char| !c.is_ascii_alphanumeric()).next() {
        Some("wan") => 1e4,
        Some("yi") => 1e8,
        _ => 1.0,
    }
}

fn comparison(before: &str) -> String {
    let start = before.trim_end_matches(['<', '>', '=', '!']).len();
    before.get(start..).unwrap_or_default().to_owned()
}

/// Whether the clause names the day: by month and day, or as the end of its month or year.
fn names_day(clause: &Clause, day: Day) -> bool {
    let (_, month, date) = day.ymd();
    let last = day.month().1 == day;
    let (zh, en) = (&clause.text.zh, clause.text.en.to_lowercase());
    if last && month == 12 {
        let words = [
            "年底",
            "年末",
            "年终",
            "year-end",
            "end of the year",
            "year's end",
            "end of 20",
        ];
        if words.iter().any(|w| zh.contains(w) || en.contains(w)) {
            return true;
        }
    }
    let given = [named(zh), named(&clause.text.en)].concat();
    let of_month = names(&given, f64::from(month)) && zh.contains('月') || month_named(&en, month);
    let ends = ["月底", "月末", "end of"]
        .iter()
        .any(|w| zh.contains(w) || en.contains(w));
    of_month && (names(&given, f64::from(date)) || last && ends)
}

fn month_named(en: &str, month: i8) -> bool {
    let at = usize::try_from(month - 1).ok();
    at.and_then(|m| MONTHS.get(m))
        .is_some_and(|m| en.contains(m))
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Place;

    fn written(text: &str) -> Vec<String> {
        let open = |n: &Number| !plain(n);
        numbers(text)
            .into_iter()
            .filter(open)
            .map(|n| n.written)
            .collect()
    }

    #[test]
    fn numbers_stand_neither_in_names_nor_in_quotes() {
        assert_eq!(
            written("held >= 10 && q1_total > wan(2000)"),
            ["10", "2000"]
        );
        assert_eq!(written("state in ['2', \"3\"] && share >= 0.5"), ["0.5"]);
        assert_eq!(
            written("teams >= 1 && late == 0 && share >= 1.0"),
            Vec::<String>::new()
        );
        assert_eq!(written("3 workdays"), ["3"]);
        assert_eq!(
            written("settings.reply_workdays workdays after received_on"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_clause_names_a_day_in_either_language() {
        let clause = |zh: &str, en: &str| Clause {
            number: "1.1".into(),
            text: Words::new(zh, en),
            no_duty: None,
            place: Place::default(),
        };
        let day = |text| Day::parse(text).unwrap_or_default();
        assert!(names_day(
            &clause("九月底前取得实质性成效", ""),
            day("2023-09-30")
        ));
        assert!(names_day(
            &clause("", "by the end of September"),
            day("2023-09-30")
        ));
        assert!(names_day(&clause("8月31日前完成", ""), day("2023-08-31")));
        assert!(names_day(&clause("至年底", ""), day("2023-12-31")));
        assert!(!names_day(&clause("九月底前", ""), day("2023-09-20")));
        assert!(!names_day(
            &clause("及时", "in good time"),
            day("2023-09-30")
        ));
    }
}
