//! `heli check`: proof-read a programme and run its worked examples.

use super::Format;
use crate::End;
use crate::folder::{self, Refusal, pick};
use app::programme::{Fault, Files, Severity};
use app::rules::Words;
use clap::Args;
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report,
};
use serde::Serialize;
use std::io::IsTerminal;
use std::path::PathBuf;

/// Proof-read a programme and run its worked examples.
#[derive(Args)]
pub(crate) struct Check {
    /// The programme's folder.
    programme: PathBuf,
    /// Text for people, JSON or CSV for machines.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Serialize)]
struct Row<'f> {
    code: &'f str,
    severity: &'f str,
    file: &'f str,
    line: usize,
    column: usize,
    message: String,
    help: String,
}

impl Check {
    pub(crate) fn run(self) -> Result<End, Refusal> {
        let files = folder::files(&self.programme)?;
        let checked = app::check(&files);
        let rows: Vec<Row<'_>> = checked.faults.iter().map(|f| row(f, &files)).collect();
        match self.format {
            Format::Json => println!(
                "{}",
                serde_json::to_string_pretty(&rows).map_err(|e| e.to_string())?
            ),
            Format::Csv => super::standing::write_csv(&rows)?,
            Format::Text => {
                show(&files, &checked.faults);
                let (faults, cases) = (checked.faults.len(), checked.cases);
                let name = checked.programme.as_ref().map_or("", |p| &p.id);
                eprintln!(
                    "{}",
                    pick(&if faults == 0 {
                        Words::new(
                            format!("{name}：没有问题，{cases} 个例子都对"),
                            format!("{name}: no faults, all {cases} cases hold"),
                        )
                    } else {
                        Words::new(format!("{faults} 处问题"), format!("{faults} faults"))
                    })
                );
            }
        }
        let errors = checked.faults.iter().any(|f| f.severity == Severity::Error);
        Ok(if errors { End::No } else { End::Done })
    }
}

fn row<'f>(fault: &'f Fault, files: &Files) -> Row<'f> {
    let (line, column) = fault.place.line_column(files);
    Row {
        code: fault.code,
        severity: word(fault.severity),
        file: &fault.place.file,
        line,
        column,
        message: pick(&fault.message),
        help: fault.help.as_ref().map(pick).unwrap_or_default(),
    }
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// Prints faults to standard error, each underlined in its line.
pub(crate) fn show(files: &Files, faults: &[Fault]) {
    let theme = if std::io::stderr().is_terminal() {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false);
    for fault in faults {
        let mut text = String::new();
        let shown = handler.render_report(&mut text, report(fault, files).as_ref());
        match shown {
            Ok(()) => eprintln!("{text}"),
            Err(_) => eprintln!("{}: {}", fault.code, pick(&fault.message)),
        }
    }
}

fn report(fault: &Fault, files: &Files) -> Report {
    let severity = match fault.severity {
        Severity::Error => miette::Severity::Error,
        Severity::Warning => miette::Severity::Warning,
    };
    let mut diagnostic = MietteDiagnostic::new(pick(&fault.message))
        .with_code(fault.code)
        .with_severity(severity);
    if let Some(help) = &fault.help {
        diagnostic = diagnostic.with_help(pick(help));
    }
    match files.get(&fault.place.file) {
        Some(source) => {
            let to = fault
                .place
                .to
                .min(source.len())
                .max(fault.place.from.min(source.len()));
            let span = fault.place.from.min(source.len())..to;
            let label = LabeledSpan::new_with_span(None, span);
            Report::new(diagnostic.with_label(label))
                .with_source_code(NamedSource::new(&fault.place.file, source.clone()))
        }
        None => Report::new(diagnostic),
    }
}
