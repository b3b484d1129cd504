//! Many signed-in people at once, each clicking through a day of his own on the filled example.
//!
//! `cargo bench -p heli --bench crowd -- PEOPLE SECONDS` opens `heli demo --sign-in` beside itself, signs everybody in,
//! lets them click, and prints one line of JSON: clicks, refusals, how long they took in milliseconds, the server's
//! resident memory in MB minute by minute. It ends with 1 where anything was refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Everybody waits so long between two clicks, give or take the half of it.
const THINK: Duration = Duration::from_secs(4);
/// The accounts of the example whose days are clicked through, each by as many people as its number.
const ROLES: [(&str, usize); 9] = [
    ("county-coordinator", 5),
    ("city-coordinator", 3),
    ("provincial-coordinator", 1),
    ("leader", 1),
    ("department-officer", 2),
    ("on-site-cadre", 3),
    ("firm", 3),
    ("bank-officer", 1),
    ("auditor", 1),
];

/// The server, ended with this.
struct Server {
    child: Child,
    base: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn open() -> Self {
        let port = 18_900 + std::process::id() % 1_000;
        let listen = format!("127.0.0.1:{port}");
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let child = Command::new(env!("CARGO_BIN_EXE_heli"))
            .args(["demo", "--sign-in", "--listen", &listen])
            .current_dir(root)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let base = format!("http://{listen}");
        let mut server = Self { child, base };
        // It answers once the example is filled.
        while ureq::get(format!("{}/sign-in", server.base))
            .call()
            .is_err()
        {
            assert!(server.child.try_wait().unwrap().is_none(), "it opened");
            std::thread::sleep(Duration::from_millis(200));
        }
        server
    }

    /// Resident memory in MB.
    fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kb = line.and_then(|line| line.split_whitespace().nth(1));
        kb.unwrap().parse::<f64>().unwrap() / 1_000.0
    }
}

/// Somebody in a browser.
struct Person {
    agent: ureq::Agent,
    base: String,
    cookie: String,
    /// Chance, seeded by who it is.
    chance: u64,
    record: Option<String>,
}

/// What a click led to.
struct Page {
    status: u16,
    took: Duration,
    text: String,
}

impl Person {
    fn sign_in(base: &str, account: &str, password: &str, nth: u64) -> Self {
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)));
        let agent: ureq::Agent = config.build().into();
        let answer = agent
            .post(format!("{base}/sign-in"))
            .send_form([("account", account), ("password", password)])
            .unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        Self {
            cookie: cookie.split(';').next().unwrap().to_owned(),
            agent,
            base: base.to_owned(),
            chance: nth.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            record: None,
        }
    }

    fn below(&mut self, end: usize) -> usize {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        (self.chance % end.max(1) as u64) as usize
    }

    fn read(&self, path: &str) -> Page {
        let begun = Instant::now();
        let mut answer = self
            .agent
            .get(format!("{}{path}", self.base))
            .header("cookie", &self.cookie)
            .header("accept-encoding", "gzip")
            .call()
            .unwrap();
        let packed = answer.body_mut().read_to_vec().unwrap();
        let took = begun.elapsed();
        let mut text = String::new();
        let is_packed = answer.headers().contains_key("content-encoding");
        match is_packed {
            true => flate2::read::GzDecoder::new(&*packed).read_to_string(&mut text),
            false => (&*packed).read_to_string(&mut text),
        }
        .unwrap();
        Page {
            status: answer.status().as_u16(),
            took,
            text,
        }
    }

    /// Records an event as a form's script does it.
    fn record(&self, page: &Page, nth: u64) -> Page {
        let pass = page.text.split("data-pass=\"?pass=").nth(1).unwrap();
        let pass = pass.split('"').next().unwrap();
        let cells = format!(
            r#"{{"cells": {{"name": "推介会 {nth}", "place": "350102", "kind": "trade", "led_by": "350102"}}}}"#
        );
        let begun = Instant::now();
        let mut answer = self
            .agent
            .post(format!("{}/api/v1/registers/event/records", self.base))
            .header("cookie", &self.cookie)
            .header("content-type", "application/json")
            .header("x-heli-pass", pass)
            .send(cells)
            .unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        Page {
            status: answer.status().as_u16(),
            took: begun.elapsed(),
            text,
        }
    }

    /// The next click of a day.
    fn click(&mut self, account: &str) -> (String, Page) {
        let official = !matches!(account, "firm" | "bank-officer");
        let paths: &[&str] = match account {
            "firm" => &[
                "/",
                "/registers",
                "/registers/enterprise",
                "/me",
                "/registers/case",
            ],
            "bank-officer" => &[
                "/",
                "/registers",
                "/registers/financing_need",
                "/registers/bank_session",
            ],
            "on-site-cadre" => &["/", "/go", "/registers/site_visit", "/registers/project"],
            _ => &[
                "/",
                "/notices/2023-08-industry",
                "/notices/2023-08-industry?clause=3.1",
                "/overview",
                "/duties",
                "/units/350100",
                "/registers/project",
                "/search?q=gs",
            ],
        };
        let at = self.below(paths.len() + 3);
        let path = match at.checked_sub(paths.len()) {
            None => paths[at].to_owned(),
            Some(0) if self.record.is_some() => self.record.clone().unwrap(),
            Some(1)
                if official && account != "on-site-cadre" && account != "department-officer" =>
            {
                let sort = ["", "?sort=-held_on", "?state=held"][self.below(3)];
                format!("/registers/event{sort}")
            }
            _ => paths[0].to_owned(),
        };
        let page = self.read(&path);
        let records = page.text.split("href=\"/records/").skip(1);
        let records: Vec<&str> = records.filter_map(|rest| rest.split('"').next()).collect();
        if !records.is_empty() {
            let chosen = self.below(records.len());
            let open = records[chosen]
                .split(['?', '/'])
                .take(2)
                .collect::<Vec<_>>();
            self.record = Some(format!("/records/{}", open.join("/")));
        }
        (path, page)
    }
}

