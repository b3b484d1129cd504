//! Rows that stand against a change: found before anything is touched, and named.

use super::change::{Change, How, Source};
use super::step::Refusal;
use crate::db::Tx;
use crate::ddl::literals;
use crate::dialect::{Dialect, literal, quoted};
use crate::error::Result;
use crate::table::{Column, Kind, Unique, table_name};
use programme::Programme;
use rules::Words;

/// How many of the rows a refusal names.
const NAMED: usize = 20;

/// Whole numbers up to here are exact as doubles.
const EXACT: i64 = 1 << 53;

/// What stands against one table's change.
pub(super) async fn refusals(
    tx: &mut Tx,
    programme: &Programme,
    change: &Change,
    all: &[Change],
) -> Result<Vec<Refusal>> {
    let Some(from) = &change.from else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for (column, source) in change.to.columns.iter().zip(&change.sources) {
        let hurdles = match source {
            None => without_value(column),
            Some(source) => hurdles(tx.dialect(), programme, source, column, all),
        };
        for hurdle in hurdles {
            let sql = format!(
                "select \"_id\" from {} where {} order by \"_id\" limit {}",
                quoted(&from.name()),
                hurdle.rows,
                NAMED + 1
            );
            found.extend(
                refusal(
                    tx,
                    change,
                    Some(&column.name),
                    &sql,
                    hurdle.why,
                    hurdle.mend,
                )
                .await?,
            );
        }
    }
    for unique in &change.to.uniques {
        if let Some(sql) = doubles(change, unique) {
            let columns = unique.columns.join(", ");
            let why = Words::new(
                format!("有记录的 {columns} 相同，不能定为不得重复"),
                format!("records share {columns}, which no two may"),
            );
            let mend = Words::new("先改正这些记录", "Correct these records first.");
            found.extend(refusal(tx, change, None, &sql, why, mend).await?);
        }
    }
    Ok(found)
}

async fn refusal(
    tx: &mut Tx,
    change: &Change,
    column: Option<&str>,
    sql: &str,
    why: Words,
    mend: Words,
) -> Result<Option<Refusal>> {
    let mut rows = Vec::new();
    for row in tx.fetch(sql, &[]).await? {
        rows.push(row.need_text(0)?);
    }
    if rows.is_empty() {
        return Ok(None);
    }
    if rows.len() > NAMED {
        rows.truncate(NAMED);
        rows.push("…".to_owned());
    }
    let mut refusal = Refusal::new(&change.to.register, column, why, mend);
    refusal.rows = rows;
    Ok(Some(refusal))
}

/// A condition that rows may not meet.
struct Hurdle {
    rows: String,
    why: Words,
    mend: Words,
}

fn hurdle(rows: String, why: (&str, &str), mend: (&str, &str)) -> Hurdle {
    Hurdle {
        rows,
        why: Words::new(why.0, why.1),
        mend: Words::new(mend.0, mend.1),
    }
}

/// A new column that must be filled, while there are rows that know nothing of it.
fn without_value(column: &Column) -> Vec<Hurdle> {
    if !column.required {
        return Vec::new();
    }
    vec![hurdle(
        "true".to_owned(),
        (
            "已有的记录没有这个值，新增的列不能必填",
            "the records there have no value for a new required column",
        ),
        (
            "先设为非必填，补齐后再改为必填",
            "Add it without `required`, fill it, then require it.",
        ),
    )]
}

fn hurdles(
    dialect: Dialect,
    programme: &Programme,
    source: &Source,
    new: &Column,
    all: &[Change],
) -> Vec<Hurdle> {
    let old = &source.column;
    let name = quoted(&old.name);
    let mut hurdles = Vec::new();
    if new.required && !old.required {
        hurdles.push(hurdle(
            format!("{name} is null"),
            (
                "有记录这一格是空的，不能改为必填",
                "records have nothing here, so it cannot be required",
            ),
            ("先补齐这些记录", "Fill these records first."),
        ));
    }
    hurdles.extend(loss(source, new));
    let lost = |id: &String| !new.choices.contains(id);
    let fewer = old.choices.is_empty() || old.choices.iter().any(lost);
    if !new.choices.is_empty() && fewer && source.how != How::Empty {
        let all = literals(&new.choices);
        let rows = match (old.kind, dialect) {
            (Kind::List, Dialect::Sqlite) => {
                format!(
                    "exists (select 1 from json_each({name}) as item where item.value not in ({all}))"
                )
            }
            (Kind::List, Dialect::Postgres) => {
                format!(
                    "exists (select 1 from jsonb_array_elements_text({name}) as item where item not in ({all}))"
                )
            }
            _ => format!("{name} not in ({all})"),
        };
        hurdles.push(hurdle(
            rows,
            (
                "有记录的值不在新的选项之中",
                "records have values that are no choice any more",
            ),
            (
                "先改正这些记录，或把选项加回来",
                "Correct these records first, or put the choice back.",
            ),
        ));
    }
    let (least, greatest) = new.range;
    let ends = [(least, "<"), (greatest, ">")];
    let outside: Vec<String> = ends
        .iter()
        .filter_map(|(n, sign)| Some(format!("{name} {sign} {}", (*n)?)))
        .collect();
    if old.range != new.range
        && !outside.is_empty()
        && matches!(source.how, How::Same | How::Double)
    {
        hurdles.push(hurdle(
            outside.join(" or "),
            (
                "有记录的值在新的范围之外",
                "records have values outside the new range",
            ),
            (
                "先改正这些记录，或放宽范围",
                "Correct these records first, or widen the range.",
            ),
        ));
    }
    if source.how == How::Same {
        hurdles.extend(nowhere(programme, old, new, all));
    }
    hurdles
}

