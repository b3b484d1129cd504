//! The journal's page.

use super::Shell;
use crate::ask::Here;
use crate::reader::Reader;
use app::keep::Proved;
use app::view::{JournalLine, JournalPage};
use askama::Template;

/// What came of checking a proof.
pub(crate) enum Proof {
    /// It holds: what it proves, and whether the key that seals are signed with here was asked.
    Holds(Box<Proved>, bool),
    /// It does not, in words.
    Fails(String),
}

#[derive(Template)]
#[template(path = "journal.html")]
struct JournalView {
    shell: Shell,
    r: Reader,
    page: JournalPage,
    proof: Option<Proof>,
}

/// `/journal`.
pub(crate) fn journal(
    r: Reader,
    here: Here,
    page: JournalPage,
    proof: Option<Proof>,
) -> askama::Result<String> {
    let title = r.w.nav_journal.to_owned();
    let shell = Shell::new(r, here, "journal", title, page.frame.clone());
    JournalView {
        shell,
        r,
        page,
        proof,
    }
    .render()
}

impl JournalView {
    /// What may be looked for, with its word.
    fn acts(&self) -> [(&'static str, &'static str); 10] {
        let w = self.r.w;
        [
            ("create", w.act_create),
            ("change", w.act_change),
            ("move", w.act_move),
            ("withdraw", w.act_withdraw),
            ("batch", w.act_batch),
            ("erase", w.act_erase),
            ("reveal", w.act_reveal),
            ("account", w.act_account),
            ("publish", w.act_publish),
            ("migrate", w.act_migrate),
        ]
    }

    fn asked(&self, key: &str) -> &str {
        self.shell.here.value(key)
    }

    /// The next page.
    fn older(&self, before: &i64) -> String {
        let here = &self.shell.here;
        here.with(&self.r, "before", &before.to_string())
    }

    fn is_narrowed(&self) -> bool {
        self.shell.here.kept.iter().any(|(key, _)| key != "before")
    }

    fn clock(&self, line: &JournalLine) -> String {
        let at = line.past.at;
        format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
    }

    fn proof_of(&self, line: &JournalLine) -> String {
        format!("/api/v1/journal/entries/{}/proof", line.past.arrival)
    }

    /// The names of fields that an entry names without their values.
    fn named(&self, line: &JournalLine) -> String {
        let names: Vec<&str> = line.past.named.iter().map(|name| self.r.t(name)).collect();
        names.join(self.r.w.enumerate)
    }
}
