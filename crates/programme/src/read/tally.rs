//! Tallies: which rows count for a bearer, and what is worked out over them.

use super::document::Table;
use super::ground::{Ground, Leads};
use super::text::Text;
use crate::model::{Tally, TallyKind};
use rules::{Expected, Named, Rule, Scope, Type, Words};

/// What tallies belong to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Of<'a> {
    /// Table of what bears the measure: `unit` or a register.
    pub(super) bearer: &'a str,
    /// Everything known.
    pub(super) ground: &'a Ground,
}

/// The keys of which a tally has exactly one.
const KINDS: [&str; 5] = ["count", "distinct", "sum", "ratio", "last"];

/// Reads all tallies of a table, in the order of the file, and whether every one is sound.
pub(super) fn tallies(table: &Table<'_>, of: Of<'_>) -> (Vec<Tally>, bool) {
    let children = table.children("tally");
    let read: Vec<Tally> = children
        .iter()
        .filter_map(|(id, t)| tally(id, t, of))
        .collect();
    let sound = read.len() == children.len();
    (read, sound)
}

/// The type of a tally's value.
pub(super) fn type_of(tally: &Tally) -> Type {
    match &tally.kind {
        TallyKind::Count | TallyKind::Distinct(_) => Type::Int,
        TallyKind::Share(_) | TallyKind::Ratio(..) => Type::Double,
        TallyKind::Sum(rule) | TallyKind::Last(rule) => rule.root.ty.clone(),
    }
}

/// Adds the tallies' names to a scope.
pub(super) fn name_tallies(scope: &mut Scope, tallies: &[Tally]) {
    let names = tallies
        .iter()
        .map(|t| (t.id.clone(), Named::Value(type_of(t))));
    scope.names.extend(names);
}

fn tally(id: &Text<'_>, table: &Table<'_>, of: Of<'_>) -> Option<Tally> {
    let kind = kind(table);
    let name = table.words("name");
    let tally_id = id.tally_id();
    let (register, table_at) = match &kind {
        Some((_, register)) => {
            let (at, found) = of
                .ground
                .register(register)
                .map(|(at, r)| (at, r.id.clone()))
                .unzip();
            (found, at)
        }
        None => (None, None),
    };
    let (Some((kind, _)), Some(register), Some(table_at)) = (kind, register, table_at) else {
        // Without its register nothing else of the tally can be judged, not even its keys.
        return None;
    };
    let scope = of.ground.duty_scope(Some(&register), of.bearer);
    let kind = worked_out(table, kind, &register, &scope, of.ground);
    let by = by(table, &register, of);
    let on = of.ground.maybe_path(table, "on", &register, Leads::Date);
    let for_period = of.ground.maybe_path(table, "for", &register, Leads::Period);
    let filter = of.ground.maybe_verdict(table, "where", &scope);
    let own = table.flag("own");
    table.finish();
    Some(Tally {
        id: tally_id,
        name,
        kind: kind?,
        register,
        table: table_at,
        by: by?,
        own,
        on,
        for_period,
        filter,
        place: id.place(),
    })
}

/// Which kind it is and its register; a fault when none or several are given.
fn kind<'f>(table: &Table<'f>) -> Option<(&'static str, Text<'f>)> {
    let given: Vec<&'static str> = KINDS.into_iter().filter(|key| table.has(key)).collect();
    match given.as_slice() {
        [key] => Some((key, table.text(key)?)),
        _ => {
            table.refuse(
                "tally-kind",
                Words::new(
                    "一个计数要有且只有一种算法",
                    "a tally works out exactly one thing",
                ),
                Words::new(
                    format!("写 {} 之一", KINDS.join("、")),
                    format!("write one of {}", KINDS.join(", ")),
                ),
            );
            None
        }
    }
}

fn worked_out(
    table: &Table<'_>,
    kind: &str,
    register: &str,
    scope: &Scope,
    ground: &Ground,
) -> Option<TallyKind> {
    let number = |key| {
        let text = table.text(key)?;
        let rule = ground.checked(&text, scope, &Expected::Any, false)?;
        if [Type::Int, Type::Double, Type::Money].contains(&rule.root.ty) {
            return Some(rule);
        }
        text.refuse(
            "type-mismatch",
            Words::new(
                "这里要能相加的数或金额",
                "a number or money to add up is wanted here",
            ),
            Words::new("换一个数值字段", "name a field that holds a number"),
        );
        None
    };
    match kind {
        "count" => Some(TallyKind::Count),
        "distinct" => {
            let path = table.text("of")?;
            ground
                .path(&path, register, Leads::Anything)
                .map(TallyKind::Distinct)
        }
        "sum" => number("of").map(TallyKind::Sum),
        "ratio" if table.has("part") => {
            let part = table.text("part")?;
            Some(TallyKind::Share(ground.checked(
                &part,
                scope,
                &Expected::Verdict,
                false,
            )?))
        }
        "ratio" => {
            let (of, over) = (number("of"), number("over"));
            Some(TallyKind::Ratio(of?, over?))
        }
        _ => {
            let text = table.text("of")?;
            ground
                .checked(&text, scope, &Expected::Any, false)
                .map(TallyKind::Last)
        }
    }
}

/// The way from a row to the bearer; the inner `None` is `by = "id"`.
fn by(table: &Table<'_>, register: &str, of: Of<'_>) -> Option<Option<Rule>> {
    let text = table.text("by")?;
    if text.value == "id" {
        if register != of.bearer {
            text.refuse(
                "path-type",
                Words::new(
                    format!("`id` 只能用于责任主体自己的台账，这里数的是 `{register}`"),
                    format!("`id` is for the bearer's own register; `{register}` is counted here"),
                ),
                Words::new(
                    "写通向责任主体的字段",
                    "name the field that leads to the bearer",
                ),
            );
            return None;
        }
        return Some(None);
    }
    let leads = if of.bearer == "unit" {
        Leads::Units
    } else {
        Leads::Records(of.bearer)
    };
    of.ground.path(&text, register, leads).map(Some)
}
