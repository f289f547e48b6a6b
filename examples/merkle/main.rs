//! The Merkle root of a file: SHA-256 of its leaves, and of pairs of digests, level after level on the device.

#[path = "../common/mod.rs"]
pub(crate) mod common;
mod oracle;
mod tree;

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use tilewright::prelude::*;

use common::{Failure, Where};
pub(crate) use oracle::{check, hex};
pub(crate) use tree::{LEAF_BYTES, Tree};

/// Prints the Merkle root of FILE.
///
/// Leaves are blocks of 1024 bytes, the last of them shorter. The root is the Merkle tree hash of RFC 6962, section 2.1:
/// SHA-256 of a byte 0 and the leaf, SHA-256 of a byte 1 and two digests, and SHA-256 of nothing for an empty file. It is
/// checked against the recursive definition and another implementation of SHA-256, which reads the whole file into memory.
#[derive(Parser)]
pub(crate) struct Args {
    /// The file
    file: PathBuf,
    /// Leaves that are on the device at once, a power of two
    #[arg(long, default_value_t = 1 << 16, value_parser = power_of_two)]
    chunk: usize,
    /// Leave out the check
    #[arg(long)]
    no_check: bool,
    #[command(flatten)]
    place: Where,
}

fn power_of_two(text: &str) -> Result<usize, String> {
    let leaves = text.parse().ok().filter(|leaves: &usize| leaves.is_power_of_two() && *leaves <= 1 << 20);
    leaves.ok_or_else(|| "expected a power of two up to 1048576".to_owned())
}

fn main() -> ExitCode {
    common::start_on(|args: &Args| &args.place, run_on)
}

pub(crate) fn run_on(cx: &Context, args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let refuse = |error| Failure::Usage(format!("{}: {error}", args.file.display()));
    let mut file = File::open(&args.file).map_err(refuse)?;
    let tree = Tree::new()?;
    let start = Instant::now();
    let (root, bytes) = tree.root(cx, &mut file, args.chunk)?;
    let seconds = start.elapsed().as_secs_f64();

    writeln!(out, "{}  {}", hex(&root), args.file.display())?;
    writeln!(
        out,
        "{bytes} bytes, {}: {:.2} ms, {:.3} GB/s, with reading and compiling; the last launch: {}",
        common::count(bytes.div_ceil(LEAF_BYTES as u64) as usize, "leaf").replace("leafs", "leaves"),
        seconds * 1e3,
        bytes as f64 / seconds / 1e9,
        common::ran(cx)
    )?;
    if args.no_check {
        return Ok(());
    }
    let whole = std::fs::read(&args.file).map_err(refuse)?;
    let start = Instant::now();
    check(&whole, &root)?;
    let seconds = start.elapsed().as_secs_f64();
    writeln!(
        out,
        "checked against plain Rust on one thread, {:.2} GB/s: equal",
        bytes as f64 / seconds / 1e9
    )?;
    Ok(())
}
