//! From texts to a [`Plan`], or to every fault in them.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use super::diagnostic::{Desk, Diagnostic, Document};
use super::gather::{self, Embedded, Files, Named};
use super::reader::{self, Cursor, Found};
use super::{Plan, codes, rule, schema, settings, source, value};
use crate::model::{CodeTable, Lang};

/// Compiles the pipeline file at `pipeline` with its schemas, code tables and rules.
///
/// Schemas and code tables of the pipeline's own folders stand in for shipped ones of the same name; a folder `rules`
/// beside the pipeline file replaces the shipped rules. Reading goes on after a fault, so that the `Err` holds all of
/// them, in the order of the files and of their lines.
pub fn load(files: &dyn Files, pipeline: &Path, embedded: &Embedded) -> Result<Plan, Vec<Diagnostic>> {
    let faults = RefCell::new(Vec::new());
    let plan = compile(files, pipeline, embedded, &faults);
    let faults = faults.into_inner();
    match plan {
        Some(plan) if faults.is_empty() => Ok(plan),
        _ => Err(in_order(faults)),
    }
}

fn in_order(mut faults: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut files: HashMap<String, usize> = HashMap::new();
    for fault in &faults {
        let next = files.len();
        files.entry(fault.file.clone()).or_insert(next);
    }
    faults.sort_by_key(|fault| (files[&fault.file], fault.span.start));
    faults.dedup();
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
    let database = root.need_text("database");
    let own_schemas = root.text("schemas");
    let own_codes = root.text("codes");
    let sources = root.tables("source");
    root.need("source", Some(&sources).filter(|sources| !sources.is_empty()));
    let link = settings::read_link(root.table("link"));
    let crossmatch = root.table("crossmatch");
    let analysis = settings::read_analysis(root.table("analysis"));
    let publish = settings::read_publish(root.table("publish"));
    root.finish();

    let texts = Texts::gather(files, &folder, desk, own_schemas.as_ref(), own_codes.as_ref(), embedded, faults);
    let mut code_tables = read_codes(&texts.codes, faults);
    let (schemas, broken) = read_schemas(&texts.schemas, &mut code_tables, faults);
    let sources = source::read_all(sources, &source::Known { schemas: &schemas, broken: &broken });
    let rules = read_rules(&texts.rules, &schemas, crossmatch, faults);

    let name = name.map_or_else(String::new, |name| name.value.to_owned());
    Some(Plan {
        title: title.map_or_else(|| name.clone(), |title| title.value.to_owned()),
        name,
        region: region.unwrap_or_default(),
        lang,
        database: folder.join(database.map_or("", |database| database.value)),
        folder,
        sources,
        schemas,
        codes: code_tables,
        rules,
        link,
        analysis,
        publish,
        hash: texts.hash(&document),
    })
}

/// The texts of a plan besides the pipeline file. Where two files make the same thing, only the pipeline's own is here.
struct Texts {
    codes: Vec<Named>,
    schemas: Vec<Named>,
    rules: Vec<Named>,
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
        let mut codes: Vec<Named> = embedded.codes.iter().map(Named::shipped).collect();
        if let Some(own) = own_codes {
            let path = base.join(own.value);
            let named = |document| Named { stem: gather::stem(&path), document };
            codes.extend(gather::document(files, &path, faults).map(named));
        }
        let mut schemas = own_schemas
            .and_then(|own| gather::folder(files, &base.join(own.value), Some((desk, own)), faults))
            .unwrap_or_default();
        for shipped in embedded.schemas.iter().map(Named::shipped) {
            if !schemas.iter().any(|own| own.stem == shipped.stem) {
                schemas.push(shipped);
            }
        }
        schemas.sort_by(|a, b| a.stem.cmp(&b.stem));
        let rules = gather::folder(files, &base.join("rules"), None, faults)
            .unwrap_or_else(|| embedded.rules.iter().map(Named::shipped).collect());
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
        for (kind, texts) in [("codes", &self.codes), ("schema", &self.schemas), ("rule", &self.rules)] {
            for named in texts {
                add(kind, &named.stem, &named.document.text);
            }
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// Later files stand in for earlier ones; within one file a name comes once.
fn read_codes(texts: &[Named], faults: &RefCell<Vec<Diagnostic>>) -> BTreeMap<String, Arc<CodeTable>> {
    let mut all = BTreeMap::new();
    for named in texts {
        let (desk, table) = reader::parse(&named.document, faults);
        let mut here: Vec<String> = Vec::new();
        for (name, codes) in codes::read(Cursor::root(desk, &table)) {
            if here.contains(&name.value) {
                let found = Found { value: name.value.as_str(), span: name.span.clone() };
                schema::duplicate(desk, &found, ("代码表", "code table"));
            }
            all.insert(name.value.clone(), Arc::new(codes));
            here.push(name.value);
        }
    }
    all
}

/// The schemas by name, and the names of those whose file is no TOML.
fn read_schemas(
    texts: &[Named],
    codes: &mut BTreeMap<String, Arc<CodeTable>>,
    faults: &RefCell<Vec<Diagnostic>>,
) -> (BTreeMap<String, Arc<crate::model::Schema>>, Vec<String>) {
    let parsed: Vec<_> =
        texts.iter().map(|named| (named.stem.as_str(), reader::parse(&named.document, faults))).collect();
    let broken = parsed.iter().filter(|(_, (desk, _))| desk.is_broken()).map(|(stem, _)| (*stem).to_owned()).collect();
    let raw =
        parsed.iter().map(|(stem, (desk, table))| schema::read(Cursor::root(*desk, table), stem, codes)).collect();
    (schema::resolve(raw), broken)
}

fn read_rules(
    texts: &[Named],
    schemas: &BTreeMap<String, Arc<crate::model::Schema>>,
    crossmatch: Option<Cursor<'_>>,
    faults: &RefCell<Vec<Diagnostic>>,
) -> Vec<super::Rule> {
    let parsed: Vec<_> = texts.iter().map(|named| reader::parse(&named.document, faults)).collect();
    let rules: Vec<_> = parsed.iter().map(|(desk, table)| rule::read(Cursor::root(*desk, table))).collect();
    let names: Vec<&str> = schemas.keys().map(String::as_str).collect();
    rule::check_all(&rules, &names);
    rule::choose(rules, crossmatch)
}
