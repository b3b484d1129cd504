//! A small province with clause 3.1, as one text cut into files.

use programme::{Files, Programme, Reading};

/// The folder.
pub(crate) fn files() -> Files {
    let mut files = Files::new();
    for part in FOLDER.split("=== ").skip(1) {
        let (path, text) = part.split_once('\n').unwrap();
        files.insert(path.trim().to_owned(), text.to_owned());
    }
    files
}

/// The folder's programme; panics with the faults when there are any.
pub(crate) fn programme() -> Programme {
    let Reading { programme, faults } = programme::read(&files());
    programme.unwrap_or_else(|| panic!("{faults:#?}"))
}

const FOLDER: &str = r#"=== programme.toml
id = "small"
name = { zh = "小省", en = "Small province" }
home = "350000"
zone = "Asia/Shanghai"
notices = ["2023-08-industry"]
campaign = { from = 2023-08-01, until = 2023-12-31 }
hours = ["08:30-12:00", "14:30-18:00"]
[phase.sprint]
name = { zh = "清欠攻坚", en = "Arrears drive" }
from = 2023-08-01
until = 2023-09-30
[milestone.issued]
name = { zh = "印发", en = "Issued" }
on = 2023-08-11
[setting.reply_workdays]
name = { zh = "答复天数", en = "Days to reply" }
value = 10
set_by = "programme office, 2023-08-14"
[setting.prize]
name = { zh = "奖金", en = "Prize" }
value = { money = 500000.5 }
set_by = "programme office, 2023-08-14"
[unit_field.january_target]
name = { zh = "年初目标", en = "January target" }
type = "int"
[level.province]
name = { zh = "省级", en = "Province" }
[level.city]
name = { zh = "市级", en = "Cities" }
[level.county]
name = { zh = "县级", en = "Counties" }
[level.zone]
name = { zh = "功能区", en = "Zones" }
[ladder.standard]
remind = "80%"
warn = "due"
order = "3 workdays"
review = "15 workdays"
set_by = "programme office, 2023-08-14"
=== units.csv
id,name_zh,name_en,short_zh,short_en,levels,parent,division,from,until,kind,phone,january_target
350000,省工信厅,Provincial department,,,province,,350000,,,government,,
351100,平潭综合实验区,Pingtan,平潭,Pingtan,city;county,350000,350128,,,government,0591-1,12
350100,福州市,Fuzhou,福州,Fuzhou,city,350000,350100,,,government,,40
old,老区,Old zone,,,zone,350100,,2010-01-01,2015-12-31,zone,,
old,老区,Old zone,,,zone,350100,,2020-01-01,,zone,,
=== divisions.csv
code,name,level,parent,unit,note
350000,福建省,province,,,
350100,福州市,prefecture,350000,,
350128,平潭县,county,350100,351100,
350102,鼓楼区,county,350100,,
350900,金门县,county,350000,-,no duties
=== calendar.csv
date,kind,name_zh,name_en
2023-09-29,holiday,中秋节,Mid-autumn
2023-10-02,holiday,国庆节,National Day
2023-10-07,workday,国庆节,National Day
2024-12-31,edge,,
=== roles.toml
[role.clerk]
name = { zh = "经办人", en = "Clerk" }
level = "city"
[[role.clerk.may]]
do = ["see", "create", "change", "move"]
on = ["event", "filing"]
[[role.clerk.may]]
do = ["see"]
on = ["*"]
where = "present(viewer.unit)"
fields = ["place", "held_on"]
[[role.clerk.home]]
register = "event"
where = "present(announced_on)"
=== registers/event.toml
id = "event"
name = { zh = "促销对接活动", en = "Promotion event" }
number = "HD-{unit}-{year}-{seq:5}"
unit = "place"
date = "held_on"
title = "kind"
[field.place]
name = { zh = "举办地", en = "Place" }
type = "unit"
levels = ["city"]
required = true
[field.kind]
name = { zh = "形式", en = "Kind" }
type = "choice"
choices = { pitch = { zh = "产品推介", en = "Pitch" }, exhibition = { zh = "展览", en = "Exhibition" } }
[field.held_on]
name = { zh = "举办日期", en = "Held on" }
type = "date"
empty = "none"
[field.announced_on]
name = { zh = "公告日期", en = "Announced on" }
type = "date"
[field.signed]
name = { zh = "签约额", en = "Signed" }
type = "money"
min = 0
[field.firms]
name = { zh = "企业数", en = "Firms" }
type = "int"
[field.signed_per_firm]
name = { zh = "户均签约额", en = "Signed per firm" }
type = "money"
formula = "signed / firms"
[field.guests]
name = { zh = "受邀单位", en = "Guests" }
type = "references"
to = "unit"
[state]
start = "planned"
end = ["held"]
names = { planned = { zh = "已排期", en = "Planned" }, held = { zh = "已举办", en = "Held" } }
[move.hold]
name = { zh = "举办", en = "Hold" }
from = ["planned"]
to = "held"
needs = ["held_on"]
when = "held_on <= today"
who = ["clerk"]
[check.signed-known]
rule = "known(signed) || state == 'planned'"
level = "warning"
message = { zh = "填上签约额", en = "Fill in what was signed" }
[clock.report]
name = { zh = "总结时限", en = "Report" }
starts = "state:held"
stops = "announced_on"
length = "settings.reply_workdays workdays"
pauses = ["planned"]
charge = "place"
[view]
list = ["number", "place", "kind", "held_on"]
sort = "held_on desc"
board = "state"
calendar = "held_on"
map = "place"
=== notices/2023-08-industry/notice.toml
id = "2023-08-industry"
title = { zh = "通知", en = "Notice" }
issued_on = 2023-08-11
issuer = { zh = "省政府", en = "Provincial government" }
source = { zh = "出处", en = "Source" }
[part.3]
title = { zh = "三、市场", en = "3 Markets" }
=== notices/2023-08-industry/part-3.toml
[clause."3.1"]
text = { zh = "各市每月办10场活动。", en = "Each city holds 10 events a month." }
[measure.promotion-events]
clause = "3.1"
name = { zh = "每月促销对接活动不少于10场", en = "Ten promotion events a month" }
bearer = { unit = "'city' in levels" }
every = "month"
from = 2023-08-11
until = 2023-12-31
during = ["sprint"]
first_period = "prorated"
due = "settings.reply_workdays workdays after"
grace = "3 workdays"
late = "30 days"
notice_before = "3 workdays"
pace = [[2023-08-31, 0.2], [2023-12-31, 1.0]]
readings = "month"
owes = "held >= 10"
ladder = "standard"
set_by = { grace = "programme office, 2023-08-14", due = "a", late = "b", notice_before = "c", pace = "d" }
[measure.promotion-events.tally.held]
name = { zh = "已举办", en = "Held" }
count = "event"
by = "place"
on = "held_on"
where = "state == 'held' && held_on >= period.from && place == bearer"
[measure.report]
clause = "3.1"
name = { zh = "活动总结", en = "Report" }
bearer = { record = "event", from = "held_on", answers = "place", where = "firms > 0" }
every = "once"
from = 2023-08-11
until = 2023-12-31
clock = "report"
[measure.pair-up]
clause = "3.1"
name = { zh = "受邀单位到场", en = "Guests come" }
bearer = { unit = "'city' in levels" }
every = "quarter"
from = 2023-10-01
until = 2023-12-31
after = { measure = "promotion-events", standing = "overdue", within = "5 workdays" }
owes = "signed >= settings.prize && share >= 0.5 && rate > wan(1) && latest == 'pitch' && kinds > 1"
pace = "none"
set_by = "programme office, 2023-08-14"
[measure.pair-up.tally.signed]
name = { zh = "签约额", en = "Signed" }
sum = "event"
of = "signed"
by = "guests"
on = "held_on"
[measure.pair-up.tally.share]
name = { zh = "占比", en = "Share" }
ratio = "event"
part = "kind == 'pitch'"
by = "place"
on = "held_on"
[measure.pair-up.tally.rate]
name = { zh = "户均", en = "Per firm" }
last = "event"
of = "signed_per_firm"
by = "place"
on = "held_on"
[measure.pair-up.tally.latest]
name = { zh = "最近一场", en = "Latest" }
last = "event"
of = "kind"
by = "place"
on = "held_on"
[measure.pair-up.tally.kinds]
name = { zh = "形式数", en = "Kinds" }
distinct = "event"
of = "kind"
by = "place"
[light.pace]
name = { zh = "进度灯", en = "Pace" }
measure = "promotion-events"
yellow = "standing == 'behind' || held < 2"
red = "run('yellow') >= 2"
[ranking.most]
name = { zh = "活动最多", en = "Most events" }
clause = "3.1"
units = "'city' in levels"
every = "quarter"
from = 2023-08-01
until = 2023-12-31
places = 3
prizes = [2000000, 1200000.5]
value = "held - january_target"
set_by = "programme office, 2023-08-14"
[ranking.most.tally.held]
name = { zh = "已举办", en = "Held" }
count = "event"
by = "place"
on = "held_on"
=== policies/subsidy.toml
[policy.subsidy]
name = { zh = "活动补助", en = "Event subsidy" }
who = "event"
deliver = "7 workdays"
budget = { "350000" = 50000.25 }
[[policy.subsidy.version]]
applies = { from = 2023-01-01, until = 2023-12-31 }
source = { zh = "示例", en = "Example" }
eligible = "score >= 60 && state == 'held'"
amount = "wan(1)"
class = "firms >= 10 ? 'large' : 'small'"
[[policy.subsidy.version.score]]
name = { zh = "企业多", en = "Many firms" }
points = "firms >= 10 ? 100 : 0"
full = 100
=== matches/twins.toml
[match.twins]
name = { zh = "同类活动", en = "Twins" }
left = "event"
right = "event"
rule = "left.kind == right.kind"
score = "left.firms + right.firms"
right_capacity = "firms"
=== bulletins/weekly.toml
[bulletin.weekly]
name = { zh = "周报", en = "Weekly" }
every = "week"
issuer = "350000"
signs = ["clerk"]
[[bulletin.weekly.section]]
title = { zh = "市场", en = "Markets" }
clauses = ["3.1"]
measures = ["report"]
rankings = ["most"]
show = ["bars", "red_list"]
"#;
