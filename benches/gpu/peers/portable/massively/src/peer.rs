//! massively as a peer.

use std::time::{Duration, Instant};

use cubecl::prelude::*;
use massively::{DeviceVec, Executor};
use portable::harness::Opened;
use portable::{Case, Dtype, Job, System};

use crate::calls;

/// massively on one device.
pub struct Massively<R: Runtime> {
    name: String,
    exec: Executor<R>,
    opened: Duration,
    /// Before the device was opened.
    epoch: Instant,
    software: bool,
}

/// An array of one of the types.
pub enum Array<R: Runtime> {
    F32(DeviceVec<R, f32>),
    U32(DeviceVec<R, u32>),
    F64(DeviceVec<R, f64>),
    U64(DeviceVec<R, u64>),
}

impl<R: Runtime> Clone for Array<R> {
    fn clone(&self) -> Self {
        match self {
            Self::F32(array) => Self::F32(array.clone()),
            Self::U32(array) => Self::U32(array.clone()),
            Self::F64(array) => Self::F64(array.clone()),
            Self::U64(array) => Self::U64(array.clone()),
        }
    }
}

impl<R: Runtime> Massively<R> {
    /// Until its first answer, from `start`.
    pub fn new(name: &str, device: R::Device, start: Instant, software: bool) -> Result<Self, String> {
        let exec = Executor::new(device);
        exec.sync().map_err(|error| error.to_string())?;
        Ok(Self { name: name.to_owned(), exec, opened: start.elapsed(), epoch: start, software })
    }
}

impl<R: Runtime> System for Massively<R> {
    type Array = Array<R>;

    fn name(&self) -> &str {
        &self.name
    }

    fn is_software(&self) -> bool {
        self.software
    }

    fn largest_array(&self) -> u64 {
        self.exec.client().properties().memory.max_page_size
    }

    fn lacks(&self, case: Case, dtype: Dtype) -> Option<String> {
        let element = match dtype {
            Dtype::F32 => f32::elem_type_native(),
            Dtype::U32 => u32::elem_type_native(),
            Dtype::F64 => f64::elem_type_native(),
            Dtype::U64 => u64::elem_type_native(),
            Dtype::None => {
                let has = case == Case::Open;
                return (!has).then(|| "it launches and compiles by CubeCL, which has this row".to_owned());
            }
        };
        let known = self.exec.client().properties().supports_type(element);
        (!known).then(|| "the device has no such type for CubeCL".to_owned())
    }

    fn upload(&self, dtype: Dtype, bytes: &[u8]) -> Result<Array<R>, String> {
        let array = match dtype {
            Dtype::F32 => Array::F32(self.exec.to_device(&bytemuck::pod_collect_to_vec::<u8, f32>(bytes))),
            Dtype::U32 => Array::U32(self.exec.to_device(&bytemuck::pod_collect_to_vec::<u8, u32>(bytes))),
            Dtype::F64 => Array::F64(self.exec.to_device(&bytemuck::pod_collect_to_vec::<u8, f64>(bytes))),
            Dtype::U64 => Array::U64(self.exec.to_device(&bytemuck::pod_collect_to_vec::<u8, u64>(bytes))),
            Dtype::None => return Err("no type".to_owned()),
        };
        self.exec.sync().map_err(|error| error.to_string())?;
        Ok(array)
    }

    fn job(
        &self,
        case: Case,
        dtype: Dtype,
        n: usize,
        sets: &[Vec<Array<R>>],
    ) -> Result<Box<dyn Job + '_>, String> {
        match case {
            Case::Open => Ok(Box::new(Opened(self.opened))),
            _ => calls::job(&self.exec, case, dtype, n, sets, self.epoch),
        }
    }

    fn clean_up(&self) -> Result<(), String> {
        self.exec.client().memory_cleanup();
        self.exec.sync().map_err(|error| error.to_string())
    }
}
