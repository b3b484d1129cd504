//! Sheets in and out: a dry run says what the real run does, nothing is doubled, a batch comes back out.

use crate::both::Place;
use crate::lake::{asked, cells, day, edge, noon, open_with, text, with_register};
use app::programme::record::{Act, Cell};
use app::rules::Words;
use app::sheet::{Blank, Format, How, Imported, Out, Sent};
use app::{App, Refused, Viewer};
use tokio::runtime::Handle;

/// Records with a key and no number, one unique field, one that refers to others, one that carries over.
const SHOP: &str = r#"
id = "shop"
name = { zh = "商铺", en = "Shop" }
unit = "place"
title = "name"
[field.code]
name = { zh = "代码", en = "Code" }
type = "text"
key = true
[field.name]
name = { zh = "名称", en = "Name" }
type = "text"
required = true
[field.place]
name = { zh = "地区", en = "Place" }
type = "unit"
carry = true
[field.plate]
name = { zh = "门牌", en = "Plate" }
type = "text"
unique = true
empty = "none"
[field.rent]
name = { zh = "租金", en = "Rent" }
type = "money"
min = 0
[field.beside]
name = { zh = "相邻", en = "Beside" }
type = "reference"
to = "shop"
"#;

async fn open(place: &Place) -> App {
    open_with(&with_register("shop", SHOP), place, "2023-09-26").await
}

/// Takes a sheet, and breaks off when the clock was asked `steps` times.
async fn broken(
    app: &App,
    register: &'static str,
    sheet: &str,
    dry_run: bool,
    steps: usize,
) -> Result<Imported, Refused> {
    let (app, bytes) = (app.clone(), sheet.as_bytes().to_vec());
    let runtime = Handle::current();
    let work = move || {
        let mut left = steps;
        let mut step = || match left.checked_sub(1) {
            None => Err(Words::new("断了", "broken off")),
            Some(rest) => {
                left = rest;
                let mut edge = edge("2023-09-21");
                edge.seed = [u8::try_from(rest % 251).unwrap(); 32];
                Ok(edge)
            }
        };
        let sent = Sent {
            register,
            name: "sheet.csv",
            bytes: &bytes,
            why: Some("weekly"),
        };
        let how = How {
            dry_run,
            again: false,
            zh: false,
            runtime: &runtime,
        };
        app.import(&Viewer::operator(), sent, how, &mut step, &mut |_, _| ())
    };
    tokio::task::spawn_blocking(work).await.unwrap()
}

async fn import(app: &App, register: &'static str, sheet: &str) -> Imported {
    broken(app, register, sheet, false, 1_000).await.unwrap()
}

fn counts(done: &Imported) -> [u64; 5] {
    [
        done.rows,
        done.created,
        done.changed,
        done.unchanged,
        done.refused,
    ]
}

const FIRST: &str = "代码,名称,地区,门牌,租金（万元）,相邻
A1,一号店,东一县,甲1,１.5,
A2,二号店,东一县,甲2,,
A3,三号店,没有的县,甲3,2,
A1,又一号,东一县,甲4,2,
A5,五号店,111,甲1,-3,
A6,=六号店,东一县,,0,
";

