//! Words for kinds of parts, what became of them, and the keys of a folder.

use super::{Aspect, How, What};
use rules::Words;

impl What {
    /// Its name, as a heading.
    pub fn words(self) -> Words {
        let (zh, en) = match self {
            Self::Programme => ("专项行动", "Programme"),
            Self::Notice => ("通知", "Notices"),
            Self::Section => ("部分", "Parts"),
            Self::Clause => ("条款", "Clauses"),
            Self::Measure => ("措施", "Measures"),
            Self::Light => ("亮灯", "Lights"),
            Self::Ranking => ("排名", "Rankings"),
            Self::Register => ("台账", "Registers"),
            Self::Field => ("字段", "Fields"),
            Self::Move => ("步骤", "Moves"),
            Self::Check => ("校验", "Checks"),
            Self::Clock => ("时限", "Clocks"),
            Self::Role => ("角色", "Roles"),
            Self::Policy => ("政策", "Policies"),
            Self::Match => ("对接", "Matches"),
            Self::Bulletin => ("通报", "Bulletins"),
            Self::Setting => ("参数", "Settings"),
            Self::Phase => ("阶段", "Phases"),
            Self::Milestone => ("节点", "Milestones"),
            Self::Ladder => ("递进督办", "Ladders"),
            Self::Level => ("层级", "Levels"),
            Self::UnitField => ("单位附加栏", "Columns of units"),
            Self::Unit => ("单位", "Units"),
            Self::Division => ("行政区划", "Divisions"),
            Self::Day => ("日历", "Days of the calendar"),
            Self::Case => ("例子", "Worked examples"),
            Self::File => ("文件", "Files"),
        };
        Words::new(zh, en)
    }

    /// A word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Programme => "programme",
            Self::Notice => "notice",
            Self::Section => "part",
            Self::Clause => "clause",
            Self::Measure => "measure",
            Self::Light => "light",
            Self::Ranking => "ranking",
            Self::Register => "register",
            Self::Field => "field",
            Self::Move => "move",
            Self::Check => "check",
            Self::Clock => "clock",
            Self::Role => "role",
            Self::Policy => "policy",
            Self::Match => "match",
            Self::Bulletin => "bulletin",
            Self::Setting => "setting",
            Self::Phase => "phase",
            Self::Milestone => "milestone",
            Self::Ladder => "ladder",
            Self::Level => "level",
            Self::UnitField => "unit_field",
            Self::Unit => "unit",
            Self::Division => "division",
            Self::Day => "day",
            Self::Case => "case",
            Self::File => "file",
        }
    }
}

impl How {
    /// Its word.
    pub fn words(self) -> Words {
        let (zh, en) = match self {
            Self::Added => ("新增", "added"),
            Self::Changed => ("改动", "changed"),
            Self::Removed => ("删去", "removed"),
        };
        Words::new(zh, en)
    }

    /// A word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

impl Aspect {
    /// A word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Text => "text",
            Self::Other => "other",
        }
    }
}

const RULES: [&str; 15] = [
    "amount",
    "class",
    "eligible",
    "formula",
    "left_capacity",
    "made_good",
    "owes",
    "points",
    "red",
    "right_capacity",
    "rule",
    "score",
    "when",
    "where",
    "yellow",
];
const TEXTS: [&str; 6] = ["zh", "en", "name_zh", "name_en", "short_zh", "short_en"];

/// What kind of value stands at a path.
pub(super) fn aspect(what: What, path: &[String]) -> Aspect {
    let last = path.last().map_or("", String::as_str);
    if TEXTS.contains(&last) {
        return Aspect::Text;
    }
    let is_rule = match what {
        What::Case | What::File | What::Unit | What::Division | What::Day => false,
        What::Ranking if ["value", "units"].contains(&last) => true,
        What::Measure if path.len() == 2 && last == "unit" => true,
        _ => RULES.contains(&last),
    };
    if is_rule { Aspect::Rule } else { Aspect::Other }
}

/// A key in words; one that is none, such as an id, stays as it is.
pub(super) fn key(key: &str) -> Words {
    let found = KEYS.iter().find(|(own, ..)| *own == key);
    found.map_or_else(|| Words::new(key, key), |(_, zh, en)| Words::new(*zh, *en))
}

