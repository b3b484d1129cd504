//! `heli demo`: a filled example province, written as CSV or served.

use super::keep::{self, Halt};
use super::node::{Asking, Ended, Node, bound, open_due};
use super::opened::{Wanted, opened};
use super::serve::Seal;
use crate::demo::{Options, sheets, stand_ins};
use crate::folder::{self, Refusal, pick};
use crate::{End, edge};
use app::engine::{Facts, FactsBuilder, Sheet};
use app::programme::{Files, Programme};
use app::rules::{Day, Moment, Words};
use app::{App, Attached, Opening, Sealing, Stored, Unkept, Viewer};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The password of the accounts that the example has, one for each role; they exist nowhere else.
const EXAMPLE_PASSWORD: &str = "he-li-shi-fan-2023";

/// Make a filled example province and serve it.
#[derive(Args)]
pub(crate) struct Demo {
    /// The programme's folder; its example/ says what to invent.
    #[arg(long, default_value = "programmes/fujian")]
    programme: PathBuf,
    /// The day the example opens on.
    #[arg(long, value_parser = folder::day, default_value = "2023-09-26")]
    at: Day,
    /// How many firms.
    #[arg(long)]
    firms: Option<usize>,
    /// Another seed makes another province.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only write the evidence as CSV files into this folder.
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
    /// Keep the example in this SQLite file, and open it again next time; none: a file that goes with the process.
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    seal: Seal,
}

impl Demo {
    pub(crate) fn run(self) -> Result<End, Refusal> {
        let bar = ProgressBar::new_spinner().with_style(ProgressStyle::default_spinner());
        bar.enable_steady_tick(Duration::from_millis(120));
        let say = |zh: &str, en: &str| bar.set_message(pick(&Words::new(zh, en)));
        say("读专项行动", "reading the programme");
        let Some((programme, files)) = folder::programme(&self.programme)? else {
            return Ok(End::Unreadable);
        };
        say("编造示例", "inventing the example");
        let options = Options {
            seed: self.seed,
            firms: self.firms,
            until: self.at,
        };
        let sheets = match sheets(&programme, &files, &options) {
            Ok(sheets) => sheets,
            Err(faults) => {
                bar.finish_and_clear();
                super::check::show(&files, &faults);
                return Ok(End::Unreadable);
            }
        };
        if let Some(folder) = &self.write {
            say("写 CSV", "writing CSV");
            write(folder, &sheets)?;
            bar.finish_and_clear();
            let rows: usize = sheets.iter().map(|s| s.rows.len()).sum();
            eprintln!(
                "{}",
                pick(&Words::new(
                    format!(
                        "{} 份台账，{rows} 行，写在 {}",
                        sheets.len(),
                        folder.display()
                    ),
                    format!(
                        "{} registers, {rows} rows, written to {}",
                        sheets.len(),
                        folder.display()
                    ),
                ))
            );
            return Ok(End::Done);
        }
        say("装入台账", "loading the registers");
        let mut builder = FactsBuilder::new(&programme);
        sheets.into_iter().for_each(|sheet| builder.add(sheet));
        let facts = builder.build().map_err(|faults| {
            let shown = faults.iter().take(5).map(|f| {
                format!(
                    "{}:{} {}: {}",
                    f.register,
                    f.line,
                    f.field,
                    pick(&f.message)
                )
            });
            shown.collect::<Vec<_>>().join("\n")
        })?;
        bar.finish_and_clear();
        keep::run(self.serve((programme, files), &facts))
    }

    /// Fills a database with the example, unless it is filled already, and serves it.
    async fn serve(
        &self,
        (programme, files): (Programme, Files),
        facts: &Facts,
    ) -> Result<End, Halt> {
        let place = Place::of(self.database.as_deref())?;
        let key = match (&self.seal.key, &place.made) {
            (None, Some(made)) => made.path().join("key").join("seal.pem"),
            (given, _) => edge::key_place(given.clone())?,
        };
        let campaign = programme.campaign.0.start();
        let [of_fill] = edge::random()?;
        let opening = Opening {
            address: place.address(),
            files,
            now: campaign,
            today: self.at,
            since: None,
            attached: Attached::of(&place.address(), None),
            rehearsal: true,
            closed: None,
            clock_ms: edge::clock_ms,
            seeds: edge::random()?,
        };
        let app = App::open(programme, &opening, |_| ()).await;
        let app = app.map_err(|words| pick(&words))?;
        let mut sealing = self.seal.begun(&app, &opening.address, &key).await?;
        if fill((&app, &mut sealing), facts, campaign, of_fill).await? {
            // Before anybody looks, so that the first page is the one of a minute later.
            open_due(&app).await;
        }
        let listener = bound(self.listen)?;
        let mut ended = self
            .node(app, sealing, (&key, &opening.address))?
            .run(&listener)
            .await?;
        // Another version may be put in force on a page; the example goes on with it.
        while ended == Ended::OtherVersion {
            let wanted = Wanted {
                address: &opening.address,
                programme: None,
                today: Some(self.at),
                since: None,
                files: None,
                reads: false,
            };
            let Some(app) = opened(wanted).await? else {
                return Ok(End::Unreadable);
            };
            let sealing = self.seal.begun(&app, &opening.address, &key).await?;
            ended = self
                .node(app, sealing, (&key, &opening.address))?
                .run(&listener)
                .await?;
        }
        Ok(End::Done)
    }

