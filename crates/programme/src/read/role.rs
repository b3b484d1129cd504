//! Roles and bulletins: who may do what, and what is sent round.

use super::document::Table;
use super::ground::Ground;
use super::measure::rhythm;
use super::text::Text;
use crate::model::{Bulletin, Grant, HomeList, Role, Section};
use crate::{PeriodKind, Rhythm};
use rules::{Named, Type, Words, fields_read};
use std::collections::BTreeMap;

/// What a role may do.
const ACTS: [&str; 9] = [
    "see", "create", "change", "move", "withdraw", "export", "reveal", "excuse", "confirm",
];
/// What a section of a bulletin shows.
const SHOWS: [&str; 4] = ["bars", "red_list", "changes", "table"];

/// Reads a role.
pub(super) fn role(id: &Text<'_>, table: &Table<'_>, ground: &Ground) -> Role {
    let level = table.maybe_text("level");
    if let Some(level) = &level {
        ground.is_level(level);
    }
    let of = table.maybe_text("of");
    let of = of.and_then(|of| Some(ground.register(&of)?.1.id.clone()));
    let may: Vec<Grant> = table
        .array("may")
        .iter()
        .map(|may| grant(may, of.as_deref(), ground))
        .collect();
    let role = Role {
        id: id.snake(),
        confirmed: confirmed(table, of.is_some()),
        name: table.words("name"),
        level: level.map(|t| t.value),
        official: table.flag("official"),
        home: table
            .array("home")
            .iter()
            .filter_map(|list| home(list, &may, ground))
            .collect(),
        may,
        of,
    };
    table.finish();
    role
}

/// Reads whether holders have to be confirmed: only records have somebody who acts for them.
fn confirmed(table: &Table<'_>, is_of: bool) -> bool {
    let confirmed = table.flag("confirmed");
    if let Some(item) = table.get("confirmed").filter(|_| confirmed && !is_of) {
        item.refuse(
            "confirmed-of-none",
            Words::new(
                "只有替台账记录办事的角色（写了 `of`）才能要求确认",
                "only a role that acts for records (with `of`) can need confirming",
            ),
            Words::new(
                "加上 `of = \"…\"`，或删去 `confirmed`",
                "add `of = \"…\"`, or remove `confirmed`",
            ),
        );
    }
    confirmed
}

/// Reads a list of a first page: its rule sees what everybody sees of a record that he may see.
fn home(table: &Table<'_>, may: &[Grant], ground: &Ground) -> Option<HomeList> {
    let on = table.text("register")?;
    let (at, register) = ground.register(&on)?;
    let sees = |grant: &&Grant| {
        grant.acts.iter().any(|act| act == "see") && grant.registers.contains(&register.id)
    };
    if !may.iter().any(|grant| sees(&grant)) {
        on.refuse(
            "unseen-home",
            Words::new(
                format!("首页上的“{}”这个角色看不到", register.name.zh),
                format!(
                    "the role does not see “{}” of its first page",
                    register.name.en
                ),
            ),
            Words::new(
                "给它 see 的权限，或删去这一段",
                "grant it see, or remove the list",
            ),
        );
    }
    let rule = table.maybe_text("where");
    if let Some(text) = &rule {
        let read = ground.verdict(text, &ground.scope(Some(&register.id)));
        let own = |field: &str| register.field(field).is_some_and(|field| !field.sensitive);
        let beyond = fields_read(&read)
            .into_iter()
            .find(|(table, field)| *table != at || !own(field) && field != "id");
        if let Some((_, field)) = beyond {
            text.refuse(
                "reads-beyond",
                Words::new(
                    format!("首页清单的规则只能看台账自己的非敏感字段，不能看 {field}"),
                    format!("a rule of a first page sees the register's own fields that are not sensitive, and not {field}"),
                ),
                Words::new(
                    "改用本台账的字段，或在台账里加一个字段",
                    "use fields of the register, or give it one",
                ),
            );
        }
    }
    let list = HomeList {
        name: table.has("name").then(|| table.words("name")),
        register: register.id.clone(),
        rule: rule.map(|text| text.value),
    };
    table.finish();
    Some(list)
}

