//! What changes of a table, from the shape it has to the shape the programme wants; without looking at its rows.

use super::step::{Does, Plan, Refusal, Step};
use crate::table::{Column, Kind, Table, Unique};
use rules::Words;
use std::collections::{BTreeMap, BTreeSet};

/// A table on its way to another shape.
#[derive(Debug)]
pub(super) struct Change {
    /// Its shape today; `None` where there is no table.
    pub(super) from: Option<Table>,
    /// Its shape afterwards, kept columns included.
    pub(super) to: Table,
    /// Where the values of each column of `to` come from, in the same order.
    pub(super) sources: Vec<Option<Source>>,
}

/// Where a column's values come from.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// The column today.
    pub(super) column: Column,
    /// How its values come over.
    pub(super) how: How,
}

/// How values come over to another type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// As they are.
    Same,
    /// A whole number becomes a number, where it fits without loss.
    Double,
    /// A whole number or a date becomes its text.
    Text,
    /// A date becomes its first moment.
    Time,
    /// One value becomes a list of it.
    List,
    /// They cannot: only an empty column may change this way.
    Empty,
}

impl Change {
    /// The name the table has while the plan is worked out.
    pub(super) fn name_now(&self) -> String {
        self.from.as_ref().unwrap_or(&self.to).name()
    }
}

/// The changes of all tables that need one, with their steps and refusals put into the plan.
pub(super) fn changes(
    plan: &mut Plan,
    wanted: Vec<Table>,
    shapes: &BTreeMap<String, Table>,
) -> Vec<Change> {
    let renamed: BTreeMap<String, String> = wanted
        .iter()
        .filter(|table| !shapes.contains_key(&table.register))
        .filter_map(|table| Some((table.was.clone()?, table.register.clone())))
        .collect();
    let mut used = BTreeSet::new();
    let mut changes = Vec::new();
    for table in wanted {
        let former = table.was.as_ref().and_then(|was| shapes.get(was));
        let from = shapes.get(&table.register).or(former);
        used.extend(from.map(|from| from.register.clone()));
        let before = plan.steps.len();
        let change = match from {
            None => created(plan, table),
            Some(from) => changed(plan, from, table, &renamed),
        };
        if plan.steps.len() > before {
            changes.push(change);
        }
    }
    for register in shapes.keys().filter(|register| !used.contains(*register)) {
        plan.kept.push(Words::new(
            format!("{register}：方案里已没有这本台账，表和数据保留"),
            format!("{register}: the programme no longer has this register; its table stays"),
        ));
    }
    changes
}

fn created(plan: &mut Plan, table: Table) -> Change {
    let columns = table.columns.len();
    let (zh, en) = (
        format!("新建表，{columns} 列"),
        format!("make the table, {columns} columns"),
    );
    plan.steps.push(Step::new(
        Does::CreateTable,
        &table.register,
        None,
        &zh,
        &en,
    ));
    Change {
        from: None,
        sources: vec![None; columns],
        to: table,
    }
}

fn changed(
    plan: &mut Plan,
    from: &Table,
    mut to: Table,
    renamed: &BTreeMap<String, String>,
) -> Change {
    if from.register != to.register {
        let old = &from.register;
        let (zh, en) = (format!("由 {old} 改名而来"), format!("renamed from {old}"));
        let step = Step::new(Does::RenameTable, &to.register, None, &zh, &en);
        plan.steps.push(step.renaming(old));
    }
    let mut sources = Vec::new();
    for column in &to.columns {
        let source = source(plan, from, &to, column);
        match &source {
            None => added(plan, &to.register, column),
            Some(source) => altered(plan, &to.register, source, column),
        }
        sources.push(source);
    }
    left(plan, from, &mut to, &mut sources, renamed);
    uniques(plan, from, &to, &sources);
    Change {
        from: Some(from.clone()),
        to,
        sources,
    }
}

