//! Files that are refused, and what is said of them.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;

use super::files;

const FOLDER: &str = "tests/scenarios/bad";

/// What is said of a file, without its path, which comes first.
fn message(stem: &str) -> String {
    let path = Path::new(FOLDER).join(format!("{stem}.toml"));
    let message = files::read(&path).expect_err(stem).to_string();
    let (named, message) = message.split_once(": ").expect("the file and what is wrong");
    assert_eq!(named, format!("`{}`", path.display()));
    message.to_owned()
}

#[test]
fn every_file_is_in_a_test_here() {
    let source = include_str!("bad.rs");
    for entry in fs::read_dir(FOLDER).expect("a folder") {
        let path = entry.expect("an entry").path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        assert!(source.contains(&format!("message(\"{stem}\")")), "{stem}");
    }
}

#[test]
fn folders_that_cannot_be_read_or_are_empty() {
    let refused = |path: &Path| files::read_folder(path).expect_err("no scenarios").to_string();
    let missing = refused(Path::new("tests/no_such_folder"));
    assert!(missing.starts_with("`tests/no_such_folder`: "), "{missing}");
    assert_snapshot!(refused(Path::new("tests/support")), @"`tests/support`: there is no scenario: no file whose name ends in `.toml`");
    assert!(refused(Path::new(FOLDER)).starts_with("`tests/scenarios/bad/block_backwards.toml`: "));
}

#[test]
fn text_that_is_no_scenario() {
    assert_snapshot!(message("no_toml"), @r#"
    TOML parse error at line 1, column 12
      |
    1 | name = "bad
      |            ^
    invalid basic string, expected `"`
    "#);
    assert_snapshot!(message("missing_work"), @r#"
    TOML parse error at line 1, column 1
      |
    1 | name = "bad"
      | ^
    missing field `work`
    "#);
    assert_snapshot!(message("wrong_type"), @r#"
    TOML parse error at line 5, column 7
      |
    5 | len = "many"
      |       ^^^^^^
    invalid type: string "many", expected usize
    "#);
}

#[test]
fn keys_and_kinds_that_do_not_exist() {
    assert_snapshot!(message("unknown_key"), @r"
    TOML parse error at line 7, column 1
      |
    7 | speed = 3.0
      | ^^^^^
    unknown field `speed`, expected one of `kind`, `len`, `cost_ns`, `estimate_error`, `bytes_in`, `bytes_out`, `resident`, `irregular`
    ");
    assert_snapshot!(message("unknown_table"), @r"
    TOML parse error at line 8, column 2
      |
    8 | [npu]
      |  ^^^
    unknown field `npu`, expected one of `name`, `seed`, `runs`, `pause_ms`, `work`, `cpu`, `gpu`, `drift`, `faults`, `allow_software`, `verify`
    ");
    assert_snapshot!(message("unknown_kind"), @r#"
    TOML parse error at line 4, column 8
      |
    4 | kind = "sort"
      |        ^^^^^^
    unknown variant `sort`, expected one of `map`, `reduce`, `scan`
    "#);
    assert_snapshot!(message("unknown_fault"), @r#"
    TOML parse error at line 14, column 8
       |
    14 | kind = "gremlin"
       |        ^^^^^^^^^
    unknown variant `gremlin`, expected one of `out_of_memory`, `lost_before_submit`, `lost_in_flight`, `lost_before_map`, `lost_during_map`, `lost_during_reopening`, `no_callback`, `hang`, `late_commit`, `wrong_result`, `panic`
    "#);
    assert_snapshot!(message("block_key_of_ramp"), @r#"
    TOML parse error at line 7, column 13
      |
    7 | irregular = { shape = "ramp", from = 0.5, factor = 2.0 }
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    unknown field `from`, expected `factor`
    "#);
    assert_snapshot!(message("gpu_kind"), @"`gpu.kind` of scenario `bad`: expected discrete, integrated or software, given `quantum`");
}

#[test]
fn rates_that_no_machine_has() {
    assert_snapshot!(message("negative_rate"), @"`cpu.memory_gbps` of scenario `bad`: expected a number from 1e-9 to 1e9, given -1");
    assert_snapshot!(message("infinite_rate"), @"`gpu.upload_gbps` of scenario `bad`: expected a number from 1e-9 to 1e9, given inf");
    assert_snapshot!(message("zero_unit"), @"`gpu.unit_ps` of scenario `bad`: expected a number from 1e-9 to 1e9, given 0");
    assert_snapshot!(message("no_number"), @"`work.cost_ns` of scenario `bad`: expected a number from 1e-9 to 1e9, given NaN");
    assert_snapshot!(message("contention"), @"`gpu.contention` of scenario `bad`: expected a number from 0 to 4, given 5");
    assert_snapshot!(message("verify_above_1"), @"`verify` of scenario `bad`: expected a number from 0 to 1, given 1.5");
}

#[test]
fn numbers_of_nothing_or_out_of_order() {
    assert_snapshot!(message("no_elements"), @"`work.len` of scenario `bad`: expected 1 to 2^40, given 0");
    assert_snapshot!(message("no_threads"), @"`cpu.threads` of scenario `bad`: expected 1 to 4096, given 0");
    assert_snapshot!(message("no_runs"), @"`runs` of scenario `bad`: expected 1 to 1000, given 0");
    assert_snapshot!(message("no_memory"), @"`gpu.memory_mib` of scenario `bad`: expected at least 1, given 0");
    assert_snapshot!(message("block_backwards"), @"`work.irregular.to` of scenario `bad`: expected more than `from`, given 0.25");
    assert_snapshot!(message("fault_after_the_end"), @"`faults.run` of scenario `bad`: expected 1 to 10, the number of runs, given 11");
    assert_snapshot!(message("fault_without_gpu"), @"`faults` of scenario `bad`: expected none without a device, given 1 faults");
    assert_snapshot!(message("reopening_0"), @"`faults.chunk` of scenario `bad`: expected the number of a reopening, from 1, given 0");
    assert_snapshot!(message("drift_before_the_start"), @"`drift.run` of scenario `bad`: expected 1 to 10, the number of runs, given 0");
}
