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

/// Who asks: the address of the connection; of the longer ones what one network has.
fn address(request: &Request) -> IpAddr {
    let connection = request.extensions().get::<ConnectInfo<SocketAddr>>();
    match connection.map(|ConnectInfo(address)| address.ip()) {
        Some(IpAddr::V6(ip)) => match ip.to_ipv4_mapped() {
            Some(ip) => ip.into(),
            None => Ipv6Addr::from_bits(ip.to_bits() & (u128::MAX << 64)).into(),
        },
        Some(ip) => ip,
        None => Ipv4Addr::UNSPECIFIED.into(),
    }
}

/// Refuses an address that asks too often.
pub(super) async fn within(State(api): State<Api>, request: Request, next: Next) -> Response {
    match api.limiter.wait_seconds(address(&request)) {
        Some(seconds) => Problem::too_often(seconds).into_response(),
        None => next.run(request).await,
    }
}
