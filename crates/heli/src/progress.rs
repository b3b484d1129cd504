//! Progress of long work: a bar on a terminal, plain lines elsewhere.

use crate::folder::pick;
use app::rules::Words;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// Where no terminal shows a bar, a line is written for so many things that are done.
const LINE_EVERY: u64 = 100_000;

/// How far a piece of long work is, on standard error.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    what: String,
    /// What was done when the last line was written.
    told: u64,
}

impl Progress {
    /// Begins; `zh` and `en` say what is done.
    pub(crate) fn of(zh: &str, en: &str) -> Self {
        let what = pick(&Words::new(zh, en));
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner().with_style(ProgressStyle::default_spinner());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar.set_message(what.clone());
            bar
        });
        Self { bar, what, told: 0 }
    }

    /// So many are done, of so many where that is known.
    pub(crate) fn at(&mut self, done: u64, all: Option<u64>) {
        let of = all.map_or_else(String::new, |all| format!(" / {all}"));
        let text = || format!("{} {done}{of}", self.what);
        match &self.bar {
            Some(bar) => bar.set_message(text()),
            None if done >= self.told + LINE_EVERY => {
                eprintln!("{}", text());
                self.told = done;
            }
            None => {}
        }
    }

    /// Ends.
    pub(crate) fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
