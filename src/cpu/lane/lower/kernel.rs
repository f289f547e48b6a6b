//! Lowering of a compute entry point: its built-in values and global variables.
//!
//! A lane is an invocation, and the lanes of a block are a workgroup. What differs from lane to lane comes as inputs, the
//! same for all workgroups; what differs from workgroup to workgroup comes as uniform arguments.
//!
//! A block costs something however small it is. So small workgroups that share nothing come several to a block, neighbours
//! along x: then the lanes' inputs say which of them a lane belongs to.

use naga::{Binding as IoBinding, BuiltIn, Span};

use super::super::effect::SUBGROUP;
use super::super::op::Op;
use super::super::site::Sites;
use super::super::tree::{Tree, Value};
use super::access::Globals;
use super::memory::for_each_statement;
use super::{Frame, Lowering, Operand, Unit, unsupported_at};
use crate::error::{Error, Result};

/// Uniform arguments: the workgroup's place in the grid.
pub(crate) const GROUP: u32 = 0;
/// Uniform arguments: the grid.
pub(crate) const GRID: u32 = 3;
/// Uniform arguments from here on: words of each binding, then [`FACTS`](super::FACTS) of each texture and sampler.
pub(crate) const LENGTHS: u32 = 6;

/// Components of the lanes' input: the index in the workgroup, its three coordinates, whether the lane is one of the
/// workgroup at all, which workgroup of the block it belongs to, and its x from the start of the block.
pub(crate) const LANE_INPUTS: u32 = 7;
const INDEX: u32 = 0;
const COORDINATES: u32 = 1;
const ACTIVE: u32 = 4;
const MEMBER: u32 = 5;
const BLOCK_X: u32 = 6;

/// Lanes that several workgroups in a block have together at most.
const MERGED_LANES: u32 = 512;

/// A buffer that an entry point uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Binding {
    /// Its name in the user's text.
    pub(crate) name: String,
    pub(crate) group: u32,
    pub(crate) binding: u32,
    /// Whether the shader may write it.
    pub(crate) is_written: bool,
    pub(crate) holds: Holds,
}

/// What a binding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// A buffer.
    Words,
    /// A texture, its texels as their format packs them.
    Texels,
    /// A texture, a plane of words for each channel: four, or one of depths.
    Unpacked,
    /// No words.
    Sampler,
}

/// What an entry point needs of its surroundings.
#[derive(Debug)]
pub(crate) struct Interface {
    pub(crate) size: [u32; 3],
    /// Workgroups of a block.
    pub(crate) members: u32,
    /// The first memories; one that the lanes of a workgroup share follows.
    pub(crate) bindings: Vec<Binding>,
    /// Words that the lanes of a workgroup share.
    pub(crate) shared: u32,
    /// Lines of the barriers, by number.
    pub(crate) barriers: Vec<u32>,
    /// What a checked run watches.
    pub(crate) sites: Option<Sites>,
}

/// The tree of an entry point, for strips of so many lanes; in a checked one each workgroup has a block of its own.
pub(crate) fn lower_kernel(
    unit: Unit,
    entry: usize,
    strip: usize,
    is_checked: bool,
) -> Result<(Tree, Interface)> {
    let mut lowering = Lowering::new();
    lowering.watch = is_checked.then(Box::default);
    match lowering.entry(unit, entry, strip) {
        Ok((shared, shape)) => {
            let Globals { bindings, barriers, .. } = lowering.globals;
            let Shape { size, members } = shape;
            let sites = lowering.watch.map(|watch| watch.sites);
            Ok((lowering.b.finish(vec![]), Interface { size, members, bindings, shared, barriers, sites }))
        }
        // Types have no place of their own.
        Err(Error::Unsupported { executor, what }) if !what.contains(", line ") => {
            let here = lowering.here;
            let line = || here.location(unit.source).line_number;
            let what = if here.is_defined() { format!("{what}, line {}", line()) } else { what };
            Err(Error::Unsupported { executor, what })
        }
        Err(error) => Err(error),
    }
}

