//! wgpu itself, without our library: a device on the adapter that our library takes, buffers, and times of its own clock.

use std::sync::{Arc, mpsc};

use pollster::block_on;
use tilewright::Context;

use crate::timing::Trouble;

/// An opened device.
pub(crate) struct Raw {
    pub(crate) adapter: wgpu::Adapter,
    pub(crate) info: wgpu::AdapterInfo,
    pub(crate) device: wgpu::Device,
    pub(crate) queue: wgpu::Queue,
    /// Keeps the driver loaded.
    _instance: wgpu::Instance,
}

/// What is used where an adapter has it.
const FEATURES: wgpu::Features = wgpu::Features::TIMESTAMP_QUERY
    .union(wgpu::Features::TIMESTAMP_QUERY_INSIDE_ENCODERS)
    .union(wgpu::Features::SUBGROUP);

/// Bytes of a piece in which results come to the host.
const PIECE: u64 = 64 << 20;

/// The adapter that our library takes: its name and backend.
pub(crate) fn ours(cx: &Context, name: Option<&str>) -> Result<tilewright::Adapter, String> {
    let wanted = name.unwrap_or_default().to_lowercase();
    let fits = |adapter: &tilewright::Adapter| {
        adapter.unusable.is_none() && adapter.name.to_lowercase().contains(&wanted)
    };
    let found = cx.adapters().into_iter().find(fits);
    found.ok_or_else(|| match wanted.as_str() {
        "" => "no adapter that can be used: no Vulkan, Metal or DirectX 12 driver was found, or none has compute shaders".into(),
        _ => format!("no adapter that can be used has a name that contains `{wanted}`"),
    })
}

/// A connection to the drivers, as cold as a process can have it more than once.
pub(crate) fn instance() -> wgpu::Instance {
    wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12,
        flags: wgpu::InstanceFlags::empty(),
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    })
}

impl Raw {
    /// Opens the adapter that our library calls by this description.
    pub(crate) fn open(like: &tilewright::Adapter) -> Result<Self, String> {
        let instance = instance();
        let adapters = block_on(instance.enumerate_adapters(wgpu::Backends::all()));
        let same = |adapter: &wgpu::Adapter| {
            let info = adapter.get_info();
            info.name == like.name && info.backend.to_str() == like.backend
        };
        let adapter = adapters.into_iter().find(same).ok_or_else(|| format!("wgpu does not find {like}"))?;
        let request = adapter.request_device(&wgpu::DeviceDescriptor {
            label: Some("bench"),
            required_features: adapter.features() & FEATURES,
            required_limits: adapter.limits(),
            ..Default::default()
        });
        let (device, queue) = block_on(request).map_err(|error| format!("{like} gave no device: {error}"))?;
        // What a peer allocates without asking whether it got it must not end the program: its row is skipped or wrong then.
        device.on_uncaptured_error(Arc::new(|error| eprintln!("wgpu: {error}")));
        Ok(Self { info: adapter.get_info(), adapter, device, queue, _instance: instance })
    }

    pub(crate) fn is_software(&self) -> bool {
        self.info.device_type == wgpu::DeviceType::Cpu
    }

    /// True if the device has a clock that can be read between commands.
    pub(crate) fn has_clock(&self) -> bool {
        let needed = wgpu::Features::TIMESTAMP_QUERY | wgpu::Features::TIMESTAMP_QUERY_INSIDE_ENCODERS;
        self.device.features().contains(needed) && self.queue.get_timestamp_period() > 0.0
    }

    /// A buffer, or why there is none.
    pub(crate) fn buffer(&self, bytes: u64, usage: wgpu::BufferUsages) -> Result<wgpu::Buffer, Trouble> {
        let limit = self.device.limits().max_buffer_size;
        if bytes > limit {
            return Err(Trouble::Cannot(format!("{bytes} bytes, and a buffer has {limit} at most")));
        }
        self.scoped(|| {
            let size = bytes.max(16).next_multiple_of(16);
            self.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("bench"),
                size,
                usage,
                mapped_at_creation: false,
            })
        })
    }

    /// Runs `f`; what wgpu refuses meanwhile is the error.
    pub(crate) fn scoped<T>(&self, f: impl FnOnce() -> T) -> Result<T, Trouble> {
        let memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let validation = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let value = f();
        if let Some(error) = block_on(validation.pop()) {
            return Err(Trouble::Failed(error.to_string()));
        }
        match block_on(memory.pop()) {
            Some(error) => Err(Trouble::Cannot(error.to_string())),
            None => Ok(value),
        }
    }

    pub(crate) fn encoder(&self) -> wgpu::CommandEncoder {
        self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("bench") })
    }

    /// Submits and waits until all is done.
    pub(crate) fn finish(&self, encoder: wgpu::CommandEncoder) -> Result<(), Trouble> {
        let index = self.queue.submit([encoder.finish()]);
        self.wait(Some(index))
    }

    /// Waits for a submission, or for the last one.
    pub(crate) fn wait(&self, submission_index: Option<wgpu::SubmissionIndex>) -> Result<(), Trouble> {
        let polled = self.device.poll(wgpu::PollType::Wait { submission_index, timeout: None });
        polled.map(drop).map_err(|error| Trouble::Failed(error.to_string()))
    }

    /// Maps a buffer whose work is submitted, and waits for both.
    pub(crate) fn map(&self, buffer: &wgpu::Buffer, mode: wgpu::MapMode, bytes: u64) -> Result<(), Trouble> {
        let (sender, receiver) = mpsc::channel();
        buffer.map_async(mode, ..bytes, move |result| {
            let _ = sender.send(result);
        });
        self.wait(None)?;
        match receiver.recv() {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Trouble::Failed(error.to_string())),
            Err(error) => Err(Trouble::Failed(error.to_string())),
        }
    }

    /// The first `words` words of a buffer, in pieces.
    pub(crate) fn read(&self, buffer: &wgpu::Buffer, words: usize) -> Result<Vec<u32>, Trouble> {
        use wgpu::BufferUsages as Usage;
        let bytes = words as u64 * 4;
        let readback = self.buffer(bytes.min(PIECE), Usage::MAP_READ | Usage::COPY_DST)?;
        let mut out = Vec::with_capacity(words);
        for at in (0..bytes).step_by(PIECE as usize) {
            let piece = PIECE.min(bytes - at);
            let mut encoder = self.encoder();
            encoder.copy_buffer_to_buffer(buffer, at, &readback, 0, piece);
            self.queue.submit([encoder.finish()]);
            self.map(&readback, wgpu::MapMode::Read, piece)?;
            let mapped = readback.get_mapped_range(..piece);
            let mapped = mapped.map_err(|error| Trouble::Failed(error.to_string()))?;
            out.extend_from_slice(bytemuck::cast_slice(&mapped));
            drop(mapped);
            readback.unmap();
        }
        Ok(out)
    }

    /// Single words of a buffer.
    pub(crate) fn read_at(&self, buffer: &wgpu::Buffer, places: &[u64]) -> Result<Vec<u32>, Trouble> {
        use wgpu::BufferUsages as Usage;
        let gathered = self.buffer(places.len() as u64 * 4, Usage::COPY_SRC | Usage::COPY_DST)?;
        let mut encoder = self.encoder();
        for (index, place) in places.iter().enumerate() {
            encoder.copy_buffer_to_buffer(buffer, place * 4, &gathered, index as u64 * 4, 4);
        }
        self.finish(encoder)?;
        self.read(&gathered, places.len())
    }
}
