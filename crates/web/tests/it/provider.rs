//! A provider of OpenID Connect as small as one can be, started by the tests; it can be told to do wrong.

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as PLAIN};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;

pub(crate) const CLIENT: &str = "heli";
pub(crate) const SECRET: &str = "a secret & more";

/// What the provider does wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Wrong {
    Nothing,
    Nonce,
    Audience,
    Issuer,
    Expired,
    Signature,
    Unsigned,
    /// Signed by the secret that the client knows too.
    Shared,
    NoToken,
    Claimless,
    Down,
}

#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) issuer: String,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    wrong: Wrong,
    name: String,
    key: u8,
    codes: HashMap<String, HashMap<String, String>>,
    given: usize,
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let provider = Self {
            issuer: format!("http://{}", listener.local_addr().unwrap()),
            inner: Arc::new(Mutex::new(Inner {
                wrong: Wrong::Nothing,
                name: "wang".into(),
                key: 1,
                codes: HashMap::new(),
                given: 0,
            })),
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(settings))
            .route("/keys", get(keys))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    /// Does this wrong from now on.
    pub(crate) fn does(&self, wrong: Wrong) {
        self.inner.lock().unwrap().wrong = wrong;
    }

    /// This is who comes from now on.
    pub(crate) fn knows(&self, name: &str) {
        self.inner.lock().unwrap().name = name.into();
    }

    /// Signs by another key from now on.
    pub(crate) fn changes_key(&self) {
        self.inner.lock().unwrap().key += 1;
    }

    /// Follows an address as a browser does; where the provider sends it back to.
    pub(crate) async fn follow(&self, address: &str) -> String {
        let address = address.to_owned();
        let followed = tokio::task::spawn_blocking(move || {
            let agent = ureq::Agent::config_builder()
                .max_redirects(0)
                .build()
                .new_agent();
            let answer = agent.get(&address).call().unwrap();
            answer.headers()["location"].to_str().unwrap().to_owned()
        });
        followed.await.unwrap()
    }

    fn wrong(&self) -> Wrong {
        self.inner.lock().unwrap().wrong
    }

    fn signing(&self) -> SigningKey {
        SigningKey::from_bytes(&[self.inner.lock().unwrap().key; 32])
    }

    /// A token for whoever asked with this nonce.
    fn id_token(&self, nonce: &str) -> String {
        let wrong = self.wrong();
        #[allow(clippy::disallowed_methods)] // The product holds tokens against the true clock.
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let ends = if wrong == Wrong::Expired {
            now - 60
        } else {
            now + 300
        };
        let or = |is: Wrong, bad: &str, good: &str| {
            if wrong == is {
                bad.to_owned()
            } else {
                good.to_owned()
            }
        };
        let mut claims = json!({
            "iss": or(Wrong::Issuer, "https://elsewhere.example", &self.issuer),
            "aud": or(Wrong::Audience, "another", CLIENT),
            "sub": "7", "iat": now - 120, "exp": ends,
            "nonce": or(Wrong::Nonce, "another", nonce),
        });
        if wrong != Wrong::Claimless {
            claims["preferred_username"] = self.inner.lock().unwrap().name.clone().into();
        }
        let algorithm = match wrong {
            Wrong::Unsigned => "none",
            Wrong::Shared => "HS256",
            _ => "EdDSA",
        };
        let head = json!({ "alg": algorithm, "typ": "JWT", "kid": "k" });
        let part = |value: &Value| PLAIN.encode(value.to_string());
        let text = format!("{}.{}", part(&head), part(&claims));
        let signature = match wrong {
            Wrong::Unsigned => Vec::new(),
            Wrong::Shared => hmac(SECRET.as_bytes(), text.as_bytes()),
            Wrong::Signature => SigningKey::from_bytes(&[99; 32])
                .sign(text.as_bytes())
                .to_vec(),
            _ => self.signing().sign(text.as_bytes()).to_vec(),
        };
        format!("{text}.{}", PLAIN.encode(signature))
    }
}

/// HMAC with SHA-256 (RFC 2104), for a key shorter than a block.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new()
        .chain_update(pad(0x36))
        .chain_update(text)
        .finalize();
    Sha256::new()
        .chain_update(pad(0x5c))
        .chain_update(inner)
        .finalize()
        .to_vec()
}

async fn settings(State(provider): State<Provider>) -> Response {
    if provider.wrong() == Wrong::Down {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let issuer = &provider.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
    }))
    .into_response()
}

async fn keys(State(provider): State<Provider>) -> Json<Value> {
    let x = PLAIN.encode(provider.signing().verifying_key().as_bytes());
    Json(
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "k", "x": x }] }),
    )
}

/// Whoever comes is known at once.
async fn authorize(
    State(provider): State<Provider>,
    Query(asked): Query<HashMap<String, String>>,
) -> Redirect {
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["client_id"], CLIENT);
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(asked["scope"], "openid profile");
    let mut inner = provider.inner.lock().unwrap();
    inner.given += 1;
    let code = format!("code-{}", inner.given);
    let back = format!(
        "{}?code={code}&state={}",
        asked["redirect_uri"], asked["state"]
    );
    inner.codes.insert(code, asked);
    Redirect::to(&back)
}

async fn token(
    State(provider): State<Provider>,
    headers: HeaderMap,
    Form(asked): Form<HashMap<String, String>>,
) -> Response {
    let refused =
        |why: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": why }))).into_response();
    let escaped = SECRET.replace(' ', "+").replace('&', "%26");
    let known = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{escaped}")));
    if headers[header::AUTHORIZATION] != known.as_str() {
        return refused("invalid_client");
    }
    let given = provider.inner.lock().unwrap().codes.remove(&asked["code"]);
    let Some(given) = given else {
        return refused("invalid_grant");
    };
    let challenge = PLAIN.encode(Sha256::digest(&asked["code_verifier"]));
    if asked["redirect_uri"] != given["redirect_uri"] || challenge != given["code_challenge"] {
        return refused("invalid_grant");
    }
    let mut answer = json!({ "access_token": "none", "token_type": "Bearer", "expires_in": 60 });
    if provider.wrong() != Wrong::NoToken {
        answer["id_token"] = provider.id_token(&given["nonce"]).into();
    }
    Json(answer).into_response()
}
