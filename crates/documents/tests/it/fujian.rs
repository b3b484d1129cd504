//! The programme of the repository, its registers, and sheets made in the test.

use documents::{Ask, Found, Sheet, read};
use programme::model::{Programme, Register};
use programme::{Files, Severity};
use rust_xlsxwriter::{Workbook, Worksheet};
use std::path::Path;
use std::sync::LazyLock;

pub(crate) static FUJIAN: LazyLock<Programme> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/fujian");
    let mut files = Files::new();
    collect(&root, &root, &mut files);
    let reading = programme::read(&files);
    assert!(reading.faults.iter().all(|f| f.severity != Severity::Error));
    reading.programme.unwrap()
});

fn collect(root: &Path, folder: &Path, files: &mut Files) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            files.insert(name, text);
        }
    }
}

pub(crate) fn register(id: &str) -> &'static Register {
    FUJIAN.register(id).unwrap().1
}

/// A lookup that knows a few records by id and by name.
pub(crate) fn lookup(_: &str, text: &str) -> Found {
    match text {
        "P-1" | "海西钢铁项目" => Found::One("P-1".into()),
        "P-2" => Found::One("P-2".into()),
        "同名项目" => Found::Several(vec![
            ("P-3".into(), "同名项目".into()),
            ("P-4".into(), "同名项目".into()),
        ]),
        text if text.starts_with("R-") => Found::One(text.into()),
        _ => Found::Nothing,
    }
}

/// Reads bytes as a file of a register.
pub(crate) fn given(register_id: &str, file: &str, bytes: &[u8]) -> Sheet {
    read(
        bytes,
        &Ask::new(&FUJIAN, register(register_id), file, &lookup),
    )
}

/// Reads CSV text as a file of a register.
pub(crate) fn csv(register_id: &str, text: &str) -> Sheet {
    given(register_id, "t.csv", text.as_bytes())
}

/// The bytes of a workbook with one sheet.
pub(crate) fn xlsx(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    book.save_to_buffer().unwrap()
}

/// The codes of all faults, in order.
pub(crate) fn codes(sheet: &Sheet) -> Vec<&'static str> {
    sheet.all_faults().map(|fault| fault.code).collect()
}

/// A field of a row as JSON text; `clear` where it is taken away, empty where it is not given.
pub(crate) fn shown(sheet: &Sheet, register_id: &str, row: usize, field: &str) -> String {
    let kind = register(register_id).field(field).unwrap().kind;
    match sheet.rows[row].cells.iter().find(|(id, _)| id == field) {
        Some((_, Some(cell))) => cell.json(kind).to_string(),
        Some((_, None)) => "clear".to_owned(),
        None => String::new(),
    }
}
