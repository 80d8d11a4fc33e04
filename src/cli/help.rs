//! Help texts in both languages, and the command line told in one of them.

use clap::{Arg, ArgAction, Command};

use crate::model::Lang;

/// `command` or `command/argument` → Chinese, English. A single `/argument` is a global one.
const TEXTS: &[(&str, &str, &str)] = &[
    (
        "",
        "融合：读取各部门的登记簿和数据文件，认出谁是谁，发布一套可查证的低收入人口数据库",
        "ronghe (融合, fusion): reads civil registers and departmental dumps, finds who is who, and publishes one explained database of low-income people",
    ),
    (
        "/lang",
        "界面语言：zh 或 en（默认：依流水线文件，其次依系统区域设置）",
        "Language: zh or en (default: the pipeline's, then the locale's)",
    ),
    (
        "/verbose",
        "多说一些（-vv 另说每个文件、工作表的各类行数）",
        "Say more (-vv: also the counts of every file and sheet)",
    ),
    ("/quiet", "只说警告和错误（-qq 只说错误）", "Only warnings and errors (-qq: only errors)"),
    (
        "/log_format",
        "日志格式：text 或 json（每行一个对象，写到标准错误）",
        "Log as text or as json (one object a line, on standard error)",
    ),
    ("/threads", "最多使用的线程数（默认：处理器数）", "Threads to use at most (default: as many as processors)"),
    (
        "/memory",
        "读取工作簿时最多占用的内存，例如 4G（默认：本机内存的一半）；超过的文件报为读取失败",
        "Memory that reading workbooks may take, for instance 4G (default: half of the machine's); a file beyond it is reported as failed",
    ),
    ("/no_progress", "不显示进度条", "Show no progress bars"),
    (
        "run",
        "主流程：读取、规范、校验、关联、融合、比对、分析，发布一个快照并生成反馈表",
        "The main job: read, normalise, validate, link, fuse, cross-match, analyse, publish one snapshot and write the workbooks",
    ),
    ("run/pipeline", "流水线文件（.toml）", "Pipeline file (.toml)"),
    (
        "run/as_of",
        "年龄和期限按哪一天计算，如 2025-12-15（默认：东八区的今天）",
        "Day at which ages and periods are reckoned, such as 2025-12-15 (default: today in UTC+8)",
    ),
    (
        "check",
        "试运行：检查配置和数据直到关联为止，不发布任何内容",
        "Everything up to and including link, publishing nothing; says every fault of the configuration at once",
    ),
    ("check/pipeline", "流水线文件（.toml）", "Pipeline file (.toml)"),
    (
        "check/as_of",
        "年龄和期限按哪一天计算（默认：东八区的今天）",
        "Day at which ages and periods are reckoned (default: today in UTC+8)",
    ),
    (
        "inspect",
        "看一个文件里有什么：真实格式、编码、工作表、表格起止、各列含义、示例（已遮盖）、问题",
        "What a dump holds: real format, encoding, sheets, where the table is, what each column means, samples (masked), faults",
    ),
    ("inspect/files", "要看的文件", "Files to look at"),
    (
        "inspect/pipeline",
        "流水线文件：按其中的来源读取（默认：用程序自带的全部表种）",
        "Pipeline whose source the file belongs to (default: all shipped schemas)",
    ),
    ("inspect/json", "每个文件输出一行 JSON", "One JSON object a file"),
    (
        "draft",
        "为新文件起草来源 [[source]]，表种未知时连同表种一起起草，改过即可用",
        "Draft a [[source]] for a new dump and, for an unknown shape, a schema, ready to correct",
    ),
    ("draft/files", "同一来源的文件", "Files of one source"),
    ("draft/schema", "指定表种（默认：按表头辨认）", "The schema that it is (default: told by its headers)"),
    ("draft/pipeline", "流水线文件：用其中的表种辨认", "Pipeline whose schemas are tried (default: the shipped ones)"),
    (
        "draft/output",
        "写到这个文件；起草的表种写在它旁边的 schemas/（默认：标准输出）",
        "Write to this file, and drafted schemas into schemas/ beside it (default: standard output)",
    ),
    (
        "id",
        "辨认证件号码：种类、是否有效、今昔区划、出生日期、性别、可能的正确号码",
        "What a number is: kind, soundness, region then and now, birth, sex, candidates for repair",
    ),
    ("id/numbers", "证件号码；不写则从标准输入逐行读取", "Numbers; without any, lines of standard input"),
    ("id/json", "每个号码输出一行 JSON", "One JSON object a line"),
    (
        "show",
        "查看一个人或一户的画像：各项取值及其来源、待遇、线索",
        "A person's or household's portrait: values, where each came from, benefits, findings",
    ),
    ("show/database", "数据库目录", "Folder of the database"),
    ("show/who", "人员编号、家庭编号或证件号码", "Person id, household id or identity number"),
    ("show/snapshot", "快照编号（默认：当前快照）", "Snapshot (default: the published one)"),
    ("show/reveal", "不遮盖姓名、号码等敏感内容", "Do not mask names, numbers and the like"),
    (
        "match",
        "施助前筛查名单：谁在库中、把握多大、正在享受什么、有无未核线索；不改动任何数据",
        "Screen a list before help is given: who is known, how surely, what they receive, open findings; changes nothing",
    ),
    ("match/database", "数据库目录", "Folder of the database"),
    ("match/file", "名单文件（xlsx、xls、csv）", "The list (xlsx, xls, csv)"),
    ("match/output", "结果文件（.xlsx 或 .csv）", "Where the result goes (.xlsx or .csv)"),
    ("match/snapshot", "快照编号（默认：当前快照）", "Snapshot (default: the published one)"),
    ("query", "对一个快照做只读 SQL 查询", "Read-only SQL over a snapshot"),
    ("query/database", "数据库目录", "Folder of the database"),
    (
        "query/sql",
        "SQL 语句，如 \"SELECT county, COUNT(*) AS n FROM person GROUP BY county\"",
        "Statement, such as \"SELECT county, COUNT(*) AS n FROM person GROUP BY county\"",
    ),
    ("query/snapshot", "快照编号（默认：当前快照）", "Snapshot (default: the published one)"),
    (
        "query/format",
        "输出格式：table、csv、json、parquet、xlsx（默认：依 -o 的扩展名，否则 table）",
        "table, csv, json, parquet or xlsx (default: as the name after -o says, else table)",
    ),
    ("query/output", "写入文件（默认：标准输出）", "File to write (default: standard output)"),
    ("query/titles", "列标题用中文", "Chinese titles above the columns"),
    ("query/reveal", "不遮盖姓名、号码等敏感内容", "Do not mask names, numbers and the like"),
    ("snapshots", "快照的查看、校验、清理与回退", "The snapshots of a database"),
    ("snapshots list", "列出全部快照", "List all snapshots"),
    ("snapshots list/database", "数据库目录", "Folder of the database"),
    ("snapshots verify", "校验快照的每个文件是否完好", "Check that every file of a snapshot is sound"),
    ("snapshots verify/database", "数据库目录", "Folder of the database"),
    ("snapshots verify/snapshot", "快照编号（默认：全部）", "Snapshot (default: all of them)"),
    (
        "snapshots prune",
        "删除较早的快照及其报表并逐个列出；当前快照永不删除",
        "Remove older snapshots with their reports and say which; never the published one",
    ),
    ("snapshots prune/database", "数据库目录", "Folder of the database"),
    ("snapshots prune/keep_last", "保留最近的 N 个快照", "Keep the newest N snapshots"),
    (
        "snapshots prune/keep_monthly",
        "另为最近有快照的 N 个月各保留最后一个",
        "Keep the last snapshot of each of the newest N months that have one",
    ),
    ("snapshots rollback", "把当前快照换回较早的一个", "Make an earlier snapshot the published one"),
    ("snapshots rollback/database", "数据库目录", "Folder of the database"),
    (
        "snapshots rollback/to",
        "回到哪个快照（默认：当前快照所依据的上一个）",
        "Snapshot to go back to (default: the one that the published one was built on)",
    ),
    (
        "evaluate",
        "用已知真相评估关联质量：查准率、查全率、F1，按阈值和人群分列",
        "Precision, recall and F1 against known people, by threshold and by group",
    ),
    ("evaluate/database", "数据库目录", "Folder of the database"),
    ("evaluate/truth", "真相文件：每行一个 row_id 及其人员", "Truth: a row_id and its person on each line"),
    ("evaluate/snapshot", "快照编号（默认：当前快照）", "Snapshot (default: the published one)"),
    (
        "report",
        "由任一快照重新生成各部门的反馈表和线索表",
        "The workbooks for each provider and of the findings, from any snapshot",
    ),
    ("report/database", "数据库目录", "Folder of the database"),
    (
        "report/output",
        "写到哪个目录（默认：数据库的 reports/快照编号）",
        "Folder to write to (default: reports/ID of the database)",
    ),
    ("report/snapshot", "快照编号（默认：当前快照）", "Snapshot (default: the published one)"),
    (
        "synth",
        "造一座虚构城市：登记簿、部门数据和真相，供练习、测试和测速",
        "An invented city: registers, departmental dumps and the truth, for practice, tests and benchmarks",
    ),
    ("synth/people", "人数（默认 1000）", "People (default 1000)"),
    ("synth/seed", "随机种子；相同种子结果相同（默认 1）", "Seed; the same seed gives the same city (default 1)"),
    ("synth/months", "月数（默认 1）", "Months (default 1)"),
    ("synth/output", "写到哪个目录", "Folder to write to"),
    ("completions", "输出命令补全脚本", "Print a shell's completion script"),
    ("completions/shell", "bash、zsh、fish、powershell 或 elvish", "bash, zsh, fish, powershell or elvish"),
    ("man", "生成手册页", "Write the man pages"),
    ("man/folder", "写到哪个目录", "Folder to write to"),
];

