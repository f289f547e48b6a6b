//! Random operations on integers, floats and truth values.

use crate::expr::bounded;
use crate::scope::{EXACT, Expr, Generator, STORED};
use crate::types::{Bool, F32, I32, Scalar, Ty, U32};

impl Generator<'_> {
    /// An operation whose result is an integer or a vector of them.
    pub(crate) fn integer(&mut self, scalar: Scalar, n: usize, depth: usize) -> Expr {
        let ty = Ty::Vector(scalar, n);
        let a = self.varying(&ty, depth);
        let text = match self.choices.below(if n == 1 { 17 } else { 14 }) {
            13 if self.is_free && n == 1 => self.in_subgroup(scalar, &a),
            0..5 => {
                let operator = self.choices.of(&["+", "-", "*", "^", "&", "|"]);
                let scalar_allowed = !matches!(operator, "^" | "&" | "|");
                let b = if scalar_allowed && self.choices.once_in(4) {
                    self.expr(&Ty::Vector(scalar, 1), depth)
                } else {
                    self.expr(&ty, depth)
                };
                if self.choices.below(2) == 0 || b.is_constant {
                    format!("({a} {operator} {})", b.text)
                } else {
                    format!("({} {operator} {a})", b.text)
                }
            }
            5 => {
                let b = self.divisor(scalar, n, depth);
                format!("({a} {} {b})", self.choices.of(&["/", "%"]))
            }
            6 => {
                let amounts = Ty::Vector(U32, n);
                let by = match self.choices.below(2) {
                    0 if n == 1 => format!("{}u", self.choices.below(32)),
                    0 => format!("{amounts}({}u)", self.choices.below(32)),
                    // A vector with one constant component that is too large would be refused.
                    _ => self.varying(&amounts, if n == 1 { depth } else { 0 }),
                };
                format!("({a} {} {by})", self.choices.of(&["<<", ">>"]))
            }
            7 => format!("{}{a}{}", if scalar == I32 { self.choices.of(&["(-", "(~"]) } else { "(~" }, ")"),
            8 => {
                let name = self.choices.of(&[
                    "abs",
                    "countOneBits",
                    "countLeadingZeros",
                    "countTrailingZeros",
                    "firstLeadingBit",
                    "firstTrailingBit",
                    "reverseBits",
                ]);
                let name = if scalar == I32 && self.choices.once_in(6) { "sign" } else { name };
                format!("{name}({a})")
            }
            9 => {
                let b = self.expr(&ty, depth).text;
                format!("{}({a}, {b})", self.choices.of(&["min", "max"]))
            }
            10 => {
                // Where the bounds are not in order, devices may differ.
                let (b, c) = (self.varying(&ty, 0), self.varying(&ty, 0));
                format!("clamp({a}, min({b}, {c}), max({b}, {c}))")
            }
            11 => {
                let [at, count] = [0, 1].map(|_| self.varying(&Ty::U, depth.min(1)));
                match self.choices.below(2) {
                    0 => format!("extractBits({a}, {at}, {count})"),
                    _ => {
                        let bits = self.varying(&ty, depth.min(1));
                        format!("insertBits({a}, {bits}, {at}, {count})")
                    }
                }
            }
            12 | 13 => {
                let from = self.choices.of(&[U32, I32, F32, Bool]);
                let other = self.varying(&Ty::Vector(from, n), depth);
                match from {
                    U32 | I32 if self.choices.below(2) == 0 => format!("bitcast<{ty}>({other})"),
                    _ => format!("{ty}({other})"),
                }
            }
            14 => {
                let vector = Ty::Vector(scalar, 2 + self.choices.below(3));
                let (a, b) = (self.varying(&vector, depth), self.varying(&vector, depth));
                format!("dot({a}, {b})")
            }
            15 if scalar == U32 => {
                // One for each invocation: what was there is known.
                let name = self.choices.of(&[
                    "atomicAdd",
                    "atomicSub",
                    "atomicMax",
                    "atomicMin",
                    "atomicAnd",
                    "atomicOr",
                    "atomicXor",
                    "atomicExchange",
                    "atomicCompareExchangeWeak",
                ]);
                if name == "atomicCompareExchangeWeak" {
                    let b = self.varying(&ty, depth.min(1));
                    let result = self.choices.of(&[".old_value", ".old_value + 1u"]);
                    format!("({name}(&own[me], {b}, {a}){result})")
                } else {
                    format!("{name}(&own[me], {a})")
                }
            }
            15 => "i32(atomicLoad(&own[me]))".to_owned(),
            _ => self.packed(scalar, depth),
        };
        Expr::varying(text)
    }

    /// What an integer is divided by: anything, or a literal that is not zero.
    fn divisor(&mut self, scalar: Scalar, n: usize, depth: usize) -> String {
        let ty = Ty::Vector(scalar, n);
        if self.choices.below(2) == 0 {
            let suffix = if scalar == U32 { "u" } else { "i" };
            let literal = format!("{}{suffix}", self.choices.of(&[1, 2, 3, 7, 16, 255]));
            return if n == 1 { literal } else { format!("{ty}({literal})") };
        }
        self.varying(&ty, if n == 1 { depth } else { 0 })
    }

    /// Functions of packed bytes.
    fn packed(&mut self, scalar: Scalar, depth: usize) -> String {
        let (a, b) = (self.varying(&Ty::U, depth), self.varying(&Ty::U, depth));
        match (scalar, self.choices.below(3)) {
            (I32, 0) => format!("dot4I8Packed({a}, {b})"),
            (I32, _) => format!("unpack4xI8({a} ^ {b})[{}]", self.choices.below(4)),
            (_, 0) => format!("dot4U8Packed({a}, {b})"),
            (_, 1) => {
                let name = self.choices.of(&["pack4xI8", "pack4xI8Clamp"]);
                format!("{name}({})", self.varying(&Ty::Vector(I32, 4), depth))
            }
            _ => {
                let name = self.choices.of(&["pack4xU8", "pack4xU8Clamp"]);
                format!("{name}({})", self.varying(&Ty::Vector(U32, 4), depth))
            }
        }
    }

    /// An operation whose result is a float or a vector of them.
    pub(crate) fn float(&mut self, n: usize, depth: usize) -> Expr {
        if !self.is_free {
            return self.exact_float(n, depth);
        }
        if self.choices.below(2) == 0 { self.any_float(n, depth) } else { self.exact_float(n, depth) }
    }

    /// One whose result is whole, and exact however it is rounded or fused.
    fn exact_float(&mut self, n: usize, depth: usize) -> Expr {
        let ty = Ty::Vector(F32, n);
        let a = self.varying_expr(&ty, depth);
        // Where floats are any, there are no bounds to keep.
        let is_free = self.is_free;
        let made = move |text: String, bound: u32| {
            let bound = if is_free { STORED } else { bound };
            Expr { text, is_constant: false, bound }
        };
        match self.choices.below(13) {
            0..4 => {
                let b = self.expr(&ty, depth);
                let operator = self.choices.of(&["+", "-", "*"]);
                let (a, b) = self.fitting(&ty, operator, a, b);
                let bound = if operator == "*" { a.bound * b.bound } else { a.bound + b.bound };
                made(format!("({} {operator} {})", a.text, b.text), bound)
            }
            4 => made(format!("(-{})", a.text), a.bound),
            5 => made(
                format!(
                    "{}({})",
                    self.choices.of(&["abs", "sign", "floor", "ceil", "trunc", "round"]),
                    a.text
                ),
                a.bound,
            ),
            // Halves and quarters are exact, and rounded away.
            6 => {
                let round = self.choices.of(&["floor", "ceil", "trunc", "round"]);
                let part = self.choices.of(&["0.5", "0.25"]);
                made(format!("{round}({} * {part})", a.text), a.bound)
            }
            7 => made(format!("(fract({} * 0.25) * 4.0)", a.text), 4),
            8 => {
                let b = self.expr(&ty, depth);
                let bound = a.bound.max(b.bound);
                made(format!("{}({}, {})", self.choices.of(&["min", "max"]), a.text, b.text), bound)
            }
            9 => {
                let [a, b] = [a, self.expr(&ty, depth)].map(|expr| bounded(&ty, expr));
                let c = bounded(&ty, self.expr(&ty, depth));
                made(format!("fma({}, {}, {})", a.text, b.text, c.text), STORED * STORED + STORED)
            }
            10 => {
                let b = self.expr(&ty, depth);
                made(format!("step({}, {})", b.text, a.text), 1)
            }
            11 => self.converted(n, depth),
            _ if n == 1 => {
                let vector = Ty::Vector(F32, 2 + self.choices.below(3));
                let [a, b] = [0, 1].map(|_| bounded(&vector, self.varying_expr(&vector, depth)).text);
                made(format!("dot({a}, {b})"), 4 * STORED * STORED)
            }
            _ => self.product_of_matrix(n, depth),
        }
    }

    /// Operands whose result stays exact.
    fn fitting(&mut self, ty: &Ty, operator: &str, a: Expr, b: Expr) -> (Expr, Expr) {
        let fits = match operator {
            "*" => a.bound.checked_mul(b.bound).is_some_and(|bound| bound <= EXACT),
            _ => a.bound + b.bound <= EXACT,
        };
        if fits { (a, b) } else { (bounded(ty, a), bounded(ty, b)) }
    }

    /// Of something that is not a float.
    fn converted(&mut self, n: usize, depth: usize) -> Expr {
        let ty = Ty::Vector(F32, n);
        let from = self.choices.of(&[U32, I32, Bool]);
        let source = Ty::Vector(from, n);
        let value = self.varying(&source, depth);
        let splat = |literal: &str| if n == 1 { literal.to_owned() } else { format!("{source}({literal})") };
        let value = match from {
            U32 => format!("({value} & {})", splat("255u")),
            I32 => format!("clamp({value}, {}, {})", splat("-99i"), splat("99i")),
            _ => value,
        };
        Expr::varying(format!("{ty}({value})"))
    }

    /// A vector of `n` that a matrix and a vector or another matrix give.
    fn product_of_matrix(&mut self, n: usize, depth: usize) -> Expr {
        let k = 2 + self.choices.below(3);
        let bound = 4 * STORED * STORED;
        let vector = Ty::Vector(F32, k);
        let text = match self.choices.below(4) {
            0 => {
                let m = self.varying(&Ty::Matrix(k, n), depth);
                let v = bounded(&vector, self.varying_expr(&vector, depth)).text;
                format!("({m} * {v})")
            }
            1 => {
                let m = self.varying(&Ty::Matrix(n, k), depth);
                let v = bounded(&vector, self.varying_expr(&vector, depth)).text;
                format!("({v} * {m})")
            }
            2 => {
                let (a, b) = (self.varying(&Ty::Matrix(k, n), depth), self.varying(&Ty::Matrix(2, k), depth));
                format!("({a} * {b})[{}]", self.choices.below(2))
            }
            _ => {
                let (a, b) = (self.varying(&Ty::Matrix(k, n), depth), self.varying(&Ty::Matrix(k, n), depth));
                let operator = self.choices.of(&["+", "-"]);
                format!("({a} {operator} {b})[{}]", self.choices.below(k))
            }
        };
        Expr { text, is_constant: false, bound: if self.is_free { STORED } else { bound } }
    }

    /// A truth value or a vector of them.
    pub(crate) fn truth(&mut self, n: usize, depth: usize) -> Expr {
        let ty = Ty::Vector(Bool, n);
        let text = match self.choices.below(if n == 1 { 9 } else { 7 }) {
            0..4 => {
                let operands = Ty::Vector(self.choices.of(&[U32, I32, F32]), n);
                let (a, b) = (self.varying(&operands, depth), self.expr(&operands, depth).text);
                format!("({a} {} {b})", self.choices.of(&["<", ">", "<=", ">=", "==", "!="]))
            }
            4 => format!("(!{})", self.varying(&ty, depth)),
            5 => {
                let (a, b) = (self.varying(&ty, depth), self.varying(&ty, depth));
                format!("({a} {} {b})", self.choices.of(&["&", "|", "==", "!="]))
            }
            6 => {
                let from = Ty::Vector(self.choices.of(&[U32, I32, F32]), n);
                format!("{ty}({})", self.varying(&from, depth))
            }
            7 => {
                let (a, b) = (self.varying(&ty, depth), self.varying(&ty, depth));
                format!("({a} {} {b})", self.choices.of(&["&&", "||"]))
            }
            _ => {
                let vector = Ty::Vector(Bool, 2 + self.choices.below(3));
                format!("{}({})", self.choices.of(&["all", "any"]), self.varying(&vector, depth))
            }
        };
        Expr::varying(text)
    }
}
