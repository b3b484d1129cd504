//! Several rules over the same lanes: a part that they share is worked out once in a block.

use super::lane::{Cell, Lane, plane};
use super::{Frame, Run, Scope, Verdicts, World, blocks};
use crate::{Bits, Bound, Kind, Node, Rule, Type, Value};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ptr;

/// What one rule says of every lane, by the type of the rule. A lane that is not known holds a placeholder.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// Yes or no; nothing counts as no.
    Verdicts(Verdicts),
    /// Int, Money (fen), Date (days), Time and Duration (milliseconds).
    Whole(Told, Vec<i64>),
    /// Double.
    Double(Told, Vec<f64>),
    /// Text and its kin: numbers into the distinct texts that lanes have.
    Text(Told, Vec<u32>, Vec<Box<str>>),
    /// Records and lists.
    Other(Vec<Value>),
}

/// Which lanes have a value, and of which it is known that they have none; the others are unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// There is a value.
    pub known: Bits,
    /// It is known that there is nothing.
    pub nothing: Bits,
}

/// Runs rules of any type, each in its own frame; all frames are over the same lanes and own rows.
pub fn several<'a>(asked: &[(&'a Rule, &'a Frame<'a>)], world: &'a World<'a>) -> Vec<Said> {
    let Some((_, first)) = asked.first() else {
        return Vec::new();
    };
    let len = first.len;
    debug_assert!(
        asked.iter().all(|(_, frame)| frame.len == len),
        "frames of one length"
    );
    let mut run = Run::new(world, first);
    run.shared = Shared::new(asked);
    let mut all: Vec<Saying> = asked
        .iter()
        .map(|(rule, _)| Saying::new(rule, len))
        .collect();
    for block in blocks(len) {
        // What was shared in the block before holds for its lanes alone.
        run.shared.lanes.borrow_mut().clear();
        let scope = Scope::of(block);
        for ((rule, frame), saying) in asked.iter().zip(&mut all) {
            run.frame = frame;
            saying.take(&run.node(&rule.root, &scope), &rule.root.ty, scope.len());
        }
    }
    all.into_iter().map(|saying| saying.said).collect()
}

/// Parts that several rules share, and their lanes in a block.
#[derive(Default)]
pub(super) struct Shared<'a> {
    /// The number of each part that occurs more than once, by the place of its node in memory.
    numbers: HashMap<usize, usize>,
    lanes: RefCell<HashMap<usize, Lane<'a>>>,
}