const HELP_FLAG: (&str, &str) = ("显示帮助", "Show help");
const VERSION_FLAG: (&str, &str) = ("显示版本", "Show the version");
const EXIT_CODES: (&str, &str) = (
    "退出码：0 完成 · 1 失败，原快照不变 · 2 用法或配置有误 · 3 已发布，但有事项需要查看 · 4 质量关口未放行 · 10 没有该数据库 · 11 另一次运行正在进行 · 12 发现损坏 · 130 被中断",
    "Exit codes: 0 done · 1 failed, the snapshot before stays · 2 usage or configuration · 3 published, but something wants a look · 4 refused by the quality gate · 10 no such database · 11 another run holds the lock · 12 damage found · 130 interrupted",
);

fn text(key: &str, lang: Lang) -> &'static str {
    TEXTS.iter().find(|(k, ..)| *k == key).map_or("", |(_, zh, en)| lang.pick(zh, en))
}

/// The command line with its help in one language.
pub fn told_in(lang: Lang, command: Command) -> Command {
    let flag = |name: &'static str, short, action, words: (&'static str, &'static str)| {
        Arg::new(name).short(short).long(name).action(action).help(lang.pick(words.0, words.1)).global(true)
    };
    let root = command
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(flag("help", 'h', ArgAction::Help, HELP_FLAG))
        .arg(flag("version", 'V', ArgAction::Version, VERSION_FLAG))
        .after_help(lang.pick(EXIT_CODES.0, EXIT_CODES.1));
    worded(lang, "", root)
}

