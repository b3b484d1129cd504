//! `heli migrate`: bring a database to a programme, its tables and the version in force.

use super::keep::{self, Database, Form, Halt, json, picked, say};
use crate::folder::{self, Refusal};
use crate::{End, edge};
use app::keep::{Brought, Mode, Planned, brought, key_or_new, planned};
use app::programme::{Files, Programme};
use clap::Args;
use std::path::PathBuf;

/// Bring a database to a programme: its tables, and the version in force.
#[derive(Args)]
pub(crate) struct Migrate {
    /// The programme's folder.
    #[arg(long)]
    programme: PathBuf,
    #[command(flatten)]
    database: Database,
    /// Only show what would be done.
    #[arg(long)]
    plan: bool,
    /// The signing key's file, made where there is none; default: HELI_KEY, or heli/seal.pem in the account's settings.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The account that does it, as the journal names it.
    #[arg(long, default_value = "operator")]
    by: String,
    /// Text for people, JSON for machines.
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
}

impl Migrate {
    pub(crate) fn run(self) -> Result<End, Refusal> {
        keep::run(self.work())
    }

    async fn work(self) -> Result<End, Halt> {
        let Some((programme, files)) = folder::programme(&self.programme)? else {
            return Ok(End::Unreadable);
        };
        if self.plan {
            let planned = plan_of(&self.database.address, &programme, &files).await?;
            return self.shown(&planned);
        }
        let seeds = edge::random()?;
        let [of_key] = edge::random()?;
        let key = key_or_new(
            &edge::key_place(self.key.clone())?,
            &self.database.address,
            of_key,
        )?;
        let house = self.database.open(Mode::Make).await?;
        let planned = house.planned(&programme, &files).await?;
        if let End::No = self.shown(&planned)? {
            house.close().await;
            return Ok(End::No);
        }
        let folder = (&programme, &files);
        let by = (self.by.as_str(), None);
        let done = brought(&house, folder, &planned, key, by, edge::now, seeds).await?;
        house.close().await;
        say_brought(done);
        Ok(End::Done)
    }

    /// Shows a plan; no, where something stands against it.
    fn shown(&self, planned: &Planned) -> Result<End, Halt> {
        match self.format {
            Form::Json => json(&planned.json())?,
            Form::Text => planned
                .lines(picked())
                .iter()
                .for_each(|line| println!("{line}")),
        }
        Ok(stands(planned))
    }
}

/// No, and says so, where records stand against a plan.
pub(crate) fn stands(planned: &Planned) -> End {
    if planned.tables.refusals.is_empty() {
        return End::Done;
    }
    say(
        "有记录挡着，什么也没有改；按上面所说处理后再试",
        "records stand against it and nothing was changed; do as the lines above say, then try again",
    );
    End::No
}

/// Says what a database was brought to.
pub(crate) fn say_brought(done: Brought) {
    match (done.changed, done.sealed) {
        (false, _) => say(
            "数据库与方案一致，无须改动",
            "the database fits the programme, nothing was done",
        ),
        (true, true) => say("已完成并封签", "done, and sealed"),
        (true, false) => say(
            "已完成，尚未封签；正在运行的节点会封签",
            "done, and not sealed yet; the node that runs seals it",
        ),
    }
}

/// What would bring a database, which may not be there yet, to a programme; nothing is changed.
pub(crate) async fn plan_of(
    address: &str,
    programme: &Programme,
    files: &Files,
) -> Result<Planned, Halt> {
    let [name] = edge::random::<1>()?;
    let name: String = name
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let scratch = std::env::temp_dir().join(format!("heli-plan-{name}"));
    Ok(planned(address, programme, files, &scratch).await?)
}
