//! What the store knows of each register: its table, its fields, and the statements that write it.

use crate::dialect::quoted;
use crate::table::{Column, Kind, Table};
use crate::value::Value;
use crate::write::{Pattern, Refusal};
use programme::Programme;
use programme::model::{FieldKind, Register};
use programme::record::{Cell, Cells};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The registers of the programme in force, by id.
pub(crate) type Shapes = BTreeMap<String, Arc<Shape>>;

/// One register.
#[derive(Debug)]
pub(crate) struct Shape {
    /// Its model.
    pub(crate) register: Register,
    /// Its table.
    pub(crate) table: Table,
    /// The table's name as SQL writes it.
    pub(crate) name: String,
    /// How its records are numbered.
    pub(crate) pattern: Option<Pattern>,
    /// The columns that are fields, with the fields' kinds; [`Shape::extra`] is not among them.
    pub(crate) columns: Vec<(Column, FieldKind)>,
    /// Fields that name several records, with the register they are in.
    pub(crate) lists: Vec<(String, String)>,
    /// Whether the table has a column `number` that is no field: it repeats the record's id.
    pub(crate) extra: bool,
}

/// The registers of a programme.
pub(crate) fn shapes(programme: &Programme) -> Shapes {
    let shapes = programme.registers.iter();
    shapes
        .map(|register| (register.id.clone(), Arc::new(Shape::of(register))))
        .collect()
}

impl Shape {
    /// What the store knows of a register.
    pub(crate) fn of(register: &Register) -> Self {
        let table = Table::of(register);
        let kinds = |column: &Column| {
            let field = register.field(&column.name)?;
            Some((column.clone(), field.kind))
        };
        let columns: Vec<_> = table.columns.iter().filter_map(kinds).collect();
        let lists = register.fields.iter();
        let lists = lists.filter(|field| field.kind == FieldKind::References);
        Self {
            name: quoted(&table.name()),
            pattern: register.number.as_deref().map(Pattern::read),
            extra: columns.len() < table.columns.len(),
            lists: lists
                .filter_map(|field| Some((field.id.clone(), field.to.clone()?)))
                .collect(),
            columns,
            table,
            register: register.clone(),
        }
    }

    /// A column that is a field.
    pub(crate) fn column(&self, field: &str) -> Option<&(Column, FieldKind)> {
        self.columns.iter().find(|(c, _)| c.name == field)
    }

    /// The names of the table's columns in the order of [`Shape::row`].
    pub(crate) fn names(&self) -> String {
        let own = self.columns.iter().map(|(column, _)| quoted(&column.name));
        let extra = self.extra.then(|| quoted("number"));
        let system = crate::table::SYSTEM.iter().map(|name| quoted(name));
        system
            .chain(own)
            .chain(extra)
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// The statement that reads rows: the five columns of the system, then these.
    pub(crate) fn select(&self, fields: &[&str]) -> String {
        let system = crate::table::SYSTEM.iter().copied();
        // `_id, _version, _arrival, _created_at, _changed_at` in this order.
        let names: Vec<String> = system.chain(fields.iter().copied()).map(quoted).collect();
        format!("select {} from {}", names.join(", "), self.name)
    }

    /// The ids of all stored fields, in the register's order.
    pub(crate) fn field_names(&self) -> Vec<&str> {
        let columns = self.columns.iter();
        columns.map(|(column, _)| column.name.as_str()).collect()
    }

    /// How many columns [`Shape::row`] fills.
    pub(crate) fn width(&self) -> usize {
        crate::table::SYSTEM.len() + self.columns.len() + usize::from(self.extra)
    }

    /// The values of a new row.
    pub(crate) fn row(&self, system: System<'_>, cells: &Cells, into: &mut Vec<Value>) {
        into.push(system.id.into());
        into.extend(
            [
                system.version,
                system.arrival,
                system.created_at,
                system.changed_at,
            ]
            .map(Value::from),
        );
        for (at, (column, _)) in self.columns.iter().enumerate() {
            // Cells come in the register's order, so the first guess is right nearly always.
            let guess = cells.get(at).filter(|(id, _)| *id == column.name);
            let cell = guess.or_else(|| cells.iter().find(|(id, _)| *id == column.name));
            into.push(column.value(cell.and_then(|(_, cell)| cell.as_ref())));
        }
        if self.extra {
            into.push(system.id.into());
        }
    }

    /// Refuses cells of fields that the register does not store, and values of another type.
    pub(crate) fn fit(&self, cells: &Cells) -> Result<(), Refusal> {
        let fits = |(at, (id, cell)): &(usize, &(String, Option<Cell>))| {
            // Cells come in the register's order, so the first guess is right nearly always.
            let guess = self.columns.get(*at).filter(|(c, _)| c.name == *id);
            let found = guess.or_else(|| self.column(id));
            found.is_some_and(|(column, _)| cell.as_ref().is_none_or(|cell| column.fits(cell)))
        };
        let misfit = cells.iter().enumerate().find(|cell| !fits(cell));
        match misfit.map(|(_, cell)| cell) {
            None => Ok(()),
            Some((field, _)) => Err(Refusal::Unfit {
                register: self.register.id.clone(),
                field: field.clone(),
            }),
        }
    }
}

/// What a row has beside its cells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct System<'a> {
    /// The record's id.
    pub(crate) id: &'a str,
    /// Its version.
    pub(crate) version: i64,
    /// The arrival of its last entry.
    pub(crate) arrival: i64,
    /// When it was created, in milliseconds of civil time.
    pub(crate) created_at: i64,
    /// When it was last changed.
    pub(crate) changed_at: i64,
}

impl Column {
    /// Whether the column can hold the cell as it is.
    pub(crate) fn fits(&self, cell: &Cell) -> bool {
        match (self.kind, cell) {
            (Kind::Bool, Cell::Bool(_))
            | (Kind::Int, Cell::Int(_))
            | (Kind::Text, Cell::Text(_)) => true,
            (Kind::Date, Cell::Int(days)) => i32::try_from(*days).is_ok(),
            (Kind::Double, Cell::Double(n)) => n.is_finite(),
            (Kind::List, Cell::List(items)) => {
                items.iter().all(|item| matches!(item, Cell::Text(_)))
            }
            _ => false,
        }
    }
}
