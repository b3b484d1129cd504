//! What an examination of the journal found, for people or machines.

use crate::End;
use crate::command::keep::{Form, json, say};
use crate::folder::{Refusal, pick};
use app::keep::Examined;
use app::rules::Words;

/// Shows it; no, where anything was found.
pub(crate) fn shown(examined: &Examined, format: Form) -> Result<End, Refusal> {
    match format {
        Form::Json => json(examined)?,
        Form::Text => lines(examined),
    }
    if examined.holds {
        say("核验通过", "the journal holds");
        return Ok(End::Done);
    }
    let (n, more) = (examined.findings.len(), examined.more);
    say(
        format!("核验不通过：{n} 处（另有 {more} 处未列）"),
        format!("the journal does not hold: {n} findings, {more} more not listed"),
    );
    Ok(End::No)
}

fn lines(examined: &Examined) {
    for found in &examined.findings {
        println!("{}: {}", found.kind, pick(&found.words));
    }
    let Examined {
        entries,
        sealed,
        seals,
        erased,
        root,
        ..
    } = examined;
    let print = |zh: String, en: String| println!("{}", pick(&Words::new(zh, en)));
    print(
        format!("{entries} 条流水，{sealed} 条在 {seals} 枚封签之下，{erased} 个值已依法删除"),
        format!("{entries} entries, {sealed} of them under {seals} seals, {erased} values erased"),
    );
    print(format!("根 {root}"), format!("root {root}"));
    for key in &examined.keys {
        if examined.own_key {
            print(
                format!(
                    "公钥指纹 {key}，取自文件本身：请用别的途径核对，否则只证明封签出自同一把密钥"
                ),
                format!(
                    "key {key}, from the file itself: compare it by other means, else the seals only prove that one key made them all"
                ),
            );
        } else {
            print(format!("公钥指纹 {key}"), format!("key {key}"));
        }
    }
    match &examined.witness {
        Some(against) => {
            let (agreeing, covered) = (against.agreeing, against.entries);
            let at = against.at.as_deref().unwrap_or("-");
            print(
                format!("见证的 {agreeing} 枚封签相符，最后一枚在 {at}，覆盖 {covered} 条"),
                format!("{agreeing} seals of the witness agree, the last of {at} over {covered} entries"),
            );
        }
        None if examined.not_checkable.is_empty() => {}
        None => print(
            "尾部连同封签被截去、恢复了旧备份：无法核验，没有见证；用 --witness 给出见证文件".into(),
            "a tail cut with its seals, an old backup: not checkable without a witness; name one with --witness".into(),
        ),
    }
}
