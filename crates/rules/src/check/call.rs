//! Calls: which function a name means, what its arguments must be, what it gives.

use super::types::{is_ordered, is_textual};
use super::{Checker, literal, spelling, type_words};
use crate::function::{FUNCTIONS, Want};
use crate::text::{Form, Syntax};
use crate::{Function, Kind, Node, Quantifier, Type, Value, Words};
use std::ops::Range;

/// How deep quantifiers may stand in one another: each multiplies the work by its list.
const QUANTIFIERS_MAX: usize = 3;

/// Spellings with a form of their own, for suggesting near names.
const FORMS: &[&str] = &[
    "present",
    "known",
    "has",
    "exists",
    "all",
    "exists_one",
    "filter",
    "map",
    "timestamp",
    "duration",
];

impl Checker<'_> {
    /// A call: a form of the language, a constant, or a function.
    pub(super) fn call(
        &mut self,
        name: &str,
        name_span: &Range<usize>,
        target: Option<&Syntax>,
        args: &[Syntax],
        span: &Range<usize>,
    ) -> Option<Node> {
        if let (Some(target), Some(quantifier)) = (target, quantifier(name)) {
            return self.quantifier_call(quantifier, (name, name_span), target, args, span);
        }
        match (name, target, args) {
            ("present" | "known", None, [x]) => return self.asked(name, name_span, x, span),
            ("has", None, [x]) => {
                if !matches!(x.form, Form::Select(..)) {
                    let message = Words::new(
                        "has 的括号里需要 x.y 的形式",
                        "has wants the form x.y in its brackets",
                    );
                    let help = Words::new("请写 present(x)", "write present(x)");
                    self.report("wrong-arguments", &x.span, message, Some(help));
                    return None;
                }
                return self.asked("present", name_span, x, span);
            }
            (
                "date" | "timestamp" | "duration",
                None,
                [
                    Syntax {
                        form: Form::Text(text),
                        span: inner,
                    },
                ],
            ) => {
                return self.constant(name, text, inner, span);
            }
            _ => {}
        }
        let Some((function, _, wants)) = FUNCTIONS.iter().find(|(_, n, _)| *n == name) else {
            self.unknown_function(name, name_span);
            // The arguments may hold faults of their own.
            let _ = self.infer_all(args);
            return None;
        };
        let mut nodes = Vec::new();
        if let Some(target) = target {
            nodes.push(self.infer(target)?);
        }
        nodes.extend(self.infer_all(args)?);
        if *wants == [Want::Several] {
            return self.aggregate(*function, name_span, nodes, span);
        }
        if nodes.len() != wants.len() {
            self.wrong_count(name, name_span, wants.len(), nodes.len());
            return None;
        }
        let adapted: Vec<_> = nodes
            .into_iter()
            .zip(wants.iter())
            .map(|(node, want)| self.want(node, *want))
            .collect();
        let nodes: Vec<Node> = adapted.into_iter().collect::<Option<_>>()?;
        self.finish(*function, nodes, span)
    }

    fn quantifier_call(
        &mut self,
        quantifier: Quantifier,
        (name, name_span): (&str, &Range<usize>),
        target: &Syntax,
        args: &[Syntax],
        span: &Range<usize>,
    ) -> Option<Node> {
        if self.elements.len() >= QUANTIFIERS_MAX {
            let message = Words::new(
                format!("对列表的判断嵌套超过 {QUANTIFIERS_MAX} 层"),
                format!("Quantifiers stand more than {QUANTIFIERS_MAX} deep in one another"),
            );
            self.report("too-deep", name_span, message, None);
            return None;
        }
        let list = self.infer(target)?;
        match (quantifier, args) {
            (
                Quantifier::Map,
                [
                    Syntax {
                        form: Form::Name(x),
                        ..
                    },
                    condition,
                    body,
                ],
            ) => {
                let list = self.quantified(Quantifier::Filter, list, x, condition, span)?;
                self.quantified(Quantifier::Map, list, x, body, span)
            }
            (
                _,
                [
                    Syntax {
                        form: Form::Name(x),
                        ..
                    },
                    body,
                ],
            ) => self.quantified(quantifier, list, x, body, span),
            (_, [first, _]) => {
                let message = Words::new(
                    format!("{name} 的第一个参数是给列表各项起的名称"),
                    format!("The first argument of {name} is a name for the items of the list"),
                );
                let help = example(name);
                self.report("wrong-arguments", &first.span, message, Some(help));
                None
            }
            _ => {
                self.wrong_count(name, name_span, 2, args.len());
                None
            }
        }
    }

    /// `present(x)` and `known(x)`.
    fn asked(
        &mut self,
        name: &str,
        name_span: &Range<usize>,
        x: &Syntax,
        span: &Range<usize>,
    ) -> Option<Node> {
        let x = self.infer(x);
        if name == "known" && !self.options.known_allowed {
            let message = Words::new(
                "known 只能用在检查和完整性里",
                "known may be used only in checks and completeness",
            );
            let help = Words::new(
                "填上空格会改变它的结果；判断有没有值请写 present(x)",
                "filling a cell flips it; to ask whether there is a value, write present(x)",
            );
            self.report("known-not-allowed", name_span, message, Some(help));
            return None;
        }
        let x = Box::new(x?);
        let kind = if name == "known" {
            Kind::Known(x)
        } else {
            Kind::Present(x)
        };
        Some(self.node(kind, Type::Bool, span.clone()))
    }

    /// A day, a time or a duration written out.
    fn constant(
        &mut self,
        name: &str,
        text: &str,
        inner: &Range<usize>,
        span: &Range<usize>,
    ) -> Option<Node> {
        let (value, ty, example) = match name {
            "date" => (literal::date(text), Type::Date, "2023-08-31"),
            "timestamp" => (literal::timestamp(text), Type::Time, "2023-08-31T08:30"),
            _ => (literal::duration(text), Type::Duration, "1h30m"),
        };
        let Some(value) = value else {
            let message = Words::new(
                format!("“{text}”不能读作 {name}"),
                format!("'{text}' cannot be read as a {name}"),
            );
            let help = Words::new(format!("例如 {example}"), format!("for example {example}"));
            self.report("bad-constant", inner, message, Some(help));
            return None;
        };
        Some(self.node(Kind::Literal(value), ty, span.clone()))
    }

    fn unknown_function(&mut self, name: &str, span: &Range<usize>) {
        let message = Words::new(
            format!("没有函数 {name}"),
            format!("There is no function {name}"),
        );
        let candidates = FUNCTIONS
            .iter()
            .map(|(_, n, _)| *n)
            .chain(FORMS.iter().copied());
        let help = spelling::did_you_mean(name, candidates);
        self.report("unknown-function", span, message, help);
    }

    fn wrong_count(&mut self, name: &str, span: &Range<usize>, wanted: usize, given: usize) {
        let message = Words::new(
            format!("{name} 需要 {wanted} 个参数，这里有 {given} 个"),
            format!("{name} takes {wanted} arguments, not {given}"),
        );
        self.report("wrong-arguments", span, message, None);
    }

    /// The node as an argument of the wanted sort.
    fn want(&mut self, node: Node, want: Want) -> Option<Node> {
        let span = node.span.clone();
        let fits = match want {
            Want::Several => true,
            Want::Number => matches!(node.ty, Type::Int | Type::Double),
            Want::Written => matches!(node.ty, Type::Int | Type::Double | Type::Text),
            Want::Countable => matches!(
                node.ty,
                Type::Int | Type::Double | Type::Money | Type::Duration
            ),
            Want::Texts => is_textual(&node.ty),
            Want::Sized => is_textual(&node.ty) || matches!(node.ty, Type::List(_)),
            Want::Record => matches!(node.ty, Type::Reference(_)),
            Want::Root => matches!(node.ty, Type::Reference(_) | Type::Text),
            Want::Scalar => !matches!(node.ty, Type::List(_) | Type::Reference(_)),
            Want::Day if node.ty == Type::Time => {
                return Some(self.node(Kind::Call(Function::Date, vec![node]), Type::Date, span));
            }
            Want::Day => return self.want_type(node, Type::Date),
            Want::Whole => return self.want_type(node, Type::Int),
            Want::Decimal => return self.want_type(node, Type::Double),
            Want::Money => return self.want_type(node, Type::Money),
            Want::Industry => return self.want_type(node, Type::Industry),
        };
        if fits {
            return Some(node);
        }
        let ty = type_words(&node.ty);
        let wanted = want.words();
        let message = Words::new(
            format!("参数应是{}，而这是{}", wanted.zh, ty.zh),
            format!("The argument must be {}; this is {}", wanted.en, ty.en),
        );
        self.report("type-mismatch", &span, message, None);
        None
    }

    fn want_type(&mut self, node: Node, ty: Type) -> Option<Node> {
        match self.adapt(node, &ty) {
            Ok(node) => Some(node),
            Err(node) => {
                self.mismatch(&ty, &node.ty, &node.span);
                None
            }
        }
    }

    /// `sum`, `min` and `max`: of one list, or of the arguments.
    fn aggregate(
        &mut self,
        function: Function,
        name_span: &Range<usize>,
        mut nodes: Vec<Node>,
        span: &Range<usize>,
    ) -> Option<Node> {
        let list = match nodes.pop() {
            None => {
                self.wrong_count("min, max, sum", name_span, 1, 0);
                return None;
            }
            Some(node) if nodes.is_empty() && matches!(node.ty, Type::List(_)) => node,
            Some(mut last) => {
                let mut items = Vec::new();
                for node in nodes {
                    let (node, unified) = self.unify(node, last, span)?;
                    last = unified;
                    items.push(node);
                }
                items.push(last);
                // The last has met every other type by now; the first ones meet it again.
                let ty = items.last().map(|n| n.ty.clone())?;
                let items: Vec<_> = items
                    .into_iter()
                    .map(|n| self.want_type(n, ty.clone()))
                    .collect();
                let items = items.into_iter().collect::<Option<_>>()?;
                self.node(Kind::List(items), Type::List(Box::new(ty)), span.clone())
            }
        };
        let Type::List(item) = list.ty.clone() else {
            return None;
        };
        let adds = matches!(
            *item,
            Type::Int | Type::Double | Type::Money | Type::Duration
        );
        let fits = if function == Function::Sum {
            adds
        } else {
            is_ordered(&item)
        };
        if !fits {
            let ty = type_words(&item);
            let message = Words::new(
                format!("{}不能这样汇总", ty.zh),
                format!("This cannot be taken over values that are {}", ty.en),
            );
            self.report("type-mismatch", span, message, None);
            return None;
        }
        Some(self.node(Kind::Call(function, vec![list]), *item, span.clone()))
    }

    /// The type of the result; constants are worked out, ids and trees looked at.
    fn finish(
        &mut self,
        function: Function,
        nodes: Vec<Node>,
        span: &Range<usize>,
    ) -> Option<Node> {
        use Function as F;
        if function == F::Date {
            // The argument is a date by now: a time has been taken to its day.
            return nodes.into_iter().next();
        }
        let first = nodes.first().map(|n| n.ty.clone());
        let ty = match function {
            F::Wan | F::Yi | F::Yuan | F::Money | F::OverdueInterest => Type::Money,
            F::Date | F::AddDays | F::AddMonths | F::AddWorkdays | F::ArrearsDue => Type::Date,

            F::Year
            | F::Month
            | F::Day
            | F::Days
            | F::Months
            | F::Workdays
            | F::Size
            | F::Int
            | F::Round => Type::Int,
            F::InForce
            | F::Under
            | F::Industry
            | F::UsccValid
            | F::StartsWith
            | F::EndsWith
            | F::Contains => Type::Bool,
            F::SizeClass => Type::Choice(
                ["large", "medium", "small", "micro"]
                    .map(String::from)
                    .to_vec(),
            ),
            F::Lpr | F::Double => Type::Double,
            F::Text => Type::Text,
            F::Abs | F::Sum | F::Min | F::Max => first?,
        };
        if function == F::Under && !self.is_tree(&nodes) {
            return None;
        }
        if let (
            Some(unit),
            [
                Node {
                    kind: Kind::Literal(number),
                    ..
                },
            ],
        ) = (literal::yuan_in(function), &nodes[..])
            && let Some(fen) = literal::fen(number, unit)
        {
            return Some(self.node(Kind::Literal(Value::Money(fen)), ty, span.clone()));
        }
        Some(self.node(Kind::Call(function, nodes), ty, span.clone()))
    }

    /// Whether the arguments of `under` are in one tree.
    fn is_tree(&mut self, nodes: &[Node]) -> bool {
        let [item, root] = nodes else {
            return false;
        };
        let Type::Reference(table) = &item.ty else {
            return false;
        };
        let found = self.schema.tables.iter().find(|t| t.id == *table);
        if found.is_none_or(|t| t.parent.is_none()) {
            let message = Words::new(
                format!("{table} 没有上下级，不能用 under"),
                format!("{table} is no tree, so nothing lies under anything in it"),
            );
            self.report("type-mismatch", &item.span, message, None);
            return false;
        }
        if let Kind::Literal(Value::Text(id)) = &root.kind {
            self.must_be_known_id(table, id, root.span.clone());
        } else if root.ty != item.ty && root.ty != Type::Text {
            self.mismatch(&item.ty, &root.ty, &root.span);
            return false;
        }
        true
    }
}

fn quantifier(name: &str) -> Option<Quantifier> {
    Some(match name {
        "exists" => Quantifier::Exists,
        "all" => Quantifier::All,
        "exists_one" => Quantifier::ExistsOne,
        "filter" => Quantifier::Filter,
        "map" => Quantifier::Map,
        _ => return None,
    })
}

fn example(name: &str) -> Words {
    Words::new(
        format!("例如 list.{name}(x, x > 1)"),
        format!("for example list.{name}(x, x > 1)"),
    )
}
