//! What brings the tables to the programme: worked out, shown, and done in one transaction.

mod apply;
mod change;
mod migrate;
mod stand;
mod step;

pub(crate) use migrate::alterations;
pub use migrate::migrate;
pub use step::{Does, Plan, Refusal, Step};

use crate::catalog::{self, Found};
use crate::db::Tx;
use crate::error::{Error, Result, Trouble};
use crate::table::Table;
use crate::view;
use change::{Change, changes};
use programme::Programme;
use rules::Words;
use std::collections::BTreeMap;

/// The longest id of a register and of a field; PostgreSQL cuts longer names of tables and columns without a word.
const ID_MAX: usize = 50;

/// Compares the tables with the programme's registers. Nothing is changed; run it in [`crate::Db::read`] or [`crate::Db::migration`].
pub async fn plan(tx: &mut Tx, programme: &Programme) -> Result<Plan> {
    Ok(worked_out(tx, programme).await?.0)
}

/// Brings the tables to the programme as the plan says, in a transaction of [`crate::Db::migration`]; the caller commits it, with the journal's entry in it.
///
/// # Errors
/// Where the plan has refusals, or the tables or the programme changed since it was made.
pub async fn apply(tx: &mut Tx, programme: &Programme, plan: &Plan) -> Result<()> {
    let (now, changes) = worked_out(tx, programme).await?;
    if now != *plan {
        return Err(Error::new(
            Trouble::Race,
            Words::new(
                "计划作出之后，表或方案又变了",
                "tables or programme changed since the plan was made.",
            ),
            Words::new(
                "重新查看计划，再执行",
                "Look at the plan again, then apply it.",
            ),
        ));
    }
    if let Some(first) = plan.refusals.first() {
        return Err(Error::new(
            Trouble::Refused,
            first.why.clone(),
            first.mend.clone(),
        ));
    }
    if plan.is_empty() {
        return Ok(());
    }
    apply::run(tx, programme, &changes).await
}

async fn worked_out(tx: &mut Tx, programme: &Programme) -> Result<(Plan, Vec<Change>)> {
    let shapes = shapes(tx).await?;
    let mut plan = Plan {
        refusals: drifted(tx, &shapes).await?,
        ..Plan::default()
    };
    let wanted: Vec<Table> = programme.registers.iter().map(Table::of).collect();
    plan.refusals.extend(wanted.iter().flat_map(long_ids));
    let changes = changes(&mut plan, wanted, &shapes);
    if plan.refusals.is_empty() {
        for change in &changes {
            let found = stand::refusals(tx, programme, change, &changes).await?;
            plan.refusals.extend(found);
        }
    }
    if plan.is_empty() && !view::current(tx, programme).await? {
        plan.steps.push(Step::views());
    }
    Ok((plan, changes))
}

/// How the tables differ from what was made of them: changed by hand, outside any plan.
pub(crate) async fn drift(tx: &mut Tx) -> Result<Vec<Words>> {
    let shapes = shapes(tx).await?;
    let refusals = drifted(tx, &shapes).await?;
    Ok(refusals.into_iter().map(|refusal| refusal.why).collect())
}

async fn drifted(tx: &mut Tx, shapes: &BTreeMap<String, Table>) -> Result<Vec<Refusal>> {
    let found = catalog::found(tx).await?;
    let refusal = |register: &str, why| {
        let mend = Words::new(
            "有人在计划之外改了表：改回去，或从备份恢复",
            "Somebody changed the tables by hand: change them back, or restore a backup.",
        );
        Refusal::new(register, None, why, mend)
    };
    let mut refusals = Vec::new();
    for (register, shape) in shapes {
        let name = shape.name();
        let words = match found.get(&name) {
            Some(there) => Found::differences(there, shape, tx.dialect()),
            None => vec![Words::new(
                format!("表 {name} 不见了"),
                format!("table {name} is gone"),
            )],
        };
        refusals.extend(words.into_iter().map(|why| refusal(register, why)));
    }
    let known = |name: &str| shapes.values().any(|shape| shape.name() == name);
    for name in found.keys().filter(|name| !known(name)) {
        let why = Words::new(
            format!("表 {name} 不是本程序建的"),
            format!("table {name} was not made by this program"),
        );
        refusals.push(refusal(name, why));
    }
    Ok(refusals)
}

fn long_ids(table: &Table) -> Vec<Refusal> {
    let columns = table
        .columns
        .iter()
        .map(|column| (Some(column.name.as_str()), &column.name));
    let ids = columns.chain([(None, &table.register)]);
    ids.filter(|(_, id)| id.len() > ID_MAX)
        .map(|(column, id)| {
            let why = Words::new(
                format!("标识 {id} 超过 {ID_MAX} 个字符"),
                format!("the id {id} has more than {ID_MAX} letters"),
            );
            let mend = Words::new("换一个短一些的标识", "Choose a shorter id.");
            Refusal::new(&table.register, column, why, mend)
        })
        .collect()
}

/// What each register's table was made to be.
pub(crate) async fn shapes(tx: &mut Tx) -> Result<BTreeMap<String, Table>> {
    let rows = tx.fetch("select register, shape from shape", &[]).await?;
    let mut shapes = BTreeMap::new();
    for row in rows {
        let text = row.need_text(1)?;
        let shape = serde_json::from_str(&text).map_err(|cause| {
            Error::new(
                Trouble::Damaged,
                Words::new(
                    "表 shape 里的记录读不出来",
                    "table shape holds what cannot be read.",
                ),
                Words::new("从备份恢复", "Restore a backup."),
            )
            .because(cause)
        })?;
        shapes.insert(row.need_text(0)?, shape);
    }
    Ok(shapes)
}
