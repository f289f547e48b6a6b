//! The kinds that a compute shader can contain, and those that the corpus leaves out, each with its reason.

/// Families of kinds that do not depend on a scalar type.
const PLAIN: &[(&str, &str)] = &[
    (
        "Statement",
        "Emit Block If Switch Loop Break Continue Return ControlBarrier Store Atomic WorkGroupUniformLoad Call \
        SubgroupBallot SubgroupGather SubgroupCollectiveOperation ImageStore ImageAtomic",
    ),
    (
        "Expression",
        "Literal Constant Override ZeroValue Compose Access AccessIndex Splat Swizzle FunctionArgument GlobalVariable \
        LocalVariable Load Unary Binary Select Relational Math As CallResult AtomicResult WorkGroupUniformLoadResult \
        ArrayLength SubgroupBallotResult SubgroupOperationResult ImageSample ImageLoad ImageQuery",
    ),
    ("Literal", "F32 U32 I32 Bool F16 F64 I64 U64"),
    ("SwitchValue", "I32 U32 Default"),
    ("Switch", "fall_through"),
    ("Loop", "break_if"),
    ("Return", "value nothing"),
    ("RelationalFunction", "All Any"),
    ("AddressSpace", "Function Private WorkGroup Uniform Storage_read Storage_read_write Handle"),
    ("Load", "Function Private WorkGroup Uniform Storage atomic"),
    ("Store", "Function Private WorkGroup Storage atomic"),
    ("Access", "Vector Matrix Array ValuePointer pointer_to_Vector pointer_to_Matrix pointer_to_Array"),
    (
        "BuiltIn",
        "GlobalInvocationId LocalInvocationId LocalInvocationIndex WorkGroupId NumWorkGroups NumSubgroups SubgroupId \
        SubgroupSize SubgroupInvocationId",
    ),
    (
        "Type",
        "Scalar_bool Scalar_i32 Scalar_u32 Scalar_f32 Scalar_f16 Scalar_f64 Scalar_i64 Scalar_u64 \
        Atomic_i32 Atomic_u32 Atomic_f32 Atomic_i64 Atomic_u64 Struct Array_constant Array_override \
        Array_dynamic Pointer_Function Pointer_Private Vector_2_bool Vector_3_bool Vector_4_bool Vector_2_i32 \
        Vector_3_i32 Vector_4_i32 Vector_2_u32 Vector_3_u32 Vector_4_u32 Vector_2_f32 Vector_3_f32 Vector_4_f32 \
        Matrix_2x2_f32 Matrix_2x3_f32 Matrix_2x4_f32 Matrix_3x2_f32 Matrix_3x3_f32 Matrix_3x4_f32 Matrix_4x2_f32 \
        Matrix_4x3_f32 Matrix_4x4_f32 Matrix_2x2_f16 Matrix_3x3_f16 Vector_2_f16 Vector_3_f16 Vector_4_f16 Vector_2_i64 \
        Vector_3_i64 Vector_2_u64 Vector_3_u64 Vector_4_u64 Vector_2_f64 Vector_3_f64 Matrix_2x2_f64 Matrix_2x3_f64 \
        Matrix_2x4_f64 Matrix_3x2_f64 Sampler Image_D1 Image_D2 Image_D2_arrayed Image_D3",
    ),
    ("Barrier", "WORK_GROUP STORAGE SUB_GROUP TEXTURE"),
    (
        "ImageClass",
        "Sampled_Float Sampled_Sint Sampled_Uint Depth Storage_load Storage_store Storage_load_store Storage_load_store_atomic",
    ),
    (
        "StorageFormat",
        "R8Unorm R8Snorm R8Uint R8Sint R16Uint R16Sint R16Float Rg8Unorm Rg8Snorm Rg8Uint Rg8Sint R32Uint R32Sint \
        R32Float Rg16Uint Rg16Sint Rg16Float Rgba8Unorm Rgba8Snorm Rgba8Uint Rgba8Sint Bgra8Unorm Rgb10a2Uint \
        Rgb10a2Unorm Rg11b10Ufloat Rg32Uint Rg32Sint Rg32Float Rgba16Uint Rgba16Sint Rgba16Float Rgba32Uint \
        Rgba32Sint Rgba32Float R16Unorm R16Snorm Rg16Unorm Rg16Snorm Rgba16Unorm Rgba16Snorm",
    ),
    ("ImageQuery", "Size NumLevels NumLayers"),
    ("ImageSample", "sample_Exact sample_Zero gather_Zero offset clamp_to_edge"),
    (
        "GatherMode",
        "BroadcastFirst Broadcast Shuffle ShuffleDown ShuffleUp ShuffleXor QuadBroadcast QuadSwap_X QuadSwap_Y \
        QuadSwap_Diagonal",
    ),
    (
        "As",
        "bool_to_bool i32_to_i32 u32_to_u32 f32_to_f32 bool_to_i32 bool_to_u32 bool_to_f32 i32_to_bool \
        i32_to_u32 i32_to_f32 u32_to_bool u32_to_i32 u32_to_f32 \
        f32_to_bool f32_to_i32 f32_to_u32 i32_to_bits_of_Uint i32_to_bits_of_Float u32_to_bits_of_Sint \
        u32_to_bits_of_Float f32_to_bits_of_Sint f32_to_bits_of_Uint f16_to_f32 f16_to_u32 f32_to_f16 u32_to_f16 \
        f16_to_f64 f16_to_i64 f64_to_f16 i64_to_f16 u64_to_f16 bool_to_f64 bool_to_i64 bool_to_u64 f32_to_f64 f32_to_i64 f32_to_u64 f64_to_bits_of_Uint f64_to_bool f64_to_f32 \
        f64_to_f64 f64_to_i32 f64_to_i64 f64_to_u32 f64_to_u64 i32_to_f64 i32_to_i64 i64_to_bits_of_Uint i64_to_bool \
        i64_to_f32 i64_to_f64 i64_to_i32 i64_to_u32 i64_to_u64 u32_to_f64 u32_to_i64 u32_to_u64 u64_to_bits_of_Sint \
        u64_to_bool u64_to_f32 u64_to_f64 u64_to_i32 u64_to_i64 u64_to_u32",
    ),
];