fn grant(table: &Table<'_>, of: Option<&str>, ground: &Ground) -> Grant {
    table.need("do");
    table.need("on");
    let acts = table.texts("do");
    let on = table.texts("on");
    let registers: Vec<String> = if on.iter().any(|t| t.value == "*") {
        ground
            .programme
            .registers
            .iter()
            .map(|r| r.id.clone())
            .collect()
    } else {
        on.iter()
            .filter_map(|t| Some(ground.register(t)?.1.id.clone()))
            .collect()
    };
    let filter = table.maybe_text("where");
    let filters = registers.iter().map(|register| {
        let mut scope = ground.scope(Some(register));
        let held = match of {
            Some(of) => ("record", Type::Reference(of.to_owned())),
            None => ("unit", Type::Reference("unit".to_owned())),
        };
        let viewer = [held, ("person", Type::Text)];
        let viewer: BTreeMap<String, Type> = viewer.map(|(name, ty)| (name.to_owned(), ty)).into();
        scope
            .names
            .insert("viewer".to_owned(), Named::Group(viewer));
        filter.as_ref().map(|text| ground.verdict(text, &scope))
    });
    let filters = filters.collect();
    let fields = table.texts("fields");
    fields_exist(&fields, &registers, ground);
    let grant = Grant {
        acts: acts
            .iter()
            .filter_map(|t| t.one_of(ACTS))
            .map(str::to_owned)
            .collect(),
        filters,
        registers,
        fields: if fields.is_empty() {
            vec!["*".to_owned()]
        } else {
            fields.into_iter().map(|t| t.value).collect()
        },
    };
    table.finish();
    grant
}

/// Each field named must be one of at least one of the registers.
fn fields_exist(fields: &[Text<'_>], registers: &[String], ground: &Ground) {
    let registers = registers
        .iter()
        .filter_map(|id| ground.programme.register(id));
    let known: Vec<&str> = registers
        .flat_map(|(_, r)| r.fields.iter().map(|f| f.id.as_str()))
        .collect();
    for field in fields
        .iter()
        .filter(|f| f.value != "*" && !known.contains(&f.value.as_str()))
    {
        field.unknown("unknown-field", &known, "字段", "field");
    }
}

/// Reads a bulletin.
pub(super) fn bulletin(id: &Text<'_>, table: &Table<'_>, ground: &Ground) -> Bulletin {
    let issuer = table.text("issuer");
    if let Some(issuer) = &issuer {
        ground.is_unit(issuer);
    }
    let signs = table.texts("signs");
    for role in &signs {
        ground.among(role, &ground.roles, "unknown-role", ("角色", "role"));
    }
    let bulletin = Bulletin {
        id: id.kebab(),
        name: table.words("name"),
        every: table
            .text("every")
            .and_then(|text| periodic(&text))
            .unwrap_or(PeriodKind::Week),
        issuer: issuer.map(|t| t.value).unwrap_or_default(),
        signs: signs.into_iter().map(|t| t.value).collect(),
        sections: table
            .array("section")
            .iter()
            .map(|s| section(s, ground))
            .collect(),
    };
    table.finish();
    bulletin
}

fn periodic(text: &Text<'_>) -> Option<PeriodKind> {
    match rhythm(text)? {
        Rhythm::Every(kind) => Some(kind),
        Rhythm::Once | Rhythm::Always => {
            text.refuse(
                "unknown-word",
                Words::new("通报要有周期", "a bulletin comes out periodically"),
                Words::new("例如 \"week\"", "for example \"week\""),
            );
            None
        }
    }
}

fn section(table: &Table<'_>, ground: &Ground) -> Section {
    let listed = |key, known: &[String], code, kind| {
        let texts = table.texts(key).into_iter();
        texts
            .filter(|t| ground.among(t, known, code, kind))
            .map(|t| t.value)
            .collect()
    };
    let section = Section {
        title: table.words("title"),
        clauses: listed(
            "clauses",
            &ground.clauses,
            "unknown-clause",
            ("条款", "clause"),
        ),
        measures: listed(
            "measures",
            &ground.measures,
            "unknown-measure",
            ("措施", "measure"),
        ),
        rankings: listed(
            "rankings",
            &ground.rankings,
            "unknown-ranking",
            ("排名", "ranking"),
        ),
        show: table
            .texts("show")
            .iter()
            .filter_map(|t| t.one_of(SHOWS))
            .map(str::to_owned)
            .collect(),
    };
    table.finish();
    section
}
