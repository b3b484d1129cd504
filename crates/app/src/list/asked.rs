//! What a list is asked for, read: which records match, in which order, and where the page before ended.

use super::order::{Ended, Order};
use super::scalar::{Scalar, Source};
use super::view::View;
use super::{LIMIT_MAX, Question, Test, Unread, fault};
use crate::access::{Deed, Reads, is_masked, may_all};
use engine::Objection;
use programme::model::{FieldKind, RegisterField};
use rules::{Day, Expected, Rule, Words, fields_read, nearest};

/// What a list is asked for.
pub(super) struct Asked {
    tests: Vec<Ready>,
    rule: Option<Rule>,
    /// The tests and the rule as one text; equal ones match the same records.
    pub(super) text: String,
}

/// A test with its values read.
pub(super) struct Ready {
    pub(super) field: String,
    pub(super) kind: FieldKind,
    wanted: Wanted,
}

enum Wanted {
    OneOf(Vec<Scalar<'static>>),
    AtLeast(Scalar<'static>),
    AtMost(Scalar<'static>),
    Has(String),
    Empty(bool),
}

/// What is asked, its order, and where the page before ended.
pub(super) type Whole = (Asked, Order, Option<Ended>);

impl Asked {
    /// Every record that the viewer sees.
    pub(super) fn everything() -> Self {
        Self {
            tests: Vec::new(),
            rule: None,
            text: String::new(),
        }
    }

    /// Reads a question; all its faults at once.
    pub(super) fn read(view: &View<'_>, question: &Question) -> Result<Whole, Unread> {
        let mut faults = Vec::new();
        if question.limit == 0 || question.limit > LIMIT_MAX {
            faults.push(fault(
                "limit",
                format!("limit 应在 1 至 {LIMIT_MAX} 之间"),
                format!("limit lies between 1 and {LIMIT_MAX}"),
            ));
        }
        let chosen = question.fields.iter().flatten();
        for id in chosen {
            let unknown = view.register.field(id).is_none();
            faults.extend(unknown.then(|| no_field(view, "columns", id)));
        }
        let rule = question.rule.as_deref();
        let rule = rule.and_then(|text| told(read_rule(view, text), &mut faults));
        let order = told(read_order(view, question), &mut faults);
        let tests = question.tests.iter();
        let tests: Vec<_> = tests
            .filter_map(|(id, test)| told(read_test(view, id, test), &mut faults))
            .collect();
        let after = order.as_ref().and_then(|order| {
            let after = question.after.as_deref()?;
            told(order.read(after).map_err(|fault| vec![fault]), &mut faults)
        });
        let (Some(order), true) = (order, faults.is_empty()) else {
            return Err(Unread::Question(faults));
        };
        let text = match (question.tests.as_slice(), &question.rule) {
            ([], None) => String::new(),
            (tests, rule) => format!("{tests:?}{rule:?}"),
        };
        Ok((Self { tests, rule, text }, order, after))
    }

    /// The rows that satisfy everything.
    pub(super) fn matching(&self, view: &View<'_>, mut rows: Vec<u32>) -> Vec<u32> {
        for test in &self.tests {
            let Some(source) = view.source(&test.field, &rows) else {
                return Vec::new();
            };
            let mut nth = 0;
            rows.retain(|row| {
                nth += 1;
                test.holds(&source, nth - 1, *row)
            });
        }
        let Some(rule) = &self.rule else { return rows };
        let verdicts = view.verdicts(rule, &rows);
        let mut nth = 0;
        rows.retain(|_| {
            nth += 1;
            // Unknown is not yes.
            verdicts.yes.get(nth - 1)
        });
        rows
    }

    /// Adds what else than the register's own rows tells whether one matches.
    pub(super) fn reads(&self, view: &View<'_>, reads: &mut Reads) {
        let worked = self.tests.iter().filter_map(|test| {
            let field = view.register.field(&test.field)?;
            field.formula.is_some().then_some(())?;
            view.rule(&field.id, &Expected::Any).ok()
        });
        worked.for_each(|rule| reads.add(&rule));
        self.rule.iter().for_each(|rule| reads.add(rule));
    }

    /// A test that few records satisfy, with the only value that it lets pass.
    pub(super) fn narrow(&self) -> Option<(&Ready, &Scalar<'static>)> {
        use FieldKind as K;
        let is_narrow = |test: &&Ready| matches!(test.kind, K::Reference | K::Text | K::Uscc);
        let mut narrow = self.tests.iter().filter(is_narrow);
        narrow.find_map(|test| match &test.wanted {
            Wanted::OneOf(all) => match all.as_slice() {
                [one] => Some((test, one)),
                _ => None,
            },
            _ => None,
        })
    }
}

impl Ready {
    fn holds(&self, source: &Source<'_>, nth: usize, row: u32) -> bool {
        match &self.wanted {
            Wanted::Empty(empty) => source.has(nth, row) != *empty,
            Wanted::OneOf(all) => source.any(nth, row, |v| all.iter().any(|a| v.order(a).is_eq())),
            Wanted::AtLeast(end) => source.any(nth, row, |v| v.order(end).is_ge()),
            Wanted::AtMost(end) => source.any(nth, row, |v| v.order(end).is_le()),
            Wanted::Has(part) => source.any(nth, row, |v| v.has(part)),
        }
    }
}

fn told<T>(read: Result<T, Vec<Objection>>, faults: &mut Vec<Objection>) -> Option<T> {
    match read {
        Ok(read) => Some(read),
        Err(found) => {
            faults.extend(found);
            None
        }
    }
}

fn read_rule(view: &View<'_>, text: &str) -> Result<Rule, Vec<Objection>> {
    let rule = view.rule(text, &Expected::Verdict).map_err(|faults| {
        let said = faults.into_iter().map(|f| {
            let mend = f.help.unwrap_or_default();
            let join = |what: String, sign: &str, mend: &str| match mend {
                "" => what,
                mend => format!("{what}{sign}{mend}"),
            };
            let words = Words::new(
                join(f.message.zh, "；", &mend.zh),
                join(f.message.en, "; ", &mend.en),
            );
            Objection {
                field: Some("where".into()),
                words,
            }
        });
        said.collect::<Vec<_>>()
    })?;
    let registers = &view.app.programme().registers;
    let sensitive = fields_read(&rule).into_iter().find(|(table, field)| {
        let at = table.checked_sub(programme::model::FIRST_REGISTER_TABLE);
        let Some(register) = at.and_then(|at| registers.get(at)) else {
            return false;
        };
        let (programme, viewer) = (view.app.programme(), view.viewer);
        let field = register.field(field);
        // Through a reference a rule would tell of records that the viewer does not see.
        *table != view.table && !may_all(programme, viewer, Deed::Read, &register.id)
            || field.is_some_and(|field| is_masked(programme, viewer, register, field))
    });
    match sensitive {
        Some((_, field)) => Err(vec![hidden("where", &field)]),
        None => Ok(rule),
    }
}

/// What is not shown cannot be found out by filters or by an order either.
fn hidden(parameter: &str, field: &str) -> Objection {
    fault(
        parameter,
        format!("您看不到“{field}”的值，不能用来筛选或排序"),
        format!(
            "you do not see the values of “{field}”, so lists are neither filtered nor sorted by it"
        ),
    )
}

fn no_field(view: &View<'_>, parameter: &str, id: &str) -> Objection {
    let register = view.register;
    let near = nearest(id, register.fields.iter().map(|f| f.id.as_str()));
    let (zh, en) = near.map_or((String::new(), String::new()), |near| {
        (
            format!("；是否想写 {near}？"),
            format!("; did you mean {near}?"),
        )
    });
    fault(
        parameter,
        format!("“{}”没有字段 {id}{zh}", register.name.zh),
        format!("“{}” has no field {id}{en}", register.name.en),
    )
}

fn field<'v>(view: &View<'v>, parameter: &str, id: &str) -> Result<&'v RegisterField, Objection> {
    let register = view.register;
    let found = register.field(id);
    let field = found.ok_or_else(|| no_field(view, parameter, id))?;
    if is_masked(view.app.programme(), view.viewer, register, field) {
        return Err(hidden(parameter, id));
    }
    Ok(field)
}

fn read_order(view: &View<'_>, question: &Question) -> Result<Order, Vec<Objection>> {
    let declared = view.register.view.sort.as_deref().map(|sort| {
        let (field, way) = sort.split_once(' ').unwrap_or((sort, ""));
        (field.to_owned(), way == "desc")
    });
    // The declared order is the programme's own; it gives way to ids where its field is not shown.
    let declared = declared.filter(|(id, _)| field(view, "sort", id).is_ok());
    let asked = question.sort.clone().or(declared);
    let (id, descending) = asked.unwrap_or_else(|| ("id".to_owned(), false));
    if id == "id" {
        return Ok(Order {
            field: id,
            kind: FieldKind::Text,
            descending,
        });
    }
    let found = field(view, "sort", &id).map_err(|fault| vec![fault])?;
    use FieldKind as K;
    if matches!(found.kind, K::Choices | K::References | K::Files) {
        return Err(vec![fault(
            "sort",
            format!("“{}”有多个值，不能用来排序", found.name.zh),
            format!("“{}” has several values and gives no order", found.name.en),
        )]);
    }
    Ok(Order {
        field: id,
        kind: found.kind,
        descending,
    })
}

fn read_test(view: &View<'_>, id: &str, test: &Test) -> Result<Ready, Vec<Objection>> {
    use FieldKind as K;
    let found = match id {
        "id" => None,
        id => Some(field(view, id, id).map_err(|fault| vec![fault])?),
    };
    let kind = found.map_or(K::Text, |f| f.kind);
    let ordered = matches!(
        kind,
        K::Int | K::Decimal | K::Ratio | K::Money | K::Date | K::Time | K::Period(_) | K::Text
    );
    use Test as T;
    if matches!(test, T::AtLeast(_) | T::AtMost(_) | T::From(_) | T::To(_)) && !ordered {
        return Err(vec![fault(
            id,
            format!("{id} 不分大小，只能用 = 或 .in 筛选"),
            format!("the values of {id} have no order; filter by = or .in"),
        )]);
    }
    if matches!(test, T::Has(_)) && !is_text(kind) {
        return Err(vec![fault(
            id,
            format!("{id} 不是文字，不能按其中几个字筛选"),
            format!("{id} is no text and has no part to filter by"),
        )]);
    }
    let one = |text: &str| value(text, kind, id, found);
    let one_fault = |text: &str| one(text).map_err(|fault| vec![fault]);
    let end = |text: &str, last| match found {
        Some(found) => written(view, found, text, last).map_err(|fault| vec![fault]),
        None => one_fault(text),
    };
    let wanted = match test {
        Test::Is(text) => Wanted::OneOf(vec![one_fault(text)?]),
        Test::OneOf(texts) => {
            let all: Result<Vec<_>, Objection> = texts.iter().map(|text| one(text)).collect();
            Wanted::OneOf(all.map_err(|fault| vec![fault])?)
        }
        Test::AtLeast(text) => Wanted::AtLeast(one_fault(text)?),
        Test::AtMost(text) => Wanted::AtMost(one_fault(text)?),
        Test::From(text) => Wanted::AtLeast(end(text, false)?),
        Test::To(text) => Wanted::AtMost(end(text, true)?),
        Test::Has(text) => Wanted::Has(documents::plain(text)),
        Test::Empty(empty) => Wanted::Empty(*empty),
    };
    Ok(Ready {
        field: id.to_owned(),
        kind,
        wanted,
    })
}

fn value(
    text: &str,
    kind: FieldKind,
    id: &str,
    field: Option<&RegisterField>,
) -> Result<Scalar<'static>, Objection> {
    let parsed = Scalar::parse(text, kind).ok_or_else(|| {
        fault(
            id,
            format!("“{text}”不是 {id} 的值；日期写成 2023-09-26，金额以分为单位写整数，是否写 true 或 false"),
            format!("“{text}” is no value of {id}; write days as 2023-09-26, money as whole fen, yes and no as true and false"),
        )
    })?;
    let choices = field.map(|f| &f.choices).filter(|c| !c.is_empty());
    if let Some(choices) = choices
        && !choices.iter().any(|(choice, _)| choice == text)
    {
        let all: Vec<&str> = choices.iter().map(|(choice, _)| choice.as_str()).collect();
        return Err(fault(
            id,
            format!("{id} 没有“{text}”这个选项；可选 {}", all.join("、")),
            format!("{id} has no choice “{text}”; there are {}", all.join(", ")),
        ));
    }
    Ok(parsed)
}

