//! A programme's folder as one zip, in and out.

use programme::{ENDINGS, Files};
use rules::Words;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// A folder has no more files than this.
const FILES_MAX: usize = 2_000;
/// Its files together have no more bytes than this.
const BYTES_MAX: u64 = 64 << 20;
/// The file by which a folder is known.
const HEAD: &str = "programme.toml";

/// The files of a folder in a zip, which may lie in one folder more. What is no file of a programme is left out.
///
/// # Errors
/// The bytes are no zip, it is locked or too large, it has no `programme.toml`, a file is not UTF-8.
pub fn unzipped(bytes: &[u8]) -> Result<Files, Words> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    if zip.len() > FILES_MAX || zip.has_overlapping_files().unwrap_or(true) {
        return Err(large());
    }
    let mut all = Files::new();
    let mut left = BYTES_MAX;
    for at in 0..zip.len() {
        let part = zip.by_index(at).map_err(|_| broken())?;
        let path = part.enclosed_name().ok_or_else(broken)?;
        let parts: Vec<_> = path
            .components()
            .map(|c| c.as_os_str().to_string_lossy())
            .collect();
        let name = parts.join("/");
        let read = ENDINGS
            .iter()
            .any(|end| name.rsplit('.').next() == Some(end));
        // What a Mac puts beside each file is none of the folder's.
        if part.is_dir() || !read || parts.iter().any(|part| part.starts_with(['.', '_'])) {
            continue;
        }
        let mut text = Vec::new();
        let mut limited = part.take(left + 1);
        limited.read_to_end(&mut text).map_err(|_| broken())?;
        left = left.checked_sub(text.len() as u64).ok_or_else(large)?;
        let text = String::from_utf8(text).map_err(|_| garbled(&name))?;
        all.insert(name, text);
    }
    rooted(all)
}

/// The files of a folder that came one by one with their paths, which may lie in one folder more.
///
/// # Errors
/// There is no `programme.toml`, a file is not UTF-8.
pub fn folded(parts: Vec<(String, Vec<u8>)>) -> Result<Files, Words> {
    let mut all = Files::new();
    for (name, bytes) in parts {
        let read = ENDINGS
            .iter()
            .any(|end| name.rsplit('.').next() == Some(end));
        let mut steps = name.split('/');
        if !read || steps.any(|step| step.starts_with(['.', '_'])) {
            continue;
        }
        let text = String::from_utf8(bytes).map_err(|_| garbled(&name))?;
        all.insert(name, text);
    }
    rooted(all)
}

/// The folder that holds `programme.toml`, nearest to the top.
fn rooted(all: Files) -> Result<Files, Words> {
    let heads = all.keys().filter_map(|name| name.strip_suffix(HEAD));
    let heads = heads.filter(|root| root.is_empty() || root.ends_with('/'));
    let root = heads
        .min_by_key(|root| root.matches('/').count())
        .ok_or_else(headless)?;
    if root.is_empty() {
        return Ok(all);
    }
    let root = root.to_owned();
    let inside = all.into_iter().filter_map(|(name, text)| {
        let name = name.strip_prefix(&root)?.to_owned();
        Some((name, text))
    });
    Ok(inside.collect())
}

/// A folder as a zip; the same folder gives the same bytes.
///
/// # Errors
/// The files do not fit into a zip.
pub fn zipped(files: &Files) -> Result<Vec<u8>, Words> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut put = |name: &String, text: &String| {
        zip.start_file(name.as_str(), options).ok()?;
        zip.write_all(text.as_bytes()).ok()
    };
    let fits = files.iter().all(|(name, text)| put(name, text).is_some());
    let done = zip.finish().ok().filter(|_| fits);
    done.map(Cursor::into_inner).ok_or_else(large)
}

fn broken() -> Words {
    Words::new(
        "这不是 zip 文件，或者已损坏、加了密码；请把方案的文件夹重新压缩成 zip",
        "this is no zip, or it is damaged or locked; zip the programme's folder again",
    )
}

fn large() -> Words {
    Words::new(
        "压缩包太大，不像一份方案；请只压缩方案的文件夹",
        "this zip is too large for a programme; zip the programme's folder alone",
    )
}

fn headless() -> Words {
    Words::new(
        "压缩包里没有 programme.toml；请压缩专项行动的文件夹",
        "there is no programme.toml in the zip; zip a programme's folder",
    )
}

fn garbled(name: &str) -> Words {
    Words::new(
        format!("{name} 不是 UTF-8 文字；请另存为 UTF-8"),
        format!("{name} is not UTF-8 text; save it as UTF-8"),
    )
}
