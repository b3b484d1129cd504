//! A running node: pages and API, the sealer and its witness, the clocks, until it is told to stop.

use super::keep::say;
use crate::folder::{Refusal, pick};
use crate::{End, edge};
use app::rules::Words;
use app::{App, Edge, Sealing};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::{interval, timeout};

/// The clocks are compared, and the day is looked at, this often.
const CLOCK_EVERY: Duration = Duration::from_secs(10);

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
}

impl Node {
    /// Answers until Ctrl+C or SIGTERM; then finishes what was asked, seals what is left and closes the database.
    pub(crate) async fn run(self, listen: SocketAddr) -> Result<End, Refusal> {
        let listener = TcpListener::bind(listen).await.map_err(|e| {
            pick(&Words::new(
                format!("不能在 {listen} 上监听（{e}）；换一个 --listen"),
                format!("cannot listen on {listen} ({e}); choose another --listen"),
            ))
        })?;
        let address = listener.local_addr().map_err(|e| e.to_string())?;
        say(
            format!("合力已打开：http://{address}/ （按 Ctrl+C 停止）"),
            format!("Heli is open at http://{address}/ (Ctrl+C stops it)"),
        );
        let app = self.app;
        let (stop, stopped) = watch::channel(false);
        let following = app.clone();
        tokio::spawn(async move { following.follow().await });
        tokio::spawn(on_time(app.clone(), self.follows_clock));
        let settings = settings(&app, self.seal_key);
        let sealing = self.sealing.map(|sealing| {
            let clock = app.clone();
            let clock = move || edge::moment(&clock);
            let told = |stop: app::keep::Stop| eprintln!("heli: {}", pick(stop.words()));
            tokio::spawn(sealing.run(clock, told, told_to(stopped.clone())))
        });
        let serving = web::serve(app.clone(), settings, listener, told_to(stopped));
        let mut serving = tokio::spawn(serving);
        let early = tokio::select! {
            ended = &mut serving => Some(ended),
            () = asked_to_stop() => None,
        };
        let _ = stop.send(true);
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
        say("合力已停止", "Heli has stopped");
        Ok(End::Done)
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

/// Compares the clocks and follows the day for as long as the node runs.
async fn on_time(app: App, follows_clock: bool) {
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
    }
}

/// What the API is told from this edge.
fn settings(app: &App, seal_key: Option<String>) -> web::Settings {
    let clock = app.clone();
    let mut settings = web::Settings::new(move || {
        let [seed] = edge::random().ok()?;
        let now = edge::moment(&clock);
        Some(Edge { now, seed })
    });
    settings.seal_key = seal_key;
    settings
}
