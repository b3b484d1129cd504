//! Running: a checked rule over columns, block by block, in three values.
//!
//! Each node is worked out for a whole block before the node above it; no tree is walked per row.
//!
//! Nothing (an empty cell whose field says that empty means none): a comparison with it is false (`!=` true), a
//! yes-or-no that is nothing counts as no, arithmetic and functions over it give nothing, a list that is nothing
//! has no items. Exceptions are the arguments that law lets be absent: the end of `in_force`, the agreed days of
//! `arrears_due`, the day of payment and the agreed rate of `overdue_interest`.

pub(crate) mod arithmetic;
mod call;
mod compare;
mod lane;
mod law;
mod logic;
mod quantifier;
mod read;
mod reason;
mod several;

pub(crate) use reason::Reason;
pub use several::{Said, Told, several};

use crate::{Bits, Calendar, Day, Kind, Node, Rule, Schema, Tables, Value};
use lane::{Data, Lane};
use several::Shared;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// How many lanes are worked out at a time: small enough for the second cache, large enough to spread the cost of a node.
const BLOCK: usize = 4_096;

/// What one evaluation runs in: one today for all.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// The tables' fields, as the rule was checked against.
    pub schema: &'a Schema,
    /// The facts, in the order of the schema.
    pub tables: &'a Tables,
    /// Per table, by record number: the row that is the record's version at the moment of evaluation;
    /// [`crate::NO_ROW`] where it does not exist then.
    pub current: &'a [Vec<u32>],
    /// The working calendar.
    pub calendar: &'a Calendar,
    /// The day of evaluation.
    pub today: Day,
}

impl World<'_> {
    /// The row of each record of a table, by record number.
    pub fn rows_of(&self, table: usize) -> &[u32] {
        self.current.get(table).map_or(&[][..], |rows| rows)
    }
}

/// The lanes of one run: what each reads by bare names and by each name in scope.
#[derive(Clone, Debug, Default)]
pub struct Frame<'a> {
    /// How many lanes.
    pub len: usize,
    /// Lane `i` reads row `own[i]` of the own table.
    pub own: Option<&'a [u32]>,
    /// The names in scope, a group's member by its full name: `bearer`, `held`, `settings.x`, `period.from`.
    /// A name that is missing here is unknown in every lane.
    pub names: BTreeMap<&'a str, Bound<'a>>,
}

/// What a name is bound to.
#[derive(Clone, Debug)]
pub enum Bound<'a> {
    /// A row of the record's table for each lane; [`crate::NO_ROW`] for a record that is not known.
    Rows(&'a [u32]),
    /// One value for all lanes.
    One(Value),
    /// A value for each lane.
    Each(&'a [Value]),
}

/// The verdict of every lane: a lane in neither set is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// Lanes where the rule holds.
    pub yes: Bits,
    /// Lanes where it does not hold.
    pub no: Bits,
}

impl Verdicts {
    /// The verdict of one lane; `None` where it is unknown.
    pub fn get(&self, lane: usize) -> Option<bool> {
        let no = || self.no.get(lane).then_some(false);
        self.yes.get(lane).then_some(true).or_else(no)
    }

    /// Adds the verdicts of the lanes that follow.
    pub fn append(&mut self, next: &Self) {
        self.yes.append(&next.yes);
        self.no.append(&next.no);
    }
}

/// Runs a rule whose value is a verdict. Nothing (a cell whose empty means none) counts as no.
pub fn verdicts(rule: &Rule, world: &World<'_>, frame: &Frame<'_>) -> Verdicts {
    let run = Run::new(world, frame);
    let mut out = Verdicts::default();
    for block in blocks(frame.len) {
        let scope = Scope::of(block);
        out.append(&run.node(&rule.root, &scope).verdicts(scope.len()));
    }
    out
}

/// Runs a rule of any type: one value per lane; an error is an unknown with its reason.
pub fn values(rule: &Rule, world: &World<'_>, frame: &Frame<'_>) -> Vec<Value> {
    let run = Run::new(world, frame);
    let mut out = Vec::with_capacity(frame.len);
    for block in blocks(frame.len) {
        let scope = Scope::of(block);
        let lane = run.node(&rule.root, &scope);
        out.extend((0..scope.len()).map(|row| lane.value(row, &rule.root.ty)));
    }
    out
}

fn blocks(len: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    (0..len)
        .step_by(BLOCK)
        .map(move |start| start..(start + BLOCK).min(len))
}

/// Record numbers by table and id.
type Ids = BTreeMap<(usize, Box<str>), Option<u32>>;

/// One run of one rule.
struct Run<'a> {
    world: &'a World<'a>,
    frame: &'a Frame<'a>,
    /// Record numbers of constant ids, looked up once in a run.
    ids: RefCell<Ids>,
    /// What several rules that run together share.
    shared: Shared<'a>,
}

