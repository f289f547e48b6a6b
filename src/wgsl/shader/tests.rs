//! Reflection, and texts that are no shader.

use proptest::prelude::*;

use super::super::parse::robust::{mutate, mutation};
use super::super::reflect::BindingAccess;
use super::super::specialize::Feature;
use super::Shader;
use crate::error::Error;

const SHADERS: [&str; 3] = [
    "struct P { a: f32, b: vec3<f32>, c: array<vec4<u32>, 3> } struct L { n: u32, @align(16) items: array<P> }
    override N: u32 = 4; override M: u32; @id(9) override F: bool = true;
    @group(0) @binding(1) var<uniform> p: P; @group(1) @binding(0) var<storage, read_write> l: L;
    @group(0) @binding(0) var<storage> m: array<mat3x3<f32>, 2>; var<workgroup> w: array<atomic<i32>, N>;
    fn weigh(i: u32) -> f32 { return m[i % 2u][0].y * p.a; }
    @compute @workgroup_size(N, 2 * N) fn main(@builtin(local_invocation_index) i: u32) {
        atomicAdd(&w[i % N], 1); workgroupBarrier(); if F { l.items[i].a = weigh(i); }
    }
    @compute @workgroup_size(M) fn other() { l.n = arrayLength(&l.items); }
    @fragment fn shade() -> @location(0) vec4<f32> { return vec4(p.a); }",
    "enable f16; struct I { a: u32 } var<immediate> i: I; @group(0) @binding(0) var<storage, read_write> x: array<f16>;
    @compute @workgroup_size(8) fn main(@builtin(subgroup_size) n: u32) { x[i.a] = f16(subgroupAdd(n)); }",
    "@group(0) @binding(0) var t: texture_2d<f32>; @group(0) @binding(1) var<storage, read_write> x: array<u64>;
    @compute @workgroup_size(1) fn main() { x[0] = u64(textureLoad(t, vec2(0), 0).x); }",
];

#[test]
fn entry_points_bindings_and_overrides() {
    let shader = Shader::parse("s", SHADERS[0]).unwrap_or_else(|error| panic!("{error}"));
    let [main, other] = &shader.entries[..] else { panic!("{:?}", shader.entries) };
    assert_eq!((main.name.as_str(), main.workgroup_size), ("main", Some([4, 8, 1])));
    assert_eq!((other.name.as_str(), other.workgroup_size), ("other", None));
    let described: Vec<_> = main
        .bindings
        .iter()
        .map(|b| (b.group, b.binding, b.name.as_str(), b.ty.as_str(), b.access, b.bytes, b.stride))
        .collect();
    use BindingAccess::{Read, ReadWrite, Uniform};
    assert_eq!(
        described,
        [
            (0, 0, "m", "array<mat3x3<f32>, 2>", Read, 96, None),
            (0, 1, "p", "P", Uniform, 80, None),
            (1, 0, "l", "L", ReadWrite, 96, Some(80)),
        ]
    );
    assert_eq!(other.bindings.len(), 1);
    let overrides: Vec<_> =
        shader.overrides.iter().map(|o| (o.name.as_str(), o.id, o.ty.as_str(), o.has_default)).collect();
    assert_eq!(
        overrides,
        [("N", None, "u32", true), ("M", None, "u32", false), ("F", Some(9), "bool", true)]
    );
}

#[test]
fn overrides_decide_sizes() {
    let shader = Shader::parse("s", SHADERS[0]).unwrap_or_else(|error| panic!("{error}"));
    let size =
        |entry, overrides: &[(usize, f64)]| shader.specialized(entry, overrides).map(|s| s.workgroup_size);
    assert_eq!(size(0, &[(0, 3.0)]).ok(), Some([3, 6, 1]));
    assert_eq!(size(1, &[(1, 5.0)]).ok(), Some([5, 1, 1]));
    let missing = size(1, &[]);
    assert!(
        matches!(&missing, Err(Error::Value { what, .. }) if what == "override `M` of `other`"),
        "{missing:?}"
    );
    let key = |overrides: &[(usize, f64)]| shader.specialized(0, overrides).map(|s| s.key.clone()).ok();
    assert_eq!(key(&[(0, 3.0), (2, 0.0)]), key(&[(2, 0.0), (0, 3.0)]));
    assert_ne!(key(&[(0, 3.0)]), key(&[(0, 4.0)]));
}

#[test]
fn features_that_a_device_needs() {
    let features = |text| {
        let shader = Shader::parse("s", text).unwrap_or_else(|error| panic!("{error}"));
        shader.specialized(0, &[]).unwrap_or_else(|error| panic!("{error}")).features()
    };
    assert_eq!(features(SHADERS[0]), []);
    assert_eq!(features(SHADERS[1]), [Feature::F16, Feature::Subgroups, Feature::Immediates]);
    assert_eq!(features(SHADERS[2]), [Feature::I64]);
}

/// An error is right, a panic is not.
fn survive(text: &str) {
    match Shader::parse("s", text) {
        Ok(shader) => {
            for entry in 0..shader.entries.len() {
                let _ = shader.specialized(entry, &[(0, 2.0)][..shader.overrides.len().min(1)]);
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn mutated_shaders(text in 0..SHADERS.len(), mutations in prop::collection::vec(mutation(), 1..4)) {
        survive(&mutate(SHADERS[text], &mutations));
    }
}
