//! `heli erase`: take values out for good that a person may have erased.

use super::keep::{self, Database, Halt, say};
use crate::folder::Refusal;
use crate::{End, edge};
use app::keep::{EXPIRED, Erasure, Mode, erased, expired, expired_erased, key_or_new};
use clap::Args;
use std::path::PathBuf;

/// Erase values of a record for good; the journal says that they were, and stays provable.
#[derive(Args)]
pub(crate) struct Erase {
    /// The register's id.
    #[arg(required_unless_present = "expired")]
    register: Option<String>,
    /// The record's id.
    #[arg(required_unless_present = "expired")]
    record: Option<String>,
    /// Fields whose values are erased: sensitive ones, persons, telephones, long texts, files.
    #[arg(required_unless_present = "expired")]
    fields: Vec<String>,
    /// Everything that is kept longer than its field's `retain` allows.
    #[arg(long, conflicts_with_all = ["register", "record", "fields"])]
    expired: bool,
    /// With --expired: only say of what.
    #[arg(long, requires = "expired")]
    dry_run: bool,
    /// Why, for the journal.
    #[arg(long, required_unless_present = "expired")]
    why: Option<String>,
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
        if self.expired {
            return self.expired().await;
        }
        let [of_key] = edge::random()?;
        let seeds = edge::random()?;
        let key = key_or_new(&edge::key_place(self.key)?, &self.database.address, of_key)?;
        let erasure = Erasure {
            register: self.register.unwrap_or_default(),
            record: self.record.unwrap_or_default(),
            fields: self.fields,
            why: self.why.unwrap_or_default(),
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

    /// Erases everything whose time is over, or says of what it is.
    async fn expired(self) -> Result<End, Halt> {
        let mode = if self.dry_run {
            Mode::Read
        } else {
            Mode::Write
        };
        let house = self.database.open(mode).await?;
        let all = expired(&house, edge::now).await?;
        for one in &all {
            println!("{} {} {}", one.register, one.record, one.fields.join(" "));
        }
        let count = all.len();
        if !self.dry_run && count > 0 {
            let [of_key] = edge::random()?;
            let key = key_or_new(&edge::key_place(self.key)?, &self.database.address, of_key)?;
            let seed = || edge::random().map(|[seed]| seed).map_err(Halt::from);
            let why = self.why.as_deref().unwrap_or(EXPIRED);
            let by = (self.by.as_str(), why);
            expired_erased(&house, &all, by, key, edge::now, seed).await?;
        }
        house.close().await;
        match self.dry_run {
            true => say(
                format!("{count} 条记录有内容已满保存期限"),
                format!("{count} records have something whose time is over"),
            ),
            false => say(
                format!("{count} 条记录中已满保存期限的内容已删除；旧备份里还有，按保留期处理"),
                format!(
                    "what was over its time in {count} records is erased; older backups still have it, see to their term"
                ),
            ),
        }
        Ok(End::Done)
    }
}
