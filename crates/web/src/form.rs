//! Recording, changing and moving records on pages. No register has code of its own.

use crate::ask::Asked;
use crate::door::{Door, failed};
use crate::draw;
use crate::record::{beside, shown};
use crate::refusal::{Reason, Refusal};
use app::engine::{Asked as Wanted, Objection};
use app::list::Unread;
use app::programme::record::Act;
use app::rules::Words;
use app::view::{FormPage, Purpose};
use app::{Edge, Refused, Unkept, Written};
use axum::Router;
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{DefaultBodyLimit, Form, Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};

/// Bytes of what is typed into a form at most; files have their own limit.
const TYPED_MAX: usize = 1024 * 1024;

/// A filled form as it was sent.
#[derive(Default)]
struct Sent {
    given: Vec<(String, String)>,
    /// What is wrong with its files.
    faults: Vec<Objection>,
}

/// The addresses of forms.
pub(crate) fn router(door: Door) -> Router {
    Router::new()
        .route("/registers/{register}/new", get(blank).post(create))
        .route("/registers/{register}/moves", post(move_many))
        .route(
            "/records/{register}/{id}/change",
            get(to_change).post(change),
        )
        .route(
            "/records/{register}/{id}/moves/{step}",
            get(to_move).post(step),
        )
        .route("/suggest/{register}/{field}", get(suggest))
        .layer(DefaultBodyLimit::disable())
        .with_state(door)
}

/// `GET /registers/{register}/new`: what the address gives is filled in.
async fn blank(State(door): State<Door>, Path(register): Path<String>, asked: Asked) -> Response {
    first(&door, &asked, register, Purpose::Create).await
}

/// `GET /records/{register}/{id}/change`.
async fn to_change(
    State(door): State<Door>,
    Path((register, id)): Path<(String, String)>,
    asked: Asked,
) -> Response {
    first(&door, &asked, register, Purpose::Change(id)).await
}

/// `GET /records/{register}/{id}/moves/{step}`.
async fn to_move(
    State(door): State<Door>,
    Path((register, id, step)): Path<(String, String, String)>,
    asked: Asked,
) -> Response {
    first(&door, &asked, register, Purpose::Move(id, step)).await
}

/// `POST /registers/{register}/new`.
async fn create(
    State(door): State<Door>,
    Path(register): Path<String>,
    asked: Asked,
    sent: Multipart,
) -> Response {
    filled(&door, &asked, (register, Purpose::Create), sent).await
}

/// `POST /records/{register}/{id}/change`.
async fn change(
    State(door): State<Door>,
    Path((register, id)): Path<(String, String)>,
    asked: Asked,
    sent: Multipart,
) -> Response {
    filled(&door, &asked, (register, Purpose::Change(id)), sent).await
}

/// `POST /records/{register}/{id}/moves/{step}`.
async fn step(
    State(door): State<Door>,
    Path((register, id, step)): Path<(String, String, String)>,
    asked: Asked,
    sent: Multipart,
) -> Response {
    filled(&door, &asked, (register, Purpose::Move(id, step)), sent).await
}

async fn first(door: &Door, asked: &Asked, register: String, purpose: Purpose) -> Response {
    let given = asked.here.kept.clone();
    match looked_up(door, asked, (&register, &purpose), (given, None)).await {
        Ok(page) => drawn(door, asked, StatusCode::OK, page),
        Err(refusal) => refusal.into_response(),
    }
}

