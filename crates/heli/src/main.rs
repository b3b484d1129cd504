//! The `heli` executable: commands over a programme folder.

mod command;
mod demo;
mod edge;
mod folder;
mod progress;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[global_allocator]
static MEMORY: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// 合力：把一份通知变成运转的专项行动。 Turns a government notice into a running programme.
#[derive(Parser)]
#[command(name = "heli", version, propagate_version = true)]
struct Heli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Proof-read a programme and run its worked examples.
    Check(command::check::Check),
    /// Evaluate every duty on CSV evidence.
    Standing(command::standing::Standing),
    /// Say why one duty stands as it does.
    Explain(command::explain::Explain),
    /// Verdicts of rules over the rows of a sheet.
    Rule(command::rule::Rule),
    /// Make a filled example province and serve it.
    Demo(command::demo::Demo),
    /// Serve pages and API over a database, or pages over a folder of evidence.
    Serve(command::serve::Serve),
    /// Show what a version of the programme changes, and put it in force.
    Programme(command::programme::Programme),
    /// Bring a database to a programme.
    Migrate(command::migrate::Migrate),
    /// Take a sheet into a register, or a batch back.
    Import(command::import::Import),
    /// Write a register as a sheet, or a template to fill.
    Export(command::export::Export),
    /// Verify, prove, export and rebuild the journal.
    Journal(command::journal::Journal),
    /// Back a database up with its files.
    Backup(command::backup::Backup),
    /// Put a backup in place of nothing, and verify it.
    Restore(command::backup::Restore),
    /// Look a database over.
    Doctor(command::doctor::Doctor),
    /// Erase values that a person may have erased.
    Erase(command::erase::Erase),
    /// Say who can do what.
    Access(command::access::Access),
}

/// How a command ends: 0 done, 1 the answer is no, 2 wrong usage or unreadable input.
pub(crate) enum End {
    Done,
    No,
    Unreadable,
}

fn main() -> ExitCode {
    let end = match Heli::parse().command {
        Command::Check(check) => check.run(),
        Command::Standing(standing) => standing.run(),
        Command::Explain(explain) => explain.run(),
        Command::Rule(rule) => rule.run(),
        Command::Demo(demo) => demo.run(),
        Command::Serve(serve) => serve.run(),
        Command::Programme(programme) => programme.run(),
        Command::Migrate(migrate) => migrate.run(),
        Command::Import(import) => import.run(),
        Command::Export(export) => export.run(),
        Command::Journal(journal) => journal.run(),
        Command::Backup(backup) => backup.run(),
        Command::Restore(restore) => restore.run(),
        Command::Doctor(doctor) => doctor.run(),
        Command::Erase(erase) => erase.run(),
        Command::Access(access) => access.run(),
    };
    match end {
        Ok(End::Done) => ExitCode::SUCCESS,
        Ok(End::No) => ExitCode::from(1),
        Ok(End::Unreadable) => ExitCode::from(2),
        Err(refusal) => {
            eprintln!("heli: {refusal}");
            ExitCode::from(2)
        }
    }
}
