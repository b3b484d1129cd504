//! Registers: first their fields and states, so that rules have types; then everything that rules say.

use super::document::Table;
use super::field::{bare, declared_field};
use super::ground::{Ground, Leads};
use super::past::past;
use super::span::span;
use super::text::Text;
use crate::model::*;
use rules::{Expected, Field, Scope, TableSchema, Type, Words};

/// Fields and states of a register; its rules come with [`completed`].
pub(super) fn declared(table: &Table<'_>, registers: &[&str]) -> Option<Register> {
    let id = table.text("id")?;
    let own = ["unit", "division", REOPENING];
    if BUILT_IN.contains(&id.value.as_str()) || own.contains(&id.value.as_str()) {
        id.refuse(
            "duplicate-id",
            Words::new(
                format!("`{}` 是自带的", id.value),
                format!("`{}` is built in", id.value),
            ),
            Words::new("换一个标识", "choose another id"),
        );
    }
    let fields = table.children("field");
    let mut register = empty(id.snake(), table.words("name"));
    register.place = id.place();
    register.was = table.maybe_text("was").map(|text| text.value);
    register.drop = table
        .texts("drop")
        .into_iter()
        .map(|text| text.value)
        .collect();
    past(table, &fields);
    register.fields = fields
        .iter()
        .filter_map(|(id, field)| declared_field(id, field, Some(registers)))
        .collect();
    register.states = table.get("state").and_then(|item| states(&item.table()?));
    with_built_in_fields(&mut register);
    Some(register)
}

/// The registers that need no file; that of reopenings only where something closes.
pub(super) fn built_in(closes: bool) -> Vec<Register> {
    let field = |id: &str, zh: &str, en: &str, kind| bare(id.to_owned(), Words::new(zh, en), kind);
    let shared = || {
        let mut period = field("period", "周期", "Period", FieldKind::Text);
        period.ty = Type::Period;
        period.empty = rules::Empty::None;
        vec![
            field("measure", "措施", "Measure", FieldKind::Text),
            field("bearer", "责任主体", "Bearer", FieldKind::Text),
            period,
        ]
    };
    let [mut excuse, mut filing, mut reopening] = [
        (BUILT_IN[0], ("豁免", "Excuse", "HM")),
        (BUILT_IN[1], ("报送", "Filing", "BS")),
        (REOPENING, ("重新开放", "Reopening", "KF")),
    ]
    .map(|(id, (zh, en, number))| {
        let mut register = empty(id.to_owned(), Words::new(zh, en));
        register.number = Some(format!("{number}-{{year}}-{{seq:6}}"));
        register.fields = shared();
        register.title = "measure".to_owned();
        register
    });
    for decision in [&mut excuse, &mut reopening] {
        decision.fields.extend([
            field("reason", "理由", "Reason", FieldKind::Text),
            field("decided_by", "决定人", "Decided by", FieldKind::Person),
            field("decided_on", "决定日期", "Decided on", FieldKind::Date),
        ]);
        decision.date = Some("decided_on".to_owned());
    }
    reopening
        .fields
        .push(field("until", "开放至", "Open until", FieldKind::Date));
    filing
        .fields
        .push(field("filed_on", "报送日期", "Filed on", FieldKind::Date));
    filing.date = Some("filed_on".to_owned());
    if let Some(bearer) = reopening.fields.iter_mut().find(|f| f.id == "bearer") {
        bearer.empty = rules::Empty::None;
    }
    let mut all = vec![excuse, filing];
    all.extend(closes.then_some(reopening));
    for register in &mut all {
        let reopens = register.id == REOPENING;
        // A period that nobody names is every period, and the bearer of a reopening every bearer.
        let needed = register
            .fields
            .iter_mut()
            .filter(|field| field.id != "period" && !(reopens && field.id == "bearer"));
        needed.for_each(|field| field.required = true);
        with_built_in_fields(register);
    }
    all
}

fn empty(id: String, name: Words) -> Register {
    Register {
        id,
        name,
        number: None,
        unit: None,
        date: None,
        title: "id".to_owned(),
        fields: Vec::new(),
        states: None,
        checks: Vec::new(),
        clocks: Vec::new(),
        view: View::default(),
        was: None,
        drop: Vec::new(),
        place: crate::Place::default(),
    }
}

/// `state` where there are states, and `recorded_on`, at the end.
fn with_built_in_fields(register: &mut Register) {
    if let Some(states) = &register.states {
        let mut state = bare(
            "state".to_owned(),
            Words::new("状态", "State"),
            FieldKind::Choice,
        );
        state.choices.clone_from(&states.names);
        state.ty = Type::Choice(states.names.iter().map(|(id, _)| id.clone()).collect());
        register.fields.push(state);
    }
    let recorded = Words::new("登记日期", "Recorded on");
    register
        .fields
        .push(bare("recorded_on".to_owned(), recorded, FieldKind::Date));
}

