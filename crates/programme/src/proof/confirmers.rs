//! A role that has to be confirmed has somebody who confirms it.

use super::Proof;
use rules::Words;

pub(super) fn check(proof: &mut Proof<'_>) {
    let roles = &proof.programme.roles;
    // With a role unread, who may do what is not known.
    if proof.outline.all("roles.toml", &["role", "*"]).len() > roles.len() {
        return;
    }
    for role in roles.iter().filter(|role| role.confirmed) {
        let Some(of) = &role.of else { continue };
        let others = roles.iter().filter(|other| !other.confirmed);
        let mut grants = others.flat_map(|other| &other.may);
        if grants.any(|grant| {
            grant.registers.contains(of) && grant.acts.iter().any(|act| act == "confirm")
        }) {
            continue;
        }
        let place = proof
            .outline
            .place("roles.toml", &["role", &role.id, "confirmed"]);
        proof.error(
            "nobody-confirms",
            place,
            Words::new(
                format!(
                    "没有一个角色可以确认 `{of}`，角色 `{}` 永远不会生效",
                    role.id
                ),
                format!("no role may confirm `{of}`, so `{}` never counts", role.id),
            ),
            Words::new(
                format!("给某个角色加上 `do = [\"confirm\"]`、`on = [\"{of}\"]`"),
                format!("give a role `do = [\"confirm\"]` with `on = [\"{of}\"]`"),
            ),
        );
    }
}
