//! What the checker calls things, and which expressions read components.

use std::collections::HashMap;

use naga::{Expression, Handle, ScalarKind, TypeInner};

use super::super::super::site::{Scalar, Shape};
use super::super::layout::{Layout, OUT_OF_RANGE};
use super::super::{Frame, Unit, types};

/// The expressions of a function that read components, by what they read.
pub(super) fn readers(function: &naga::Function) -> HashMap<Handle<Expression>, Vec<Handle<Expression>>> {
    let mut readers: HashMap<_, Vec<_>> = HashMap::new();
    for (handle, expression) in function.expressions.iter() {
        if let Expression::AccessIndex { base, .. } | Expression::Swizzle { vector: base, .. } = *expression {
            readers.entry(base).or_default().push(handle);
        }
    }
    readers
}

/// What the scalars of a value are, in order; as many as repeat.
pub(super) fn scalars(unit: Unit, inner: &TypeInner) -> Vec<Scalar> {
    match inner {
        TypeInner::Array { base, .. } => scalars(unit, &unit.module.types[*base].inner),
        TypeInner::Struct { members, .. } => {
            let of = |member: &naga::StructMember| {
                let inner = &unit.module.types[member.ty].inner;
                let words = types::words(unit, inner).unwrap_or(0) as usize;
                scalars(unit, inner).into_iter().cycle().take(words).collect::<Vec<_>>()
            };
            members.iter().flat_map(of).collect()
        }
        inner => vec![match inner.scalar().map(|scalar| scalar.kind) {
            Some(ScalarKind::Float) => Scalar::Float,
            Some(ScalarKind::Sint) => Scalar::Sint,
            Some(ScalarKind::Bool) => Scalar::Bool,
            _ => Scalar::Uint,
        }],
    }
}

pub(super) fn shape(unit: Unit, inner: &TypeInner, layout: Layout) -> Shape {
    let stride = || layout.elements(unit, inner).map_or(OUT_OF_RANGE, |(_, stride)| stride);
    let of = |ty: Handle<naga::Type>| shape(unit, &unit.module.types[ty].inner, layout);
    match inner {
        TypeInner::Vector { .. } => Shape::Components(stride()),
        TypeInner::Matrix { rows, scalar, .. } => {
            let column = TypeInner::Vector { size: *rows, scalar: *scalar };
            Shape::Elements(stride(), Box::new(shape(unit, &column, layout)))
        }
        TypeInner::Array { base, .. } => Shape::Elements(stride(), Box::new(of(*base))),
        TypeInner::Struct { members, .. } => {
            let member = |(index, member): (usize, &naga::StructMember)| {
                let offset = layout.member(unit, inner, index as u32).unwrap_or(0);
                (member.name.clone().unwrap_or_default(), offset, of(member.ty))
            };
            Shape::Members(members.iter().enumerate().map(member).collect())
        }
        _ => Shape::Scalar,
    }
}

/// What an expression that is indexed is called.
pub(super) fn name_of(frame: &Frame, mut expr: Handle<Expression>) -> String {
    let function = frame.function;
    let mut path = String::new();
    loop {
        if let Some(name) = function.named_expressions.get(&expr) {
            return format!("{name}{path}");
        }
        match function.expressions[expr] {
            Expression::Access { base, .. } => {
                path.insert_str(0, "[_]");
                expr = base;
            }
            Expression::AccessIndex { base, index } => {
                let pointee = types::pointee(frame.unit, frame.ty(base));
                let member = match pointee.as_deref().unwrap_or(frame.ty(base)) {
                    TypeInner::Struct { members, .. } => {
                        let name = members[index as usize].name.clone().unwrap_or_default();
                        format!(".{name}")
                    }
                    _ => format!("[{index}]"),
                };
                path.insert_str(0, &member);
                expr = base;
            }
            Expression::Load { pointer } => expr = pointer,
            Expression::LocalVariable(local) => {
                let name = function.local_variables[local].name.clone().unwrap_or_default();
                return format!("{name}{path}");
            }
            Expression::GlobalVariable(global) => {
                let name = frame.module().global_variables[global].name.clone().unwrap_or_default();
                return format!("{name}{path}");
            }
            Expression::FunctionArgument(index) => {
                let name = function.arguments[index as usize].name.clone().unwrap_or_default();
                return format!("{name}{path}");
            }
            Expression::Constant(constant) => {
                let name = frame.module().constants[constant].name.clone().unwrap_or_default();
                return format!("{name}{path}");
            }
            _ => return format!("the value{path}"),
        }
    }
}
