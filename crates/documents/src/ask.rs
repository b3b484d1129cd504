//! What a reader asks of a file: which register, and what the caller knows that the file does not.

use crate::grid::Limits;
use programme::Programme;
use programme::model::Register;

/// What is read, and with what knowledge.
pub struct Ask<'a> {
    /// The programme in force.
    pub programme: &'a Programme,
    /// The register whose rows the file holds.
    pub register: &'a Register,
    /// The file's name, for faults.
    pub file: &'a str,
    /// The year of dates such as 9月26日 that name none; without it they are faults.
    pub year: Option<i16>,
    /// The digest of the programme in force; a template of another one is a warning.
    pub version: Option<&'a str>,
    /// Finds the record of a register that a text means: by its id, its key or its title.
    pub lookup: &'a Lookup<'a>,
    /// Rows up to this one (as a spreadsheet numbers them) were taken before and are left out.
    pub after_row: u32,
    /// Sizes beyond which the file is refused.
    pub limits: Limits,
}

/// Given a register's id and a text, what it means.
pub type Lookup<'a> = dyn Fn(&str, &str) -> Found + 'a;

/// What a text names in a register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// No record.
    Nothing,
    /// One record, by its id.
    One(Box<str>),
    /// Several, each with its id and what it shows.
    Several(Vec<(Box<str>, String)>),
}

impl<'a> Ask<'a> {
    /// An ask with the usual limits, from the first row, without a year.
    pub fn new(
        programme: &'a Programme,
        register: &'a Register,
        file: &'a str,
        lookup: &'a Lookup<'a>,
    ) -> Self {
        Self {
            programme,
            register,
            file,
            year: None,
            version: None,
            lookup,
            after_row: 0,
            limits: Limits::default(),
        }
    }
}
