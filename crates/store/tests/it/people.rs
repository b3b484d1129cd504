//! Accounts, their roles, sessions and links.

use crate::both::on_both;
use programme::record::Author;
use rules::{Day, Moment};
use store::people::{self, Account, Answer, Held, Saved, Second, Token};
use store::{Db, Dialect};

const NOW: Moment = Moment(1_700_000_000_000);
const LATER: Moment = Moment(NOW.0 + 1_000);

fn somebody(id: &str) -> Account {
    Account {
        id: id.into(),
        person: "王一".into(),
        phone: None,
        password: None,
        created_at: NOW,
        closed_at: None,
        failures: 0,
        locked_until: Moment(0),
    }
}

fn author(actor: &str) -> Author {
    Author {
        actor: actor.into(),
        on_behalf: None,
        at: NOW,
        key: None,
    }
}

fn clerk(from: i32, until: Option<i32>) -> Held {
    Held {
        role: "clerk".into(),
        unit: "350102".into(),
        from: Day(from),
        until: until.map(Day),
    }
}

/// The stamp once what was begun is over; `None` on PostgreSQL, where other nodes write too.
async fn stamp(db: &Db) -> Option<u64> {
    while db.dialect() == Dialect::Sqlite && db.people_stamp().is_none() {
        tokio::task::yield_now().await;
    }
    db.people_stamp()
}

