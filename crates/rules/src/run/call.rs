//! Calls: each function over lanes.

use super::compare::list_or_empty;
use super::lane::{Cell, Lane, length};
use super::{Reason, Run};
use crate::function::{date, whole};
use crate::{Bits, Day, Function, NO_ROW, Node, Type};

/// Days beyond which no date of the calendar lies (years −9999 to 9999).
const DAYS_MAX: i64 = 3_700_000;

impl<'a> Run<'a> {
    pub(super) fn call(&self, function: Function, args: &[Node], lanes: &[Lane<'a>]) -> Lane<'a> {
        use Function as F;
        let sources: Vec<&Lane<'a>> = lanes.iter().collect();
        let len = length(&sources);
        let ty = args.first().map_or(&Type::Text, |a| &a.ty);
        let calendar = self.world.calendar;
        match (function, &sources[..]) {
            (F::Wan | F::Yi | F::Yuan | F::Money, [x]) => {
                let unit = crate::check::yuan_in(function).unwrap_or(1);
                money(x, unit)
            }
            (F::Date, [x]) => Lane::ints(len, |row| {
                x.int(row).map(|ms| match ty {
                    Type::Time => crate::Moment(ms).day().0.into(),
                    _ => ms,
                })
            }),
            (F::Year, [d]) => of_day(d, |d| d.ymd().0.into()),
            (F::Month, [d]) => of_day(d, |d| d.ymd().1.into()),
            (F::Day, [d]) => of_day(d, |d| d.ymd().2.into()),
            (F::Days, [a, b]) => of_days(a, b, |a, b| Ok(i64::from(b.0) - i64::from(a.0))),
            (F::Months, [a, b]) => of_days(a, b, |a, b| Ok(date::months(a, b))),
            (F::Workdays, [a, b]) => of_days(a, b, |a, b| {
                calendar.workdays(a, b).ok_or(Reason::PastCalendar)
            }),
            (F::AddDays, [d, n]) => of_day_and(d, n, |d, n| Ok(i64::from(d.0).saturating_add(n))),
            (F::AddMonths, [d, n]) => of_day_and(d, n, |d, n| {
                date::add_months(d, n)
                    .map(|d| d.0.into())
                    .ok_or(Reason::Overflow)
            }),
            (F::AddWorkdays, [d, n]) => of_day_and(d, n, |d, n| {
                calendar
                    .add_workdays(d, n)
                    .map(|d| d.0.into())
                    .ok_or(Reason::PastCalendar)
            }),
            (F::InForce, [from, until]) => in_force(from, until, self.world.today),
            (F::Under, [item, root]) => self.under(item, root),
            (F::Industry | F::StartsWith, [x, part]) => {
                text_test(x, part, |x, part| x.starts_with(part))
            }
            (F::EndsWith, [x, part]) => text_test(x, part, |x, part| x.ends_with(part)),
            (F::Contains, [x, part]) => text_test(x, part, |x, part| x.contains(part)),
            (F::UsccValid, [x]) => {
                Lane::bools(len, |row| x.text(row).map(crate::function::uscc_valid))
            }
            (F::Size, [x]) if matches!(ty, Type::List(_)) => Lane::ints(len, |row| {
                list_or_empty(x.cell(row, |_| Some(()))).map(|()| x.range(row).len() as i64)
            }),
            (F::Size, [x]) => Lane::ints(len, |row| x.text(row).map(|t| t.chars().count() as i64)),
            (F::Sum | F::Min | F::Max, [list]) => aggregate(function, list, ty),
            (F::Int, [x]) => int(x, ty),
            (F::Double, [x]) => double(x, ty),
            (F::Text, [x]) => text(x, ty),
            (F::Abs, [x]) if *ty == Type::Double => {
                Lane::doubles(len, |row| x.double(row).map(f64::abs))
            }
            (F::Abs, [x]) => Lane::ints(len, |row| {
                x.int(row)
                    .and(|n| n.checked_abs().ok_or(Reason::Overflow).into())
            }),
            (F::Round, [x]) if *ty == Type::Int => (*x).clone(),
            (F::Round, [x]) => Lane::ints(len, |row| {
                x.double(row)
                    .and(|n| whole(n).ok_or(Reason::Overflow).into())
            }),
            (F::SizeClass | F::ArrearsDue | F::OverdueInterest | F::Lpr, _) => {
                self.law(function, &sources)
            }
            _ => Lane::unknown(None),
        }
    }

    /// Whether each record is the root or lies below it in its table's tree.
    fn under(&self, item: &Lane<'a>, root: &Lane<'a>) -> Lane<'a> {
        Lane::bools(length(&[item, root]), |row| {
            item.record(row).and(|(table, number)| {
                let root = match &root.data {
                    super::Data::Record(..) => root.record(row).map(|(_, n)| Some(n)),
                    _ => root.text(row).map(|id| self.number_of(table, id)),
                };
                root.and(|root| self.climb(table, number, root))
            })
        })
    }

    fn climb(&self, table: usize, number: u32, root: Option<u32>) -> Cell<bool> {
        let schema = self.world.schema.tables.get(table);
        let stored = schema.map(|t| t.fields.iter().filter(|f| f.formula.is_none()));
        let parent = schema.and_then(|t| t.parent.as_deref());
        let column = stored.and_then(|mut f| f.position(|f| Some(f.id.as_str()) == parent));
        let (Some(found), Some(column)) = (self.world.tables.tables.get(table), column) else {
            return Cell::Unknown(None);
        };
        let none_above = schema.is_some_and(|t| {
            t.fields
                .iter()
                .any(|f| Some(f.id.as_str()) == parent && f.empty == crate::Empty::None)
        });
        let current = self.world.rows_of(table);
        let (mut at, mut steps) = (number, 0);
        loop {
            if Some(at) == root {
                return Cell::Is(true);
            }
            let Some(&row) = current.get(at as usize) else {
                return Cell::Unknown(Some(Reason::NoSuchRecord));
            };
            if row == NO_ROW {
                return Cell::Unknown(Some(Reason::NotThereNow));
            }
            let Some(crate::Column {
                present,
                cells: crate::Cells::Record(parents),
            }) = found.columns.get(column)
            else {
                return Cell::Unknown(None);
            };
            if !present.get(row as usize) {
                return if none_above {
                    Cell::Is(false)
                } else {
                    Cell::Unknown(None)
                };
            }
            at = parents.get(row as usize).copied().unwrap_or(NO_ROW);
            steps += 1;
            if steps > found.ids.len() {
                return Cell::Unknown(Some(Reason::Circle));
            }
        }
    }
}

/// A lane's day; unknown outside the civil calendar.
pub(super) fn day(lane: &Lane<'_>, row: usize) -> Cell<Day> {
    lane.int(row).and(to_day)
}

fn to_day(n: i64) -> Cell<Day> {
    match i32::try_from(n) {
        Ok(day) if n.abs() <= DAYS_MAX => Cell::Is(Day(day)),
        _ => Cell::Unknown(Some(Reason::Overflow)),
    }
}

fn of_day<'a>(d: &Lane<'a>, f: impl Fn(Day) -> i64) -> Lane<'a> {
    Lane::ints(d.len(), |row| day(d, row).map(&f))
}

