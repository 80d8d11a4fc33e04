//! From texts to a [`Plan`], or to every fault in them.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use super::codes::CodeBook;
use super::diagnostic::{self, Desk, Diagnostic, Document, Level};
use super::gather::{self, Embedded, Files, Named, Shelf};
use super::reader::{self, Cursor, Found};
use super::schema::SchemaBook;
use super::{Plan, Rule, Secret, codes, rule, schema, settings, source, value};
use crate::model::Lang;

/// Compiles the pipeline file at `pipeline` with its schemas, code tables and rules.
///
/// Schemas and code tables of the pipeline's own folders stand in for shipped ones of the same name; a folder `rules`
/// beside the pipeline file replaces the shipped rules. Reading goes on after a fault, so that the `Err` holds all of
/// them, in the order of the files and of their lines. Warnings alone make a plan that carries them.
pub fn load(files: &dyn Files, pipeline: &Path, embedded: &Embedded) -> Result<Plan, Vec<Diagnostic>> {
    let faults = RefCell::new(Vec::new());
    let plan = compile(files, pipeline, embedded, &faults);
    let faults = in_order(faults.into_inner(), &pipeline.to_string_lossy());
    match plan {
        Some(plan) if faults.iter().all(|fault| fault.level == Level::Warning) => Ok(Plan { warnings: faults, ..plan }),
        _ => Err(faults),
    }
}

/// The pipeline's faults first, then the other files as they were read.
fn in_order(mut faults: Vec<Diagnostic>, pipeline: &str) -> Vec<Diagnostic> {
    let mut files = HashMap::from([(pipeline.to_owned(), 0)]);
    for fault in &faults {
        let next = files.len();
        files.entry(fault.file.clone()).or_insert(next);
    }
    faults.sort_by_key(|fault| (files[&fault.file], fault.span.start));
    faults.dedup();
    diagnostic::hide_secrets(&mut faults);
    faults
}

fn compile(files: &dyn Files, path: &Path, embedded: &Embedded, faults: &RefCell<Vec<Diagnostic>>) -> Option<Plan> {
    let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
    let document = gather::document(files, path, faults)?;
    let (desk, table) = reader::parse(&document, faults);
    let mut root = Cursor::root(desk, &table);

    let name = root.need_text("name");
    let title = root.text("title");
    let region = root.need_text("region").and_then(|region| value::region(desk, &region));
    let lang = root.word("lang", &[("zh", Lang::Zh), ("en", Lang::En)]);
    let as_of = root.value("as_of").and_then(|value| value::date(desk, value));
    let database = root.need_text("database").and_then(|path| value::path(desk, &path));
    let own_schemas = root.text("schemas");
    let own_codes = root.text("codes");
    let sources = root.need_tables("source");
    let link = settings::read_link(root.table("link"));
    let crossmatch = root.table("crossmatch");
    let analysis = settings::read_analysis(root.table("analysis"));
    let publish = settings::read_publish(root.table("publish"));
    root.finish();

    let texts = Texts::gather(files, &folder, desk, own_schemas.as_ref(), own_codes.as_ref(), embedded, faults);
    let mut codes = read_codes(&texts.codes, faults);
    let schemas = read_schemas(&texts.schemas, &mut codes, faults);
    let mut sources = source::read_all(sources, &schemas, codes.whole);
    for source in &mut sources {
        if let Some(Secret::File(path)) = &mut source.password {
            *path = folder.join(&path);
        }
    }
    let rules = read_rules(&texts.rules, &schemas, crossmatch, faults);

    let name = name.map_or_else(String::new, |name| name.value.to_owned());
    Some(Plan {
        title: title.map_or_else(|| name.clone(), |title| title.value.to_owned()),
        name,
        region: region.unwrap_or_default(),
        lang,
        as_of,
        database: folder.join(database.unwrap_or_default()),
        folder,
        sources,
        schemas: schemas.schemas,
        codes: codes.tables,
        rules,
        link,
        analysis,
        publish,
        hash: texts.hash(&document),
        warnings: Vec::new(),
    })
}

/// The texts of a plan besides the pipeline file. Where two files make the same thing, only the pipeline's own is here.
struct Texts {
    codes: Shelf,
    schemas: Shelf,
    rules: Shelf,
}

