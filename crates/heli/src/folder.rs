//! Opening files: a programme's folder, a folder of evidence, the language of messages.

use app::programme::{ENDINGS, Files, Programme};
use app::rules::{Day, Words};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Why a command cannot go on: one sentence with what to do.
pub(crate) type Refusal = String;

/// The folder's files as text; the folder may be a zip.
pub(crate) fn files(folder: &Path) -> Result<Files, Refusal> {
    if folder.is_file() {
        let bytes = fs::read(folder).map_err(|e| unreadable(folder, &e))?;
        return app::unzipped(&bytes).map_err(|words| pick(&words));
    }
    if !folder.join("programme.toml").is_file() {
        return Err(pick(&Words::new(
            format!(
                "{} 里没有 programme.toml；请给出专项行动的文件夹",
                folder.display()
            ),
            format!(
                "there is no programme.toml in {}; name a programme's folder",
                folder.display()
            ),
        )));
    }
    let mut files = Files::new();
    walk(folder, folder, &mut files)?;
    Ok(files)
}

fn walk(root: &Path, folder: &Path, files: &mut Files) -> Result<(), Refusal> {
    for path in entries(folder)? {
        if path.is_dir() {
            walk(root, &path, files)?;
        } else if path
            .extension()
            .is_some_and(|e| ENDINGS.iter().any(|r| e == *r))
        {
            let name = path.strip_prefix(root).unwrap_or(&path).components();
            let name: Vec<_> = name.map(|c| c.as_os_str().to_string_lossy()).collect();
            files.insert(name.join("/"), text(&path)?);
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Refusal> {
    let unreadable = |e: std::io::Error| unreadable(folder, &e);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    Ok(paths)
}

/// A file's text.
pub(crate) fn text(path: &Path) -> Result<String, Refusal> {
    fs::read_to_string(path).map_err(|e| unreadable(path, &e))
}

/// A file that cannot be read or written.
pub(crate) fn unreadable(path: &Path, cause: &std::io::Error) -> Refusal {
    pick(&Words::new(
        format!(
            "读不了 {}（{cause}）；请看看路径、权限，文本文件须是 UTF-8",
            path.display()
        ),
        format!(
            "cannot read {} ({cause}); see to the path, the rights, and that a text file is UTF-8",
            path.display()
        ),
    ))
}

/// A programme that must be sound; its faults go to standard error.
pub(crate) fn programme(folder: &Path) -> Result<Option<(Programme, Files)>, Refusal> {
    let files = files(folder)?;
    let reading = app::programme::read(&files);
    match reading.programme {
        Some(programme) => Ok(Some((programme, files))),
        None => {
            crate::command::check::show(&files, &reading.faults);
            Ok(None)
        }
    }
}

/// Evidence: each CSV file of the folder by its name without ending.
pub(crate) fn evidence(folder: &Path) -> Result<BTreeMap<String, String>, Refusal> {
    let mut sheets = BTreeMap::new();
    for path in entries(folder)? {
        if path.extension().is_some_and(|e| e == "csv") {
            let name = path
                .file_stem()
                .map(|s| s.to_string_lossy().into_owned())
                .unwrap_or_default();
            sheets.insert(name, text(&path)?);
        }
    }
    Ok(sheets)
}

/// Prints the faults of sheets, one line each.
pub(crate) fn show_sheet_faults(faults: &[app::SheetFault]) {
    for fault in faults {
        let place = if fault.field.is_empty() {
            String::new()
        } else {
            format!(" {}", fault.field)
        };
        eprintln!(
            "{}:{}{place}: {}",
            fault.file,
            fault.line,
            pick(&fault.message)
        );
    }
}

/// A day from the command line.
pub(crate) fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "write a day as 2023-09-26".to_owned())
}

/// The words in the language of the terminal: Chinese unless it is set to another.
pub(crate) fn pick(words: &Words) -> String {
    if chinese() {
        words.zh.clone()
    } else {
        words.en.clone()
    }
}

/// Whether messages are in Chinese: `HELI_LANG=en` or an English locale turns them.
pub(crate) fn chinese() -> bool {
    #[allow(clippy::disallowed_methods)]
    // The edge: the terminal's language comes in here and nowhere else.
    let set = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
    let locale = set("HELI_LANG")
        .or_else(|| set("LC_ALL"))
        .or_else(|| set("LANG"))
        .unwrap_or_default();
    !locale.starts_with("en")
}
