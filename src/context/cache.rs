//! Where history lives, and whether there is any: what the program says, then the environment, then the platform.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Names the folder of the cache.
const FOLDER_VARIABLE: &str = "TILEWRIGHT_CACHE_DIR";

/// Switches history off.
const SWITCH_VARIABLE: &str = "TILEWRIGHT_HISTORY";

/// The variables that matter here, so that decisions on them are functions.
#[derive(Debug, Clone, Default)]
pub(super) struct Environment {
    switch: Option<OsString>,
    folder: Option<OsString>,
    /// `XDG_CACHE_HOME`.
    cache_home: Option<OsString>,
    /// `LOCALAPPDATA`.
    local_data: Option<OsString>,
    home: Option<OsString>,
}

impl Environment {
    pub(super) fn read() -> Self {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        Self {
            switch: variable(SWITCH_VARIABLE),
            folder: variable(FOLDER_VARIABLE),
            cache_home: variable("XDG_CACHE_HOME"),
            local_data: variable("LOCALAPPDATA"),
            home: variable("HOME"),
        }
    }

    /// True when calls shall be learned from: what the program says wins over `TILEWRIGHT_HISTORY`, on without either.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] when the variable counts and is neither `on` nor `off`.
    pub(super) fn learns(&self, argument: Option<bool>) -> Result<bool> {
        if let Some(learns) = argument {
            return Ok(learns);
        }
        let Some(value) = &self.switch else { return Ok(true) };
        // Text that is not Unicode is neither: replaced characters make it an error, not absent.
        let text = value.to_string_lossy();
        match text.trim().to_ascii_lowercase().as_str() {
            "" | "on" => Ok(true),
            "off" => Ok(false),
            _ => Err(Error::Value {
                what: SWITCH_VARIABLE.into(),
                expected: "on or off".into(),
                given: format!("`{text}`"),
            }),
        }
    }

    /// The folder, or why there is none. It may not exist.
    pub(super) fn folder(&self, argument: Option<&Path>) -> std::result::Result<PathBuf, String> {
        let named = argument.map(Path::to_owned).or_else(|| self.folder.as_ref().map(PathBuf::from));
        let folder = match named {
            Some(folder) => folder,
            None => self.platform().ok_or("the environment names no cache folder")?.join("tilewright"),
        };
        // The program may change its working directory later.
        std::path::absolute(&folder).map_err(|error| format!("{}: {error}", folder.display()))
    }

    /// The user's folder for caches. Three variables of the environment say which it is; the crate `dirs` would add five
    /// packages to ask the same ones.
    fn platform(&self) -> Option<PathBuf> {
        let home = || self.home.as_ref().map(PathBuf::from);
        if cfg!(windows) {
            self.local_data.as_ref().map(PathBuf::from)
        } else if cfg!(target_vendor = "apple") {
            home().map(|home| home.join("Library/Caches"))
        } else {
            // The XDG base directory specification has relative paths ignored.
            let cache_home = self.cache_home.as_ref().map(PathBuf::from).filter(|path| path.is_absolute());
            cache_home.or_else(|| home().map(|home| home.join(".cache")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(switch: Option<&str>, folder: Option<&str>) -> Environment {
        Environment {
            switch: switch.map(OsString::from),
            folder: folder.map(OsString::from),
            home: Some("/home/u".into()),
            ..Environment::default()
        }
    }

    #[test]
    fn the_program_wins_over_the_environment() {
        assert!(environment(None, None).learns(None).unwrap());
        assert!(!environment(Some("off"), None).learns(None).unwrap());
        assert!(environment(Some(" ON "), None).learns(None).unwrap());
        assert!(environment(Some("off"), None).learns(Some(true)).unwrap());
        assert!(!environment(Some("on"), None).learns(Some(false)).unwrap());
        assert!(!environment(Some("rubbish"), None).learns(Some(false)).unwrap());
    }

    #[test]
    fn another_value_of_the_switch_is_an_error() {
        let error = environment(Some("0"), None).learns(None).unwrap_err();
        assert_eq!(error.to_string(), "TILEWRIGHT_HISTORY: expected on or off, given `0`");
    }

    #[cfg(all(unix, not(target_vendor = "apple")))]
    #[test]
    fn the_folder_is_the_programs_then_the_variables_then_the_platforms() {
        let both = environment(None, Some("/variable"));
        assert_eq!(both.folder(Some(Path::new("/argument"))).unwrap(), Path::new("/argument"));
        assert_eq!(both.folder(None).unwrap(), Path::new("/variable"));
        let platform = environment(None, None);
        assert_eq!(platform.folder(None).unwrap(), Path::new("/home/u/.cache/tilewright"));
        let cache_home = |path: &str| Environment { cache_home: Some(path.into()), ..platform.clone() };
        assert_eq!(cache_home("/xdg").folder(None).unwrap(), Path::new("/xdg/tilewright"));
        assert_eq!(cache_home("xdg").folder(None).unwrap(), Path::new("/home/u/.cache/tilewright"));
        assert!(Environment::default().folder(None).is_err());
    }

    #[test]
    fn a_relative_folder_stays_where_it_was_named() {
        let folder = environment(None, None).folder(Some(Path::new("cache"))).unwrap();
        assert!(folder.is_absolute() && folder.ends_with("cache"), "{}", folder.display());
    }
}
