//! Calls to CubeCL, from launch until the host knows that they are done.

use std::time::{Duration, Instant, SystemTime};

use cubecl::benchmark::TimingMethod;
use cubecl::client::Client;
use cubecl::future::block_on;
use cubecl::prelude::*;
use cubecl::server::Handle;
use cubecl::{CubeDim, calculate_cube_count_elemwise};
use portable::{Case, Dtype, Job, data};

use super::kernels;

/// Waits until all work is done.
pub fn sync(client: &Client) -> Result<(), String> {
    block_on(client.sync()).map_err(|error| format!("{error:?}"))
}

/// The bytes of an array.
pub fn read(client: &Client, handle: &Handle) -> Result<Vec<u8>, String> {
    let bytes = client.read_one(handle.clone()).map_err(|error| format!("{error:?}"))?;
    Ok(bytes.to_vec())
}

/// The device's time from the start of the first kernel to the end of the last.
pub fn device_time<T>(client: &Client, launch: impl FnOnce() -> T) -> Result<(T, Duration), String> {
    let window = client.profile_start().map_err(|error| format!("{error:?}"))?;
    let launched = launch();
    let profile = client.profile_end(window).map_err(|error| format!("{error:?}"))?;
    if profile.timing_method() != TimingMethod::Device {
        return Err("CubeCL has no timestamps on this device".to_owned());
    }
    let ticks = block_on(profile.resolve()).ok_or("the device wrote no timestamps")?;
    Ok((launched, ticks.duration()))
}

/// The whole of an array as the argument of a kernel.
///
/// # Safety
///
/// The array has at least `len` elements of the kernel's type.
pub unsafe fn argument(handle: &Handle, len: usize) -> BufferArg {
    // SAFETY: the caller vouches for the length.
    unsafe { BufferArg::from_raw_parts(handle.clone(), len) }
}

/// A case whose inputs and result stay on the device.
pub struct Resident<'a> {
    client: &'a Client,
    case: Case,
    dtype: Dtype,
    n: usize,
    lanes: usize,
    sets: Vec<Vec<Handle>>,
    out: Handle,
}

impl<'a> Resident<'a> {
    pub fn new(
        client: &'a Client,
        case: Case,
        dtype: Dtype,
        n: usize,
        lanes: usize,
        sets: &[Vec<Handle>],
    ) -> Result<Self, String> {
        // The empty launch has a buffer, too.
        let bytes = (case.output_len(n) * dtype.bytes()).max(16);
        let out = client.empty(bytes);
        sync(client)?;
        Ok(Self { client, case, dtype, n, lanes, sets: sets.to_vec(), out })
    }

    fn launch(&self, set: usize) {
        let Self { client, lanes, n, .. } = *self;
        let units = n / lanes;
        let dim = CubeDim::new(client, units.max(1));
        let cubes = || calculate_cube_count_elemwise(client, units, dim);
        let inputs = self.sets.get(set).map(Vec::as_slice).unwrap_or_default();
        // SAFETY: inputs and result have `n` elements, and `lanes` divides it.
        let array = |handle| unsafe { argument(handle, n) };
        // SAFETY: the kernels compare their index with the length of the result, which is that of the inputs.
        unsafe {
            match (self.case, inputs) {
                (Case::Saxpy, [x, y]) => {
                    let (x, y, out) = (array(x), array(y), array(&self.out));
                    kernels::saxpy::launch_unchecked(client, cubes(), dim, lanes, x, y, out);
                }
                (Case::BlackScholes, [spot, strike, years]) => {
                    let (spot, strike, years, out) =
                        (array(spot), array(strike), array(years), array(&self.out));
                    let cubes = cubes();
                    kernels::black_scholes::launch_unchecked(
                        client, cubes, dim, lanes, spot, strike, years, out,
                    );
                }
                (Case::Copy, [from]) => {
                    let (from, out) = (array(from), array(&self.out));
                    match self.dtype {
                        Dtype::U32 => {
                            kernels::copy::launch_unchecked::<u32>(client, cubes(), dim, lanes, from, out);
                        }
                        _ => kernels::copy::launch_unchecked::<f32>(client, cubes(), dim, lanes, from, out),
                    }
                }
                _ => {
                    let (one, dim) = (CubeCount::Static(1, 1, 1), CubeDim::new_1d(1));
                    kernels::nothing::launch_unchecked(client, one, dim, argument(&self.out, 4));
                }
            }
        }
    }
}

