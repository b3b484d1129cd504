//! What is handed in to be written, and what comes back.

use programme::record::{Author, Cell, Change, Entry};

/// What one actor does at once: all of it is written, or nothing.
#[derive(Clone, Debug)]
pub struct Action {
    /// Who, for whom, when, and under which key.
    pub author: Author,
    /// SHA-256 of what was asked for; tells a repeated request from another one under the same key.
    pub digest: [u8; 32],
    /// The changes, in the order in which they take effect.
    pub writes: Vec<Write>,
    /// Bounds that span records, checked after the changes and under a lock.
    pub guards: Vec<Guard>,
    /// Messages that leave with the action, or not at all.
    pub messages: Vec<Message>,
    /// Fresh randomness, from which the salts of sensitive values are drawn; never stored.
    pub seed: [u8; 32],
}

/// One change, with what the store cannot know about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// The change.
    pub change: Change,
    /// The id of the unit whose record it is, for registers whose numbers name it.
    pub unit: Option<Box<str>>,
}

/// A bound on the records of a register, such as the capacity of a session or the budget of a policy.
///
/// Every action that could break the bound must bring the guard: it is not stored.
/// Two actions that bring a guard with the same name wait for each other, so both cannot pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Guard {
    /// Its name, the same for all actions that it concerns: `session YQ-350500-2023-0001`.
    pub name: String,
    /// The register whose records are counted.
    pub register: String,
    /// Records count where each of these fields has one of its values; an empty cell never does.
    pub when: Vec<(String, Vec<Cell>)>,
    /// The whole-number or money field to add up; records are counted where there is none.
    pub sum: Option<String>,
    /// The greatest count or sum allowed (money in fen). An empty cell adds nothing.
    pub at_most: i64,
}

/// A message for the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it is about; decides who takes it.
    pub topic: String,
    /// Its content, as the taker reads it.
    pub body: serde_json::Value,
}

/// What an action did.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Its entries, in order of arrival; new records have their ids here.
    pub entries: Vec<Entry>,
    /// Whether this is the first answer to a key that was used again.
    pub replayed: bool,
}
