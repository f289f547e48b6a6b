//! Textures and samplers: a blur, every value of small formats, and what a device or the library lacks.

use half::f16;
use tilewright::{Context, Error, Kernel, Sampler, TexelFormat, Texture, TextureDimension};

use crate::{Case, kernel};

pub(crate) const CASES: [Case; 6] = [
    ("blur_of_an_image", blur),
    ("every_value_of_small_formats", every_value),
    ("rows_of_any_width", widths),
    ("textures_that_the_entry_point_does_not_use", unused),
    ("one_sample_of_a_texel", multisampled),
    ("depths_of_32_bits", depths),
];

fn unwrapped<T>(result: Result<T, Error>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}

/// Bytes without a pattern.
fn noise(len: usize) -> Vec<u8> {
    let word = |i: u32| {
        let x = i.wrapping_mul(0x9e37_79b9);
        ((x ^ x >> 15).wrapping_mul(0x85eb_ca6b) >> 24) as u8
    };
    (0..len as u32).map(word).collect()
}

/// Two passes of a filter of five, as samples of WebGPU do it: linear samples amid two texels, tiles with a halo in
/// workgroup memory.
const BLUR: &str = "
    override RADIUS: i32 = 2;
    @group(0) @binding(0) var smooth_: sampler;
    @group(0) @binding(1) var image: texture_2d<f32>;
    @group(0) @binding(2) var blurred: texture_storage_2d<rgba8unorm, write>;
    @group(0) @binding(3) var<uniform> flip: u32;
    var<workgroup> tile: array<array<vec3f, 36>, 4>;

    @compute @workgroup_size(36, 4)
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
        let size = vec2i(textureDimensions(image));
        let at = vec2i(i32(group.x) * 32 + i32(local.x) - RADIUS, i32(group.y * 4u + local.y));
        var place = at;
        if flip == 1u { place = at.yx; }
        tile[local.y][local.x] = textureSampleLevel(image, smooth_, (vec2f(place) + 0.5) / vec2f(size), 0.0).rgb;
        workgroupBarrier();
        let x = i32(local.x);
        if x < RADIUS || x >= 32 + RADIUS || any(place >= size) { return; }
        var sum = vec3f(0.0);
        for (var i = -RADIUS; i <= RADIUS; i++) { sum += tile[local.y][x + i]; }
        textureStore(blurred, place, vec4f(sum / f32(2 * RADIUS + 1), 1.0));
    }";

fn blur(cx: &Context) {
    let (width, height) = (61usize, 43usize);
    let kernel = kernel(BLUR);
    let size = [width as u32, height as u32];
    let pixels: Vec<[u8; 4]> = noise(4 * width * height).chunks(4).map(|p| [p[0], p[1], p[2], 255]).collect();
    let mut textures = [
        unwrapped(Texture::new_2d(TexelFormat::Rgba8Unorm, size, &pixels)),
        unwrapped(Texture::zeros_2d(TexelFormat::Rgba8Unorm, size)),
    ];
    let mut expected = pixels;
    for flip in [0u32, 1] {
        let [from, to] = &mut textures;
        let (along, across) = if flip == 0 { (width, height) } else { (height, width) };
        let launch = kernel.launch().bind("image", &*from).bind("blurred", &mut *to).set("flip", flip);
        let launch = launch.bind("smooth_", Sampler::linear().clamp());
        unwrapped(launch.workgroups([along.div_ceil(32), across.div_ceil(4)]).run(cx));
        expected = blurred(&expected, width, height, flip == 1);
        let found: Vec<[u8; 4]> = to.texels();
        for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
            // The device rounds as it likes.
            let close = found.iter().zip(expected).all(|(a, b)| a.abs_diff(*b) <= 1);
            assert!(close, "{},{}: {found:?} and {expected:?}", at % width, at / width);
        }
        expected = found;
        textures.swap(0, 1);
    }
}

