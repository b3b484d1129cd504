//! Versions of the programme: those that were in force, what another one would change, putting it in force.

use super::failed;
use crate::act::author;
use crate::list::Unread;
use crate::live::{Live, words};
use crate::view::{Proposal, Text, VersionLine};
use crate::{App, Edge, Refused, Viewer, check};
use programme::difference::difference;
use programme::{Fault, Files, Programme, Severity};
use rules::Words;
use std::collections::BTreeMap;
use store::published::{self, Published};
use store::write::Failure;
use store::{Db, Plan, people};

impl App {
    /// Every time that a version came into force, the newest first.
    ///
    /// # Errors
    /// A viewer who does not manage, no database, the database's failure.
    pub async fn versions_page(&self, viewer: &Viewer) -> Result<Vec<VersionLine>, Unread> {
        let db = self.kept_in(viewer)?;
        let all = published::publications(db).await.map_err(failed)?;
        let people = people::accounts(db).await.map_err(failed)?;
        let people = people.into_iter().map(|one| (one.id, one.person));
        let people: BTreeMap<String, String> = people.collect();
        let last = all.last().map(|published| published.reign.arrival);
        let line = |one: Published| VersionLine {
            digest: one.reign.digest.to_string(),
            from: one.reign.from,
            in_force: Some(one.reign.arrival) == last,
            by: (one.by.clone(), people.get(&one.by).cloned()),
            why: one.why,
        };
        Ok(all.into_iter().rev().map(line).collect())
    }

    /// The folder of a version that is or was in force.
    ///
    /// # Errors
    /// A viewer who does not manage, no such version, no database, the database's failure.
    pub async fn version_files(&self, viewer: &Viewer, digest: &str) -> Result<Files, Unread> {
        let db = self.kept_in(viewer)?;
        let all = published::reigns(db).await.map_err(failed)?;
        let found = all.iter().find(|reign| reign.digest.to_string() == digest);
        let version = match found {
            Some(reign) => published::version(db, reign.digest).await.map_err(failed)?,
            None => None,
        };
        let files = version.map(|version| version.files);
        files.ok_or_else(|| Unread::NoFile(digest.to_owned()))
    }

    /// What putting a folder in force would change; nothing is changed.
    ///
    /// # Errors
    /// A viewer who does not manage, no database, the database's failure.
    pub async fn proposal(&self, viewer: &Viewer, files: &Files) -> Result<Proposal, Unread> {
        let db = self.kept_in(viewer)?;
        let in_force = published::in_force(db).await.map_err(failed)?;
        let digest = published::digest(files);
        let old = in_force.as_ref().map(|version| &version.files);
        let own = files.clone();
        let checked = tokio::task::spawn_blocking(move || check(&own)).await;
        let checked = checked.map_err(|_| Unread::Failed(broke_off()))?;
        let plan = match &checked.programme {
            Some(programme) => planned(db, programme).await.map_err(failed)?,
            None => Plan::default(),
        };
        let (zh, en) = (plan.lines(|w| &w.zh), plan.lines(|w| &w.en));
        let lines = zh.into_iter().zip(en).map(|(zh, en)| Words::new(zh, en));
        let refusal = |one: &store::Refusal| {
            let mend = &one.mend;
            Words::new(
                format!("{}。{}", one.why.zh, mend.zh),
                format!("{}. {}", one.why.en, mend.en),
            )
        };
        Ok(Proposal {
            digest: digest.to_string(),
            name: checked
                .programme
                .as_ref()
                .map(|programme| Text::from(&programme.name)),
            difference: difference(old.unwrap_or(&Files::new()), files),
            faults: checked
                .faults
                .iter()
                .map(|fault| told(fault, files))
                .collect(),
            cases: checked.cases,
            refusals: plan.refusals.iter().map(refusal).collect(),
            plan: lines.collect(),
            in_force: in_force.is_some_and(|version| version.digest == digest),
        })
    }

