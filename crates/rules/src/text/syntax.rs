//! The syntax tree: what was written, with the bytes of every part, before names and types mean anything.

use super::fault::unsupported;
use super::scan::{Sort, Token};
use crate::{Comparison, Operator, RuleFault};
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators};
use std::ops::Range;

/// A part of the text.
#[derive(Clone, Debug)]
pub(crate) struct Syntax {
    pub(crate) form: Form,
    pub(crate) span: Range<usize>,
}

/// What a part is.
#[derive(Clone, Debug)]
pub(crate) enum Form {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    Name(String),
    /// `of.field`.
    Select(Box<Syntax>, String),
    /// `name(args)` or `target.name(args)`.
    Call {
        name: String,
        name_span: Range<usize>,
        target: Option<Box<Syntax>>,
        args: Vec<Syntax>,
    },
    /// An operator with its one, two or three operands.
    Signed(Sign, Vec<Syntax>),
    List(Vec<Syntax>),
}

/// The operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    And,
    Or,
    Not,
    Negate,
    In,
    Conditional,
    Compare(Comparison),
    Arithmetic(Operator),
}

/// Turns the parser's tree into ours, or names the parts that rules do not use.
pub(super) fn convert(
    text: &str,
    tokens: &[Token],
    tree: &IdedExpr,
    places: &SourceInfo,
) -> Result<Syntax, Vec<RuleFault>> {
    let mut conversion = Conversion {
        text,
        tokens,
        places,
        faults: Vec::new(),
    };
    let syntax = conversion.part(tree);
    match syntax {
        Some(syntax) if conversion.faults.is_empty() => Ok(syntax),
        _ => Err(conversion.faults),
    }
}

struct Conversion<'a> {
    text: &'a str,
    tokens: &'a [Token],
    places: &'a SourceInfo,
    faults: Vec<RuleFault>,
}

