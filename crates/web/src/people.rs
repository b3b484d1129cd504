//! `/admin/accounts`: who signs in, with which roles; inviting, granting, closing and handing over.

use crate::ask::Asked;
use crate::door::{Door, Secure, failed};
use crate::draw::{self, Accounts, Said};
use crate::refusal::{Reason, Refusal};
use app::Edge;
use app::people::{Held, Invitation, Slip, Unadmitted};
use app::rules::Day;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use serde::Deserialize;

/// What is filled in on the page; a form sends those fields that it has.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filled {
    pub(crate) account: String,
    pub(crate) person: String,
    pub(crate) phone: String,
    pub(crate) role: String,
    pub(crate) unit: String,
    /// The first day, empty for today.
    pub(crate) from: String,
    /// The last day, empty for no end.
    pub(crate) until: String,
    /// What is done with an account.
    act: String,
    /// The successor.
    to: String,
    /// The name at the single sign-on.
    name: String,
}

/// The addresses of accounts.
pub(crate) fn router(door: Door) -> Router {
    Router::new()
        .route("/admin/accounts", get(all).post(invite))
        .route("/admin/slips", get(slips_blank).post(slips))
        .route("/admin/accounts/{account}", get(all_again).post(change))
        .with_state(door)
}

/// `GET /admin/accounts`.
async fn all(State(door): State<Door>, asked: Asked) -> Response {
    page(&door, &asked, Filled::default(), None, StatusCode::OK).await
}

/// `GET /admin/accounts/{account}`: where a browser comes back to.
async fn all_again(door: State<Door>, asked: Asked) -> Response {
    all(door, asked).await
}

/// `POST /admin/accounts`.
async fn invite(State(door): State<Door>, asked: Asked, Form(filled): Form<Filled>) -> Response {
    let done = match door.edge() {
        Ok(edge) => invited(&door, &asked, &filled, edge).await,
        Err(unadmitted) => Err(unadmitted),
    };
    answered(&door, &asked, filled, done).await
}

async fn invited(
    door: &Door,
    asked: &Asked,
    filled: &Filled,
    edge: Edge,
) -> Result<Said, Unadmitted> {
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let invitation = Invitation {
        account: filled.account.trim().to_owned(),
        person: filled.person.trim().to_owned(),
        phone: given(&filled.phone),
        held: match filled.role.is_empty() {
            true => Vec::new(),
            false => vec![held(filled, edge)?],
        },
    };
    let token = door.app.invite(&asked.viewer, &invitation, edge).await?;
    Ok(Said::Link(invitation.account, token))
}

/// Rows of people.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Rows {
    rows: String,
}

/// `GET /admin/slips`.
async fn slips_blank(asked: Asked) -> Response {
    slips_page(
        &asked,
        (String::new(), Vec::new()),
        Vec::new(),
        StatusCode::OK,
    )
}

/// `POST /admin/slips`: invites everybody on the list, and shows a slip for each to print and hand over.
async fn slips(
    State(door): State<Door>,
    Extension(secure): Extension<Secure>,
    headers: HeaderMap,
    asked: Asked,
    Form(given): Form<Rows>,
) -> Response {
    let edges = || door.edge().ok();
    let invited = door
        .app
        .invite_many(&asked.viewer, &given.rows, edges)
        .await;
    let invited = match invited {
        Ok(invited) => invited,
        Err(unadmitted) => return unmanaged(&asked, &unadmitted),
    };
    match invited {
        Ok(slips) => {
            let host = headers
                .get(header::HOST)
                .and_then(|host| host.to_str().ok());
            let scheme = if secure.0 { "https" } else { "http" };
            let base = format!("{scheme}://{}", host.unwrap_or_default());
            let slips = slips.into_iter().map(|slip| {
                let address = format!("{base}/link/{}", slip.token);
                (slip, address)
            });
            slips_page(
                &asked,
                (String::new(), Vec::new()),
                slips.collect(),
                StatusCode::OK,
            )
        }
        Err(faults) => {
            let said = faults.iter().map(|(row, words)| {
                let words = asked.reader.t(&words.into()).to_owned();
                let row = asked
                    .reader
                    .say(asked.reader.w.import_row, &[&row.to_string()]);
                format!("{row}{}{words}", asked.reader.w.colon)
            });
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            slips_page(&asked, (given.rows, said.collect()), Vec::new(), status)
        }
    }
}

fn slips_page(
    asked: &Asked,
    given: (String, Vec<String>),
    slips: Vec<(Slip, String)>,
    status: StatusCode,
) -> Response {
    if !app::manages(&asked.viewer) {
        let words = app::rules::Words::new(
            "账号由管理员管理；请向管理员提出",
            "accounts are managed by administrators; ask one",
        );
        return unmanaged(asked, &Unadmitted::Forbidden(words));
    }
    match draw::slips(asked.reader, given, slips) {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => Refusal::new(asked.reader, Reason::Drawing).into_response(),
    }
}

