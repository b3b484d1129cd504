//! Actions: what a viewer asks is decided on the facts, written with its journal, and put into the facts.

use crate::App;
use crate::access::{Deed, Office, forbidden, may, may_excuse_any, sees, within};
use crate::live::words;
use engine::{Asked, Decided, Objection, decide};
use programme::record::{Act, Author, Entry};
use rules::{Moment, Words};
use sha2::{Digest, Sha256};
use store::write::{Action, Failure, Refusal, Write};

/// The account of whoever holds the machine.
const OPERATOR: &str = "operator";

/// Heli's own account, for what nobody asked for.
pub(crate) const HELI: &str = "heli";

/// On whose behalf something is read or done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// The account's id, which the journal names.
    pub account: String,
    /// For whom, where that is somebody else.
    pub on_behalf: Option<String>,
    /// The person's name, as records name people.
    pub person: Option<String>,
    /// The roles held today.
    pub offices: Vec<Office>,
}

impl Viewer {
    /// Whoever holds the machine: may do everything.
    pub fn operator() -> Self {
        Self {
            account: OPERATOR.into(),
            on_behalf: None,
            person: None,
            offices: Vec::new(),
        }
    }

    /// Somebody without a role.
    pub fn nobody() -> Self {
        Self {
            account: String::new(),
            on_behalf: None,
            person: None,
            offices: Vec::new(),
        }
    }

    /// Heli itself: opens the records that duties open, and may do nothing else.
    pub(crate) fn heli() -> Self {
        Self {
            account: HELI.into(),
            on_behalf: None,
            person: None,
            offices: Vec::new(),
        }
    }

    /// Whether it is Heli itself.
    pub(crate) fn is_heli(&self) -> bool {
        self.account == HELI
    }

    /// Whether it is whoever holds the machine.
    pub fn is_operator(&self) -> bool {
        self.account == OPERATOR
    }
}

/// What comes in from the edge with an action: the time and fresh randomness.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// Now, in the programme's zone.
    pub now: Moment,
    /// Fresh randomness.
    pub seed: [u8; 32],
}

/// What an action did.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// Its entries; none where nothing differed.
    pub entries: Vec<Entry>,
    /// What the viewer should know all the same, by the place of what was asked.
    pub warnings: Vec<(usize, Objection)>,
    /// Whether this is the first answer to a key that was used again.
    pub replayed: bool,
}

/// Why nothing was written.
#[derive(Clone, Debug)]
pub enum Refused {
    /// The facts stand against it, by the place of what was asked.
    Objections(Vec<(usize, Objection)>),
    /// The database holds something against it.
    Held(Box<Refusal>),
    /// The viewer may not do this.
    Forbidden(Words),
    /// Records cannot be written here.
    ReadOnly(Words),
    /// The database failed.
    Failed(Words),
}

impl Refused {
    /// The first reason in words.
    pub(crate) fn first(&self) -> Words {
        self.words().into_iter().next().unwrap_or_default()
    }

    /// The reasons in words.
    pub fn words(&self) -> Vec<Words> {
        match self {
            Self::Objections(all) => all.iter().map(|(_, o)| o.words.clone()).collect(),
            Self::Held(refusal) => vec![refusal.words()],
            Self::Forbidden(words) | Self::ReadOnly(words) | Self::Failed(words) => {
                vec![words.clone()]
            }
        }
    }
}

impl App {
    /// Does everything that is asked, or nothing. The same viewer, key and content give the first answer again.
    ///
    /// # Errors
    /// Every reason against it, or the database's failure.
    pub async fn act(
        &self,
        viewer: &Viewer,
        asked: &[Asked],
        key: Option<String>,
        edge: Edge,
    ) -> Result<Written, Refused> {
        self.allowed(viewer, asked)?;
        let live = self.writable()?;
        let digest = content(asked);
        let author = author(viewer, edge.now, key);
        if let Some(answer) = self.answered(&author, digest).await? {
            return Ok(answer);
        }
        let (decided, mut objections) = self.decided(viewer, asked, edge.now);
        if !objections.is_empty() {
            // Objections to what somebody else made of a record mean nothing to who has not seen it.
            if let Some(stale) = asked.iter().find_map(|asked| self.stale(viewer, asked)) {
                return Err(Refused::Held(Box::new(stale)));
            }
            objections.sort_by_key(|(at, _)| *at);
            return Err(Refused::Objections(objections));
        }
        let (mut writes, mut warnings) = (Vec::new(), Vec::new());
        for (at, decided) in decided.into_iter().enumerate() {
            warnings.extend(decided.warnings.into_iter().map(|warning| (at, warning)));
            if !decided.change.after.is_empty() {
                writes.push(Write {
                    change: decided.change,
                    unit: decided.unit,
                });
            }
        }
        if writes.is_empty() {
            return Ok(Written {
                entries: Vec::new(),
                warnings,
                replayed: false,
            });
        }
        let action = Action {
            author,
            digest,
            writes,
            guards: Vec::new(),
            messages: Vec::new(),
            seed: edge.seed,
        };
        let answer = live.store.write(action).await.map_err(refused)?;
        self.take_in_own(&answer.entries).map_err(Refused::Failed)?;
        Ok(Written {
            entries: answer.entries,
            warnings,
            replayed: answer.replayed,
        })
    }

