//! Whether a value fits its field.

use crate::living::Living;
use programme::Programme;
use programme::model::{FieldKind, RegisterField};
use programme::record::Cell;
use rules::{Day, Words, uscc_valid};

/// Characters of a text of one line.
const TEXT_MAX: usize = 1_000;
/// Characters of a long text.
const LONG_TEXT_MAX: usize = 100_000;
/// The first and last year that a date may have.
const YEARS: (i16, i16) = (1900, 2199);

/// Why a value does not fit its field.
pub(super) fn misfit(
    programme: &Programme,
    living: &Living,
    field: &RegisterField,
    cell: &Cell,
) -> Option<Words> {
    use FieldKind as K;
    let fit = Fit {
        programme,
        living,
        field,
    };
    match (field.kind, cell) {
        (K::Bool, Cell::Bool(_)) => None,
        (K::Int, Cell::Int(n)) => fit.range(*n as f64),
        (K::Money, Cell::Int(fen)) => fit.range(*fen as f64 / 100.0),
        (K::Decimal | K::Ratio, Cell::Double(n)) if n.is_finite() => fit.range(*n),
        (K::Date, Cell::Int(day)) => fit.year(*day),
        (K::Time, Cell::Int(ms)) => fit.year(ms.div_euclid(86_400_000)),
        (K::Choices | K::References | K::Files, Cell::List(items)) => fit.list(items),
        (kind, Cell::Text(text)) => fit.text(kind, text),
        _ => Some(fit.words("这样的值", "this kind of value")),
    }
}

/// “Name” does not take the id of a record that is not there.
pub fn no_record(field: &RegisterField, id: &str) -> Words {
    let name = &field.name;
    Words::new(
        format!("“{}”不能填“{id}”：没有这条记录", name.zh),
        format!(
            "“{}” does not take “{id}”: there is no such record",
            name.en
        ),
    )
}

struct Fit<'f> {
    programme: &'f Programme,
    living: &'f Living,
    field: &'f RegisterField,
}

