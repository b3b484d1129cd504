//! Excuses: recorded like anything else, of duties that there are, and seen in the standing with who decided and why.

use crate::lake::{LAKE, asked, cells, city, day, edge, open, text};
use app::list::DutyQuestion;
use app::programme::record::{Act, Cell, Cells};
use app::{App, Refused, Viewer};

fn excuse(measure: &str, bearer: &str, period: &str) -> Cells {
    let decided_on = Some(Cell::Int(day("2023-02-03").0.into()));
    cells([
        ("measure", text(measure)),
        ("bearer", text(bearer)),
        ("period", text(period)),
        ("reason", text("flood")),
        ("decided_by", text("Li")),
        ("decided_on", decided_on),
    ])
}

async fn record(app: &App, own: Cells) -> Result<app::Written, Refused> {
    let asked = asked(Act::Create, "excuse", None, own);
    app.act(&Viewer::operator(), &[asked], None, edge("2023-02-06"))
        .await
}

fn fields(refused: &Refused) -> Vec<&str> {
    let Refused::Objections(all) = refused else {
        panic!("{refused:?}")
    };
    all.iter().filter_map(|(_, o)| o.field.as_deref()).collect()
}

/// How a city's January of events stands at the end of a day.
fn january(app: &App, at: &str) -> String {
    let question = DutyQuestion {
        measure: Some("events".into()),
        limit: 500,
        ..DutyQuestion::default()
    };
    let page = app
        .duties(&Viewer::operator(), &question, Some(at.parse().unwrap()))
        .unwrap();
    let mine = |duty: &&app::list::DutyRow| duty.id.bearer == city() && duty.id.period == "2023-01";
    let duty = page.duties.iter().find(mine).unwrap();
    format!("{:?}", duty.standing)
}

on_both! {
    async fn an_excuse_names_a_duty_that_there_is_and_takes_it_out(place) {
        let app = open(place, "2023-02-20").await;
        assert_ne!(january(&app, "2023-02-20"), "Excused");
        let refused = record(&app, excuse("evnts", city(), "2023-01")).await.unwrap_err();
        assert_eq!(fields(&refused), ["measure"]);
        let refused = record(&app, excuse("events", "nobody", "week 1")).await.unwrap_err();
        assert_eq!(fields(&refused), ["bearer", "period"]);
        let mut without = excuse("events", city(), "2023-01");
        without.retain(|(id, _)| id != "reason");
        assert_eq!(fields(&record(&app, without).await.unwrap_err()), ["reason"]);

        let written = record(&app, excuse("events", city(), "2023-01")).await.unwrap();
        assert!(written.entries[0].record.starts_with("HM-2023-"), "{}", written.entries[0].record);
        assert_eq!(january(&app, "2023-02-20"), "Excused");
        // Nobody knew on the day before it was recorded.
        assert_ne!(january(&app, "2023-02-05"), "Excused");

        // A later entry gives it another bearer, and the duty is back.
        let id = written.entries[0].record.to_string();
        let other = LAKE.units.iter().find(|u| u.levels.iter().any(|l| l == "city") && *u.id != *city()).unwrap();
        let own = cells([("bearer", text(&other.id))]);
        let change = asked(Act::Change, "excuse", Some((&id, 1)), own);
        app.act(&Viewer::operator(), &[change], None, edge("2023-02-20")).await.unwrap();
        assert_ne!(january(&app, "2023-02-20"), "Excused");
        app.close().await;
    }
}
