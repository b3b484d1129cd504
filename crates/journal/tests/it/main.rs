//! What the journal must prove, held against others' vectors, others' code and slow obvious oracles.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod attacks;
mod database;
mod document;
mod files;
mod histories;
mod oracle;
mod payloads;
mod rebuilding;
mod sample;
mod seals;
mod trees;
