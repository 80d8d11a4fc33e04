//! `ronghe synth`: writes an invented city.

use super::args::SynthArguments;
use super::exit::{Exit, Failure};
use super::output;
use super::render::Console;
use crate::store;
use crate::synth::{self, Options, SynthError};

/// Writes the city's files below the folder and says what is in them.
pub fn run(of: &SynthArguments, console: &Console) -> Result<Exit, Failure> {
    let options = Options { months: of.months, ..Options::new(of.people, of.seed) };
    let mut write = |path: &str, bytes: &[u8]| -> std::io::Result<()> {
        let file = of.output.join(path);
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        store::write_file(&file, bytes).map_err(std::io::Error::other)
    };
    let summary = synth::generate(&options, &mut write).map_err(|error| {
        let exit = match &error {
            SynthError::People(_) | SynthError::Months(_) => Exit::Usage,
            SynthError::Write { .. } | SynthError::Workbook(_) => Exit::Failed,
        };
        let failure = match &error {
            SynthError::People(n) => Failure::new(
                exit,
                format!("人数应在 1 至 5000000 之间，不能是 {n}"),
                format!("a city has 1 to 5000000 people, not {n}"),
            ),
            SynthError::Months(n) => Failure::new(
                exit,
                format!("月数应在 1 至 120 之间，不能是 {n}"),
                format!("lists cover 1 to 120 months, not {n}"),
            ),
            _ => Failure::new(
                exit,
                format!("虚构城市没有写成，请检查 {} 能否写入", of.output.display()),
                format!("the invented city could not be written; check that {} can be", of.output.display()),
            ),
        };
        if exit == Exit::Usage { failure } else { failure.because(&error) }
    })?;
    let folder = of.output.display();
    let text = console.lang.pick(
        format!(
            "虚构城市：{} 人，{} 户，其中登记在册 {} 人；{} 个文件，{} 条应有线索。\n运行：ronghe run {folder}/pipeline.toml\n对照：ronghe evaluate {folder}/db {folder}/truth/rows.csv\n",
            summary.people, summary.households, summary.enrolled, summary.files, summary.findings
        ),
        format!(
            "An invented city: {} people in {} households, {} of them enrolled; {} files, {} findings due.\nrun:      ronghe run {folder}/pipeline.toml\nevaluate: ronghe evaluate {folder}/db {folder}/truth/rows.csv\n",
            summary.people, summary.households, summary.enrolled, summary.files, summary.findings
        ),
    );
    output::print(text.as_bytes())?;
    Ok(Exit::Done)
}
