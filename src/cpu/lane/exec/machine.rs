//! The machine: runs a program block by block.
//!
//! Sources and results that are one word an element are used in place where a block is a whole number of strips;
//! everything else goes through planes of the machine. The lanes that fill up the last strip repeat the last element, so
//! that they neither fault nor loop longer than it.

use std::cell::RefCell;
use std::ops::Range;

use super::super::program::{Program, Source};
use super::super::steps::{Inst, UniformInst, UniformKind};
use super::super::{Input, Output};
use super::check::{check_inputs, check_output};
use super::checker::Checker;
use super::pack::{Packing, SLACK};
use super::region::Region;
use super::stop::Stop;
use super::strip::{Frame, MAX_STRIP};
use super::{level, memory};
use crate::error::Result;

/// A cache line of a plane.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([u32; LINE]);

const LINE: usize = 16;

/// Loop iterations after which a block asks whether it may wait.
const PAUSE: u64 = 1 << 16;

/// What a program is run with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) program: &'a Program,
    /// Words of the uniform arguments.
    pub(crate) uniforms: &'a [u32],
    /// The sources, by slot.
    pub(crate) inputs: &'a [Input<'a>],
    /// Loop iterations allowed per block.
    pub(crate) budget: u64,
}

/// A thread's memory for running programs, reused from run to run.
#[derive(Debug, Default)]
pub(crate) struct Machine {
    memory: Vec<Line>,
    /// What compiled segments keep beside their registers.
    #[cfg(target_arch = "x86_64")]
    working: Vec<Line>,
    /// Addresses of the program's planes, inputs and outputs, valid during a run.
    pub(super) table: Vec<*mut u32>,
    pub(super) uniforms: Vec<u32>,
    /// Memories outside of the program, valid during a run.
    pub(super) memories: Vec<Region>,
    /// What the lanes of a workgroup share.
    pub(super) shared: Vec<u32>,
    /// State of the loops that can pack lanes.
    pub(super) packings: Vec<Packing>,
    /// Scratch for packing: the bits of the mask, a word per vector.
    pub(super) bits: Vec<u64>,
    /// Scratch for packing: origins of lanes.
    pub(super) scratch: Vec<u32>,
    /// Free planes for packing: one to move to, and the stand-ins for inputs.
    pub(super) free: Vec<*mut u32>,
    /// Lanes of the present block before any packing.
    pub(super) block_lanes: usize,
    /// Who watches a checked run.
    pub(in crate::cpu::lane) checker: Option<Box<RefCell<Checker>>>,
}

impl Machine {
    /// Evaluates a program for `len` elements. Fails when a block of lanes takes more than `budget` loop iterations, or
    /// a slice is too short.
    pub(crate) fn run(
        &mut self,
        program: &Program,
        uniforms: &[u32],
        inputs: &[Input],
        mut output: Output,
        len: usize,
        budget: u64,
    ) -> Result<()> {
        let call = &Call { program, uniforms, inputs, budget };
        check_inputs(program, uniforms, inputs, len)?;
        check_output(program, &output, len)?;
        self.prepare(program, uniforms);
        let mut start = 0;
        while start < len {
            let count = self.block_len(program, inputs, &output, len - start);
            self.block(call, &mut output, start, start, count)?;
            start += count;
        }
        Ok(())
    }

    /// Evaluates `count` elements from `start` on, into the output from `at` on.
    fn block(
        &mut self,
        call: &Call,
        output: &mut Output,
        start: usize,
        at: usize,
        count: usize,
    ) -> Result<()> {
        let program = call.program;
        let lanes = count.next_multiple_of(program.strip);
        self.load(program, call.inputs, start, count, lanes);
        let direct = self.aim_output(program, output, at, count == lanes);
        self.execute(program, lanes, call.budget, &mut || false)
            .map_err(|stop| stop.error(program, |_| 0))?;
        if !direct {
            self.store(program, output, at, count);
        }
        Ok(())
    }

