//! Why the folder of files refuses: what happened, why, what to do now.

use crate::error::{Error, Trouble};
use rules::Words;
use std::path::Path;

pub(super) fn too_large(size: u64, most: u64) -> Error {
    Error::new(
        Trouble::Full,
        Words::new(
            format!("文件有 {size} 字节，最多 {most} 字节"),
            format!("the file has {size} bytes; at most {most} are taken."),
        ),
        Words::new("压缩或拆分后再传", "Compress it or split it."),
    )
}

pub(super) fn over_quota(quota: u64) -> Error {
    Error::new(
        Trouble::Full,
        Words::new(
            format!("附件总量将超过 {quota} 字节的限额"),
            format!("all files together would pass the quota of {quota} bytes."),
        ),
        Words::new(
            "请管理员提高限额",
            "Ask whoever keeps this system for a larger quota.",
        ),
    )
}

pub(super) fn not_accepted(kind: &str, accept: &[String]) -> Error {
    let accept = accept.join(", ");
    Error::new(
        Trouble::Check,
        Words::new(
            format!("按内容看这是 {kind}，这里只收 {accept}"),
            format!("by its content this is {kind}; here only {accept} is taken."),
        ),
        Words::new("换一种格式再传", "Save it in another format."),
    )
}

pub(super) fn broken_picture() -> Error {
    Error::new(
        Trouble::Check,
        Words::new(
            "图片不完整，读不出来",
            "the picture is not whole and cannot be read.",
        ),
        Words::new("重新导出这张图片再传", "Export the picture again."),
    )
}

pub(super) fn altered(digest: &str) -> Error {
    Error::new(
        Trouble::Damaged,
        Words::new(
            format!("文件 {digest} 的内容与登记时不同"),
            format!("file {digest} is not what was stored."),
        ),
        Words::new("从备份恢复这个文件", "Restore it from a backup."),
    )
}

pub(super) fn gone(digest: &str, cause: impl std::fmt::Display) -> Error {
    Error::new(
        Trouble::Missing,
        Words::new(
            format!("没有文件 {digest}"),
            format!("there is no file {digest}."),
        ),
        Words::new("从备份恢复这个文件", "Restore it from a backup."),
    )
    .because(cause)
}

pub(super) fn unusable(folder: &Path, cause: impl std::fmt::Display) -> Error {
    let folder = folder.display();
    Error::new(
        Trouble::Address,
        Words::new(
            format!("文件夹 {folder} 不能用"),
            format!("folder {folder} cannot be used."),
        ),
        Words::new(
            "检查它是否存在、是否可写",
            "See that it exists and can be written.",
        ),
    )
    .because(cause)
}

pub(super) fn not_written(cause: object_store::Error) -> Error {
    Error::new(
        Trouble::Other,
        Words::new(
            "附件的文件夹读写失败",
            "the folder of files could not be read or written.",
        ),
        Words::new("检查磁盘空间和权限", "See to disk space and rights."),
    )
    .because(cause)
}
