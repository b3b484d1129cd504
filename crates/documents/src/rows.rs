//! Rows below the head, cell by cell: merged, hidden, summing and empty ones included.

use crate::ask::Ask;
use crate::fault::{Fault, Spot, Wrong};
use crate::grid::{Layout, Merged, Raw, RawRow};
use crate::head::{Head, Target, unknown_column};
use crate::read::{Row, listed};
use crate::text::plain;
use crate::value::{AllPlaces, Reading, Slot, Taken};
use programme::model::FieldKind;
use programme::record::Cell;
use rules::Words;

/// The reader of one sheet's rows.
pub(crate) struct Rows<'a> {
    reading: Reading<'a>,
    sheet: String,
    head: Head,
    /// By column of the sheet.
    columns: Vec<Option<Filled<'a>>>,
    blocks: Blocks,
    data_from: u32,
    /// Whether cells are read, or rows only counted.
    values: bool,
    hidden_rows: Vec<u32>,
    hidden_columns: Vec<(u32, u32)>,
    /// Columns that nobody reads and that have content below the head.
    unread: Vec<u32>,
    filled_down: u32,
    sums: Vec<u32>,
}

/// A column that is read.
enum Filled<'a> {
    Id,
    Field(usize, Box<Slot<'a>>),
}

/// Merged blocks below the head, by their first row.
pub(crate) struct Blocks {
    waiting: std::vec::IntoIter<Merged>,
    next: Option<Merged>,
    open: Vec<(Merged, Option<Raw>)>,
}

impl Blocks {
    pub(crate) fn new(mut blocks: Vec<Merged>) -> Self {
        blocks.sort_by_key(|block| block.rows.0);
        let mut waiting = blocks.into_iter();
        Self {
            next: waiting.next(),
            waiting,
            open: Vec::new(),
        }
    }

    pub(crate) fn reach(&mut self, row: &RawRow) {
        self.open.retain(|(block, _)| block.rows.1 >= row.number);
        while let Some(block) = self.next.filter(|block| block.rows.0 <= row.number) {
            let value = if block.rows.0 == row.number {
                row.at(block.columns.0).cloned()
            } else {
                None
            };
            if block.rows.1 >= row.number {
                self.open.push((block, value));
            }
            self.next = self.waiting.next();
        }
    }

    /// Puts the values of blocks of one column into a row that they cover.
    pub(crate) fn fill(&self, row: &mut RawRow) {
        for (block, value) in &self.open {
            let Some(value) = value else { continue };
            if let Err(at) = row
                .cells
                .binary_search_by_key(&block.columns.0, |(column, _)| *column)
            {
                row.cells.insert(at, (block.columns.0, value.clone()));
            }
        }
    }
}

impl<'a> Rows<'a> {
    pub(crate) fn new(
        ask: &'a Ask<'a>,
        head: Head,
        layout: Layout,
        from_1904: bool,
        sheet: String,
        values: bool,
    ) -> Self {
        let mut columns: Vec<Option<Filled<'a>>> = Vec::new();
        for (column, target) in &head.columns {
            let at = *column as usize;
            if columns.len() <= at {
                columns.resize_with(at + 1, || None);
            }
            let filled = match target {
                Target::Id => Some(Filled::Id),
                Target::Field(field, scale) => ask.register.fields.get(*field).map(|of| {
                    let slot = Slot::new(of, *scale);
                    Filled::Field(*field, Box::new(slot))
                }),
            };
            if let Some(place) = columns.get_mut(at) {
                *place = filled;
            }
        }
        // A head may be merged over several rows; what is below its first row is no data.
        let in_head = layout
            .merged
            .iter()
            .filter(|block| (block.rows.0..=block.rows.1).contains(&head.row));
        let data_from = in_head.map(|block| block.rows.1).max().unwrap_or(head.row) + 1;
        let blocks = layout
            .merged
            .into_iter()
            .filter(|block| block.rows.1 >= data_from);
        Self {
            reading: Reading {
                ask,
                places: AllPlaces::new(ask.programme),
                from_1904,
            },
            sheet,
            columns,
            blocks: Blocks::new(blocks.collect()),
            data_from,
            values,
            hidden_rows: Vec::new(),
            hidden_columns: layout.hidden,
            unread: Vec::new(),
            filled_down: 0,
            sums: Vec::new(),
            head,
        }
    }

    /// The fields that have a column.
    pub(crate) fn columns(&self) -> Vec<(String, u32)> {
        let named = self.columns.iter().enumerate().filter_map(|(at, filled)| {
            let id = match filled.as_ref()? {
                Filled::Id => "id".to_owned(),
                Filled::Field(_, slot) => slot.field.id.clone(),
            };
            Some((id, at as u32))
        });
        named.collect()
    }

