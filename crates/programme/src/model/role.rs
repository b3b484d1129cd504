//! Roles: who may see and do what.

use rules::{Rule, Words};

/// A role that a person holds in a unit.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// Units of that level hold it.
    pub level: Option<String>,
    /// The register whose records hold it; `None` where units do.
    pub of: Option<String>,
    /// Whether each holder has to be confirmed, by whoever may `confirm` the record; before that it grants nothing.
    pub confirmed: bool,
    /// Whether its holders see how units stand: officials of the programme do.
    pub official: bool,
    /// What it may do.
    pub may: Vec<Grant>,
    /// What its holders find on their first page, besides what is theirs to do.
    pub home: Vec<HomeList>,
}

/// Records on the first page of a role's holders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomeList {
    /// What they are called there; the register's name unless said.
    pub name: Option<Words>,
    /// The register's id.
    pub register: String,
    /// Which records, as a rule over the register's own fields; `None` for all that are seen.
    pub rule: Option<String>,
}

/// Something a role may do.
#[derive(Clone, Debug)]
pub struct Grant {
    /// `see`, `create`, `change`, `move`, `withdraw`, `export`, `reveal`, `excuse`, `confirm`.
    pub acts: Vec<String>,
    /// Register ids.
    pub registers: Vec<String>,
    /// On which records, per register in the order of `registers`; `None` for all.
    pub filters: Vec<Option<Rule>>,
    /// Which fields; `["*"]` for all.
    pub fields: Vec<String>,
}
