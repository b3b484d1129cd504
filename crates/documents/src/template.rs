//! A register's template: a workbook to fill, with drop-downs, formats, notes and what carries over.

use crate::read::{MARKER_REGISTER, MARKER_VERSION, NOTES};
use crate::shown::{Column, Content, Label, Shower};
use crate::write::{Pen, properties, sheet_name};
use programme::Programme;
use programme::model::{FieldKind, Register, RegisterField};
use programme::record::Cells;
use rules::{Empty, Moment};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DataValidationRule, ExcelDateTime, Formula,
    Note, Workbook, Worksheet, XlsxError,
};
use std::io::{self, Write};

/// The ground of a value that was carried over.
const CARRIED: Color = Color::RGB(0x00FF_F2CC);

/// Rows below the head that drop-downs and checks cover.
const ROWS_CHECKED: u32 = 100_000;

/// The hidden sheet with the drop-downs' lists.
const LISTS: &str = "heli";

/// What a template is made from.
pub struct Blank<'a> {
    /// The programme in force.
    pub programme: &'a Programme,
    /// The register to fill.
    pub register: &'a Register,
    /// Its digest, by which a later import knows an old template.
    pub version: &'a str,
    /// The ids of the units that the drop-downs offer, in order: the viewer's scope.
    pub units: &'a [&'a str],
    /// The last records, one for each row to begin with; of each the key (but no date or period) and the fields that carry over are kept.
    pub last: &'a [Cells],
    /// What records are called.
    pub label: &'a Label<'a>,
    /// In Chinese, else in English.
    pub zh: bool,
    /// When it is made.
    pub at: Moment,
}

/// Writes a template.
pub fn template(blank: &Blank<'_>, out: &mut (impl Write + Send)) -> io::Result<()> {
    blank.workbook(out).map_err(io::Error::other)
}

/// Whether a field has a column in the template: files are attached elsewhere, states are reached by moves.
fn is_asked(field: &RegisterField) -> bool {
    field.is_kept() && field.kind != FieldKind::Files && field.id != "state"
}

