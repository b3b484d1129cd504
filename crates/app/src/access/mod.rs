//! Who may see and do what: asked here and nowhere else, for pages, lists, counts, sheets, files, history and the API alike.
//!
//! A right is a grant of a role that the viewer holds in a unit or a record, over the records for which the grant's rule
//! holds. What the rule cannot tell is not granted.

mod excuse;
mod scope;
mod seen;
mod told;
mod write;

pub(crate) use excuse::{excuses, may_excuse_any};
pub(crate) use scope::{Reads, Sight};
pub(crate) use seen::Seen;
pub use told::{GRANTED, Granted, granted};
pub(crate) use write::{Enters, enters, sees, within};

use crate::act::Viewer;
use crate::people::ADMINISTRATOR;
use programme::Programme;
use programme::model::{Grant, REOPENING, Register, RegisterField, Role};
use programme::record::Act;
use rules::Words;

/// What somebody wants to do with the records of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Read them.
    Read,
    /// Record a new one.
    Create,
    /// Change one.
    Change,
    /// Bring one to another state.
    Move,
    /// Take one back that should never have been recorded.
    Withdraw,
    /// Take them away as a sheet.
    Export,
    /// See what a sensitive field holds.
    Reveal,
    /// Excuse duties that it bears, or of which it is evidence.
    Excuse,
    /// Confirm who acts for it.
    Confirm,
}

/// The register in which a duty is excused.
const EXCUSES: &str = "excuse";

/// Whether a register is one in which it is decided on duties: writing in it is excusing, and nothing else gives that
/// right, so that those who record do not open what was closed for them.
fn decides(register: &str) -> bool {
    register == EXCUSES || register == REOPENING
}

impl Deed {
    /// Every deed.
    pub const ALL: [Self; 9] = [
        Self::Read,
        Self::Create,
        Self::Change,
        Self::Move,
        Self::Withdraw,
        Self::Export,
        Self::Reveal,
        Self::Excuse,
        Self::Confirm,
    ];

    /// What an act on a record is.
    pub(crate) fn of(act: &Act) -> Self {
        match act {
            Act::Create => Self::Create,
            Act::Move(_) => Self::Move,
            Act::Withdraw => Self::Withdraw,
            _ => Self::Change,
        }
    }

    /// What it is asked as, with a register.
    fn on(self, register: &str) -> Self {
        match self {
            Self::Create | Self::Change | Self::Withdraw if decides(register) => Self::Excuse,
            deed => deed,
        }
    }

    /// Its word in `roles.toml`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "see",
            Self::Create => "create",
            Self::Change => "change",
            Self::Move => "move",
            Self::Withdraw => "withdraw",
            Self::Export => "export",
            Self::Reveal => "reveal",
            Self::Excuse => "excuse",
            Self::Confirm => "confirm",
        }
    }
}

/// A role that somebody holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Office {
    /// The role's id.
    pub role: String,
    /// The unit in which it is held; for a role `of` a register the id of the record.
    pub unit: String,
}

/// A grant with the office that gives it.
#[derive(Clone, Copy)]
pub(crate) struct Right<'r> {
    office: &'r Office,
    role: &'r Role,
    grant: &'r Grant,
    /// Which of the grant's registers.
    at: usize,
}

/// The rights that a viewer has to do something with a register; none for Heli itself and whoever holds the machine,
/// who are asked about before.
fn rights<'r>(
    programme: &'r Programme,
    viewer: &'r Viewer,
    deed: Deed,
    register: &str,
) -> Vec<Right<'r>> {
    let deed = deed.on(register);
    let mut rights = Vec::new();
    for office in &viewer.offices {
        let roles = programme.roles.iter().filter(|role| role.id == office.role);
        for (role, grant) in roles.flat_map(|role| role.may.iter().map(move |grant| (role, grant)))
        {
            let at = grant.registers.iter().position(|id| id == register);
            let acts = grant.acts.iter().any(|act| act == deed.word());
            rights.extend(at.filter(|_| acts).map(|at| Right {
                office,
                role,
                grant,
                at,
            }));
        }
    }
    rights
}

