//! The second factor: codes that change every half minute, and recovery codes for when the phone is gone.

use super::code::{grouped, hash, plain, recovery};
use super::{
    Entered, Outcome, SecretKey, Unadmitted, digest, failed, kept, locked, manages, password,
    refused, token, wait_ms,
};
use crate::App;
use crate::act::{Edge, Viewer, author};
use rules::{Moment, Words};
use store::people::{self, Account};
use totp_rs::{Builder, Totp};

/// So long between password and code.
const STEP_MS: i64 = 5 * 60_000;
/// Bytes of a secret, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;

/// What codes are made and checked with.
#[derive(Clone, Debug)]
pub struct Codes {
    /// The key under which secrets are kept.
    pub key: SecretKey,
    /// Seconds since 1970, UTC: phones know nothing of a rehearsal's day.
    pub unix_s: u64,
}

/// How an account stands with its second factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecondState {
    /// Nobody asks for a code.
    Off,
    /// A secret is shown; a code of it turns it on.
    Begun(Shown),
    /// A code is asked for at each sign-in; so many recovery codes are left.
    On {
        /// Since when.
        since: Moment,
        /// Unused recovery codes.
        recovery_left: u64,
    },
}

/// A secret as a phone takes it.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown {
    /// To type in: base32, in groups of four.
    pub secret: String,
    /// To scan: an `otpauth://` address.
    pub address: String,
}

impl std::fmt::Debug for Shown {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Shown")
    }
}

impl App {
    /// How the viewer's account stands with its second factor.
    ///
    /// # Errors
    /// The database's failure, a secret that was kept under another key.
    pub async fn second(&self, viewer: &Viewer, codes: &Codes) -> Outcome<SecondState> {
        let db = self.people()?;
        let id = viewer.account.as_str();
        let Some(second) = people::second(db, id).await.map_err(failed)? else {
            return Ok(SecondState::Off);
        };
        match second.confirmed_at {
            Some(since) => Ok(SecondState::On {
                since,
                recovery_left: people::recovery_left(db, id).await.map_err(failed)?,
            }),
            // One that was begun under another key is begun again.
            None => Ok(codes
                .totp(id, &second.secret)
                .and_then(|totp| shown(&totp))
                .map_or(SecondState::Off, SecondState::Begun)),
        }
    }

    /// Makes a secret for the viewer's account, which a first code turns on.
    ///
    /// # Errors
    /// Nobody who signs in, a second factor that is on, the database's failure.
    pub async fn begin_second(&self, viewer: &Viewer, codes: &Codes, edge: Edge) -> Outcome<()> {
        let account = self.open_account(&viewer.account).await?;
        let secret = digest("second", edge);
        let secret = secret.get(..SECRET_BYTES).unwrap_or_default();
        let shut = codes.key.shut(&account.id, digest("nonce", edge), secret);
        let shut = shut.ok_or_else(unreadable)?;
        let begun = people::begin_second(self.people()?, &account.id, &shut, edge.now).await;
        match begun.map_err(failed)? {
            true => Ok(()),
            false => Err(refused(
                "两步验证已经开着；要换手机，请先关闭再开启",
                "the second step is on already; to change the phone, turn it off and on again",
            )),
        }
    }

    /// Turns the second factor on by its first code; every other session ends. The recovery codes, which are shown once.
    ///
    /// # Errors
    /// A wrong code, too many of them in a row, nothing begun, the database's failure.
    pub async fn confirm_second(
        &self,
        viewer: &Viewer,
        (code, session): (&str, &str),
        codes: &Codes,
        edge: Edge,
    ) -> Outcome<Vec<String>> {
        let _door = self.door().lock().await;
        let db = self.people()?;
        let account = self.unlocked(&viewer.account, edge).await?;
        let none = || {
            refused(
                "没有等待确认的密钥；请重新开始",
                "no secret waits to be confirmed; begin again",
            )
        };
        let second = people::second(db, &account.id).await.map_err(failed)?;
        let second = second.filter(|second| second.confirmed_at.is_none());
        let secret = second.ok_or_else(none)?.secret;
        let totp = codes.totp(&account.id, &secret).ok_or_else(unreadable)?;
        let Some(step) = totp.check(&plain(code), codes.unix_s) else {
            return Err(self.miscounted(&account, edge).await?);
        };
        let made = recovery(edge);
        let hashes: Vec<[u8; 32]> = made.iter().map(|code| hash(&account.id, code)).collect();
        let step = (i64::try_from(step).unwrap_or(i64::MAX), edge.now);
        let confirmed = people::confirm_second(db, &account.id, step, &hashes, kept(session)).await;
        match confirmed.map_err(failed)? {
            true => Ok(made),
            false => Err(none()),
        }
    }