/// The role that is filled in, from today on unless said.
fn held(filled: &Filled, edge: Edge) -> Result<Held, Unadmitted> {
    Ok(Held {
        role: filled.role.clone(),
        unit: filled.unit.trim().to_owned(),
        from: day(&filled.from)?.unwrap_or(edge.now.day()),
        until: day(&filled.until)?,
    })
}

/// A day that is filled in; none where the field is empty.
fn day(text: &str) -> Result<Option<Day>, Unadmitted> {
    let text = text.trim();
    match (text, Day::parse(text)) {
        ("", _) => Ok(None),
        (_, Some(day)) => Ok(Some(day)),
        (_, None) => Err(Unadmitted::Refused(app::rules::Words::new(
            format!("看不懂日期“{text}”；请写成 2023-09-26"),
            format!("“{text}” is no date; write it as 2023-09-26"),
        ))),
    }
}

/// `POST /admin/accounts/{account}`.
async fn change(
    State(door): State<Door>,
    Path(account): Path<String>,
    asked: Asked,
    Form(filled): Form<Filled>,
) -> Response {
    let done = match door.edge() {
        Ok(edge) => changed(&door, &asked, (&account, &filled), edge).await,
        Err(unadmitted) => Err(unadmitted),
    };
    answered(&door, &asked, Filled::default(), done).await
}

async fn changed(
    door: &Door,
    asked: &Asked,
    (account, filled): (&str, &Filled),
    edge: Edge,
) -> Result<Said, Unadmitted> {
    let (app, viewer) = (&door.app, &asked.viewer);
    match filled.act.as_str() {
        "link" => {
            let token = app.reset(viewer, account, edge).await?;
            Ok(Said::Link(account.to_owned(), token))
        }
        "identity" => {
            let issuer = door
                .provider()
                .map(|provider| provider.named.issuer.as_str());
            let name = (issuer.unwrap_or_default(), filled.name.as_str());
            app.identify(viewer, account, name, edge.now).await?;
            Ok(Said::Done)
        }
        "second" => {
            app.reset_second(viewer, account, edge.now).await?;
            Ok(Said::Done)
        }
        "grant" => {
            app.grant(viewer, (account, &held(filled, edge)?), edge.now)
                .await?;
            Ok(Said::Done)
        }
        "end" => {
            app.end_role(viewer, (account, &held(filled, edge)?), edge.now)
                .await?;
            Ok(Said::Done)
        }
        "hand" => {
            let to = filled.to.trim();
            let roles = app.hand_over(viewer, (account, to), edge.now).await?;
            Ok(Said::Handed(roles, to.to_owned()))
        }
        "close" => {
            app.close_account(viewer, account, edge.now).await?;
            Ok(Said::Done)
        }
        _ => Err(Unadmitted::Refused(app::rules::Words::new(
            "看不懂要办理什么；请在页面上选择",
            "what is to be done is not understood; choose it on the page",
        ))),
    }
}

async fn answered(
    door: &Door,
    asked: &Asked,
    filled: Filled,
    done: Result<Said, Unadmitted>,
) -> Response {
    let (said, filled, status) = match done {
        Ok(said) => (said, Filled::default(), StatusCode::OK),
        Err(Unadmitted::Refused(words)) => {
            let said = asked.reader.t(&(&words).into()).to_owned();
            (
                Said::Refused(said),
                filled,
                StatusCode::UNPROCESSABLE_ENTITY,
            )
        }
        Err(unadmitted) => return unmanaged(asked, &unadmitted),
    };
    page(door, asked, filled, Some(said), status).await
}

async fn page(
    door: &Door,
    asked: &Asked,
    filled: Filled,
    said: Option<Said>,
    status: StatusCode,
) -> Response {
    let accounts = match door.app.accounts(&asked.viewer).await {
        Ok(accounts) => accounts,
        Err(unadmitted) => return unmanaged(asked, &unadmitted),
    };
    let identities = match door.provider() {
        Some(provider) => {
            let issuer = &provider.named.issuer;
            match door.app.identities(&asked.viewer, issuer).await {
                Ok(identities) => Some(identities.into_iter().collect()),
                Err(unadmitted) => return unmanaged(asked, &unadmitted),
            }
        }
        None => None,
    };
    let roles = door.app.programme().roles.iter();
    let mut roles: Vec<(String, app::view::Text)> = roles
        .map(|role| (role.id.clone(), (&role.name).into()))
        .collect();
    let administrator = app::view::Text::new("管理员", "Administrator");
    roles.push((app::people::ADMINISTRATOR.to_owned(), administrator));
    let all = Accounts {
        today: door.app.today(),
        accounts,
        roles,
        identities,
    };
    match draw::accounts(asked.reader, all, filled, said) {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => Refusal::new(asked.reader, Reason::Drawing).into_response(),
    }
}

fn unmanaged(asked: &Asked, unadmitted: &Unadmitted) -> Response {
    match unadmitted {
        Unadmitted::Forbidden(words) => {
            let unread = app::list::Unread::Forbidden(words.clone());
            Refusal::new(asked.reader, Reason::Unread(Box::new(unread))).into_response()
        }
        unadmitted => failed(asked.reader, unadmitted),
    }
}
