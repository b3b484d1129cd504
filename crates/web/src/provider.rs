//! A single sign-on's provider (OpenID Connect): where people are sent, and whom it says that they are.

use crate::door::local;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClientAuthMethod,
    CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AuthType, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, IdTokenFields, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope, StandardErrorResponse, StandardTokenResponse, TokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use ureq::Agent;
use ureq::http::{Method, Request, Response};
use ureq::tls::{RootCerts, TlsConfig};

/// What the provider says of itself and of its keys is believed for so long, in milliseconds.
const FRESH_MS: i64 = 5 * 60_000;
/// It has so long to answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
/// It is asked so often at once at most, so that one that hangs does not keep passwords from being tried.
const AT_ONCE: usize = 4;
/// Bytes of an answer at most.
const ANSWER_BYTES_MAX: u64 = 1 << 20;
/// Signatures that are believed: by a key of the provider's own alone, never by the shared secret and never none.
const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// A single sign-on, as the edge names it.
#[derive(Clone)]
pub struct SingleSignOn {
    /// The provider's address; its settings lie at `/.well-known/openid-configuration` below it.
    pub issuer: String,
    /// The name by which the provider knows Heli.
    pub client: String,
    /// The secret that goes with it; `None` where there is none.
    pub secret: Option<String>,
    /// Which claim of the ID token names the account.
    pub claim: String,
    /// Is told why somebody could not be let in, for whoever keeps the system.
    pub told: fn(&str),
}

/// Every claim of an ID token beside the standard ones.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
struct Further(Map<String, Value>);

impl AdditionalClaims for Further {}

type Fields = IdTokenFields<
    Further,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

/// A client that knows the provider's addresses.
type Known = Client<
    Further,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What one browser's way to the provider and back is known by: one secret, of which the rest is made.
#[derive(Clone)]
pub(crate) struct Way {
    secret: String,
    next: String,
}

impl Way {
    pub(crate) fn new(secret: String, next: &str) -> Self {
        Self {
            secret,
            next: local(next).to_owned(),
        }
    }

    /// From what a browser keeps.
    pub(crate) fn read(kept: &str) -> Option<Self> {
        let (secret, next) = kept.split_once('.')?;
        let next = percent_encoding::percent_decode_str(next)
            .decode_utf8()
            .ok()?;
        (secret.len() == 64).then(|| Self::new(secret.to_owned(), &next))
    }

    /// What a browser keeps.
    pub(crate) fn kept(&self) -> String {
        let next =
            percent_encoding::utf8_percent_encode(&self.next, percent_encoding::NON_ALPHANUMERIC);
        format!("{}.{next}", self.secret)
    }

    /// Where to go then.
    pub(crate) fn next(&self) -> &str {
        &self.next
    }

    /// Whether an answer belongs to it.
    pub(crate) fn is(&self, state: &str) -> bool {
        state == self.part("state")
    }

    fn part(&self, purpose: &str) -> String {
        let digest = Sha256::digest(format!("heli single sign-on {purpose} {}", self.secret));
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The provider with what it last said of itself.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) named: SingleSignOn,
    agent: Agent,
    said: Arc<Mutex<Option<(i64, CoreProviderMetadata)>>>,
    at_once: Arc<Semaphore>,
}