/// Kinds, and the scalars that each is expected with.
const BY_SCALAR: &[(&str, &str, &str)] = &[
    ("UnaryOperator", "Negate", "i32 f32 f16 i64 f64"),
    ("UnaryOperator", "LogicalNot", "bool"),
    ("UnaryOperator", "BitwiseNot", "i32 u32 i64 u64"),
    ("BinaryOperator", "Add Subtract Multiply", "i32 u32 f32 f16 i64 u64 f64 matrix"),
    ("BinaryOperator", "Divide", "f16"),
    ("BinaryOperator", "Divide Modulo Less LessEqual Greater GreaterEqual", "i32 u32 f32 i64 u64 f64"),
    ("BinaryOperator", "Equal NotEqual", "bool i32 u32 f32 i64 u64 f64"),
    ("BinaryOperator", "And InclusiveOr", "bool i32 u32 i64 u64"),
    ("BinaryOperator", "ExclusiveOr ShiftLeft ShiftRight", "i32 u32 i64 u64"),
    ("MathFunction", "Abs Min Max Clamp Dot", "i32 u32 f32 i64 u64 f64"),
    ("MathFunction", "Sign", "i32 f32 f64"),
    (
        "MathFunction",
        "Saturate Radians Degrees Ceil Floor Round Fract Trunc Modf Frexp Ldexp Cross Distance Length Normalize \
        FaceForward Reflect Refract Fma Mix Step SmoothStep Sqrt InverseSqrt Transpose Determinant",
        "f64",
    ),
    (
        "MathFunction",
        "Saturate Cos Cosh Sin Sinh Tan Tanh Acos Asin Atan Atan2 Asinh Acosh Atanh Radians Degrees Ceil Floor Round \
        Fract Trunc Modf Frexp Ldexp Exp Exp2 Log Log2 Pow Cross Distance Length Normalize FaceForward Reflect Refract \
        Fma Mix Step SmoothStep Sqrt InverseSqrt Transpose Determinant QuantizeToF16 Pack4x8snorm Pack4x8unorm \
        Pack2x16snorm Pack2x16unorm Pack2x16float",
        "f32",
    ),
    (
        "MathFunction",
        "CountTrailingZeros CountLeadingZeros CountOneBits ReverseBits ExtractBits InsertBits FirstTrailingBit \
        FirstLeadingBit",
        "i32 u32",
    ),
    ("MathFunction", "Pack4xI8 Pack4xI8Clamp", "i32"),
    (
        "MathFunction",
        "Dot4I8Packed Dot4U8Packed Pack4xU8 Pack4xU8Clamp Unpack4x8snorm Unpack4x8unorm Unpack2x16snorm \
        Unpack2x16unorm Unpack2x16float Unpack4xI8 Unpack4xU8",
        "u32",
    ),
    (
        "Atomic",
        "Add Subtract And ExclusiveOr InclusiveOr Min Max Exchange CompareExchange",
        "i32_Storage u32_Storage i32_WorkGroup u32_WorkGroup",
    ),
    ("Atomic", "Add Subtract And ExclusiveOr InclusiveOr Min Max", "i64_Storage u64_Storage"),
    ("Atomic", "Min Exchange CompareExchange", "i64_WorkGroup"),
    ("Atomic", "Add ExclusiveOr", "u64_WorkGroup"),
    ("Atomic", "Add Subtract Exchange", "f32_Storage"),
    ("ImageAtomic", "Add Min Max", "i32 u32"),
    ("ImageAtomic", "And InclusiveOr ExclusiveOr", "u32"),
    ("Subgroup", "All_Reduce Any_Reduce", "bool"),
    ("Subgroup", "Add_Reduce Mul_Reduce Min_Reduce Max_Reduce", "i32 u32 f32"),
    ("Subgroup", "And_Reduce Or_Reduce Xor_Reduce", "i32 u32"),
    ("Subgroup", "Add_InclusiveScan Add_ExclusiveScan Mul_InclusiveScan Mul_ExclusiveScan", "i32 u32 f32"),
    (
        "Subgroup",
        "Add_Reduce Add_InclusiveScan Add_ExclusiveScan Mul_Reduce Mul_InclusiveScan And_Reduce Or_Reduce Xor_Reduce",
        "u64",
    ),
    ("Subgroup", "Min_Reduce Max_Reduce", "i64 u64"),
];