    /// A row below the head; `None` for one that is empty, a sum, or was taken before.
    pub(crate) fn row(&mut self, raw: &RawRow) -> Option<Row> {
        if raw.number < self.data_from {
            return None;
        }
        self.blocks.reach(raw);
        if raw.number <= self.reading.ask.after_row || is_empty(raw) {
            return None;
        }
        if is_sum(raw) {
            self.sums.push(raw.number);
            return None;
        }
        if raw.hidden {
            self.hidden_rows.push(raw.number);
        }
        let mut row = Row {
            number: raw.number,
            id: None,
            cells: Vec::new(),
            faults: Vec::new(),
        };
        let mut found: Vec<(usize, Option<Cell>)> = Vec::with_capacity(raw.cells.len());
        for (column, value) in &raw.cells {
            if !self.in_block(*column) {
                self.cell(*column, value, &mut row, &mut found);
            }
        }
        self.merged_cells(&mut row, &mut found);
        found.sort_by_key(|(field, _)| *field);
        let fields = &self.reading.ask.register.fields;
        let named = found
            .into_iter()
            .filter_map(|(at, cell)| Some((fields.get(at)?.id.clone(), cell)));
        row.cells = named.collect();
        Some(row)
    }

    fn in_block(&self, column: u32) -> bool {
        let holds = |block: &Merged| (block.columns.0..=block.columns.1).contains(&column);
        self.blocks.open.iter().any(|(block, _)| holds(block))
    }

    fn cell(
        &mut self,
        column: u32,
        value: &Raw,
        row: &mut Row,
        found: &mut Vec<(usize, Option<Cell>)>,
    ) {
        let Some(Some(filled)) = self.columns.get(column as usize) else {
            if !self.unread.contains(&column) {
                self.unread.push(column);
            }
            return;
        };
        if !self.values {
            return;
        }
        let spot = |field| Spot {
            sheet: Some(&self.sheet),
            row: Some(row.number),
            column: Some(column),
            field: Some(field),
        };
        let file = self.reading.ask.file;
        match filled {
            Filled::Id => match id_of(value) {
                Ok(id) => row.id = id,
                Err(wrong) => row.faults.push(wrong.at(file, spot("id"))),
            },
            Filled::Field(at, slot) => {
                let mut warnings = Vec::new();
                match self.reading.take(value, slot, &mut warnings) {
                    Ok(Taken::Nothing) => {}
                    Ok(Taken::Clear) => found.push((*at, None)),
                    Ok(Taken::Cell(cell)) => found.push((*at, Some(cell))),
                    Err(wrong) => warnings.push(wrong),
                }
                row.faults.extend(
                    warnings
                        .into_iter()
                        .map(|wrong| wrong.at(file, spot(&slot.field.id))),
                );
            }
        }
    }

    /// Values of merged cells: one column of words counts for every row that it covers, anything else is a fault.
    fn merged_cells(&mut self, row: &mut Row, found: &mut Vec<(usize, Option<Cell>)>) {
        if self.blocks.open.is_empty() {
            return;
        }
        let open = std::mem::take(&mut self.blocks.open);
        for (block, value) in &open {
            let Some(value) = value else {
                continue;
            };
            let column = block.columns.0;
            let alone = block.columns.0 == block.columns.1;
            let counts = match self.columns.get(column as usize).and_then(Option::as_ref) {
                Some(Filled::Id) => false,
                Some(Filled::Field(_, slot)) => alone && !is_amount(slot.field.kind),
                None => alone,
            };
            if counts {
                self.filled_down += u32::from(row.number > block.rows.0);
                self.cell(column, value, row, found);
                continue;
            }
            let field = match self.columns.get(column as usize).and_then(Option::as_ref) {
                Some(Filled::Field(_, slot)) => Some(slot.field.id.as_str()),
                _ => None,
            };
            let spot = Spot {
                sheet: Some(&self.sheet),
                row: Some(row.number),
                column: Some(column),
                field,
            };
            row.faults
                .push(merged_fault().at(self.reading.ask.file, spot));
        }
        self.blocks.open = open;
    }

    /// What only shows once every row was seen.
    pub(crate) fn faults(mut self) -> Vec<Fault> {
        let mut found = Vec::new();
        let (file, sheet) = (self.reading.ask.file, self.sheet.as_str());
        let spot = |row, column| Spot {
            sheet: Some(sheet),
            row,
            column,
            field: None,
        };
        self.unread.sort_unstable();
        for column in &self.unread {
            let refused = self.head.wrongs.iter().any(|(at, ..)| at == column)
                || self.head.ours.contains(column);
            let head = self.head.unknown.iter().find(|(at, _)| at == column);
            let wrong = match head {
                Some((_, head)) => unknown_column(head, self.reading.ask.register),
                None if refused => continue,
                None => column_without_head(),
            };
            found.push(wrong.at(file, spot(Some(self.head.row), Some(*column))));
        }
        let hidden = |column: u32| {
            self.hidden_columns
                .iter()
                .any(|(from, to)| (*from..=*to).contains(&column))
        };
        let read = self
            .columns
            .iter()
            .enumerate()
            .filter(|(_, filled)| filled.is_some());
        let columns: Vec<u32> = read
            .map(|(at, _)| at as u32)
            .filter(|at| hidden(*at))
            .collect();
        let noted = [
            (!columns.is_empty()).then(|| hidden_columns(&columns)),
            (!self.hidden_rows.is_empty()).then(|| hidden_rows(&self.hidden_rows)),
            (!self.sums.is_empty()).then(|| sums(&self.sums)),
            (self.filled_down > 0).then(|| filled_down(self.filled_down)),
        ];
        found.extend(
            noted
                .into_iter()
                .flatten()
                .map(|wrong| wrong.warning().at(file, spot(None, None))),
        );
        found
    }
}