const KEYS: &[(&str, &str, &str)] = &[
    ("zh", "中文", "Chinese"),
    ("en", "英文", "English"),
    ("name", "名称", "name"),
    ("name_zh", "中文名", "Chinese name"),
    ("name_en", "英文名", "English name"),
    ("short_zh", "中文简称", "Chinese short name"),
    ("short_en", "英文简称", "English short name"),
    ("text", "条文", "text"),
    ("title", "标题", "title"),
    ("message", "提示", "message"),
    ("clause", "条款", "clause"),
    ("bearer", "责任主体", "bearer"),
    ("unit", "单位", "unit"),
    ("record", "记录", "record"),
    ("answers", "负责单位", "answers"),
    ("every", "周期", "every"),
    ("from", "起", "from"),
    ("until", "止", "until"),
    ("during", "所属阶段", "during"),
    ("first_period", "首个周期", "first period"),
    ("last_period", "末个周期", "last period"),
    ("due", "到期", "due"),
    ("shift", "遇休顺延", "shift"),
    ("grace", "宽限", "grace"),
    ("late", "补报期限", "late"),
    ("closes", "锁定", "closes"),
    ("notice_before", "提前公告", "notice before"),
    ("pace", "进度要求", "pace"),
    ("readings", "读数周期", "readings"),
    ("after", "承接", "after"),
    ("within", "期限", "within"),
    ("clock", "时限", "clock"),
    ("done", "完成日期", "done"),
    ("owes", "应达到", "owes"),
    ("opens", "自动建档", "opens"),
    ("complete", "报全依据", "complete"),
    ("ladder", "递进督办", "ladder"),
    ("set_by", "确定人", "set by"),
    ("no_duty", "不设措施", "no duty"),
    ("tally", "计数", "tally"),
    ("count", "计数台账", "count"),
    ("by", "归属", "by"),
    ("on", "范围或日期", "on"),
    ("for", "所报周期", "for"),
    ("of", "取值", "of"),
    ("where", "条件", "where"),
    ("own", "只计本级", "own"),
    ("id", "标识", "id"),
    ("number", "编号", "number"),
    ("date", "日期字段", "date"),
    ("type", "类型", "type"),
    ("to", "去向", "to"),
    ("levels", "层级", "levels"),
    ("level", "层级", "level"),
    ("choices", "选项", "choices"),
    ("required", "必填", "required"),
    ("unique", "唯一", "unique"),
    ("key", "业务主键", "business key"),
    ("sensitive", "敏感", "sensitive"),
    ("carry", "沿用上次", "carried over"),
    ("fixed", "不可更改", "fixed"),
    ("retain", "保存期限", "kept for"),
    ("empty", "空格含义", "empty"),
    ("formula", "公式", "formula"),
    ("min", "最小", "min"),
    ("max", "最大", "max"),
    ("accept", "文件类型", "accepted files"),
    ("drop", "放弃的字段", "dropped"),
    ("state", "状态", "state"),
    ("start", "起始", "start"),
    ("end", "终结", "end"),
    ("names", "名称", "names"),
    ("needs", "须填", "needs"),
    ("when", "条件", "when"),
    ("who", "由谁", "who"),
    ("rule", "规则", "rule"),
    ("starts", "开始", "starts"),
    ("stops", "停止", "stops"),
    ("length", "时长", "length"),
    ("pauses", "暂停", "pauses"),
    ("charge", "计入", "charged to"),
    ("view", "显示", "view"),
    ("list", "列", "list"),
    ("sort", "排序", "sort"),
    ("official", "公务角色", "official"),
    ("may", "权限", "may"),
    ("do", "动作", "do"),
    ("fields", "字段", "fields"),
    ("version", "版本", "version"),
    ("applies", "适用", "applies"),
    ("source", "出处", "source"),
    ("eligible", "条件", "eligible"),
    ("amount", "金额", "amount"),
    ("class", "类别", "class"),
    ("score", "打分", "score"),
    ("points", "分值", "points"),
    ("full", "满分", "full"),
    ("deliver", "送达期限", "told within"),
    ("pay", "兑现期限", "paid within"),
    ("budget", "预算", "budget"),
    ("left", "左侧", "left"),
    ("right", "右侧", "right"),
    ("value", "取值", "value"),
    ("remind", "提醒", "remind"),
    ("warn", "预警", "warn"),
    ("order", "督办", "order"),
    ("review", "问责建议", "review"),
    ("home", "牵头单位", "home unit"),
    ("zone", "时区", "time zone"),
    ("locale", "语言", "language"),
    ("campaign", "期间", "campaign"),
    ("hours", "工作时间", "working hours"),
    ("notices", "运行的通知", "notices that run"),
    ("section", "章节", "section"),
    ("clauses", "条款", "clauses"),
    ("measures", "措施", "measures"),
    ("rankings", "排名", "rankings"),
    ("signs", "签发", "signed by"),
    ("issuer", "发布单位", "issuer"),
    ("issued_on", "印发日期", "issued on"),
    ("parent", "上级", "parent"),
    ("division", "行政区划", "division"),
    ("kind", "种类", "kind"),
    ("phone", "电话", "telephone"),
    ("yellow", "黄灯", "yellow"),
    ("red", "红灯", "red"),
    ("made_good", "销号", "made good"),
    ("expect", "预期", "expected"),
    ("calendar", "日历", "calendar"),
];