impl Provider {
    pub(crate) fn new(named: SingleSignOn) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier);
        let agent = Agent::config_builder()
            .tls_config(tls.build())
            .timeout_global(Some(ANSWERS_WITHIN))
            // An answer that leads elsewhere could lead into the network behind.
            .max_redirects(0)
            .http_status_as_error(false)
            .proxy(None)
            .build();
        Self {
            named,
            agent: agent.new_agent(),
            said: Arc::default(),
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Where a browser is sent, to come back to `back`.
    pub(crate) async fn address(
        &self,
        way: Way,
        back: String,
        now_ms: i64,
    ) -> Result<String, Fault> {
        self.apart(move |provider| {
            let client = provider.client(back, now_ms)?;
            let verifier = PkceCodeVerifier::new(way.part("verifier"));
            let state = way.part("state");
            let nonce = way.part("nonce");
            let mut asked = client
                .authorize_url(
                    CoreAuthenticationFlow::AuthorizationCode,
                    || CsrfToken::new(state),
                    || Nonce::new(nonce),
                )
                .add_scope(Scope::new("profile".into()))
                .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
            if provider.named.claim == "email" {
                asked = asked.add_scope(Scope::new("email".into()));
            }
            Ok(asked.url().0.to_string())
        })
        .await
    }

    /// Whom the provider says that a browser belongs to, by the code that the browser brought back.
    pub(crate) async fn name(
        &self,
        code: String,
        way: Way,
        back: String,
        now_ms: i64,
    ) -> Result<String, Fault> {
        let named = self.apart(move |provider| {
            let client = provider.client(back, now_ms)?;
            let exchange = client
                .exchange_code(AuthorizationCode::new(code))
                .map_err(fault)?
                .set_pkce_verifier(PkceCodeVerifier::new(way.part("verifier")));
            let answer = exchange.request(&provider.http()).map_err(fault)?;
            let token = answer
                .id_token()
                .ok_or_else(|| Fault("no ID token".into()))?;
            let verifier = client.id_token_verifier().set_allowed_algs(SIGNATURES);
            let claims = token
                .claims(&verifier, &Nonce::new(way.part("nonce")))
                .map_err(fault)?;
            provider.named(&serde_json::to_value(claims).map_err(fault)?)
        });
        let named = named.await;
        if named.is_err() {
            // Its keys may have changed.
            *self.said.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        named
    }

    /// The account's name among the claims.
    fn named(&self, claims: &Value) -> Result<String, Fault> {
        let claim = self.named.claim.as_str();
        if claim == "email" && claims.get("email_verified") != Some(&Value::Bool(true)) {
            return Err(Fault("the e-mail address is not verified".into()));
        }
        let name = claims.get(claim).and_then(Value::as_str).map(str::trim);
        let name = name.filter(|name| !name.is_empty());
        name.map(str::to_owned)
            .ok_or_else(|| Fault(format!("the ID token has no claim {claim}")))
    }

    fn client(&self, back: String, now_ms: i64) -> Result<Known, Fault> {
        let said = self.said(now_ms)?;
        let methods = said.token_endpoint_auth_methods_supported();
        let takes = |method| methods.is_none_or(|all| all.contains(&method));
        let by_body = !takes(CoreClientAuthMethod::ClientSecretBasic)
            && takes(CoreClientAuthMethod::ClientSecretPost);
        let client = Client::from_provider_metadata(
            said,
            ClientId::new(self.named.client.clone()),
            self.named.secret.clone().map(ClientSecret::new),
        );
        let client = client.set_redirect_uri(RedirectUrl::new(back).map_err(fault)?);
        Ok(match by_body {
            true => client.set_auth_type(AuthType::RequestBody),
            false => client,
        })
    }

    /// What the provider says of itself, asked again where that is long ago.
    fn said(&self, now_ms: i64) -> Result<CoreProviderMetadata, Fault> {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, said)) = said.as_ref()
            && at.abs_diff(now_ms) < FRESH_MS.unsigned_abs()
        {
            return Ok(said.clone());
        }
        let issuer = IssuerUrl::new(self.named.issuer.clone()).map_err(fault)?;
        let fresh = CoreProviderMetadata::discover(&issuer, &self.http()).map_err(fault)?;
        *said = Some((now_ms, fresh.clone()));
        Ok(fresh)
    }

    fn http(&self) -> impl Fn(HttpRequest) -> Result<HttpResponse, ureq::Error> {
        let agent = self.agent.clone();
        move |request| asked(&agent, request)
    }

    /// Beside the server's own threads, since the provider may be slow.
    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let _one = self.at_once.acquire().await.map_err(fault)?;
        let provider = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&provider)).await;
        done.map_err(fault)?
    }
}

/// Why the provider's answer lets nobody in, for whoever keeps the system.
pub(crate) struct Fault(pub(crate) String);

fn fault(cause: impl std::error::Error) -> Fault {
    let mut text = cause.to_string();
    let mut source = cause.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    Fault(text)
}

fn asked(agent: &Agent, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let (parts, body) = request.into_parts();
    let mut answer = match parts.method == Method::GET {
        true => agent.run(Request::from_parts(parts, ()))?,
        false => agent.run(Request::from_parts(parts, body))?,
    };
    let limited = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX);
    let body = limited.read_to_vec()?;
    let (parts, _) = answer.into_parts();
    Ok(Response::from_parts(parts, body))
}

impl fmt::Debug for SingleSignOn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SingleSignOn")
            .field("issuer", &self.issuer)
            .field("client", &self.client)
            .field("claim", &self.claim)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn provider(claim: &str) -> Provider {
        Provider::new(SingleSignOn {
            issuer: "https://sso.example".into(),
            client: "heli".into(),
            secret: None,
            claim: claim.into(),
            told: |_| {},
        })
    }

    #[test]
    fn a_way_is_read_as_it_was_kept_and_leads_to_our_own_pages() {
        let way = Way::new("a".repeat(64), "/units/350100?at=2023-09-26");
        let read = Way::read(&way.kept()).unwrap();
        assert_eq!(read.next(), "/units/350100?at=2023-09-26");
        assert!(read.is(&way.part("state")) && !read.is(&way.part("nonce")));
        assert_eq!(
            Way::read(&Way::new("a".repeat(64), "//elsewhere.example").kept())
                .unwrap()
                .next(),
            "/"
        );
        assert!(Way::read("").is_none() && Way::read("abc.%2F").is_none());
    }

    #[test]
    fn an_account_is_named_by_the_claim_that_was_chosen() {
        let claims = json!({ "sub": "7", "preferred_username": " wang ", "email": "w@x", "n": 7, "none": " " });
        let name = |claim: &str| provider(claim).named(&claims).ok();
        assert_eq!(name("preferred_username").as_deref(), Some("wang"));
        assert_eq!(name("sub").as_deref(), Some("7"));
        for claim in ["email", "n", "none", "missing"] {
            assert_eq!(name(claim), None, "{claim}");
        }
        let verified = json!({ "email": "w@x", "email_verified": true });
        assert_eq!(
            provider("email").named(&verified).ok().as_deref(),
            Some("w@x")
        );
    }
}
