//! `heli doctor`: what is wrong with a database, or about to be.

use super::keep::{self, Database, Form, Halt, json, say};
use crate::folder::{self, Refusal, pick};
use crate::{End, edge};
use app::keep::{Finding, Grade, Mode};
use app::rules::Words;
use clap::Args;
use std::path::PathBuf;

/// Look a database over: its tables, its sealing, its files and the key. Only reads, so it works beside a running node.
#[derive(Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    database: Database,
    /// The programme's folder; default: the version in force.
    #[arg(long)]
    programme: Option<PathBuf>,
    /// The signing key's file; default: HELI_KEY, or heli/seal.pem in the account's settings.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The folder of attached files; default: beside the database, heli.db → heli.files.
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
    /// Text for people, JSON for machines.
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
}

impl Doctor {
    pub(crate) fn run(self) -> Result<End, Refusal> {
        keep::run(self.work())
    }

    async fn work(self) -> Result<End, Halt> {
        let programme = match &self.programme {
            None => None,
            Some(folder) => match folder::programme(folder)? {
                None => return Ok(End::Unreadable),
                Some((programme, _)) => Some(programme),
            },
        };
        let key = edge::key_place(self.key)?;
        let house = self.database.open(Mode::Read).await?;
        let places = (self.files.as_deref(), Some(key.as_path()));
        let found = house
            .findings(programme.as_ref(), places, edge::now, edge::clock_ms)
            .await;
        house.close().await;
        let found = found?;
        match self.format {
            Form::Json => json(&found)?,
            Form::Text => found.iter().for_each(print),
        }
        let bad = found
            .iter()
            .filter(|finding| finding.grade == Grade::Bad)
            .count();
        if bad == 0 {
            say(
                "没有发现要停下来处理的问题",
                "nothing was found that must be mended at once",
            );
            return Ok(End::Done);
        }
        say(
            format!("{bad} 处问题，处理之前不要再写入"),
            format!("{bad} things are wrong; mend them before anything more is written"),
        );
        Ok(End::No)
    }
}

fn print(finding: &Finding) {
    let grade = pick(&match finding.grade {
        Grade::Bad => Words::new("有误", "bad "),
        Grade::Care => Words::new("留意", "care"),
        Grade::Good => Words::new("正常", "good"),
    });
    println!("{grade}  {}: {}", finding.check, pick(&finding.words));
    let mend = pick(&finding.mend);
    if !mend.is_empty() {
        println!("      {mend}");
    }
}
