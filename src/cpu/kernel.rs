//! Kernels: whole compute entry points, their workgroups spread over threads.
//!
//! Workgroups start in the order of their linear index, x fastest, and one that has started runs to its end on its
//! thread. So a workgroup may wait for what one with a lower index publishes by atomic operations (a look-back): the
//! lowest that has not ended never waits for one that has not started. Waiting for a higher index may never end; then the
//! step budget of the context ends it: it bounds the loop iterations of the lowest workgroup that has not ended, and the
//! others may wait as long as that one runs. Small workgroups may run in step with their neighbours; not those of shaders
//! with atomics and loops, which could wait.
//!
//! Accesses out of range: an index into something of a fixed size means its last element; beyond the end of a buffer,
//! zero is read and nothing is written; beyond the edges of a texture likewise.

mod progress;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Mutex;

use fearless_simd::Level;
use rayon::prelude::*;

use self::progress::{Alone, Progress, Thread};
use super::lane::{Binding, Engine, Holds, Machine, Shared, Unit, Words, Workgroups};
use super::{Cpu, scratch, texels};
use crate::error::{Error, Result};
use crate::findings::CheckReport;
use crate::texture::{Sampler, Texture};
use crate::wgsl::{Merge, Part, Text, mergeable};

/// A compute entry point, ready to run on the CPU.
#[derive(Debug)]
pub(crate) struct KernelProgram {
    workgroups: Workgroups,
    /// Bindings of which threads may have copies.
    merges: BTreeMap<(u32, u32), Merge>,
    name: String,
}

/// The words of a resource binding.
#[derive(Debug)]
pub(crate) struct KernelBuffer<'a> {
    pub(crate) group: u32,
    pub(crate) binding: u32,
    pub(crate) words: KernelWords<'a>,
}