impl Conversion<'_> {
    /// Position among the tokens of the one that the parser names as the place of a part.
    fn token(&self, tree: &IdedExpr) -> usize {
        let start = self
            .places
            .offset_for(tree.id)
            .map_or(0, |(at, _)| at as usize);
        self.tokens.partition_point(|t| t.span.start < start)
    }

    fn span(&self, token: usize) -> Range<usize> {
        self.tokens
            .get(token)
            .map_or(0..self.text.len(), |t| t.span.clone())
    }

    fn sort(&self, token: usize) -> Option<Sort> {
        self.tokens.get(token).map(|t| t.sort)
    }

    fn close_of(&self, token: usize) -> usize {
        self.tokens
            .get(token)
            .and_then(|t| t.partner)
            .map_or(self.text.len(), |p| self.span(p).end)
    }

    /// Widens an operand's span over the brackets put round it, so that the whole begins and ends with its text.
    fn bracketed(&self, span: &Range<usize>) -> Range<usize> {
        let mut wide = span.clone();
        loop {
            let next = self.tokens.partition_point(|t| t.span.start < wide.end);
            let Some(open) = self
                .tokens
                .partition_point(|t| t.span.start < wide.start)
                .checked_sub(1)
            else {
                return wide;
            };
            let is_call = open.checked_sub(1).and_then(|i| self.sort(i)) == Some(Sort::Name);
            let partner = self.tokens.get(open).and_then(|t| t.partner);
            let round = self.text.as_bytes().get(self.span(open).start) == Some(&b'(');
            if is_call || !round || partner != Some(next) {
                return wide;
            }
            wide = self.span(open).start..self.span(next).end;
        }
    }

    fn part(&mut self, tree: &IdedExpr) -> Option<Syntax> {
        let token = self.token(tree);
        let span = self.span(token);
        let (form, span) = match &tree.expr {
            Expr::Literal(value) => return self.constant(value, token),
            Expr::Ident(name) => (Form::Name(name.trim_start_matches('.').into()), span),
            Expr::Select(select) => {
                let of = self.part(&select.operand)?;
                let span = self.bracketed(&of.span).start..self.span(token + 1).end;
                (Form::Select(Box::new(of), select.field.clone()), span)
            }
            Expr::Call(call) => return self.call(call, token),
            Expr::List(list) => {
                let items: Vec<_> = list.elements.iter().map(|e| self.part(e)).collect();
                let items = items.into_iter().collect::<Option<_>>()?;
                (Form::List(items), span.start..self.close_of(token))
            }
            Expr::Map(_) | Expr::Struct(_) => {
                let span = span.start..span.start + 1;
                self.faults.push(unsupported(span, "{…}"));
                return None;
            }
            Expr::Comprehension(_) | Expr::Unspecified => {
                self.faults.push(super::fault::unreadable(span));
                return None;
            }
        };
        Some(Syntax { form, span })
    }

    fn constant(&mut self, value: &LiteralValue, token: usize) -> Option<Syntax> {
        let mut span = self.span(token);
        let form = match value {
            LiteralValue::Null => Form::Null,
            LiteralValue::Boolean(b) => Form::Bool(*b.inner()),
            LiteralValue::Int(i) => Form::Int(*i.inner()),
            LiteralValue::Double(d) => Form::Double(*d.inner()),
            LiteralValue::String(s) => Form::Text(s.inner().to_string()),
            LiteralValue::UInt(_) => {
                self.faults.push(unsupported(span, "1u"));
                return None;
            }
            LiteralValue::Bytes(_) => {
                self.faults.push(unsupported(span, "b'…'"));
                return None;
            }
        };
        let negative =
            matches!(form, Form::Int(i) if i < 0) || matches!(form, Form::Double(d) if d < 0.0);
        let before = token.checked_sub(1).map(|t| self.span(t));
        if let Some(sign) = before.filter(|s| negative && self.text.get(s.clone()) == Some("-")) {
            span.start = sign.start;
        }
        Some(Syntax { form, span })
    }

    fn call(&mut self, call: &CallExpr, token: usize) -> Option<Syntax> {
        let target = match &call.target {
            Some(target) => Some(self.part(target)?),
            None => None,
        };
        let parts: Vec<_> = call.args.iter().map(|a| self.part(a)).collect();
        let args: Vec<Syntax> = parts.into_iter().collect::<Option<_>>()?;
        if let Some(sign) = sign(&call.func_name) {
            let own = self.span(token).start;
            let start = args
                .first()
                .map_or(own, |a| self.bracketed(&a.span).start.min(own));
            let end = args.last().map_or(own, |a| self.bracketed(&a.span).end);
            let form = Form::Signed(sign, args);
            return Some(Syntax {
                form,
                span: start..end,
            });
        }
        if matches!(
            call.func_name.as_str(),
            operators::INDEX | operators::OPT_INDEX | operators::OPT_SELECT
        ) {
            let span = self.span(token).start..self.close_of(token);
            self.faults.push(unsupported(span, "[i]"));
            return None;
        }
        // The place of a call is its opening bracket; its name stands just before.
        let name_span = self.span(token.saturating_sub(1));
        let start = target
            .as_ref()
            .map_or(name_span.start, |t| self.bracketed(&t.span).start);
        let span = start..self.close_of(token);
        let form = Form::Call {
            name: call.func_name.trim_start_matches('.').into(),
            name_span,
            target: target.map(Box::new),
            args,
        };
        Some(Syntax { form, span })
    }
}

fn sign(name: &str) -> Option<Sign> {
    Some(match name {
        operators::LOGICAL_AND => Sign::And,
        operators::LOGICAL_OR => Sign::Or,
        operators::LOGICAL_NOT => Sign::Not,
        operators::NEGATE => Sign::Negate,
        operators::IN => Sign::In,
        operators::CONDITIONAL => Sign::Conditional,
        operators::EQUALS => Sign::Compare(Comparison::Eq),
        operators::NOT_EQUALS => Sign::Compare(Comparison::Ne),
        operators::LESS => Sign::Compare(Comparison::Lt),
        operators::LESS_EQUALS => Sign::Compare(Comparison::Le),
        operators::GREATER => Sign::Compare(Comparison::Gt),
        operators::GREATER_EQUALS => Sign::Compare(Comparison::Ge),
        operators::ADD => Sign::Arithmetic(Operator::Add),
        operators::SUBSTRACT => Sign::Arithmetic(Operator::Subtract),
        operators::MULTIPLY => Sign::Arithmetic(Operator::Multiply),
        operators::DIVIDE => Sign::Arithmetic(Operator::Divide),
        operators::MODULO => Sign::Arithmetic(Operator::Remainder),
        _ => return None,
    })
}