async fn filled(
    door: &Door,
    asked: &Asked,
    (register, purpose): (String, Purpose),
    sent: Multipart,
) -> Response {
    let sent = match taken(door, asked, &register, sent).await {
        Ok(sent) => sent,
        Err(refusal) => return refusal.into_response(),
    };
    let word = |key: &str| {
        let found = sent.given.iter().find(|(given, _)| given == key);
        found
            .map(|(_, text)| text.as_str())
            .filter(|text| !text.is_empty())
    };
    let seen: Option<i64> = word("_version").and_then(|version| version.parse().ok());
    let key = word("_key").map(str::to_owned);
    let mut said = sent.faults.clone();
    if said.is_empty() {
        let of = (register.as_str(), &purpose);
        match done(door, asked, of, (&sent.given, seen), key).await {
            Ok(id) => {
                let path = ["records", register.as_str(), id.as_str()];
                let place = asked.reader.address(&path, &[("saved", "1")]);
                return Redirect::to(&place).into_response();
            }
            Err(Undone::Refusal(refusal)) => return refusal.into_response(),
            Err(Undone::Said(all)) => said = all,
        }
    }
    match looked_up(door, asked, (&register, &purpose), (sent.given, seen)).await {
        Ok(mut page) => {
            for objection in &said {
                page.say(objection.field.as_deref(), (&objection.words).into());
            }
            drawn(door, asked, StatusCode::UNPROCESSABLE_ENTITY, page)
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// `POST /registers/{register}/moves`: the same move for every record that was picked, or for none.
async fn move_many(
    State(door): State<Door>,
    Path(register): Path<String>,
    asked: Asked,
    Form(given): Form<Vec<(String, String)>>,
) -> Response {
    let step = given.iter().find(|(key, _)| key == "move");
    let step = step.map_or("", |(_, step)| step.as_str());
    let picked = given.iter().filter(|(key, _)| key == "pick");
    let one = |(_, picked): &(String, String)| {
        let (version, id) = picked.split_once(':')?;
        Some(Wanted {
            register: register.clone(),
            record: Some(id.into()),
            version: version.parse().ok()?,
            act: Act::Move(step.to_owned()),
            cells: Vec::new(),
            why: None,
            as_found: false,
        })
    };
    let wanted: Option<Vec<Wanted>> = picked.map(one).collect();
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty() && !step.is_empty()) else {
        return Refusal::new(asked.reader, Reason::NothingPicked).into_response();
    };
    let edge = match door.edge() {
        Ok(edge) => edge,
        Err(unadmitted) => return failed(asked.reader, &unadmitted),
    };
    let refused = match door.app.act(&asked.viewer, &wanted, None, edge).await {
        Ok(_) => return Redirect::to(&asked.reader.register(&register)).into_response(),
        Err(refused) => refused,
    };
    let said = |(at, objection): &(usize, Objection)| {
        let id = wanted.get(*at).and_then(|wanted| wanted.record.as_deref());
        let words = asked.reader.t(&(&objection.words).into()).to_owned();
        format!("{} {words}", id.unwrap_or_default())
    };
    let said = match &refused {
        Refused::Objections(all) => all.iter().map(said).collect(),
        refused => {
            let all = refused.words();
            all.iter()
                .map(|words| asked.reader.t(&words.into()).to_owned())
                .collect()
        }
    };
    Refusal::new(asked.reader, Reason::NotMoved(said)).into_response()
}

/// Why nothing came of a form.
enum Undone {
    /// There is no such form for this viewer.
    Refusal(Refusal),
    /// What stands against what was entered.
    Said(Vec<Objection>),
}

/// Does what a form asks for: the record's id.
async fn done(
    door: &Door,
    asked: &Asked,
    (register, purpose): (&str, &Purpose),
    (given, seen): (&[(String, String)], Option<i64>),
    key: Option<String>,
) -> Result<String, Undone> {
    let (app, viewer) = (door.app.clone(), asked.viewer.clone());
    let (of, about, typed) = (register.to_owned(), purpose.clone(), given.to_vec());
    let read = beside(asked, move || {
        app.filled_in(&viewer, &of, &about, (&typed, seen))
    });
    let wanted = read.await.map_err(Undone::Refusal)?;
    let wanted = wanted.map_err(Undone::Said)?;
    let edge = edge(door).map_err(|words| Undone::Said(vec![all(words)]))?;
    let own = wanted.record.clone();
    let written = door.app.act(&asked.viewer, &[wanted], key, edge).await;
    let Written { entries, .. } = written.map_err(|refused| Undone::Said(objections(refused)))?;
    let id = entries.first().map(|entry| entry.record.to_string());
    Ok(id.or(own.map(String::from)).unwrap_or_default())
}

fn edge(door: &Door) -> Result<Edge, Words> {
    door.edge().map_err(|unadmitted| unadmitted.words())
}

fn all(words: Words) -> Objection {
    Objection { field: None, words }
}

/// What a refusal says, by field where it is about one.
fn objections(refused: Refused) -> Vec<Objection> {
    match refused {
        Refused::Objections(all) => all.into_iter().map(|(_, objection)| objection).collect(),
        Refused::Held(held) => {
            let words = held.words();
            let fields = match &*held {
                app::Refusal::Duplicate { fields, .. } => fields.clone(),
                app::Refusal::NoReference { field, .. } | app::Refusal::NoFile { field, .. } => {
                    vec![field.clone()]
                }
                _ => Vec::new(),
            };
            vec![Objection {
                field: fields.into_iter().next(),
                words,
            }]
        }
        refused => refused.words().into_iter().map(all).collect(),
    }
}

async fn looked_up(
    door: &Door,
    asked: &Asked,
    (register, purpose): (&str, &Purpose),
    (given, seen): (Vec<(String, String)>, Option<i64>),
) -> Result<FormPage, Refusal> {
    let (app, viewer) = (door.app.clone(), asked.viewer.clone());
    let (of, about) = (register.to_owned(), purpose.clone());
    beside(asked, move || {
        app.form(&viewer, &of, &about, (&given, seen))
    })
    .await
}

fn drawn(door: &Door, asked: &Asked, status: StatusCode, page: FormPage) -> Response {
    let key = match door.edge() {
        Ok(edge) => hex(&edge.seed),
        Err(_) => return Refusal::new(asked.reader, Reason::BrokeOff).into_response(),
    };
    match shown(
        asked,
        draw::form(asked.reader, asked.here.clone(), page, key),
    ) {
        Ok(Html(html)) => (status, Html(html)).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads what was sent; files are kept at once, so that they need not be sent again.
async fn taken(
    door: &Door,
    asked: &Asked,
    register: &str,
    mut sent: Multipart,
) -> Result<Sent, Refusal> {
    let broken = || Refusal::new(asked.reader, Reason::BadForm);
    let (mut taken, mut bytes) = (Sent::default(), 0);
    while let Some(field) = sent.next_field().await.map_err(|_| broken())? {
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            None => {
                let text = typed(field, &mut bytes).await.ok_or_else(broken)?;
                taken.given.push((name, text));
            }
            Some(file) if !file.is_empty() => {
                match kept(door, asked, (register, &name), &file, field).await {
                    Ok(digest) => taken.given.push((name, digest)),
                    Err(Some(words)) => taken.faults.push(Objection {
                        field: Some(name),
                        words,
                    }),
                    Err(None) => return Err(broken()),
                }
            }
            Some(_) => {}
        }
    }
    Ok(taken)
}

/// A field's text, as long as all together is not more than anybody types.
async fn typed(mut field: Field<'_>, bytes: &mut usize) -> Option<String> {
    let mut text = Vec::new();
    while let Some(piece) = field.chunk().await.ok()? {
        *bytes += piece.len();
        if *bytes > TYPED_MAX {
            return None;
        }
        text.extend_from_slice(&piece);
    }
    String::from_utf8(text).ok()
}

/// Keeps a file: its digest. No words where it broke off.
async fn kept(
    door: &Door,
    asked: &Asked,
    of: (&str, &str),
    name: &str,
    mut field: Field<'_>,
) -> Result<String, Option<Words>> {
    let said = |unkept: Unkept| Some(unkept.words());
    let edge = edge(door).map_err(Some)?;
    let upload = door.app.upload(&asked.viewer, &hex(&edge.seed)).await;
    let mut upload = upload.map_err(said)?;
    let mut refused = None;
    loop {
        match field.chunk().await {
            // What is refused is read to its end all the same, so that the rest of the form is heard.
            Ok(Some(bytes)) if refused.is_none() => {
                refused = upload
                    .write(&bytes)
                    .await
                    .err()
                    .map(|unkept| unkept.words());
            }
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(_) => {
                upload.abandon().await;
                return Err(None);
            }
        }
    }
    if let Some(words) = refused {
        upload.abandon().await;
        return Err(Some(words));
    }
    let kept = upload.keep(name, Some(of), edge.now).await.map_err(said)?;
    Ok(kept.digest)
}

/// `GET /suggest/{register}/{field}`: values that fit what was typed, for a list under the field.
async fn suggest(
    State(door): State<Door>,
    Path((register, field)): Path<(String, String)>,
    asked: Asked,
) -> Response {
    let (app, viewer) = (door.app.clone(), asked.viewer.clone());
    let typed = asked.here.value("q").to_owned();
    let found = beside(&asked, move || {
        Ok::<_, Unread>(app.suggest(&viewer, &register, &field, &typed))
    });
    match found.await {
        Ok(found) => {
            let reader = asked.reader;
            let values = found.iter().map(|one| match reader.t(&one.label) {
                label if label == one.value => one.value.clone(),
                label => format!("{label} [{}]", one.value),
            });
            axum::Json(values.collect::<Vec<_>>()).into_response()
        }
        Err(refusal) => refusal.into_response(),
    }
}
