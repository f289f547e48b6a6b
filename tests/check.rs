//! Checked runs: what is wrong with a shader is found, with the lines, invocations and values, and nothing else is.

use tilewright::{CheckReport, Context, Kernel, Raw};

fn check(source: &str, words: &mut [u32], groups: u32) -> CheckReport {
    let kernel = Kernel::with_label("test.wgsl", source).unwrap();
    let launch = kernel.launch().bind("x", Raw(words)).workgroups([groups]);
    launch.check(&Context::new()).unwrap()
}

#[test]
fn a_race_in_workgroup_memory() {
    let report = check(
        "@group(0) @binding(0) var<storage, read_write> x: array<u32>;
var<workgroup> tile: array<u32, 64>;
@compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32) {
    tile[i] = x[i];
    x[i] = tile[63u - i];
}",
        &mut (100..164).collect::<Vec<u32>>(),
        1,
    );
    println!("{report}");
    let report = check(
        "@group(0) @binding(0) var<storage, read_write> x: array<u32>;
var<workgroup> tile: array<u32, 64>;
@compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32, @builtin(workgroup_id) g: vec3u) {
    var v: vec4u;
    v.x = tile[i];
    if i > 5u { v.y = tile[i + 60]; return; }
    workgroupBarrier();
    x[g.x] = v.x + v.y;
    x[100] = 1;
    let t = v;
    x[g.x] = t.x;
    if (i > 3) { workgroupBarrier(); }
}",
        &mut (100..164).collect::<Vec<u32>>(),
        3,
    );
    println!("{report}");
    panic!();
}
