//! The functions of the language: CEL's own and those of our field.

pub(crate) mod arrears;
pub(crate) mod date;
pub(crate) mod lpr;
pub(crate) mod size_class;
mod uscc;

pub use uscc::uscc_valid;

use crate::Words;

/// A function that a rule may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// `wan(n)`: n × 10,000 yuan, as money.
    Wan,
    /// `yi(n)`: n × 100,000,000 yuan, as money.
    Yi,
    /// `yuan(n)`: n yuan, as money.
    Yuan,
    /// `date('2023-08-31')`, read when the rule is checked; `date(t)` of a time.
    Date,
    /// `year(d)`.
    Year,
    /// `month(d)`, 1 to 12.
    Month,
    /// `day(d)`, 1 to 31.
    Day,
    /// `days(a, b)`: days from a to b.
    Days,
    /// `months(a, b)`: whole months from a to b.
    Months,
    /// `workdays(a, b)`: working days after a up to and including b.
    Workdays,
    /// `add_days(d, n)`.
    AddDays,
    /// `add_months(d, n)`: the same day of the month n months later, or that month's last day.
    AddMonths,
    /// `add_workdays(d, n)`.
    AddWorkdays,
    /// `in_force(from, until)`: today lies in the closed interval; an `until` of nothing is open.
    InForce,
    /// `under(unit_or_division, 'id')`: is it, or lies it below, that unit or division.
    Under,
    /// `industry(i, 'C13')`: the GB/T 4754 code begins so.
    Industry,
    /// `size_class(industry, employees, revenue, assets)`: `large`, `medium`, `small`, `micro`
    /// (MIIT 工信部联企业〔2011〕300号); nothing for an industry that is not classed. One indicator below the small
    /// bound tells `micro` although the others are unknown.
    SizeClass,
    /// `arrears_due(payer, signed_on, anchor_on, agreed_days)`: the last day to pay an SME, moved to a working day
    /// (国令728号; for contracts from 2025-06-01 国令802号). The payer is the text or choice `government`,
    /// `institution` or `large`; for any other there is nothing, since the regulations do not oblige it.
    /// Agreed days of nothing are none agreed.
    ArrearsDue,
    /// `overdue_interest(principal, due_on, paid_on, agreed_rate, signed_on)`: simple interest from the day after due to
    /// the day of payment (国令802号 art. 17). Paid on nothing runs to today; an agreed rate of nothing is 0.05 % a
    /// day, else the rate is a year's, as a fraction, and at least the loan prime rate of the day of signing.
    OverdueInterest,
    /// `lpr(date)`: the one-year loan prime rate in force on a day, as a fraction.
    Lpr,
    /// `uscc_valid(text)`: both check digits of GB 32100-2015 hold.
    UsccValid,
    /// `size(list or text)`.
    Size,
    /// `text.startsWith(prefix)`.
    StartsWith,
    /// `text.endsWith(suffix)`.
    EndsWith,
    /// `text.contains(part)`.
    Contains,
    /// `sum(list)`.
    Sum,
    /// `min(a, b, …)` or of a list.
    Min,
    /// `max(a, b, …)` or of a list.
    Max,
    /// `int(x)`.
    Int,
    /// `double(x)`.
    Double,
    /// `string(x)`.
    Text,
    /// `abs(x)`.
    Abs,
    /// `round(x)`: to the nearest whole number, half away from zero.
    Round,
    /// `money(x)`: fen from a double or int of yuan, rounded half away from zero.
    Money,
}

/// What an argument of a function must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// An int or a double.
    Number,
    /// A number, or a text that writes one.
    Written,
    /// Anything that is counted: int, double, money, duration.
    Countable,
    Whole,
    Decimal,
    Money,
    /// A date; a time serves as its date.
    Day,
    Texts,
    Industry,
    /// A text or a list.
    Sized,
    /// A reference.
    Record,
    /// A reference or an id.
    Root,
    /// Neither a list nor a reference.
    Scalar,
    /// Any number of arguments of one type, or one list.
    Several,
}

