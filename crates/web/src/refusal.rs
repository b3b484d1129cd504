//! Every page that cannot be shown: the only place where an error becomes a status code.

use crate::ask::{Here, reader_of};
use crate::draw::{self, FaultPage};
use crate::reader::Reader;
use app::list::Unread;
use app::{Error, Thing};
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};

/// Why a page cannot be shown.
#[derive(Debug)]
pub(crate) enum Reason {
    /// No page has this address.
    Nowhere,
    /// A filter or key of the address cannot be read.
    BadAddress,
    /// Not a day.
    BadDay(String),
    /// The application says no.
    App(Error),
    /// A page could not be drawn.
    Drawing,
    /// A register or record that cannot be read.
    Unread(Box<Unread>),
    /// The work ended before its answer.
    BrokeOff,
    /// A change that did not come from our own pages.
    Elsewhere,
    /// A form that did not arrive whole, or holds more than anybody types.
    BadForm,
    /// Records were to be moved, and none was picked.
    NothingPicked,
    /// Records were not moved: what stands against it.
    NotMoved(Vec<String>),
    /// A view was not saved: why.
    NotSaved(String),
    /// A change without the mark of our own pages.
    Unmarked,
    /// A one-time link that no longer works.
    LinkGone,
}

/// A reason, and who is told.
#[derive(Debug)]
pub(crate) struct Refusal {
    reader: Reader,
    reason: Reason,
}

impl Refusal {
    pub(crate) fn new(reader: Reader, reason: Reason) -> Self {
        Self { reader, reason }
    }

