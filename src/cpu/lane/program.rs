//! A compiled program, and how it comes about.

use fearless_simd::Level;

use super::again::compute_again;
use super::assign::{ArrayPlanes, LoopPlanes, assign};
use super::effect::Effect;
use super::exec::level::strip_len;
use super::flow::linearise;
use super::fuse::fuse;
use super::limits::{MAX_BLOCK_WORDS, MAX_PLACES, TooLarge};
use super::live::prune;
use super::lower::{LANE_INPUTS, lower};
use super::op::Op;
use super::select::{Selected, select};
use super::steps::{Inst, Step, UniformInst};
use super::tree::{Def, Stmt, Tree};
use super::uniform::Uniformity;
use crate::error::Result;
use crate::work::{Fused, Node};

/// A whole fused graph as one program. Never changes; many threads can run it at once.
#[derive(Debug)]
pub(crate) struct Program {
    /// The function shown in errors.
    pub(super) name: String,
    pub(super) level: Level,
    /// Lanes of a strip of the level.
    pub(super) strip: usize,
    /// The segments as machine code, where there is any.
    #[cfg(target_arch = "x86_64")]
    pub(super) compiled: Option<super::jit::Code>,
    /// Lanes of a block.
    pub(super) lanes: usize,
    pub(super) code: Vec<Inst>,
    pub(super) steps: Vec<Step>,
    /// The uniform file at the start of a run: constants, and room for the rest.
    pub(super) uniforms: Vec<u32>,
    /// Places in the uniform file of words of the uniform arguments.
    pub(super) arguments: Vec<(u16, u32)>,
    /// What computes the other uniform values that are the same for all blocks.
    pub(super) preamble: Vec<UniformInst>,
    /// Number of planes of a strip; they come first in the table of addresses.
    pub(super) locals: usize,
    /// Number of planes of a block, those of arrays last.
    pub(super) planes: usize,
    pub(super) arrays: Vec<ArrayPlanes>,
    pub(super) tables: Vec<Vec<u32>>,
    pub(super) effects: Vec<Effect>,
    /// Number of inputs; they follow the planes in the table of addresses.
    pub(super) inputs: usize,
    pub(super) sources: Vec<Source>,
    /// Number of outputs; they follow the inputs.
    pub(super) outputs: usize,
    pub(super) loops: Vec<LoopPlanes>,
    /// Planes from the first for staging to those of the outputs.
    pub(super) output_stage: usize,
    cost: f64,
}

/// What runs segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Engine {
    #[default]
    /// Machine code made at run time, where it can be.
    Compiler,
    /// The interpreter of steps.
    Interpreter,
}

/// A source that the program reads.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) slot: u32,
    /// Words of an element.
    pub(super) words: u32,
    /// Components read, and their places in the table.
    pub(super) inputs: Vec<(u32, u16)>,
    /// Planes from the first for staging to those of this source.
    pub(super) stage: usize,
}

/// Bytes of planes, inputs and outputs that a block may use, so that they stay in the first-level cache.
const BLOCK_BYTES: usize = 28 << 10;

/// A block has at most this many lanes.
const MAX_LANES: usize = 1024;

/// Iterations assumed of a loop, whose number nobody knows.
const ASSUMED_ITERATIONS: f64 = 16.0;

/// Nanoseconds of one unit of [`Op::cost`] on one core: a vector load and an operation on a strip.
const NS_PER_COST: f64 = 0.02;

impl Program {
    /// Compiles for the best instruction set of this processor.
    pub(crate) fn compile(fused: &Fused, engine: Engine) -> Result<Self> {
        Self::compile_for(fused, Level::new(), engine)
    }

    /// Compiles for an instruction set.
    pub(crate) fn compile_for(fused: &Fused, level: Level, engine: Engine) -> Result<Self> {
        Self::from_tree(lower(fused)?, name(fused), &source_words(fused), None, level, engine)
    }

    /// Compiles a compute entry point, whose blocks are workgroups of so many lanes.
    pub(super) fn of_workgroup(
        tree: Tree,
        name: &str,
        lanes: usize,
        level: Level,
        engine: Engine,
    ) -> Result<Self> {
        Self::from_tree(tree, name.to_owned(), &[LANE_INPUTS], Some(lanes), level, engine)
    }

