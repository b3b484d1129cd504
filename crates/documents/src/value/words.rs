//! Codes, telephone numbers and references; and what is said of a cell that is not taken.

use super::place::bracketed;
use crate::ask::{Found, Lookup};
use crate::fault::Wrong;
use crate::text::narrow;
use programme::record::Cell;
use rules::Words;

/// A telephone number as it was written, narrow.
pub(super) fn phone(text: &str, warnings: &mut Vec<Wrong>) -> Result<Cell, Wrong> {
    let narrow = narrow(text);
    let text = narrow.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let known = |c: char| c.is_ascii_digit() || " +-()/,;.".contains(c) || c == '转';
    if !(3..=40).contains(&digits) || !text.chars().all(known) {
        return Err(Wrong::new(
            "not-a-phone",
            Words::new(
                format!("“{text}”不是电话号码"),
                format!("“{text}” is no telephone number"),
            ),
            ("这一列用来联系人", "this column is for calling people"),
            (
                "写成 13800000000 或 0595-12345678",
                "write 13800000000 or 0595-12345678",
            ),
        ));
    }
    let alone = text.len() == digits;
    let mobile = alone && digits == 11 && text.starts_with('1');
    if alone
        && ((mobile && !matches!(text.as_bytes().get(1), Some(b'3'..=b'9')))
            || (!mobile && digits > 12))
    {
        warnings.push(
            Wrong::new(
                "odd-phone",
                Words::new(
                    format!("“{text}”不像电话号码"),
                    format!("“{text}” does not look like a telephone number"),
                ),
                ("位数或号段不对", "its length or its beginning is unusual"),
                ("核对一下", "check it"),
            )
            .warning(),
        );
    }
    Ok(Cell::Text(text.into()))
}

/// A unified social credit code. A few old codes in use fail the check digits of GB 32100-2015, so those only warn.
pub(super) fn uscc(text: &str, warnings: &mut Vec<Wrong>) -> Result<Cell, Wrong> {
    let code: String = narrow(text)
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_ascii_uppercase();
    if code.len() != 18 || !code.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(Wrong::new(
            "not-a-uscc",
            Words::new(
                format!("“{text}”不是 18 位统一社会信用代码"),
                format!("“{text}” is no unified social credit code of 18 characters"),
            ),
            (
                "企业凭它对上，错一位就成了另一家",
                "firms are told apart by it",
            ),
            (
                "照营业执照填，单元格设成文本格式",
                "copy it from the licence into a cell of format text",
            ),
        ));
    }
    if !rules::uscc_valid(&code) {
        warnings.push(
            Wrong::new(
                "uscc-check-digit",
                Words::new(
                    format!("“{code}”的校验位不对"),
                    format!("the check digit of “{code}” does not hold"),
                ),
                (
                    "多半有一位抄错；少数老代码确实如此",
                    "one character most likely is wrong; a few old codes really are so",
                ),
                ("照营业执照核对", "compare it with the licence"),
            )
            .warning(),
        );
    }
    Ok(Cell::Text(code.into()))
}

/// A code of GB/T 4754: a letter and up to four digits.
pub(super) fn industry(text: &str) -> Result<Cell, Wrong> {
    let code = narrow(text).trim().to_ascii_uppercase();
    let mut letters = code.bytes();
    let begins = letters.next().is_some_and(|b| (b'A'..=b'T').contains(&b));
    if !begins || code.len() > 5 || !letters.all(|b| b.is_ascii_digit()) {
        return Err(Wrong::new(
            "not-an-industry",
            Words::new(
                format!("“{text}”不是行业代码"),
                format!("“{text}” is no code of an industry"),
            ),
            (
                "行业按 GB/T 4754 归类",
                "industries are classed by GB/T 4754",
            ),
            (
                "写门类字母加数字，如 C13、C1311",
                "write its letter and digits, such as C13 or C1311",
            ),
        ));
    }
    Ok(Cell::Text(code.into()))
}

