//! Names and links: units, records, periods, clauses, duties.

use crate::app::Reading;
use crate::view::{BearerLink, ClauseLink, DutyId, Figure, PeriodName, Quantity, Text, UnitLink};
use engine::{Bounds, Duty, tally_type};
use jiff::civil::Date;
use programme::Period;
use programme::model::{Measure, Notice, Tally, UNIT_TABLE};
use rules::{Cells, Day, Type, Value, Words};

impl From<&Words> for Text {
    fn from(words: &Words) -> Self {
        Self::new(&words.zh, &words.en)
    }
}

impl From<Words> for Text {
    fn from(words: Words) -> Self {
        Self::new(words.zh, words.en)
    }
}

/// A day as pages carry it.
pub(crate) fn date(day: Day) -> Date {
    let (year, month, day) = day.ymd();
    Date::constant(year, month, day)
}

impl<'r> Reading<'r> {
    /// A unit by record number.
    pub(crate) fn unit_link(&self, unit: usize) -> UnitLink {
        let unit = self.cx.programme.units.get(unit);
        UnitLink {
            id: unit.map(|u| u.id.clone()).unwrap_or_default(),
            name: unit.map(|u| (&u.name).into()).unwrap_or_default(),
        }
    }

    /// A unit's short name.
    pub(crate) fn short(&self, unit: usize) -> Text {
        let unit = self.cx.programme.units.get(unit);
        unit.map(|u| {
            if u.short.zh.is_empty() {
                (&u.name).into()
            } else {
                (&u.short).into()
            }
        })
        .unwrap_or_default()
    }

    /// Who bears a duty.
    pub(crate) fn bearer(&self, duty: &Duty) -> BearerLink {
        let unit = duty.unit.map(|u| self.unit_link(u as usize).id);
        let name = if duty.bearer.table == UNIT_TABLE {
            self.short(duty.bearer.record as usize)
        } else {
            self.record_title(duty.bearer.table, duty.bearer.record)
        };
        BearerLink {
            id: self.cx.id(duty.bearer.table, duty.bearer.record).to_owned(),
            name,
            unit,
        }
    }

    /// What a list shows of a record: its title field, else its id.
    pub(crate) fn record_title(&self, table: usize, record: u32) -> Text {
        let id = self.cx.id(table, record);
        let register = self
            .cx
            .programme
            .registers
            .get(table.saturating_sub(programme::model::FIRST_REGISTER_TABLE));
        let row = self.cx.row(table, record);
        // Everybody reads the same name here, so one that is masked for anybody is for all.
        let open = register.filter(|r| r.field(&r.title).is_none_or(|field| !field.sensitive));
        let title = open
            .zip(row)
            .and_then(|(r, row)| self.cell(table, &r.title, row));
        title.unwrap_or_else(|| Text::same(id))
    }

    /// A cell as people read it; `None` where it is empty.
    pub(crate) fn cell(&self, table: usize, field: &str, row: u32) -> Option<Text> {
        if field == "id" {
            let record = *self
                .cx
                .tables()
                .tables
                .get(table)?
                .record
                .get(row as usize)?;
            return Some(Text::same(self.cx.id(table, record)));
        }
        let programme = self.cx.programme;
        let schema = programme.schema.tables.get(table)?;
        let at = schema
            .fields
            .iter()
            .filter(|f| f.formula.is_none())
            .position(|f| f.id == field)?;
        let ty = &schema.fields.iter().find(|f| f.id == field)?.ty;
        let column = self.cx.tables().tables.get(table)?.columns.get(at)?;
        if !column.present.get(row as usize) {
            return None;
        }
        Some(self.shown(table, field, ty, &column.cells, row as usize))
    }

    fn shown(&self, table: usize, field: &str, ty: &Type, cells: &Cells, at: usize) -> Text {
        let programme = self.cx.programme;
        match (cells, ty) {
            (Cells::Bool(bits), _) => rules::show(&Value::Bool(bits.get(at))).into(),
            (Cells::Double(all), _) => {
                rules::show(&Value::Double(all.get(at).copied().unwrap_or_default())).into()
            }
            (Cells::Int(all), ty) => {
                let n = all.get(at).copied().unwrap_or_default();
                let value = match ty {
                    Type::Money => Value::Money(n),
                    Type::Date => Value::Date(Day(n as i32)),
                    Type::Time => Value::Time(rules::Moment(n)),
                    Type::Duration => Value::Duration(n),
                    _ => Value::Int(n),
                };
                rules::show(&value).into()
            }
            (Cells::Symbol { codes, dictionary }, _) => {
                let text = codes
                    .get(at)
                    .and_then(|c| dictionary.get(*c as usize))
                    .map_or("", |t| t);
                let register = programme
                    .registers
                    .get(table.wrapping_sub(programme::model::FIRST_REGISTER_TABLE));
                let choice = register
                    .and_then(|r| r.field(field))
                    .and_then(|f| f.choices.iter().find(|(id, _)| id == text));
                choice.map_or_else(|| Text::same(text), |(_, words)| words.into())
            }
            (Cells::Record(all), Type::Reference(to)) => {
                let record = all.get(at).copied().unwrap_or(rules::NO_ROW);
                match to.as_str() {
                    "unit" => self.short(record as usize),
                    "division" => programme
                        .divisions
                        .get(record as usize)
                        .map(|d| Text::same(&d.name))
                        .unwrap_or_default(),
                    to => programme
                        .schema
                        .table(to)
                        .map(|to| self.record_title(to, record))
                        .unwrap_or_default(),
                }
            }
            (Cells::List { ends, items }, Type::List(of)) => {
                let from = at
                    .checked_sub(1)
                    .and_then(|i| ends.get(i))
                    .copied()
                    .unwrap_or(0);
                let until = ends.get(at).copied().unwrap_or(from);
                let all: Vec<Text> = (from..until)
                    .map(|i| self.shown(table, field, of, items, i as usize))
                    .collect();
                Text::new(
                    all.iter()
                        .map(|t| t.zh.as_str())
                        .collect::<Vec<_>>()
                        .join("、"),
                    all.iter()
                        .map(|t| t.en.as_str())
                        .collect::<Vec<_>>()
                        .join(", "),
                )
            }
            _ => Text::default(),
        }
    }

