//! What the catalogue goes on to say of what is carried over: what the files held that were supplied, since the rows
//! that concerned nobody are not here to be counted again.

use std::collections::BTreeSet;

use arrow::array::{Array, Float64Array, UInt64Array};

use super::super::memory::{read, texts, typed};
use super::{Carried, CarriedSources, schemas_of};
use crate::plan::Plan;
use crate::stage::catalogue::{Figures, Known};
use crate::store::{Snapshot, StoreError};

/// The figures of the snapshot before for each provider and schema of which every source is carried over. Where only some
/// are, the figures of the others would be lost, so that the rows at hand are counted instead.
pub(super) fn known(plan: &Plan, carried: &CarriedSources, before: &Snapshot) -> Result<Known, StoreError> {
    let (mut over, mut read_tonight) = (BTreeSet::new(), BTreeSet::new());
    for source in &plan.sources {
        let kinds = match carried.get(&source.id) {
            Some(Carried::Over(_)) => &mut over,
            _ => &mut read_tonight,
        };
        kinds.extend(schemas_of(plan, source).into_iter().map(|schema| (source.provider.clone(), schema.name.clone())));
    }
    let mut known = Known::new();
    let columns = ["provider", "schema_name", "field", "row_count", "filled_share", "newest_period"];
    for batch in read(before, "catalogue", &columns)? {
        let (Some(providers), Some(schemas), Some(fields)) = (texts(&batch, 0), texts(&batch, 1), texts(&batch, 2))
        else {
            continue;
        };
        let (Some(rows), Some(shares), Some(newest)) =
            (typed::<UInt64Array>(&batch, 3), typed::<Float64Array>(&batch, 4), texts(&batch, 5))
        else {
            continue;
        };
        for row in 0..batch.num_rows() {
            let kind = (providers.value(row).to_owned(), schemas.value(row).to_owned());
            if over.contains(&kind) && !read_tonight.contains(&kind) {
                let figures = Figures {
                    rows: rows.value(row),
                    share: shares.value(row),
                    newest: newest.is_valid(row).then(|| newest.value(row).to_owned()),
                };
                known.insert((kind.0, kind.1, fields.value(row).to_owned()), figures);
            }
        }
    }
    Ok(known)
}