/// Whether a field holds words.
pub(crate) fn is_text(kind: FieldKind) -> bool {
    use FieldKind as K;
    matches!(kind, K::Text | K::LongText | K::Phone | K::Person | K::Uscc)
}

/// One end of a range as a person writes it; the last moment of a day where a day is the end.
fn written(
    view: &View<'_>,
    field: &RegisterField,
    text: &str,
    last: bool,
) -> Result<Scalar<'static>, Objection> {
    if field.kind == FieldKind::Time
        && let Some(day) = Day::parse(text)
    {
        let next = Day(day.0.saturating_add(1)).start().0 - 1;
        return Ok(Scalar::Int(if last { next } else { day.start().0 }));
    }
    let nobody = |_: &str, _: &str| documents::Found::Nothing;
    let ask = documents::Ask::new(view.app.programme(), view.register, "", &nobody);
    let read = documents::Entry::new(&ask).read(field, text);
    let cell = read.map_err(|words| Objection {
        field: Some(field.id.clone()),
        words,
    })?;
    let scalar = cell.0.and_then(|cell| Scalar::of_cell(&cell));
    scalar.ok_or_else(|| {
        fault(
            &field.id,
            format!("“{}”的起止处没有值", field.name.zh),
            format!("an end of “{}” has no value", field.name.en),
        )
    })
}
