//! `heli serve` on a database: made, opened again by the version in force, sealed, stopped by a signal.

use crate::commands::{folder, heli, root};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A node that runs, and where it listens.
struct Running {
    child: Child,
    address: String,
    said: BufReader<std::process::ChildStderr>,
}

impl Running {
    fn of(words: &[&str]) -> Self {
        Self::under(words, &[])
    }

    /// One that is given variables of its environment.
    fn under(words: &[&str], given: &[(&str, &Path)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_heli"))
            .args(words)
            .args(["--listen", "127.0.0.1:0"])
            .current_dir(root())
            .env("HELI_LANG", "en")
            .envs(given.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stderr.take().unwrap());
        let mut running = Self {
            child,
            address: String::new(),
            said,
        };
        let mut all = String::new();
        while running.address.is_empty() {
            let mut line = String::new();
            let read = running.said.read_line(&mut line).unwrap();
            assert_ne!(read, 0, "it ended: {all}");
            all.push_str(&line);
            if let Some((_, rest)) = line.split_once("open at http://") {
                rest.split('/')
                    .next()
                    .unwrap()
                    .clone_into(&mut running.address);
            }
        }
        running
    }

    /// The status and the body of an answer.
    fn get(&self, path: &str) -> (u16, String) {
        self.asked("GET", path, "")
    }

    fn asked(&self, how: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!(
            "{how} {path} HTTP/1.1\r\nHost: heli\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    /// Sends SIGTERM and waits; the exit code and what was said.
    fn stop(mut self) -> (i32, String) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(sent.success());
        let mut said = String::new();
        self.said.read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().code().unwrap(), said)
    }
}

impl Drop for Running {
    /// A test that fails leaves no node behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const PROGRAMME: &str = "programmes/meizhou-visits";

fn path(folder: &Path, name: &str) -> String {
    let place: PathBuf = folder.join(name);
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    place.to_str().unwrap().to_owned()
}

#[cfg(unix)]
#[test]
fn a_database_is_made_served_sealed_and_ended_by_a_signal() {
    let folder = folder("serving");
    let (db, key) = (
        path(&folder, "data/heli.db"),
        path(&folder, "keys/seal.pem"),
    );
    let witness = path(&folder, "witness/seals");
    let on = [
        "serve",
        "--database",
        &db,
        "--key",
        &key,
        "--witness",
        &witness,
    ];
    let none = heli(&on);
    assert_eq!(none.code, 2, "{}", none.err);
    assert!(none.err.contains("--programme DIR"), "{}", none.err);

    let node = Running::of(&[&on[..], &["--programme", PROGRAMME]].concat());
    assert_eq!(node.get("/").0, 303);
    let cells = r#"{"id":"F1","cells":{"name":"梅州一厂","place":"441402"}}"#;
    let (status, body) = node.asked("POST", "/api/v1/registers/firm/records", cells);
    assert_eq!(status, 201, "{body}");
    let second = heli(&on);
    assert!(
        second.code != 0 && second.err.contains("another process"),
        "{}",
        second.err
    );
    let (code, said) = node.stop();
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("Heli has stopped"), "{said}");