fn source(plan: &mut Plan, from: &Table, to: &Table, column: &Column) -> Option<Source> {
    let same = from.column(&column.name).map(|(_, old)| old);
    let former = column
        .was
        .as_ref()
        .and_then(|was| Some(from.column(was)?.1));
    if let (Some(_), Some(former)) = (same, former.filter(|former| !former.kept)) {
        let was = &former.name;
        let why = Words::new(
            format!("原来的列 {was} 和新的列都有值，不能合成一列"),
            format!(
                "both the former column {was} and this one are there, and they cannot become one"
            ),
        );
        let mend = Words::new(
            "删去 was，或换一个新的标识",
            "Remove `was`, or choose an id that is new.",
        );
        plan.refusals
            .push(Refusal::new(&to.register, Some(&column.name), why, mend));
    }
    let old = same.or(former)?;
    Some(Source {
        column: old.clone(),
        how: how(old, column),
    })
}

fn added(plan: &mut Plan, register: &str, column: &Column) {
    let field = &column.field;
    let (zh, en) = match column.required {
        true => (
            format!("新增必填列（{field}）"),
            format!("add the column, {field}, required"),
        ),
        false => (
            format!("新增列（{field}）"),
            format!("add the column, {field}"),
        ),
    };
    plan.steps.push(Step::new(
        Does::AddColumn,
        register,
        Some(&column.name),
        &zh,
        &en,
    ));
}

fn altered(plan: &mut Plan, register: &str, source: &Source, new: &Column) {
    let old = &source.column;
    if old.name != new.name {
        let (zh, en) = (
            format!("由 {} 改名而来", old.name),
            format!("renamed from {}", old.name),
        );
        let step = Step::new(Does::RenameColumn, register, Some(&new.name), &zh, &en);
        plan.steps.push(step.renaming(&old.name));
    }
    if old.kept {
        let (zh, en) = ("保留的列重新启用", "the kept column is used again");
        plan.steps
            .push(Step::new(Does::Return, register, Some(&new.name), zh, en));
    }
    if old.field != new.field {
        let (was, is) = (&old.field, &new.field);
        let (zh, en) = (
            format!("类型由 {was} 改为 {is}"),
            format!("from {was} to {is}"),
        );
        let step = Step::new(Does::Widen, register, Some(&new.name), &zh, &en);
        plan.steps.push(step.widening(was, is));
    }
    let mut step = |does, zh: String, en: String| {
        plan.steps
            .push(Step::new(does, register, Some(&new.name), &zh, &en));
    };
    match (old.required, new.required) {
        (false, true) => step(Does::Require, "改为必填".into(), "becomes required".into()),
        (true, false) => step(Does::Relax, "不再必填".into(), "no longer required".into()),
        _ => {}
    }
    if old.choices != new.choices {
        let less = |of: &[String], than: &[String]| {
            let gone: Vec<&str> = of
                .iter()
                .filter(|id| !than.contains(id))
                .map(String::as_str)
                .collect();
            if gone.is_empty() {
                "-".to_owned()
            } else {
                gone.join(", ")
            }
        };
        let (more, less) = (
            less(&new.choices, &old.choices),
            less(&old.choices, &new.choices),
        );
        step(
            Does::Choices,
            format!("选项增加 {more}，减少 {less}"),
            format!("choices gained: {more}; lost: {less}"),
        );
    }
    if old.range != new.range {
        let said = |range: (Option<f64>, Option<f64>)| {
            let end = |n: Option<f64>| n.map_or_else(|| "…".to_owned(), |n| n.to_string());
            format!("{}–{}", end(range.0), end(range.1))
        };
        let (was, is) = (said(old.range), said(new.range));
        step(
            Does::Range,
            format!("范围由 {was} 改为 {is}"),
            format!("range from {was} to {is}"),
        );
    }
    if old.to != new.to {
        let to = new.to.as_deref().unwrap_or("-");
        step(
            Does::Reference,
            format!("引用改为指向 {to}"),
            format!("now refers to {to}"),
        );
    }
}

