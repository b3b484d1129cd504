//! What was done to a record, from the journal; and how the journal proves it.

use super::Unread;
use crate::access::{Deed, is_masked, is_official, may_all, sees};
use crate::live::{Live, words};
use crate::{App, Viewer};
use journal::{Opened, PublicKey};
use programme::record::Entry;
use rules::Words;
use store::Store;

/// An entry of the journal as a viewer sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The entry; masked cells are empty.
    pub entry: Entry,
    /// Fields that have a value which this viewer does not see.
    pub masked: Vec<String>,
    /// Fields that are empty because their value was erased since: of the cells before, and of those after.
    pub erased: [Vec<String>; 2],
}

impl Told {
    /// Whether a field of the cells before is empty because its value was erased.
    pub fn is_erased_before(&self, field: &str) -> bool {
        let [before, _] = &self.erased;
        before.iter().any(|erased| erased == field)
    }

    /// Whether a field of the cells after is.
    pub fn is_erased_after(&self, field: &str) -> bool {
        let [_, after] = &self.erased;
        after.iter().any(|erased| erased == field)
    }
}

impl App {
    /// Every entry of a record, oldest first.
    ///
    /// # Errors
    /// No such register, a record that was never there, no database, the database's failure.
    pub async fn record_history(
        &self,
        viewer: &Viewer,
        register: &str,
        id: &str,
    ) -> Result<Vec<Told>, Unread> {
        let (_, found) = self.readable(viewer, register)?;
        let of = (register, id);
        let is_seen = sees(self.programme(), &self.living(), viewer, of, self.today())
            || may_all(self.programme(), viewer, Deed::Read, register);
        let entries = match is_seen {
            true => self.entries_of(&found.id, id).await?,
            false => Vec::new(),
        };
        // A batch's own entry names its register and no record: it is nobody's history.
        if id.is_empty() || entries.is_empty() {
            return Err(Unread::NoRecord {
                register: register.to_owned(),
                id: id.to_owned(),
            });
        }
        let told = entries.into_iter();
        Ok(told.map(|opened| self.told(viewer, opened)).collect())
    }

    /// The last seal, as one JSON object; `None` before the first.
    ///
    /// # Errors
    /// No database, the database's failure.
    pub async fn journal_root(&self) -> Result<Option<String>, Unread> {
        let seal = self.journal_store()?.last_seal().await;
        let seal = seal.map_err(|error| Unread::Failed(words(error)))?;
        Ok(seal.map(|seal| seal.line()))
    }

    /// The proof that an entry is in the journal, as the file that `heli journal verify` reads, without the values
    /// that can be erased; `None` where there is no such entry, no seal covers it yet, or the viewer does not see all of
    /// its record. `key` is the PEM of the public key that seals are signed with.
    ///
    /// # Errors
    /// No database, a key that cannot be read, the database's failure.
    pub async fn journal_proof(
        &self,
        viewer: &Viewer,
        arrival: i64,
        key: &str,
    ) -> Result<Option<String>, Unread> {
        let key = PublicKey::read(key).ok_or_else(|| {
            Unread::Failed(Words::new(
                "封签的公钥读不出来；请用 heli doctor 检查钥匙",
                "the public key of the seals cannot be read; look at the key with heli doctor",
            ))
        })?;
        let about = self.journal_store()?.about(arrival).await;
        let about = about.map_err(|error| Unread::Failed(words(error)))?;
        let Some((register, record)) = about else {
            return Ok(None);
        };
        if !self.sees_all_of(viewer, arrival, (&register, &record)) {
            return Ok(None);
        }
        let proof = self.journal_store()?.prove(arrival, key, false).await;
        let proof = proof.map_err(|error| Unread::Failed(words(error)))?;
        Ok(proof.map(|proof| proof.text()))
    }

    /// Whether a viewer sees every field of a record that is not sensitive; of what is about no record, whether he is an
    /// official.
    fn sees_all_of(&self, viewer: &Viewer, arrival: i64, (register, record): (&str, &str)) -> bool {
        let programme = self.programme();
        if viewer.is_operator() {
            return true;
        }
        if register.is_empty() {
            // What names a record is about an account.
            return is_official(programme, viewer)
                && (record.is_empty() || self.may_browse(viewer));
        }
        let had = |id: &str| {
            let names = self.live().map(|live| live.past.names(id));
            let mut names = names.into_iter().flatten();
            names.any(|name| name.register == register && name.arrivals.contains(&arrival))
        };
        let Some(found) = programme.registers.iter().find(|found| had(&found.id)) else {
            return false;
        };
        let whole = may_all(programme, viewer, Deed::Read, &found.id);
        let of = (found.id.as_str(), record);
        let is_seen = whole || sees(programme, &self.living(), viewer, of, self.today());
        let mut open = found.fields.iter().filter(|field| !field.sensitive);
        is_seen && open.all(|field| !is_masked(programme, viewer, found, field))
    }

    /// Every entry of a record, in order, also from before its register or its fields were renamed.
    async fn entries_of(&self, register: &str, id: &str) -> Result<Vec<Opened>, Unread> {
        let past = &self.journal()?.past;
        let store = self.journal_store()?;
        let mut all = Vec::new();
        for name in past.names(register).iter().rev() {
            let entries = store.history(&name.register, id).await;
            let entries = entries.map_err(|error| Unread::Failed(words(error)))?;
            let own = entries
                .into_iter()
                .filter(|opened| name.arrivals.contains(&opened.entry.arrival));
            all.extend(own);
        }
        Ok(all)
    }

    fn journal_store(&self) -> Result<&Store, Unread> {
        Ok(&self.journal()?.store)
    }

    pub(super) fn journal(&self) -> Result<&Live, Unread> {
        self.live().ok_or_else(|| {
            Unread::NoDatabase(Words::new(
                "这里没有打开数据库，因此没有流水；请用 heli serve --database 打开",
                "no database is open here, so there is no journal; open one with heli serve --database",
            ))
        })
    }
}
