//! Signing in by a province's single sign-on, against a provider that the test starts.

use super::door::{MINE, PASSWORD, THEIRS, cookie, form, visitor};
use super::second::{give, second_factors, turned_on};
use super::{Desk, Got, edge};
use crate::provider::{CLIENT, Provider, SECRET, Wrong};
use app::Viewer;
use axum::body::Body;
use axum::http::{Request, header};
use web::{SecondFactors, SingleSignOn};

async fn desk(provider: &Provider) -> Desk {
    desk_with(provider, None).await
}

async fn desk_with(provider: &Provider, second: Option<SecondFactors>) -> Desk {
    let issuer = provider.issuer.clone();
    Desk::set(move |settings| {
        settings.sign_in = true;
        settings.second = second;
        settings.single_sign_on = Some(SingleSignOn {
            issuer,
            client: CLIENT.into(),
            secret: Some(SECRET.into()),
            claim: "preferred_username".into(),
            told: |cause| eprintln!("{cause}"),
        });
    })
    .await
}

async fn get(desk: &Desk, path: &str, cookie: &str) -> Got {
    let request = Request::get(path)
        .header(header::HOST, "heli.example")
        .header("sec-fetch-site", "cross-site")
        .header(header::COOKIE, cookie);
    desk.send(request.body(Body::empty()).unwrap()).await
}

/// What a browser was sent back with: its cookie and the path.
async fn sent_back(desk: &Desk, provider: &Provider) -> (String, String) {
    let begun = get(desk, "/sign-in/single?next=%2Fregisters%2Fvisit", "")
        .await
        .is(303);
    let address = begun.header(header::LOCATION);
    assert!(address.starts_with(&provider.issuer), "{address}");
    let kept = cookie(&begun);
    assert!(
        !address.contains(&kept["heli_single=".len()..][..64]),
        "the secret stays here"
    );
    let back = provider.follow(address).await;
    let path = back.strip_prefix("http://heli.example").unwrap().to_owned();
    (kept, path)
}

/// The whole way: what the browser gets in the end.
async fn came(desk: &Desk, provider: &Provider) -> Got {
    let (kept, path) = sent_back(desk, provider).await;
    get(desk, &path, &kept).await
}

fn cookies(got: &Got) -> Vec<&str> {
    let set = got.headers.get_all(header::SET_COOKIE).iter();
    set.map(|set| set.to_str().unwrap()).collect()
}

fn lets_nobody_in(got: Got) -> String {
    let session = cookies(&got)
        .into_iter()
        .any(|set| set.starts_with("heli_session="));
    assert!(!session, "{:?}", got.headers);
    got.is(422).text()
}

#[tokio::test]
async fn whoever_has_an_account_comes_in() {
    let provider = Provider::start().await;
    let desk = desk(&provider).await;
    visitor(&desk, "wang", MINE).await;
    let page = desk.get_as("/sign-in?next=%2Funits", "").await.text();
    assert!(
        page.contains("href=\"/sign-in/single?next=%2Funits\""),
        "{page}"
    );
    let got = came(&desk, &provider).await.is(303);
    assert_eq!(got.header(header::LOCATION), "/registers/visit");
    let set = cookies(&got);
    let session = set
        .iter()
        .find(|set| set.starts_with("heli_session="))
        .unwrap();
    assert!(
        set.iter().any(|set| set.starts_with("heli_single=;")),
        "the way is gone once: {set:?}"
    );
    let session = session.split(';').next().unwrap();
    desk.get_as("/registers/visit", session).await.is(200);
    provider.changes_key();
    lets_nobody_in(came(&desk, &provider).await);
    came(&desk, &provider).await.is(303);
}

#[tokio::test]
async fn nobody_gets_an_account_by_it() {
    let provider = Provider::start().await;
    let desk = desk(&provider).await;
    let said = lets_nobody_in(came(&desk, &provider).await);
    assert!(said.contains("wang"), "{said}");
    assert!(
        desk.app
            .accounts(&Viewer::operator())
            .await
            .unwrap()
            .is_empty()
    );
    visitor(&desk, "wang", MINE).await;
    desk.app
        .close_account(&Viewer::operator(), "wang", edge().now)
        .await
        .unwrap();
    lets_nobody_in(came(&desk, &provider).await);
}

