//! Reading: clause 3.1 alone becomes a model, and every slip is found where it stands.

mod clause;
mod files;
mod programmes;
mod slips;
