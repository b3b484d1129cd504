//! Opening a database: made once, refused where it is another's, read only where the clocks differ, sealed while it is open.

use crate::lake::{
    LAKE, asked, cells, city, clock_ms, day, edge, files, key, noon, open, opening, text,
};
use app::keep::{House, Mode, Trusting, examine};
use app::programme::record::{Act, Cell};
use app::rules::Words;
use app::{App, Refused, Viewer};
use std::sync::atomic::{AtomicI64, Ordering};

fn event() -> app::engine::Asked {
    let held = Some(Cell::Int(day("2023-09-20").0.into()));
    let own = cells([("place", text(city())), ("held_on", held)]);
    asked(Act::Create, "event", None, own)
}

async fn created(app: &App) -> Result<app::Written, Refused> {
    app.act(&Viewer::operator(), &[event()], None, edge("2023-09-21"))
        .await
}

fn refused(opened: Result<App, Words>) -> Words {
    match opened {
        Ok(_) => panic!("it opened"),
        Err(words) => words,
    }
}

on_both! {
    async fn a_new_database_puts_the_programme_in_force_and_another_version_is_refused(place) {
        open(place, "2023-09-26").await.close().await;
        let house = House::open(&place.address, Mode::Read).await.unwrap();
        let found = house.in_force().await.unwrap().unwrap();
        assert_eq!((found.files == files(), found.simulated), (true, None));
        house.close().await;

        let mut other = opening(place, "2023-09-26");
        let text = other.files.get_mut("programme.toml").unwrap();
        text.push_str("\n# another version\n");
        let words = refused(App::open(LAKE.clone(), &other, |_| ()).await);
        assert!(words.en.contains("heli migrate") && words.zh.contains("heli migrate"), "{words:?}");

        let mut grown = LAKE.clone();
        let event = grown.registers.iter_mut().find(|r| r.id == "event").unwrap();
        event.fields.retain(|field| field.id != "signed");
        let words = refused(App::open(grown, &opening(place, "2023-09-26"), |_| ()).await);
        assert!(words.en.contains("heli migrate --plan"), "{words:?}");
        open(place, "2023-09-26").await.close().await;
    }

    async fn what_is_closed_reads_and_does_not_write(place) {
        open(place, "2023-09-26").await.close().await;
        let mut only = opening(place, "2023-09-26");
        only.closed = Some(Words::new("只读", "only read"));
        let app = App::open(LAKE.clone(), &only, |_| ()).await.unwrap();
        let Err(Refused::ReadOnly(words)) = created(&app).await else { panic!("it was written") };
        assert_eq!(words.en, "only read");
        app.notice(&Viewer::operator(), &LAKE.notices[0].id, None, None).unwrap();
    }

    async fn seals_are_made_while_it_is_open_and_go_to_the_witness(place) {
        let app = open(place, "2023-09-26").await;
        let witness = place.folder().join("elsewhere/witness");
        std::fs::create_dir_all(witness.parent().unwrap()).unwrap();
        let at = (witness.as_path(), place.address.as_str());
        let sealing = app.sealing(key(), [3; 32], Some(at)).await.unwrap();
        let public = sealing.public_key().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let told = |stop: app::keep::Stop| panic!("{}", stop.words().en);
        let until = async { stopped.await.unwrap() };
        let running = tokio::spawn(sealing.run(|| noon("2023-09-26"), told, until));
        let written = created(&app).await.unwrap();
        stop.send(()).unwrap();
        running.await.unwrap();

        let root = app.journal_root().await.unwrap().unwrap();
        assert!(root.contains(r#""size":3"#) && root.contains(r#""rehearsal":true"#), "{root}");
        let arrival = written.entries[0].arrival;
        assert!(app.journal_proof(&Viewer::operator(), arrival, &public).await.unwrap().is_some());
        app.close().await;

        let house = House::open(&place.address, Mode::Read).await.unwrap();
        let pem = place.folder().join("public.pem");
        std::fs::write(&pem, public).unwrap();
        let trusting = Trusting { keys: vec![pem], witness: Some(witness.clone()), root: None };
        let examined = examine(&house, &trusting, |_, _| ()).await.unwrap();
        assert!(examined.holds && examined.not_checkable.is_empty(), "{examined:?}");
        assert_eq!(examined.witness.unwrap().entries, 3);
        house.close().await;

        // A rehearsal stays one, and a witness of another history is not written on.
        let mut earnest = opening(place, "2023-09-26");
        earnest.rehearsal = false;
        assert!(refused(App::open(LAKE.clone(), &earnest, |_| ()).await).en.contains("rehearsal"));
        let app = open(place, "2023-09-26").await;
        let other = std::fs::read_to_string(&witness).unwrap().replace("\"size\":3", "\"size\":2");
        std::fs::write(&witness, other).unwrap();
        let refused = app.sealing(key(), [4; 32], Some(at)).await;
        assert!(refused.unwrap_err().words().en.contains("nothing was added"));
    }
}

#[tokio::test]
async fn a_witness_beside_the_database_is_refused() {
    let place = crate::both::Place::sqlite();
    let app = open(&place, "2023-09-26").await;
    let beside = place.folder().join("witness");
    let refused = app
        .sealing(key(), [3; 32], Some((&beside, &place.address)))
        .await;
    let words = refused.unwrap_err().words().clone();
    assert!(
        words.en.contains("must not lie with the database"),
        "{words:?}"
    );
}

/// How far the clock of a node is put forward.
static AHEAD_MS: AtomicI64 = AtomicI64::new(0);

fn shifted() -> i64 {
    clock_ms() + AHEAD_MS.load(Ordering::Relaxed)
}

#[tokio::test]
async fn a_node_whose_clock_differs_reads_and_does_not_write_until_it_is_set() {
    let place = crate::both::Place::postgres();
    let mut with = opening(&place, "2023-09-26");
    with.clock_ms = shifted;
    AHEAD_MS.store(3_600_000, Ordering::Relaxed);
    let words = refused(App::open(LAKE.clone(), &with, |_| ()).await);
    assert!(words.en.contains("clock"), "nothing is made: {words:?}");

    open(&place, "2023-09-26").await.close().await;
    let app = App::open(LAKE.clone(), &with, |_| ()).await.unwrap();
    let Err(Refused::ReadOnly(words)) = created(&app).await else {
        panic!("it was written")
    };
    assert!(
        words.en.contains("3600.0 s") && words.en.contains("NTP"),
        "{words:?}"
    );
    assert!(app.check_clock(shifted).await.unwrap().is_some());
    AHEAD_MS.store(0, Ordering::Relaxed);
    assert_eq!(app.check_clock(shifted).await.unwrap(), None);
    created(&app).await.unwrap();
    AHEAD_MS.store(-3_600_000, Ordering::Relaxed);
    assert!(app.check_clock(shifted).await.unwrap().is_some());
    assert!(matches!(created(&app).await, Err(Refused::ReadOnly(_))));
    assert_eq!(app.catch_up().await, Ok(()));
}
