//! Random float functions: as WGSL text, and as intervals of what WGSL allows them to return.
//!
//! Arguments of functions with poles or limited domains are clamped in the text, so that most results are bounded;
//! those that are not are allowed to be anything.

use std::fmt::{self, Display, Formatter};

use crate::choices::Choices;
use crate::interval::Interval;

/// A function of `x` and `y`.
#[derive(Debug)]
pub(crate) struct Function {
    /// Variables: their first values, in order; each may read those before.
    locals: Vec<Expr>,
    /// Trips of the loop.
    trips: usize,
    /// In the loop, if the comparison holds: the variable and its next value.
    steps: Vec<(Comparison, usize, Expr)>,
    result: Expr,
}

#[derive(Debug)]
enum Expr {
    X,
    Y,
    Literal(f32),
    Local(usize),
    Unary(Unary, Box<Expr>),
    Binary(Binary, Box<[Expr; 2]>),
    /// `fma`.
    Fma(Box<[Expr; 3]>),
    Mix(Box<[Expr; 3]>),
    SmoothStep(f32, f32, Box<Expr>),
    Select(Comparison, Box<[Expr; 2]>),
    /// `dot` of two vec3.
    Dot(Box<[Expr; 6]>),
    /// `length` of a vec2.
    Length(Box<[Expr; 2]>),
    /// `distance` of two vec2.
    Distance(Box<[Expr; 4]>),
    /// The third component of `cross`.
    Cross(Box<[Expr; 6]>),
    /// `ldexp` by a literal.
    Ldexp(Box<Expr>, i32),
}

#[derive(Debug)]
struct Comparison(Box<[Expr; 2]>);

macro_rules! functions {
    ($name:ident: $($variant:ident),*) => {
        #[derive(Debug, Clone, Copy)]
        enum $name { $($variant),* }
        impl $name {
            const ALL: &[Self] = &[$(Self::$variant),*];
        }
    };
}

functions!(Unary: Neg, Abs, Sign, Floor, Ceil, Trunc, Round, Fract, Saturate, Sqrt, InverseSqrt, Exp, Exp2, Log, Log2,
    Sin, Cos, Tan, Atan, Asin, Acos, Sinh, Cosh, Tanh, Asinh, Acosh, Atanh, Degrees, Radians);
functions!(Binary: Add, Sub, Mul, Div, Min, Max, Step, Pow, Atan2, Remainder);

impl Function {
    pub(crate) fn new(list: &[u16]) -> Self {
        let mut choices = Choices::new(list);
        let count = choices.below(4);
        let locals = (0..count).map(|k| Expr::new(&mut choices, 3, k)).collect();
        let trips = if count > 0 { choices.below(5) } else { 0 };
        let changes = if trips > 0 { 1 + choices.below(2) } else { 0 };
        let steps = (0..changes)
            .map(|_| {
                let condition = Comparison::new(&mut choices, 1, count);
                (condition, choices.below(count), Expr::new(&mut choices, 2, count))
            })
            .collect();
        let result = Expr::new(&mut choices, 4, count);
        Self { locals, trips, steps, result }
    }

    /// What a device may return.
    pub(crate) fn allowed(&self, x: f32, y: f32) -> Interval {
        let mut scope = Scope { x: Interval::exactly(x), y: Interval::exactly(y), locals: Vec::new() };
        for local in &self.locals {
            let value = local.allowed(&scope);
            scope.locals.push(value);
        }
        for _ in 0..self.trips {
            for (condition, local, value) in &self.steps {
                let kept = scope.locals[*local];
                let next = value.allowed(&scope);
                scope.locals[*local] = match condition.decided(&scope) {
                    Some(true) => next,
                    Some(false) => kept,
                    None => kept.hull(next),
                };
            }
        }
        self.result.allowed(&scope)
    }
}

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "fn random(x: f32, y: f32) -> f32 {{")?;
        for (k, local) in self.locals.iter().enumerate() {
            writeln!(f, "    var v{k} = {local};")?;
        }
        if self.trips > 0 {
            writeln!(f, "    for (var n = 0; n < {}; n++) {{", self.trips)?;
            for (condition, local, value) in &self.steps {
                writeln!(f, "        if {condition} {{ v{local} = {value}; }}")?;
            }
            writeln!(f, "    }}")?;
        }
        writeln!(f, "    return {};\n}}", self.result)
    }
}

