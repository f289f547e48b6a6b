//! CubeCL as a peer: its library's sums, and kernels of our own for what it has no library for.

mod jobs;
mod kernels;
mod squares;
mod sum;

use std::time::{Duration, Instant};

use cubecl::client::Client;
use cubecl::prelude::*;
use cubecl::server::Handle;
use cubecl::wgpu::wgpu::DeviceType;
use cubecl::wgpu::{RuntimeOptions, Vulkan, WgpuDevice, WgpuRuntime, WgslCompiler, try_init_setup};
use cubecl_runtime::runtime::Runtime;
use portable::harness::Opened;
use portable::options::Compiler;
use portable::{Case, Dtype, Job, System};

use jobs::{Compile, Download, Resident, Upload};
use sum::Sum;

/// As in `Cargo.toml`.
const VERSION: &str = "0.11.3";

/// CubeCL on one device.
pub struct Cubecl {
    name: String,
    client: Client,
    opened: Duration,
    software: bool,
}

impl Cubecl {
    /// On Vulkan.
    pub fn open(compiler: Compiler) -> Result<Self, String> {
        let start = Instant::now();
        let device = WgpuDevice::default();
        let setup = try_init_setup::<Vulkan>(&device, RuntimeOptions::default())
            .map_err(|error| format!("no adapter for CubeCL: {error}"))?;
        let adapter = setup.adapter.get_info();
        let software = adapter.device_type == DeviceType::Cpu;
        let compiler = compiler.on(software);
        let start = if compiler == Compiler::Wgsl { Instant::now() } else { start };
        let client = match compiler {
            Compiler::Wgsl => <WgpuRuntime<WgslCompiler> as Runtime>::client(&device),
            _ => <WgpuRuntime as Runtime>::client(&device),
        };
        // A device may lack what CubeCL's SPIR-V needs.
        let spirv = compiler != Compiler::Wgsl && client.name().contains("spirv");
        let name = format!("cubecl {VERSION}{}", if spirv { "" } else { " wgsl" });
        eprintln!("note: {name} runs on {:?}", adapter.name);
        Self::new(name, client, start, software)
    }

    /// Until its first answer, from `start`.
    fn new(name: String, client: Client, start: Instant, software: bool) -> Result<Self, String> {
        jobs::sync(&client)?;
        Ok(Self { name, client, opened: start.elapsed(), software })
    }

    /// Lanes of a vector of 128 bits.
    fn lanes(&self, dtype: Dtype, n: usize) -> usize {
        let sizes = self.client.io_optimized_vector_sizes(dtype.bytes().max(1));
        sizes.filter(|lanes| n.is_multiple_of(*lanes)).max().unwrap_or(1)
    }
}

/// CubeCL's name of a type.
fn element(dtype: Dtype) -> Option<cubecl::ir::ElemType> {
    match dtype {
        Dtype::F32 => Some(f32::elem_type_native()),
        Dtype::U32 => Some(u32::elem_type_native()),
        Dtype::F64 => Some(f64::elem_type_native()),
        Dtype::U64 => Some(u64::elem_type_native()),
        Dtype::None => None,
    }
}

impl System for Cubecl {
    type Array = Handle;

    fn name(&self) -> &str {
        &self.name
    }

    fn is_software(&self) -> bool {
        self.software
    }

    fn largest_array(&self) -> u64 {
        self.client.properties().memory.max_page_size
    }

    fn lacks(&self, case: Case, dtype: Dtype) -> Option<String> {
        match case {
            Case::InclusiveSum | Case::ExclusiveSum => {
                return Some("no crate of CubeCL has a scan of a device".to_owned());
            }
            _ => {}
        }
        let element = element(dtype)?;
        let known = self.client.properties().supports_type(element);
        (!known).then(|| "the device has no such type for CubeCL".to_owned())
    }

    fn upload(&self, _: Dtype, bytes: &[u8]) -> Result<Handle, String> {
        let handle = self.client.create_from_slice(bytes);
        jobs::sync(&self.client)?;
        Ok(handle)
    }

    fn job(
        &self,
        case: Case,
        dtype: Dtype,
        n: usize,
        sets: &[Vec<Handle>],
    ) -> Result<Box<dyn Job + '_>, String> {
        let client = &self.client;
        Ok(match case {
            Case::Open => Box::new(Opened(self.opened)),
            Case::Compile => Box::new(Compile::new(client)),
            Case::Upload => Box::new(Upload::new(client, dtype, n, sets.len())),
            Case::Download => Box::new(Download::new(client, sets)),
            Case::Sum | Case::SumOfSquares => {
                Box::new(Sum::new(client, dtype, n, sets, case == Case::SumOfSquares)?)
            }
            _ => Box::new(Resident::new(client, case, dtype, n, self.lanes(dtype, n), sets)?),
        })
    }

    fn clean_up(&self) -> Result<(), String> {
        self.client.memory_cleanup().map_err(|error| format!("{error:?}"))
    }
}
