//! Registers by address: all of them, one as a list, one of its records. No register has code of its own.

use crate::api;
use crate::ask::{Asked, Here};
use crate::draw::{self, Told};
use crate::format::put_day;
use crate::pages::failed;
use crate::reader::{Reader, escaped};
use crate::refusal::{Reason, Refusal};
use app::list::{Question, Unread};
use app::rules::Day;
use app::view::{Filter, Shown};
use app::{App, Error};
use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::{Path, State};
use axum::response::Html;
use jiff::civil::Date;
use std::fmt::Write;

type Page = Result<Html<String>, Refusal>;

/// Keys of a list's address that are none of its filters.
const OWN_KEYS: [&str; 4] = ["sort", "after", "columns", "where"];

/// `/registers`.
pub(crate) async fn registers(State(app): State<App>, asked: Asked) -> Page {
    let (viewer, at) = (asked.viewer.clone(), day(&asked));
    let views = app.saved_lists(&viewer).await;
    let views = views.map_err(|unadmitted| failed(&asked, &unadmitted))?;
    let page = beside(&asked, move || app.registers_page(&viewer, at)).await?;
    shown(
        &asked,
        draw::registers(asked.reader, asked.here.clone(), page, views),
    )
}

/// `/registers/{id}`.
pub(crate) async fn list(State(app): State<App>, Path(id): Path<String>, asked: Asked) -> Page {
    let question = question(&asked)?;
    // Another thread would cost as much again as a list that is there already.
    let page = match app.list_page_at_once(&asked.viewer, &id, &question) {
        Some(page) => page.map_err(|unread| refused(&asked, unread))?,
        None => {
            let (viewer, of) = (asked.viewer.clone(), question.clone());
            beside(&asked, move || app.list_page(&viewer, &id, &of)).await?
        }
    };
    shown(
        &asked,
        draw::list(asked.reader, asked.here.clone(), page, &question),
    )
}

/// `/records/{register}/{id}`.
pub(crate) async fn one(
    State(app): State<App>,
    Path((register, id)): Path<(String, String)>,
    asked: Asked,
) -> Page {
    drawn(&app, &asked, (register, id), None).await
}

/// A record's page, with what came of revealing one of its fields.
pub(crate) async fn drawn(
    app: &App,
    asked: &Asked,
    (register, id): (String, String),
    told: Option<Told>,
) -> Page {
    let (viewer, at) = (asked.viewer.clone(), day(asked));
    let at_once = match at {
        None => app.record_page_at_once(&viewer, &register, &id),
        Some(_) => None,
    };
    let page = match at_once {
        Some(page) => page.map_err(|unread| refused(asked, unread))?,
        None => {
            let (reading, of) = (app.clone(), (register.clone(), id.clone()));
            let read = move || reading.record_page(&viewer, &of.0, &of.1, at);
            beside(asked, read).await?
        }
    };
    let history = match app.record_history(&asked.viewer, &register, &id).await {
        Ok(told) => app.history_page(&asked.viewer, &register, &told),
        // Facts that were read from sheets have no journal.
        Err(Unread::NoDatabase(_)) => Vec::new(),
        Err(unread) => return Err(refused(asked, unread)),
    };
    shown(
        asked,
        draw::record(asked.reader, asked.here.clone(), (page, history), told),
    )
}

/// `/registers/{id}/board`.
pub(crate) async fn board(State(app): State<App>, Path(id): Path<String>, asked: Asked) -> Page {
    let (viewer, at) = (asked.viewer.clone(), day(&asked));
    let page = beside(&asked, move || app.board_page(&viewer, &id, at)).await?;
    shown(&asked, draw::board(asked.reader, asked.here.clone(), page))
}

