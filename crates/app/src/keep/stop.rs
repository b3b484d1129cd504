//! Why something of keeping house was not done.

use rules::Words;
use std::path::Path;
use store::write::Failure;
use store::{Error, Trouble};

/// Why it was not done: what happened, and what to do now.
#[derive(Clone, Debug, PartialEq)]
pub enum Stop {
    /// The answer is no: what was asked for is refused, or something is not as it should be.
    No(Words),
    /// Something cannot be opened, read or written.
    Unreadable(Words),
}

impl Stop {
    /// It in words.
    pub fn words(&self) -> &Words {
        match self {
            Self::No(words) | Self::Unreadable(words) => words,
        }
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        let because = |open, close| match error.cause.as_str() {
            "" => String::new(),
            cause => format!("{open}{cause}{close}"),
        };
        let (what, mend) = (&error.what, &error.mend);
        let words = Words::new(
            format!("{}{}；{}", what.zh, because("（", "）"), mend.zh),
            format!(
                "{}{}; {}",
                what.en.trim_end_matches('.'),
                because(" (", ")"),
                lower(mend.en.trim_end_matches('.'))
            ),
        );
        match error.trouble {
            Trouble::Refused
            | Trouble::Damaged
            | Trouble::Taken
            | Trouble::Missing
            | Trouble::Check => Self::No(words),
            _ => Self::Unreadable(words),
        }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::No(refusal.words()),
            Failure::Failed(error) => (*error).into(),
        }
    }
}

/// So that it can stand behind a semicolon.
pub(crate) fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .into_iter()
        .flat_map(char::to_lowercase)
        .chain(letters)
        .collect()
}

/// The folder that is kept as the programme in force has faults: another release read it otherwise.
pub(super) fn unsound() -> Stop {
    Stop::Unreadable(Words::new(
        "数据库里生效的方案，本版本读来有错；用发布它的版本打开，或重新 heli migrate",
        "this release finds faults in the programme that is in force in the database; use the release that published it, or run `heli migrate` again",
    ))
}

/// A file that cannot be read or written.
pub(super) fn file(path: &Path, cause: &std::io::Error) -> Stop {
    let path = path.display();
    Stop::Unreadable(Words::new(
        format!("{path} 读写不了（{cause}）；请看看路径和权限"),
        format!("{path} cannot be read or written ({cause}); see to the path and the rights"),
    ))
}
