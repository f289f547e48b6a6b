//! Operations whose result executors agree on only where they promise the same bits: rounded functions of floats, and subgroups.

use crate::scope::{Expr, Generator};
use crate::types::{F32, I32, Scalar, Ty, U32};

const OF_ONE: [&str; 29] = [
    "sqrt",
    "sin",
    "cos",
    "tan",
    "exp",
    "exp2",
    "log",
    "log2",
    "inverseSqrt",
    "acos",
    "asin",
    "atan",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "degrees",
    "radians",
    "saturate",
    "fract",
    "floor",
    "round",
    "sign",
    "abs",
    "quantizeToF16",
    "trunc",
    "ceil",
];

impl Generator<'_> {
    /// Any function of floats.
    pub(crate) fn any_float(&mut self, n: usize, depth: usize) -> Expr {
        let ty = Ty::Vector(F32, n);
        let a = self.varying(&ty, depth);
        let text = match self.choices.below(14) {
            12 | 13 => {
                let (b, half) =
                    (self.varying(&ty, depth), Ty::Vector(F32, n).to_string().replace("f32", "f16"));
                let operator = self.choices.of(&["+", "*", "-", "/"]);
                format!("{ty}({half}({a}) {operator} {half}({b}))")
            }
            0..4 => format!("{}({a})", self.choices.of(&OF_ONE)),
            4 | 5 => {
                let (b, operator) = (self.varying(&ty, depth), self.choices.of(&["/", "%", "*", "-"]));
                format!("({a} {operator} {b})")
            }
            6 => {
                let b = self.varying(&ty, depth);
                format!("{}({a}, {b})", self.choices.of(&["pow", "atan2", "min", "max", "step"]))
            }
            7 => {
                let (b, c) = (self.varying(&ty, depth), self.varying(&ty, depth));
                format!("{}({a}, {b}, {c})", self.choices.of(&["mix", "smoothstep", "clamp", "fma"]))
            }
            8 => {
                let exponent = self.varying(&Ty::Vector(I32, n), depth);
                format!("ldexp({a}, {exponent} % {}(40i))", Ty::Vector(I32, n))
            }
            9 => format!("{}({a}).fract", self.choices.of(&["frexp", "modf"])),
            10 => {
                let bits = self.varying(&Ty::Vector(U32, n), depth);
                format!("bitcast<{ty}>({bits})")
            }
            _ if n == 1 => {
                let vector = Ty::Vector(F32, 2 + self.choices.below(3));
                let (v, w) = (self.varying(&vector, depth), self.varying(&vector, depth));
                match self.choices.below(4) {
                    0 => format!("length({v})"),
                    1 => format!("distance({v}, {w})"),
                    2 => format!("determinant({})", self.varying(&Ty::Matrix(3, 3), depth)),
                    _ => format!("unpack2x16float({})[0]", self.varying(&Ty::U, depth)),
                }
            }
            _ => {
                let (b, c) = (self.varying(&ty, depth), self.varying(&ty, depth));
                match self.choices.below(4) {
                    0 => format!("normalize({a})"),
                    1 => format!("reflect({a}, {b})"),
                    2 => format!("refract({a}, {b}, 0.75)"),
                    _ if n == 3 => format!("cross({a}, {b})"),
                    _ => format!("faceForward({a}, {b}, {c})"),
                }
            }
        };
        Expr::varying(text)
    }

    /// What the active invocations of a subgroup have together.
    pub(crate) fn in_subgroup(&mut self, scalar: Scalar, a: &str) -> String {
        let ty = Ty::Vector(scalar, 1);
        match self.choices.below(3) {
            0 => {
                let condition = self.varying(&Ty::BOOL, 1);
                format!("{ty}(countOneBits(subgroupBallot({condition}).x))")
            }
            1 => format!("subgroupBroadcastFirst({a})"),
            _ => {
                let name = self.choices.of(&[
                    "subgroupAdd",
                    "subgroupMul",
                    "subgroupMin",
                    "subgroupMax",
                    "subgroupAnd",
                    "subgroupOr",
                    "subgroupXor",
                    "subgroupInclusiveAdd",
                    "subgroupExclusiveAdd",
                ]);
                format!("{name}({a})")
            }
        }
    }
}
