//! A database filled from sheets shows every day as the sheets do.

use crate::lake::{LAKE, city, day, key, noon, open};
use app::{App, Viewer, build_facts, split_sheets};
use std::collections::BTreeMap;
use tokio::sync::Notify;

on_both! {
    async fn pages_on_the_database_are_those_of_the_sheets(place) {
        let c = city();
        let event = format!(
            "id,place,held_on,signed,state,recorded_at,superseded_at\n\
             E1,{c},2023-09-05,100,planned,2023-09-01,2023-09-06\n\
             E1,{c},2023-09-05,250.5,held,2023-09-06T10:00,\n\
             E2,{c},2023-09-12,,held,2023-09-13,\n\
             E3,,2023-09-13,7,planned,2023-09-14,\n"
        );
        let firm = "id,listed_on,size,recorded_at\nF1,2023-09-02,small,2023-09-02\nF2,,large,\n";
        let sheets = BTreeMap::from([("event".to_owned(), event), ("firm".to_owned(), firm.to_owned())]);
        let facts = || build_facts(&LAKE, split_sheets(&sheets).unwrap()).unwrap();
        let read = App::new(LAKE.clone(), facts(), day("2023-09-26"), true);

        let app = open(place, "2023-09-26").await;
        let first = LAKE.campaign.0.start();
        let mut told = (0, 0);
        let mut sealing = app.sealing(key(), [9; 32], None).await.unwrap();
        let by = (&Viewer::operator(), &mut sealing);
        let filled = app.fill(by, (&facts(), &[]), first, [3; 32], |done, all| told = (done, all)).await.unwrap();
        sealing.end(noon("2023-09-26")).await.unwrap();
        let sealed = app.store().unwrap().seal_at(noon("2023-09-07")).await.unwrap().unwrap();
        // Tables, version, two batches, E1 twice, F1 and F2: what came later is under later seals.
        assert_eq!((sealed.seal.size, sealed.seal.rehearsal), (8, true));
        assert_eq!((filled.written, filled.refused.len(), told), (6, 0, (6, 6)), "{:?}", filled.refused);
        let notice = &LAKE.notices[0].id;
        app.close().await;
        let again = open(place, "2023-09-26").await;
        for at in ["2023-09-05", "2023-09-06", "2023-09-13", "2023-09-26"] {
            let date = Some(at.parse().unwrap());
            assert_eq!(again.notice(&Viewer::operator(), notice, None, date), read.notice(&Viewer::operator(), notice, None, date), "{at}");
        }
        assert_eq!(again.shown_on("event", day("2023-09-05")).len(), 1);
    }

    async fn a_filling_that_was_interrupted_goes_on(place) {
        let c = city();
        let rows = (1..40).map(|n| format!("E{n},{c},2023-09-05,{n},held,2023-09-{:02}\n", n % 20 + 1));
        let event = format!("id,place,held_on,signed,state,recorded_at\n{}", rows.collect::<String>());
        let sheets = BTreeMap::from([("event".to_owned(), event)]);
        let facts = build_facts(&LAKE, split_sheets(&sheets).unwrap()).unwrap();
        let first = LAKE.campaign.0.start();

        let app = open(place, "2023-09-26").await;
        let mut sealing = app.sealing(key(), [9; 32], None).await.unwrap();
        let begun = Notify::new();
        let by = (&Viewer::operator(), &mut sealing);
        tokio::select! {
            biased;
            () = begun.notified() => {}
            _ = app.fill(by, (&facts, &[]), first, [3; 32], |_, _| begun.notify_one()) => panic!("it was not interrupted"),
        }
        drop(sealing);
        app.close().await;

        let app = open(place, "2023-09-26").await;
        let before = app.shown_on("event", day("2023-09-26")).len();
        assert!((1..39).contains(&before), "{before}");
        let mut sealing = app.sealing(key(), [8; 32], None).await.unwrap();
        let by = (&Viewer::operator(), &mut sealing);
        let filled = app.fill(by, (&facts, &[]), first, [3; 32], |_, _| ()).await.unwrap();
        assert_eq!((filled.written, filled.refused.len()), (39 - before, 0), "{:?}", filled.refused);
        assert_eq!(app.shown_on("event", day("2023-09-26")).len(), 39);
        // Once more does nothing, nor do other facts.
        let by = (&Viewer::operator(), &mut sealing);
        let again = app.fill(by, (&facts, &[]), first, [3; 32], |_, _| ()).await.unwrap();
        assert_eq!((again.written, again.refused.len()), (0, 0));
        drop(sealing);
        app.close().await;
    }
}
