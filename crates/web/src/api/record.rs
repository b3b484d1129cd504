//! Reading records.

use super::Api;
use super::answer::Answer;
use super::ask::Pairs;
use super::problem::{Problem, error};
use app::App;
use app::list::{Listed, Record, Told, Unread};
use app::programme::model::Register;
use app::programme::record::Cells;
use axum::extract::Path;
use axum::http::Uri;
use serde_json::{Map, Value as Json, json};

/// Cells as a JSON object by field; an empty cell is null, and what that means stands in the register's schema.
pub(super) fn cells_json(register: &Register, cells: &Cells) -> Json {
    let one = |(id, cell): &(String, Option<_>)| {
        let kind = register.field(id)?.kind;
        let value = cell
            .as_ref()
            .map_or(Json::Null, |cell: &app::programme::record::Cell| {
                cell.json(kind)
            });
        Some((id.clone(), value))
    };
    Json::Object(cells.iter().filter_map(one).collect::<Map<_, _>>())
}

fn listed_json(register: &Register, listed: &Listed) -> Map<String, Json> {
    let mut json = Map::new();
    json.insert("id".into(), json!(listed.id));
    json.insert("version".into(), listed.version.into());
    json.insert("cells".into(), cells_json(register, &listed.cells));
    json.insert("masked".into(), json!(listed.masked));
    json.insert("erased".into(), json!(listed.erased));
    json
}

/// A record with what may be done next.
pub(super) fn record_json(register: &Register, record: &Record) -> Map<String, Json> {
    let mut json = listed_json(register, &record.listed);
    json.insert("register".into(), json!(register.id));
    json.insert("state".into(), json!(record.state));
    let moves = record.moves.iter().map(
        |m| json!({"id": m.id, "name": m.name, "to": m.to, "lacks": m.lacks, "holds": m.holds}),
    );
    json.insert("moves".into(), moves.collect());
    let warnings = record.warnings.iter().map(|warning| error(warning, None));
    json.insert("warnings".into(), warnings.collect());
    json
}

/// A register by its id.
pub(super) fn register<'a>(app: &'a App, id: &str) -> Result<&'a Register, Problem> {
    let found = app.programme().register(id);
    found
        .map(|(_, register)| register)
        .ok_or_else(|| Problem::unread(&Unread::NoRegister(id.to_owned())))
}

/// Reads beside the server's own threads, which must stay free to answer others.
pub(super) async fn beside<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, Unread> + Send + 'static,
) -> Result<T, Problem> {
    let answer = tokio::task::spawn_blocking(read).await;
    let answer = answer
        .map_err(|_| Problem::new("failed", "计算中断，请再试", "it broke off; try again"))?;
    answer.map_err(|unread| Problem::unread(&unread))
}

/// `GET /registers/{register}/records`.
pub(super) async fn list(api: Api, Path(id): Path<String>, uri: Uri) -> Result<Answer, Problem> {
    let question = Pairs::of(&uri)?.records()?;
    let (reader, of) = (api.clone(), id.clone());
    let page = beside(move || reader.app.list(&reader.viewer(), &of, &question)).await?;
    let register = register(&api.app, &id)?;
    let records = page
        .records
        .iter()
        .map(|r| Json::Object(listed_json(register, r)));
    Ok(Answer::of(&json!({
        "records": records.collect::<Vec<_>>(),
        "next": page.next,
        "count": page.count,
    })))
}

/// `GET /records/{register}/{record}`.
pub(super) async fn one(
    api: Api,
    Path((register_id, id)): Path<(String, String)>,
    uri: Uri,
) -> Result<Answer, Problem> {
    let at = Pairs::of(&uri)?.only_day()?;
    let (reader, of) = (api.clone(), register_id.clone());
    let record = beside(move || reader.app.record(&reader.viewer(), &of, &id, at)).await?;
    let register = register(&api.app, &register_id)?;
    let answer = Answer::of(&Json::Object(record_json(register, &record)));
    // A past day's record is not what a change starts from.
    Ok(match at {
        Some(_) => answer,
        None => answer.version(record.listed.version),
    })
}

/// `GET /records/{register}/{record}/history`.
pub(super) async fn history(
    api: Api,
    Path((register_id, id)): Path<(String, String)>,
    uri: Uri,
) -> Result<Answer, Problem> {
    Pairs::of(&uri)?.nothing()?;
    let told = api
        .app
        .record_history(&api.viewer(), &register_id, &id)
        .await;
    let told = told.map_err(|unread| Problem::unread(&unread))?;
    let register = register(&api.app, &register_id)?;
    let entries = told.iter().map(|told| entry_json(register, told));
    Ok(Answer::of(
        &json!({ "entries": entries.collect::<Vec<_>>() }),
    ))
}

fn entry_json(register: &Register, told: &Told) -> Json {
    let entry = &told.entry;
    let [before, after] = &told.erased;
    json!({
        "arrival": entry.arrival,
        "position": entry.position,
        "act": entry.act.word(),
        "actor": entry.author.actor,
        "on_behalf": entry.author.on_behalf,
        "at": entry.author.at.exact(),
        "version": entry.version,
        "before": cells_json(register, &entry.before),
        "after": cells_json(register, &entry.after),
        "masked": told.masked,
        "erased": {"before": before, "after": after},
        "why": entry.why,
        "batch": entry.batch,
    })
}
