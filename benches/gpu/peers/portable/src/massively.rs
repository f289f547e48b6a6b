//! The rows of massively, which come from a program of their own: see `Cargo.toml`.

use std::env;
use std::ffi::OsString;
use std::process::Command;

use portable::Options;

/// Lies in the folder of this program.
const PROGRAM: &str = "portable-massively";

/// Runs it with the options of this program, after whose rows it writes; its exit code.
pub fn run(options: &Options) -> u8 {
    let beside = env::current_exe().ok().map(|path| path.with_file_name(PROGRAM));
    let Some(program) = beside.filter(|path| path.is_file()) else {
        eprintln!("skipped: massively - -: {PROGRAM} does not lie beside this program");
        return 0;
    };
    let mut command = Command::new(&program);
    command.args(arguments(env::args_os().skip(1), options));
    match command.status() {
        Ok(status) => match status.code() {
            Some(code) => code.clamp(0, 255) as u8,
            None => {
                eprintln!("skipped: massively - -: {PROGRAM} was ended by a signal ({status})");
                0
            }
        },
        Err(error) => {
            eprintln!("skipped: massively - -: {}: {error}", program.display());
            0
        }
    }
}

/// What this program was told, with rows added to the file that it has begun.
fn arguments(own: impl Iterator<Item = OsString>, options: &Options) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = own.collect();
    if !options.append {
        arguments.push("--append".into());
    }
    arguments
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn rows_are_added_after_those_of_this_program() {
        for own in [["--quick"].as_slice(), &["--append", "--quick"]] {
            let options = Options::parse_from([&["portable"], own].concat());
            let arguments = arguments(own.iter().map(OsString::from), &options);
            assert_eq!(arguments.iter().filter(|argument| *argument == "--append").count(), 1);
            assert_eq!(arguments.len(), 2);
        }
    }
}
