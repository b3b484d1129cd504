//! An `App` that shows prepared pages, until the engine answers in its place.

#![allow(clippy::type_complexity)]

use crate::Error;
use crate::view::{DutyId, DutyPage, Front, MatrixPage, MatrixQuestion, NoticePage, UnitPage};
use jiff::civil::Date;
use std::sync::Arc;

/// One function per page.
pub struct Pages {
    /// The addresses a visitor starts from.
    pub front: Front,
    /// `/notices/{id}`.
    pub notice: fn(&str, Option<&str>, Option<Date>) -> Result<NoticePage, Error>,
    /// `/duties`.
    pub matrix: fn(&MatrixQuestion, Option<Date>) -> Result<MatrixPage, Error>,
    /// `/duties/{measure}/{bearer}/{period}`.
    pub duty: fn(&DutyId, Option<Date>) -> Result<DutyPage, Error>,
    /// `/units/{id}`.
    pub unit: fn(&str, Option<Date>) -> Result<UnitPage, Error>,
}

/// Everything that pages are read from. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Pages>);

impl App {
    /// An application over prepared pages.
    pub fn prepared(pages: Pages) -> Self {
        Self(Arc::new(pages))
    }

    /// Where a visitor starts.
    pub fn front(&self) -> Front {
        self.0.front.clone()
    }

    /// The living notice as of the end of `at` (today when absent), with `clause` opened.
    pub fn notice(
        &self,
        id: &str,
        clause: Option<&str>,
        at: Option<Date>,
    ) -> Result<NoticePage, Error> {
        (self.0.notice)(id, clause, at)
    }

    /// Units × measures, or units × periods of one measure.
    pub fn matrix(&self, question: &MatrixQuestion, at: Option<Date>) -> Result<MatrixPage, Error> {
        (self.0.matrix)(question, at)
    }

    /// One duty with its evidence and explanation.
    pub fn duty(&self, id: &DutyId, at: Option<Date>) -> Result<DutyPage, Error> {
        (self.0.duty)(id, at)
    }

    /// One unit with its duties and those of its subtree.
    pub fn unit(&self, id: &str, at: Option<Date>) -> Result<UnitPage, Error> {
        (self.0.unit)(id, at)
    }
}
