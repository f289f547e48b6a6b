//! Holds the source tree to the import table of `ARCHITECTURE.md`, which is the only copy of it.
//!
//! Sources are read as tokens, so that comments and strings do not count and paths inside of macros do. Modules are
//! found as the compiler finds them, from `lib.rs` down; those under `#[cfg(test)]` are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

mod scan;
mod table;

use scan::{Finding, Target};
use table::{Row, Table};

/// The most lines of a file.
const MAX_LINES: usize = 500;

/// Where `unsafe` may be.
const UNSAFE_HOMES: [&str; 2] = ["src/cpu/lane", "src/gpu"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A source file with the path of its module: `["plan", "cost"]`.
struct Source {
    path: PathBuf,
    module: Vec<String>,
    findings: Vec<Finding>,
}

/// Every file that is compiled without `cfg(test)`, from `lib.rs` down.
fn sources() -> Vec<Source> {
    let packages = table::packages(&read(&root().join("Cargo.toml")));
    let mut found = Vec::new();
    let mut open = vec![(PathBuf::from("src/lib.rs"), PathBuf::from("src"), Vec::new())];
    while let Some((path, children, module)) = open.pop() {
        let scanned = scan::scan(&read(&root().join(&path)), module.len(), &packages)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for name in scanned.modules {
            let file = children.join(format!("{name}.rs"));
            let path = if root().join(&file).exists() { file } else { children.join(&name).join("mod.rs") };
            let module: Vec<String> = module.iter().cloned().chain([name.clone()]).collect();
            open.push((path, children.join(&name), module));
        }
        found.push(Source { path, module, findings: scanned.findings });
    }
    found
}

fn check(findings: &[Finding], name: &str, row: &Row) -> Vec<String> {
    let mut broken = Vec::new();
    for Finding { line, target } in findings {
        let rule = match target {
            Target::Module(other) if other != name && !row.allows_module(other) => {
                format!("`{name}` may not use `crate::{other}`")
            }
            Target::Package(package) if !row.packages.contains(package) => {
                format!("`{name}` may not use `{package}`")
            }
            _ => continue,
        };
        broken.push(format!("{line}: {rule}"));
    }
    broken
}

fn assert_none(broken: Vec<String>) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn every_module_keeps_to_the_import_table() {
    let table = Table::read(&read(&root().join("ARCHITECTURE.md")));
    let mut broken = Vec::new();
    for source in sources() {
        let Some(name) = source.module.first() else { continue };
        let path = source.path.display();
        match table.rows.get(name) {
            Some(row) => {
                broken.extend(check(&source.findings, name, row).iter().map(|b| format!("{path}:{b}")));
            }
            None => broken.push(format!("{path}: module `{name}` is not in the table of ARCHITECTURE.md")),
        }
    }
    assert_none(broken);
}

#[test]
fn the_table_names_what_exists_and_nothing_else() {
    let table = Table::read(&read(&root().join("ARCHITECTURE.md")));
    let modules: BTreeSet<String> = sources().into_iter().filter_map(|s| s.module.first().cloned()).collect();
    let packages = table::packages(&read(&root().join("Cargo.toml")));
    let mut broken = Vec::new();
    for (name, row) in &table.rows {
        if !modules.contains(name) {
            broken.push(format!("row `{name}`: there is no such module"));
        }
        let unknown = row.modules.iter().flatten().filter(|other| !modules.contains(*other));
        broken.extend(unknown.map(|other| format!("row `{name}`: there is no module `{other}`")));
        let known = |package: &String| packages.contains(package) || package.starts_with("std::");
        let unknown = row.packages.iter().filter(|package| !known(package));
        broken.extend(unknown.map(|package| format!("row `{name}`: there is no dependency `{package}`")));
    }
    assert_none(broken);
}

#[test]
fn unsafe_code_is_in_its_two_homes() {
    let outside = |source: &&Source| !UNSAFE_HOMES.iter().any(|home| source.path.starts_with(home));
    let mut broken = Vec::new();
    for source in sources().iter().filter(outside) {
        let lines = source.findings.iter().filter(|finding| finding.target == Target::Unsafe);
        broken.extend(lines.map(|f| format!("{}:{}: unsafe", source.path.display(), f.line)));
    }
    assert_none(broken);
}

#[test]
fn no_file_is_longer_than_it_may_be() {
    let mut broken = Vec::new();
    for folder in ["src", "shaders", "tests", "examples", "benches"] {
        for path in files(&root().join(folder)) {
            let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
            let lines = match extension {
                "rs" | "wgsl" => read(&path).lines().count(),
                _ => 0,
            };
            if lines > MAX_LINES {
                broken.push(format!("{}: {lines} lines, at most {MAX_LINES}", path.display()));
            }
        }
    }
    assert_none(broken);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

mod of_the_checker {
    use super::*;

    fn scanned(text: &str, depth: usize) -> Vec<(usize, Target)> {
        let packages = BTreeSet::from(["wgpu".to_owned(), "rayon".to_owned()]);
        let findings = scan::scan(text, depth, &packages).expect("valid tokens").findings;
        findings.into_iter().map(|finding| (finding.line, finding.target)).collect()
    }

    fn module(line: usize, name: &str) -> (usize, Target) {
        (line, Target::Module(name.into()))
    }

    fn package(line: usize, name: &str) -> (usize, Target) {
        (line, Target::Package(name.into()))
    }

    #[test]
    fn paths_are_found_in_imports_groups_expressions_and_macros() {
        let text = "use crate::gpu::Device;\nuse crate::{cpu::Pool, run};\nfn f() { println!(\"{}\", crate::plan::X) }";
        assert_eq!(
            scanned(text, 1),
            [module(1, "gpu"), module(2, "cpu"), module(2, "run"), module(3, "plan")]
        );
    }

    #[test]
    fn super_reaches_the_root_when_it_climbs_high_enough() {
        assert_eq!(scanned("use super::gpu::X;", 1), [module(1, "gpu")]);
        assert_eq!(scanned("use super::super::gpu::X; use super::sibling;", 2), [module(1, "gpu")]);
        assert_eq!(scanned("mod inner { use super::super::gpu::X; }", 1), [module(1, "gpu")]);
    }

    #[test]
    fn packages_and_the_clock_are_found() {
        let text = "use wgpu::Device; use rayon;\nuse std::time::Instant;\nuse std::{env, fmt}; fn f() { rayon::join() }";
        let expected = [
            package(1, "wgpu"),
            package(1, "rayon"),
            package(2, "std::time"),
            package(3, "std::env"),
            package(3, "rayon"),
        ];
        assert_eq!(scanned(text, 1), expected);
    }

    #[test]
    fn comments_strings_and_test_code_do_not_count() {
        let text = "//! crate::gpu\n// wgpu::X unsafe\nconst S: &str = \"crate::gpu unsafe\";\n\
                    #[cfg(test)] mod tests { use crate::gpu::X; unsafe fn f() {} }\n\
                    #[cfg(test)] use crate::{gpu, cpu};\n#[cfg(test)] mod more;\n\
                    fn after() { unsafe {} }";
        assert_eq!(scanned(text, 1), [(7, Target::Unsafe)]);
    }

    #[test]
    fn exported_macros_may_name_what_the_root_exports() {
        let text = "macro_rules! m { () => { $crate::Context::new(); $crate::gpu::X; crate::Y } }";
        assert_eq!(scanned(text, 1), [module(1, "gpu"), module(1, "Y")]);
    }

    #[test]
    fn code_for_anything_but_tests_counts() {
        assert_eq!(scanned("#[cfg(not(test))] use crate::gpu::X;", 1), [module(1, "gpu")]);
        assert_eq!(scanned("#[cfg(unix)] use crate::gpu::X;", 1), [module(1, "gpu")]);
    }

    #[test]
    fn a_row_forbids_what_it_does_not_name() {
        let text = "| module | may use | packages |\n|---|---|---|\n| plan, `ops` | error | std::time |\n";
        let table = Table::read(text);
        let findings = [
            Finding { line: 3, target: Target::Module("gpu".into()) },
            Finding { line: 4, target: Target::Module("error".into()) },
            Finding { line: 5, target: Target::Package("wgpu".into()) },
            Finding { line: 6, target: Target::Package("std::time".into()) },
        ];
        let broken = check(&findings, "ops", &table.rows["ops"]);
        assert_eq!(broken, ["3: `ops` may not use `crate::gpu`", "5: `ops` may not use `wgpu`"]);
        assert_eq!(table.rows.keys().collect::<Vec<_>>(), ["ops", "plan"]);
    }
}

/// Modules by name.
type Rows = BTreeMap<String, Row>;
