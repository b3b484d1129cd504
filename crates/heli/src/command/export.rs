//! `heli export`: a register as a sheet, or a template to fill.

use super::keep::{self, Halt, say};
use super::opened::{Wanted, opened, reached};
use crate::folder::{self, Refusal, chinese, pick, unreadable};
use crate::progress::Progress;
use crate::{End, edge};
use app::rules::{Day, Words};
use app::sheet::{Blank, Exported, Format, Out};
use app::{App, Viewer};
use clap::{Args, ValueEnum};
use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Write a register as a sheet, or a template to fill; works beside a running node.
#[derive(Args)]
pub(crate) struct Export {
    /// The register's id.
    register: String,
    /// The new file; default: standard output.
    file: Option<PathBuf>,
    /// The database: a path, sqlite:PATH or postgres://…
    #[arg(long, value_name = "URL")]
    database: String,
    /// As it was known at the end of this day; default: now.
    #[arg(long, value_name = "DATE", value_parser = folder::day)]
    at: Option<Day>,
    /// A workbook to fill instead: choices as drop-downs, the last values carried over.
    #[arg(long, conflicts_with = "at")]
    template: bool,
    /// Default: by the file's ending, else CSV; a template is a workbook.
    #[arg(long, value_enum)]
    format: Option<Kind>,
}

/// How a sheet is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    Csv,
    Xlsx,
}

impl Export {
    pub(crate) fn run(self) -> Result<End, Refusal> {
        keep::run(self.work())
    }

    async fn work(self) -> Result<End, Halt> {
        let kind = self.kind()?;
        let wanted = Wanted {
            address: &self.database,
            programme: None,
            today: None,
            since: None,
            files: None,
            reads: true,
        };
        let Some(app) = opened(wanted).await? else {
            return Ok(End::Unreadable);
        };
        if let Some(at) = self.at {
            reached(&app, at).await?;
        }
        let written = self.written(&app, kind);
        app.close().await;
        let (rows, to) = (written?, self.file.as_deref());
        let to = to.map_or_else(String::new, |to| format!(" → {}", to.display()));
        match rows {
            None => say(
                format!("模板已写好{to}"),
                format!("the template is written{to}"),
            ),
            Some(done) => {
                let rows = done.rows;
                say(format!("{rows} 行{to}"), format!("{rows} rows{to}"));
                done.notes
                    .iter()
                    .for_each(|note| eprintln!("{}", pick(note)));
            }
        }
        Ok(End::Done)
    }

    /// The kind that is asked for, or that the file's name tells.
    fn kind(&self) -> Result<Kind, Refusal> {
        let ending = self.file.as_deref().and_then(Path::extension);
        let of_name = ending.and_then(|ending| match ending.to_str()? {
            "xlsx" => Some(Kind::Xlsx),
            "csv" => Some(Kind::Csv),
            _ => None,
        });
        let usual = if self.template { Kind::Xlsx } else { Kind::Csv };
        let kind = self.format.or(of_name).unwrap_or(usual);
        if self.template && kind == Kind::Csv {
            return Err(pick(&Words::new(
                "模板有下拉选项，只能是 xlsx",
                "a template has drop-downs and is always xlsx",
            )));
        }
        if kind == Kind::Xlsx && self.file.is_none() && io::stdout().is_terminal() {
            return Err(pick(&Words::new(
                "终端显示不了 xlsx；给出文件名，如 heli export event 活动.xlsx",
                "a terminal does not show xlsx; name a file, as in `heli export event events.xlsx`",
            )));
        }
        Ok(kind)
    }

    fn written(&self, app: &App, kind: Kind) -> Result<Option<Exported>, Halt> {
        let Some(to) = &self.file else {
            return self.poured(app, kind, &mut BufWriter::new(io::stdout()));
        };
        if to.exists() {
            return Err(Halt::Refusal(pick(&Words::new(
                format!("{} 已经存在，不会覆盖；换一个位置", to.display()),
                format!(
                    "{} is there already and is not overwritten; choose another place",
                    to.display()
                ),
            ))));
        }
        let unusable = |cause: io::Error| unreadable(to, &cause);
        let mut partial = to.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let mut out = BufWriter::new(fs::File::create(&partial).map_err(unusable)?);
        let done = self.poured(app, kind, &mut out);
        if done.is_err() {
            fs::remove_file(&partial).map_err(unusable)?;
            return done;
        }
        let kept = out.into_inner().map_err(io::IntoInnerError::into_error);
        let kept = kept.and_then(|file| file.sync_all());
        kept.and_then(|()| fs::rename(&partial, to))
            .map_err(unusable)?;
        done
    }

    fn poured(
        &self,
        app: &App,
        kind: Kind,
        out: &mut (impl Write + Send),
    ) -> Result<Option<Exported>, Halt> {
        let (viewer, now) = (Viewer::operator(), edge::moment(app));
        let zh = chinese();
        let mut progress = Progress::of("导出", "exporting");
        let done = if self.template {
            let register = &self.register;
            let blank = Blank { register, zh, now };
            app.template(&viewer, blank, out).map(|()| None)
        } else {
            let asked = Out {
                register: &self.register,
                at: self.at,
                only: None,
                format: match kind {
                    Kind::Xlsx => Format::Xlsx,
                    Kind::Csv => Format::Csv {
                        bom: true,
                        crlf: true,
                    },
                },
                zh,
                now,
            };
            let told = |done| progress.at(done, None);
            app.export(&viewer, asked, out, told).map(Some)
        };
        progress.end();
        let done = done.map_err(|unread| pick(&unread.words()))?;
        out.flush().map_err(|e| e.to_string())?;
        Ok(done)
    }
}
