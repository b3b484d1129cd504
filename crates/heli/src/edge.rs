//! The edge of keeping house: the clock, true randomness, and where the signing key lies.

use crate::folder::{Refusal, pick};
use app::App;
use app::rules::{Day, Moment, Words};
use std::path::PathBuf;

/// Now in a time zone, by its IANA name; UTC for a name that nobody knows.
pub(crate) fn now(zone: &str) -> Moment {
    #[allow(clippy::disallowed_methods)] // The edge: the clock comes in here.
    let now = jiff::Timestamp::now();
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let civil = now.to_zoned(zone).datetime();
    let day = Day::from_ymd(civil.year(), civil.month(), civil.day()).unwrap_or_default();
    let (h, m, s) = (civil.hour(), civil.minute(), civil.second());
    let seconds = (i64::from(h) * 60 + i64::from(m)) * 60 + i64::from(s);
    Moment(day.start().0 + seconds * 1_000 + i64::from(civil.millisecond()))
}

/// The time of day of one moment on another day: a rehearsal's clock.
pub(crate) fn at(now: Moment, day: Day) -> Moment {
    Moment(day.start().0 + now.0 - now.day().start().0)
}

/// Now as an application has it: a rehearsal's clock stands on its own day.
pub(crate) fn moment(app: &App) -> Moment {
    let now = now(&app.programme().zone);
    match app.rehearsal() {
        true => at(now, app.today()),
        false => now,
    }
}

/// The node's own clock: milliseconds since 1970, UTC.
pub(crate) fn clock_ms() -> i64 {
    #[allow(clippy::disallowed_methods)] // The edge: the clock comes in here.
    let now = jiff::Timestamp::now();
    now.as_millisecond()
}

/// So many times 32 bytes of true randomness.
pub(crate) fn random<const N: usize>() -> Result<[[u8; 32]; N], Refusal> {
    let mut seeds = [[0; 32]; N];
    for seed in &mut seeds {
        getrandom::fill(seed).map_err(|cause| {
            pick(&Words::new(
                format!("系统给不出随机数（{cause}）；请检查系统的随机数设备"),
                format!("the system gives no randomness ({cause}); see to its random device"),
            ))
        })?;
    }
    Ok(seeds)
}

/// Randomness for one of many steps, from randomness for all of them; no two steps may have one number.
pub(crate) fn derived(mut seed: [u8; 32], step: u64) -> [u8; 32] {
    // What is drawn from it is hashed first, so that a counter is enough to tell the steps apart.
    for (byte, of_step) in seed.iter_mut().zip(step.to_le_bytes()) {
        *byte ^= of_step;
    }
    seed
}

/// Where the signing key lies: as given, else `HELI_KEY`, else in the account's own settings.
pub(crate) fn key_place(given: Option<PathBuf>) -> Result<PathBuf, Refusal> {
    #[allow(clippy::disallowed_methods)]
    // The edge: settings of the account come in here.
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let home = || Some(PathBuf::from(set("HOME")?).join(".config"));
    let settings = || set("XDG_CONFIG_HOME").map(PathBuf::from).or_else(home);
    let own = || Some(settings()?.join("heli").join("seal.pem"));
    let place = given.or_else(|| set("HELI_KEY").map(PathBuf::from));
    place.or_else(own).ok_or_else(|| {
        pick(&Words::new(
            "不知道签名密钥放在哪里；用 --key 给出位置",
            "it is not known where the signing key lies; name its place with --key",
        ))
    })
}
