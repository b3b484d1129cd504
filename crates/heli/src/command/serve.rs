//! `heli serve`: the pages over a programme and a folder of evidence.

use crate::End;
use crate::folder::{self, Refusal, pick};
use app::App;
use app::rules::{Day, Words};
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
    web::serve(app, listener).await.map_err(|e| e.to_string())?;
    Ok(End::Done)
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