/// `/registers/{id}/calendar`.
pub(crate) async fn calendar(State(app): State<App>, Path(id): Path<String>, asked: Asked) -> Page {
    let (viewer, at) = (asked.viewer.clone(), day(&asked));
    let month = asked.here.value("month");
    let first = Day::parse(&format!("{month}-01"));
    if first.is_none() && !month.is_empty() {
        return Err(Refusal::new(asked.reader, Reason::BadDay(month.to_owned())));
    }
    let page = beside(&asked, move || app.calendar_page(&viewer, &id, first, at)).await?;
    shown(
        &asked,
        draw::calendar(asked.reader, asked.here.clone(), page),
    )
}

/// `/registers/{id}/map`.
pub(crate) async fn map(State(app): State<App>, Path(id): Path<String>, asked: Asked) -> Page {
    let mut kept = asked.here.kept.clone();
    // Which places are shown is no filter.
    kept.retain(|(key, _)| key != "level");
    let question = api::records_question(kept);
    let mut question = question.map_err(|unread| refused(&asked, unread))?;
    question.at = day(&asked);
    let (viewer, level) = (asked.viewer.clone(), asked.here.value("level").to_owned());
    let page = beside(&asked, move || {
        let level = Some(level.as_str()).filter(|level| !level.is_empty());
        app.map_page(&viewer, &id, level, &question)
    });
    let page = page.await?;
    shown(&asked, draw::map(asked.reader, asked.here.clone(), page))
}

/// `/search`.
pub(crate) async fn search(State(app): State<App>, asked: Asked) -> Page {
    let (viewer, text) = (asked.viewer.clone(), asked.here.value("q").to_owned());
    let page = beside(&asked, move || {
        Ok((
            app.registers_page(&viewer, None)?.frame,
            app.search(&viewer, &text),
        ))
    });
    let (frame, hits) = page.await?;
    shown(
        &asked,
        draw::found(asked.reader, asked.here.clone(), frame, hits),
    )
}

/// What the address asks of a list: forms send empty values for what was left open.
fn question(asked: &Asked) -> Result<Question, Refusal> {
    let question = api::records_question(asked.here.kept.clone());
    let mut question = question.map_err(|unread| refused(asked, unread))?;
    question.at = day(asked);
    Ok(question)
}

fn day(asked: &Asked) -> Option<Day> {
    let at: Date = asked.reader.at?;
    Day::from_ymd(at.year(), at.month(), at.day())
}

/// Reads beside the server's own threads, which must stay free to answer others.
pub(crate) async fn beside<T: Send + 'static>(
    asked: &Asked,
    read: impl FnOnce() -> Result<T, Unread> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(read).await {
        Ok(answer) => answer.map_err(|unread| refused(asked, unread)),
        Err(_) => Err(Refusal::new(asked.reader, Reason::BrokeOff)),
    }
}

pub(crate) fn refused(asked: &Asked, unread: Unread) -> Refusal {
    let reason = match unread {
        Unread::View(error) => Reason::App(error),
        Unread::Failed(words) | Unread::NoDatabase(words) => {
            Reason::App(Error::Failed((&words).into()))
        }
        unread => Reason::Unread(Box::new(unread)),
    };
    Refusal::new(asked.reader, reason)
}

pub(crate) fn shown(asked: &Asked, drawn: askama::Result<String>) -> Page {
    drawn
        .map(Html)
        .map_err(|_| Refusal::new(asked.reader, Reason::Drawing))
}

impl Here {
    /// The value of a key.
    pub(crate) fn value(&self, key: &str) -> &str {
        let found = self.kept.iter().find(|(kept, _)| kept == key);
        found.map_or("", |(_, value)| value)
    }

