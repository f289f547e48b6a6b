//! History on disk: a file of the CPU and one of each device, safe against other processes and against bad files.
//!
//! A file is replaced as a whole, by renaming a finished one over it, so that whoever reads sees the old text or the new
//! one and never a part. There is no lock: a process that saves reads the file that is there now, adds what it has learned
//! since it last saved, and replaces it. Of two that do so at once the later one wins, and the samples of the other are
//! lost, a few seconds' worth out of hundreds: history is an estimate, and a lock on a network drive is worse. Nothing is
//! flushed to the medium either: after a loss of power a file may be empty, which counts as damaged.
//!
//! No fault of the disk is an error of a call. What is wrong becomes a note, said once.

mod format;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use self::format::Unreadable;
use super::code::digest;
use super::disk::{self, Write};
use crate::plan::History;

/// Works kept of an executor in a file, about a kilobyte each at most.
const MAX_WORKS: usize = 1024;

/// A longer file is not one of ours.
const MAX_BYTES: u64 = 16 << 20;

/// Notes kept: more say nothing new.
const MAX_NOTES: usize = 8;

/// Age past which a temporary file is left over from a process that has ended.
const LEFT_OVER: Duration = Duration::from_secs(3600);

/// A part of the history, which has a file of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Threads and instruction set: their times differ.
    Cpu(String),
    /// Name and driver.
    Device(String),
}

impl Part {
    /// What the file says that it is of.
    fn name(&self) -> &str {
        match self {
            Self::Cpu(name) | Self::Device(name) => name,
        }
    }

    fn file_name(&self) -> String {
        let kind = match self {
            Self::Cpu(_) => "cpu",
            Self::Device(_) => "gpu",
        };
        disk::file_name(kind, self.name())
    }

    /// Its share of a history.
    pub(super) fn of(&self, history: &History) -> History {
        match self {
            Self::Cpu(_) => history.cpu_part(),
            Self::Device(name) => history.device_part(name),
        }
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct Store {
    folder: PathBuf,
    write: Write,
    files: Mutex<BTreeMap<Part, Seen>>,
    notes: Mutex<Vec<String>>,
}

/// A file as this process last saw it.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// Digest of the text; `None` when there was none.
    digest: Option<u64>,
    /// True once another process has written it.
    is_shared: bool,
}

impl Store {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self::with_writer(folder, disk::write)
    }

    fn with_writer(folder: PathBuf, write: Write) -> Self {
        Self { folder, write, files: Mutex::default(), notes: Mutex::default() }
    }

    /// What there is to say, each thing once.
    pub(super) fn notes(&self) -> Vec<String> {
        lock(&self.notes).clone()
    }

    /// A part as the disk has it: empty when there is nothing, or nothing that can be used.
    pub(super) fn load(&self, part: &Part) -> History {
        let path = self.path(part);
        let (seen, history) = match disk::read(&path, MAX_BYTES) {
            Ok(None) => (Seen::default(), History::default()),
            Ok(Some(text)) => {
                let seen = Seen { digest: Some(digest(&text)), is_shared: false };
                match format::decode(&text, part.name()) {
                    Ok(history) => (seen, history),
                    Err(why) => {
                        self.note(format!("history in {} ignored: {why}", path.display()));
                        (seen, History::default())
                    }
                }
            }
            Err(error) => {
                self.note(format!("history in {} ignored: {error}", path.display()));
                (Seen::default(), History::default())
            }
        };
        lock(&self.files).insert(part.clone(), seen);
        history
    }

    /// Saves a part: `learned` since the last time, added to what is there now. While no other process has written the
    /// file it becomes the part of `whole` itself, which also holds what was forgotten; of what is added that cannot be
    /// told. False when it cannot be saved.
    pub(super) fn save(&self, part: &Part, whole: &History, learned: &History) -> bool {
        let learned = part.of(learned);
        if learned.is_empty() {
            return true;
        }
        let path = self.path(part);
        let mut files = lock(&self.files);
        let seen = files.entry(part.clone()).or_default();
        match self.replace(part, &path, seen, whole, &learned) {
            Ok(()) => true,
            Err(error) => {
                self.note(format!("history cannot be saved in {}: {error}", path.display()));
                false
            }
        }
    }

    fn replace(
        &self,
        part: &Part,
        path: &Path,
        seen: &mut Seen,
        whole: &History,
        learned: &History,
    ) -> io::Result<()> {
        // What cannot be read may still be replaced.
        let found = disk::read(path, MAX_BYTES).unwrap_or_default();
        let text_digest = found.as_deref().map(digest);
        seen.is_shared |= found.is_some() && text_digest != seen.digest;
        let decoded = found.map(|text| format::decode(&text, part.name()));
        let is_damaged = matches!(decoded, Some(Err(Unreadable::Damaged(_))));
        let mut history = match decoded {
            Some(Ok(mut history)) if seen.is_shared => {
                history.merge(learned);
                history
            }
            _ => part.of(whole),
        };
        history.keep_commonest(MAX_WORKS);
        if !history.is_sound() {
            return Err(io::Error::other("numbers that are none"));
        }
        let text = format::encode(&history, part.name())?;
        let staged = disk::stage(path, &text, self.write)?;
        if is_damaged {
            keep_aside(path);
        }
        disk::publish(&staged, path)?;
        if seen.digest.is_none() {
            self.tidy();
        }
        seen.digest = Some(digest(&text));
        Ok(())
    }

    fn path(&self, part: &Part) -> PathBuf {
        self.folder.join(part.file_name())
    }

    /// Removes what processes that were killed have left.
    fn tidy(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            let is_temporary = path.extension().is_some_and(|extension| extension == "tmp");
            let age = || fs::metadata(&path).ok()?.modified().ok()?.elapsed().ok();
            if is_temporary && age().is_some_and(|age| age > LEFT_OVER) {
                disk::discard(&path);
            }
        }
    }

    fn note(&self, note: String) {
        let mut notes = lock(&self.notes);
        if notes.len() < MAX_NOTES && !notes.contains(&note) {
            tracing::warn!("{note}");
            notes.push(note);
        }
    }
}

/// A damaged file may tell somebody how it came to be; the first one is kept.
fn keep_aside(path: &Path) {
    let bad = path.with_extension("json.bad");
    if !bad.exists() {
        // Failing that it is replaced.
        let _ = fs::rename(path, bad);
    }
}

/// Every change under these locks leaves what they hold whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}
