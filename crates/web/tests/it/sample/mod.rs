//! A small province whose figures are invented: what the pages are looked at with.

pub(crate) mod pages;

use app::view::{
    BearerLink, Counts, DateBar, DutyId, DutyLine, Figure, Frame, Mark, PeriodName, Phase,
    Standing, Text, UnitLink,
};
use jiff::ToSpan;
use jiff::civil::{Date, date};

pub(crate) const NOTICE: &str = "2023-08-industry";
pub(crate) const TODAY: Date = date(2023, 9, 26);
pub(crate) const FROM: Date = date(2023, 8, 1);
pub(crate) const UNTIL: Date = date(2023, 12, 31);

pub(crate) fn t(zh: &str, en: &str) -> Text {
    Text::new(zh, en)
}

pub(crate) struct Unit {
    pub(crate) id: &'static str,
    pub(crate) name: Text,
    pub(crate) parent: &'static str,
    pub(crate) pace: f64,
}

impl Unit {
    pub(crate) fn link(&self) -> UnitLink {
        UnitLink {
            id: self.id.into(),
            name: self.name.clone(),
        }
    }

    pub(crate) fn bearer(&self) -> BearerLink {
        BearerLink {
            id: self.id.into(),
            name: self.name.clone(),
            unit: Some(self.id.into()),
        }
    }

    pub(crate) fn city(&self) -> bool {
        self.parent == "fj"
    }
}

pub(crate) fn units() -> Vec<Unit> {
    let cities = [
        ("350100", "福州市", "Fuzhou", 13.0),
        ("350200", "厦门市", "Xiamen", 12.0),
        ("350300", "莆田市", "Putian", 6.5),
        ("350400", "三明市", "Sanming", 9.6),
        ("350500", "泉州市", "Quanzhou", 14.0),
        ("350600", "漳州市", "Zhangzhou", 10.4),
        ("350700", "南平市", "Nanping", 7.5),
        ("350800", "龙岩市", "Longyan", 11.0),
        ("350900", "宁德市", "Ningde", 12.0),
        ("pingtan", "平潭综合实验区", "Pingtan", 12.0),
    ];
    let counties = [
        ("350102", "鼓楼区", "Gulou", "350100", 12.0),
        ("350121", "闽侯县", "Minhou", "350100", 10.0),
        ("350303", "涵江区", "Hanjiang", "350300", 5.0),
        ("350322", "仙游县", "Xianyou", "350300", 6.0),
        ("350582", "晋江市", "Jinjiang", "350500", 14.0),
        ("350583", "南安市", "Nan'an", "350500", 11.0),
        ("350702", "延平区", "Yanping", "350700", 8.0),
        ("350783", "建瓯市", "Jian'ou", "350700", 7.0),
    ];
    let mut units = vec![Unit {
        id: "fj",
        name: t("福建省", "Fujian"),
        parent: "",
        pace: 10.0,
    }];
    for (id, zh, en, pace) in cities {
        units.push(Unit {
            id,
            name: t(zh, en),
            parent: "fj",
            pace,
        });
        for (county, zh, en, parent, pace) in counties.iter().filter(|county| county.3 == id) {
            units.push(Unit {
                id: county,
                name: t(zh, en),
                parent,
                pace: *pace,
            });
        }
    }
    units
}

pub(crate) struct Measure {
    pub(crate) id: &'static str,
    pub(crate) clause: &'static str,
    pub(crate) name: Text,
    pub(crate) target: u32,
    pub(crate) cities: bool,
}

pub(crate) fn measures() -> Vec<Measure> {
    let measure = |id, clause, zh, en, target, cities| Measure {
        id,
        clause,
        name: t(zh, en),
        target,
        cities,
    };
    vec![
        measure(
            "deploy-in-person",
            "1.1",
            "主要领导研究部署",
            "Leaders deploy in person",
            1,
            true,
        ),
        measure(
            "mobilise-townships",
            "1.2",
            "动员到乡镇",
            "Mobilise townships",
            1,
            false,
        ),
        measure(
            "project-team",
            "2.1",
            "联合工作组",
            "Joint project team",
            1,
            true,
        ),
        measure(
            "weekly-bulletin",
            "2.2",
            "项目周通报",
            "Weekly bulletin",
            4,
            true,
        ),
        measure(
            "input-request-answered",
            "2.3",
            "要素保障答复",
            "Input requests answered",
            1,
            false,
        ),
        measure(
            "promotion-events",
            "3.1",
            "促销对接活动",
            "Promotion events",
            10,
            true,
        ),
        measure(
            "materials-matched",
            "3.4",
            "建材对接",
            "Materials matched",
            2,
            true,
        ),
        measure(
            "bank-sessions",
            "4.1",
            "银企对接",
            "Bank sessions",
            1,
            false,
        ),
        measure(
            "step-up-cadre",
            "5.1",
            "一对一挂钩",
            "One cadre per candidate",
            1,
            false,
        ),
        measure(
            "reception-days",
            "6.1",
            "企业接待日",
            "Reception days",
            2,
            true,
        ),
        measure(
            "arrears-cleared",
            "6.5",
            "清欠攻坚",
            "Arrears cleared",
            1,
            true,
        ),
    ]
}

