//! The pages by address: each reads a view from the application and draws it.

use crate::ask::Asked;
use crate::draw;
use crate::refusal::{Reason, Refusal};
use app::view::{DutyId, Text};
use app::{App, Error, is_official};
use axum::{
    extract::{Path, State},
    response::{Html, IntoResponse, Redirect, Response},
};
use jiff::civil::Date;

type Page = Result<Html<String>, Refusal>;

/// `/`: the notice for officials, accounts for who manages them, for others what they may see; what to do first while
/// there is no notice.
pub(crate) async fn front(State(app): State<App>, asked: Asked) -> Result<Response, Refusal> {
    let reader = asked.reader;
    if !is_official(app.programme(), &asked.viewer) {
        let place = match reader.manages {
            true => "/admin/accounts".to_owned(),
            false => reader.address(&["registers"], &[]),
        };
        return Ok(Redirect::to(&place).into_response());
    }
    match app.front().notice {
        Some(notice) => Ok(Redirect::to(&reader.notice(&notice)).into_response()),
        None => {
            shown(&asked, draw::empty(reader, asked.here.clone())).map(IntoResponse::into_response)
        }
    }
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
    let page = read(&asked, move |at| app.duty(&viewer, &id, at)).await?;
    shown(&asked, draw::duty(asked.reader, asked.here.clone(), page))
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
