//! Delays from a file, or generated.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;

use npyz::{NpyFile, TypeChar};

use super::common::{Failure, Random};

/// Real delays, where a checkout has them beside it.
const BESIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/flights_delay.npy");

/// Delays that are generated where there are no others.
const GENERATED: usize = 1 << 20;

/// The delays that were asked for, and a line that says where they are from.
pub(crate) fn delays(
    file: Option<&Path>,
    generate: Option<usize>,
    out: &mut dyn Write,
) -> Result<Vec<f32>, Failure> {
    let beside = Path::new(BESIDE);
    match (file, generate) {
        (None, Some(n)) => {
            writeln!(out, "{n} generated delays")?;
            Ok(generated(n))
        }
        (None, None) if !beside.exists() => {
            writeln!(out, "there is no {BESIDE}: {GENERATED} generated delays")?;
            Ok(generated(GENERATED))
        }
        (file, _) => {
            let file = file.unwrap_or(beside);
            writeln!(out, "{}", file.display())?;
            read(file)
        }
    }
}

/// The only column of a file of f4.
fn read(path: &Path) -> Result<Vec<f32>, Failure> {
    let refuse = |what: String| Failure::Usage(format!("{}: {what}", path.display()));
    let file = File::open(path).map_err(|error| refuse(error.to_string()))?;
    let npy = NpyFile::new(BufReader::new(file)).map_err(|error| refuse(error.to_string()))?;
    if npy.shape().len() != 1 {
        return Err(refuse(format!("expected one dimension, given shape {:?}", npy.shape())));
    }
    match npy.dtype() {
        npyz::DType::Plain(plain) if (plain.type_char(), plain.size_field()) == (TypeChar::Float, 4) => {
            npy.into_vec().map_err(|error| refuse(error.to_string()))
        }
        other => Err(refuse(format!("expected a dtype of f4, given {}", other.descr()))),
    }
}

/// Whole minutes that look like delays: most flights a little early, and a long tail of late ones.
fn generated(n: usize) -> Vec<f32> {
    let mut random = Random(2);
    let mut delay = || {
        let early = 15.0 * (random.unit() + random.unit() + random.unit()) - 30.0;
        let late = if random.unit() < 0.3 { -40.0 * (1.0 - random.unit()).ln() } else { 0.0 };
        (early + late).round() as f32
    };
    (0..n).map(|_| delay()).collect()
}
