//! What rules stand on once units, settings and registers are known: scopes, checked rules, paths, names.

use super::document::parse;
use super::document::{Source, Table};
use super::quote;
use super::span::Settings;
use super::text::Text;
use crate::model::{Register, Setting};
use crate::{Fault, Place, Programme};
use rules::{Expected, Kind, Named, Node, Options, Rule, Scope, Type, Value, Words};
use std::collections::{BTreeMap, BTreeSet};

/// The programme as far as it is built when rules are read, and the names that files lend each other.
#[derive(Debug, Default)]
pub(super) struct Ground {
    /// Everything up to the registers and the schema.
    pub(super) programme: Programme,
    /// Ids of units and divisions, by table.
    pub(super) known_ids: BTreeMap<String, BTreeSet<String>>,
    /// Ids of roles.
    pub(super) roles: Vec<String>,
    /// Ids of the measures of all notices that run.
    pub(super) measures: Vec<String>,
    /// Ids of their rankings.
    pub(super) rankings: Vec<String>,
    /// Numbers of their clauses.
    pub(super) clauses: Vec<String>,
}

/// What a path must lead to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Leads<'a> {
    /// A date.
    Date,
    /// A period.
    Period,
    /// A unit, or a division that a unit governs.
    Unit,
    /// Units or divisions, one or several.
    Units,
    /// Records of this register, one or several.
    Records(&'a str),
    /// Anything.
    Anything,
}

impl Ground {
    /// Settings by id.
    pub(super) fn settings(&self) -> &Settings {
        &self.programme.settings
    }

    /// A register by id; a fault when there is none.
    pub(super) fn register(&self, id: &Text<'_>) -> Option<(usize, &Register)> {
        let found = self.programme.register(&id.value);
        if found.is_none() {
            let known: Vec<&str> = self
                .programme
                .registers
                .iter()
                .map(|r| r.id.as_str())
                .collect();
            id.unknown("unknown-register", &known, "台账", "register");
        }
        found
    }

    /// The names in scope of every rule: settings, and the fields of `own`.
    pub(super) fn scope(&self, own: Option<&str>) -> Scope {
        let types = self
            .settings()
            .iter()
            .map(|(id, s)| (id.clone(), setting_type(s)));
        Scope {
            own: own.map(str::to_owned),
            names: BTreeMap::from([("settings".to_owned(), Named::Group(types.collect()))]),
        }
    }

    /// The same with `period` and what bears the measure.
    pub(super) fn duty_scope(&self, own: Option<&str>, bearer: &str) -> Scope {
        let mut scope = self.scope(own);
        let phases = self.programme.phases.iter().map(|p| p.id.clone()).collect();
        let period = [
            ("from", Type::Date),
            ("until", Type::Date),
            ("due", Type::Date),
            ("phase", Type::Choice(phases)),
        ];
        let period = period.map(|(name, ty)| (name.to_owned(), ty));
        scope
            .names
            .insert("period".to_owned(), Named::Group(BTreeMap::from(period)));
        scope
            .names
            .insert("bearer".to_owned(), Named::Record(bearer.to_owned()));
        scope
    }

    /// Checks a rule; one that fails is a constant unknown, so that reading goes on.
    pub(super) fn rule(&self, text: &Text<'_>, scope: &Scope, expected: Expected) -> Rule {
        self.checked(text, scope, &expected, false)
            .unwrap_or_else(|| unknown(text, &expected))
    }

    /// Checks a rule that says whether something is so.
    pub(super) fn verdict(&self, text: &Text<'_>, scope: &Scope) -> Rule {
        self.rule(text, scope, Expected::Verdict)
    }

    /// Checks a verdict under a key that may be left out.
    pub(super) fn maybe_verdict(
        &self,
        table: &Table<'_>,
        key: &'static str,
        scope: &Scope,
    ) -> Option<Rule> {
        table.maybe_text(key).map(|text| self.verdict(&text, scope))
    }

    /// Checks a rule; `None` and faults at their places inside the text when it fails.
    pub(super) fn checked(
        &self,
        text: &Text<'_>,
        scope: &Scope,
        expected: &Expected,
        known_allowed: bool,
    ) -> Option<Rule> {
        let options = Options {
            known_allowed,
            known_ids: Some(&self.known_ids),
        };
        match rules::check(
            &text.value,
            &self.programme.schema,
            scope,
            expected,
            &options,
        ) {
            Ok(rule) => Some(rule),
            Err(faults) => {
                for fault in faults {
                    // A formula is at fault where it is declared, and reported there.
                    if fault.code != "formula-fault" {
                        text.refuse_within(fault);
                    }
                }
                None
            }
        }
    }

