//! Sums of squares by `cubek-reduce`: its kernel, with the squares taken where it reads.
//!
//! Its entry point takes stored tensors alone; the arguments of its kernel are a trait for those who fuse, which is what
//! this is.

use cubecl::client::Client;
use cubecl::ir::ElemType;
use cubecl::prelude::*;
use cubek_reduce::components::args::{ReduceArgs, ReduceDType};
use cubek_reduce::components::instructions::ReduceOperationConfig;
use cubek_reduce::launch::RoutineStrategy;
use cubek_reduce::routines::cube::CubeRoutine;
use cubek_reduce::routines::plane::PlaneRoutine;
use cubek_reduce::routines::unit::UnitRoutine;
use cubek_reduce::routines::{ReduceProblem, ReduceVectorSettings, Routine};
use cubek_reduce::{ReduceDtypes, ReduceError, VectorizationMode, output_vectorization_axis, reduce_kernel};

/// Tensors whose elements are squared when they are read.
#[derive(Clone)]
struct Squares;

#[cube]
impl ReduceArgs for Squares {
    type Input<E: Numeric, N: Size> = OwnedTensor<Vector<E, N>>;
    type Output<E: Numeric, N: Size> = OwnedTensor<Vector<E, N>>;
    type State<P: ReduceDType> =
        (OwnedTensor<Vector<P::In, P::SizeIn>>, OwnedTensor<Vector<P::Out, P::SizeOut>>);

    fn init_state<P: ReduceDType>(
        input: &Self::Input<P::In, P::SizeIn>,
        output: &mut Self::Output<P::Out, P::SizeOut>,
    ) -> Self::State<P> {
        (input.clone(), output.clone())
    }

    fn read_input<P: ReduceDType>(state: &Self::State<P>, index: usize) -> Vector<P::In, P::SizeIn> {
        let x = state.0[index];
        x * x
    }

    fn read_output<P: ReduceDType>(state: &Self::State<P>, index: usize) -> Vector<P::Out, P::SizeOut> {
        state.1[index]
    }

    fn write_output<P: ReduceDType>(
        state: &mut Self::State<P>,
        index: usize,
        value: Vector<P::Out, P::SizeOut>,
    ) {
        state.1[index] = value;
    }

    fn buffer_len_input<P: ReduceDType>(state: &Self::State<P>) -> usize {
        state.0.buffer_len()
    }

    fn buffer_len_output<P: ReduceDType>(state: &Self::State<P>) -> usize {
        state.1.buffer_len()
    }

    fn len_input<P: ReduceDType>(state: &Self::State<P>) -> usize {
        state.0.len()
    }

    fn len_output<P: ReduceDType>(state: &Self::State<P>) -> usize {
        state.1.len()
    }

    fn rank_input<P: ReduceDType>(state: &Self::State<P>) -> usize {
        state.0.rank()
    }

    fn rank_output<P: ReduceDType>(state: &Self::State<P>) -> usize {
        state.1.rank()
    }

    fn shape_input<P: ReduceDType>(state: &Self::State<P>, dim: usize) -> usize {
        state.0.shape(dim)
    }

    fn shape_output<P: ReduceDType>(state: &Self::State<P>, dim: usize) -> usize {
        state.1.shape(dim)
    }

    fn stride_input<P: ReduceDType>(state: &Self::State<P>, dim: usize) -> usize {
        state.0.stride(dim)
    }

    fn stride_output<P: ReduceDType>(state: &Self::State<P>, dim: usize) -> usize {
        state.1.stride(dim)
    }

    fn vector_size_input<P: ReduceDType>(state: &Self::State<P>) -> comptime_type!(VectorSize) {
        state.0.vector_size()
    }

    fn vector_size_output<P: ReduceDType>(state: &Self::State<P>) -> comptime_type!(VectorSize) {
        state.1.vector_size()
    }
}

/// The sum of squares of each row of a dense matrix, as its only column.
pub fn of_rows(
    client: &Client,
    matrix: TensorBinding,
    column: TensorBinding,
    routine: RoutineStrategy,
    element: ElemType,
) -> Result<(), ReduceError> {
    let axis = 1;
    let [rows, row] = [matrix.shape[0], matrix.shape[1]];
    let dtypes = ReduceDtypes { input: element, output: element, accumulation: element };
    let addresses =
        matrix.required_address_type(element.size()).max(column.required_address_type(element.size()));
    let problem = ReduceProblem {
        reduce_len: row,
        reduce_count: rows,
        axis,
        dtypes,
        instruction: ReduceOperationConfig::Sum,
        address_type: addresses,
    };
    let lanes = client.io_optimized_vector_sizes(element.size());
    let mode = VectorizationMode::Parallel;
    let settings = ReduceVectorSettings {
        vectorization_mode: mode,
        vector_size_input: lanes.filter(|lanes| row.is_multiple_of(*lanes)).max().unwrap_or(1),
        vector_size_output: 1,
        unchecked_fast_paths: true,
        fuse_on_read: false,
    };
    let out_axis = output_vectorization_axis(&matrix.strides, axis, mode);
    let (blueprint, settings) = match routine {
        RoutineStrategy::Unit(strategy) => UnitRoutine.prepare(client, problem, settings, strategy)?,
        RoutineStrategy::Plane(strategy) => PlaneRoutine.prepare(client, problem, settings, strategy)?,
        RoutineStrategy::Cube(strategy) => CubeRoutine.prepare(client, problem, settings, strategy)?,
    };
    // SAFETY: matrix and column have the shapes and strides of what they are bound to, and the blueprint is made for them.
    unsafe {
        reduce_kernel::launch_unchecked::<Squares>(
            client,
            settings.cube_count,
            settings.cube_dim,
            settings.address_type,
            settings.vector.vector_size_input,
            settings.vector.vector_size_output,
            matrix.into_tensor_arg(),
            column.into_tensor_arg(),
            axis,
            out_axis,
            blueprint,
            ReduceOperationConfig::Sum,
            element,
            element,
            element,
        );
    }
    Ok(())
}
