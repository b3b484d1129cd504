//! What leaves the database so that others can check it: roots, proofs, exports, witnesses.

use crate::command::keep::{Database, Form, Halt, json, say};
use crate::folder::{self, pick};
use crate::progress::Progress;
use crate::{End, edge};
use app::keep::{Mode, exported, key, proof, proof_holds, root, witnessed};
use app::rules::Words;
use clap::Args;
use std::path::PathBuf;

/// Write the proof that an entry is under a seal.
#[derive(Args)]
pub(super) struct Prove {
    /// The entry's position, from 0.
    entry: i64,
    #[command(flatten)]
    database: Database,
    /// The key that signed the seal, public or signing; default: HELI_KEY, or heli/seal.pem in the account's settings.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Write it to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

/// Check a proof file, with no database.
#[derive(Args)]
pub(super) struct VerifyProof {
    /// The proof file.
    file: PathBuf,
    /// The key that is trusted; without one the file's own is used.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Text for people, JSON for machines.
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
}

/// Show the last seal.
#[derive(Args)]
pub(super) struct LastRoot {
    #[command(flatten)]
    database: Database,
    /// Text for people, JSON for machines.
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
}

/// Write the journal to a file that can be checked with no database.
#[derive(Args)]
pub(super) struct Export {
    /// The new file.
    file: PathBuf,
    #[command(flatten)]
    database: Database,
    /// The key of the seals, public or signing; default: HELI_KEY, or heli/seal.pem in the account's settings.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// With the values that can be erased, which not everybody may see.
    #[arg(long)]
    values: bool,
}

/// Append every new seal to a witness file.
#[derive(Args)]
pub(super) struct Witness {
    #[command(flatten)]
    database: Database,
    /// The witness file, in a place that the database's keepers cannot change.
    #[arg(long, value_name = "FILE")]
    write: PathBuf,
}

impl Prove {
    pub(super) async fn work(self) -> Result<End, Halt> {
        let key = key(&edge::key_place(self.key)?)?;
        let house = self.database.open(Mode::Read).await?;
        let text = proof(&house, self.entry, key).await;
        house.close().await;
        let text = text?;
        let Some(place) = self.write else {
            print!("{text}");
            return Ok(End::Done);
        };
        std::fs::write(&place, text).map_err(|cause| {
            pick(&Words::new(
                format!("写不了 {}（{cause}）；请看看路径和权限", place.display()),
                format!(
                    "cannot write {} ({cause}); see to the path and the rights",
                    place.display()
                ),
            ))
        })?;
        say(
            format!("流水号 {} 的证明写在 {}", self.entry, place.display()),
            format!(
                "the proof of position {} is in {}",
                self.entry,
                place.display()
            ),
        );
        Ok(End::Done)
    }
}

impl VerifyProof {
    pub(super) fn work(self) -> Result<End, Halt> {
        let trusted = self.key.as_deref().map(key).transpose()?;
        let proved = proof_holds(&folder::text(&self.file)?, trusted.as_ref())?;
        if self.format == Form::Json {
            json(&proved)?;
            return Ok(End::Done);
        }
        let (size, root) = (proved.size, &proved.root);
        if proved.kind == "entry" {
            let (at, act, who, when) = (proved.position, &proved.act, &proved.actor, &proved.at);
            let record = &proved.record;
            println!("{at} {when} {who} {act} {record}");
            say(
                format!("流水号 {at} 在第 {size} 条的封签之下，根 {root}"),
                format!("position {at} is under the seal over {size} entries, root {root}"),
            );
        } else {
            let older = proved.position;
            say(
                format!("第 {size} 条的封签是第 {older} 条的封签的延续，根 {root}"),
                format!(
                    "the seal over {size} entries follows from the one over {older}, root {root}"
                ),
            );
        }
        if trusted.is_none() {
            let print = &proved.key;
            say(
                format!("没有给出可信的公钥，用了文件自带的；请用别的途径核对指纹 {print}"),
                format!(
                    "no trusted key was given and the file's own was used; compare its fingerprint {print} by other means"
                ),
            );
        }
        Ok(End::Done)
    }
}

impl LastRoot {
    pub(super) async fn work(self) -> Result<End, Halt> {
        let house = self.database.open(Mode::Read).await?;
        let last = root(&house).await;
        house.close().await;
        let last = last?;
        if self.format == Form::Json {
            json(&last)?;
        }
        let Some(last) = last else {
            say(
                "还没有封签；启动 heli serve 后再看",
                "there is no seal yet; start `heli serve`, then look again",
            );
            return Ok(End::No);
        };
        if self.format == Form::Text {
            println!("{} {} {}", last.size, last.root, last.at);
        }
        if last.unsealed > 0 {
            let n = last.unsealed;
            say(
                format!("其后 {n} 条尚未封签"),
                format!("{n} entries after it are under no seal yet"),
            );
        }
        Ok(End::Done)
    }
}

impl Export {
    pub(super) async fn work(self) -> Result<End, Halt> {
        let key = key(&edge::key_place(self.key)?)?;
        let mut progress = Progress::of("导出", "exporting");
        let house = self.database.open(Mode::Read).await?;
        let told = |lines| progress.at(lines, None);
        let lines = exported(&house, &self.file, key, self.values, told).await;
        house.close().await;
        progress.end();
        let (lines, file) = (lines?, self.file.display());
        say(
            format!("{lines} 行写在 {file}；用 heli journal verify --file 核验"),
            format!("{lines} lines written to {file}; check it with `heli journal verify --file`"),
        );
        Ok(End::Done)
    }
}

impl Witness {
    pub(super) async fn work(self) -> Result<End, Halt> {
        let house = self.database.open(Mode::Read).await?;
        let added = witnessed(&house, &self.write).await;
        house.close().await;
        let (added, place) = (added?, self.write.display());
        say(
            format!("{added} 枚封签追加到 {place}"),
            format!("{added} seals were added to {place}"),
        );
        Ok(End::Done)
    }
}
