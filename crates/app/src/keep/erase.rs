//! Erasing what a person may have erased: 《中华人民共和国个人信息保护法》 (PIPL), article 47.

use super::{Clock, House, Stop};
use journal::SealingKey;
use programme::record::Author;
use rules::Words;
use store::audit::Expired;

/// Why what has expired is erased, for the journal, where nobody gave another reason.
pub const EXPIRED: &str = "保存期限已满";

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

/// The records of which something is kept longer than its field's `retain` allows.
///
/// # Errors
///
/// No programme is in force, or the database's.
pub async fn expired(house: &House, clock: Clock) -> Result<Vec<Expired>, Stop> {
    let programme = house.programme().await?.ok_or_else(unpublished)?;
    house.store.adopt(&programme);
    Ok(house.store.expired(clock(&programme.zone).day()).await?)
}

/// Erases it, record by record, and seals that; whether it is sealed. `seed` gives 32 bytes of true randomness, others
/// each time.
///
/// # Errors
///
/// As of [`erased`]; what was erased before stays erased, and the same call goes on.
pub async fn expired_erased<E>(
    house: &House,
    all: &[Expired],
    (actor, why): (&str, &str),
    key: SealingKey,
    clock: Clock,
    mut seed: impl FnMut() -> Result<[u8; 32], E>,
) -> Result<bool, E>
where
    E: From<Stop>,
{
    let programme = house.programme().await?.ok_or_else(unpublished)?;
    let mut last = None;
    for one in all {
        let author = Author {
            actor: actor.to_owned(),
            on_behalf: None,
            at: clock(&programme.zone),
            key: None,
        };
        let (today, why) = (author.at.day(), (why.to_owned(), seed()?));
        let erased = house.store.erase_expired(&author, one, today, why).await;
        let erased = erased.map_err(Stop::from)?;
        last = erased.map(|entry| entry.arrival).or(last);
    }
    match last {
        None => Ok(true),
        Some(arrival) => Ok(house.sealed(arrival, key, seed()?, clock).await?),
    }
}

fn unpublished() -> Stop {
    Stop::Unreadable(Words::new(
        "这个数据库还没有生效的方案；先运行 heli migrate",
        "no programme is in force in this database; run `heli migrate` first",
    ))
}