/// Whether a viewer may do it with some record at least. The operator may do everything; Heli itself records what duties
/// open.
pub fn may(programme: &Programme, viewer: &Viewer, deed: Deed, register: &str) -> bool {
    viewer.is_operator()
        || viewer.is_heli() && deed == Deed::Create
        || !rights(programme, viewer, deed, register).is_empty()
}

/// Whether a viewer may do it with every record of the register and every field.
pub(crate) fn may_all(programme: &Programme, viewer: &Viewer, deed: Deed, register: &str) -> bool {
    let whole = |right: &Right<'_>| right.filter().is_none() && right.has(None);
    viewer.is_operator() || rights(programme, viewer, deed, register).iter().any(whole)
}

/// Whether a viewer may upload a file that a later action names: whoever may record or change something. What the action
/// may do is asked then.
pub(crate) fn may_upload(programme: &Programme, viewer: &Viewer) -> bool {
    let writes = |register: &Register| {
        let deeds = [Deed::Create, Deed::Change, Deed::Move];
        deeds
            .iter()
            .any(|deed| may(programme, viewer, *deed, &register.id))
    };
    programme.registers.iter().any(writes)
}

/// Whether a viewer manages: accounts, and what is beside them at `/admin`. Whoever holds the machine does, and
/// administrators, who see no record by that.
pub fn manages(viewer: &Viewer) -> bool {
    let administers = |office: &Office| office.role == ADMINISTRATOR;
    viewer.is_operator() || viewer.offices.iter().any(administers)
}

/// Whether a viewer sees how units stand: officials do, those outside see what is theirs.
pub fn is_official(programme: &Programme, viewer: &Viewer) -> bool {
    let official = |office: &Office| {
        let role = programme.roles.iter().find(|role| role.id == office.role);
        role.is_some_and(|role| role.official)
    };
    viewer.is_operator() || viewer.offices.iter().any(official)
}

/// Whether a field's values are kept from a viewer. Always so for sensitive ones: revealing one is an act of its own,
/// which leaves its trace. Others are shown where all that lets the viewer see the register shows them, so that a field
/// cannot be found out through records on which it is not shown.
pub(crate) fn is_masked(
    programme: &Programme,
    viewer: &Viewer,
    register: &Register,
    field: &RegisterField,
) -> bool {
    if field.sensitive {
        return true;
    }
    if viewer.is_operator() || viewer.is_heli() {
        return false;
    }
    let rights = rights(programme, viewer, Deed::Read, &register.id);
    let shown = |right: &Right<'_>| right.shows(&field.id);
    let whole = |right: &Right<'_>| right.filter().is_none() && right.shows(&field.id);
    !rights.iter().all(shown) && !rights.iter().any(whole)
}

/// What somebody is told who may not.
pub(crate) fn forbidden(register: &str) -> Words {
    Words::new(
        format!("您没有办理台账 {register} 这件事的权限；请向管理员申请"),
        format!("you may not do this with register {register}; ask whoever runs this system"),
    )
}

impl<'r> Right<'r> {
    /// The rule over the register's records; `None` for all of them.
    fn filter(&self) -> Option<&'r rules::Rule> {
        self.grant.filters.get(self.at)?.as_ref()
    }

    /// Whether the grant is for a field; `None` asks for all of them.
    fn has(&self, field: Option<&str>) -> bool {
        let named = |id: &String| id == "*" || field.is_some_and(|field| field == id);
        self.grant.fields.iter().any(named)
    }

    /// Whether it shows a field: the fields of a grant that also enters are those that are entered.
    fn shows(&self, field: &str) -> bool {
        let enters = ["create", "change", "move", "excuse"];
        let acts = &self.grant.acts;
        acts.iter().any(|act| enters.contains(&act.as_str())) || self.has(Some(field))
    }
}
