//! Who reads a page: in which language, as of which day; every address a page links to.

use crate::words::{self, Words};
use app::view::{DutyId, Language, MatrixQuestion, MatrixTarget, Sort, Standing, Text};
use jiff::civil::Date;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Ids are mostly letters, digits and hyphens, and stay readable in addresses.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The language and the day of one page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader {
    /// The language of words, dates and figures.
    pub(crate) language: Language,
    /// The day asked for; absent: today, and addresses stay without a day.
    pub(crate) at: Option<Date>,
    /// Whether somebody is signed in, who can sign out.
    pub(crate) signed_in: bool,
    /// Whether the one who reads sees how units stand.
    pub(crate) official: bool,
    /// Whether the one who reads may read through the journal.
    pub(crate) browses: bool,
    /// Whether the one who is signed in manages accounts.
    pub(crate) manages: bool,
    /// The mark that changes from this reader's pages carry.
    pub(crate) pass: Option<u128>,
    /// The page's own words.
    pub(crate) w: &'static Words,
}

impl Reader {
    pub(crate) fn new(language: Language, at: Option<Date>) -> Self {
        Self {
            language,
            at,
            signed_in: false,
            official: true,
            browses: true,
            manages: false,
            pass: None,
            w: words::of(language),
        }
    }

    /// A text of the programme in the reader's language.
    pub(crate) fn t<'a>(&self, text: &'a Text) -> &'a str {
        text.read(self.language)
    }

    /// Several texts in one line.
    pub(crate) fn listed(&self, texts: &[Text]) -> String {
        let texts: Vec<&str> = texts.iter().map(|text| self.t(text)).collect();
        texts.join(self.w.enumerate)
    }

    /// A text in Chinese and in English in the reader's language; in Chinese where the English is empty.
    pub(crate) fn read<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::En if !en.is_empty() => en,
            _ => zh,
        }
    }

    /// The `lang` attribute of the page.
    pub(crate) fn lang(&self) -> &'static str {
        match self.language {
            Language::Zh => "zh-CN",
            Language::En => "en",
        }
    }

    /// The code of the language in our own addresses.
    pub(crate) fn short(&self) -> &'static str {
        match self.language {
            Language::Zh => "zh",
            Language::En => "en",
        }
    }

    pub(crate) fn notice(&self, id: &str) -> String {
        self.address(&["notices", id], &[])
    }

    pub(crate) fn clause(&self, notice: &str, clause: &str) -> String {
        self.address(&["notices", notice], &[("clause", clause)])
    }

    pub(crate) fn unit(&self, id: &str) -> String {
        self.address(&["units", id], &[])
    }

    pub(crate) fn duty(&self, id: &DutyId) -> String {
        self.address(&["duties", &id.measure, &id.bearer, &id.period], &[])
    }

    /// The matrix of the periods of one measure.
    pub(crate) fn measure(&self, id: &str) -> String {
        self.matrix(&MatrixQuestion {
            measure: Some(id.to_owned()),
            ..MatrixQuestion::default()
        })
    }

    pub(crate) fn matrix(&self, question: &MatrixQuestion) -> String {
        let mut query = Vec::new();
        query.extend(question.measure.as_deref().map(|id| ("measure", id)));
        query.extend(question.level.as_deref().map(|id| ("level", id)));
        query.extend(question.part.as_deref().map(|id| ("part", id)));
        query.extend(
            question
                .standing
                .map(|standing| ("standing", standing_id(standing))),
        );
        query.extend((question.sort != Sort::Tree).then(|| ("sort", sort_id(question.sort))));
        self.address(&["duties"], &query)
    }

    /// Where a cell of the matrix leads.
    pub(crate) fn target(&self, target: &MatrixTarget) -> String {
        match target {
            MatrixTarget::Duty(id) => self.duty(id),
            MatrixTarget::Unit { unit, clause } => {
                format!("{}#{}", self.unit(unit), anchor(clause))
            }
        }
    }

    /// Where a form is sent, with the mark of our own pages.
    pub(crate) fn posting(&self, path: &str) -> String {
        match self.pass {
            Some(pass) => format!("{path}?pass={pass:032x}"),
            None => path.to_owned(),
        }
    }

    /// Where a register's lists are named.
    pub(crate) fn views(&self, register: &str) -> String {
        self.posting(&format!("/registers/{}/views", escaped(register)))
    }

    /// What stands before and after a record's id in the address of its page.
    pub(crate) fn around_record(&self, register: &str) -> (String, String) {
        let at = self.at.map(|at| format!("?at={at}"));
        let before = format!("/records/{}/", escaped(register));
        (before, at.unwrap_or_default())
    }

    /// An address that keeps the day.
    pub(crate) fn address(&self, path: &[&str], query: &[(&str, &str)]) -> String {
        let mut address = String::new();
        for step in path {
            address.push('/');
            put_escaped(&mut address, step);
        }
        if address.is_empty() {
            address.push('/');
        }
        let at = self.at.map(|at| at.to_string());
        let pairs = query
            .iter()
            .copied()
            .chain(at.as_deref().map(|at| ("at", at)));
        for (n, (key, value)) in pairs.enumerate() {
            address.push(if n == 0 { '?' } else { '&' });
            address.push_str(key);
            address.push('=');
            put_escaped(&mut address, value);
        }
        address
    }
}

/// Appends an id as it stands in an address.
pub(crate) fn put_escaped(address: &mut String, id: &str) {
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    match id.bytes().all(is_plain) {
        true => address.push_str(id),
        false => address.extend(utf8_percent_encode(id, ESCAPED)),
    }
}

/// An id as it stands in an address.
pub(crate) fn escaped(id: &str) -> String {
    utf8_percent_encode(id, ESCAPED).to_string()
}

/// The place of a clause on a unit's page.
pub(crate) fn anchor(clause: &str) -> String {
    format!("clause-{clause}")
}

/// A standing's id in addresses and in class names.
pub(crate) fn standing_id(standing: Standing) -> &'static str {
    match standing {
        Standing::Excused => "excused",
        Standing::Upcoming => "upcoming",
        Standing::Met => "met",
        Standing::Recovered => "recovered",
        Standing::Overdue => "overdue",
        Standing::Missed => "missed",
        Standing::Behind => "behind",
        Standing::DueSoon => "due_soon",
        Standing::OnTrack => "on_track",
        Standing::Unknown => "unknown",
    }
}

/// An order of rows in addresses.
pub(crate) fn sort_id(sort: Sort) -> &'static str {
    match sort {
        Sort::Tree => "tree",
        Sort::Red => "red",
        Sort::OnTime => "on-time",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn an_address_keeps_the_day_and_escapes_ids() {
        let reader = Reader::new(Language::Zh, Some(date(2023, 8, 20)));
        let duty = DutyId {
            measure: "project-team".into(),
            bearer: "项目/7".into(),
            period: "2023-09".into(),
        };
        assert_eq!(
            reader.duty(&duty),
            "/duties/project-team/%E9%A1%B9%E7%9B%AE%2F7/2023-09?at=2023-08-20"
        );
        assert_eq!(
            reader.clause("a", "3.1"),
            "/notices/a?clause=3.1&at=2023-08-20"
        );
        assert_eq!(Reader::new(Language::Zh, None).address(&[], &[]), "/");
    }
}
