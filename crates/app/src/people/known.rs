//! Who was let in lately, so that a session is looked up once and not for each of its requests.

use crate::Viewer;
use crate::app::lock;
use lru::LruCache;
use rules::Moment;
use std::num::NonZeroUsize;
use std::sync::Mutex;

/// So many sessions, those used last.
const KNOWN_MAX: NonZeroUsize = NonZeroUsize::new(20_000).unwrap();

/// Sessions with on whose behalf they act.
pub(crate) struct Known(Mutex<LruCache<[u8; 32], LookedUp>>);

/// A session, as it was when accounts, roles and sessions had a stamp.
pub(super) struct LookedUp {
    pub(super) stamp: u64,
    /// When it was looked up: roles are those of its day.
    pub(super) at: Moment,
    pub(super) ends_at: Moment,
    pub(super) viewer: Viewer,
}

impl Default for Known {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(KNOWN_MAX)))
    }
}

impl Known {
    /// On whose behalf a session acts, where nothing has changed since it was looked up.
    pub(super) fn viewer(&self, token: &[u8; 32], stamp: u64, now: Moment) -> Option<Viewer> {
        let mut known = lock(&self.0);
        let looked_up = known.get(token)?;
        let is_so = looked_up.stamp == stamp
            && looked_up.ends_at > now
            && looked_up.at <= now
            && looked_up.at.day() == now.day();
        is_so.then(|| looked_up.viewer.clone())
    }

    pub(super) fn keep(&self, token: [u8; 32], looked_up: LookedUp) {
        lock(&self.0).put(token, looked_up);
    }
}
