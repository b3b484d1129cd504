//! `heli access`: who can do what, as the programme grants it.

use super::Format;
use crate::End;
use crate::folder::{self, Refusal, pick};
use app::programme::Programme;
use app::rules::{Words, nearest};
use app::{GRANTED, Granted, granted};
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

/// Say who can do what.
#[derive(Args)]
pub(crate) struct Access {
    #[command(subcommand)]
    question: Question,
}

#[derive(Subcommand)]
enum Question {
    /// The roles that may do something with a register.
    WhoCan {
        /// see, create, change, move, withdraw, export, reveal, excuse or confirm.
        deed: String,
        /// The register.
        register: String,
        /// Only those that reach this field.
        #[arg(long)]
        field: Option<String>,
        #[command(flatten)]
        given: Given,
    },
    /// Everything that a role may do.
    WhatCan {
        /// The role.
        role: String,
        #[command(flatten)]
        given: Given,
    },
}

#[derive(Args)]
struct Given {
    /// The programme's folder.
    #[arg(long, default_value = "programmes/fujian")]
    programme: PathBuf,
    /// Text for people, JSON for machines.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

impl Access {
    pub(crate) fn run(self) -> Result<End, Refusal> {
        let given = match &self.question {
            Question::WhoCan { given, .. } | Question::WhatCan { given, .. } => given,
        };
        let Some((programme, _)) = folder::programme(&given.programme)? else {
            return Ok(End::Unreadable);
        };
        let all = match &self.question {
            Question::WhoCan {
                deed,
                register,
                field,
                ..
            } => {
                known(deed, &GRANTED.map(str::to_owned), ("动作", "deed"))?;
                let registers = ids(&programme.registers, |register| &register.id);
                known(register, &registers, ("台账", "register"))?;
                let mut all = granted(&programme, None, Some(deed), Some(register));
                if let Some(field) = field {
                    known(field, &fields(&programme, register), ("字段", "field"))?;
                    all.retain(|one| one.fields.iter().any(|own| own == "*" || own == field));
                }
                all
            }
            Question::WhatCan { role, .. } => {
                let roles = ids(&programme.roles, |role| &role.id);
                known(role, &roles, ("角色", "role"))?;
                granted(&programme, Some(role), None, None)
            }
        };
        match given.format {
            Format::Json => println!("{}", serde_json::Value::from_iter(all.iter().map(as_json))),
            Format::Csv => table(&all)?,
            Format::Text => all.iter().for_each(|one| println!("{}", line(one))),
        }
        if all.is_empty() {
            eprintln!("{}", pick(&Words::new("没有任何角色可以", "no role may")));
            return Ok(End::No);
        }
        Ok(End::Done)
    }
}

fn ids<T>(all: &[T], id: impl Fn(&T) -> &String) -> Vec<String> {
    all.iter().map(|one| id(one).clone()).collect()
}

fn fields(programme: &Programme, register: &str) -> Vec<String> {
    let found = programme.register(register);
    found.map_or_else(Vec::new, |(_, found)| ids(&found.fields, |field| &field.id))
}

/// Refuses an id that the programme does not have, with the nearest that it has.
fn known(id: &str, all: &[String], (zh, en): (&str, &str)) -> Result<(), Refusal> {
    if all.iter().any(|known| known == id) {
        return Ok(());
    }
    let near = nearest(id, all.iter().map(String::as_str));
    let all = all.join(" ");
    Err(pick(&match near {
        Some(near) => Words::new(
            format!("没有{zh} {id}；是否想写 {near}？"),
            format!("there is no {en} {id}; did you mean {near}?"),
        ),
        None => Words::new(
            format!("没有{zh} {id}；有 {all}"),
            format!("there is no {en} {id}; there are {all}"),
        ),
    }))
}

fn as_json(one: &Granted) -> serde_json::Value {
    json!({
        "role": one.role.0, "deed": one.deed, "register": one.register.0, "rule": one.rule,
        "fields": one.fields, "moves": one.moves,
    })
}

/// As a table with a head.
fn table(all: &[Granted]) -> Result<(), Refusal> {
    let mut out = csv::Writer::from_writer(std::io::stdout());
    let mut row = |cells: [&str; 6]| out.write_record(cells).map_err(|e| e.to_string());
    row(["role", "deed", "register", "rule", "fields", "moves"])?;
    for one in all {
        let rule = one.rule.as_deref().unwrap_or_default();
        let (fields, moves) = (one.fields.join(" "), one.moves.join(" "));
        row([
            &one.role.0,
            &one.deed,
            &one.register.0,
            rule,
            &fields,
            &moves,
        ])?;
    }
    Ok(())
}

/// One grant in a line: who, what, on what, under which rule, which fields and moves.
fn line(one: &Granted) -> String {
    let (id, name) = &one.role;
    let all = Words::new("全部记录", "all records");
    let rule = one.rule.clone().unwrap_or_else(|| pick(&all));
    let mut line = format!(
        "{id}（{}）\t{}\t{}（{}）\t{rule}",
        pick(name),
        one.deed,
        one.register.0,
        pick(&one.register.1)
    );
    if !one.moves.is_empty() {
        line.push_str(&format!("\t{}", one.moves.join(" ")));
    }
    if one.fields != ["*"] {
        let only = pick(&Words::new("只限字段", "only the fields"));
        line.push_str(&format!("\t{only} {}", one.fields.join(" ")));
    }
    line
}