    /// Checks a path of fields from a record of table `own` to what it must lead to.
    pub(super) fn path(&self, text: &Text<'_>, own: &str, leads: Leads<'_>) -> Option<Rule> {
        let step = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        };
        if !text.value.split('.').all(step) {
            text.refuse(
                "bad-path",
                Words::new(
                    format!("`{}` 不是字段路径", text.value),
                    format!("`{}` is no path of fields", text.value),
                ),
                Words::new(
                    "写字段名，用点连接，例如 `project.place`",
                    "write field ids joined by dots, such as `project.place`",
                ),
            );
            return None;
        }
        let scope = Scope {
            own: Some(own.to_owned()),
            names: BTreeMap::new(),
        };
        let rule = self.checked(text, &scope, &Expected::Any, false)?;
        if leads.admits(&rule.root.ty) {
            return Some(rule);
        }
        let (zh, en) = leads.words();
        text.refuse(
            "path-type",
            Words::new(
                format!("`{}` 不通向{zh}", text.value),
                format!("`{}` does not lead to {en}", text.value),
            ),
            Words::new(
                format!("换一个通向{zh}的字段"),
                format!("name a field that leads to {en}"),
            ),
        );
        None
    }

    /// A path under a key that may be left out.
    pub(super) fn maybe_path(
        &self,
        table: &Table<'_>,
        key: &'static str,
        own: &str,
        leads: Leads<'_>,
    ) -> Option<Rule> {
        self.path(&table.maybe_text(key)?, own, leads)
    }

    /// Whether a list of ids holds this one; a fault when not.
    pub(super) fn among(
        &self,
        text: &Text<'_>,
        known: &[String],
        code: &'static str,
        (zh, en): (&str, &str),
    ) -> bool {
        let found = known.contains(&text.value);
        if !found {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            text.unknown(code, &known, zh, en);
        }
        found
    }

    /// Whether there is such a unit; a fault when not.
    pub(super) fn is_unit(&self, text: &Text<'_>) -> bool {
        let none = BTreeSet::new();
        let ids = self.known_ids.get("unit").unwrap_or(&none);
        let found = ids.contains(&text.value);
        if !found {
            let known: Vec<&str> = ids.iter().map(String::as_str).collect();
            text.unknown("unknown-unit", &known, "单位", "unit");
        }
        found
    }

    /// Whether some unit has this level; a fault when none has.
    pub(super) fn is_level(&self, text: &Text<'_>) -> bool {
        let levels: BTreeSet<&String> = self
            .programme
            .units
            .iter()
            .flat_map(|u| &u.levels)
            .collect();
        let levels: Vec<String> = levels.into_iter().cloned().collect();
        self.among(text, &levels, "unknown-level", ("层级", "level"))
    }
}

impl Leads<'_> {
    fn admits(self, ty: &Type) -> bool {
        let to = |ty: &Type, tables: &[&str]| matches!(ty, Type::Reference(t) if tables.contains(&t.as_str()));
        let place = ["unit", "division"];
        match (self, ty) {
            (Self::Anything, _) => true,
            (Self::Date, ty) => *ty == Type::Date,
            (Self::Period, ty) => *ty == Type::Period,
            (Self::Units, Type::List(item)) => to(item, &place),
            (Self::Unit | Self::Units, ty) => to(ty, &place),
            (Self::Records(register), Type::List(item)) => to(item, &[register]),
            (Self::Records(register), ty) => to(ty, &[register]),
        }
    }

    fn words(self) -> (String, String) {
        let pair = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
        match self {
            Self::Date => pair("日期", "a date"),
            Self::Period => pair("周期", "a period"),
            Self::Unit => pair("单位或行政区划", "a unit or division"),
            Self::Units => pair("单位或行政区划（可以是几个）", "units or divisions"),
            Self::Records(id) => (format!("台账 {id} 的记录"), format!("records of {id}")),
            Self::Anything => pair("值", "a value"),
        }
    }
}

impl Text<'_> {
    /// Records a fault of a rule at its bytes inside this text.
    pub(super) fn refuse_within(&self, fault: rules::RuleFault) {
        let raw = self.source.text.get(self.span.clone()).unwrap_or("");
        let from = self.span.start + quote::position(raw, fault.span.start);
        let to = self.span.start + quote::position(raw, fault.span.end);
        let place = Place::new(self.source.file, from..to.max(from));
        let help = fault.help.unwrap_or_else(|| {
            Words::new(
                "改写规则的这一部分，写法见 docs/rules.md",
                "rewrite this part of the rule; docs/rules.md says how",
            )
        });
        let fault = Fault::error(fault.code, place, fault.message).help(help);
        self.source.faults.borrow_mut().push(fault);
    }
}

/// The rule that stands in for one that failed: nobody knows.
fn unknown(text: &Text<'_>, expected: &Expected) -> Rule {
    let ty = match expected {
        Expected::Verdict => Type::Bool,
        Expected::Of(ty) => ty.clone(),
        Expected::Any => Type::Double,
    };
    Rule {
        text: text.value.clone(),
        root: Node {
            kind: Kind::Literal(Value::Unknown(None)),
            ty,
            span: 0..text.value.len(),
        },
    }
}

fn setting_type(setting: &Setting) -> Type {
    match &setting.value {
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::Int,
        Value::Double(_) => Type::Double,
        Value::Money(_) => Type::Money,
        Value::Date(_) => Type::Date,
        _ => Type::Text,
    }
}

/// Every TOML file of the folder, parsed once.
pub(super) type Documents<'f> = BTreeMap<&'f str, toml::Spanned<toml::de::DeTable<'f>>>;

/// Parses every TOML file.
pub(super) fn documents<'f>(
    files: &'f crate::Files,
    faults: &'f super::document::Faults,
) -> Documents<'f> {
    let toml = files.iter().filter(|(path, _)| path.ends_with(".toml"));
    toml.map(|(path, text)| {
        (
            path.as_str(),
            parse(Source {
                file: path,
                text,
                faults,
            }),
        )
    })
    .collect()
}
