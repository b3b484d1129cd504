//! Duties and their explanations.

use super::Api;
use super::answer::Answer;
use super::ask::{Pairs, civil};
use super::problem::Problem;
use super::record::beside;
use crate::reader::escaped;
use app::list::{DutyRow, Unread};
use app::view::{DutyId, DutyPage, Evidence, Figure, Quantity, Reason, Text, Verdict};
use axum::extract::Path;
use axum::http::Uri;
use serde_json::{Value as Json, json};

/// `GET /duties`.
pub(super) async fn list(api: Api, uri: Uri) -> Result<Answer, Problem> {
    let (question, at) = Pairs::of(&uri)?.duties()?;
    let page = beside(move || api.app.duties(&api.viewer(), &question, at)).await?;
    Ok(Answer::of(&json!({
        "at": page.at.to_string(),
        "duties": page.duties.iter().map(row).collect::<Vec<_>>(),
        "next": page.next,
    })))
}

/// `GET /duties/{measure}/{bearer}/{period}/explanation`.
pub(super) async fn explanation(
    api: Api,
    Path((measure, bearer, period)): Path<(String, String, String)>,
    uri: Uri,
) -> Result<Answer, Problem> {
    let at = Pairs::of(&uri)?.only_day()?.map(civil);
    let id = DutyId {
        measure,
        bearer,
        period,
    };
    let page = beside(move || api.app.duty(&api.viewer(), &id, at).map_err(Unread::View)).await?;
    Ok(Answer::of(&explained(&page)))
}

fn id(id: &DutyId) -> Json {
    let path = [&id.measure, &id.bearer, &id.period].map(|part| escaped(part));
    json!({
        "measure": id.measure,
        "bearer": id.bearer,
        "period": id.period,
        "explanation": format!("/api/v1/duties/{}/explanation", path.join("/")),
    })
}

fn row(row: &DutyRow) -> Json {
    let tallies = row.tallies.iter();
    let tallies = tallies.map(|t| json!({"id": t.id, "low": t.ends.low, "high": t.ends.high}));
    json!({
        "id": id(&row.id),
        "notice": row.notice,
        "clause": row.clause,
        "unit": row.unit,
        "from": row.period.0.to_string(),
        "until": row.period.1.to_string(),
        "due": row.due.to_string(),
        "judged": row.judged.to_string(),
        "standing": row.standing.word(),
        "recorded_late": row.recorded_late,
        "tallies": tallies.collect::<Vec<_>>(),
    })
}

fn text(text: &Text) -> Json {
    json!({"zh": text.zh, "en": text.en})
}

/// True, false, or null for what is not known.
fn verdict(verdict: Verdict) -> Option<bool> {
    match verdict {
        Verdict::True => Some(true),
        Verdict::False => Some(false),
        Verdict::Unknown => None,
    }
}

fn figure(figure: &Figure) -> Json {
    let unit = match figure.quantity {
        Quantity::Count => "count",
        Quantity::Fen => "fen",
        Quantity::Share => "share",
        Quantity::Number => "number",
    };
    json!({"low": figure.low, "high": figure.high, "unit": unit})
}

fn reason(node: &Reason) -> Json {
    json!({
        "rule": node.rule,
        "verdict": verdict(node.verdict),
        "value": node.value.as_ref().map(text),
        "threshold": node.threshold.as_ref().map(text),
        "margin": node.margin.as_ref().map(text),
        "parts": node.parts.iter().map(reason).collect::<Vec<_>>(),
    })
}

fn evidence(evidence: &Evidence) -> Json {
    let rows = evidence.rows.iter().map(|row| {
        json!({
            "id": row.id,
            "counts": verdict(row.counts),
            "why": text(&row.why),
            "recorded_late": row.recorded_late,
        })
    });
    json!({
        "tally": text(&evidence.tally),
        "register": text(&evidence.register),
        "rows": rows.collect::<Vec<_>>(),
        "more": evidence.more,
    })
}

fn explained(page: &DutyPage) -> Json {
    let tallies = page.tallies.iter().map(|t| {
        json!({"id": t.id, "name": text(&t.name), "value": figure(&t.value), "target": t.target})
    });
    let missing = page.missing.iter();
    let missing = missing.map(|m| json!({"what": text(&m.what), "who": text(&m.who)}));
    let dates = &page.dates;
    json!({
        "id": id(&page.id),
        "at": page.frame.dates.at.to_string(),
        "rehearsal": page.frame.rehearsal,
        "clause": {"id": page.clause.id, "text": text(&page.clause.text)},
        "measure": text(&page.measure),
        "bearer": text(&page.bearer.name),
        "unit": page.bearer.unit,
        "standing": page.standing.word(),
        "sentence": text(&page.sentence),
        "due": dates.due.to_string(),
        "judged": dates.judged.to_string(),
        "late_until": dates.late_until.map(|day| day.to_string()),
        "closes": dates.closes.map(|day| day.to_string()),
        "reached": dates.reached.map(|day| day.to_string()),
        "recorded_late": dates.recorded_late,
        "tallies": tallies.collect::<Vec<_>>(),
        "reason": page.reason.as_ref().map(reason),
        "evidence": page.evidence.iter().map(evidence).collect::<Vec<_>>(),
        "missing": missing.collect::<Vec<_>>(),
    })
}
