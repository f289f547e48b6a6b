//! Files that are refused, and what is said of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::files;

const FOLDER: &str = "tests/scenarios/bad";

fn message(stem: &str) -> String {
    files::read(&Path::new(FOLDER).join(format!("{stem}.toml"))).expect_err(stem).to_string()
}

#[test]
fn print() {
    let mut stems: Vec<_> = fs::read_dir(FOLDER).unwrap().map(|e| e.unwrap().path()).collect();
    stems.sort();
    for s in stems { println!("@@{}\n{}", s.file_stem().unwrap().to_str().unwrap(), message(s.file_stem().unwrap().to_str().unwrap())); }
}
