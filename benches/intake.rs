//! Reading alone, beside the barest reader of the same file.
//!
//! `cargo bench --bench intake` invents a GB 18030 CSV file (2,000,000 rows of 12 columns) and a workbook (300,000 rows
//! of 20 columns) once, kept under the build folder, and reads each of them several times in two ways: bare, so that
//! every cell is touched and nothing is known about any (`encoding_rs_io` into `csv`; calamine's streaming reader), and
//! as ronghe reads it, with its table found, every line given a fate and every row in a batch. Each reading is a process
//! of its own, so that the peak memory is that reading's alone; the two ways take turns. It prints the medians of the
//! processor time (user and system, child processes included) and of the peak memory, and the ratios of the former.
//!
//! `RONGHE_BENCH_ROWS` (2000000), `RONGHE_BENCH_SHEET_ROWS` (300000) and `RONGHE_BENCH_RUNS` (5) change the size.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stdout,
    reason = "a benchmark reads the clock and the disk, and prints"
)]

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use arrow::array::Array;
use calamine::{DataRef, Reader, Xlsx, open_workbook};
use ronghe::plan::{Source, shipped_plan};
use ronghe::source::{Event, FoundFile, Limits, OwnProcess, read_file};
use rust_xlsxwriter::Workbook;

type Failure = Box<dyn std::error::Error>;

type Reading = fn(&Path) -> Result<Read, Failure>;

