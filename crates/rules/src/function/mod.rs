//! The functions of the language: CEL's own and those of our field.

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
    /// (MIIT 工信部联企业〔2011〕300号).
    SizeClass,
    /// `arrears_due(payer, signed_on, anchor_on, agreed_days)`: the last day to pay an SME
    /// (国令728号; for contracts from 2025-06-01 国令802号).
    ArrearsDue,
    /// `overdue_interest(principal, due_on, paid_on, agreed_rate, signed_on)`: simple interest (国令802号 art. 17).
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
