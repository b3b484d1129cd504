//! The plan: what the files of `example/` say, held against the programme.

use super::maker::{DayRange, How, Maker, certain};
use super::text::{Conditions, Path, Template};
use app::programme::model::Register;
use app::programme::{Fault, Files, PeriodKind, Place, Programme};
use app::rules::Words;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// Everything the files of `example/` say, in the order of their names.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Lists of words that a template draws from by name.
    pub(crate) words: BTreeMap<String, Vec<String>>,
    /// What bends chances and shares numbers out among units.
    pub(crate) factors: BTreeMap<String, Factor>,
    /// What fills the registers, one after another.
    pub(crate) fills: Vec<Fill>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    words: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    factor: BTreeMap<String, Factor>,
    #[serde(default)]
    fill: Vec<Spanned<Fill>>,
}

/// A number for every unit: its own, or that of the nearest unit above it that has one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Factor {
    /// Where no unit has its own.
    #[serde(default = "certain")]
    pub(crate) base: f64,
    /// By how much each unit differs, as a share.
    #[serde(default)]
    pub(crate) spread: f64,
    /// A number column of `units.csv` that it is read from.
    pub(crate) column: Option<String>,
    /// By unit id.
    #[serde(default)]
    pub(crate) at: BTreeMap<String, f64>,
}

/// Records of one register, made alike.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fill {
    /// Where it stands.
    #[serde(skip)]
    pub(crate) place: Place,
    /// The register.
    pub(crate) register: String,
    /// `unit` or a register: records are made for each of them.
    pub(crate) each: Option<String>,
    /// A level that the units must have.
    pub(crate) level: Option<String>,
    /// Only these units.
    #[serde(default)]
    pub(crate) units: Vec<String>,
    /// What the unit or record must fulfil; paths begin at it.
    #[serde(default, rename = "where")]
    pub(crate) filter: Conditions,
    /// And for each period of this rhythm.
    pub(crate) every: Option<String>,
    /// The first day of the rhythm; the campaign's by default.
    pub(crate) from: Option<Maker>,
    /// The last day of the rhythm; the campaign's by default, or where it is empty.
    pub(crate) until: Option<Maker>,
    /// The unit whose factors count: by default that of `each`.
    pub(crate) at: Option<Template>,
    /// How many for each; 1 by default.
    pub(crate) count: Option<Maker>,
    /// How many over all, shared out by `weight`.
    pub(crate) total: Option<f64>,
    /// The number of firms asked for takes the place of `total`.
    #[serde(default)]
    pub(crate) firms: bool,
    /// The chance of each.
    #[serde(default = "certain")]
    pub(crate) chance: f64,
    /// The factor that `count` is multiplied by and `total` is shared out by.
    pub(crate) weight: Option<String>,
    /// The factor that bends the chance.
    pub(crate) by: Option<String>,
    /// The record's id; the register and a number by default.
    pub(crate) id: Option<Template>,
    /// The day the first version is recorded; the day of the register's date field by default.
    pub(crate) recorded: Option<Maker>,
    /// Cells by field; a name with `_` in front is for other cells only.
    pub(crate) field: BTreeMap<String, Spanned<Maker>>,
    /// What happens to the record, one after another; each makes a version.
    #[serde(default)]
    pub(crate) step: Vec<Step>,
}

/// Something that happens to a record.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    /// Only in one of these states.
    #[serde(default)]
    pub(crate) from: Vec<String>,
    /// Only then.
    #[serde(default)]
    pub(crate) when: Conditions,
    /// Its chance.
    #[serde(default = "certain")]
    pub(crate) chance: f64,
    /// The factor that bends it.
    pub(crate) by: Option<String>,
    /// Its day; paths read it as `on`.
    pub(crate) on: Maker,
    /// The day it is recorded; `on` by default.
    pub(crate) recorded: Option<Maker>,
    /// The state it leads to.
    pub(crate) state: Option<String>,
    /// Cells that change.
    #[serde(default)]
    pub(crate) field: BTreeMap<String, Spanned<Maker>>,
}

impl Fill {
    /// The rhythm, where there is one.
    pub(crate) fn rhythm(&self) -> Option<PeriodKind> {
        PeriodKind::parse(self.every.as_deref()?)
    }

    /// Every cell's maker, those of steps too.
    pub(crate) fn makers(&self) -> impl Iterator<Item = (&String, &Spanned<Maker>)> {
        let steps = self.step.iter().flat_map(|step| &step.field);
        self.field.iter().chain(steps)
    }
}

/// Reads the files of `example/`.
///
/// # Errors
/// The first place of each file that cannot be read; where all can be read, every name that leads nowhere.
pub(crate) fn plan(programme: &Programme, files: &Files) -> Result<Plan, Vec<Fault>> {
    let mut plan = Plan::default();
    let mut faults = Vec::new();
    let ours = files
        .iter()
        .filter(|(path, _)| path.starts_with("example/"));
    for (path, text) in ours {
        match toml::from_str::<File>(text) {
            Ok(file) => {
                plan.words.extend(file.words);
                plan.factors.extend(file.factor);
                plan.fills.extend(file.fill.into_iter().map(|fill| {
                    let place = Place::new(path, fill.span());
                    let fill = fill.into_inner();
                    Fill { place, ..fill }
                }));
            }
            Err(error) => faults.push(unread(path, &error)),
        }
    }
    if faults.is_empty() {
        faults = plan
            .fills
            .iter()
            .flat_map(|fill| names(programme, &plan, fill))
            .collect();
    }
    if faults.is_empty() {
        Ok(plan)
    } else {
        Err(faults)
    }
}

