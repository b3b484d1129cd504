//! Records that duties open by themselves when they turn bad.

use crate::App;
use crate::act::{Edge, Refused, Viewer, Written};
use crate::page::period_name;
use engine::{Asked, Opening, openings};
use programme::Programme;
use programme::record::{Act, Entry};
use rules::Words;
use sha2::{Digest, Sha256};
use store::write::Refusal;

/// What came of the records that duties open.
#[derive(Clone, Debug, Default)]
pub struct Opened {
    /// The entries that were written.
    pub entries: Vec<Entry>,
    /// What stood against the others: they are tried again next time.
    pub refused: Vec<Words>,
}

impl App {
    /// Opens what today's duties open, each once: on whichever node, and however often it is asked. One that a person
    /// gave another bearer or day is not opened a second time.
    ///
    /// # Errors
    /// Nothing can be written here; the database's failure.
    pub async fn open_due(&self, edge: Edge) -> Result<Opened, Refused> {
        // Without a measure that opens anything nothing is evaluated.
        let mut measures = self.programme().notices.iter().flat_map(|n| &n.measures);
        if !measures.any(|measure| measure.opens.is_some()) {
            return Ok(Opened::default());
        }
        self.writable()?;
        let due = self.reading(&Viewer::heli(), None, |reading| {
            Ok(openings(reading.cx, &reading.evaluation))
        });
        let due = due.map_err(|error| Refused::Failed(error.words()))?;
        let mut opened = Opened::default();
        for opening in due {
            match self.open_one(opening, edge).await {
                Ok(written) if written.replayed => {}
                Ok(written) => opened.entries.extend(written.entries),
                Err(Refused::Held(held)) if matches!(*held, Refusal::KeyReused { .. }) => {}
                Err(failed @ (Refused::Failed(_) | Refused::ReadOnly(_))) => return Err(failed),
                Err(refused) => opened.refused.extend(refused.words()),
            }
        }
        Ok(opened)
    }

    async fn open_one(&self, opening: Opening, edge: Edge) -> Result<Written, Refused> {
        let key = format!(
            "opens:{}:{}:{}:{}",
            opening.register, opening.measure, opening.bearer, opening.period.key
        );
        let edge = Edge {
            seed: Sha256::digest([&edge.seed[..], key.as_bytes()].concat()).into(),
            ..edge
        };
        let why = reason(self.programme(), &opening);
        let asked = Asked {
            register: opening.register,
            record: None,
            version: 0,
            act: Act::Create,
            cells: opening.cells,
            why: Some(why),
            as_found: false,
        };
        self.act(&Viewer::heli(), &[asked], Some(key), edge).await
    }
}

/// Why a record is opened, in Chinese and in English, a line each: whoever reads the journal years later has no programme
/// at hand that tells what a measure's id meant.
fn reason(programme: &Programme, opening: &Opening) -> String {
    let standing = opening.standing.name();
    let period = period_name(&opening.period).name;
    // The names of months and weeks leave the year out.
    let key = &*opening.period.key;
    let (zh_key, en_key) = match key.contains(|c: char| c.is_ascii_digit()) {
        true => (format!("（{key}）"), format!(" ({key})")),
        false => Default::default(),
    };
    match programme.measure(&opening.measure) {
        Some((_, measure)) => {
            let (clause, name) = (&measure.clause, &measure.name);
            format!(
                "条款 {clause} “{}”{}{zh_key}{}，自动登记\n\
                 Clause {clause}, “{}”, {}{en_key}: {}; opened by itself",
                name.zh, period.zh, standing.0, name.en, period.en, standing.1
            )
        }
        None => format!("{} {key}", opening.measure),
    }
}
