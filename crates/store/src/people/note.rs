//! What is done with accounts, as entries of the journal: account ids, roles, units and days, and nothing of a person.

use super::Held;
use crate::db::Tx;
use crate::dialect::Dialect;
use crate::error::{Error, Result, Trouble};
use crate::lines::{Lines, Salts};
use crate::seal::number;
use crate::write::Arrivals;
use programme::record::{Act, Author, Cell, Cells, Entry};
use rules::Words;

/// Writes an entry about an account within a transaction.
pub(super) async fn note(
    tx: &mut Tx,
    by: &Author,
    (what, account): (&str, &str),
    after: Cells,
) -> Result<()> {
    let entry = Entry {
        arrival: Arrivals::begin(tx).await?.next(tx).await?,
        position: None,
        author: by.clone(),
        act: Act::Account(what.to_owned()),
        register: String::new(),
        record: account.into(),
        version: 1,
        before: Vec::new(),
        after,
        why: None,
        batch: None,
    };
    let mut lines = Lines::default();
    // Nothing of it lies beside the entry, so no salt is drawn.
    let added = lines.add(&entry, None, &mut Salts::of([0; 32]));
    added.map_err(|_| unwritable())?;
    lines.write(tx).await?;
    if tx.dialect() == Dialect::Sqlite {
        number(tx).await?;
    }
    Ok(())
}

/// The cells of a role.
pub(super) fn of_role(held: &Held) -> Cells {
    let text = |text: &str| Some(Cell::Text(text.into()));
    let until = held.until.map(|day| day.to_string());
    [
        ("role", text(&held.role)),
        ("unit", text(&held.unit)),
        ("from", text(&held.from.to_string())),
        ("until", until.as_deref().and_then(text)),
    ]
    .map(|(id, cell)| (id.to_owned(), cell))
    .into()
}

fn unwritable() -> Error {
    Error::new(
        Trouble::Other,
        Words::new(
            "账号的变动写不进流水",
            "a change of an account cannot be written into the journal.",
        ),
        Words::new(
            "请核对账号、角色和单位的编号",
            "See that the ids of account, role and unit are in order.",
        ),
    )
}
