//! Scenario files: read, refused with their name and line, and played on all processors.

#![allow(dead_code, reason = "tests and the example each use a part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use tilewright::simulator::{Outcome, Scenario, run};
use tilewright::{Error, Result};

/// A scenario and the stem of its file's name.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) stem: String,
    pub(crate) scenario: Scenario,
}

fn unreadable(path: &Path, reason: impl ToString) -> Error {
    Error::System { what: format!("`{}`", path.display()), reason: reason.to_string() }
}

/// Reads a scenario and validates it.
///
/// # Errors
///
/// What cannot be read, is no TOML, or has an unknown key, with line and column; and numbers that no machine has.
pub(crate) fn read(path: &Path) -> Result<File> {
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, error))?;
    let scenario: Scenario =
        toml::from_str(&text).map_err(|error| unreadable(path, error.to_string().trim_end()))?;
    scenario.validate().map_err(|error| unreadable(path, error))?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(File { stem, scenario })
}

/// Reads the scenarios of a folder, sorted by the names of their files.
///
/// # Errors
///
/// Those of [`read`]; a folder that cannot be read, or that has no `.toml` file.
pub(crate) fn read_folder(folder: &Path) -> Result<Vec<File>> {
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, error))?;
    let paths: Result<Vec<PathBuf>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(|error| unreadable(folder, error))?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    if paths.is_empty() {
        return Err(unreadable(folder, "there is no scenario: no file whose name ends in `.toml`"));
    }
    paths.iter().map(|path| read(path)).collect()
}

/// Plays scenarios, as many at once as there are processors. In the order that they are given in.
///
/// # Errors
///
/// The first of [`run`].
pub(crate) fn play<'s>(scenarios: impl Iterator<Item = &'s Scenario>) -> Result<Vec<Outcome>> {
    let scenarios: Vec<&Scenario> = scenarios.collect();
    let threads = thread::available_parallelism().map_or(1, usize::from).min(scenarios.len());
    let (next, played) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(scenario) = scenarios.get(index) else { break };
                    let outcome = run(scenario);
                    played.lock().unwrap_or_else(PoisonError::into_inner).push((index, outcome));
                }
            });
        }
    });
    let mut played = played.into_inner().unwrap_or_else(PoisonError::into_inner);
    played.sort_by_key(|(index, _)| *index);
    played.into_iter().map(|(_, outcome)| outcome).collect()
}
