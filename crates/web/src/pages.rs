//! The pages by address: each reads a view from the application and draws it.

use crate::ask::Asked;
use crate::door::Door;
use crate::draw;
use crate::refusal::{Reason, Refusal};
use app::people::Unadmitted;
use app::view::{DutyId, Text};
use app::{App, Edge, Error};
use axum::{
    extract::{Path, State},
    response::{Html, IntoResponse, Redirect, Response},
};
use jiff::civil::Date;

type Page = Result<Html<String>, Refusal>;

/// `/`: what somebody who is signed in has to do, or accounts for who only manages them; else the notice.
pub(crate) async fn front(State(door): State<Door>, asked: Asked) -> Result<Response, Refusal> {
    let app = &door.app;
    let reader = asked.reader;
    if asked.viewer.is_operator() {
        return notices(State(app.clone()), asked).await;
    }
    if reader.manages && asked.viewer.offices.len() == 1 {
        return Ok(Redirect::to("/admin/accounts").into_response());
    }
    let (viewer, reading) = (asked.viewer.clone(), app.clone());
    let page = read(&asked, move |_| reading.home(&viewer)).await?;
    let reminders = app.reminders(&asked.viewer).await;
    let reminders = reminders.map_err(|unadmitted| failed(&asked, &unadmitted))?;
    let today = app.today();
    let unconfirmed = app.unconfirmed(&asked.viewer, today).await;
    let unconfirmed = unconfirmed.map_err(|unadmitted| failed(&asked, &unadmitted))?;
    let to_confirm = app.to_confirm(&asked.viewer, today).await;
    let to_confirm = to_confirm.map_err(|unadmitted| failed(&asked, &unadmitted))?;
    let people = (reminders, unconfirmed, to_confirm);
    shown(&asked, draw::home(reader, asked.here.clone(), page, people))
        .map(IntoResponse::into_response)
}

/// `/go`: what is entered on the way, on a phone, with or without a connection.
pub(crate) async fn go(State(door): State<Door>, asked: Asked) -> Page {
    let (viewer, app) = (asked.viewer.clone(), door.app.clone());
    let page = read(&asked, move |_| app.home(&viewer)).await?;
    let account = asked.viewer.account.clone();
    shown(
        &asked,
        draw::go(asked.reader, asked.here.clone(), page, account),
    )
}

/// `POST /reminders`: puts them away.
pub(crate) async fn put_away(State(door): State<Door>, asked: Asked) -> Result<Redirect, Refusal> {
    let now = edge(&door, &asked)?.now;
    let done = door.app.put_away(&asked.viewer, now).await;
    done.map_err(|unadmitted| failed(&asked, &unadmitted))?;
    Ok(Redirect::to("/"))
}

/// `/notices`: the first one; what to do first while there is none.
pub(crate) async fn notices(State(app): State<App>, asked: Asked) -> Result<Response, Refusal> {
    let reader = asked.reader;
    match app.front().notice {
        Some(notice) => Ok(Redirect::to(&reader.notice(&notice)).into_response()),
        None => {
            shown(&asked, draw::empty(reader, asked.here.clone())).map(IntoResponse::into_response)
        }
    }
}

/// `/duties/{measure}/unreported`.
pub(crate) async fn unreported(
    State(door): State<Door>,
    Path(measure): Path<String>,
    asked: Asked,
) -> Page {
    unreported_page(&door, &asked, measure, None).await
}

/// `POST /duties/{measure}/unreported`: reminds everybody on the list.
pub(crate) async fn remind(
    State(door): State<Door>,
    Path(measure): Path<String>,
    asked: Asked,
) -> Page {
    let now = edge(&door, &asked)?.now;
    let (app, viewer, id) = (door.app.clone(), asked.viewer.clone(), measure.clone());
    let page = read(&asked, move |at| app.unreported(&viewer, &id, at)).await?;
    let done = door.app.remind(&asked.viewer, &page, now).await;
    let done = done.map_err(|unadmitted| failed(&asked, &unadmitted))?;
    unreported_page(&door, &asked, measure, Some(done)).await
}

