//! Showing a sensitive value to somebody who may see it, which leaves its trace in the journal.

use crate::access::{Deed, forbidden, may};
use crate::act::{Edge, Viewer, author, refused};
use crate::list::Unread;
use crate::page::wording::Wording;
use crate::view::Shown;
use crate::{App, Refused};
use programme::record::{Cell, Entry};
use rules::Words;
use std::slice;

/// A sensitive value, with the entry that says who was shown it.
#[derive(Clone, Debug, PartialEq)]
pub struct Revealed {
    /// The field's id.
    pub field: String,
    /// The value.
    pub cell: Cell,
    /// The value as pages show it.
    pub shown: Shown,
    /// The entry; the value is not in it.
    pub entry: Entry,
}

/// Why nothing was revealed.
#[derive(Clone, Debug)]
pub enum Unrevealed {
    /// The record is not the viewer's to see, or its values are not his to have shown.
    Unread(Unread),
    /// What was asked for cannot be shown, or not be noted.
    Refused(Refused),
}

impl App {
    /// Shows the value of a record's sensitive field, once it is in the journal that the viewer was shown it, and why.
    ///
    /// # Errors
    /// A record that the viewer does not see, in the words of one that is not there; a right that he lacks; a field that is
    /// not sensitive or holds nothing; no reason; the database's failure.
    pub async fn reveal(
        &self,
        viewer: &Viewer,
        (register, id): (&str, &str),
        (field, why): (&str, &str),
        edge: Edge,
    ) -> Result<Revealed, Unrevealed> {
        let (_, found) = self
            .readable(viewer, register)
            .map_err(Unrevealed::Unread)?;
        if !self.may_with(viewer, Deed::Read, register, id) {
            return Err(Unrevealed::Unread(Unread::NoRecord {
                register: register.to_owned(),
                id: id.to_owned(),
            }));
        }
        if !self.may_with(viewer, Deed::Reveal, register, id) {
            let words = forbidden(register);
            return Err(Unrevealed::Unread(Unread::Forbidden(words)));
        }
        let sensitive = found.field(field).filter(|field| field.sensitive);
        let sensitive = sensitive.ok_or_else(|| refusal(field, not_sensitive()))?;
        let why = why.trim();
        if why.is_empty() {
            return Err(refusal(field, no_reason()));
        }
        let cells = self.record_now(register, id).map(|(_, cells)| cells);
        let cell = cells.into_iter().flatten().find(|(id, _)| id == field);
        let cell = cell.and_then(|(_, cell)| cell);
        let cell = cell.ok_or_else(|| refusal(field, nothing()))?;
        let live = self.writable().map_err(Unrevealed::Refused)?;
        let by = author(viewer, edge.now, None);
        let noted = live.store.reveal(
            &by,
            (register, id),
            slice::from_ref(&sensitive.id),
            why.to_owned(),
            edge.seed,
        );
        let entry = noted
            .await
            .map_err(|failure| Unrevealed::Refused(refused(failure)))?;
        let living = self.living();
        let wording = Wording {
            app: self,
            living: &living,
            viewer,
        };
        Ok(Revealed {
            field: sensitive.id.clone(),
            shown: wording.cell(found, &sensitive.id, Some(&cell)),
            cell,
            entry,
        })
    }

    /// Whether the viewer may have a record's sensitive values shown.
    pub(crate) fn revealable(&self, viewer: &Viewer, register: &str, id: &str) -> bool {
        self.live().is_some()
            && may(self.programme(), viewer, Deed::Reveal, register)
            && self.may_with(viewer, Deed::Reveal, register, id)
    }
}

fn refusal(field: &str, words: Words) -> Unrevealed {
    let objection = engine::Objection {
        field: Some(field.to_owned()),
        words,
    };
    Unrevealed::Refused(Refused::Objections(vec![(0, objection)]))
}

fn not_sensitive() -> Words {
    Words::new(
        "这一栏不是敏感内容，不用查看；请核对栏目",
        "this field is not sensitive, so there is nothing to reveal; check the field",
    )
}

fn no_reason() -> Words {
    Words::new(
        "请写明为何查看；原因与查看人一并记入流水",
        "say why; the reason goes into the journal with who was shown it",
    )
}

fn nothing() -> Words {
    Words::new(
        "这一栏没有内容，或已按规定抹去；见记录的历史",
        "this field holds nothing, or was erased; the record's history tells which",
    )
}
