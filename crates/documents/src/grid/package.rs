//! The zip file around an xlsx: its directory is judged before anything in it is inflated.

use super::Limits;
use crate::fault::Wrong;
use rules::Words;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// The parts of an xlsx by name.
pub(crate) struct Package<'b> {
    zip: ZipArchive<Cursor<&'b [u8]>>,
    /// Lower-case names in the order of the directory.
    names: Vec<String>,
    /// Most bytes that one part may give.
    part_max: u64,
}

impl<'b> Package<'b> {
    /// Reads the directory and refuses what is too large, locked, of another kind, or runs programs.
    pub(super) fn open(bytes: &'b [u8], limits: &Limits) -> Result<Self, Wrong> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
        if zip.len() > limits.parts_max {
            return Err(bomb());
        }
        let mut names = Vec::with_capacity(zip.len());
        let (mut inflated, mut packed) = (0_u64, 0_u64);
        for at in 0..zip.len() {
            let part = zip.by_index_raw(at).map_err(|_| broken())?;
            if part.encrypted() {
                return Err(locked());
            }
            inflated = inflated.saturating_add(part.size());
            packed = packed.saturating_add(part.compressed_size());
            names.push(String::from_utf8_lossy(part.name_raw()).to_ascii_lowercase());
        }
        let ratio = inflated / packed.max(1);
        if inflated > limits.inflated_max || (inflated > 1 << 20 && ratio > limits.ratio_max) {
            return Err(bomb());
        }
        // Parts that share bytes are how a small zip declares honest sizes and still inflates without end.
        if zip.has_overlapping_files().unwrap_or(true) {
            return Err(bomb());
        }
        let package = Self {
            zip,
            names,
            part_max: limits.inflated_max,
        };
        package.refuse_other_kinds()?;
        Ok(package)
    }

    fn refuse_other_kinds(&self) -> Result<(), Wrong> {
        let has = |end: &str| self.names.iter().any(|name| name.ends_with(end));
        if has("vbaproject.bin") {
            return Err(macros());
        }
        if has("workbook.bin") {
            return Err(other_kind("xlsb"));
        }
        if !has("[content_types].xml") {
            return Err(other_kind("zip"));
        }
        if !has("workbook.xml") && !self.names.iter().any(|name| name.contains("worksheets/")) {
            return Err(other_kind("zip"));
        }
        Ok(())
    }

    /// A part's bytes as they are inflated; `None` when there is no such part.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<impl Read>, Wrong> {
        let name = name.trim_start_matches('/').to_ascii_lowercase();
        let Some(at) = self.names.iter().position(|n| *n == name) else {
            return Ok(None);
        };
        let part = self.zip.by_index(at).map_err(|_| broken())?;
        // What the directory declares was judged; a part that gives more is a lie and ends there.
        let most = part.size().min(self.part_max);
        Ok(Some(part.take(most)))
    }

    /// A small part as text; empty when it is not there.
    pub(super) fn text(&mut self, name: &str) -> Result<String, Wrong> {
        let mut bytes = Vec::new();
        if let Some(mut part) = self.part(name)? {
            part.read_to_end(&mut bytes).map_err(|_| broken())?;
        }
        String::from_utf8(bytes).map_err(|_| broken())
    }
}

/// What the first bytes give away of a file that is neither xlsx nor CSV.
pub(crate) fn signature_fault(bytes: &[u8], name: &str) -> Option<Wrong> {
    const OLD_OFFICE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    let start = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    let text = String::from_utf8_lossy(start)
        .trim_start()
        .to_ascii_lowercase();
    if bytes.starts_with(&OLD_OFFICE) {
        let word: Vec<u8> = "EncryptedPackage"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let locks = memchr::memmem::find(bytes, &word).is_some();
        return Some(if locks { locked() } else { other_kind("xls") });
    }
    if text.starts_with("<html")
        || text.starts_with("<!doctype")
        || text.starts_with("<table")
        || text.starts_with("<?xml")
    {
        return Some(other_kind("html"));
    }
    if bytes.starts_with(b"%PDF") {
        return Some(other_kind("pdf"));
    }
    let ending = name
        .rsplit_once('.')
        .map(|(_, end)| end.to_ascii_lowercase());
    match ending.as_deref() {
        Some("xlsx") if !bytes.starts_with(b"PK") => Some(broken()),
        Some("xls" | "xlsb" | "xlsm" | "et" | "ods") if !bytes.starts_with(b"PK") => {
            Some(other_kind("xls"))
        }
        _ => None,
    }
}