    /// Compiles a tree whose sources have elements of so many words. Its blocks have a number of lanes that is given, or
    /// fit into a cache.
    fn from_tree(
        mut tree: Tree,
        name: String,
        widths: &[u32],
        block: Option<usize>,
        level: Level,
        engine: Engine,
    ) -> Result<Self> {
        let large = |limit: TooLarge| limit.error(&name);
        let live = prune(&mut tree).map_err(large)?;
        let cost = cost(&tree, &tree.body);
        let uniformity = Uniformity::of(&tree, &live).map_err(large)?;
        let outputs = tree.outputs.len();
        let flow = linearise(tree, &live, uniformity).map_err(large)?;
        let mut selected = select(&flow).map_err(large)?;
        let total = selected.regs.len() + flow.tree.arrays.iter().sum::<u32>() as usize + outputs;
        if total > MAX_PLACES {
            return Err(large(TooLarge::Places));
        }
        let compiles = engine == Engine::Compiler && can_compile(level);
        if compiles {
            compute_again(&mut selected);
        }
        let assigned =
            assign(&mut selected, &flow.tree.arrays, &flow.tree.effects, outputs as u32).map_err(large)?;
        let Selected { mut code, mut steps, preamble, mut constants, arguments, uniforms, .. } = selected;
        constants.sort_unstable();
        let mut file = vec![0; uniforms as usize];
        for &(place, word) in &constants {
            file[place as usize] = word;
        }
        let (locals, planes) = (assigned.locals as usize, assigned.planes as usize);
        let mut sources: Vec<Source> = vec![];
        let mut stage = 0;
        for (index, &(slot, component)) in assigned.inputs.iter().enumerate() {
            let place = (locals + planes + index) as u16;
            match sources.last_mut().filter(|source| source.slot == slot) {
                Some(source) => source.inputs.push((component, place)),
                None => {
                    let words = widths.get(slot as usize).copied().unwrap_or(1);
                    sources.push(Source { slot, words, inputs: vec![(component, place)], stage });
                    stage += words as usize;
                }
            }
        }
        let strip = strip_len(level);
        if block.is_some_and(|lanes| (locals + planes).saturating_mul(lanes) > MAX_BLOCK_WORDS) {
            return Err(large(TooLarge::Size));
        }
        let lanes = match block {
            Some(lanes) => lanes.next_multiple_of(strip),
            None => lanes(planes + assigned.inputs.len() + outputs, strip),
        };
        #[cfg(target_arch = "x86_64")]
        let compiled = compiles.then(|| {
            let source = super::jit::Source {
                code: &code,
                steps: &steps,
                locals,
                arrays: &assigned.arrays,
                plane_stride: plane_stride(lanes),
                tables: &flow.tree.tables,
                first_memory: (locals + planes + assigned.inputs.len() + outputs) as u32,
                effects: &flow.tree.effects,
                constants: &constants,
            };
            super::jit::Code::compile(&source, level)
        });
        fuse(&mut code, &mut steps);
        Ok(Self {
            name,
            level,
            strip,
            lanes,
            #[cfg(target_arch = "x86_64")]
            compiled: compiled.flatten(),
            code,
            steps,
            uniforms: file,
            arguments,
            preamble,
            locals,
            planes,
            arrays: assigned.arrays,
            tables: flow.tree.tables,
            effects: flow.tree.effects,
            inputs: assigned.inputs.len(),
            sources,
            outputs,
            loops: assigned.loops,
            output_stage: stage,
            cost,
        })
    }

    /// Bytes that the program takes, roughly.
    pub(crate) fn bytes(&self) -> usize {
        let tables: usize = self.tables.iter().map(Vec::len).sum();
        let listed =
            size_of_val(&self.code[..]) + size_of_val(&self.steps[..]) + 4 * (tables + self.uniforms.len());
        #[cfg(target_arch = "x86_64")]
        return listed + self.compiled.as_ref().map_or(0, super::jit::Code::bytes);
        #[cfg(not(target_arch = "x86_64"))]
        listed
    }

