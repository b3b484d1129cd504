//! What counts for a closed duty is neither recorded nor changed, until somebody reopens it.

use crate::lake::{LAKE, day, lake_files, sound};
use engine::{Asked, Living, decide, locked};
use programme::Programme;
use programme::record::{Act, Author, Cell, Cells, Entry};
use rules::Moment;
use std::sync::LazyLock;

/// The lake where filings, dates of records and monthly reports close too.
static MORE: LazyLock<Programme> = LazyLock::new(|| {
    let mut files = lake_files();
    let mut put = |file: &str, find: &str, by: &str| {
        let text = files.get_mut(file).unwrap();
        assert!(text.contains(find), "{find}");
        *text = text.replacen(find, by, 1);
    };
    let (events, firms) = ("notices/lake/1-events.toml", "notices/lake/2-firms.toml");
    put(
        events,
        "readings = \"month\"\n",
        "readings = \"month\"\ncloses = \"10 days\"\n",
    );
    put(
        firms,
        "done = \"told_on\"\n",
        "done = \"told_on\"\ncloses = \"10 days\"\n",
    );
    sound(&files)
});

/// A province that grows by decisions.
struct Shore {
    programme: &'static Programme,
    living: Living,
}

fn text(text: &str) -> Option<Cell> {
    Some(Cell::Text(text.into()))
}

fn date(text: &str) -> Option<Cell> {
    Some(Cell::Int(day(text).0.into()))
}

fn cells<const N: usize>(cells: [(&str, Option<Cell>); N]) -> Cells {
    cells.into_iter().map(|(f, c)| (f.to_owned(), c)).collect()
}

fn noon(on: &str) -> Moment {
    Moment(day(on).start().0 + 43_200_000)
}

impl Shore {
    fn new(programme: &'static Programme) -> Self {
        Self {
            programme,
            living: Living::new(programme),
        }
    }

    /// Writes what is asked on a day, or gives the reasons against it.
    fn write(&mut self, on: &str, act: Act, of: (&str, &str), cells: Cells) -> Result<(), String> {
        let table = self.programme.register(of.0).unwrap().0;
        let record = self.living.record(table, of.1);
        let version = record.map_or(0, |record| self.living.version(table, record));
        let asked = Asked {
            register: of.0.into(),
            record: Some(of.1.into()),
            version,
            act: act.clone(),
            cells,
            why: None,
            // A sheet brings what was kept elsewhere, with the state it has there.
            as_found: act == Act::Create,
        };
        let decided = decide(self.programme, &mut self.living, &asked, noon(on));
        let decided = decided.map_err(|all| {
            all.into_iter()
                .map(|o| o.words.en)
                .collect::<Vec<_>>()
                .join("; ")
        })?;
        let entry = Entry {
            arrival: 0,
            position: None,
            author: Author {
                actor: "li".into(),
                on_behalf: None,
                at: noon(on),
                key: None,
            },
            act,
            register: of.0.into(),
            record: of.1.into(),
            version: version + 1,
            before: Vec::new(),
            after: decided.change.after,
            why: None,
            batch: None,
        };
        self.living.apply(self.programme, &entry).unwrap();
        Ok(())
    }

    fn event(
        &mut self,
        on: &str,
        id: &str,
        (place, held_on, state): (&str, &str, &str),
    ) -> Result<(), String> {
        let own = [
            ("place", text(place)),
            ("held_on", date(held_on)),
            ("state", text(state)),
        ];
        self.write(on, Act::Create, ("event", id), cells(own))
    }

    fn change(
        &mut self,
        on: &str,
        of: (&str, &str),
        field: &str,
        cell: Option<Cell>,
    ) -> Result<(), String> {
        self.write(on, Act::Change, of, cells([(field, cell)]))
    }

    fn reopen(
        &mut self,
        on: &str,
        bearer: Option<&str>,
        period: Option<&str>,
        until: &str,
    ) -> Result<(), String> {
        let own = [
            ("measure", text("events")),
            ("bearer", bearer.and_then(text)),
            ("period", period.and_then(text)),
            ("reason", text("the sheet was lost")),
            ("decided_by", text("Li")),
            ("decided_on", date(on)),
            ("until", date(until)),
        ];
        let id = format!("KF-{on}");
        self.write(on, Act::Create, ("reopening", &id), cells(own))
    }
}

fn city(nth: usize) -> &'static str {
    let cities = LAKE
        .units
        .iter()
        .filter(|u| u.levels.iter().any(|l| l == "city"));
    &cities.map(|u| &u.id).nth(nth).unwrap()[..]
}

/// January is judged on 3 February and closes at the end of the 23rd.
#[test]
fn january_is_recorded_until_its_closing_day() {
    let mut shore = Shore::new(&LAKE);
    shore
        .event("2023-02-23", "E1", (city(0), "2023-01-31", "held"))
        .unwrap();
    let refused = shore
        .event("2023-02-24", "E2", (city(0), "2023-01-31", "held"))
        .unwrap_err();
    assert!(
        refused.contains("“Events a month”, 2023-01, closed at the end of 2023-02-23"),
        "{refused}"
    );
    assert!(refused.contains("reopening"), "{refused}");
    // What is of another month, or does not count, is not January's.
    shore
        .event("2023-02-24", "E3", (city(0), "2023-02-01", "held"))
        .unwrap();
    shore
        .event("2023-02-24", "E4", (city(0), "2023-01-31", "planned"))
        .unwrap();
    let held = shore.write(
        "2023-02-24",
        Act::Move("hold".into()),
        ("event", "E4"),
        Vec::new(),
    );
    assert!(held.unwrap_err().contains("2023-01, closed"));
}

