//! `calendar.csv`: holidays and make-up working days, up to a hard edge.

use super::document::Source;
use super::sheet::{Row, Sheet};
use crate::model::NamedDay;
use rules::{Calendar, Day, Words};
use std::collections::BTreeMap;

/// Reads the calendar, and its days by name; days of one year before the first row are not known.
pub(super) fn calendar(source: Source<'_>) -> (Calendar, Vec<NamedDay>) {
    let sheet = Sheet::read(source, &["date", "kind", "name_zh", "name_en"]);
    let mut worked: BTreeMap<Day, bool> = BTreeMap::new();
    let (mut first, mut edge) = (None, None);
    let mut named = Vec::new();
    for row in sheet.rows() {
        let cell = row.cell("date");
        cell.needed();
        let Some(day) = cell.date() else { continue };
        first = first.or_else(|| Day::from_ymd(day.ymd().0, 1, 1));
        if edge.is_some() {
            past_edge(&row);
            break;
        }
        match row.cell("kind").needed() {
            "edge" => edge = Some(day),
            word @ ("holiday" | "workday") => {
                let is_worked = word == "workday";
                if worked.insert(day, is_worked).is_some() {
                    twice(&row);
                }
                let name = Words::new(row.cell("name_zh").text, row.cell("name_en").text);
                named.push(NamedDay {
                    day,
                    is_worked,
                    name,
                });
            }
            _ => row.cell("kind").unknown(
                "unknown-word",
                ["holiday", "workday", "edge"],
                "种类",
                "kind",
            ),
        }
    }
    let Some((first, edge)) = first.zip(edge) else {
        no_edge(source);
        return (Calendar::default(), named);
    };
    for row in sheet.rows() {
        let cell = row.cell("date");
        if let Some(day) = Day::parse(cell.text)
            && (day < first || day > edge)
        {
            cell.refuse(
                "outside-calendar",
                Words::new(
                    format!("{day} 不在日历 {first} 至 {edge} 之内"),
                    format!("{day} lies outside the calendar, {first} to {edge}"),
                ),
                Words::new(
                    "按日期先后排列各行，最后一行是 edge",
                    "keep the rows in order of date, the edge last",
                ),
            );
        }
    }
    (Calendar::new(first, edge, worked), named)
}

fn past_edge(row: &Row<'_, '_>) {
    row.cell("date").refuse(
        "outside-calendar",
        Words::new("edge 之后不能再有行", "no row may follow the edge"),
        Words::new("把 edge 移到最后一行", "move the edge to the last row"),
    );
}

fn twice(row: &Row<'_, '_>) {
    row.cell("date").refuse(
        "duplicate-id",
        Words::new("这一天出现两次", "this day is there twice"),
        Words::new("删去其中一行", "remove one of the rows"),
    );
}

fn no_edge(source: Source<'_>) {
    let end = source.text.trim_end().len();
    source.refuse(
        "no-edge",
        end..end,
        Words::new(
            "日历没有 edge 行，不知道它到哪一天为止",
            "the calendar has no edge row, so nobody knows up to which day it holds",
        ),
        Words::new(
            "最后加一行，例如 2024-12-31,edge,,",
            "add a last row such as 2024-12-31,edge,,",
        ),
    );
}
