//! Where rows go: one file, flushed row by row, so that a program that is killed leaves what it has; and what went wrong.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use crate::row::{Clock, HEADER, Key, Row};
use crate::stats::Summary;
use crate::timing::{Budget, Call, Trouble, measure};

/// What several rows share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'s> {
    pub(crate) system: &'s str,
    pub(crate) case: &'s str,
    pub(crate) dtype: &'s str,
    pub(crate) n: u64,
    /// What the case must move at least.
    pub(crate) bytes: u64,
}

/// See the module.
pub(crate) struct Sink {
    file: File,
    rows: usize,
    failures: usize,
}

impl Sink {
    /// A new file with the header alone; its folder is made if it is not there.
    pub(crate) fn create(path: &Path) -> Result<Self, String> {
        let at = |error: std::io::Error| format!("{}: {error}", path.display());
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(at)?;
        }
        let mut file = File::create(path).map_err(at)?;
        writeln!(file, "{HEADER}").map_err(at)?;
        Ok(Self { file, rows: 0, failures: 0 })
    }

    /// Measures a call and writes its row, or says why there is none.
    pub(crate) fn row<C: Call>(&mut self, subject: &Subject<'_>, clock: Clock, budget: Budget, call: &mut C) {
        match measure(call, budget) {
            Ok((us, Ok(()))) => self.write(subject, clock, us, true),
            Ok((us, Err(what))) => {
                eprintln!(
                    "WRONG: {} {} {} {}: {what}",
                    subject.system, subject.case, subject.dtype, subject.n
                );
                self.write(subject, clock, us, false);
            }
            Err(trouble) => self.trouble(subject, &trouble),
        }
    }

    pub(crate) fn write(&mut self, subject: &Subject<'_>, clock: Clock, us: Summary, ok: bool) {
        let Subject { system, case, dtype, n, bytes } = *subject;
        let key = Key { case: case.into(), dtype: dtype.into(), n, clock };
        let row = Row { system: system.into(), key, us, bytes, ok };
        println!("{row}");
        let written = writeln!(self.file, "{row}").and_then(|()| self.file.flush());
        if let Err(error) = written {
            eprintln!("failed: the row cannot be written: {error}");
            self.failures += 1;
        }
        self.rows += 1;
        self.failures += usize::from(!ok);
    }

    /// Says why there is no row.
    pub(crate) fn trouble(&mut self, subject: &Subject<'_>, trouble: &Trouble) {
        let Subject { system, case, dtype, n, .. } = subject;
        match trouble {
            Trouble::Cannot(why) => eprintln!("skipped: {system} {case} {dtype}: n = {n}: {why}"),
            Trouble::Failed(why) => {
                eprintln!("failed: {system} {case} {dtype}: n = {n}: {why}");
                self.failures += 1;
            }
        }
    }

    /// An error if a row was wrong or failed, or if there is none at all.
    pub(crate) fn verdict(&self) -> Result<(), String> {
        match (self.failures, self.rows) {
            (0, 0) => Err("no row was measured".into()),
            (0, _) => Ok(()),
            (failures, rows) => Err(format!("{failures} failures beside {rows} rows")),
        }
    }
}