/// The mean of five neighbours along x or y, edges continued.
fn blurred(pixels: &[[u8; 4]], width: usize, height: usize, along_y: bool) -> Vec<[u8; 4]> {
    let at = |x: isize, y: isize| {
        let x = x.clamp(0, width as isize - 1) as usize;
        pixels[y.clamp(0, height as isize - 1) as usize * width + x]
    };
    let mean = |index: usize| {
        let (x, y) = ((index % width) as isize, (index / width) as isize);
        let around = |i: isize| if along_y { at(x, y + i) } else { at(x + i, y) };
        std::array::from_fn(|channel| {
            let sum: u32 = (-2..=2).map(|i| u32::from(around(i)[channel])).sum();
            if channel == 3 { 255 } else { ((sum as f64) / 5.0).round() as u8 }
        })
    };
    (0..pixels.len()).map(mean).collect()
}

/// The value of the low bits of a channel, by the definition of its format.
fn value(format: &str, bits: u32) -> f64 {
    let width: u32 = if format.contains('8') { 8 } else { 16 };
    let signed = f64::from((bits << (32 - width)) as i32 >> (32 - width));
    let most = f64::from((1u32 << width) - 1);
    match &format[format.len() - 4..] {
        "norm" if format.contains("snorm") => (signed / ((most - 1.0) / 2.0)).max(-1.0),
        "norm" => f64::from(bits) / most,
        "uint" => f64::from(bits),
        "sint" => signed,
        _ => f16::from_bits(bits as u16).to_f64(),
    }
}

/// Loads give what the format says, and stores of that the same bits again.
fn every_value(cx: &Context) {
    let formats = TexelFormat::ALL.iter().filter(|format| {
        let name = format.name();
        name.starts_with('r') && name[1..2].chars().all(char::is_numeric) && !name.contains("32")
    });
    for &format in formats {
        let name = format.name();
        let (scalar, kind) = match &name[name.len() - 4..] {
            "uint" => ("u32", "u32"),
            "sint" => ("i32", "i32"),
            _ => ("f32", "f32"),
        };
        let text = format!(
            "@group(0) @binding(0) var sampled: texture_2d<{kind}>;
            @group(0) @binding(1) var again: texture_storage_2d<{name}, write>;
            @group(0) @binding(2) var<storage, read_write> values: array<{scalar}>;
            @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {{
                let texel = textureLoad(sampled, id.xy, 0);
                values[id.x + id.y * 256u] = texel.x;
                textureStore(again, id.xy, texel);
            }}"
        );
        let rows = if format.bytes() == 1 { 1u32 } else { 256 };
        let patterns = 256 * rows;
        let bytes: Vec<u8> =
            (0..patterns).flat_map(|bits| bits.to_le_bytes().into_iter().take(format.bytes())).collect();
        let texture = unwrapped(Texture::new_2d(format, [256, rows], &bytes));
        let mut again = unwrapped(Texture::zeros_2d(format, [256, rows]));
        let mut values = vec![0u32; patterns as usize];
        let kernel = kernel(&text);
        let launch = kernel.launch().bind("sampled", &texture).bind("again", &mut again);
        match launch.bind("values", tilewright::Raw(&mut values)).workgroups([4, rows]).run(cx) {
            Err(Error::Unsupported { what, .. }) => {
                assert!(what.contains("adapter lacks"), "{what}");
                continue;
            }
            other => unwrapped(other),
        }
        let texels: Vec<u8> = again.bytes();
        for bits in 0..patterns {
            let (expected, word) = (value(name, bits), values[bits as usize]);
            if expected.is_nan() {
                continue;
            }
            let found = match scalar {
                "u32" => f64::from(word),
                "i32" => f64::from(word as i32),
                _ => f64::from(f32::from_bits(word)),
            };
            let close = (found - expected).abs() <= 2e-7 * expected.abs() || found == expected;
            assert!(close, "{name} {bits:#x}: {found} and {expected}");
            // The lowest signed normalised value has two encodings.
            let twice = name.contains("snorm") && bits == 1 << (8 * format.bytes() - 1);
            let range = format.bytes() * bits as usize..format.bytes() * (bits as usize + 1);
            assert!(twice || texels[range.clone()] == bytes[range], "{name} {bits:#x} stored again");
        }
    }
}

