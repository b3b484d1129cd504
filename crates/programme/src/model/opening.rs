//! Which fields of a register say for whom and since when a duty opened one of its records.

use super::{Bearer, FieldKind, Measure, Register};
use crate::Programme;

/// A register whose records a measure's duties open.
#[derive(Clone, Copy, Debug)]
pub struct Opens<'p> {
    /// Position of its table.
    pub table: usize,
    /// The register.
    pub register: &'p Register,
    /// The field that names the bearer: a reference, or a unit.
    pub bearer: &'p str,
    /// The date field.
    pub on: &'p str,
}

impl Programme {
    /// How a measure's duties open records; `None` where they open none, or where the register does not say for whom
    /// and since when, or needs what nobody but a person knows.
    pub fn opens(&self, measure: &Measure) -> Option<Opens<'_>> {
        let (table, register) = self.register(measure.opens.as_deref()?)?;
        let on = register.date.as_deref()?;
        let mut named = register
            .fields
            .iter()
            .filter(|field| match &measure.bearer {
                Bearer::Units(_) => field.kind == FieldKind::Unit,
                Bearer::Records { register, .. } => {
                    field.kind == FieldKind::Reference && field.to.as_ref() == Some(register)
                }
            });
        let (bearer, None) = (named.next()?, named.next()) else {
            return None;
        };
        let known = |id: &str| id == bearer.id || id == on || id == "state";
        let mut needed = register
            .fields
            .iter()
            .filter(|field| field.required && field.formula.is_none());
        needed.all(|field| known(&field.id)).then_some(Opens {
            table,
            register,
            bearer: &bearer.id,
            on,
        })
    }
}
