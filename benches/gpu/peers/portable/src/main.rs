//! Measures CubeCL here and massively by the program beside this one, into one CSV file.
//!
//! Exits with 1 when a result is wrong, and with 2 when there is no adapter or the file cannot be written.

mod massively;
mod peer;

use std::process::ExitCode;

use clap::Parser;
use portable::options::Peer;
use portable::table::Table;
use portable::{Options, Outcome};

fn main() -> ExitCode {
    let options = Options::parse();
    let mut table = match Table::open(&options.out, options.append) {
        Ok(table) => table,
        Err(error) => {
            eprintln!("portable: {}: {error}", options.out.display());
            return ExitCode::from(2);
        }
    };
    let mut exit = 0;
    if options.wants_peer(Peer::Cubecl) {
        exit = exit.max(match cubecl(&options, &mut table) {
            Ok(outcome) => u8::from(outcome.wrong > 0),
            Err(why) => {
                eprintln!("portable: {why}");
                2
            }
        });
    }
    if options.wants_peer(Peer::Massively) {
        exit = exit.max(massively::run(&options));
    }
    ExitCode::from(exit)
}

fn cubecl(options: &Options, table: &mut Table) -> Result<Outcome, String> {
    let system = peer::Cubecl::open(options.compiler)?;
    portable::run(&system, options, table).map_err(|error| format!("{}: {error}", options.out.display()))
}