    /// Evaluates a program for `len` elements, a piece at a time, and shows each piece to `each`: the range of elements, and
    /// their results in planes, `piece` words apart, in `results`. For consumers that are done with a piece at once: it is
    /// still in the nearest cache, and while it is consumed the processor fetches the next one's elements already.
    pub(crate) fn run_pieces(
        &mut self,
        call: &Call,
        len: usize,
        piece: usize,
        results: &mut [u32],
        mut each: impl FnMut(Range<usize>, &[u32]),
    ) -> Result<()> {
        let Call { program, uniforms, inputs, .. } = *call;
        let stride = piece;
        check_inputs(program, uniforms, inputs, len)?;
        check_output(program, &Output::Planes { words: results, stride }, piece.min(len))?;
        self.prepare(program, uniforms);
        let mut start = 0;
        while start < len {
            let end = len.min(start + piece);
            prefetch(program, inputs, len.min(end + piece)..len.min(end + 2 * piece));
            let mut done = start;
            while done < end {
                let mut output = Output::Planes { words: &mut *results, stride };
                let count = self.block_len(program, inputs, &output, end - done);
                self.block(call, &mut output, done, done - start, count)?;
                done += count;
            }
            each(start..end, results);
            start = end;
        }
        Ok(())
    }

    /// Elements of the next block: all whole strips where the program reads and writes in place and hands nothing on from
    /// segment to segment, else what the planes can hold.
    fn block_len(&self, program: &Program, inputs: &[Input], output: &Output, left: usize) -> usize {
        let in_place = |source: &Source| match inputs[source.slot as usize] {
            Input::Words(_) => source.words == 1,
            Input::Planes { .. } => true,
            Input::Counting { .. } | Input::Constant(_) => false,
        };
        let result_in_place = matches!(output, Output::Planes { .. }) || program.outputs == 1;
        if left >= program.strip
            && program.is_one_segment()
            && result_in_place
            && program.sources.iter().all(in_place)
        {
            left / program.strip * program.strip
        } else {
            program.lanes.min(left)
        }
    }

    /// Address of the plane of a block `index`; beyond the program's own planes lie those for staging and packing.
    fn plane(&mut self, program: &Program, index: usize) -> *mut u32 {
        let words: *mut u32 = self.memory.as_mut_ptr().cast();
        words.wrapping_add(program.locals * MAX_STRIP + index * program.plane_stride())
    }

    /// Address of plane `index` of those for staging.
    fn stage_plane(&mut self, program: &Program, index: usize) -> *mut u32 {
        self.plane(program, program.planes + index)
    }

    /// Makes memory and uniform values ready.
    pub(super) fn prepare(&mut self, program: &Program, uniforms: &[u32]) {
        let planes = program.planes + program.stages() + program.free_planes();
        let lines = (program.locals * MAX_STRIP + planes * program.plane_stride() + SLACK) / LINE;
        if self.memory.len() < lines {
            self.memory.resize(lines, Line([0; LINE]));
        }
        #[cfg(target_arch = "x86_64")]
        if let Some(compiled) = &program.compiled {
            let lines = compiled.working() / LINE;
            self.working.resize(self.working.len().max(lines), Line([0; LINE]));
        }
        self.table.clear();
        let words: *mut u32 = self.memory.as_mut_ptr().cast();
        self.table.extend((0..program.locals).map(|index| words.wrapping_add(index * MAX_STRIP)));
        for index in 0..program.planes {
            let plane = self.plane(program, index);
            self.table.push(plane);
        }
        self.table.resize(program.first_memory(), std::ptr::null_mut());
        // Only read, by compiled code.
        self.table
            .extend(self.memories.iter().map(|region| std::ptr::from_ref(region).cast_mut().cast::<u32>()));
        self.free.clear();
        for index in 0..program.free_planes() {
            let plane = self.stage_plane(program, program.stages() + index);
            self.free.push(plane);
        }
        self.packings.resize_with(self.packings.len().max(program.loops.len()), Packing::default);
        self.packings.iter_mut().for_each(Packing::reset);
        self.uniforms.clear();
        self.uniforms.extend_from_slice(&program.uniforms);
        self.begin(program, uniforms);
    }

    /// Computes what follows from the uniform arguments alone.
    pub(super) fn begin(&mut self, program: &Program, uniforms: &[u32]) {
        for &(place, word) in &program.arguments {
            self.uniforms[place as usize] = uniforms[word as usize];
        }
        for inst in &program.preamble {
            self.uniform(program, inst);
        }
    }