impl Texts {
    fn gather(
        files: &dyn Files,
        base: &Path,
        desk: Desk<'_>,
        own_schemas: Option<&Found<&str>>,
        own_codes: Option<&Found<&str>>,
        embedded: &Embedded,
        faults: &RefCell<Vec<Diagnostic>>,
    ) -> Self {
        let mut codes = Shelf::shipped(&embedded.codes);
        if let Some(own) = own_codes {
            let path = base.join(own.value);
            match gather::document(files, &path, faults) {
                Some(document) => codes.texts.push(Named { stem: gather::stem(&path), document }),
                None => codes.whole = false,
            }
        }
        let mut schemas = match own_schemas {
            Some(own) => gather::folder(files, &base.join(own.value), Some((desk, own)), faults)
                .unwrap_or(Shelf { texts: Vec::new(), whole: false }),
            None => Shelf { texts: Vec::new(), whole: true },
        };
        for shipped in embedded.schemas.iter().map(Named::shipped) {
            if !schemas.texts.iter().any(|own| own.stem == shipped.stem) {
                schemas.texts.push(shipped);
            }
        }
        schemas.texts.sort_by(|a, b| a.stem.cmp(&b.stem));
        let rules =
            gather::folder(files, &base.join("rules"), None, faults).unwrap_or_else(|| Shelf::shipped(&embedded.rules));
        Texts { codes, schemas, rules }
    }

    /// Names of files go in, but not where they lie: moving the folder does not make another plan.
    fn hash(&self, pipeline: &Document) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut add = |kind: &str, stem: &str, text: &str| {
            for part in [kind, stem, text] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part.as_bytes());
            }
        };
        add("pipeline", "", &pipeline.text);
        for (kind, shelf) in [("codes", &self.codes), ("schema", &self.schemas), ("rule", &self.rules)] {
            for named in &shelf.texts {
                add(kind, &named.stem, &named.document.text);
            }
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// Later files stand in for earlier ones; within one file a name comes once.
fn read_codes(shelf: &Shelf, faults: &RefCell<Vec<Diagnostic>>) -> CodeBook {
    let mut book = CodeBook { tables: BTreeMap::new(), whole: shelf.whole };
    for named in &shelf.texts {
        let (desk, table) = reader::parse(&named.document, faults);
        book.whole &= !desk.is_broken();
        let mut here: Vec<String> = Vec::new();
        for (name, codes) in codes::read(Cursor::root(desk, &table)) {
            if here.contains(&name.value) {
                let found = Found { value: name.value.as_str(), span: name.span.clone() };
                schema::duplicate(desk, &found, ("代码表", "code table"));
            }
            book.tables.insert(name.value.clone(), Arc::new(codes));
            here.push(name.value);
        }
    }
    book
}

fn read_schemas(shelf: &Shelf, codes: &mut CodeBook, faults: &RefCell<Vec<Diagnostic>>) -> SchemaBook {
    let parsed: Vec<_> =
        shelf.texts.iter().map(|named| (named.stem.as_str(), reader::parse(&named.document, faults))).collect();
    let broken = parsed.iter().filter(|(_, (desk, _))| desk.is_broken()).map(|(stem, _)| (*stem).to_owned()).collect();
    let raw =
        parsed.iter().map(|(stem, (desk, table))| schema::read(Cursor::root(*desk, table), stem, codes)).collect();
    SchemaBook { schemas: schema::resolve(raw, shelf.whole), broken, whole: shelf.whole }
}

fn read_rules(
    shelf: &Shelf,
    schemas: &SchemaBook,
    crossmatch: Option<Cursor<'_>>,
    faults: &RefCell<Vec<Diagnostic>>,
) -> Vec<Rule> {
    let parsed: Vec<_> = shelf.texts.iter().map(|named| reader::parse(&named.document, faults)).collect();
    let whole = shelf.whole && parsed.iter().all(|(desk, _)| !desk.is_broken());
    let rules: Vec<_> = parsed.iter().map(|(desk, table)| rule::read(Cursor::root(*desk, table))).collect();
    rule::check_all(&rules, schemas);
    rule::choose(rules, whole, crossmatch)
}
