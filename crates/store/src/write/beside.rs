//! What is written beside the rows: entries, messages and answers to keys. Those of many actions go together, in few statements.

use super::action::Action;
use super::apply::Stop;
use crate::db::Tx;
use crate::lines::{Lines, insert, insert_new};
use crate::value::Value;
use programme::record::{Act, Change, Entry};
use std::collections::BTreeSet;

/// What waits to be written.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    /// Entries of the journal.
    pub(crate) lines: Lines,
    messages: Vec<Value>,
    answers: Vec<Value>,
    /// Registers and ids of records whose withdrawal is among the entries.
    withdrawn: BTreeSet<(String, Box<str>)>,
}

/// Values of one answer.
const ANSWER: usize = 5;

impl Beside {
    /// Remembers that a record was withdrawn: its version is in an entry that is not written yet.
    pub(crate) fn note(&mut self, entry: &Entry) {
        if entry.act == Act::Withdraw {
            let record = (entry.register.clone(), entry.record.clone());
            self.withdrawn.insert(record);
        }
    }

    /// Writes the entries before a record that is among the withdrawn comes again, so that its version is found.
    pub(crate) async fn before(&mut self, tx: &mut Tx, change: &Change) -> Result<(), Stop> {
        let again = self.withdrawn.iter().any(|(register, record)| {
            *register == change.register && Some(record) == change.record.as_ref()
        });
        if again && change.act == Act::Create {
            std::mem::take(&mut self.lines).write(tx).await?;
        }
        Ok(())
    }

    /// Adds an action's messages, which are due at once, and the answer to its key: the arrival numbers of its entries.
    pub(crate) fn add(&mut self, action: &Action, entries: &[Entry]) {
        let at = Value::from(action.author.at.0);
        let first = entries.first().map_or(0, |entry| entry.arrival);
        for (n, message) in action.messages.iter().enumerate() {
            self.messages.extend([
                format!("{first}.{n}").into(),
                first.into(),
                message.topic.as_str().into(),
                message.body.to_string().into(),
                at.clone(),
                0.into(),
            ]);
        }
        if let Some(key) = &action.author.key {
            let arrivals: Vec<i64> = entries.iter().map(|entry| entry.arrival).collect();
            self.answers.extend([
                action.author.actor.as_str().into(),
                key.as_str().into(),
                action.digest.as_slice().into(),
                serde_json::Value::from(arrivals).to_string().into(),
                at,
            ]);
        }
    }

    /// Writes it all. A key that has an answer already stops it.
    pub(crate) async fn write(mut self, tx: &mut Tx) -> Result<(), Stop> {
        self.lines.write(tx).await?;
        let outbox = "insert into outbox (id, arrival, topic, body, due, tries)";
        insert(tx, outbox, 6, self.messages).await?;
        let keys = self.answers.len() / ANSWER;
        let answer = "insert into answer (actor, key, digest, answer, at)";
        let new = insert_new(tx, answer, ANSWER, self.answers).await?;
        if new < u64::try_from(keys).unwrap_or(u64::MAX) {
            return Err(Stop::Answered);
        }
        Ok(())
    }
}
