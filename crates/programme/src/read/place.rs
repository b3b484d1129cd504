//! `units.csv` and `divisions.csv`: two trees that point at each other.

use super::cell;
use super::document::Source;
use super::level;
use super::sheet::{CellText, Row, Sheet};
use crate::model::{Division, RegisterField, UNIT_TABLE, Unit};
use rules::{Day, Empty, Value, Words};
use std::collections::BTreeMap;

const UNIT_COLUMNS: [&str; 12] = [
    "id", "name_zh", "name_en", "short_zh", "short_en", "levels", "parent", "division", "from",
    "until", "kind", "phone",
];
const DIVISION_COLUMNS: [&str; 6] = ["code", "name", "level", "parent", "unit", "note"];

/// Positions by id.
type Index<'s> = BTreeMap<&'s str, usize>;

/// Reads both trees. `fields` are the declared further columns of units, `levels` the levels that have a name.
pub(super) fn places(
    units: Source<'_>,
    divisions: Source<'_>,
    fields: &[RegisterField],
    levels: &[(String, Words)],
) -> (Vec<Unit>, Vec<Division>) {
    let columns: Vec<&str> = UNIT_COLUMNS
        .into_iter()
        .chain(fields.iter().map(|f| f.id.as_str()))
        .collect();
    let unit_sheet = Sheet::read(units, &columns);
    let division_sheet = Sheet::read(divisions, &DIVISION_COLUMNS);
    let division_rows: Vec<Row<'_, '_>> = division_sheet.rows().collect();
    let (mut unit_index, mut division_index) = (Index::new(), Index::new());
    for (at, row) in division_rows.iter().enumerate() {
        let code = row.cell("code");
        if division_index.insert(code.needed(), at).is_some() {
            twice(&code);
        }
    }
    let unit_rows = merged(&unit_sheet, &mut unit_index);
    level::named(unit_rows.iter().flatten(), levels);
    let mut read: Vec<Unit> = unit_rows
        .iter()
        .map(|rows| unit(rows, fields, &unit_index, &division_index))
        .collect();
    cut_circles(
        &mut read,
        |unit| &mut unit.parent,
        |at| unit_rows.get(at)?.first().map(|r| r.cell("parent")),
    );
    let divisions = governed(&division_rows, &division_index, &unit_index);
    (read, divisions)
}

/// The rows of each unit, in the order of their first.
fn merged<'s, 'f>(sheet: &'s Sheet<'f>, index: &mut Index<'s>) -> Vec<Vec<Row<'s, 'f>>> {
    let mut units: Vec<Vec<Row<'s, 'f>>> = Vec::new();
    for row in sheet.rows() {
        let cell = row.cell("id");
        let id = cell.needed();
        if id.contains(|c: char| c.is_whitespace() || "/;,".contains(c)) {
            cell.refuse(
                "bad-id",
                Words::new(
                    format!("`{id}` 不能作单位标识"),
                    format!("`{id}` is no id of a unit"),
                ),
                Words::new(
                    "不要空格、斜线、分号和逗号",
                    "use no spaces, slashes, semicolons or commas",
                ),
            );
        }
        let at = *index.entry(id).or_insert(units.len());
        match units.get_mut(at) {
            Some(rows) => rows.push(row),
            None => units.push(vec![row]),
        }
    }
    units
}

