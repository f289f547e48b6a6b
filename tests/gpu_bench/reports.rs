//! The report of a folder, as exact text.

use std::fs;
use std::path::{Path, PathBuf};

use crate::report;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gpu_bench/fixtures")
}

/// Runs the report on a copy of a folder of fixtures; returns its outcome, its table and its summary.
fn run(name: &str) -> (Result<(), String>, String, String) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("gpu-report-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    for entry in fs::read_dir(fixtures().join(name)).expect("fixtures") {
        let path = entry.expect("an entry").path();
        fs::copy(&path, folder.join(path.file_name().expect("a name"))).expect("a copy");
    }
    let done = report::run(&folder);
    // What it left there is no row of the next report.
    let again = report::run(&folder);
    assert_eq!(done, again);
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
    (done, read("table.txt"), read("summary.csv"))
}

/// The expected text, which `TILEWRIGHT_BLESS=1` writes.
fn expect(name: &str, given: &str) {
    let path = fixtures().join("expected").join(name);
    if std::env::var_os("TILEWRIGHT_BLESS").is_some() {
        fs::write(&path, given).expect("written");
    }
    let right = fs::read_to_string(&path).expect("the expected text");
    assert!(given == right, "{} is to be\n{right}\nand not\n{given}", path.display());
}

#[test]
fn a_whole_folder_becomes_a_table() {
    let (done, table, summary) = run("whole");
    assert_eq!(done, Ok(()));
    expect("whole.txt", &table);
    expect("whole.csv", &summary);
}

#[test]
fn wrong_results_fail_and_bars_that_were_not_measured_are_not_reached() {
    let (done, table, _) = run("poor");
    let problems = done.expect_err("two rows are wrong");
    let wrong = "WRONG: cub,map saxpy,f32,65536,host,1.000,1.000,1.000,3,786432,WRONG\n\
                 WRONG: tilewright,reduce sum,f32,65536,host,500.000,490.000,520.000,3,262144,WRONG";
    assert_eq!(problems, wrong);
    assert!(!table.contains("reached"), "{table}");
    expect("poor.txt", &table);
}

#[test]
fn a_folder_without_our_rows_fails() {
    let report = report::Report::of(&[]);
    assert_eq!(report.problems, ["there is no row of tilewright"]);
}