    fn uniform(&mut self, program: &Program, inst: &UniformInst) {
        let args = inst.args.map(|arg| self.uniforms[arg as usize]);
        self.uniforms[inst.dst as usize] = match inst.kind {
            UniformKind::Op(op) => op.eval(args),
            UniformKind::Lookup(table) => {
                let words = &program.tables[table as usize];
                words[(args[0] as usize).min(words.len() - 1)]
            }
            UniformKind::Read(memory) => self.memories[memory as usize].read(args[0]),
            UniformKind::Move => args[0],
        };
    }

    /// Points the inputs of a block at the sources, or at planes filled from them.
    fn load(&mut self, program: &Program, inputs: &[Input], start: usize, count: usize, lanes: usize) {
        let whole = count == lanes;
        for source in &program.sources {
            let width = source.words as usize;
            match &inputs[source.slot as usize] {
                Input::Words(words) if whole && width == 1 => {
                    self.aim(source, |_| words[start..][..count].as_ptr());
                }
                Input::Planes { words, stride } if whole => {
                    self.aim(source, |component| words[component * stride + start..][..count].as_ptr());
                }
                input => self.stage(program, source, input, start, count, lanes),
            }
        }
    }

    /// Points the inputs of a source at memory that is only read.
    fn aim<'a>(&mut self, source: &Source, of: impl Fn(usize) -> *const u32 + 'a) {
        for &(component, place) in &source.inputs {
            self.table[place as usize] = of(component as usize).cast_mut();
        }
    }

    /// Fills planes from a source and points its inputs at them.
    fn stage(
        &mut self,
        program: &Program,
        source: &Source,
        input: &Input,
        start: usize,
        count: usize,
        lanes: usize,
    ) {
        let width = source.words as usize;
        let mut planes = [std::ptr::null_mut(); 4];
        for (component, plane) in planes.iter_mut().enumerate().take(width) {
            *plane = self.stage_plane(program, source.stage + component);
        }
        let planes = &planes[..width];
        // SAFETY: the staging planes of a source are its own, `lanes` words long at least, and nothing else refers to
        // them while this function runs.
        let slice_of = |component: usize| unsafe { std::slice::from_raw_parts_mut(planes[component], lanes) };
        match *input {
            Input::Words(words) => {
                // SAFETY: as above.
                unsafe { memory::load_elements(program.level, &words[start * width..], planes, count) };
            }
            Input::Planes { words, stride } => {
                for component in 0..width {
                    slice_of(component)[..count]
                        .copy_from_slice(&words[component * stride + start..][..count]);
                }
            }
            Input::Counting { start: first } => {
                let from = first.wrapping_add(start as u32);
                memory::count_from(program.level, from, &mut slice_of(0)[..count]);
            }
            Input::Constant(words) => {
                for (component, &word) in words.iter().enumerate().take(width) {
                    slice_of(component)[..count].fill(word);
                }
            }
        }
        for component in 0..width {
            let plane = slice_of(component);
            let last = plane[count - 1];
            plane[count..].fill(last);
        }
        self.aim(source, |component| planes[component].cast_const());
    }

    /// Points the outputs at the result, and returns true, or at planes.
    fn aim_output(&mut self, program: &Program, output: &mut Output, start: usize, whole: bool) -> bool {
        let first = program.first_output();
        match output {
            Output::Words(words) if whole && program.outputs == 1 => {
                self.table[first] = words[start..].as_mut_ptr();
                true
            }
            Output::Planes { words, stride } if whole => {
                for component in 0..program.outputs {
                    self.table[first + component] = words[component * *stride + start..].as_mut_ptr();
                }
                true
            }
            _ => {
                for component in 0..program.outputs {
                    let plane = self.stage_plane(program, program.output_stage + component);
                    self.table[first + component] = plane;
                }
                false
            }
        }
    }

    /// Copies the planes of the outputs to the result.
    fn store(&self, program: &Program, output: &mut Output, start: usize, count: usize) {
        let first = program.first_output();
        let mut planes = [std::ptr::null(); 4];
        for (plane, &address) in planes.iter_mut().zip(&self.table[first..]) {
            *plane = address.cast_const();
        }
        let width = program.outputs;
        match output {
            Output::Words(words) => {
                let words = &mut words[start * width..][..count * width];
                // SAFETY: the staging planes of the output hold a block, of which `count` is at most the length.
                unsafe { memory::store_elements(program.level, words, &planes[..width]) };
            }
            Output::Planes { words, stride } => {
                for (component, &plane) in planes[..width].iter().enumerate() {
                    // SAFETY: as above.
                    let plane = unsafe { std::slice::from_raw_parts(plane, count) };
                    words[component * *stride + start..][..count].copy_from_slice(plane);
                }
            }
        }
    }

    /// Runs the code on a block of lanes.
    ///
    /// Beyond its budget it goes on as long as `may_wait`, which is asked from time to time before too, says so.
    pub(super) fn execute(
        &mut self,
        program: &Program,
        mut lanes: usize,
        budget: u64,
        may_wait: &mut dyn FnMut() -> bool,
    ) -> Result<(), Stop> {
        self.block_lanes = lanes;
        let mut ticks = 0;
        let mut pause = budget.min(PAUSE);
        let mut counted = 0;
        let mut pc = 0;
        while let Some(inst) = program.code.get(pc) {
            pc += 1;
            match *inst {
                Inst::Segment { first, len } => {
                    #[cfg(target_arch = "x86_64")]
                    if let Some(compiled) = &program.compiled {
                        // SAFETY: as below; the working memory is as long as the code asks for, see `prepare`.
                        let done = unsafe {
                            let working = self.working.as_mut_ptr().cast();
                            compiled.run(pc - 1, &self.table, &self.uniforms, working, lanes)
                        };
                        if let Some(count) = done {
                            counted = count;
                            continue;
                        }
                    }
                    let frame = Frame {
                        table: &mut self.table,
                        locals: program.locals,
                        uniforms: &self.uniforms,
                        arrays: &program.arrays,
                        tables: &program.tables,
                        effects: &program.effects,
                        memories: &self.memories,
                        plane_stride: program.plane_stride(),
                        lanes,
                        checker: self.checker.as_deref(),
                        first: 0,
                    };
                    let steps = &program.steps[first as usize..][..len as usize];
                    // SAFETY: every operand of a step indexes the table, the uniform file, the arrays or the constant
                    // tables of this program, by construction. The planes of the table are as long as a block, inputs
                    // and outputs in place were sliced to `lanes` elements, and steps write neither inputs nor constants.
                    // `lanes` is a multiple of the strip of the program's level.
                    counted = unsafe { level::segment(program.level, steps, frame) };
                }
                Inst::Uniform(ref inst) => self.uniform(program, inst),
                Inst::Jump(to) => pc = to as usize,
                Inst::JumpUnless { cond, to } => {
                    if self.uniforms[cond as usize] == 0 {
                        pc = to as usize;
                    }
                }
                Inst::JumpIfNone { to } => {
                    if counted == 0 {
                        pc = to as usize;
                    }
                }
                Inst::Tick => {
                    if ticks == pause {
                        let may_wait = may_wait();
                        match (ticks < budget, may_wait) {
                            (true, _) => {}
                            (false, true) => ticks = 0,
                            (false, false) => return Err(Stop::Budget(budget)),
                        }
                        pause = budget.min(ticks + PAUSE);
                    }
                    ticks += 1;
                }
                Inst::Check { loop_id, mask, exit } => {
                    if counted == 0 {
                        pc = exit as usize;
                    } else {
                        lanes = self.consider_packing(program, loop_id, mask, lanes, counted);
                    }
                }
                Inst::Barrier { number, counts } => {
                    let is_stuck = counts && counted > 0;
                    if let Some(checker) = &mut self.checker {
                        checker.get_mut().barrier(number, is_stuck);
                    }
                    if is_stuck {
                        return Err(Stop::Barrier { number, missing: counted });
                    }
                }
                Inst::LoopEnd { loop_id } => lanes = self.unpack(program, loop_id, lanes),
            }
        }
        Ok(())
    }
}

/// Asks for elements to be brought nearer while others are worked on.
fn prefetch(program: &Program, inputs: &[Input], range: Range<usize>) {
    for source in &program.sources {
        if let Input::Words(words) = inputs[source.slot as usize] {
            let width = source.words as usize;
            for line in words[range.start * width..range.end * width].chunks(LINE) {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: every x86-64 processor has the instruction, which never faults.
                unsafe {
                    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
                    _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast());
                }
                #[cfg(not(target_arch = "x86_64"))]
                let _ = line;
            }
        }
    }
}