/// Columns without an heir: kept, unless the programme gives them up.
fn left(
    plan: &mut Plan,
    from: &Table,
    to: &mut Table,
    sources: &mut Vec<Option<Source>>,
    renamed: &BTreeMap<String, String>,
) {
    let inherited = |name: &str| {
        sources
            .iter()
            .flatten()
            .any(|source| source.column.name == name)
    };
    let left: Vec<&Column> = from
        .columns
        .iter()
        .filter(|column| !inherited(&column.name))
        .collect();
    for column in left {
        let at = Some(column.name.as_str());
        if to.drop.contains(&column.name) {
            let (zh, en) = (
                "按 drop 的声明删去这一列和它的值",
                "drop the column and its values, as `drop` says",
            );
            plan.steps
                .push(Step::new(Does::DropColumn, &to.register, at, zh, en));
            continue;
        }
        if !column.kept {
            let (zh, en) = (
                "方案里已没有这个字段，列和数据保留",
                "the programme no longer has this field; the column stays",
            );
            plan.steps
                .push(Step::new(Does::Keep, &to.register, at, zh, en));
        }
        plan.kept.push(Words::new(
            format!("{}.{}：保留", to.register, column.name),
            format!("{}.{}: kept", to.register, column.name),
        ));
        to.columns.push(Column {
            kept: true,
            required: false,
            to: column
                .to
                .as_ref()
                .map(|to| renamed.get(to).unwrap_or(to).clone()),
            ..column.clone()
        });
        sources.push(Some(Source {
            column: column.clone(),
            how: How::Same,
        }));
    }
}

fn uniques(plan: &mut Plan, from: &Table, to: &Table, sources: &[Option<Source>]) {
    let today = |name: &String| {
        let at = to.columns.iter().zip(sources).find(|(_, source)| {
            source
                .as_ref()
                .is_some_and(|source| source.column.name == *name)
        });
        at.map_or_else(|| name.clone(), |(column, _)| column.name.clone())
    };
    let mapped = |unique: &Unique| Unique {
        columns: unique.columns.iter().map(today).collect(),
    };
    let old: BTreeSet<Unique> = from.uniques.iter().map(mapped).collect();
    let new: BTreeSet<Unique> = to.uniques.iter().cloned().collect();
    for unique in new.difference(&old) {
        let columns = unique.columns.join(", ");
        let (zh, en) = (
            format!("{columns} 不得重复"),
            format!("no two records may share {columns}"),
        );
        plan.steps
            .push(Step::new(Does::AddUnique, &to.register, None, &zh, &en));
    }
    for unique in old.difference(&new) {
        let columns = unique.columns.join(", ");
        let (zh, en) = (
            format!("{columns} 可以重复了"),
            format!("records may share {columns}"),
        );
        plan.steps
            .push(Step::new(Does::DropUnique, &to.register, None, &zh, &en));
    }
}

/// How values of one field become values of another without loss.
/// Money becomes nothing else and nothing becomes money, because a bare number does not say whether it is fen, yuan or 万元.
fn how(from: &Column, to: &Column) -> How {
    let prose = ["text", "long_text"];
    match (from.field.as_str(), to.field.as_str()) {
        (a, b) if a == b => How::Same,
        (_, b) if from.kind == Kind::Text && prose.contains(&b) => How::Same,
        (a, "choice" | "person" | "phone" | "unit" | "division" | "reference")
            if prose.contains(&a) =>
        {
            How::Same
        }
        ("decimal", "ratio") | ("ratio", "decimal") => How::Same,
        ("int", "decimal" | "ratio") => How::Double,
        ("int" | "date", b) if prose.contains(&b) => How::Text,
        ("date", "time") => How::Time,
        ("choice", "choices") | ("reference", "references") => How::List,
        _ => How::Empty,
    }
}
