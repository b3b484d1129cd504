//! A running node: pages and API, the sealer and its witness, the clocks, until it is told to stop.

use super::keep::{Halt, say};
use super::sign_on::SignOn;
use crate::edge;
use crate::folder::{Refusal, pick};
use app::keep::code_key_or_new;
use app::people::SecretKey;
use app::rules::{Moment, Words};
use app::{App, Edge, Sealing};
use clap::Args;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{interval, timeout};

/// The clocks are compared, and the day is looked at, this often.
const CLOCK_EVERY: Duration = Duration::from_secs(10);

/// Files that no record names are looked for this often.
const SWEEP_EVERY: Duration = Duration::from_secs(3_600);

/// Whether the day's values whose time is over are erased is asked this often.
const RETAIN_EVERY: Duration = Duration::from_secs(2);
const DAY_MS: i64 = 86_400_000;

/// Requests under way have this long to end.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

/// What a node runs besides answering.
pub(crate) struct Node {
    pub(crate) app: App,
    /// `None` where nothing is written.
    pub(crate) sealing: Option<Sealing>,
    /// The public key of the seals in PEM, for proofs.
    pub(crate) seal_key: Option<String>,
    /// Whether the last day follows the clock.
    pub(crate) follows_clock: bool,
    /// Days for which a file that no record names is kept; 0 for ever.
    pub(crate) file_grace_days: u32,
    /// Who may ask how often.
    pub(crate) asking: Asking,
    /// The key under which secrets of second factors are kept; `None` where nobody signs in.
    pub(crate) code_key: Option<SecretKey>,
    /// The password of an example's accounts, one for each role.
    pub(crate) examples: Option<&'static str>,
}

/// How often one address may ask, and through which proxies.
#[derive(Args, Clone, Debug)]
pub(crate) struct Asking {
    /// Requests that one address may make of the API each second; 0 for any number.
    #[arg(long, value_name = "N", default_value_t = 100)]
    requests_per_second: u32,
    /// Requests that it may make at once.
    #[arg(long, value_name = "N", default_value_t = 400)]
    requests_at_once: u32,
    /// People sign in, and see and do what their roles say; else whoever reaches the address holds the machine.
    #[arg(long)]
    sign_in: bool,
    /// The file of the key under which secrets of second factors are kept, made where there is none; default: codes.key beside the signing key.
    #[arg(long, value_name = "FILE", requires = "sign_in")]
    code_key: Option<PathBuf>,
    /// A proxy's address whose X-Forwarded-For and X-Forwarded-Proto are believed; may stand several times.
    #[arg(long = "proxy", value_name = "ADDRESS")]
    proxies: Vec<IpAddr>,
    #[command(flatten)]
    sign_on: SignOn,
}

impl Asking {
    /// The key under which secrets of second factors are kept, read or made; `None` where nobody signs in.
    pub(crate) fn code_key(
        &self,
        seal_key: &Path,
        address: &str,
    ) -> Result<Option<SecretKey>, Halt> {
        if !self.sign_in {
            return Ok(None);
        }
        let [seed] = edge::random()?;
        let beside = || seal_key.with_file_name("codes.key");
        let place = self.code_key.clone().unwrap_or_else(beside);
        Ok(Some(code_key_or_new(&place, address, seed)?))
    }
}

/// Why a node ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It was told to.
    Asked,
    /// Another version of the programme came into force, for which the database is to be opened again.
    OtherVersion,
}

/// Binds the address that a node answers at; it stays bound while nodes follow one another.
pub(crate) fn bound(listen: SocketAddr) -> Result<TcpListener, Refusal> {
    let listener = TcpListener::bind(listen).map_err(|e| {
        pick(&Words::new(
            format!("不能在 {listen} 上监听（{e}）；换一个 --listen"),
            format!("cannot listen on {listen} ({e}); choose another --listen"),
        ))
    })?;
    listener.set_nonblocking(true).map_err(|e| e.to_string())?;
    let address = listener.local_addr().map_err(|e| e.to_string())?;
    say(
        format!("合力已打开：http://{address}/ （按 Ctrl+C 停止）"),
        format!("Heli is open at http://{address}/ (Ctrl+C stops it)"),
    );
    Ok(listener)
}

