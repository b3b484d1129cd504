//! Inviting many people at once, from rows as a spreadsheet gives them.

use super::{ADMINISTRATOR, Held, Invitation, Outcome, failed, manages};
use crate::{App, Edge, Viewer};
use programme::model::Role;
use rules::{Day, Words};
use std::collections::BTreeSet;
use store::people;

/// So many are invited at once at most.
pub const MANY_MAX: usize = 500;

/// Somebody who was invited: account, person, what is held in words, and the token of the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// The account.
    pub account: String,
    /// The person.
    pub person: String,
    /// The role and the unit or record.
    pub held: (Words, String),
    /// The token of the link that sets a password.
    pub token: String,
}

impl App {
    /// Invites everybody whom rows name, or nobody: account, person, telephone number, role, unit or record, parted by
    /// tabs or commas, and where one likes the first and the last day. Roles, units and records may be written by id or by name.
    ///
    /// # Errors
    /// A viewer who does not manage accounts, the database's failure; what is wrong with rows, by their number from 1,
    /// comes back inside.
    pub async fn invite_many(
        &self,
        viewer: &Viewer,
        rows: &str,
        mut edge: impl FnMut() -> Option<Edge>,
    ) -> Outcome<Result<Vec<Slip>, Vec<(usize, Words)>>> {
        manages(viewer)?;
        let there = people::accounts(self.people()?).await.map_err(failed)?;
        let mut taken: BTreeSet<String> = there.into_iter().map(|account| account.id).collect();
        let today = self.today();
        let (mut invitations, mut faults) = (Vec::new(), Vec::new());
        let rows = rows.lines().map(str::trim).zip(1..);
        for (row, nth) in rows.filter(|(row, _)| !row.is_empty()) {
            match self.invitation(row, today, &taken) {
                Ok(read) => {
                    taken.insert(read.0.account.clone());
                    invitations.push(read);
                }
                Err(words) => faults.push((nth, words)),
            }
        }
        if invitations.is_empty() && faults.is_empty() || invitations.len() > MANY_MAX {
            let words = Words::new(
                format!("一次邀请 1 至 {MANY_MAX} 人，每人一行"),
                format!("1 to {MANY_MAX} people are invited at once, each on a line"),
            );
            faults.push((1, words));
        }
        if !faults.is_empty() {
            return Ok(Err(faults));
        }
        let mut slips = Vec::new();
        for (invitation, held) in invitations {
            let Some(edge) = edge() else {
                return Err(super::refused(
                    "系统给不出随机数；请稍后再试",
                    "the system gives no randomness; try again shortly",
                ));
            };
            let token = self.invite(viewer, &invitation, edge).await?;
            slips.push(Slip {
                account: invitation.account,
                person: invitation.person,
                held,
                token,
            });
        }
        Ok(Ok(slips))
    }

    /// What a row says, with the role and its place in words.
    fn invitation(
        &self,
        row: &str,
        today: Day,
        taken: &BTreeSet<String>,
    ) -> Result<(Invitation, (Words, String)), Words> {
        let cells: Vec<&str> = row.split(['\t', ',', '，']).map(str::trim).collect();
        let [account, person, phone, role, place, days @ ..] = cells.as_slice() else {
            return Err(unread(cells.len()));
        };
        let (first, until) = match days {
            [] => (None, None),
            [first] => (a_day(first)?, None),
            [first, last] => (a_day(first)?, a_day(last)?),
            _ => return Err(unread(cells.len())),
        };
        if taken.contains(*account) {
            return Err(Words::new(
                format!("账号 {account} 已经有了；请换一个名字"),
                format!("there is an account {account} already; choose another name"),
            ));
        }
        let (role, name) = self.role(role)?;
        let (unit, called) = self.place_of(role, place)?;
        let invitation = Invitation {
            account: (*account).to_owned(),
            person: (*person).to_owned(),
            phone: Some((*phone).to_owned()).filter(|phone| !phone.is_empty()),
            held: vec![Held {
                role: role.map_or(ADMINISTRATOR, |role| &role.id).to_owned(),
                unit,
                from: first.unwrap_or(today),
                until,
            }],
        };
        match self.fits(&invitation) {
            Ok(()) => Ok((invitation, (name, called))),
            Err(unfit) => Err(unfit.words()),
        }
    }

