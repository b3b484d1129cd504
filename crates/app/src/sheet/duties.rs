//! The list of duties as a sheet: one row for each, with how it stands and between which ends its tallies lie.

use super::export::unwritten;
use crate::list::{DutyQuestion, DutyRow, LIMIT_MAX, Unread};
use crate::{App, Viewer};
use documents::{Column, Content, Format, List, SHEET_ROWS_MAX, Written};
use engine::Bounds;
use jiff::civil::Date;
use programme::model::FieldKind;
use programme::record::Cell;
use rules::{Empty, Moment, Words};
use std::io::Write;

impl App {
    /// Writes all duties that match at the end of a day (today when absent), in the order of the list. A standing that
    /// nobody can tell is its word, and an end that nobody knows a question mark: neither is ever 0. `made` is when the
    /// sheet is made.
    ///
    /// # Errors
    /// A question that cannot be read, a day that cannot be shown, `out` that takes no more.
    pub fn export_duties(
        &self,
        viewer: &Viewer,
        question: &DutyQuestion,
        at: Option<Date>,
        (format, zh, made): (Format, bool, Moment),
        out: &mut (impl Write + Send),
    ) -> Result<Written, Unread> {
        let mut question = DutyQuestion {
            limit: LIMIT_MAX,
            ..question.clone()
        };
        let mut rows = Vec::new();
        loop {
            let page = self.duties(viewer, &question, at)?;
            rows.extend(page.duties.iter().map(|duty| self.duty_row(duty, zh)));
            question.after = page.next;
            if question.after.is_none() {
                break;
            }
        }
        let columns = columns();
        let list = List {
            title: &Words::new("责任清单", "Duties"),
            columns: &columns,
            programme: self.programme(),
            label: &|_, _| None,
            zh,
            at: made,
            sheet_rows_max: SHEET_ROWS_MAX,
        };
        documents::write(&list, &mut rows.into_iter(), format, out)
            .map_err(|cause| unwritten(&cause))
    }

    fn duty_row(&self, duty: &DutyRow, zh: bool) -> Vec<Content> {
        let pick = |words: &Words| {
            if zh {
                words.zh.clone()
            } else {
                words.en.clone()
            }
        };
        let text = |text: &str| Content::Value(Cell::Text(text.into()));
        let day = |day: rules::Day| Content::Value(Cell::Int(day.0.into()));
        let measure = self
            .programme()
            .measure(&duty.id.measure)
            .map(|(_, measure)| measure);
        let units = &self.programme().units;
        let unit = duty
            .unit
            .as_ref()
            .and_then(|id| units.iter().find(|unit| *unit.id == **id));
        let tallies = duty.tallies.iter().map(|tally| {
            let declared = measure.and_then(|m| m.tallies.iter().find(|t| t.id == tally.id));
            let name = declared.map_or_else(|| tally.id.clone(), |t| pick(&t.name));
            format!("{name} {}", between(tally.ends))
        });
        let (standing_zh, standing_en) = duty.standing.name();
        vec![
            text(&duty.notice),
            text(&duty.clause),
            text(&measure.map_or_else(String::new, |m| pick(&m.name))),
            text(&duty.id.bearer),
            unit.map_or(Content::Empty, |unit| text(&pick(&unit.name))),
            text(&duty.id.period),
            day(duty.period.0),
            day(duty.period.1),
            day(duty.due),
            day(duty.judged),
            text(if zh { standing_zh } else { standing_en }),
            Content::Value(Cell::Bool(duty.recorded_late)),
            text(
                &tallies
                    .collect::<Vec<_>>()
                    .join(if zh { "；" } else { "; " }),
            ),
        ]
    }
}

/// `3`, or `3 – ?` where nobody knows how many there are at most.
fn between(ends: Bounds) -> String {
    let end = |end: Option<f64>| end.map_or_else(|| "?".to_owned(), |n| n.to_string());
    match ends.known() {
        Some(n) => n.to_string(),
        None => format!("{} – {}", end(ends.low), end(ends.high)),
    }
}

fn columns() -> Vec<Column<'static>> {
    let heads = [
        ("通知", "Notice", FieldKind::Text),
        ("条款", "Clause", FieldKind::Text),
        ("措施", "Measure", FieldKind::Text),
        ("责任主体", "Bearer", FieldKind::Text),
        ("责任单位", "Unit", FieldKind::Text),
        ("周期", "Period", FieldKind::Text),
        ("起", "From", FieldKind::Date),
        ("止", "Until", FieldKind::Date),
        ("期限", "Due", FieldKind::Date),
        ("评定", "Judged", FieldKind::Date),
        ("状态", "Standing", FieldKind::Text),
        ("补录", "Recorded late", FieldKind::Bool),
        ("计数", "Tallies", FieldKind::Text),
    ];
    let column = |(zh, en, kind)| Column::Other {
        name: Words::new(zh, en),
        kind,
        empty: Empty::Unknown,
    };
    heads.into_iter().map(column).collect()
}
