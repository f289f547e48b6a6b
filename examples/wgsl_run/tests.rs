//! The arguments, the generators, and the comparison.

use clap::Parser;
use tilewright::{Kernel, Sampler, TexelFormat, Texture};

use super::common::Failure;
use super::compare::{compare, compare_textures};
use super::spec::{Assignment, Number, Place, Spec, fnv1a, grid};

fn words(spec: &str) -> Vec<u32> {
    spec.parse::<Spec>().unwrap().words().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn specs() {
    assert_eq!(words("zeros:5"), [0, 0]);
    assert_eq!(words("iota_u32:3"), [0, 1, 2]);
    assert_eq!(words("iota_f32:3").map_bits(), [0.0, 1.0, 2.0]);
    assert_eq!(words("bytes:01020304_05"), [0x0403_0201, 5]);
    assert_eq!(words("bytes:"), [] as [u32; 0]);
    // The first output of splitmix64 with seed 0 is 0xe220a8397b1dcdaf.
    assert_eq!(words("rand_u32:1:0"), [0xe220_a839]);
    assert!(words("rand_f32:1000:3").map_bits().iter().all(|x| (0.0..1.0).contains(x)));
    for wrong in
        ["", "zeros", "zeros:-1", "zeros:99999999999", "rand_u32:3", "bytes:012", "bytes:xy", "file:"]
    {
        assert!(wrong.parse::<Spec>().is_err(), "{wrong}");
    }
}

#[test]
fn textures_and_samplers() {
    let zeros = Spec::Texture {
        format: TexelFormat::Rgba8Unorm,
        size: [4, 3, 1],
        texels: Box::new(Spec::Zeros { bytes: 48 }),
    };
    assert_eq!("rgba8unorm:4x3:zeros".parse(), Ok(zeros));
    let random = Spec::Texture {
        format: TexelFormat::R16Float,
        size: [5, 1, 1],
        texels: Box::new(Spec::RandU32 { len: 3, seed: 9 }),
    };
    assert_eq!("r16float:5:rand:9".parse(), Ok(random));
    assert_eq!(words("r32float:2x2x2:iota_f32:8").map_bits(), words("iota_f32:8").map_bits());
    assert_eq!("sampler:linear:mirror".parse(), Ok(Spec::Sampler(Sampler::linear().mirror())));
    for wrong in [
        "rgba8unorm:4x3",
        "rgba8unorm:4x:zeros",
        "r8uint:4x4x4x4:zeros",
        "r8uint:4:ones",
        "rgba9unorm:4:zeros",
    ] {
        assert!(wrong.parse::<Spec>().is_err(), "{wrong}");
    }
    assert!("sampler:cubic:clamp".parse::<Spec>().is_err() && "sampler:linear".parse::<Spec>().is_err());
}

#[test]
fn comparison_of_textures() {
    let texture = |format, bytes: &[u8]| {
        Texture::new_1d(format, (bytes.len() / format.bytes()) as u32, bytes)
            .unwrap_or_else(|error| panic!("{error}"))
    };
    let differ = |format, a: &[u8], b: &[u8]| compare_textures(&texture(format, a), &texture(format, b));
    let steps = differ(TexelFormat::Rgba8Unorm, &[1, 2, 3, 4], &[1, 2, 4, 4]);
    assert!(steps.is_within_bounds());
    assert_eq!(steps.to_string(), "4 floats, largest difference 1 ULP");
    assert!(!differ(TexelFormat::Rgba8Snorm, &[127, 2, 0, 255], &[127, 2, 2, 255]).is_within_bounds());
    let integers = differ(TexelFormat::Rg8Sint, &[255, 7], &[0, 7]);
    assert_eq!(integers.to_string(), "2 integers, largest difference 1");
    assert!(!integers.is_within_bounds());
}

trait MapBits {
    fn map_bits(self) -> Vec<f32>;
}

impl MapBits for Vec<u32> {
    fn map_bits(self) -> Vec<f32> {
        self.into_iter().map(f32::from_bits).collect()
    }
}

#[test]
fn places_numbers_and_grids() {
    let place = Place { group: 1, binding: 20 };
    assert_eq!("1,20=zeros:4".parse(), Ok(Assignment(place, Spec::Zeros { bytes: 4 })));
    assert_eq!("N=true".parse(), Ok(Assignment("N".to_owned(), Number(1.0))));
    assert!("1=zeros:4".parse::<Assignment<Place, Spec>>().is_err());
    assert!("N:3".parse::<Assignment<String, Number>>().is_err());
    assert_eq!((grid("4"), grid("4,5,6")), (Ok([4, 1, 1]), Ok([4, 5, 6])));
    assert!(grid("4,5,6,7").is_err() && grid("-1").is_err() && grid("").is_err());
}

#[test]
fn digest() {
    // FNV-1a of the empty text, and of "foob".
    assert_eq!(fnv1a(&[]), 0xcbf2_9ce4_8422_2325);
    assert_eq!(fnv1a(b"foob"), 0xdd12_0e79_0c25_12af);
}

#[test]
fn comparison_knows_types_and_padding() {
    let kernel = Kernel::new(
        "struct Item { position: vec3<f32>, @align(16) count: u32 }
        struct List { len: i32, items: array<Item> }
        @group(0) @binding(0) var<storage, read_write> list: List;
        @compute @workgroup_size(1) fn main() { list.len = 0; list.items[0].count = 1u; }",
    )
    .unwrap();
    let binding = &kernel.entry_points()[0].bindings[0];
    let kinds: Vec<_> = (0..24).map(|word| binding.scalar_at(4 * word)).collect();
    let at = |kind| (0..24).filter(|&word| kinds[word] == Some(kind)).collect::<Vec<_>>();
    assert_eq!(
        (at("i32"), at("f32"), at("u32")),
        (vec![0], vec![4, 5, 6, 12, 13, 14, 20, 21, 22], vec![8, 16])
    );

    // The length and one item.
    let a = vec![0u32; 12];
    let mut b = a.clone();
    b[1] = 7;
    assert!(compare(binding, &a, &b).is_within_bounds());
    b[4] = 16;
    let difference = compare(binding, &a, &b);
    assert!(difference.is_within_bounds());
    assert_eq!(
        difference.to_string(),
        "3 floats, largest difference 16 ULP; 2 integers, largest difference 0"
    );
    b[4] = 17;
    assert!(!compare(binding, &a, &b).is_within_bounds());
    // Negative zero.
    b[4] = 0x8000_0000;
    assert!(compare(binding, &a, &b).is_within_bounds());
    b[8] = 1;
    assert!(!compare(binding, &a, &b).is_within_bounds());
}

/// The findings are printed and the run fails, or there are none.
#[test]
fn checks() {
    let file = std::env::temp_dir().join(format!("wgsl_run_{}.wgsl", std::process::id()));
    let racy = "@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@compute @workgroup_size(2) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    x[id.x / 2u] = id.x;
}";
    let run = |source: &str| {
        std::fs::write(&file, source).unwrap();
        let path = file.to_str().unwrap();
        let args = ["wgsl_run", path, "--workgroups", "1", "--bind", "0,0=zeros:8", "--check"];
        let mut out = Vec::new();
        let outcome = super::run(super::Args::parse_from(args), &mut out);
        (outcome, String::from_utf8(out).unwrap())
    };
    let (outcome, out) = run(racy);
    assert!(matches!(outcome, Err(Failure::Check(what)) if what == "`main`: data race"));
    assert!(out.contains(":3:5\n") && out.contains("\n1 finding\n"), "{out}");
    let (outcome, out) = run(&racy.replace(" / 2u", ""));
    assert!(outcome.is_ok() && out.starts_with("no findings\n"), "{out}");
    std::fs::remove_file(file).unwrap();
}

