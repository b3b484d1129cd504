//! The second step at sign-in, as a browser goes through it.

use super::door::{MINE, PASSWORD, THEIRS, cookie, form, invited, visitor};
use super::{Desk, Got, edge};
use app::people::SecretKey;
use axum::http::header;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use totp_rs::{Builder, Secret};
use web::SecondFactors;

/// The clock of one test, in seconds.
pub(super) struct Clock(Arc<AtomicI64>);

impl Clock {
    pub(super) fn later(&self) {
        self.0.fetch_add(30, Ordering::Relaxed);
    }

    /// What the phone shows now.
    pub(super) fn code(&self, secret: &str) -> String {
        let secret = Secret::try_from_base32(secret).unwrap();
        let totp = Builder::new()
            .with_secret(secret)
            .with_account_name("wang")
            .build()
            .unwrap();
        let now = u64::try_from(self.0.load(Ordering::Relaxed)).unwrap();
        totp.generate(now).to_string()
    }
}

/// What codes are checked with, and the clock that they go by.
pub(super) fn second_factors() -> (SecondFactors, Clock) {
    let clock = Arc::new(AtomicI64::new(1_700_000_010));
    let ticks = Arc::clone(&clock);
    let factors = SecondFactors {
        key: SecretKey::from_seed([5; 32]),
        clock_ms: Arc::new(move || ticks.load(Ordering::Relaxed) * 1_000),
    };
    (factors, Clock(clock))
}

async fn desk() -> (Desk, Clock) {
    let (factors, clock) = second_factors();
    let desk = Desk::set(move |settings| {
        settings.sign_in = true;
        settings.second = Some(factors);
    })
    .await;
    (desk, clock)
}

async fn me(desk: &Desk, cookie: &str, body: &str) -> Got {
    form(desk, "/me", body, &[("cookie", cookie)]).await
}

async fn page(desk: &Desk, path: &str, cookie: &str) -> String {
    desk.get_as(path, cookie).await.text()
}

/// What stands between two marks of a page.
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let rest = page
        .split_once(from)
        .unwrap_or_else(|| panic!("{from} in {page}"))
        .1;
    rest.split_once(to).unwrap().0
}

/// The recovery codes that a page shows.
fn recovery(page: &str) -> Vec<String> {
    let list = between(page, "<ul class=\"codes\">", "</ul>");
    let codes = list.split("<code>").skip(1);
    codes
        .map(|code| code.split_once('<').unwrap().0.to_owned())
        .collect()
}

/// Turns the second step on; the secret and the recovery codes.
pub(super) async fn turned_on(desk: &Desk, clock: &Clock, mine: &str) -> (String, Vec<String>) {
    me(desk, mine, "act=second-begin").await.is(303);
    let shown = page(desk, "/me?lang=en", mine).await;
    let address = between(&shown, "href=\"otpauth://", "\"");
    assert!(address.starts_with("totp/Heli:wang?"), "{address}");
    let secret = between(address, "secret=", "&").to_owned();
    assert!(shown.contains("<svg"), "a picture to scan: {shown}");
    let wrong = me(desk, mine, "act=second-confirm&code=000000")
        .await
        .is(422);
    assert!(
        wrong.text().contains(&secret),
        "it is still there to try again"
    );
    let code = clock.code(&secret);
    let made = me(desk, mine, &format!("act=second-confirm&code={code}"))
        .await
        .is(200);
    let made = recovery(&made.text());
    assert_eq!(made.len(), 10);
    (secret, made)
}

/// Gives the password; the cookie of the step before the code.
async fn asked(desk: &Desk) -> String {
    let body = format!("account=wang&password={PASSWORD}&next=%2Fregisters%2Fvisit");
    let got = form(desk, "/sign-in", &body, &[]).await.is(303);
    assert_eq!(
        got.header(header::LOCATION),
        "/sign-in/code?next=%2Fregisters%2Fvisit"
    );
    let set: Vec<&str> = got
        .headers
        .get_all(header::SET_COOKIE)
        .iter()
        .map(|set| set.to_str().unwrap())
        .collect();
    assert_eq!(set.len(), 1, "no session yet: {set:?}");
    assert!(set[0].contains("Path=/sign-in;"), "{set:?}");
    cookie(&got)
}

pub(super) async fn give(desk: &Desk, step: &str, code: &str) -> Got {
    let body = format!("code={code}&next=%2Fregisters%2Fvisit");
    form(desk, "/sign-in/code", &body, &[("cookie", step)]).await
}