impl Blank<'_> {
    fn workbook(&self, out: &mut (impl Write + Send)) -> Result<(), XlsxError> {
        let fields: Vec<&RegisterField> = self
            .register
            .fields
            .iter()
            .filter(|f| is_asked(f))
            .collect();
        let mut book = Workbook::new();
        let marks =
            properties(self.at).set_custom_property(MARKER_REGISTER, self.register.id.as_str());
        book.set_properties(&marks.set_custom_property(MARKER_VERSION, self.version));
        let mut shower = Shower::new(self.programme, self.zh, self.label);
        let lists: Vec<Vec<String>> = fields
            .iter()
            .map(|field| self.list(field, &mut shower))
            .collect();
        let sheet = book.add_worksheet();
        sheet.set_name(sheet_name(shower.word(&self.register.name), 1))?;
        self.columns(sheet, &fields, &lists, &shower)?;
        self.carried(sheet, &fields, &mut shower)?;
        let notes = book.add_worksheet();
        notes.set_name(self.word(NOTES))?;
        self.notes(notes, &fields, &shower)?;
        let hidden = book.add_worksheet();
        hidden.set_name(LISTS)?.set_hidden(true);
        for (at, list) in (0..).zip(&lists) {
            for (row, item) in (0..).zip(list) {
                hidden.write_string(row, at, item)?;
            }
        }
        for (at, (field, list)) in (0..).zip(fields.iter().zip(&lists)) {
            if !list.is_empty() {
                let column = crate::fault::letters(at);
                let range = format!("={LISTS}!${column}$1:${column}${}", list.len());
                book.define_name(list_name(field), &range)?;
            }
        }
        book.save_to_writer(out)
    }

    fn word(&self, (zh, en): (&'static str, &'static str)) -> &'static str {
        if self.zh { zh } else { en }
    }

    /// What a field's drop-down offers; empty where it has none.
    fn list(&self, field: &RegisterField, shower: &mut Shower<'_>) -> Vec<String> {
        match field.kind {
            FieldKind::Bool => [("是", "yes"), ("否", "no")]
                .map(|words| self.word(words).to_owned())
                .to_vec(),
            FieldKind::Choice => field
                .choices
                .iter()
                .map(|(id, _)| shower.choice(id, field))
                .collect(),
            FieldKind::Unit => {
                let fits = |id: &&&str| {
                    let unit = self
                        .programme
                        .unit(id)
                        .and_then(|at| self.programme.units.get(at));
                    unit.is_some_and(|u| {
                        field.levels.is_empty() || u.levels.iter().any(|l| field.levels.contains(l))
                    })
                };
                self.units
                    .iter()
                    .filter(fits)
                    .map(|id| shower.place(id, true))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn columns(
        &self,
        sheet: &mut Worksheet,
        fields: &[&RegisterField],
        lists: &[Vec<String>],
        shower: &Shower<'_>,
    ) -> Result<(), XlsxError> {
        let pen = Pen::new();
        sheet.set_freeze_panes(1, 0)?;
        for ((at, field), list) in (0..).zip(fields).zip(lists) {
            let head = self.head(field, shower);
            sheet.set_column_width(at, (head.chars().count() as f64 * 2.0).clamp(12.0, 36.0))?;
            if let Some(format) = pen.of_kind(field.kind) {
                sheet.set_column_format(at, format)?;
            }
            sheet.write_string_with_format(0, at, &head, &pen.head)?;
            let help = self.help(field, shower).join("\n");
            sheet.insert_note(
                0,
                at,
                &Note::new(help)
                    .add_author_prefix(false)
                    .set_width(260)
                    .set_height(140),
            )?;
            if let Some(check) = self.check(field, list)? {
                sheet.add_data_validation(1, at, ROWS_CHECKED, at, &check)?;
            }
        }
        Ok(())
    }

    /// A head such as 签约金额（元）*, which an import understands.
    fn head(&self, field: &RegisterField, shower: &Shower<'_>) -> String {
        let unit = match field.kind {
            FieldKind::Money => Some(self.word(("元", "yuan"))),
            FieldKind::Ratio => Some("%"),
            FieldKind::Int | FieldKind::Decimal => field.unit_of.as_deref(),
            _ => None,
        };
        let unit = match (unit, self.zh) {
            (Some(unit), true) => format!("（{unit}）"),
            (Some(unit), false) => format!(" ({unit})"),
            (None, _) => String::new(),
        };
        let star = if is_needed(field) { "*" } else { "" };
        format!("{}{unit}{star}", shower.word(&field.name))
    }

    /// What the spreadsheet itself checks while the cell is filled.
    fn check(
        &self,
        field: &RegisterField,
        list: &[String],
    ) -> Result<Option<DataValidation>, XlsxError> {
        if !list.is_empty() {
            let check = DataValidation::new()
                .allow_list_formula(Formula::new(format!("={}", list_name(field))));
            // A unit may also be written as a code or a path.
            let style = if field.kind == FieldKind::Unit {
                DataValidationErrorStyle::Warning
            } else {
                DataValidationErrorStyle::Stop
            };
            return Ok(Some(check.set_error_style(style)));
        }
        let (least, most) = field.range;
        Ok(match field.kind {
            FieldKind::Date => {
                let (from, until) = (
                    ExcelDateTime::from_ymd(1900, 1, 1)?,
                    ExcelDateTime::from_ymd(2199, 12, 31)?,
                );
                Some(DataValidation::new().allow_date(DataValidationRule::Between(from, until)))
            }
            FieldKind::Int | FieldKind::Decimal | FieldKind::Ratio | FieldKind::Money => {
                let bounds =
                    DataValidationRule::Between(least.unwrap_or(-1e15), most.unwrap_or(1e15));
                // 12.3万元 is understood too, so a text is only warned of.
                Some(
                    DataValidation::new()
                        .allow_decimal_number(bounds)
                        .set_error_style(DataValidationErrorStyle::Warning),
                )
            }
            _ => None,
        })
    }

    fn carried(
        &self,
        sheet: &mut Worksheet,
        fields: &[&RegisterField],
        shower: &mut Shower<'_>,
    ) -> Result<(), XlsxError> {
        let mut pen = Pen::on(CARRIED);
        for (row, cells) in (1..).zip(self.last) {
            for (at, field) in (0..).zip(fields) {
                let kept = field.carry
                    || (field.key
                        && !matches!(
                            field.kind,
                            FieldKind::Date | FieldKind::Time | FieldKind::Period(_)
                        ));
                let cell = cells
                    .iter()
                    .find(|(id, _)| *id == field.id)
                    .and_then(|(_, cell)| cell.clone());
                let Some(cell) = cell.filter(|_| kept) else {
                    continue;
                };
                let (content, column) = (Content::Value(cell), Column::Field(field));
                pen.put(
                    sheet,
                    (row, at),
                    shower.show(&content, &column),
                    &column,
                    false,
                )?;
            }
        }
        Ok(())
    }

    /// What to write into a field's cells, a sentence each.
    fn help(&self, field: &RegisterField, shower: &Shower<'_>) -> Vec<String> {
        let mut help = vec![shower.word(&field.name).to_owned()];
        if is_needed(field) {
            help.push(self.word(("必填。", "Required.")).to_owned());
        }
        help.push(self.word(how(field.kind)).to_owned());
        if matches!(field.kind, FieldKind::Choice | FieldKind::Choices) {
            let names: Vec<&str> = field
                .choices
                .iter()
                .map(|(_, words)| shower.word(words))
                .collect();
            help.push(names.join(self.word(("、", "; "))));
        }
        if !is_needed(field) {
            let empty = match field.empty {
                Empty::Unknown => (
                    "空着表示还不知道，不是零。",
                    "Empty means not known yet, not zero.",
                ),
                Empty::None => (
                    "空着或写“无”表示没有。",
                    "Empty or “none” means that there is none.",
                ),
            };
            help.push(self.word(empty).to_owned());
        }
        help
    }

    fn notes(
        &self,
        sheet: &mut Worksheet,
        fields: &[&RegisterField],
        shower: &Shower<'_>,
    ) -> Result<(), XlsxError> {
        let mut pen = Pen::new();
        sheet.set_column_width(0, 30)?.set_column_width(1, 90)?;
        let general = [
            (
                "带 * 的列必填；其余不知道就空着。",
                "Columns with * are required; leave others empty where they are not known.",
            ),
            (
                "已有的记录按业务主键对上：空格不改原值，要清掉一个值写“（清空）”。",
                "Records that exist are found by their key: an empty cell leaves a value as it is, “(clear)” takes it away.",
            ),
            (
                "黄底的格是上次的值，核对后修改。",
                "Cells on yellow carry over from the last record; check and change them.",
            ),
            (
                "不要合并单元格，不要改表头。",
                "Do not merge cells or change heads.",
            ),
        ];
        let mut row = 0;
        for words in general {
            pen.text(sheet, (row, 0), self.word(words))?;
            row += 1;
        }
        row += 1;
        for (at, words) in (0..).zip([("列", "Column"), ("怎么填", "How to fill it")]) {
            sheet.write_string_with_format(row, at, self.word(words), &pen.head)?;
        }
        for field in fields {
            row += 1;
            let help = self.help(field, shower);
            let (name, rest) = help
                .split_first()
                .map_or(("", &[][..]), |(name, rest)| (name.as_str(), rest));
            pen.text(sheet, (row, 0), name)?;
            pen.text(sheet, (row, 1), &rest.join(" "))?;
        }
        Ok(())
    }
}

fn is_needed(field: &RegisterField) -> bool {
    field.required || field.key
}

fn list_name(field: &RegisterField) -> String {
    format!("heli_{}", field.id)
}

fn how(kind: FieldKind) -> (&'static str, &'static str) {
    match kind {
        FieldKind::Text | FieldKind::LongText | FieldKind::Person => ("文字。", "Text."),
        FieldKind::Choice => ("从下拉中选一个。", "Choose one of the list."),
        FieldKind::Choices => (
            "可写几个，用分号隔开。",
            "Several may be written with semicolons between them.",
        ),
        FieldKind::Bool => ("写“是”或“否”。", "Write yes or no."),
        FieldKind::Int => ("整数。", "A whole number."),
        FieldKind::Decimal => ("数字，可带小数。", "A number."),
        FieldKind::Ratio => ("百分数，如 12%。", "A percentage such as 12%."),
        FieldKind::Money => (
            "元，至多两位小数；也可写 12.3万元。",
            "Yuan with at most two decimals; 12.3万元 is understood too.",
        ),
        FieldKind::Date => ("日期，如 2023-09-26。", "A date such as 2023-09-26."),
        FieldKind::Time => (
            "时间，如 2023-09-26 08:30。",
            "A time such as 2023-09-26 08:30.",
        ),
        FieldKind::Period(_) => (
            "周期：月 2023-09，周 2023-W39，季 2023-Q3，旬 2023-09-T1，半月 2023-09-H1。",
            "A period: month 2023-09, week 2023-W39, quarter 2023-Q3, ten days 2023-09-T1, half-month 2023-09-H1.",
        ),
        FieldKind::Unit => (
            "单位的名称、简称或代码。",
            "A unit's name, short name or code.",
        ),
        FieldKind::Division => (
            "区划的名称、路径或代码。",
            "A division's name, path or code.",
        ),
        FieldKind::Industry => (
            "行业代码，如 C13、C1311。",
            "A code of GB/T 4754 such as C13 or C1311.",
        ),
        FieldKind::Uscc => (
            "18 位统一社会信用代码。",
            "A unified social credit code of 18 characters.",
        ),
        FieldKind::Phone => ("电话号码。", "A telephone number."),
        FieldKind::Reference => (
            "已有记录的编号或全名。",
            "The id or full name of a record that exists.",
        ),
        FieldKind::References => (
            "已有记录的编号或全名，可写几个，用分号隔开。",
            "Ids or full names of records that exist, with semicolons between them.",
        ),
        FieldKind::Files => ("附件在系统里上传。", "Files are attached in the system."),
    }
}
