//! `heli demo`: a filled example province, written as CSV or served.

use crate::End;
use crate::demo::{Options, sheets};
use crate::folder::{self, Refusal, pick};
use app::App;
use app::engine::{FactsBuilder, Sheet};
use app::rules::{Day, Words};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

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
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
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
        super::serve::serve(App::new(programme, facts, self.at, true), self.listen)
    }
}

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