on_both! {
    async fn whatever_changes_who_somebody_is_changes_the_stamp(place) {
        let db = place.open().await;
        let mut before = stamp(&db).await;
        let mut is_other = async |what: &str| {
            let now = stamp(&db).await;
            assert!(now.is_none() && db.dialect() == Dialect::Postgres || now > before, "{what}");
            before = now;
        };
        people::open(&db, &author("boss"), &somebody("wang"), &[clerk(1, None)]).await.unwrap();
        is_other("opened").await;
        people::grant(&db, &author("boss"), "wang", &clerk(1, Some(20_000))).await.unwrap();
        is_other("granted").await;
        people::enter(&db, "wang", [1; 32], (NOW, LATER)).await.unwrap();
        is_other("entered").await;
        people::leave(&db, [1; 32]).await.unwrap();
        is_other("left").await;
        people::enter(&db, "wang", [2; 32], (NOW, LATER)).await.unwrap();
        is_other("entered again").await;
        people::leave_everywhere(&db, "wang").await.unwrap();
        is_other("left everywhere").await;
        people::set_password(&db, "wang", "p").await.unwrap();
        is_other("password").await;
        people::open(&db, &author("boss"), &somebody("li"), &[]).await.unwrap();
        people::hand_over(&db, &author("boss"), "wang", "li").await.unwrap();
        is_other("handed over").await;
        people::close(&db, &author("boss"), "li").await.unwrap();
        is_other("closed").await;
    }

    async fn there_is_no_stamp_while_somebody_changes_what_may_be_undone(place) {
        let db = place.open().await;
        people::open(&db, &author("boss"), &somebody("wang"), &[]).await.unwrap();
        let before = stamp(&db).await;
        let mut tx = db.write().await.unwrap();
        tx.execute("delete from journal where arrival = -1", &[]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(stamp(&db).await, before, "what is about records leaves it");
        let mut tx = db.write().await.unwrap();
        assert_eq!(db.people_stamp(), before);
        tx.execute("update account set failures = 9", &[]).await.unwrap();
        assert_eq!(db.people_stamp(), None);
        drop(tx);
        let after = stamp(&db).await;
        assert!(after != before || after.is_none());
        assert_eq!(people::account(&db, "wang").await.unwrap(), Some(somebody("wang")));
        // After tables were rebuilt the writer's connection is another one.
        db.migration().await.unwrap().commit().await.unwrap();
        people::set_password(&db, "wang", "p").await.unwrap();
        let last = stamp(&db).await;
        assert!(last > after || last.is_none());
    }

    async fn an_account_is_made_once_with_its_roles(place) {
        let db = place.open().await;
        assert!(people::open(&db, &author("boss"), &somebody("wang"), &[clerk(10, None), clerk(1, Some(9))]).await.unwrap());
        assert!(!people::open(&db, &author("boss"), &somebody("wang"), &[clerk(30, None)]).await.unwrap());
        assert_eq!(people::held(&db, "wang").await.unwrap(), [clerk(10, None), clerk(1, Some(9))]);
        people::grant(&db, &author("boss"), "wang", &clerk(10, Some(20))).await.unwrap();
        assert_eq!(people::held(&db, "wang").await.unwrap()[0], clerk(10, Some(20)));
        assert_eq!(people::account(&db, "wang").await.unwrap(), Some(somebody("wang")));
        assert_eq!(people::account(&db, "li").await.unwrap(), None);
    }

    async fn a_role_is_ended_with_a_day(place) {
        let db = place.open().await;
        people::open(&db, &author("boss"), &somebody("wang"), &[clerk(10, None), clerk(1, Some(9))]).await.unwrap();
        assert!(people::end(&db, &author("boss"), "wang", &clerk(10, Some(20))).await.unwrap());
        assert_eq!(people::held(&db, "wang").await.unwrap(), [clerk(10, Some(20)), clerk(1, Some(9))]);
        assert!(!people::end(&db, &author("boss"), "wang", &clerk(11, Some(20))).await.unwrap(), "held from another day");
        assert!(!people::end(&db, &author("boss"), "li", &clerk(10, Some(20))).await.unwrap());
    }

    async fn a_role_waits_until_somebody_answers(place) {
        let db = place.open().await;
        people::open(&db, &author("boss"), &somebody("wang"), &[clerk(10, None), clerk(1, Some(9))]).await.unwrap();
        let waits = async |today| {
            let all = people::waiting(&db, "clerk", Day(today)).await.unwrap();
            all.into_iter().map(|one| (one.account, one.held)).collect::<Vec<_>>()
        };
        assert_eq!(waits(10).await, [("wang".to_owned(), clerk(10, None))], "and not what is over");
        assert!(people::waiting(&db, "king", Day(10)).await.unwrap().is_empty());
        let by = author("lin");
        assert!(!people::answer(&db, &by, ("wang", &clerk(11, None)), true).await.unwrap(), "it is not held");
        assert!(people::answer(&db, &by, ("wang", &clerk(10, None)), false).await.unwrap());
        assert!(!people::answer(&db, &by, ("wang", &clerk(10, None)), true).await.unwrap(), "it was answered");
        assert!(waits(10).await.is_empty());
        let refused = Answer { is_confirmed: false, by: "lin".into(), at: NOW };
        let of = ("clerk".to_owned(), "350102".to_owned(), Day(10));
        assert_eq!(people::answers(&db, "wang").await.unwrap(), [(of.clone(), refused)]);
        people::open(&db, &author("boss"), &somebody("li"), &[]).await.unwrap();
        people::grant(&db, &author("boss"), "wang", &clerk(10, Some(40_000))).await.unwrap();
        assert_eq!(waits(10).await.len(), 1, "what was refused and is given again is asked again");
        assert!(people::answer(&db, &by, ("wang", &clerk(10, None)), true).await.unwrap());
        people::grant(&db, &author("boss"), "wang", &clerk(10, Some(50_000))).await.unwrap();
        assert!(waits(10).await.is_empty(), "what was confirmed stays so");
        people::hand_over(&db, &author("boss"), "wang", "li").await.unwrap();
        let today = NOW.day().0;
        assert_eq!(waits(today).await, [("li".to_owned(), clerk(today, Some(50_000)))], "another person is confirmed anew");
    }

    async fn a_link_is_used_once_and_ends_sessions(place) {
        let db = place.open().await;
        people::open(&db, &author("boss"), &somebody("wang"), &[]).await.unwrap();
        people::link(&db, "wang", [1; 32], LATER).await.unwrap();
        people::link(&db, "wang", [2; 32], LATER).await.unwrap();
        people::enter(&db, "wang", [9; 32], (NOW, LATER)).await.unwrap();
        assert_eq!(people::linked(&db, [1; 32], NOW).await.unwrap(), None);
        assert_eq!(people::linked(&db, [2; 32], LATER).await.unwrap(), None);
        assert_eq!(people::linked(&db, [2; 32], NOW).await.unwrap().as_deref(), Some("wang"));
        assert_eq!(people::accept(&db, [2; 32], "p", NOW).await.unwrap().as_deref(), Some("wang"));
        assert_eq!(people::accept(&db, [2; 32], "q", NOW).await.unwrap(), None);
        let found = people::account(&db, "wang").await.unwrap().unwrap();
        assert_eq!(found.password.as_deref(), Some("p"));
        assert_eq!(people::session(&db, [9; 32], NOW).await.unwrap(), None);
    }

    async fn a_token_acts_until_it_ends_or_is_dropped(place) {
        let db = place.open().await;
        people::open(&db, &author("boss"), &somebody("wang"), &[]).await.unwrap();
        let about = Token { name: "report".into(), writes: false, created_at: NOW, ends_at: LATER };
        people::keep_token(&db, "wang", [1; 32], &about).await.unwrap();
        assert_eq!(people::tokens(&db, "wang").await.unwrap(), [about]);
        assert_eq!(people::by_token(&db, [1; 32], NOW).await.unwrap(), Some((somebody("wang"), false)));
        assert_eq!(people::by_token(&db, [2; 32], NOW).await.unwrap(), None);
        assert_eq!(people::by_token(&db, [1; 32], LATER).await.unwrap(), None, "it has ended");
        assert_eq!(people::drop_token(&db, "wang", "report").await.unwrap(), 1);
        assert_eq!(people::by_token(&db, [1; 32], NOW).await.unwrap(), None);
        people::keep_token(&db, "wang", [3; 32], &Token { name: "x".into(), writes: true, created_at: NOW, ends_at: LATER }).await.unwrap();
        people::close(&db, &author("boss"), "wang").await.unwrap();
        assert_eq!(people::by_token(&db, [3; 32], NOW).await.unwrap(), None, "a closed account acts no more");
    }

    async fn a_list_is_kept_under_its_name_until_it_is_forgotten(place) {
        let db = place.open().await;
        people::open(&db, &author("boss"), &somebody("wang"), &[]).await.unwrap();
        people::open(&db, &author("boss"), &somebody("li"), &[]).await.unwrap();
        let list = |register: &str, name: &str, query: &str| Saved { register: register.into(), name: name.into(), query: query.into() };
        for (list, most, kept) in [
            (list("event", "近期", "a=1"), 2, true),
            (list("event", "近期", "a=2"), 2, true),
            (list("firm", "近期", ""), 2, true),
            (list("firm", "更多", ""), 2, false),
        ] {
            assert_eq!(people::save(&db, "wang", &list, most, NOW).await.unwrap(), kept, "{list:?}");
        }
        assert_eq!(people::saved(&db, "wang").await.unwrap(), [list("event", "近期", "a=2"), list("firm", "近期", "")]);
        assert_eq!(people::saved(&db, "li").await.unwrap(), []);
        people::forget(&db, "li", "event", "近期").await.unwrap();
        people::forget(&db, "wang", "event", "近期").await.unwrap();
        assert_eq!(people::saved(&db, "wang").await.unwrap(), [list("firm", "近期", "")]);
    }

    async fn a_second_factor_asks_once_it_is_confirmed(place) {
        let db = place.open().await;
        people::open(&db, &author("boss"), &somebody("wang"), &[]).await.unwrap();
        assert_eq!(people::second(&db, "wang").await.unwrap(), None);
        assert!(people::begin_second(&db, "wang", b"one", NOW).await.unwrap());
        assert!(people::begin_second(&db, "wang", b"two", NOW).await.unwrap(), "begun again");
        let begun = Second { secret: b"two".to_vec(), confirmed_at: None, last_step: 0 };
        assert_eq!(people::second(&db, "wang").await.unwrap(), Some(begun));
        assert!(!people::is_second(&db, "wang").await.unwrap());
        assert!(!people::use_time_step(&db, "wang", 5).await.unwrap(), "nothing is asked before it is confirmed");
        people::enter(&db, "wang", [8; 32], (NOW, LATER)).await.unwrap();
        people::enter(&db, "wang", [9; 32], (NOW, LATER)).await.unwrap();
        let codes = [[1; 32], [2; 32]];
        assert!(people::confirm_second(&db, "wang", (7, NOW), &codes, [9; 32]).await.unwrap());
        assert!(!people::confirm_second(&db, "wang", (8, NOW), &codes, [9; 32]).await.unwrap(), "once");
        assert!(!people::begin_second(&db, "wang", b"three", NOW).await.unwrap(), "no other in place of a confirmed one");
        assert_eq!(people::seconds(&db).await.unwrap(), ["wang"]);
        assert_eq!(people::session(&db, [8; 32], NOW).await.unwrap(), None, "other sessions end");
        assert!(people::session(&db, [9; 32], NOW).await.unwrap().is_some());
        assert!(people::drop_second(&db, "wang").await.unwrap());
        assert!(!people::drop_second(&db, "wang").await.unwrap());
        assert_eq!(people::recovery_left(&db, "wang").await.unwrap(), 0);
    }

    async fn no_code_is_used_twice(place) {
        let db = place.open().await;
        people::open(&db, &author("boss"), &somebody("wang"), &[]).await.unwrap();
        people::begin_second(&db, "wang", b"one", NOW).await.unwrap();
        people::confirm_second(&db, "wang", (7, NOW), &[[1; 32], [2; 32]], [9; 32]).await.unwrap();
        assert!(!people::use_time_step(&db, "wang", 7).await.unwrap(), "the one that confirmed it");
        assert!(people::use_time_step(&db, "wang", 8).await.unwrap());
        let both = futures_util::join!(people::use_time_step(&db, "wang", 9), people::use_time_step(&db, "wang", 9));
        assert_eq!(u8::from(both.0.unwrap()) + u8::from(both.1.unwrap()), 1, "of two at once one");
        assert!(!people::use_time_step(&db, "wang", 8).await.unwrap(), "nor an older one");
        assert!(people::use_recovery(&db, "wang", [1; 32], NOW).await.unwrap());
        assert!(!people::use_recovery(&db, "wang", [1; 32], NOW).await.unwrap());
        assert!(!people::use_recovery(&db, "li", [2; 32], NOW).await.unwrap(), "somebody else's");
        assert_eq!(people::recovery_left(&db, "wang").await.unwrap(), 1);
        people::put_recovery(&db, "wang", &[[3; 32]]).await.unwrap();
        assert!(!people::use_recovery(&db, "wang", [2; 32], NOW).await.unwrap(), "replaced");
        assert!(people::use_recovery(&db, "wang", [3; 32], NOW).await.unwrap());
    }

    async fn between_password_and_code_there_is_no_session(place) {
        let db = place.open().await;
        people::open(&db, &author("boss"), &somebody("wang"), &[]).await.unwrap();
        people::begin_step(&db, "wang", [1; 32], (NOW, LATER)).await.unwrap();
        assert_eq!(people::session(&db, [1; 32], NOW).await.unwrap(), None);
        assert_eq!(people::of_step(&db, [1; 32], NOW).await.unwrap(), Some(somebody("wang")));
        assert_eq!(people::of_step(&db, [1; 32], LATER).await.unwrap(), None, "too late");
        assert!(people::end_step(&db, [1; 32]).await.unwrap());
        assert!(!people::end_step(&db, [1; 32]).await.unwrap());
        people::begin_step(&db, "wang", [2; 32], (NOW, LATER)).await.unwrap();
        people::set_password(&db, "wang", "p").await.unwrap();
        assert_eq!(people::of_step(&db, [2; 32], NOW).await.unwrap(), None, "another password ends it");
        people::begin_second(&db, "wang", b"one", NOW).await.unwrap();
        people::begin_step(&db, "wang", [3; 32], (NOW, LATER)).await.unwrap();
        people::close(&db, &author("boss"), "wang").await.unwrap();
        assert_eq!(people::of_step(&db, [3; 32], NOW).await.unwrap(), None);
        assert_eq!(people::second(&db, "wang").await.unwrap(), None, "a closed account keeps no secret");
    }

    async fn a_single_sign_on_knows_an_account_by_one_name(place) {
        let db = place.open().await;
        for id in ["wang", "li"] {
            people::open(&db, &author("boss"), &somebody(id), &[]).await.unwrap();
        }
        let found = async |issuer: &str, name: &str| {
            let found = people::by_identity(&db, issuer, name).await.unwrap();
            found.map(|account| account.id)
        };
        assert_eq!(found("p", "wang").await.as_deref(), Some("wang"), "by its own name");
        assert_eq!(found("p", "zhao").await, None);
        assert!(people::identify(&db, &author("boss"), "wang", ("p", Some("w-350102"))).await.unwrap());
        assert_eq!(found("p", "w-350102").await.as_deref(), Some("wang"));
        assert_eq!(found("p", "wang").await, None, "one that is linked is not known by its own name");
        assert_eq!(found("q", "w-350102").await, None, "another issuer's names are others");
        assert_eq!(found("q", "wang").await.as_deref(), Some("wang"));
        assert!(!people::identify(&db, &author("boss"), "li", ("p", Some("w-350102"))).await.unwrap(), "a name leads to one account");
        assert_eq!(found("p", "li").await.as_deref(), Some("li"), "and nothing was changed");
        assert!(people::identify(&db, &author("boss"), "li", ("p", Some("wang"))).await.unwrap());
        assert_eq!(found("p", "wang").await.as_deref(), Some("li"));
        let all = people::identities(&db, "p").await.unwrap();
        assert_eq!(all, [("li".into(), "wang".into()), ("wang".into(), "w-350102".into())]);
        assert!(people::identify(&db, &author("boss"), "wang", ("p", None)).await.unwrap());
        people::close(&db, &author("boss"), "li").await.unwrap();
        assert_eq!(found("p", "wang").await.as_deref(), Some("wang"));
    }

    async fn somebody_is_reminded_once_a_day_until_it_is_put_away(place) {
        let db = place.open().await;
        let phone = Account { phone: Some("13800001111".into()), ..somebody("wang") };
        people::open(&db, &author("boss"), &phone, &[clerk(10, Some(20))]).await.unwrap();
        let holder = people::holders(&db, Day(20)).await.unwrap().pop().unwrap();
        assert_eq!((holder.account.as_str(), holder.unit.as_str()), ("wang", "350102"));
        assert_eq!((holder.phone.as_deref(), holder.role.as_str()), (Some("13800001111"), "clerk"));
        assert!(people::holders(&db, Day(21)).await.unwrap().is_empty());
        let duty = ["events".to_owned(), "350102".to_owned(), "2023-09".to_owned()];
        let all = [("wang".to_owned(), duty.clone())];
        assert_eq!(people::remind(&db, &all, "li", Day(15)).await.unwrap(), 1);
        assert_eq!(people::remind(&db, &all, "li", Day(15)).await.unwrap(), 0);
        assert_eq!(people::remind(&db, &all, "li", Day(16)).await.unwrap(), 1);
        let told = people::reminders(&db, "wang").await.unwrap();
        assert_eq!(told, [(duty.clone(), "li".to_owned(), Day(16)), (duty, "li".to_owned(), Day(15))]);
        people::put_away(&db, "wang", NOW).await.unwrap();
        assert!(people::reminders(&db, "wang").await.unwrap().is_empty());
    }

    async fn sessions_end(place) {
        let db = place.open().await;
        people::open(&db, &author("boss"), &somebody("wang"), &[clerk(1, None)]).await.unwrap();
        people::failed(&db, "wang", LATER).await.unwrap();
        let found = people::account(&db, "wang").await.unwrap().unwrap();
        assert_eq!((found.failures, found.locked_until), (1, LATER));
        for token in [1, 2, 3] {
            people::enter(&db, "wang", [token; 32], (NOW, LATER)).await.unwrap();
        }
        let there = async |token: u8, now| people::session(&db, [token; 32], now).await.unwrap();
        assert_eq!(there(1, NOW).await, Some((somebody("wang"), LATER)));
        assert_eq!(there(1, LATER).await, None);
        people::leave(&db, [1; 32]).await.unwrap();
        assert_eq!(there(1, NOW).await, None);
        assert!(there(2, NOW).await.is_some());
        people::leave_everywhere(&db, "wang").await.unwrap();
        assert_eq!(there(2, NOW).await, None);
        people::enter(&db, "wang", [4; 32], (NOW, LATER)).await.unwrap();
        people::close(&db, &author("boss"), "wang").await.unwrap();
        assert_eq!(there(4, NOW).await, None);
        let last = NOW.day().0 - 1;
        assert_eq!(people::held(&db, "wang").await.unwrap(), [clerk(1, Some(last))]);
    }

    async fn a_successor_takes_over_what_is_held(place) {
        let db = place.open().await;
        let today = NOW.day().0;
        people::open(&db, &author("boss"), &somebody("wang"), &[clerk(1, None), clerk(0, Some(5))]).await.unwrap();
        people::open(&db, &author("boss"), &somebody("li"), &[]).await.unwrap();
        assert_eq!(people::hand_over(&db, &author("boss"), "wang", "li").await.unwrap(), 1);
        assert_eq!(people::held(&db, "li").await.unwrap(), [clerk(today, None)]);
        let ends: Vec<_> = people::held(&db, "wang").await.unwrap().into_iter().map(|h| h.until).collect();
        assert_eq!(ends, [Some(Day(today - 1)), Some(Day(5))]);
        let closed = people::account(&db, "wang").await.unwrap().unwrap().closed_at;
        assert_eq!(closed, Some(NOW));
    }
}