pub(crate) fn periods() -> Vec<PeriodName> {
    let months = [
        (8, "八月", "Aug"),
        (9, "九月", "Sep"),
        (10, "十月", "Oct"),
        (11, "十一月", "Nov"),
        (12, "十二月", "Dec"),
    ];
    let period = |(month, zh, en): (i8, &str, &str)| {
        let from = date(2023, month, 1);
        PeriodName {
            id: format!("2023-{month:02}"),
            name: t(zh, en),
            from,
            until: from.last_of_month(),
        }
    };
    months.into_iter().map(period).collect()
}

/// How far a unit has come in a period by the end of a day, between two bounds.
pub(crate) fn reached(unit: &Unit, measure: &Measure, period: &PeriodName, at: Date) -> (u32, u32) {
    let length = f64::from((period.until - period.from).get_days() + 1);
    let gone = f64::from((at - period.from).get_days() + 1).clamp(0.0, length);
    let all = unit.pace * f64::from(measure.target) / 10.0;
    let low = if measure.target == 1 && gone > 4.0 + (unit.id.len() as f64) {
        unit.pace / 8.0
    } else {
        all * gone / length
    };
    let open = u32::from(unit.id == "350400" && measure.target > 2) * 2;
    (low as u32, low as u32 + open)
}

pub(crate) fn standing(
    measure: &Measure,
    period: &PeriodName,
    value: (u32, u32),
    at: Date,
) -> Standing {
    let judged = period.until.checked_add(9.days()).unwrap_or(period.until);
    let gone = f64::from((at - period.from).get_days())
        / f64::from((period.until - period.from).get_days() + 1);
    match value {
        _ if at < period.from => Standing::Upcoming,
        (low, _) if low >= measure.target => Standing::Met,
        (_, high) if high >= measure.target => Standing::Unknown,
        _ if at > judged && measure.clause == "3.1" => Standing::Missed,
        _ if at > judged => Standing::Overdue,
        (low, _)
            if measure.target > 1
                && f64::from(low) < (f64::from(measure.target) * gone).floor() =>
        {
            Standing::Behind
        }
        _ if measure.target == 1 && gone > 0.8 => Standing::DueSoon,
        _ => Standing::OnTrack,
    }
}

pub(crate) fn duty_id(measure: &Measure, unit: &Unit, period: &PeriodName) -> DutyId {
    DutyId {
        measure: measure.id.into(),
        bearer: unit.id.into(),
        period: period.id.clone(),
    }
}

pub(crate) fn line(measure: &Measure, unit: &Unit, period: &PeriodName, at: Date) -> DutyLine {
    let value = reached(unit, measure, period, at);
    let standing = standing(measure, period, value, at);
    let lacking = measure.target.saturating_sub(value.0);
    let says = match standing {
        Standing::Met | Standing::Upcoming => Text::default(),
        Standing::Unknown => t(
            "两场“展销”没有签到表，补传即由 8 变 10",
            "Two fairs lack their attendance sheets",
        ),
        _ => t(&format!("还差 {lacking}"), &format!("{lacking} short")),
    };
    DutyLine {
        duty: duty_id(measure, unit, period),
        measure: measure.name.clone(),
        bearer: unit.bearer(),
        period: period.clone(),
        standing,
        recorded_late: unit.id == "350800" && period.id == "2023-08",
        value: Some(Figure::between(value.0, value.1)),
        target: Some(f64::from(measure.target)),
        due: period.until,
        says,
    }
}

/// Every duty of some units by a day, upcoming ones left out.
pub(crate) fn lines(of: &[&Unit], at: Date) -> Vec<DutyLine> {
    let mut lines = Vec::new();
    for unit in of {
        for measure in measures()
            .iter()
            .filter(|measure| measure.cities == unit.city())
        {
            for period in periods().iter().filter(|period| period.from <= at) {
                lines.push(line(measure, unit, period, at));
            }
        }
    }
    lines
}

pub(crate) fn count(lines: &[DutyLine]) -> Counts {
    lines.iter().map(|line| line.standing).collect()
}

pub(crate) fn frame(at: Option<Date>) -> Result<Frame, app::Error> {
    let at = at.unwrap_or(TODAY);
    if at < FROM || at > TODAY {
        return Err(app::Error::OutsideCampaign {
            at,
            from: FROM,
            until: TODAY,
        });
    }
    let mark = |month, day, zh, en| Mark {
        on: date(2023, month, day),
        name: t(zh, en),
    };
    let dates = DateBar {
        from: FROM,
        until: UNTIL,
        today: TODAY,
        at,
        marks: vec![
            mark(8, 11, "印发", "Issued"),
            mark(8, 31, "培训", "Training"),
            mark(9, 30, "攻坚月", "Drive ends"),
            mark(12, 31, "年底", "Year-end"),
        ],
        phases: vec![Phase {
            from: FROM,
            until: date(2023, 9, 30),
            name: t("清欠攻坚", "Arrears drive"),
        }],
        note: t(
            "距九月底还有 2 个工作日",
            "2 working days to the end of September",
        ),
    };
    Ok(Frame {
        programme: t("合力抓工业", "Industry first"),
        home: t("福建省", "Fujian"),
        rehearsal: true,
        dates,
    })
}
