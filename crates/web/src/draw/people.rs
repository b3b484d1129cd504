//! The pages of accounts, one's own and others', and of the code after the password.

use super::Shell;
use crate::ask::Here;
use crate::people::Filled;
use crate::reader::Reader;
use app::people::{Confirmation, Held, Listed, SecondState, Shown, Slip, Token};
use app::rules::Day;
use app::view::Text;
use askama::Template;
use askama::filters::Safe;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use std::collections::HashMap;

/// What came of what was asked.
pub(crate) enum Said {
    /// An account's new link.
    Link(String, String),
    /// So many roles were handed over to an account.
    Handed(u64, String),
    /// It is done.
    Done,
    /// It was refused, in words.
    Refused(String),
}

#[derive(Template)]
#[template(path = "accounts.html")]
struct AccountsView {
    shell: Shell,
    r: Reader,
    all: Accounts,
    filled: Filled,
    said: Option<Said>,
}

/// Accounts with what their page says of them.
pub(crate) struct Accounts {
    pub(crate) today: Day,
    pub(crate) accounts: Vec<Listed>,
    pub(crate) roles: Vec<(String, Text)>,
    /// Names at the single sign-on by account, where they are others; `None` where there is no single sign-on.
    pub(crate) identities: Option<HashMap<String, String>>,
}

/// `/admin/accounts`.
pub(crate) fn accounts(
    r: Reader,
    all: Accounts,
    filled: Filled,
    said: Option<Said>,
) -> askama::Result<String> {
    let mut shell = Shell::bare(r, Here::default(), r.w.nav_accounts);
    shell.section = "accounts";
    AccountsView {
        shell,
        r,
        all,
        filled,
        said,
    }
    .render()
}

impl AccountsView {
    fn posting(&self, one: &Listed) -> String {
        let path = self.r.address(&["admin", "accounts", &one.account], &[]);
        self.r.posting(&path)
    }

    /// Whether a role counts yet, where that has to be confirmed.
    fn confirmed(&self, confirmation: &Confirmation) -> Option<String> {
        let w = self.r.w;
        match confirmation {
            Confirmation::Unneeded => None,
            Confirmation::Waits => Some(w.accounts_unconfirmed.to_owned()),
            Confirmation::Answered(answer) => {
                let words = match answer.is_confirmed {
                    true => w.accounts_confirmed,
                    false => w.accounts_refused,
                };
                let day = answer.at.day().to_string();
                Some(self.r.say(words, &[&answer.by, &day]))
            }
        }
    }

    /// Whether a role is over.
    fn is_over(&self, held: &Held) -> bool {
        held.until.is_some_and(|until| until < self.all.today)
    }

    /// A role with where and how long it is held.
    fn held(&self, held: &Held) -> String {
        let role = self.all.roles.iter().find(|(id, _)| *id == held.role);
        let role = role.map_or(held.role.as_str(), |(_, name)| self.r.t(name));
        let from = self
            .r
            .say(self.r.w.accounts_from, &[&held.from.to_string()]);
        let until = held
            .until
            .map(|until| self.r.say(self.r.w.accounts_until, &[&until.to_string()]));
        let all = [
            Some(role.to_owned()),
            Some(held.unit.clone()),
            Some(from),
            until,
        ];
        all.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// What came of something done with one's own account.
pub(crate) enum Made {
    /// A token, shown once.
    Token(String),
    /// Recovery codes, shown once.
    Recovery(Vec<String>),
    /// It was refused, in words.
    Refused(String),
    /// It is done.
    Done,
}

/// What one's own page shows.
pub(crate) struct MePage {
    pub(crate) account: String,
    pub(crate) held: Vec<(Text, Text)>,
    pub(crate) tokens: Vec<Token>,
    /// The second factor; `None` where there is no key for its secret.
    pub(crate) second: Option<SecondState>,
}

#[derive(Template)]
#[template(path = "me.html")]
struct MeView {
    shell: Shell,
    r: Reader,
    page: MePage,
    made: Option<Made>,
}

/// `/me`.
pub(crate) fn me(r: Reader, page: MePage, made: Option<Made>) -> askama::Result<String> {
    let mut shell = Shell::bare(r, Here::default(), r.w.me_title);
    shell.section = "me";
    MeView {
        shell,
        r,
        page,
        made,
    }
    .render()
}

impl MeView {
    fn code(&self, shown: &Shown) -> Safe<String> {
        qr(&shown.address)
    }
}

#[derive(Template)]
#[template(path = "code.html")]
struct CodeView {
    shell: Shell,
    r: Reader,
    next: String,
    said: Option<String>,
}

/// `/sign-in/code`.
pub(crate) fn code(r: Reader, next: String, said: Option<String>) -> askama::Result<String> {
    let mut shell = Shell::bare(r, Here::default(), r.w.code_title);
    // Nothing leads on from here before somebody is let in.
    shell.section = "door";
    CodeView {
        shell,
        r,
        next,
        said,
    }
    .render()
}

#[derive(Template)]
#[template(path = "slips.html")]
struct SlipsView {
    shell: Shell,
    r: Reader,
    /// Rows that were not taken, with what is wrong with them.
    given: (String, Vec<String>),
    /// Slips with the address of each link.
    slips: Vec<(Slip, String)>,
}

/// `/admin/slips`.
pub(crate) fn slips(
    r: Reader,
    given: (String, Vec<String>),
    slips: Vec<(Slip, String)>,
) -> askama::Result<String> {
    let mut shell = Shell::bare(r, Here::default(), r.w.slips_title);
    shell.section = "accounts";
    SlipsView {
        shell,
        r,
        given,
        slips,
    }
    .render()
}

impl SlipsView {
    fn code(&self, address: &str) -> Safe<String> {
        qr(address)
    }

    fn role(&self, slip: &Slip) -> String {
        let role = Text::from(&slip.held.0);
        format!("{} · {}", self.r.t(&role), slip.held.1)
    }
}

/// The QR code of an address, dark on light; nothing where it is too long for one.
fn qr(address: &str) -> Safe<String> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M);
    let code = code.map(|code| {
        let drawn = code
            .render::<svg::Color<'_>>()
            .min_dimensions(150, 150)
            .build();
        // Only the drawing itself; a declaration of XML has no place within a page.
        let from = drawn.find("<svg").unwrap_or_default();
        drawn.get(from..).unwrap_or_default().to_owned()
    });
    Safe(code.unwrap_or_default())
}
