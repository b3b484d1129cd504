//! What was erased is told from what is empty and from what is masked: in lists, on pages, in sheets, after a restart and
//! a rebuilding.

use crate::lake::{asked, cells, day, edge, open_with, text, with_register};
use app::list::{JournalQuestion, Question};
use app::programme::record::{Act, Author, Change};
use app::programme::{Files, Programme};
use app::sheet::{Format, How, Out, Sent};
use app::view::{Glimpse, Past, RetainedLine, Shown};
use app::{App, Viewer};
use std::sync::LazyLock;
use store::audit::{Expired, Retained};
use store::write::{Action, Write};
use store::{Sealer, view_name};
use tokio::runtime::Handle;

const GUEST: &str = r#"
id = "guest"
name = { zh = "来宾", en = "Guest" }
title = "name"
[field.code]
name = { zh = "代码", en = "Code" }
type = "text"
key = true
[field.name]
name = { zh = "名称", en = "Name" }
type = "text"
[field.contact]
name = { zh = "联系人", en = "Contact" }
type = "person"
[field.note]
name = { zh = "备注", en = "Note" }
type = "long_text"
[field.phone]
name = { zh = "电话", en = "Phone" }
type = "phone"
sensitive = true
[view]
list = ["code", "name", "contact", "note", "phone"]
"#;

static GUESTS: LazyLock<(Programme, Files)> = LazyLock::new(|| with_register("guest", GUEST));

/// The same where two fields are kept for a month.
static KEPT: LazyLock<(Programme, Files)> = LazyLock::new(|| {
    let month = |kind: &str| format!("type = \"{kind}\"\nsensitive = true\nretain = \"1 month\"");
    let text = GUEST.replace("type = \"person\"", &month("person"));
    let text = text.replace("type = \"phone\"\nsensitive = true", &month("phone"));
    with_register("guest", &text)
});

const TODAY: &str = "2023-09-26";

/// Which fields each guest's list, page and sheet say are erased.
fn told(app: &App, at: Option<&str>) -> [Vec<String>; 2] {
    let viewer = Viewer::operator();
    let question = Question {
        at: at.map(day),
        limit: 9,
        ..Question::default()
    };
    let listed = app.list(&viewer, "guest", &question).unwrap().records;
    let of = |id: &str| listed.iter().find(|listed| &*listed.id == id).unwrap();
    let page = app.list_page(&viewer, "guest", &question).unwrap();
    let all = ["G1", "G2"].map(|id| {
        let erased = of(id).erased.clone();
        let row = page.rows.iter().find(|row| row.id == id).unwrap();
        let cells = page.columns.iter().zip(row.cells());
        let gone = cells.filter(|(_, cell)| *cell == Glimpse::Other(&Shown::Erased));
        assert_eq!(
            gone.map(|(column, _)| column.id.clone())
                .collect::<Vec<_>>(),
            erased
        );
        let page = app.record_page(&viewer, "guest", id, at.map(day)).unwrap();
        let gone = page
            .fields
            .iter()
            .filter(|field| field.value == Shown::Erased);
        assert_eq!(
            gone.map(|field| field.id.clone()).collect::<Vec<_>>(),
            erased
        );
        erased
    });
    let sheet = sheet(
        app,
        at,
        Format::Csv {
            bom: false,
            crlf: false,
        },
    );
    let sheet = String::from_utf8(sheet).unwrap();
    // A sensitive field is in no sheet.
    let shown = all.iter().flatten().filter(|id| *id != "phone").count();
    assert_eq!(sheet.matches("（已删除）").count(), shown, "{sheet}");
    all
}

fn sheet(app: &App, at: Option<&str>, format: Format) -> Vec<u8> {
    let mut bytes = Vec::new();
    let out = Out {
        register: "guest",
        at: at.map(day),
        only: None,
        format,
        zh: true,
        now: edge(TODAY).now,
    };
    app.export(&Viewer::operator(), out, &mut bytes, |_| ())
        .unwrap();
    bytes
}