/// What happened.
#[derive(Default)]
struct Tally {
    took_ms: Vec<f64>,
    refused: Vec<String>,
    written: u64,
}

fn main() {
    let numbers: Vec<usize> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let people = numbers.first().copied().unwrap_or(500);
    let seconds = numbers.get(1).copied().unwrap_or(600) as u64;
    let server = Server::open();
    let door = ureq::get(format!("{}/sign-in", server.base))
        .call()
        .unwrap();
    let door = door.into_body().read_to_string().unwrap();
    let password = door.split("name=\"password\" value=\"").nth(1).unwrap();
    let password = password.split('"').next().unwrap().to_owned();
    let places: Vec<&str> = ROLES
        .iter()
        .flat_map(|(account, many)| std::iter::repeat_n(*account, *many))
        .collect();

    let (tally, stop) = (
        Arc::new(Mutex::new(Tally::default())),
        Arc::new(AtomicBool::new(false)),
    );
    let written = Arc::new(AtomicU64::new(0));
    let crowd: Vec<_> = (0..people)
        .map(|nth| {
            let account = places[nth % places.len()];
            let mut person = Person::sign_in(&server.base, account, &password, nth as u64 + 1);
            let (tally, stop, written) = (tally.clone(), stop.clone(), written.clone());
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let half = THINK.as_millis() as usize / 2;
                    let wait = half + person.below(2 * half);
                    std::thread::sleep(Duration::from_millis(wait as u64));
                    let (mut path, mut page) = person.click(account);
                    keep(&tally, &path, &page);
                    if account == "county-coordinator" && person.below(10) == 0 {
                        let nth = written.fetch_add(1, Ordering::Relaxed);
                        page = person.record(&page, nth);
                        path = "POST event".to_owned();
                        keep(&tally, &path, &page);
                    }
                }
            })
        })
        .collect();
    // Whoever came in first has clicked already; what is measured begins when all are in.
    *tally.lock().unwrap() = Tally::default();
    let mut memory = vec![server.memory()];
    for second in 1..=seconds {
        std::thread::sleep(Duration::from_secs(1));
        if second % 60 == 0 || second == seconds {
            memory.push(server.memory());
        }
    }
    stop.store(true, Ordering::Relaxed);
    crowd.into_iter().for_each(|one| one.join().unwrap());
    let mut tally = std::mem::take(&mut *tally.lock().unwrap());
    tally.took_ms.sort_by(f64::total_cmp);
    let part = |share: f64| tally.took_ms[((tally.took_ms.len() - 1) as f64 * share) as usize];
    let said = serde_json::json!({
        "people": people,
        "seconds": seconds,
        "clicks": tally.took_ms.len(),
        "written": tally.written,
        "refused": tally.refused.len(),
        "p50_ms": part(0.5),
        "p95_ms": part(0.95),
        "p99_ms": part(0.99),
        "longest_ms": part(1.0),
        "memory_mb": memory,
    });
    println!("{said}");
    tally
        .refused
        .iter()
        .take(20)
        .for_each(|line| eprintln!("{line}"));
    drop(server);
    std::process::exit(i32::from(!tally.refused.is_empty()));
}

fn keep(tally: &Mutex<Tally>, path: &str, page: &Page) {
    let mut tally = tally.lock().unwrap();
    tally.took_ms.push(page.took.as_secs_f64() * 1_000.0);
    tally.written += u64::from(page.status == 201);
    if page.status >= 300 {
        tally.refused.push(format!("{} {path}", page.status));
    }
}