fn of_days<'a>(
    a: &Lane<'a>,
    b: &Lane<'a>,
    f: impl Fn(Day, Day) -> Result<i64, Reason>,
) -> Lane<'a> {
    Lane::ints(length(&[a, b]), |row| {
        day(a, row).zip(day(b, row)).and(|(a, b)| f(a, b).into())
    })
}

fn of_day_and<'a>(
    d: &Lane<'a>,
    n: &Lane<'a>,
    f: impl Fn(Day, i64) -> Result<i64, Reason>,
) -> Lane<'a> {
    Lane::ints(length(&[d, n]), |row| {
        let moved: Cell<i64> = day(d, row).zip(n.int(row)).and(|(d, n)| f(d, n).into());
        moved.and(|n| to_day(n).map(|_| n))
    })
}

fn money<'a>(x: &Lane<'a>, yuan: i64) -> Lane<'a> {
    let fen = |value: crate::Value| {
        crate::check::fen(&value, yuan)
            .ok_or(Reason::Overflow)
            .into()
    };
    match &x.data {
        super::Data::Double(_) => Lane::ints(x.len(), |row| {
            x.double(row).and(|n| fen(crate::Value::Double(n)))
        }),
        _ => Lane::ints(x.len(), |row| x.int(row).and(|n| fen(crate::Value::Int(n)))),
    }
}

/// Today lies in the closed interval; an end of nothing is open, a beginning of nothing never comes.
fn in_force<'a>(from: &Lane<'a>, until: &Lane<'a>, today: Day) -> Lane<'a> {
    let today = i64::from(today.0);
    Lane::bools(length(&[from, until]), |row| {
        let begun = match from.int(row) {
            Cell::Nothing => Cell::Is(false),
            other => other.map(|d| d <= today),
        };
        let not_ended = match until.int(row) {
            Cell::Nothing => Cell::Is(true),
            other => other.map(|d| today <= d),
        };
        match (begun, not_ended) {
            (Cell::Is(false), _) | (_, Cell::Is(false)) => Cell::Is(false),
            (begun, not_ended) => begun.zip(not_ended).map(|_| true),
        }
    })
}

