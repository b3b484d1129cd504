//! A real PostgreSQL for one test binary: made in a temporary folder, reached by a socket in it, gone with the process.
//! It needs nothing but the standard library, so that tests of other crates can take this file in by its path.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Starts the server, says so, waits until the test process is gone (however it went), then stops this one server and removes its folder.
const KEEPER: &str = r#"
set -e
"$1/initdb" -D "$2/data" -U heli -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$2/initdb.log" 2>&1
"$1/pg_ctl" -D "$2/data" -w -t 60 -l "$2/server.log" -o "-k $2 -c listen_addresses= -c max_connections=200 -c shared_buffers=64MB" start >"$2/start.log" 2>&1
echo ready
read -r _ || true
"$1/pg_ctl" -D "$2/data" -m immediate stop >/dev/null 2>&1
rm -rf "$2/data" "$2"/*.log
rmdir "$2" 2>/dev/null || true
"#;

struct Server {
    bin: PathBuf,
    folder: PathBuf,
    /// Its input is closed by the system when this process ends: the keeper reads that as its sign.
    _keeper: Child,
}

static SERVER: OnceLock<Server> = OnceLock::new();
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// The address of a new, empty database.
pub(crate) fn new_database() -> String {
    let server = SERVER.get_or_init(start);
    let name = format!("t{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let made = Command::new(server.bin.join("createdb"))
        .arg("-h")
        .arg(&server.folder)
        .args(["-U", "heli", &name])
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let host = server.folder.display().to_string().replace('/', "%2F");
    format!("postgres://heli@localhost/{name}?host={host}")
}

fn start() -> Server {
    let bin = programs();
    let folder = std::env::temp_dir().join(format!("heli-pg-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut keeper = Command::new("sh");
    keeper
        .arg("-c")
        .arg(KEEPER)
        .arg("keeper")
        .arg(&bin)
        .arg(&folder);
    keeper
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    // PostgreSQL refuses to run as root.
    if let Some((user, group)) = unprivileged(&folder) {
        std::os::unix::fs::chown(&folder, Some(user), Some(group)).unwrap();
        keeper.uid(user).gid(group);
    }
    let mut keeper = keeper.spawn().unwrap();
    let mut said = String::new();
    BufReader::new(keeper.stdout.take().unwrap())
        .read_line(&mut said)
        .unwrap();
    let log = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    assert_eq!(
        said.trim(),
        "ready",
        "PostgreSQL did not start: {}{}{}",
        log("initdb.log"),
        log("start.log"),
        log("server.log")
    );
    Server {
        bin,
        folder,
        _keeper: keeper,
    }
}

/// The newest PostgreSQL that Debian installed, or the one on the path.
pub(crate) fn programs() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
    {
        let version = entry.file_name().to_string_lossy().parse().unwrap_or(0);
        let bin = entry.path().join("bin");
        if bin.join("initdb").exists() {
            found.push((version, bin));
        }
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).find(|folder| folder.join("initdb").exists());
    let newest = found.into_iter().max().map(|(_, bin)| bin);
    newest
        .or(on_path)
        .expect("PostgreSQL is not on this machine: run scripts/setup")
}

/// User and group to run as when this process is root: `postgres`, else `nobody`.
fn unprivileged(folder: &Path) -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    if std::fs::metadata(folder).unwrap().uid() != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let of = |name: &str| {
        let line = users
            .lines()
            .find(|line| line.split(':').next() == Some(name))?;
        let mut parts = line.split(':').skip(2);
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    };
    of("postgres").or_else(|| of("nobody"))
}
