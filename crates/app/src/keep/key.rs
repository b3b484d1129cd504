//! The signing key's file: made once, readable by its owner alone, and never beside the data that it signs.

use super::stop::{self, Stop};
use super::{database_path, files_place};
use crate::people::SecretKey;
use journal::{PublicKey, SealingKey};
use rules::Words;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

/// The key that signs seals, from its file; where there is none, one is made from `seed`, 32 bytes of true randomness.
///
/// # Errors
///
/// The file is no key, or a new one would lie beside the database or among its files: whoever took the data would have the key.
pub fn key_or_new(place: &Path, address: &str, seed: [u8; 32]) -> Result<SealingKey, Stop> {
    if place.exists() {
        let text = fs::read_to_string(place).map_err(|cause| stop::file(place, &cause))?;
        return SealingKey::read(&text).ok_or_else(|| no_key(place));
    }
    apart(place, address)?;
    let key = SealingKey::from_seed(seed);
    let text = key.pem().ok_or_else(|| no_key(place))?;
    written(place, &text).map_err(|cause| stop::file(place, &cause))?;
    Ok(key)
}

/// The key under which secrets of second factors are kept, from its file; where there is none, one is made from `seed`,
/// 32 bytes of true randomness.
///
/// # Errors
///
/// The file is no key, or a new one would lie beside the database or among its files: whoever took the data would have the key.
pub fn code_key_or_new(place: &Path, address: &str, seed: [u8; 32]) -> Result<SecretKey, Stop> {
    if place.exists() {
        let text = fs::read_to_string(place).map_err(|cause| stop::file(place, &cause))?;
        return SecretKey::read(&text).ok_or_else(|| no_code_key(place));
    }
    if let Some(folder) = beside(place, address) {
        let place = place.display();
        return Err(Stop::No(Words::new(
            format!(
                "两步验证的密钥 {place} 不能与数据库同放在 {folder}：拿到数据的人也就拿到了密钥；用 --code-key 另给一个位置"
            ),
            format!(
                "the key of second factors {place} must not lie with the database in {folder}, where whoever takes the data takes the key; name another place with --code-key"
            ),
        )));
    }
    let key = SecretKey::from_seed(seed);
    written(place, &key.text()).map_err(|cause| stop::file(place, &cause))?;
    Ok(key)
}

/// The key that checks seals, from the signing key's file or from one with its public half alone.
///
/// # Errors
///
/// There is no such file, or it is no key.
pub fn key(place: &Path) -> Result<PublicKey, Stop> {
    let text = fs::read_to_string(place).map_err(|cause| missing(place, &cause))?;
    let own = || SealingKey::read(&text).map(|key| key.public());
    PublicKey::read(&text)
        .or_else(own)
        .ok_or_else(|| no_key(place))
}

/// Refuses a place for the key in the database's own folder, or among the attached files.
fn apart(place: &Path, address: &str) -> Result<(), Stop> {
    let Some(folder) = beside(place, address) else {
        return Ok(());
    };
    let place = place.display();
    Err(Stop::No(Words::new(
        format!(
            "签名密钥 {place} 不能与数据库同放在 {folder}：拿到数据的人也就拿到了密钥；用 --key 另给一个位置"
        ),
        format!(
            "the signing key {place} must not lie with the database in {folder}, where whoever takes the data takes the key; name another place with --key"
        ),
    )))
}

/// Refuses a place for a witness in the database's own folder, or among the attached files.
pub(crate) fn outside(place: &Path, address: &str) -> Result<(), Stop> {
    let Some(folder) = beside(place, address) else {
        return Ok(());
    };
    let place = place.display();
    Err(Stop::No(Words::new(
        format!(
            "见证文件 {place} 不能与数据库同放在 {folder}：改得了数据库的人也就改得了见证；用 --witness 另给一个位置"
        ),
        format!(
            "the witness {place} must not lie with the database in {folder}, where whoever changes the data changes the witness; name another place with --witness"
        ),
    )))
}

/// The folder of an embedded database, where a place lies in it or among the attached files.
fn beside(place: &Path, address: &str) -> Option<String> {
    let folder = |path: &Path| {
        let folder = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
    };
    let (of_place, of_data) = (folder(place), folder(&database_path(address)?));
    let among = files_place(address, None)
        .and_then(|files| files.canonicalize().ok())
        .is_some_and(|files| of_place.starts_with(files));
    (of_place == of_data || among).then(|| of_data.display().to_string())
}

fn written(place: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(place)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn missing(place: &Path, cause: &std::io::Error) -> Stop {
    let place = place.display();
    Stop::Unreadable(Words::new(
        format!("没有核验封签的公钥：{place} 读不出来（{cause}）；用 --key 给出公钥或密钥的文件"),
        format!(
            "there is no key to check the seals with: {place} cannot be read ({cause}); name the file of the public or the signing key with --key"
        ),
    ))
}

fn no_code_key(place: &Path) -> Stop {
    let place = place.display();
    Stop::Unreadable(Words::new(
        format!("{place} 不是两步验证的密钥（64 位十六进制）；请核对 --code-key"),
        format!("{place} is no key of second factors (64 hexadecimal digits); check --code-key"),
    ))
}

fn no_key(place: &Path) -> Stop {
    let place = place.display();
    Stop::Unreadable(Words::new(
        format!("{place} 不是 Ed25519 密钥的 PEM 文件；请核对 --key"),
        format!("{place} is no PEM file of an Ed25519 key; check --key"),
    ))
}
