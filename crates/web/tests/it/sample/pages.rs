//! The sample province as views.

use super::*;
use app::view::*;
use app::{App, Error, Pages, Thing};

pub(crate) fn app() -> App {
    App::prepared(Pages {
        front: Front {
            notice: Some(NOTICE.into()),
            unit: "fj".into(),
        },
        notice,
        matrix,
        duty,
        unit,
    })
}

fn missing(what: Thing, id: &str) -> Error {
    Error::Missing {
        what,
        id: id.into(),
    }
}

fn clauses() -> Vec<(&'static str, Text, Vec<(&'static str, Text)>)> {
    vec![
        (
            "deploy",
            t("一、部署", "1 Deployment"),
            vec![
                (
                    "1.1",
                    t(
                        "主要领导亲自研究部署，部门各尽其责。",
                        "Principal leaders study and deploy in person; each department does its part.",
                    ),
                ),
                (
                    "1.2",
                    t("动员到县、到乡镇。", "Mobilise counties and townships."),
                ),
            ],
        ),
        (
            "projects",
            t("二、项目", "2 Projects"),
            vec![
                (
                    "2.1",
                    t(
                        "每个拟投产的重点项目派驻市县联合工作组，蹲点到投产、满产。",
                        "Station a joint team on every key project about to start production, until full production.",
                    ),
                ),
                (
                    "2.2",
                    t(
                        "项目进度每周通报。",
                        "Circulate project progress every week.",
                    ),
                ),
                (
                    "2.3",
                    t(
                        "用地、用林等要素及时保障。",
                        "Secure land, forest and other inputs in time.",
                    ),
                ),
            ],
        ),
        (
            "markets",
            t("三、市场", "3 Markets"),
            vec![
                (
                    "3.1",
                    t(
                        "各市每月举办促销对接活动不少于10场，办到年底；协会商会牵头。",
                        "Each city holds at least ten promotion events a month until year-end, led by associations.",
                    ),
                ),
                (
                    "3.4",
                    t(
                        "钢材、水泥企业与在建、拟建项目对接；绿色建材下乡。",
                        "Match steel and cement makers with running and planned projects.",
                    ),
                ),
            ],
        ),
        (
            "finance",
            t("四、融资", "4 Finance"),
            vec![(
                "4.1",
                t(
                    "各县每月至少一场银企对接。",
                    "At least one bank session a month in each county.",
                ),
            )],
        ),
        (
            "step-up",
            t("五、升规", "5 Step-up"),
            vec![(
                "5.1",
                t(
                    "小升规培育企业一对一挂钩帮扶。",
                    "One cadre for each step-up candidate.",
                ),
            )],
        ),
        (
            "service",
            t("六、服务", "6 Service"),
            vec![
                (
                    "6.1",
                    t(
                        "主要领导每半个月一次企业接待日。",
                        "A reception day by the principal leader every half month.",
                    ),
                ),
                (
                    "6.5",
                    t(
                        "八、九月清欠攻坚，九月底前取得实质性成效。",
                        "Clear arrears in August and September, with substantive results by the end of September.",
                    ),
                ),
            ],
        ),
        (
            "lines",
            t("七、常抓", "7 Standing lines"),
            vec![(
                "7.1",
                t(
                    "传统产业数字化转型。",
                    "Digital transformation of traditional industries.",
                ),
            )],
        ),
    ]
}

fn clause_text(id: &str) -> Option<Text> {
    clauses()
        .into_iter()
        .flat_map(|(_, _, clauses)| clauses)
        .find(|(clause, _)| *clause == id)
        .map(|(_, text)| text)
}

fn running(at: Date) -> PeriodName {
    periods()
        .into_iter()
        .rfind(|period| period.from <= at)
        .unwrap()
}

fn of_measure(measure: &Measure, at: Date) -> Vec<DutyLine> {
    units()
        .iter()
        .filter(|u| u.id != "fj" && u.city() == measure.cities)
        .map(|u| line(measure, u, &running(at), at))
        .collect()
}

