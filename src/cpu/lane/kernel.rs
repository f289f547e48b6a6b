//! A compute entry point as a program whose blocks are workgroups.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use fearless_simd::Level;

use super::exec::checker::Checker;
use super::exec::level::strip_len;
use super::exec::machine::Machine;
use super::exec::region::{Region, Sharing};
use super::exec::workgroup::{Launch, Watch};
use super::lower::{Binding, FACTS, Holds, Interface, LENGTHS, Unit, lane_inputs, lower_kernel, members};
use super::program::{Engine, Program};
use super::site::Sites;
use crate::error::{Error, Result};
use crate::findings::CheckReport;
use crate::wgsl::Text;

/// A compiled entry point. Never changes; many threads can run it at once.
#[derive(Debug)]
pub(crate) struct Workgroups {
    program: Program,
    interface: Interface,
    /// The lanes' inputs, the same for all blocks.
    lanes: Vec<Vec<u32>>,
    /// Workgroups of a block.
    members: u32,
    /// Of a checked run.
    sites: Option<Arc<Sites>>,
}

/// Bytes of planes that a block of several workgroups may use, so that they stay in the nearer caches.
const BLOCK_BYTES: usize = 64 << 10;

/// How many workgroups a block has: as many as the program was made for, or fewer if the planes of those fit into cache.
fn fitting(program: &Program, interface: &Interface) -> u32 {
    let group = interface.size.iter().product::<u32>() as usize;
    let lanes = BLOCK_BYTES / 4 / program.first_memory().max(1);
    // Lanes of the last strip must not belong to workgroups of the next block.
    if interface.members as usize * group <= lanes {
        return interface.members;
    }
    // Lanes of the last strip must not belong to workgroups of the next block.
    let is_whole = |&members: &u32| (members as usize * group).is_multiple_of(program.strip);
    let whole = || (1..interface.members).filter(is_whole);
    let fits = |&members: &u32| members as usize * group <= lanes;
    whole().filter(fits).max().or(whole().next()).unwrap_or(interface.members)
}

/// The words of a binding.
#[derive(Debug)]
pub(crate) enum Words<'a> {
    /// Nobody writes them while the shader runs.
    Read(&'a [u32]),
    /// Only the shader has them while it runs.
    Write(&'a mut [u32]),
    /// The texels of a texture of a size, read.
    Texels(&'a [u32], [u32; 3]),
    /// The same, read and written.
    TexelsMut(&'a mut [u32], [u32; 3]),
    /// No words, but what the shader is told of a sampler.
    Sampler([u32; FACTS as usize]),
}

/// The memory that an entry point runs on, for one thread.
#[derive(Debug)]
pub(crate) struct Bound<'a> {
    regions: Vec<Region>,
    uniforms: Vec<u32>,
    /// The slices that regions point into.
    words: PhantomData<&'a mut [u32]>,
}

/// The same for several threads.
#[derive(Debug)]
pub(crate) struct Shared<'a>(Bound<'a>);

// SAFETY: regions that are written were made as shared ones, whose words are accessed atomically or as volatile only.
unsafe impl Sync for Shared<'_> {}

impl Shared<'_> {
    /// Words of the memory of a binding.
    pub(crate) fn len(&self, binding: usize) -> usize {
        self.0.regions[binding].len()
    }
}

impl<'a> std::ops::Deref for Shared<'a> {
    type Target = Bound<'a>;

    fn deref(&self) -> &Bound<'a> {
        &self.0
    }
}

impl Workgroups {
    /// Compiles an entry point.
    pub(crate) fn compile(unit: Unit, entry: usize, level: Level, engine: Engine) -> Result<Self> {
        Self::compile_as(unit, entry, level, engine, false)
    }

    /// Compiles an entry point for checked runs.
    pub(crate) fn compile_checked(unit: Unit, entry: usize, level: Level) -> Result<Self> {
        Self::compile_as(unit, entry, level, Engine::Interpreter, true)
    }

    fn compile_as(unit: Unit, entry: usize, level: Level, engine: Engine, is_checked: bool) -> Result<Self> {
        let (tree, mut interface) = lower_kernel(unit, entry, strip_len(level), is_checked)?;
        let sites = interface.sites.take().map(Arc::new);
        let lanes = (interface.size.iter().product::<u32>() * interface.members) as usize;
        let program = Program::of_workgroup(tree, unit.name, lanes, level, engine)?;
        let lanes = lane_inputs(interface.size, interface.members, program.lanes);
        let members = fitting(&program, &interface);
        Ok(Self { program, interface, lanes, members, sites })
    }