    /// A role by id or name; `None` for the administrator.
    fn role(&self, text: &str) -> Result<(Option<&Role>, Words), Words> {
        if text == ADMINISTRATOR || text == "管理员" {
            return Ok((None, Words::new("管理员", "Administrator")));
        }
        let roles = &self.programme().roles;
        let named = |role: &&Role| {
            [&role.id, &role.name.zh, &role.name.en]
                .iter()
                .any(|n| *n == text)
        };
        let found = roles.iter().find(named).ok_or_else(|| {
            let all: Vec<&str> = roles.iter().map(|role| role.name.zh.as_str()).collect();
            let ids: Vec<&str> = roles.iter().map(|role| role.id.as_str()).collect();
            Words::new(
                format!("没有角色 {text}；有 {}", all.join("、")),
                format!("there is no role {text}; there are {}", ids.join(", ")),
            )
        })?;
        Ok((Some(found), found.name.clone()))
    }

    /// The unit or the record in which a role is to be held, with its name.
    fn place_of(&self, role: Option<&Role>, text: &str) -> Result<(String, String), Words> {
        if let Some(of) = role.and_then(|role| role.of.as_deref()) {
            let mut found = self.named(&Viewer::operator(), of, text);
            return match (found.pop(), found.is_empty()) {
                (Some((id, title)), true) => Ok((id, title.zh)),
                (Some(_), false) => Err(Words::new(
                    format!("叫“{text}”的不止一个；请写编号或信用代码"),
                    format!("more than one is called “{text}”; write a number or code"),
                )),
                (None, _) => Err(Words::new(
                    format!("台账 {of} 里没有“{text}”"),
                    format!("register {of} has no “{text}”"),
                )),
            };
        }
        let units = &self.programme().units;
        let named = units.iter().filter(|unit| {
            let names = [&unit.id, &unit.name.zh, &unit.name.en, &unit.short.zh];
            names.iter().any(|name| *name == text)
        });
        let found: Vec<_> = named.collect();
        match found.as_slice() {
            [unit] => Ok((unit.id.clone(), unit.name.zh.clone())),
            [] => Err(Words::new(
                format!("没有叫“{text}”的单位"),
                format!("no unit is called “{text}”"),
            )),
            several => {
                let ids: Vec<&str> = several.iter().map(|unit| unit.id.as_str()).collect();
                let ids = ids.join("、");
                Err(Words::new(
                    format!("叫“{text}”的单位不止一个：{ids}；请写编号"),
                    format!("more than one unit is called “{text}”: {ids}; write its id"),
                ))
            }
        }
    }
}

fn unread(cells: usize) -> Words {
    Words::new(
        format!(
            "有 {cells} 栏；要 5 至 7 栏：账号、姓名、电话、角色、单位（企业写信用代码或名称），可再写起、止日期"
        ),
        format!(
            "there are {cells} cells; 5 to 7 belong here: account, person, telephone number, role, unit (or a firm's code or name), and where one likes the first and the last day"
        ),
    )
}

/// A day as a sheet has it; none for an empty cell.
fn a_day(text: &str) -> Result<Option<Day>, Words> {
    match (text, Day::parse(text)) {
        ("", _) => Ok(None),
        (_, Some(day)) => Ok(Some(day)),
        (_, None) => Err(Words::new(
            format!("看不懂日期“{text}”；请写成 2023-09-26"),
            format!("“{text}” is no date; write it as 2023-09-26"),
        )),
    }
}