/// Brings the app's own sheet back: how many rows changed, and how many did not.
async fn back(app: &App, format: Format) -> (u64, u64) {
    let (app, bytes) = (app.clone(), sheet(app, None, format));
    let runtime = Handle::current();
    let work = move || {
        let sent = Sent {
            register: "guest",
            name: "guests",
            bytes: &bytes,
            why: None,
        };
        let how = How {
            dry_run: false,
            again: true,
            zh: true,
            runtime: &runtime,
        };
        let mut step = || Ok(edge(TODAY));
        app.import(&Viewer::operator(), sent, how, &mut step, &mut |_, _| ())
            .unwrap()
    };
    let done = tokio::task::spawn_blocking(work).await.unwrap();
    assert_eq!((done.created, done.refused), (0, 0), "{:?}", done.faults);
    (done.changed, done.unchanged)
}

/// What the plain view says is erased of the first guest.
async fn viewed(app: &App) -> Option<String> {
    let view = view_name(&GUESTS.0, "guest");
    let text = format!("select erased from {view} where id = 'G1'");
    let rows = app.store().unwrap().db().fetch(&text, &[]).await.unwrap();
    rows[0].text(0).unwrap()
}

async fn change(app: &App, field: &str, cell: Option<&str>, on: &str) {
    let (version, _) = app.record_now("guest", "G1").unwrap();
    let own = cells([(field, cell.and_then(text))]);
    let change = asked(Act::Change, "guest", Some(("G1", version)), own);
    app.act(&Viewer::operator(), &[change], None, edge(on))
        .await
        .unwrap();
}

/// What each entry of the first guest says that its fields hold after and held before, the newest entry first; the
/// journal's page says the same.
async fn shown<const N: usize>(app: &App) -> [Vec<(Shown, Shown)>; N] {
    let viewer = Viewer::operator();
    let told = app.record_history(&viewer, "guest", "G1").await.unwrap();
    let changes = |past: &Past| -> Vec<_> {
        let all = past.changes.iter();
        all.map(|one| {
            assert!(one.now != Shown::Erased || one.pieces.is_empty());
            (one.now.clone(), one.was.clone())
        })
        .collect()
    };
    let page = app.history_page(&viewer, "guest", &told);
    let page: Vec<_> = page.iter().map(changes).collect();
    let asked = JournalQuestion {
        record: Some("G1".into()),
        ..JournalQuestion::default()
    };
    let journal = app.journal_page(&viewer, &asked).await.unwrap();
    let journal = journal.lines.iter().map(|line| changes(&line.past));
    assert_eq!(journal.collect::<Vec<_>>(), page);
    page.try_into().unwrap()
}

