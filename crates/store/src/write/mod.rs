//! Writing: actions of one actor, all or nothing, with their entries, messages and answer.

mod action;
mod again;
mod apply;
mod arrival;
mod beside;
mod clash;
mod fresh;
mod group;
mod guard;
mod number;
mod order;
mod reference;
mod refusal;
mod within;

pub use action::{Action, Answer, Guard, Message, Write};
pub use group::Outcome;
pub use refusal::{Failure, Refusal};
pub use within::within;

pub(crate) use again::write;
pub(crate) use apply::{Stop, bare, clash, no_record, shape, stale, unfit, unfit_refusal, update};
pub(crate) use arrival::Arrivals;
pub(crate) use clash::explain;
pub(crate) use fresh::{entries, put, raise_all, readings, values};
pub(crate) use group::{Job, first_answer, writer};
pub(crate) use number::Pattern;
pub(crate) use reference::{all_listed, references};