/// Values at a point of the evaluation.
struct Scope {
    x: Interval,
    y: Interval,
    locals: Vec<Interval>,
}

impl Comparison {
    fn new(choices: &mut Choices<'_>, depth: usize, locals: usize) -> Self {
        Self(Box::new(Expr::several(choices, depth, locals)))
    }

    /// The outcome of `a < b`, if every device has the same.
    fn decided(&self, scope: &Scope) -> Option<bool> {
        let [a, b] = self.0.each_ref().map(|expr| expr.allowed(scope));
        if a.is_anything() || b.is_anything() {
            None
        } else if a.high < b.low {
            Some(true)
        } else if a.low >= b.high {
            Some(false)
        } else {
            None
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "({} < {})", self.0[0], self.0[1])
    }
}

impl Expr {
    /// An expression that depends on the element, or a literal: of constant expressions, WGSL rejects those that
    /// overflow, and their accuracy is that of the compiler.
    fn new(choices: &mut Choices<'_>, depth: usize, locals: usize) -> Self {
        let expr = Self::composed(choices, depth, locals);
        if matches!(expr, Self::Literal(_)) || expr.varies() { expr } else { Self::X }
    }

    fn varies(&self) -> bool {
        match self {
            Self::X | Self::Y | Self::Local(_) => true,
            Self::Literal(_) => false,
            Self::Unary(_, a) | Self::SmoothStep(_, _, a) | Self::Ldexp(a, _) => a.varies(),
            Self::Binary(_, v) | Self::Length(v) => v.iter().any(Self::varies),
            Self::Fma(v) | Self::Mix(v) => v.iter().any(Self::varies),
            Self::Select(condition, v) => condition.0.iter().chain(v.iter()).any(Self::varies),
            Self::Distance(v) => v.iter().any(Self::varies),
            Self::Dot(v) | Self::Cross(v) => v.iter().any(Self::varies),
        }
    }

    fn composed(choices: &mut Choices<'_>, depth: usize, locals: usize) -> Self {
        if depth == 0 || choices.is_at_end() {
            return Self::leaf(choices, locals);
        }
        let depth = depth - 1;
        match choices.below(16) {
            0 => Self::leaf(choices, locals),
            1..5 => {
                let function = choices.of(Unary::ALL);
                Self::Unary(function, Box::new(Self::new(choices, depth, locals)))
            }
            5..10 => {
                let operator = choices.of(Binary::ALL);
                let operands = Self::several(choices, depth, locals);
                Self::Binary(operator, Box::new(operands))
            }
            10 => Self::Fma(Box::new(Self::several(choices, depth, locals))),
            11 => Self::Mix(Box::new(Self::several(choices, depth, locals))),
            12 => match choices.below(2) {
                0 => Self::Ldexp(Box::new(Self::new(choices, depth, locals)), choices.below(13) as i32 - 6),
                _ => {
                    let low = choices.below(5) as f32 - 3.0;
                    Self::SmoothStep(low, low + 2.5, Box::new(Self::new(choices, depth, locals)))
                }
            },
            13 => {
                let condition = Comparison::new(choices, depth, locals);
                Self::Select(condition, Box::new(Self::several(choices, depth, locals)))
            }
            14 => match choices.below(2) {
                0 => Self::Length(Box::new(Self::several(choices, depth, locals))),
                _ => Self::Distance(Box::new(Self::several(choices, depth.min(1), locals))),
            },
            _ => match choices.below(2) {
                0 => Self::Dot(Box::new(Self::several(choices, depth.min(1), locals))),
                _ => Self::Cross(Box::new(Self::several(choices, depth.min(1), locals))),
            },
        }
    }

    fn several<const N: usize>(choices: &mut Choices<'_>, depth: usize, locals: usize) -> [Self; N] {
        std::array::from_fn(|_| Self::new(choices, depth, locals))
    }

    fn leaf(choices: &mut Choices<'_>, locals: usize) -> Self {
        match choices.below(5) {
            0 => Self::X,
            1 => Self::Y,
            2 if locals > 0 => Self::Local(choices.below(locals)),
            3 => Self::Literal(choices.of(&[1.0, 0.5, -2.0, 3.25, 0.1, -0.7, 10.0, 1e-3])),
            _ => Self::X,
        }
    }