/// The rows that a node is worked out for: of a block, or inside a quantifier one for each item.
struct Scope<'a> {
    /// The frame's lane behind each row.
    lanes: Vec<u32>,
    /// Elements of the quantifiers around, innermost last.
    elements: Vec<(&'a str, Lane<'a>)>,
    /// The frame's own rows, once a field asked for them.
    own: OnceCell<Rc<[u32]>>,
}

impl Scope<'_> {
    fn of(block: std::ops::Range<usize>) -> Self {
        Self {
            lanes: block.map(|lane| lane as u32).collect(),
            elements: Vec::new(),
            own: OnceCell::new(),
        }
    }

    fn len(&self) -> usize {
        self.lanes.len()
    }
}

impl<'a> Run<'a> {
    fn new(world: &'a World<'a>, frame: &'a Frame<'a>) -> Self {
        Self {
            world,
            frame,
            ids: RefCell::default(),
            shared: Shared::default(),
        }
    }

    fn node(&self, node: &'a Node, scope: &Scope<'a>) -> Lane<'a> {
        // Inside a quantifier, rows are items of lists and not the block's.
        match self
            .shared
            .number(node)
            .filter(|_| scope.elements.is_empty())
        {
            Some(number) => self.shared.lane(number, || self.worked_out(node, scope)),
            None => self.worked_out(node, scope),
        }
    }

    fn worked_out(&self, node: &'a Node, scope: &Scope<'a>) -> Lane<'a> {
        match &node.kind {
            Kind::Literal(value) => self.lane_of(std::slice::from_ref(value), &node.ty),
            Kind::Own => self.own(scope, &node.ty),
            Kind::Bound(name) | Kind::Name(name) => self.name(name, &node.ty, scope),
            Kind::Element(name) => self.element(name, scope),
            Kind::Field {
                of,
                table,
                column,
                empty_is_none,
                ..
            } => self.field(of, (*table, *column), (&node.ty, *empty_is_none), scope),
            Kind::Not(x) => self.node(x, scope).not(),
            Kind::And(parts) => self.logic(parts, scope, true),
            Kind::Or(parts) => self.logic(parts, scope, false),
            Kind::Compare(comparison, a, b) => {
                self.compare(*comparison, &self.node(a, scope), &self.node(b, scope))
            }
            Kind::In(item, list) => {
                self.membership(&self.node(item, scope), &self.node(list, scope))
            }
            Kind::Arithmetic(operator, a, b) => {
                let (x, y) = (self.node(a, scope), self.node(b, scope));
                arithmetic::arithmetic(*operator, &x, &y, &node.ty)
            }
            Kind::Negate(x) => arithmetic::negate(&self.node(x, scope)),
            Kind::Conditional(condition, then, otherwise) => {
                let condition = self.node(condition, scope);
                self.conditional(
                    &condition,
                    &self.node(then, scope),
                    &self.node(otherwise, scope),
                )
            }
            Kind::Present(x) => self.node(x, scope).present(),
            Kind::Known(x) => self.node(x, scope).is_known(),
            Kind::Call(function, args) => {
                let lanes: Vec<Lane<'a>> = args.iter().map(|a| self.node(a, scope)).collect();
                self.call(*function, args, &lanes)
            }
            Kind::List(items) => self.list(items, scope),
            Kind::Quantified {
                quantifier,
                variable,
                list,
                body,
            } => {
                let list = self.node(list, scope);
                self.quantified(*quantifier, variable, list, body, scope)
            }
        }
    }

    /// A list written out: the rows of its items, interleaved.
    fn list(&self, items: &'a [Node], scope: &Scope<'a>) -> Lane<'a> {
        let lanes: Vec<Lane<'a>> = items.iter().map(|i| self.node(i, scope)).collect();
        let sources: Vec<&Lane<'a>> = lanes.iter().collect();
        let len = lane::length(&sources);
        let picks: Vec<_> = (0..len)
            .flat_map(|row| (0..sources.len()).map(move |source| Some((source, row))))
            .collect();
        let ends = (1..=len).map(|row| (row * sources.len()) as u32).collect();
        Lane {
            known: Bits::filled(len, true),
            nothing: Bits::filled(len, false),
            data: Data::List(ends, Box::new(Lane::pick(&sources, &picks))),
            why: Vec::new(),
        }
    }

    /// The record number of an id; `None` when no record has it.
    fn number_of(&self, table: usize, id: &str) -> Option<u32> {
        let key = (table, Box::from(id));
        if let Some(found) = self.ids.borrow().get(&key) {
            return *found;
        }
        let ids = self.world.tables.tables.get(table).map(|t| &t.ids[..]);
        let found = ids
            .and_then(|ids| ids.iter().position(|i| **i == *id))
            .map(|n| n as u32);
        self.ids.borrow_mut().insert(key, found);
        found
    }
}
