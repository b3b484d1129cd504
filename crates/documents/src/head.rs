//! The head of a sheet: which row it is, and which column is which field.

use crate::fault::{Fault, Spot, Wrong};
use crate::grid::{Raw, RawRow};
use crate::text::{narrow, plain};
use crate::value::{Scale, money_unit, named};
use programme::model::{FieldKind, Register, RegisterField};
use rules::Words;

/// Rows among which the head is looked for.
pub(crate) const HEAD_ROWS: usize = 30;

/// Heads of the columns that rejected rows come back with; they are nobody's data.
pub(crate) const REASON: Words2 = ("退回原因", "Why it was refused");
pub(crate) const MEND: Words2 = ("怎么改", "How to mend it");

type Words2 = (&'static str, &'static str);

/// Heads under which a record's id stands.
pub(crate) const ID: Words2 = ("编号", "Id");

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    /// The record's id.
    Id,
    /// A field by its position in the register.
    Field(usize, Scale),
}

/// A head row that was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Head {
    /// From 1.
    pub(crate) row: u32,
    pub(crate) columns: Vec<(u32, Target)>,
    /// Columns with a head that is nobody's: column and head.
    pub(crate) unknown: Vec<(u32, String)>,
    /// Columns of reasons that an earlier answer of ours brought.
    pub(crate) ours: Vec<u32>,
    pub(crate) wrongs: Vec<(u32, Option<String>, Wrong)>,
}

impl Head {
    /// The best head among the first rows; `None` when no row looks like one.
    pub(crate) fn find(rows: &[RawRow], register: &Register) -> Option<Self> {
        let taken = register.fields.iter().filter(|f| f.is_kept()).count();
        let enough = taken.clamp(1, 2);
        let heads = rows.iter().map(|row| Self::of(row, register));
        let fit = heads.filter(|head| head.matches() >= enough);
        // The first of the best: a title or an example below never has more.
        fit.reduce(|best, head| {
            if head.matches() > best.matches() {
                head
            } else {
                best
            }
        })
    }

    pub(crate) fn matches(&self) -> usize {
        self.columns.len()
    }

    fn of(row: &RawRow, register: &Register) -> Self {
        let mut head = Self {
            row: row.number,
            ..Self::default()
        };
        for (column, raw) in &row.cells {
            let Raw::Text(text) = raw else {
                head.unknown.extend(number_head(*column, raw));
                continue;
            };
            if text.trim().is_empty() {
                continue;
            }
            head.place(*column, text, register);
        }
        head
    }

    fn place(&mut self, column: u32, text: &str, register: &Register) {
        let target = match target(text, register) {
            Ok(Some(target)) => target,
            Ok(None) => {
                if is_ours(text) {
                    self.ours.push(column);
                } else {
                    self.unknown.push((column, text.trim().to_owned()));
                }
                return;
            }
            Err((field, wrong)) => {
                self.wrongs.push((column, Some(field), wrong));
                return;
            }
        };
        let same = |other: &Target| match (other, &target) {
            (Target::Id, Target::Id) => true,
            (Target::Field(a, _), Target::Field(b, _)) => a == b,
            _ => false,
        };
        let first = self
            .columns
            .iter()
            .find(|(_, other)| same(other))
            .map(|(at, _)| *at);
        match first {
            Some(first) => {
                self.wrongs
                    .push((column, field_id(&target, register), twice(text, first)))
            }
            None => self.columns.push((column, target)),
        }
    }

    /// The columns that must be there and are not. With an id or the whole key a sheet may change records without them.
    pub(crate) fn missing(&self, register: &Register) -> Option<Wrong> {
        let has = |at: usize| {
            self.columns
                .iter()
                .any(|(_, t)| matches!(t, Target::Field(f, _) if *f == at))
        };
        let fields = || {
            register
                .fields
                .iter()
                .enumerate()
                .filter(|(_, f)| f.is_kept())
        };
        let missing: Vec<&RegisterField> = fields()
            .filter(|(at, f)| f.required && !has(*at))
            .map(|(_, f)| f)
            .collect();
        if missing.is_empty() {
            return None;
        }
        let keyed = fields().any(|(_, f)| f.key) && fields().all(|(at, f)| !f.key || has(at));
        let finds = keyed || self.columns.iter().any(|(_, t)| *t == Target::Id);
        let names = |of: fn(&Words) -> &str| {
            missing
                .iter()
                .map(|f| of(&f.name))
                .collect::<Vec<_>>()
                .join("、")
        };
        let wrong = Wrong::new(
            "missing-columns",
            Words::new(
                format!("缺少必填的列：{}", names(|w| &w.zh)),
                format!("required columns are missing: {}", names(|w| &w.en)),
            ),
            (
                "没有这些列就不能登记新记录",
                "without them no new record can be made",
            ),
            (
                "补上这些列，或者下载模板来填",
                "add these columns, or fill a template",
            ),
        );
        Some(if finds { wrong.warning() } else { wrong })
    }
}