/// Files by the SHA-256 of their content, as an export names them.
pub(super) fn files(text: &str) -> Result<Cell, Wrong> {
    let digests: Vec<&str> = super::choice::parts(text).collect();
    let digest = |d: &&str| d.len() == 64 && d.bytes().all(|b| b.is_ascii_hexdigit());
    if digests.is_empty() || !digests.iter().all(digest) {
        return Err(Wrong::new(
            "no-file",
            Words::new(
                format!("“{text}”不是附件"),
                format!("“{text}” is no attached file"),
            ),
            ("附件不能写在表里", "files cannot be written into a sheet"),
            (
                "留空，导入后在记录里上传附件",
                "leave it empty and attach files to the record afterwards",
            ),
        ));
    }
    Ok(Cell::List(
        digests
            .iter()
            .map(|d| Cell::Text(d.to_ascii_lowercase().into()))
            .collect(),
    ))
}

/// The id of the record that a text names: as it stands, else by the code in brackets behind it.
pub(super) fn record(text: &str, register: &str, lookup: &Lookup<'_>) -> Result<Box<str>, Wrong> {
    let mut found = lookup(register, text);
    if found == Found::Nothing
        && let Some((_, id)) = bracketed(text)
    {
        found = lookup(register, id);
    }
    match found {
        Found::One(id) => Ok(id),
        Found::Nothing => Err(Wrong::new(
            "no-such-record",
            Words::new(
                format!("找不到“{text}”对应的记录"),
                format!("no record is “{text}”"),
            ),
            (
                "引用要落到一条已有的记录",
                "a reference must lead to a record that exists",
            ),
            (
                "写编号或全名；还没有的先登记",
                "write its id or its full name; enter it first if it is new",
            ),
        )),
        Found::Several(candidates) => {
            let names: Vec<String> = candidates
                .iter()
                .take(6)
                .map(|(id, name)| format!("{name} [{id}]"))
                .collect();
            let names = names.join("、");
            Err(Wrong::new(
                "ambiguous-record",
                Words::new(
                    format!("“{text}”不止一条：{names}"),
                    format!("“{text}” is several: {names}"),
                ),
                (
                    "猜错了就连到别的记录上",
                    "a wrong guess would lead to another record",
                ),
                ("写编号", "write its id"),
            ))
        }
    }
}

/// A word or sign for "nothing" where an empty cell means that nobody has said.
pub(super) fn nothing_or_unknown(text: &str) -> Wrong {
    Wrong::new(
        "nothing-or-unknown",
        Words::new(
            format!("“{text}”是“没有”还是“不知道”？"),
            format!("does “{text}” mean that there is none, or that it is not known?"),
        ),
        (
            "这一列的空格表示还不知道，不能当成没有，更不能当成零",
            "an empty cell of this column means unknown, which is neither none nor zero",
        ),
        (
            "不知道就留空；是零就写 0",
            "leave it empty if it is not known; write 0 if it is zero",
        ),
    )
}

pub(super) fn cell_error(error: &str) -> Wrong {
    Wrong::new(
        "cell-error",
        Words::new(
            format!("公式出错：{error}"),
            format!("its formula failed: {error}"),
        ),
        ("出错的公式没有值", "a formula that failed has no value"),
        (
            "改好公式，或者直接写上数值",
            "mend the formula, or write the value",
        ),
    )
}

pub(super) fn no_value() -> Wrong {
    Wrong::new(
        "formula-without-value",
        Words::new("公式还没有算过", "its formula was never worked out"),
        (
            "这里不运行公式，只读表里存下的结果",
            "formulas are not run here; only the result in the file is read",
        ),
        (
            "用 Excel 或 WPS 打开并保存一次，或者直接写上数值",
            "open and save it in Excel or WPS, or write the value",
        ),
    )
}

pub(super) fn control_letters() -> Wrong {
    Wrong::new(
        "control-letters",
        Words::new(
            "含有看不见的控制字符",
            "it holds control characters that nobody sees",
        ),
        ("它们会弄坏查找和导出", "they break searches and exports"),
        ("重新输入这一格", "type this cell anew"),
    )
}

