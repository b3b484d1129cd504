//! The tables that every database has, and how one release's become the next's.
//!
//! Releases widen first, then move, then narrow, so that two releases can run side by side: a released list is never edited, only followed by another.

use crate::db::{Db, Tx};
use crate::dialect::Dialect;
use crate::error::{Error, Result, Trouble};
use rules::Words;

/// Statements by release; the version of a database is the number of lists it has been through.
const RELEASES: [&[&str]; 7] = [FIRST, PEOPLE, DAILY, LISTS, SIGNING_IN, CONFIRMING, ERASING];

const FIRST: &[&str] = &[
    // Names and values of one: the version of these tables, the programme's id, the mark of a rehearsal.
    "create table meta (name {text} primary key, value {text} not null){strict}",
    // What each register's table was made to be, as JSON of `Table`.
    "create table shape (register {text} primary key, shape {text} not null){strict}",
    // Entries by arrival; `payload` is what was hashed, `leaf` its hash (32 bytes).
    "create table journal (
        arrival {int} primary key,
        at {int} not null,
        actor {text} not null,
        on_behalf {text},
        act {text} not null,
        register {text} not null,
        record {text} not null,
        version {int} not null,
        batch {int},
        payload {text} not null,
        leaf {bytes} not null
    ){strict}",
    "create index journal_record on journal (record, register, version)",
    "create index journal_withdrawn on journal (register, record) where act = 'withdraw'",
    "create index journal_batch on journal (batch, arrival) where batch is not null",
    // Values whose salted digest is in the leaf; a side is 0 (before) or 1 (after). Erasing deletes salt and value.
    "create table journal_open (
        arrival {int} not null,
        field {text} not null,
        side {int} not null,
        salt {bytes},
        value {text},
        primary key (arrival, field, side)
    ){clustered}",
    "create table journal_position (position {int} primary key, arrival {int} not null unique){strict}",
    // Hashes of the Merkle tree, many to a row: `hashes` is 32 bytes each.
    "create table tile (
        level {int} not null,
        idx {int} not null,
        hashes {bytes} not null,
        primary key (level, idx)
    ){clustered}",
    // A signed root over the first `size` entries: `line` is the seal, `signer` the key's fingerprint, `peaks` the tree's edge (32 bytes each).
    "create table seal (
        size {int} primary key,
        at {int} not null,
        line {text} not null,
        signer {text} not null,
        peaks {bytes} not null
    ){strict}",
    "create table lease (
        name {text} primary key,
        holder {text} not null,
        epoch {int} not null,
        until {int} not null
    ){strict}",
    // The first answer to an actor's key; the same key with another digest is refused.
    "create table answer (
        actor {text} not null,
        key {text} not null,
        digest {bytes} not null,
        answer {text} not null,
        at {int} not null,
        primary key (actor, key)
    ){clustered}",
    "create table counter (name {text} primary key, value {int} not null){clustered}",
    // Imports and bulk changes: how many of `rows` are done, and the key under which one goes on.
    "create table batch (
        arrival {int} primary key,
        register {text} not null,
        digest {bytes} not null,
        rows {int} not null,
        done {int} not null,
        state {text} not null,
        at {int} not null
    ){strict}",
    "create table outbox (
        id {text} primary key,
        arrival {int} not null,
        topic {text} not null,
        body {text} not null,
        due {int} not null,
        tries {int} not null,
        done_at {int},
        error {text}
    ){strict}",
    "create index outbox_due on outbox (due) where done_at is null",
    // Files by the SHA-256 of their content in hex, with what they were called where they came from.
    "create table file (
        digest {text} primary key,
        name {text} not null,
        size {int} not null,
        kind {text} not null,
        at {int} not null
    ){clustered}",
    // Which entries name a file: what is among them is never swept away.
    "create table file_use (
        digest {text} not null,
        register {text} not null,
        record {text} not null,
        field {text} not null,
        arrival {int} not null,
        primary key (digest, arrival, field)
    ){clustered}",
    "create index file_use_record on file_use (register, record, field)",
    // The folder of a programme, compressed; in force from the position of the entry that published it.
    "create table programme_version (
        digest {text} primary key,
        body {bytes} not null,
        arrival {int}
    ){strict}",
];

const PEOPLE: &[&str] = &[
    // Who signs in: `password` is an argon2 text, empty until a link was used; times are moments in the programme's zone.
    "create table account (
        id {text} primary key,
        person {text} not null,
        phone {text},
        password {text},
        created_at {int} not null,
        closed_at {int},
        failures {int} not null,
        locked_until {int} not null
    ){strict}",
    // Roles that an account holds in a unit or a record, from a day to a day, both included.
    "create table office (
        account {text} not null references account,
        role {text} not null,
        unit {text} not null,
        from_day {int} not null,
        until_day {int},
        primary key (account, role, unit, from_day)
    ){clustered}",
    // Tokens are kept as their SHA-256, so that whoever reads the database cannot sign in with them.
    "create table session (
        token {bytes} primary key,
        account {text} not null references account,
        created_at {int} not null,
        ends_at {int} not null
    ){clustered}",
    "create index session_account on session (account)",
    // Links that set a password, each once.
    "create table link (
        token {bytes} primary key,
        account {text} not null references account,
        ends_at {int} not null,
        used_at {int}
    ){clustered}",
];

const DAILY: &[&str] = &[
    // What an account was reminded of: a duty by its address, at most once a day by the same account.
    "create table reminder (
        account {text} not null references account,
        measure {text} not null,
        bearer {text} not null,
        period {text} not null,
        author {text} not null,
        day {int} not null,
        seen_at {int},
        primary key (account, measure, bearer, period, author, day)
    ){clustered}",
    // Tokens by which programs act for an account, kept as their SHA-256; `writes` is 0 for those that only read.
    "create table token (
        token {bytes} primary key,
        account {text} not null references account,
        name {text} not null,
        writes {int} not null,
        created_at {int} not null,
        ends_at {int} not null
    ){clustered}",
    "create index token_account on token (account)",
];

