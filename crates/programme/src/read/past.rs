//! What a register and its fields were called before (`was`), and columns that may be given up (`drop`): read by the plan that brings tables to the programme.

use super::document::Table;
use super::text::Text;
use rules::Words;
use std::collections::BTreeSet;

/// Holds that no former id is still in use, claimed twice, or given up at the same time.
pub(super) fn past<'f>(table: &Table<'f>, fields: &[(Text<'f>, Table<'f>)]) {
    let ids: BTreeSet<&str> = fields.iter().map(|(id, _)| id.value.as_str()).collect();
    let former: Vec<Text<'f>> = fields
        .iter()
        .filter_map(|(_, field)| field.maybe_text("was"))
        .collect();
    former_ids(&former, &ids);
    let taken: BTreeSet<&str> = former.iter().map(|text| text.value.as_str()).collect();
    for text in table.texts("drop") {
        let name = &text.value;
        if ids.contains(name.as_str()) || taken.contains(name.as_str()) {
            text.refuse(
                "drop-in-use",
                Words::new(
                    format!("要放弃的 `{name}` 还在用"),
                    format!("`{name}` is to be dropped and is still in use"),
                ),
                Words::new(
                    "从 drop 里删去它，或先删去用到它的字段",
                    "take it out of `drop`, or remove the field that uses it first",
                ),
            );
        }
    }
}

/// Former ids among the ids of today: none may still be in use, and none may have two heirs.
pub(super) fn former_ids<'f>(former: &[Text<'f>], today: &BTreeSet<&str>) {
    let mut seen = BTreeSet::new();
    for text in former {
        let name = &text.value;
        if today.contains(name.as_str()) {
            text.refuse(
                "was-in-use",
                Words::new(
                    format!("原来的标识 `{name}` 现在还有人用"),
                    format!("the former id `{name}` is still an id today"),
                ),
                Words::new(
                    "改名之后，旧标识不能留给别的字段或台账；删去 was，或改掉那个标识",
                    "a renamed thing leaves its id to nothing else: remove `was`, or rename the other one",
                ),
            );
        } else if !seen.insert(name.as_str()) {
            text.refuse(
                "was-twice",
                Words::new(
                    format!("有两处都说自己原来是 `{name}`"),
                    format!("two of them say that they were `{name}`"),
                ),
                Words::new("只能有一个是它的后身", "only one of them can be its heir"),
            );
        }
    }
}
