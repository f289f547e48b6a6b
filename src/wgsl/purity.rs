//! What a pure function may not contain, and which functions it reaches.
//!
//! Refused: every global variable (storage, uniform, workgroup, private, textures), pipeline overrides, and what
//! talks to other invocations or to fixed-function hardware: barriers, atomics, subgroup operations, derivatives,
//! images, rays, `discard`. What is left depends on the arguments alone, so that any executor may evaluate any element
//! in any order, any number of times.
//!
//! Only what the function reaches counts: a text may be a whole shader of which one function is taken.

use naga::{AddressSpace, Expression, Function, Handle, Module, Span, Statement};

/// A construct that a pure function may not contain.
#[derive(Debug)]
pub(super) struct Impurity {
    /// The construct, and why it is refused.
    pub(super) what: String,
    /// Where it is.
    pub(super) span: Span,
}

/// The functions that a body calls, in the order of the text, with repetitions.
pub(super) fn callees(body: &naga::Block) -> Vec<Handle<Function>> {
    let mut found = Vec::new();
    visit(body, &mut |statement, _| {
        if let Statement::Call { function, .. } = statement {
            found.push(*function);
        }
    });
    found
}

/// `function` and all functions that it reaches, without repetitions.
pub(super) fn reach(module: &Module, function: Handle<Function>) -> Vec<Handle<Function>> {
    let mut reached = vec![function];
    let mut next = 0;
    while let Some(&caller) = reached.get(next) {
        for callee in callees(&module.functions[caller].body) {
            if !reached.contains(&callee) {
                reached.push(callee);
            }
        }
        next += 1;
    }
    reached
}

/// The first impurity of the functions given.
pub(super) fn check(module: &Module, functions: &[Handle<Function>]) -> Result<(), Impurity> {
    for &function in functions {
        let function = &module.functions[function];
        for (handle, expression) in function.expressions.iter() {
            if let Some(what) = expression_impurity(module, expression) {
                return Err(Impurity { what, span: expression_span(module, function, handle) });
            }
        }
        let mut impurity = None;
        visit(&function.body, &mut |statement, span| {
            if let (None, Some(what)) = (&impurity, statement_impurity(statement)) {
                impurity = Some(Impurity { what: what.to_owned(), span });
            }
        });
        if let Some(impurity) = impurity {
            return Err(impurity);
        }
    }
    Ok(())
}

/// Calls `see` for every statement of a body, outer ones first.
pub(super) fn visit(body: &naga::Block, see: &mut dyn FnMut(&Statement, Span)) {
    for (statement, span) in body.span_iter() {
        see(statement, *span);
        match statement {
            Statement::Block(body) => visit(body, see),
            Statement::If { accept, reject, .. } => {
                visit(accept, see);
                visit(reject, see);
            }
            Statement::Switch { cases, .. } => cases.iter().for_each(|case| visit(&case.body, see)),
            Statement::Loop { body, continuing, .. } => {
                visit(body, see);
                visit(continuing, see);
            }
            _ => {}
        }
    }
}

/// The place of an expression: its own, or of the declaration that it names where naga records none.
fn expression_span(module: &Module, function: &Function, handle: Handle<Expression>) -> Span {
    let span = function.expressions.get_span(handle);
    match function.expressions[handle] {
        _ if span.is_defined() => span,
        Expression::GlobalVariable(global) => module.global_variables.get_span(global),
        Expression::Override(value) => module.overrides.get_span(value),
        _ => span,
    }
}

fn expression_impurity(module: &Module, expression: &Expression) -> Option<String> {
    let what = match expression {
        Expression::GlobalVariable(global) => {
            let global = &module.global_variables[*global];
            let name = global.name.as_deref().unwrap_or("_");
            let space = address_space(global.space);
            return Some(format!("it uses the {space} variable `{name}`; pass values as parameters"));
        }
        Expression::Override(value) => {
            let name = module.overrides[*value].name.as_deref().unwrap_or("_");
            return Some(format!(
                "it uses the pipeline override `{name}`; declare a `const` or an extra parameter"
            ));
        }
        Expression::Derivative { .. } => "derivatives exist in fragment shaders only",
        Expression::ImageSample { .. } | Expression::ImageLoad { .. } | Expression::ImageQuery { .. } => {
            "it reads an image"
        }
        Expression::ArrayLength(_) => "it asks for the length of a buffer",
        Expression::AtomicResult { .. } => "it uses an atomic",
        Expression::WorkGroupUniformLoadResult { .. } => "it reads workgroup memory",
        Expression::SubgroupBallotResult | Expression::SubgroupOperationResult { .. } => {
            "it exchanges values with other invocations of its subgroup"
        }
        Expression::RayQueryVertexPositions { .. }
        | Expression::RayQueryProceedResult
        | Expression::RayQueryGetIntersection { .. } => "it queries rays",
        Expression::CooperativeLoad { .. } | Expression::CooperativeMultiplyAdd { .. } => {
            "it uses a cooperative matrix"
        }
        Expression::Literal(_)
        | Expression::Constant(_)
        | Expression::ZeroValue(_)
        | Expression::Compose { .. }
        | Expression::Access { .. }
        | Expression::AccessIndex { .. }
        | Expression::Splat { .. }
        | Expression::Swizzle { .. }
        | Expression::FunctionArgument(_)
        | Expression::LocalVariable(_)
        | Expression::Load { .. }
        | Expression::Unary { .. }
        | Expression::Binary { .. }
        | Expression::Select { .. }
        | Expression::Relational { .. }
        | Expression::Math { .. }
        | Expression::As { .. }
        | Expression::CallResult(_) => return None,
    };
    Some(what.to_owned())
}

fn statement_impurity(statement: &Statement) -> Option<&'static str> {
    match statement {
        Statement::Kill => Some("`discard` exists in fragment shaders only"),
        Statement::ControlBarrier(_) | Statement::MemoryBarrier(_) => {
            Some("a barrier waits for other invocations; an element is evaluated alone")
        }
        Statement::ImageStore { .. } | Statement::ImageAtomic { .. } => Some("it writes an image"),
        Statement::Atomic { .. } => Some("it uses an atomic"),
        Statement::WorkGroupUniformLoad { .. } => Some("it reads workgroup memory"),
        Statement::RayQuery { .. } | Statement::RayPipelineFunction(_) => Some("it queries rays"),
        Statement::SubgroupBallot { .. }
        | Statement::SubgroupGather { .. }
        | Statement::SubgroupCollectiveOperation { .. } => {
            Some("it exchanges values with other invocations of its subgroup")
        }
        Statement::CooperativeStore { .. } => Some("it uses a cooperative matrix"),
        Statement::Emit(_)
        | Statement::Block(_)
        | Statement::If { .. }
        | Statement::Switch { .. }
        | Statement::Loop { .. }
        | Statement::Break
        | Statement::Continue
        | Statement::Return { .. }
        | Statement::Store { .. }
        | Statement::Call { .. } => None,
    }
}

fn address_space(space: AddressSpace) -> &'static str {
    match space {
        AddressSpace::Private => "private",
        AddressSpace::WorkGroup => "workgroup",
        AddressSpace::Uniform => "uniform",
        AddressSpace::Storage { .. } => "storage",
        AddressSpace::Handle => "texture or sampler",
        _ => "global",
    }
}
