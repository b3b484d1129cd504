//! One text of a test, run on SQLite and on PostgreSQL.

use crate::postgres;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use store::{Db, Options};

/// Where one test has its database and its files; removed at the end.
pub(crate) struct Place {
    pub(crate) address: String,
    folder: PathBuf,
}

static NEXT: AtomicUsize = AtomicUsize::new(0);

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = folder();
        let address = format!("sqlite:{}", folder.join("heli.db").display());
        Self { address, folder }
    }

    pub(crate) fn postgres() -> Self {
        Self {
            address: postgres::new_database(),
            folder: folder(),
        }
    }

    /// A folder of the test's own.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) async fn open(&self) -> Db {
        Db::open(&self.address, Options::default()).await.unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

fn folder() -> PathBuf {
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("heli-store-{}-{next}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// `on_both! { async fn name(place) { … } }` makes the tests `name::sqlite` and `name::postgres`.
macro_rules! on_both {
    ($(async fn $name:ident($place:ident) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn check($place: &crate::both::Place) $body

            #[tokio::test]
            async fn sqlite() {
                check(&crate::both::Place::sqlite()).await;
            }

            #[tokio::test]
            async fn postgres() {
                check(&crate::both::Place::postgres()).await;
            }
        }
    )*};
}

pub(crate) use on_both;