fn notice(id: &str, clause: Option<&str>, at: Option<Date>) -> Result<NoticePage, Error> {
    if id != NOTICE {
        return Err(missing(Thing::Notice, id));
    }
    let frame = frame(at)?;
    let at = frame.dates.at;
    let part = |(id, title, clauses): (&str, Text, Vec<(&str, Text)>)| Part {
        id: id.into(),
        title,
        note: t("本月", "this month"),
        clauses: clauses
            .into_iter()
            .map(|(id, text)| clause_line(id, text, at))
            .collect(),
    };
    let every = units();
    let all = lines(
        &every
            .iter()
            .filter(|unit| unit.id != "fj")
            .collect::<Vec<_>>(),
        at,
    );
    let panel = match clause {
        None => None,
        Some(id) => Some(panel(id, at)?),
    };
    Ok(NoticePage {
        frame,
        id: id.into(),
        title: t(
            "合力抓工业、全力稳增长的措施",
            "Measures to pull together for industry and steady growth",
        ),
        meta: t(
            "2023年8月 · 7个方面 · 本省10个市级单位、83个县级单位",
            "August 2023 · 7 parts · 10 cities, 83 counties",
        ),
        source_url: Some("https://www.fujian.gov.cn/".into()),
        summary: Summary {
            counts: count(&all),
            due: all.iter().filter(|line| line.due <= at).count(),
            orders: 3,
        },
        parts: clauses().into_iter().map(part).collect(),
        panel,
    })
}

fn clause_line(id: &str, text: Text, at: Date) -> ClauseLine {
    let lines: Vec<DutyLine> = measures()
        .iter()
        .filter(|m| m.clause == id)
        .flat_map(|m| of_measure(m, at))
        .collect();
    let setting = Setting {
        what: t("“及时”按 10 个工作日", "“in time” read as 10 working days"),
        set_by: t("省专班 8月14日定", "set by the programme office, 14 Aug"),
    };
    let settings = if id == "2.3" {
        vec![setting]
    } else {
        Vec::new()
    };
    ClauseLine {
        id: id.into(),
        text,
        counts: count(&lines),
        says: Text::default(),
        settings,
    }
}

fn panel(id: &str, at: Date) -> Result<ClausePanel, Error> {
    let text = clause_text(id).ok_or_else(|| missing(Thing::Clause, id))?;
    let measures = measures()
        .iter()
        .filter(|measure| measure.clause == id)
        .map(|m| measure_panel(m, at))
        .collect();
    Ok(ClausePanel {
        id: id.into(),
        text,
        measures,
    })
}

fn measure_panel(measure: &Measure, at: Date) -> MeasurePanel {
    let units = units();
    let now = of_measure(measure, at);
    let bearers: Vec<&Unit> = units
        .iter()
        .filter(|u| u.id != "fj" && u.city() == measure.cities)
        .collect();
    let near = now
        .iter()
        .filter(|line| !line.says.is_empty())
        .take(3)
        .map(|line| NearMiss {
            duty: line.duty.clone(),
            bearer: line.bearer.clone(),
            says: line.says.clone(),
            who: t("市商务局 今天可补", "the city's commerce bureau, today"),
        });
    let trend = (0..=(at - FROM).get_days()).map(|day| {
        let worst = 0.85 * (1.0 - f64::exp(-f64::from(day) / 22.0));
        TrendPoint {
            on: FROM.checked_add(day.days()).unwrap(),
            worst,
            best: worst + 0.05,
        }
    });
    let period = running(at);
    MeasurePanel {
        id: measure.id.into(),
        name: measure.name.clone(),
        bearers: if measure.cities {
            t("各设区市、平潭", "cities and Pingtan")
        } else {
            t("各县（市、区）", "counties")
        },
        rhythm: t("每月", "monthly"),
        evidence: t(
            "促销对接活动台账（已举办，附签到与照片）",
            "register of events (held, with attendance and photographs)",
        ),
        owes: format!("held >= {}", measure.target),
        sentence: t(
            "九月已过 26 天，10 个市级单位中 5 个已完成，3 个赶得上，莆田、南平按现在的进度月底只能办 7 场左右；三明缺两场的签到，补上就够。",
            "After 26 days of September, 5 of 10 cities are done; at their present pace Putian and Nanping will hold about 7.",
        ),
        counts: count(&now),
        grid: Grid {
            periods: periods(),
            rows: bearers
                .iter()
                .map(|unit| grid_row(measure, unit, at))
                .collect(),
            more: if measure.cities { 0 } else { 75 },
            projects: true,
        },
        near: near.collect(),
        due: Some(DueBox {
            due: period.until,
            judged: period.until.checked_add(9.days()).unwrap(),
            grace: t("宽限 3 个工作日", "3 working days of grace"),
            reminders: 2,
            orders: 0,
            next: t(
                "到期前一天（9月28日 8:30）再提醒",
                "reminded again on 28 Sep, 8:30",
            ),
        }),
        trend: Some(Trend {
            points: trend.collect(),
        }),
    }
}

