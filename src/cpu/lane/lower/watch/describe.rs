//! What the checker calls things, and what becomes of what is loaded.

use std::collections::HashMap;

use naga::{Expression, Handle, ScalarKind, Span, Statement, TypeInner};

use super::super::super::site::{Scalar, Shape};
use super::super::layout::{Layout, OUT_OF_RANGE};
use super::super::memory::for_each_statement;
use super::super::{Frame, Unit, types};

/// What becomes of the loads of a function.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// The expressions that read components, by what they read.
    pub(super) readers: HashMap<Handle<Expression>, Vec<Handle<Expression>>>,
    /// Where loads of whole locals stand: naga records no place of theirs, but one of what is made of them.
    pub(super) spans: HashMap<Handle<Expression>, Span>,
}

impl Uses {
    pub(super) fn of(function: &naga::Function, spans: &HashMap<*const Statement, Span>) -> Self {
        let expressions = &function.expressions;
        let mut this = Self::default();
        let is_local = |handle: Handle<Expression>| {
            matches!(expressions[handle], Expression::Load { pointer }
                if matches!(expressions[pointer], Expression::LocalVariable(_)))
        };
        let mut use_at = |handle: Handle<Expression>, span: Span| {
            if span.is_defined() && is_local(handle) {
                this.spans.entry(handle).or_insert(span);
            }
        };
        for (handle, expression) in expressions.iter() {
            let span = expressions.get_span(handle);
            match *expression {
                Expression::AccessIndex { base, .. } | Expression::Swizzle { vector: base, .. } => {
                    this.readers.entry(base).or_default().push(handle);
                    use_at(base, span);
                }
                Expression::Access { base: a, index: b } | Expression::Binary { left: a, right: b, .. } => {
                    [a, b].into_iter().for_each(|operand| use_at(operand, span));
                }
                Expression::Splat { value: a, .. }
                | Expression::Unary { expr: a, .. }
                | Expression::As { expr: a, .. }
                | Expression::Relational { argument: a, .. } => use_at(a, span),
                Expression::Select { condition, accept, reject } => {
                    [condition, accept, reject].into_iter().for_each(|operand| use_at(operand, span));
                }
                Expression::Math { arg, arg1, arg2, arg3, .. } => {
                    let operands = [Some(arg), arg1, arg2, arg3].into_iter().flatten();
                    operands.for_each(|operand| use_at(operand, span));
                }
                Expression::Compose { ref components, .. } => {
                    components.iter().for_each(|&operand| use_at(operand, span));
                }
                _ => {}
            }
        }
        for_each_statement(&function.body, &mut |statement| {
            let span = spans.get(&std::ptr::from_ref(statement)).copied().unwrap_or_default();
            match *statement {
                Statement::Store { value, .. } | Statement::Return { value: Some(value) } => {
                    use_at(value, span)
                }
                Statement::If { condition, .. } => use_at(condition, span),
                Statement::Switch { selector, .. } => use_at(selector, span),
                Statement::Call { ref arguments, .. } => {
                    arguments.iter().for_each(|&argument| use_at(argument, span));
                }
                _ => {}
            }
        });
        this
    }
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
        inner if types::is_wide(inner) => vec![Scalar::Word],
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