/// What the corpus leaves out: family, kinds, and why.
const ABSENT: &[(&str, &str, &str)] = &[
    ("Statement", "Kill", "`discard` is for fragment shaders"),
    ("Statement", "MemoryBarrier", "WGSL has no barrier of memory alone"),
    ("Statement", "RayQuery RayPipelineFunction", "ray tracing is unsupported"),
    ("Statement", "CooperativeStore", "cooperative matrices are unsupported"),
    ("Expression", "Derivative", "derivatives are for fragment shaders"),
    (
        "Expression",
        "RayQueryVertexPositions RayQueryProceedResult RayQueryGetIntersection",
        "ray tracing is unsupported",
    ),
    ("Expression", "CooperativeLoad CooperativeMultiplyAdd", "cooperative matrices are unsupported"),
    ("Literal", "AbstractInt AbstractFloat", "made concrete before a shader is whole"),
    ("Literal", "I16 U16", "of scalars of 16 bits naga reads floats only"),
    ("RelationalFunction", "IsNan IsInf", "WGSL has no such functions"),
    ("MathFunction", "Outer Inverse", "WGSL has no such functions"),
    ("AddressSpace", "Immediate", "the CPU has no immediates yet"),
    ("AddressSpace", "TaskPayload RayPayload IncomingRayPayload", "for mesh and ray stages"),
    ("Type", "BindingArray", "arrays of bindings are unsupported"),
    ("Type", "Image_Cube Image_Cube_arrayed", "cube textures are unsupported"),
    ("ImageClass", "External", "external textures are unsupported"),
    (
        "ImageClass",
        "Sampled_Float_multisampled Sampled_Sint_multisampled Sampled_Uint_multisampled Depth_multisampled",
        "a device has no multisampled textures of one sample, and others are unsupported",
    ),
    ("ImageQuery", "NumSamples", "of multisampled textures alone"),
    ("StorageFormat", "R64Uint", "texels of 64-bit integers are unsupported"),
    ("ImageSample", "compare_Zero compare_Auto", "samplers that compare are unsupported"),
    ("ImageSample", "sample_Auto sample_Bias sample_Gradient", "derivatives are for fragment shaders"),
    ("Type", "AccelerationStructure RayQuery", "ray tracing is unsupported"),
    (
        "Type",
        "Pointer_Storage Pointer_Uniform Pointer_WorkGroup",
        "naga passes no pointers of these spaces to functions",
    ),
    ("Type", "CooperativeMatrix", "cooperative matrices are unsupported"),
    ("BuiltIn", "WorkGroupSize", "WGSL has no such built-in value"),
];

/// A kind by its name; names here have no spaces.
fn spell(family: &str, kind: &str) -> String {
    format!("{family}::{}", kind.replace('_', " "))
}

/// The kinds that the corpus must contain.
pub(crate) fn kinds() -> impl Iterator<Item = String> {
    let plain = PLAIN.iter().flat_map(|(family, kinds)| {
        kinds.split_whitespace().map(move |kind| match *family {
            // These have underscores of their own.
            "Barrier" | "Switch" | "Loop" => format!("{family}::{kind}"),
            _ => spell(family, kind),
        })
    });
    let by_scalar = BY_SCALAR.iter().flat_map(|(family, kinds, scalars)| {
        kinds.split_whitespace().flat_map(move |kind| {
            scalars.split_whitespace().map(move |scalar| spell(family, &format!("{kind}_{scalar}")))
        })
    });
    plain.chain(by_scalar)
}

/// The kinds that the corpus leaves out.
pub(crate) fn absent() -> impl Iterator<Item = String> {
    ABSENT.iter().flat_map(|(family, kinds, _)| kinds.split_whitespace().map(move |kind| spell(family, kind)))
}