fn number_head(column: u32, raw: &Raw) -> Option<(u32, String)> {
    match raw {
        Raw::Number(digits, _) => Some((column, digits.to_string())),
        _ => None,
    }
}

fn field_id(target: &Target, register: &Register) -> Option<String> {
    match target {
        Target::Id => Some("id".to_owned()),
        Target::Field(at, _) => register.fields.get(*at).map(|f| f.id.clone()),
    }
}

fn is_ours(text: &str) -> bool {
    let text = plain(text);
    [REASON, MEND]
        .iter()
        .any(|(zh, en)| text == plain(zh) || text == plain(en))
}

/// What a head means: the whole text first, then without a unit or remark in brackets behind it.
fn target(text: &str, register: &Register) -> Result<Option<Target>, (String, Wrong)> {
    if let Some(found) = named_target(text, register) {
        return Ok(Some(found));
    }
    let narrow = narrow(text);
    let shorter = narrow.trim().trim_end_matches(['*', ' ']).strip_suffix(')');
    let Some((name, remark)) = shorter.and_then(|t| t.rsplit_once('(')) else {
        return Ok(None);
    };
    let Some(found) = named_target(name, register) else {
        return Ok(None);
    };
    let Target::Field(at, _) = found else {
        return Ok(Some(found));
    };
    let Some(field) = register.fields.get(at) else {
        return Ok(None);
    };
    match scale(field, remark) {
        Some(scale) => Ok(Some(Target::Field(at, scale))),
        None => Err((field.id.clone(), unit_of_head(text, remark))),
    }
}

fn named_target(text: &str, register: &Register) -> Option<Target> {
    let text = plain(text);
    let is = |field: &&RegisterField, name: &str| {
        *name == plain(&field.id)
            || *name == plain(&field.name.zh)
            || *name == plain(&field.name.en)
    };
    let fields = || {
        register
            .fields
            .iter()
            .enumerate()
            .filter(|(_, f)| f.is_kept())
    };
    if let Some((at, _)) = fields().find(|(_, f)| is(f, &text)) {
        return Some(Target::Field(at, Scale::default()));
    }
    ["id", "number", "编号", "记录编号", "记录号"]
        .contains(&text.as_str())
        .then_some(Target::Id)
}

/// What a remark in brackets says of a column's numbers; `None` where it may be a unit that nobody understands.
fn scale(field: &RegisterField, remark: &str) -> Option<Scale> {
    let text = plain(remark);
    let text = text
        .trim_start_matches("单位")
        .trim_start_matches([':', '：']);
    let percent = matches!(text, "%" | "百分比" | "百分数" | "percent");
    if ["必填", "选填", "required", "optional", "可空"].contains(&text) {
        return Some(Scale::default());
    }
    match field.kind {
        FieldKind::Money => money_unit(text).map(|power| Scale {
            power,
            percent: false,
        }),
        FieldKind::Ratio if percent => Some(Scale {
            power: 0,
            percent: true,
        }),
        FieldKind::Ratio | FieldKind::Int | FieldKind::Decimal => {
            let own = plain(field.unit_of.as_deref().unwrap_or_default());
            if !own.is_empty() && text == own {
                return Some(Scale::default());
            }
            let scaled = [("亿", 8), ("百万", 6), ("万", 4), ("千", 3), ("百", 2)];
            let power = scaled
                .iter()
                .find(|(word, _)| !own.is_empty() && text.strip_prefix(word) == Some(&own));
            power.map(|(_, power)| Scale {
                power: *power,
                percent: false,
            })
        }
        // A remark beside anything else changes nothing.
        _ => Some(Scale::default()),
    }
}

