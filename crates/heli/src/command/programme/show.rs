//! A difference, a plan and versions as text and as JSON.

use super::is_idle;
use crate::command::keep::picked;
use crate::folder::pick;
use app::keep::{Planned, Published};
use app::programme::difference::{Aspect, Change, Difference, How, Line, Owner, What};
use app::rules::Words;
use serde_json::{Value, json};

/// The difference line by line, kind by kind; with `full` also every key of what is new or gone.
pub(super) fn lines(found: &Difference, full: bool) -> Vec<String> {
    if found.is_empty() {
        return vec![said("两版完全一样", "the two versions are the same")];
    }
    let mut lines = Vec::new();
    for (what, [added, changed, removed]) in found.counts() {
        lines.push(format!(
            "{}  +{added} ~{changed} −{removed}",
            pick(&what.words())
        ));
        let of_kind = found.changes.iter().filter(|change| change.what == what);
        for change in of_kind {
            lines.push(head(change));
            if full || change.how == How::Changed {
                lines.extend(change.lines.iter().map(key));
            }
        }
    }
    for (what, of) in &found.reordered {
        let kind = format!("{}{}", pick(&what.words()), owner(of.as_ref()));
        lines.push(said(
            format!("{kind}：顺序变了"),
            format!("{kind}: in another order"),
        ));
    }
    if !found.untold.is_empty() {
        let files = found.untold.join(" ");
        lines.push(said(
            format!("只改了注释、排版或顺序：{files}"),
            format!("only comments, layout or order: {files}"),
        ));
    }
    let (rules, texts) = (found.keys(Aspect::Rule), found.keys(Aspect::Text));
    lines.push(said(
        format!("现有内容里改了 {rules} 条规则、{texts} 处文字"),
        format!("in what remains, {rules} rules and {texts} texts differ"),
    ));
    lines
}

fn said(zh: impl Into<String>, en: impl Into<String>) -> String {
    pick(&Words::new(zh, en))
}

/// What became of a part, in a line.
fn head(change: &Change) -> String {
    let sign = match change.how {
        How::Added => '+',
        How::Changed => '~',
        How::Removed => '−',
    };
    let name = pick(&change.name);
    let was = change.was.as_ref();
    let was = was.map_or_else(String::new, |was| {
        said(format!("（原 {was}）"), format!(" (was {was})"))
    });
    let line = format!(
        "  {sign} {}{was} {name}{}",
        change.id,
        owner(change.of.as_ref())
    );
    line.trim_end().to_owned()
}

fn owner(of: Option<&Owner>) -> String {
    of.map_or_else(String::new, |(id, _)| format!(" [{id}]"))
}

/// What a key held and holds.
fn key(line: &Line) -> String {
    let label = pick(&line.label());
    let short = |text: &String| text.replace('\n', " ");
    let (was, now) = (line.was.as_ref().map(short), line.now.as_ref().map(short));
    match (was, now, line.is_list) {
        (Some(was), Some(now), false) => format!("      {label}: {was} → {now}"),
        (was, now, _) => {
            let each = [("−", was), ("+", now)];
            let each = each
                .into_iter()
                .filter_map(|(sign, text)| Some(format!("{sign} {}", text?)));
            format!("      {label}: {}", each.collect::<Vec<_>>().join("  "))
        }
    }
}

/// What would be done to the database.
pub(super) fn plan(planned: &Planned) -> Vec<String> {
    if is_idle(planned) {
        return vec![said("数据库：无须改动", "the database: nothing to do")];
    }
    let mut lines = vec![said("数据库：", "the database:")];
    lines.extend(
        planned
            .lines(picked())
            .iter()
            .map(|line| format!("  {line}")),
    );
    lines
}

/// The difference as JSON, with the plan where there is a database.
pub(super) fn as_json(found: &Difference, planned: Option<&Planned>) -> Value {
    let owner = |of: &Option<Owner>| of.as_ref().map(|(id, _)| id.clone());
    let line = |line: &Line| {
        json!({
            "path": line.path, "was": line.was, "now": line.now, "list": line.is_list,
            "aspect": line.aspect.word(),
        })
    };
    let change = |change: &Change| {
        json!({
            "what": change.what.word(), "of": owner(&change.of), "id": change.id, "was": change.was,
            "name": change.name, "how": change.how.word(),
            "lines": change.lines.iter().map(line).collect::<Vec<_>>(),
        })
    };
    let reordered =
        |(what, of): &(What, Option<Owner>)| json!({ "what": what.word(), "of": owner(of) });
    json!({
        "changes": found.changes.iter().map(change).collect::<Vec<_>>(),
        "reordered": found.reordered.iter().map(reordered).collect::<Vec<_>>(),
        "untold": found.untold,
        "plan": planned.map(Planned::json),
    })
}

/// Versions as JSON.
pub(super) fn versions_json(versions: &[Published]) -> Value {
    let one = |one: &Published| {
        json!({
            "digest": one.reign.digest.to_string(), "from": one.reign.from.exact(), "by": one.by,
            "why": one.why,
        })
    };
    versions.iter().map(one).collect()
}
