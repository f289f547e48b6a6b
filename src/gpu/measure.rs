//! What moving and starting costs on a device: the numbers that a planner calibrates with.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::device::Device;
use super::encoder::Encoder;
use super::flight::{Flight, land_all};
use super::pool::Kind;
use crate::array::ArrayData;
use crate::element::{Element, ElementType};
use crate::error::Result;
use crate::work::{Fused, Node, Primitive, Source, Work};

/// Measured costs. Times are medians of a few runs on warm buffers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Costs {
    /// From submitting an empty run to having its word back.
    pub(crate) latency: Duration,
    /// Host memory to the device.
    pub(crate) upload_bytes_per_s: f64,
    /// The device to host memory.
    pub(crate) download_bytes_per_s: f64,
    /// Bytes read and written by a pass over data that is already there.
    pub(crate) memory_bytes_per_s: f64,
}

const RUNS: usize = 3;

const TY: ElementType = u32::TYPE;

impl Device {
    /// Measures with transfers of `bytes`.
    pub(super) async fn measure(self: &Arc<Self>, bytes: usize) -> Result<Costs> {
        let len = (bytes / 4).clamp(1024, self.max_chunk_len(4));
        let bytes = 4.0 * len as f64;
        let mut host = vec![1u32; len];
        let latency = self.time_small().await?;
        let counted = counting(len);
        let source = super::array(self.map_to_device(&counted).await?, &counted);
        let (mut up, mut down, mut kernel) = (Vec::new(), Vec::new(), Vec::new());
        for run in 0..=RUNS {
            let start = Instant::now();
            let mut storage = self.buffer(Kind::Storage, len as u64 * 4)?;
            let mut encoder = self.encoder();
            let staging = self.send(&mut encoder, &mut storage, &host, None).await?;
            self.read_word(encoder, &storage).await?;
            drop(staging);
            let uploaded = start.elapsed();

            let start = Instant::now();
            let mut flights = Flight::queue();
            let prepared = self.receive_copy(self.encoder(), &storage, 0, len as u64 * 4, Vec::new())?;
            flights.push_back(prepared.launch(self, &mut host, 0)?);
            land_all(self, &mut flights, 0).await?;
            let downloaded = start.elapsed();

            // A pass that copies what is there.
            let work = copying(&source);
            let start = Instant::now();
            let made = self.map_to_device(&work).await?;
            let mut word = [0];
            made.download(len - 1, &mut word).await?;
            let computed = start.elapsed();
            // The first run fills the pool and compiles.
            if run > 0 {
                up.push(uploaded);
                down.push(downloaded);
                kernel.push(computed);
            }
        }
        let rate = |times: &mut Vec<Duration>| {
            let time = median(times).saturating_sub(latency).max(Duration::from_nanos(100));
            bytes / time.as_secs_f64()
        };
        Ok(Costs {
            latency,
            upload_bytes_per_s: rate(&mut up),
            download_bytes_per_s: rate(&mut down),
            memory_bytes_per_s: 2.0 * rate(&mut kernel),
        })
    }

    async fn time_small(self: &Arc<Self>) -> Result<Duration> {
        let work = counting(1);
        let mut times = Vec::new();
        for _ in 0..4 * RUNS {
            let mut word = [0];
            let start = Instant::now();
            self.map_to_host(&work, 0..1, &mut word).await?;
            times.push(start.elapsed());
        }
        Ok(median(&mut times))
    }

    async fn read_word(&self, encoder: Encoder, storage: &super::pool::Buffer) -> Result<()> {
        let mut word = [0];
        let mut flights = Flight::queue();
        flights.push_back(self.receive_copy(encoder, storage, 0, 4, Vec::new())?.launch(self, &mut word, 0)?);
        land_all(self, &mut flights, 0).await
    }
}

/// A map that reads nothing.
pub(super) fn counting(len: usize) -> Work<'static> {
    through(len, Source::Counting { start: 0 })
}

/// A map that reads what is on the device.
fn copying(array: &Arc<ArrayData>) -> Work<'static> {
    through(array.len, Source::Array(Arc::clone(array)))
}

fn through(len: usize, source: Source<'static>) -> Work<'static> {
    let nodes = vec![Node::Source { slot: 0, ty: TY }];
    let fused = Fused { nodes, output: 0, uniforms: Vec::new() };
    Work { primitive: Primitive::Map, len, sources: vec![source], fused }
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
