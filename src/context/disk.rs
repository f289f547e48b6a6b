//! Files of the cache folder: named after what they are of, read whole, and replaced whole, by renaming a finished one over
//! the old one, so that whoever reads sees one of the two and never a part.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::code::digest;

/// Writes a file that does not exist. A test has one that fails.
pub(super) type Write = fn(&Path, &[u8]) -> io::Result<()>;

/// Readable, and different for each name.
pub(super) fn file_name(kind: &str, of: &str) -> String {
    let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let words: String = of.chars().map(word).take(64).collect();
    let words: Vec<&str> = words.split('-').filter(|word| !word.is_empty()).collect();
    format!("{kind}-{}-{:016x}.json", words.join("-"), digest(of.as_bytes()))
}

/// The text of a file, `None` if there is none. One of more than `max_bytes` is not one of ours, and reads as empty.
pub(super) fn read(path: &Path, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
    match fs::metadata(path) {
        Ok(data) if !data.is_file() => return Err(io::Error::other("not a file")),
        // Reading it whole would take memory for nothing.
        Ok(data) if data.len() > max_bytes => return Ok(Some(Vec::new())),
        Ok(_) => {}
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(error),
    }
    match fs::read(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes what is to become the file at `path` beside it, in a folder that is made if it is not there: its temporary path.
pub(super) fn stage(path: &Path, text: &[u8], write: Write) -> io::Result<PathBuf> {
    let staged = temporary(path);
    if let Err(first) = write(&staged, text) {
        // Only a folder that is not there is worth a second attempt.
        let folder = path.parent().filter(|_| first.kind() == io::ErrorKind::NotFound);
        let Some(folder) = folder else {
            discard(&staged);
            return Err(first);
        };
        fs::create_dir_all(folder)?;
        write(&staged, text).inspect_err(|_| discard(&staged))?;
    }
    Ok(staged)
}

/// Puts a staged file in its place.
pub(super) fn publish(staged: &Path, path: &Path) -> io::Result<()> {
    fs::rename(staged, path).inspect_err(|_| discard(staged))
}

/// In the same folder, since a rename between file systems is a copy; a name that no other writer has.
fn temporary(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    // Processes of two containers may share the folder and the number.
    let moment = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |age| age.subsec_nanos());
    path.with_extension(format!("{}-{count}-{moment}.tmp", std::process::id()))
}

pub(super) fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    io::Write::write_all(&mut file, text)
}

/// True where there is no such file, nor can there be one before a folder is made.
fn is_absent(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

pub(super) fn discard(path: &Path) {
    // One that cannot be removed is removed by whoever tidies up later.
    let _ = fs::remove_file(path);
}