/// What is wrong with the arguments is said before anything runs.
#[test]
fn wrong_memory() {
    let file = std::env::temp_dir().join(format!("wgsl_run_memory_{}.wgsl", std::process::id()));
    let source = "struct List { len: u32, items: array<vec2<f32>> }
        @group(0) @binding(0) var<storage, read_write> x: array<u32, 4>;
        @group(1) @binding(2) var<storage> list: List;
        @compute @workgroup_size(1) fn main() { x[0] = arrayLength(&list.items); }";
    std::fs::write(&file, source).unwrap();
    let run = |more: &[&str]| {
        let args =
            [&["wgsl_run", file.to_str().unwrap(), "--workgroups", "1", "--placement", "cpu"], more].concat();
        super::run(super::Args::parse_from(args), &mut Vec::new())
    };
    let wrong = |more: &[&str]| match run(more) {
        Err(Failure::Usage(what)) => what,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        wrong(&[]),
        "`main` has bindings that are given nothing:
  --bind 0,0=SPEC for `x`, `array<u32, 4>` (storage, read_write): at least 16 bytes
  --bind 1,2=SPEC for `list`, `List` (storage, read): at least 16 bytes and 8 for each further element"
    );
    let whole = ["--bind", "0,0=zeros:16", "--bind", "1,2=zeros:32", "--step-budget", "9", "--no-jit"];
    run(&whole).unwrap();
    assert_eq!(wrong(&[&whole[..], &["--bind", "0,0=zeros:16"]].concat()), "--bind 0,0 is given twice");
    let dump = wrong(&[&whole[..], &["--dump", "3,0=never"]].concat());
    assert_eq!(dump, "--dump 3,0: there is no such binding");
    std::fs::remove_file(file).unwrap();
}