#[tokio::test]
async fn a_wrong_answer_lets_nobody_in() {
    let provider = Provider::start().await;
    let desk = desk(&provider).await;
    visitor(&desk, "wang", MINE).await;
    for wrong in [
        Wrong::Nonce,
        Wrong::Audience,
        Wrong::Issuer,
        Wrong::Expired,
        Wrong::Signature,
        Wrong::Unsigned,
        Wrong::Shared,
        Wrong::NoToken,
        Wrong::Claimless,
    ] {
        provider.does(wrong);
        let said = lets_nobody_in(came(&desk, &provider).await);
        assert!(said.contains("role=\"alert\""), "{wrong:?}: {said}");
    }
    // What was believed before is forgotten after a fault, so that it is asked again.
    provider.does(Wrong::Down);
    lets_nobody_in(get(&desk, "/sign-in/single", "").await);
    provider.does(Wrong::Nothing);
    came(&desk, &provider).await.is(303);
}

#[tokio::test]
async fn another_browsers_way_leads_nowhere() {
    let provider = Provider::start().await;
    let desk = desk(&provider).await;
    visitor(&desk, "wang", MINE).await;
    let (mine, path) = sent_back(&desk, &provider).await;
    let (theirs, _) = sent_back(&desk, &provider).await;
    lets_nobody_in(get(&desk, &path, "").await);
    lets_nobody_in(get(&desk, &path, &theirs).await);
    let (_, state) = path.split_once("&state=").unwrap();
    lets_nobody_in(
        get(
            &desk,
            &format!("/sign-in/single/back?code=code-2&state={state}"),
            &mine,
        )
        .await,
    );
    lets_nobody_in(
        get(
            &desk,
            &format!("/sign-in/single/back?error=access_denied&state={state}"),
            &mine,
        )
        .await,
    );
    lets_nobody_in(get(&desk, "/sign-in/single/back", &mine).await);
    get(&desk, &path, &mine).await.is(303);
    lets_nobody_in(get(&desk, &path, &mine).await);
}

#[tokio::test]
async fn an_administrator_links_another_name() {
    let provider = Provider::start().await;
    let desk = desk(&provider).await;
    let first = desk.app.first_link(edge()).await.unwrap().unwrap();
    let body = format!("account=admin&password={PASSWORD}");
    let admin = cookie(
        &form(&desk, &format!("/link/{first}"), &body, &[])
            .await
            .is(303),
    );
    visitor(&desk, "wang", MINE).await;
    let lin = visitor(&desk, "lin", THEIRS).await;
    provider.knows("350102-0007");
    lets_nobody_in(came(&desk, &provider).await);
    let link = async |who: &str, account: &str, name: &str| {
        let body = format!("act=identity&name={name}");
        form(
            &desk,
            &format!("/admin/accounts/{account}"),
            &body,
            &[("cookie", who)],
        )
        .await
    };
    link(&lin, "lin", "350102-0007").await.is(403);
    link(&admin, "wang", "350102-0007").await.is(200);
    link(&admin, "lin", "350102-0007").await.is(422);
    let page = desk.get_as("/admin/accounts", &admin).await.text();
    assert!(page.contains("value=\"350102-0007\""), "{page}");
    came(&desk, &provider).await.is(303);
    provider.knows("wang");
    lets_nobody_in(came(&desk, &provider).await);
    link(&admin, "wang", "").await.is(200);
    came(&desk, &provider).await.is(303);
}

#[tokio::test]
async fn whoever_has_a_second_step_is_asked_for_the_code() {
    let provider = Provider::start().await;
    let (factors, clock) = second_factors();
    let desk = desk_with(&provider, Some(factors)).await;
    let mine = visitor(&desk, "wang", MINE).await;
    let (secret, _) = turned_on(&desk, &clock, &mine).await;
    let got = came(&desk, &provider).await.is(303);
    let place = got.header(header::LOCATION);
    assert_eq!(place, "/sign-in/code?next=%2Fregisters%2Fvisit");
    let set = cookies(&got);
    assert!(
        !set.iter().any(|set| set.starts_with("heli_session=")),
        "{set:?}"
    );
    let step = set
        .iter()
        .find(|set| set.starts_with("heli_step="))
        .unwrap();
    let step = step.split(';').next().unwrap();
    clock.later();
    give(&desk, step, &clock.code(&secret)).await.is(303);
}

#[tokio::test]
async fn without_a_provider_there_is_no_button() {
    let desk = Desk::set(|settings| settings.sign_in = true).await;
    let page = desk.get_as("/sign-in", "").await.text();
    assert!(!page.contains("/sign-in/single"), "{page}");
    get(&desk, "/sign-in/single", "").await.is(404);
    get(&desk, "/sign-in/single/back?code=1&state=2", "")
        .await
        .is(404);
}
