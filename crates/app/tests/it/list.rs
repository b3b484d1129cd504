//! Lists over the facts in memory: three values, order, cursors, any day again.

use crate::lake::{asked, cells, city, day, edge, open, text};
use app::list::{DutyQuestion, Question, Test, Unread};
use app::programme::record::{Act, Cell};
use app::{App, Deed, Viewer, may};

/// Four events on four days, some with a date or an amount that nobody knows; gives their ids.
async fn events(app: &App) -> Vec<String> {
    let rows = [
        (Some("2023-09-03"), Some(300)),
        (Some("2023-09-01"), None),
        (None, Some(100)),
        (Some("2023-09-02"), Some(200)),
    ];
    let mut ids = Vec::new();
    for (nth, (held, signed)) in rows.into_iter().enumerate() {
        let held = held.map(|on| Cell::Int(day(on).0.into()));
        let own = cells([
            ("place", text(city())),
            ("held_on", held),
            ("signed", signed.map(Cell::Int)),
        ]);
        let at = format!("2023-09-1{nth}");
        let event = asked(Act::Create, "event", None, own);
        let made = app
            .act(&Viewer::operator(), &[event], None, edge(&at))
            .await;
        ids.push(made.unwrap().entries[0].record.to_string());
    }
    ids
}

fn question() -> Question {
    Question {
        limit: 10,
        ..Question::default()
    }
}

fn listed(app: &App, question: &Question) -> Vec<String> {
    let page = app.list(&Viewer::operator(), "event", question).unwrap();
    page.records.iter().map(|r| r.id.to_string()).collect()
}

on_both! {
    async fn lists_are_filtered_sorted_and_shown_as_of_any_day(place) {
        let app = open(place, "2023-09-26").await;
        let ids = events(&app).await;
        let of = |at: &[usize]| at.iter().map(|at| ids[*at].clone()).collect::<Vec<_>>();
        let test = |field: &str, test| Question { tests: vec![(field.into(), test)], ..question() };
        let sorted = |field: &str, descending| Question { sort: Some((field.into(), descending)), ..question() };
        assert_eq!(listed(&app, &question()), of(&[0, 1, 2, 3]), "by id");
        assert_eq!(listed(&app, &sorted("held_on", false)), of(&[1, 3, 0, 2]));
        assert_eq!(listed(&app, &sorted("held_on", true)), of(&[0, 3, 1, 2]), "the unknown last again");
        assert_eq!(listed(&app, &test("signed", Test::AtMost("250".into()))), of(&[2, 3]));
        assert_eq!(listed(&app, &test("held_on", Test::Empty(true))), of(&[2]));
        let rule = |text: &str| Question { rule: Some(text.into()), ..question() };
        assert_eq!(listed(&app, &rule("!(signed > yuan(2))")), of(&[2, 3]), "unknown is not no");
        let then = Question { at: Some(day("2023-09-11")), ..question() };
        assert_eq!(listed(&app, &then), of(&[0, 1]), "as it was known then");
        let ahead = app.list(&Viewer::operator(), "event", &Question { at: Some(day("2023-09-27")), ..question() });
        assert!(matches!(ahead, Err(Unread::Ahead { .. })), "{ahead:?}");
    }

    async fn pages_follow_each_other_through_equal_and_unknown_values(place) {
        let app = open(place, "2023-09-26").await;
        let ids = events(&app).await;
        for field in ["id", "held_on", "signed", "place", "led", "state"] {
            for descending in [false, true] {
                let mut question = Question { limit: 1, sort: Some((field.into(), descending)), ..question() };
                let whole = listed(&app, &Question { limit: 500, ..question.clone() });
                let mut paged = Vec::new();
                loop {
                    let page = app.list(&Viewer::operator(), "event", &question).unwrap();
                    paged.extend(page.records.iter().map(|r| r.id.to_string()));
                    question.after = page.next;
                    if question.after.is_none() { break; }
                }
                assert_eq!(paged, whole, "{field} {descending}");
                assert_eq!(paged.len(), ids.len());
            }
        }
    }

    async fn a_past_day_shows_the_version_of_then_and_history_tells_how_it_went_on(place) {
        let app = open(place, "2023-09-26").await;
        let viewer = Viewer::operator();
        let id = events(&app).await.swap_remove(0);
        let sign = asked(Act::Change, "event", Some((&id, 1)), cells([("signed", Some(Cell::Int(7)))]));
        app.act(&viewer, &[sign], None, edge("2023-09-20")).await.unwrap();
        let hold = asked(Act::Move("hold".into()), "event", Some((&id, 2)), vec![]);
        app.act(&viewer, &[hold], None, edge("2023-09-22")).await.unwrap();
        let version = |at: Option<&str>| {
            let record = app.record(&viewer, "event", &id, at.map(day)).unwrap();
            (record.listed.version, record.state.unwrap(), record.moves.len())
        };
        assert_eq!(version(Some("2023-09-15")), (1, "planned".into(), 0));
        assert_eq!(version(Some("2023-09-20")), (2, "planned".into(), 0));
        assert_eq!(version(None), (3, "held".into(), 0));
        let gone = app.record(&viewer, "event", &id, Some(day("2023-09-01")));
        assert!(matches!(gone, Err(Unread::NoRecord { .. })), "{gone:?}");
        let told = app.record_history(&viewer, "event", &id).await.unwrap();
        let acts: Vec<String> = told.iter().map(|t| t.entry.act.word()).collect();
        assert_eq!(acts, ["create", "change", "move:hold"]);
        let nobody = app.record_history(&viewer, "event", "").await;
        assert!(matches!(nobody, Err(Unread::NoRecord { .. })), "{nobody:?}");
    }

    async fn nobody_but_the_operator_is_served_until_roles_are_granted(place) {
        let app = open(place, "2023-09-26").await;
        let stranger = Viewer { account: "stranger".into(), on_behalf: None, person: None, offices: Vec::new() };
        assert!(!may(app.programme(), &stranger, Deed::Read, "event") && may(app.programme(), &Viewer::operator(), Deed::Move, "event"));
        let list = app.list(&stranger, "event", &question());
        assert!(matches!(list, Err(Unread::Forbidden(_))), "{list:?}");
        let duties = app.duties(&stranger, &DutyQuestion { limit: 1, ..DutyQuestion::default() }, None);
        assert_eq!(duties.unwrap().duties, []);
        let event = asked(Act::Create, "event", None, cells([("place", text(city()))]));
        let made = app.act(&stranger, &[event], None, edge("2023-09-20")).await;
        assert!(matches!(made, Err(app::Refused::Forbidden(_))), "{made:?}");
    }
}
