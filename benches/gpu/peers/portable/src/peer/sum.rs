//! Sums by `cubek-reduce`, in the ways that a user of it would try: one pass that ends in atomic additions, or rows that
//! are reduced and then reduced again; with squares taken as they are read, the latter alone. The fastest on this device and size is kept, as CubeCL's autotuning would.

use std::time::{Duration, Instant};

use cubecl::client::Client;
use cubecl::config::autotune::AutotuneLevel;
use cubecl::ir::ElemType;
use cubecl::prelude::*;
use cubecl::server::Handle;
use cubek_reduce::components::instructions::ReduceOperationConfig;
use cubek_reduce::launch::{RoutineStrategy, VectorizationStrategy};
use cubek_reduce::routines::BlueprintStrategy;
use cubek_reduce::routines::cube::CubeStrategy;
use cubek_reduce::routines::plane::PlaneStrategy;
use cubek_reduce::{ReduceDtypes, ReduceStrategy, reduce, shared_sum};
use portable::{Dtype, Job};

use super::jobs::{device_time, read};
use super::squares;

/// A way to sum an array.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Work-groups that add their sums to the result.
    Atomic { cubes: u32 },
    /// Rows, each by a work-group, and then their sums by one.
    Cubes { rows: usize, use_planes: bool },
    /// Rows, each by a subgroup, and then their sums by one work-group.
    Planes { rows: usize },
}

const WAYS: [Way; 10] = [
    Way::Atomic { cubes: 256 },
    Way::Atomic { cubes: 1024 },
    Way::Atomic { cubes: 4096 },
    Way::Atomic { cubes: 16384 },
    Way::Cubes { rows: 256, use_planes: true },
    Way::Cubes { rows: 1024, use_planes: true },
    Way::Cubes { rows: 4096, use_planes: true },
    Way::Cubes { rows: 1024, use_planes: false },
    Way::Planes { rows: 4096 },
    Way::Planes { rows: 16384 },
];

/// A sum, whose value the host has in the end.
pub struct Sum<'a> {
    client: &'a Client,
    element: ElemType,
    n: usize,
    sets: Vec<Handle>,
    squared: bool,
    way: Way,
    value: Vec<u8>,
}

impl<'a> Sum<'a> {
    pub fn new(
        client: &'a Client,
        dtype: Dtype,
        n: usize,
        sets: &[Vec<Handle>],
        squared: bool,
    ) -> Result<Self, String> {
        let element = super::element(dtype).ok_or("no type")?;
        let sets = sets.iter().flatten().cloned().collect();
        let mut sum = Self { client, element, n, sets, squared, way: WAYS[0], value: Vec::new() };
        let mut why = String::new();
        let mut best: Option<(Duration, Way)> = None;
        for way in WAYS {
            sum.way = way;
            match sum.try_out() {
                Ok(time) if best.is_none_or(|(least, _)| time < least) => best = Some((time, way)),
                Ok(_) => {}
                Err(error) => why = format!("{way:?}: {error}"),
            }
        }
        let (_, way) = best.ok_or(why)?;
        let what = if squared { "squares of " } else { "" };
        eprintln!("note: cubecl sums {what}{n} {} by {way:?}", dtype.name());
        sum.way = way;
        Ok(sum)
    }

    /// The least time of some runs after the first, which compiles.
    fn try_out(&mut self) -> Result<Duration, String> {
        let mut least = Duration::MAX;
        for run in 0..4 {
            let start = Instant::now();
            self.run(run % self.sets.len())?;
            if run > 0 {
                least = least.min(start.elapsed());
            }
        }
        Ok(least)
    }

    fn launch(&self, set: usize) -> Result<Handle, String> {
        let input = &self.sets[set];
        match self.way {
            Way::Atomic { .. } if self.squared => Err("it sums what is stored".to_owned()),
            Way::Atomic { cubes } => {
                let out = self.client.create_from_slice(&vec![0; self.element.size()]);
                shared_sum(self.client, tensor(input, &[self.n]), tensor(&out, &[1]), cubes, self.element)
                    .map_err(|error| format!("{error:?}"))?;
                Ok(out)
            }
            Way::Cubes { rows, use_planes } => self.rows(input, rows, cubes(use_planes), use_planes),
            Way::Planes { rows } => {
                let planes = PlaneStrategy { independent: true };
                self.rows(input, rows, RoutineStrategy::Plane(BlueprintStrategy::Inferred(planes)), true)
            }
        }
    }

    /// The sums of rows, and the sum of these.
    fn rows(
        &self,
        input: &Handle,
        rows: usize,
        routine: RoutineStrategy,
        use_planes: bool,
    ) -> Result<Handle, String> {
        if !self.n.is_multiple_of(rows) || self.n <= rows {
            return Err(format!("{} elements do not make {rows} rows", self.n));
        }
        let sums = self.client.empty(rows * self.element.size());
        let out = self.client.empty(self.element.size());
        let (matrix, column) = (tensor(input, &[rows, self.n / rows]), tensor(&sums, &[rows, 1]));
        if self.squared {
            squares::of_rows(self.client, matrix, column, routine, self.element)
                .map_err(|error| format!("{error:?}"))?;
        } else {
            self.reduce(matrix, column, routine)?;
        }
        self.reduce(tensor(&sums, &[1, rows]), tensor(&out, &[1, 1]), cubes(use_planes))?;
        Ok(out)
    }

    fn reduce(&self, from: TensorBinding, to: TensorBinding, routine: RoutineStrategy) -> Result<(), String> {
        let strategy = ReduceStrategy {
            routine,
            vectorization: VectorizationStrategy { parallel_output_vectorization: false },
            autotune_level: AutotuneLevel::Full,
        };
        let dtypes = ReduceDtypes { input: self.element, output: self.element, accumulation: self.element };
        reduce(self.client, from, to, 1, strategy, ReduceOperationConfig::Sum, dtypes)
            .map_err(|error| format!("{error:?}"))
    }
}

fn cubes(use_planes: bool) -> RoutineStrategy {
    RoutineStrategy::Cube(BlueprintStrategy::Inferred(CubeStrategy { use_planes }))
}

/// An array seen as a dense tensor, which it is as large as.
fn tensor(handle: &Handle, shape: &[usize]) -> TensorBinding {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    // SAFETY: all callers give a shape whose elements are those of the array, and dense strides stay inside.
    unsafe { TensorBinding::from_raw_parts(handle.clone(), strides.into(), shape.to_vec().into()) }
}

impl Job for Sum<'_> {
    fn run(&mut self, set: usize) -> Result<(), String> {
        let out = self.launch(set)?;
        self.value = read(self.client, &out)?;
        Ok(())
    }

    fn run_on_device_clock(&mut self, set: usize) -> Result<Duration, String> {
        let (out, time) = device_time(self.client, || self.launch(set))?;
        self.value = read(self.client, &out?)?;
        Ok(time)
    }

    fn poison(&mut self) -> Result<(), String> {
        self.value.clear();
        Ok(())
    }

    fn result(&mut self) -> Result<Vec<u8>, String> {
        Ok(self.value.clone())
    }
}
