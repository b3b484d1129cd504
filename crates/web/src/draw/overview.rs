//! The page of the whole at a glance.

use super::Shell;
use crate::ask::Here;
use crate::reader::Reader;
use app::view::{Area, Changed, MatrixQuestion, OverviewPage, Sort, Standing};
use askama::Template;

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewView {
    shell: Shell,
    r: Reader,
    page: OverviewPage,
}

/// `/overview`.
pub(crate) fn overview(r: Reader, here: Here, page: OverviewPage) -> askama::Result<String> {
    let title = r.w.overview_title.to_owned();
    let shell = Shell::new(r, here, "notice", title, page.frame.clone());
    OverviewView { shell, r, page }.render()
}

impl OverviewView {
    fn has_map(&self) -> bool {
        self.page.areas.iter().any(|area| !area.path.is_empty())
    }

    /// Names stand on the map where there is room for them.
    fn is_roomy(&self) -> bool {
        self.page.areas.len() <= 30
    }

    /// A place in words: its name, its share on time, how many are in trouble.
    fn says(&self, area: &Area) -> String {
        let (r, w) = (&self.r, self.r.w);
        let rate = r.rate(area.counts.on_time());
        let red = r.number(area.counts.red());
        let name = r.t(&area.unit.name);
        format!("{name}{}{rate}{}{red}{}", w.colon, w.comma, w.sum_red)
    }

    /// The colours with what they mean.
    fn key(&self) -> Vec<(&'static str, String)> {
        let (r, w, grades) = (&self.r, self.r.w, self.page.grades);
        let percent = |share: f64| format!("{:.0}%", share * 100.0);
        let standings = [Standing::Met, Standing::OnTrack, Standing::DueSoon];
        let mut key: Vec<_> = standings
            .iter()
            .zip(grades)
            .map(|(standing, from)| {
                (
                    r.class(standing),
                    r.say(w.overview_grade, &[&percent(from)]),
                )
            })
            .collect();
        let below = r.say(w.overview_below, &[&percent(grades[2])]);
        key.push((r.class(&Standing::Overdue), below));
        key.push((r.class(&Standing::Unknown), w.overview_none.to_owned()));
        key
    }

    fn was(&self, changed: &Changed) -> String {
        let ends = [self.r.number(changed.was), self.r.number(changed.now)];
        self.r.say(self.r.w.overview_was, &[&ends[0], &ends[1]])
    }

    fn of_level(&self, level: &str) -> String {
        self.r.address(&["overview"], &[("level", level)])
    }

    /// What needs somebody to act.
    fn troubles(&self) -> [Standing; 4] {
        [
            Standing::Overdue,
            Standing::Missed,
            Standing::Behind,
            Standing::Unknown,
        ]
    }

    /// The matrix of all that is counted here.
    fn all(&self, sort: Sort) -> String {
        self.r.matrix(&MatrixQuestion {
            sort,
            level: Some(self.page.level.clone()),
            ..MatrixQuestion::default()
        })
    }

    /// The matrix of what stands so.
    fn standing(&self, standing: &Standing) -> String {
        self.r.matrix(&MatrixQuestion {
            standing: Some(*standing),
            sort: Sort::Red,
            level: Some(self.page.level.clone()),
            ..MatrixQuestion::default()
        })
    }
}
