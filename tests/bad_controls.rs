//! Tokens, deadlines, switches and folders that are no good: a clear error, or a finished call with a note.
//!
//! All on the CPU: nothing here needs a GPU.

use std::process::Command;
use std::time::Duration;

use insta::assert_snapshot;
use tilewright::prelude::*;
use tilewright::{CancelToken, Result};

/// A context on some threads of the CPU.
fn cpu(threads: usize) -> Context {
    Context::builder().threads(threads).placement(Placement::Cpu).build().expect("valid settings")
}

fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.expect_err("this input is bad").to_string()
}

#[test]
fn a_token_cancelled_before_the_start_ends_every_kind_of_call() {
    let token = CancelToken::new();
    token.cancel();
    let cx = cpu(2).with_cancel(&token);
    let xs = vec![1.0_f32; 100_000];
    let mut out = vec![7.0_f32; xs.len()];
    assert_snapshot!(message(cx.view(&xs).collect_into(&mut out)), @"cancelled with 0 of 100000 done");
    assert!(out.iter().all(|&x| x == 7.0), "nothing has run");
    assert_snapshot!(message(cx.view(&xs).reduce(Sum)), @"cancelled with 0 of 100000 done");
    assert_snapshot!(message(cx.view(&xs).inclusive_scan(Sum).collect()), @"cancelled with 0 of 100000 done");
    assert_snapshot!(message(cx.view(&xs).inclusive_scan(Sum).to_array().map(|_| ())), @"cancelled with 0 of 100000 done");
    assert_snapshot!(message(cx.view(&xs[..3]).reduce(Sum)), @"cancelled with 0 of 3 done");
    assert_snapshot!(message(cx.view(&xs[..0]).reduce(Sum)), @"cancelled with 0 of 0 done");
    assert!(cx.last_report().is_none());
}

/// A kernel that adds 1 to each word.
fn increment() -> Kernel {
    Kernel::new(
        "@group(0) @binding(0) var<storage, read_write> data: array<u32>;
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            if id.x < arrayLength(&data) { data[id.x] += 1u; }
        }",
    )
    .expect("valid WGSL")
}

#[test]
fn launches_are_cancelled_and_late_too() {
    let token = CancelToken::new();
    token.cancel();
    let kernel = increment();
    let mut data = vec![1_u32; 640];
    let launch = kernel.launch().bind("data", &mut data).workgroups([10]);
    assert_snapshot!(message(launch.run(&cpu(1).with_cancel(&token))), @"cancelled with 0 of 640 done");
    let launch = kernel.launch().bind("data", &mut data).workgroups([10]);
    assert_snapshot!(message(launch.run(&cpu(1).with_deadline(Duration::ZERO))), @"deadline of 0 ms passed with 0 of 640 done");
    assert!(data.iter().all(|&x| x == 1), "nothing has run");
}

#[test]
fn a_deadline_already_past_ends_every_kind_of_call() {
    let cx = cpu(2).with_deadline(Duration::ZERO);
    let xs = vec![1.0_f32; 100_000];
    assert_snapshot!(message(cx.view(&xs).reduce(Sum)), @"deadline of 0 ms passed with 0 of 100000 done");
    assert_snapshot!(message(cx.view(&xs).inclusive_scan(Sum).collect()), @"deadline of 0 ms passed with 0 of 100000 done");
    assert_snapshot!(message(cx.view(&xs[..3]).to_array().map(|_| ())), @"deadline of 0 ms passed with 0 of 3 done");
    let generous = cx.with_deadline(Duration::MAX);
    assert_eq!(generous.view(&xs).reduce(Sum).expect("in time"), 100_000.0);
}

#[test]
fn a_cache_folder_that_cannot_be_used_is_a_note() {
    let file = std::env::temp_dir().join(format!("tilewright-no-folder-{}", std::process::id()));
    std::fs::write(&file, "text").expect("a file for tests");
    let builder = Context::builder().threads(2).placement(Placement::Cpu);
    let cx = builder.history(true).cache_dir(&file).build().expect("valid settings");
    let xs = vec![1.0_f32; 1 << 20];
    let plan = cx.view(&xs).explain_reduce(Sum).expect("a plan");
    let note = format!("history in {}", file.display());
    assert!(plan.notes.iter().any(|found| found.starts_with(&note) && found.contains("ignored")), "{plan}");
    assert_eq!(cx.view(&xs).reduce(Sum).expect("history is no condition"), (1 << 20) as f32);
    assert!(cx.last_report().expect("a plan").to_string().contains(&note));
    drop(cx);
    assert_eq!(std::fs::read_to_string(&file).expect("still there"), "text");
    std::fs::remove_file(&file).expect("a file of the test");
}

/// Names a value of `TILEWRIGHT_HISTORY` that a process started by a test has.
const BAD_SWITCH: &str = "maybe";

#[test]
fn a_switch_that_is_neither_on_nor_off_is_an_error() {
    let test = "a_switch_that_is_neither_on_nor_off_is_an_error";
    if std::env::var("TILEWRIGHT_HISTORY").is_ok_and(|value| value == BAD_SWITCH) {
        let expected = "TILEWRIGHT_HISTORY: expected on or off, given `maybe`";
        assert_eq!(Context::builder().build().unwrap_err().to_string(), expected);
        let cx = Context::new();
        assert_eq!(message(cx.view(&[1_u32]).reduce(Sum)), expected);
        let cx = cx.with_placement(Placement::Cpu);
        assert_eq!(message(cx.view(&[1_u32]).reduce(Sum)), expected);
        // What the program says wins.
        assert!(Context::builder().history(false).build().is_ok());
        return;
    }
    let mut child = Command::new(std::env::current_exe().expect("the tests"));
    let child = child.args(["--exact", test]).env("TILEWRIGHT_HISTORY", BAD_SWITCH);
    let output = child.output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}
