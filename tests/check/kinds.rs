//! Each kind of finding, as it is printed.

use tilewright::{Context, Error, FindingKind, Kernel, Raw};

use crate::check;

macro_rules! finds {
    ($($name:ident: $groups:expr, $words:expr, $source:literal;)+) => {$(
        #[test]
        fn $name() {
            let mut words: Vec<u32> = $words;
            let source = $source.trim_start().replace("\n    ", "\n");
            insta::assert_snapshot!(check(&source, &mut words, $groups).to_string());
        }
    )+};
}

finds! {
    race_in_workgroup_memory: [1, 1, 1], (100..164).collect(), "
    @group(0) @binding(0) var<storage, read_write> x: array<u32>;
    var<workgroup> tile: array<u32, 64>;
    @compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32) {
        tile[i] = x[i];
        x[i] = tile[63u - i];
    }";
    // Only the words that are accessed, in three dimensions.
    race_on_a_member: [2, 1, 3], vec![0; 64], "
    @group(0) @binding(0) var<storage, read_write> x: array<u32>;
    struct Body { place: vec3<f32>, mass: f32, spin: mat2x2<f32> }
    var<workgroup> bodies: array<Body, 4>;
    @compute @workgroup_size(2, 3, 2)
    fn main(@builtin(local_invocation_index) i: u32, @builtin(local_invocation_id) id: vec3<u32>) {
        if i < 3u { bodies[i].spin[1].y = f32(i) + 0.5; }
        let body = &bodies[2u + id.z];
        (*body).place.z = 1.5 * f32(i);
        x[0] = 7u * u32(bodies[1].spin[1][id.x] > -1.0);
    }";
    // A barrier orders its own memory only.
    race_in_storage_across_a_workgroup_barrier: [1, 1, 1], (0..32).collect(), "
    @group(0) @binding(0) var<storage, read_write> x: array<u32>;
    @compute @workgroup_size(32) fn main(@builtin(local_invocation_index) i: u32) {
        x[i] += 1u;
        workgroupBarrier();
        let other = x[(i + 1u) % 32u];
        storageBarrier();
        x[i] = other;
    }";
    // The low halves are the same, the numbers are not.
    race_on_a_number_of_64_bits: [1, 1, 1], vec![0; 64], "
    @group(0) @binding(0) var<storage, read_write> x: array<u32>;
    var<workgroup> last: f64;
    @compute @workgroup_size(2) fn main(@builtin(local_invocation_index) i: u32) {
        last = f64(i);
        workgroupBarrier();
        x[i] = u32(last);
    }";
    race_between_workgroups: [3, 1, 1], (0..12).collect(), "
    @group(0) @binding(0) var<storage, read_write> x: array<i32>;
    @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        storageBarrier();
        let left = x[max(id.x, 1u) - 1u];
        storageBarrier();
        x[id.x] = -left;
    }";
    race_across_subgroups: [1, 1, 1], vec![0; 64], "
    @group(0) @binding(0) var<storage, read_write> x: array<u32>;
    var<workgroup> tile: array<u32, 64>;
    @compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32) {
        tile[i] = i;
        subgroupBarrier();
        x[i] = tile[i ^ 1u];
        x[i] += tile[i ^ 32u];
    }";
    // A plain value behind an atomic flag: relaxed atomics order nothing else.
    race_behind_a_flag: [2, 1, 1], vec![0; 4], "
    struct State { flags: array<atomic<u32>, 2>, sums: array<u32, 2> }
    @group(0) @binding(0) var<storage, read_write> x: State;
    @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3<u32>) {
        var sum = id.x + 10u;
        if id.x > 0u {
            while atomicLoad(&x.flags[id.x - 1u]) == 0u {}
            sum += x.sums[id.x - 1u];
        }
        x.sums[id.x] = sum;
        storageBarrier();
        atomicStore(&x.flags[id.x], 1u);
    }";
    race_of_equal_values: [2, 1, 1], vec![0; 4], "
    @group(0) @binding(0) var<storage, read_write> x: array<f32>;
    @compute @workgroup_size(2) fn main() { x[3] = 0.25; }";
    // Nothing is made of what is read.
    race_of_an_unused_read: [1, 1, 1], vec![0; 4], "
    @group(0) @binding(0) var<storage, read_write> x: array<vec2<u32>>;
    @compute @workgroup_size(2) fn main(@builtin(local_invocation_index) i: u32) {
        x[i].y = i;
        _ = x[1u - i];
    }";
    indices_out_of_bounds: [1, 1, 1], (0..20).collect(), "
    @group(0) @binding(0) var<storage, read_write> x: array<u32>;
    const TABLE = array<u32, 3>(1u, 2u, 3u);
    fn bump(to: ptr<function, u32>) { *to += 1u; }
    @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) i: u32) {
        var own = array<u32, 4>(1u, 2u, 3u, 4u);
        var rows = mat3x2<f32>();
        let back = i32(i) - 2;
        own[back] = 9u;
        bump(&own[i]);
        rows[i][back] = 1.0;
        let pair = vec2(i, i);
        x[i] = own[0] + pair[i / 3u] + TABLE[i] + u32(rows[0].x);
        x[i + 13u] = x[back];
        x[20] = 1u;
    }";
    atomic_out_of_bounds: [1, 1, 1], vec![0; 8], "
    struct Bins { first: array<atomic<i32>, 4>, rest: array<atomic<u32>> }
    @group(0) @binding(0) var<storage, read_write> x: Bins;
    @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) i: u32) {
        atomicAdd(&x.first[i], 1);
        if atomicLoad(&x.rest[i]) > 9u { atomicStore(&x.rest[i], 0u); }
    }";
    uninitialised_workgroup_memory: [2, 1, 1], vec![5; 8], "
    @group(0) @binding(0) var<storage, read_write> x: array<u32>;
    var<workgroup> pairs: array<vec2<u32>, 4>;
    @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) i: u32) {
        if i != 2u { pairs[i].x = x[id.x]; }
        workgroupBarrier();
        x[id.x] = pairs[3u - i].x;
    }";
    uninitialised_function_memory: [1, 1, 1], vec![0; 8], "
    @group(0) @binding(0) var<storage, read_write> x: array<u32>;
    struct Node { key: u32, next: array<u32, 2> }
    var<private> depth: u32;
    fn deeper() -> u32 { depth += 1u; return depth; }
    fn whole(node: Node) -> u32 { return node.key; }
    @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) i: u32) {
        var sum: u32;
        var v: vec4<u32>;
        var list: array<u32, 4>;
        var node: Node;
        var other: Node;
        v.x = i;
        if i > 2u { v.z = 1u; }
        list[i % 4u] = 1u;
        node.next[1] = 3u;
        for (var k = 0u; k < 2u; k++) {
            var last: u32;
            sum += list[(i + k) % 4u] + last;
            last = k;
        }
        x[i] = sum + v.x + v.z + node.next[1] + deeper() + whole(node) + whole(other);
        x[i] += dot(v, v);
        let pair = array(node, node);
        var copy = node;
        copy.next[0] = pair[0].next[1];
        x[i] += copy.next[1] + copy.next[0] + copy.key;
    }";
    barrier_in_a_branch: [2, 1, 1], vec![0; 8], "
    @group(0) @binding(0) var<storage, read_write> x: array<u32>;
    @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) i: u32) {
        x[i] = i;
        if x[i] % 3u == 1u { storageBarrier(); }
        x[i] += 1u;
    }";
    barrier_behind_a_return: [2, 1, 1], vec![7; 8], "
    @group(0) @binding(0) var<storage, read_write> x: array<u32>;
    var<workgroup> tile: array<u32, 6>;
    @compute @workgroup_size(6) fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) i: u32) {
        if id.x >= 8u { return; }
        tile[i] = x[id.x];
        workgroupBarrier();
        x[id.x] = tile[0];
    }";
    uniform_load_in_a_branch: [1, 1, 1], vec![0; 8], "
    @group(0) @binding(0) var<storage, read_write> x: array<u32>;
    var<workgroup> left: u32;
    @compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) {
        if i == 0u { left = 3u; } else { x[i] = workgroupUniformLoad(&left); }
    }";
}

