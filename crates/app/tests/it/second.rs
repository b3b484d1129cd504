//! The second factor: turned on by a code, asked for after the password, never satisfied twice by one code.

use crate::lake::{LAKE, edge, noon, open};
use app::people::{
    Codes, Entered, Held, Invitation, RECOVERY_CODES, SecondState, SecretKey, Unadmitted,
};
use app::rules::Moment;
use app::{App, Edge, Viewer};
use std::sync::atomic::{AtomicU64, Ordering};
use totp_rs::{Builder, Secret};

const PASSWORD: &str = "tide-lamp-orchid";
static SEEDS: AtomicU64 = AtomicU64::new(1);
const START_S: u64 = 1_700_000_010;

fn at(minute: i64) -> Edge {
    let mut edge = edge("2023-09-20");
    edge.now = Moment(edge.now.0 + minute * 60_000);
    let nth = SEEDS.fetch_add(1, Ordering::Relaxed);
    edge.seed = nth.to_le_bytes().repeat(4).try_into().unwrap();
    edge
}

/// So many half minutes later.
fn codes(steps: u64) -> Codes {
    Codes {
        key: SecretKey::from_seed([42; 32]),
        unix_s: START_S + 30 * steps,
    }
}

/// What the phone shows then.
fn shown(secret: &str, steps: u64) -> String {
    let secret = Secret::try_from_base32(secret.replace(' ', "")).unwrap();
    let totp = Builder::new()
        .with_secret(secret)
        .with_account_name("wang")
        .build()
        .unwrap();
    totp.generate(START_S + 30 * steps).to_string()
}

async fn joined(app: &App, minute: i64) -> (Viewer, String) {
    let invitation = Invitation {
        account: "wang".into(),
        person: "王一".into(),
        phone: None,
        held: vec![Held {
            role: "clerk".into(),
            unit: LAKE.home.clone(),
            from: noon("2023-09-01").day(),
            until: None,
        }],
    };
    let link = app
        .invite(&Viewer::operator(), &invitation, at(minute))
        .await
        .unwrap();
    let session = app
        .accept(&link, PASSWORD, at(minute + 1))
        .await
        .unwrap()
        .session()
        .unwrap();
    let viewer = app
        .session(&session, at(minute + 1).now)
        .await
        .unwrap()
        .unwrap();
    (viewer, session)
}

/// Turned on at the start: the secret and the recovery codes.
async fn turned_on(app: &App, viewer: &Viewer, session: &str) -> (String, Vec<String>) {
    app.begin_second(viewer, &codes(0), at(5)).await.unwrap();
    let SecondState::Begun(begun) = app.second(viewer, &codes(0)).await.unwrap() else {
        panic!("a secret is shown");
    };
    let code = shown(&begun.secret, 0);
    let made = app
        .confirm_second(viewer, (&code, session), &codes(0), at(6))
        .await
        .unwrap();
    (begun.secret, made)
}

/// The token of the step between password and code.
async fn step(app: &App, minute: i64) -> String {
    match app.sign_in("wang", PASSWORD, at(minute)).await.unwrap() {
        Entered::Step(step) => step,
        Entered::Session(_) => panic!("a code is asked for"),
    }
}

fn is_refused<T: std::fmt::Debug>(outcome: &Result<T, Unadmitted>) -> bool {
    matches!(outcome, Err(Unadmitted::Refused(_)))
}

