//! Why a value is unknown although its fields are filled: errors and edges.

use crate::Words;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    DivisionByZero,
    Overflow,
    NotFinite,
    NoSuchRecord,
    NotThereNow,
    PastCalendar,
    PastRates,
    NoTermInLaw,
    NotInLaw,
    NotANumber,
    NotAnIndustry,
    NegativeAmount,
    Circle,
}

impl Reason {
    /// The reason in both languages.
    pub(crate) fn words(self) -> Words {
        let (zh, en) = match self {
            Self::DivisionByZero => ("除数为零", "division by zero"),
            Self::Overflow => ("结果超出范围", "the result is out of range"),
            Self::NotFinite => ("数值不是有限的数", "the number is not finite"),
            Self::NoSuchRecord => ("引用的记录不存在", "the record referred to does not exist"),
            Self::NotThereNow => (
                "引用的记录此刻不存在",
                "the record referred to does not exist at this moment",
            ),
            Self::PastCalendar => (
                "超出工作日历的范围",
                "past the edge of the working calendar",
            ),
            Self::PastRates => ("超出利率表的范围", "past the edge of the table of rates"),
            Self::NoTermInLaw => (
                "未约定付款期限，当时的规定也没有给出天数",
                "no term was agreed and the law of that time gives none",
            ),
            Self::NotInLaw => (
                "合同早于规定施行，且未约定付款期限",
                "the contract is older than the law and agrees no term",
            ),
            Self::NotANumber => ("文字不是数", "the text writes no number"),
            Self::NotAnIndustry => (
                "不是可判断的行业代码",
                "the code names no industry that can be judged",
            ),
            Self::NegativeAmount => ("数量为负", "the amount is negative"),
            Self::Circle => ("上下级绕成了圈", "the tree has a circle"),
        };
        Words::new(zh, en)
    }
}