on_both! {
    async fn a_dry_run_says_what_the_real_run_does(place) {
        let app = open(place).await;
        let dry = broken(&app, "shop", FIRST, true, 1_000).await.unwrap();
        assert_eq!((counts(&dry), dry.batch), ([6, 3, 0, 0, 3], None));
        assert!(app.is_empty());
        let done = import(&app, "shop", FIRST).await;
        assert_eq!((counts(&done), &done.faults, &done.returned), (counts(&dry), &dry.faults, &dry.returned));
        let (version, cells) = app.record_now("shop", "A1").unwrap();
        let rent = cells.iter().find(|(id, _)| id == "rent").unwrap().1.clone();
        assert_eq!((version, rent), (1, Some(Cell::Int(1_500_000))));
        let returned = String::from_utf8(done.returned.unwrap().bytes).unwrap();
        assert!(returned.contains("A3,三号店,没有的县") && !returned.contains("二号店"), "{returned}");

        // The same again is nothing new; what differs is a change; a plate or a neighbour is held against what is there.
        let again = import(&app, "shop", FIRST).await;
        assert_eq!(counts(&again), [6, 0, 0, 3, 3]);
        let second = "id,名称,门牌,相邻\nA2,二店,甲9,一号店\nA6,,甲1,\nB7,七号店,甲7,A9\n";
        let dry = broken(&app, "shop", second, true, 1_000).await.unwrap();
        let done = import(&app, "shop", second).await;
        assert_eq!((counts(&done), counts(&dry)), ([3, 0, 1, 0, 2], [3, 0, 1, 0, 2]), "{:#?}", done.faults);
        assert_eq!(done.faults, dry.faults);
        let (version, cells) = app.record_now("shop", "A2").unwrap();
        let beside = cells.iter().find(|(id, _)| id == "beside").unwrap().1.clone();
        assert_eq!((version, beside), (2, text("A1")));
    }

    async fn what_was_broken_off_goes_on_where_it_stopped(place) {
        let app = open(place).await;
        let rows: String = (0..2_500).map(|n| format!("110,2023-09-{:02},{n}\n", n % 28 + 1)).collect();
        let sheet = format!("地点,日期,签约\n{rows}110,2023-09-31,1\n");
        // Asked once for the day, once for the batch, once for each 2,048 rows.
        let cut = broken(&app, "event", &sheet, false, 3).await;
        assert!(matches!(cut, Err(Refused::Failed(_))), "{cut:?}");
        assert_eq!(app.shown_on("event", day("2023-09-26")).len(), 2_048);
        app.close().await;
        let app = open(place).await;
        let done = import(&app, "event", &sheet).await;
        assert_eq!((counts(&done), done.resumed), ([2_501, 452, 0, 0, 1], 2_048));
        assert_eq!(app.shown_on("event", day("2023-09-26")).len(), 2_500);
        assert!(done.returned.is_some());

        // Rows without key and id would be doubled by the same file; once it is taken back it may come again.
        let twice = broken(&app, "event", &sheet, false, 1_000).await;
        let Err(Refused::Objections(why)) = twice else { panic!("{twice:?}") };
        assert!(why[0].1.words.en.contains(&format!("batch {}", done.batch.unwrap())), "{why:?}");
        let seed = || [8; 32];
        app.undo(&Viewer::operator(), done.batch.unwrap(), None, edge("2023-09-23"), seed, |_, _| ()).await.unwrap();
        assert_eq!(import(&app, "event", &sheet).await.created, 2_500);
    }

    async fn a_batch_is_taken_back_but_for_what_was_changed_since(place) {
        let app = open(place).await;
        let done = import(&app, "shop", FIRST).await;
        let rent = cells([("rent", Some(Cell::Int(7)))]);
        let change = asked(Act::Change, "shop", Some(("A2", 1)), rent);
        app.act(&Viewer::operator(), &[change], None, edge("2023-09-22")).await.unwrap();
        let undone = app.undo(&Viewer::operator(), done.batch.unwrap(), None, edge("2023-09-23"), || [8; 32], |_, _| ()).await.unwrap();
        assert_eq!((undone.undone, undone.kept.len(), &*undone.kept[0].record), (2, 1, "A2"));
        assert_eq!(app.record_now("shop", "A1"), None);
        assert_eq!(app.shown_on("shop", day("2023-09-21")).len(), 3, "the past stays");
        assert!(app.undo(&Viewer::operator(), 99, None, edge("2023-09-23"), || [8; 32], |_, _| ()).await.is_err());
        let again = import(&app, "shop", FIRST).await;
        assert_eq!(counts(&again), [6, 2, 0, 1, 3], "what was taken back can come again");
    }

    async fn what_goes_out_comes_in_as_it_was(place) {
        let app = open(place).await;
        import(&app, "shop", FIRST).await;
        let out = |at| Out { register: "shop", at, only: None, format: Format::Csv { bom: true, crlf: true }, zh: true, now: noon("2023-09-26") };
        let sheet = |at| {
            let mut sheet = Vec::new();
            let done = app.export(&Viewer::operator(), out(at), &mut sheet, |_| ()).unwrap();
            (done.rows, String::from_utf8(sheet).unwrap())
        };
        let (rows, all) = sheet(None);
        assert_eq!(rows, 3);
        assert!(all.starts_with("\u{FEFF}编号,代码,名称,地区"), "{all}");
        assert!(all.contains("'=六号店"), "a spreadsheet does not run it: {all}");
        assert_eq!(sheet(Some(day("2023-09-20"))).0, 0);
        let back = broken(&app, "shop", &all, true, 1_000).await.unwrap();
        assert_eq!(counts(&back), [3, 0, 0, 3, 0], "{:#?}", back.faults);
        let unknown = Out { register: "nothing", ..out(None) };
        assert!(app.export(&Viewer::operator(), unknown, &mut Vec::new(), |_| ()).is_err());
        let mut blank = Vec::new();
        app.template(&Viewer::operator(), Blank { register: "shop", zh: true, now: noon("2023-09-26") }, &mut blank).unwrap();
        assert!(blank.starts_with(b"PK"));
    }
}
