//! Memory that only sees atomic operations whose order does not matter: executors may work on copies of it and merge them.

use std::collections::BTreeMap;

use naga::valid::{FunctionInfo, ModuleInfo};
use naga::{
    AtomicFunction, Block, Expression, Function, GlobalVariable, Handle, Module, ResourceBinding, Statement,
};

use super::range::Kind;

/// How copies of memory are merged that were changed by atomic operations of one sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Merge {
    Add,
    And,
    Or,
    Xor,
    MinI32,
    MaxI32,
    MinU32,
    MaxU32,
}

impl Merge {
    pub(super) fn of(fun: AtomicFunction, kind: Option<Kind>) -> Option<Self> {
        let is_signed = match kind {
            Some(Kind::I32) => true,
            Some(Kind::U32) => false,
            _ => return None,
        };
        Some(match fun {
            AtomicFunction::Add | AtomicFunction::Subtract => Self::Add,
            AtomicFunction::And => Self::And,
            AtomicFunction::InclusiveOr => Self::Or,
            AtomicFunction::ExclusiveOr => Self::Xor,
            AtomicFunction::Min if is_signed => Self::MinI32,
            AtomicFunction::Min => Self::MinU32,
            AtomicFunction::Max if is_signed => Self::MaxI32,
            AtomicFunction::Max => Self::MaxU32,
            AtomicFunction::Exchange { .. } => return None,
        })
    }

    /// What a copy holds before anything has changed it.
    pub(crate) fn identity(self) -> u32 {
        match self {
            Self::Add | Self::Or | Self::Xor | Self::MaxU32 => 0,
            Self::And | Self::MinU32 => u32::MAX,
            Self::MinI32 => i32::MAX.cast_unsigned(),
            Self::MaxI32 => i32::MIN.cast_unsigned(),
        }
    }

    /// Merges what a copy holds into words.
    pub(crate) fn apply(self, words: &mut [u32], copy: &[u32]) {
        let mut merge = |f: fn(u32, u32) -> u32| words.iter_mut().zip(copy).for_each(|(a, &b)| *a = f(*a, b));
        match self {
            Self::Add => merge(u32::wrapping_add),
            Self::And => merge(|a, b| a & b),
            Self::Or => merge(|a, b| a | b),
            Self::Xor => merge(|a, b| a ^ b),
            Self::MinI32 => merge(|a, b| a.cast_signed().min(b.cast_signed()).cast_unsigned()),
            Self::MaxI32 => merge(|a, b| a.cast_signed().max(b.cast_signed()).cast_unsigned()),
            Self::MinU32 => merge(u32::min),
            Self::MaxU32 => merge(u32::max),
        }
    }
}

/// How a binding is used.
enum Use {
    Merged(Merge),
    Otherwise,
}

/// The bindings of which copies can be merged, by group and binding, whatever a launch is given.
pub(crate) fn mergeable(module: &Module, infos: &ModuleInfo, entry: usize) -> BTreeMap<(u32, u32), Merge> {
    let point = &module.entry_points[entry];
    let uses = Uses::new();
    let mut seen = Seen { module, function: &point.function, info: infos.get_entry_point(entry), uses };
    seen.see_function();
    for (handle, function) in module.functions.iter() {
        (seen.function, seen.info) = (function, &infos[handle]);
        seen.see_function();
    }
    seen.uses
        .into_iter()
        .filter_map(|(global, found)| match (found, &module.global_variables[global].binding) {
            (Use::Merged(merge), Some(ResourceBinding { group, binding })) => {
                Some(((*group, *binding), merge))
            }
            _ => None,
        })
        .collect()
}

type Uses = BTreeMap<Handle<GlobalVariable>, Use>;

/// What was seen of the functions so far, and the one that is looked at.
struct Seen<'a> {
    module: &'a Module,
    function: &'a Function,
    info: &'a FunctionInfo,
    uses: Uses,
}

impl Seen<'_> {
    fn see_function(&mut self) {
        for (_, expression) in self.function.expressions.iter() {
            if let Expression::Load { pointer } = *expression {
                self.otherwise(pointer);
            }
        }
        self.see_block(&self.function.body);
    }

    fn see_block(&mut self, block: &Block) {
        for statement in block.iter() {
            match statement {
                Statement::Block(inner) => self.see_block(inner),
                Statement::If { accept, reject, .. } => {
                    self.see_block(accept);
                    self.see_block(reject);
                }
                Statement::Switch { cases, .. } => cases.iter().for_each(|case| self.see_block(&case.body)),
                Statement::Loop { body, continuing, .. } => {
                    self.see_block(body);
                    self.see_block(continuing);
                }
                Statement::Atomic { pointer, fun, value, result } => {
                    self.atomic(*pointer, *fun, *value, *result);
                }
                Statement::Store { pointer, .. } | Statement::WorkGroupUniformLoad { pointer, .. } => {
                    self.otherwise(*pointer);
                }
                Statement::Call { arguments, .. } => {
                    arguments.iter().for_each(|&argument| self.otherwise(argument));
                }
                Statement::CooperativeStore { data, .. } => self.otherwise(data.pointer),
                _ => {}
            }
        }
    }

    fn atomic(
        &mut self,
        pointer: Handle<Expression>,
        fun: AtomicFunction,
        value: Handle<Expression>,
        result: Option<Handle<Expression>>,
    ) {
        let Some(global) = self.root(pointer) else { return };
        let is_unused = result.is_none_or(|result| self.info[result].ref_count == 0);
        let kind = Kind::of(self.info[value].ty.inner_with(&self.module.types));
        let merge = Merge::of(fun, kind).filter(|_| is_unused);
        let now = match (self.uses.get(&global), merge) {
            (None, Some(merge)) => Use::Merged(merge),
            (Some(Use::Merged(before)), Some(merge)) if *before == merge => Use::Merged(merge),
            _ => Use::Otherwise,
        };
        self.uses.insert(global, now);
    }

    fn otherwise(&mut self, pointer: Handle<Expression>) {
        if let Some(global) = self.root(pointer) {
            self.uses.insert(global, Use::Otherwise);
        }
    }

    /// The variable that a pointer points into.
    fn root(&self, mut pointer: Handle<Expression>) -> Option<Handle<GlobalVariable>> {
        loop {
            match self.function.expressions[pointer] {
                Expression::GlobalVariable(global) => return Some(global),
                Expression::Access { base, .. } | Expression::AccessIndex { base, .. } => pointer = base,
                _ => return None,
            }
        }
    }
}
