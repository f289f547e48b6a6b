//! The planner under the magnifying glass: what it decides, and what the other decisions would have cost.

#[path = "../common/mod.rs"]
pub(crate) mod common;
pub(crate) mod crossover;

#[path = "../../tests/support/scenarios.rs"]
pub(crate) mod files;
pub(crate) mod scenarios;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tilewright::Context;

use common::Failure;

/// Holds the planner's decisions against all that it could have decided: on simulated machines, or with `crossover` on
/// this one.
#[derive(Parser)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    arg_required_else_help = true
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    scenarios: scenarios::Args,
}

#[derive(Subcommand)]
enum Command {
    Crossover(crossover::Args),
}

fn main() -> ExitCode {
    common::start(|args: Args, out| match &args.command {
        Some(Command::Crossover(crossover)) => run_on(&crossover.context()?, &args, out),
        None => scenarios::run(&args.scenarios, out),
    })
}

/// The context is for what runs on this machine.
pub(crate) fn run_on(cx: &Context, args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    match &args.command {
        Some(Command::Crossover(crossover)) => crossover::run_on(cx, crossover, out),
        None => scenarios::run(&args.scenarios, out),
    }
}
