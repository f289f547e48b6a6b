//! A kernel that runs a part of its grid: built-in values that tell the place in the grid are shifted by an origin, which
//! a uniform buffer holds.
//!
//! The entry point becomes a function, called by a new one that adds the origin to what it is given. Of bindings that are
//! given as windows, indices count from the window's start, see [`super::rebase`].

use std::num::NonZeroU32;

use naga::{
    AddressSpace, Arena, ArraySize, BinaryOperator, Binding, Block, BuiltIn, EntryPoint, Expression,
    Function, FunctionArgument, GlobalVariable, Handle, Literal, MemoryDecorations, Module, ResourceBinding,
    Scalar, Span, Statement, SwizzleComponent, Type, TypeInner, VectorSize,
};

use super::rebase::{self, Slots};
use super::specialize::Specialized;

/// The uniform: the first workgroup in x, y and z, and the workgroups of the whole grid; each of four words.
pub(crate) const ORIGIN_WORDS: usize = 8;

/// An entry point that runs a part of its grid.
#[derive(Debug)]
pub(crate) struct Partial {
    /// With this entry point alone.
    pub(crate) module: Module,
    /// Group and binding of what may be bound by windows, in the order in which the uniform tells of them: four words each,
    /// the first element of the window and the number of elements of the whole, after the first [`ORIGIN_WORDS`].
    pub(crate) windows: Vec<(u32, u32)>,
}

impl Partial {
    /// Of a program, with the uniform in binding 0 of a group that it does not use.
    pub(crate) fn new(program: &Specialized, group: u32) -> Self {
        let mut slots = Slots::new();
        let mut windows = Vec::new();
        let uses = program.info.get_entry_point(program.entry);
        for (handle, variable) in program.module.global_variables.iter() {
            if let (Some(binding), AddressSpace::Storage { .. }) = (&variable.binding, variable.space)
                && !uses[handle].is_empty()
                && rebase::can_be_window(&program.module, handle)
            {
                slots.insert(handle, (ORIGIN_WORDS / 4 + windows.len()) as u32);
                windows.push((binding.group, binding.binding));
            }
        }
        Self { module: with_origin(program, group, &slots), windows }
    }
}

fn with_origin(program: &Specialized, group: u32, slots: &Slots) -> Module {
    let mut module = program.module.clone();
    let size = program.workgroup_size;
    let types = add_types(&mut module, ORIGIN_WORDS as u32 / 4 + slots.len() as u32);
    let origin = module.global_variables.append(
        GlobalVariable {
            name: Some("tilewright_origin".to_owned()),
            space: AddressSpace::Uniform,
            binding: Some(ResourceBinding { group, binding: 0 }),
            ty: types.uniform,
            init: None,
            memory_decorations: MemoryDecorations::empty(),
        },
        Span::UNDEFINED,
    );
    let mut old = module.entry_points[program.entry].clone();
    let types_before = &program.module.types;
    let scalar = |info: &naga::valid::FunctionInfo, expr| rebase::scalar(info, types_before, expr);
    for (handle, function) in module.functions.iter_mut() {
        rebase::rebase(function, origin, slots, &|expr| scalar(&program.info[handle], expr));
    }
    let info = program.info.get_entry_point(program.entry);
    rebase::rebase(&mut old.function, origin, slots, &|expr| scalar(info, expr));
    let arguments = old.function.arguments.clone();
    let mut inner = old.function;
    inner.arguments.iter_mut().for_each(|argument| argument.binding = None);
    let callee = module.functions.append(inner, Span::UNDEFINED);
    let function = Wrapper::new(&module, origin, &types, size).build(arguments, callee);
    module.entry_points = vec![EntryPoint {
        function,
        workgroup_size_overrides: None,
        ..program.module.entry_points[program.entry].clone()
    }];
    module
}

/// Types that the wrapper needs.
struct Types {
    vec3: Handle<Type>,
    uniform: Handle<Type>,
}

