// Truth values in private and workgroup memory, and short-circuit operators.
// grid 2,1,1
// bind 0,0 = iota_u32:100
// bind 0,1 = zeros:400
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
struct Flags { odd: bool, both: vec2<bool> }
var<workgroup> flags: array<Flags, 50>;
var<workgroup> any_large: bool;
var<private> calls: u32;
fn touch(v: bool) -> bool { calls++; return v; }
@compute @workgroup_size(50)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    let v = x[id.x];
    flags[at] = Flags(v % 2u == 1u, vec2(v > 30u, v > 60u));
    if v == 77u { any_large = true; }
    workgroupBarrier();
    let other = flags[(at + 7u) % 50u];
    let p = other.odd && touch(all(other.both)) || touch(any(other.both));
    out[id.x] = u32(p) + 2u * u32(any_large) + 4u * calls + 64u * u32(p != other.odd) + 128u * u32(p | any_large);
}