/// Values that would be lost by another type.
fn loss(source: &Source, new: &Column) -> Option<Hurdle> {
    let name = quoted(&source.column.name);
    match source.how {
        How::Empty => {
            let (was, is) = (&source.column.field, &new.field);
            Some(hurdle(
                format!("{name} is not null"),
                (
                    &format!("{was} 的值不能无损地变成 {is}"),
                    &format!("values of {was} do not become {is} without loss"),
                ),
                (
                    "给新的类型另起一个字段标识，旧的列会保留",
                    "Give the new type a field of its own; the old column is kept.",
                ),
            ))
        }
        How::Double => Some(hurdle(
            format!("{name} not between -{EXACT} and {EXACT}"),
            (
                "有的整数太大，作为小数会失真",
                "some whole numbers are too large to be exact as decimals",
            ),
            ("另起一个字段标识", "Give the new type a field of its own."),
        )),
        _ => None,
    }
}

/// Values that lead nowhere: to no record, unit or division.
fn nowhere(programme: &Programme, old: &Column, new: &Column, all: &[Change]) -> Option<Hurdle> {
    let name = quoted(&old.name);
    let known = |ids: Vec<String>| format!("{name} not in ({})", literals(&ids));
    let rows = match (new.field.as_str(), &new.to) {
        _ if old.field == new.field && old.to == new.to => return None,
        ("unit", _) => known(programme.units.iter().map(|unit| unit.id.clone()).collect()),
        ("division", _) => known(
            programme
                .divisions
                .iter()
                .map(|division| division.code.clone())
                .collect(),
        ),
        (_, Some(to)) => match all.iter().find(|change| change.to.register == *to) {
            Some(change) if change.from.is_none() => format!("{name} is not null"),
            change => {
                let table = change.map_or_else(|| table_name(to), Change::name_now);
                format!(
                    "{name} is not null and {name} not in (select \"_id\" from {})",
                    quoted(&table)
                )
            }
        },
        _ => return None,
    };
    Some(hurdle(
        rows,
        (
            "有记录指向的对象不存在",
            "records refer to what does not exist",
        ),
        ("先改正这些记录", "Correct these records first."),
    ))
}

/// Rows with the same values in the columns of a unique index that is not there yet.
fn doubles(change: &Change, unique: &Unique) -> Option<String> {
    let from = change.from.as_ref()?;
    let mut names = Vec::new();
    for name in &unique.columns {
        let (at, _) = change.to.column(name)?;
        // A column without values cannot collide.
        names.push(&change.sources.get(at)?.as_ref()?.column.name);
    }
    let there = |old: &Unique| old.columns.iter().eq(names.iter().copied());
    if from.uniques.iter().any(there) {
        return None;
    }
    let same: Vec<String> = names
        .iter()
        .map(|name| format!("a.{0} = b.{0}", quoted(name)))
        .collect();
    let table = quoted(&from.name());
    Some(format!(
        "select distinct a.\"_id\" from {table} a join {table} b on {} and a.\"_id\" <> b.\"_id\" order by 1 limit {}",
        same.join(" and "),
        NAMED + 1
    ))
}

/// How a source's values are written in the statement that moves them.
pub(super) fn moved(dialect: Dialect, source: &Source) -> String {
    let name = quoted(&source.column.name);
    match (source.how, dialect) {
        (How::Same, _) => name,
        (How::Double, _) => format!("cast({name} as {})", Kind::Double.sql(dialect)),
        (How::Text, Dialect::Postgres) if source.column.kind == Kind::Date => {
            format!("to_char({name}, {})", literal("YYYY-MM-DD"))
        }
        (How::Text, _) => format!("cast({name} as text)"),
        (How::Time, Dialect::Sqlite) => format!("unixepoch({name}) * 1000"),
        (How::Time, Dialect::Postgres) => {
            format!("({name} - date '1970-01-01')::bigint * 86400000")
        }
        (How::List, Dialect::Sqlite) => {
            format!("case when {name} is not null then json_array({name}) end")
        }
        (How::List, Dialect::Postgres) => {
            format!("case when {name} is not null then jsonb_build_array({name}) end")
        }
        (How::Empty, _) => "null".to_owned(),
    }
}