pub(super) fn no_bool(text: &str) -> Wrong {
    Wrong::new(
        "not-yes-or-no",
        Words::new(
            format!("“{text}”既不是“是”也不是“否”"),
            format!("“{text}” is neither yes nor no"),
        ),
        ("这一列只回答是否", "this column answers yes or no"),
        ("写“是”或“否”", "write yes or no"),
    )
}

pub(super) fn no_fen(text: &str) -> Wrong {
    Wrong::new(
        "money-below-fen",
        Words::new(
            format!("“{text}”不到分，或者太大"),
            format!("“{text}” is finer than a fen, or too large"),
        ),
        (
            "金额精确到分，从不悄悄四舍五入",
            "amounts are exact to the fen and never rounded in silence",
        ),
        (
            "改成至多两位小数的元",
            "write yuan with at most two decimals",
        ),
    )
}

pub(super) fn not_whole(text: &str) -> Wrong {
    Wrong::new(
        "not-whole",
        Words::new(
            format!("“{text}”不是整数，或者太大"),
            format!("“{text}” is no whole number, or too large"),
        ),
        ("这一列数的是个数", "this column counts things"),
        ("写整数", "write a whole number"),
    )
}

pub(super) fn digits_lost(text: &str) -> Wrong {
    Wrong::new(
        "digits-lost",
        Words::new(
            format!("“{text}”超过 15 位，末几位已经丢了"),
            format!("“{text}” has over 15 digits; its last ones are lost"),
        ),
        (
            "表格软件的数字只保留 15 位",
            "spreadsheets keep 15 digits of a number",
        ),
        (
            "先把单元格设成文本格式，再重新输入",
            "give the cell the format text first, then type it anew",
        ),
    )
}

pub(super) fn date_for_number() -> Wrong {
    Wrong::new(
        "date-for-number",
        Words::new(
            "这一格是日期，不是数字",
            "this cell is a date, not a number",
        ),
        (
            "表格软件可能把数字自动变成了日期",
            "the spreadsheet may have turned a number into a date",
        ),
        (
            "把单元格设成常规格式，重新输入",
            "give the cell the format general and type it anew",
        ),
    )
}

pub(super) fn percent_of_no_ratio(text: &str) -> Wrong {
    Wrong::new(
        "percent-of-no-ratio",
        Words::new(
            format!("“{text}”是百分数"),
            format!("“{text}” is a percentage"),
        ),
        ("这一列不是比例", "this column is no ratio"),
        ("写数值本身", "write the number itself"),
    )
}

pub(super) fn unit_not_understood(text: &str, unit: &str) -> Wrong {
    Wrong::new(
        "unit-not-understood",
        Words::new(
            format!("“{text}”里的“{unit}”看不懂"),
            format!("“{unit}” in “{text}” is not understood"),
        ),
        (
            "单位弄错，数就差成百上千倍",
            "a wrong unit is wrong a hundredfold",
        ),
        (
            "只写数字，或用元、万元、亿元和表头的单位",
            "write the number alone, or with 元, 万元, 亿元 or the unit of the head",
        ),
    )
}

pub(super) fn ratio_over_one(text: &str) -> Wrong {
    Wrong::new(
        "ratio-over-one",
        Words::new(
            format!("“{text}”按 {text} 倍读入，即超过 100%"),
            format!("“{text}” was read as {text} times, over 100 %"),
        ),
        (
            "没有写百分号，表头也没有（%）",
            "neither it nor the head says %",
        ),
        (
            "百分数要写百分号，如 12%",
            "write percentages with their sign, such as 12%",
        ),
    )
    .warning()
}

pub(super) fn out_of_range(text: &str, least: Option<f64>, most: Option<f64>) -> Wrong {
    let bound = |n: Option<f64>| n.map_or_else(|| "…".to_owned(), |n| n.to_string());
    let (least, most) = (bound(least), bound(most));
    Wrong::new(
        "out-of-range",
        Words::new(
            format!("“{text}”不在 {least} 到 {most} 之间"),
            format!("“{text}” is not between {least} and {most}"),
        ),
        (
            "多半是单位或小数点错了",
            "its unit or its decimal point most likely is wrong",
        ),
        (
            "核对数值和表头的单位",
            "check the number and the unit of the head",
        ),
    )
}