fn unit(
    rows: &[Row<'_, '_>],
    fields: &[RegisterField],
    units: &Index<'_>,
    divisions: &Index<'_>,
) -> Unit {
    let Some((first, others)) = rows.split_first() else {
        return Unit::default();
    };
    let columns = UNIT_COLUMNS
        .into_iter()
        .chain(fields.iter().map(|f| f.id.as_str()));
    for column in columns.filter(|c| !["from", "until"].contains(c)) {
        for row in others
            .iter()
            .filter(|row| row.cell(column).text != first.cell(column).text)
        {
            row.cell(column).refuse(
                "rows-differ",
                Words::new(
                    format!("同一单位的几行里 `{column}` 不一致"),
                    format!("rows of one unit differ in `{column}`"),
                ),
                Words::new(
                    "各行只能在 from 和 until 上不同",
                    "they may differ in from and until only",
                ),
            );
        }
    }
    let name = Words::new(
        first.cell("name_zh").needed(),
        first.cell("name_en").needed(),
    );
    let short = |column, long: &String| {
        let text = first.cell(column).text;
        if text.is_empty() {
            long.clone()
        } else {
            text.to_owned()
        }
    };
    first.cell("levels").needed();
    Unit {
        id: first.cell("id").text.to_owned(),
        short: Words::new(short("short_zh", &name.zh), short("short_en", &name.en)),
        name,
        levels: first.cell("levels").parts().map(str::to_owned).collect(),
        parent: found(
            &first.cell("parent"),
            units,
            "unknown-unit",
            ("单位", "unit"),
        ),
        division: found(
            &first.cell("division"),
            divisions,
            "unknown-division",
            ("行政区划", "division"),
        ),
        exists: intervals(rows),
        kind: first.cell("kind").text.to_owned(),
        phone: first.cell("phone").text.to_owned(),
        extra: fields
            .iter()
            .map(|field| extra(&first.cell(&field.id), field, units, divisions))
            .collect(),
    }
}

/// The position that a cell names; `None` when it is empty or names nothing, which is a fault.
fn found(
    cell: &CellText<'_, '_>,
    index: &Index<'_>,
    code: &'static str,
    (zh, en): (&str, &str),
) -> Option<usize> {
    if cell.text.is_empty() {
        return None;
    }
    let at = index.get(cell.text).copied();
    if at.is_none() {
        cell.unknown(code, index.keys().copied(), zh, en);
    }
    at
}

/// When a unit exists, in order.
fn intervals(rows: &[Row<'_, '_>]) -> Vec<(Option<Day>, Option<Day>)> {
    let mut read: Vec<(Option<Day>, Option<Day>, CellText<'_, '_>)> = rows
        .iter()
        .map(|row| {
            (
                row.cell("from").date(),
                row.cell("until").date(),
                row.cell("from"),
            )
        })
        .collect();
    for (from, until, cell) in &read {
        if let (Some(from), Some(until)) = (from, until)
            && from > until
        {
            cell.refuse(
                "reversed-dates",
                Words::new(
                    format!("{from} 晚于 {until}"),
                    format!("{from} is after {until}"),
                ),
                Words::new("交换 from 和 until", "exchange from and until"),
            );
        }
    }
    read.sort_by_key(|(from, ..)| *from);
    for ((_, until, _), (from, _, cell)) in read.iter().zip(read.iter().skip(1)) {
        if until.is_none_or(|until| from.is_none_or(|from| from <= until)) {
            cell.refuse(
                "overlapping-rows",
                Words::new(
                    "同一单位的存在时段重叠",
                    "two rows of one unit overlap in time",
                ),
                Words::new(
                    "后一行的 from 要晚于前一行的 until",
                    "let the later row begin after the earlier one ends",
                ),
            );
        }
    }
    read.into_iter()
        .map(|(from, until, _)| (from, until))
        .collect()
}

fn extra(
    cell: &CellText<'_, '_>,
    field: &RegisterField,
    units: &Index<'_>,
    divisions: &Index<'_>,
) -> Value {
    if cell.text.is_empty() {
        return match field.empty {
            Empty::Unknown => Value::Unknown(None),
            Empty::None => Value::Nothing,
        };
    }
    let find = |table: usize, id: &str| {
        let index = if table == UNIT_TABLE {
            units
        } else {
            divisions
        };
        index.get(id).and_then(|at| u32::try_from(*at).ok())
    };
    cell::value(cell.text, field.kind, &field.choices, &find).unwrap_or_else(|wanted| {
        cell.refuse(
            "bad-cell",
            Words::new(
                format!("`{}` 不是 `{}` 这一列的值", cell.text, field.id),
                format!("`{}` is no value of column `{}`", cell.text, field.id),
            ),
            wanted,
        );
        Value::Unknown(None)
    })
}

