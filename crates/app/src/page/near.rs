//! Near misses in words: the change, who can make it, and until when.

use crate::app::Reading;
use crate::view::{NearMiss, Text};
use engine::{Fix, Look, Near, field_name, who_can};
use rules::{Day, Value, Wanted};

impl Reading<'_> {
    /// The ways to meet a duty, nearest first.
    pub(crate) fn near_lines(&self, look: &Look<'_>) -> Vec<NearMiss> {
        let line = |near: &Near| {
            let (says, who) = self.near_words(look, near);
            NearMiss {
                duty: self.duty_id(look.measure, look.duty),
                bearer: self.bearer(look.duty),
                says,
                who,
            }
        };
        let mut lines: Vec<NearMiss> = look.near().iter().map(line).collect();
        if lines.is_empty() {
            let missing = look.missing();
            if let Some(first) = missing.first() {
                let (what, who) = self.missing_words(look, first);
                lines.push(NearMiss {
                    duty: self.duty_id(look.measure, look.duty),
                    bearer: self.bearer(look.duty),
                    says: Text::new(
                        format!("补上{}即可判定", what.zh),
                        format!("fill {} and it can be judged", what.en),
                    ),
                    who,
                });
            }
        }
        lines
    }

    fn near_words(&self, look: &Look<'_>, near: &Near) -> (Text, Text) {
        match near {
            Near::Rows {
                tally,
                rows,
                enough,
            } => {
                let Some(tally) = look.measure.tallies.get(*tally) else {
                    return Default::default();
                };
                let n = rows.len();
                let change = rows.first().and_then(|(_, changes)| changes.first());
                let change_words = change.map(|c| self.change_words(c)).unwrap_or_default();
                let (zh_end, en_end) = if *enough {
                    ("；够数，改后即完成", "; that is enough")
                } else {
                    ("；还不够数", "; not yet enough")
                };
                let says = Text::new(
                    format!(
                        "{n} 条佐证差一步就计入“{}”：{}{zh_end}",
                        tally.name.zh, change_words.zh
                    ),
                    format!(
                        "{n} rows would count as “{}” with one change: {}{en_end}",
                        tally.name.en, change_words.en
                    ),
                );
                let who = change
                    .map(|c| self.who(&tally.register, &c.cell.field))
                    .unwrap_or_default();
                (says, who)
            }
            Near::More {
                tally,
                lacking,
                by,
                latest_start,
            } => {
                let Some(tally) = look.measure.tallies.get(*tally) else {
                    return Default::default();
                };
                let amount = match engine::tally_type(&tally.kind) {
                    rules::Type::Money => rules::show(&Value::Money(lacking.ceil() as i64)),
                    rules::Type::Double => {
                        rules::show(&Value::Double((lacking * 1000.0).ceil() / 1000.0))
                    }
                    _ => rules::show(&Value::Int(lacking.ceil() as i64)),
                };
                let mut says = Text::new(
                    format!("“{}”还差 {}", tally.name.zh, amount.zh),
                    format!("“{}” lacks {}", tally.name.en, amount.en),
                );
                if let Some(day) = latest_start {
                    says.zh.push_str(&format!("；最迟 {} 动手", short_zh(*day)));
                    says.en.push_str(&format!("; start by {day} at the latest"));
                }
                (says, until(*by))
            }
            Near::Done { table, field, by } => {
                let id = self
                    .cx
                    .programme
                    .schema
                    .tables
                    .get(*table)
                    .map_or("", |t| &t.id);
                let name = field_name(self.cx.programme, id, field).unwrap_or_default();
                let says = Text::new(
                    format!("填上“{}”即完成", name.zh),
                    format!("met once “{}” is filled", name.en),
                );
                let mut who = self.who(id, field);
                let end = until(*by);
                if !end.is_empty() {
                    who = Text::new(
                        format!("{} {}", who.zh, end.zh),
                        format!("{} {}", who.en, end.en),
                    );
                }
                (says, who)
            }
        }
    }

    fn change_words(&self, change: &Fix) -> Text {
        let table = change.cell.table.as_deref().unwrap_or_default();
        let name = field_name(self.cx.programme, table, &change.cell.field).unwrap_or_default();
        match &change.to {
            Some(Wanted::Value(value)) => {
                let choice = self.choice(table, &change.cell.field, value);
                let value = choice.unwrap_or_else(|| rules::show(value).into());
                Text::new(
                    format!("“{}”改为{}", name.zh, value.zh),
                    format!("“{}” becomes {}", name.en, value.en),
                )
            }
            Some(Wanted::Present) | None => Text::new(
                format!("填上“{}”", name.zh),
                format!("“{}” filled", name.en),
            ),
            Some(Wanted::Empty) => Text::new(
                format!("清空“{}”", name.zh),
                format!("“{}” emptied", name.en),
            ),
            Some(Wanted::Verdict(_)) => Text::new(
                format!("“{}”合乎规则", name.zh),
                format!("“{}” as the rule asks", name.en),
            ),
        }
    }

    fn choice(&self, table: &str, field: &str, value: &Value) -> Option<Text> {
        let Value::Text(code) = value else {
            return None;
        };
        let (_, register) = self.cx.programme.register(table)?;
        let choices = &register.field(field)?.choices;
        choices
            .iter()
            .find(|(id, _)| **id == **code)
            .map(|(_, words)| words.into())
    }

    /// The roles that can change a field.
    pub(crate) fn who(&self, register: &str, field: &str) -> Text {
        let Some((_, register)) = self.cx.programme.register(register) else {
            return Text::default();
        };
        let roles: Vec<_> = who_can(self.cx.programme, register, field)
            .into_iter()
            .take(2)
            .collect();
        Text::new(
            roles
                .iter()
                .map(|r| r.name.zh.as_str())
                .collect::<Vec<_>>()
                .join("、"),
            roles
                .iter()
                .map(|r| r.name.en.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        )
    }

    /// A missing item: what, and who can fill it.
    pub(crate) fn missing_words(
        &self,
        look: &Look<'_>,
        item: &engine::MissingItem,
    ) -> (Text, Text) {
        use engine::MissingItem::{Cell, Filing, Row};
        let register_name = |id: &str| {
            self.cx
                .programme
                .register(id)
                .map(|(_, r)| r.name.clone())
                .unwrap_or_default()
        };
        match item {
            Cell {
                table,
                record,
                field,
            } => {
                let name = field_name(self.cx.programme, table, field).unwrap_or_default();
                let at = self.cx.programme.schema.table(table);
                let found = at.and_then(|at| {
                    let ids = &self.cx.tables().tables.get(at)?.ids;
                    Some((at, ids.iter().position(|id| **id == **record)? as u32))
                });
                let title = match found {
                    Some((programme::model::UNIT_TABLE, unit)) => self.short(unit as usize),
                    Some((at, record)) => self.record_title(at, record),
                    None => Text::same(record),
                };
                let what = Text::new(
                    format!("{}的“{}”", title.zh, name.zh),
                    format!("“{}” of {}", name.en, title.read(crate::view::Language::En)),
                );
                (what, self.who(table, field))
            }
            Filing { register, period } => {
                let name = register_name(register);
                let bearer = self.bearer(look.duty).name;
                (
                    Text::new(
                        format!("{} {period} 的{}", bearer.zh, name.zh),
                        format!("{} of {} for {period}", name.en, bearer.en),
                    ),
                    self.who(register, "period"),
                )
            }
            Row { register } => {
                let name = register_name(register);
                (
                    Text::new(format!("一条{}", name.zh), format!("a row of {}", name.en)),
                    self.who(register, "id"),
                )
            }
        }
    }
}

fn until(by: Option<Day>) -> Text {
    by.map_or_else(Text::default, |day| {
        Text::new(
            format!("{} 前有效", short_zh(day)),
            format!("counts until {day}"),
        )
    })
}

pub(crate) fn short_zh(day: Day) -> String {
    let (_, month, day) = day.ymd();
    format!("{month}月{day}日")
}