    /// The buffers in use.
    pub(crate) fn bindings(&self) -> &[Binding] {
        &self.interface.bindings
    }

    /// True if segments run as machine code.
    #[cfg(test)]
    pub(crate) fn is_compiled(&self) -> bool {
        self.program.is_compiled()
    }

    /// The instruction set for an entry point. A strip of the widest has 128 lanes; half of it or more would be idle in a
    /// small workgroup that has a block of its own.
    pub(crate) fn level(unit: Unit, entry: usize) -> Level {
        let level = Level::new();
        #[cfg(target_arch = "x86_64")]
        {
            let size = unit.module.entry_points.get(entry).map_or([0; 3], |point| point.workgroup_size);
            let lanes = size.iter().fold(members(unit, entry), |lanes, &size| lanes.saturating_mul(size));
            if lanes % 128 != 0 && lanes % 128 <= 64 && lanes < 256 && level.as_avx512().is_some() {
                return level.as_avx2().map_or(level, Level::Avx2);
            }
        }
        let _ = (unit, entry);
        level
    }

    /// Blocks of a grid; none where they cannot be counted.
    pub(crate) fn blocks(&self, grid: [u32; 3]) -> Option<u64> {
        let [width, height, depth] = grid;
        let row = u64::from(width.div_ceil(self.members));
        (row * u64::from(height)).checked_mul(u64::from(depth))
    }

    /// Invocations of a block.
    pub(crate) fn lanes(&self) -> u32 {
        self.interface.size.iter().product::<u32>() * self.members
    }

    /// Workgroups in x that run in step, at most: blocks start at multiples.
    pub(crate) fn members(&self) -> u32 {
        self.members
    }

    /// A rough estimate of nanoseconds a block on one core.
    pub(crate) fn cost(&self) -> f64 {
        self.program.cost_per_element() * f64::from(self.lanes())
    }