/// Divisions with their governors: the unit named, else the unit with the same id, else the parent's governor.
fn governed(rows: &[Row<'_, '_>], index: &Index<'_>, units: &Index<'_>) -> Vec<Division> {
    let mut divisions: Vec<Division> = rows
        .iter()
        .map(|row| Division {
            code: row.cell("code").text.to_owned(),
            name: row.cell("name").needed().to_owned(),
            level: row.cell("level").needed().to_owned(),
            parent: found(
                &row.cell("parent"),
                index,
                "unknown-division",
                ("行政区划", "division"),
            ),
            unit: None,
        })
        .collect();
    cut_circles(
        &mut divisions,
        |d| &mut d.parent,
        |at| rows.get(at).map(|r| r.cell("parent")),
    );
    // The governor that a division names itself; the outer `None` leaves it to the parent.
    let own: Vec<Option<Option<usize>>> = rows
        .iter()
        .map(|row| match row.cell("unit") {
            cell if cell.text == "-" => Some(None),
            cell if !cell.text.is_empty() => {
                Some(found(&cell, units, "unknown-unit", ("单位", "unit")))
            }
            _ => units.get(row.cell("code").text).map(|at| Some(*at)),
        })
        .collect();
    let governor = |at: usize| {
        let mut next = Some(at);
        while let Some(at) = next {
            if let Some(Some(unit)) = own.get(at) {
                return *unit;
            }
            next = divisions.get(at).and_then(|d| d.parent);
        }
        None
    };
    let governors: Vec<Option<usize>> = (0..divisions.len()).map(governor).collect();
    for (division, unit) in divisions.iter_mut().zip(governors) {
        division.unit = unit;
    }
    divisions
}

/// Reports parents that lead back, and cuts each circle once, so that every walk upwards ends.
fn cut_circles<'s, 'f: 's, T>(
    items: &mut [T],
    parent: impl Fn(&mut T) -> &mut Option<usize>,
    cell: impl Fn(usize) -> Option<CellText<'s, 'f>>,
) {
    let mut parents: Vec<Option<usize>> = items.iter_mut().map(|item| *parent(item)).collect();
    // Invariant: every item marked sound has a walk upwards that ends.
    let mut sound = vec![false; parents.len()];
    for start in 0..parents.len() {
        let (mut path, mut at) = (Vec::new(), start);
        loop {
            if sound.get(at).copied().unwrap_or(true) {
                break;
            }
            path.push(at);
            let Some(next) = parents.get(at).copied().flatten() else {
                break;
            };
            if path.contains(&next) {
                if let Some(cell) = cell(at) {
                    circle(&cell);
                }
                if let Some(cut) = parents.get_mut(at) {
                    *cut = None;
                }
                break;
            }
            at = next;
        }
        for at in path {
            if let Some(mark) = sound.get_mut(at) {
                *mark = true;
            }
        }
    }
    for (item, cut) in items.iter_mut().zip(parents) {
        *parent(item) = cut;
    }
}

fn circle(cell: &CellText<'_, '_>) {
    cell.refuse(
        "parent-circle",
        Words::new(
            "上级绕回了自己",
            "the parents lead back to where they began",
        ),
        Words::new(
            "把其中一个上级改成真正的上级",
            "give one of them its real parent",
        ),
    );
}

fn twice(cell: &CellText<'_, '_>) {
    cell.refuse(
        "duplicate-id",
        Words::new(
            format!("`{}` 出现两次", cell.text),
            format!("`{}` is there twice", cell.text),
        ),
        Words::new("删去其中一行", "remove one of the rows"),
    );
}
