//! What the API is told from the edge.

use crate::provider::SingleSignOn;
use app::Edge;
use app::people::{Example, SecretKey};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// Bytes of a body at most, unless set otherwise.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of a sheet at most, unless set otherwise.
const SHEET_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Requests of one address each second, unless set otherwise.
const PER_SECOND: u32 = 100;
/// Requests of one address at once, unless set otherwise.
const AT_ONCE: u32 = 400;

/// What the codes of second factors are made and checked with.
#[derive(Clone)]
pub struct SecondFactors {
    /// The key under which their secrets are kept.
    pub key: SecretKey,
    /// The node's clock in milliseconds since 1970, UTC.
    pub clock_ms: Arc<dyn Fn() -> i64 + Send + Sync>,
}

/// What the API is told from the edge: time and randomness, limits, the key that proofs are made for.
#[derive(Clone)]
pub struct Settings {
    /// The time and fresh randomness of one action; `None` where the system gives no randomness.
    pub edge: Arc<dyn Fn() -> Option<Edge> + Send + Sync>,
    /// Requests that one client address may make each second, in the long run; 0 for any number.
    pub per_second: u32,
    /// Requests that one client address may make at once, at least one.
    pub at_once: u32,
    /// The accounts of an example with their one password, which the page of signing in shows.
    pub examples: Option<(Vec<Example>, String)>,
    /// Whether people sign in; else whoever reaches the address holds the machine.
    pub sign_in: bool,
    /// Second factors; without it none can be turned on, and nobody who has one is let in.
    pub second: Option<SecondFactors>,
    /// A province's single sign-on, beside passwords.
    pub single_sign_on: Option<SingleSignOn>,
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub proxies: Vec<IpAddr>,
    /// Bytes of a request's body at most.
    pub body_bytes_max: usize,
    /// Bytes of a sheet at most.
    pub sheet_bytes_max: usize,
    /// The public key of the seals in PEM; without it no proofs are given.
    pub seal_key: Option<String>,
}

impl Settings {
    /// The usual limits.
    pub fn new(edge: impl Fn() -> Option<Edge> + Send + Sync + 'static) -> Self {
        Self {
            edge: Arc::new(edge),
            per_second: PER_SECOND,
            at_once: AT_ONCE,
            examples: None,
            sign_in: false,
            second: None,
            single_sign_on: None,
            proxies: Vec::new(),
            body_bytes_max: BODY_BYTES_MAX,
            sheet_bytes_max: SHEET_BYTES_MAX,
            seal_key: None,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Settings")
            .field("per_second", &self.per_second)
            .field("at_once", &self.at_once)
            .field("body_bytes_max", &self.body_bytes_max)
            .finish_non_exhaustive()
    }
}