/// The words by which this program tells itself to do one reading.
const READINGS: [(&str, Reading); 4] =
    [("bare-text", bare_text), ("ronghe-text", by_ronghe), ("bare-book", bare_book), ("ronghe-book", by_ronghe)];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let outcome = match words.as_slice() {
        [] => compare(),
        [how, file] if READINGS.iter().any(|(name, _)| name == how) => read_once(how, Path::new(file)),
        // A reader that runs in a process of its own is this program started anew.
        _ => return ronghe::cli::main(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("failed: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn setting(name: &str, usual: u32) -> u32 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn compare() -> Result<(), Failure> {
    let runs = setting("RONGHE_BENCH_RUNS", 5).max(1);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("intake");
    fs::create_dir_all(&folder)?;
    let text = invented(&folder, "csv", setting("RONGHE_BENCH_ROWS", 2_000_000), write_text)?;
    let book = invented(&folder, "xlsx", setting("RONGHE_BENCH_SHEET_ROWS", 300_000), write_book)?;
    for (title, file, bare, ours, wanted) in [
        ("GB 18030 text, 12 columns", &text, "bare-text", "ronghe-text", 1.5),
        ("xlsx, 20 columns", &book, "bare-book", "ronghe-book", 1.25),
    ] {
        println!("{title}: {:.1} MB", fs::metadata(file)?.len() as f64 / 1e6);
        let (mut seconds, mut peaks, mut cells) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut ratios = Vec::new();
        for _ in 0..runs {
            for how in [bare, ours] {
                let measured = measure(how, file)?;
                seconds.entry(how).or_insert_with(Vec::new).push(measured.seconds);
                peaks.entry(how).or_insert_with(Vec::new).push(measured.peak_bytes as f64 / 1e6);
                cells.insert(how, measured.cells);
            }
            ratios.push(seconds[ours][seconds[ours].len() - 1] / seconds[bare][seconds[bare].len() - 1]);
        }
        for how in [bare, ours] {
            let (seconds, peak) = (median(seconds.entry(how).or_default()), median(peaks.entry(how).or_default()));
            println!(
                "  {how:<12} {seconds:>7.2} s of processor time, peak {peak:>6.1} MB, {} filled cells",
                cells[how]
            );
        }
        println!("  ratio        {:>7.2} (wanted: at most {wanted})", median(&mut ratios));
    }
    Ok(())
}

/// What one reading took.
struct Measured {
    seconds: f64,
    peak_bytes: u64,
    cells: u64,
}

/// What one reading took and saw.
struct Read {
    /// Processor time.
    seconds: f64,
    /// Filled cells.
    cells: u64,
}

/// Reads the file once in a process of its own, watched from outside.
fn measure(how: &str, file: &Path) -> Result<Measured, Failure> {
    let mut child = Command::new(std::env::current_exe()?).arg(how).arg(file).stdout(Stdio::piped()).spawn()?;
    // A process that reads for another has memory of its own, which counts too.
    let mut peaks: BTreeMap<u32, u64> = BTreeMap::new();
    let status = loop {
        for process in family(child.id()) {
            let peak = peaks.entry(process).or_default();
            *peak = (*peak).max(high_water(process));
        }
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let said = std::io::read_to_string(child.stdout.take().ok_or("no output")?)?;
    let numbers: Vec<&str> = said.split_whitespace().collect();
    match (status.success(), numbers.as_slice()) {
        (true, [seconds, cells]) => {
            Ok(Measured { seconds: seconds.parse()?, cells: cells.parse()?, peak_bytes: peaks.values().sum() })
        }
        _ => Err(format!("{how} ended with {status}: {said}").into()),
    }
}

/// Does one reading and tells the processor time it took and what it saw.
fn read_once(how: &str, file: &Path) -> Result<(), Failure> {
    let (_, read) = READINGS.iter().find(|(name, _)| *name == how).ok_or("no such reading")?;
    let Read { seconds, cells } = read(file)?;
    println!("{seconds} {cells}");
    Ok(())
}

/// User and system time of this process and of its children that have ended, as Linux counts it: in hundredths.
fn processor_seconds() -> Result<f64, Failure> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit_once(')').ok_or("a strange /proc/self/stat")?.1;
    // The 14th to 17th of all words; the first here is the third.
    let ticks = after_name.split_whitespace().skip(11).take(4).map(str::parse::<u64>);
    Ok(ticks.sum::<Result<u64, _>>()? as f64 / 100.0)
}

/// A process and those it has started, as far as Linux tells.
fn family(process: u32) -> Vec<u32> {
    let mut family = vec![process];
    let mut at = 0;
    while at < family.len() {
        let threads = fs::read_dir(format!("/proc/{}/task", family[at]));
        for thread in threads.into_iter().flatten().flatten() {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            family.extend(children.split_whitespace().filter_map(|id| id.parse::<u32>().ok()));
        }
        at += 1;
    }
    family
}

/// The largest memory the process has had so far, as Linux counts it; 0 elsewhere.
fn high_water(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn bare_text(file: &Path) -> Result<Read, Failure> {
    let before = processor_seconds()?;
    let decoded =
        encoding_rs_io::DecodeReaderBytesBuilder::new().encoding(Some(encoding_rs::GB18030)).build(File::open(file)?);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(decoded);
    let mut record = csv::ByteRecord::new();
    let mut cells = 0;
    while reader.read_byte_record(&mut record)? {
        cells += record.iter().filter(|cell| !cell.is_empty()).count() as u64;
    }
    Ok(Read { seconds: processor_seconds()? - before, cells })
}

fn bare_book(file: &Path) -> Result<Read, Failure> {
    let before = processor_seconds()?;
    let mut book: Xlsx<_> = open_workbook(file)?;
    let mut cells = 0;
    for sheet in book.sheet_names() {
        let mut reader = book.worksheet_cells_reader(&sheet)?;
        while let Some(cell) = reader.next_cell()? {
            cells += u64::from(!matches!(cell.get_value(), DataRef::Empty));
        }
    }
    Ok(Read { seconds: processor_seconds()? - before, cells })
}

/// As the pipeline reads, with a sink that keeps nothing. The file's hash and the schema are no part of reading and
/// are not counted.
fn by_ronghe(file: &Path) -> Result<Read, Failure> {
    let plan = shipped_plan().map_err(|_| "the shipped schemas are at fault")?;
    let schema = plan.schemas.get("minimum_living_allowance").ok_or("no such schema")?;
    let source = Source { schemas: vec![schema.clone()], ..Source::unstated("bench") };
    // As `run` reads: a workbook by a process of its own.
    let program = PathBuf::from(env!("CARGO_BIN_EXE_ronghe"));
    let limits = Limits { own_process: Some(OwnProcess { program, memory: 8 << 30 }), ..Limits::default() };
    let found = FoundFile::given(file, &limits).remove(0);
    let before = processor_seconds()?;
    let mut cells = 0;
    let outcome = read_file(&found, &source, &limits, &mut |event| {
        if let Event::Rows(rows) = event {
            for column in 0..rows.head().columns.len() {
                let (text, _) = rows.cells(column);
                cells += (text.len() - text.null_count()) as u64;
            }
        }
        Ok::<(), Infallible>(())
    });
    match outcome {
        Ok(()) => Ok(Read { seconds: processor_seconds()? - before, cells }),
    }
}

/// The file with this many rows; invented on the first call.
fn invented(
    folder: &Path,
    ending: &str,
    rows: u32,
    write: fn(&Path, u32) -> Result<(), Failure>,
) -> Result<PathBuf, Failure> {
    let file = folder.join(format!("list-{rows}.{ending}"));
    if !file.exists() {
        let unfinished = folder.join(format!("unfinished.{ending}"));
        write(&unfinished, rows)?;
        fs::rename(unfinished, &file)?;
    }
    Ok(file)
}

/// Invented people, the same ones every time: nobody in the files exists.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        // Xorshift64 (Marsaglia 2003).
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn one_of(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len() as u64) as usize]
    }

    fn name(&mut self) -> String {
        let mut name = self.one_of(&["王", "李", "张", "刘", "陈", "曾", "肖", "郭", "欧阳"]).to_owned();
        for _ in 0..=self.below(2) {
            name.push_str(self.one_of(&["伟", "芳", "秀", "英", "根", "冬", "莲", "明", "强", "兰", "贵", "水", "㐂"]));
        }
        name
    }

    /// Has the form of an identity number; its check character is thrown too.
    fn number(&mut self) -> String {
        let (year, month, day) = (1930 + self.below(90), 1 + self.below(12), 1 + self.below(28));
        let (county, order) = (21 + self.below(10), self.below(10_000));
        format!("3624{county}{year}{month:02}{day:02}{order:04}")
    }

    fn day(&mut self) -> String {
        format!("{}-{:02}-{:02}", 1930 + self.below(90), 1 + self.below(12), 1 + self.below(28))
    }
}

