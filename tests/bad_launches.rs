//! Launches of kernels that are wrong: errors that say what was expected and what was given, before anything runs.
//!
//! Nothing here needs a GPU: every mistake is found before a place to run is looked for.

use insta::assert_snapshot;
use tilewright::prelude::*;
use tilewright::{Error, Kernel, Launch, Raw, Sampler, TexelFormat, Texture, kernel_struct};

const SHADER: &str = "
    struct Params { gain: f32, count: u32, offset: vec2<f32> }
    override SIDE: u32 = 4;
    override FLIP: bool = false;
    @id(3) override LEVEL: f32;
    @group(0) @binding(0) var<uniform> params: Params;
    @group(0) @binding(1) var<storage, read> xs: array<f32>;
    @group(0) @binding(2) var<storage, read_write> ys: array<f32>;
    @group(0) @binding(3) var<storage, read> points: array<vec3<f32>>;
    @group(0) @binding(4) var<storage, read_write> bins: array<atomic<u32>, 16>;
    @group(0) @binding(5) var<storage, read> rows: array<vec4<f32>>;
    @group(1) @binding(0) var<storage, read_write> total: atomic<u32>;

    @compute @workgroup_size(SIDE, SIDE)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        if id.x < arrayLength(&ys) { ys[id.x] += params.gain * xs[id.x] * LEVEL; }
        if FLIP { atomicAdd(&total, 1u); }
    }

    @compute @workgroup_size(64)
    fn gather(@builtin(global_invocation_id) id: vec3<u32>) {
        atomicAdd(&bins[u32(points[id.x].x + rows[id.x].w) % 16u], 1u);
    }";

fn kernel() -> Kernel {
    Kernel::new(SHADER).unwrap_or_else(|error| panic!("{error}"))
}

kernel_struct! {
    #[derive(Clone, Copy)]
    struct Params { gain: f32, count: u32, offset: [f32; 2] }
}

const PARAMS: Params = Params { gain: 1.0, count: 1, offset: [0.0; 2] };

/// What a launch says when it is run.
fn message(launch: Launch<'_>) -> String {
    let cx = Context::builder().threads(1).placement(Placement::Cpu).build().expect("valid settings");
    launch.run(&cx).expect_err("this launch is wrong").to_string()
}

/// The message of `main` with everything right but what `change` does.
fn changed<'a>(
    kernel: &'a Kernel,
    memory: &'a mut Memory,
    change: impl FnOnce(Launch<'a>) -> Launch<'a>,
) -> String {
    let launch = kernel.entry("main").set("params", PARAMS).bind("xs", &memory.xs).bind("ys", &mut memory.ys);
    let launch = launch.bind("total", &mut memory.total).set_override("LEVEL", 1.0f32).workgroups([1]);
    message(change(launch))
}

#[derive(Default)]
struct Memory {
    xs: [f32; 4],
    ys: [f32; 4],
    total: [u32; 1],
}

/// What every case starts from: `change` alone is wrong.
fn wrong(change: impl for<'a> FnOnce(Launch<'a>) -> Launch<'a>) -> String {
    changed(&kernel(), &mut Memory::default(), change)
}

