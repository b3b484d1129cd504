//! Erasing what a person may have erased: 《中华人民共和国个人信息保护法》 (PIPL), article 47.

use super::{Clock, House, Stop};
use journal::SealingKey;
use programme::record::Author;
use rules::Words;

/// What is to be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// The register's id.
    pub register: String,
    /// The record's id.
    pub record: String,
    /// The fields, of those whose values are kept where they can be erased.
    pub fields: Vec<String>,
    /// Why, in the words of whoever decided it.
    pub why: String,
    /// The account that does it.
    pub actor: String,
}

/// Erases values for good, says so in the journal, and seals it; the entry's position, and whether it is sealed.
/// `seeds` are twice 32 bytes of true randomness; none may come again.
///
/// # Errors
///
/// No programme is in force, there is no such record, or a field's values cannot be erased.
pub async fn erased(
    house: &House,
    erasure: &Erasure,
    key: SealingKey,
    clock: Clock,
    seeds: [[u8; 32]; 2],
) -> Result<(Option<i64>, bool), Stop> {
    let programme = house.programme().await?.ok_or_else(unpublished)?;
    let [of_entry, of_sealer] = seeds;
    let author = Author {
        actor: erasure.actor.clone(),
        on_behalf: None,
        at: clock(&programme.zone),
        key: None,
    };
    house.store.adopt(&programme);
    let Erasure {
        register,
        record,
        fields,
        why,
        ..
    } = erasure;
    let entry = house
        .store
        .erase(
            &author,
            register,
            record,
            fields,
            Some(why.clone()),
            of_entry,
        )
        .await?;
    let sealed = house.sealed(entry.arrival, key, of_sealer, clock).await?;
    Ok((entry.position, sealed))
}

fn unpublished() -> Stop {
    Stop::Unreadable(Words::new(
        "这个数据库还没有生效的方案；先运行 heli migrate",
        "no programme is in force in this database; run `heli migrate` first",
    ))
}
