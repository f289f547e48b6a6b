//! Random expressions.

use crate::scope::{Expr, Function, Generator, STORED, Space};
use crate::types::{Bool, F32, I32, Scalar, Ty, U32};

impl Generator<'_> {
    /// An expression that no compiler can evaluate, so that what WGSL refuses in constant ones is none of its business.
    pub(crate) fn varying(&mut self, ty: &Ty, depth: usize) -> String {
        self.varying_expr(ty, depth).text
    }

    pub(crate) fn varying_expr(&mut self, ty: &Ty, depth: usize) -> Expr {
        let expr = self.expr(ty, depth);
        if !expr.is_constant {
            return expr;
        }
        if let Some(place) = self.place(ty, false, 0) {
            return Expr::varying(place);
        }
        self.of_the_invocation(ty)
    }

    /// A value of a scalar or vector that depends on the invocation.
    fn of_the_invocation(&mut self, ty: &Ty) -> Expr {
        let (scalar, n) = match ty {
            Ty::Vector(scalar, n) => (scalar, n),
            Ty::Matrix(columns, rows) => {
                let column = self.of_the_invocation(&Ty::Vector(F32, *rows)).text;
                return Expr::varying(format!("{ty}({})", vec![column; *columns].join(", ")));
            }
            // Nothing computes with these.
            Ty::Array(..) | Ty::Struct(..) => return Expr::constant(format!("{ty}()")),
        };
        let one = match scalar {
            U32 => "me",
            I32 => "i32(me)",
            F32 => "f32(me & 63u)",
            Bool => "((me & 1u) == 1u)",
        };
        Expr::varying(if *n == 1 { one.to_owned() } else { format!("{ty}({one})") })
    }

    /// A value that may be put into memory.
    pub(crate) fn stored(&mut self, ty: &Ty, depth: usize) -> String {
        let expr = self.expr(ty, depth);
        bounded(ty, expr).text
    }

    pub(crate) fn expr(&mut self, ty: &Ty, depth: usize) -> Expr {
        if depth == 0 || self.choices.is_at_end() {
            return self.leaf(ty, depth);
        }
        if self.choices.once_in(8)
            && let Some(call) = self.call_of(ty, depth - 1)
        {
            return Expr::varying(call);
        }
        match ty {
            Ty::Vector(scalar, n) => self.plain(*scalar, *n, depth),
            _ => self.composite(ty, depth),
        }
    }

    fn leaf(&mut self, ty: &Ty, depth: usize) -> Expr {
        let kind = self.choices.below(6);
        if kind < 4
            && let Some(place) = self.place(ty, false, depth)
        {
            return Expr::varying(place);
        }
        match ty {
            _ if kind == 5 && *ty == Ty::U => {
                let index = self.place(ty, false, 0).unwrap_or_else(|| "me".to_owned());
                Expr::varying(format!("inp[{index} % {}u]", self.inputs))
            }
            Ty::Vector(scalar, 1) => Expr::constant(self.literal(*scalar)),
            Ty::Vector(scalar, n) => {
                let parts: Vec<String> = (0..*n).map(|_| self.literal(*scalar)).collect();
                Expr::constant(format!("{ty}({})", parts.join(", ")))
            }
            _ => Expr::constant(format!("{ty}()")),
        }
    }

    pub(crate) fn literal(&mut self, scalar: Scalar) -> String {
        match scalar {
            U32 => self.choices.of(&[
                "0u",
                "1u",
                "K",
                "2u",
                "3u",
                "5u",
                "7u",
                "31u",
                "32u",
                "255u",
                "65535u",
                "0x7fffffffu",
                "0x80000000u",
                "0xffffffffu",
                "0x9e3779b9u",
            ]),
            I32 => self.choices.of(&[
                "0i",
                "1i",
                "2i",
                "(-1i)",
                "3i",
                "(-3i)",
                "7i",
                "31i",
                "33i",
                "(-128i)",
                "32767i",
                "0x7fffffffi",
                "i32(-2147483648)",
                "0x12345678i",
            ]),
            F32 => {
                self.choices.of(&["0.0", "1.0", "2.0", "(-1.0)", "3.0", "(-5.0)", "16.0", "100.0", "(-37.0)"])
            }
            Bool => self.choices.of(&["false", "true"]),
        }
        .to_owned()
    }

    /// An array, a structure or a matrix.
    fn composite(&mut self, ty: &Ty, depth: usize) -> Expr {
        if self.choices.below(2) == 0 {
            return self.leaf(ty, depth);
        }
        if self.choices.once_in(4) {
            // `select` takes no composites.
            if let Ty::Matrix(columns, rows) = ty {
                let turned = Ty::Matrix(*rows, *columns);
                return Expr::varying(match self.choices.below(3) {
                    0 => format!("transpose({})", self.varying(&turned, depth - 1)),
                    1 => format!("transpose(transpose({}))", self.varying(ty, depth - 1)),
                    _ => format!("({} * -1.0)", self.varying(ty, depth - 1)),
                });
            }
        }
        let parts: Vec<Ty> = match ty {
            Ty::Vector(..) => return self.leaf(ty, depth),
            Ty::Matrix(columns, rows) => vec![Ty::Vector(F32, *rows); *columns],
            Ty::Array(element, len) => vec![(**element).clone(); *len],
            Ty::Struct(_, members) => members.to_vec(),
        };
        let parts: Vec<Expr> = parts.iter().map(|part| bounded(part, self.expr(part, depth - 1))).collect();
        let is_constant = parts.iter().all(|part| part.is_constant);
        let parts: Vec<String> = parts.into_iter().map(|part| part.text).collect();
        Expr { text: format!("{ty}({})", parts.join(", ")), is_constant, bound: STORED }
    }

    /// A scalar or a vector.
    fn plain(&mut self, scalar: Scalar, n: usize, depth: usize) -> Expr {
        let ty = Ty::Vector(scalar, n);
        match self.choices.below(12) {
            0 | 1 => self.leaf(&ty, depth),
            2 if n > 1 => self.construction(scalar, n, depth - 1),
            2 => self.component(scalar, depth - 1),
            3 if n > 1 => self.swizzle(scalar, n, depth - 1),
            3 | 4 => self.selection(&ty, depth - 1),
            _ => match scalar {
                U32 | I32 => self.integer(scalar, n, depth - 1),
                F32 => self.float(n, depth - 1),
                Bool => self.truth(n, depth - 1),
            },
        }
    }

    fn construction(&mut self, scalar: Scalar, n: usize, depth: usize) -> Expr {
        let ty = Ty::Vector(scalar, n);
        let mut parts = Vec::new();
        let (mut left, mut bound, mut is_constant) = (n, 0, true);
        while left > 0 {
            // A part as long as the whole would be a conversion.
            let longest = if left == n { n - 1 } else { left };
            let len = 1 + self.choices.below(longest);
            let part = self.expr(&Ty::Vector(scalar, len), depth);
            bound = bound.max(part.bound);
            is_constant &= part.is_constant;
            parts.push(part.text);
            left -= len;
        }
        Expr { text: format!("{ty}({})", parts.join(", ")), is_constant, bound }
    }

    /// One component of a vector.
    fn component(&mut self, scalar: Scalar, depth: usize) -> Expr {
        let n = 2 + self.choices.below(3);
        let vector = self.varying_expr(&Ty::Vector(scalar, n), depth);
        let name = self.choices.of(&["x", "y", "z", "w"][..n]);
        Expr { text: format!("{}.{name}", vector.text), ..vector }
    }

    fn swizzle(&mut self, scalar: Scalar, n: usize, depth: usize) -> Expr {
        let of = 2 + self.choices.below(3);
        let vector = self.varying_expr(&Ty::Vector(scalar, of), depth);
        let letters = if self.choices.below(2) == 0 { ["x", "y", "z", "w"] } else { ["r", "g", "b", "a"] };
        let names: String = (0..n).map(|_| self.choices.of(&letters[..of])).collect();
        Expr { text: format!("{}.{names}", vector.text), ..vector }
    }

    fn selection(&mut self, ty: &Ty, depth: usize) -> Expr {
        let Ty::Vector(_, n) = ty else { return self.leaf(ty, depth) };
        let (a, b) = (self.expr(ty, depth), self.expr(ty, depth));
        let width = if self.choices.below(2) == 0 { 1 } else { *n };
        let condition = self.varying(&Ty::Vector(Bool, width), depth);
        Expr {
            text: format!("select({}, {}, {condition})", a.text, b.text),
            is_constant: false,
            bound: a.bound.max(b.bound),
        }
    }

    /// A call of a helper that returns this type.
    fn call_of(&mut self, ty: &Ty, depth: usize) -> Option<String> {
        let found: Vec<Function> = self.functions.iter().filter(|f| f.result == *ty).cloned().collect();
        let chosen = (!found.is_empty()).then(|| self.choices.below(found.len()))?;
        self.call(&found[chosen], depth)
    }

    /// A call, if the place may have one and there are variables to point to.
    pub(crate) fn call(&mut self, function: &Function, depth: usize) -> Option<String> {
        if self.loops > self.loops_of_calls {
            return None;
        }
        let mut taken = Vec::new();
        let mut arguments = Vec::new();
        for parameter in &function.parameters {
            arguments.push(match parameter.pointer {
                None => self.stored(&parameter.ty, depth.min(2)),
                Some(space) => {
                    let names = self.passable(&parameter.ty, space, &taken);
                    let chosen = (!names.is_empty()).then(|| self.choices.below(names.len()))?;
                    taken.push(names[chosen].clone());
                    format!("&{}", names[chosen])
                }
            });
        }
        Some(format!("{}({})", function.name, arguments.join(", ")))
    }
}

/// With components that memory may hold.
pub(crate) fn bounded(ty: &Ty, expr: Expr) -> Expr {
    match ty {
        Ty::Vector(F32, n) if expr.bound > STORED => {
            let [low, high] = ["-256.0", "256.0"].map(|edge| match n {
                1 => edge.to_owned(),
                _ => format!("{ty}({edge})"),
            });
            Expr { text: format!("clamp({}, {low}, {high})", expr.text), bound: STORED, ..expr }
        }
        _ => expr,
    }
}

/// How a parameter is declared.
pub(crate) fn parameter_type(ty: &Ty, pointer: Option<Space>) -> String {
    match pointer {
        Some(Space::Private) => format!("ptr<private, {ty}>"),
        Some(_) => format!("ptr<function, {ty}>"),
        None => ty.to_string(),
    }
}