    /// What a device may have here. Composite functions are bounded as the formula that WGSL derives them from.
    fn allowed(&self, scope: &Scope) -> Interval {
        let of = |expr: &Self| expr.allowed(scope);
        let dot = |a: &[Interval], b: &[Interval]| {
            let products = a.iter().zip(b).map(|(a, b)| a.times(*b));
            // In any order: the error of a sum of three is less than that of 3 ULP of the largest partial sum.
            products.reduce(|a, b| a.plus(b).ulps(1.0)).unwrap_or(Interval::exactly(0.0))
        };
        match self {
            Self::X => scope.x,
            Self::Y => scope.y,
            Self::Literal(value) => Interval::exactly(*value),
            Self::Local(index) => scope.locals[*index],
            Self::Unary(function, a) => function.allowed(of(a)),
            Self::Binary(operator, operands) => operator.allowed(of(&operands[0]), of(&operands[1])),
            Self::Fma(abc) => {
                let [a, b, c] = abc.each_ref().map(of);
                a.times(b).plus(c)
            }
            Self::Mix(abz) => {
                let [a, b, z] = abz.each_ref().map(of);
                let one = Interval::exactly(1.0);
                let as_specified = a.times(one.minus(z)).plus(b.times(z));
                // a + (b - a) * z is in use as well, and is more accurate where a and b are near each other.
                as_specified.hull(a.plus(b.minus(a).times(z)))
            }
            Self::SmoothStep(low, high, a) => {
                let t =
                    of(a).minus(Interval::exactly(*low)).over(Interval::exactly(high - low)).clamp(0.0, 1.0);
                t.times(t).times(Interval::exactly(3.0).minus(Interval::exactly(2.0).times(t)))
            }
            Self::Select(condition, ab) => match condition.decided(scope) {
                Some(true) => of(&ab[1]),
                Some(false) => of(&ab[0]),
                None => of(&ab[0]).hull(of(&ab[1])),
            },
            Self::Dot(ab) => {
                let v = ab.each_ref().map(of);
                dot(&v[..3], &v[3..])
            }
            Self::Cross(ab) => {
                let v = ab.each_ref().map(of);
                v[0].times(v[4]).minus(v[1].times(v[3]))
            }
            Self::Length(ab) => {
                let v = ab.each_ref().map(of);
                dot(&v, &v).max(Interval::exactly(0.0)).sqrt()
            }
            Self::Distance(abcd) => {
                let v = abcd.each_ref().map(of);
                let d = [v[0].minus(v[2]), v[1].minus(v[3])];
                dot(&d, &d).max(Interval::exactly(0.0)).sqrt()
            }
            Self::Ldexp(a, exponent) => of(a).times(Interval::exactly((*exponent as f32).exp2())),
        }
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::X => f.write_str("x"),
            Self::Y => f.write_str("y"),
            Self::Literal(value) => write!(f, "{value:?}f"),
            Self::Local(index) => write!(f, "v{index}"),
            Self::Unary(function, a) => function.write(f, a),
            Self::Binary(operator, ab) => operator.write(f, &ab[0], &ab[1]),
            Self::Fma(abc) => write!(f, "fma({}, {}, {})", abc[0], abc[1], abc[2]),
            Self::Mix(abz) => write!(f, "mix({}, {}, {})", abz[0], abz[1], abz[2]),
            Self::SmoothStep(low, high, a) => write!(f, "smoothstep({low:?}f, {high:?}f, {a})"),
            Self::Select(condition, ab) => write!(f, "select({}, {}, {condition})", ab[0], ab[1]),
            Self::Dot(v) => {
                write!(f, "dot(vec3({}, {}, {}), vec3({}, {}, {}))", v[0], v[1], v[2], v[3], v[4], v[5])
            }
            Self::Cross(v) => {
                write!(f, "cross(vec3({}, {}, {}), vec3({}, {}, {})).z", v[0], v[1], v[2], v[3], v[4], v[5])
            }
            Self::Length(v) => write!(f, "length(vec2({}, {}))", v[0], v[1]),
            Self::Distance(v) => write!(f, "distance(vec2({}, {}), vec2({}, {}))", v[0], v[1], v[2], v[3]),
            Self::Ldexp(a, exponent) => write!(f, "ldexp({a}, {exponent})"),
        }
    }
}

