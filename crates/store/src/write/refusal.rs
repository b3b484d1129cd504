//! Why the database refuses an action: what happened, why, and what to do now.

use crate::error::Error;
use programme::record::Cells;
use rules::Words;

/// What the database refuses. Nothing of a refused action is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// Somebody else changed the record since the action was decided on.
    Stale {
        /// The register's id.
        register: String,
        /// The record's id.
        record: Box<str>,
        /// The version that the action was decided on.
        version: i64,
        /// The record's version now.
        current_version: i64,
        /// The present cells of the fields that the action would have changed.
        current: Cells,
    },
    /// Another record has these values already.
    Duplicate {
        /// The register's id.
        register: String,
        /// The fields that no two records may share; `id` where the record's id is taken.
        fields: Vec<String>,
        /// The other record's id: only for viewers who may see that record.
        other: Option<Box<str>>,
    },
    /// The record to change does not exist.
    NoRecord {
        /// The register's id.
        register: String,
        /// The record's id.
        record: Box<str>,
    },
    /// A field names a record that does not exist.
    NoReference {
        /// The register's id.
        register: String,
        /// The field that names it.
        field: String,
        /// The register that was looked in.
        to: String,
        /// The id that nothing has.
        missing: Box<str>,
    },
    /// A field names a file that is not held here.
    NoFile {
        /// The register's id.
        register: String,
        /// The field that names it.
        field: String,
        /// The digest that no file has.
        digest: String,
    },
    /// A file is of a kind that the field does not take.
    OtherKind {
        /// The register's id.
        register: String,
        /// The field.
        field: String,
        /// The file's media type by its content.
        kind: String,
        /// The kinds that the field takes.
        accept: Vec<String>,
    },
    /// Other records refer to the one that was to be withdrawn.
    Referred {
        /// The register's id.
        register: String,
        /// The record's id.
        record: Box<str>,
    },
    /// A bound that spans records (a capacity, a budget, one to one) would be broken.
    Full {
        /// The guard's name.
        guard: String,
        /// The greatest count or sum allowed.
        at_most: i64,
        /// What it would be with this action.
        would_be: i64,
    },
    /// The actor used this key before, for something else.
    KeyReused {
        /// The key.
        key: String,
    },
    /// The record's number names its unit, and no unit was found for it.
    NoUnit {
        /// The register's id.
        register: String,
    },
    /// A cell is no value of its field, or the register has no such field.
    Unfit {
        /// The register's id.
        register: String,
        /// The field.
        field: String,
    },
    /// The table's own checks refuse the row; this is what the database said.
    Check {
        /// The register's id.
        register: String,
        /// The name of the check.
        check: String,
    },
}

impl Refusal {
    /// Whose place a message names, for lists of refusals: the register's id, where there is one.
    pub fn register(&self) -> Option<&str> {
        match self {
            Self::Stale { register, .. }
            | Self::Duplicate { register, .. }
            | Self::NoRecord { register, .. }
            | Self::NoReference { register, .. }
            | Self::NoFile { register, .. }
            | Self::OtherKind { register, .. }
            | Self::Referred { register, .. }
            | Self::NoUnit { register }
            | Self::Unfit { register, .. }
            | Self::Check { register, .. } => Some(register),
            Self::Full { .. } | Self::KeyReused { .. } => None,
        }
    }

    /// What happened, why, and what to do now. Names no record that the viewer may not see.
    pub fn words(&self) -> Words {
        match self {
            Self::Stale {
                record,
                version,
                current_version,
                ..
            } => Words::new(
                format!(
                    "未保存：{record} 在您打开之后已被他人修改（您看到的是第 {version} 版，现为第 {current_version} 版）。请对照两份内容，再决定保留哪一份"
                ),
                format!(
                    "not saved: somebody changed {record} since you opened it (you saw version {version}, it is now {current_version}); compare the two and decide which to keep"
                ),
            ),
            Self::Duplicate { fields, .. } => Words::new(
                format!(
                    "未保存：已有记录的 {} 与此相同，两条记录不得相同。请核对，或修改已有的记录",
                    fields.join("、")
                ),
                format!(
                    "not saved: another record has the same {}, and no two may; check the value, or change the record that is there",
                    fields.join(", ")
                ),
            ),
            Self::NoRecord { register, record } => Words::new(
                format!("未保存：{register} 中没有 {record}，无从修改。请核对编号"),
                format!("not saved: {register} has no record {record} to change; check the id"),
            ),
            Self::NoReference {
                field, to, missing, ..
            } => Words::new(
                format!(
                    "未保存：{field} 填的 {missing} 在 {to} 中不存在。请先登记该记录，或改填已有的编号"
                ),
                format!(
                    "not saved: {field} names {missing}, which {to} does not have; record it first, or name one that exists"
                ),
            ),
            Self::NoFile { field, digest, .. } => Words::new(
                format!("未保存：{field} 填的附件 {digest} 不在这里。请先上传该文件，再填它的摘要"),
                format!(
                    "not saved: {field} names file {digest}, which is not here; upload it first, then name its digest"
                ),
            ),
            Self::OtherKind {
                field,
                kind,
                accept,
                ..
            } => {
                let accept = accept.join(", ");
                Words::new(
                    format!(
                        "未保存：{field} 只收 {accept}，而这个附件按内容看是 {kind}。请换一种格式上传"
                    ),
                    format!(
                        "not saved: {field} takes only {accept}, and by its content this file is {kind}; upload it in another format"
                    ),
                )
            }
            Self::Referred { record, .. } => Words::new(
                format!("未撤回：还有记录引用 {record}。请先改正那些引用"),
                format!("not withdrawn: other records refer to {record}; change those first"),
            ),
            Self::Full {
                guard,
                at_most,
                would_be,
            } => Words::new(
                format!(
                    "未保存：{guard} 以 {at_most} 为限，保存后将为 {would_be}。请先腾出余量，或请有权的人调整上限"
                ),
                format!(
                    "not saved: {guard} allows at most {at_most}, and this would make {would_be}; make room first, or have the bound changed"
                ),
            ),
            Self::KeyReused { key } => Words::new(
                format!("未保存：键 {key} 已用于内容不同的另一次操作。请换一个新的键"),
                format!(
                    "not saved: the key {key} was used for an act with other content; use a new key"
                ),
            ),
            Self::NoUnit { register } => Words::new(
                format!("未保存：{register} 的编号含所属单位，而此记录没有单位。请先填单位"),
                format!(
                    "not saved: the numbers of {register} name a unit, and this record has none; fill in its unit"
                ),
            ),
            Self::Unfit { register, field } => Words::new(
                format!(
                    "未保存：{register} 没有 {field} 这个字段，或其值的类型不符。请核对字段与值"
                ),
                format!(
                    "not saved: {register} has no field {field}, or its value is of another type; check both"
                ),
            ),
            Self::Check { register, check } => Words::new(
                format!("未保存：{register} 的数据表不允许这样的值（{check}）。请核对各项"),
                format!(
                    "not saved: the table of {register} does not allow these values ({check}); check them"
                ),
            ),
        }
    }
}

/// Why nothing was written.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The action is refused.
    Refused(Box<Refusal>),
    /// The database failed, after trying again where that is sound.
    Failed(Box<Error>),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Failed(Box::new(error))
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}
