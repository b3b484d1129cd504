//! Excusing a duty: a person's decision that it does not apply, with a reason.

use crate::App;
use crate::access::{Deed, excuses, may_excuse_any};
use crate::act::{Edge, Refused, Viewer, Written};
use crate::view::DutyId;
use engine::Asked;
use programme::record::{Act, Cell};
use rules::{Day, Moment};

/// What is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excusing {
    /// Why it does not apply.
    pub reason: String,
    /// Who decided.
    pub by: String,
    /// When; `None` where that could not be read.
    pub on: Option<Day>,
}

impl App {
    /// Whether a viewer may excuse a duty.
    pub(crate) fn may_excuse(&self, viewer: &Viewer, duty: &DutyId) -> bool {
        let programme = self.programme();
        let any = may_excuse_any(programme, viewer, (Deed::Create, "excuse"));
        let measure = programme.measure(&duty.measure);
        let Some((_, measure)) = measure.filter(|_| any && self.live().is_some()) else {
            return false;
        };
        let now: Moment = self.today().start();
        excuses(
            programme,
            &mut self.living_mut(),
            viewer,
            (measure, &duty.bearer),
            now,
        )
    }

    /// Excuses a duty in its period.
    ///
    /// # Errors
    /// A duty that is not the viewer's to excuse, what is not said, the database's failure.
    pub async fn excuse(
        &self,
        viewer: &Viewer,
        duty: &DutyId,
        excusing: &Excusing,
        edge: Edge,
    ) -> Result<Written, Refused> {
        let text = |text: &str| {
            let text = text.trim();
            (!text.is_empty()).then(|| Cell::Text(text.into()))
        };
        let cells = [
            ("measure", text(&duty.measure)),
            ("bearer", text(&duty.bearer)),
            ("period", text(&duty.period)),
            ("reason", text(&excusing.reason)),
            ("decided_by", text(&excusing.by)),
            ("decided_on", excusing.on.map(|on| Cell::Int(on.0.into()))),
        ];
        let cells = cells.into_iter().map(|(id, cell)| (id.to_owned(), cell));
        let asked = Asked {
            register: "excuse".to_owned(),
            record: None,
            version: 0,
            act: Act::Create,
            cells: cells.collect(),
            why: None,
            as_found: false,
        };
        self.act(viewer, &[asked], None, edge).await
    }
}
