//! `heli import`: a sheet into a register, and a batch out again.

use super::keep::{self, Form, Halt, json, say};
use super::opened::{Wanted, opened};
use super::serve::Seal;
use crate::folder::{Refusal, chinese, pick, unreadable};
use crate::progress::Progress;
use crate::{End, edge};
use app::keep::Stop;
use app::rules::Words;
use app::sheet::{Fault, How, Imported, Returned, Sent, Undone};
use app::{App, Edge, Refused, Viewer};
use clap::Args;
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use tokio::runtime::Handle;

/// Faults that are shown one by one; all are in the returned sheet and in the JSON.
const SHOWN: usize = 50;

/// Take a sheet (xlsx or CSV) into a register; the same file again goes on where it stopped.
#[derive(Args)]
pub(crate) struct Import {
    /// The register's id.
    #[arg(required_unless_present = "undo")]
    register: Option<String>,
    /// The sheet: xlsx or CSV.
    #[arg(required_unless_present = "undo")]
    file: Option<PathBuf>,
    /// The database: a path, sqlite:PATH or postgres://…
    #[arg(long, value_name = "URL")]
    database: String,
    /// Only say what would become of every row.
    #[arg(long)]
    dry_run: bool,
    /// Take in once more a file that was taken in before, though its rows have no key and will be there twice.
    #[arg(long)]
    again: bool,
    /// Take a batch back instead, by its number: what it created is withdrawn, what it changed is changed back.
    #[arg(long, value_name = "BATCH", conflicts_with_all = ["register", "file", "dry_run", "returned"])]
    undo: Option<i64>,
    /// Why, for the journal.
    #[arg(long)]
    why: Option<String>,
    /// Where refused rows are returned with the reason beside each; default: beside the file, sheet.xlsx → sheet.returned.xlsx.
    #[arg(long, value_name = "FILE")]
    returned: Option<PathBuf>,
    #[command(flatten)]
    seal: Seal,
    /// Text for people, JSON for machines.
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
}

impl Import {
    pub(crate) fn run(self) -> Result<End, Refusal> {
        let runtime = tokio::runtime::Runtime::new().map_err(|e| e.to_string())?;
        keep::ended(self.work(runtime.handle()))
    }

    fn work(&self, runtime: &Handle) -> Result<End, Halt> {
        let bytes = match &self.file {
            // A file that cannot be read is known before the database is opened.
            Some(file) => std::fs::read(file).map_err(|e| unreadable(file, &e))?,
            None => Vec::new(),
        };
        let wanted = Wanted {
            address: &self.database,
            programme: None,
            today: None,
            since: None,
            files: None,
            reads: false,
        };
        let Some(app) = runtime.block_on(opened(wanted))? else {
            return Ok(End::Unreadable);
        };
        let done = match (self.undo, &self.register, &self.file) {
            (Some(batch), ..) => self.undo(&app, batch, runtime),
            (None, Some(register), Some(file)) => {
                self.take(&app, (register, file, &bytes), runtime)
            }
            _ => Ok(End::Unreadable),
        };
        let sealed = match (&done, self.dry_run) {
            (Ok(_), false) => runtime.block_on(self.sealed(&app)),
            _ => Ok(()),
        };
        runtime.block_on(app.close());
        sealed.and(done)
    }