impl<'a> Shared<'a> {
    fn new(asked: &[(&Rule, &Frame<'_>)]) -> Self {
        let mut parts = Parts::default();
        for (rule, frame) in asked {
            parts.see(&rule.root, frame);
        }
        let often = parts.seen.into_iter().filter(|at| at.len() > 1);
        let numbered = often.enumerate().flat_map(|(number, at)| {
            let numbered = move |place| (place, number);
            at.into_iter().map(numbered)
        });
        Self {
            numbers: numbered.collect(),
            lanes: RefCell::default(),
        }
    }

    /// The number of a part that several share.
    pub(super) fn number(&self, node: &Node) -> Option<usize> {
        self.numbers.get(&ptr::from_ref(node).addr()).copied()
    }

    /// A part's lane, made once in a block.
    pub(super) fn lane(&self, number: usize, make: impl FnOnce() -> Lane<'a>) -> Lane<'a> {
        if let Some(lane) = self.lanes.borrow().get(&number) {
            return lane.clone();
        }
        let lane = make();
        self.lanes.borrow_mut().insert(number, lane.clone());
        lane
    }
}

/// Distinct parts of rules, each known by what it is and the numbers of what it is made of.
#[derive(Default)]
struct Parts {
    numbers: HashMap<String, usize>,
    /// Where the nodes of each number lie.
    seen: Vec<Vec<usize>>,
}

impl Parts {
    /// The number of a node; `None` where it stands for something else in another frame or for another element.
    fn see(&mut self, node: &Node, frame: &Frame<'_>) -> Option<usize> {
        let own = match &node.kind {
            Kind::Element(_) => false,
            Kind::Name(name) | Kind::Bound(name) => !matches!(
                frame.names.get(name.as_str()),
                Some(Bound::Each(_) | Bound::Rows(_))
            ),
            _ => true,
        };
        let children: Vec<Option<usize>> = node
            .children()
            .into_iter()
            .map(|child| self.see(child, frame))
            .collect();
        let children: Vec<usize> = children.into_iter().collect::<Option<_>>()?;
        if !own {
            return None;
        }
        let mut key = String::new();
        node.write_alone(&mut key);
        for child in children {
            key.push(' ');
            key.push_str(&child.to_string());
        }
        let next = self.seen.len();
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.seen.push(Vec::new());
        }
        // What is read from a column or is one value is as quickly read as copied.
        let light = matches!(
            &node.kind,
            Kind::Literal(_) | Kind::Own | Kind::Name(_) | Kind::Bound(_)
        ) || matches!(&node.kind, Kind::Field { of, .. } if matches!(of.kind, Kind::Own));
        if let Some(seen) = self.seen.get_mut(number).filter(|_| !light) {
            seen.push(ptr::from_ref(node).addr());
        }
        Some(number)
    }
}

/// What a rule has said of the blocks so far.
struct Saying {
    said: Said,
    /// Numbers of texts.
    texts: HashMap<Box<str>, u32>,
}

impl Saying {
    fn new(rule: &Rule, len: usize) -> Self {
        let said = match &rule.root.ty {
            Type::Bool => Said::Verdicts(Verdicts::default()),
            Type::Int | Type::Money | Type::Date | Type::Time | Type::Duration => {
                Said::Whole(Told::default(), Vec::with_capacity(len))
            }
            Type::Double => Said::Double(Told::default(), Vec::with_capacity(len)),
            Type::Text | Type::Choice(_) | Type::Industry | Type::Period | Type::File => {
                Said::Text(Told::default(), Vec::with_capacity(len), Vec::new())
            }
            Type::Reference(_) | Type::List(_) => Said::Other(Vec::with_capacity(len)),
        };
        Self {
            said,
            texts: HashMap::new(),
        }
    }

    /// Takes in the lane of the next block of `len` rows.
    fn take(&mut self, lane: &Lane<'_>, ty: &Type, len: usize) {
        match &mut self.said {
            Said::Verdicts(said) => said.append(&lane.verdicts(len)),
            Said::Whole(told, items) => {
                told.append(lane, len);
                items.extend((0..len).map(|row| value(lane.int(row))));
            }
            Said::Double(told, items) => {
                told.append(lane, len);
                items.extend((0..len).map(|row| value(lane.double(row))));
            }
            Said::Text(told, codes, dictionary) => {
                told.append(lane, len);
                let mut last: Option<(*const str, u32)> = None;
                for row in 0..len {
                    let Cell::Is(text) = lane.text(row) else {
                        codes.push(0);
                        continue;
                    };
                    // Neighbours often have the very same text.
                    let code = match last {
                        Some((known, code)) if ptr::eq(known, text) => code,
                        _ => number(&mut self.texts, dictionary, text),
                    };
                    last = Some((ptr::from_ref(text), code));
                    codes.push(code);
                }
            }
            Said::Other(values) => values.extend((0..len).map(|row| lane.value(row, ty))),
        }
    }
}

fn number(texts: &mut HashMap<Box<str>, u32>, dictionary: &mut Vec<Box<str>>, text: &str) -> u32 {
    if let Some(code) = texts.get(text) {
        return *code;
    }
    let code = dictionary.len() as u32;
    dictionary.push(text.into());
    texts.insert(text.into(), code);
    code
}

fn value<T: Default>(cell: Cell<T>) -> T {
    match cell {
        Cell::Is(value) => value,
        Cell::Nothing | Cell::Unknown(_) => T::default(),
    }
}

impl Told {
    fn append(&mut self, lane: &Lane<'_>, len: usize) {
        self.known.append(&plane(&lane.known, len));
        self.nothing.append(&plane(&lane.nothing, len));
    }
}

impl Lane<'_> {
    /// The verdicts of a block of `len` rows.
    pub(super) fn verdicts(&self, len: usize) -> Verdicts {
        let (yes, no) = self.yes_no();
        Verdicts {
            yes: plane(&yes, len).into_owned(),
            no: plane(&no, len).into_owned(),
        }
    }
}
