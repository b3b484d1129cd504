//! What pages show, as plain values: no HTTP, no HTML, no rules.

mod admin;
mod board;
mod duty;
mod figure;
mod form;
mod frame;
mod home;
mod journal;
mod map;
mod matrix;
mod notice;
mod overview;
mod record;
mod rows;
mod text;
mod unit;

pub use admin::{
    AdminPage, CalendarYear, CalendarYears, Ends, Extent, Holiday, JobLine, JobState, JobsPage,
    PastLine, Proposal, RetainedLine, RoleRow, RoleView, RolesPage, SealingLine, UnitLine,
    UnitsPage, UnitsQuestion, VersionLine,
};
pub use board::{BoardColumn, BoardPage, CalendarDay, CalendarPage, Card};
pub use duty::{
    DutyDates, DutyPage, Evidence, EvidenceRow, Excuse, LadderState, LadderStep, MissingItem, Pace,
    PacePoint, Reason, Rung, TallyLine, Verdict,
};
pub use engine::{Counts, OnTime, Standing};
pub use figure::{Figure, Quantity};
pub use form::{Control, FormPage, Input, Purpose};
pub use frame::{
    BearerLink, ClauseLink, DateBar, DutyId, DutyLine, Frame, Front, Mark, PeriodName, Phase,
    UnitLink,
};
pub use home::{
    Entering, Hand, HomePage, Listing, ListingRow, Stop, Todo, UnreportedPage, UnreportedUnit,
};
pub use journal::{JournalLine, JournalPage};
pub use map::{MapPage, Place};
pub use matrix::{
    Choice, MatrixCell, MatrixColumn, MatrixPage, MatrixQuestion, MatrixRow, MatrixTarget, Sort,
};
pub use notice::{
    ClauseLine, ClausePanel, DueBox, Grid, GridCell, GridRow, MeasurePanel, NearMiss, NoticePage,
    Part, RankingRow, RankingTable, Setting, Summary, Trend, TrendPoint,
};
pub use overview::{Area, Changed, OverviewPage};
pub use record::{
    Child, Column, FieldChange, FieldShown, Filter, ListPage, Narrow, Past, Piece, RecordPage,
    RegisterCard, RegistersPage, Row, Shown, Step, Views,
};
pub use rows::{Glimpse, Line, Rows};
pub use text::{Language, Text};
pub use unit::{ChildLine, UnitClause, UnitPage};