#[tokio::test]
async fn a_code_is_asked_for_after_the_password() {
    let (desk, clock) = desk().await;
    let mine = visitor(&desk, "wang", MINE).await;
    let elsewhere = format!("account=wang&password={PASSWORD}");
    let elsewhere = cookie(&form(&desk, "/sign-in", &elsewhere, &[]).await.is(303));
    let (secret, made) = turned_on(&desk, &clock, &mine).await;
    desk.get_as("/api/v1/registers/visit/records", &elsewhere)
        .await
        .is(401);
    let after = page(&desk, "/me?lang=en", &mine).await;
    assert!(after.contains("10 recovery codes are unused"), "{after}");
    assert!(
        !after.contains(&secret) && !after.contains(&made[0]),
        "shown once"
    );

    let step = asked(&desk).await;
    desk.get_as("/sign-in/code", &step).await.is(200);
    let as_session = step.replace("heli_step", "heli_session");
    for got in [&step, &as_session] {
        desk.get_as("/api/v1/registers/visit/records", got)
            .await
            .is(401);
        desk.get_as("/registers", got).await.is(303);
    }
    let used = give(&desk, &step, &clock.code(&secret)).await.is(422);
    assert!(
        used.text().contains("role=\"alert\""),
        "the code that turned it on"
    );
    clock.later();
    let code = clock.code(&secret);
    let entered = give(&desk, &step, &code).await.is(303);
    assert_eq!(entered.header(header::LOCATION), "/registers/visit");
    desk.get_as("/registers/visit", &cookie(&entered))
        .await
        .is(200);
    let again = give(&desk, &step, &made[0]).await.is(422);
    assert!(
        again.text().contains("action=\"/sign-in\""),
        "the step is over, and the password is asked for again"
    );
    let second = asked(&desk).await;
    give(&desk, &second, &code).await.is(422);
    give(&desk, &second, &made[0]).await.is(303);
    let third = asked(&desk).await;
    give(&desk, &third, &made[0]).await.is(422);
}

#[tokio::test]
async fn without_a_step_there_is_nothing_to_give_a_code_to() {
    let (desk, _) = desk().await;
    let there = desk.get_as("/sign-in/code", "").await.is(303);
    assert_eq!(there.header(header::LOCATION), "/sign-in");
    give(&desk, "heli_step=00", "123456").await.is(422);
    give(&desk, "", "123456").await.is(422);
}

#[tokio::test]
async fn wrong_codes_lock_the_account() {
    let (desk, clock) = desk().await;
    let mine = visitor(&desk, "wang", MINE).await;
    let (secret, _) = turned_on(&desk, &clock, &mine).await;
    let step = asked(&desk).await;
    for _ in 0..4 {
        give(&desk, &step, "000000").await.is(422);
    }
    clock.later();
    // The clock of sessions stands still in these tests, and so does the wait.
    let right = clock.code(&secret);
    give(&desk, &step, &right).await.is(422);
    let body = format!("account=wang&password={PASSWORD}");
    form(&desk, "/sign-in", &body, &[]).await.is(422);
    let off = me(&desk, &mine, &format!("act=second-off&known={PASSWORD}")).await;
    off.is(422);
}

#[tokio::test]
async fn a_link_does_not_pass_the_code_and_an_administrator_resets_it() {
    let (desk, clock) = desk().await;
    let first = desk.app.first_link(edge()).await.unwrap().unwrap();
    let body = format!("account=admin&password={PASSWORD}");
    let admin = cookie(
        &form(&desk, &format!("/link/{first}"), &body, &[])
            .await
            .is(303),
    );
    let mine = visitor(&desk, "wang", MINE).await;
    let lin = visitor(&desk, "lin", THEIRS).await;
    turned_on(&desk, &clock, &mine).await;
    let operator = app::Viewer::operator();
    let link = desk.app.reset(&operator, "wang", edge()).await.unwrap();
    let body = format!("account=wang&password={PASSWORD}");
    let got = form(&desk, &format!("/link/{link}"), &body, &[])
        .await
        .is(303);
    assert!(got.header(header::LOCATION).starts_with("/sign-in/code"));

    let reset = async |who: &str| {
        form(
            &desk,
            "/admin/accounts/wang",
            "act=second",
            &[("cookie", who)],
        )
        .await
    };
    reset(&lin).await.is(403);
    let all = page(&desk, "/admin/accounts?lang=en", &admin).await;
    assert!(all.contains("Reset the second step"), "{all}");
    reset(&admin).await.is(200);
    reset(&admin).await.is(422);
    let got = form(&desk, "/sign-in", &body, &[]).await.is(303);
    assert_eq!(got.header(header::LOCATION), "/");
}

#[tokio::test]
async fn it_is_turned_off_by_password_or_code() {
    let (desk, clock) = desk().await;
    let mine = visitor(&desk, "wang", MINE).await;
    let (_, made) = turned_on(&desk, &clock, &mine).await;
    me(&desk, &mine, "act=second-off&known=").await.is(422);
    let renewed = me(
        &desk,
        &mine,
        &format!("act=second-recovery&known={}", made[9]),
    )
    .await
    .is(200);
    let renewed = recovery(&renewed.text());
    assert!(renewed.iter().all(|code| !made.contains(code)));
    me(&desk, &mine, &format!("act=second-off&known={}", made[1]))
        .await
        .is(422);
    me(
        &desk,
        &mine,
        &format!("act=second-off&known={}", renewed[1]),
    )
    .await
    .is(200);
    turned_on(&desk, &clock, &mine).await;
    me(&desk, &mine, &format!("act=second-off&known={PASSWORD}"))
        .await
        .is(200);
    let off = page(&desk, "/me?lang=en", &mine).await;
    assert!(off.contains("Turn it on"), "{off}");
}

#[tokio::test]
async fn without_a_key_nothing_is_offered() {
    let desk = Desk::set(|settings| settings.sign_in = true).await;
    let mine = visitor(&desk, "wang", MINE).await;
    let shown = page(&desk, "/me", &mine).await;
    assert!(!shown.contains("second-begin"), "{shown}");
    me(&desk, &mine, "act=second-begin").await.is(500);
    let link = invited(&desk, "li", MINE).await;
    desk.get_as(&link, "").await.is(200);
}