fn grid_row(measure: &Measure, unit: &Unit, at: Date) -> GridRow {
    let cell = |period: &PeriodName| {
        let line = line(measure, unit, period, at);
        let value = if line.standing == Standing::Upcoming {
            None
        } else {
            line.value
        };
        Some(GridCell {
            duty: line.duty,
            standing: line.standing,
            value,
            recorded_late: line.recorded_late,
        })
    };
    let projected = (unit.pace * f64::from(measure.target) / 10.0) as u32;
    GridRow {
        bearer: unit.bearer(),
        cells: periods().iter().map(cell).collect(),
        projected: Some(Figure::between(projected, projected + 1)),
    }
}

fn matrix(question: &MatrixQuestion, at: Option<Date>) -> Result<MatrixPage, Error> {
    let frame = frame(at)?;
    let at = frame.dates.at;
    let choice = |id: &str, name: Text| Choice {
        id: id.into(),
        name,
    };
    let all = measures();
    let part_of = |clause: &str| {
        clauses()
            .iter()
            .find(|(_, _, c)| c.iter().any(|(id, _)| *id == clause))
            .map(|p| p.0)
    };
    let measure = match &question.measure {
        None => None,
        Some(id) => Some(
            all.iter()
                .find(|m| m.id == id)
                .ok_or_else(|| missing(Thing::Measure, id))?,
        ),
    };
    let shown: Vec<&Measure> = all
        .iter()
        .filter(|m| {
            question
                .part
                .as_deref()
                .is_none_or(|part| part_of(m.clause) == Some(part))
        })
        .collect();
    let columns = match measure {
        Some(_) => periods()
            .into_iter()
            .map(|p| MatrixColumn {
                id: p.id,
                name: p.name,
                clause: String::new(),
            })
            .collect(),
        None => shown
            .iter()
            .map(|m| MatrixColumn {
                id: m.id.into(),
                name: m.name.clone(),
                clause: m.clause.into(),
            })
            .collect(),
    };
    let level = question.level.as_deref();
    let every = units();
    let rows = every
        .iter()
        .filter(|u| u.id != "fj" && level.is_none_or(|level| (level == "city") == u.city()));
    let row = |unit: &Unit| {
        let cell = |measure: &Measure, period: &PeriodName| {
            if measure.cities != unit.city() {
                return None;
            }
            let line = line(measure, unit, period, at);
            let counts = count(std::slice::from_ref(&line));
            Some(MatrixCell {
                counts,
                value: line.value,
                target: MatrixTarget::Duty(line.duty),
            })
        };
        let cells: Vec<Option<MatrixCell>> = match measure {
            Some(measure) => periods()
                .iter()
                .map(|period| cell(measure, period))
                .collect(),
            None => shown
                .iter()
                .map(|measure| cell(measure, &running(at)))
                .collect(),
        };
        let mut counts = Counts::default();
        cells
            .iter()
            .flatten()
            .for_each(|cell| counts.merge(&cell.counts));
        MatrixRow {
            unit: unit.link(),
            depth: if unit.city() { 1 } else { 2 },
            cells,
            counts,
        }
    };
    let mut page = MatrixPage {
        frame,
        question: question.clone(),
        measure: measure.map(|m| choice(m.id, m.name.clone())),
        levels: vec![
            choice("city", t("市级", "city")),
            choice("county", t("县级", "county")),
        ],
        parts: clauses()
            .into_iter()
            .map(|(id, title, _)| choice(id, title))
            .collect(),
        measures: all.iter().map(|m| choice(m.id, m.name.clone())).collect(),
        columns,
        rows: rows.map(row).collect(),
    };
    page.arrange();
    Ok(page)
}

