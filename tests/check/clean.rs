//! Shaders that nothing is wrong with, each close to something that would be.

use crate::check;

macro_rules! clean {
    ($($name:ident: $groups:expr, $words:expr, $source:literal;)+) => {$(
        #[test]
        fn $name() {
            let mut words: Vec<u32> = $words;
            let report = check($source.trim_start(), &mut words, $groups);
            assert!(report.is_clean(), "{report}");
        }
    )+};
}

clean! {
    // Each component is another location.
    components: [2, 1, 1], vec![0; 16], "
    @group(0) @binding(0) var<storage, read_write> x: array<vec4<u32>>;
    var<workgroup> tile: array<vec4<u32>, 2>;
    @compute @workgroup_size(8)
    fn main(@builtin(local_invocation_index) i: u32, @builtin(workgroup_id) id: vec3<u32>) {
        tile[i / 4u][i % 4u] = i;
        x[i / 4u + 2u * id.x][i % 4u] = tile[i / 4u][i % 4u];
    }";
    // So is each half of a word.
    halves: [4, 1, 1], vec![0; 8], "
    enable f16;
    struct Mixed { halves: array<f16, 8>, words: array<u32, 4> }
    @group(0) @binding(0) var<storage, read_write> x: Mixed;
    @compute @workgroup_size(2)
    fn main(@builtin(local_invocation_index) i: u32, @builtin(workgroup_id) id: vec3<u32>) {
        x.halves[2u * id.x + i] += 1.0h;
        if i == 1u { x.words[id.x] += 1u; }
    }";
    // An invocation is ordered with itself, whatever others read.
    own_memory: [1, 1, 1], vec![0; 8], "
    @group(0) @binding(0) var<storage, read_write> x: array<u32>;
    @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) i: u32) {
        for (var k = 0u; k < 3u; k++) { x[i] += k; x[i] *= x[i] + 1u; }
    }";
    many_readers: [1, 1, 1], vec![3; 8], "
    @group(0) @binding(0) var<storage, read_write> x: array<u32>;
    @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) i: u32) {
        let sum = x[0] + x[1] + x[(i + 3u) % 8u];
        storageBarrier();
        x[7u - i] = sum;
        storageBarrier();
        x[i] += 1u;
    }";
    // As `tests/check/kinds.rs` has it, but with the sum in the flag itself.
    look_back: [40, 1, 1], vec![0; 41], "
    @group(0) @binding(0) var<storage, read_write> x: array<atomic<u32>>;
    var<workgroup> group: u32;
    @compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) {
        if i == 0u { group = atomicAdd(&x[0], 1u); }
        let id = workgroupUniformLoad(&group);
        if i == 0u {
            var sum = id + 1u;
            if id > 0u {
                var before = 0u;
                while before == 0u { before = atomicLoad(&x[id]); }
                sum += before;
            }
            atomicStore(&x[id + 1u], sum);
        }
    }";
    // A place is named, not accessed; and an index is tested before it is used.
    guarded_indices: [1, 1, 1], vec![1; 8], "
    @group(0) @binding(0) var<storage, read_write> x: array<u32>;
    @compute @workgroup_size(16) fn main(@builtin(local_invocation_index) i: u32) {
        var own = array<u32, 4>(1u, 2u, 3u, 4u);
        let there = &x[i];
        let mine = &own[i];
        if i < 8u && x[i] > 0u { *there = 2u; }
        if i < 4u { *mine += 1u; *there += *mine; }
        let near = own[min(i, 3u)] + own[i % 4u] + own[i & 3u];
        if i >= arrayLength(&x) { return; }
        x[i] += near;
    }";
    // Whatever is read was assigned, by other ways than an initial value.
    assigned_memory: [1, 1, 1], vec![1; 8], "
    @group(0) @binding(0) var<storage, read_write> x: array<u32>;
    struct Node { key: u32, next: array<u32, 2> }
    fn assign(to: ptr<function, u32>, value: u32) { *to = value; }
    fn node(i: u32) -> Node { var made: Node; made.key = i; return made; }
    fn first(n: u32) -> u32 {
        var found: u32;
        switch n { case 0u: { found = 1u; } case 1u: { return 4u; } default: { found = n; } }
        return found;
    }
    @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) i: u32) {
        var a: u32;
        if i > 3u { a = 1u; } else { a = 2u; }
        var v: vec4<u32>;
        v.x = i; v.y = a; v.z = 1u;
        v = vec4(v.xyz, v.x);
        var list: array<u32, 8>;
        for (var k = 0u; k < 8u; k++) { list[k] = k; }
        var b: u32;
        assign(&b, list[i]);
        var grown: array<u32, 4>;
        var len = 0u;
        for (var k = 0u; k < 4u; k++) { if (i >> k) % 2u == 1u { grown[len] = k; len++; } }
        for (var k = 0u; k < len; k++) {
            var last: u32;
            last = grown[k];
            b += last;
        }
        var m: mat2x2<f32>;
        m[0] = vec2(1.0); m[1] = vec2(2.0);
        let made = node(i);
        let bare = u32();
        x[i] = a + v.w + b + first(i) + made.key + u32((m * vec2(1.0)).x) + bare;
    }";
    barriers_for_all: [3, 1, 1], vec![1; 24], "
    @group(0) @binding(0) var<storage, read_write> x: array<u32>;
    var<workgroup> left: u32;
    fn wait() { workgroupBarrier(); }
    @compute @workgroup_size(8)
    fn main(@builtin(local_invocation_index) i: u32, @builtin(workgroup_id) id: vec3<u32>) {
        if i == 7u { left = 3u; }
        loop {
            let n = workgroupUniformLoad(&left);
            if n == 0u { break; }
            if i == n { left = n - 1u; }
            wait();
        }
        if id.x == 1u { wait(); }
        x[id.x * 8u + i] = i;
        if i > 2u { return; }
        x[id.x * 8u + i] = 2u;
    }";
}
