//! The memory of a launch, brought to the host for the CPU.

use std::sync::Arc;

use crate::array::ArrayData;
use crate::context::Context;
use crate::cpu::{KernelBuffer, KernelWords};
use crate::dispatch::{Buffer, Data, Dispatch};
use crate::error::Result;
use crate::texture::Texture;

impl Context {
    /// Hands the memory of a launch to a run on the host, and puts results where they belong.
    pub(super) async fn with_host_buffers<R>(
        &self,
        dispatch: &mut Dispatch<'_>,
        run: impl FnOnce(&mut [KernelBuffer<'_>]) -> Result<R>,
    ) -> Result<R> {
        let mut copies = self.copies(dispatch).await?;
        let result = run(&mut kernel_buffers(&mut on_host(dispatch, &mut copies)))?;
        replace_arrays(dispatch, copies);
        Ok(result)
    }

    /// Brings arrays to the host: copies of those that are written.
    pub(super) async fn copies(&self, dispatch: &Dispatch<'_>) -> Result<Vec<Vec<u32>>> {
        let mut copies = Vec::with_capacity(dispatch.buffers.len());
        for buffer in &dispatch.buffers {
            copies.push(match &buffer.data {
                Data::ArrayMut(array) => self.host_words(array).await?.to_vec(),
                Data::Array(array) => {
                    self.host_words(array).await?;
                    Vec::new()
                }
                _ => Vec::new(),
            });
        }
        Ok(copies)
    }
}

/// The launch with all its memory on the host, where [`Context::copies`] brought it.
pub(super) fn on_host<'d>(dispatch: &'d mut Dispatch<'_>, copies: &'d mut [Vec<u32>]) -> Dispatch<'d> {
    let buffer = |(buffer, copy): (&'d mut Buffer<'_>, &'d mut Vec<u32>)| {
        let data = match &mut buffer.data {
            Data::Read(words) => Data::Read(words),
            Data::Write(words) => Data::Write(words),
            Data::Array(array) => Data::Read(array.host.get().map_or(&[], Vec::as_slice)),
            Data::ArrayMut(_) => Data::Write(copy),
            Data::Texture(texture) => Data::Texture(texture),
            Data::TextureMut(texture) => Data::TextureMut(texture),
            Data::Sampler(sampler) => Data::Sampler(*sampler),
        };
        Buffer { group: buffer.group, binding: buffer.binding, access: buffer.access, data }
    };
    Dispatch {
        shader: dispatch.shader,
        entry: dispatch.entry,
        program: dispatch.program,
        grid: dispatch.grid,
        buffers: dispatch.buffers.iter_mut().zip(copies).map(buffer).collect(),
    }
}

/// The memory of a launch that is on the host, for the CPU.
pub(super) fn kernel_buffers<'d>(dispatch: &'d mut Dispatch<'_>) -> Vec<KernelBuffer<'d>> {
    let buffer = |buffer: &'d mut Buffer<'_>| {
        let words = match &mut buffer.data {
            Data::Read(words) => KernelWords::Read(words),
            Data::Write(words) => KernelWords::Write(words),
            Data::Array(_) | Data::ArrayMut(_) => KernelWords::Read(&[]),
            Data::Texture(texture) => KernelWords::Texture(texture),
            Data::TextureMut(texture) => KernelWords::TextureMut(texture),
            Data::Sampler(sampler) => KernelWords::Sampler(*sampler),
        };
        KernelBuffer { group: buffer.group, binding: buffer.binding, words }
    };
    dispatch.buffers.iter_mut().map(buffer).collect()
}

/// Copies become the arrays that were to be written.
pub(super) fn replace_arrays(dispatch: &mut Dispatch<'_>, copies: Vec<Vec<u32>>) {
    for (buffer, copy) in dispatch.buffers.iter_mut().zip(copies) {
        if let Data::ArrayMut(array) = &mut buffer.data {
            **array = Arc::new(ArrayData::on_host(array.ty, copy));
        }
    }
}

/// What a launch may write of the host's memory, as it was.
pub(super) struct Kept(Vec<Was>);

enum Was {
    Nothing,
    Words(Vec<u32>),
    Texture(Texture),
}

impl Kept {
    pub(super) fn of(dispatch: &Dispatch<'_>) -> Self {
        let was = |buffer: &Buffer<'_>| match &buffer.data {
            Data::Write(words) => Was::Words(words.to_vec()),
            Data::TextureMut(texture) => Was::Texture((**texture).clone()),
            // Arrays are written as copies.
            _ => Was::Nothing,
        };
        Self(dispatch.buffers.iter().map(was).collect())
    }

    pub(super) fn restore(self, dispatch: &mut Dispatch<'_>) {
        for (buffer, was) in dispatch.buffers.iter_mut().zip(self.0) {
            match (&mut buffer.data, was) {
                (Data::Write(words), Was::Words(was)) => words.copy_from_slice(&was),
                (Data::TextureMut(texture), Was::Texture(was)) => **texture = was,
                _ => {}
            }
        }
    }
}