fn add_types(module: &mut Module, len: u32) -> Types {
    let mut add = |inner| module.types.insert(Type { name: None, inner }, Span::UNDEFINED);
    let vec3 = add(TypeInner::Vector { size: VectorSize::Tri, scalar: Scalar::U32 });
    let vec4 = add(TypeInner::Vector { size: VectorSize::Quad, scalar: Scalar::U32 });
    let size = ArraySize::Constant(NonZeroU32::new(len).unwrap_or(NonZeroU32::MIN));
    let uniform = add(TypeInner::Array { base: vec4, size, stride: 16 });
    Types { vec3, uniform }
}

/// The new entry point while it is made.
struct Wrapper<'m> {
    module: &'m Module,
    types: &'m Types,
    expressions: Arena<Expression>,
    origin: Handle<Expression>,
    size: [Handle<Expression>; 3],
}

/// The values that the uniform gives.
struct Given {
    /// First workgroup.
    origin: Handle<Expression>,
    /// First invocation.
    first: Handle<Expression>,
    /// Workgroups of the whole grid.
    grid: Handle<Expression>,
}

impl<'m> Wrapper<'m> {
    fn new(module: &'m Module, origin: Handle<GlobalVariable>, types: &'m Types, size: [u32; 3]) -> Self {
        let mut expressions = Arena::new();
        let mut add = |expression| expressions.append(expression, Span::UNDEFINED);
        let origin = add(Expression::GlobalVariable(origin));
        let size = size.map(|size| add(Expression::Literal(Literal::U32(size))));
        Self { module, types, expressions, origin, size }
    }

    fn add(&mut self, expression: Expression) -> Handle<Expression> {
        self.expressions.append(expression, Span::UNDEFINED)
    }

    fn build(mut self, arguments: Vec<FunctionArgument>, callee: Handle<Function>) -> Function {
        // What is known without being evaluated comes first.
        let given: Vec<_> =
            (0..arguments.len() as u32).map(|index| self.add(Expression::FunctionArgument(index))).collect();
        let before = self.expressions.len();
        let uniform = self.uniform();
        let shifted =
            arguments.iter().zip(given).map(|(argument, given)| self.argument(argument, given, &uniform));
        let shifted: Vec<_> = shifted.collect();
        let emitted = self.expressions.range_from(before);
        let mut body = Block::new();
        body.push(Statement::Emit(emitted), Span::UNDEFINED);
        body.push(Statement::Call { function: callee, arguments: shifted, result: None }, Span::UNDEFINED);
        body.push(Statement::Return { value: None }, Span::UNDEFINED);
        Function { arguments, expressions: self.expressions, body, ..Function::default() }
    }

    fn uniform(&mut self) -> Given {
        let mut load = |index| {
            let pointer = self.add(Expression::AccessIndex { base: self.origin, index });
            let vector = self.add(Expression::Load { pointer });
            let pattern =
                [SwizzleComponent::X, SwizzleComponent::Y, SwizzleComponent::Z, SwizzleComponent::X];
            self.add(Expression::Swizzle { size: VectorSize::Tri, vector, pattern })
        };
        let (origin, grid) = (load(0), load(1));
        let size = self.add(Expression::Compose { ty: self.types.vec3, components: self.size.to_vec() });
        let first = self.add(Expression::Binary { op: BinaryOperator::Multiply, left: origin, right: size });
        Given { origin, first, grid }
    }

    /// What the entry point is given, as the function is to see it.
    fn argument(
        &mut self,
        argument: &FunctionArgument,
        given: Handle<Expression>,
        uniform: &Given,
    ) -> Handle<Expression> {
        let module = self.module;
        match &module.types[argument.ty].inner {
            TypeInner::Struct { members, .. } if argument.binding.is_none() => {
                let part = |(index, member): (u32, &naga::StructMember)| {
                    let part = self.add(Expression::AccessIndex { base: given, index });
                    self.shifted(&member.binding, part, uniform)
                };
                let components = (0..).zip(members).map(part).collect();
                self.add(Expression::Compose { ty: argument.ty, components })
            }
            _ => self.shifted(&argument.binding, given, uniform),
        }
    }