    /// Where to go on from here: only to what opens for the one who reads.
    fn back(&self) -> &'static str {
        let w = self.reader.w;
        match self.reader.official {
            true => w.fault_back,
            false => w.fault_back_own,
        }
    }

    fn page(&self) -> (StatusCode, FaultPage) {
        let w = self.reader.w;
        let page = |what: &str, why: String, act: &str| FaultPage {
            what: what.into(),
            why,
            act: act.into(),
            again: self.is_building(),
        };
        match &self.reason {
            Reason::Nowhere => (
                StatusCode::NOT_FOUND,
                page(w.fault_nowhere, w.fault_nowhere_why.into(), self.back()),
            ),
            Reason::Unread(unread) => self.unread(unread),
            Reason::BrokeOff => (
                StatusCode::INTERNAL_SERVER_ERROR,
                page(w.fault_failed, w.fault_broke_off.into(), w.fault_failed_act),
            ),
            Reason::Elsewhere => (
                StatusCode::FORBIDDEN,
                page(w.fault_elsewhere, w.fault_elsewhere_why.into(), self.back()),
            ),
            Reason::BadForm => (
                StatusCode::BAD_REQUEST,
                page(w.fault_form, w.fault_form_why.into(), w.fault_form_act),
            ),
            Reason::NothingPicked => (
                StatusCode::UNPROCESSABLE_ENTITY,
                page(
                    w.fault_not_moved,
                    w.fault_nothing_picked.into(),
                    w.fault_not_moved_act,
                ),
            ),
            Reason::NotMoved(said) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                page(
                    w.fault_not_moved,
                    said.join(w.semicolon),
                    w.fault_not_moved_act,
                ),
            ),
            Reason::NotSaved(why) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                page(w.fault_not_saved, why.clone(), w.fault_not_moved_act),
            ),
            Reason::Unmarked => (
                StatusCode::FORBIDDEN,
                page(
                    w.fault_elsewhere,
                    w.fault_unmarked_why.into(),
                    w.fault_unmarked_act,
                ),
            ),
            Reason::LinkGone => (
                StatusCode::NOT_FOUND,
                page(w.link_gone, w.link_gone_why.into(), w.link_gone_act),
            ),
            Reason::BadAddress => (
                StatusCode::BAD_REQUEST,
                page(w.fault_address, w.fault_address_why.into(), self.back()),
            ),
            Reason::BadDay(day) => {
                let why = self.reader.say(w.fault_day_why, &[day]);
                (
                    StatusCode::BAD_REQUEST,
                    page(w.fault_day, why, w.fault_day_act),
                )
            }
            Reason::App(Error::OutsideCampaign { at, from, until }) => {
                let days = [at, from, until].map(ToString::to_string);
                let why = self
                    .reader
                    .say(w.fault_outside_why, &[&days[0], &days[1], &days[2]]);
                (
                    StatusCode::BAD_REQUEST,
                    page(w.fault_outside, why, w.fault_day_act),
                )
            }
            Reason::App(Error::Building { at, done, all }) => {
                let (at, done, all) = (at.to_string(), done.to_string(), all.to_string());
                let why = self.reader.say(w.fault_building_why, &[&at, &done, &all]);
                (
                    StatusCode::SERVICE_UNAVAILABLE,
                    page(w.fault_building, why, w.fault_building_act),
                )
            }
            Reason::App(Error::Missing { what, id }) => {
                let why = self.reader.say(w.fault_missing_why, &[id]);
                (
                    StatusCode::NOT_FOUND,
                    page(self.missing(*what), why, self.back()),
                )
            }
            Reason::App(error @ Error::NotOfficial) => {
                let words = error.words();
                let why = self.reader.t(&(&words).into()).to_owned();
                (
                    StatusCode::FORBIDDEN,
                    page(w.fault_forbidden, why, self.back()),
                )
            }
            Reason::App(Error::Failed(text)) => {
                let why = self.reader.t(text).to_owned();
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    page(w.fault_failed, why, w.fault_failed_act),
                )
            }
            Reason::Drawing => {
                let why = w.fault_drawing_why.to_owned();
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    page(w.fault_failed, why, w.fault_failed_act),
                )
            }
        }
    }

    fn unread(&self, unread: &Unread) -> (StatusCode, FaultPage) {
        let w = self.reader.w;
        let (status, what) = match unread {
            Unread::Forbidden(_) => (StatusCode::FORBIDDEN, w.fault_forbidden),
            Unread::Question(_) | Unread::Ahead { .. } => {
                (StatusCode::BAD_REQUEST, w.fault_address)
            }
            _ => (StatusCode::NOT_FOUND, w.fault_nowhere),
        };
        let mut said = vec![unread.words()];
        if let Unread::Question(objections) = unread {
            said = objections
                .iter()
                .map(|objection| objection.words.clone())
                .collect();
        }
        let said: Vec<String> = said
            .iter()
            .map(|words| self.reader.t(&words.into()).to_owned())
            .collect();
        let page = FaultPage {
            what: what.into(),
            why: said.join(w.semicolon),
            act: self.back().into(),
            again: false,
        };
        (status, page)
    }

    fn is_building(&self) -> bool {
        matches!(self.reason, Reason::App(Error::Building { .. }))
    }

    fn missing(&self, what: Thing) -> &'static str {
        let w = self.reader.w;
        match what {
            Thing::Notice => w.fault_no_notice,
            Thing::Clause => w.fault_no_clause,
            Thing::Measure => w.fault_no_measure,
            Thing::Unit => w.fault_no_unit,
            Thing::Duty => w.fault_no_duty,
            Thing::Level => w.fault_no_level,
            Thing::Part => w.fault_no_part,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, page) = self.page();
        let mut response = match draw::fault(self.reader, Here::default(), page) {
            Ok(html) => (status, Html(html)).into_response(),
            Err(_) => (status, "Heli could not draw this page\n").into_response(),
        };
        if self.is_building() {
            // Browsers ask again by themselves.
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            headers.insert(header::REFRESH, HeaderValue::from_static("1"));
        }
        response
    }
}

/// The answer to an address that no page has.
pub(crate) async fn nowhere(headers: HeaderMap) -> Refusal {
    Refusal::new(reader_of(&headers), Reason::Nowhere)
}
