//! Statements that make a register's table, and the names of its constraints and indexes.
//!
//! Invariant: a constraint's name ends in a digest of what it says, so two tables with the same names have the same rules.

use crate::dialect::{Dialect, literal, quoted};
use crate::table::{Column, Kind, Table, Unique, table_name};
use sha2::{Digest, Sha256};

/// A rule of a table, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Constraint {
    pub(crate) name: String,
    /// The column it is about.
    pub(crate) column: String,
    /// What follows the name: `check (…)` or `references …`.
    pub(crate) says: String,
    /// A reference: on PostgreSQL it is added when all tables are there.
    pub(crate) reference: bool,
}

impl Kind {
    /// Its type in SQL.
    pub(crate) fn sql(self, dialect: Dialect) -> &'static str {
        match self {
            Self::Bool => dialect.pick("integer", "boolean"),
            Self::Int => dialect.pick("integer", "bigint"),
            Self::Double => dialect.pick("real", "double precision"),
            Self::Date => dialect.pick("text", "date"),
            Self::Text => "text",
            Self::List => dialect.pick("text", "jsonb"),
        }
    }
}

impl Column {
    /// The rules of this column, its being filled not among them.
    pub(crate) fn constraints(&self, dialect: Dialect) -> Vec<Constraint> {
        let mut rules = Vec::new();
        let mut check = |rule: &str, says: String| {
            rules.push(self.constraint(rule, format!("check ({says})"), false))
        };
        if let Some(says) = self.form(dialect) {
            check("form", says);
        }
        if let Some(says) = self.choice(dialect) {
            check("choice", says);
        }
        if let Some(says) = self.within() {
            check("range", says);
        }
        if let Some(to) = &self.to {
            let says = format!("references {} (\"_id\")", quoted(&table_name(to)));
            rules.push(self.constraint("record", says, true));
        }
        rules
    }

    fn constraint(&self, rule: &str, says: String, reference: bool) -> Constraint {
        Constraint {
            name: format!("{:.40}_{rule}_{}", self.name, digest(&says)),
            column: self.name.clone(),
            says,
            reference,
        }
    }

    /// What SQLite's types leave open. `is` and not `=`: a check that is unknown passes.
    fn form(&self, dialect: Dialect) -> Option<String> {
        let name = quoted(&self.name);
        match (self.kind, dialect) {
            (Kind::Bool, Dialect::Sqlite) => Some(format!("{name} in (0, 1)")),
            (Kind::Date, Dialect::Sqlite) => Some(format!("{name} is date({name})")),
            (Kind::List, Dialect::Sqlite) => Some(format!(
                "{name} is null or (json_valid({name}) and json_type({name}) = 'array')"
            )),
            (Kind::List, Dialect::Postgres) => Some(format!("jsonb_typeof({name}) = 'array'")),
            _ => None,
        }
    }

    /// Choices. SQLite cannot look into a list within a check, so there the engine alone watches over lists.
    fn choice(&self, dialect: Dialect) -> Option<String> {
        let name = quoted(&self.name);
        match (self.kind, dialect) {
            _ if self.choices.is_empty() => None,
            (Kind::Text, _) => Some(format!("{name} in ({})", literals(&self.choices))),
            (Kind::List, Dialect::Postgres) => {
                let all: serde_json::Value = self.choices.iter().map(String::as_str).collect();
                Some(format!("{name} <@ {}::jsonb", literal(&all.to_string())))
            }
            _ => None,
        }
    }

    fn within(&self) -> Option<String> {
        let name = quoted(&self.name);
        let least = self.range.0.map(|n| format!("{name} >= {n}"));
        let greatest = self.range.1.map(|n| format!("{name} <= {n}"));
        match (least, greatest) {
            (Some(least), Some(greatest)) => Some(format!("{least} and {greatest}")),
            (least, greatest) => least.or(greatest),
        }
    }

    /// The column as a table's definition has it; on PostgreSQL references come later.
    pub(crate) fn definition(&self, dialect: Dialect) -> String {
        let mut text = format!("{} {}", quoted(&self.name), self.kind.sql(dialect));
        if self.required {
            text.push_str(" not null");
        }
        let inline = |rule: &&Constraint| dialect == Dialect::Sqlite || !rule.reference;
        for rule in self.constraints(dialect).iter().filter(inline) {
            text.push_str(&format!(" constraint {} {}", quoted(&rule.name), rule.says));
        }
        text
    }
}

impl Unique {
    /// The index's name, which tells its table and columns apart from every other's.
    pub(crate) fn name(&self, register: &str) -> String {
        let columns = self.columns.join("_");
        let digest = digest(&format!("{register} {}", self.columns.join(" ")));
        format!("unique_{register:.18}_{columns:.24}_{digest}")
    }

    pub(crate) fn create(&self, register: &str) -> String {
        let columns: Vec<String> = self.columns.iter().map(|name| quoted(name)).collect();
        format!(
            "create unique index {} on {} ({})",
            quoted(&self.name(register)),
            quoted(&table_name(register)),
            columns.join(", ")
        )
    }
}

impl Table {
    /// The rules of all columns.
    pub(crate) fn constraints(&self, dialect: Dialect) -> Vec<Constraint> {
        self.columns
            .iter()
            .flat_map(|column| column.constraints(dialect))
            .collect()
    }

    /// The statement that makes the table, under a name of its own while it replaces another; without indexes.
    pub(crate) fn create(&self, name: &str, dialect: Dialect) -> String {
        let mut parts = vec![
            "\"_id\" text primary key not null".to_owned(),
            "\"_version\" {int} not null".to_owned(),
            "\"_arrival\" {int} not null".to_owned(),
            "\"_created_at\" {int} not null".to_owned(),
            "\"_changed_at\" {int} not null".to_owned(),
        ];
        parts = parts.iter().map(|part| dialect.words(part)).collect();
        parts.extend(self.columns.iter().map(|column| column.definition(dialect)));
        let end = dialect.pick(" strict", "");
        format!(
            "create table {} (\n  {}\n){end}",
            quoted(name),
            parts.join(",\n  ")
        )
    }

    /// The columns that a refused statement was about, by the name in [`crate::Error::constraint`]; empty where the database did not tell.
    pub fn columns_of(&self, constraint: &str) -> Vec<String> {
        let rules = [Dialect::Sqlite, Dialect::Postgres]
            .into_iter()
            .flat_map(|dialect| self.constraints(dialect));
        if let Some(rule) = rules.into_iter().find(|rule| rule.name == constraint) {
            return vec![rule.column];
        }
        let mut uniques = self.uniques.iter();
        if let Some(unique) = uniques.find(|unique| unique.name(&self.register) == constraint) {
            return unique.columns.clone();
        }
        // SQLite lists them: `register_event.place, register_event.number`.
        let prefix = format!("{}.", self.name());
        let parts = constraint.split(", ");
        parts
            .filter_map(|part| Some(part.strip_prefix(&prefix)?.to_owned()))
            .collect()
    }
}

impl Constraint {
    /// The statement that adds it to a table on PostgreSQL.
    pub(crate) fn add(&self, table: &str) -> String {
        let key = match self.reference {
            true => format!("foreign key ({}) ", quoted(&self.column)),
            false => String::new(),
        };
        format!(
            "alter table {} add constraint {} {key}{}",
            quoted(table),
            quoted(&self.name),
            self.says
        )
    }
}

/// Texts as a list in SQL.
pub(crate) fn literals(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| literal(text)).collect();
    texts.join(", ")
}

fn digest(text: &str) -> String {
    let bytes = Sha256::digest(text);
    bytes
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