const COLUMNS: [&str; 20] = [
    "姓名",
    "身份证号",
    "户主姓名",
    "户主身份证号",
    "与户主关系",
    "性别",
    "出生日期",
    "民族",
    "县区",
    "乡镇",
    "家庭住址",
    "备注",
    "婚姻状况",
    "文化程度",
    "政治面貌",
    "序号",
    "住房面积",
    "家庭年收入",
    "发放月份",
    "经办人编号",
];

/// The cells of one row, in the order of [`COLUMNS`]; as in real lists some are empty and some hold a comma.
fn person(dice: &mut Dice, row: u32, cells: &mut Vec<String>) {
    cells.clear();
    let town = dice.one_of(&["永阳镇", "敦厚镇", "横江镇", "桐坪镇", "官田乡"]);
    cells.extend([dice.name(), dice.number(), dice.name(), dice.number()]);
    cells.push(dice.one_of(&["户主", "配偶", "子", "女", "父母"]).to_owned());
    cells.push(dice.one_of(&["男", "女"]).to_owned());
    cells.push(dice.day());
    cells.push(dice.one_of(&["汉族", "汉族", "汉族", "畲族"]).to_owned());
    cells.push(dice.one_of(&["吉安县", "吉水县", "泰和县", "万安县"]).to_owned());
    cells.push(town.to_owned());
    cells.push(format!("{town}{}村{}号", dice.one_of(&["东塘", "西坑", "上溪", "下陇"]), 1 + dice.below(300)));
    cells.push(dice.one_of(&["", "", "", "因病", "残疾,二级", "无"]).to_owned());
    cells.push(dice.one_of(&["已婚", "未婚", "丧偶"]).to_owned());
    cells.push(dice.one_of(&["小学", "初中", "高中", ""]).to_owned());
    cells.push(dice.one_of(&["群众", "中共党员"]).to_owned());
    cells.extend([row.to_string(), (20 + dice.below(120)).to_string(), dice.below(60_000).to_string()]);
    cells.push(format!("2025{:02}", 1 + dice.below(12)));
    cells.push(format!("A{:05}", dice.below(100_000)));
}

fn write_text(path: &Path, rows: u32) -> Result<(), Failure> {
    let mut file = BufWriter::new(File::create(path)?);
    let mut line = COLUMNS[..12].join(",");
    let (mut dice, mut cells) = (Dice(1), Vec::new());
    for row in 0..=rows {
        line.push_str("\r\n");
        file.write_all(&encoding_rs::GB18030.encode(&line).0)?;
        line.clear();
        if row == rows {
            break;
        }
        person(&mut dice, row, &mut cells);
        for (at, cell) in cells[..12].iter().enumerate() {
            let mark = if cell.contains(',') { "\"" } else { "" };
            line.push_str(if at == 0 { "" } else { "," });
            line.push_str(mark);
            line.push_str(cell);
            line.push_str(mark);
        }
    }
    Ok(file.flush()?)
}

fn write_book(path: &Path, rows: u32) -> Result<(), Failure> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory()?;
    for (column, title) in (0..).zip(COLUMNS) {
        sheet.write_string(0, column, title)?;
    }
    let (mut dice, mut cells) = (Dice(2), Vec::new());
    for row in 1..=rows {
        person(&mut dice, row, &mut cells);
        for (column, cell) in (0..).zip(&cells).filter(|(_, cell)| !cell.is_empty()) {
            match cell.parse::<u32>() {
                Ok(number) => sheet.write_number(row, column, number)?,
                Err(_) => sheet.write_string(row, column, cell)?,
            };
        }
    }
    Ok(book.save(path)?)
}
