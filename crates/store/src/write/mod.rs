//! Writing: actions of one actor, all or nothing, with their entries, messages and answer.

mod action;
mod again;
mod apply;
mod clash;
mod group;
mod guard;
mod number;
mod order;
mod refusal;

pub use action::{Action, Answer, Guard, Message, Write};
pub use refusal::{Failure, Refusal};

pub(crate) use again::write;
pub(crate) use group::{Job, Outcome, writer};
pub(crate) use number::Pattern;