    /// This list with one key changed, from its first page.
    pub(crate) fn with(&self, r: &Reader, key: &str, value: &str) -> String {
        let kept = self
            .kept
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()));
        let mut pairs: Vec<(&str, &str)> = kept
            .filter(|(kept, _)| *kept != key && *kept != "after")
            .collect();
        if !value.is_empty() {
            pairs.push((key, value));
        }
        let path: Vec<&str> = self
            .path
            .split('/')
            .filter(|step| !step.is_empty())
            .collect();
        r.address(&path, &pairs)
    }

    /// Keys that the filters of a page do not set, for a form to keep.
    pub(crate) fn others<'h>(
        &'h self,
        filters: &'h [Filter],
    ) -> impl Iterator<Item = &'h (String, String)> {
        let is_other = |key: &str| key != "after" && !filters.iter().any(|filter| filter.sets(key));
        self.kept.iter().filter(move |(key, _)| is_other(key))
    }

    /// What a list's address asks, without the page that it is on.
    pub(crate) fn query(&self) -> String {
        let kept = self.kept.iter().filter(|(key, _)| key != "after");
        let pair = |(key, value): &(String, String)| format!("{key}={}", escaped(value));
        kept.map(pair).collect::<Vec<_>>().join("&")
    }

    /// Whether anything is asked but the page.
    pub(crate) fn is_asked(&self) -> bool {
        self.kept.iter().any(|(key, _)| key != "after")
    }

    /// Whether anything is filtered.
    pub(crate) fn is_filtered(&self) -> bool {
        self.kept
            .iter()
            .any(|(key, _)| !OWN_KEYS.contains(&key.as_str()) || key == "where")
    }
}

/// A value, with a link where it leads somewhere.
#[derive(Template)]
#[template(path = "parts/value.html")]
pub(crate) struct Value<'v> {
    r: Reader,
    shown: &'v Shown,
}

impl HtmlSafe for Value<'_> {}

impl Reader {
    /// A value, with a link where it leads somewhere.
    pub(crate) fn value<'v>(&self, shown: &'v Shown) -> Value<'v> {
        Value { r: *self, shown }
    }

    /// A record's page.
    pub(crate) fn record(&self, register: &str, id: &str) -> String {
        self.address(&["records", register, id], &[])
    }

    /// A register's list.
    pub(crate) fn register(&self, id: &str) -> String {
        self.address(&["registers", id], &[])
    }

    /// A value in one line of plain words, for what has no link of its own.
    pub(crate) fn plain(&self, shown: &Shown) -> String {
        let mut text = String::new();
        self.put_plain(&mut text, shown);
        text
    }

    /// The same, appended to a text.
    pub(crate) fn put_plain(&self, text: &mut String, shown: &Shown) {
        match shown {
            Shown::Unknown => text.push_str(self.w.value_unknown),
            Shown::Nothing => text.push_str(self.w.value_nothing),
            Shown::Masked => text.push_str(self.w.value_masked),
            Shown::Erased => text.push_str(self.w.value_erased),
            Shown::Said(said) => text.push_str(said),
            Shown::Words(words) | Shown::Unit(_, words) | Shown::Record(_, _, words) => {
                text.push_str(self.t(words));
            }
            Shown::Truth(true) => text.push_str(self.w.value_yes),
            Shown::Truth(false) => text.push_str(self.w.value_no),
            Shown::Number(n, unit) => {
                self.put_exact(text, *n);
                text.push_str(unit.as_deref().unwrap_or_default());
            }
            Shown::Share(share) => {
                self.put_exact(text, share * 100.0);
                text.push('%');
            }
            Shown::Fen(fen) => text.push_str(&self.yuan(*fen)),
            Shown::Day(day) => put_day(text, *day),
            // Writing to a string cannot fail.
            Shown::Moment(at) => {
                let (day, hour, minute) = (at.date(), at.hour(), at.minute());
                let _ = write!(text, "{day} {hour:02}:{minute:02}");
            }
            Shown::File(digest) | Shown::Picture(digest) => text.extend(digest.chars().take(12)),
            Shown::Several(all) => {
                for (nth, shown) in all.iter().enumerate() {
                    text.push_str(if nth == 0 { "" } else { self.w.enumerate });
                    self.put_plain(text, shown);
                }
            }
        }
    }
}
