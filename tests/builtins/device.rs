//! Expressions, evaluated by the CPU for many arguments.

use tilewright::{Context, Kernel, Placement};

/// The values of a WGSL expression of type u32, for `arity` words each. The expression reads them as `u0`, `u1`, ... or,
/// with their bits taken for another type, as `i0`, ... and `f0`, ...
///
/// Compiled code, the interpreter, one thread and two must agree; `is_float` says that any NaN is like any other.
pub(crate) fn words(expr: &str, arity: usize, arguments: &[u32], is_float: bool) -> Vec<u32> {
    assert!(arguments.len().is_multiple_of(arity) && !arguments.is_empty());
    let read = (0..arity)
        .map(|k| {
            format!(
                "let u{k} = x[i * {arity}u + {k}u]; let i{k} = bitcast<i32>(u{k}); let f{k} = bitcast<f32>(u{k});\n"
            )
        })
        .collect::<String>();
    let enable = if expr.contains("f16(") || expr.contains("<f16>") { "enable f16;\n" } else { "" };
    let text = format!(
        "{enable}@group(0) @binding(0) var<storage, read> x: array<u32>;
        @group(0) @binding(1) var<storage, read_write> out: array<u32>;
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {{
            let i = id.x;
            if i >= arrayLength(&out) {{ return; }}
            {read}
            out[i] = {expr};
        }}"
    );
    let kernel = Kernel::with_label(expr, &text).unwrap_or_else(|error| panic!("{error}"));
    let evaluate = |threads: usize, jit: bool| {
        let builder = Context::builder().threads(threads).placement(Placement::Cpu);
        let cx = builder.jit(jit).build().expect("valid settings");
        let mut out = vec![0_u32; arguments.len() / arity];
        let launch = kernel.launch().bind("x", arguments).bind("out", &mut out);
        let count = arguments.len() / arity;
        launch.invocations([count]).run(&cx).unwrap_or_else(|error| panic!("{expr}: {error}"));
        out
    };
    let (compiled, interpreted) = (evaluate(2, true), evaluate(1, false));
    let is_nan = |word: u32| is_float && f32::from_bits(word).is_nan();
    for (k, (&a, &b)) in compiled.iter().zip(&interpreted).enumerate() {
        let arguments = &arguments[k * arity..(k + 1) * arity];
        assert!(
            a == b || is_nan(a) && is_nan(b),
            "{expr} of {arguments:x?}: {a:#x} compiled, {b:#x} interpreted"
        );
    }
    compiled
}

/// The values of an expression of type f32.
pub(crate) fn floats(expr: &str, arity: usize, arguments: &[f32]) -> Vec<f32> {
    let arguments: Vec<u32> = arguments.iter().map(|x| x.to_bits()).collect();
    let found = words(&format!("bitcast<u32>({expr})"), arity, &arguments, true);
    found.into_iter().map(f32::from_bits).collect()
}
