//! `heli erase`: take values out for good that a person may have erased.

use super::keep::{self, Database, Halt, say};
use crate::folder::Refusal;
use crate::{End, edge};
use app::keep::{Erasure, Mode, erased, key_or_new};
use clap::Args;
use std::path::PathBuf;

/// Erase values of a record for good; the journal says that they were, and stays provable.
#[derive(Args)]
pub(crate) struct Erase {
    /// The register's id.
    register: String,
    /// The record's id.
    record: String,
    /// Fields whose values are erased: sensitive ones, persons, telephones, long texts, files.
    #[arg(required = true)]
    fields: Vec<String>,
    /// Why, for the journal.
    #[arg(long)]
    why: String,
    #[command(flatten)]
    database: Database,
    /// The signing key's file, made where there is none; default: HELI_KEY, or heli/seal.pem in the account's settings.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The account that does it, as the journal names it.
    #[arg(long, default_value = "operator")]
    by: String,
}

impl Erase {
    pub(crate) fn run(self) -> Result<End, Refusal> {
        keep::run(self.work())
    }

    async fn work(self) -> Result<End, Halt> {
        let [of_key] = edge::random()?;
        let seeds = edge::random()?;
        let key = key_or_new(&edge::key_place(self.key)?, &self.database.address, of_key)?;
        let erasure = Erasure {
            register: self.register,
            record: self.record,
            fields: self.fields,
            why: self.why,
            actor: self.by,
        };
        let house = self.database.open(Mode::Write).await?;
        let done = erased(&house, &erasure, key, edge::now, seeds).await;
        house.close().await;
        let (position, sealed) = done?;
        let at = position.map_or_else(|| "?".to_owned(), |at| at.to_string());
        let (zh, en) = if sealed {
            ("，已封签", ", and sealed")
        } else {
            (
                "，尚未封签，正在运行的节点会封签",
                ", and not sealed yet; the node that runs seals it",
            )
        };
        say(
            format!("已删除，流水号 {at}{zh}；旧备份里还有这些值，按保留期处理"),
            format!(
                "erased, position {at}{en}; older backups still have the values, see to their term"
            ),
        );
        Ok(End::Done)
    }
}