fn unread(path: &str, error: &toml::de::Error) -> Fault {
    let said = error.message().replace('\n', ", ");
    let place = Place::new(path, error.span().unwrap_or(0..0));
    let message = Words::new(
        format!("读不懂这里：{said}"),
        format!("this cannot be read: {said}"),
    );
    let help = Words::new(
        "按 docs/example-format.md 改写",
        "write it as docs/example-format.md says",
    );
    Fault::error("example-syntax", place, message).help(help)
}

/// Every name of a fill that leads nowhere.
fn names(programme: &Programme, plan: &Plan, fill: &Fill) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut unknown = |place: &Place, what: (&str, &str), name: &str| {
        let message = Words::new(
            format!("没有{}“{name}”", what.0),
            format!("there is no {} “{name}”", what.1),
        );
        let help = Words::new(
            "改成已有的名称，见 docs/example-format.md",
            "write a name that exists; see docs/example-format.md",
        );
        faults.push(Fault::error("example-name", place.clone(), message).help(help));
    };
    let here = &fill.place;
    let register = programme
        .register(&fill.register)
        .map(|(_, register)| register);
    if register.is_none() {
        unknown(here, ("台账", "register"), &fill.register);
    }
    let of = fill.each.iter().filter(|each| *each != "unit");
    for id in of.filter(|id| programme.register(id).is_none()) {
        unknown(here, ("台账", "register"), id);
    }
    for id in fill.units.iter().filter(|id| programme.unit(id).is_none()) {
        unknown(here, ("单位", "unit"), id);
    }
    if let (Some(word), None) = (&fill.every, fill.rhythm()) {
        unknown(here, ("周期", "rhythm"), word);
    }
    let factors = [&fill.weight, &fill.by].into_iter();
    let factors = factors.chain(fill.step.iter().map(|step| &step.by));
    for name in factors
        .flatten()
        .filter(|name| !plan.factors.contains_key(*name))
    {
        unknown(here, ("系数", "factor"), name);
    }
    let required = register
        .iter()
        .flat_map(|r| &r.fields)
        .filter(|f| f.required);
    for field in required.filter(|f| !fill.field.contains_key(&f.id)) {
        unknown(
            here,
            ("必填字段的做法：", "maker of the required field"),
            &field.id,
        );
    }
    let hidden = |id: &String| id.starts_with('_');
    for (id, maker) in fill.makers() {
        let place = Place::new(&here.file, maker.span());
        if !hidden(id) && register.is_some_and(|r| !writable(r, id)) {
            unknown(&place, ("字段", "field"), id);
        }
        each_maker(maker.get_ref(), &mut |maker| {
            for name in maker
                .by
                .iter()
                .filter(|name| !plan.factors.contains_key(*name))
            {
                unknown(&place, ("系数", "factor"), name);
            }
            if let How::Pick(pick) = &maker.how
                && pick.of != "unit"
                && programme.register(&pick.of).is_none()
            {
                unknown(&place, ("台账", "register"), &pick.of);
            }
            for path in maker.how.paths() {
                let head = path.first().map_or("", String::as_str);
                let own = fill.makers().any(|(id, _)| id == head);
                if !own && !SCOPE.contains(&head) && !plan.words.contains_key(head) {
                    unknown(&place, ("名称", "name"), head);
                }
            }
        });
    }
    faults
}

/// The names that every template sees besides its own fields and the word lists.
const SCOPE: [&str; 5] = ["each", "n", "k", "on", "period"];

/// Whether a sheet may hold the field.
pub(crate) fn writable(register: &Register, id: &str) -> bool {
    let written = register.field(id).is_some_and(|f| f.formula.is_none());
    written && id != "recorded_on"
}

/// A maker and those inside it.
fn each_maker(maker: &Maker, visit: &mut impl FnMut(&Maker)) {
    visit(maker);
    match &maker.how {
        How::First(inside) | How::List(inside) => inside.iter().for_each(|m| each_maker(m, visit)),
        How::One(inside) | How::Some(inside) => {
            inside.iter().for_each(|(m, _)| each_maker(m, visit))
        }
        _ => (),
    }
}

impl How {
    /// The paths in its own templates.
    fn paths(&self) -> Vec<&Path> {
        let templates: Vec<&Template> = match self {
            Self::Text(template) | Self::Uscc(template) => vec![template],
            Self::Number(number) => number.of.iter().collect(),
            Self::Pick(pick) => pick.under.iter().collect(),
            Self::Day(day) => match &day.when {
                DayRange::Days(_, after) | DayRange::Workdays(_, after) => vec![after],
                DayRange::Between(_) => Vec::new(),
            },
            _ => Vec::new(),
        };
        templates.into_iter().flat_map(Template::paths).collect()
    }
}
