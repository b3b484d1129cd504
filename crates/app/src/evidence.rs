//! Evidence from CSV files: one per register, every fault with its file, line and cell.

use engine::{Facts, FactsBuilder, Sheet};
use programme::Programme;
use rules::Words;
use std::collections::BTreeMap;

/// Something in a sheet that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetFault {
    /// The file's name.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// The column's head; empty for the whole line.
    pub field: String,
    /// What is wrong and what is accepted.
    pub message: Words,
}

/// Reads sheets by register id (`event` → text of `event.csv`).
///
/// # Errors
/// Every fault of every sheet.
pub fn read_evidence(
    programme: &Programme,
    sheets: &BTreeMap<String, String>,
) -> Result<Facts, Vec<SheetFault>> {
    build_facts(programme, split_sheets(sheets)?)
}

/// Splits sheets into cells; that needs no programme, so both can be read at once.
///
/// # Errors
/// The first fault of each sheet that is no CSV.
pub fn split_sheets(sheets: &BTreeMap<String, String>) -> Result<Vec<Sheet>, Vec<SheetFault>> {
    let (mut split, mut faults) = (Vec::new(), Vec::new());
    for (register, text) in sheets {
        match read_sheet(register, text) {
            Ok(sheet) => split.push(sheet),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() {
        Ok(split)
    } else {
        Err(faults)
    }
}

/// Types the cells of sheets.
///
/// # Errors
/// Every cell that cannot be read.
pub fn build_facts(programme: &Programme, sheets: Vec<Sheet>) -> Result<Facts, Vec<SheetFault>> {
    let mut builder = FactsBuilder::new(programme);
    sheets.into_iter().for_each(|sheet| builder.add(sheet));
    builder.build().map_err(|cells| {
        let fault = |f: engine::CellFault| SheetFault {
            file: format!("{}.csv", f.register),
            line: f.line,
            field: f.field,
            message: f.message,
        };
        cells.into_iter().map(fault).collect()
    })
}

/// Splits one sheet into cells.
///
/// # Errors
/// The first line that is no CSV, or a sheet without the column `id`.
pub fn read_sheet(register: &str, text: &str) -> Result<Sheet, SheetFault> {
    let fault = |line: usize, field: &str, message| SheetFault {
        file: format!("{register}.csv"),
        line,
        field: field.into(),
        message,
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let unreadable = |e: &csv::Error| {
        let line = e.position().map_or(1, |p| p.line() as usize);
        fault(
            line,
            "",
            Words::new("这一行不是 CSV（UTF-8）", "this line is no CSV in UTF-8"),
        )
    };
    let header: Vec<String> = reader
        .headers()
        .map_err(|e| unreadable(&e))?
        .iter()
        .map(|h| h.trim().to_owned())
        .collect();
    if !header.iter().any(|h| h == "id") {
        let message = Words::new("第一行要有 id 这一列", "the first line needs a column id");
        return Err(fault(1, "id", message));
    }
    if let Some(twice) = header
        .iter()
        .enumerate()
        .find(|(i, h)| header.iter().take(*i).any(|g| g == *h))
    {
        let message = Words::new("这一列写了两次", "this column stands there twice");
        return Err(fault(1, twice.1, message));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| unreadable(&e))?;
        let line = record.position().map_or(1, |p| p.line() as usize);
        if record.len() > header.len() {
            let message = Words::new(
                format!(
                    "这一行有 {} 格，表头只有 {} 列；含逗号的格要用引号括起来",
                    record.len(),
                    header.len()
                ),
                format!(
                    "this line has {} cells, the head {} columns; quote a cell that holds a comma",
                    record.len(),
                    header.len()
                ),
            );
            return Err(fault(line, "", message));
        }
        rows.push((line, record.iter().map(str::to_owned).collect()));
    }
    Ok(Sheet {
        register: register.to_owned(),
        header,
        rows,
    })
}