#[test]
fn texts_that_are_no_shader() {
    let refused = |text: &str| Kernel::with_label("a.wgsl", text).unwrap_err().to_string();
    assert_snapshot!(refused("@compute @workgroup_size(1)\nfn main() {\n    let x = y;\n}"), @r"
    invalid WGSL in `a.wgsl`:
    error: no definition in scope for identifier: `y`
      ┌─ a.wgsl:3:13
      │
    3 │     let x = y;
      │             ^ unknown identifier
    ");
    assert_snapshot!(refused("@compute @workgroup_size(1)\nfn main() {\n    let x: u32 = 1.5f;\n}"), @r"
    invalid WGSL in `a.wgsl`:
    error: the type of `x` is expected to be `u32`, but got `f32`
      ┌─ a.wgsl:3:9
      │
    3 │     let x: u32 = 1.5f;
      │         ^ definition of `x`
    ");
    assert_snapshot!(refused("fn f() {}"), @"entry points of `a.wgsl`: expected at least one function with `@compute`, given none");
    let error = Kernel::new("@compute @workgroup_size(1)\nfn main() {\n    let x = y;\n}").unwrap_err();
    assert!(matches!(error, Error::Wgsl { line: 3, column: 13, .. }), "{error:?}");
}

#[test]
fn entry_points() {
    assert_snapshot!(message(kernel().launch()), @"entry points of `kernel`: expected exactly one; to choose one use `Kernel::entry`, given `main`, `gather`");
    assert_snapshot!(message(kernel().entry("mian").bind("xs", &[1.0f32]).workgroups([1])), @"entry point of `kernel`: expected one of `main`, `gather`, given `mian`");
}

#[test]
fn names_that_the_shader_has_not() {
    assert_snapshot!(wrong(|launch| launch.bind("zs", &[1.0f32])), @"binding of `main`: expected one of `params`, `xs`, `ys`, `total`, given `zs`");
    assert_snapshot!(wrong(|launch| launch.bind_at(2, 7, &[1.0f32])), @"binding of `main`: expected one of `params`, `xs`, `ys`, `total`, given @group(2) @binding(7)");
    assert_snapshot!(wrong(|launch| launch.set_override("SIZE", 4u32)), @"override of `main`: expected one of `SIDE`, `FLIP`, `LEVEL`, given `SIZE`");
    let none = Kernel::new("@compute @workgroup_size(1) fn main() {}").unwrap();
    assert_snapshot!(message(none.launch().set("x", 1u32).workgroups([1])), @"binding of `main`: expected no binding, the entry point uses none, given `x`");
    assert_snapshot!(message(none.launch().set_override("X", 1u32).workgroups([1])), @"override of `main`: expected none, the shader has no overrides, given `X`");
}

#[test]
fn memory_that_is_missing() {
    let kernel = kernel();
    let launch = || kernel.entry("main").set_override("LEVEL", 1.0f32).workgroups([1]);
    assert_snapshot!(message(launch()), @r#"binding `params` of `main`: expected `Params` (uniform), set with `.set("params", ...)`, given nothing"#);
    assert_snapshot!(message(launch().set("params", PARAMS)), @r#"binding `xs` of `main`: expected `array<f32>` (storage, read), bound with `.bind("xs", ...)`, given nothing"#);
}

#[test]
fn memory_of_another_type() {
    assert_snapshot!(wrong(|launch| launch.bind("xs", &[1u32, 2])), @"binding `xs` of `main`: expected `array<f32>` (storage, read), given `&[u32]` of 2");
    assert_snapshot!(wrong(|launch| launch.bind("xs", &[[1.0f32; 4]])), @"binding `xs` of `main`: expected `array<f32>` (storage, read), given `&[[f32; 4]]` of 1");
    assert_snapshot!(wrong(|launch| launch.set("xs", 1.0f32)), @"binding `xs` of `main`: expected `array<f32>` (storage, read), given a value of type `f32`");
    assert_snapshot!(wrong(|launch| launch.set("params", 1.0f32)), @"binding `params` of `main`: expected `Params` (uniform), given a value of type `f32`");
    assert_snapshot!(wrong(|launch| launch.bind("params", &[1.0f32; 4])), @"binding `params` of `main`: expected `Params` (uniform), given `&[f32]` of 4");
    let (kernel, ints) = (kernel(), Context::new().array(vec![1i32, 2]));
    assert_snapshot!(changed(&kernel, &mut Memory::default(), |launch| launch.bind("xs", &ints)), @"binding `xs` of `main`: expected `array<f32>` (storage, read), given `&Array<i32>` of 2");
}

#[test]
fn structures_that_differ() {
    kernel_struct! {
        struct Renamed { gain: f32, counts: u32, offset: [f32; 2] }
    }
    kernel_struct! {
        struct Shorter { gain: f32, count: u32 }
    }
    kernel_struct! {
        struct Signed { gain: f32, count: i32, offset: [f32; 2] }
    }
    assert_snapshot!(wrong(|launch| launch.set("params", Renamed { gain: 1.0, counts: 1, offset: [0.0; 2] })), @"binding `params` of `main`: expected `Params` (uniform), given a value of type `Renamed`, where `Renamed` has `counts`, which `Params` has not");
    assert_snapshot!(wrong(|launch| launch.set("params", Shorter { gain: 1.0, count: 1 })), @"binding `params` of `main`: expected `Params` (uniform), given a value of type `Shorter`, where `Shorter` lacks `offset: vec2<f32>`");
    assert_snapshot!(wrong(|launch| launch.set("params", Signed { gain: 1.0, count: 1, offset: [0.0; 2] })), @"binding `params` of `main`: expected `Params` (uniform), given a value of type `Signed`, where `count` is `i32`, and `u32` in WGSL");
}

#[test]
fn memory_of_another_size() {
    let kernel = kernel();
    let (points, rows) = ([[0.0f32; 4]; 1], [[0.0f32; 4]; 1]);
    let launch =
        || kernel.entry("gather").bind("points", Raw(&points[..])).bind("rows", &rows).workgroups([1]);
    assert_snapshot!(message(launch().bind("bins", &mut [0u32; 15])), @"binding `bins` of `gather`: expected 16 elements for `array<atomic<u32>, 16>` (storage, read_write), given `&mut [u32]` of 15");
    assert_snapshot!(message(launch().bind("bins", &mut [0u32; 16]).bind("rows", &[] as &[[f32; 4]])), @"binding `rows` of `gather`: expected at least one element for `array<vec4<f32>>` (storage, read), given `&[[f32; 4]]` of 0");
    assert_snapshot!(message(launch().bind("bins", &mut [0u32; 16]).bind("points", Raw(&[0u8; 11][..]))), @"binding `points` of `gather`: expected at least 16 bytes for `array<vec3<f32>>` (storage, read), given `Raw(&[_])` of 12 bytes");
    assert_snapshot!(wrong(|launch| launch.bind("params", &[PARAMS; 2])), @"binding `params` of `main`: expected one element for `Params` (uniform), given `&[Params]` of 2");
    let mut totals = [0u32; 2];
    let mut memory = Memory::default();
    let launch = kernel.entry("main").set("params", PARAMS).bind("xs", &memory.xs).bind("ys", &mut memory.ys);
    let launch = launch.bind("total", &mut totals).set_override("LEVEL", 1.0f32).workgroups([1]);
    assert_snapshot!(message(launch), @"binding `total` of `main`: expected one element for `atomic<u32>` (storage, read_write), given `&mut [u32]` of 2");
}

/// A vector of three is aligned like one of four.
#[test]
fn elements_with_another_stride() {
    let kernel = kernel();
    let (rows, mut bins) = ([[0.0f32; 4]; 1], [0u32; 16]);
    let launch = kernel.entry("gather").bind("bins", &mut bins).bind("rows", &rows).workgroups([1]);
    assert_snapshot!(message(launch.bind("points", &[[0.0f32; 3]; 8])), @"binding `points` of `gather`: expected elements of 16 bytes for `array<vec3<f32>>` (storage, read), given `&[[f32; 3]]` of 8 elements of 12 bytes: slices are used in place, so pad them, declare `array<f32>` in the shader, or a structure with `kernel_struct!`");
}

#[test]
fn written_memory_that_is_shared() {
    assert_snapshot!(wrong(|launch| launch.bind("ys", &[1.0f32; 4])), @"binding `ys` of `main`: expected `array<f32>` (storage, read_write), which the shader may write, as `&mut`, given `&[f32]` of 4");
    assert_snapshot!(wrong(|launch| launch.set("total", 0u32)), @"binding `total` of `main`: expected `atomic<u32>` (storage, read_write), which the shader may write, as `&mut`, given a value of type `u32`");
    assert_snapshot!(wrong(|launch| launch.bind("ys", Raw(&[1.0f32; 4][..]))), @"binding `ys` of `main`: expected `array<f32>` (storage, read_write), which the shader may write, as `&mut`, given `Raw(&[_])` of 16 bytes");
    let (kernel, floats) = (kernel(), Context::new().array(vec![1.0f32; 4]));
    assert_snapshot!(changed(&kernel, &mut Memory::default(), |launch| launch.bind("ys", &floats)), @"binding `ys` of `main`: expected `array<f32>` (storage, read_write), which the shader may write, as `&mut`, given `&Array<f32>` of 4");
}

#[test]
fn overrides_out_of_their_domain() {
    assert_snapshot!(wrong(|launch| launch.set_override("SIDE", -1i32)), @"override `SIDE` of `main`: expected a value of type u32, given -1");
    assert_snapshot!(wrong(|launch| launch.set_override("SIDE", 1.5f32)), @"override `SIDE` of `main`: expected a value of type u32, given 1.5");
    assert_snapshot!(wrong(|launch| launch.set_override("FLIP", 2u32)), @"override `FLIP` of `main`: expected a value of type bool, given 2");
    assert_snapshot!(wrong(|launch| launch.set_override("3", f32::NAN)), @"override `LEVEL` of `main`: expected a value of type f32, given NaN");
    assert_snapshot!(wrong(|launch| launch.set_override("SIDE", 0u32)), @"overrides of `main`: expected values that the shader can be made with, given workgroup_size override isn't strictly positive");
    let kernel = kernel();
    assert_snapshot!(message(kernel.entry("main").workgroups([1])), @"override `LEVEL` of `main`: expected a value, it has no default, given none");
}

#[test]
fn grids() {
    assert_snapshot!(wrong(|launch| launch.workgroups([0])), @"grid of `main`: expected at least 1 in every dimension, given 0 x 1 x 1");
    assert_snapshot!(wrong(|launch| launch.workgroups([1, -1])), @"grid of `main`: expected numbers from 1 to 4294967295, given -1");
    assert_snapshot!(wrong(|launch| launch.invocations([1_usize << 32])), @"grid of `main`: expected numbers from 1 to 4294967295, given 4294967296");
    assert_snapshot!(wrong(|launch| launch.invocations([5, 0, 2])), @"grid of `main`: expected at least 1 in every dimension, given 5 x 0 x 2");
    let kernel = Kernel::new("@compute @workgroup_size(1) fn main() {}").unwrap();
    assert_snapshot!(message(kernel.launch()), @"grid of `main`: expected a number of workgroups or invocations, set with `.workgroups` or `.invocations`, given none");
}

const IMAGES: &str = "
    @group(0) @binding(0) var image: texture_2d<f32>;
    @group(0) @binding(1) var ids: texture_3d<u32>;
    @group(0) @binding(2) var blurred: texture_storage_2d<rgba8unorm, write>;
    @group(0) @binding(3) var smooth_: sampler;
    @group(0) @binding(4) var<storage, read_write> out: array<u32>;

    @compute @workgroup_size(1)
    fn main() {
        out[0] = textureLoad(ids, vec3(0), 0).x;
        textureStore(blurred, vec2(0), textureSampleLevel(image, smooth_, vec2(0.5), 0.0));
    }";

/// What a launch says that has everything right but what `change` does.
fn wrong_image(change: impl for<'a> FnOnce(Launch<'a>) -> Launch<'a>) -> String {
    let kernel = Kernel::new(IMAGES).unwrap();
    let image = Texture::zeros_2d(TexelFormat::Rgba8Unorm, [4, 3]).unwrap();
    let ids = Texture::new_3d(TexelFormat::R16Uint, [1, 2, 3], &[0u16; 6]).unwrap();
    let (mut blurred, mut out) = (image.clone(), [0u32]);
    let launch = kernel.launch().bind("image", &image).bind("ids", &ids).bind("blurred", &mut blurred);
    let launch = launch.bind("smooth_", Sampler::linear()).bind("out", &mut out).workgroups([1]);
    message(change(launch))
}

#[test]
fn textures_that_differ() {
    let of = |format| Texture::zeros_2d(format, [4, 3]).unwrap();
    let (mut bytes, floats) = (of(TexelFormat::Rgba8Unorm), of(TexelFormat::Rgba32Float));
    let layers = Texture::new_2d_array(TexelFormat::Rgba8Unorm, [1, 1, 2], &[0u8; 8]).unwrap();
    let kernel = Kernel::new(IMAGES).unwrap();
    assert_snapshot!(message(kernel.launch().workgroups([1])), @r#"binding `image` of `main`: expected `texture_2d<f32>` (texture), bound with `.bind("image", ...)`, given nothing"#);
    assert_snapshot!(wrong_image(|launch| launch.bind("image", &[0u32; 12])), @"binding `image` of `main`: expected `texture_2d<f32>` (texture), as a `Texture`, given `&[u32]` of 12");
    let depths = of(TexelFormat::Depth32Float);
    let integers = of(TexelFormat::Rg8Sint);
    let image_and_ids = |texture: &Texture| {
        message(kernel.launch().bind("image", texture).bind("ids", texture).workgroups([1]))
    };
    assert_snapshot!(image_and_ids(&layers), @"binding `image` of `main`: expected `texture_2d<f32>` (texture), given `&Texture` of 1 x 1 x 2, 2d_array, rgba8unorm");
    assert_snapshot!(image_and_ids(&depths), @"binding `image` of `main`: expected `texture_2d<f32>` (texture), given `&Texture` of 4 x 3, 2d, depth32float, whose texels are depths");
    assert_snapshot!(image_and_ids(&integers), @"binding `image` of `main`: expected `texture_2d<f32>` (texture), given `&Texture` of 4 x 3, 2d, rg8sint, whose texels are i32");
    assert_snapshot!(image_and_ids(&floats), @"binding `ids` of `main`: expected `texture_3d<u32>` (texture), given `&Texture` of 4 x 3, 2d, rgba32float");
    let launch = || kernel.launch().bind("image", &floats).workgroups([1]);
    let ids = Texture::new_3d(TexelFormat::R16Uint, [1, 2, 3], &[0u16; 6]).unwrap();
    let mut wide = of(TexelFormat::Rgba16Float);
    assert_snapshot!(message(launch().bind("ids", &ids).bind("blurred", &mut wide)), @"binding `blurred` of `main`: expected `texture_storage_2d<rgba8unorm,write>` (storage texture, write), given `&mut Texture` of 4 x 3, 2d, rgba16float");
    assert_snapshot!(message(launch().bind("ids", &ids).bind("blurred", &bytes)), @"binding `blurred` of `main`: expected `texture_storage_2d<rgba8unorm,write>` (storage texture, write), which the shader may write, as `&mut`, given `&Texture` of 4 x 3, 2d, rgba8unorm");
    assert_snapshot!(message(launch().bind("ids", &ids).bind("blurred", &mut bytes).bind("smooth_", &floats)), @"binding `smooth_` of `main`: expected `sampler` (sampler), as a `Sampler`, given `&Texture` of 4 x 3, 2d, rgba32float");
    assert_snapshot!(wrong_image(|launch| launch.bind("out", Sampler::nearest())), @"binding `out` of `main`: expected `array<u32>` (storage, read_write), which the shader may write, as `&mut`, given a `Sampler`");
    assert_snapshot!(message(launch().bind("ids", &ids).bind("blurred", &mut bytes).bind("smooth_", Sampler::nearest()).bind("out", &floats)), @"binding `out` of `main`: expected `array<u32>` (storage, read_write), which the shader may write, as `&mut`, given `&Texture` of 4 x 3, 2d, rgba32float");
}

#[test]
fn resources_that_cannot_be_bound() {
    let text = "enable wgpu_binding_array;
        @group(0) @binding(0) var<storage, read_write> out: array<vec4<f32>>;
        @group(0) @binding(1)
        var images: binding_array<texture_2d<f32>, 4>;
        @compute @workgroup_size(1) fn main() { out[0] = textureLoad(images[1], vec2(0, 0), 0); }";
    let mut out = [[0.0f32; 4]];
    let kernel = Kernel::new(text).unwrap();
    assert_snapshot!(message(kernel.launch().bind("out", &mut out).workgroups([1])), @"unsupported on every executor: `images` of `main` is a `binding_array<texture_2d<f32>, 4>`, which cannot be bound, line 4");
}

/// The first mistake is the one that is reported.
#[test]
fn several_mistakes() {
    assert_snapshot!(wrong(|launch| launch.set("zs", 1u32).set_override("SIZE", 1u32).workgroups([0])), @"binding of `main`: expected one of `params`, `xs`, `ys`, `total`, given `zs`");
}

/// What only reads may be given memory that could be written.
#[test]
fn writable_memory_for_what_reads() {
    let kernel = kernel();
    let (mut xs, mut ys, mut total) = ([1.0f32; 4], [1.0f32; 4], [0u32]);
    let launch = kernel.entry("main").set("params", PARAMS).bind("xs", &mut xs).bind("ys", &mut ys);
    let launch = launch.bind("total", &mut total).set_override("LEVEL", 1.0f32).workgroups([1]);
    assert!(launch.explain(&Context::new().with_placement(Placement::Cpu)).is_ok());
}
