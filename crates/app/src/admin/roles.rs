//! Roles, each with what it may do: from the same grants as `heli access what-can`.

use super::level;
use crate::access::{GRANTED, Granted, granted};
use crate::list::Unread;
use crate::view::{Extent, RoleRow, RoleView, RolesPage, Text};
use crate::{App, Viewer};
use programme::Programme;
use programme::model::{Register, Role};
use std::collections::BTreeSet;
use store::people::Holder;

impl App {
    /// The roles of the programme, each with what it may do and how many hold it.
    ///
    /// # Errors
    /// A viewer who does not manage, the database's failure.
    pub async fn roles_page(&self, viewer: &Viewer) -> Result<RolesPage, Unread> {
        self.managed(viewer)?;
        let (programme, holders) = (self.programme(), self.holders().await?);
        let roles = programme
            .roles
            .iter()
            .map(|role| one(programme, role, &holders));
        Ok(RolesPage {
            roles: roles.collect(),
        })
    }
}

fn one(programme: &Programme, role: &Role, holders: &[Holder]) -> RoleView {
    let holders = holders.iter().filter(|holder| holder.role == role.id);
    let accounts: BTreeSet<&str> = holders.map(|holder| holder.account.as_str()).collect();
    let of = role.of.as_deref().and_then(|of| programme.register(of));
    let held_by = match (of, role.level.as_deref()) {
        (Some((_, register)), _) => Some(Text::from(&register.name)),
        (None, found) => found.map(|id| level(programme, id)),
    };
    let all = granted(programme, Some(&role.id), None, None);
    let rows = programme
        .registers
        .iter()
        .filter_map(|register| row(register, &all));
    RoleView {
        id: role.id.clone(),
        name: (&role.name).into(),
        held_by,
        official: role.official,
        accounts: accounts.len(),
        rows: rows.collect(),
    }
}

/// What the grants say of a register; `None` where they say nothing.
fn row(register: &Register, all: &[Granted]) -> Option<RoleRow> {
    let own: Vec<&Granted> = all
        .iter()
        .filter(|one| one.register.0 == register.id)
        .collect();
    if own.is_empty() {
        return None;
    }
    let deeds = GRANTED.iter().map(|deed| {
        let of = own.iter().filter(|one| one.deed == *deed);
        of.map(|one| extent(register, one)).collect()
    });
    Some(RoleRow {
        register: (register.id.clone(), (&register.name).into()),
        deeds: deeds.collect(),
    })
}

fn extent(register: &Register, one: &Granted) -> Extent {
    let field = |id: &String| {
        let found = register.field(id);
        found.map_or_else(|| Text::same(id), |field| Text::from(&field.name))
    };
    let step = |id: &String| {
        let mut moves = register.states.iter().flat_map(|states| &states.moves);
        let found = moves.find(|step| step.id == *id);
        found.map_or_else(|| Text::same(id), |step| Text::from(&step.name))
    };
    let fields = one.fields.iter().filter(|id| *id != "*");
    Extent {
        rule: one.rule.clone(),
        fields: fields.map(field).collect(),
        moves: one.moves.iter().map(step).collect(),
    }
}
