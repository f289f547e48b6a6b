//! Placement: what the user asks for, read from an argument, the environment or the default.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::error::{Error, Result};

/// The environment variable that holds a placement.
pub(crate) const PLACEMENT_VARIABLE: &str = "TILEWRIGHT_PLACEMENT";

/// Where work shall run. Written and parsed as `auto`, `cpu`, `gpu` and `split:0.3`.
///
/// ```
/// use tilewright::Placement;
///
/// assert_eq!("split:0.3".parse::<Placement>()?, Placement::Split { gpu: 0.3 });
/// assert_eq!(Placement::Auto.to_string(), "auto");
/// # Ok::<(), tilewright::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Placement {
    /// The planner decides from predicted times. Software adapters are left out unless the user allows them. Nothing is
    /// predicted of a kernel that nobody has run: it goes to a GPU where there is one.
    #[default]
    Auto,
    /// The CPU alone. No device is opened.
    Cpu,
    /// The GPU alone, a software adapter if there is no other.
    Gpu,
    /// Both at once.
    Split {
        /// Share of the elements that the GPU takes, from 0 to 1, rounded to a node of the canonical tree.
        gpu: f64,
    },
}

impl Placement {
    /// Reads the value of an environment variable: `None` when it is not set or blank.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] naming the variable, when the text is not a placement.
    pub(crate) fn from_variable(text: Option<&str>) -> Result<Option<Self>> {
        match text.map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) => parse(PLACEMENT_VARIABLE, text).map(Some),
        }
    }

    /// The placement itself, if its share is a number from 0 to 1.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] otherwise.
    pub(crate) fn validated(self) -> Result<Self> {
        match self {
            Self::Split { gpu } if !(0.0..=1.0).contains(&gpu) => Err(Error::Value {
                what: "the GPU's share of a split".into(),
                expected: "a number from 0 to 1".into(),
                given: gpu.to_string(),
            }),
            _ => Ok(self),
        }
    }
}

fn parse(what: &str, text: &str) -> Result<Placement> {
    let word = text.trim().to_ascii_lowercase();
    let placement = match word.as_str() {
        "auto" => Some(Placement::Auto),
        "cpu" => Some(Placement::Cpu),
        "gpu" => Some(Placement::Gpu),
        _ => word
            .strip_prefix("split:")
            .and_then(|share| share.parse().ok())
            .filter(|share| (0.0..=1.0).contains(share))
            .map(|gpu| Placement::Split { gpu }),
    };
    placement.ok_or_else(|| Error::Value {
        what: what.into(),
        expected: "auto, cpu, gpu or split:S with S from 0 to 1".into(),
        given: format!("`{text}`"),
    })
}

impl FromStr for Placement {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse("placement", text)
    }
}

/// As it is written: `"split:0.3"`.
impl Serialize for Placement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Gpu => f.write_str("gpu"),
            Self::Split { gpu } => write!(f, "split:{gpu}"),
        }
    }
}

/// Who chose the placement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Origin {
    /// The program, by an argument.
    Argument,
    /// The environment variable `TILEWRIGHT_PLACEMENT`.
    Environment,
    /// Nobody: the default.
    #[default]
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Argument => "argument",
            Self::Environment => "environment",
            Self::Default => "default",
        })
    }
}

/// What the user asked for.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Request {
    /// Where the work shall run.
    pub(crate) placement: Placement,
    /// Who said so.
    pub(crate) origin: Origin,
    /// True when `Auto` may choose a software adapter.
    pub(crate) allow_software: bool,
    /// True when the CPU may take work that was forced on a device which has failed.
    pub(crate) cpu_fallback: bool,
}

impl Request {
    /// An argument wins over the environment, which wins over the default.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] when the value that wins is not a placement.
    pub(crate) fn resolve(
        argument: Option<Placement>,
        variable: Option<&str>,
        allow_software: bool,
    ) -> Result<Self> {
        let (placement, origin) = match argument {
            Some(placement) => (placement.validated()?, Origin::Argument),
            None => match Placement::from_variable(variable)? {
                Some(placement) => (placement, Origin::Environment),
                None => (Placement::Auto, Origin::Default),
            },
        };
        Ok(Self { placement, origin, allow_software, cpu_fallback: false })
    }
}
