//! Columns: one-dimensional `.npy` files of f4, i4 or f8.

use std::fs::File;
use std::io::{self, BufReader, BufWriter};
use std::path::{Path, PathBuf};

use npyz::{NpyFile, TypeChar, WriterBuilder};

use crate::common::Failure;

/// A column as the device takes it.
pub(crate) enum Column {
    F32(Vec<f32>),
    I32(Vec<i32>),
    /// Each f64 as the nearest f32 and the nearest f32 to what is left: 48 of its 53 bits.
    Pair(Vec<[f32; 2]>),
}

impl Column {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let fail = |error: io::Error| refuse(path, &error.to_string());
        let npy = NpyFile::new(BufReader::new(File::open(path).map_err(fail)?)).map_err(fail)?;
        if npy.shape().len() != 1 {
            return Err(refuse(path, &format!("expected one dimension, given shape {:?}", npy.shape())));
        }
        if npy.len() > u64::from(u32::MAX) {
            return Err(refuse(path, &format!("expected at most 2^32 - 1 elements, given {}", npy.len())));
        }
        let dtype = npy.dtype();
        let kind = match &dtype {
            npyz::DType::Plain(plain) => Some((plain.type_char(), plain.size_field())),
            _ => None,
        };
        match kind {
            Some((TypeChar::Float, 4)) => Ok(Self::F32(npy.into_vec().map_err(fail)?)),
            Some((TypeChar::Int, 4)) => Ok(Self::I32(npy.into_vec().map_err(fail)?)),
            Some((TypeChar::Float, 8)) => {
                let values: Vec<f64> = npy.into_vec().map_err(fail)?;
                let beyond = |x: &f64| x.is_finite() && !(*x as f32).is_finite();
                if let Some(at) = values.iter().position(beyond) {
                    let what = format!("element {at} is {:e}, beyond the range of float32", values[at]);
                    return Err(refuse(path, &what));
                }
                Ok(Self::Pair(values.into_iter().map(pair).collect()))
            }
            _ => Err(refuse(path, &format!("expected a dtype of f4, i4 or f8, given {}", dtype.descr()))),
        }
    }
}

fn pair(x: f64) -> [f32; 2] {
    let high = x as f32;
    [high, if high.is_finite() { (x - f64::from(high)) as f32 } else { 0.0 }]
}

fn refuse(path: &Path, what: &str) -> Failure {
    Failure::Usage(format!("{}: {what}", path.display()))
}

/// The name of a column: that of its file without the ending.
pub(crate) fn name(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Writes cumulative sums as float64 to `dir`, which must exist, and returns the file's name.
pub(crate) fn write_cumsum(dir: &Path, name: &str, sums: &[[f32; 2]]) -> Result<PathBuf, Failure> {
    let path = dir.join(format!("{name}.cumsum.npy"));
    let write = || {
        let file = BufWriter::new(File::create(&path)?);
        let shape = [sums.len() as u64];
        let mut npy = npyz::WriteOptions::new().default_dtype().shape(&shape).writer(file).begin_nd()?;
        npy.extend(sums.iter().map(|&[high, low]| f64::from(high) + f64::from(low)))?;
        npy.finish()
    };
    write().map_err(|error: io::Error| refuse(&path, &error.to_string()))?;
    Ok(path)
}
