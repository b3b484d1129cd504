//! A province's single sign-on, as the command line names it.

use crate::folder::{Refusal, pick};
use app::rules::Words;
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};
use web::SingleSignOn;

/// By which provider of OpenID Connect people may sign in.
#[derive(Args, Clone, Debug)]
pub(crate) struct SignOn {
    /// A provider of OpenID Connect by which people may sign in beside their passwords; accounts have to exist.
    #[arg(long, value_name = "URL", value_parser = issuer, requires_all = ["sign_in", "oidc_client"])]
    oidc_issuer: Option<String>,
    /// The name by which the provider knows Heli.
    #[arg(long, value_name = "ID", requires = "oidc_issuer")]
    oidc_client: Option<String>,
    /// A file with the secret that goes with it.
    #[arg(long, value_name = "FILE", requires = "oidc_issuer")]
    oidc_secret_file: Option<PathBuf>,
    /// The claim of the ID token that names the account; default preferred_username.
    #[arg(long, value_name = "CLAIM", requires = "oidc_issuer")]
    oidc_claim: Option<String>,
}

impl SignOn {
    /// What was named, its secret read; `None` where nothing was.
    pub(crate) fn read(&self) -> Result<Option<SingleSignOn>, Refusal> {
        let (Some(issuer), Some(client)) = (&self.oidc_issuer, &self.oidc_client) else {
            return Ok(None);
        };
        let secret = self.oidc_secret_file.as_deref().map(secret).transpose()?;
        let claim = self.oidc_claim.as_deref().unwrap_or("preferred_username");
        Ok(Some(SingleSignOn {
            issuer: issuer.clone(),
            client: client.clone(),
            secret,
            claim: claim.to_owned(),
            told: |cause| eprintln!("heli: {cause}"),
        }))
    }
}

fn secret(place: &Path) -> Result<String, Refusal> {
    let unread = |cause: &dyn std::fmt::Display| {
        let place = place.display();
        pick(&Words::new(
            format!("读不出单点登录的密钥 {place}（{cause}）；请核对 --oidc-secret-file"),
            format!(
                "the secret of the single sign-on in {place} cannot be read ({cause}); check --oidc-secret-file"
            ),
        ))
    };
    let text = fs::read_to_string(place).map_err(|cause| unread(&cause))?;
    match text.trim() {
        "" => Err(unread(&"empty")),
        secret => Ok(secret.to_owned()),
    }
}

/// Only over TLS, or on this machine.
fn issuer(text: &str) -> Result<String, String> {
    let on_this = ["127.0.0.1", "localhost", "[::1]"];
    let host = text.strip_prefix("http://").map(|rest| {
        let end = rest.find('/').unwrap_or(rest.len());
        let host = rest.get(..end).unwrap_or_default();
        host.rsplit_once(':')
            .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
            .map_or(host, |(host, _)| host)
    });
    match text.starts_with("https://") || host.is_some_and(|host| on_this.contains(&host)) {
        true => Ok(text.to_owned()),
        false => Err(pick(&Words::new(
            "请用 https:// 地址；http:// 只能用于本机",
            "name an https:// address; http:// is for this machine alone",
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::issuer;

    #[test]
    fn a_provider_elsewhere_is_asked_over_tls_alone() {
        for text in [
            "https://sso.fujian.example/realms/gov",
            "http://127.0.0.1:9000",
            "http://localhost/x",
            "http://[::1]:9000/",
        ] {
            assert_eq!(issuer(text).as_deref(), Ok(text));
        }
        for text in [
            "",
            "sso.example",
            "http://sso.example",
            "http://localhost.example",
            "http://127.0.0.1@sso.example",
            "ftp://localhost",
        ] {
            assert!(issuer(text).is_err(), "{text}");
        }
    }
}