on_both! {
    async fn it_is_turned_on_by_a_code(place) {
        let app = open(place, "2023-09-26").await;
        let (wang, session) = joined(&app, 0).await;
        assert_eq!(app.second(&wang, &codes(0)).await.unwrap(), SecondState::Off);
        let none = app.confirm_second(&wang, ("123456", &session), &codes(0), at(3)).await;
        assert!(is_refused(&none), "nothing was begun");
        app.begin_second(&wang, &codes(0), at(4)).await.unwrap();
        let wrong = app.confirm_second(&wang, ("000000", &session), &codes(0), at(4)).await;
        assert!(is_refused(&wrong));
        assert!(app.sign_in("wang", PASSWORD, at(4)).await.unwrap().session().is_some(), "it asks for nothing yet");
        let (secret, made) = turned_on(&app, &wang, &session).await;
        assert_eq!(made.len(), RECOVERY_CODES);
        let state = app.second(&wang, &codes(0)).await.unwrap();
        assert_eq!(state, SecondState::On { since: at(6).now, recovery_left: 10 });
        assert!(is_refused(&app.begin_second(&wang, &codes(0), at(7)).await), "it is on");
        let SecondState::On { .. } = state else { panic!() };
        assert!(secret.len() >= 32);
        assert!(app.accounts(&Viewer::operator()).await.unwrap()[0].has_second);
    }

    async fn a_code_works_once(place) {
        let app = open(place, "2023-09-26").await;
        let (wang, session) = joined(&app, 0).await;
        let (secret, made) = turned_on(&app, &wang, &session).await;
        let first = step(&app, 10).await;
        assert_eq!(app.session(&first, at(10).now).await.unwrap(), None, "no session before the code");
        let again = app.sign_in_by_code((&first, &shown(&secret, 0)), &codes(1), at(10)).await;
        assert!(is_refused(&again), "the code that turned it on");
        let entered = app.sign_in_by_code((&first, &shown(&secret, 1)), &codes(1), at(10)).await;
        let entered = entered.unwrap().unwrap();
        assert!(app.session(&entered, at(10).now).await.unwrap().is_some());
        assert_eq!(app.sign_in_by_code((&first, &shown(&secret, 2)), &codes(2), at(10)).await.unwrap(), None, "the step is over");
        let second = step(&app, 11).await;
        let again = app.sign_in_by_code((&second, &shown(&secret, 1)), &codes(2), at(11)).await;
        assert!(is_refused(&again), "used");
        let old = app.sign_in_by_code((&second, &shown(&secret, 5)), &codes(9), at(11)).await;
        assert!(is_refused(&old), "too old");
        let spaced = format!(" {} ", shown(&secret, 3));
        assert!(app.sign_in_by_code((&second, &spaced), &codes(2), at(11)).await.unwrap().is_some(), "a phone that is ahead");
        let third = step(&app, 12).await;
        let by_paper = made[0].to_lowercase().replace('-', " ");
        assert!(app.sign_in_by_code((&third, &by_paper), &codes(3), at(12)).await.unwrap().is_some());
        let fourth = step(&app, 13).await;
        assert!(is_refused(&app.sign_in_by_code((&fourth, &made[0]), &codes(3), at(13)).await), "once");
        assert_eq!(app.sign_in_by_code((&fourth, &made[1]), &codes(3), at(19)).await.unwrap(), None, "too late");
    }

    async fn guessing_codes_is_made_slow(place) {
        let app = open(place, "2023-09-26").await;
        let (wang, session) = joined(&app, 0).await;
        let (secret, made) = turned_on(&app, &wang, &session).await;
        for _ in 0..5 {
            // The right password in between does not forgive.
            let step = step(&app, 10).await;
            assert!(is_refused(&app.sign_in_by_code((&step, "000000"), &codes(1), at(10)).await));
        }
        assert!(is_refused(&app.sign_in("wang", PASSWORD, at(10)).await), "locked for a minute");
        let between = step(&app, 11).await;
        assert!(is_refused(&app.sign_in_by_code((&between, &made[0].replace(|c: char| c != '-', "A")), &codes(1), at(11)).await));
        assert!(is_refused(&app.sign_in_by_code((&between, &shown(&secret, 1)), &codes(1), at(12)).await), "and then for two");
        assert!(app.sign_in_by_code((&between, &shown(&secret, 1)), &codes(1), at(13)).await.unwrap().is_some());
        assert!(is_refused(&app.turn_second_off(&wang, "wrong", &codes(2), at(14)).await));
        step(&app, 14).await;
    }

    async fn it_is_turned_off_by_who_knows_and_reset_by_administrators(place) {
        let app = open(place, "2023-09-26").await;
        let (wang, session) = joined(&app, 0).await;
        let (secret, made) = turned_on(&app, &wang, &session).await;
        assert!(is_refused(&app.turn_second_off(&wang, "wrong", &codes(1), at(8)).await));
        let renewed = app.renew_recovery(&wang, &shown(&secret, 1), &codes(1), at(9)).await.unwrap();
        assert!(is_refused(&app.turn_second_off(&wang, &made[0], &codes(1), at(9)).await), "replaced");
        app.turn_second_off(&wang, &renewed[0], &codes(1), at(9)).await.unwrap();
        assert!(is_refused(&app.turn_second_off(&wang, PASSWORD, &codes(1), at(9)).await), "it is off");
        let session_now = app.sign_in("wang", PASSWORD, at(10)).await.unwrap().session().unwrap();
        turned_on(&app, &wang, &session_now).await;
        app.turn_second_off(&wang, PASSWORD, &codes(1), at(11)).await.unwrap();
        turned_on(&app, &wang, &session_now).await;
        let by_wang = app.reset_second(&wang, "wang", at(12).now).await;
        assert!(matches!(by_wang, Err(Unadmitted::Forbidden(_))), "{by_wang:?}");
        let between = step(&app, 12).await;
        app.reset_second(&Viewer::operator(), "wang", at(12).now).await.unwrap();
        assert!(!app.is_between(&between, at(12).now).await.unwrap());
        assert!(is_refused(&app.reset_second(&Viewer::operator(), "wang", at(12).now).await), "there is none");
        assert!(app.sign_in("wang", PASSWORD, at(13)).await.unwrap().session().is_some());
    }

    async fn a_link_and_another_key_let_nobody_past_it(place) {
        let app = open(place, "2023-09-26").await;
        let (wang, session) = joined(&app, 0).await;
        let (secret, made) = turned_on(&app, &wang, &session).await;
        let link = app.reset(&Viewer::operator(), "wang", at(8)).await.unwrap();
        let entered = app.accept(&link, "seven bridges, one ferry", at(9)).await.unwrap();
        let Entered::Step(between) = entered else { panic!("a link sets the password alone") };
        let other = Codes { key: SecretKey::from_seed([1; 32]), ..codes(1) };
        let unread = app.sign_in_by_code((&between, &shown(&secret, 1)), &other, at(9)).await;
        assert!(matches!(unread, Err(Unadmitted::Failed(_))), "{unread:?}");
        assert!(app.sign_in_by_code((&between, &made[3]), &other, at(9)).await.unwrap().is_some(), "recovery codes need no key");
    }
}
