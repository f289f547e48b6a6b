//! Memory that stays while it is copied.
//!
//! The poll that finds a device lost frees the memory of all its buffers, mapped ones too, while another thread may be
//! copying from or to what was mapped: it would read or write memory that is somebody else's by then. A buffer seen through
//! its driver's own type holds the lock that destruction takes, and that is all that it is used for here.

use super::device::Device;
use super::pool::Buffer;
use crate::error::Result;

impl Device {
    /// Runs `copy` while no buffer of the device can be freed; an error if this one already is. `copy` must not enter wgpu,
    /// which may take the same lock.
    pub(super) fn pinned<R>(&self, buffer: &Buffer, copy: impl FnOnce() -> R) -> Result<R> {
        let raw = buffer.raw();
        #[cfg(not(target_vendor = "apple"))]
        let copy = match pinned_as::<wgpu::hal::api::Vulkan, _, _>(raw, copy) {
            Ok(done) => return Ok(done),
            Err(copy) => copy,
        };
        #[cfg(target_vendor = "apple")]
        let copy = match pinned_as::<wgpu::hal::api::Metal, _, _>(raw, copy) {
            Ok(done) => return Ok(done),
            Err(copy) => copy,
        };
        #[cfg(windows)]
        let copy = match pinned_as::<wgpu::hal::api::Dx12, _, _>(raw, copy) {
            Ok(done) => return Ok(done),
            Err(copy) => copy,
        };
        drop(copy);
        Err(self.rejected(&"the memory of a mapped buffer was freed"))
    }
}

/// Gives `copy` back if the buffer is of another driver, or freed.
fn pinned_as<A: wgpu::hal::Api, F: FnOnce() -> R, R>(
    raw: &wgpu::Buffer,
    copy: F,
) -> std::result::Result<R, F> {
    // SAFETY: the driver's buffer is not used, let alone destroyed: only the guard's lock is wanted.
    match unsafe { raw.as_hal::<A>() } {
        Some(_pin) => Ok(copy()),
        None => Err(copy),
    }
}
