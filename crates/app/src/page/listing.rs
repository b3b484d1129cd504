//! What a role's holders find on their first page besides what is theirs to do, as the programme says.

use super::home::held_roles;
use super::wording::Wording;
use crate::access::{Deed, may};
use crate::list::{Listed, Question};
use crate::view::{Entering, Listing, ListingRow, Stop, Text};
use crate::{App, Viewer};
use programme::Programme;
use programme::model::{FieldKind, HomeList, Register, RegisterField};
use programme::record::Cell;

/// So many records of a list.
const ROWS: usize = 5;

impl App {
    /// The lists of the viewer's roles, each once.
    pub(super) fn listings(&self, viewer: &Viewer) -> Vec<Listing> {
        let mut wanted: Vec<(&HomeList, Vec<Text>)> = Vec::new();
        for role in held_roles(self.programme(), viewer) {
            for list in &role.home {
                let name = Text::from(&role.name);
                match wanted.iter_mut().find(|(other, _)| *other == list) {
                    Some((_, roles)) => roles.push(name),
                    None => wanted.push((list, vec![name])),
                }
            }
        }
        let one = |(list, roles): (&HomeList, Vec<Text>)| {
            let found = self.listing(viewer, list)?;
            Some(Listing { roles, ..found })
        };
        wanted.into_iter().filter_map(one).collect()
    }

    /// The records of these lists of which the viewer records something: whatever refers to one.
    pub(super) fn stops(&self, viewer: &Viewer, lists: &[Listing]) -> Vec<Stop> {
        let programme = self.programme();
        let creates = |register: &&Register| may(programme, viewer, Deed::Create, &register.id);
        let mut stops = Vec::new();
        for list in lists {
            let refers = |field: &&RegisterField| {
                field.formula.is_none()
                    && field.kind == FieldKind::Reference
                    && field.to.as_deref() == Some(&list.register)
            };
            let all = programme.registers.iter().filter(creates);
            let mut of: Vec<(&Register, &RegisterField)> = all
                .filter_map(|register| Some((register, register.fields.iter().find(refers)?)))
                .collect();
            // What is counted is recorded most often.
            of.sort_by_key(|(register, _)| !is_counted(programme, &register.id));
            let form =
                |row: &ListingRow, (register, field): &(&Register, &RegisterField)| Entering {
                    register: (register.id.clone(), (&register.name).into()),
                    record: None,
                    given: std::iter::once((field.id.clone(), row.id.clone()))
                        .chain(self.shared(&list.register, &row.id, register))
                        .chain(
                            register
                                .date
                                .clone()
                                .map(|day| (day, self.today().to_string())),
                        )
                        .collect(),
                };
            let rows = list.rows.iter().filter(|_| !of.is_empty());
            stops.extend(rows.map(|row| Stop {
                title: row.title.clone(),
                forms: of.iter().map(|of| form(row, of)).collect(),
            }));
        }
        stops
    }

    /// What a record refers to, where a new one of another register refers to the same by the same name.
    fn shared(&self, of: &str, id: &str, register: &Register) -> Vec<(String, String)> {
        let own = self.programme().register(of).map(|(_, own)| own);
        let cells = self.record_now(of, id).map(|(_, cells)| cells);
        let known = |(id, cell): (String, Option<Cell>)| {
            let (theirs, field) = (own?.field(&id)?, register.field(&id)?);
            let refers = |field: &RegisterField| field.kind == FieldKind::Reference;
            let is_same = refers(theirs) && refers(field) && field.to == theirs.to;
            match cell {
                Some(Cell::Text(text)) if is_same && !theirs.sensitive => {
                    Some((id, text.to_string()))
                }
                _ => None,
            }
        };
        cells.into_iter().flatten().filter_map(known).collect()
    }

    /// One of them; `None` where the viewer sees nothing of the register today.
    fn listing(&self, viewer: &Viewer, list: &HomeList) -> Option<Listing> {
        let (_, register) = self.programme().register(&list.register)?;
        let date = dated(register);
        let question = Question {
            rule: list.rule.clone(),
            limit: ROWS,
            count: true,
            fields: Some(shown(register)),
            ..Question::default()
        };
        let page = self.list(viewer, &register.id, &question).ok()?;
        let living = self.living();
        let wording = Wording {
            app: self,
            living: &living,
            viewer,
        };
        let row = |listed: Listed| {
            let word = |field: &String| wording.of(register, field, &listed);
            ListingRow {
                title: wording.titled(register, &listed.id),
                state: register.states.as_ref().map(|_| word(&"state".to_owned())),
                date: date.as_ref().map(word),
                id: listed.id.to_string(),
            }
        };
        Some(Listing {
            name: list.name.as_ref().unwrap_or(&register.name).into(),
            roles: Vec::new(),
            register: register.id.clone(),
            rule: list.rule.clone(),
            count: page.count.unwrap_or_default(),
            rows: page.records.into_iter().map(row).collect(),
            may_create: may(self.programme(), viewer, Deed::Create, &register.id),
        })
    }
}

/// The fields that a row shows besides its title.
fn shown(register: &Register) -> Vec<String> {
    let state = register.states.as_ref().map(|_| "state".to_owned());
    state.into_iter().chain(dated(register)).collect()
}

/// The day by which a register is listed, else the one that its records are of.
fn dated(register: &Register) -> Option<String> {
    let sort = register.view.sort.as_deref();
    let sorted = sort.and_then(|sort| sort.split_whitespace().next());
    let is_day = |id: &&str| {
        register
            .field(id)
            .is_some_and(|f| f.kind == FieldKind::Date)
    };
    let sorted = sorted.filter(is_day).map(str::to_owned);
    sorted.or_else(|| register.date.clone())
}

/// Whether a measure counts a register's records.
fn is_counted(programme: &Programme, register: &str) -> bool {
    let mut measures = programme.notices.iter().flat_map(|notice| &notice.measures);
    measures.any(|measure| {
        measure
            .tallies
            .iter()
            .any(|tally| tally.register == register)
    })
}
