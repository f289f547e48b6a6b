//! The machine that rows are true of.

use std::fs;
use std::process::Command;

/// The output of a program; `None` if it is not there or fails.
pub(crate) fn command(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// What can be told without a device: a name and a value a line.
pub(crate) fn machine() -> Vec<(&'static str, String)> {
    let unknown = || "unknown".to_owned();
    let cores = std::thread::available_parallelism().map_or_else(|_| unknown(), |n| n.to_string());
    let mut lines = vec![
        ("tilewright", env!("CARGO_PKG_VERSION").to_owned()),
        ("profile", if cfg!(debug_assertions) { "with debug assertions" } else { "optimised" }.to_owned()),
        ("date", command("date", &["-u", "+%Y-%m-%d %H:%M UTC"]).unwrap_or_else(unknown)),
        ("cpu", field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.into())),
        ("cores", cores),
        ("memory", field("/proc/meminfo", "MemTotal").unwrap_or_else(unknown)),
        ("kernel", command("uname", &["-srm"]).unwrap_or_else(unknown)),
    ];
    let gpu = "--query-gpu=name,driver_version,memory.total,pcie.link.gen.max,pcie.link.width.max,clocks.max.mem,clocks.max.sm";
    let programs: [(&str, &str, &[&str]); 3] = [
        ("nvidia-smi", "nvidia-smi", &[gpu, "--format=csv,noheader"]),
        ("nvcc", "nvcc", &["--version"]),
        ("python3", "python3", &["--version"]),
    ];
    for (name, program, args) in programs {
        // The last line of nvcc's is the build, the one before it the release.
        let text = command(program, args);
        let line =
            text.as_ref().map(|text| text.lines().find(|line| line.contains("release")).unwrap_or(text));
        lines.push((name, line.map_or_else(|| "not there".into(), |line| line.replace('\n', "; "))));
    }
    lines
}

/// The first value of a name in a file of `name: value` lines.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
