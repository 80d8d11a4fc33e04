//! The whole job on an invented city, beside the bare reading of the same files.
//!
//! `cargo bench --bench run` invents a city once (kept under the build folder), runs `ronghe run` on it into an empty
//! database several times, and between the runs reads the same files with calamine and csv alone: every cell touched,
//! nothing kept, GB 18030 and UTF-16 decoded, files spread over the same number of cores. It prints the time and the
//! peak memory of the process, the share of each stage, and the ratio of the run to the bare reading, as medians.
//!
//! `RONGHE_BENCH_PEOPLE` (500000) and `RONGHE_BENCH_RUNS` (3) change the size.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stdout,
    reason = "a benchmark reads the clock and the disk, and prints"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use calamine::{Reader, open_workbook_auto};
use rayon::prelude::*;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let people = setting("RONGHE_BENCH_PEOPLE", 500_000);
    let runs = setting("RONGHE_BENCH_RUNS", 3).max(1);
    let city = city(people)?;
    let files = files(&city)?;
    let bytes: u64 = files.iter().map(|file| fs::metadata(file).map_or(0, |data| data.len())).sum();
    println!("city: {people} people, {} files, {:.1} MB", files.len(), bytes as f64 / 1e6);

    let (mut bare, mut whole, mut peaks, mut ratios) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut stages: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut rows = 0;
    for _ in 0..runs {
        let started = Instant::now();
        let cells: u64 = files.par_iter().map(|file| read_bare(file)).sum::<Result<u64, String>>()?;
        let reading = started.elapsed().as_secs_f64();
        assert!(cells > 0, "the bare reading saw no cell");
        let run = run(&city)?;
        rows = run.rows;
        bare.push(reading);
        ratios.push(run.seconds / reading);
        whole.push(run.seconds);
        peaks.push(run.peak_bytes as f64 / 1e6);
        for (stage, seconds) in run.stages {
            stages.entry(stage).or_default().push(seconds);
        }
    }
    let total = median(&mut whole);
    println!("rows: {rows}");
    println!("bare reading (calamine, csv): {:.2} s", median(&mut bare));
    println!("whole run:                    {total:.2} s, {:.0} rows/s", rows as f64 / total);
    println!("run / bare reading:           {:.2}", median(&mut ratios));
    println!("peak memory:                  {:.0} MB", median(&mut peaks));
    println!("share of each stage:");
    for (stage, mut seconds) in stages {
        let seconds = median(&mut seconds);
        println!("  {stage:<12} {seconds:>7.2} s  {:>5.1} %", seconds / total * 100.0);
    }
    Ok(())
}

fn setting(name: &str, usual: u32) -> u32 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn ronghe() -> Command {
    Command::new(env!("CARGO_BIN_EXE_ronghe"))
}

/// The city's folder; invented on the first call.
fn city(people: u32) -> Result<PathBuf, Failure> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("city-{people}"));
    if !folder.join("truth/rows.csv").exists() {
        let status =
            ronghe().args(["synth", "--people", &people.to_string(), "--seed", "3", "-o"]).arg(&folder).status()?;
        if !status.success() {
            return Err("the city could not be invented".into());
        }
    }
    Ok(folder)
}

/// The files of all sources.
fn files(city: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for entry in fs::read_dir(city)? {
        let folder = entry?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if folder.is_dir() && !matches!(name.as_str(), "truth" | "db") {
            for file in fs::read_dir(&folder)? {
                files.push(file?.path());
            }
        }
    }
    files.sort_by_key(|file| std::cmp::Reverse(fs::metadata(file).map_or(0, |data| data.len())));
    Ok(files)
}

/// Touches every cell of a file and keeps none; how many were filled.
fn read_bare(file: &Path) -> Result<u64, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    if file.extension().is_some_and(|ending| ending == "csv" || ending == "txt") {
        let input = fs::File::open(file).map_err(|error| failed(&error))?;
        let mut head = [0u8; 3];
        std::io::Read::read(&mut &input, &mut head).map_err(|error| failed(&error))?;
        let encoding = match head {
            [0xFF, 0xFE, _] => encoding_rs::UTF_16LE,
            [0xEF, 0xBB, 0xBF] => encoding_rs::UTF_8,
            _ if std::str::from_utf8(&fs::read(file).map_err(|error| failed(&error))?).is_ok() => encoding_rs::UTF_8,
            _ => encoding_rs::GB18030,
        };
        let bytes = fs::read(file).map_err(|error| failed(&error))?;
        let (text, _, _) = encoding.decode(&bytes);
        let separator = if text.lines().next().is_some_and(|line| line.contains('\t')) { b'\t' } else { b',' };
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(text.as_bytes());
        let mut record = csv::StringRecord::new();
        let mut cells = 0;
        while reader.read_record(&mut record).map_err(|error| failed(&error))? {
            cells += record.iter().filter(|cell| !cell.is_empty()).count() as u64;
        }
        return Ok(cells);
    }
    let mut book = open_workbook_auto(file).map_err(|error| failed(&error))?;
    let sheets = book.sheet_names();
    let mut cells = 0;
    for sheet in sheets {
        cells += book.worksheet_range(&sheet).map_err(|error| failed(&error))?.used_cells().count() as u64;
    }
    Ok(cells)
}

struct Run {
    seconds: f64,
    peak_bytes: u64,
    rows: u64,
    stages: Vec<(String, f64)>,
}

/// One run into an empty database, watched from outside.
fn run(city: &Path) -> Result<Run, Failure> {
    let _ = fs::remove_dir_all(city.join("db"));
    let started = Instant::now();
    let mut child = ronghe()
        .arg("run")
        .arg(city.join("pipeline.toml"))
        .args(["--log-format", "json", "-q"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut peak_bytes = 0;
    let status = loop {
        peak_bytes = peak_bytes.max(high_water(child.id()));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let seconds = started.elapsed().as_secs_f64();
    if !matches!(status.code(), Some(0 | 3)) {
        return Err(format!("the run ended with {status}").into());
    }
    let summary: serde_json::Value = serde_json::from_reader(child.stdout.take().ok_or("no output")?)?;
    let stages = summary["seconds"].as_object().into_iter().flatten();
    Ok(Run {
        seconds,
        peak_bytes,
        rows: summary["rows"]["physical"].as_u64().unwrap_or(0),
        stages: stages.map(|(stage, took)| (stage.clone(), took.as_f64().unwrap_or(0.0))).collect(),
    })
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
