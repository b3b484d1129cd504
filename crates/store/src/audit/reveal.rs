//! Revealing: somebody was shown a record's sensitive values, and an entry says so.

use crate::store::Store;
use crate::write::{Arrivals, Failure, Refusal};
use programme::record::{Act, Author, Entry};

impl Store {
    /// Notes that the author is shown a record's values of some fields. The values are not in the entry, and the record's
    /// version stays.
    ///
    /// # Errors
    ///
    /// A refusal where there is no such register, record or field; or the database's failure.
    pub async fn reveal(
        &self,
        author: &Author,
        (register, record): (&str, &str),
        fields: &[String],
        why: String,
        seed: [u8; 32],
    ) -> std::result::Result<Entry, Failure> {
        let unfit = |field: &str| Refusal::Unfit {
            register: register.to_owned(),
            field: field.to_owned(),
        };
        let shape = self.shape(register).ok_or_else(|| unfit(""))?;
        for id in fields {
            shape.register.field(id).ok_or_else(|| unfit(id))?;
        }
        let mut tx = self.db.write().await?;
        let text = format!("select _version from {} where _id = $1", shape.name);
        let row = tx.first(&text, &[record.into()]).await?;
        let version = row.map(|row| row.need_int(0)).transpose()?;
        let version = version.ok_or_else(|| Refusal::NoRecord {
            register: register.to_owned(),
            record: record.into(),
        })?;
        let entry = Entry {
            arrival: Arrivals::begin(&mut tx).await?.next(&mut tx).await?,
            position: None,
            author: author.clone(),
            act: Act::Reveal,
            register: register.to_owned(),
            record: record.into(),
            version,
            before: fields.iter().map(|field| (field.clone(), None)).collect(),
            after: Vec::new(),
            why: Some(why),
            batch: None,
        };
        self.noted(tx, entry, &shape, seed).await
    }
}
