//! Pages of forms.

use super::Shell;
use crate::ask::Here;
use crate::reader::Reader;
use app::view::{Control, FormPage, Input, Purpose};
use askama::Template;

#[derive(Template)]
#[template(path = "form.html")]
struct FormView {
    shell: Shell,
    r: Reader,
    page: FormPage,
    /// Names this filling of the form, so that sending it twice does nothing twice.
    key: String,
}

/// A form.
pub(crate) fn form(r: Reader, here: Here, page: FormPage, key: String) -> askama::Result<String> {
    let mut view = FormView {
        shell: Shell::new(r, here, "registers", String::new(), page.frame.clone()),
        r,
        page,
        key,
    };
    view.shell.title = view.title();
    view.render()
}

impl FormView {
    fn title(&self) -> String {
        let (r, w) = (&self.r, self.r.w);
        let register = r.t(&self.page.register.1);
        match (&self.page.purpose, &self.page.step) {
            (Purpose::Create, _) => r.say(w.form_new, &[register]),
            (Purpose::Change(_), _) => r.say(w.form_change, &[register]),
            (Purpose::Move(..), Some(step)) => r.t(step).to_owned(),
            (Purpose::Move(..), None) => register.to_owned(),
        }
    }

    /// The record, where the form is about one.
    fn record(&self) -> Option<&str> {
        match &self.page.purpose {
            Purpose::Create => None,
            Purpose::Change(id) | Purpose::Move(id, _) => Some(id),
        }
    }

    fn leaves(&self) -> String {
        let register = &self.page.register.0;
        match self.record() {
            Some(id) => self.r.record(register, id),
            None => self.r.register(register),
        }
    }

    fn has(&self, input: &Input, value: &str) -> bool {
        input.values.iter().any(|held| held == value)
    }

    fn value<'i>(&self, input: &'i Input) -> &'i str {
        input.values.first().map_or("", String::as_str)
    }

    fn suggest(&self, input: &Input) -> String {
        self.r
            .address(&["suggest", &self.page.register.0, &input.id], &[])
    }

    fn accept(&self, kinds: &[String]) -> String {
        kinds.join(",")
    }

    fn short<'d>(&self, digest: &'d str) -> &'d str {
        digest.get(..12).unwrap_or(digest)
    }

    /// Whether the field is a group of controls rather than one.
    fn is_group(&self, input: &Input) -> bool {
        matches!(input.control, Control::Some(_) | Control::Files(_))
    }
}
