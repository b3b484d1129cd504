//! Who may do what with which register: asked here and nowhere else.

use crate::act::Viewer;
use programme::model::RegisterField;
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
}

impl Deed {
    /// What an act on a record is.
    pub(crate) fn of(act: &Act) -> Self {
        match act {
            Act::Create => Self::Create,
            Act::Move(_) => Self::Move,
            _ => Self::Change,
        }
    }
}

/// Whether a viewer may do it. The operator may do everything, Heli itself records what duties open, and nobody else
/// may do anything: roles are granted to accounts
/// with the issue on people, and this is where they will be asked.
pub fn may(viewer: &Viewer, deed: Deed, _register: &str) -> bool {
    viewer.is_operator() || viewer.is_heli() && deed == Deed::Create
}

/// Whether a viewer may upload a file that a later action names. What the action may do is asked then.
pub(crate) fn may_upload(viewer: &Viewer) -> bool {
    viewer.is_operator()
}

/// Whether a field's values are kept from a viewer. Always so for sensitive ones: revealing them leaves a trace in the
/// journal, which comes with the issue on people.
pub(crate) fn is_masked(_viewer: &Viewer, field: &RegisterField) -> bool {
    field.sensitive
}

/// What somebody is told who may not.
pub(crate) fn forbidden(register: &str) -> Words {
    Words::new(
        format!("您没有办理台账 {register} 这件事的权限；请向管理员申请"),
        format!("you may not do this with register {register}; ask whoever runs this system"),
    )
}
