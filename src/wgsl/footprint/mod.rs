//! The memory that a part of a launch touches: which bytes of each binding its workgroups may read and write.
//!
//! An abstract interpretation of the entry point with intervals (P. and R. Cousot, 1977), once for a box of workgroups,
//! with everything that a launch knows: the grid, the sizes of buffers, and what uniforms hold. Tests narrow intervals, so
//! that `if (x >= width) { return; }` counts. What is found is never less than what runs may touch; when two parts of a
//! grid do not write what the other touches, they can run anywhere and at once.

mod cut;
mod eval;
mod merge;
mod place;
mod range;
mod refine;
#[cfg(test)]
mod tests;
mod value;
mod walk;

use std::collections::{BTreeMap, HashMap};
use std::ops;

use naga::valid::{FunctionInfo, ModuleInfo};
use naga::{
    AddressSpace, Binding, BuiltIn, Expression, Function, GlobalVariable, Handle, Module, Span, TypeInner,
};

use self::range::Kind;
use self::value::{Cell, Frame, Place, State, Value};
use super::specialize::Specialized;

pub(crate) use self::cut::{Window, Windows, windows};
pub(crate) use self::merge::{Merge, mergeable};

/// Steps that an analysis may take: some tens of milliseconds.
const FUEL: usize = 1 << 20;

/// The bytes of a texture: which texels a shader touches is not followed.
const TEXELS: ops::Range<u64> = 0..u64::MAX;

/// What a launch knows of a binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) group: u32,
    pub(crate) binding: u32,
    /// Of the buffer that is bound.
    pub(crate) bytes: u64,
    /// What it holds, where the shader only reads it and that is known.
    pub(crate) words: Option<Vec<u32>>,
}

/// Workgroups: from where to where, in x, y and z.
pub(crate) type Part = [ops::Range<u32>; 3];

/// How memory is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Touch {
    Read,
    Write,
    /// By an atomic operation; one whose result is unused, and which can be done on copies that are merged later.
    Atomic(Option<Merge>),
}

/// A place in the shader that touches a binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    pub(crate) touch: Touch,
    /// The bytes that it may touch.
    pub(crate) bytes: ops::Range<u64>,
    /// In the user's text; 0 when unknown.
    pub(crate) line: u32,
}

/// What a part of a launch touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Footprint {
    /// By group and binding: the name and the places that touch it, in the order of the text.
    pub(crate) bindings: BTreeMap<(u32, u32), (String, Vec<Site>)>,
}

/// Finds what the workgroups of a part of a grid may touch.
///
/// # Errors
///
/// Why nothing can be said, with the line: the shader is too large, or has something that the analysis does not know.
pub(crate) fn footprint(
    program: &Specialized,
    source: &str,
    grid: [u32; 3],
    part: &Part,
    extents: &[Extent],
) -> Result<Footprint, String> {
    let module = &program.module;
    let entry = &module.entry_points[program.entry];
    let privates =
        module.global_variables.iter().filter(|(_, variable)| variable.space == AddressSpace::Private);
    let mut analysis = Analysis {
        module,
        infos: &program.info,
        function: &entry.function,
        info: program.info.get_entry_point(program.entry),
        extents,
        privates: privates.map(|(handle, _)| handle).collect(),
        next_version: 0,
        fuel: FUEL,
        records: true,
        failure: None,
        sites: HashMap::new(),
    };
    let mut state = State::default();
    for index in 0..analysis.privates.len() {
        let variable = &module.global_variables[analysis.privates[index]];
        let value = match variable.init {
            Some(init) => analysis.constant(init, 0),
            None => analysis.zero(variable.ty),
        };
        state.cells.push(Cell { value, version: 0, condition: None });
    }
    let arguments = entry.function.arguments.iter();
    let builtins = Builtins { size: program.workgroup_size, grid, part };
    let arguments = arguments.map(|argument| analysis.argument(argument, &builtins)).collect();
    let first_cell = state.cells.len();
    state.frames.push(Frame { arguments, first_cell, ..Frame::default() });
    analysis.run(state);
    analysis.finish(source)
}

/// What built-in values are made of.
struct Builtins<'p> {
    size: [u32; 3],
    grid: [u32; 3],
    part: &'p Part,
}

impl Builtins<'_> {
    fn value(&self, builtin: BuiltIn) -> Value {
        let vector = |of: &dyn Fn(usize) -> (i128, i128)| {
            let ranges = (0..3).map(of).map(|(lo, hi)| Value::Int(Kind::U32, Kind::U32.wrapped(lo, hi)));
            Value::Parts(ranges.collect())
        };
        let part = |axis: usize| (i128::from(self.part[axis].start), i128::from(self.part[axis].end) - 1);
        let size = |axis: usize| i128::from(self.size[axis]);
        match builtin {
            BuiltIn::GlobalInvocationId => vector(&|axis| {
                let (lo, hi) = part(axis);
                (lo * size(axis), hi * size(axis) + size(axis) - 1)
            }),
            BuiltIn::WorkGroupId => vector(&part),
            BuiltIn::LocalInvocationId => vector(&|axis| (0, size(axis) - 1)),
            BuiltIn::NumWorkGroups => vector(&|axis| (self.grid[axis].into(), self.grid[axis].into())),
            BuiltIn::LocalInvocationIndex => {
                let all = size(0) * size(1) * size(2);
                Value::Int(Kind::U32, Kind::U32.wrapped(0, all - 1))
            }
            _ => Value::Unknown,
        }
    }
}