#[test]
fn what_counts_in_a_closed_month_stays_and_the_rest_may_change() {
    let mut shore = Shore::new(&LAKE);
    shore
        .event("2023-02-01", "E1", (city(0), "2023-01-31", "held"))
        .unwrap();
    let late = "2023-03-10";
    shore
        .change(late, ("event", "E1"), "signed", Some(Cell::Int(100)))
        .unwrap();
    for (field, cell) in [
        ("held_on", date("2023-01-30")),
        ("held_on", date("2023-03-09")),
        ("held_on", None),
        ("place", text(city(1))),
    ] {
        assert!(
            shore.change(late, ("event", "E1"), field, cell).is_err(),
            "{field}"
        );
    }
    let taken_back = locked(&LAKE, &shore.living, ("event", "E1"), noon(late)).unwrap();
    assert!(taken_back.words.en.contains("taken back"));
    assert_eq!(
        locked(&LAKE, &shore.living, ("event", "E1"), noon("2023-02-23")),
        None
    );

    // Into the closed month from an open one.
    shore
        .event(late, "E2", (city(0), "2023-03-09", "held"))
        .unwrap();
    assert!(
        shore
            .change(late, ("event", "E2"), "held_on", date("2023-01-30"))
            .is_err()
    );
    assert_eq!(
        locked(&LAKE, &shore.living, ("event", "E2"), noon(late)),
        None
    );
}

#[test]
fn a_countys_event_counts_for_its_closed_city() {
    let mut shore = Shore::new(&LAKE);
    let above = LAKE.unit(city(0)).unwrap();
    let county = LAKE.units.iter().find(|u| u.parent == Some(above)).unwrap();
    let refused = shore.event("2023-03-10", "E1", (&county.id, "2023-01-31", "held"));
    assert!(refused.unwrap_err().contains("2023-01, closed"));
}

#[test]
fn a_reopened_month_takes_records_for_whom_and_as_long_as_it_says() {
    let mut shore = Shore::new(&LAKE);
    let mut write = |on, id, nth, held_on| shore.event(on, id, (city(nth), held_on, "held"));
    assert!(write("2023-03-10", "E1", 0, "2023-01-31").is_err());
    shore
        .reopen("2023-03-10", Some(city(0)), Some("2023-01"), "2023-03-12")
        .unwrap();
    let mut write = |on, id, nth, held_on| shore.event(on, id, (city(nth), held_on, "held"));
    write("2023-03-12", "E1", 0, "2023-01-31").unwrap();
    assert!(
        write("2023-03-12", "E2", 1, "2023-01-31").is_err(),
        "another city"
    );
    assert!(
        write("2023-03-13", "E2", 0, "2023-01-31").is_err(),
        "the day after"
    );
    // For everybody and every month.
    shore
        .reopen("2023-06-01", None, None, "2023-06-02")
        .unwrap();
    let mut write = |on, id, nth, held_on| shore.event(on, id, (city(nth), held_on, "held"));
    write("2023-06-01", "E3", 1, "2023-02-10").unwrap();
    assert!(write("2023-06-03", "E4", 1, "2023-02-10").is_err());
    // It names a duty that there is, and its last day.
    assert!(
        shore
            .reopen("2023-06-05", Some("nobody"), None, "2023-06-06")
            .is_err()
    );
    let own = cells([("measure", text("events")), ("reason", text("no day"))]);
    assert!(
        shore
            .write("2023-06-05", Act::Create, ("reopening", "KF"), own)
            .is_err()
    );
}

#[test]
fn filings_and_dates_of_a_record_close_too() {
    let mut shore = Shore::new(&MORE);
    let filing = |shore: &mut Shore, on: &str, id: &str| {
        let own = [
            ("measure", text("events-year")),
            ("bearer", text(city(0))),
            ("period", text("once")),
            ("filed_on", date(on)),
        ];
        shore.write(on, Act::Create, ("filing", id), cells(own))
    };
    // Six in the half year to 30 June; ten days later it closes.
    filing(&mut shore, "2023-07-10", "BS1").unwrap();
    assert!(
        filing(&mut shore, "2023-07-11", "BS2")
            .unwrap_err()
            .contains("once, closed")
    );
    shore
        .change(
            "2023-07-11",
            ("filing", "BS1"),
            "filed_on",
            date("2023-07-09"),
        )
        .unwrap();
    assert!(
        shore
            .change("2023-07-11", ("filing", "BS1"), "bearer", text(city(1)))
            .is_err()
    );

    // A firm listed on 6 March is told within five working days, and ten days after them that is closed.
    let own = [
        ("place", text(city(0))),
        ("size", text("small")),
        ("listed_on", date("2023-03-06")),
    ];
    shore
        .write(
            "2023-03-06",
            Act::Create,
            ("firm", "F1"),
            cells(own.clone()),
        )
        .unwrap();
    shore
        .write("2023-03-06", Act::Create, ("firm", "F2"), cells(own))
        .unwrap();
    shore
        .change("2023-03-23", ("firm", "F1"), "told_on", date("2023-03-10"))
        .unwrap();
    let late = shore.change("2023-03-24", ("firm", "F2"), "told_on", date("2023-03-10"));
    assert!(
        late.unwrap_err()
            .contains("once, closed at the end of 2023-03-23")
    );
    // Nobody could say of a firm that was not there.
    let own = [
        ("place", text(city(0))),
        ("size", text("small")),
        ("listed_on", date("2023-03-06")),
        ("told_on", date("2023-03-10")),
    ];
    shore
        .write("2023-03-30", Act::Create, ("firm", "F3"), cells(own))
        .unwrap();
}
