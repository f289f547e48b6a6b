use super::*;

pub(super) fn gpu() -> Traits {
    Traits {
        name: "a GPU".into(),
        kind: "discrete".into(),
        software: false,
        forward_progress: true,
        workgroup_bytes: 48 << 10,
        max_threads: 1024,
        subgroup: Some(32),
        immediate_bytes: 256,
        atomics_64: true,
    }
}

#[test]
fn a_tuning_prints_itself() {
    insta::assert_snapshot!(Tuning::of(&gpu()), @"
    map     256 threads, 4 elements each
    reduce  256 threads, 1 tile, 4 x 4 elements each, subgroups of 32
    scan    256 threads, 1 tile, 4 x 4 elements each, subgroups of 32, look-back in 64 bits
    memory  16 bytes an access, unchecked, at most 24576 bytes a workgroup, chunks of 4194304
    ");
    insta::assert_snapshot!(Tuning::of(&Traits { software: true, kind: "software".into(), ..gpu() }), @"
    map     64 threads, 4 elements each
    reduce  16 threads, 4 tiles, 1 x 1024 elements each, shared memory
    scan    16 threads, 4 tiles, 1 x 1024 elements each, shared memory, several passes
    loops   256 threads, 1 tile, 1 x 16 elements each, shared memory
    memory  16 bytes an access, unchecked, at most 16384 bytes a workgroup, chunks of 1048576
    ");
}

#[test]
fn every_default_passes_its_check() {
    for (forward_progress, atomics_64, software) in
        [(true, true, false), (true, false, false), (false, true, false), (false, false, true)]
    {
        for subgroup in [None, Some(4), Some(8), Some(16), Some(32), Some(64), Some(128)] {
            for max_threads in [32, 64, 128, 256, 512, 1024] {
                for workgroup_bytes in [4 << 10, 16 << 10, 48 << 10] {
                    let adapter = Traits {
                        software,
                        forward_progress,
                        atomics_64,
                        subgroup,
                        max_threads,
                        workgroup_bytes,
                        ..gpu()
                    };
                    let tuning = Tuning::of(&adapter);
                    tuning.check(&adapter).unwrap_or_else(|error| panic!("{adapter:?}: {error}"));
                    for loops in [false, true] {
                        for state_bytes in [4, 8, 16] {
                            for shape in [
                                tuning.reduce_shape(loops, state_bytes),
                                tuning.scan_shape(loops, state_bytes, true),
                            ] {
                                shape.check("fitted", &adapter).expect("a fitted shape is a shape");
                                assert!(shape.shared_nodes() * state_bytes as u32 <= workgroup_bytes);
                            }
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn what_an_adapter_lacks_is_not_used() {
    assert_eq!(Tuning::of(&Traits { forward_progress: false, ..gpu() }).prefix, Prefix::MultiPass);
    assert_eq!(Tuning::of(&Traits { atomics_64: false, ..gpu() }).prefix, Prefix::LookBack);
    assert_eq!(Tuning::of(&Traits { subgroup: None, ..gpu() }).scan.ladder, Ladder::Shared);
    assert_eq!(Tuning::of(&Traits { max_threads: 128, ..gpu() }).reduce.threads, 64);
}

#[test]
fn a_wrong_field_is_named_with_what_was_expected() {
    let refused = |change: &dyn Fn(&mut Tuning), adapter: &Traits| {
        let mut tuning = Tuning::of(&gpu());
        change(&mut tuning);
        tuning.check(adapter).expect_err("refused").to_string()
    };
    insta::assert_snapshot!(refused(&|t| t.map.threads = 2048, &gpu()), @"tuning.map.threads: expected 1 to 1024, given 2048");
    insta::assert_snapshot!(refused(&|t| t.map.quads = 0, &gpu()), @"tuning.map.quads: expected 1 to 16, given 0");
    insta::assert_snapshot!(refused(&|t| t.reduce.threads = 48, &gpu()), @"tuning.reduce.threads: expected a power of two up to 1024, given 48");
    insta::assert_snapshot!(refused(&|t| t.scan.tiles = 3, &gpu()), @"tuning.scan.tiles: expected a power of two up to 64, given 3");
    insta::assert_snapshot!(refused(&|t| t.reduce = TileShape { threads: 4, tiles: 8, node_level: 5, ladder: Ladder::Shared }, &gpu()), @"tuning.reduce.tiles: expected at most 4, one an invocation, given 8");
    insta::assert_snapshot!(refused(&|t| t.scan.node_level = 7, &gpu()), @"tuning.scan.node_level: expected 1 to 6, given 7");
    insta::assert_snapshot!(refused(&|t| t.scan.node_level = 5, &gpu()), @"tuning.scan.threads: expected 1 to 4 for 4 nodes, given 256");
    insta::assert_snapshot!(refused(&|t| t.scan.ladder = Ladder::Subgroup(64), &gpu()), @"tuning.scan.ladder: expected subgroup(32), with a multiple of it as threads, given Subgroup(64)");
    insta::assert_snapshot!(refused(&|_| {}, &Traits { subgroup: None, ..gpu() }), @"tuning.reduce.ladder: expected shared: subgroups of the adapter cannot be relied on, given Subgroup(32)");
    insta::assert_snapshot!(refused(&|_| {}, &Traits { atomics_64: false, ..gpu() }), @"tuning.prefix: expected no atomics of 64 bits, which the adapter lacks, given LookBack64");
    insta::assert_snapshot!(refused(&|_| {}, &Traits { forward_progress: false, ..gpu() }), @"tuning.prefix: expected multi_pass: workgroups that wait may keep others from running, given LookBack64");
    insta::assert_snapshot!(refused(&|t| t.vector_words = 3, &gpu()), @"tuning.vector_words: expected 1, 2 or 4, given 3");
    insta::assert_snapshot!(refused(&|t| t.immediate_bytes = 512, &gpu()), @"tuning.immediate_bytes: expected at most 256, given 512");
    insta::assert_snapshot!(refused(&|t| t.workgroup_bytes = 1 << 20, &gpu()), @"tuning.workgroup_bytes: expected 2048 to 49152, given 1048576");
    insta::assert_snapshot!(refused(&|t| t.stream_len = 5000, &gpu()), @"tuning.stream_len: expected a power of four from 2^12 to 2^28, given 5000");
}

#[test]
fn a_tuning_survives_its_json() {
    let tuning = Tuning::of(&gpu());
    let text = serde_json::to_string(&tuning).expect("plain data");
    assert_eq!(serde_json::from_str::<Tuning>(&text).expect("its own"), tuning);
}
