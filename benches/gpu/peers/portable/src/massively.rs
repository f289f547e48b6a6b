//! The rows of massively, which come from a program of their own: see `Cargo.toml`.

use std::env;
use std::ffi::OsString;
use std::process::Command;

use portable::Options;
use portable::options::Peer;

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

/// What this program was told, with rows added to the file if there are some.
fn arguments(own: impl Iterator<Item = OsString>, options: &Options) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = own.collect();
    if options.wants_peer(Peer::Cubecl) && !options.append {
        arguments.push("--append".into());
    }
    arguments
}
