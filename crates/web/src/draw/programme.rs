//! The page of versions, and of what another one would change.

use super::Shell;
use super::admin::{moment, shell, short};
use crate::ask::Asked;
use crate::reader::Reader;
use app::programme::difference::{Aspect, Change, How, Line, Owner, What};
use app::rules::{Moment, Words};
use app::view::{Proposal, Text, VersionLine};
use askama::Template;

/// So many changes of a kind are drawn.
const CHANGES_MAX: usize = 200;
/// A kind with no more changes than this is open from the start.
const OPEN_MAX: usize = 20;

/// What the page shows.
#[derive(Default)]
pub(crate) struct ProgrammePage {
    /// Those that were in force.
    pub(crate) versions: Vec<VersionLine>,
    /// What another one would change.
    pub(crate) proposal: Option<Proposal>,
    /// Why nothing was done.
    pub(crate) said: Option<String>,
    /// The reason as it was typed.
    pub(crate) why: String,
    /// Another version was put in force.
    pub(crate) published: bool,
}

/// Changes of a kind.
struct Kind<'c> {
    name: String,
    counts: [usize; 3],
    changes: Vec<&'c Change>,
    more: usize,
    open: bool,
}

#[derive(Template)]
#[template(path = "admin-programme.html")]
struct ProgrammeView {
    shell: Shell,
    r: Reader,
    versions: Vec<VersionLine>,
    proposal: Option<Proposal>,
    said: Option<String>,
    why: String,
    published: bool,
}

/// `/admin/programme`.
pub(crate) fn programme(asked: &Asked, page: ProgrammePage) -> askama::Result<String> {
    let r = asked.reader;
    ProgrammeView {
        shell: shell(asked, r.w.admin_programme),
        r,
        versions: page.versions,
        proposal: page.proposal,
        said: page.said,
        why: page.why,
        published: page.published,
    }
    .render()
}

impl ProgrammeView {
    fn short<'a>(&self, digest: &'a str) -> &'a str {
        short(digest)
    }

    fn moment(&self, at: &Moment) -> String {
        moment(at)
    }

    fn words(&self, words: &Words) -> String {
        self.r.t(&Text::from(words)).to_owned()
    }

    fn label(&self, line: &Line) -> String {
        self.words(&line.label())
    }

    fn how(&self, change: &Change) -> String {
        self.words(&change.how.words())
    }

    fn name(&self, change: &Change) -> String {
        self.words(&change.name)
    }

    /// Whether the part is new or gone, so that all of its keys are told.
    fn is_whole(&self, change: &Change) -> bool {
        change.how != How::Changed
    }

    /// In one sentence: rules and texts that differ.
    fn counted(&self, found: &Proposal) -> String {
        let count = |aspect| self.r.number(found.difference.keys(aspect));
        let (rules, texts) = (count(Aspect::Rule), count(Aspect::Text));
        let all = self.r.number(found.difference.changes.len());
        self.r
            .say(self.r.w.programme_counted, &[&all, &rules, &texts])
    }

    fn kinds<'c>(&self, found: &'c Proposal) -> Vec<Kind<'c>> {
        let all = &found.difference.changes;
        let kind = |(what, counts): (What, [usize; 3])| {
            let of = all.iter().filter(|change| change.what == what);
            let count: usize = counts.iter().sum();
            Kind {
                name: self.words(&what.words()),
                counts,
                changes: of.take(CHANGES_MAX).collect(),
                more: count.saturating_sub(CHANGES_MAX),
                open: count <= OPEN_MAX,
            }
        };
        found.difference.counts().into_iter().map(kind).collect()
    }

    /// What differs in order or layout alone.
    fn rest(&self, found: &Proposal) -> Vec<String> {
        let r = self.r;
        let order = |(what, of): &(What, Option<Owner>)| {
            let of = of
                .as_ref()
                .map_or_else(String::new, |(id, _)| format!(" {id}"));
            let kind = format!("{}{of}", self.words(&what.words()));
            r.say(r.w.programme_reordered, &[&kind])
        };
        let mut all: Vec<String> = found.difference.reordered.iter().map(order).collect();
        if !found.difference.untold.is_empty() {
            let files = found.difference.untold.join(" ");
            all.push(r.say(r.w.programme_untold, &[&files]));
        }
        all
    }

    fn posting(&self, found: &Proposal) -> String {
        let path = ["admin", "programme", "drafts", &found.digest];
        self.r.posting(&self.r.address(&path, &[]))
    }
}
