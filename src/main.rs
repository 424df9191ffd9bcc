//! One binary: reads the command line, obeys, and says in one sentence what went wrong.
//! Everything else is the library's, so that tests and benches run the same code.

use clap::Parser;
use std::io::Write;
use std::process::ExitCode;
use whistle_hub::run::{Command, obey};

fn main() -> ExitCode {
    match obey(Command::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            writeln!(std::io::stderr(), "whistle-hub: {fault:#}").ok();
            ExitCode::FAILURE
        }
    }
}
