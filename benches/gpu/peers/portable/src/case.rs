//! What is measured, and how many bytes it must move at least.

/// Type of the elements of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
    F32,
    U32,
    F64,
    U64,
    /// Where it means nothing.
    None,
}

impl Dtype {
    /// Types that have elements.
    pub const ALL: [Self; 4] = [Self::F32, Self::U32, Self::F64, Self::U64];

    /// As in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::U32 => "u32",
            Self::F64 => "f64",
            Self::U64 => "u64",
            Self::None => "-",
        }
    }

    /// Bytes of an element.
    pub fn bytes(self) -> usize {
        match self {
            Self::F32 | Self::U32 => 4,
            Self::F64 | Self::U64 => 8,
            Self::None => 0,
        }
    }
}

/// A case of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    Saxpy,
    BlackScholes,
    Sum,
    SumOfSquares,
    InclusiveSum,
    ExclusiveSum,
    Copy,
    Upload,
    Download,
    /// A launch that does nothing, until the host knows that it is done.
    Launch,
    /// A device until its first answer.
    Open,
    /// A kernel that was not compiled before, on one element.
    Compile,
}

impl Case {
    /// As in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Saxpy => "map saxpy",
            Self::BlackScholes => "map black_scholes",
            Self::Sum => "reduce sum",
            Self::SumOfSquares => "reduce sum_of_squares",
            Self::InclusiveSum => "scan inclusive_sum",
            Self::ExclusiveSum => "scan exclusive_sum",
            Self::Copy => "copy device",
            Self::Upload => "upload pageable",
            Self::Download => "download pageable",
            Self::Launch => "launch empty",
            Self::Open => "open",
            Self::Compile => "compile",
        }
    }

    /// Arrays that it reads.
    pub fn inputs(self) -> usize {
        match self {
            Self::BlackScholes => 3,
            Self::Saxpy => 2,
            Self::Launch | Self::Open | Self::Compile => 0,
            _ => 1,
        }
    }

    /// Elements of the result.
    pub fn output_len(self, n: usize) -> usize {
        match self {
            Self::Sum | Self::SumOfSquares => 1,
            Self::Launch | Self::Open | Self::Compile => 0,
            _ => n,
        }
    }

    /// Bytes that it moves at least.
    pub fn moves(self, n: usize, dtype: Dtype) -> u64 {
        let arrays = match self {
            Self::BlackScholes => 4,
            Self::Saxpy => 3,
            Self::InclusiveSum | Self::ExclusiveSum | Self::Copy => 2,
            Self::Sum | Self::SumOfSquares | Self::Upload | Self::Download => 1,
            Self::Launch | Self::Open | Self::Compile => 0,
        };
        arrays * (n * dtype.bytes()) as u64
    }

    /// Whether the device's clock can tell something that the host's cannot.
    pub fn has_device_clock(self) -> bool {
        !matches!(self, Self::Upload | Self::Download | Self::Open | Self::Compile)
    }
}

/// Cases that read the same arrays, which are uploaded once for all of them.
pub struct Group {
    pub dtype: Dtype,
    pub cases: &'static [Case],
}

/// All cases that depend on a size, in the order in which they are measured.
pub fn groups() -> Vec<Group> {
    let of_one_array = &[
        Case::Copy,
        Case::Sum,
        Case::SumOfSquares,
        Case::InclusiveSum,
        Case::ExclusiveSum,
        Case::Upload,
        Case::Download,
    ];
    let mut groups = vec![
        Group { dtype: Dtype::F32, cases: &[Case::Saxpy] },
        Group { dtype: Dtype::F32, cases: &[Case::BlackScholes] },
        Group { dtype: Dtype::F32, cases: of_one_array },
    ];
    let others = Dtype::ALL.into_iter().filter(|dtype| *dtype != Dtype::F32);
    groups.extend(others.map(|dtype| Group { dtype, cases: &of_one_array[1..5] }));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn least_traffic_is_that_of_the_schema() {
        assert_eq!(Case::Saxpy.moves(1 << 20, Dtype::F32), 12 << 20);
        assert_eq!(Case::BlackScholes.moves(1 << 20, Dtype::F32), 16 << 20);
        assert_eq!(Case::Sum.moves(1 << 20, Dtype::F64), 8 << 20);
        assert_eq!(Case::InclusiveSum.moves(1 << 20, Dtype::U32), 8 << 20);
        assert_eq!(Case::Launch.moves(0, Dtype::None), 0);
    }

    #[test]
    fn cases_of_a_group_read_the_same_arrays() {
        for group in groups() {
            assert!(group.cases.iter().all(|case| case.inputs() == group.cases[0].inputs()));
        }
    }
}
