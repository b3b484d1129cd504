//! SQLite inside this process: every connection has a thread of its own, and whoever holds the connection hands it work;
//! a few rows by a key are read where one stands.

mod glance;
mod pool;
mod session;

pub(crate) use glance::Glances;
pub(crate) use pool::{Lease, Opening, Pool};
pub(crate) use session::Session;
