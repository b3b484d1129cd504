//! Expressions: operators, lists and quantifiers over typed operands.

use super::types::is_ordered;
use super::{Checker, DEPTH_MAX, NODES_MAX, type_words};
use crate::text::{Form, Sign, Syntax};
use crate::{Comparison, Kind, Node, Operator, Quantifier, Type, Value, Words};
use std::ops::Range;

impl Checker<'_> {
    /// The typed node of a part of the text; `None` when a fault was reported.
    pub(super) fn infer(&mut self, syntax: &Syntax) -> Option<Node> {
        if self.depth >= DEPTH_MAX || self.nodes >= NODES_MAX {
            let message = Words::new(
                "规则连同它用到的公式太大",
                "The rule is too large once its formulas are put in",
            );
            self.report("too-deep", &syntax.span, message, None);
            return None;
        }
        self.depth += 1;
        let node = self.infer_form(syntax);
        self.depth -= 1;
        node
    }

    fn infer_form(&mut self, syntax: &Syntax) -> Option<Node> {
        let span = &syntax.span;
        let (value, ty) = match &syntax.form {
            Form::Bool(b) => (Value::Bool(*b), Type::Bool),
            Form::Int(n) => (Value::Int(*n), Type::Int),
            Form::Double(x) => (Value::Double(*x), Type::Double),
            Form::Text(text) => (Value::Text(text.as_str().into()), Type::Text),
            Form::Null => {
                let message = Words::new("规则里没有 null", "Rules have no null");
                let help = Words::new(
                    "判断有没有值请写 present(x)",
                    "to ask whether there is a value, write present(x)",
                );
                self.report("null", span, message, Some(help));
                return None;
            }
            Form::Name(name) => return self.name(name, span),
            Form::Select(of, field) => return self.select(of, field, span),
            Form::Call {
                name,
                name_span,
                target,
                args,
            } => {
                return self.call(name, name_span, target.as_deref(), args, span);
            }
            Form::Signed(sign, operands) => return self.signed(*sign, operands, span),
            Form::List(items) => return self.list(items, span),
        };
        Some(self.node(Kind::Literal(value), ty, span.clone()))
    }

    /// All operands, each checked even when another is at fault.
    pub(super) fn infer_all(&mut self, operands: &[Syntax]) -> Option<Vec<Node>> {
        let nodes: Vec<_> = operands.iter().map(|o| self.infer(o)).collect();
        nodes.into_iter().collect()
    }

    fn signed(&mut self, sign: Sign, operands: &[Syntax], span: &Range<usize>) -> Option<Node> {
        let mut nodes = self.infer_all(operands)?.into_iter();
        let (first, second, third) = (nodes.next()?, nodes.next(), nodes.next());
        match sign {
            Sign::And | Sign::Or => self.logic(sign, first, second?, span),
            Sign::Not => {
                let x = self.verdict(first)?;
                Some(self.node(Kind::Not(Box::new(x)), Type::Bool, span.clone()))
            }
            Sign::Negate => self.negate(first, span),
            Sign::In => self.membership(first, second?, span),
            Sign::Compare(comparison) => self.comparison(comparison, first, second?, span),
            Sign::Arithmetic(operator) => self.arithmetic(operator, first, second?, span),
            Sign::Conditional => {
                let condition = self.verdict(first)?;
                let (then, otherwise) = self.unify(second?, third?, span)?;
                let ty = then.ty.clone();
                let kind =
                    Kind::Conditional(Box::new(condition), Box::new(then), Box::new(otherwise));
                Some(self.node(kind, ty, span.clone()))
            }
        }
    }

    /// The node when it is a yes or no.
    fn verdict(&mut self, node: Node) -> Option<Node> {
        if node.ty == Type::Bool {
            return Some(node);
        }
        let ty = type_words(&node.ty);
        let message = Words::new(
            format!("这里需要是或否，而这是{}", ty.zh),
            format!("Wanted is a yes or no here; this is {}", ty.en),
        );
        self.report("type-mismatch", &node.span, message, None);
        None
    }

    fn logic(&mut self, sign: Sign, a: Node, b: Node, span: &Range<usize>) -> Option<Node> {
        let (a, b) = (self.verdict(a), self.verdict(b));
        let mut parts = Vec::new();
        for node in [a?, b?] {
            match (sign, node.kind) {
                (Sign::And, Kind::And(inner)) | (Sign::Or, Kind::Or(inner)) => parts.extend(inner),
                (_, kind) => parts.push(Node { kind, ..node }),
            }
        }
        let kind = if sign == Sign::And {
            Kind::And(parts)
        } else {
            Kind::Or(parts)
        };
        Some(self.node(kind, Type::Bool, span.clone()))
    }

    fn negate(&mut self, x: Node, span: &Range<usize>) -> Option<Node> {
        if !matches!(
            x.ty,
            Type::Int | Type::Double | Type::Money | Type::Duration
        ) {
            self.no_arithmetic(&x.ty, &x.ty, span);
            return None;
        }
        let ty = x.ty.clone();
        let folded = match &x.kind {
            Kind::Literal(Value::Money(fen)) => fen.checked_neg().map(Value::Money),
            Kind::Literal(Value::Double(d)) => Some(Value::Double(-d)),
            _ => None,
        };
        let kind = folded.map_or_else(|| Kind::Negate(Box::new(x)), Kind::Literal);
        Some(self.node(kind, ty, span.clone()))
    }

    fn comparison(
        &mut self,
        comparison: Comparison,
        a: Node,
        b: Node,
        span: &Range<usize>,
    ) -> Option<Node> {
        let (a, b) = self.unify(a, b, span)?;
        let equality = matches!(comparison, Comparison::Eq | Comparison::Ne);
        if !equality && (!is_ordered(&a.ty) || !is_ordered(&b.ty)) {
            let ty = type_words(if is_ordered(&a.ty) { &b.ty } else { &a.ty });
            let message = Words::new(
                format!("{}没有大小之分", ty.zh),
                format!("There is no order to compare by: {}", ty.en),
            );
            let help = Words::new("请用 == 或 !=", "use == or !=");
            self.report("no-order", span, message, Some(help));
            return None;
        }
        let kind = Kind::Compare(comparison, Box::new(a), Box::new(b));
        Some(self.node(kind, Type::Bool, span.clone()))
    }

    fn membership(&mut self, item: Node, list: Node, span: &Range<usize>) -> Option<Node> {
        let Type::List(of) = list.ty.clone() else {
            let ty = type_words(&list.ty);
            let message = Words::new(
                format!("in 的右边需要列表，而这是{}", ty.zh),
                format!("in wants a list on its right; this is {}", ty.en),
            );
            let text = super::types::is_textual(&list.ty);
            let help = text
                .then(|| Words::new("文字请用 x.contains('…')", "for text, use x.contains('…')"));
            self.report("type-mismatch", span, message, help);
            return None;
        };
        let wanted = Type::List(Box::new(item.ty.clone()));
        let (item, list) = match self.adapt(list, &wanted) {
            Ok(list) => (item, list),
            Err(list) => match self.adapt(item, &of) {
                Ok(item) => (item, *list),
                Err(item) if self.by_id(&list, &wanted) || self.by_id(&item, &of) => (*item, *list),
                Err(item) => {
                    self.mismatch(&item.ty, &of, span);
                    return None;
                }
            },
        };
        let kind = Kind::In(Box::new(item), Box::new(list));
        Some(self.node(kind, Type::Bool, span.clone()))
    }

    fn arithmetic(
        &mut self,
        operator: Operator,
        a: Node,
        b: Node,
        span: &Range<usize>,
    ) -> Option<Node> {
        use Operator::{Add, Divide, Multiply, Remainder, Subtract};
        use Type::{Double, Duration, Int, Money, Time};
        let ty = match (operator, &a.ty, &b.ty) {
            (_, Int, Int) => Int,
            (Add | Subtract | Multiply | Divide, Int, Double)
            | (Add | Subtract | Multiply | Divide, Double, Int) => {
                let (a, b) = self.unify(a, b, span)?;
                return Some(self.arithmetic_node(operator, a, b, Double, span));
            }
            (Add | Subtract | Multiply | Divide, Double, Double) => Double,
            (Add | Subtract | Remainder, Money, Money) => Money,
            (Multiply, Money, Int | Double) | (Multiply, Int | Double, Money) => Money,
            (Divide, Money, Int | Double) => Money,
            (Divide, Money, Money) => Double,
            (Add | Subtract, Duration, Duration) => Duration,
            (Add | Subtract, Time, Duration) | (Add, Duration, Time) => Time,
            (Subtract, Time, Time) => Duration,
            (Add, Type::Text, Type::Text) => Type::Text,
            (Add, Type::List(_), Type::List(_)) => {
                let (a, b) = self.unify(a, b, span)?;
                let ty = a.ty.clone();
                return Some(self.arithmetic_node(operator, a, b, ty, span));
            }
            (x, y, z) => {
                let (y, z) = (y.clone(), z.clone());
                self.no_arithmetic_between(x, &y, &z, span);
                return None;
            }
        };
        Some(self.arithmetic_node(operator, a, b, ty, span))
    }

    fn arithmetic_node(
        &mut self,
        operator: Operator,
        a: Node,
        b: Node,
        ty: Type,
        span: &Range<usize>,
    ) -> Node {
        let kind = Kind::Arithmetic(operator, Box::new(a), Box::new(b));
        self.node(kind, ty, span.clone())
    }

    fn no_arithmetic_between(
        &mut self,
        operator: Operator,
        a: &Type,
        b: &Type,
        span: &Range<usize>,
    ) {
        if matches!(a, Type::Date) || matches!(b, Type::Date) {
            let message = Words::new(
                "日期不能直接加减",
                "Dates are not added or subtracted by signs",
            );
            let help = if operator == Operator::Subtract && a == b {
                Words::new(
                    "相差天数请写 days(a, b)",
                    "write days(a, b) for the days between",
                )
            } else {
                Words::new(
                    "请写 add_days(d, n)、add_workdays(d, n) 或 add_months(d, n)",
                    "write add_days(d, n), add_workdays(d, n) or add_months(d, n)",
                )
            };
            self.report("type-mismatch", span, message, Some(help));
            return;
        }
        self.no_arithmetic(a, b, span);
    }

    fn no_arithmetic(&mut self, a: &Type, b: &Type, span: &Range<usize>) {
        if a != b {
            self.mismatch(a, b, span);
            return;
        }
        let ty = type_words(a);
        let message = Words::new(
            format!("{}不能这样计算", ty.zh),
            format!("This cannot be reckoned with {}", ty.en),
        );
        self.report("type-mismatch", span, message, None);
    }

    fn list(&mut self, items: &[Syntax], span: &Range<usize>) -> Option<Node> {
        let nodes = self.infer_all(items)?;
        let decimal = nodes.iter().any(|n| n.ty == Type::Double);
        let first = nodes
            .iter()
            .find(|n| !matches!(n.kind, Kind::Literal(_)))
            .or(nodes.first());
        let ty = match first.map(|n| n.ty.clone()) {
            Some(Type::Int) if decimal => Type::Double,
            Some(ty) => ty,
            None => Type::Text,
        };
        let mut parts = Vec::with_capacity(nodes.len());
        for node in nodes {
            match self.adapt(node, &ty) {
                Ok(node) => parts.push(node),
                Err(node) => {
                    self.mismatch(&ty, &node.ty, &node.span);
                    return None;
                }
            }
        }
        Some(self.node(Kind::List(parts), Type::List(Box::new(ty)), span.clone()))
    }

    /// `list.exists(x, body)` and its kin; `None` for arguments that are not of this form.
    pub(super) fn quantified(
        &mut self,
        quantifier: Quantifier,
        list: Node,
        variable: &str,
        body: &Syntax,
        span: &Range<usize>,
    ) -> Option<Node> {
        let Type::List(item) = list.ty.clone() else {
            let ty = type_words(&list.ty);
            let message = Words::new(
                format!("这里需要列表，而这是{}", ty.zh),
                format!("Wanted is a list here; this is {}", ty.en),
            );
            self.report("type-mismatch", &list.span, message, None);
            return None;
        };
        self.elements.push((variable.into(), *item));
        let body = self.infer(body);
        self.elements.pop();
        let mut body = body?;
        if quantifier != Quantifier::Map {
            body = self.verdict(body)?;
        }
        let ty = match quantifier {
            Quantifier::Filter => list.ty.clone(),
            Quantifier::Map => Type::List(Box::new(body.ty.clone())),
            Quantifier::Exists | Quantifier::All | Quantifier::ExistsOne => Type::Bool,
        };
        let kind = Kind::Quantified {
            quantifier,
            variable: variable.into(),
            list: Box::new(list),
            body: Box::new(body),
        };
        Some(self.node(kind, ty, span.clone()))
    }
}
