//! A register by place.

use super::Shell;
use crate::ask::Here;
use crate::reader::Reader;
use app::view::{MapPage, Place};
use askama::Template;

#[derive(Template)]
#[template(path = "map.html")]
struct MapView {
    shell: Shell,
    r: Reader,
    page: MapPage,
}

/// `/registers/…/map`.
pub(crate) fn map(r: Reader, here: Here, page: MapPage) -> askama::Result<String> {
    let title = r.t(&page.register.1).to_owned();
    let shell = Shell::new(r, here, "registers", title, page.frame.clone());
    MapView { shell, r, page }.render()
}

impl MapView {
    fn has_map(&self) -> bool {
        self.page.places.iter().any(|place| !place.path.is_empty())
    }

    /// Names stand on the map where there is room for them.
    fn is_roomy(&self) -> bool {
        self.page.places.len() <= 30
    }

    fn says(&self, place: &Place) -> String {
        let name = self.r.t(&place.unit.name);
        let count = self.r.number(place.count);
        format!("{name}{}{count}", self.r.w.colon)
    }

    /// Places with records, those with most first.
    fn most(&self) -> Vec<&Place> {
        let mut places: Vec<&Place> = self.page.places.iter().collect();
        places.retain(|place| place.count > 0);
        places.sort_by_key(|place| std::cmp::Reverse(place.count));
        places
    }

    /// All the records as a list.
    fn list(&self) -> String {
        self.asked(None)
    }

    /// The records of a place and of all below it as a list.
    fn of(&self, place: &Place) -> String {
        let rule = format!("under({}, '{}')", self.page.field.0, place.unit.id);
        self.asked(Some(rule))
    }

    /// The list with what the map is narrowed by, and a further rule.
    fn asked(&self, rule: Option<String>) -> String {
        let here = &self.shell.here;
        let given = Some(here.value("where")).filter(|given| !given.is_empty());
        let whole = match (given, rule) {
            (Some(given), Some(rule)) => Some(format!("({given}) && {rule}")),
            (given, rule) => rule.or(given.map(str::to_owned)),
        };
        let own = ["level", "where", "after"];
        let kept = here
            .kept
            .iter()
            .filter(|(key, _)| !own.contains(&key.as_str()));
        let kept = kept.map(|(key, value)| (key.as_str(), value.as_str()));
        let rule = whole.as_deref().map(|whole| ("where", whole));
        let pairs: Vec<(&str, &str)> = kept.chain(rule).collect();
        let register = self.page.register.0.as_str();
        self.r.address(&["registers", register], &pairs)
    }
}
