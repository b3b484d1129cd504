//! The page of an import.

use super::Shell;
use crate::ask::Here;
use crate::reader::Reader;
use crate::sheets::Sending;
use app::Refused;
use app::sheet::{Fault, Imported};
use app::view::{Frame, RegisterCard, Text};
use askama::Template;
use std::sync::Arc;

/// So many faults are listed; the returned sheet has all.
const FAULTS: usize = 200;

/// An import as it stands.
pub(crate) struct ImportPage {
    /// What surrounds the page.
    pub(crate) frame: Arc<Frame>,
    /// The register.
    pub(crate) register: RegisterCard,
    /// The sheet, once one was sent.
    pub(crate) sending: Option<Arc<Sending>>,
    /// What is said of the last step.
    pub(crate) said: Option<Text>,
}

#[derive(Template)]
#[template(path = "import.html")]
struct ImportView {
    shell: Shell,
    r: Reader,
    page: ImportPage,
}

/// `/registers/…/import`.
pub(crate) fn import(r: Reader, here: Here, page: ImportPage) -> askama::Result<String> {
    let title = r.w.import_title.to_owned();
    let shell = Shell::new(r, here, "registers", title, page.frame.clone());
    ImportView { shell, r, page }.render()
}

impl ImportView {
    fn imported(&self) -> Option<&Imported> {
        self.page.sending.as_ref()?.outcome.get()?.as_ref().ok()
    }

    fn refused(&self) -> Vec<Text> {
        let outcome = self.page.sending.as_ref().and_then(|s| s.outcome.get());
        let words = match outcome {
            Some(Err(refused)) => Refused::words(refused),
            _ => Vec::new(),
        };
        words.iter().map(Text::from).collect()
    }

    /// Of how many rows how many are done, where it is still going on.
    fn running(&self) -> Option<(u64, u64)> {
        let sending = self.page.sending.as_ref()?;
        let is_running = sending.outcome.get().is_none();
        is_running.then(|| sending.progress())
    }

    fn is_dry(&self) -> bool {
        self.page.sending.as_ref().is_some_and(|s| s.about.dry)
    }

    fn posting(&self) -> String {
        let id = self.page.sending.as_ref().map_or("", |s| &s.id);
        let register = self.page.register.id.as_str();
        let path = self.r.address(&["registers", register, "import", id], &[]);
        self.r.posting(&path)
    }

    fn undoing(&self) -> String {
        let id = self.page.sending.as_ref().map_or("", |s| &s.id);
        let path = [
            "registers",
            self.page.register.id.as_str(),
            "import",
            id,
            "undo",
        ];
        self.r.posting(&self.r.address(&path, &[]))
    }

    fn returned(&self) -> String {
        let id = self.page.sending.as_ref().map_or("", |s| &s.id);
        format!("/api/v1/sheets/{id}/returned")
    }

    fn faults<'i>(&self, imported: &'i Imported) -> &'i [Fault] {
        let all = &imported.faults;
        all.get(..FAULTS).unwrap_or(all)
    }

    fn counted(&self, imported: &Imported) -> String {
        let counts = [
            imported.rows,
            imported.created,
            imported.changed,
            imported.unchanged,
            imported.refused,
        ];
        let counts = counts.map(|count| count.to_string());
        let counts: Vec<&str> = counts.iter().map(String::as_str).collect();
        let words = match self.is_dry() {
            true => self.r.w.import_would,
            false => self.r.w.import_did,
        };
        self.r.say(words, &counts)
    }

    fn place(&self, fault: &Fault) -> String {
        let row = fault
            .row
            .map(|row| self.r.say(self.r.w.import_row, &[&row.to_string()]));
        let cell = fault.cell.clone().or(row);
        cell.unwrap_or_else(|| self.r.w.import_file.to_owned())
    }

    fn words(&self, words: &app::rules::Words) -> String {
        self.r.t(&words.into()).to_owned()
    }
}