    /// Puts a folder in force with a reason, once it is sound, its worked examples hold and no record stands against it.
    /// Nodes open the database again with it.
    ///
    /// # Errors
    /// A viewer who does not manage, no reason, faults, records against it, the database's failure; then nothing is
    /// changed, or the tables alone, which a second try goes on from.
    pub async fn publish(
        &self,
        viewer: &Viewer,
        (files, why): (&Files, &str),
        [of_tables, of_version]: [Edge; 2],
    ) -> Result<(), Refused> {
        self.managed(viewer).map_err(|unread| match unread {
            Unread::Forbidden(words) => Refused::Forbidden(words),
            unread => Refused::Failed(unread.words()),
        })?;
        let live = self.writable()?;
        let why = why.trim();
        if why.is_empty() {
            return Err(Refused::Failed(unreasoned()));
        }
        let own = files.clone();
        let checked = tokio::task::spawn_blocking(move || check(&own)).await;
        let checked = checked.map_err(|_| Refused::Failed(broke_off()))?;
        let programme = checked
            .programme
            .ok_or_else(|| Refused::Failed(unsound()))?;
        self.put(
            live,
            (&programme, files),
            [
                (author(viewer, of_tables.now, None), None, of_tables.seed),
                (
                    author(viewer, of_version.now, None),
                    Some(why),
                    of_version.seed,
                ),
            ],
        )
        .await
    }

    async fn put(
        &self,
        live: &Live,
        (programme, files): (&Programme, &Files),
        [tables, version]: [(programme::record::Author, Option<&str>, [u8; 32]); 2],
    ) -> Result<(), Refused> {
        let db = live.store.db();
        let plan = planned(db, programme).await;
        let plan = plan.map_err(|error| Refused::Failed(words(error)))?;
        let moved = store::migrate(db, programme, &plan, tables.0, tables.2).await;
        let moved = moved.map_err(refused)?;
        if moved.is_some() {
            live.outdate();
        }
        let (by, why, seed) = version;
        let put = published::publish(db, programme, files, (by, why), seed).await;
        if put.map_err(refused)?.is_none() {
            return Err(Refused::Failed(in_force_already()));
        }
        live.outdate();
        Ok(())
    }

    /// The database, for whoever manages.
    pub(super) fn kept_in(&self, viewer: &Viewer) -> Result<&Db, Unread> {
        self.managed(viewer)?;
        let live = self.live();
        live.map(|live| live.store.db())
            .ok_or(Unread::NoDatabase(Words::new(
                "这里没有打开数据库；请用 heli serve --database 打开",
                "no database is open here; open one with heli serve --database",
            )))
    }
}

async fn planned(db: &Db, programme: &Programme) -> store::Result<Plan> {
    let mut tx = db.read().await?;
    store::plan(&mut tx, programme).await
}

/// A fault with its place, in one line.
fn told(fault: &Fault, files: &Files) -> (String, Words, bool) {
    let (line, column) = fault.place.line_column(files);
    let place = format!("{}:{line}:{column}", fault.place.file);
    let said = match &fault.help {
        None => fault.message.clone(),
        Some(help) => Words::new(
            format!("{}；{}", fault.message.zh, help.zh),
            format!("{}; {}", fault.message.en, help.en),
        ),
    };
    (place, said, fault.severity == Severity::Error)
}

fn refused(failure: Failure) -> Refused {
    match failure {
        Failure::Refused(refusal) => Refused::Held(refusal),
        Failure::Failed(error) => Refused::Failed(words(*error)),
    }
}

fn unreasoned() -> Words {
    Words::new(
        "请写明为什么换这一版；这会记入流水",
        "say why this version is put in force; the journal keeps it",
    )
}

fn unsound() -> Words {
    Words::new(
        "这一版有错，没有生效；按列出的问题改正后再上传",
        "this version has faults and was not put in force; mend what is listed, then upload it again",
    )
}

fn in_force_already() -> Words {
    Words::new(
        "这一版已经生效，什么也没有改",
        "this version is in force already; nothing was changed",
    )
}

fn broke_off() -> Words {
    Words::new("校对中断了；请再试", "proof-reading broke off; try again")
}