    fn node(
        &self,
        app: App,
        sealing: Sealing,
        (key, address): (&Path, &str),
    ) -> Result<Node, Halt> {
        Ok(Node {
            app,
            seal_key: sealing.public_key(),
            sealing: Some(sealing),
            follows_clock: false,
            file_grace_days: 0,
            asking: self.asking.clone(),
            code_key: self.asking.code_key(key, address)?,
            examples: Some(EXAMPLE_PASSWORD),
        })
    }
}

/// Where the example's database is.
struct Place {
    path: PathBuf,
    /// Gone with the process, where it was made for it.
    made: Option<tempfile::TempDir>,
}

impl Place {
    fn of(asked: Option<&Path>) -> Result<Self, Refusal> {
        if let Some(path) = asked {
            return Ok(Self {
                path: path.to_owned(),
                made: None,
            });
        }
        let made = tempfile::TempDir::with_prefix("heli-demo-").map_err(|e| e.to_string())?;
        Ok(Self {
            path: made.path().join("heli.db"),
            made: Some(made),
        })
    }

    fn address(&self) -> String {
        format!("sqlite:{}", self.path.display())
    }
}

/// Writes the example through the same actions as anybody, with progress; one that was interrupted goes on. Whether
/// anything was written.
async fn fill(
    (app, sealing): (&App, &mut Sealing),
    facts: &Facts,
    first: Moment,
    seed: [u8; 32],
) -> Result<bool, Refusal> {
    let bar = ProgressBar::new(0).with_style(
        ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}").map_err(|e| e.to_string())?,
    );
    bar.set_message(pick(&Words::new("登记示例", "recording the example")));
    let told = |done: usize, all: usize| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    };
    let viewer = Viewer::operator();
    let papers = papers(app, &viewer, first).await?;
    let filled = app
        .fill((&viewer, sealing), (facts, &papers), first, seed, told)
        .await;
    bar.finish_and_clear();
    let filled = filled.map_err(|refused| {
        let words: Vec<String> = refused.words().iter().map(pick).collect();
        words.join("\n")
    })?;
    if filled.written == 0 {
        return Ok(false);
    }
    for (register, record, reason) in filled.refused.iter().take(REFUSED_SHOWN) {
        let field = reason.field.as_deref().unwrap_or_default();
        eprintln!("{register} {record} {field}: {}", pick(&reason.words));
    }
    eprintln!(
        "{}",
        pick(&Words::new(
            format!(
                "登记了 {} 条，{} 条未能登记",
                filled.written,
                filled.refused.len()
            ),
            format!(
                "{} versions recorded, {} refused",
                filled.written,
                filled.refused.len()
            ),
        ))
    );
    Ok(true)
}

/// Puts in the files that stand for those that the example's records name.
async fn papers(app: &App, viewer: &Viewer, now: Moment) -> Result<Vec<Stored>, Refusal> {
    let mut kept = Vec::new();
    for (name, content) in stand_ins() {
        let unkept = |why: Unkept| pick(&why.words());
        let mut upload = app.upload(viewer, &name).await.map_err(unkept)?;
        upload.write(&content).await.map_err(unkept)?;
        kept.push(upload.keep(&name, None, now).await.map_err(unkept)?);
    }
    Ok(kept)
}

/// Refused versions that are shown one by one.
const REFUSED_SHOWN: usize = 20;

fn write(folder: &Path, sheets: &[Sheet]) -> Result<(), Refusal> {
    let refuse = |e: &dyn std::fmt::Display| {
        pick(&Words::new(
            format!("写不了 {}（{e}）", folder.display()),
            format!("cannot write to {} ({e})", folder.display()),
        ))
    };
    fs::create_dir_all(folder).map_err(|e| refuse(&e))?;
    for sheet in sheets {
        let path = folder.join(format!("{}.csv", sheet.register));
        let mut writer = csv::Writer::from_path(path).map_err(|e| refuse(&e))?;
        writer.write_record(&sheet.header).map_err(|e| refuse(&e))?;
        for (_, row) in &sheet.rows {
            writer.write_record(row).map_err(|e| refuse(&e))?;
        }
        writer.flush().map_err(|e| refuse(&e))?;
    }
    Ok(())
}
