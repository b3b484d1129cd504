//! `heli serve`: the pages over a programme and a folder of evidence.

use crate::End;
use crate::edge;
use crate::folder::{self, Refusal, pick};
use app::rules::{Day, Moment, Words};
use app::{App, Edge};
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Serve the pages over a programme and its evidence.
#[derive(Args)]
pub(crate) struct Serve {
    /// The programme's folder.
    #[arg(long, default_value = "programmes/fujian")]
    programme: PathBuf,
    /// A folder with one CSV file per register; none: no evidence yet.
    #[arg(long)]
    evidence: Option<PathBuf>,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The last day that can be shown; default today.
    #[arg(long, value_parser = folder::day)]
    today: Option<Day>,
}

impl Serve {
    pub(crate) fn run(self) -> Result<End, Refusal> {
        let Some((programme, _)) = folder::programme(&self.programme)? else {
            return Ok(End::Unreadable);
        };
        let sheets = self
            .evidence
            .as_deref()
            .map(folder::evidence)
            .transpose()?
            .unwrap_or_default();
        let Some(facts) = super::facts(&programme, &sheets) else {
            return Ok(End::Unreadable);
        };
        let today = self.today.unwrap_or_else(|| today(&programme.zone));
        serve(App::new(programme, facts, today, false), self.listen)
    }
}

/// Answers until the process ends.
pub(crate) fn serve(app: App, listen: SocketAddr) -> Result<End, Refusal> {
    let runtime = tokio::runtime::Runtime::new().map_err(|e| e.to_string())?;
    runtime.block_on(answer(app, listen))
}

/// The same inside a runtime.
pub(crate) async fn answer(app: App, listen: SocketAddr) -> Result<End, Refusal> {
    let listener = tokio::net::TcpListener::bind(listen).await.map_err(|e| {
        pick(&Words::new(
            format!("不能在 {listen} 上监听（{e}）；换一个 --listen"),
            format!("cannot listen on {listen} ({e}); choose another --listen"),
        ))
    })?;
    let address = listener.local_addr().map_err(|e| e.to_string())?;
    eprintln!(
        "{}",
        pick(&Words::new(
            format!("合力已打开：http://{address}/ （按 Ctrl+C 停止）"),
            format!("Heli is open at http://{address}/ (Ctrl+C stops it)"),
        ))
    );
    let following = app.clone();
    tokio::spawn(async move { following.follow().await });
    let settings = settings(&app);
    let served = web::serve(app, settings, listener).await;
    served.map_err(|e| e.to_string())?;
    Ok(End::Done)
}

/// What the API is told from this edge.
fn settings(app: &App) -> web::Settings {
    let clock = app.clone();
    let mut settings = web::Settings::new(move || {
        let [seed] = edge::random().ok()?;
        let now = edge::now(&clock.programme().zone);
        // A rehearsal's clock stands on its own day.
        let now = match clock.rehearsal() {
            true => Moment(clock.today().start().0 + now.0 - now.day().start().0),
            false => now,
        };
        Some(Edge { now, seed })
    });
    // A node without the key serves everything but proofs.
    let key = edge::key_place(None).ok();
    let key = key.and_then(|place| app::keep::key(&place).ok());
    settings.seal_key = key.and_then(|key| key.pem());
    settings
}

/// Today in the programme's time zone.
fn today(zone: &str) -> Day {
    #[allow(clippy::disallowed_methods)] // The edge: the clock comes in here.
    let now = jiff::Timestamp::now();
    let civil = jiff::tz::TimeZone::get(zone).map_or_else(
        |_| now.to_zoned(jiff::tz::TimeZone::UTC),
        |tz| now.to_zoned(tz),
    );
    Day::from_ymd(civil.year(), civil.month(), civil.day()).unwrap_or_default()
}
