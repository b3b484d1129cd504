//! SQLite inside this process: every connection has a thread of its own, and whoever holds the connection hands it work.

mod pool;
mod session;

pub(crate) use pool::{Lease, Opening, Pool};
pub(crate) use session::Session;