impl Unary {
    fn write(self, f: &mut Formatter<'_>, a: &Expr) -> fmt::Result {
        match self {
            Self::Neg => write!(f, "(-({a}))"),
            Self::Sqrt => write!(f, "sqrt(abs({a}))"),
            Self::InverseSqrt => write!(f, "inverseSqrt(max(abs({a}), 0.01f))"),
            Self::Log => write!(f, "log(max(abs({a}), 0.001f))"),
            Self::Log2 => write!(f, "log2(max(abs({a}), 0.001f))"),
            Self::Exp => write!(f, "exp(clamp({a}, -10f, 10f))"),
            Self::Exp2 => write!(f, "exp2(clamp({a}, -10f, 10f))"),
            Self::Sin => write!(f, "sin(clamp({a}, -3f, 3f))"),
            Self::Cos => write!(f, "cos(clamp({a}, -3f, 3f))"),
            Self::Tan => write!(f, "tan(clamp({a}, -1.5f, 1.5f))"),
            Self::Asin => write!(f, "asin(clamp({a}, -0.99f, 0.99f))"),
            Self::Acos => write!(f, "acos(clamp({a}, -0.99f, 0.99f))"),
            Self::Atanh => write!(f, "atanh(clamp({a}, -0.99f, 0.99f))"),
            Self::Acosh => write!(f, "acosh(clamp({a}, 1.01f, 100f))"),
            Self::Asinh => write!(f, "asinh(clamp({a}, -100f, 100f))"),
            Self::Sinh => write!(f, "sinh(clamp({a}, -5f, 5f))"),
            Self::Cosh => write!(f, "cosh(clamp({a}, -5f, 5f))"),
            Self::Tanh => write!(f, "tanh(clamp({a}, -5f, 5f))"),
            _ => {
                let name = format!("{self:?}").to_lowercase();
                write!(f, "{name}({a})")
            }
        }
    }

    fn allowed(self, a: Interval) -> Interval {
        let half = Interval::exactly(0.5);
        let one = Interval::exactly(1.0);
        let exponentials = |a: Interval| (a.exp(), a.negated().exp());
        match self {
            Self::Neg => a.negated(),
            Self::Abs => a.abs(),
            Self::Sign => a.rising(|x| if x == 0.0 { 0.0 } else { x.signum() }),
            Self::Floor => a.rising(f64::floor),
            Self::Ceil => a.rising(f64::ceil),
            Self::Trunc => a.rising(f64::trunc),
            Self::Round => a.rising(f64::round_ties_even),
            Self::Fract if a.is_anything() => Interval::ANYTHING,
            // At an integer the fraction jumps, and x - floor(x) may round up to 1.
            Self::Fract if a.low.floor() != a.high.floor() => Interval::new(0.0, 1.0),
            Self::Fract => a.rising(f64::fract_from_floor).ulps(1.0),
            Self::Saturate => a.clamp(0.0, 1.0),
            Self::Sqrt => a.abs().sqrt(),
            Self::InverseSqrt => a.abs().max(Interval::exactly(0.01)).inverse_sqrt(),
            Self::Log => a.abs().max(Interval::exactly(0.001)).logarithm(f64::ln),
            Self::Log2 => a.abs().max(Interval::exactly(0.001)).logarithm(f64::log2),
            Self::Exp => a.clamp(-10.0, 10.0).exp(),
            Self::Exp2 => a.clamp(-10.0, 10.0).exp2(),
            Self::Sin => a.clamp(-3.0, 3.0).sine(f64::sin),
            Self::Cos => a.clamp(-3.0, 3.0).sine(f64::cos),
            Self::Tan => {
                let a = a.clamp(-1.5, 1.5);
                a.sine(f64::sin).over(a.sine(f64::cos))
            }
            Self::Atan => a.rising(f64::atan).approximate(4096.0),
            Self::Asin => Self::inverse_sine(a.clamp(-0.99, 0.99), f64::asin),
            Self::Acos => Self::inverse_sine(a.clamp(-0.99, 0.99), f64::acos),
            Self::Sinh => {
                let (up, down) = exponentials(a.clamp(-5.0, 5.0));
                up.minus(down).times(half)
            }
            Self::Cosh => {
                let (up, down) = exponentials(a.clamp(-5.0, 5.0));
                up.plus(down).times(half)
            }
            Self::Tanh => {
                let a = a.clamp(-5.0, 5.0);
                let (up, down) = exponentials(a);
                let inherited = up.minus(down).times(half).over(up.plus(down).times(half));
                inherited.hull(a.rising(f64::tanh).within(1e-5))
            }
            Self::Asinh => {
                let a = a.clamp(-100.0, 100.0);
                let inherited = a.plus(a.times(a).plus(one).sqrt()).logarithm(f64::ln);
                inherited.hull(a.rising(f64::asinh).approximate(3.0))
            }
            Self::Acosh => {
                let a = a.clamp(1.01, 100.0);
                let inherited = a.plus(a.times(a).minus(one).sqrt()).logarithm(f64::ln);
                inherited.hull(a.rising(f64::acosh).approximate(3.0))
            }
            Self::Atanh => {
                let a = a.clamp(-0.99, 0.99);
                one.plus(a).over(one.minus(a)).logarithm(f64::ln).times(half)
            }
            Self::Degrees => a.times(Interval::exactly(57.295_78)),
            Self::Radians => a.times(Interval::exactly(0.017_453_292)),
        }
    }