fn duty(id: &DutyId, at: Option<Date>) -> Result<DutyPage, Error> {
    let frame = frame(at)?;
    let at = frame.dates.at;
    let gone = || {
        missing(
            Thing::Duty,
            &format!("{}/{}/{}", id.measure, id.bearer, id.period),
        )
    };
    let (all, every, months) = (measures(), units(), periods());
    let measure = all.iter().find(|m| m.id == id.measure).ok_or_else(gone)?;
    let unit = every.iter().find(|u| u.id == id.bearer).ok_or_else(gone)?;
    let period = months.iter().find(|p| p.id == id.period).ok_or_else(gone)?;
    let line = line(measure, unit, period, at);
    let value = line.value.unwrap();
    let verdict = if line.standing == Standing::Met {
        Verdict::True
    } else if line.standing == Standing::Unknown {
        Verdict::Unknown
    } else {
        Verdict::False
    };
    let atom = Reason {
        rule: format!("held >= {}", measure.target),
        verdict,
        value: Some(Text::same(format!("{}", value.low))),
        threshold: Some(Text::same(format!("≥ {}", measure.target))),
        margin: (verdict == Verdict::False).then(|| line.says.clone()),
        parts: Vec::new(),
    };
    let near = NearMiss {
        duty: id.clone(),
        bearer: unit.bearer(),
        says: t(
            "再办 4 场；本周起每周 2 场仍来得及",
            "Four more events; two a week are still enough",
        ),
        who: t(
            "市商务局，最迟 9 月 27 日动手",
            "commerce bureau, by 27 Sep",
        ),
    };
    let row = |n: i64| EvidenceRow {
        id: format!("HD-{}-2023-{n:05}", unit.id),
        cells: vec![
            Some(t("展览展销", "exhibition")),
            Some(Text::same(
                period.from.checked_add((n * 3).days()).unwrap().to_string(),
            )),
            (n != 2).then(|| t("120 万元", "¥1.2m")),
        ],
        counts: if n == 2 {
            Verdict::Unknown
        } else {
            Verdict::True
        },
        why: if n == 2 {
            t("没有签到表", "attendance sheet missing")
        } else {
            Text::default()
        },
        recorded_late: n == 1,
    };
    Ok(DutyPage {
        frame,
        id: id.clone(),
        clause: ClauseLink {
            notice: NOTICE.into(),
            id: measure.clause.into(),
            text: clause_text(measure.clause).unwrap(),
        },
        measure: measure.name.clone(),
        bearer: unit.bearer(),
        period: period.clone(),
        standing: line.standing,
        sentence: t(
            &format!(
                "到这一天计入 {} 场，应达 {} 场。",
                value.low, measure.target
            ),
            &format!("{} of {} counted by this day.", value.low, measure.target),
        ),
        dates: DutyDates {
            due: period.until,
            judged: period.until.checked_add(9.days()).unwrap(),
            late_until: Some(period.until.checked_add(30.days()).unwrap()),
            closes: None,
            reached: None,
            recorded_late: line.recorded_late,
        },
        tallies: vec![TallyLine {
            id: "held".into(),
            name: t("已举办的活动", "events held"),
            value,
            target: line.target,
        }],
        reason: Some(Reason {
            rule: format!("held >= {} && led >= 0.5", measure.target),
            verdict,
            value: None,
            threshold: None,
            margin: None,
            parts: vec![atom],
        }),
        evidence: vec![Evidence {
            tally: t("已举办的活动", "events held"),
            register: t("促销对接活动", "Promotion events"),
            columns: vec![
                t("类型", "Kind"),
                t("举办日期", "Held on"),
                t("意向金额", "Intended"),
            ],
            rows: (1..6).map(row).collect(),
            more: 2,
        }],
        near: if verdict == Verdict::True {
            Vec::new()
        } else {
            vec![near]
        },
        missing: vec![MissingItem {
            what: t(
                "HD-350400-2023-00002 的签到表",
                "attendance sheet of HD-350400-2023-00002",
            ),
            who: t("市商务局", "commerce bureau"),
        }],
        pace: (measure.target > 1).then(|| pace(measure, unit, period, at)),
        ladder: ladder(period, at),
        excuse: None,
        periods: months
            .iter()
            .cloned()
            .zip(grid_row(measure, unit, at).cells.into_iter().flatten())
            .collect(),
    })
}