/// The register's table for rules.
pub(super) fn table_of(register: &Register) -> TableSchema {
    let field = |f: &RegisterField| Field {
        id: f.id.clone(),
        ty: f.ty.clone(),
        empty: f.empty,
        formula: f.formula.clone(),
    };
    TableSchema {
        id: register.id.clone(),
        fields: register.fields.iter().map(field).collect(),
        parent: None,
    }
}

fn states(table: &Table<'_>) -> Option<States> {
    let names = table
        .need("names")
        .and_then(|item| item.table())
        .map_or_else(Vec::new, |t| t.entries());
    let names: Vec<(String, Words)> = names
        .iter()
        .map(|(id, words)| (id.snake(), words.words()))
        .collect();
    let ids: Vec<&str> = names.iter().map(|(id, _)| id.as_str()).collect();
    let start = table.text("start");
    let end = table.texts("end");
    for state in start.iter().chain(&end) {
        known_state(state, &ids);
    }
    table.finish();
    Some(States {
        start: start?.value,
        end: end.into_iter().map(|t| t.value).collect(),
        names,
        moves: Vec::new(),
    })
}

fn known_state(state: &Text<'_>, ids: &[&str]) -> bool {
    let known = ids.contains(&state.value.as_str());
    if !known {
        state.unknown("unknown-state", ids, "状态", "state");
    }
    known
}

/// The register with its rules, moves, checks, clocks and view.
pub(super) fn completed(table: &Table<'_>, declared: &Register, ground: &Ground) -> Register {
    table.also(&["id", "name", "field", "state", "was", "drop"]);
    let mut register = declared.clone();
    let own = Own {
        register: declared,
        ground,
    };
    for (id, field) in table.children("field") {
        own.formula(&id, &field);
        for level in field.texts("levels") {
            ground.is_level(&level);
        }
    }
    register.number = table.maybe_text("number").map(|text| number(&text));
    register.unit = ground.maybe_path(table, "unit", &declared.id, Leads::Unit);
    register.date = table
        .maybe_text("date")
        .map(|text| own.field(&text, &[Type::Date]));
    if let Some(title) = table.maybe_text("title") {
        register.title = own.field(&title, &[]);
    }
    if let Some(states) = &mut register.states {
        states.moves = table
            .children("move")
            .iter()
            .map(|(id, t)| own.step(id, t))
            .collect();
    }
    register.checks = table
        .children("check")
        .iter()
        .filter_map(|(id, t)| own.check(id, t))
        .collect();
    register.clocks = table
        .children("clock")
        .iter()
        .filter_map(|(id, t)| own.clock(id, t))
        .collect();
    register.view = table
        .get("view")
        .and_then(|item| item.table())
        .map(|t| own.view(&t))
        .unwrap_or_default();
    table.finish();
    register
}

/// A business number: `{unit}`, `{year}`, `{month}`, `{day}` and `{seq:N}` between other letters.
fn number(text: &Text<'_>) -> String {
    let known = |hole: &str| {
        ["unit", "year", "month", "day"].contains(&hole)
            || hole
                .strip_prefix("seq:")
                .is_some_and(|n| n.parse::<u8>().is_ok_and(|n| (1..=12).contains(&n)))
    };
    let sound = text
        .value
        .split('{')
        .skip(1)
        .all(|part| part.split_once('}').is_some_and(|(hole, _)| known(hole)));
    if !sound || !text.value.contains("{seq:") {
        text.refuse(
            "bad-pattern",
            Words::new(
                format!("`{}` 不是编号样式", text.value),
                format!("`{}` is no pattern of numbers", text.value),
            ),
            Words::new(
                "可用 {unit}、{year}、{month}、{day}，并须有 {seq:5} 这样的序号",
                "use {unit}, {year}, {month}, {day}, and a sequence such as {seq:5}",
            ),
        );
    }
    text.value.clone()
}

/// What the parts of one register are read against.
struct Own<'a> {
    register: &'a Register,
    ground: &'a Ground,
}

