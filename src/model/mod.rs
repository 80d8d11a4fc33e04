//! The types that flow through the house. Nothing here reads a file, knows a rule or imports another room.
//!
//! Each stage hands the next one a table of its own type, so that the stages cannot be put in a wrong order:
//! [`RawTable`] → [`MappedTable`] → [`NormalTable`] → [`ValidTable`] → [`Links`] → [`Entities`].

mod fault;
mod field;
mod flow;
mod lang;
mod ledger;
mod linked;
mod observer;
mod place;
mod schema;
mod table;

pub use fault::{Fault, FaultTable};
pub use field::{Check, Field, FieldType, Sensitivity};
pub use flow::{CellKind, ColumnHead, MappedTable, NormalTable, RawTable, ShapeError, SheetHead, ValidTable};
pub use lang::Lang;
pub use ledger::{LedgerEntry, SheetStatus, SkippedKind, SkippedLine};
pub use linked::{Entities, Findings, LinkMethod, LinkRow, Links, Measures, PairRow, RowRef};
pub use observer::{Observer, Severity, Stage, Unobserved, Words};
pub use place::SheetPlace;
pub use schema::{
    AmountBasis, Assistance, CodeTable, Grain, Members, RecordKind, Role, Schema, Term, Unpaid, ValueSource,
};
pub use table::{Table, TableName, TitledColumn, column_metadata};
