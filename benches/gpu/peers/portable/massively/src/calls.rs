//! Calls of massively's algorithms, for each of the types.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cubecl::benchmark::TimingMethod;
use cubecl::future::block_on;
use cubecl::prelude::*;
use cubecl::profile::ProfileDuration;
use massively::vector::{copy, exclusive_scan, fill, inclusive_scan, reduce};
use massively::{DeviceVec, Error, Executor, lazy, zip2, zip3};
use portable::{Case, Dtype, Job, data};

use crate::ops::{BlackScholes, Saxpy, Square, Sum};
use crate::peer::Array;

type Step<'a> = Box<dyn FnMut() -> Result<(), Error> + Send + 'a>;

/// A call and what belongs to it.
pub struct Call<'a, R: Runtime> {
    exec: &'a Executor<R>,
    /// The call on each of the sets.
    launch: Box<dyn FnMut(usize) -> Result<(), Error> + Send + 'a>,
    poison: Step<'a>,
    result: Box<dyn FnMut() -> Result<Vec<u8>, Error> + Send + 'a>,
    /// Time of the part of the call that counts, if not all of it does.
    time: Slot<Duration>,
    kernels: Kernels,
    /// Before the device was opened.
    epoch: Instant,
}

/// How the device's time of a call can be told.
///
/// Between the start and the end of a profile, CubeCL 0.11.0-pre.3 stamps the first compute pass and no other, and the
/// metadata of each of massively's kernels begins a new one.
#[derive(Clone, Copy)]
enum Kernels {
    /// One, whose pass is stamped.
    One,
    /// Several: from the start of the first to that of a kernel which is launched after them.
    Several,
    /// Several, and then the call waits for a value: that kernel would come too late.
    AndValue,
}

/// The profile of a part of a call, which need not be done yet.
fn profile<R: Runtime>(
    exec: &Executor<R>,
    part: impl FnOnce() -> Result<(), Error> + Send,
) -> Result<ProfileDuration, String> {
    let (launched, profile) = exec.client().profile(part, "call").map_err(|error| format!("{error:?}"))?;
    launched.map_err(|error| error.to_string())?;
    if profile.timing_method() != TimingMethod::Device {
        return Err("CubeCL has no timestamps on this device".to_owned());
    }
    Ok(profile)
}

impl<R: Runtime> Call<'_, R> {
    fn waits(&self) -> bool {
        matches!(self.kernels, Kernels::AndValue)
    }
}

impl<R: Runtime> Job for Call<'_, R> {
    fn run(&mut self, set: usize) -> Result<(), String> {
        let launched = (self.launch)(set);
        // A value that the host has tells that all is done.
        let done = launched.and_then(|()| if self.waits() { Ok(()) } else { self.exec.sync() });
        done.map_err(|error| error.to_string())
    }

    fn run_on_device_clock(&mut self, set: usize) -> Result<Duration, String> {
        let Self { exec, launch, epoch, .. } = self;
        match self.kernels {
            Kernels::One => Ok(block_on(profile(exec, || launch(set))?.resolve()).duration()),
            Kernels::Several => {
                let one = exec.alloc::<u32>(1);
                let call = profile(exec, || launch(set))?;
                let after = profile(exec, || fill(exec, 1_u32, one.slice_mut(..)))?;
                let start =
                    |profile: ProfileDuration| block_on(profile.resolve()).start_duration_since(*epoch);
                let (call, after) = (start(call), start(after));
                Ok(after.saturating_sub(call))
            }
            Kernels::AndValue => {
                Err("the call waits for its value, and CubeCL 0.11.0-pre.3 stamps the first pass alone"
                    .to_owned())
            }
        }
    }

    fn poison(&mut self) -> Result<(), String> {
        (self.poison)().and_then(|()| self.exec.sync()).map_err(|error| error.to_string())
    }

    fn result(&mut self) -> Result<Vec<u8>, String> {
        (self.result)().map_err(|error| error.to_string())
    }

    fn own_time(&self) -> Option<Duration> {
        self.time.lock().ok().and_then(|time| *time)
    }
}

/// What a call leaves its result in.
type Slot<T> = Arc<Mutex<Option<T>>>;

/// The same slot for the call, its poison and the reading of its result.
fn slot<T>() -> [Slot<T>; 3] {
    let slot = Arc::new(Mutex::new(None));
    [slot.clone(), slot.clone(), slot]
}

