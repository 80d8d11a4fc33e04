//! The schemas, code tables and rules that are part of the program.

use std::io;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::gather::{Embedded, Files, ShippedText};
use super::load::load;
use super::{Diagnostic, Plan};

static SCHEMAS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/schemas");
static RULES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/pipelines/rules");
const CODES: &str = include_str!("../../assets/codes.toml");

/// What [`super::load`] adds to a pipeline's own files.
pub fn shipped() -> Embedded {
    Embedded {
        schemas: texts(&SCHEMAS, "schemas"),
        codes: vec![ShippedText { file: "assets/codes.toml".to_owned(), text: CODES.to_owned() }],
        rules: texts(&RULES, "pipelines/rules"),
    }
}

/// A plan of nothing but what is shipped, with no source: for looking at files that belong to no pipeline.
///
/// # Errors
/// When what is shipped is not sound: a fault of the program.
pub fn shipped_plan() -> Result<Plan, Vec<Diagnostic>> {
    const ALONE: &str = "name = \"shipped\"\nregion = \"360800\"\ndatabase = \"none\"\n\
        [[source]]\nid = \"none\"\nschemas = [\"low_income_registration\"]\nprovider = \"-\"\nfiles = [\"-\"]\n";
    let plan = load(&OneText(ALONE), Path::new("shipped.toml"), &shipped())?;
    Ok(Plan { sources: Vec::new(), ..plan })
}

/// A pipeline that lies nowhere.
struct OneText(&'static str);

impl Files for OneText {
    fn read(&self, _path: &Path) -> io::Result<Vec<u8>> {
        Ok(self.0.as_bytes().to_vec())
    }

    fn list(&self, _folder: &Path, _extension: &str) -> io::Result<Vec<PathBuf>> {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// The TOML files of a folder in the order of their names.
fn texts(folder: &Dir<'_>, name: &str) -> Vec<ShippedText> {
    let mut texts: Vec<ShippedText> = folder
        .files()
        .filter(|file| file.path().extension().is_some_and(|extension| extension == "toml"))
        .filter_map(|file| {
            let text = file.contents_utf8()?.to_owned();
            Some(ShippedText { file: format!("{name}/{}", file.path().display()), text })
        })
        .collect();
    texts.sort_by(|a, b| a.file.cmp(&b.file));
    texts
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::shipped;
    use crate::model::Lang;
    use crate::plan::tests::{PIPELINE, folder};
    use crate::plan::{load, render};

    #[test]
    fn everything_shipped_is_sound() {
        let pipeline = PIPELINE.replace("\"people\"", "\"minimum_living_allowance\"");
        let files = folder(&[("town.toml", &pipeline)]);
        let plan = load(&files, Path::new("town.toml"), &shipped())
            .map_err(|faults| render::diagnostics(&faults, Lang::En, false))
            .expect("no fault");
        assert_eq!(plan.schemas.len(), shipped().schemas.len());
        assert_eq!(plan.rules.len(), shipped().rules.len());
        assert!(plan.codes.contains_key("sex"));
    }
}
