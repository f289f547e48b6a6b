//! The import table as it stands in `ARCHITECTURE.md`, and the dependencies as they stand in `Cargo.toml`.

use std::collections::BTreeSet;

/// What one module may use.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Modules of the crate; `None` when every one is allowed.
    pub(crate) modules: Option<BTreeSet<String>>,
    /// Packages and guarded parts of the standard library.
    pub(crate) packages: BTreeSet<String>,
}

impl Row {
    pub(crate) fn allows_module(&self, name: &str) -> bool {
        self.modules.as_ref().is_none_or(|modules| modules.contains(name))
    }
}

/// The table.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) rows: super::Rows,
}

impl Table {
    /// Reads the table whose header begins with `| module | may use |`.
    pub(crate) fn read(text: &str) -> Self {
        let header = |line: &&str| line.starts_with("| module | may use |");
        let body = text.lines().skip_while(|line| !header(line)).skip(2);
        let mut rows = super::Rows::new();
        for line in body.take_while(|line| line.starts_with('|')) {
            let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
            let [modules, may_use, packages] = cells[..] else { panic!("a row of three cells: {line}") };
            let every = may_use.trim() == "every module";
            let row = Row { modules: (!every).then(|| names(may_use)), packages: names(packages) };
            rows.extend(names(modules).into_iter().map(|name| (name, row.clone())));
        }
        assert!(!rows.is_empty(), "ARCHITECTURE.md has lost its import table");
        Self { rows }
    }
}

fn names(cell: &str) -> BTreeSet<String> {
    let cell = cell.replace('`', "");
    let names = cell.split(',').map(str::trim);
    names.filter(|name| !name.is_empty() && *name != "nothing").map(str::to_owned).collect()
}

/// Names of `[dependencies]` and of those of single targets, as they are spelled in paths.
pub(crate) fn packages(manifest: &str) -> BTreeSet<String> {
    let mut is_inside = false;
    let mut names = BTreeSet::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_inside =
                line == "[dependencies]" || line.starts_with("[target.") && line.ends_with(".dependencies]");
        } else if is_inside && let Some((name, _)) = line.split_once('=') {
            names.insert(name.trim().replace('-', "_"));
        }
    }
    names
}
