//! What verification can find, each with its place, its kind, and words for people.

use crate::Side;
use rules::{Moment, Words};

/// One thing that is not as it was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The entry's text was changed after it was written.
    EditedEntry(u64),
    /// The entry is as it was, the hash in its row is not.
    EditedRowHash(u64),
    /// The entry is as it was, the hash in the tile is not.
    EditedTile(u64),
    /// The entry that was sealed at this position is gone.
    Deleted(u64),
    /// A row at this position that was never sealed there.
    Inserted(u64),
    /// The entry of a position stands at another one.
    Moved {
        /// Where it was sealed.
        position: u64,
        /// Where it stands now.
        found: u64,
    },
    /// Positions that no row has: `from..until`.
    Gap {
        /// The first.
        from: u64,
        /// The first after them.
        until: u64,
    },
    /// A position that comes again.
    Doubled(u64),
    /// The rows end, and the seals or tiles beside them go on.
    CutTail {
        /// Rows that are there.
        have: u64,
        /// Entries that were sealed.
        sealed: u64,
    },
    /// The row's hash is right, but its text is no entry in the journal's spelling.
    Unreadable(u64),
    /// A value beside the entry is not the one it was written with.
    EditedValue {
        /// The entry.
        position: u64,
        /// Before or after.
        side: Side,
        /// The field.
        field: String,
    },
    /// A value beside the entry is gone, and no later entry erases it.
    LostValue {
        /// The entry.
        position: u64,
        /// The field.
        field: String,
    },
    /// A seal that none of the trusted keys signed; by its size.
    SealSignature(u64),
    /// A seal that is older than the one before it.
    SealTime(u64),
    /// A seal with a lower epoch or a smaller size than the one before it.
    SealOrder(u64),
    /// A seal that does not name the root of the one before it: one between them is missing or was put in.
    SealChain(u64),
    /// A seal that says rehearsal where another says none.
    SealRehearsal(u64),
    /// Two signed seals of this size with different roots: two histories were shown.
    Fork(u64),
    /// The entries of a stretch do not give the root that was sealed.
    Root {
        /// The last size whose root was right.
        since: u64,
        /// The size of the seal.
        size: u64,
    },
    /// The witness saw another history than the one that is here.
    OtherHistory {
        /// The last size that both agree on.
        agreed: u64,
        /// The size at which they differ.
        size: u64,
    },
    /// The witness saw more entries than are here.
    BehindWitness {
        /// Entries that are here.
        have: u64,
        /// Entries the witness saw.
        witnessed: u64,
        /// When.
        at: Moment,
    },
    /// A line of the witness file that none of the trusted keys signed; by the size it claims.
    WitnessSignature(u64),
    /// The root that was asked for is not the root here.
    OtherRoot,
    /// A line of the file, from 1, that cannot be read or stands where it must not.
    FileLine(u64),
    /// The file ends before its last line.
    FileCut,
}