const LISTS: &[&str] = &[
    // Lists that somebody named for himself: `query` is what an address asks of the register.
    "create table saved_list (
        account {text} not null references account,
        register {text} not null,
        name {text} not null,
        query {text} not null,
        at {int} not null,
        primary key (account, register, name)
    ){clustered}",
];

const SIGNING_IN: &[&str] = &[
    // Second factors: `secret` is encrypted under a key that is not in the database, `last_step` the newest time step
    // whose code was used; until it is confirmed it asks for nothing.
    "create table second_factor (
        account {text} primary key references account,
        secret {bytes} not null,
        made_at {int} not null,
        confirmed_at {int},
        last_step {int} not null
    ){clustered}",
    // One-time recovery codes, kept as their SHA-256.
    "create table recovery_code (
        account {text} not null references account,
        code {bytes} not null,
        used_at {int},
        primary key (account, code)
    ){clustered}",
    // Who is between password and code; no session yet. Tokens are kept as their SHA-256.
    "create table sign_in_step (
        token {bytes} primary key,
        account {text} not null references account,
        ends_at {int} not null
    ){clustered}",
    "create index sign_in_step_account on sign_in_step (account)",
    // By which name a single sign-on's issuer knows an account, where that is another than its own.
    "create table identity (
        issuer {text} not null,
        name {text} not null,
        account {text} not null references account,
        primary key (issuer, name)
    ){clustered}",
    "create index identity_account on identity (account)",
];

const CONFIRMING: &[&str] = &[
    // Answers for roles that somebody has to confirm: `confirmed` is 0 where it was refused. A role without one waits.
    "create table confirmation (
        account {text} not null references account,
        role {text} not null,
        unit {text} not null,
        from_day {int} not null,
        confirmed {int} not null,
        author {text} not null,
        at {int} not null,
        primary key (account, role, unit, from_day)
    ){clustered}",
];

const ERASING: &[&str] = &[
    // Fields whose value was erased and that nobody filled or emptied since; it follows from the journal, as registers do.
    "create table erased (
        register {text} not null,
        record {text} not null,
        field {text} not null,
        primary key (register, record, field)
    ){clustered}",
];

/// Statements that only PostgreSQL needs, by release.
const POSTGRES: [&[&str]; RELEASES.len()] = [
    &["create sequence journal_arrival as bigint minvalue 0 start 0"],
    &[],
    &[],
    &[],
    &[],
    &[],
    &[],
];

/// Names of the fixed tables, which no view may take.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let statements = RELEASES.iter().flat_map(|list| list.iter());
    statements.filter_map(|text| {
        text.strip_prefix("create table ")?
            .split_whitespace()
            .next()
    })
}

/// Brings the fixed tables to this release, in one transaction.
pub(crate) async fn bring(db: &Db) -> Result<()> {
    let mut tx = db.write().await?;
    if tx.dialect() == Dialect::Postgres {
        // Two nodes that start at once: the second waits, and then finds the work done.
        tx.run("select pg_advisory_xact_lock(1212500041)").await?;
    }
    let from = version(&mut tx).await?;
    let known = RELEASES.len();
    if from > known {
        return Err(newer(from));
    }
    for (shared, own) in RELEASES.iter().zip(POSTGRES).skip(from) {
        let own = tx.dialect().pick(&[][..], own);
        for text in shared.iter().chain(own) {
            tx.run(&tx.dialect().words(text)).await?;
        }
    }
    if from < known {
        let text = "insert into meta (name, value) values ('release', $1) on conflict (name) do update set value = excluded.value";
        tx.execute(text, &[known.to_string().into()]).await?;
    }
    tx.commit().await
}

/// Refuses a database that this release cannot read as it is.
pub(crate) async fn check(db: &Db) -> Result<()> {
    let mut tx = db.read().await?;
    match version(&mut tx).await? {
        from if from > RELEASES.len() => Err(newer(from)),
        from if from < RELEASES.len() => Err(Error::new(
            Trouble::Release,
            Words::new(
                "数据库是空的，或者表还是旧版本的",
                "the database is empty, or has the tables of an older release.",
            ),
            Words::new(
                "运行 heli migrate --programme DIR，或 heli serve 加 --programme DIR",
                "Run `heli migrate --programme DIR`, or `heli serve` with --programme DIR.",
            ),
        )),
        _ => Ok(()),
    }
}

async fn version(tx: &mut Tx) -> Result<usize> {
    let there = tx.dialect().pick(
        "select count(*) from sqlite_master where type = 'table' and name = 'meta'",
        "select count(*) from pg_tables where schemaname = current_schema() and tablename = 'meta'",
    );
    let there = tx.first(there, &[]).await?;
    if there.map(|row| row.need_int(0)).transpose()? != Some(1) {
        return Ok(0);
    }
    let row = tx
        .first("select value from meta where name = 'release'", &[])
        .await?;
    let text = row.map(|row| row.need_text(0)).transpose()?;
    Ok(text.and_then(|text| text.parse().ok()).unwrap_or(0))
}

fn newer(from: usize) -> Error {
    Error::new(
        Trouble::Release,
        Words::new(
            format!("数据库的表是第 {from} 版，比本程序认识的新"),
            format!("the database has tables of version {from}, newer than this release knows."),
        ),
        Words::new("换用新版本的 heli", "Use the newer release of heli."),
    )
}