on_both! {
    async fn what_was_erased_is_told_from_what_is_empty(place) {
        let app = open_with(&GUESTS, place, TODAY).await;
        let whole = cells([
            ("code", text("1")),
            ("name", text("Lake Guest")),
            ("contact", text("Li")),
            ("note", text("came by boat")),
            ("phone", text("13800000000")),
        ]);
        let bare = cells([("code", text("2")), ("name", text("Silent Guest"))]);
        for (id, own) in [("G1", whole), ("G2", bare)] {
            let create = asked(Act::Create, "guest", Some((id, 0)), own);
            app.act(&Viewer::operator(), &[create], None, edge("2023-09-20")).await.unwrap();
        }
        assert_eq!(told(&app, None), [[], []] as [[&str; 0]; 2]);
        let author = Author { actor: "lin".into(), on_behalf: None, at: edge("2023-09-22").now, key: None };
        let fields = ["contact", "note", "phone"].map(str::to_owned);
        app.store().unwrap().erase(&author, "guest", "G1", &fields, None, [8; 32]).await.unwrap();
        let digest = journal::Hash::of(b"lake");
        let store = app.store().unwrap().clone();
        let mut sealer = Sealer::new(store, crate::lake::key(), "one", digest, true);
        sealer.tick(edge("2023-09-22").now).await.unwrap();
        app.catch_up().await.unwrap();
        drop(sealer);

        let gone = [fields.to_vec(), Vec::new()];
        assert_eq!(told(&app, None), gone);
        assert_eq!(told(&app, Some("2023-09-21")), gone, "as it was known before, too");
        for format in [Format::Xlsx, Format::Csv { bom: true, crlf: true }] {
            assert_eq!(back(&app, format).await, (0, 2));
        }
        change(&app, "name", Some("Sea Guest"), "2023-09-23").await;
        assert_eq!(told(&app, None), gone, "another version has the same empty cell");
        assert_eq!(viewed(&app).await.as_deref(), Some("contact;note;phone"));
        app.close().await;

        let app = open_with(&GUESTS, place, TODAY).await;
        assert_eq!(told(&app, None), gone, "after a restart");
        assert_eq!(told(&app, Some("2023-09-21")), gone);
        app.store().unwrap().rebuild(|_| ()).await.unwrap();
        assert!(app.store().unwrap().compare(|_| ()).await.unwrap().clean());
        app.close().await;

        let app = open_with(&GUESTS, place, TODAY).await;
        assert_eq!(told(&app, None), gone, "after a rebuilding");
        assert_eq!(viewed(&app).await.as_deref(), Some("contact;note;phone"));
        // Filled again it is no longer erased, and emptied it is empty.
        change(&app, "contact", Some("Wang"), "2023-09-24").await;
        let left = [vec!["note".to_owned(), "phone".to_owned()], Vec::new()];
        assert_eq!(told(&app, None), left);
        assert_eq!(told(&app, Some("2023-09-23")), gone, "on the day before it still was");
        assert_eq!(viewed(&app).await.as_deref(), Some("note;phone"));
        change(&app, "contact", None, "2023-09-25").await;
        assert_eq!(told(&app, None), left);
        assert_eq!(viewed(&app).await.as_deref(), Some("note;phone"));
        app.close().await;
    }

    async fn a_former_value_that_was_erased_was_shown_as_empty(place) {
        let app = open_with(&GUESTS, place, TODAY).await;
        let viewer = Viewer::operator();
        let own = cells([
            ("code", text("1")),
            ("name", text("Lake Guest")),
            ("contact", text("Li")),
            ("note", text("came by boat with two others in the morning")),
            ("phone", text("13800000000")),
        ]);
        let create = asked(Act::Create, "guest", Some(("G1", 0)), own);
        app.act(&viewer, &[create], None, edge("2023-09-20")).await.unwrap();
        change(&app, "note", Some("came by boat with three others in the morning"), "2023-09-21").await;
        let [_, created] = shown(&app).await;
        assert_eq!(created[2], (Shown::Said("Li".into()), Shown::Unknown));
        let author = Author { actor: "lin".into(), on_behalf: None, at: edge("2023-09-22").now, key: None };
        let fields = ["contact", "note", "phone"].map(str::to_owned);
        app.store().unwrap().erase(&author, "guest", "G1", &fields, None, [8; 32]).await.unwrap();
        app.close().await;

        let app = open_with(&GUESTS, place, TODAY).await;
        change(&app, "contact", Some("Wang"), "2023-09-23").await;
        change(&app, "contact", None, "2023-09-24").await;
        let (gone, said) = (Shown::Erased, |text: &str| Shown::Said(text.into()));
        let [emptied, filled, erasure, changed, created] = shown(&app).await;
        assert_eq!(emptied, [(Shown::Unknown, said("Wang"))], "emptied is not erased");
        assert_eq!(filled, [(said("Wang"), Shown::Unknown)]);
        assert_eq!(erasure, []);
        assert_eq!(changed, [(gone.clone(), gone.clone())]);
        let (code, name) = ((said("1"), Shown::Unknown), (said("Lake Guest"), Shown::Unknown));
        let of_new = || (gone.clone(), Shown::Unknown);
        // The telephone is masked, and there is none left to be masked.
        assert_eq!(created, [code, name, of_new(), of_new(), of_new()]);
        app.close().await;
    }

    async fn the_node_that_seals_erases_what_has_expired_and_says_so_among_the_jobs(place) {
        let app = open_with(&KEPT, place, TODAY).await;
        let viewer = Viewer::operator();
        let store = app.store().unwrap().clone();
        for id in ["G1", "G2", "G3"] {
            let own = cells([("code", text(id)), ("contact", text("Li")), ("phone", text("13800000000"))]);
            let create = asked(Act::Create, "guest", Some((id, 0)), own);
            app.act(&viewer, &[create], None, edge("2023-07-01")).await.unwrap();
        }
        let author = Author { actor: "lin".into(), on_behalf: None, at: edge("2023-09-20").now, key: None };
        // An erasure and being shown do not make the time begin again; a change does, and what is gone is kept beside it.
        store.erase(&author, "guest", "G1", &["phone".to_owned()], None, [8; 32]).await.unwrap();
        let change = asked(Act::Change, "guest", Some(("G2", 1)), cells([("name", text("Sea Guest"))]));
                app.act(&viewer, &[change], None, edge("2023-09-20")).await.unwrap();
        let gone = Change {
            register: "guest".into(),
            record: Some("G3".into()),
            version: 1,
            act: Act::Withdraw,
            after: Vec::new(),
            why: None,
        };
        let withdraw = Action {
            author: Author { at: edge("2023-07-02").now, ..author.clone() },
            digest: [0; 32],
            writes: vec![Write { change: gone, unit: None }],
            guards: Vec::new(),
            messages: Vec::new(),
            seed: [6; 32],
        };
        store.write(withdraw).await.unwrap();

        let now = edge(TODAY).now;
        let mut seeds = 0;
        let mut seed = || { seeds += 1; Ok([seeds; 32]) };
        assert_eq!(app.erase_expired(now, &mut seed).await.unwrap(), None, "another node has the right to seal");
        assert_eq!(app.jobs_page(&viewer).await.unwrap().retaining, Some(None));
        let mut sealer = Sealer::new(store.clone(), crate::lake::key(), "one", journal::Hash::of(b"lake"), true);
        sealer.tick(now).await.unwrap();
        // Somebody touches what was found before it is erased.
        let found = store.expired(now.day()).await.unwrap();
        let told: Vec<_> = found.iter().map(|one| (one.record.as_str(), one.fields.join(" "))).collect();
        assert_eq!(told, [("G1", "contact".to_owned()), ("G3", "contact phone".to_owned())]);
        let touched = Expired { record: "G2".into(), ..found[1].clone() };
        let why = ("too long".to_owned(), [7; 32]);
        assert_eq!(store.erase_expired(&author, &touched, now.day(), why).await.unwrap(), None);

        let retained = |records| Retained { at: now, records, failed: None };
        assert_eq!(app.erase_expired(now, &mut seed).await.unwrap(), Some(retained(2)));
        let page = app.jobs_page(&viewer).await.unwrap().retaining;
        assert_eq!(page, Some(Some(RetainedLine { at: now, records: 2, failed: None })));
        for (id, fields) in [("G1", vec!["contact"]), ("G3", vec!["contact", "phone"])] {
            let entries = store.history("guest", id).await.unwrap();
            let last = &entries.last().unwrap().entry;
            let names: Vec<&str> = last.before.iter().map(|(field, _)| field.as_str()).collect();
            assert_eq!((&*last.author.actor, &last.act, names), ("heli", &Act::Erase, fields));
            assert_eq!(last.why.as_deref(), Some(app::keep::EXPIRED));
        }
        assert_eq!(store.expired(now.day()).await.unwrap(), []);
        assert_eq!(app.erase_expired(now, &mut seed).await.unwrap(), Some(retained(0)), "nothing twice");
        sealer.tick(edge("2023-09-27").now).await.unwrap();
        app.catch_up().await.unwrap();
        let (_, kept) = app.record_now("guest", "G1").unwrap();
        assert!(kept.iter().all(|(field, cell)| field != "contact" || cell.is_none()), "{kept:?}");
        assert!(store.compare(|_| ()).await.unwrap().clean());
        sealer.end(now).await.unwrap();
        assert_eq!(app.erase_expired(now, &mut seed).await.unwrap(), None, "the right was given back");
        app.close().await;
    }
}