    /// A clause and where it stands.
    pub(crate) fn clause_link(&self, notice: &Notice, number: &str) -> ClauseLink {
        let text = notice
            .clauses
            .iter()
            .find(|c| c.number == number)
            .map(|c| (&c.text).into())
            .unwrap_or_default();
        ClauseLink {
            notice: notice.id.clone(),
            id: number.to_owned(),
            text,
        }
    }

    /// A duty's address.
    pub(crate) fn duty_id(&self, measure: &Measure, duty: &Duty) -> DutyId {
        DutyId {
            measure: measure.id.clone(),
            bearer: self.cx.id(duty.bearer.table, duty.bearer.record).to_owned(),
            period: duty.period.key.to_string(),
        }
    }

    /// The first tally's value, and what it must reach.
    pub(crate) fn first_value(
        &self,
        measure: &Measure,
        duty: &Duty,
    ) -> (Option<Figure>, Option<f64>) {
        let tally = measure.tallies.first();
        let value = tally
            .zip(duty.tallies().first())
            .and_then(|(t, b)| figure(t, b));
        let target = engine::goals(self.cx, measure, duty)
            .iter()
            .find(|g| g.tally == 0)
            .map(|g| g.need);
        (value, target)
    }
}

/// A tally's value as pages carry it; `None` where nothing at all is known.
pub(crate) fn figure(tally: &Tally, bounds: &Bounds) -> Option<Figure> {
    use programme::model::TallyKind::{Count, Distinct, Ratio, Share};
    let quantity = match (&tally.kind, tally_type(&tally.kind)) {
        (Count | Distinct(_), _) => Quantity::Count,
        (Share(_) | Ratio(..), _) => Quantity::Share,
        (_, Type::Money) => Quantity::Fen,
        _ => Quantity::Number,
    };
    Some(Figure {
        low: bounds.low?,
        high: bounds.high,
        quantity,
    })
}

/// A period as people say it.
pub(crate) fn period_name(period: &Period) -> PeriodName {
    PeriodName {
        id: period.key.to_string(),
        name: period_words(period),
        from: date(period.from),
        until: date(period.until),
    }
}

fn period_words(period: &Period) -> Text {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let key = &*period.key;
    let (year, rest) = key.split_once('-').unwrap_or((key, ""));
    let month = |text: &str| text.parse::<usize>().ok().filter(|m| (1..=12).contains(m));
    let english = |m: usize| {
        m.checked_sub(1)
            .and_then(|i| MONTHS.get(i))
            .copied()
            .unwrap_or_default()
    };
    match (key, rest) {
        ("once", _) => {
            let (_, m, d) = period.until.ymd();
            Text::new(
                format!("{m}月{d}日止"),
                format!("by {d} {}", english(m as usize)),
            )
        }
        ("always", _) => Text::new("持续", "always"),
        (_, "") => Text::new(format!("{year}年"), year),
        (_, rest) => {
            if let Some(week) = rest.strip_prefix('W') {
                return Text::new(
                    format!("第{}周", week.trim_start_matches('0')),
                    format!("week {}", week.trim_start_matches('0')),
                );
            }
            if let Some(quarter) = rest.strip_prefix('Q') {
                return Text::new(format!("{quarter}季度"), format!("Q{quarter}"));
            }
            let (m, part) = rest.split_once('-').unwrap_or((rest, ""));
            let Some(m) = month(m) else {
                return Text::same(key);
            };
            match part {
                "" => Text::new(format!("{m}月"), english(m)),
                "H1" => Text::new(format!("{m}月上半月"), format!("{} 1–15", english(m))),
                "H2" => Text::new(format!("{m}月下半月"), format!("{} 16–", english(m))),
                "T1" => Text::new(format!("{m}月上旬"), format!("{} 1–10", english(m))),
                "T2" => Text::new(format!("{m}月中旬"), format!("{} 11–20", english(m))),
                "T3" => Text::new(format!("{m}月下旬"), format!("{} 21–", english(m))),
                day => Text::new(
                    format!("{m}月{}日", day.trim_start_matches('0')),
                    format!("{} {}", day.trim_start_matches('0'), english(m)),
                ),
            }
        }
    }
}
