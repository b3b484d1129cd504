//! Invited, signed in, locked out, handed over; and what a role's holder may do then.

use crate::lake::{LAKE, asked, cells, edge, files, noon, open, open_with, text};
use app::people::{ADMINISTRATOR, Held, Invitation, Unadmitted};
use app::programme::record::Act;
use app::programme::{Files, Programme, read};
use app::rules::Moment;
use app::{App, Deed, Edge, Viewer, may};
use std::sync::LazyLock;

/// The lake programme with people who act for a plan once its county has confirmed them.
static GUARDED: LazyLock<(Programme, Files)> = LazyLock::new(|| {
    let mut files = files();
    let roles = files.get_mut("roles.toml").unwrap();
    roles.push_str(
        r#"
[role.agent]
name = { zh = "代办", en = "Agent" }
of = "plan"
confirmed = true
[[role.agent.may]]
do = ["see"]
on = ["plan"]
where = "place == viewer.record.place"
[role.county]
name = { zh = "县", en = "County" }
[[role.county.may]]
do = ["see", "confirm"]
on = ["plan"]
where = "under(place, viewer.unit)"
"#,
    );
    let reading = read(&files);
    let programme = reading.programme;
    (
        programme.unwrap_or_else(|| panic!("{:?}", reading.faults)),
        files,
    )
});

const PASSWORD: &str = "tide-lamp-orchid";

fn at(minute: i64) -> Edge {
    let mut edge = edge("2023-09-20");
    edge.now = Moment(edge.now.0 + minute * 60_000);
    edge.seed = [u8::try_from(minute % 251).unwrap(); 32];
    edge
}

fn clerk(until: Option<&str>) -> Held {
    Held {
        role: "clerk".into(),
        unit: LAKE.home.clone(),
        from: noon("2023-09-01").day(),
        until: until.map(|day| noon(day).day()),
    }
}

fn invitation(account: &str, held: Vec<Held>) -> Invitation {
    Invitation {
        account: account.into(),
        person: "王一".into(),
        phone: None,
        held,
    }
}

async fn joined(app: &App, account: &str, held: Vec<Held>, minute: i64) -> String {
    let link = app
        .invite(&Viewer::operator(), &invitation(account, held), at(minute))
        .await
        .unwrap();
    let entered = app.accept(&link, PASSWORD, at(minute + 1)).await;
    entered.unwrap().session().unwrap()
}

async fn viewer(app: &App, session: &str, now: Moment) -> Option<Viewer> {
    app.session(session, now).await.unwrap()
}

fn is_refused<T: std::fmt::Debug>(outcome: &Result<T, Unadmitted>) -> bool {
    matches!(outcome, Err(Unadmitted::Refused(_)))
}

