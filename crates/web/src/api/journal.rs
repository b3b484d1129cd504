//! The journal's root, and the proof of one entry.

use super::Api;
use super::answer::Answer;
use super::problem::Problem;
use axum::extract::Path;

/// `GET /journal/root`.
pub(super) async fn root(api: Api) -> Result<Answer, Problem> {
    let root = api.app.journal_root().await;
    let root = root.map_err(|unread| Problem::unread(&unread))?;
    root.map(Answer::text).ok_or_else(|| {
        Problem::new(
            "no-seal",
            "流水还没有封签；登记之后稍候再来",
            "the journal has no seal yet; come back shortly after something was recorded",
        )
    })
}

/// `GET /journal/entries/{arrival}/proof`.
pub(super) async fn proof(api: Api, Path(arrival): Path<String>) -> Result<Answer, Problem> {
    let arrival: i64 = arrival.parse().map_err(|_| {
        Problem::new(
            "bad-request",
            "流水的到达号是一个整数，见记录的历史",
            "an entry's arrival is a whole number; a record's history has it",
        )
    })?;
    let key = api.settings.seal_key.as_deref().ok_or_else(|| {
        Problem::new(
            "not-found",
            "这里启动时没有给出封签的公钥，不能出具证明；请用 heli journal prove",
            "this node was started without the public key of the seals and gives no proofs; use heli journal prove",
        )
    })?;
    let proof = api.app.journal_proof(&api.viewer(), arrival, key).await;
    let proof = proof.map_err(|unread| Problem::unread(&unread))?;
    proof.map(Answer::text).ok_or_else(|| {
        Problem::new(
            "no-seal",
            format!("没有到达号为 {arrival} 的流水，或还没有封签覆盖它"),
            format!("there is no entry with arrival {arrival}, or no seal covers it yet"),
        )
    })
}