impl Fault {
    /// Its kind in one word, for machines.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::EditedEntry(_) => "edited-entry",
            Self::EditedRowHash(_) => "edited-row-hash",
            Self::EditedTile(_) => "edited-tile",
            Self::Deleted(_) => "deleted",
            Self::Inserted(_) => "inserted",
            Self::Moved { .. } => "moved",
            Self::Gap { .. } => "gap",
            Self::Doubled(_) => "doubled",
            Self::CutTail { .. } => "cut-tail",
            Self::Unreadable(_) => "unreadable",
            Self::EditedValue { .. } => "edited-value",
            Self::LostValue { .. } => "lost-value",
            Self::SealSignature(_) => "seal-signature",
            Self::SealTime(_) => "seal-time",
            Self::SealOrder(_) => "seal-order",
            Self::SealChain(_) => "seal-chain",
            Self::SealRehearsal(_) => "seal-rehearsal",
            Self::Fork(_) => "fork",
            Self::Root { .. } => "root",
            Self::OtherHistory { .. } => "other-history",
            Self::BehindWitness { .. } => "behind-witness",
            Self::WitnessSignature(_) => "witness-signature",
            Self::OtherRoot => "other-root",
            Self::FileLine(_) => "file-line",
            Self::FileCut => "file-cut",
        }
    }

    /// What happened, how it is known, and what to do now.
    pub fn words(&self) -> Words {
        let (zh, en) = match self {
            Self::EditedEntry(at) => (
                format!("流水号 {at}：条目在写入之后被改动，它的哈希与封签不符；请从备份或见证方核对并恢复这一条。"),
                format!("Position {at}: the entry was changed after it was written, its hash is not the sealed one; restore it from a backup."),
            ),
            Self::EditedRowHash(at) => (
                format!("流水号 {at}：条目未变，行内的哈希被改动；用条目重算哈希即可。"),
                format!("Position {at}: the entry is as it was, the hash in its row was changed; reckon the hash anew from the entry."),
            ),
            Self::EditedTile(at) => (
                format!("流水号 {at}：条目未变，哈希块中的哈希被改动；用条目重算哈希块即可。"),
                format!("Position {at}: the entry is as it was, its hash in the tile was changed; reckon the tile anew from the entries."),
            ),
            Self::Deleted(at) => (
                format!("流水号 {at}：已封签的条目被删除；请从备份恢复。"),
                format!("Position {at}: the entry that was sealed here was deleted; restore it from a backup."),
            ),
            Self::Inserted(at) => (
                format!("流水号 {at}：这里多出一条从未封签的条目；请查明是谁写入的。"),
                format!("Position {at}: a row stands here that was never sealed; find out who wrote it."),
            ),
            Self::Moved { position, found } => (
                format!("流水号 {position} 的条目现在排在 {found}，次序被改动；请按封签恢复次序。"),
                format!("The entry of position {position} now stands at {found}, the order was changed; put it back."),
            ),
            Self::Gap { from, until } => (
                format!("流水号 {from} 至 {} 没有条目，流水号不应有缺；请从备份恢复。", until.saturating_sub(1)),
                format!("Positions {from} to {} have no row, though positions have no gaps; restore them from a backup.", until.saturating_sub(1)),
            ),
            Self::Doubled(at) => (
                format!("流水号 {at} 出现不止一次；请查明哪一条是后来加入的。"),
                format!("Position {at} comes more than once; find out which row was added later."),
            ),
            Self::CutTail { have, sealed } => (
                format!("只有 {have} 条，而已封签 {sealed} 条，尾部被截去；请从备份恢复。"),
                format!("There are {have} entries and {sealed} were sealed: the tail was cut; restore it from a backup."),
            ),
            Self::Unreadable(at) => (
                format!("流水号 {at}：哈希相符，但文字不是流水的写法；请查明是什么程序写入的。"),
                format!("Position {at}: the hash is right but the text is no entry of the journal; find out what wrote it."),
            ),
            Self::EditedValue { position, side, field } => (
                format!("流水号 {position}：旁存的“{field}”（{}）与条目中的摘要不符，值被改动；请从备份恢复。", side.word()),
                format!("Position {position}: the value of \"{field}\" ({}) beside the entry does not give its digest, so it was changed; restore it from a backup.", side.word()),
            ),
            Self::LostValue { position, field } => (
                format!("流水号 {position}：旁存的“{field}”不见了，却没有删除它的条目；请从备份恢复，或补记删除决定。"),
                format!("Position {position}: the value of \"{field}\" beside the entry is gone and no entry erases it; restore it, or record the erasure."),
            ),
            Self::SealSignature(size) => (
                format!("第 {size} 条处的封签不是可信密钥所签；请确认公钥指纹，再查明是谁签的。"),
                format!("The seal over {size} entries was signed by none of the trusted keys; compare the fingerprint, then find out who signed it."),
            ),
            Self::SealTime(size) => (
                format!("第 {size} 条处的封签时间早于前一枚封签，时间被改动或时钟倒退；请核对时钟与见证。"),
                format!("The seal over {size} entries is older than the one before it: a clock went back or a seal was made up; compare with the witness."),
            ),
            Self::SealOrder(size) => (
                format!("第 {size} 条处的封签次序或任期倒退；请查明是否有两个封签者。"),
                format!("The seal over {size} entries goes back in size or epoch; find out whether two sealers were at work."),
            ),
            Self::SealChain(size) => (
                format!("第 {size} 条处的封签没有接上前一枚封签，中间有封签被删或插入；请与见证核对。"),
                format!("The seal over {size} entries does not follow from the one before it: a seal was taken out or put in; compare with the witness."),
            ),
            Self::SealRehearsal(size) => (
                format!("第 {size} 条处的封签与其他封签的演练标记不同；演练与正式数据不可混用。"),
                format!("The seal over {size} entries differs from the others in its rehearsal mark; the two must not be mixed."),
            ),
            Self::Fork(size) => (
                format!("第 {size} 条处有两枚有效封签而根不同，说明出示过两套历史；请保全两枚封签并查明密钥的使用。"),
                format!("Two signed seals over {size} entries have different roots, so two histories were shown; keep both and find out who used the key."),
            ),
            Self::Root { since, size } => (
                format!("流水号 {since} 至 {} 之间的条目与封签的根不符，无法再细分；请用备份逐条比对这一段。", size.saturating_sub(1)),
                format!("The entries from {since} to {} do not give the sealed root, and nothing here tells which; compare that stretch with a backup.", size.saturating_sub(1)),
            ),
            Self::OtherHistory { agreed, size } => (
                format!("见证方在第 {size} 条处见过另一个根，双方只在前 {agreed} 条一致：历史被改写，或在旧备份上继续写入；请以见证为准查找较新的备份。"),
                format!("The witness saw another root over {size} entries, both agree on the first {agreed}: history was rewritten, or an old backup was carried on; look for a newer backup."),
            ),
            Self::BehindWitness { have, witnessed, at } => (
                format!("这里有 {have} 条，见证方在 {at} 已见 {witnessed} 条：尾部连同封签被截去，或恢复了旧备份；请查找较新的备份。"),
                format!("There are {have} entries here, and the witness saw {witnessed} at {at}: the tail was cut with its seals, or an old backup was restored; look for a newer backup."),
            ),
            Self::WitnessSignature(size) => (
                format!("见证文件中第 {size} 条处的封签不是可信密钥所签，未予采用；请确认公钥与见证文件的来源。"),
                format!("The witness's seal over {size} entries was signed by none of the trusted keys and was not used; check the key and where the file comes from."),
            ),
            Self::OtherRoot => (
                "所给的根与这里的根不符；请确认根的来源，再与导出方核对。".into(),
                "The root that was given is not the root here; check where it comes from, then ask who exported this.".into(),
            ),
            Self::FileLine(at) => (
                format!("文件第 {at} 行读不出或不该在此处，内容未予采用；请重新导出。"),
                format!("Line {at} of the file cannot be read or must not stand there, and was not used; export it again."),
            ),
            Self::FileCut => (
                "文件没有结尾行，导出中断或尾部被截去；请重新导出。".into(),
                "The file has no last line: the export was interrupted or the tail was cut; export it again.".into(),
            ),
        };
        Words::new(zh, en)
    }
}
