//! Names: of fields, of what is in scope, of a reference's fields; formulas are put in where they are read.

use super::{Checker, spelling, type_words};
use crate::text::{Form, Syntax, parse};
use crate::{Empty, Kind, Named, Node, Type, Words};
use std::collections::BTreeMap;
use std::ops::Range;

impl<'a> Checker<'a> {
    /// A bare name: an element, an own field, a name in scope, `today`, in this order.
    pub(super) fn name(&mut self, name: &str, span: &Range<usize>) -> Option<Node> {
        let element = self.elements.iter().rfind(|(n, _)| n == name);
        if let Some((_, ty)) = element {
            let ty = ty.clone();
            return Some(self.node(Kind::Element(name.into()), ty, span.clone()));
        }
        if let Some(own) = self.own.clone()
            && self.has_field(&own, name)
        {
            return self.field(own, name, span);
        }
        match self.names.get(name) {
            Some(Named::Value(ty)) => {
                Some(self.node(Kind::Name(name.into()), ty.clone(), span.clone()))
            }
            Some(Named::Record(table)) => {
                let ty = Type::Reference(table.clone());
                Some(self.node(Kind::Bound(name.into()), ty, span.clone()))
            }
            Some(Named::Group(members)) => {
                let message = Words::new(
                    format!("{name} 是一组值，要说明是哪一个"),
                    format!("{name} is a group of values: say which one"),
                );
                let members: Vec<String> = members.keys().map(|m| format!("{name}.{m}")).collect();
                let help = spelling::did_you_mean(name, members.iter().map(String::as_str));
                self.report("unknown-name", span, message, help);
                None
            }
            None if name == "today" => {
                Some(self.node(Kind::Name(name.into()), Type::Date, span.clone()))
            }
            None => {
                self.unknown_name(name, span);
                None
            }
        }
    }

    fn has_field(&self, record: &Node, field: &str) -> bool {
        let Type::Reference(id) = &record.ty else {
            return false;
        };
        let table = self.schema.tables.iter().find(|t| t.id == *id);
        field == "id" || table.is_some_and(|t| t.fields.iter().any(|f| f.id == field))
    }

    fn unknown_name(&mut self, name: &str, span: &Range<usize>) {
        let own = match self.own.as_ref().map(|o| &o.ty) {
            Some(Type::Reference(table)) => self.schema.tables.iter().find(|t| t.id == *table),
            _ => None,
        };
        let message = match own {
            Some(table) => Words::new(
                format!("{} 里没有字段 {name}，也没有这个名称", table.id),
                format!(
                    "{name} is neither a field of {} nor a name in scope",
                    table.id
                ),
            ),
            None => Words::new(
                format!("没有名称 {name}"),
                format!("There is no name {name} here"),
            ),
        };
        let fields = own
            .into_iter()
            .flat_map(|t| t.fields.iter().map(|f| f.id.as_str()));
        let elements = self.elements.iter().map(|(n, _)| n.as_str());
        let candidates = fields
            .chain(elements)
            .chain(self.names.keys().map(String::as_str))
            .chain(["today"]);
        let help = spelling::did_you_mean(name, candidates);
        let code = if own.is_some() {
            "unknown-field"
        } else {
            "unknown-name"
        };
        self.report(code, span, message, help);
    }

    /// `of.field`: a member of a group in scope, or a field of the record that is referred to.
    pub(super) fn select(&mut self, of: &Syntax, field: &str, span: &Range<usize>) -> Option<Node> {
        if let Form::Name(group) = &of.form
            && let Some(members) = self.group(group)
        {
            return self.member(group, members, field, span);
        }
        let record = self.infer(of)?;
        if matches!(record.kind, Kind::Conditional(..)) {
            let message = Words::new(
                "不能取条件表达式的字段",
                "A field is taken of a record, not of a choice between records",
            );
            let help = Words::new(
                "请在两个分支里分别写字段",
                "write the field in both branches",
            );
            self.report("unsupported", span, message, Some(help));
            return None;
        }
        if !matches!(record.ty, Type::Reference(_)) {
            let ty = type_words(&record.ty);
            let message = Words::new(
                format!("{}没有字段，后面不能加 .{field}", ty.zh),
                format!(
                    "Only a reference has fields; this is {}, so .{field} means nothing",
                    ty.en
                ),
            );
            self.report("type-mismatch", span, message, None);
            return None;
        }
        self.field(record, field, span)
    }

