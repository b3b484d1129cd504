//! Passwords: which are easily guessed, and their argon2id texts.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use rules::Words;
use std::sync::OnceLock;

/// So many characters at least (NIST SP 800-63B asks for 8 beside a list of common ones).
const CHARACTERS_MIN: usize = 10;
/// More bytes are not hashed.
const BYTES_MAX: usize = 512;
/// Parts by which passwords are guessed first.
const COMMON: [&str; 10] = [
    "1234567890",
    "0123456789",
    "password",
    "qwertyuiop",
    "1q2w3e4r5t",
    "abcdefghij",
    "iloveyou",
    "admin",
    "woaini",
    "fujian",
];

/// Why a password is not taken; `None` where it is.
pub(super) fn weak(password: &str, account: &str) -> Option<Words> {
    let lower = password.to_lowercase();
    if password.chars().count() < CHARACTERS_MIN {
        return Some(Words::new(
            format!("密码至少 {CHARACTERS_MIN} 个字符；几个词连起来好记又难猜"),
            format!(
                "a password has at least {CHARACTERS_MIN} characters; some words in a row are easy to keep in mind and hard to guess"
            ),
        ));
    }
    if password.len() > BYTES_MAX {
        return Some(Words::new("密码太长", "the password is too long"));
    }
    let mut rest = lower.replace(&account.to_lowercase(), "");
    for common in COMMON {
        rest = rest.replace(common, "");
    }
    let mut kinds: Vec<char> = rest.chars().collect();
    kinds.sort_unstable();
    kinds.dedup();
    (rest.chars().count() <= CHARACTERS_MIN / 2 || kinds.len() < 4).then(|| {
        Words::new(
            "这个密码容易猜到；不要用账号名、连续的数字或重复的字符",
            "this password is easily guessed; avoid the account's name, rows of digits and repeated characters",
        )
    })
}

/// A password's argon2id text, made beside the server's own threads.
pub(super) async fn hashed(password: String, salt: [u8; 32]) -> Result<String, Words> {
    let made = tokio::task::spawn_blocking(move || text(&password, &salt)).await;
    made.ok().flatten().ok_or_else(unhashed)
}

/// Whether a password is the one of a stored text; without one it takes as long and is wrong.
pub(super) async fn is_right(password: String, stored: Option<String>) -> Result<bool, Words> {
    static NOBODYS: OnceLock<String> = OnceLock::new();
    let asked = tokio::task::spawn_blocking(move || {
        let is_somebodys = stored.is_some();
        let nobodys = || NOBODYS.get_or_init(|| text("", &[0; 32]).unwrap_or_default());
        let stored = stored.unwrap_or_else(|| nobodys().clone());
        let stored = PasswordHash::new(&stored).ok()?;
        let fits = Argon2::default().verify_password(password.as_bytes(), &stored);
        Some(fits.is_ok() && is_somebodys)
    });
    asked.await.ok().flatten().ok_or_else(unhashed)
}

/// By the parameters that OWASP names first: 19 MiB, two passes, one lane.
fn text(password: &str, salt: &[u8]) -> Option<String> {
    let made = Argon2::default().hash_password_with_salt(password.as_bytes(), salt);
    made.ok().map(|made: PasswordHash| made.to_string())
}

fn unhashed() -> Words {
    Words::new(
        "密码没能计算，可能内存不足；请稍后再试",
        "the password could not be worked out, perhaps for lack of memory; try again shortly",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_easily_guessed_is_not_taken() {
        for password in [
            "",
            "short",
            "1234567890",
            "admin12345",
            "aaaaaaaaaaaa",
            "Password12",
            "wanglei350102-1",
        ] {
            assert!(weak(password, "wanglei350102").is_some(), "{password}");
        }
        for password in [
            "桥边三棵榕树不说话呢啊",
            "tide-lamp-orchid",
            "7 bridges, one ferry",
        ] {
            assert_eq!(weak(password, "wanglei350102"), None, "{password}");
        }
    }
}