impl Lowering {
    fn entry(&mut self, unit: Unit, entry: usize, strip: usize) -> Result<(u32, Shape)> {
        let Some(point) = unit.module.entry_points.get(entry) else {
            return Err(unsupported_at(unit, "an entry point that is not there", Span::UNDEFINED));
        };
        if point.stage != naga::ShaderStage::Compute {
            return Err(unsupported_at(unit, "an entry point that is no compute shader", Span::UNDEFINED));
        }
        let size = point.workgroup_size;
        let lanes = size.iter().try_fold(1u32, |lanes, &size| lanes.checked_mul(size));
        let Some(lanes) = lanes.filter(|lanes| (1..=MAX_WORKGROUP).contains(lanes)) else {
            let what = format!("a workgroup of more than {MAX_WORKGROUP} invocations");
            return Err(unsupported_at(unit, what, Span::UNDEFINED));
        };
        let function = &point.function;
        let mut frame = Frame {
            unit,
            function,
            info: unit.info.get_entry_point(entry),
            args: vec![],
            exprs: vec![None; function.expressions.len()],
            locals: vec![],
            result: vec![],
            return_label: self.b.label(),
            targets: vec![],
        };
        let has_barriers = self.visit_statements(unit, &function.body);
        let shape = match &mut self.watch {
            Some(watch) => {
                watch.has_barriers = has_barriers;
                Shape { size, members: 1 }
            }
            None => Shape { size, members: members(unit, entry) },
        };
        if shape.members > 1 {
            // In the last block of a row there are fewer workgroups.
            let (grid, group) = (self.b.uniform(GRID), self.b.uniform(GROUP));
            let left = self.b.op2(Op::ISub, grid, group);
            let member = self.b.input(0, MEMBER);
            self.b.tree.active = Some(self.b.op2(Op::ULt, member, left));
        } else if !(lanes as usize).is_multiple_of(strip) {
            self.b.tree.active = Some(self.b.input(0, ACTIVE));
        }
        self.b.tree.whole = Some(frame.return_label);
        self.b.open_block();
        let shared = self.declare_globals(&mut frame)?;
        for argument in &function.arguments {
            let words = self.argument(&frame, argument, shape)?;
            frame.args.push(Operand::Words(words.into()));
        }
        self.declare_locals(&mut frame, unit.module.functions.len() + entry)?;
        // A lane that has returned is not waited for. So where there are barriers it must leave, rather than go around
        // the rest.
        let label = frame.return_label;
        let tail: &[_] = if has_barriers { &[] } else { &[label] };
        self.statements(&mut frame, &function.body, tail)?;
        self.b.close_block(label);
        Ok((shared, shape))
    }

    /// Notes where statements stand; true if there are barriers.
    fn visit_statements(&mut self, unit: Unit, body: &naga::Block) -> bool {
        let mut has_barriers = false;
        let functions = unit.module.functions.iter().map(|(_, function)| &function.body);
        for body in functions.chain([body]) {
            note_spans(body, &mut self.globals.spans);
            for_each_statement(body, &mut |statement| {
                use naga::Statement::{ControlBarrier, WorkGroupUniformLoad};
                has_barriers |= matches!(statement, ControlBarrier(_) | WorkGroupUniformLoad { .. });
            });
        }
        has_barriers
    }

    /// The words of an argument of the entry point.
    fn argument(
        &mut self,
        frame: &Frame,
        argument: &naga::FunctionArgument,
        shape: Shape,
    ) -> Result<Vec<Value>> {
        let mut bindings = vec![];
        match (&argument.binding, frame.inner(argument.ty)) {
            (Some(binding), _) => bindings.push(Some(binding)),
            (None, naga::TypeInner::Struct { members, .. }) => {
                bindings.extend(members.iter().map(|member| member.binding.as_ref()));
            }
            _ => {}
        }
        let mut words = vec![];
        for binding in bindings {
            let Some(IoBinding::BuiltIn(built_in)) = binding else {
                return Err(unsupported_at(
                    frame.unit,
                    "an input that is no built-in value",
                    Span::UNDEFINED,
                ));
            };
            words.extend(self.built_in(frame, *built_in, shape)?);
        }
        Ok(words)
    }

    fn built_in(&mut self, frame: &Frame, built_in: BuiltIn, shape: Shape) -> Result<Vec<Value>> {
        let Shape { size, members } = shape;
        let lanes: u32 = size.iter().product();
        let subgroup = self.b.constant(SUBGROUP as u32);
        let triple =
            |this: &mut Self, first: u32| (first..first + 3).map(|word| this.b.uniform(word)).collect();
        Ok(match built_in {
            BuiltIn::LocalInvocationIndex => vec![self.lane_index(lanes)],
            BuiltIn::LocalInvocationId => (0..3).map(|at| self.coordinate(size, at)).collect(),
            BuiltIn::GlobalInvocationId => (0..3)
                .map(|at| {
                    let (group, extent) = (self.b.uniform(GROUP + at), self.b.constant(size[at as usize]));
                    let start = self.b.op2(Op::IMul, group, extent);
                    let coordinate = match at {
                        0 if members > 1 => self.b.input(0, BLOCK_X),
                        _ => self.coordinate(size, at),
                    };
                    self.b.op2(Op::IAdd, start, coordinate)
                })
                .collect(),
            BuiltIn::WorkGroupId => {
                let mut place: Vec<Value> = triple(self, GROUP);
                if members > 1 {
                    let member = self.b.input(0, MEMBER);
                    place[0] = self.b.op2(Op::IAdd, place[0], member);
                }
                place
            }
            BuiltIn::NumWorkGroups => triple(self, GRID),
            BuiltIn::WorkGroupSize => size.into_iter().map(|size| self.b.constant(size)).collect(),
            BuiltIn::SubgroupSize => vec![subgroup],
            BuiltIn::NumSubgroups => vec![self.b.constant(lanes.div_ceil(SUBGROUP as u32))],
            BuiltIn::SubgroupId => {
                let (index, shift) = (self.lane_index(lanes), self.b.constant(SUBGROUP.trailing_zeros()));
                vec![self.b.op2(Op::UShr, index, shift)]
            }
            BuiltIn::SubgroupInvocationId => {
                let (index, bits) = (self.lane_index(lanes), self.b.constant(SUBGROUP as u32 - 1));
                vec![self.b.op2(Op::And, index, bits)]
            }
            other => {
                let what = format!("the built-in value {other:?}");
                return Err(unsupported_at(frame.unit, what, Span::UNDEFINED));
            }
        })
    }

