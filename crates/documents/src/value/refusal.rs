//! Why a cell's number or date is not taken, in words.

use crate::fault::Wrong;
use rules::Words;

/// Why a number, a date or a period is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    NoNumber,
    Separators,
    Scientific,
    TooLarge,
    NoDate,
    NoYear,
    NoDay,
    ShortYear,
    FarYear,
    DayFirst,
    Impossible,
    NoPeriod,
}

impl Refusal {
    /// The fault of a cell with this text.
    pub(crate) fn of(self, text: &str) -> Wrong {
        let (code, zh, en) = self.what();
        let what = Words::new(format!("“{text}”{zh}"), format!("“{text}” {en}"));
        let (why, mend) = self.why_and_mend();
        Wrong::new(code, what, why, mend)
    }

    fn what(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::NoNumber => ("not-a-number", "不是数字", "is no number"),
            Self::Separators => (
                "number-separators",
                "的逗号位置不对",
                "has a comma in the wrong place",
            ),
            Self::Scientific => (
                "number-scientific",
                "是科学计数法",
                "is in scientific notation",
            ),
            Self::TooLarge => ("number-too-large", "太大", "is too large"),
            Self::NoDate => ("not-a-date", "不是日期", "is no date"),
            Self::NoYear => ("date-without-year", "没有写年份", "names no year"),
            Self::NoDay => ("date-without-day", "没有写日", "names no day"),
            Self::ShortYear => (
                "date-short-year",
                "的年份只有两位",
                "has a year of two digits",
            ),
            Self::FarYear => (
                "date-far-year",
                "的年份不在 1900 到 2199 之间",
                "has a year outside 1900 to 2199",
            ),
            Self::DayFirst => (
                "date-day-first",
                "把年份写在后面",
                "has its year at the end",
            ),
            Self::Impossible => (
                "date-impossible",
                "：日历上没有这一天",
                "is a day that no calendar has",
            ),
            Self::NoPeriod => (
                "not-a-period",
                "不是这里要的周期",
                "is no period of the kind asked for",
            ),
        }
    }

    fn why_and_mend(self) -> ((&'static str, &'static str), (&'static str, &'static str)) {
        const NUMBER: (&str, &str) = ("写成 1234.56 这样的数字", "write a number such as 1234.56");
        const DATE: (&str, &str) = ("写成 2023-09-26", "write it as 2023-09-26");
        match self {
            Self::NoNumber => (("这一列要参加计算", "this column is reckoned with"), NUMBER),
            Self::Separators => (
                (
                    "分不清是千位分隔还是小数点",
                    "a thousands separator cannot be told from a decimal point",
                ),
                NUMBER,
            ),
            Self::Scientific => (
                (
                    "这种写法常常已经丢了末几位",
                    "texts in this form often have lost their last digits",
                ),
                (
                    "把单元格设成数字格式，写出全部数字",
                    "give the cell a number format and write all digits",
                ),
            ),
            Self::TooLarge => (
                ("超出能存的范围", "it is beyond what can be kept"),
                ("核对位数和单位", "check its digits and its unit"),
            ),
            Self::NoDate => (("这一列要一个日期", "this column takes a date"), DATE),
            Self::NoYear => (
                (
                    "不同年份的表放在一起会分不清",
                    "sheets of different years could not be told apart",
                ),
                (
                    "写上年份：2023年9月26日，或者上传时选择年份",
                    "write the year: 2023-09-26, or choose a year when sending",
                ),
            ),
            Self::NoDay => (("周期按日计算", "periods are counted in days"), DATE),
            Self::ShortYear => (
                ("23 可能是 2023，也可能是日", "23 may be 2023 or a day"),
                ("年份写四位：2023-09-26", "write four digits: 2023-09-26"),
            ),
            Self::FarYear => (("多半是笔误", "it most likely is a slip"), DATE),
            Self::DayFirst => (
                ("月和日的先后分不清", "month and day cannot be told apart"),
                DATE,
            ),
            Self::Impossible => (
                ("月份或日数写错了", "its month or day is wrong"),
                ("核对后改成真实的日期", "check it and write a real day"),
            ),
            Self::NoPeriod => (
                ("记录按周期归集", "records are gathered by period"),
                (
                    "月写 2023-09，周写 2023-W39，季度写 2023-Q3，旬写 2023-09-T1，半月写 2023-09-H1",
                    "a month as 2023-09, a week 2023-W39, a quarter 2023-Q3, a ten-day period 2023-09-T1, a half-month 2023-09-H1",
                ),
            ),
        }
    }
}
