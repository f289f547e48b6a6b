//! Monoids as WGSL: the state, how an element becomes one, how two combine, and how a state becomes a value.
//!
//! Minimum, maximum and the bitwise operators keep floats as their bits, because a shader compiler may change the bits of
//! a NaN that it moves as a float, and may order zeros as it likes.

use super::code::Code;
use super::params::Field;
use crate::element::{ElementType, Scalar};
use crate::error::Result;
use crate::monoid::{Builtin, MonoidSpec, Operator};
use crate::wgsl::fill;

/// The spellings of a state.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    /// The type that `TwState` is, also the one that memory is read and written as.
    pub(super) repr: ElementType,
    /// The type of values.
    pub(super) value: ElementType,
}

/// Declares `TwState`, `tw_enter(element, index)`, `tw_combine(a, b)` and `tw_leave(state)`.
pub(super) fn declare(code: &mut Code, monoid: &MonoidSpec) -> Result<State> {
    let value = monoid.state;
    let as_bits = match &monoid.operator {
        Operator::Builtin(Builtin::Sum | Builtin::Product) | Operator::Function { .. } => false,
        Operator::Builtin(_) => value.scalar.is_float(),
    };
    let repr = if as_bits { ElementType { scalar: Scalar::U32, ..value } } else { value };
    let combine = combine(code, monoid, repr)?;
    let enter = enter(monoid, as_bits);
    let leave = if as_bits { format!("bitcast<{value}>(s)") } else { "s".to_string() };
    let element = monoid.element;
    code.declare(&format!(
        "alias TwState = {repr};\n\
         fn tw_enter(x: {element}, index: u32) -> TwState {{ {enter} }}\n\
         fn tw_leave(s: TwState) -> {value} {{ return {leave}; }}\n\
         fn tw_combine(a: TwState, b: TwState) -> TwState {{ {combine} }}\n"
    ));
    Ok(State { repr, value })
}

fn enter(monoid: &MonoidSpec, as_bits: bool) -> String {
    let bits = ElementType { scalar: Scalar::U32, ..monoid.element };
    match &monoid.operator {
        Operator::Builtin(which @ (Builtin::ArgMin | Builtin::ArgMax)) => {
            let key = match monoid.element.scalar {
                Scalar::U32 => "let key = x;".to_string(),
                Scalar::I32 => "let key = bitcast<u32>(x) ^ 0x80000000u;".to_string(),
                Scalar::F32 => {
                    "let b = bitcast<u32>(x); let key = select(b | 0x80000000u, ~b, b >= 0x80000000u);"
                        .to_string()
                }
            };
            let ordered = if *which == Builtin::ArgMin { "key" } else { "~key" };
            match monoid.element.scalar {
                // A NaN has the smallest key in both directions.
                Scalar::F32 => format!(
                    "{key} return vec2<u32>(select({ordered}, 0u, (b & 0x7fffffffu) > 0x7f800000u), index);"
                ),
                _ => format!("{key} return vec2<u32>({ordered}, index);"),
            }
        }
        _ if as_bits => format!("return bitcast<{bits}>(x);"),
        // The exclusive-or with a zero that the compiler does not know keeps a multiplication that made the element from
        // being contracted with the addition that consumes it.
        _ if monoid.state.scalar.is_float() => {
            format!("return bitcast<{}>(bitcast<{bits}>(x) ^ {bits}(tw_params[2].x));", monoid.element)
        }
        _ => "return x;".to_string(),
    }
}

fn combine(code: &mut Code, monoid: &MonoidSpec, repr: ElementType) -> Result<String> {
    let float = monoid.state.scalar.is_float();
    Ok(match &monoid.operator {
        Operator::Function { function, uniforms } => {
            let at = code.params.field(Field::Monoid, uniforms.len());
            let call = code.call(function, &["a".to_string(), "b".to_string()], at)?;
            format!("return {call};")
        }
        Operator::Builtin(builtin) => match builtin {
            Builtin::Sum => "return a + b;".to_string(),
            Builtin::Product => "return a * b;".to_string(),
            Builtin::And => "return a & b;".to_string(),
            Builtin::Or => "return a | b;".to_string(),
            Builtin::Xor => "return a ^ b;".to_string(),
            Builtin::Min | Builtin::Max if float => {
                let order = if *builtin == Builtin::Min { "<=" } else { ">=" };
                code.declare(&fill(IEEE_EXTREMUM, &[("ORDER", order)]));
                match repr.width {
                    1 => "return tw_extremum(a, b);".to_string(),
                    width => {
                        let of = |c: &str| format!("tw_extremum(a.{c}, b.{c})");
                        let all: Vec<String> =
                            ["x", "y", "z", "w"].into_iter().take(width as usize).map(of).collect();
                        format!("return {repr}({});", all.join(", "))
                    }
                }
            }
            Builtin::Min => "return min(a, b);".to_string(),
            Builtin::Max => "return max(a, b);".to_string(),
            Builtin::ArgMin | Builtin::ArgMax => {
                "return select(b, a, a.x < b.x || (a.x == b.x && a.y <= b.y));".to_string()
            }
        },
    })
}

/// IEEE 754-2019 minimum and maximum of bits: signed keys order all numbers and zeros, a NaN wins and is canonical.
const IEEE_EXTREMUM: &str = "\
fn tw_extremum(a: u32, b: u32) -> u32 {
    let key_a = bitcast<i32>(a ^ (bitcast<u32>(bitcast<i32>(a) >> 31u) >> 1u));
    let key_b = bitcast<i32>(b ^ (bitcast<u32>(bitcast<i32>(b) >> 31u) >> 1u));
    let nan = max(a & 0x7fffffffu, b & 0x7fffffffu) > 0x7f800000u;
    return select(select(b, a, key_a TW_ORDER key_b), 0x7fc00000u, nan);
}
";
