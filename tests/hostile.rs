//! Files made to bring the program down: each costs itself, with a reason, and the files beside it are read.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "drives the program from outside")]

mod support;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use support::{fresh_folder, outcome, program, ronghe, text};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const ID: &str = "362401196503120012";

/// What writes a part of a zip, so that none need be held in memory.
type Part<'a> = &'a dyn Fn(&mut dyn std::io::Write);

fn packed(path: &Path, parts: &[(&str, Part<'_>)]) {
    let mut zip = ZipWriter::new(std::fs::File::create(path).expect("a file"));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(true);
    for (name, write) in parts {
        zip.start_file(*name, options).expect("a member");
        write(&mut zip);
    }
    zip.finish().expect("a zip");
}

/// A workbook of one sheet, with shared strings.
fn workbook(path: &Path, sheet: Part<'_>, strings: Part<'_>) {
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/>")
    };
    let relations = |inner: String| format!("<Relationships xmlns=\"{PACKAGE}\">{inner}</Relationships>");
    let root = relations(relation("r1", "officeDocument", "xl/workbook.xml"));
    let links = relations(
        relation("r1", "worksheet", "worksheets/sheet1.xml") + &relation("r2", "sharedStrings", "sharedStrings.xml"),
    );
    let book = format!(
        "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets><sheet name=\"名册\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    let write = |text: String| move |to: &mut dyn std::io::Write| to.write_all(text.as_bytes()).expect("written");
    packed(
        path,
        &[
            ("[Content_Types].xml", &write("<Types/>".into())),
            ("_rels/.rels", &write(root)),
            ("xl/workbook.xml", &write(book)),
            ("xl/_rels/workbook.xml.rels", &write(links)),
            ("xl/sharedStrings.xml", strings),
            ("xl/worksheets/sheet1.xml", sheet),
        ],
    );
}

fn cell(at: &str, text: &str) -> String {
    format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

/// Header, one person, and rows after them.
fn list(more: &str) -> String {
    format!(
        "<worksheet xmlns=\"{MAIN}\"><sheetData><row r=\"1\">{}{}</row><row r=\"2\">{}{}</row>{more}</sheetData></worksheet>",
        cell("A1", "姓名"),
        cell("B1", "身份证号"),
        cell("A2", "王五"),
        cell("B2", ID)
    )
}

fn plain(text: &str) -> impl Fn(&mut dyn std::io::Write) {
    move |to: &mut dyn std::io::Write| to.write_all(text.as_bytes()).expect("written")
}

fn no_strings() -> String {
    format!("<sst xmlns=\"{MAIN}\"/>")
}

/// What `ronghe inspect` says of the only sheet of a file.
fn sheet(path: &Path, memory: &str) -> Value {
    let run = outcome(program().args(["inspect", "--json", "--memory", memory, text(path)]));
    let seen: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}\n{}", run.out, run.err));
    seen["sheets"][0].clone()
}

#[track_caller]
fn fails(path: &Path, memory: &str, wanted: &str) {
    let sheet = sheet(path, memory);
    assert_eq!(sheet["status"], "failed", "{sheet}");
    let reason = sheet["reason"].to_string();
    assert!(reason.contains(wanted), "{reason}");
}

fn place(name: &str) -> PathBuf {
    fresh_folder(&format!("hostile_{name}")).join(format!("{name}.xlsx"))
}

#[test]
fn a_cell_at_the_far_corner_costs_nothing() {
    let path = place("corner");
    let far = format!("<row r=\"1048576\">{}</row>", cell("XFD1048576", "远"));
    workbook(&path, &plain(&list(&far)), &plain(&no_strings()));
    assert!(std::fs::metadata(&path).expect("a file").len() < 5_000);
    let sheet = sheet(&path, "256M");
    assert_eq!(sheet["status"], "read", "{sheet}");
    assert_eq!(sheet["physical_rows"], 1_048_576, "{sheet}");
}

#[test]
fn shared_strings_beyond_the_bound_fail_whatever_their_header_says() {
    let path = place("strings");
    let long = |to: &mut dyn std::io::Write| {
        write!(to, "<sst xmlns=\"{MAIN}\"><si><t>").expect("written");
        let portion = "a".repeat(1 << 20);
        (0..400).for_each(|_| to.write_all(portion.as_bytes()).expect("written"));
        write!(to, "</t></si></sst>").expect("written");
    };
    workbook(&path, &plain(&list("")), &long);
    fails(&path, "128M", "内存超过上限");
    // The list of contents says that it is small.
    let mut bytes = std::fs::read(&path).expect("the file");
    let name = b"xl/sharedStrings.xml";
    for at in 0..bytes.len() - name.len() {
        if &bytes[at..at + name.len()] == name && at >= 46 && bytes[at - 46..].starts_with(b"PK\x01\x02") {
            bytes[at - 46 + 24..at - 46 + 28].copy_from_slice(&100_u32.to_le_bytes());
        }
    }
    std::fs::write(&path, bytes).expect("written");
    let status = sheet(&path, "128M")["status"].clone();
    assert_eq!(status, "failed");
}

#[test]
fn repeated_cells_of_an_open_document_fail_by_memory() {
    let folder = fresh_folder("hostile_repeated");
    let path = folder.join("repeated.ods");
    let content = "<?xml version=\"1.0\"?><office:document-content \
        xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
        xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
        xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:spreadsheet>\
        <table:table table:name=\"a\"><table:table-row table:number-rows-repeated=\"5000\">\
        <table:table-cell table:number-columns-repeated=\"16000\" office:value-type=\"string\"><text:p>x</text:p></table:table-cell>\
        </table:table-row></table:table></office:spreadsheet></office:body></office:document-content>";
    let manifest = "<?xml version=\"1.0\"?><manifest:manifest \
        xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"></manifest:manifest>";
    packed(
        &path,
        &[
            ("mimetype", &plain("application/vnd.oasis.opendocument.spreadsheet")),
            ("META-INF/manifest.xml", &plain(manifest)),
            ("content.xml", &plain(content)),
        ],
    );
    fails(&path, "256M", "内存超过上限");
}

#[test]
fn entities_are_not_expanded() {
    let path = place("entities");
    let mut laughs = String::from("<?xml version=\"1.0\"?><!DOCTYPE sst [<!ENTITY a0 \"haha\">");
    for at in 1..12 {
        let before = format!("&a{};", at - 1).repeat(10);
        laughs.push_str(&format!("<!ENTITY a{at} \"{before}\">"));
    }
    laughs.push_str(&format!("]><sst xmlns=\"{MAIN}\"><si><t>&a11;</t></si></sst>"));
    let row = "<row r=\"3\"><c r=\"A3\" t=\"s\"><v>0</v></c></row>";
    workbook(&path, &plain(&list(row)), &plain(&laughs));
    let run = ronghe(&["inspect", "--json", text(&path)]);
    assert!(!run.out.contains("hahahaha"), "{}", run.out);
}

#[test]
fn one_hostile_file_costs_that_file_and_shows_in_the_exit_code() {
    let folder = fresh_folder("hostile_beside");
    let long = |to: &mut dyn std::io::Write| {
        write!(to, "<sst xmlns=\"{MAIN}\"><si><t>").expect("written");
        let portion = "a".repeat(1 << 20);
        (0..300).for_each(|_| to.write_all(portion.as_bytes()).expect("written"));
        write!(to, "</t></si></sst>").expect("written");
    };
    workbook(&folder.join("a.xlsx"), &plain(&list("")), &long);
    workbook(&folder.join("b.xlsx"), &plain(&list("")), &plain(&no_strings()));
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let pipeline = format!(
        "name = \"a\"\nregion = \"360800\"\ndatabase = \"db\"\nschemas = {:?}\n[[source]]\nid = \"people\"\n\
         schemas = [\"low_income_registration\"]\nprovider = \"民政\"\nfiles = [\"*.xlsx\"]\n",
        text(&schemas)
    );
    let place = folder.join("pipeline.toml");
    std::fs::write(&place, pipeline).expect("written");
    let run = outcome(program().args(["run", text(&place), "--memory", "128M"])).ends(3);
    assert!(run.err.contains("a.xlsx") && run.err.contains("内存超过上限"), "{}", run.err);
    let ledger = ronghe(&[
        "query",
        text(&folder.join("db")),
        "SELECT file, status FROM ledger ORDER BY file",
        "--format",
        "csv",
    ]);
    assert!(ledger.out.contains("a.xlsx,failed") && ledger.out.contains("b.xlsx,read"), "{}", ledger.out);
}

#[test]
fn a_reader_whose_asker_is_gone_ends() {
    let mut child = program()
        .arg(ronghe::source::READER)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdin.take());
    let ended = (0..600).find_map(|_| {
        std::thread::sleep(Duration::from_millis(50));
        child.try_wait().expect("a child")
    });
    assert!(ended.is_some_and(|status| status.success()));
}
