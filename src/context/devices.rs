//! The GPUs of a context: found, opened and probed when a decision first depends on them.

use std::sync::Arc;

use crate::array::ArrayData;
use crate::error::{Error, Result};
use crate::gpu::Gpu;
use crate::plan::{GpuProfile, Plan};
use crate::work::Work;

pub(super) struct Devices {
    filter: Option<String>,
}
impl Devices {
    pub(super) fn new(filter: Option<String>) -> Self {
        Self { filter }
    }
    pub(super) fn is_cached(&self, _work: &Work<'_>) -> bool {
        false
    }
    pub(super) fn supports(&self, _work: &Work<'_>) -> Result<(), String> {
        Ok(())
    }
    pub(super) fn holds(&self, _array: &ArrayData) -> bool {
        false
    }
    pub(super) fn profiles(&self, _threads: usize) -> Vec<GpuProfile> {
        Vec::new()
    }
    pub(super) fn open(&self, _plan: &Plan) -> Result<Arc<Gpu>> {
        Err(Error::NoAdapter { reason: "none".into() })
    }
    pub(super) async fn download(&self, _array: &ArrayData, _out: &mut [u32]) -> Result<()> {
        Err(Error::NoAdapter { reason: "none".into() })
    }
}
