//! Running workgroups: a block of lanes is one workgroup, or several small ones, and its lanes go through the program in
//! lockstep.

use std::ops::Range;

use super::super::lower::{GRID, GROUP};
use super::super::program::Program;
use super::machine::Machine;
use super::region::{Region, Sharing};
use super::stop::Stop;

/// What the workgroups of a launch have in common.
pub(in crate::cpu::lane) struct Launch<'a> {
    pub(in crate::cpu::lane) program: &'a Program,
    /// The components of the lanes' inputs, a plane of a block each.
    pub(in crate::cpu::lane) lanes: &'a [Vec<u32>],
    /// Words of the uniform arguments.
    pub(in crate::cpu::lane) uniforms: &'a [u32],
    /// The bindings, by index of their memory; the memory of workgroups follows.
    pub(in crate::cpu::lane) regions: &'a [Region],
    /// The size of a workgroup.
    pub(in crate::cpu::lane) size: [u32; 3],
    /// Workgroups of a block.
    pub(in crate::cpu::lane) members: u32,
    /// Words that the lanes of a workgroup share.
    pub(in crate::cpu::lane) shared: usize,
    pub(in crate::cpu::lane) grid: [u32; 3],
    /// Loop iterations allowed per block.
    pub(in crate::cpu::lane) budget: u64,
    pub(in crate::cpu::lane) watch: &'a dyn Watch,
}

/// Who knows what other threads do.
pub(crate) trait Watch {
    /// A block begins.
    fn begins(&self, block: u64);
    /// True if the block may be waiting for others; asked now and then, also to let them run.
    fn may_wait(&self, block: u64) -> bool;
}

impl Machine {
    /// Runs blocks of workgroups, by their linear index, one after the other.
    pub(in crate::cpu::lane) fn run_workgroups(
        &mut self,
        launch: &Launch,
        blocks: Range<u64>,
    ) -> Result<(), Stop> {
        let Launch { program, .. } = *launch;
        let mut uniforms = launch.uniforms.to_vec();
        for (dimension, &count) in launch.grid.iter().enumerate() {
            uniforms[GRID as usize + dimension] = count;
        }
        self.shared.resize(self.shared.len().max(launch.shared), 0);
        self.memories.clear();
        self.memories.extend_from_slice(launch.regions);
        // SAFETY: the words stay where they are while workgroups run, and only this thread has them.
        self.memories.push(unsafe { Region::new(self.shared.as_mut_ptr(), launch.shared, Sharing::Own) });
        self.prepare(program, &uniforms);
        let [width, height, _] = launch.grid.map(u64::from);
        let members = u64::from(launch.members);
        let row = width.div_ceil(members);
        let group_lanes = launch.size.iter().product::<u32>() as usize;
        let done = blocks.into_iter().try_for_each(|block| {
            let place = [block % row * members, block / row % height, block / row / height];
            let lanes = members.min(width - place[0]) as usize * group_lanes;
            for (dimension, at) in place.into_iter().enumerate() {
                uniforms[GROUP as usize + dimension] = at as u32;
            }
            self.begin(program, &uniforms);
            self.memories[launch.regions.len()].clear();
            for source in &program.sources {
                for &(component, place) in &source.inputs {
                    // Only read, see `Machine::execute`.
                    self.table[place as usize] = launch.lanes[component as usize].as_ptr().cast_mut();
                }
            }
            launch.watch.begins(block);
            if let Some(checker) = &mut self.checker {
                checker.get_mut().begin(block as u32);
            }
            let lanes = lanes.next_multiple_of(program.strip);
            self.execute(program, lanes, launch.budget, &mut || launch.watch.may_wait(block))
        });
        self.memories.clear();
        done
    }
}
