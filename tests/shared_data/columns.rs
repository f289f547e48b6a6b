//! The columns of `../shared/data`, or of the folder in `TILEWRIGHT_DATA`, with what is known of them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::PathBuf;

use npyz::NpyFile;
use serde::Deserialize;

/// Statistics of a column, computed in 64-bit floats.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Known {
    pub(crate) n: usize,
    pub(crate) sum: f64,
    pub(crate) variance: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) cumsum_last: f64,
}

/// One column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) values: Vec<f32>,
    pub(crate) known: Known,
}

/// Where the columns should be.
pub(crate) fn folder() -> PathBuf {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    std::env::var_os("TILEWRIGHT_DATA").map_or_else(beside, PathBuf::from)
}

/// Every column that the oracle knows; `None` where there is no such folder.
pub(crate) fn columns() -> Option<Vec<Column>> {
    let folder = folder();
    let oracle = fs::read_to_string(folder.join("oracle_f64.json")).ok()?;
    let known: BTreeMap<String, Known> = serde_json::from_str(&oracle).expect("the oracle is valid JSON");
    let column = |(name, known): (String, Known)| {
        let file =
            File::open(folder.join(format!("{name}.npy"))).expect("a file for each entry of the oracle");
        let reader = NpyFile::new(BufReader::new(file)).expect("a header of npy");
        let values = reader.into_vec::<f32>().expect("a column of f32");
        Column { name, values, known }
    };
    Some(known.into_iter().map(column).collect())
}
