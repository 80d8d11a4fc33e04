//! The number that a disability certificate begins with, for the rows that have no sound number of their own.

use arrow::array::{Array, ArrayRef, Scalar, StringArray};
use arrow::compute::is_not_null;
use arrow::compute::kernels::zip::zip;
use arrow::error::ArrowError;

use crate::kernel::comparison::{self, NumberLevel};
use crate::kernel::identity::IdKind;
use crate::model::{Grain, Schema};

use super::super::fault_code::FaultCode;
use super::super::sheet_cells::text_at;
use super::column::{Doubt, Outcome};
use super::identity::Status;

/// The field that says who a person's row speaks of, and the field with the certificate.
const NUMBER: &str = "id_number";
const CERTIFICATE: &str = "disability_certificate";

/// Fills the person's own number from the row's certificate where there is none, or where what is left of it does not
/// contradict the certificate. Each filled cell is a doubt. `outcomes` are those of the schema's fields.
pub fn fill(schema: &Schema, outcomes: &mut [Outcome]) -> Result<(), ArrowError> {
    let (Some(number), Some(certificate)) = (schema.field(NUMBER), schema.field(CERTIFICATE)) else { return Ok(()) };
    let (Some(own), Some(other)) = (Columns::of(&outcomes[number]), Columns::of(&outcomes[certificate])) else {
        return Ok(());
    };
    if schema.grain != Grain::Person || own.numbers.null_count() == 0 {
        return Ok(());
    }
    let holders: StringArray = (0..own.numbers.len())
        .map(|row| other.holder(row).filter(|holder| own.numbers.is_null(row) && own.allows(row, holder)))
        .collect();
    let doubts: Vec<Doubt> = (0..holders.len())
        .filter(|row| holders.is_valid(*row))
        .map(|row| Doubt { row, code: FaultCode::IdFromCertificate, suggestion: None })
        .collect();
    let filled = is_not_null(&holders)?;
    let word = |word: &str| Scalar::new(StringArray::from(vec![word]));
    let arrays = vec![
        zip(&filled, &holders, &own.numbers)?,
        zip(&filled, &word(IdKind::ResidentId.as_str()), &own.kinds)?,
        zip(&filled, &word(Status::Valid.as_str()), &own.states)?,
        zip(&filled, &other.numbers, &own.written)?,
    ];
    outcomes[number].arrays = arrays;
    outcomes[number].doubts.extend(doubts);
    Ok(())
}

/// The columns of an identity number field.
struct Columns {
    numbers: StringArray,
    kinds: StringArray,
    states: StringArray,
    written: StringArray,
}

impl Columns {
    /// `None` where the field is of another type.
    fn of(outcome: &Outcome) -> Option<Self> {
        let [numbers, kinds, states, written] = outcome.arrays.as_slice() else { return None };
        let texts = |array: &ArrayRef| array.as_any().downcast_ref::<StringArray>().cloned();
        Some(Columns {
            numbers: texts(numbers)?,
            kinds: texts(kinds)?,
            states: texts(states)?,
            written: texts(written)?,
        })
    }

    /// The number of a certificate's holder: its first 18 characters, which are all of it where the ID number was written.
    fn holder(&self, row: usize) -> Option<&str> {
        let kind = text_at(&self.kinds, row)?;
        let holds = [IdKind::DisabilityCertificate, IdKind::ResidentId].iter().any(|known| known.as_str() == kind);
        text_at(&self.numbers, row)?.get(..18).filter(|_| holds)
    }

    /// Whether what is left of the unsound number may be this one.
    fn allows(&self, row: usize, holder: &str) -> bool {
        let left = text_at(&self.written, row).unwrap_or_default();
        let truncated = text_at(&self.states, row) == Some(Status::PrecisionLost.as_str());
        comparison::number(left, holder, truncated) != NumberLevel::Different
    }
}