    /// Other recovery codes for the viewer, who knows the password or a code; the earlier ones no longer work.
    ///
    /// # Errors
    /// As [`App::turn_second_off`].
    pub async fn renew_recovery(
        &self,
        viewer: &Viewer,
        known: &str,
        codes: &Codes,
        edge: Edge,
    ) -> Outcome<Vec<String>> {
        let account = self.knows(viewer, known, codes, edge).await?;
        let made = recovery(edge);
        let hashes: Vec<[u8; 32]> = made.iter().map(|code| hash(&account.id, code)).collect();
        let put = people::put_recovery(self.people()?, &account.id, &hashes).await;
        put.map_err(failed)?;
        Ok(made)
    }

    /// Turns the viewer's second factor off, who knows the password or a code.
    ///
    /// # Errors
    /// Neither of them, too many wrong ones in a row, nothing to turn off, the database's failure.
    pub async fn turn_second_off(
        &self,
        viewer: &Viewer,
        known: &str,
        codes: &Codes,
        edge: Edge,
    ) -> Outcome<()> {
        let account = self.knows(viewer, known, codes, edge).await?;
        let dropped = people::drop_second(self.people()?, &account.id).await;
        dropped.map(|_| ()).map_err(failed)
    }

    /// Takes somebody's second factor away, as after a phone was lost.
    ///
    /// # Errors
    /// A viewer who does not manage accounts, no such account or one without, the database's failure.
    pub async fn reset_second(&self, viewer: &Viewer, account: &str, now: Moment) -> Outcome<()> {
        manages(viewer)?;
        let found = self.open_account(account).await?;
        let by = author(viewer, now, None);
        let dropped = people::reset_second(self.people()?, &by, &found.id).await;
        match dropped.map_err(failed)? {
            true => Ok(()),
            false => Err(refused(
                format!("账号 {account} 没有开启两步验证"),
                format!("account {account} has no second step"),
            )),
        }
    }

