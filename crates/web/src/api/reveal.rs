//! A sensitive value, shown once and noted in the journal.

use super::Api;
use super::answer::Answer;
use super::body;
use super::problem::Problem;
use super::record::register;
use app::Unrevealed;
use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use serde_json::json;

/// `POST /records/{register}/{record}/reveals`.
pub(super) async fn reveal(
    api: Api,
    Path((register_id, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Answer, Problem> {
    let json = body::json(&headers, body)?;
    let text = |key: &str| json.get(key).and_then(|text| text.as_str());
    let about = (
        text("field").unwrap_or_default(),
        text("why").unwrap_or_default(),
    );
    let edge = (api.settings.edge)().ok_or_else(Problem::no_chance)?;
    let of = (register_id.as_str(), id.as_str());
    let revealed = api.app.reveal(&api.viewer(), of, about, edge).await;
    let revealed = revealed.map_err(|unrevealed| match unrevealed {
        Unrevealed::Unread(unread) => Problem::unread(&unread),
        Unrevealed::Refused(refused) => Problem::refused(&api, &refused, true),
    })?;
    let field = register(&api.app, &register_id)?.field(&revealed.field);
    let value = field.map(|field| revealed.cell.json(field.kind));
    Ok(Answer::of(&json!({
        "field": revealed.field,
        "value": value,
        "arrival": revealed.entry.arrival,
    })))
}
