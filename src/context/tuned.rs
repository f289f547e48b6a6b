//! The tuning of a context's adapter: the program's, else the one that is kept for this machine, else the library's.
//!
//! It is settled when a plan first looks at the adapter, and stays for as long as the context lives, whatever is kept
//! meanwhile and however often the device is opened. What is kept is a file of its own in the cache folder, named after the
//! adapter and its driver, since another driver compiles other code. A file that cannot be used is a note, and the library's
//! tuning is used; what the program asked for is never replaced by something else without a word: it is an error where the
//! GPU is forced, and where it is not, the adapter is left alone and a note says so.
//!
//! A context that keeps no history reads no kept tuning either, so that it does the same whatever ran before.

mod format;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::Context;
use super::disk;
use crate::error::{Error, Result};
use crate::gpu::AdapterInfo;
use crate::plan::{Placement, Request};
use crate::tuning::{Chosen, Source, Tuning};

/// A longer file is not one of ours.
const MAX_BYTES: u64 = 64 << 10;

/// See the module.
pub(super) struct Tuned {
    program: Option<Tuning>,
    /// Where tunings are kept, or why nowhere.
    folder: std::result::Result<PathBuf, String>,
    /// False where what is kept does not count.
    reads: bool,
    found: OnceLock<Found>,
}

/// What there is for the adapter.
struct Found {
    chosen: Result<Chosen>,
    note: Option<String>,
}

impl Tuned {
    pub(super) fn new(
        program: Option<Tuning>,
        folder: std::result::Result<PathBuf, String>,
        reads: bool,
    ) -> Self {
        Self { program, folder, reads, found: OnceLock::new() }
    }

    /// The tuning of the one adapter that this is asked for.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] when the program's does not run there.
    pub(super) fn of(&self, info: &AdapterInfo) -> Result<&Chosen> {
        self.found.get_or_init(|| self.find(info)).chosen.as_ref().map_err(Error::clone)
    }

    /// What the user should know of it.
    pub(super) fn note(&self) -> Option<String> {
        self.found.get()?.note.clone()
    }

    fn find(&self, info: &AdapterInfo) -> Found {
        let traits = info.traits();
        let chosen = |source, tuning| {
            Ok(Chosen { adapter: info.name.clone(), source, tuning, departures: Vec::new() })
        };
        if let Some(tuning) = self.program {
            return match tuning.check(&traits) {
                Ok(()) => Found { chosen: chosen(Source::Program, tuning), note: None },
                Err(error) => {
                    let note = format!("`{}` is not used: {error}", info.name);
                    Found { chosen: Err(error), note: Some(note) }
                }
            };
        }
        let kept = match &self.folder {
            Ok(folder) if self.reads => load(&path(folder, info), info),
            _ => Ok(None),
        };
        match kept {
            Ok(Some(tuning)) => Found { chosen: chosen(Source::Kept, tuning), note: None },
            Ok(None) => Found { chosen: chosen(Source::Library, Tuning::of(&traits)), note: None },
            Err(note) => {
                tracing::warn!("{note}");
                Found { chosen: chosen(Source::Library, Tuning::of(&traits)), note: Some(note) }
            }
        }
    }

    /// Keeps a tuning for contexts to come: the path of its file.
    pub(super) fn keep(&self, tuning: &Tuning, info: &AdapterInfo) -> Result<PathBuf> {
        tuning.check(&info.traits())?;
        let failed = |reason| Error::System { what: "a tuning cannot be kept".into(), reason };
        let folder = self.folder.as_ref().map_err(|why| failed(why.clone()))?;
        let path = path(folder, info);
        let write = || -> io::Result<()> {
            let text = format::encode(tuning, &known_as(info))?;
            let staged = disk::stage(&path, &text, disk::write)?;
            disk::publish(&staged, &path)
        };
        write().map_err(|error| failed(format!("{}: {error}", path.display())))?;
        Ok(path)
    }
}

