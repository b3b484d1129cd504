//! People: accounts with the roles they hold, invitations by one-time link, signing in and out, handing over.

mod accounts;
mod code;
mod confirm;
mod entry;
mod example;
mod identity;
mod known;
mod many;
mod password;
mod remind;
mod saved;
mod second;
mod secret;
mod token;

use crate::App;
use crate::access;
use crate::act::{Edge, Viewer};
use crate::live::words;
pub use code::RECOVERY_CODES;
pub use confirm::{Confirmation, ToConfirm, Unconfirmed};
pub use example::Example;
pub(crate) use known::Known;
pub use many::{MANY_MAX, Slip};
pub use remind::{Contact, Reminder};
use rules::{Day, Moment, Words};
pub use second::{Codes, SecondState, Shown};
pub use secret::SecretKey;
use sha2::{Digest, Sha256};
use store::people::{self, Account};
pub use store::people::{Answer, Held, Saved, Token};

/// The role that manages accounts and nothing else; it is of no programme.
pub const ADMINISTRATOR: &str = "administrator";

/// A session lasts so long.
const SESSION_MS: i64 = 7 * DAY_MS;
/// A link can be used for so long.
const LINK_MS: i64 = 14 * DAY_MS;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
const MINUTE_MS: i64 = 60_000;
/// So many wrong passwords in a row are let pass; after each further one the wait doubles.
const FAILURES_FREE: u32 = 5;

/// Somebody to be invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The name to sign in by: letters, digits, `-`, `_`, `.` and `@`.
    pub account: String,
    /// The person's name, as records name people.
    pub person: String,
    /// Telephone number.
    pub phone: Option<String>,
    /// The roles.
    pub held: Vec<Held>,
}

/// An account, as whoever manages accounts sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The name it signs in by.
    pub account: String,
    /// The person's name.
    pub person: String,
    /// Telephone number.
    pub phone: Option<String>,
    /// Whether a password was set.
    pub is_ready: bool,
    /// Whether a code is asked for after the password.
    pub has_second: bool,
    /// When it was closed.
    pub closed_at: Option<Moment>,
    /// The roles it held and holds, the newest first, with whether they count yet.
    pub held: Vec<(Held, Confirmation)>,
}

/// Why nobody was let in, or nothing was done.
#[derive(Clone, Debug, PartialEq)]
pub enum Unadmitted {
    /// What was given is not accepted.
    Refused(Words),
    /// The viewer may not do this.
    Forbidden(Words),
    /// The database failed, or there is none.
    Failed(Words),
}

impl Unadmitted {
    /// What happened, why, and what to do now.
    pub fn words(&self) -> Words {
        match self {
            Self::Refused(words) | Self::Forbidden(words) | Self::Failed(words) => words.clone(),
        }
    }
}

/// What somebody came to who has shown to be an account's person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entered {
    /// A session: its token.
    Session(String),
    /// A code is asked for; the token of the step before it, with which no page is seen.
    Step(String),
}

impl Entered {
    /// The token of the session, where there is one already.
    pub fn session(self) -> Option<String> {
        match self {
            Self::Session(token) => Some(token),
            Self::Step(_) => None,
        }
    }
}

type Outcome<T> = Result<T, Unadmitted>;

