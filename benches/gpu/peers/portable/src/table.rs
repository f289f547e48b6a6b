//! The rows of the CSV, written as they are measured.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::case::{Case, Dtype};
use crate::timing::Quartiles;

/// Names of the columns.
pub const HEADER: &str = "system,case,dtype,n,clock,median_us,q1_us,q3_us,runs,bytes,checked";

/// One measurement.
pub struct Row<'a> {
    pub system: &'a str,
    pub case: Case,
    pub dtype: Dtype,
    pub n: usize,
    pub clock: &'static str,
    pub times: Quartiles,
    pub correct: bool,
}

impl Row<'_> {
    /// As a line of the CSV.
    pub fn line(&self) -> String {
        let Quartiles { median_us, q1_us, q3_us, runs } = self.times;
        format!(
            "{},{},{},{},{},{median_us:.3},{q1_us:.3},{q3_us:.3},{runs},{},{}",
            self.system,
            self.case.name(),
            self.dtype.name(),
            self.n,
            self.clock,
            self.case.moves(self.n, self.dtype),
            if self.correct { "ok" } else { "WRONG" },
        )
    }
}

/// The file that rows go to.
pub struct Table {
    file: File,
}

impl Table {
    /// A file with the header alone, or one that rows are added to.
    pub fn open(path: &Path, append: bool) -> io::Result<Self> {
        let mut file = if append {
            OpenOptions::new().append(true).create(true).open(path)?
        } else {
            File::create(path)?
        };
        if file.metadata()?.len() == 0 {
            writeln!(file, "{HEADER}")?;
        }
        Ok(Self { file })
    }

    /// Adds a row; a program that is killed leaves what it has.
    pub fn push(&mut self, row: &Row) -> io::Result<()> {
        writeln!(self.file, "{}", row.line())?;
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_columns_of_the_header() {
        let times = Quartiles { median_us: 12.5, q1_us: 12.0, q3_us: 13.0, runs: 7 };
        let row = Row {
            system: "cubecl 0.11.3",
            case: Case::Sum,
            dtype: Dtype::U64,
            n: 1024,
            clock: "host",
            times,
            correct: true,
        };
        assert_eq!(row.line(), "cubecl 0.11.3,reduce sum,u64,1024,host,12.500,12.000,13.000,7,8192,ok");
        assert_eq!(row.line().split(',').count(), HEADER.split(',').count());
    }
}