fn ladder(period: &PeriodName, at: Date) -> Vec<LadderStep> {
    let step = |rung, on: Option<Date>, zh: &str, en: &str| {
        let fired = on.is_some_and(|on| on <= at);
        LadderStep {
            rung,
            on,
            state: if fired {
                LadderState::Fired
            } else {
                LadderState::Ahead
            },
            note: t(zh, en),
        }
    };
    vec![
        step(
            Rung::Remind,
            Some(period.until.checked_sub(6.days()).unwrap()),
            "告知市商务局",
            "the commerce bureau is told",
        ),
        step(
            Rung::Warn,
            Some(period.until),
            "告知市政府",
            "the city is told",
        ),
        step(
            Rung::Order,
            period.until.checked_add(16.days()).ok(),
            "须由专班确认",
            "to be confirmed by the programme office",
        ),
        step(
            Rung::Review,
            None,
            "须由省政府确认",
            "to be confirmed by the province",
        ),
    ]
}

fn pace(measure: &Measure, unit: &Unit, period: &PeriodName, at: Date) -> Pace {
    let length = (period.until - period.from).get_days();
    let point = |day: i32| {
        let on = period.from.checked_add(day.days()).unwrap();
        let (low, high) = reached(unit, measure, period, on);
        let bounds = Some((f64::from(low), f64::from(high)));
        let plan = (f64::from(measure.target) * f64::from(day + 1) / f64::from(length + 1)).floor();
        let wide = bounds.map(|(low, high)| (low, high + 1.0));
        PacePoint {
            on,
            plan,
            done: bounds.filter(|_| on <= at),
            expected: wide.filter(|_| on >= at),
        }
    };
    Pace {
        name: t("已举办的活动", "events held"),
        target: f64::from(measure.target),
        points: (0..=length).map(point).collect(),
        landing: Some(Figure::between(6, 8)),
        latest_start: Some(date(2023, 9, 27)),
        basis: t("按近 14 天的速度", "at the rate of the last 14 days"),
    }
}

fn unit(id: &str, at: Option<Date>) -> Result<UnitPage, Error> {
    let frame = frame(at)?;
    let at = frame.dates.at;
    let every = units();
    let unit = every
        .iter()
        .find(|u| u.id == id)
        .ok_or_else(|| missing(Thing::Unit, id))?;
    let below = |unit: &Unit| {
        every
            .iter()
            .filter(|u| u.id == unit.id || u.parent == unit.id || (unit.id == "fj" && u.id != "fj"))
            .collect::<Vec<_>>()
    };
    let own = if unit.id == "fj" {
        Vec::new()
    } else {
        lines(&[unit], at)
    };
    let group = |(clause, text): (&str, Text)| {
        let of: Vec<String> = measures()
            .iter()
            .filter(|m| m.clause == clause)
            .map(|m| m.id.to_owned())
            .collect();
        let duties: Vec<DutyLine> = own
            .iter()
            .filter(|line| of.contains(&line.duty.measure))
            .cloned()
            .collect();
        (!duties.is_empty()).then(|| UnitClause {
            clause: ClauseLink {
                notice: NOTICE.into(),
                id: clause.into(),
                text,
            },
            counts: count(&duties),
            duties,
            more: 0,
        })
    };
    let parent = every.iter().find(|u| u.id == unit.parent);
    let above = parent.into_iter().flat_map(|p| {
        every
            .iter()
            .find(|u| u.id == p.parent)
            .into_iter()
            .chain([p])
    });
    Ok(UnitPage {
        frame,
        unit: unit.link(),
        kind: if unit.city() {
            t("设区市", "city")
        } else {
            t("单位", "unit")
        },
        above: above.map(Unit::link).collect(),
        own: count(&own),
        subtree: count(&lines(
            &below(unit)
                .into_iter()
                .filter(|u| u.id != "fj")
                .collect::<Vec<_>>(),
            at,
        )),
        children: every
            .iter()
            .filter(|u| u.parent == unit.id)
            .map(|u| ChildLine {
                unit: u.link(),
                counts: count(&lines(&below(u), at)),
            })
            .collect(),
        open: own
            .iter()
            .filter(|line| !line.says.is_empty())
            .cloned()
            .collect(),
        clauses: clauses()
            .into_iter()
            .flat_map(|(_, _, clauses)| clauses)
            .filter_map(group)
            .collect(),
    })
}