fn path(folder: &Path, info: &AdapterInfo) -> PathBuf {
    folder.join(disk::file_name("tuning", &known_as(info)))
}

/// What is kept, or a note of why it does not count.
fn load(path: &Path, info: &AdapterInfo) -> std::result::Result<Option<Tuning>, String> {
    let ignored = |why: String| format!("tuning in {} ignored: {why}", path.display());
    let text = disk::read(path, MAX_BYTES).map_err(|error| ignored(error.to_string()))?;
    let Some(text) = text else { return Ok(None) };
    let tuning = format::decode(&text, &known_as(info)).map_err(ignored)?;
    tuning.check(&info.traits()).map_err(|error| ignored(error.to_string()))?;
    Ok(Some(tuning))
}

/// An adapter as files are of it: with its driver, since another one has other speeds.
pub(super) fn known_as(info: &AdapterInfo) -> String {
    format!("{} ({})", info.name, info.driver)
}

impl Context {
    /// The tuning of the adapter that calls use, and who chose it; `None` without such an adapter. Looks for adapters, and
    /// opens none.
    ///
    /// It is settled once for a context and its clones: what is kept later is for contexts that are made later.
    ///
    /// ```
    /// use tilewright::Context;
    ///
    /// match Context::new().tuning()? {
    ///     Some(chosen) => println!("{chosen}"),
    ///     None => println!("no GPU"),
    /// }
    /// # Ok::<(), tilewright::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Value`] when the adapter does not run the tuning of [`Builder::tuning`](crate::Builder::tuning).
    pub fn tuning(&self) -> Result<Option<Chosen>> {
        let chosen = self.shared.devices.tuning()?.cloned();
        Ok(chosen.map(|chosen| match self.shared.devices.runs() {
            Some((tuning, departures)) => Chosen { tuning, departures, ..chosen },
            None => chosen,
        }))
    }

    /// Keeps a tuning for this machine: contexts made from now on use it on the adapter that this one uses, as long as that
    /// has the same driver. Gives the path of the file, in the folder of [`Builder::cache_dir`](crate::Builder::cache_dir);
    /// removing it undoes this.
    ///
    /// ```
    /// use tilewright::Context;
    /// use tilewright::tuning::Source;
    ///
    /// # let folder = std::env::temp_dir().join("tunings-of-an-example");
    /// let context = || Context::builder().cache_dir(&folder).history(true).build();
    /// if let Some(chosen) = context()?.tuning()? {
    ///     let mut tuning = chosen.tuning;
    ///     tuning.map.quads = 2;
    ///     let file = context()?.keep_tuning(&tuning)?;
    ///     let kept = context()?.tuning()?.expect("the adapter is still there");
    ///     assert_eq!((kept.source, kept.tuning), (Source::Kept, tuning));
    ///     let _ = std::fs::remove_file(file);
    /// }
    /// # let _ = std::fs::remove_dir_all(&folder);
    /// # Ok::<(), tilewright::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Error::Value`]: the adapter does not run it.
    /// - [`Error::NoAdapter`]: there is none to keep it for.
    /// - [`Error::System`]: there is no cache folder, or it cannot be written to.
    pub fn keep_tuning(&self, tuning: &Tuning) -> Result<PathBuf> {
        self.shared.devices.keep_tuning(tuning)
    }

    /// An error where the program forces a GPU with a tuning that it does not run.
    pub(super) fn check_tuning(&self, request: &Request) -> Result<()> {
        match request.placement {
            Placement::Auto | Placement::Cpu => Ok(()),
            Placement::Split { gpu } if gpu <= 0.0 => Ok(()),
            _ => self.shared.devices.tuning().map(drop),
        }
    }

    /// What the user should know of what the disk holds, and of what the open device does not run.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = self.shared.memory.notes();
        notes.extend(self.shared.devices.tuning_note());
        notes.extend(self.shared.devices.runs().into_iter().flat_map(|(_, departures)| departures));
        notes
    }
}