    fn shifted(
        &mut self,
        binding: &Option<Binding>,
        value: Handle<Expression>,
        uniform: &Given,
    ) -> Handle<Expression> {
        let by = match binding {
            Some(Binding::BuiltIn(BuiltIn::GlobalInvocationId)) => uniform.first,
            Some(Binding::BuiltIn(BuiltIn::WorkGroupId)) => uniform.origin,
            Some(Binding::BuiltIn(BuiltIn::NumWorkGroups)) => return uniform.grid,
            _ => return value,
        };
        self.add(Expression::Binary { op: BinaryOperator::Add, left: value, right: by })
    }
}

#[cfg(test)]
mod tests {
    use naga::valid::{Capabilities, ValidationFlags, Validator};

    use super::*;
    use crate::wgsl::Shader;

    #[test]
    fn the_new_entry_point_is_valid_and_adds_the_origin() {
        let text = "
            struct Ids { @builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32 }
            @group(0) @binding(0) var<storage, read_write> out: array<u32>;
            var<workgroup> shared_words: array<u32, 8>;
            @compute @workgroup_size(8, 2) fn main(
                ids: Ids,
                @builtin(global_invocation_id) id: vec3<u32>,
                @builtin(num_workgroups) groups: vec3<u32>,
            ) {
                shared_words[ids.local % 8u] = id.x;
                workgroupBarrier();
                let signed = i32(id.x);
                if (id.x < arrayLength(&out)) {
                    out[signed] = shared_words[ids.local % 8u] + ids.group.y * groups.x + out[3];
                }
            }
            @compute @workgroup_size(1) fn other() { out[0] = 1u; }";
        let shader = Shader::parse("test", text).unwrap_or_else(|error| panic!("{error}"));
        let program = shader.specialized(0, &[]).expect("no overrides");
        let module = Partial::new(&program, 1).module;
        let info = Validator::new(ValidationFlags::all(), Capabilities::all()).validate(&module);
        let info = info.unwrap_or_else(|error| panic!("{error:?}"));
        let text = naga::back::wgsl::write_string(&module, &info, naga::back::wgsl::WriterFlags::empty());
        insta::assert_snapshot!(text.expect("written"), @r"
        struct Ids {
            @builtin(workgroup_id) group: vec3<u32>,
            @builtin(local_invocation_index) local: u32,
        }

        @group(0) @binding(0) 
        var<storage, read_write> out: array<u32>;
        var<workgroup> shared_words: array<u32, 8>;
        @group(1) @binding(0) 
        var<uniform> tilewright_origin: array<vec4<u32>, 3>;

        fn main_1(ids_1: Ids, id_1: vec3<u32>, groups_1: vec3<u32>) {
            shared_words[(ids_1.local % 8u)] = id_1.x;
            workgroupBarrier();
            let signed = i32(id_1.x);
            let _e17 = tilewright_origin[2].y;
            if (id_1.x < _e17) {
                let _e22 = tilewright_origin[2].x;
                let _e31 = shared_words[(ids_1.local % 8u)];
                let _e40 = tilewright_origin[2].x;
                let _e43 = out[(3u - _e40)];
                out[(signed - bitcast<i32>(_e22))] = ((_e31 + (ids_1.group.y * groups_1.x)) + _e43);
                return;
            } else {
                return;
            }
        }

        @compute @workgroup_size(8, 2, 1) 
        fn main(ids: Ids, @builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
            let _e8 = tilewright_origin[0];
            let _e9 = _e8.xyz;
            let _e11 = tilewright_origin[1];
            main_1(Ids((ids.group + _e9), ids.local), (id + (_e9 * vec3<u32>(8u, 2u, 1u))), _e11.xyz);
            return;
        }
        ");
    }
}