impl Job for Resident<'_> {
    fn run(&mut self, set: usize) -> Result<(), String> {
        self.launch(set);
        sync(self.client)
    }

    fn run_on_device_clock(&mut self, set: usize) -> Result<Duration, String> {
        Ok(device_time(self.client, || self.launch(set))?.1)
    }

    fn poison(&mut self) -> Result<(), String> {
        let bytes = vec![0xFF; self.case.output_len(self.n) * self.dtype.bytes()];
        if !bytes.is_empty() {
            self.client.write(&self.out, cubecl::bytes::Bytes::from_bytes_vec(bytes));
        }
        sync(self.client)
    }

    fn result(&mut self) -> Result<Vec<u8>, String> {
        match self.case.output_len(self.n) {
            0 => Ok(Vec::new()),
            _ => read(self.client, &self.out),
        }
    }
}

/// From memory of the host to memory of the device that is there already.
pub struct Upload<'a> {
    client: &'a Client,
    host: Vec<Vec<u8>>,
    out: Handle,
    time: Duration,
}

impl<'a> Upload<'a> {
    pub fn new(client: &'a Client, dtype: Dtype, n: usize, sets: usize) -> Self {
        let host = |seed| data::array(Case::Upload, dtype, n, seed, 0);
        let out = client.empty(n * dtype.bytes());
        Self { client, host: (1..=sets as u32).map(host).collect(), out, time: Duration::ZERO }
    }
}

impl Job for Upload<'_> {
    fn run(&mut self, set: usize) -> Result<(), String> {
        // CubeCL takes the bytes for itself: what is copied for that is not its doing.
        let bytes = cubecl::bytes::Bytes::from_bytes_vec(self.host[set].clone());
        let start = Instant::now();
        self.client.write(&self.out, bytes);
        sync(self.client)?;
        self.time = start.elapsed();
        Ok(())
    }

    fn run_on_device_clock(&mut self, _: usize) -> Result<Duration, String> {
        Err("the device has no clock for copies".to_owned())
    }

    fn poison(&mut self) -> Result<(), String> {
        let bytes = vec![0xFF; self.host[0].len()];
        self.client.write(&self.out, cubecl::bytes::Bytes::from_bytes_vec(bytes));
        sync(self.client)
    }

    fn result(&mut self) -> Result<Vec<u8>, String> {
        read(self.client, &self.out)
    }

    fn own_time(&self) -> Option<Duration> {
        Some(self.time)
    }
}

/// From the device to memory of the host, which CubeCL provides.
pub struct Download<'a> {
    client: &'a Client,
    sets: Vec<Handle>,
    got: Option<cubecl::bytes::Bytes>,
}

impl<'a> Download<'a> {
    pub fn new(client: &'a Client, sets: &[Vec<Handle>]) -> Self {
        Self { client, sets: sets.iter().flatten().cloned().collect(), got: None }
    }
}

impl Job for Download<'_> {
    fn run(&mut self, set: usize) -> Result<(), String> {
        let bytes = self.client.read_one(self.sets[set].clone()).map_err(|error| format!("{error:?}"))?;
        self.got = Some(bytes);
        Ok(())
    }

    fn run_on_device_clock(&mut self, _: usize) -> Result<Duration, String> {
        Err("the device has no clock for copies".to_owned())
    }

    fn poison(&mut self) -> Result<(), String> {
        self.got = None;
        Ok(())
    }

    fn result(&mut self) -> Result<Vec<u8>, String> {
        self.got.as_ref().map(|bytes| bytes.to_vec()).ok_or_else(|| "nothing was read".to_owned())
    }
}

/// A new kernel in each run.
pub struct Compile<'a> {
    client: &'a Client,
    constant: u32,
    out: Handle,
}

impl<'a> Compile<'a> {
    pub fn new(client: &'a Client) -> Self {
        // Other than in the last process: the driver may remember its kernels.
        let constant = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(1, |time| time.as_micros() as u32);
        Self { client, constant, out: client.create_from_slice(&[0; 16]) }
    }
}

impl Job for Compile<'_> {
    fn run(&mut self, _: usize) -> Result<(), String> {
        self.constant = self.constant.wrapping_add(1);
        let (one, dim) = (CubeCount::Static(1, 1, 1), CubeDim::new_1d(1));
        // SAFETY: the array has 4 elements, and the kernel compares its index with that.
        unsafe {
            let out = argument(&self.out, 4);
            kernels::add_constant::launch_unchecked(self.client, one, dim, out, self.constant);
        }
        sync(self.client)
    }

    fn run_on_device_clock(&mut self, _: usize) -> Result<Duration, String> {
        Err("kernels are compiled by the host".to_owned())
    }

    fn poison(&mut self) -> Result<(), String> {
        Ok(())
    }

    fn result(&mut self) -> Result<Vec<u8>, String> {
        Ok(Vec::new())
    }
}
