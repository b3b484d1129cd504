//! Yes and no, and choices by id or by their words.

use super::Slot;
use crate::fault::Wrong;
use crate::text::plain;
use programme::model::RegisterField;
use programme::record::Cell;
use rules::Words;
use std::collections::HashMap;

/// Yes or no, as people tick it.
pub(crate) fn bool_of(text: &str) -> Option<bool> {
    match plain(text).as_str() {
        "是" | "√" | "✓" | "✔" | "☑" | "有" | "对" | "已" | "true" | "yes" | "y" | "t" | "1" => {
            Some(true)
        }
        "否" | "×" | "✗" | "✘" | "☐" | "x" | "无" | "没有" | "不是" | "错" | "未" | "false"
        | "no" | "n" | "f" | "0" => Some(false),
        _ => None,
    }
}

/// A field's choices by id, Chinese and English words, as they are compared. An id wins over a word.
pub(crate) fn choice_words(field: &RegisterField) -> HashMap<String, &str> {
    let mut words = HashMap::new();
    for (id, name) in &field.choices {
        words.entry(plain(&name.zh)).or_insert(id.as_str());
        words.entry(plain(&name.en)).or_insert(id.as_str());
    }
    for (id, _) in &field.choices {
        words.insert(plain(id), id.as_str());
    }
    words.remove("");
    words
}

pub(super) fn choice(text: &str, slot: &Slot<'_>) -> Result<Cell, Wrong> {
    let id = slot.choices.get(&plain(text));
    id.map(|id| Cell::Text((*id).into()))
        .ok_or_else(|| no_choice(text, slot.field))
}

pub(super) fn choices(text: &str, slot: &Slot<'_>) -> Result<Cell, Wrong> {
    let mut ids = Vec::new();
    for part in parts(text) {
        match choice(part, slot) {
            Ok(id) if ids.contains(&id) => {}
            Ok(id) => ids.push(id),
            // A choice's words may hold a separator themselves.
            Err(wrong) => {
                return choice(text, slot)
                    .map(|one| Cell::List(vec![one]))
                    .map_err(|_| wrong);
            }
        }
    }
    Ok(Cell::List(ids))
}

/// The parts of a cell that holds several.
pub(super) fn parts(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split([';', '；', '、', ',', '，', '\n', '\r']);
    parts.map(str::trim).filter(|part| !part.is_empty())
}

fn no_choice(text: &str, field: &RegisterField) -> Wrong {
    const SHOWN_MAX: usize = 12;
    let names = field.choices.iter();
    let candidates = names.flat_map(|(id, name)| [id.as_str(), name.zh.as_str(), name.en.as_str()]);
    let near = rules::nearest(text, candidates);
    let list = |of: fn(&Words) -> &str| {
        let shown: Vec<&str> = field
            .choices
            .iter()
            .take(SHOWN_MAX)
            .map(|(_, name)| of(name))
            .collect();
        let more = if field.choices.len() > SHOWN_MAX {
            "……"
        } else {
            ""
        };
        format!("{}{more}", shown.join("、"))
    };
    let wrong = Wrong::new(
        "no-such-choice",
        Words::new(
            format!("没有“{text}”这个选项"),
            format!("“{text}” is none of the choices"),
        ),
        (
            "选项是固定的，才能汇总",
            "choices are fixed so that they can be summed",
        ),
        ("", ""),
    );
    match near {
        Some(near) => wrong.mend(
            format!("是不是“{near}”？"),
            format!("did you mean “{near}”?"),
        ),
        None => wrong.mend(
            format!("从这些里选：{}", list(|w| &w.zh)),
            format!("choose one of: {}", list(|w| &w.en)),
        ),
    }
}