    /// A rough estimate of nanoseconds an element on one core. Loops count as 16 iterations, branches as both sides.
    pub(crate) fn cost_per_element(&self) -> f64 {
        self.cost
    }

    /// True if segments run as machine code.
    #[cfg(test)]
    pub(super) fn is_compiled(&self) -> bool {
        #[cfg(target_arch = "x86_64")]
        return self.compiled.is_some();
        #[cfg(not(target_arch = "x86_64"))]
        false
    }

    /// Place of the first input in the table of addresses; the planes are before it.
    pub(super) fn first_input(&self) -> usize {
        self.locals + self.planes
    }

    /// Place of the first output in the table of addresses; the inputs are before it.
    pub(super) fn first_output(&self) -> usize {
        self.first_input() + self.inputs
    }

    /// Where the addresses of memories begin in the table of addresses; the outputs are before them.
    pub(super) fn first_memory(&self) -> usize {
        self.first_output() + self.outputs
    }

    /// True if blocks need not end: a single segment hands nothing on but results.
    pub(super) fn is_one_segment(&self) -> bool {
        self.planes == 0 && matches!(self.code[..], [Inst::Segment { .. }])
    }

    /// Words between planes.
    pub(super) fn plane_stride(&self) -> usize {
        plane_stride(self.lanes)
    }

    /// Number of planes for staging.
    pub(super) fn stages(&self) -> usize {
        self.output_stage + self.outputs
    }

    /// Number of planes that packing needs.
    pub(super) fn free_planes(&self) -> usize {
        1 + self.loops.iter().map(|planes| planes.inputs.len()).sum::<usize>()
    }

    /// True for a plane that belongs to an array.
    pub(super) fn is_array_plane(&self, plane: u16) -> bool {
        self.arrays.first().is_some_and(|array| plane >= array.first)
    }
}

/// True where segments become machine code, unless one has something that there is no code for.
pub(crate) fn can_compile(level: Level) -> bool {
    #[cfg(target_arch = "x86_64")]
    return super::jit::is_supported(level);
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = level;
        false
    }
}

/// Words between planes of a number of lanes: a line more than those, so that planes do not compete for the same cache sets.
fn plane_stride(lanes: usize) -> usize {
    lanes + 16
}

/// Lanes of a block that uses so many planes, inputs and outputs.
fn lanes(planes: usize, strip: usize) -> usize {
    let fitting = BLOCK_BYTES / 4 / planes.max(1);
    (fitting / strip * strip).clamp(strip.max(256), MAX_LANES)
}

/// The outermost function.
fn name(fused: &Fused) -> String {
    match &fused.nodes[fused.output as usize] {
        Node::Call { function, .. } => function.name.clone(),
        Node::Source { .. } => "identity".to_owned(),
    }
}

/// Words of an element of each source slot.
fn source_words(fused: &Fused) -> Vec<u32> {
    let mut words = vec![];
    for node in &fused.nodes {
        if let Node::Source { slot, ty } = node {
            let slot = *slot as usize;
            words.resize(words.len().max(slot + 1), 1);
            words[slot] = ty.words() as u32;
        }
    }
    words
}

fn cost(tree: &Tree, stmts: &[Stmt]) -> f64 {
    let units = |stmt: &Stmt| match stmt {
        Stmt::Def(value) => match tree.def(*value) {
            Def::Op(op, _) => Op::cost(op) * NS_PER_COST,
            Def::Load { .. } | Def::Lookup { .. } | Def::Read { .. } => 10.0 * NS_PER_COST,
            _ => 0.0,
        },
        Stmt::Write { .. } | Stmt::Effect { .. } => 20.0 * NS_PER_COST,
        Stmt::Barrier { .. } => NS_PER_COST,
        Stmt::Set(..) => NS_PER_COST,
        Stmt::Store { .. } => 20.0 * NS_PER_COST,
        Stmt::If { accept, reject, .. } => cost(tree, accept) + cost(tree, reject),
        Stmt::Block { body, .. } => cost(tree, body),
        Stmt::Loop { body, .. } => ASSUMED_ITERATIONS * cost(tree, body),
        Stmt::Exit(_) => 2.0 * NS_PER_COST,
    };
    stmts.iter().map(units).sum()
}