    fn lane_index(&mut self, lanes: u32) -> Value {
        if lanes == 1 { self.b.constant(0) } else { self.b.input(0, INDEX) }
    }

    /// A coordinate of the lane in its workgroup.
    fn coordinate(&mut self, size: [u32; 3], at: u32) -> Value {
        let lanes = size.iter().product();
        match size[at as usize] {
            1 => self.b.constant(0),
            extent if extent == lanes => self.lane_index(lanes),
            _ => self.b.input(0, COORDINATES + at),
        }
    }
}

/// Lanes of the largest workgroup.
const MAX_WORKGROUP: u32 = 1 << 14;

/// Workgroups that are run together.
#[derive(Debug, Clone, Copy)]
struct Shape {
    size: [u32; 3],
    members: u32,
}

/// How many workgroups of an entry point share a block. They must not synchronise, nor wait for each other: lanes of a
/// block are in step.
pub(crate) fn members(unit: Unit, entry: usize) -> u32 {
    let Some(point) = unit.module.entry_points.get(entry) else { return 1 };
    let lanes = point.workgroup_size.iter().fold(1u32, |lanes, &size| lanes.saturating_mul(size)).max(1);
    let info = unit.info.get_entry_point(entry);
    let shares = unit.module.global_variables.iter().any(|(handle, variable)| {
        variable.space == naga::AddressSpace::WorkGroup && !info[handle].is_empty()
    });
    let has_atomics = unit.module.types.iter().any(|(_, ty)| matches!(ty.inner, naga::TypeInner::Atomic(_)));
    let (mut meets, mut loops) = (false, false);
    let functions = unit.module.functions.iter().map(|(_, function)| &function.body);
    for body in functions.chain([&point.function.body]) {
        for_each_statement(body, &mut |statement| match statement {
            naga::Statement::Loop { .. } => loops = true,
            naga::Statement::ControlBarrier(_)
            | naga::Statement::WorkGroupUniformLoad { .. }
            | naga::Statement::SubgroupBallot { .. }
            | naga::Statement::SubgroupGather { .. }
            | naga::Statement::SubgroupCollectiveOperation { .. } => meets = true,
            _ => {}
        });
    }
    if shares || meets || (has_atomics && loops) { 1 } else { (MERGED_LANES / lanes).max(1) }
}

/// The lanes' inputs: a plane each, for blocks of so many workgroups, whole strips of lanes.
pub(crate) fn lane_inputs(size: [u32; 3], members: u32, lanes: usize) -> Vec<Vec<u32>> {
    let [width, height, depth] = size;
    let count = width * height * depth;
    let is_active = |lane: u32| lane < count * members;
    // The lanes that fill up the last strip are as the last one.
    let index = |lane: u32| lane.min(count * members - 1) % count;
    let member = |lane: u32| lane.min(count * members - 1) / count;
    let plane = |of: &dyn Fn(u32) -> u32| (0..lanes as u32).map(of).collect();
    vec![
        plane(&|lane| index(lane)),
        plane(&|lane| index(lane) % width),
        plane(&|lane| index(lane) / width % height),
        plane(&|lane| index(lane) / width / height),
        plane(&|lane| if is_active(lane) { u32::MAX } else { 0 }),
        plane(&|lane| if is_active(lane) { member(lane) } else { u32::MAX }),
        plane(&|lane| member(lane) * width + index(lane) % width),
    ]
}

fn note_spans(block: &naga::Block, spans: &mut std::collections::HashMap<*const naga::Statement, Span>) {
    use naga::Statement;
    for (statement, &span) in block.span_iter() {
        spans.insert(statement, span);
        match statement {
            Statement::Block(block) => note_spans(block, spans),
            Statement::If { accept, reject, .. } => {
                note_spans(accept, spans);
                note_spans(reject, spans);
            }
            Statement::Switch { cases, .. } => cases.iter().for_each(|case| note_spans(&case.body, spans)),
            Statement::Loop { body, continuing, .. } => {
                note_spans(body, spans);
                note_spans(continuing, spans);
            }
            _ => {}
        }
    }
}
