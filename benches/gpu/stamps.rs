//! Two timestamps of a device around some commands.

use std::time::Instant;

use crate::raw::Raw;
use crate::row::Clock;
use crate::timing::{Trouble, us_since};

/// Timestamps and the buffers in which they come back.
pub(crate) struct Stamps {
    set: wgpu::QuerySet,
    resolved: wgpu::Buffer,
    readback: wgpu::Buffer,
    us_per_tick: f64,
}

const BYTES: u64 = 16;

impl Stamps {
    /// None where the device has no clock to be read between commands.
    pub(crate) fn new(raw: &Raw) -> Result<Option<Self>, Trouble> {
        use wgpu::BufferUsages as Usage;
        if !raw.has_clock() {
            return Ok(None);
        }
        let set = raw.scoped(|| {
            let ty = wgpu::QueryType::Timestamp;
            raw.device.create_query_set(&wgpu::QuerySetDescriptor { label: Some("bench"), ty, count: 2 })
        })?;
        Ok(Some(Self {
            set,
            resolved: raw.buffer(BYTES, Usage::QUERY_RESOLVE | Usage::COPY_SRC)?,
            readback: raw.buffer(BYTES, Usage::MAP_READ | Usage::COPY_DST)?,
            us_per_tick: f64::from(raw.queue.get_timestamp_period()) / 1000.0,
        }))
    }

    /// Microseconds of what `record` records, by the device's clock, which `stamps` are of, or by the host's until it knows
    /// that they are done.
    pub(crate) fn by(
        clock: Clock,
        stamps: Option<&Self>,
        raw: &Raw,
        record: impl FnOnce(&mut wgpu::CommandEncoder),
    ) -> Result<f64, Trouble> {
        match (clock, stamps) {
            (Clock::Device, None) => Err(Trouble::Cannot("the device has no clock".into())),
            (Clock::Device, Some(stamps)) => stamps.time(raw, record),
            (Clock::Host, _) => {
                let began = Instant::now();
                let mut encoder = raw.encoder();
                record(&mut encoder);
                raw.finish(encoder)?;
                Ok(us_since(began))
            }
        }
    }

    /// Submits what `record` records, waits for it, and returns the device's microseconds between its start and end.
    pub(crate) fn time(
        &self,
        raw: &Raw,
        record: impl FnOnce(&mut wgpu::CommandEncoder),
    ) -> Result<f64, Trouble> {
        let mut encoder = raw.encoder();
        encoder.write_timestamp(&self.set, 0);
        record(&mut encoder);
        encoder.write_timestamp(&self.set, 1);
        encoder.resolve_query_set(&self.set, 0..2, &self.resolved, 0);
        encoder.copy_buffer_to_buffer(&self.resolved, 0, &self.readback, 0, BYTES);
        raw.queue.submit([encoder.finish()]);
        raw.map(&self.readback, wgpu::MapMode::Read, BYTES)?;
        let mapped = self.readback.get_mapped_range(..BYTES);
        let mapped = mapped.map_err(|error| Trouble::Failed(error.to_string()))?;
        let ticks: &[u64] = bytemuck::cast_slice(&mapped);
        let took = ticks[1].wrapping_sub(ticks[0]) as i64 as f64 * self.us_per_tick;
        drop(mapped);
        self.readback.unmap();
        Ok(took.max(0.0))
    }
}