/// A test of a text: of each text of the dictionary once where that is less work.
fn text_test<'a>(x: &Lane<'a>, part: &Lane<'a>, test: impl Fn(&str, &str) -> bool) -> Lane<'a> {
    let len = length(&[x, part]);
    if let (super::Data::Text(texts), Cell::Is(part), true) =
        (&x.data, part.text(0), part.len() == 1)
        && texts.dictionary.len() <= len
    {
        let told: Bits = texts.dictionary.iter().map(|t| test(t, part)).collect();
        return Lane::bools(len, |row| {
            x.cell(row, |at| {
                texts.codes.get(at).map(|code| told.get(*code as usize))
            })
        });
    }
    Lane::bools(len, |row| {
        x.text(row)
            .zip(part.text(row))
            .map(|(x, part)| test(x, part))
    })
}

/// `sum`, `min`, `max` of a list: what is nothing is passed over, what is unknown makes the whole unknown.
fn aggregate<'a>(function: Function, list: &Lane<'a>, ty: &Type) -> Lane<'a> {
    let item = match ty {
        Type::List(item) => &**item,
        other => other,
    };
    let empty = Lane::unknown(None);
    let items = list.items().unwrap_or(&empty);
    match item {
        Type::Double => Lane::doubles(list.len(), |row| {
            fold(function, list, row, |i| items.double(i), 0.0, add_doubles)
        }),
        Type::Text | Type::Choice(_) | Type::Industry | Type::Period | Type::File => {
            let cell = |row| {
                fold(
                    function,
                    list,
                    row,
                    |i| items.text(i),
                    "",
                    |_, _| Err(Reason::Overflow),
                )
            };
            Lane::texts(list.len(), |row| cell(row).map(Into::into))
        }
        _ => Lane::ints(list.len(), |row| {
            let add = |a: i64, b: i64| a.checked_add(b).ok_or(Reason::Overflow);
            fold(function, list, row, |i| items.int(i), 0, add)
        }),
    }
}

fn add_doubles(a: f64, b: f64) -> Result<f64, Reason> {
    Some(a + b)
        .filter(|x| x.is_finite())
        .ok_or(Reason::Overflow)
}

fn fold<T: PartialOrd + Copy>(
    function: Function,
    list: &Lane<'_>,
    row: usize,
    item: impl Fn(usize) -> Cell<T>,
    zero: T,
    add: impl Fn(T, T) -> Result<T, Reason>,
) -> Cell<T> {
    list_or_empty(list.cell(row, |_| Some(()))).and(|()| {
        let mut found: Option<T> = (function == Function::Sum).then_some(zero);
        for at in list.range(row) {
            let next = match item(at) {
                Cell::Is(next) => next,
                Cell::Nothing => continue,
                unknown => return unknown,
            };
            found = Some(match (function, found) {
                (Function::Sum, Some(sum)) => match add(sum, next) {
                    Ok(sum) => sum,
                    Err(reason) => return Cell::Unknown(Some(reason)),
                },
                (Function::Min, Some(least)) if least <= next => least,
                (Function::Max, Some(most)) if most >= next => most,
                _ => next,
            });
        }
        found.map_or(Cell::Nothing, Cell::Is)
    })
}

fn int<'a>(x: &Lane<'a>, ty: &Type) -> Lane<'a> {
    match ty {
        Type::Int => x.clone(),
        Type::Double => Lane::ints(x.len(), |row| {
            x.double(row)
                .and(|n| whole(n.trunc()).ok_or(Reason::Overflow).into())
        }),
        _ => Lane::ints(x.len(), |row| {
            x.text(row)
                .and(|t| t.parse().map_err(|_| Reason::NotANumber).into())
        }),
    }
}

fn double<'a>(x: &Lane<'a>, ty: &Type) -> Lane<'a> {
    match ty {
        Type::Double => x.clone(),
        Type::Int => Lane::doubles(x.len(), |row| x.int(row).map(|n| n as f64)),
        _ => Lane::doubles(x.len(), |row| {
            x.text(row).and(|t| {
                let read = t.parse::<f64>().ok().filter(|n| n.is_finite());
                read.ok_or(Reason::NotANumber).into()
            })
        }),
    }
}

fn text<'a>(x: &Lane<'a>, ty: &Type) -> Lane<'a> {
    match ty {
        Type::Bool => Lane::texts(x.len(), |row| x.bool(row).map(|b| b.to_string().into())),
        Type::Double => Lane::texts(x.len(), |row| x.double(row).map(|n| n.to_string().into())),
        Type::Date => Lane::texts(x.len(), |row| day(x, row).map(|d| d.to_string().into())),
        Type::Time => Lane::texts(x.len(), |row| {
            x.int(row).map(|ms| crate::Moment(ms).to_string().into())
        }),
        Type::Money => Lane::texts(x.len(), |row| {
            x.int(row).map(|fen| crate::function::yuan(fen).into())
        }),
        Type::Duration => Lane::texts(x.len(), |row| {
            x.int(row)
                .map(|ms| format!("{}s", ms as f64 / 1000.0).into())
        }),
        Type::Int => Lane::texts(x.len(), |row| x.int(row).map(|n| n.to_string().into())),
        _ => x.clone(),
    }
}