impl Fit<'_> {
    /// “Name” does not take this.
    fn words(&self, zh: &str, en: &str) -> Words {
        let name = &self.field.name;
        Words::new(
            format!("“{}”不能填{zh}", name.zh),
            format!("“{}” does not take {en}", name.en),
        )
    }

    fn range(&self, n: f64) -> Option<Words> {
        let (least, most) = self.field.range;
        let inside = least.is_none_or(|least| n >= least) && most.is_none_or(|most| n <= most);
        if inside {
            return None;
        }
        let end = |end: Option<f64>| end.map_or("…".to_owned(), |n| n.to_string());
        let name = &self.field.name;
        Some(Words::new(
            format!("“{}”应在 {} 至 {} 之间", name.zh, end(least), end(most)),
            format!(
                "“{}” lies between {} and {}",
                name.en,
                end(least),
                end(most)
            ),
        ))
    }

    fn year(&self, day: i64) -> Option<Words> {
        let day = i32::try_from(day).ok().map(Day);
        let fits = day.is_some_and(|day| (YEARS.0..=YEARS.1).contains(&day.ymd().0));
        (!fits).then(|| {
            self.words(
                &format!("{} 年以前或 {} 年以后的日期", YEARS.0, YEARS.1),
                &format!("dates before {} or after {}", YEARS.0, YEARS.1),
            )
        })
    }

    fn list(&self, items: &[Cell]) -> Option<Words> {
        let mut seen: Vec<&str> = Vec::new();
        for item in items {
            let Cell::Text(text) = item else {
                return Some(self.words("这样的值", "this kind of value"));
            };
            if seen.contains(&&**text) {
                return Some(self.words(&format!("两次“{text}”"), &format!("“{text}” twice")));
            }
            seen.push(text);
            let kind = match self.field.kind {
                FieldKind::Choices => FieldKind::Choice,
                FieldKind::References => FieldKind::Reference,
                kind => kind,
            };
            if let Some(words) = self.text(kind, text) {
                return Some(words);
            }
        }
        None
    }

    fn text(&self, kind: FieldKind, text: &str) -> Option<Words> {
        use FieldKind as K;
        let quoted = |zh: &str, en: &str| {
            Some(self.words(&format!("“{text}”：{zh}"), &format!("“{text}”: {en}")))
        };
        match kind {
            K::Text | K::Person | K::LongText => self.plain(kind, text),
            K::Choice if !self.field.choices.iter().any(|(id, _)| id == text) => {
                let ids: Vec<&str> = self
                    .field
                    .choices
                    .iter()
                    .map(|(id, _)| id.as_str())
                    .collect();
                let ids = ids.join("、");
                quoted(
                    &format!("只能是 {ids} 之一"),
                    &format!("it is one of {ids}"),
                )
            }
            K::Unit => self.unit(text),
            K::Division if !self.programme.divisions.iter().any(|d| d.code == text) => {
                quoted("没有这个行政区划", "there is no such division")
            }
            K::Reference if !self.exists(text) => Some(no_record(self.field, text)),
            K::Uscc if !uscc_valid(text) => quoted(
                "校验位不对，请对照营业执照",
                "its check digit is wrong; compare the business licence",
            ),
            K::Phone if !is_phone(text) => quoted("不是电话号码", "it is no telephone number"),
            K::Industry if !is_industry(text) => quoted(
                "不是国民经济行业代码，如 C1311",
                "it is no GB/T 4754 code such as C1311",
            ),
            K::Period(kind) if kind.parse_key(text).is_none() => {
                quoted("不是这种周期的名称", "it names no such period")
            }
            K::Files if !is_digest(text) => quoted("没有这个文件", "there is no such file"),
            K::Choice
            | K::Division
            | K::Reference
            | K::Uscc
            | K::Phone
            | K::Industry
            | K::Period(_)
            | K::Files => None,
            K::Bool
            | K::Int
            | K::Money
            | K::Decimal
            | K::Ratio
            | K::Date
            | K::Time
            | K::Choices
            | K::References => quoted("类型不对", "it is of another type"),
        }
    }

    fn plain(&self, kind: FieldKind, text: &str) -> Option<Words> {
        let long = kind == FieldKind::LongText;
        let most = if long { LONG_TEXT_MAX } else { TEXT_MAX };
        if text.trim().is_empty() {
            return Some(self.words("空白，不填就留空", "blanks; leave it empty instead"));
        }
        if text.chars().count() > most {
            return Some(self.words(
                &format!("超过 {most} 个字"),
                &format!("more than {most} characters"),
            ));
        }
        let stray = |c: char| c.is_control() && !(long && matches!(c, '\n' | '\r' | '\t'));
        text.contains(stray)
            .then(|| self.words("换行或控制字符", "line breaks or control characters"))
    }

    fn unit(&self, id: &str) -> Option<Words> {
        let Some(unit) = self.programme.units.iter().find(|u| u.id == id) else {
            return Some(self.words(
                &format!("“{id}”：没有这个单位"),
                &format!("“{id}”: there is no such unit"),
            ));
        };
        let levels = &self.field.levels;
        if levels.is_empty() || unit.levels.iter().any(|level| levels.contains(level)) {
            return None;
        }
        let called = |level: &String| {
            let found = self.programme.levels.iter().find(|(id, _)| id == level);
            found.map_or_else(|| Words::new(level, level), |(_, words)| words.clone())
        };
        let words: Vec<Words> = levels.iter().map(called).collect();
        let join = |of: fn(&Words) -> &String, by| {
            words
                .iter()
                .map(|w| of(w).as_str())
                .collect::<Vec<_>>()
                .join(by)
        };
        Some(self.words(
            &format!("“{}”：只能是{}一级", unit.name.zh, join(|w| &w.zh, "、")),
            &format!(
                "“{}”: it takes units of level {}",
                unit.name.en,
                join(|w| &w.en, ", ")
            ),
        ))
    }

    /// Whether the record that a reference names is there; units and divisions are tables too.
    fn exists(&self, id: &str) -> bool {
        let tables = &self.programme.schema.tables;
        let to = self.field.to.as_deref();
        let table = to.and_then(|to| tables.iter().position(|t| t.id == to));
        table.is_some_and(|table| {
            let record = self.living.record(table, id);
            record.is_some_and(|record| self.living.newest(table, record).is_some())
        })
    }
}

fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (5..=20).contains(&digits)
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || b"+- ()".contains(&b))
}

/// The shape of a code of GB/T 4754-2017: a section's letter and up to four digits.
fn is_industry(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| (b'A'..=b'T').contains(&b))
        && bytes.len() <= 4
        && bytes.all(|b| b.is_ascii_digit())
}

/// SHA-256 in hex.
fn is_digest(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