fn unit_of_head(text: &str, remark: &str) -> Wrong {
    Wrong::new(
        "head-unit",
        Words::new(
            format!("表头“{}”里的“{remark}”看不懂", text.trim()),
            format!("“{remark}” in the head “{}” is not understood", text.trim()),
        ),
        (
            "单位弄错，整列就差成百上千倍，所以这一列没有读",
            "a wrong unit makes a whole column wrong, so it was not read",
        ),
        (
            "金额写（元）（万元）（亿元），比例写（%），数量写台账的单位",
            "write (元), (万元), (亿元) for money, (%) for ratios, the register's unit for counts",
        ),
    )
}

fn twice(text: &str, first: u32) -> Wrong {
    let letters = crate::fault::letters(first);
    Wrong::new(
        "duplicate-head",
        Words::new(
            format!("“{}”和 {letters} 列是同一个字段", text.trim()),
            format!("“{}” is the same field as column {letters}", text.trim()),
        ),
        (
            "两列不一致时不知道听谁的",
            "where the two differ nobody knows which one counts",
        ),
        ("删去其中一列", "delete one of them"),
    )
}

/// The warning for a column that is nobody's and has content.
pub(crate) fn unknown_column(text: &str, register: &Register) -> Wrong {
    let system = register.fields.iter().find(|f| {
        !f.is_kept()
            && (plain(text) == plain(&f.name.zh)
                || plain(text) == plain(&f.name.en)
                || plain(text) == plain(&f.id))
    });
    if let Some(field) = system {
        let name = named(field);
        return Wrong::new(
            "column-not-taken",
            Words::new(
                format!("{}由系统填写，没有读", name.zh),
                format!("{} is filled by the system and was not read", name.en),
            ),
            (
                "它由别的数据算出或由登记时间决定",
                "it is worked out, or it is the day of recording",
            ),
            ("不用填这一列", "leave this column out"),
        )
        .warning();
    }
    let names = register.fields.iter().filter(|f| f.is_kept());
    let names = names.flat_map(|f| [f.name.zh.as_str(), f.name.en.as_str()]);
    let near = rules::nearest(text.trim(), names);
    let wrong = Wrong::new(
        "unknown-column",
        Words::new(
            format!("没有“{}”这个字段，这一列没有读", text.trim()),
            format!(
                "no field is called “{}”; the column was not read",
                text.trim()
            ),
        ),
        (
            "只收台账里有的字段",
            "only the register's own fields are taken",
        ),
        (
            "不需要就不用管；需要的话把表头改成字段名",
            "leave it, or give it the name of a field",
        ),
    );
    match near {
        Some(near) => wrong.mend(
            format!("是不是“{near}”？"),
            format!("did you mean “{near}”?"),
        ),
        None => wrong,
    }
    .warning()
}

/// No row of any sheet looks like the register's head.
pub(crate) fn no_head(register: &Register) -> Wrong {
    let names = |of: fn(&Words) -> &str| {
        let first = register.fields.iter().filter(|f| f.is_kept()).take(5);
        first.map(|f| of(&f.name)).collect::<Vec<_>>().join("、")
    };
    Wrong::new(
        "no-head",
        Words::new(
            format!("前 {HEAD_ROWS} 行里找不到“{}”的表头", register.name.zh),
            format!(
                "none of the first {HEAD_ROWS} rows is a head of “{}”",
                register.name.en
            ),
        ),
        (
            "没有表头就不知道哪列是什么",
            "without a head nobody knows which column is what",
        ),
        ("", ""),
    )
    .mend(
        format!("写一行表头（如：{}），或者下载模板", names(|w| &w.zh)),
        format!(
            "write a head such as: {}; or fill a template",
            names(|w| &w.en)
        ),
    )
}

impl Head {
    /// The head's faults, with their places.
    pub(crate) fn faults(&self, file: &str, sheet: &str) -> Vec<Fault> {
        let placed = self.wrongs.iter().map(|(column, field, wrong)| {
            let spot = Spot {
                sheet: Some(sheet),
                row: Some(self.row),
                column: Some(*column),
                field: field.as_deref(),
            };
            wrong.clone().at(file, spot)
        });
        placed.collect()
    }
}