impl Want {
    /// What it is called in a message.
    pub(crate) fn words(self) -> Words {
        let (zh, en) = match self {
            Want::Several | Want::Scalar => ("单个值", "a single value"),
            Want::Number => ("数", "a number"),
            Want::Written => ("数或写着数的文字", "a number or a text that writes one"),
            Want::Countable => ("可以计算的量", "a quantity"),
            Want::Whole => ("整数", "a whole number"),
            Want::Decimal => ("小数", "a decimal"),
            Want::Money => ("金额", "money"),
            Want::Day => ("日期", "a date"),
            Want::Texts => ("文字", "text"),
            Want::Industry => ("行业代码", "an industry code"),
            Want::Sized => ("文字或列表", "text or a list"),
            Want::Record => (
                "单位、区划等引用",
                "a reference, such as a unit or a division",
            ),
            Want::Root => ("编号或引用", "an id or a reference"),
        };
        Words::new(zh, en)
    }
}

/// Every function with its name and what it takes; a call as a method passes its target first.
pub(crate) const FUNCTIONS: &[(Function, &str, &[Want])] = {
    use Want::*;
    &[
        (Function::Wan, "wan", &[Number]),
        (Function::Yi, "yi", &[Number]),
        (Function::Yuan, "yuan", &[Number]),
        (Function::Date, "date", &[Day]),
        (Function::Year, "year", &[Day]),
        (Function::Month, "month", &[Day]),
        (Function::Day, "day", &[Day]),
        (Function::Days, "days", &[Day, Day]),
        (Function::Months, "months", &[Day, Day]),
        (Function::Workdays, "workdays", &[Day, Day]),
        (Function::AddDays, "add_days", &[Day, Whole]),
        (Function::AddMonths, "add_months", &[Day, Whole]),
        (Function::AddWorkdays, "add_workdays", &[Day, Whole]),
        (Function::InForce, "in_force", &[Day, Day]),
        (Function::Under, "under", &[Record, Root]),
        (Function::Industry, "industry", &[Industry, Texts]),
        (
            Function::SizeClass,
            "size_class",
            &[Industry, Whole, Money, Money],
        ),
        (
            Function::ArrearsDue,
            "arrears_due",
            &[Texts, Day, Day, Whole],
        ),
        (
            Function::OverdueInterest,
            "overdue_interest",
            &[Money, Day, Day, Decimal, Day],
        ),
        (Function::Lpr, "lpr", &[Day]),
        (Function::UsccValid, "uscc_valid", &[Texts]),
        (Function::Size, "size", &[Sized]),
        (Function::StartsWith, "startsWith", &[Texts, Texts]),
        (Function::EndsWith, "endsWith", &[Texts, Texts]),
        (Function::Contains, "contains", &[Texts, Texts]),
        (Function::Sum, "sum", &[Several]),
        (Function::Min, "min", &[Several]),
        (Function::Max, "max", &[Several]),
        (Function::Int, "int", &[Written]),
        (Function::Double, "double", &[Written]),
        (Function::Text, "string", &[Scalar]),
        (Function::Abs, "abs", &[Countable]),
        (Function::Round, "round", &[Number]),
        (Function::Money, "money", &[Number]),
    ]
};

/// The whole number nearest to a value, half away from zero; `None` when 64 bits do not hold it.
pub(crate) fn whole(value: f64) -> Option<i64> {
    // Both bounds are exact doubles; the upper one itself is already too large.
    const TOO_LARGE: f64 = 9_223_372_036_854_775_808.0;
    let rounded = value.round();
    (-TOO_LARGE..TOO_LARGE)
        .contains(&rounded)
        .then_some(rounded as i64)
}

/// An amount of fen as yuan with two decimals.
pub(crate) fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}
