//! Attached files: uploaded before an action names them, handed to whoever may see a record that does, swept when none does.

use crate::access::{forbidden, is_masked, may_upload, sees};
use crate::act::{Refused, Viewer};
use crate::list::Unread;
use crate::live::words;
use crate::{App, keep};
use futures_util::Stream;
use lru::LruCache;
use programme::model::Register;
use rules::{Moment, Words};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::Trouble;
use store::files::{Files, Incoming, Limits, Stored, Swept, inline, is_complete};

/// Bytes of one file at most, unless set otherwise.
const SIZE_MAX: u64 = 64 * 1024 * 1024;
/// Bytes of all files at most, unless set otherwise.
const QUOTA: u64 = 100 * 1024 * 1024 * 1024;
/// So many small pictures are kept in memory, of some kilobytes each.
const SMALL_KEPT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(999);
/// Characters of a file's name at most.
const NAME_MAX: usize = 200;

/// Where attached files are kept, and how much of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// The folder; several nodes share one.
    pub folder: PathBuf,
    /// Bytes of one file at most.
    pub size_max: u64,
    /// Bytes of all files at most.
    pub quota: u64,
}

impl Attached {
    /// A folder with the usual limits.
    pub fn within(folder: PathBuf) -> Self {
        Self {
            folder,
            size_max: SIZE_MAX,
            quota: QUOTA,
        }
    }

    /// The folder of an address's files, where one is given or lies beside an embedded database.
    pub fn of(address: &str, given: Option<&std::path::Path>) -> Option<Self> {
        keep::files_place(address, given).map(Self::within)
    }
}

/// The open folder of files.
pub(crate) struct Shelf {
    files: Files,
    limits: Limits,
    /// Whether it was seen that everything the journal names is noted.
    is_noted: AtomicBool,
    /// Small pictures that were made lately, by digest. Whoever holds it makes one: a picture takes much memory while it
    /// is decoded.
    small: tokio::sync::Mutex<LruCache<String, Option<Arc<[u8]>>>>,
}

impl Shelf {
    /// Opens the folder; where nothing is written, only one that is there.
    pub(crate) fn open(attached: Option<&Attached>, writes: bool) -> Result<Option<Self>, Words> {
        let attached = attached.filter(|attached| writes || attached.folder.is_dir());
        let Some(attached) = attached else {
            return Ok(None);
        };
        Ok(Some(Self {
            files: Files::open(&attached.folder).map_err(words)?,
            limits: Limits {
                size_max: attached.size_max,
                quota: attached.quota,
            },
            is_noted: AtomicBool::new(false),
            small: tokio::sync::Mutex::new(LruCache::new(SMALL_KEPT)),
        }))
    }
}

/// Why a file was not taken.
#[derive(Clone, Debug)]
pub enum Unkept {
    /// It is larger than one file may be.
    TooLarge(Words),
    /// All files together would be more than is kept.
    Full(Words),
    /// Its content is not of a kind that is taken, or cannot be read.
    Unfit(Words),
    /// Nothing can be written, as with any action.
    Refused(Refused),
}

impl Unkept {
    /// What happened, why, and what to do now.
    pub fn words(&self) -> Words {
        match self {
            Self::TooLarge(words) | Self::Full(words) | Self::Unfit(words) => words.clone(),
            Self::Refused(refused) => refused.first(),
        }
    }
}

/// A file on its way in.
pub struct Upload {
    app: App,
    incoming: Incoming,
}

/// A file that may be handed out.
#[derive(Debug)]
pub struct Handed {
    /// What is known of it.
    pub about: Stored,
    /// Whether a page may show it as it is.
    pub is_inline: bool,
    files: Files,
}

