//! The record of a run: its rows, and the machine they are true of.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use tilewright::Context;

use crate::device::Devices;
use crate::suite::{Outcome, Suite};
use crate::table;

/// Writes `versus.csv` and `environment.txt` into `dir`, which is made if it is not there.
pub(crate) fn record(dir: &Path, suite: &Suite, cx: &Context, devices: &Devices) -> Outcome<()> {
    fs::create_dir_all(dir)?;
    let mut csv = format!("{}\n", table::CSV_HEADER);
    for row in &suite.rows {
        writeln!(csv, "{}", table::csv(row))?;
    }
    fs::write(dir.join("versus.csv"), csv)?;
    let lines = [
        ("tilewright", env!("CARGO_PKG_VERSION").to_owned()),
        ("date", command("date", &["-u", "+%Y-%m-%d %H:%M UTC"])),
        ("cpu", cpu_model()),
        ("cores", std::thread::available_parallelism().map_or_else(|_| "unknown".into(), |n| n.to_string())),
        ("threads", cx.threads().to_string()),
        ("instructions", cx.instructions()),
        ("kernel", command("uname", &["-srm"])),
        ("rustc", command("rustc", &["--version"])),
        ("adapter", devices.describe()),
        ("huge pages", read("/sys/kernel/mm/transparent_hugepage/enabled")),
        ("quick", suite.is_quick().to_string()),
    ];
    let mut text = String::new();
    for (name, value) in lines {
        writeln!(text, "{name}: {value}")?;
    }
    writeln!(text, "\n{}", table::header())?;
    for row in &suite.rows {
        writeln!(text, "{}", table::line(row))?;
    }
    for note in &suite.notes {
        writeln!(text, "{note}")?;
    }
    fs::write(dir.join("environment.txt"), text)?;
    Ok(())
}

/// The output of a program, or that it is not known.
fn command(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output();
    let text = output.ok().filter(|output| output.status.success());
    let text = text.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.unwrap_or_else(|| "unknown".into())
}

fn read(path: &str) -> String {
    fs::read_to_string(path).map_or_else(|_| "unknown".into(), |text| text.trim().to_owned())
}

fn cpu_model() -> String {
    let info = read("/proc/cpuinfo");
    let model = info.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split_once(':')).map(|(_, model)| model.trim().to_owned());
    model.unwrap_or_else(|| std::env::consts::ARCH.into())
}
