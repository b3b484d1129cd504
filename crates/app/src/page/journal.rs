//! The journal as a page: who did what with which record, when and why.

use super::wording::{Wording, account_cell, act_words};
use crate::list::{JournalQuestion, Told, Unread};
use crate::view::{FieldChange, JournalLine, JournalPage, Past, Shown, Text};
use crate::{App, Viewer};
use programme::record::{Act, Entry};

/// So many entries on a page.
const ENTRIES: usize = 50;

impl App {
    /// A page of the journal; the question's own limit gives way to the page's.
    ///
    /// # Errors
    /// As [`App::journal_entries`].
    pub async fn journal_page(
        &self,
        viewer: &Viewer,
        question: &JournalQuestion,
    ) -> Result<JournalPage, Unread> {
        let question = JournalQuestion {
            limit: ENTRIES,
            ..question.clone()
        };
        let (told, next) = self.journal_entries(viewer, &question).await?;
        let sealed = self.last_sealed(viewer).await?;
        let registers = self.programme().registers.iter();
        Ok(JournalPage {
            frame: self.frame(None),
            lines: self.journal_lines(viewer, &told),
            next,
            sealed,
            registers: registers
                .map(|register| (register.id.clone(), (&register.name).into()))
                .collect(),
        })
    }

    fn journal_lines(&self, viewer: &Viewer, told: &[Told]) -> Vec<JournalLine> {
        let living = self.living();
        let wording = Wording {
            app: self,
            living: &living,
            viewer,
        };
        let line = |told: &Told| {
            let entry = &told.entry;
            let found = self.programme().register(&entry.register);
            let record = &*entry.record;
            let titled = |(_, register): (usize, _)| wording.titled(register, record);
            JournalLine {
                past: match found {
                    Some((_, register)) => wording.past(register, told),
                    None => Past {
                        act: act_words(None, &entry.act),
                        changes: account_changes(entry),
                        ..Past::of(entry)
                    },
                },
                register: match found {
                    Some((_, register)) => Some((register.id.clone(), (&register.name).into())),
                    None if entry.register.is_empty() => None,
                    None => Some((String::new(), Text::same(&entry.register))),
                },
                record: (!record.is_empty()).then(|| {
                    let name = found.map_or_else(|| Text::same(record), titled);
                    (record.to_owned(), name)
                }),
                batch: entry.batch,
            }
        };
        told.iter().map(line).collect()
    }
}

/// What an entry about an account says beside it.
fn account_changes(entry: &Entry) -> Vec<FieldChange> {
    if !matches!(entry.act, Act::Account(_)) {
        return Vec::new();
    }
    let said = entry.after.iter();
    said.filter_map(|(id, cell)| {
        let (name, value) = account_cell(id, cell.as_ref()?);
        Some(FieldChange::whole(name, Shown::Nothing, value))
    })
    .collect()
}