/// What can be asked of a finding, beside its text.
#[test]
fn parts_of_a_finding() {
    let source = "@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@compute @workgroup_size(2, 2) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    x[id.y] = id.x + 5u;
}";
    let report = check(source, &mut [0; 4], [1, 2, 1]);
    assert!(!report.is_clean());
    assert_eq!(report.dropped(), 0);
    let [finding] = report.findings() else { panic!("{report}") };
    assert_eq!((finding.kind(), finding.count()), (FindingKind::Race, 4));
    assert_eq!(
        finding.message(),
        "data race on `x[0]` by invocations of a workgroup, with no `storageBarrier` between"
    );
    let [later, earlier] = finding.accesses() else { panic!("{report}") };
    assert_eq!((later.line(), later.column(), later.what(), later.value()), (3, 5, "write", Some("6")));
    assert_eq!((later.invocation().global, later.invocation().local), ([1, 0, 0], [1, 0, 0]));
    assert_eq!((earlier.value(), earlier.invocation().workgroup), (Some("5"), [0; 3]));
}

/// A report keeps so many findings and counts the rest.
#[test]
fn findings_are_capped() {
    let lines: String = (0..130).map(|line| format!("    x[i + {line}u] = 1u;\n")).collect();
    let source = format!(
        "@group(0) @binding(0) var<storage, read_write> x: array<u32, 1>;
@compute @workgroup_size(1) fn main(@builtin(num_workgroups) n: vec3<u32>) {{
    let i = n.x;
{lines}}}"
    );
    let report = check(&source, &mut [0], [1; 3]);
    assert_eq!((report.findings().len(), report.dropped()), (100, 30));
    assert!(report.to_string().ends_with("100 findings, and 30 occurrences at further places\n"), "{report}");
}

/// Memory is as behind a run, also where something is wrong; what is wrong with the launch itself is an error.
#[test]
fn results_and_errors() {
    let source = "@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) {
    x[i] = 10u + i;
    if i > 1u { storageBarrier(); }
    x[i] = 20u + i;
}";
    let mut words = [1; 6];
    let report = check(source, &mut words, [1; 3]);
    assert_eq!(report.findings()[0].kind(), FindingKind::NonUniformBarrier);
    assert_eq!(words, [10, 11, 12, 13, 1, 1]);

    let kernel = Kernel::new(source).unwrap();
    let error = kernel.launch().workgroups([1]).check(&Context::new()).unwrap_err();
    assert!(matches!(error, Error::Binding { .. }), "{error}");

    let spin = "@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@compute @workgroup_size(4) fn main() { loop { if x[0] == 1u { break; } } }";
    let cx = Context::builder().step_budget(1000).build().unwrap();
    let kernel = Kernel::new(spin).unwrap();
    let error = kernel.launch().bind("x", Raw(&mut [0_u32; 4])).workgroups([1]).check(&cx).unwrap_err();
    assert!(matches!(error, Error::StepBudget { .. }), "{error}");
}