fn set<T>(slot: &Mutex<Option<T>>, value: Option<T>) {
    *slot.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = value;
}

fn nothing() -> Error {
    Error::Launch { message: "there is no result".to_owned() }
}

/// Jobs of cases that read one array of a type.
macro_rules! of_one_array {
    ($name:ident, $type:ty, $variant:ident, $poison:expr) => {
        fn $name<'a, R: Runtime>(
            exec: &'a Executor<R>,
            case: Case,
            dtype: Dtype,
            n: usize,
            sets: &[Vec<Array<R>>],
            epoch: Instant,
        ) -> Result<Call<'a, R>, String> {
            let arrays: Vec<DeviceVec<R, $type>> = sets
                .iter()
                .flatten()
                .filter_map(|array| match array {
                    Array::$variant(array) => Some(array.clone()),
                    _ => None,
                })
                .collect();
            let time = Arc::new(Mutex::new(None));
            let len = u32::try_from(n).map_err(|_| "more elements than massively counts".to_owned())?;
            Ok(match case {
                Case::Sum | Case::SumOfSquares => {
                    let [value, gone, read] = slot::<$type>();
                    let zero = 0 as $type;
                    let squares = case == Case::SumOfSquares;
                    Call {
                        exec,
                        launch: Box::new(move |index| {
                            let input = arrays[index].slice(..);
                            let sum = if squares {
                                reduce(exec, lazy::map(input, Square), zero, Sum)?
                            } else {
                                reduce(exec, input, zero, Sum)?
                            };
                            set(&value, Some(sum));
                            Ok(())
                        }),
                        poison: Box::new(move || {
                            set(&gone, None);
                            Ok(())
                        }),
                        result: Box::new(move || {
                            let value = read.lock().ok().and_then(|value| *value).ok_or_else(nothing)?;
                            Ok(bytemuck::bytes_of(&value).to_vec())
                        }),
                        time,
                        kernels: Kernels::AndValue,
                        epoch,
                    }
                }
                Case::InclusiveSum | Case::ExclusiveSum => {
                    let [scan, gone, read] = slot();
                    let exclusive = case == Case::ExclusiveSum;
                    Call {
                        exec,
                        launch: Box::new(move |index| {
                            // The memory of the last result is there for this one.
                            set(&scan, None);
                            let input = arrays[index].slice(..);
                            let result = if exclusive {
                                exclusive_scan(exec, input, 0 as $type, Sum)?
                            } else {
                                inclusive_scan(exec, input, Sum)?
                            };
                            set(&scan, Some(result));
                            Ok(())
                        }),
                        poison: Box::new(move || {
                            // Results are in memory that massively takes for itself: likely this one, once it is free.
                            set(&gone, None);
                            let poisoned = exec.alloc::<$type>(len);
                            fill(exec, $poison, poisoned.slice_mut(..))
                        }),
                        result: Box::new(move || {
                            let scan = read.lock().map_err(|_| nothing())?;
                            let values = exec.to_host(scan.as_ref().ok_or_else(nothing)?)?;
                            Ok(bytemuck::cast_slice(&values).to_vec())
                        }),
                        time,
                        kernels: Kernels::Several,
                        epoch,
                    }
                }
                Case::Copy => {
                    let out = exec.alloc::<$type>(len);
                    let (poisoned, read) = (out.clone(), out.clone());
                    Call {
                        exec,
                        launch: Box::new(move |index| copy(exec, arrays[index].slice(..), out.slice_mut(..))),
                        poison: Box::new(move || fill(exec, $poison, poisoned.slice_mut(..))),
                        result: Box::new(move || Ok(bytemuck::cast_slice(&exec.to_host(&read)?).to_vec())),
                        time,
                        kernels: Kernels::One,
                        epoch,
                    }
                }
                Case::Upload => {
                    let host = |seed| {
                        bytemuck::pod_collect_to_vec::<u8, $type>(&data::array(case, dtype, n, seed, 0))
                    };
                    let host: Vec<Vec<$type>> = (1..=sets.len() as u32).map(host).collect();
                    let [array, gone, read] = slot::<DeviceVec<R, $type>>();
                    Call {
                        exec,
                        launch: Box::new(move |index| {
                            set(&array, None);
                            set(&array, Some(exec.to_device(&host[index])));
                            Ok(())
                        }),
                        poison: Box::new(move || {
                            set(&gone, None);
                            let poisoned = exec.alloc::<$type>(len);
                            fill(exec, $poison, poisoned.slice_mut(..))
                        }),
                        result: Box::new(move || {
                            let array = read.lock().map_err(|_| nothing())?;
                            let values = exec.to_host(array.as_ref().ok_or_else(nothing)?)?;
                            Ok(bytemuck::cast_slice(&values).to_vec())
                        }),
                        time,
                        kernels: Kernels::One,
                        epoch,
                    }
                }
                Case::Download => {
                    let [host, gone, read] = slot::<Vec<$type>>();
                    let clock = time.clone();
                    Call {
                        exec,
                        launch: Box::new(move |index| {
                            let start = Instant::now();
                            let values = exec.to_host(&arrays[index])?;
                            set(&clock, Some(start.elapsed()));
                            set(&host, Some(values));
                            Ok(())
                        }),
                        poison: Box::new(move || {
                            set(&gone, None);
                            Ok(())
                        }),
                        result: Box::new(move || {
                            let host = read.lock().map_err(|_| nothing())?;
                            Ok(bytemuck::cast_slice(host.as_ref().ok_or_else(nothing)?).to_vec())
                        }),
                        time,
                        kernels: Kernels::One,
                        epoch,
                    }
                }
                _ => return Err("no such case".to_owned()),
            })
        }
    };
}

