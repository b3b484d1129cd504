//! How often one address may ask.

use super::problem::Problem;
use super::{Api, Settings};
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

/// After so many requests, addresses that have not asked for a while are forgotten.
const SWEEP: u32 = 4_096;

/// Requests by client address. Each node counts its own.
pub(super) struct Limiter {
    quota: Option<DefaultKeyedRateLimiter<IpAddr>>,
    asked: AtomicU32,
}

impl Limiter {
    pub(super) fn new(settings: &Settings) -> Self {
        let at_once = NonZeroU32::new(settings.at_once).unwrap_or(NonZeroU32::MIN);
        let quota =
            NonZeroU32::new(settings.per_second).map(|n| Quota::per_second(n).allow_burst(at_once));
        Self {
            quota: quota.map(RateLimiter::keyed),
            asked: AtomicU32::new(0),
        }
    }

    /// How many seconds an address has to wait; `None` where it may ask.
    fn wait_seconds(&self, address: IpAddr) -> Option<u64> {
        let quota = self.quota.as_ref()?;
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            quota.retain_recent();
        }
        let refused = quota.check_key(&address).err()?;
        let wait = refused.wait_time_from(DefaultClock::default().now());
        Some(wait.as_secs() + 1)
    }
}

/// Who asks: the address of the connection, or where that is a proxy of ours the last one before it that is none; of the
/// longer addresses what one network has.
fn address(request: &Request, proxies: &[IpAddr]) -> IpAddr {
    let connection = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let connection = connection.map(|ConnectInfo(address)| address.ip());
    let Some(connection) = connection.map(|ip| ip.to_canonical()) else {
        return Ipv4Addr::UNSPECIFIED.into();
    };
    // Whatever stands further to the front was written by whoever asks.
    let named = request.headers().get_all("x-forwarded-for").iter();
    let named = named
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let mut way: Vec<Option<IpAddr>> = named.map(|ip| ip.trim().parse().ok()).collect();
    let mut asks = connection;
    while proxies.contains(&asks) {
        match way.pop().flatten() {
            Some(before) => asks = before.to_canonical(),
            None => break,
        }
    }
    match asks {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & (u128::MAX << 64)).into(),
        ip => ip,
    }
}

/// Refuses an address that asks too often.
pub(super) async fn within(State(api): State<Api>, request: Request, next: Next) -> Response {
    match api
        .limiter
        .wait_seconds(address(&request, &api.settings.proxies))
    {
        Some(seconds) => Problem::too_often(seconds).into_response(),
        None => next.run(request).await,
    }
}