fn is_empty(raw: &RawRow) -> bool {
    raw.cells
        .iter()
        .all(|(_, value)| matches!(value, Raw::Text(text) if text.trim().is_empty()))
}

/// Whether the row is a sum below others, which is no record.
fn is_sum(raw: &RawRow) -> bool {
    let first = raw.cells.iter().find_map(|(_, value)| match value {
        Raw::Text(text) if !text.trim().is_empty() => Some(text),
        _ => None,
    });
    first.is_some_and(|text| {
        text.len() < 20
            && ["合计", "总计", "小计", "共计", "total", "sum"]
                .contains(&plain(text).trim_end_matches([':', '：']))
    })
}

fn is_amount(kind: FieldKind) -> bool {
    matches!(
        kind,
        FieldKind::Int | FieldKind::Decimal | FieldKind::Ratio | FieldKind::Money | FieldKind::Uscc
    )
}

fn id_of(value: &Raw) -> Result<Option<Box<str>>, Wrong> {
    match value {
        Raw::Text(text) => {
            let text = crate::text::unescaped(text).unwrap_or(text).trim();
            Ok((!text.is_empty()).then(|| text.into()))
        }
        Raw::Number(digits, _)
            if digits
                .parse::<f64>()
                .is_ok_and(|n| n.fract() == 0.0 && n.abs() < 1e15) =>
        {
            Ok(Some(
                format!("{}", digits.parse::<f64>().unwrap_or_default()).into(),
            ))
        }
        _ => Err(Wrong::new(
            "not-an-id",
            Words::new("这不是编号", "this is no id"),
            ("编号用来找到已有的记录", "an id finds a record that exists"),
            (
                "照导出的表填写，新记录留空",
                "copy it from an export; leave it empty for a new record",
            ),
        )),
    }
}

fn merged_fault() -> Wrong {
    Wrong::new(
        "merged-cells",
        Words::new("数据里有合并单元格", "cells are merged here"),
        (
            "合并的数量或跨列的内容分不到每一行每一列",
            "a merged amount, or one over several columns, cannot be shared out",
        ),
        (
            "取消合并，每行每列各填各的",
            "unmerge them and fill each cell",
        ),
    )
}

fn column_without_head() -> Wrong {
    Wrong::new(
        "column-without-head",
        Words::new(
            "这一列有内容但没有表头，没有读",
            "this column has content and no head; it was not read",
        ),
        ("不知道它是什么", "nobody knows what it is"),
        ("写上表头，或者删去", "give it a head, or delete it"),
    )
    .warning()
}

fn hidden_columns(columns: &[u32]) -> Wrong {
    let list = listed(columns, true);
    Wrong::new(
        "hidden-columns",
        Words::new(
            format!("隐藏的列也读了：{list}"),
            format!("hidden columns were read too: {list}"),
        ),
        ("隐藏不等于不要", "hidden is not absent"),
        ("不要的内容请删除", "delete what is not meant"),
    )
}

fn hidden_rows(rows: &[u32]) -> Wrong {
    let list = listed(rows, false);
    Wrong::new(
        "hidden-rows",
        Words::new(
            format!("隐藏或筛掉的行也读了：{list}"),
            format!("hidden or filtered rows were read too: {list}"),
        ),
        ("隐藏不等于不要", "hidden is not absent"),
        ("不要的行请删除", "delete the rows that are not meant"),
    )
}

fn sums(rows: &[u32]) -> Wrong {
    let list = listed(rows, false);
    Wrong::new(
        "sum-rows",
        Words::new(
            format!("合计行没有读：{list}"),
            format!("rows of sums were left out: {list}"),
        ),
        ("合计不是记录", "a sum is no record"),
        ("不用管", "nothing is to be done"),
    )
}

fn filled_down(rows: u32) -> Wrong {
    Wrong::new(
        "filled-down",
        Words::new(
            format!("合并单元格的内容用到了它盖住的 {rows} 行"),
            format!("merged cells were counted for {rows} more rows that they cover"),
        ),
        (
            "纵向合并的名称通常对每一行都成立",
            "a name merged downwards usually holds for each row",
        ),
        ("不是这样就取消合并", "unmerge them if that is not so"),
    )
}
