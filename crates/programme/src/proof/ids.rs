//! Ids: one thing, one id, across all files; and none that the rule language keeps for itself.

use super::Proof;
use crate::Place;
use rules::Words;
use std::collections::BTreeMap;

/// Words that CEL keeps for itself.
const RESERVED: [&str; 21] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "return",
    "true",
    "var",
    "void",
    "while",
];

pub(super) fn check(proof: &mut Proof<'_>) {
    reserved(proof);
    let kinds = [
        ("notices/", "measure", "措施"),
        ("notices/", "light", "亮灯"),
        ("notices/", "ranking", "排名"),
        ("policies/", "policy", "政策"),
        ("matches/", "match", "对接"),
        ("bulletins/", "bulletin", "通报"),
    ];
    for (folder, kind, zh) in kinds {
        let found = owned(proof.outline.all(folder, &[kind, "*"]));
        twice(proof, found, zh, kind);
    }
    for notice in &proof.programme.notices {
        let folder = format!("notices/{}/", notice.id);
        let found = owned(proof.outline.all(&folder, &["clause", "*"]));
        twice(proof, found, "条款", "clause");
    }
    let registers = proof.outline.all("registers/", &["id"]);
    let registers = registers
        .into_iter()
        .filter_map(|(_, e)| Some((e.text.clone()?, e.value.clone())))
        .collect();
    twice(proof, registers, "台账", "register");
}

fn owned(found: Vec<(&str, &super::outline::Entry)>) -> Vec<(String, Place)> {
    let own = |(id, entry): (&str, &super::outline::Entry)| (id.to_owned(), entry.key.clone());
    found.into_iter().map(own).collect()
}

fn reserved(proof: &mut Proof<'_>) {
    let named = [
        ("registers/", &["field", "*"][..]),
        ("notices/", &["measure", "*", "tally", "*"]),
        ("notices/", &["ranking", "*", "tally", "*"]),
        ("programme.toml", &["setting", "*"]),
        ("programme.toml", &["unit_field", "*"]),
    ];
    for (file, pattern) in named {
        let found = owned(proof.outline.all(file, pattern));
        for (id, place) in found {
            if !RESERVED.contains(&id.as_str()) {
                continue;
            }
            proof.error(
                "reserved-id",
                place,
                Words::new(
                    format!("`{id}` 是规则语言的保留字，规则里叫不出它"),
                    format!("`{id}` is a word of the rule language, so no rule could name this"),
                ),
                Words::new(
                    format!("换一个名字，例如 `{id}_value`"),
                    format!("choose another name, such as `{id}_value`"),
                ),
            );
        }
    }
}

fn twice(proof: &mut Proof<'_>, found: Vec<(String, Place)>, zh: &str, en: &str) {
    let mut first: BTreeMap<String, Place> = BTreeMap::new();
    for (id, place) in found {
        let Some(known) = first.get(&id) else {
            first.insert(id, place);
            continue;
        };
        let (line, _) = known.line_column(proof.files);
        let known = format!("{}:{line}", known.file);
        proof.error(
            "duplicate-id",
            place,
            Words::new(
                format!("{zh} `{id}` 已经在 {known} 写过"),
                format!("{en} `{id}` is already written at {known}"),
            ),
            Words::new(
                "换一个 id，或合并两处",
                "choose another id, or make the two one",
            ),
        );
    }
}