    let verify = ["journal", "verify", "--database", &db, "--key", &key];
    let said = heli(&[&verify[..], &["--witness", &witness, "--format", "json"]].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    let found = said.json();
    assert_eq!(found["sealed"], found["entries"], "the end is sealed too");
    assert_eq!(found["witness"]["entries"], found["entries"]);

    // Again, by the version in force; and beside it one that only reads.
    let node = Running::of(&on);
    let (status, root) = node.get("/api/v1/journal/root");
    assert!(
        status == 200 && root.contains("\"rehearsal\":false"),
        "{status} {root}"
    );
    let reader = Running::of(&[
        "serve",
        "--database",
        &db,
        "--key",
        &key,
        "--today",
        "2024-03-26",
    ]);
    let (status, body) = reader.asked("POST", "/api/v1/registers/firm/records", cells);
    assert!(body.contains("leave --today away"), "{status} {body}");
    assert_eq!(reader.get("/api/v1/journal/entries/1/proof").0, 200);
    assert_eq!((reader.stop().0, node.stop().0), (0, 0));
}

#[test]
fn another_version_of_the_programme_is_told_of() {
    let folder = folder("serving-other");
    let (db, key) = (
        path(&folder, "data/heli.db"),
        path(&folder, "keys/seal.pem"),
    );
    let migrate = ["migrate", "--database", &db, "--key", &key, "--programme"];
    assert_eq!(heli(&[&migrate[..], &[PROGRAMME]].concat()).code, 0);
    let serve = ["serve", "--database", &db, "--key", &key, "--programme"];
    let said = heli(&[&serve[..], &["programmes/fujian"]].concat());
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("heli migrate --plan"), "{}", said.err);
    let demo = [
        "demo",
        "--programme",
        PROGRAMME,
        "--database",
        &db,
        "--key",
        &key,
    ];
    let said = heli(&demo);
    assert!(said.err.contains("no rehearsal"), "{}", said.err);
}

#[test]
fn where_people_sign_in_their_secrets_have_a_key_apart_from_the_data() {
    let folder = folder("serving-codes");
    let (db, key) = (
        path(&folder, "data/heli.db"),
        path(&folder, "keys/seal.pem"),
    );
    let serve = ["serve", "--programme", PROGRAMME, "--database", &db];
    let serve = [&serve[..], &["--key", &key, "--sign-in"]].concat();
    let node = Running::of(&serve);
    assert_eq!(node.get("/sign-in").0, 200);
    let (code, said) = node.stop();
    assert_eq!(code, 0, "{said}");
    let made = folder.join("keys/codes.key");
    let first = std::fs::read_to_string(&made).unwrap();
    assert_eq!(first.trim().len(), 64);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&made).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let node = Running::of(&serve);
    assert_eq!(node.get("/sign-in").0, 200);
    assert_eq!(node.stop().0, 0);
    assert_eq!(std::fs::read_to_string(&made).unwrap(), first, "it is kept");

    let beside = path(&folder, "data/codes.key");
    let said = heli(&[&serve[..], &["--code-key", &beside]].concat());
    assert_ne!(said.code, 0);
    assert!(said.err.contains("--code-key"), "{}", said.err);
    std::fs::write(&made, "no key\n").unwrap();
    let said = heli(&serve);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("64 hexadecimal digits"), "{}", said.err);
    std::fs::write(&made, first).unwrap();

    let issuer = [
        "--oidc-issuer",
        "http://sso.example",
        "--oidc-client",
        "heli",
    ];
    let said = heli(&[&serve[..], &issuer].concat());
    assert_eq!(said.code, 2, "{}", said.err);
    let issuer = [
        "--oidc-issuer",
        "https://sso.example",
        "--oidc-client",
        "heli",
    ];
    let secret = path(&folder, "keys/missing");
    let said = heli(&[&serve[..], &issuer, &["--oidc-secret-file", &secret]].concat());
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("--oidc-secret-file"), "{}", said.err);
}

#[test]
fn a_serving_node_looks_for_what_has_expired_once_it_seals() {
    let folder = folder("serving-retain");
    let (db, key) = (
        path(&folder, "data/heli.db"),
        path(&folder, "keys/seal.pem"),
    );
    let on = ["serve", "--programme", "programmes/fujian", "--database"];
    let node = Running::of(&[&on[..], &[&db, "--key", &key]].concat());
    // It takes the sealer's right within a moment of its start.
    assert!(looked_on(&node, |_| true).is_some());
    assert_eq!(node.stop().0, 0);
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn a_serving_node_looks_for_it_again_on_the_day_that_comes() {
    let folder = folder("serving-days");
    let clock = folder.join("clock");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clock.c");
    let library = crate::preload::built(&source, &folder);
    let (db, key) = (
        path(&folder, "data/heli.db"),
        path(&folder, "keys/seal.pem"),
    );
    let on = ["serve", "--programme", "programmes/fujian", "--database"];
    let node = Running::under(
        &[&on[..], &[&db, "--key", &key]].concat(),
        &[("LD_PRELOAD", &library), ("HELI_CLOCK", &clock)],
    );
    let first = looked_on(&node, |_| true).unwrap();
    std::fs::write(&clock, "86400").unwrap();
    let next = looked_on(&node, |day| day != first).unwrap();
    assert!(next > first, "{first}, {next}");
    let (code, said) = node.stop();
    assert_eq!((code, said.contains("clock")), (0, false), "{said}");
}

/// The day on which a node last looked for what has expired, once there is such a day; it is asked until there is.
fn looked_on(node: &Running, is_it: impl Fn(&str) -> bool) -> Option<String> {
    (0..100_000).find_map(|_| {
        let (status, page) = node.get("/admin/jobs");
        assert_eq!(status, 200);
        let (before, _) = page.split_once(" 查过，删除了 0 条记录")?;
        let (_, moment) = before.rsplit_once('>')?;
        let day = moment.get(..10).filter(|day| is_it(day))?;
        Some(day.to_owned())
    })
}
