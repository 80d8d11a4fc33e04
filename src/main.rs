use std::process::ExitCode;

fn main() -> ExitCode {
    ronghe::cli::main()
}