impl Own<'_> {
    /// The id of a field of one of these types (any when none are given); a fault when there is none.
    fn field(&self, text: &Text<'_>, types: &[Type]) -> String {
        match self.register.field(&text.value) {
            None if text.value == "id" && types.is_empty() => {}
            None => {
                let ids: Vec<&str> = self.register.fields.iter().map(|f| f.id.as_str()).collect();
                text.unknown("unknown-field", &ids, "字段", "field");
            }
            Some(field) if !types.is_empty() && !types.contains(&field.ty) => text.refuse(
                "path-type",
                Words::new(
                    format!("字段 `{}` 的类型不能用在这里", text.value),
                    format!("field `{}` has a type that does not fit here", text.value),
                ),
                Words::new("换一个字段", "name another field"),
            ),
            Some(_) => {}
        }
        text.value.clone()
    }

    fn formula(&self, id: &Text<'_>, table: &Table<'_>) {
        let field = self.register.field(&id.value);
        if let Some((text, field)) = table.maybe_text("formula").zip(field) {
            let scope = Scope {
                own: Some(self.register.id.clone()),
                ..Scope::default()
            };
            let expected = Expected::Of(field.ty.clone());
            self.ground.rule(&text, &scope, expected);
        }
    }

    fn fields(&self, table: &Table<'_>, key: &'static str) -> Vec<String> {
        table
            .texts(key)
            .iter()
            .map(|text| self.field(text, &[]))
            .collect()
    }

    fn state(&self, text: &Text<'_>) -> String {
        let names = self.register.states.as_ref().map_or(&[][..], |s| &s.names);
        let ids: Vec<&str> = names.iter().map(|(id, _)| id.as_str()).collect();
        known_state(text, &ids);
        text.value.clone()
    }

    fn states(&self, table: &Table<'_>, key: &'static str) -> Vec<String> {
        table
            .texts(key)
            .iter()
            .map(|text| self.state(text))
            .collect()
    }

    fn step(&self, id: &Text<'_>, table: &Table<'_>) -> Move {
        let scope = self.ground.scope(Some(&self.register.id));
        table.need("from");
        table.need("who");
        let who = table.texts("who");
        for role in &who {
            self.ground
                .among(role, &self.ground.roles, "unknown-role", ("角色", "role"));
        }
        let step = Move {
            id: id.snake(),
            name: table.words("name"),
            from: self.states(table, "from"),
            to: table
                .text("to")
                .map(|text| self.state(&text))
                .unwrap_or_default(),
            needs: self.fields(table, "needs"),
            when: self.ground.maybe_verdict(table, "when", &scope),
            who: who.into_iter().map(|t| t.value).collect(),
            place: id.place(),
        };
        table.finish();
        step
    }

    fn check(&self, id: &Text<'_>, table: &Table<'_>) -> Option<Check> {
        let scope = self.ground.scope(Some(&self.register.id));
        let id = id.kebab();
        table.need("level");
        let error = table.word("level", &["warning", "error"]) == Some("error");
        let message = table.words("message");
        let text = table.text("rule");
        table.finish();
        let rule = self
            .ground
            .checked(&text?, &scope, &Expected::Verdict, true)?;
        Some(Check {
            id,
            rule,
            error,
            message,
        })
    }

    fn clock(&self, id: &Text<'_>, table: &Table<'_>) -> Option<Clock> {
        let unit = Type::Reference("unit".to_owned());
        let mark = |key| {
            let text = table.text(key)?;
            Some(match text.value.strip_prefix("state:") {
                Some(state) => Mark::State(self.state(&Text {
                    value: state.to_owned(),
                    ..text.clone()
                })),
                None => Mark::Field(self.field(&text, &[Type::Date])),
            })
        };
        let (starts, stops) = (mark("starts"), mark("stops"));
        let length = table
            .text("length")
            .and_then(|text| span(&text, self.ground.settings()));
        let clock = Clock {
            id: id.snake(),
            name: table.words("name"),
            pauses: self.states(table, "pauses"),
            charge: table
                .maybe_text("charge")
                .map(|text| self.field(&text, &[unit])),
            set_by: table.maybe_text("set_by").map(|t| t.value),
            starts: starts.unwrap_or(Mark::Field("recorded_on".to_owned())),
            stops: stops.unwrap_or(Mark::Field("recorded_on".to_owned())),
            length: length.unwrap_or(Span::Days(0)),
        };
        table.finish();
        Some(clock)
    }

    fn view(&self, table: &Table<'_>) -> View {
        let place = [
            Type::Reference("unit".to_owned()),
            Type::Reference("division".to_owned()),
        ];
        let list = table.texts("list");
        let shown = |text: &Text<'_>| match text.value.as_str() {
            "number" if self.register.field("number").is_none() => text.value.clone(),
            _ => self.field(text, &[]),
        };
        let view = View {
            list: list.iter().map(shown).collect(),
            sort: table.maybe_text("sort").map(|text| self.sort(&text)),
            board: table.maybe_text("board").map(|text| self.board(&text)),
            calendar: table
                .maybe_text("calendar")
                .map(|text| self.field(&text, &[Type::Date])),
            map: table
                .maybe_text("map")
                .map(|text| self.field(&text, &place)),
        };
        table.finish();
        view
    }

    fn sort(&self, text: &Text<'_>) -> String {
        let field = text.value.strip_suffix(" desc").unwrap_or(&text.value);
        if field != "number" {
            self.field(
                &Text {
                    value: field.to_owned(),
                    ..text.clone()
                },
                &[],
            );
        }
        text.value.clone()
    }

    fn board(&self, text: &Text<'_>) -> String {
        let types: Vec<Type> = self.register.fields.iter().map(|f| f.ty.clone()).collect();
        let choices: Vec<Type> = types
            .into_iter()
            .filter(|t| matches!(t, Type::Choice(_)))
            .collect();
        if choices.is_empty() {
            return self.field(text, &[Type::Choice(Vec::new())]);
        }
        self.field(text, &choices)
    }
}
