//! The journal, entry by entry, for those who read every register whole.

use super::{Told, Unread, seen};
use crate::access::{Deed, is_masked, is_official, may_all};
use crate::keep::{Proved, proof_holds};
use crate::live::words;
use crate::{App, Viewer};
use journal::{Opened, PublicKey, Side};
use programme::record::Cells;
use rules::{Day, Words};
use store::audit::Browse;

/// Which entries are looked for; what is `None` does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalQuestion {
    /// Only entries that arrived before this one.
    pub before: Option<i64>,
    /// Who did it: an account.
    pub actor: Option<String>,
    /// The register's id.
    pub register: Option<String>,
    /// The record's id.
    pub record: Option<String>,
    /// What was done: `create`, `change`, `move`, `withdraw`, `batch`, `erase`, `reveal`, `publish`,
    /// `account` or `migrate`.
    pub act: Option<String>,
    /// The first day.
    pub from: Option<Day>,
    /// The last day.
    pub until: Option<Day>,
    /// At most so many.
    pub limit: usize,
}

/// The last seal over the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// How many entries it covers.
    pub size: usize,
    /// The root over them, in hex.
    pub root: String,
    /// When it was made, in the programme's zone.
    pub at: String,
}

impl App {
    /// Whether a viewer may read through the journal: whoever reads every register whole, so that no entry, and no number
    /// of entries, tells what is not seen elsewhere.
    pub fn may_browse(&self, viewer: &Viewer) -> bool {
        let programme = self.programme();
        let mut registers = programme.registers.iter();
        is_official(programme, viewer)
            && registers.all(|register| may_all(programme, viewer, Deed::Read, &register.id))
    }

    /// Entries of the journal, the newest first, and where the next page begins.
    ///
    /// # Errors
    /// A viewer who does not read every register, no such register, no database, the database's failure.
    pub async fn journal_entries(
        &self,
        viewer: &Viewer,
        question: &JournalQuestion,
    ) -> Result<(Vec<Told>, Option<i64>), Unread> {
        self.browses(viewer)?;
        let live = self.journal()?;
        let registers = match &question.register {
            None => Vec::new(),
            Some(id) => {
                self.readable(viewer, id)?;
                let names = live.past.names(id).into_iter();
                names.map(|name| name.register).collect()
            }
        };
        let asked = Browse {
            before: question.before,
            actor: question.actor.clone(),
            registers,
            record: question.record.clone(),
            act: question.act.clone(),
            from: question.from.map(Day::start),
            until: question.until.map(|day| Day(day.0 + 1).start()),
            limit: question.limit + 1,
        };
        let found = live.store.browse(&asked).await;
        let mut found = found.map_err(|error| Unread::Failed(words(error)))?;
        let has_more = found.len() > question.limit;
        found.truncate(question.limit);
        let last = found.last().filter(|_| has_more);
        let next = last.map(|last| last.entry.arrival);
        let told = found.into_iter().map(|opened| self.told(viewer, opened));
        Ok((told.collect(), next))
    }

    /// The last seal; `None` before the first.
    ///
    /// # Errors
    /// A viewer who does not read every register, no database, the database's failure.
    pub async fn last_sealed(&self, viewer: &Viewer) -> Result<Option<Sealed>, Unread> {
        self.browses(viewer)?;
        let last = self.journal()?.store.last_seal().await;
        let last = last.map_err(|error| Unread::Failed(words(error)))?;
        Ok(last.map(|last| Sealed {
            size: usize::try_from(last.seal.size).unwrap_or(usize::MAX),
            root: last.seal.root.to_string(),
            at: last.seal.at.exact(),
        }))
    }

    /// What a proof file proves, by the public key in PEM that seals are signed with here.
    ///
    /// # Errors
    /// The file is no proof, or what it says does not hold.
    pub fn proof_checked(&self, text: &str, key: Option<&str>) -> Result<Proved, Words> {
        let key = key.and_then(PublicKey::read);
        proof_holds(text, key.as_ref()).map_err(|stop| stop.words().clone())
    }

    /// An entry in today's names as the viewer sees it: what is kept from him is empty.
    pub(super) fn told(&self, viewer: &Viewer, opened: Opened) -> Told {
        let programme = self.programme();
        let Opened { mut entry, erased } = opened;
        let places = |side, cells: &Cells| -> Vec<usize> {
            let all = cells.iter().enumerate();
            let gone = all.filter(|(_, (id, _))| erased.contains(&(side, id.clone())));
            gone.map(|(at, _)| at).collect()
        };
        let before = places(Side::Before, &entry.before);
        let after = places(Side::After, &entry.after);
        if let Some(live) = self.live() {
            // Every cell stays at its place.
            live.past.rename(i64::MAX, &mut entry);
        }
        let erased = [(before, &entry.before), (after, &entry.after)].map(|(places, cells)| {
            let cells = places.into_iter().filter_map(|at| cells.get(at));
            let told = cells.filter(|(id, _)| self.tells_erased(viewer, &entry.register, id));
            told.map(|(id, _)| id.clone()).collect()
        });
        let mut masked = Vec::new();
        if let Some((_, found)) = programme.register(&entry.register) {
            let mut hide = |cells: &mut Cells| {
                let (shown, kept) = seen(programme, viewer, found, std::mem::take(cells));
                *cells = shown;
                masked.extend(kept);
            };
            hide(&mut entry.before);
            hide(&mut entry.after);
        } else if !entry.register.is_empty() {
            // Of a register that is gone nobody can say which fields were sensitive.
            (entry.before, entry.after) = (Cells::new(), Cells::new());
        }
        masked.sort();
        masked.dedup();
        Told {
            entry,
            masked,
            erased,
        }
    }

    /// Whether a viewer is told that a value of a field was erased: whoever sees the field, were it masked or not.
    fn tells_erased(&self, viewer: &Viewer, register: &str, field: &str) -> bool {
        let found = self.programme().register(register);
        let found = found.and_then(|(_, register)| Some((register, register.field(field)?)));
        found.is_some_and(|(register, field)| {
            field.sensitive || !is_masked(self.programme(), viewer, register, field)
        })
    }

    fn browses(&self, viewer: &Viewer) -> Result<(), Unread> {
        match self.may_browse(viewer) {
            true => Ok(()),
            false => Err(Unread::Forbidden(Words::new(
                "流水只对能看全部台账的人开放；一条记录的历史在记录的页面上",
                "the journal is for those who read every register; what was done to a record stands on its page",
            ))),
        }
    }
}