    /// The group that a name means, unless an element or an own field hides it.
    fn group(&self, name: &str) -> Option<&'a BTreeMap<String, Type>> {
        let hidden = self.elements.iter().any(|(n, _)| n == name)
            || self
                .own
                .as_ref()
                .is_some_and(|own| self.has_field(own, name));
        let names: &'a BTreeMap<String, Named> = self.names;
        match names.get(name) {
            Some(Named::Group(members)) if !hidden => Some(members),
            _ => None,
        }
    }

    fn member(
        &mut self,
        group: &str,
        members: &BTreeMap<String, Type>,
        member: &str,
        span: &Range<usize>,
    ) -> Option<Node> {
        let full = format!("{group}.{member}");
        if let Some(ty) = members.get(member) {
            return Some(self.node(Kind::Name(full), ty.clone(), span.clone()));
        }
        let message = Words::new(
            format!("{group} 里没有 {member}"),
            format!("{group} has no {member}"),
        );
        let help = spelling::did_you_mean(member, members.keys().map(String::as_str));
        self.report("unknown-name", span, message, help);
        None
    }

    /// A field of a record.
    fn field(&mut self, of: Node, field: &str, span: &Range<usize>) -> Option<Node> {
        let Type::Reference(id) = &of.ty else {
            return None;
        };
        let schema = self.schema;
        let Some(table) = schema.table(id) else {
            let id = id.clone();
            self.unknown_table(&id, span.clone());
            return None;
        };
        let fields = schema.tables.get(table).map_or(&[][..], |t| &t.fields);
        let Some(found) = fields.iter().find(|f| f.id == field) else {
            if field == "id" {
                let kind = Kind::Field {
                    of: Box::new(of),
                    table,
                    column: None,
                    field: field.into(),
                    empty_is_none: false,
                };
                return Some(self.node(kind, Type::Text, span.clone()));
            }
            let message = Words::new(
                format!("{id} 里没有字段 {field}"),
                format!("{id} has no field {field}"),
            );
            let help = spelling::did_you_mean(field, fields.iter().map(|f| f.id.as_str()));
            self.report("unknown-field", span, message, help);
            return None;
        };
        if let Some(formula) = &found.formula {
            return self.formula(of, (table, field), (formula, &found.ty), span);
        }
        let stored = fields.iter().filter(|f| f.formula.is_none());
        let kind = Kind::Field {
            of: Box::new(of),
            table,
            column: stored.map(|f| &f.id).position(|id| id == field),
            field: field.into(),
            empty_is_none: found.empty == Empty::None,
        };
        Some(self.node(kind, found.ty.clone(), span.clone()))
    }

    /// Puts a formula in the place of its field: its bare names are fields of the same record.
    fn formula(
        &mut self,
        of: Node,
        (table, field): (usize, &str),
        (formula, ty): (&str, &Type),
        span: &Range<usize>,
    ) -> Option<Node> {
        let key = (table, field.to_owned());
        if self.formulas.contains(&key) {
            let message = Words::new(
                format!("公式字段 {field} 绕回了自己"),
                format!("The formula of {field} comes back to itself"),
            );
            let help = Words::new(
                "让其中一个字段直接填写，不用公式",
                "let one of the fields be filled in instead of worked out",
            );
            self.report("formula-circle", span, message, Some(help));
            return None;
        }
        let span = self.formula_span.clone().unwrap_or_else(|| span.clone());
        let faults_before = std::mem::take(&mut self.faults);
        let elements = std::mem::take(&mut self.elements);
        let own = self.own.replace(of);
        let names = std::mem::replace(&mut self.names, const { &BTreeMap::new() });
        let outer_span = self.formula_span.replace(span.clone());
        self.formulas.push(key);

        let node = match parse(formula) {
            Ok(syntax) => self.infer(&syntax),
            Err(faults) => {
                self.faults = faults;
                None
            }
        };
        let node = node.and_then(|node| self.expect(node, &super::Expected::Of(ty.clone())));

        self.formulas.pop();
        self.formula_span = outer_span;
        self.names = names;
        self.own = own;
        self.elements = elements;
        let inner = std::mem::replace(&mut self.faults, faults_before);
        let first = inner.into_iter().next();
        match first {
            None => node,
            Some(fault) if fault.code.starts_with("formula-") || fault.code.starts_with("too-") => {
                self.faults.push(crate::RuleFault { span, ..fault });
                None
            }
            Some(fault) => {
                let message = Words::new(
                    format!("字段 {field} 的公式有误：{}", fault.message.zh),
                    format!("The formula of {field} is at fault: {}", fault.message.en),
                );
                self.report("formula-fault", &span, message, fault.help);
                None
            }
        }
    }
}