impl App {
    /// Begins a file that a later action may name; `token` is fresh randomness in hex. No record names it yet, and it is
    /// swept away if none ever does.
    ///
    /// # Errors
    /// A viewer who may not, or nothing can be written here.
    pub async fn upload(&self, viewer: &Viewer, token: &str) -> Result<Upload, Unkept> {
        if !may_upload(self.programme(), viewer) {
            return Err(Unkept::Refused(Refused::Forbidden(forbidden("file"))));
        }
        let live = self.writable().map_err(Unkept::Refused)?;
        let shelf = live.shelf.as_ref();
        let shelf = shelf.ok_or_else(|| Unkept::Refused(Refused::ReadOnly(no_folder())))?;
        let incoming = shelf.files.incoming(token, shelf.limits).await;
        Ok(Upload {
            app: self.clone(),
            incoming: incoming.map_err(|error| unkept(error, Unkept::TooLarge))?,
        })
    }

    /// A file, where the viewer sees a field of any version of a record that names it. Whoever does not is told no more
    /// than that there is none.
    ///
    /// # Errors
    /// No such file for this viewer, or the database fails.
    pub async fn attached(&self, viewer: &Viewer, digest: &str) -> Result<Handed, Unread> {
        let none = || Unread::NoFile(digest.to_owned());
        let live = self.live().ok_or_else(none)?;
        let shelf = live.shelf.as_ref().ok_or_else(none)?;
        let failed = |error| Unread::Failed(words(error));
        let db = live.store.db();
        let uses = shelf.files.uses(db, digest).await.map_err(failed)?;
        if !self.sees_one(viewer, &uses) {
            return Err(none());
        }
        let about = shelf.files.about(db, digest).await.map_err(failed)?;
        let about = about.ok_or_else(none)?;
        Ok(Handed {
            is_inline: inline(&about.kind),
            about,
            files: shelf.files.clone(),
        })
    }

    /// A picture made small, as JPEG; `None` for a file that is no picture or cannot be decoded.
    ///
    /// # Errors
    /// As [`App::attached`].
    pub async fn small(&self, viewer: &Viewer, digest: &str) -> Result<Option<Arc<[u8]>>, Unread> {
        let handed = self.attached(viewer, digest).await?;
        let shelf = self.live().and_then(|live| live.shelf.as_ref());
        let shelf = shelf.ok_or_else(|| Unread::NoFile(digest.to_owned()))?;
        let mut made = shelf.small.lock().await;
        if let Some(found) = made.get(digest) {
            return Ok(found.clone());
        }
        let is_picture = handed.about.kind.starts_with("image/");
        let content = match is_picture {
            true => handed.part(0..handed.about.size).await,
            false => Ok(Vec::new()),
        };
        let content = content.map_err(Unread::Failed)?;
        let small = tokio::task::spawn_blocking(move || store::files::small(&content));
        // A decoder that gave up has no picture.
        let small = small.await.ok().flatten().map(Arc::from);
        made.put(digest.to_owned(), small.clone());
        Ok(small)
    }

    /// Whether the viewer sees one of the records that name a file, and the field in which it does.
    fn sees_one(&self, viewer: &Viewer, uses: &[store::files::Use]) -> bool {
        let (programme, living) = (self.programme(), self.living());
        let sees_field = |of: &store::files::Use| {
            let (_, register) = programme.register(&of.register)?;
            let field = register.field(&of.field)?;
            Some(!is_masked(programme, viewer, register, field))
        };
        uses.iter().any(|of| {
            let record = (of.register.as_str(), of.record.as_str());
            sees_field(of) == Some(true) && sees(programme, &living, viewer, record, self.today())
        })
    }

