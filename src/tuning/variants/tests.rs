use super::*;
use crate::tuning::tests::gpu;

/// The names, a part a line.
fn names(traits: &Traits) -> String {
    let tuning = Tuning::of(traits);
    let part = |part: Part| {
        let names = tuning.variants(part, traits).into_iter().map(|variant| variant.name);
        format!("{part:?} around {}: {}", part.of(&tuning), names.collect::<Vec<_>>().join(", "))
    };
    Part::ALL.map(part).join("\n")
}

#[test]
fn variants_around_the_defaults_of_a_gpu() {
    insta::assert_snapshot!(names(&gpu()), @"
    Map around 256x1: 64x1, 64x2, 64x4, 128x1, 128x2, 128x4, 256x2, 256x4, 512x1, 512x2, 512x4, 1024x1, 1024x2, 1024x4
    Reduce around 256x1 level 1 subgroup 32: 64x1 level 1 subgroup 32, 128x1 level 1 subgroup 32, 512x1 level 1 subgroup 32, 1024x1 level 1 subgroup 32, 128x2 level 1 subgroup 32, 256x2 level 1 subgroup 32, 512x2 level 1 subgroup 32, 1024x2 level 1 subgroup 32, 256x4 level 1 subgroup 32, 512x4 level 1 subgroup 32, 1024x4 level 1 subgroup 32, 64x1 level 1 shared, 128x1 level 1 shared, 256x1 level 1 shared, 512x1 level 1 shared, 1024x1 level 1 shared, 256x1 level 2 subgroup 32, 64x1 level 2 subgroup 32, 64x1 level 3 subgroup 32
    Scan around 256x1 level 1 subgroup 32 look-back in 64 bits: 64x1 level 1 subgroup 32 look-back in 64 bits, 128x1 level 1 subgroup 32 look-back in 64 bits, 512x1 level 1 subgroup 32 look-back in 64 bits, 1024x1 level 1 subgroup 32 look-back in 64 bits, 256x4 level 1 subgroup 32 look-back in 64 bits, 512x4 level 1 subgroup 32 look-back in 64 bits, 1024x4 level 1 subgroup 32 look-back in 64 bits, 64x1 level 1 shared look-back in 64 bits, 128x1 level 1 shared look-back in 64 bits, 256x1 level 1 shared look-back in 64 bits, 512x1 level 1 shared look-back in 64 bits, 1024x1 level 1 shared look-back in 64 bits, 256x1 level 2 subgroup 32 look-back in 64 bits, 64x1 level 2 subgroup 32 look-back in 64 bits, 64x1 level 3 subgroup 32 look-back in 64 bits, 128x1 level 1 subgroup 32 several passes, 256x1 level 1 subgroup 32 several passes, 512x1 level 1 subgroup 32 several passes, 128x1 level 1 subgroup 32 look-back, 256x1 level 1 subgroup 32 look-back, 512x1 level 1 subgroup 32 look-back
    Memory around 16 bytes: 8 bytes, 4 bytes, 16 bytes checked
    ");
}

#[test]
fn variants_around_the_defaults_of_software() {
    let traits = &crate::tuning::shipped()[0].traits;
    insta::assert_snapshot!(names(&Traits { software: true, ..traits.clone() }), @"
    Map around 64x1: 16x1, 16x2, 16x4, 32x1, 32x2, 32x4, 64x2, 64x4, 128x1, 128x2, 128x4, 256x1, 256x2, 256x4
    Reduce around 16x4 level 5 shared: 4x4 level 5 shared, 8x4 level 5 shared, 8x8 level 5 shared, 16x8 level 5 shared, 32x8 level 5 shared, 16x16 level 5 shared, 32x16 level 5 shared, 64x16 level 5 shared, 8x4 level 5 subgroup 8, 16x4 level 5 subgroup 8, 64x4 level 3 shared, 16x4 level 3 shared, 64x4 level 4 shared, 16x4 level 4 shared, 4x4 level 6 shared
    Scan around 16x4 level 5 shared several passes: 4x2 level 5 shared several passes, 8x2 level 5 shared several passes, 4x4 level 5 shared several passes, 8x4 level 5 shared several passes, 8x8 level 5 shared several passes, 16x8 level 5 shared several passes, 32x8 level 5 shared several passes, 8x4 level 5 subgroup 8 several passes, 16x4 level 5 subgroup 8 several passes, 64x4 level 3 shared several passes, 16x4 level 3 shared several passes, 64x4 level 4 shared several passes, 16x4 level 4 shared several passes, 4x4 level 6 shared several passes
    Memory around 16 bytes: 8 bytes, 4 bytes, 16 bytes checked
    ");
}

#[test]
fn variants_are_few_and_different_and_run() {
    for (forward_progress, subgroup, max_threads, software) in [
        (true, Some(32), 1024, false),
        (true, Some(64), 256, false),
        (false, None, 256, false),
        (true, Some(16), 512, false),
        (false, Some(8), 1024, true),
    ] {
        let traits = Traits { forward_progress, subgroup, max_threads, software, ..gpu() };
        let tuning = Tuning::of(&traits);
        let mut count = 0;
        for part in Part::ALL {
            let variants = tuning.variants(part, &traits);
            count += variants.len();
            for (index, variant) in variants.iter().enumerate() {
                assert!(variant.tuning.check(&traits).is_ok(), "{traits:?}: {}", variant.name);
                assert!(part.is_all_that_differs(&variant.tuning, &tuning), "{}", variant.name);
                assert!(variant.name != part.of(&tuning), "{} is the tuning itself", variant.name);
                let twin = variants[..index].iter().find(|other| other.name == variant.name);
                assert!(twin.is_none(), "{traits:?}: {} twice", variant.name);
            }
        }
        assert!((10..60).contains(&count), "{traits:?}: {count}");
    }
}

#[test]
fn shapes_that_passes_would_shrink_are_left_out() {
    let mut tuning = Tuning::of(&gpu());
    tuning.workgroup_bytes = 2 << 10;
    for variant in tuning.variants(Part::Reduce, &gpu()) {
        assert_eq!(variant.tuning.reduce_shape(false, 4), variant.tuning.reduce, "{}", variant.name);
    }
    for variant in tuning.variants(Part::Scan, &gpu()) {
        let look_back = variant.tuning.prefix.is_look_back();
        assert_eq!(variant.tuning.scan_shape(false, 4, look_back), variant.tuning.scan, "{}", variant.name);
    }
}