    /// Whether somebody is between password and code.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn is_between(&self, step: &str, now: Moment) -> Outcome<bool> {
        let found = people::of_step(self.people()?, kept(step), now).await;
        Ok(found.map_err(failed)?.is_some())
    }

    /// Begins a session by a code after the password: its token. `None` where the password was too long ago.
    ///
    /// # Errors
    /// A wrong code or one that was used, too many of them in a row, the database's failure.
    pub async fn sign_in_by_code(
        &self,
        (step, code): (&str, &str),
        codes: &Codes,
        edge: Edge,
    ) -> Outcome<Option<String>> {
        let _door = self.door().lock().await;
        let db = self.people()?;
        let found = people::of_step(db, kept(step), edge.now).await;
        let Some(account) = found.map_err(failed)? else {
            return Ok(None);
        };
        if account.locked_until > edge.now {
            return Err(locked(account.locked_until.0 - edge.now.0));
        }
        if !self.is_code(&account, code, codes, edge).await? {
            return Err(self.miscounted(&account, edge).await?);
        }
        match people::end_step(db, kept(step)).await.map_err(failed)? {
            true => self.entered(&account.id, edge).await.map(Some),
            false => Ok(None),
        }
    }

    /// A session for who has shown to be an account's person, or where it has a second factor the step before the code.
    pub(super) async fn let_in(&self, account: &str, edge: Edge) -> Outcome<Entered> {
        let db = self.people()?;
        if !people::is_second(db, account).await.map_err(failed)? {
            return self.entered(account, edge).await.map(Entered::Session);
        }
        let token = token("step", edge);
        let until = Moment(edge.now.0 + STEP_MS);
        let begun = people::begin_step(db, account, kept(&token), (edge.now, until)).await;
        begun.map_err(failed)?;
        Ok(Entered::Step(token))
    }

    /// Whether a code is the account's, which it is then no more.
    async fn is_code(
        &self,
        account: &Account,
        code: &str,
        codes: &Codes,
        edge: Edge,
    ) -> Outcome<bool> {
        let db = self.people()?;
        let code = plain(code);
        if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            let hash = hash(&account.id, &code);
            let used = people::use_recovery(db, &account.id, hash, edge.now).await;
            return used.map_err(failed);
        }
        let second = people::second(db, &account.id).await.map_err(failed)?;
        let Some(second) = second else {
            return Ok(false);
        };
        let totp = codes.totp(&account.id, &second.secret);
        let totp = totp.ok_or_else(unreadable)?;
        let step = totp.check(&code, codes.unix_s);
        let Some(step) = step.and_then(|step| i64::try_from(step).ok()) else {
            return Ok(false);
        };
        people::use_time_step(db, &account.id, step)
            .await
            .map_err(failed)
    }

    /// The viewer's account, whose second factor is on, where the password or a code is known.
    async fn knows(
        &self,
        viewer: &Viewer,
        known: &str,
        codes: &Codes,
        edge: Edge,
    ) -> Outcome<Account> {
        let _door = self.door().lock().await;
        let account = self.unlocked(&viewer.account, edge).await?;
        let is_on = people::is_second(self.people()?, &account.id).await;
        if !is_on.map_err(failed)? {
            return Err(refused(
                "两步验证没有开启",
                "the second step is not turned on",
            ));
        }
        let stored = account.password.clone();
        let knows = self.is_code(&account, known, codes, edge).await?
            || password::is_right(known.to_owned(), stored)
                .await
                .map_err(Unadmitted::Failed)?;
        match knows {
            true => Ok(account),
            false => Err(self.miscounted(&account, edge).await?),
        }
    }

    /// An open account that is not locked by wrong passwords and codes.
    async fn unlocked(&self, id: &str, edge: Edge) -> Outcome<Account> {
        let account = self.open_account(id).await?;
        match account.locked_until > edge.now {
            true => Err(locked(account.locked_until.0 - edge.now.0)),
            false => Ok(account),
        }
    }

    /// Counts a wrong code, as a wrong password is counted.
    async fn miscounted(&self, account: &Account, edge: Edge) -> Outcome<Unadmitted> {
        let until = Moment(edge.now.0 + wait_ms(account.failures + 1));
        let counted = people::failed(self.people()?, &account.id, until).await;
        counted.map_err(failed)?;
        Ok(refused(
            "验证码不对，或者已经用过；请等手机显示下一个再试，并核对手机的时间",
            "that code is wrong or was used; wait for the next one, and see that the phone's clock is right",
        ))
    }
}

impl Codes {
    /// What makes the codes of an account; `None` where its secret was kept under another key.
    fn totp(&self, account: &str, kept: &[u8]) -> Option<Totp> {
        let secret = self.key.opened(account, kept)?;
        let built = Builder::new()
            .with_secret(secret)
            .with_account_name(account)
            .with_issuer(Some("Heli"))
            .build();
        built.ok()
    }
}

fn shown(totp: &Totp) -> Option<Shown> {
    Some(Shown {
        secret: grouped(&totp.secret().to_base32(), ' '),
        address: totp.to_url().ok()?,
    })
}

fn unreadable() -> Unadmitted {
    Unadmitted::Failed(Words::new(
        "两步验证的密钥在这台服务器上打不开，它是用另一个密钥文件保存的；请用恢复码登录，或请管理员重置，并核对 --code-key",
        "this node cannot open the second factor's secret, which was kept under another key file; use a recovery code or ask an administrator to reset it, and see to --code-key",
    ))
}