impl App {
    /// The first administrator's link, where there is no account yet.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn first_link(&self, edge: Edge) -> Outcome<Option<String>> {
        if !people::accounts(self.people()?)
            .await
            .map_err(failed)?
            .is_empty()
        {
            return Ok(None);
        }
        let first = Invitation {
            account: "admin".into(),
            person: "admin".into(),
            phone: None,
            held: vec![Held {
                role: ADMINISTRATOR.into(),
                unit: self.programme().home.clone(),
                from: edge.now.day(),
                until: None,
            }],
        };
        self.invite(&Viewer::operator(), &first, edge)
            .await
            .map(Some)
    }

    fn people(&self) -> Outcome<&store::Db> {
        let live = self.live().ok_or_else(|| {
            Unadmitted::Failed(Words::new(
                "这里没有打开数据库，没有账号；请用 heli serve --database 打开",
                "no database is open here, so there are no accounts; open one with heli serve --database",
            ))
        })?;
        Ok(live.store.db())
    }

    async fn open_account(&self, id: &str) -> Outcome<Account> {
        let found = people::account(self.people()?, id).await.map_err(failed)?;
        let open = found.filter(|account| account.closed_at.is_none());
        open.ok_or_else(|| {
            refused(
                format!("没有可用的账号 {id}；请核对名字"),
                format!("there is no open account {id}; check its name"),
            )
        })
    }

    async fn linked(&self, account: &str, edge: Edge) -> Outcome<String> {
        let token = token("link", edge);
        let ends_at = Moment(edge.now.0 + LINK_MS);
        let link = people::link(self.people()?, account, kept(&token), ends_at);
        link.await.map_err(failed)?;
        Ok(token)
    }

    async fn entered(&self, account: &str, edge: Edge) -> Outcome<String> {
        let token = token("session", edge);
        let ends_at = Moment(edge.now.0 + SESSION_MS);
        let entered = people::enter(self.people()?, account, kept(&token), (edge.now, ends_at));
        entered.await.map_err(failed)?;
        Ok(token)
    }

    async fn hashed(&self, password: &str, edge: Edge) -> Outcome<String> {
        let salt = digest("salt", edge);
        let hashed = password::hashed(password.to_owned(), salt).await;
        hashed.map_err(Unadmitted::Failed)
    }

    fn fits(&self, invitation: &Invitation) -> Outcome<()> {
        let id = &invitation.account;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.@".contains(c);
        if id.is_empty() || id.len() > 64 || !id.chars().all(plain) {
            return Err(refused(
                "账号名请用 1 至 64 个字母、数字和 - _ . @",
                "an account's name has 1 to 64 letters, digits, - _ . or @",
            ));
        }
        let own = [Viewer::operator(), Viewer::heli()];
        if own.iter().any(|viewer| viewer.account == *id) {
            return Err(refused(
                format!("{id} 是系统自己的名字；请换一个"),
                format!("{id} is a name of the system's own; choose another"),
            ));
        }
        if invitation.person.trim().is_empty() {
            return Err(refused("请填姓名", "give the person's name"));
        }
        invitation
            .held
            .iter()
            .try_for_each(|held| self.is_office(held))
    }

    /// Whether there is such a role, and such a unit or record to hold it in.
    fn is_office(&self, held: &Held) -> Outcome<()> {
        if held.until.is_some_and(|until| until < held.from) {
            return Err(refused(
                "任期的最后一天早于第一天；请核对日期",
                "the last day of the role lies before its first; check the dates",
            ));
        }
        let (programme, living) = (self.programme(), self.living());
        let role = programme.roles.iter().find(|role| role.id == held.role);
        let of = match role {
            None if held.role == ADMINISTRATOR => None,
            None => {
                let id = &held.role;
                let all: Vec<&str> = programme
                    .roles
                    .iter()
                    .map(|role| role.id.as_str())
                    .collect();
                return Err(refused(
                    format!("没有角色 {id}；有 {}", all.join("、")),
                    format!("there is no role {id}; there are {}", all.join(", ")),
                ));
            }
            Some(role) => role.of.as_deref(),
        };
        let is_there = match of.and_then(|of| programme.register(of)) {
            None => programme.unit(&held.unit).is_some(),
            Some((table, _)) => living.record(table, &held.unit).is_some(),
        };
        if is_there {
            return Ok(());
        }
        let (unit, role) = (&held.unit, &held.role);
        Err(refused(
            format!("角色 {role} 没有可任职的单位或记录 {unit}；请核对编号"),
            format!("role {role} is held in no unit or record {unit}; check its id"),
        ))
    }
}

fn holds(held: &Held, today: Day) -> bool {
    held.from <= today && held.until.is_none_or(|until| today <= until)
}

fn manages(viewer: &Viewer) -> Outcome<()> {
    match access::manages(viewer) {
        true => Ok(()),
        false => Err(Unadmitted::Forbidden(Words::new(
            "账号由管理员管理；请向管理员提出",
            "accounts are managed by administrators; ask one",
        ))),
    }
}

/// How long nobody is let in after so many wrong passwords in a row, in milliseconds.
fn wait_ms(failures: u32) -> i64 {
    match failures.checked_sub(FAILURES_FREE) {
        None => 0,
        Some(over) => MINUTE_MS.saturating_mul(1 << over.min(20)).min(DAY_MS),
    }
}

fn locked(left_ms: i64) -> Unadmitted {
    let minutes = (left_ms + MINUTE_MS - 1) / MINUTE_MS;
    refused(
        format!("密码或验证码错得太多，{minutes} 分钟后再试；忘了密码请向管理员要一个链接"),
        format!(
            "too many wrong passwords or codes; try again in {minutes} minutes, or ask an administrator for a link"
        ),
    )
}

fn wrong() -> Unadmitted {
    refused(
        "账号或密码不对；请再试，忘了密码请向管理员要一个链接",
        "wrong name or password; try again, or ask an administrator for a link",
    )
}

fn refused(zh: impl Into<String>, en: impl Into<String>) -> Unadmitted {
    Unadmitted::Refused(Words::new(zh, en))
}

fn failed(error: store::Error) -> Unadmitted {
    Unadmitted::Failed(words(error))
}

/// Fresh randomness for one purpose.
fn digest(purpose: &str, edge: Edge) -> [u8; 32] {
    Sha256::new()
        .chain_update(purpose)
        .chain_update(edge.seed)
        .finalize()
        .into()
}

/// A fresh token in hex.
fn token(purpose: &str, edge: Edge) -> String {
    digest(purpose, edge)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What the database keeps of a token.
fn kept(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}