fn worded(lang: Lang, path: &str, command: Command) -> Command {
    let (arguments, options) = lang.pick(("参数", "选项"), ("Arguments", "Options"));
    // What stands at the root goes with every command.
    let options = if path.is_empty() { lang.pick("通用选项", "Common options") } else { options };
    let template = lang.pick(
        "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}",
        "{about-with-newline}\nUsage: {usage}\n\n{all-args}{after-help}",
    );
    command
        .about(text(path, lang))
        .help_template(template)
        .subcommand_help_heading(lang.pick("命令", "Commands"))
        .subcommand_value_name(lang.pick("命令", "COMMAND"))
        .mut_args(|argument| {
            let id = argument.get_id().as_str().to_owned();
            let heading = if argument.is_positional() { arguments } else { options };
            let key = format!("{path}/{id}");
            let argument = argument.help_heading(heading);
            // Values, where there are any, are named in the text.
            let takes_value = argument.get_action().takes_values();
            let argument =
                if takes_value { argument.hide_possible_values(true).hide_default_value(true) } else { argument };
            if id == "help" || id == "version" { argument } else { argument.help(text(&key, lang)) }
        })
        .mut_subcommands(|sub| {
            let below = if path.is_empty() { sub.get_name().to_owned() } else { format!("{path} {}", sub.get_name()) };
            worded(lang, &below, sub)
        })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::{Command, CommandFactory};

    use super::{TEXTS, told_in};
    use crate::cli::args::Arguments;
    use crate::model::Lang;

    fn keys(path: &str, command: &Command, found: &mut BTreeSet<String>) {
        found.insert(path.to_owned());
        for argument in command.get_arguments() {
            found.insert(format!("{path}/{}", argument.get_id()));
        }
        for sub in command.get_subcommands() {
            let below = if path.is_empty() { sub.get_name().to_owned() } else { format!("{path} {}", sub.get_name()) };
            keys(&below, sub, found);
        }
    }

    #[test]
    fn every_command_and_argument_is_explained_in_both_languages_and_nothing_else_is() {
        let mut typed = BTreeSet::new();
        keys("", &Arguments::command(), &mut typed);
        let told: BTreeSet<String> = TEXTS.iter().map(|(key, ..)| (*key).to_owned()).collect();
        assert_eq!(typed, told);
        assert!(TEXTS.iter().all(|(_, zh, en)| !zh.is_ascii() && !en.is_empty()));
    }

    #[test]
    fn the_command_line_is_sound_and_speaks_one_language() {
        told_in(Lang::Zh, Arguments::command()).debug_assert();
        let zh = told_in(Lang::Zh, Arguments::command()).render_long_help().to_string();
        assert!(
            zh.contains("用法：") && zh.contains("命令") && !zh.contains("Usage") && !zh.contains("Options"),
            "{zh}"
        );
        let en = told_in(Lang::En, Arguments::command()).render_long_help().to_string();
        assert!(en.contains("Usage: ") && !en.contains("用法"), "{en}");
    }
}