    /// Takes away what was uploaded before a moment and no version of a record names.
    ///
    /// # Errors
    /// The database's or the folder's; and where the journal names files that are not noted, nothing is swept.
    pub async fn sweep(&self, before: Moment) -> Result<Swept, Words> {
        let live = self.writable().map_err(|refused| refused.first())?;
        let Some(shelf) = &live.shelf else {
            return Ok(Swept::default());
        };
        let db = live.store.db();
        if !shelf.is_noted.load(Ordering::Acquire) {
            let registers = &self.programme().registers;
            if !is_complete(db, registers).await.map_err(words)? {
                return Err(Words::new(
                    "没有清理附件：流水提到的附件有的没有记下；运行 heli doctor",
                    "no files were swept: the journal names some that are not noted; run `heli doctor`",
                ));
            }
            shelf.is_noted.store(true, Ordering::Release);
        }
        shelf.files.sweep(db, before).await.map_err(words)
    }
}

impl Upload {
    /// The next bytes.
    ///
    /// # Errors
    /// More than a file may have, or the folder cannot be written.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Unkept> {
        let written = self.incoming.write(bytes).await;
        written.map_err(|error| unkept(error, Unkept::TooLarge))
    }

    /// Gives it up.
    pub async fn abandon(self) {
        self.incoming.abandon().await;
    }

    /// Keeps what came, under the last part of a name. `field`, a register's and a field's id, asks at once what the
    /// field will ask.
    ///
    /// # Errors
    /// A kind that is not taken, a broken picture, no room; an unknown field.
    pub async fn keep(
        self,
        name: &str,
        field: Option<(&str, &str)>,
        now: Moment,
    ) -> Result<Stored, Unkept> {
        let accept = match field {
            None => &[][..],
            Some((register, field)) => match self.app.field(register, field) {
                Some(accept) => accept,
                None => {
                    self.incoming.abandon().await;
                    return Err(Unkept::Unfit(no_field(register, field)));
                }
            },
        };
        let Some(live) = self.app.live() else {
            return Err(Unkept::Refused(Refused::ReadOnly(no_folder())));
        };
        let name = named(name);
        let kept = self.incoming.store(live.store.db(), &name, accept, now);
        kept.await.map_err(|error| unkept(error, Unkept::Full))
    }
}

impl App {
    /// The kinds that a field of files takes; `None` where there is no such field.
    fn field(&self, register: &str, field: &str) -> Option<&[String]> {
        let (_, register): (_, &Register) = self.programme().register(register)?;
        let field = register.field(field)?;
        (field.kind == programme::model::FieldKind::Files).then_some(&field.accept[..])
    }
}

impl Handed {
    /// Its content piece by piece; one that is not what was stored ends in an error.
    ///
    /// # Errors
    /// The content is gone.
    pub async fn pieces(
        &self,
    ) -> Result<impl Stream<Item = Result<Vec<u8>, Words>> + Send + use<>, Words> {
        use futures_util::StreamExt;
        let pieces = self.files.read(&self.about.digest).await.map_err(words)?;
        Ok(pieces.map(|piece| piece.map_err(words)))
    }

    /// A part of its content, which lies inside it.
    ///
    /// # Errors
    /// The content is gone.
    pub async fn part(&self, bytes: Range<u64>) -> Result<Vec<u8>, Words> {
        self.files
            .part(&self.about.digest, bytes)
            .await
            .map_err(words)
    }
}

/// The last part of a name as a browser may send it, without what no file system takes.
fn named(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = last.chars().filter(|c| !c.is_control());
    plain.take(NAME_MAX).collect()
}

fn unkept(error: store::Error, full: fn(Words) -> Unkept) -> Unkept {
    let trouble = error.trouble;
    let words = words(error);
    match trouble {
        Trouble::Full => full(words),
        Trouble::Check => Unkept::Unfit(words),
        _ => Unkept::Refused(Refused::Failed(words)),
    }
}

fn no_folder() -> Words {
    Words::new(
        "这里没有存放附件的文件夹；启动时用 --files 指定",
        "there is no folder of files here; name one with --files at the start",
    )
}

fn no_field(register: &str, field: &str) -> Words {
    Words::new(
        format!("台账 {register} 没有附件字段 {field}，请核对编号"),
        format!("register {register} has no field of files {field}; check the ids"),
    )
}