    fn take(
        &self,
        app: &App,
        (register, file, bytes): (&str, &Path, &[u8]),
        runtime: &Handle,
    ) -> Result<End, Halt> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let sent = Sent {
            register,
            name: &name,
            bytes,
            why: self.why.as_deref(),
        };
        let how = How {
            dry_run: self.dry_run,
            again: self.again,
            zh: chinese(),
            runtime,
        };
        let mut progress = Progress::of("导入", "importing");
        let mut told = |done, all| progress.at(done, Some(all));
        let known = app.programme().register(register).is_some();
        let taken = app.import(
            &Viewer::operator(),
            sent,
            how,
            &mut || edge_of(app),
            &mut told,
        );
        progress.end();
        let done = taken.map_err(|refused| said(&refused, known))?;
        let returned = match &done.returned {
            Some(sheet) => Some(self.give_back(file, sheet)?),
            None => None,
        };
        match self.format {
            Form::Json => json(&answer(register, self.dry_run, &done, returned.as_deref()))?,
            Form::Text => show(&done),
        }
        self.sum(&done, returned.as_deref());
        Ok(match (done.unreadable, done.refused) {
            (true, _) => End::Unreadable,
            (false, 0) => End::Done,
            (false, _) => End::No,
        })
    }

    /// Writes the refused rows to a file that is not there yet.
    fn give_back(&self, file: &Path, sheet: &Returned) -> Result<PathBuf, Refusal> {
        let kind = if sheet.xlsx { "xlsx" } else { "csv" };
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let beside = (1..).map(|nth| match nth {
            1 => file.with_file_name(format!("{stem}.returned.{kind}")),
            nth => file.with_file_name(format!("{stem}.returned-{nth}.{kind}")),
        });
        let mut places: Box<dyn Iterator<Item = PathBuf>> = match &self.returned {
            Some(place) => Box::new(std::iter::once(place.clone())),
            None => Box::new(beside),
        };
        let free = places.find(|place| !place.exists());
        let place = free.or(self.returned.clone()).unwrap_or_default();
        let mut options = OpenOptions::new();
        let opened = options.write(true).create_new(true).open(&place);
        let written = opened.and_then(|mut file| file.write_all(&sheet.bytes));
        written.map_err(|cause| unreadable(&place, &cause))?;
        Ok(place)
    }

    fn sum(&self, done: &Imported, returned: Option<&Path>) {
        let Imported {
            rows,
            created,
            changed,
            unchanged,
            refused,
            resumed,
            ..
        } = done;
        let (zh, en) = match self.dry_run {
            true => ("试算（什么也没有写）：", "dry run, nothing was written: "),
            false => ("", ""),
        };
        let before = match resumed {
            0 => (String::new(), String::new()),
            n => (
                format!("，接着上次已完成的 {n} 行"),
                format!(", after {n} rows that were done before"),
            ),
        };
        say(
            format!(
                "{zh}{rows} 行：新增 {created}，修改 {changed}，相同 {unchanged}，退回 {refused}{}",
                before.0
            ),
            format!(
                "{en}{rows} rows: {created} new, {changed} changed, {unchanged} the same, {refused} refused{}",
                before.1
            ),
        );
        if let Some(batch) = done.batch {
            say(
                format!("批号 {batch}；要整批撤回：heli import --undo {batch} --database …"),
                format!(
                    "batch {batch}; to take all of it back: heli import --undo {batch} --database …"
                ),
            );
        }
        if let Some(place) = returned {
            let place = place.display();
            say(
                format!("退回的行和原因在 {place}；改好后直接导入这个文件"),
                format!(
                    "the refused rows and why are in {place}; mend them there and import that file"
                ),
            );
        }
    }

    fn undo(&self, app: &App, batch: i64, runtime: &Handle) -> Result<End, Halt> {
        let edge = edge_of(app).map_err(|words| pick(&words))?;
        let mut nth: u64 = 0;
        let [seed] = edge::random()?;
        let seeds = || {
            nth += 1;
            edge::derived(seed, nth)
        };
        let mut progress = Progress::of("撤回", "undoing");
        let told = |done, all| progress.at(done, Some(all));
        let why = self.why.as_deref();
        let viewer = Viewer::operator();
        let undone = runtime.block_on(app.undo(&viewer, batch, why, edge, seeds, told));
        progress.end();
        let undone: Undone = undone.map_err(|refused| said(&refused, true))?;
        let kept = |kept: &app::sheet::Kept| json!({"record": kept.record, "why": kept.why});
        match self.format {
            Form::Json => json(&json!({
                "register": undone.register, "batch": undone.batch, "undone": undone.undone,
                "kept": undone.kept.iter().map(kept).collect::<Vec<_>>(),
            }))?,
            Form::Text => undone.kept.iter().take(SHOWN).for_each(|kept| {
                println!("{} {}: {}", undone.register, kept.record, pick(&kept.why))
            }),
        }
        let (n, stay) = (undone.undone, undone.kept.len());
        say(
            format!("撤回了 {n} 行，{stay} 行保留"),
            format!("{n} rows were taken back, {stay} stay"),
        );
        Ok(if stay == 0 { End::Done } else { End::No })
    }

    /// Seals what was written, unless a node that runs does it.
    async fn sealed(&self, app: &App) -> Result<(), Halt> {
        let key = edge::key_place(self.seal.key.clone())?;
        let sealing = self.seal.begun(app, &self.database, &key).await?;
        Ok(sealing.end(edge::moment(app)).await?)
    }
}

fn edge_of(app: &App) -> Result<Edge, Words> {
    let [seed] = edge::random().map_err(|said| Words::new(&said, &said))?;
    let now = edge::moment(app);
    Ok(Edge { now, seed })
}

/// Why nothing was done: the answer is no, or something does not work or is not there.
fn said(refused: &Refused, known: bool) -> Halt {
    let (zh, en): (Vec<_>, Vec<_>) = refused
        .words()
        .into_iter()
        .map(|words| (words.zh, words.en))
        .unzip();
    let words = Words::new(zh.join("\n"), en.join("\n"));
    match refused {
        Refused::Failed(_) => Halt::Refusal(pick(&words)),
        _ if !known => Halt::Refusal(pick(&words)),
        _ => Halt::Stop(Stop::No(words)),
    }
}

fn show(done: &Imported) {
    for fault in done.faults.iter().take(SHOWN) {
        println!("{}", line(fault));
    }
    let more = done.faults.len().saturating_sub(SHOWN);
    if more > 0 {
        say(
            format!("另有 {more} 处，见退回的表，或用 --format json 全部列出"),
            format!("{more} more are in the returned sheet; --format json lists all"),
        );
    }
}

/// `sheet.xlsx:C7: what; why; mend`.
fn line(fault: &Fault) -> String {
    let row = || fault.row.map(|row| row.to_string());
    let place = fault.cell.clone().or_else(row);
    let place = place.map_or_else(String::new, |place| format!(":{place}"));
    let said = [&fault.what, &fault.why, &fault.mend].map(pick);
    let said = said.into_iter().filter(|text| !text.is_empty());
    let between = if chinese() { "；" } else { "; " };
    let said: Vec<String> = said.collect();
    let grade = match (fault.is_error(), chinese()) {
        (true, _) => "",
        (false, true) => "留意：",
        (false, false) => "note: ",
    };
    format!("{}{place}: {grade}{}", fault.file, said.join(between))
}

fn answer(register: &str, dry_run: bool, done: &Imported, returned: Option<&Path>) -> Value {
    let fault = |fault: &Fault| {
        json!({
            "code": fault.code, "severity": if fault.is_error() { "error" } else { "warning" },
            "sheet": fault.sheet, "row": fault.row, "cell": fault.cell, "field": fault.field,
            "what": fault.what, "why": fault.why, "mend": fault.mend,
        })
    };
    json!({
        "register": register, "dry_run": dry_run, "batch": done.batch, "rows": done.rows,
        "created": done.created, "changed": done.changed, "unchanged": done.unchanged,
        "refused": done.refused, "resumed": done.resumed, "returned": returned,
        "faults": done.faults.iter().map(fault).collect::<Vec<_>>(),
    })
}
