//! Moves: where they start from, and what stands against one that nobody can decide on.

use super::{Deciding, Objection};
use programme::model::Move;
use rules::{Bounds, Lane, Ranged, Rule, Words, World, missing};
use std::collections::BTreeMap;

impl<'d> Deciding<'d> {
    /// The move of this id, where it starts from the record's state.
    pub(super) fn move_by(&self, id: &str) -> Result<&'d Move, Objection> {
        let states = self.register.states.as_ref();
        let mut moves = states.into_iter().flat_map(|s| &s.moves);
        let found = moves.find(|m| m.id == id).ok_or_else(|| {
            Objection::all(
                format!("{}没有步骤 {id}", self.register.name.zh),
                format!("{} has no move {id}", self.register.name.en),
            )
        })?;
        let state = self.state().unwrap_or_default();
        if found.from.iter().any(|from| from == state) {
            return Ok(found);
        }
        let words = |id: &str| {
            let mut names = states.into_iter().flat_map(|s| &s.names);
            let found = names
                .find(|(state, _)| state == id)
                .map(|(_, words)| words.clone());
            found.unwrap_or_else(|| Words::new(id, id))
        };
        let (now, from) = (words(state), found.from.iter().map(|id| words(id)));
        let (zh, en): (Vec<String>, Vec<String>) = from.map(|w| (w.zh, w.en)).unzip();
        Err(Objection::of(
            "state",
            format!(
                "现在是“{}”，“{}”只能在“{}”时办理",
                now.zh,
                found.name.zh,
                zh.join("、")
            ),
            format!(
                "it is “{}” now; “{}” starts from “{}”",
                now.en,
                found.name.en,
                en.join("”, “")
            ),
        ))
    }

    /// A move whose condition nobody can tell yet.
    pub(super) fn undecided(
        &self,
        step: &Move,
        rule: &Rule,
        world: &World<'_>,
        row: u32,
    ) -> Objection {
        let bounds = Bounds {
            names: self
                .settings
                .iter()
                .map(|(name, v)| (name.as_str(), Ranged::Value(v.clone())))
                .collect(),
            records: BTreeMap::new(),
            own: Some(row),
        };
        let lane = Lane {
            world,
            bounds: &bounds,
            prorate: None,
        };
        let cells = missing(rule, &lane, &|_, _| false)
            .map(|m| m.smallest)
            .unwrap_or_default();
        let name = |path: &str| match self.register.field(path) {
            Some(field) => (
                format!("“{}”", field.name.zh),
                format!("“{}”", field.name.en),
            ),
            None => (path.to_owned(), path.to_owned()),
        };
        let (zh, en): (Vec<String>, Vec<String>) = cells.iter().map(|c| name(&c.path)).unzip();
        Objection::all(
            format!(
                "还不能“{}”：缺{}，条件“{}”无从判断",
                step.name.zh,
                zh.join("、"),
                rule.text
            ),
            format!(
                "“{}” is not possible yet: without {} nobody can tell whether “{}” holds",
                step.name.en,
                en.join(", "),
                rule.text
            ),
        )
    }
}