async fn unreported_page(
    door: &Door,
    asked: &Asked,
    measure: String,
    reminded: Option<(usize, usize)>,
) -> Page {
    let (app, viewer) = (door.app.clone(), asked.viewer.clone());
    let page = read(asked, move |at| app.unreported(&viewer, &measure, at)).await?;
    let today = edge(door, asked)?.now.day();
    let contacts = door.app.contacts(&asked.viewer, today).await;
    let contacts = contacts.map_err(|unadmitted| failed(asked, &unadmitted))?;
    let list = draw::Unreported {
        page,
        contacts,
        reminded,
    };
    shown(
        asked,
        draw::unreported(asked.reader, asked.here.clone(), list),
    )
}

fn edge(door: &Door, asked: &Asked) -> Result<Edge, Refusal> {
    door.edge().map_err(|unadmitted| failed(asked, &unadmitted))
}

pub(crate) fn failed(asked: &Asked, unadmitted: &Unadmitted) -> Refusal {
    let words = unadmitted.words();
    Refusal::new(asked.reader, Reason::App(Error::Failed((&words).into())))
}

/// `/notices/{id}`.
pub(crate) async fn notice(State(app): State<App>, Path(id): Path<String>, asked: Asked) -> Page {
    let clause = asked.clause();
    let viewer = asked.viewer.clone();
    let page = read(&asked, move |at| {
        app.notice(&viewer, &id, clause.as_deref(), at)
    })
    .await?;
    shown(&asked, draw::notice(asked.reader, asked.here.clone(), page))
}

/// `/overview`.
pub(crate) async fn overview(State(app): State<App>, asked: Asked) -> Page {
    let (viewer, level) = (asked.viewer.clone(), asked.here.value("level").to_owned());
    let level = Some(level).filter(|level| !level.is_empty());
    let page = read(&asked, move |at| {
        app.overview(&viewer, level.as_deref(), at)
    })
    .await?;
    shown(
        &asked,
        draw::overview(asked.reader, asked.here.clone(), page),
    )
}

/// `/duties`.
pub(crate) async fn matrix(State(app): State<App>, asked: Asked) -> Page {
    let question = asked.matrix()?;
    let viewer = asked.viewer.clone();
    let page = read(&asked, move |at| app.matrix(&viewer, &question, at)).await?;
    shown(&asked, draw::matrix(asked.reader, asked.here.clone(), page))
}

/// `/duties/{measure}/{bearer}/{period}`.
pub(crate) async fn duty(
    State(app): State<App>,
    Path((measure, bearer, period)): Path<(String, String, String)>,
    asked: Asked,
) -> Page {
    let id = DutyId {
        measure,
        bearer,
        period,
    };
    let viewer = asked.viewer.clone();
    let excused = crate::excuse::blank(&viewer, app.today());
    let page = read(&asked, move |at| app.duty(&viewer, &id, at)).await?;
    let here = asked.here.clone();
    shown(&asked, draw::duty(asked.reader, here, page, excused))
}

/// `/units`: the unit at the head of the tree.
pub(crate) async fn units(State(app): State<App>, asked: Asked) -> Redirect {
    Redirect::to(&asked.reader.unit(&app.front().unit))
}

/// `/units/{id}`.
pub(crate) async fn unit(State(app): State<App>, Path(id): Path<String>, asked: Asked) -> Page {
    let viewer = asked.viewer.clone();
    let page = read(&asked, move |at| app.unit(&viewer, &id, at)).await?;
    shown(&asked, draw::unit(asked.reader, asked.here.clone(), page))
}

/// Evaluates beside the server's own threads, which must stay free to answer others.
async fn read<T: Send + 'static>(
    asked: &Asked,
    view: impl FnOnce(Option<Date>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Refusal> {
    let at = asked.reader.at;
    let answer = tokio::task::spawn_blocking(move || view(at)).await;
    let answer = answer.unwrap_or_else(|_| {
        Err(Error::Failed(Text::new(
            "计算中断。",
            "The evaluation broke off.",
        )))
    });
    answer.map_err(|error| Refusal::new(asked.reader, Reason::App(error)))
}

fn shown(asked: &Asked, drawn: askama::Result<String>) -> Page {
    drawn
        .map(Html)
        .map_err(|_| Refusal::new(asked.reader, Reason::Drawing))
}