on_both! {
    async fn the_first_link_makes_the_one_administrator(place) {
        let app = open(place, "2023-09-26").await;
        let link = app.first_link(at(0)).await.unwrap().unwrap();
        assert_eq!(app.first_link(at(1)).await.unwrap(), None);
        let session = app.accept(&link, PASSWORD, at(2)).await.unwrap().session().unwrap();
        assert!(is_refused(&app.accept(&link, PASSWORD, at(3)).await), "a link works once");
        let admin = viewer(&app, &session, at(4).now).await.unwrap();
        assert_eq!((admin.account.as_str(), admin.offices[0].role.as_str()), ("admin", ADMINISTRATOR));
        let sees = |id: &str| may(app.programme(), &admin, Deed::Read, id);
        assert!(!app.programme().registers.iter().any(|register| sees(&register.id)));
        app.invite(&admin, &invitation("wang", vec![clerk(None)]), at(5)).await.unwrap();
        let names: Vec<String> = app.accounts(&admin).await.unwrap().into_iter().map(|a| a.account).collect();
        assert_eq!(names, ["admin", "wang"]);
    }

    async fn who_does_not_manage_accounts_makes_none(place) {
        let app = open(place, "2023-09-26").await;
        let session = joined(&app, "wang", vec![clerk(None)], 0).await;
        let wang = viewer(&app, &session, at(5).now).await.unwrap();
        let made = app.invite(&wang, &invitation("li", vec![]), at(6)).await;
        assert!(matches!(made, Err(Unadmitted::Forbidden(_))), "{made:?}");
        let handed = app.hand_over(&wang, ("wang", "wang"), at(6).now).await;
        assert!(matches!(handed, Err(Unadmitted::Forbidden(_))), "{handed:?}");
        let operator = Viewer::operator();
        let stranger = Held { role: "king".into(), ..clerk(None) };
        let nowhere = Held { unit: "nowhere".into(), ..clerk(None) };
        for invitation in [
            invitation("wang", vec![]),
            invitation("operator", vec![]),
            invitation("a b", vec![]),
            invitation("li", vec![stranger]),
            invitation("li", vec![nowhere]),
        ] {
            let made = app.invite(&operator, &invitation, at(7)).await;
            assert!(is_refused(&made), "{invitation:?}: {made:?}");
        }
    }

    async fn a_session_is_as_long_as_its_roles(place) {
        let app = open(place, "2023-09-26").await;
        let session = joined(&app, "wang", vec![clerk(Some("2023-09-20"))], 0).await;
        let today = viewer(&app, &session, at(5).now).await.unwrap();
        assert!(may(app.programme(), &today, Deed::Create, "event"));
        let tomorrow = viewer(&app, &session, noon("2023-09-21")).await.unwrap();
        assert!(tomorrow.offices.is_empty());
        assert_eq!(viewer(&app, &session, noon("2023-10-21")).await, None);
        let other = app.sign_in("wang", PASSWORD, at(9)).await.unwrap().session().unwrap();
        app.sign_out(&session).await.unwrap();
        assert_eq!(viewer(&app, &session, at(10).now).await, None);
        let wang = viewer(&app, &other, at(10).now).await.unwrap();
        app.sign_out_everywhere(&wang).await.unwrap();
        assert_eq!(viewer(&app, &other, at(10).now).await, None);
    }

    async fn a_role_has_a_first_and_a_last_day(place) {
        let app = open(place, "2023-09-26").await;
        let operator = Viewer::operator();
        let backwards = Held { from: noon("2023-09-21").day(), ..clerk(Some("2023-09-20")) };
        let made = app.invite(&operator, &invitation("wang", vec![backwards.clone()]), at(0)).await;
        assert!(is_refused(&made), "{made:?}");
        let later = Held { from: noon("2023-09-21").day(), ..clerk(None) };
        let session = joined(&app, "wang", vec![later.clone()], 1).await;
        let offices = async |day: &str| viewer(&app, &session, noon(day)).await.unwrap().offices.len();
        assert_eq!((offices("2023-09-20").await, offices("2023-09-21").await), (0, 1), "not before its first day");
        assert!(is_refused(&app.grant(&operator, ("wang", &backwards), at(30).now).await));
        assert!(is_refused(&app.end_role(&operator, ("wang", &later), at(30).now).await), "no last day");
        assert!(is_refused(&app.end_role(&operator, ("wang", &clerk(Some("2023-09-22"))), at(30).now).await), "held from another day");
        let ended = Held { until: Some(noon("2023-09-22").day()), ..later };
        let wang = viewer(&app, &session, noon("2023-09-21")).await.unwrap();
        let own = app.end_role(&wang, ("wang", &ended), at(30).now).await;
        assert!(matches!(own, Err(Unadmitted::Forbidden(_))), "{own:?}");
        app.end_role(&operator, ("wang", &ended), at(30).now).await.unwrap();
        assert_eq!((offices("2023-09-22").await, offices("2023-09-23").await), (1, 0), "and not after its last");
    }

    async fn what_ends_a_session_ends_it_at_once_however_often_it_was_used(place) {
        let app = open(place, "2023-09-26").await;
        let now = at(10).now;
        let first = joined(&app, "wang", vec![clerk(None)], 0).await;
        let second = app.sign_in("wang", PASSWORD, at(3)).await.unwrap().session().unwrap();
        for _ in 0..3 {
            assert_eq!(viewer(&app, &first, now).await, viewer(&app, &second, now).await);
            // Whatever an earlier request kept is not asked for by a later one of the same moment alone.
            tokio::task::yield_now().await;
        }
        app.sign_out(&first).await.unwrap();
        assert_eq!(viewer(&app, &first, now).await, None);
        let known = viewer(&app, &second, now).await.unwrap();
        assert_eq!(known.offices.len(), 1);
        let administrator = Held { role: ADMINISTRATOR.into(), ..clerk(None) };
        app.grant(&Viewer::operator(), ("wang", &administrator), now).await.unwrap();
        assert_eq!(viewer(&app, &second, now).await.unwrap().offices.len(), 2);
        let later = Moment(now.0 + 8 * 86_400_000);
        assert_eq!(viewer(&app, &second, later).await, None, "it has ended");
        app.sign_out_everywhere(&known).await.unwrap();
        assert_eq!(viewer(&app, &second, now).await, None);
    }

    async fn guessing_is_made_slow(place) {
        let app = open(place, "2023-09-26").await;
        joined(&app, "wang", vec![], 0).await;
        let unknown = app.sign_in("nobody", "x", at(2)).await.unwrap_err();
        for _ in 0..5 {
            let wrong = app.sign_in("wang", "x", at(2)).await.unwrap_err();
            assert_eq!(wrong, unknown, "a name that there is cannot be told from one that there is not");
        }
        assert!(is_refused(&app.sign_in("wang", PASSWORD, at(2)).await), "locked for a minute");
        assert!(app.sign_in("wang", "x", at(3)).await.is_err());
        assert!(is_refused(&app.sign_in("wang", PASSWORD, at(4)).await), "and then for two");
        app.sign_in("wang", PASSWORD, at(5)).await.unwrap();
        app.sign_in("wang", "x", at(5)).await.unwrap_err();
        app.sign_in("wang", PASSWORD, at(6)).await.unwrap();
    }

    async fn a_role_that_is_not_confirmed_grants_nothing(place) {
        let app = open_with(&GUARDED, place, "2023-09-26").await;
        let own = cells([("place", text("111"))]);
        let plan = asked(Act::Create, "plan", None, own);
        let made = app.act(&Viewer::operator(), &[plan], None, at(0)).await.unwrap();
        let agent = Held { role: "agent".into(), unit: made.entries[0].record.to_string(), ..clerk(None) };
        let county = |unit: &str| Held { role: "county".into(), unit: unit.into(), ..clerk(None) };
        let qi = joined(&app, "qi", vec![agent.clone()], 1).await;
        let near = joined(&app, "near", vec![county("111"), agent.clone()], 3).await;
        let far = joined(&app, "far", vec![county("121")], 5).await;
        let [near, far] = [viewer(&app, &near, at(9).now).await.unwrap(), viewer(&app, &far, at(9).now).await.unwrap()];
        let acts = async || viewer(&app, &qi, at(9).now).await.unwrap();
        assert!(acts().await.offices.is_empty() && !may(app.programme(), &acts().await, Deed::Read, "plan"));
        let told = app.unconfirmed(&acts().await, at(9).now.day()).await.unwrap();
        assert_eq!((told.len(), told[0].is_refused, told[0].call[0].account.as_str()), (1, false, "near"));
        let waits = async |who: &Viewer| {
            let all = app.to_confirm(who, at(9).now.day()).await.unwrap();
            all.into_iter().map(|one| one.account).collect::<Vec<_>>()
        };
        assert_eq!(waits(&near).await, ["qi"], "nobody confirms himself");
        assert!(waits(&far).await.is_empty() && waits(&acts().await).await.is_empty());
        for who in [&far, &acts().await] {
            let done = app.confirm(who, ("qi", &agent), true, at(10)).await;
            assert!(is_refused(&done), "{}: {done:?}", who.account);
        }
        assert!(is_refused(&app.confirm(&near, ("near", &agent), true, at(10)).await));
        app.confirm(&near, ("qi", &agent), true, at(10)).await.unwrap();
        assert!(is_refused(&app.confirm(&near, ("qi", &agent), false, at(11)).await), "once");
        assert_eq!(acts().await.offices.len(), 1);
        assert!(app.unconfirmed(&acts().await, at(9).now.day()).await.unwrap().is_empty());
    }

    async fn a_successor_acts_for_who_left(place) {
        let app = open(place, "2023-09-26").await;
        let left = joined(&app, "wang", vec![clerk(None)], 0).await;
        let came = joined(&app, "li", vec![], 10).await;
        let handed = app.hand_over(&Viewer::operator(), ("wang", "li"), at(20).now).await.unwrap();
        assert_eq!(handed, 1);
        assert_eq!(viewer(&app, &left, at(21).now).await, None);
        assert!(app.sign_in("wang", PASSWORD, at(21)).await.is_err());
        let li = viewer(&app, &came, at(21).now).await.unwrap();
        assert!(may(app.programme(), &li, Deed::Create, "event"));
    }
}