    /// The worse of 6.81e-5, and `atan2` of the argument and a root, of 4096 ULP.
    fn inverse_sine(a: Interval, f: fn(f64) -> f64) -> Interval {
        let exact = a.rising(f);
        exact.approximate(4200.0).hull(exact.within(6.81e-5))
    }
}

/// What f64 lacks.
trait FractFromFloor {
    fn fract_from_floor(self) -> f64;
}

impl FractFromFloor for f64 {
    fn fract_from_floor(self) -> f64 {
        self - self.floor()
    }
}

impl Binary {
    fn write(self, f: &mut Formatter<'_>, a: &Expr, b: &Expr) -> fmt::Result {
        match self {
            Self::Add => write!(f, "({a} + {b})"),
            Self::Sub => write!(f, "({a} - {b})"),
            Self::Mul => write!(f, "({a} * {b})"),
            Self::Div => write!(f, "({a} / {b})"),
            Self::Remainder => write!(f, "({a} % {b})"),
            Self::Pow => write!(f, "pow(clamp(abs({a}), 0.1f, 10f), clamp({b}, -4f, 4f))"),
            Self::Atan2 => write!(f, "atan2({a}, max(abs({b}), 0.1f))"),
            Self::Min | Self::Max | Self::Step => {
                let name = format!("{self:?}").to_lowercase();
                write!(f, "{name}({a}, {b})")
            }
        }
    }

    fn allowed(self, a: Interval, b: Interval) -> Interval {
        match self {
            Self::Add => a.plus(b),
            Self::Sub => a.minus(b),
            Self::Mul => a.times(b),
            Self::Div => a.over(b),
            Self::Min => a.min(b),
            Self::Max => a.max(b),
            // step(edge, x) is 1 where edge <= x.
            Self::Step if a.is_anything() || b.is_anything() => Interval::ANYTHING,
            Self::Step if a.high <= b.low => Interval::exactly(1.0),
            Self::Step if a.low > b.high => Interval::exactly(0.0),
            Self::Step => Interval::new(0.0, 1.0),
            Self::Pow => {
                let base = a.abs().clamp(0.1, 10.0);
                b.clamp(-4.0, 4.0).times(base.logarithm(f64::log2)).exp2()
            }
            Self::Atan2 => {
                let x = b.abs().max(Interval::exactly(0.1));
                if a.is_anything() || x.is_anything() {
                    return Interval::ANYTHING;
                }
                let at = |x: f64| a.rising(move |y| y.atan2(x));
                at(x.low).hull(at(x.high)).approximate(4096.0)
            }
            // a - b * trunc(a / b)
            Self::Remainder => {
                let quotient = a.over(b);
                a.minus(b.times(quotient.rising(f64::trunc)))
            }
        }
    }
}
