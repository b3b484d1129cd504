//! Accounts of an example, one for each role, so that everybody's day can be tried. Only an example has them.

use super::{ADMINISTRATOR, Confirmation, Held, Invitation, Outcome, Unadmitted};
use crate::list::{Question, Test, View};
use crate::view::Text;
use crate::{App, Edge, Viewer};
use programme::model::{Role, UNIT_TABLE, Unit};
use rules::{Expected, Value, Words};

/// An account of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The name it signs in by.
    pub account: String,
    /// Its role.
    pub role: Text,
    /// The unit or record in which it is held.
    pub place: Text,
}

impl App {
    /// Makes an account for each role, all with this password, as far as there are none yet; and lists them.
    ///
    /// # Errors
    /// No example, or the database's failure.
    pub async fn example_accounts(
        &self,
        password: &str,
        mut edge: impl FnMut() -> Option<Edge>,
    ) -> Outcome<Vec<Example>> {
        if !self.rehearsal() {
            return Err(Unadmitted::Forbidden(Words::new(
                "示例账号只在演练数据库里有",
                "example accounts are only for a rehearsal's database",
            )));
        }
        let operator = Viewer::operator();
        let there = self.accounts(&operator).await?;
        let mut all = Vec::new();
        for (account, held, person, role, place) in self.examples() {
            if there.iter().all(|known| known.account != account) {
                let mut next = || edge().ok_or_else(|| Unadmitted::Failed(no_chance()));
                let invitation = Invitation {
                    account: account.clone(),
                    person,
                    phone: None,
                    held: vec![held],
                };
                let link = self.invite(&operator, &invitation, next()?).await?;
                self.accept(&link, password, next()?).await?;
            }
            let now = edge().ok_or_else(|| Unadmitted::Failed(no_chance()))?;
            self.confirm_example(&account, now).await?;
            all.push(Example {
                account,
                role,
                place,
            });
        }
        Ok(all)
    }

    /// Confirms what an example's account holds, so that its day can be tried at once.
    async fn confirm_example(&self, account: &str, edge: Edge) -> Outcome<()> {
        for (held, confirmation) in self.roles_of(account).await? {
            if confirmation == Confirmation::Waits {
                self.confirm(&Viewer::operator(), (account, &held), true, edge)
                    .await?;
            }
        }
        Ok(())
    }

    /// For each role an account's name, what it holds, its person, and both in words.
    fn examples(&self) -> Vec<(String, Held, String, Text, Text)> {
        let programme = self.programme();
        let deepest = self.deepest();
        let from = programme.campaign.0;
        let mut all = Vec::new();
        for role in &programme.roles {
            let unit = match &role.level {
                Some(level) => programme
                    .units
                    .iter()
                    .find(|unit| unit.levels.contains(level)),
                None => deepest,
            };
            let Some(unit) = unit else {
                continue;
            };
            let (id, place) = match &role.of {
                None => (unit.id.clone(), Text::from(&unit.name)),
                Some(of) => match self.one_of(of, unit) {
                    Some(id) => (id.clone(), Text::same(id)),
                    None => continue,
                },
            };
            let held = Held {
                role: role.id.clone(),
                unit: id,
                from,
                until: None,
            };
            let person = self.named_by(role, unit);
            let person = person.unwrap_or_else(|| role.name.zh.clone());
            let account = role.id.replace('_', "-");
            all.push((account, held, person, Text::from(&role.name), place));
        }
        let home = programme.home.clone();
        let held = Held {
            role: ADMINISTRATOR.into(),
            unit: home,
            from,
            until: None,
        };
        let role = Text::new("管理员", "Administrator");
        all.push(("admin".into(), held, role.zh.clone(), role, Text::default()));
        all
    }

    /// The first unit of the deepest level in which an official role is held.
    fn deepest(&self) -> Option<&Unit> {
        let programme = self.programme();
        let depth = |unit: &Unit| {
            let parent = |at: &usize| programme.units.get(*at).and_then(|unit| unit.parent);
            std::iter::successors(unit.parent, parent).take(64).count()
        };
        let levels = programme.roles.iter().filter(|role| role.official);
        let levels: Vec<&String> = levels.filter_map(|role| role.level.as_ref()).collect();
        let held = programme.units.iter();
        let held = held.filter(|unit| levels.iter().any(|level| unit.levels.contains(level)));
        held.rev().max_by_key(|unit| depth(unit))
    }

    /// A record for whom a role is held, in a unit where there is one.
    fn one_of(&self, register: &str, unit: &Unit) -> Option<String> {
        let (_, found) = self.programme().register(register)?;
        let field = found.unit.as_ref().map(|rule| rule.text.as_str());
        let field = field.filter(|unit| found.field(unit).is_some());
        let within = field.map(|field| vec![(field.to_owned(), Test::Is(unit.id.clone()))]);
        let first = |tests| {
            let question = Question {
                tests,
                limit: 1,
                ..Question::default()
            };
            let page = self.list(&Viewer::operator(), register, &question).ok()?;
            page.records
                .into_iter()
                .next()
                .map(|listed| listed.id.into())
        };
        within.and_then(first).or_else(|| first(Vec::new()))
    }

    /// A person whom the records of a role name, where its rights ask for one; of the unit where there is one.
    fn named_by(&self, role: &Role, unit: &Unit) -> Option<String> {
        let here = self.programme().unit(&unit.id);
        for (grant, at) in role
            .may
            .iter()
            .flat_map(|g| (0..g.registers.len()).map(move |at| (g, at)))
        {
            let rule = grant.filters.get(at).and_then(Option::as_ref);
            let path = rule.and_then(|rule| rule.text.strip_suffix("== viewer.person"));
            let (Some(path), Some(register)) = (path, grant.registers.get(at)) else {
                continue;
            };
            let found = self.programme().register(register)?;
            let operator = Viewer::operator();
            let living = self.living();
            let view = View::new(self, &operator, &living, found, None);
            let names = view.values(path.trim(), &Expected::Any)?;
            let place = found.1.unit.as_ref();
            let places = place.and_then(|place| view.values(&place.text, &Expected::Any));
            let places = places.unwrap_or_default();
            let is_here = |nth: usize| match places.get(nth) {
                Some(Value::Record(UNIT_TABLE, at)) => here == usize::try_from(*at).ok(),
                _ => false,
            };
            let named = names.into_iter().enumerate();
            let named = named.filter_map(|(nth, value)| match value {
                Value::Text(name) => Some((nth, name.to_string())),
                _ => None,
            });
            let named: Vec<(usize, String)> = named.collect();
            let found = named.iter().find(|(nth, _)| is_here(*nth));
            if let Some((_, name)) = found.or(named.first()) {
                return Some(name.clone());
            }
        }
        None
    }
}

fn no_chance() -> Words {
    Words::new(
        "系统给不出随机数；请稍后再试",
        "the system gives no randomness; try again shortly",
    )
}
