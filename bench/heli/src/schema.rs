//! What bench/generate.py says of the firms' columns, and the types that the product gives them.

use crate::columns::{Refusal, json};
use rules::{Day, Empty, Field, Schema, Scope, TableSchema, Type};
use serde::Deserialize;
use std::path::Path;

/// schema.json of a draw of firms.
#[derive(Deserialize)]
pub(crate) struct Draw {
    /// Firms.
    pub(crate) rows: usize,
    /// Day of evaluation, days since 1970.
    pub(crate) today: i32,
    /// The fields of a firm.
    pub(crate) fields: Vec<Column>,
    /// What the peers are given ready made.
    pub(crate) derived: Vec<Column>,
    /// Codes of GB/T 4754, by the number in the facts' column.
    pub(crate) sectors: Vec<String>,
    /// Codes of divisions with the one above, sorted.
    pub(crate) divisions: Vec<(String, Option<String>)>,
}

/// One column of the draw.
#[derive(Deserialize)]
pub(crate) struct Column {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// NumPy's word for a cell's width.
    pub(crate) cells: String,
    pub(crate) empty: String,
    #[serde(default)]
    pub(crate) choices: Vec<String>,
}

/// A file of policies.
#[derive(Deserialize)]
pub(crate) struct Policies {
    /// In Heli's language.
    pub(crate) rules: Vec<String>,
    /// The same on plain numbers for the public interpreter.
    pub(crate) cel: Vec<String>,
}

/// Position of the firms' table.
pub(crate) const FIRM: usize = 1;

impl Draw {
    /// Reads schema.json.
    pub(crate) fn read(folder: &Path) -> Result<Self, Refusal> {
        json(&folder.join("schema.json"))
    }

    /// The day of evaluation.
    pub(crate) fn day(&self) -> Day {
        Day(self.today)
    }

    /// Tables `division` and `firm`.
    pub(crate) fn schema(&self) -> Schema {
        let field = |id: &str, ty, empty: &str| Field {
            id: id.to_owned(),
            ty,
            empty: if empty == "none" {
                Empty::None
            } else {
                Empty::Unknown
            },
            formula: None,
        };
        let division = TableSchema {
            id: "division".to_owned(),
            fields: vec![field(
                "parent",
                Type::Reference("division".to_owned()),
                "none",
            )],
            parent: Some("parent".to_owned()),
        };
        let firm = TableSchema {
            id: "firm".to_owned(),
            fields: self
                .fields
                .iter()
                .map(|column| field(&column.id, column.ty(), &column.empty))
                .collect(),
            parent: None,
        };
        Schema {
            tables: vec![division, firm],
        }
    }
}

/// What a policy sees: the firm's fields.
pub(crate) fn scope() -> Scope {
    Scope {
        own: Some("firm".to_owned()),
        ..Scope::default()
    }
}

impl Column {
    fn ty(&self) -> Type {
        match self.kind.as_str() {
            "bool" => Type::Bool,
            "double" => Type::Double,
            "money" => Type::Money,
            "date" => Type::Date,
            "choice" => Type::Choice(self.choices.clone()),
            "industry" => Type::Industry,
            "place" => Type::Reference("division".to_owned()),
            _ => Type::Int,
        }
    }
}