/// Refuses a file for its bare size.
pub(crate) fn too_large(bytes: usize, limits: &Limits) -> Option<Wrong> {
    (bytes > limits.bytes_max).then(|| {
        let (have, most) = (bytes >> 20, limits.bytes_max >> 20);
        Wrong::new(
            "file-too-large",
            Words::new(
                format!("文件有 {have} MB，最多 {most} MB"),
                format!("the file has {have} MB; at most {most} MB are read"),
            ),
            (
                "太大的文件会占满服务器，没有打开",
                "a file of this size would take the whole server; it was not opened",
            ),
            (
                "删去图片和无关工作表，或者分成几个文件上传",
                "remove pictures and other sheets, or send it in several files",
            ),
        )
    })
}

fn bomb() -> Wrong {
    Wrong::new(
        "file-inflates",
        Words::new(
            "文件解压后大得不正常，没有解压",
            "the file would inflate to an abnormal size; it was not inflated",
        ),
        (
            "这样的文件会占满服务器的内存，常是恶意构造的“压缩炸弹”",
            "such a file would fill the server's memory; it often is a “zip bomb”",
        ),
        (
            "把数据复制到一个新工作簿，另存为 .xlsx 后再上传",
            "copy the data into a new workbook, save it as .xlsx and send that",
        ),
    )
}

pub(super) fn broken() -> Wrong {
    Wrong::new(
        "file-broken",
        Words::new(
            "文件不完整或者不是 .xlsx",
            "the file is cut off, or is no .xlsx",
        ),
        (
            "读到的内容对不上 .xlsx 的格式，可能是没有传完，或只改了文件名",
            "what it holds is not what an .xlsx holds: the transfer was cut, or only its name was changed",
        ),
        (
            "用 Excel 或 WPS 打开确认无误，另存为 .xlsx 后再上传",
            "open it in Excel or WPS, save it as .xlsx and send it again",
        ),
    )
}

fn locked() -> Wrong {
    Wrong::new(
        "file-locked",
        Words::new("文件有打开密码", "the file is protected by a password"),
        ("加密的内容读不出来", "encrypted content cannot be read"),
        (
            "在 Excel 或 WPS 里去掉打开密码，保存后再上传",
            "remove the password in Excel or WPS, save, and send it again",
        ),
    )
}

fn macros() -> Wrong {
    Wrong::new(
        "file-has-macros",
        Words::new(
            "文件带有宏（.xlsm），没有打开",
            "the file carries macros (.xlsm); it was not opened",
        ),
        (
            "宏是程序，数据文件里不该有；这里从不运行它",
            "macros are programs and have no place in a data file; they are never run here",
        ),
        (
            "另存为“Excel 工作簿（.xlsx）”，去掉宏后再上传",
            "save it as “Excel workbook (.xlsx)”, which drops the macros, and send that",
        ),
    )
}

fn other_kind(kind: &str) -> Wrong {
    let (zh, en) = match kind {
        "xls" => (
            "旧式表格文件（.xls、.et 等）",
            "an old spreadsheet (.xls, .et or the like)",
        ),
        "xlsb" => ("二进制工作簿（.xlsb）", "a binary workbook (.xlsb)"),
        "html" => (
            "网页或 XML，只是名字像表格",
            "a web page or XML under the name of a sheet",
        ),
        "pdf" => ("PDF 文件", "a PDF"),
        _ => (
            "压缩包，里面没有工作簿",
            "a zip file without a workbook inside",
        ),
    };
    Wrong::new(
        "file-of-other-kind",
        Words::new(format!("这是{zh}"), format!("this is {en}")),
        (
            "只读 .xlsx 和 .csv：它们的格式公开，内容没有歧义",
            "only .xlsx and .csv are read: their formats are public and their content is plain",
        ),
        (
            "用 Excel 或 WPS 打开，另存为 .xlsx 后再上传",
            "open it in Excel or WPS, save it as .xlsx and send that",
        ),
    )
}