    /// What is decided on each, and every objection by the place of what was asked.
    pub(crate) fn decided(
        &self,
        viewer: &Viewer,
        asked: &[Asked],
        now: Moment,
    ) -> (Vec<Decided>, Vec<(usize, Objection)>) {
        let (mut all, mut objections) = (Vec::new(), Vec::new());
        let mut living = self.living_mut();
        for (at, asked) in asked.iter().enumerate() {
            let decided = decide(self.programme(), &mut living, asked, now);
            match within(self.programme(), &mut living, viewer, (asked, decided), now) {
                Ok(decided) => all.push(decided),
                Err(against) => objections.extend(against.into_iter().map(|o| (at, o))),
            }
        }
        (all, objections)
    }

    /// What somebody else changed since, where the asker saw an older version.
    fn stale(&self, viewer: &Viewer, asked: &Asked) -> Option<Refusal> {
        let (table, _) = self.programme().register(&asked.register)?;
        let id = asked.record.clone().filter(|_| asked.act != Act::Create)?;
        let living = self.living();
        if !sees(
            self.programme(),
            &living,
            viewer,
            (&asked.register, &id),
            self.today(),
        ) {
            return None;
        }
        let record = living.record(table, &id)?;
        let row = living.newest(table, record)?;
        let current_version = living.version(table, record);
        let mut current = living.facts().cells(self.programme(), table, row);
        let is_move = matches!(asked.act, Act::Move(_));
        current.retain(|(field, _)| {
            is_move && field == "state" || asked.cells.iter().any(|(id, _)| id == field)
        });
        (asked.version < current_version).then_some(Refusal::Stale {
            register: asked.register.clone(),
            record: id,
            version: asked.version,
            current_version,
            current,
        })
    }

    /// Refuses what the viewer may do with no record at all.
    pub(crate) fn allowed(&self, viewer: &Viewer, asked: &[Asked]) -> Result<(), Refused> {
        let barred = |asked: &&Asked| {
            let (programme, deed) = (self.programme(), Deed::of(&asked.act));
            !may(programme, viewer, deed, &asked.register)
                && !may_excuse_any(programme, viewer, (deed, &asked.register))
        };
        match asked.iter().find(barred) {
            Some(asked) => Err(Refused::Forbidden(forbidden(&asked.register))),
            None => Ok(()),
        }
    }

    /// The first answer to a key that was used before.
    async fn answered(
        &self,
        author: &Author,
        digest: [u8; 32],
    ) -> Result<Option<Written>, Refused> {
        let (Some(live), Some(_)) = (self.live(), &author.key) else {
            return Ok(None);
        };
        let answer = live.store.answered(author, digest).await.map_err(refused)?;
        Ok(answer.map(|answer| Written {
            entries: answer.entries,
            warnings: Vec::new(),
            replayed: true,
        }))
    }
}

pub(crate) fn author(viewer: &Viewer, at: Moment, key: Option<String>) -> Author {
    Author {
        actor: viewer.account.clone(),
        on_behalf: viewer.on_behalf.clone(),
        at,
        key,
    }
}

/// SHA-256 of what is asked, which tells a repeated request from another one under the same key.
fn content(asked: &[Asked]) -> [u8; 32] {
    // Debug writes every field of the type, each value in one way.
    Sha256::digest(format!("{asked:?}")).into()
}

pub(crate) fn read_only() -> Words {
    Words::new(
        "这里没有打开数据库，不能登记；请用 heli serve --database 打开",
        "no database is open here, so nothing can be recorded; open one with heli serve --database",
    )
}

pub(crate) fn refused(failure: Failure) -> Refused {
    match failure {
        Failure::Refused(refusal) => Refused::Held(refusal),
        Failure::Failed(error) => Refused::Failed(words(*error)),
    }
}