impl Node {
    /// Answers until Ctrl+C or SIGTERM, or until another version of the programme is in force; then finishes what was
    /// asked, seals what is left and closes the database.
    pub(crate) async fn run(self, listener: &TcpListener) -> Result<Ended, Refusal> {
        let listener = listener.try_clone().map_err(|e| e.to_string())?;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(|e| e.to_string())?;
        let app = self.app;
        let (stop, stopped) = watch::channel(false);
        let following = app.clone();
        let mut following = tokio::spawn(async move { following.follow().await });
        let on_time = tokio::spawn(on_time(
            app.clone(),
            self.follows_clock,
            self.sealing.is_some(),
        ));
        let sweeping = tokio::spawn(sweep(
            app.clone(),
            self.file_grace_days,
            self.sealing.is_some(),
        ));
        let retaining = tokio::spawn(retain(app.clone(), self.sealing.is_some()));
        let mut examples = None;
        if let Some(password) = self.examples.filter(|_| self.asking.sign_in) {
            let edges = || edge_now(&app).ok();
            let made = app.example_accounts(password, edges).await;
            let made = made.map_err(|unadmitted| pick(&unadmitted.words()))?;
            examples = Some((made, password.to_owned()));
        }
        if self.asking.sign_in {
            first_link(&app, listener.local_addr().map_err(|e| e.to_string())?).await?;
        }
        let single_sign_on = self.asking.sign_on.read()?;
        let mut settings = settings(&app, self.seal_key, self.asking);
        settings.examples = examples;
        settings.single_sign_on = single_sign_on;
        settings.second = self.code_key.map(|key| web::SecondFactors {
            key,
            clock_ms: Arc::new(edge::clock_ms),
        });
        let sealing = self.sealing.map(|sealing| {
            let clock = app.clone();
            let clock = move || edge::moment(&clock);
            let told = |stop: app::keep::Stop| eprintln!("heli: {}", pick(stop.words()));
            tokio::spawn(sealing.run(clock, told, told_to(stopped.clone())))
        });
        let serving = web::serve(app.clone(), settings, listener, told_to(stopped));
        let mut serving = tokio::spawn(serving);
        let (early, ended) = tokio::select! {
            ended = &mut serving => (Some(ended), Ended::Asked),
            () = asked_to_stop() => (None, Ended::Asked),
            () = outdated(&mut following) => (None, Ended::OtherVersion),
        };
        let _ = stop.send(true);
        on_time.abort();
        following.abort();
        sweeping.abort();
        retaining.abort();
        let served = match early {
            Some(ended) => ended.map_err(|e| e.to_string())?,
            // A client that never ends its request does not keep the node.
            None => timeout(ENDS_WITHIN, serving)
                .await
                .map_or(Ok(Ok(())), |ended| ended)
                .map_err(|e| e.to_string())?,
        };
        if let Some(sealing) = sealing {
            sealing.await.map_err(|e| e.to_string())?;
        }
        app.close().await;
        served.map_err(|e| e.to_string())?;
        match ended {
            Ended::Asked => say("合力已停止", "Heli has stopped"),
            Ended::OtherVersion => say(
                "另一版方案已生效，正在重新打开数据库",
                "another version of the programme is in force; opening the database again",
            ),
        }
        Ok(ended)
    }
}

/// Ends when another version of the programme came into force.
async fn outdated(following: &mut JoinHandle<bool>) {
    if !matches!(following.await, Ok(true)) {
        std::future::pending().await
    }
}

