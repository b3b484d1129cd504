//! What is owed and how it stands on a day: facts, duties, standings, and everything worked out from them.
//!
//! Pure: one `now` comes in with each evaluation ([`AsOf`]); no clock, file, network or chance.

pub mod board;
pub mod cases;
mod cell;
mod chain;
mod clock;
mod count;
mod decide;
mod done;
mod duty;
mod evaluate;
mod excuse;
mod facts;
mod filing;
mod forecast;
mod kept;
mod ladder;
mod lasting;
mod light;
mod living;
mod look;
mod missing;
mod moment;
mod near;
mod owes;
mod pace;
mod period;
pub mod policy;
mod ranking;
mod span;
mod standing;
mod tally;

pub use cell::CellFault;
pub use clock::Running;
pub use count::{Counts, OnTime, roll_up};
pub use decide::{Asked, Decided, Objection, decide, decide_all};
pub use duty::{BearerOf, Bounds, Duty, Held};
pub(crate) use evaluate::evaluate_one;
pub use evaluate::{Evaluation, MeasureResult, evaluate, evaluate_measure};
pub use facts::{Facts, FactsBuilder, Records, Sheet};
pub use forecast::{Forecast, forecast, goal, goals};
pub use ladder::{LadderStep, Rung, RungState, due_rung, ladder};
pub use lasting::Lasting;
pub use light::{Colour, Reading, light};
pub use living::{Living, Rows};
pub use look::{EvidenceRow, Look, bearer_id, field_name};
pub use missing::MissingItem;
pub use moment::AsOf;
pub use near::{Fix, Near, who_can};
pub use owes::tally_type;
pub use pace::{Goal, asked};
pub use ranking::{Ranked, RankedPeriod, ranking};
pub use span::{LateEnd, after};
pub use standing::{Case, Standing};
pub use tally::{DoneOn, Placed, TallyRows};
