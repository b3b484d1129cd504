//! One process writes a SQLite file at a time.

use crate::error::{Error, Result, Trouble};
use rules::Words;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A child that a process has just begun holds the files that were open, also one that is closed by now, until its own
/// program runs: so the right is asked for again before it is refused.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(10);

/// The right to write one SQLite file; the system takes it back when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock {
    /// Held open: closing it gives the right away.
    _file: File,
}

/// The lock's file, beside the database.
pub(crate) fn path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

/// SQLite's log of what is not in the database's file yet.
pub(crate) fn wal(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Takes the right, or says who has it.
pub(crate) fn take(database: &Path) -> Result<Lock> {
    let path = path(database);
    let unreadable = |cause: std::io::Error| {
        Error::new(
            Trouble::Address,
            Words::new(
                format!("打不开 {}", path.display()),
                format!("{} cannot be opened.", path.display()),
            ),
            Words::new(
                "检查文件夹是否存在、是否可写",
                "See that the folder exists and can be written.",
            ),
        )
        .because(cause)
    };
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(unreadable)?;
    let mut tries = 0;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if tries < TRIES => {
                tries += 1;
                #[expect(
                    clippy::disallowed_methods,
                    reason = "nobody tells when a child begins its program"
                )]
                std::thread::sleep(PAUSE);
            }
            Err(TryLockError::WouldBlock) => return Err(held(database, &mut file)),
            Err(TryLockError::Error(cause)) => return Err(unreadable(cause)),
        }
    }
    let written = file
        .set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "{}", std::process::id()));
    written.map_err(unreadable)?;
    Ok(Lock { _file: file })
}

fn held(database: &Path, file: &mut File) -> Error {
    let mut holder = String::new();
    // Whoever holds it may not have written its number yet; the words do without it then.
    let known = file.read_to_string(&mut holder).is_ok() && !holder.trim().is_empty();
    let by = |before: &str, after: &str| {
        let holder = holder.trim();
        if known {
            format!("{before}{holder}{after}")
        } else {
            String::new()
        }
    };
    Error::new(
        Trouble::Held,
        Words::new(
            format!(
                "另一个进程{}正在使用 {}",
                by("（进程号 ", "）"),
                database.display()
            ),
            format!(
                "another process{} writes {}.",
                by(" (number ", ")"),
                database.display()
            ),
        ),
        Words::new(
            "先停掉那个进程；要多个节点同时运行，请用 PostgreSQL",
            "Stop that process first; for several nodes at once use PostgreSQL.",
        ),
    )
}
