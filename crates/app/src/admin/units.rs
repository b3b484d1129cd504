//! The tree of units with who holds which role there.

use super::level;
use crate::list::Unread;
use crate::view::{Choice, Text, UnitLine, UnitsPage, UnitsQuestion};
use crate::{App, Viewer};
use programme::Programme;
use programme::model::Unit;
use std::collections::{BTreeMap, BTreeSet};
use store::people::Holder;

impl App {
    /// The units that are looked for, in the order of the tree.
    ///
    /// # Errors
    /// A viewer who does not manage, the database's failure.
    pub async fn units_page(
        &self,
        viewer: &Viewer,
        question: UnitsQuestion,
    ) -> Result<UnitsPage, Unread> {
        self.managed(viewer)?;
        let (programme, holders) = (self.programme(), self.holders().await?);
        let held = by_unit(&holders);
        let line = |(at, depth): (usize, usize)| {
            let unit = programme.units.get(at)?;
            let here = held.get(unit.id.as_str()).map_or(&[][..], Vec::as_slice);
            Some(self.line(unit, depth, here))
        };
        let lines = tree(programme).into_iter().filter_map(line);
        let units = lines.filter(|line| fits(programme, &question, line));
        let elsewhere = holders
            .iter()
            .filter(|holder| programme.unit(&holder.unit).is_none());
        let elsewhere: BTreeSet<&str> = elsewhere.map(|holder| holder.account.as_str()).collect();
        let (_, without) = counted(self, &holders);
        Ok(UnitsPage {
            units: units.collect(),
            levels: levels(programme),
            question,
            all: (programme.units.len(), without),
            elsewhere: elsewhere.len(),
        })
    }

    fn line(&self, unit: &Unit, depth: usize, holders: &[&Holder]) -> UnitLine {
        let programme = self.programme();
        let accounts: BTreeSet<&str> = holders.iter().map(|one| one.account.as_str()).collect();
        let holder = |one: &&Holder| {
            let role = programme.roles.iter().find(|role| role.id == one.role);
            let role = match role {
                Some(role) => Text::from(&role.name),
                None if one.role == crate::people::ADMINISTRATOR => {
                    Text::new("管理员", "Administrator")
                }
                None => Text::same(&one.role),
            };
            (role, one.person.clone(), one.account.clone())
        };
        UnitLine {
            id: unit.id.clone(),
            name: (&unit.name).into(),
            depth,
            levels: unit.levels.iter().map(|id| level(programme, id)).collect(),
            exists: unit.exists_on(self.today()),
            holders: holders.iter().map(holder).collect(),
            accounts: accounts.len(),
        }
    }
}

/// How many units exist today, and how many of them have no account.
pub(super) fn counted(app: &App, holders: &[Holder]) -> (usize, usize) {
    let (held, today) = (by_unit(holders), app.today());
    let units = app.programme().units.iter();
    let there: Vec<&Unit> = units.filter(|unit| unit.exists_on(today)).collect();
    let without = there
        .iter()
        .filter(|unit| !held.contains_key(unit.id.as_str()));
    (there.len(), without.count())
}

fn by_unit(holders: &[Holder]) -> BTreeMap<&str, Vec<&Holder>> {
    let mut held: BTreeMap<&str, Vec<&Holder>> = BTreeMap::new();
    for holder in holders {
        held.entry(&holder.unit).or_default().push(holder);
    }
    held
}

/// Every unit with its depth, those that report to it behind it.
fn tree(programme: &Programme) -> Vec<(usize, usize)> {
    let mut below: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for (at, unit) in programme.units.iter().enumerate() {
        below.entry(unit.parent).or_default().push(at);
    }
    let mut waiting: Vec<(usize, usize)> = Vec::new();
    let mut all = Vec::new();
    let put = |waiting: &mut Vec<(usize, usize)>, parent, depth| {
        let children = below.get(&parent).map_or(&[][..], Vec::as_slice);
        waiting.extend(children.iter().rev().map(|at| (*at, depth)));
    };
    put(&mut waiting, None, 0);
    while let Some((at, depth)) = waiting.pop() {
        all.push((at, depth));
        put(&mut waiting, Some(at), depth + 1);
    }
    all
}

fn fits(programme: &Programme, question: &UnitsQuestion, line: &UnitLine) -> bool {
    let unit = programme
        .unit(&line.id)
        .and_then(|at| programme.units.get(at));
    let of_level = |id: &String| unit.is_some_and(|unit| unit.levels.contains(id));
    let found = |text: &String| {
        let text = text.to_lowercase();
        let names = [&line.id, &line.name.zh, &line.name.en];
        names.iter().any(|name| name.to_lowercase().contains(&text))
    };
    question.level.as_ref().is_none_or(of_level)
        && question.text.as_ref().is_none_or(found)
        && (!question.without || line.exists && line.accounts == 0)
}

/// The levels that some unit has, in the programme's order.
fn levels(programme: &Programme) -> Vec<Choice> {
    let mut ids: Vec<&String> = programme.levels.iter().map(|(id, _)| id).collect();
    for id in programme.units.iter().flat_map(|unit| &unit.levels) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let choice = |id: &String| Choice {
        id: id.clone(),
        name: level(programme, id),
    };
    ids.into_iter().map(choice).collect()
}
