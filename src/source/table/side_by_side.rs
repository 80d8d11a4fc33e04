//! Tables beside each other: 姓名, 身份证号, 金额 and, further right in the same lines, the same again. A line of such a sheet
//! is several people's, so it is no row of one table.

use crate::kernel::header::normalise;
use crate::model::Words;
use crate::source::line::letters;
use crate::source::table::header::Column;

/// The columns from first to last of each table, where the headers are one sequence of two or more titles that comes
/// again and again.
pub(in crate::source) fn blocks(columns: &[Column]) -> Option<Vec<(u32, u32)>> {
    let leaf = |column: &Column| column.parts.last().map(|part| normalise(part));
    let titles: Vec<Option<String>> = columns.iter().map(leaf).collect();
    let count = (2..=titles.len() / 2).rev().find(|count| {
        let width = titles.len() / count;
        titles.len().is_multiple_of(*count) && width >= 2 && titles.chunks(width).all(|chunk| *chunk == titles[..width])
    })?;
    let ends = |chunk: &[Column]| Some((chunk.first()?.position, chunk.last()?.position));
    columns.chunks(columns.len() / count).map(ends).collect()
}

/// Why such a sheet is held back, and what to do.
pub(in crate::source) fn told(blocks: &[(u32, u32)]) -> (Words, Words) {
    let places: Vec<String> =
        blocks.iter().map(|(first, last)| format!("{}–{}", letters(*first), letters(*last))).collect();
    let (count, places) = (blocks.len(), places.join("、"));
    (
        Words::new(
            format!("同样的表头在一行里重复 {count} 次（{places} 列），像是并排的 {count} 个表，一行里有几个人"),
            format!(
                "the same headers come {count} times in one line (columns {places}): {count} tables side by side, so that a line is several people's"
            ),
        ),
        Words::new(
            "请提供单位把右边的表移到左边的表下面，重新报送",
            "have the tables on the right moved below the one on the left and sent again",
        ),
    )
}
