//! The firms as the product holds them: typed columns with every version, and which version counts today.

use crate::columns::{Refusal, bytes, doubles, integers, numbers};
use crate::schema::{Column as Drawn, Draw, FIRM};
use rules::{Bits, Cells, Column, Day, NO_ROW, Table, Tables};
use std::path::Path;

/// Tables `division` and `firm`, and per table the current row of each record.
pub(crate) struct Firms {
    pub(crate) tables: Tables,
    pub(crate) current: Vec<Vec<u32>>,
}

/// Reads `facts/` of a draw as it was known at the end of its day.
pub(crate) fn read(folder: &Path, draw: &Draw) -> Result<Firms, Refusal> {
    let facts = folder.join("facts");
    let division = divisions(draw);
    let columns: Result<Vec<Column>, Refusal> = draw
        .fields
        .iter()
        .map(|field| column(&facts, field, draw))
        .collect();
    let firm = Table {
        columns: columns?,
        record: numbers(&facts.join("record.bin"), "uint32")?,
        ids: (0..draw.rows)
            .map(|n| format!("f{n}").into_boxed_str())
            .collect(),
    };
    let of_firms = current(&facts, &firm.record, draw)?;
    let of_divisions = (0..division.ids.len() as u32).collect();
    Ok(Firms {
        tables: Tables {
            tables: vec![division, firm],
        },
        current: vec![of_divisions, of_firms],
    })
}

impl Firms {
    /// The current row of every firm, in the order of rows.
    pub(crate) fn rows(&self) -> Vec<u32> {
        let of = self.current.get(FIRM).into_iter().flatten();
        let mut rows: Vec<u32> = of.copied().filter(|row| *row != NO_ROW).collect();
        rows.sort_unstable();
        rows
    }
}

/// The row of each firm that was recorded before the day's end and superseded after it.
fn current(facts: &Path, record: &[u32], draw: &Draw) -> Result<Vec<u32>, Refusal> {
    let recorded = integers(&facts.join("recorded.bin"), "int64")?;
    let superseded = integers(&facts.join("superseded.bin"), "int64")?;
    let until = Day(draw.today).end().0;
    let mut rows = vec![NO_ROW; draw.rows];
    let times = recorded.iter().zip(&superseded);
    for ((row, record), (from, to)) in (0..).zip(record).zip(times) {
        if *from < until
            && until <= *to
            && let Some(current) = rows.get_mut(*record as usize)
        {
            *current = row;
        }
    }
    Ok(rows)
}

fn divisions(draw: &Draw) -> Table {
    let ids: Vec<Box<str>> = draw
        .divisions
        .iter()
        .map(|(code, _)| code.as_str().into())
        .collect();
    let parent = |up: &Option<String>| {
        let up = up.as_deref()?;
        ids.binary_search_by(|id| (**id).cmp(up))
            .ok()
            .map(|at| at as u32)
    };
    let parents: Vec<Option<u32>> = draw.divisions.iter().map(|(_, up)| parent(up)).collect();
    Table {
        columns: vec![Column {
            present: parents.iter().map(Option::is_some).collect(),
            cells: Cells::Record(parents.iter().map(|up| up.unwrap_or(NO_ROW)).collect()),
        }],
        record: (0..ids.len() as u32).collect(),
        ids,
    }
}

fn column(facts: &Path, field: &Drawn, draw: &Draw) -> Result<Column, Refusal> {
    let path = facts.join(format!("{}.bin", field.id));
    let empty = bytes(&path.with_extension("nul"))?;
    let whole = || integers(&path, &field.cells);
    let symbols = |dictionary: &[String]| -> Result<Cells, Refusal> {
        Ok(Cells::Symbol {
            codes: numbers(&path, &field.cells)?,
            dictionary: dictionary.iter().map(|word| word.as_str().into()).collect(),
        })
    };
    let cells = match field.kind.as_str() {
        "bool" => Cells::Bool(whole()?.into_iter().map(|n| n == 1).collect()),
        "double" => Cells::Double(doubles(&path)?),
        "choice" => symbols(&field.choices)?,
        "industry" => symbols(&draw.sectors)?,
        "place" => Cells::Record(numbers(&path, &field.cells)?),
        _ => Cells::Int(whole()?),
    };
    Ok(Column {
        present: empty.into_iter().map(|n| n == 0).collect::<Bits>(),
        cells,
    })
}