/// Words that a kernel may read, or also write.
#[derive(Debug)]
pub(crate) enum KernelWords<'a> {
    /// Of a storage buffer that is read, or a uniform buffer.
    Read(&'a [u32]),
    /// Of a storage buffer that is read and written.
    Write(&'a mut [u32]),
    /// Of a texture that is read.
    Texture(&'a Texture),
    /// Of a texture that is written.
    TextureMut(&'a mut Texture),
    /// None, of a sampler.
    Sampler(Sampler),
}

impl KernelProgram {
    /// Compiles entry point `entry` of a module whose overrides are resolved.
    pub(crate) fn compile(
        module: &naga::Module,
        info: &naga::valid::ModuleInfo,
        entry: usize,
        source: &str,
        engine: Engine,
    ) -> Result<Self> {
        let name = entry_name(module, entry);
        let level = Workgroups::level(Unit { name, source, module, info }, entry);
        Self::compile_for(module, info, entry, source, level, engine)
    }

    /// Compiles for an instruction set.
    pub(super) fn compile_for(
        module: &naga::Module,
        info: &naga::valid::ModuleInfo,
        entry: usize,
        source: &str,
        level: Level,
        engine: Engine,
    ) -> Result<Self> {
        let name = entry_name(module, entry);
        let workgroups = Workgroups::compile(Unit { name, source, module, info }, entry, level, engine)?;
        let merges = mergeable(module, info, entry);
        Ok(Self { workgroups, merges, name: name.to_owned() })
    }

    /// True if segments run as machine code.
    #[cfg(test)]
    pub(super) fn is_compiled(&self) -> bool {
        self.workgroups.is_compiled()
    }

    /// Runs a grid of workgroups; `buffers` are the resource bindings by group and binding, those that the entry point
    /// does not use included or not; immediates are binding 0 of group `u32::MAX`.
    pub(crate) fn run(&self, cpu: &Cpu, grid: [u32; 3], buffers: &mut [KernelBuffer<'_>]) -> Result<()> {
        self.run_part(cpu, grid, &grid.map(|workgroups| 0..workgroups), buffers)
    }

    /// Runs workgroups of a grid that follow one another: on axes before the slowest that is cut they are all.
    pub(crate) fn run_part(
        &self,
        cpu: &Cpu,
        grid: [u32; 3],
        part: &Part,
        buffers: &mut [KernelBuffer<'_>],
    ) -> Result<()> {
        let all = self.workgroups.blocks(grid).ok_or_else(|| Error::Value {
            what: format!("grid of `{}`", self.name),
            expected: "fewer than 2^64 workgroups".to_owned(),
            given: grid.map(|n| n.to_string()).join(" x "),
        })?;
        let range = self.blocks(grid, part, all).ok_or_else(|| Error::System {
            what: format!("running workgroups {part:?} of {grid:?} of `{}`", self.name),
            reason: "no blocks begin there".to_owned(),
        })?;
        let blocks = range.end - range.start;
        let unpacked = self.unpacked(cpu, buffers);
        let words = self.words(buffers, &unpacked)?;
        let cost = self.workgroups.cost().max(1.0);
        let threads = cpu.threads();
        if blocks <= 1 || blocks as f64 * cost < SMALL || threads == 1 {
            let bound = self.workgroups.bind(words)?;
            return scratch::with(|scratch| {
                self.workgroups.run(&mut scratch.machine, &bound, grid, range, cpu.budget, &Alone)
            });
        }
        let bound = self.workgroups.bind_shared(words)?;
        let copied = self.copied(&bound, blocks);
        let merged = Mutex::new(Vec::new());
        let chunk = ((CHUNK / cost) as u64).clamp(1, blocks.div_ceil(4 * threads as u64));
        let progress = Progress::new(range, threads);
        let work = |thread: usize| {
            let copy = |&(index, merge, len): &Copied| (index, merge, vec![merge.identity(); len]);
            let mut copies: Vec<_> = copied.iter().map(copy).collect();
            let own = copies.iter_mut().map(|(index, _, words)| (*index, words.as_mut_slice()));
            let bound = self.workgroups.bind_copies(&bound, own);
            while let Some(range) = progress.take(thread, chunk) {
                let done = scratch::with(|scratch| {
                    let watch = Thread { progress: &progress, thread };
                    self.workgroups.run(&mut scratch.machine, &bound, grid, range, cpu.budget, &watch)
                });
                if done.is_err() {
                    progress.fail();
                    return done;
                }
            }
            drop(bound);
            merged.lock().unwrap_or_else(|e| e.into_inner()).extend(copies);
            Ok(())
        };
        cpu.install(|| (0..threads).into_par_iter().with_max_len(1).try_for_each(work))?;
        for (index, merge, copy) in merged.into_inner().unwrap_or_else(|e| e.into_inner()) {
            let Binding { group, binding, .. } = self.workgroups.bindings()[index];
            let found = buffers.iter_mut().find(|buffer| (buffer.group, buffer.binding) == (group, binding));
            if let Some(KernelBuffer { words: KernelWords::Write(words), .. }) = found {
                merge.apply(words, &copy);
            }
        }
        Ok(())
    }

    /// The memory of which each thread gets a copy, so that threads do not wait for each other at every atomic operation.
    fn copied(&self, bound: &Shared<'_>, blocks: u64) -> Vec<Copied> {
        let work = blocks.saturating_mul(self.workgroups.lanes() as u64);
        let bindings = self.workgroups.bindings().iter().enumerate();
        let merges = bindings.filter_map(|(index, binding)| {
            let merge = *self.merges.get(&(binding.group, binding.binding))?;
            Some((index, merge, bound.len(index)))
        });
        merges.filter(|&(_, _, len)| len <= MAX_COPY && len as u64 <= work / 4).collect()
    }

    /// Where a part along x may begin: at multiples of this.
    pub(crate) fn align(&self) -> u32 {
        self.workgroups.members()
    }

    /// The blocks of a part, of all that there are; none where they belong to other parts too.
    fn blocks(&self, grid: [u32; 3], part: &Part, all: u64) -> Option<Range<u64>> {
        let axis = grid.iter().zip(part).rposition(|(&all, part)| *part != (0..all));
        let Some(axis) = axis else { return Some(0..all) };
        let row = u64::from(grid[0].div_ceil(self.align()));
        let Range { start, end } = part[axis].start.into()..u64::from(part[axis].end);
        match axis {
            0 if grid[1] == 1 && grid[2] == 1 => {
                let align = u64::from(self.align());
                let is_edge = |at: u64| at.is_multiple_of(align) || at == u64::from(grid[0]);
                (is_edge(start) && is_edge(end)).then(|| start.div_ceil(align)..end.div_ceil(align))
            }
            1 if grid[2] == 1 => Some(start * row..end * row),
            2 => Some(start * row * u64::from(grid[1])..end * row * u64::from(grid[1])),
            _ => None,
        }
    }

    /// Compiles for checked runs.
    pub(crate) fn compile_checked(
        module: &naga::Module,
        info: &naga::valid::ModuleInfo,
        entry: usize,
        source: &str,
    ) -> Result<Self> {
        let name = entry_name(module, entry);
        let unit = Unit { name, source, module, info };
        let workgroups = Workgroups::compile_checked(unit, entry, Workgroups::level(unit, entry))?;
        let merges = mergeable(module, info, entry);
        Ok(Self { workgroups, merges, name: name.to_owned() })
    }

    /// Runs a grid of workgroups one after the other, compiled for checked runs, and says what is wrong with it.
    pub(crate) fn check(
        &self,
        cpu: &Cpu,
        grid: [u32; 3],
        buffers: &mut [KernelBuffer<'_>],
        text: &Text,
    ) -> Result<CheckReport> {
        let unpacked = self.unpacked(cpu, buffers);
        let bound = self.workgroups.bind(self.words(buffers, &unpacked)?)?;
        let mut machine = Machine::default();
        self.workgroups.check(&mut machine, &bound, grid, cpu.budget, &Alone, text)
    }

    /// The texels of the textures that the program reads unpacked; nothing for the other bindings.
    fn unpacked(&self, cpu: &Cpu, buffers: &[KernelBuffer<'_>]) -> Vec<Vec<u32>> {
        let unpack = |binding: &Binding| {
            let is_meant = |buffer: &&KernelBuffer<'_>| {
                (buffer.group, buffer.binding) == (binding.group, binding.binding)
            };
            match buffers.iter().find(is_meant).map(|buffer| &buffer.words) {
                Some(KernelWords::Texture(texture)) if binding.holds == Holds::Unpacked => {
                    cpu.install(|| texels::unpacked(texture))
                }
                _ => Vec::new(),
            }
        };
        self.workgroups.bindings().iter().map(unpack).collect()
    }

    /// The words of the bindings in use, in the program's order.
    fn words<'b>(
        &self,
        buffers: &'b mut [KernelBuffer<'_>],
        unpacked: &'b [Vec<u32>],
    ) -> Result<Vec<Words<'b>>> {
        let mut free: Vec<_> = buffers.iter_mut().map(Some).collect();
        let bindings = self.workgroups.bindings().iter().zip(unpacked);
        bindings
            .map(|(binding, unpacked)| {
                let place = (binding.group, binding.binding);
                let found = free.iter_mut().find(|buffer| {
                    buffer.as_ref().is_some_and(|buffer| (buffer.group, buffer.binding) == place)
                });
                let Some(buffer) = found.and_then(Option::take) else {
                    return Err(Error::Value {
                        what: format!("the bindings of `{}`", self.name),
                        expected: format!(
                            "one for `{}`, group {}, binding {}",
                            binding.name, binding.group, binding.binding
                        ),
                        given: "none".to_owned(),
                    });
                };
                Ok(match &mut buffer.words {
                    KernelWords::Read(words) => Words::Read(words),
                    KernelWords::Write(words) => Words::Write(words),
                    KernelWords::Texture(texture) if binding.holds == Holds::Unpacked => {
                        Words::Texels(unpacked, texture.size())
                    }
                    KernelWords::Texture(texture) => Words::Texels(texture.words(), texture.size()),
                    KernelWords::TextureMut(texture) => {
                        let size = texture.size();
                        Words::TexelsMut(texture.words_mut(), size)
                    }
                    KernelWords::Sampler(sampler) => Words::Sampler(texels::facts(*sampler)),
                })
            })
            .collect()
    }
}

fn entry_name(module: &naga::Module, entry: usize) -> &str {
    module.entry_points.get(entry).map_or("", |point| &point.name)
}

/// A binding by its index, how copies of it are merged, and its words.
type Copied = (usize, Merge, usize);

/// Words of memory that threads get copies of, at most: more would not stay in the nearer caches.
const MAX_COPY: usize = 1 << 16;

/// A launch that is estimated to take fewer nanoseconds on one core is not worth waking another thread.
const SMALL: f64 = 15_000.0;

/// Nanoseconds of the workgroups that a thread takes at once.
const CHUNK: f64 = 20_000.0;

#[cfg(test)]
mod tests;
