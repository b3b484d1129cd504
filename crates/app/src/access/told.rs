//! Rights in words: who can, what can, as the programme grants it.

use programme::Programme;
use programme::model::{Grant, Register, Role};
use rules::Words;

/// The deeds that a grant may name, in `roles.toml`'s words.
pub const GRANTED: [&str; 9] = [
    "see", "create", "change", "move", "withdraw", "export", "reveal", "excuse", "confirm",
];

/// What a role may do with a register, by one grant.
#[derive(Clone, Debug, PartialEq)]
pub struct Granted {
    /// The role: id and name.
    pub role: (String, Words),
    /// The deed's word, as `roles.toml` has it.
    pub deed: String,
    /// The register: id and name.
    pub register: (String, Words),
    /// On which records; `None` for all.
    pub rule: Option<String>,
    /// Which fields; `*` for all.
    pub fields: Vec<String>,
    /// Of moves, those that name the role.
    pub moves: Vec<String>,
}

/// Everything that is granted, as far as it fits what is asked for; in the order of the programme's roles.
pub fn granted(
    programme: &Programme,
    role: Option<&str>,
    deed: Option<&str>,
    register: Option<&str>,
) -> Vec<Granted> {
    let fits = |asked: Option<&str>, id: &str| asked.is_none_or(|asked| asked == id);
    let mut all = Vec::new();
    for held in programme.roles.iter().filter(|held| fits(role, &held.id)) {
        for grant in &held.may {
            for (at, id) in grant
                .registers
                .iter()
                .enumerate()
                .filter(|(_, id)| fits(register, id))
            {
                let Some((_, of)) = programme.register(id) else {
                    continue;
                };
                let acts = grant.acts.iter().filter(|act| fits(deed, act));
                all.extend(acts.filter_map(|act| one(held, (grant, at), of, act)));
            }
        }
    }
    all
}

/// One line; `None` for a right to move that no move of the register gives the role.
fn one(role: &Role, (grant, at): (&Grant, usize), of: &Register, act: &str) -> Option<Granted> {
    let moves: Vec<String> = match act {
        "move" => {
            let moves = of.states.iter().flat_map(|states| &states.moves);
            let own = moves.filter(|step| step.who.contains(&role.id));
            own.map(|step| step.id.clone()).collect()
        }
        _ => Vec::new(),
    };
    if act == "move" && moves.is_empty() {
        return None;
    }
    let rule = grant.filters.get(at).and_then(Option::as_ref);
    Some(Granted {
        role: (role.id.clone(), role.name.clone()),
        deed: act.to_owned(),
        register: (of.id.clone(), of.name.clone()),
        rule: rule.map(|rule| rule.text.clone()),
        fields: grant.fields.clone(),
        moves,
    })
}