    /// Binds memory to the bindings, in their order, for one thread.
    pub(crate) fn bind<'a>(&self, buffers: impl IntoIterator<Item = Words<'a>>) -> Result<Bound<'a>> {
        self.regions(buffers, Sharing::Own)
    }

    /// Binds memory to the bindings, in their order, for several threads.
    pub(crate) fn bind_shared<'a>(&self, buffers: impl IntoIterator<Item = Words<'a>>) -> Result<Shared<'a>> {
        self.regions(buffers, Sharing::Shared).map(Shared)
    }

    /// The same memory for one of those threads, which alone has `copies` of some of it, by their indices.
    pub(crate) fn bind_copies<'a>(
        &self,
        shared: &Shared<'a>,
        copies: impl IntoIterator<Item = (usize, &'a mut [u32])>,
    ) -> Bound<'a> {
        let (regions, uniforms) = (shared.0.regions.clone(), shared.0.uniforms.clone());
        let mut bound = Bound { regions, uniforms, words: PhantomData };
        for (index, words) in copies {
            let region = &mut bound.regions[index];
            let len = words.len().min(region.len());
            // SAFETY: the slice is borrowed for as long as `Bound` lives, by it alone.
            *region = unsafe { Region::new(words.as_mut_ptr(), len, Sharing::Own) };
        }
        bound
    }

    fn regions<'a>(
        &self,
        buffers: impl IntoIterator<Item = Words<'a>>,
        written: Sharing,
    ) -> Result<Bound<'a>> {
        let mut bound = Bound { regions: vec![], uniforms: vec![0; LENGTHS as usize], words: PhantomData };
        let mut facts = vec![];
        for (binding, words) in self.interface.bindings.iter().zip(buffers) {
            facts.extend(self.facts(binding, &words)?);
            let (address, len, sharing) = match words {
                Words::Read(_) | Words::Texels(..) if binding.is_written => {
                    return Err(Error::Value {
                        what: format!("binding `{}` of `{}`", binding.name, self.program.name),
                        expected: "words that can be written".to_owned(),
                        given: "words that can only be read".to_owned(),
                    });
                }
                Words::Sampler(_) => (std::ptr::NonNull::dangling().as_ptr(), 0, Sharing::ReadOnly),
                Words::Read(words) | Words::Texels(words, _) => {
                    (words.as_ptr().cast_mut(), words.len(), Sharing::ReadOnly)
                }
                Words::Write(words) | Words::TexelsMut(words, _) => {
                    let sharing = if binding.is_written { written } else { Sharing::ReadOnly };
                    (words.as_mut_ptr(), words.len(), sharing)
                }
            };
            bound.uniforms.push(u32::try_from(len).unwrap_or(u32::MAX));
            // SAFETY: the slice is borrowed for as long as `Bound` lives, and one that is written is ours alone. Only
            // `Shared`, which is made of shared regions, can be had by several threads.
            bound.regions.push(unsafe { Region::new(address, len, sharing) });
        }
        bound.uniforms.extend(facts);
        Ok(bound)
    }

    /// The uniform words of a texture or sampler.
    fn facts(&self, binding: &Binding, words: &Words) -> Result<Vec<u32>> {
        let mut facts = match (binding.holds, words) {
            (Holds::Words, Words::Read(_) | Words::Write(_)) => return Ok(vec![]),
            (Holds::Texels | Holds::Unpacked, Words::Texels(_, size) | Words::TexelsMut(_, size)) => {
                let texels = size.iter().fold(1u32, |texels, &extent| texels.wrapping_mul(extent));
                [&size[..], &[texels]].concat()
            }
            (Holds::Sampler, Words::Sampler(facts)) => facts.to_vec(),
            _ => {
                return Err(Error::Value {
                    what: format!("binding `{}` of `{}`", binding.name, self.program.name),
                    expected: "a buffer, a texture or a sampler as declared".to_owned(),
                    given: "another resource".to_owned(),
                });
            }
        };
        facts.resize(FACTS as usize, 0);
        Ok(facts)
    }

    /// Runs blocks of a grid, by their linear index, one after the other.
    pub(crate) fn run(
        &self,
        machine: &mut Machine,
        bound: &Bound,
        grid: [u32; 3],
        blocks: Range<u64>,
        budget: u64,
        watch: &dyn Watch,
    ) -> Result<()> {
        if bound.regions.len() != self.interface.bindings.len() {
            return Err(Error::Length {
                what: format!("the bindings of `{}`", self.program.name),
                expected: self.interface.bindings.len(),
                given: bound.regions.len(),
            });
        }
        let launch = Launch {
            program: &self.program,
            lanes: &self.lanes,
            uniforms: &bound.uniforms,
            regions: &bound.regions,
            size: self.interface.size,
            members: self.members,
            shared: self.interface.shared as usize,
            grid,
            budget,
            watch,
        };
        let line = |number: u32| self.interface.barriers.get(number as usize).copied().unwrap_or(0);
        machine.run_workgroups(&launch, blocks).map_err(|stop| stop.error(&self.program, line))
    }

    /// Runs a whole grid, compiled for checked runs, and says what is wrong with it. Where invocations would wait at a barrier
    /// for ever the run ends, and that is among the findings.
    pub(crate) fn check(
        &self,
        machine: &mut Machine,
        bound: &Bound,
        grid: [u32; 3],
        budget: u64,
        watch: &dyn Watch,
        text: &Text,
    ) -> Result<CheckReport> {
        let blocks = self.blocks(grid).filter(|&blocks| blocks < u64::from(u32::MAX));
        let (Some(sites), Some(blocks)) = (&self.sites, blocks) else {
            return Err(Error::Value {
                what: format!("the grid of a checked run of `{}`", self.program.name),
                expected: "fewer than 2^32 workgroups".to_owned(),
                given: format!("{grid:?}"),
            });
        };
        let shared = std::iter::once(self.interface.shared as usize);
        let words: Vec<usize> = bound.regions.iter().map(Region::len).chain(shared).collect();
        let checker = Checker::new(Arc::clone(sites), &words, self.interface.size, grid);
        machine.checker = Some(Box::new(RefCell::new(checker)));
        let outcome = self.run(machine, bound, grid, 0..blocks, budget, watch);
        let checker = machine.checker.take().map(|checker| checker.into_inner());
        match (outcome, checker) {
            (Err(Error::NonUniformBarrier { .. }), Some(checker)) if checker.is_stuck() => {
                Ok(checker.report(text))
            }
            (Err(error), _) => Err(error),
            (Ok(()), checker) => Ok(checker.map(|checker| checker.report(text)).unwrap_or_default()),
        }
    }
}