/// Rows in a device's buffers are aligned, and those of a texture are not.
fn widths(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var a: texture_3d<u32>;
        @group(0) @binding(1) var b: texture_storage_3d<rg32uint, write>;
        @compute @workgroup_size(4, 4, 4) fn main(@builtin(global_invocation_id) id: vec3u) {
            textureStore(b, id, textureLoad(a, id, 0) ^ vec4u(id.x));
        }",
    );
    for width in [1u32, 31, 32, 33, 65] {
        let size = [width, 3, 5];
        let bytes = noise(8 * size.iter().product::<u32>() as usize);
        let a = unwrapped(Texture::new_3d(TexelFormat::Rg32Uint, size, &bytes));
        let mut b = unwrapped(Texture::zeros(TexelFormat::Rg32Uint, TextureDimension::D3, size));
        unwrapped(kernel.launch().bind("a", &a).bind("b", &mut b).invocations(size).run(cx));
        let expected: Vec<[u32; 2]> = a
            .texels::<[u32; 2]>()
            .into_iter()
            .enumerate()
            .map(|(at, [x, y])| (at as u32 % width, x, y))
            .map(|(column, x, y)| [x ^ column, y ^ column])
            .collect();
        assert_eq!(b.texels::<[u32; 2]>(), expected, "{width}");
    }
}

/// Only what an entry point reaches has to be bound, and to be supported.
fn unused(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var sky: texture_cube<f32>;
        @group(0) @binding(1) var nearest: sampler;
        @group(0) @binding(2) var<storage, read_write> out: array<u32>;
        @compute @workgroup_size(1) fn plain() { out[0] = 7u; }
        @compute @workgroup_size(1) fn colour() {
            out[0] = u32(textureSampleLevel(sky, nearest, vec3f(1.0), 0.0).x);
        }",
    );
    let mut out = [0u32];
    unwrapped(kernel.entry("plain").bind("out", &mut out).workgroups([1]).run(cx));
    assert_eq!(out, [7]);
    match kernel.entry("colour").bind("out", &mut out).workgroups([1]).run(cx) {
        Err(Error::Unsupported { what, .. }) => {
            assert_eq!(what, "`sky` of `colour` is a `texture_cube<f32>`, which cannot be bound, line 1");
        }
        other => panic!("{other:?}"),
    }
}

/// A texture has one sample a texel, which the CPU lets a multisampled variable have.
fn multisampled(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var image: texture_multisampled_2d<f32>;
        @group(0) @binding(1) var<storage, read_write> out: array<f32>;
        @compute @workgroup_size(1) fn main() {
            out[0] = textureLoad(image, vec2(1, 0), 0).y;
            out[1] = f32(textureNumSamples(image) + 10 * textureDimensions(image).x);
        }",
    );
    let image = unwrapped(Texture::new_2d(TexelFormat::Rg32Float, [2, 1], &[1.0f32, 2.0, 3.0, 4.0]));
    let mut out = [0.0f32; 2];
    match kernel.launch().bind("image", &image).bind("out", &mut out).workgroups([1]).run(cx) {
        Ok(()) => assert_eq!(out, [4.0, 21.0]),
        Err(Error::Unsupported { what, .. }) => {
            assert_eq!(what, "`image` of `main`: a multisampled texture of one sample");
        }
        Err(error) => panic!("{error}"),
    }
}

/// Such depths do not get to a device, so that the CPU takes the launch where it may.
fn depths(cx: &Context) {
    let kernel: Kernel = kernel(
        "@group(0) @binding(0) var depths: texture_depth_2d;
        @group(0) @binding(1) var<storage, read_write> out: array<f32>;
        @compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) {
            out[i] = textureLoad(depths, vec2(i, 0u), 0);
        }",
    );
    let values = [0.25f32, 0.5, 1e-30, 1.0];
    let texture = unwrapped(Texture::new_2d(TexelFormat::Depth32Float, [4, 1], &values));
    let mut out = [0.0f32; 4];
    match kernel.launch().bind("depths", &texture).bind("out", &mut out).workgroups([1]).run(cx) {
        Ok(()) => assert_eq!(out, values),
        Err(Error::Unsupported { what, .. }) => {
            assert_eq!(what, "`depths` of `main`: texels of depth32float cannot be copied to a device");
        }
        Err(error) => panic!("{error}"),
    }
}
