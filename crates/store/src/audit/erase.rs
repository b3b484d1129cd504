//! Erasure: values of sensitive fields go from the record and from beside all its entries, and an entry says so.

use super::called::condition;
use crate::db::Tx;
use crate::dialect::{Dialect, quoted};
use crate::files::forget;
use crate::plan::alterations;
use crate::shape::Shape;
use crate::store::Store;
use crate::write::{Arrivals, Failure, Refusal};
use journal::{Alterations, called};
use programme::record::{Act, Author, Cells, Entry};
use std::sync::Arc;

impl Store {
    /// Erases a record's values of some fields for good: in its row, and beside every entry of it. A record that was withdrawn can be erased too.
    ///
    /// What remains is their digests without salts, from which nobody can find them. 个人信息保护法 (PIPL), article 47.
    ///
    /// # Errors
    ///
    /// A refusal where there is no such record, or a field's values are not kept where they can be erased; or the database's failure.
    pub async fn erase(
        &self,
        author: &Author,
        register: &str,
        record: &str,
        fields: &[String],
        why: Option<String>,
        seed: [u8; 32],
    ) -> std::result::Result<Entry, Failure> {
        let shape = self.erasable(register, fields)?;
        let mut tx = self.db.write().await?;
        let alterations = alterations(&mut tx).await?;
        let of = (record, fields, alterations.as_slice());
        self.erase_in(tx, &shape, author, of, (why, seed)).await
    }

    /// The register of fields whose values can be erased.
    pub(super) fn erasable(
        &self,
        register: &str,
        fields: &[String],
    ) -> std::result::Result<Arc<Shape>, Refusal> {
        let unfit = |field: &str| Refusal::Unfit {
            register: register.to_owned(),
            field: field.to_owned(),
        };
        let shape = self.shape(register).ok_or_else(|| unfit(""))?;
        for id in fields {
            let field = shape
                .register
                .field(id)
                .filter(|field| journal::kept_beside(field));
            field.ok_or_else(|| unfit(id))?;
        }
        Ok(shape)
    }

    /// Erases fields that are [`Store::erasable`] in a transaction that has written nothing, and commits it; migrations
    /// say what they were called.
    pub(super) async fn erase_in(
        &self,
        mut tx: Tx,
        shape: &Shape,
        author: &Author,
        (record, fields, alterations): (&str, &[String], &[(i64, Alterations)]),
        (why, seed): (Option<String>, [u8; 32]),
    ) -> std::result::Result<Entry, Failure> {
        let register = shape.register.id.as_str();
        if tx.dialect() == Dialect::Sqlite {
            // What is deleted is overwritten in the file, not only forgotten.
            tx.run("pragma secure_delete = on").await?;
        }
        let lock = tx.dialect().pick("", " for update");
        let text = format!("select _version from {} where _id = $1{lock}", shape.name);
        let there = tx.first(&text, &[record.into()]).await?.is_some();
        let text = format!(
            "select max(j.version) from journal j where j.record = $1 and {}",
            condition(&called(alterations, register, None), "j", None)
        );
        let row = tx.first(&text, &[record.into()]).await?;
        let version = row
            .map(|row| row.int(0))
            .transpose()?
            .flatten()
            .ok_or_else(|| Refusal::NoRecord {
                register: register.to_owned(),
                record: record.into(),
            })?;
        let arrival = Arrivals::begin(&mut tx).await?.next(&mut tx).await?;
        if there {
            let sets: String = fields
                .iter()
                .map(|field| format!(", {} = null", quoted(field)))
                .collect();
            let text = format!(
                "update {} set _version = $2, _arrival = $3, _changed_at = $4{sets} where _id = $1",
                shape.name
            );
            let values = [
                record.into(),
                (version + 1).into(),
                arrival.into(),
                author.at.0.into(),
            ];
            tx.execute(&text, &values).await?;
        }
        for field in fields {
            let names = called(alterations, register, Some(field));
            for name in &names {
                let text = format!(
                    "delete from journal_open where field = $2 and arrival in
                    (select j.arrival from journal j where j.record = $1 and {})",
                    condition(std::slice::from_ref(name), "j", None)
                );
                let field = name.field.as_deref().unwrap_or_default();
                tx.execute(&text, &[record.into(), field.into()]).await?;
            }
            let used = condition(&names, "file_use", Some("file_use"));
            forget(&mut tx, record, &used).await?;
        }
        let entry = Entry {
            arrival,
            position: None,
            author: author.clone(),
            act: Act::Erase,
            register: register.to_owned(),
            record: record.into(),
            version: version + 1,
            before: fields
                .iter()
                .map(|field| (field.clone(), None))
                .collect::<Cells>(),
            after: Vec::new(),
            why,
            batch: None,
        };
        self.noted(tx, entry, shape, seed).await
    }
}
