//! What the query of an address asks, with every fault in it.

use super::problem::Problem;
use super::sheet::Wanted;
use app::engine::Objection;
use app::list::{DutyQuestion, Question, Test, Unread};
use app::rules::{Day, Words};
use app::view::Standing;
use axum::extract::Query;
use axum::http::Uri;
use jiff::civil::Date;

/// Records or duties of one page, unless asked otherwise.
const LIMIT: usize = 50;

/// The keys and values of a query, taken one by one.
pub(super) struct Pairs {
    pairs: Vec<(String, String)>,
    faults: Vec<Objection>,
}

impl Pairs {
    pub(super) fn of(uri: &Uri) -> Result<Self, Problem> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|_| {
            Problem::new(
                "bad-request",
                "地址里 ? 之后的部分读不出来，请检查转义",
                "what follows ? in the address cannot be read; check its escapes",
            )
        })?;
        Ok(Self {
            pairs,
            faults: Vec::new(),
        })
    }

    fn fault(&mut self, field: &str, zh: impl Into<String>, en: impl Into<String>) {
        self.faults.push(Objection {
            field: Some(field.to_owned()),
            words: Words::new(zh, en),
        });
    }

    /// Takes a parameter that may stand once.
    fn take(&mut self, key: &str) -> Option<String> {
        let mut found = None;
        let mut times = 0;
        self.pairs.retain_mut(|(other, value)| {
            if other != key {
                return true;
            }
            times += 1;
            found = Some(std::mem::take(value));
            false
        });
        if times > 1 {
            self.fault(
                key,
                format!("{key} 只能写一次"),
                format!("{key} stands once"),
            );
        }
        found.filter(|value| !value.is_empty())
    }

    /// The fields that are given, in the order in which they are named; `None` for all.
    fn columns(&mut self) -> Option<Vec<String>> {
        let is_one = |(key, _): &mut (String, String)| key == "columns";
        let named: Vec<String> = self
            .pairs
            .extract_if(.., is_one)
            .map(|(_, ids)| ids)
            .collect();
        let ids = named.iter().flat_map(|ids| ids.split(','));
        let ids = ids.filter(|id| !id.is_empty()).map(str::to_owned);
        let mut unlike: Vec<String> = Vec::new();
        ids.for_each(|id| {
            if !unlike.contains(&id) {
                unlike.push(id);
            }
        });
        (!unlike.is_empty()).then_some(unlike)
    }

    fn limit(&mut self) -> usize {
        let Some(text) = self.take("limit") else {
            return LIMIT;
        };
        text.parse().unwrap_or_else(|_| {
            self.fault("limit", "limit 是一个整数", "limit is a whole number");
            LIMIT
        })
    }

    fn day(&mut self) -> Option<Day> {
        let text = self.take("at")?;
        let day = Day::parse(&text);
        if day.is_none() {
            self.fault(
                "at",
                format!("“{text}”不是日期，要写成 2023-09-26"),
                format!("“{text}” is no day; write it as 2023-09-26"),
            );
        }
        day
    }

    fn flag(&mut self, key: &str) -> bool {
        match self.take(key).as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                self.fault(
                    key,
                    format!("{key} 写 true 或 false"),
                    format!("{key} is true or false"),
                );
                false
            }
        }
    }

    /// Refuses a query where none belongs.
    pub(super) fn nothing(self) -> Result<(), Problem> {
        self.rest()
    }

    /// The day of a question that asks for nothing else.
    pub(super) fn only_day(mut self) -> Result<Option<Day>, Problem> {
        let day = self.day();
        self.rest()?;
        Ok(day)
    }

    /// The language of a sheet, and nothing else.
    pub(super) fn language(mut self) -> Result<bool, Problem> {
        let zh = self.zh();
        self.rest()?;
        Ok(zh)
    }

    /// How a register is wanted as a sheet, and which of its records.
    pub(super) fn sheet(mut self) -> Result<(Wanted, Question), Problem> {
        let wanted = self.wanted();
        for key in ["limit", "after", "count"] {
            if self.take(key).is_some() {
                self.fault(
                    key,
                    format!("表里是全部记录，没有 {key}"),
                    format!("a sheet holds all records and takes no {key}"),
                );
            }
        }
        Ok((wanted, self.records()?))
    }

    /// How duties are wanted as a sheet, which, and as of which day.
    pub(super) fn duty_sheet(mut self) -> Result<(Wanted, DutyQuestion, Option<Date>), Problem> {
        let wanted = self.wanted();
        let (question, at) = self.duties()?;
        Ok((wanted, question, at))
    }

    fn wanted(&mut self) -> Wanted {
        let format = self.take("format");
        let xlsx = match format.as_deref() {
            None | Some("csv") => false,
            Some("xlsx") => true,
            Some(_) => {
                self.fault("format", "format 写 csv 或 xlsx", "format is csv or xlsx");
                false
            }
        };
        let zh = self.zh();
        Wanted { xlsx, zh }
    }

    fn zh(&mut self) -> bool {
        match self.take("lang").as_deref() {
            None | Some("zh") => true,
            Some("en") => false,
            Some(_) => {
                self.fault("lang", "lang 写 zh 或 en", "lang is zh or en");
                true
            }
        }
    }

    /// Refuses what is left over.
    fn rest(mut self) -> Result<(), Problem> {
        for (key, _) in std::mem::take(&mut self.pairs) {
            self.fault(
                &key,
                format!("这个地址没有参数 {key}"),
                format!("this address takes no {key}"),
            );
        }
        self.end()
    }

    fn end(self) -> Result<(), Problem> {
        match self.faults.is_empty() {
            true => Ok(()),
            false => Err(Problem::unread(&Unread::Question(self.faults))),
        }
    }

    /// Keys and values that were read before.
    pub(super) fn given(pairs: Vec<(String, String)>) -> Self {
        Self {
            pairs,
            faults: Vec::new(),
        }
    }

    /// A question about records: every key that is none of the list's own is a field.
    pub(super) fn records(self) -> Result<Question, Problem> {
        self.about_records()
            .map_err(|unread| Problem::unread(&unread))
    }

    /// The same, for pages.
    pub(super) fn about_records(mut self) -> Result<Question, Unread> {
        let mut question = Question {
            rule: self.take("where"),
            after: self.take("after"),
            limit: self.limit(),
            at: self.day(),
            count: self.flag("count"),
            ..Question::default()
        };
        question.fields = self.columns();
        question.sort = self.take("sort").map(|sort| match sort.strip_prefix('-') {
            Some(field) => (field.to_owned(), true),
            None => (sort, false),
        });
        for (key, value) in std::mem::take(&mut self.pairs) {
            let (field, how) = key.split_once('.').unwrap_or((&key, ""));
            let test = match (how, value.as_str()) {
                ("", _) => Some(Test::Is(value)),
                ("gte", _) => Some(Test::AtLeast(value)),
                ("lte", _) => Some(Test::AtMost(value)),
                ("from", _) => Some(Test::From(value)),
                ("to", _) => Some(Test::To(value)),
                ("has", _) => Some(Test::Has(value)),
                ("in", _) => Some(Test::OneOf(value.split(';').map(str::to_owned).collect())),
                ("empty", "true") => Some(Test::Empty(true)),
                ("empty", "false") => Some(Test::Empty(false)),
                _ => None,
            };
            match test {
                Some(test) => question.tests.push((field.to_owned(), test)),
                None => self.fault(
                    &key,
                    format!("看不懂 {key}；可写 {field}=、{field}.gte=、{field}.lte=、{field}.from=、{field}.to=、{field}.has=、{field}.in=a;b、{field}.empty=true"),
                    format!("{key} is not understood; write {field}=, {field}.gte=, {field}.lte=, {field}.from=, {field}.to=, {field}.has=, {field}.in=a;b or {field}.empty=true"),
                ),
            }
        }
        if !self.faults.is_empty() {
            return Err(Unread::Question(self.faults));
        }
        Ok(question)
    }

    /// A question about duties, and its day.
    pub(super) fn duties(mut self) -> Result<(DutyQuestion, Option<Date>), Problem> {
        let mut question = DutyQuestion {
            notice: self.take("notice"),
            measure: self.take("measure"),
            unit: self.take("unit"),
            standing: None,
            after: self.take("after"),
            limit: self.limit(),
        };
        if let Some(word) = self.take("standing") {
            let mut all = Standing::ALL.into_iter();
            question.standing = all.find(|standing| standing.word() == word);
            if question.standing.is_none() {
                let all = Standing::ALL.map(Standing::word).join(", ");
                self.fault(
                    "standing",
                    format!("没有状态 {word}；可选 {all}"),
                    format!("there is no standing {word}; there are {all}"),
                );
            }
        }
        let at = self.day().map(civil);
        self.rest()?;
        Ok((question, at))
    }
}

/// A day as pages take it.
pub(super) fn civil(day: Day) -> Date {
    let (year, month, date) = day.ymd();
    // Every day that was read has a date.
    Date::new(year, month, date).unwrap_or_default()
}