/// A place in the text and how it touches memory, to the bytes.
type Sites = BTreeMap<(u32, Touch), (u64, u64)>;

/// An analysis under way.
struct Analysis<'a> {
    module: &'a Module,
    infos: &'a ModuleInfo,
    /// The function that is being run.
    function: &'a Function,
    info: &'a FunctionInfo,
    extents: &'a [Extent],
    /// The private variables: the first cells.
    privates: Vec<Handle<GlobalVariable>>,
    next_version: u64,
    fuel: usize,
    /// False in rounds of loops that may yet find more than what happens.
    records: bool,
    failure: Option<(&'static str, Span)>,
    sites: HashMap<Handle<GlobalVariable>, Sites>,
}

impl<'a> Analysis<'a> {
    /// Takes steps; false when there are none left, and then the analysis has failed.
    fn spend(&mut self, steps: usize) -> bool {
        match self.fuel.checked_sub(steps) {
            Some(left) => self.fuel = left,
            None => {
                self.fuel = 0;
                self.give_up("the shader is too large to be analysed", Span::UNDEFINED);
            }
        }
        self.failure.is_none()
    }

    fn give_up(&mut self, why: &'static str, span: Span) {
        self.failure.get_or_insert((why, span));
    }

    fn extent(&self, global: Handle<GlobalVariable>) -> Option<&'a Extent> {
        let variable = &self.module.global_variables[global];
        let place = match (&variable.binding, variable.space) {
            (_, AddressSpace::Immediate) => (u32::MAX, 0),
            (Some(binding), _) => (binding.group, binding.binding),
            _ => return None,
        };
        self.extents.iter().find(|extent| (extent.group, extent.binding) == place)
    }

    fn argument(&self, argument: &naga::FunctionArgument, builtins: &Builtins<'_>) -> Value {
        let of = |binding: &Option<Binding>| match binding {
            Some(Binding::BuiltIn(builtin)) => builtins.value(*builtin),
            _ => Value::Unknown,
        };
        match &self.module.types[argument.ty].inner {
            TypeInner::Struct { members, .. } if argument.binding.is_none() => {
                Value::Parts(members.iter().map(|member| of(&member.binding)).collect())
            }
            _ => of(&argument.binding),
        }
    }

    /// Memory that a pointer of the shader's is used for.
    fn touch(&mut self, place: Value, pointer: Handle<Expression>, touch: Touch, span: Span) {
        match place {
            Value::Pointer(Place::Resource { global, lo, hi, .. }) => {
                let size = self.pointee(pointer).and_then(|inner| inner.try_size(self.module.to_ctx()));
                self.record(global, touch, lo, hi.saturating_add(size.unwrap_or(0).into()), span);
            }
            Value::Pointer(_) => {}
            // Of the address spaces that matter, only those of resources: they cannot be told apart.
            _ if self.is_resource(pointer) => self.give_up("a pointer that is not known", span),
            _ => {}
        }
    }

    fn is_resource(&self, pointer: Handle<Expression>) -> bool {
        matches!(
            self.inner(pointer).pointer_space(),
            Some(AddressSpace::Storage { .. } | AddressSpace::Uniform | AddressSpace::Immediate)
        )
    }

    fn record(&mut self, global: Handle<GlobalVariable>, touch: Touch, lo: u64, hi: u64, span: Span) {
        if self.records {
            // Executors exchange whole words.
            let (lo, hi) = (lo & !3, hi.checked_next_multiple_of(4).unwrap_or(hi));
            let at = span.to_range().map_or(u32::MAX, |range| range.start as u32);
            let sites = self.sites.entry(global).or_default();
            let bytes = sites.entry((at, touch)).or_insert((lo, hi));
            *bytes = (bytes.0.min(lo), bytes.1.max(hi));
        }
    }

    fn finish(mut self, source: &str) -> Result<Footprint, String> {
        let line = |at: u32| match source.get(..at as usize) {
            Some(before) => before.matches('\n').count() as u32 + 1,
            None => 0,
        };
        if let Some((why, span)) = self.failure {
            return Err(match span.to_range() {
                Some(range) => format!("{why}, line {}", line(range.start as u32)),
                None => why.to_owned(),
            });
        }
        let mut bindings = BTreeMap::new();
        for (global, sites) in std::mem::take(&mut self.sites) {
            let variable = &self.module.global_variables[global];
            let place = match (&variable.binding, variable.space) {
                (Some(binding), _) => (binding.group, binding.binding),
                _ => (u32::MAX, 0),
            };
            let sites = sites
                .into_iter()
                .map(|((at, touch), (lo, hi))| Site { touch, bytes: lo..hi, line: line(at) })
                .collect();
            bindings.insert(place, (variable.name.clone().unwrap_or_default(), sites));
        }
        Ok(Footprint { bindings })
    }
}
