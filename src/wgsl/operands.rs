//! The expressions that expressions and statements are made of, to be looked at or exchanged.

use naga::{
    AtomicFunction, Block, Expression, GatherMode, Handle, ImageQuery, RayPipelineFunction, RayQueryFunction,
    SampleLevel, Statement,
};

/// What is done with an operand.
pub(super) type Visit<'v> = &'v mut dyn FnMut(&mut Handle<Expression>);

/// Visits every operand of an expression.
pub(super) fn of_expression(expression: &mut Expression, visit: Visit<'_>) {
    use Expression as E;
    match expression {
        E::Literal(_)
        | E::Constant(_)
        | E::Override(_)
        | E::ZeroValue(_)
        | E::FunctionArgument(_)
        | E::GlobalVariable(_)
        | E::LocalVariable(_)
        | E::CallResult(_)
        | E::AtomicResult { .. }
        | E::WorkGroupUniformLoadResult { .. }
        | E::RayQueryProceedResult
        | E::SubgroupBallotResult
        | E::SubgroupOperationResult { .. } => {}
        E::Compose { components, .. } => components.iter_mut().for_each(visit),
        E::AccessIndex { base: one, .. }
        | E::Splat { value: one, .. }
        | E::Swizzle { vector: one, .. }
        | E::Load { pointer: one }
        | E::Unary { expr: one, .. }
        | E::Derivative { expr: one, .. }
        | E::Relational { argument: one, .. }
        | E::As { expr: one, .. }
        | E::ArrayLength(one)
        | E::RayQueryVertexPositions { query: one, .. }
        | E::RayQueryGetIntersection { query: one, .. } => visit(one),
        E::Access { base: a, index: b } | E::Binary { left: a, right: b, .. } => {
            [a, b].into_iter().for_each(visit)
        }
        E::Select { condition: a, accept: b, reject: c } | E::CooperativeMultiplyAdd { a, b, c } => {
            [a, b, c].into_iter().for_each(visit);
        }
        E::Math { arg, arg1, arg2, arg3, .. } => {
            visit(arg);
            [arg1, arg2, arg3].into_iter().flatten().for_each(visit);
        }
        E::ImageSample { image, sampler, coordinate, array_index, offset, level, depth_ref, .. } => {
            [image, sampler, coordinate].into_iter().for_each(&mut *visit);
            [array_index, offset, depth_ref].into_iter().flatten().for_each(&mut *visit);
            match level {
                SampleLevel::Auto | SampleLevel::Zero => {}
                SampleLevel::Exact(one) | SampleLevel::Bias(one) => visit(one),
                SampleLevel::Gradient { x, y } => [x, y].into_iter().for_each(visit),
            }
        }
        E::ImageLoad { image, coordinate, array_index, sample, level } => {
            [image, coordinate].into_iter().for_each(&mut *visit);
            [array_index, sample, level].into_iter().flatten().for_each(visit);
        }
        E::ImageQuery { image, query } => {
            visit(image);
            if let ImageQuery::Size { level: Some(level) } = query {
                visit(level);
            }
        }
        E::CooperativeLoad { data, .. } => [&mut data.pointer, &mut data.stride].into_iter().for_each(visit),
    }
}

/// Visits every expression of a block of statements; of ranges that are evaluated, `emit` makes new ones.
pub(super) fn of_block(block: &mut Block, emit: &dyn Fn(&mut naga::Range<Expression>), visit: Visit<'_>) {
    use Statement as S;
    for statement in block.iter_mut() {
        match statement {
            S::Emit(range) => emit(range),
            S::Block(inner) => of_block(inner, emit, visit),
            S::If { condition, accept, reject } => {
                visit(condition);
                of_block(accept, emit, visit);
                of_block(reject, emit, visit);
            }
            S::Switch { selector, cases } => {
                visit(selector);
                cases.iter_mut().for_each(|case| of_block(&mut case.body, emit, visit));
            }
            S::Loop { body, continuing, break_if } => {
                of_block(body, emit, visit);
                of_block(continuing, emit, visit);
                break_if.iter_mut().for_each(&mut *visit);
            }
            other => of_statement(other, visit),
        }
    }
}

/// Visits the operands of a statement without blocks.
fn of_statement(statement: &mut Statement, visit: Visit<'_>) {
    use Statement as S;
    let atomic = |fun: &mut AtomicFunction, visit: Visit<'_>| {
        if let AtomicFunction::Exchange { compare: Some(compare) } = fun {
            visit(compare);
        }
    };
    match statement {
        S::Return { value } => value.iter_mut().for_each(visit),
        S::Store { pointer: a, value: b } | S::WorkGroupUniformLoad { pointer: a, result: b } => {
            [a, b].into_iter().for_each(visit);
        }
        S::ImageStore { image, coordinate, array_index, value } => {
            [image, coordinate, value].into_iter().for_each(&mut *visit);
            array_index.iter_mut().for_each(visit);
        }
        S::Atomic { pointer, fun, value, result } => {
            [pointer, value].into_iter().for_each(&mut *visit);
            result.iter_mut().for_each(&mut *visit);
            atomic(fun, visit);
        }
        S::ImageAtomic { image, coordinate, array_index, fun, value } => {
            [image, coordinate, value].into_iter().for_each(&mut *visit);
            array_index.iter_mut().for_each(&mut *visit);
            atomic(fun, visit);
        }
        S::Call { arguments, result, .. } => {
            arguments.iter_mut().for_each(&mut *visit);
            result.iter_mut().for_each(visit);
        }
        S::RayQuery { query, fun } => {
            visit(query);
            match fun {
                RayQueryFunction::Initialize { acceleration_structure: a, descriptor: b } => {
                    [a, b].into_iter().for_each(visit);
                }
                RayQueryFunction::Proceed { result: one }
                | RayQueryFunction::GenerateIntersection { hit_t: one } => {
                    visit(one);
                }
                RayQueryFunction::ConfirmIntersection | RayQueryFunction::Terminate => {}
            }
        }
        S::RayPipelineFunction(RayPipelineFunction::TraceRay {
            acceleration_structure,
            descriptor,
            payload,
        }) => {
            [acceleration_structure, descriptor, payload].into_iter().for_each(visit);
        }
        S::SubgroupBallot { result, predicate } => {
            visit(result);
            predicate.iter_mut().for_each(visit);
        }
        S::SubgroupGather { mode, argument, result } => {
            [argument, result].into_iter().for_each(&mut *visit);
            match mode {
                GatherMode::Broadcast(one)
                | GatherMode::Shuffle(one)
                | GatherMode::ShuffleDown(one)
                | GatherMode::ShuffleUp(one)
                | GatherMode::ShuffleXor(one)
                | GatherMode::QuadBroadcast(one) => visit(one),
                GatherMode::BroadcastFirst | GatherMode::QuadSwap(_) => {}
            }
        }
        S::SubgroupCollectiveOperation { argument, result, .. } => {
            [argument, result].into_iter().for_each(visit)
        }
        S::CooperativeStore { target, data } => {
            [target, &mut data.pointer, &mut data.stride].into_iter().for_each(visit);
        }
        S::Emit(_) | S::Block(_) | S::If { .. } | S::Switch { .. } | S::Loop { .. } => {}
        S::Break | S::Continue | S::Kill | S::ControlBarrier(_) | S::MemoryBarrier(_) => {}
    }
}
