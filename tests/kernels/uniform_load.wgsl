// workgroupUniformLoad: a loop whose end one invocation decides for all.
// grid 3,1,1
// bind 0,0 = iota_u32:192
// bind 0,1 = zeros:768
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
struct State { left: u32, scale: vec2<u32> }
var<workgroup> state: State;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    var sum = 0u;
    if at == 5u { state = State(x[id.x] % 7u, vec2(3u, id.x)); }
    loop {
        let now = workgroupUniformLoad(&state);
        if now.left == 0u { break; }
        workgroupBarrier();
        sum += now.left * now.scale.x + now.scale.y;
        if at == now.left { state.left -= 1u; }
    }
    out[id.x] = sum;
}