of_one_array!(of_f32, f32, F32, f32::from_bits(u32::MAX));
of_one_array!(of_u32, u32, U32, u32::MAX);
of_one_array!(of_f64, f64, F64, f64::from_bits(u64::MAX));
of_one_array!(of_u64, u64, U64, u64::MAX);

/// A map of several columns into memory that is there already.
fn map<'a, R: Runtime>(
    exec: &'a Executor<R>,
    case: Case,
    n: usize,
    sets: &[Vec<Array<R>>],
    epoch: Instant,
) -> Result<Call<'a, R>, String> {
    let column = |array: &Array<R>| match array {
        Array::F32(column) => Some(column.clone()),
        _ => None,
    };
    let sets: Vec<Vec<_>> = sets.iter().map(|set| set.iter().filter_map(column).collect()).collect();
    let len = u32::try_from(n).map_err(|_| "more elements than massively counts".to_owned())?;
    let out = exec.alloc::<f32>(len);
    let (poisoned, read) = (out.clone(), out.clone());
    Ok(Call {
        exec,
        launch: Box::new(move |index| match (case, sets[index].as_slice()) {
            (Case::Saxpy, [x, y]) => {
                let columns = zip2(x.slice(..), y.slice(..));
                copy(exec, lazy::map(columns, Saxpy), out.slice_mut(..))
            }
            (Case::BlackScholes, [spot, strike, years]) => {
                let columns = zip3(spot.slice(..), strike.slice(..), years.slice(..));
                copy(exec, lazy::map(columns, BlackScholes), out.slice_mut(..))
            }
            _ => Err(nothing()),
        }),
        poison: Box::new(move || fill(exec, f32::from_bits(u32::MAX), poisoned.slice_mut(..))),
        result: Box::new(move || Ok(bytemuck::cast_slice(&exec.to_host(&read)?).to_vec())),
        time: Arc::new(Mutex::new(None)),
        kernels: Kernels::One,
        epoch,
    })
}

/// A case on some sets of inputs.
pub fn job<'a, R: Runtime>(
    exec: &'a Executor<R>,
    case: Case,
    dtype: Dtype,
    n: usize,
    sets: &[Vec<Array<R>>],
    epoch: Instant,
) -> Result<Box<dyn Job + 'a>, String> {
    Ok(Box::new(match (case, dtype) {
        (Case::Saxpy | Case::BlackScholes, _) => map(exec, case, n, sets, epoch)?,
        (_, Dtype::F32) => of_f32(exec, case, dtype, n, sets, epoch)?,
        (_, Dtype::U32) => of_u32(exec, case, dtype, n, sets, epoch)?,
        (_, Dtype::F64) => of_f64(exec, case, dtype, n, sets, epoch)?,
        (_, Dtype::U64) => of_u64(exec, case, dtype, n, sets, epoch)?,
        (_, Dtype::None) => return Err("no type".to_owned()),
    }))
}