/// Ends when the node is told to stop.
async fn told_to(mut stopped: watch::Receiver<bool>) {
    // A sender that is gone has stopped too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Ends at Ctrl+C, and where the system has signals at SIGTERM.
async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        let signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        match signal {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<Option<()>>();
    tokio::select! {
        () = interrupted => {}
        _ = terminated => {}
    }
}

/// Compares the clocks, follows the day and opens what duties open, for as long as the node runs.
async fn on_time(app: App, follows_clock: bool, writes: bool) {
    let mut every = interval(CLOCK_EVERY);
    let mut last = None;
    loop {
        every.tick().await;
        if follows_clock {
            app.set_today(edge::now(&app.programme().zone).day());
        }
        // A database that does not answer says so to whoever asks it.
        let Ok(apart) = app.check_clock(edge::clock_ms).await else {
            continue;
        };
        if apart != last {
            match &apart {
                Some(words) => eprintln!("heli: {}", pick(words)),
                None => say(
                    "时钟已一致，可以写入",
                    "the clocks agree again; writes are taken",
                ),
            }
            last = apart;
        }
        if writes && last.is_none() {
            open_due(&app).await;
        }
    }
}

/// Takes away, every hour, what was uploaded so many days ago and no record names.
async fn sweep(app: App, grace_days: u32, writes: bool) {
    if grace_days == 0 || !writes || app.rehearsal() {
        return;
    }
    let mut every = interval(SWEEP_EVERY);
    loop {
        every.tick().await;
        let before = edge::moment(&app).0 - i64::from(grace_days) * DAY_MS;
        if let Err(words) = app.sweep(Moment(before)).await {
            eprintln!("heli: {}", pick(&words));
        }
    }
}

/// Erases what is kept longer than its field's `retain` allows, once it seals and then on every day that comes; in a
/// rehearsal the simulated day counts.
async fn retain(app: App, writes: bool) {
    if !writes {
        return;
    }
    let mut every = interval(RETAIN_EVERY);
    let mut done = None;
    loop {
        every.tick().await;
        let now = edge::moment(&app);
        if done == Some(now.day()) {
            continue;
        }
        let seed = || match edge::random() {
            Ok([seed]) => Ok(seed),
            Err(why) => Err(Words::new(why.clone(), why)),
        };
        match app.erase_expired(now, seed).await {
            // Another node does it, or this one before long.
            Ok(None) => {}
            Ok(Some(retained)) => {
                done = Some(now.day());
                if retained.records > 0 {
                    say_retained(retained.records);
                }
            }
            Err(refused) => {
                for words in refused.words() {
                    eprintln!("heli: {}", pick(&words));
                }
                every.reset_after(SWEEP_EVERY);
            }
        }
    }
}

fn say_retained(records: u64) {
    say(
        format!("{records} 条记录中已满保存期限的内容已删除"),
        format!("what was over its time in {records} records is erased"),
    );
}

/// Opens the records that duties open by now; what stands against it is told.
pub(crate) async fn open_due(app: &App) {
    let Ok([seed]) = edge::random() else { return };
    let now = edge::moment(app);
    let refused = match app.open_due(Edge { now, seed }).await {
        Ok(opened) => opened.refused,
        Err(refused) => refused.words(),
    };
    for words in refused {
        eprintln!("heli: {}", pick(&words));
    }
}

/// Now, with fresh randomness.
fn edge_now(app: &App) -> Result<Edge, Refusal> {
    let [seed] = edge::random()?;
    let now = edge::moment(app);
    Ok(Edge { now, seed })
}

/// Tells the one who starts a new system how to become its administrator.
async fn first_link(app: &App, address: SocketAddr) -> Result<(), Refusal> {
    let link = app.first_link(edge_now(app)?).await;
    if let Some(link) = link.map_err(|unadmitted| pick(&unadmitted.words()))? {
        say(
            format!(
                "还没有账号。请打开这个只能用一次的链接，设置管理员 admin 的密码：http://{address}/link/{link}"
            ),
            format!(
                "there is no account yet; open this link, which works once, and set the password of the administrator admin: http://{address}/link/{link}"
            ),
        );
    }
    Ok(())
}

/// What the API is told from this edge.
fn settings(app: &App, seal_key: Option<String>, asking: Asking) -> web::Settings {
    let clock = app.clone();
    let mut settings = web::Settings::new(move || {
        let [seed] = edge::random().ok()?;
        let now = edge::moment(&clock);
        Some(Edge { now, seed })
    });
    settings.seal_key = seal_key;
    settings.per_second = asking.requests_per_second;
    settings.at_once = asking.requests_at_once;
    settings.proxies = asking.proxies;
    settings.sign_in = asking.sign_in;
    settings
}
