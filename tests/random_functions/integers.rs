//! Random integer functions as WGSL text: every result is exact, on any device.
//!
//! Scalars and vectors, all operators and integer built-ins, locals, a local array and a struct, calls by value and by
//! pointer, `if`, `switch`, loops with bounded trips, `break`, `continue` and early `return`. Literals are never alone on both
//! sides of an operator, because WGSL rejects constant expressions that overflow.

use std::fmt::Write;

use crate::choices::Choices;

/// Helpers that expressions call.
const HELPERS: &str = "
struct Pair { first: i32, second: u32 }
fn exchange(pair: ptr<function, Pair>) {
    let first = (*pair).first;
    (*pair).first = i32((*pair).second);
    (*pair).second = u32(first);
}
fn gcd(a: u32, b: u32) -> u32 {
    var x = a;
    var y = b;
    loop {
        if y == 0u { break; }
        let rest = x % y;
        x = y;
        y = rest;
    }
    return x;
}
fn twisted(a: i32, b: u32) -> i32 {
    var pair = Pair(a, b);
    exchange(&pair);
    if pair.first < 0 { return i32(pair.second); }
    return pair.first ^ bitcast<i32>(pair.second);
}
";

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Ty {
    I32,
    U32,
}

impl Ty {
    pub(crate) fn wgsl(self) -> &'static str {
        match self {
            Self::I32 => "i32",
            Self::U32 => "u32",
        }
    }

    fn suffix(self) -> char {
        match self {
            Self::I32 => 'i',
            Self::U32 => 'u',
        }
    }
}

/// The text of `fn random(i: i32, u: u32, f: f32) -> T`.
pub(crate) fn function(list: &[u16], result: Ty) -> String {
    let choices = Choices::new(list);
    let mut writer = Writer { choices, locals: Vec::new(), next: 0, loops: 0, result };
    let mut body = String::new();
    writer.statements(&mut body, 1, 3);
    let value = writer.expression(result, 4);
    let ty = result.wgsl();
    format!(
        "{HELPERS}
fn random(i: i32, u: u32, f: f32) -> {ty} {{
    var a = array<{ty}, 4>();
{body}    return {value};
}}
"
    )
}

struct Writer<'c> {
    choices: Choices<'c>,
    /// Variables in scope, with their types.
    locals: Vec<(String, Ty)>,
    /// Number of the next variable.
    next: usize,
    /// Loops around.
    loops: usize,
    result: Ty,
}

impl Writer<'_> {
    fn block(&mut self, out: &mut String, indent: usize, depth: usize) {
        let scope = self.locals.len();
        self.statements(out, indent, depth);
        self.locals.truncate(scope);
    }

    fn statements(&mut self, out: &mut String, indent: usize, depth: usize) {
        for _ in 0..self.choices.below(4) {
            self.statement(out, indent, depth);
        }
    }

    fn statement(&mut self, out: &mut String, indent: usize, depth: usize) {
        let pad = "    ".repeat(indent);
        let kinds = if depth == 0 { 4 } else { 9 };
        match self.choices.below(kinds) {
            0 => {
                let ty = self.choices.of(&[Ty::I32, Ty::U32]);
                let value = self.expression(ty, 3);
                let name = self.fresh("v");
                let _ = writeln!(out, "{pad}var {name} = {value};");
                self.locals.push((name, ty));
            }
            1 | 2 => {
                let Some((name, ty)) = self.local() else { return };
                let operator = self.choices.of(&["=", "+=", "^=", "*=", "|=", "-="]);
                let value = self.expression(ty, 3);
                let _ = writeln!(out, "{pad}{name} {operator} {value};");
            }
            3 => {
                let index = self.expression(Ty::U32, 2);
                let value = self.expression(self.result, 3);
                let _ = writeln!(out, "{pad}a[({index}) % 4u] = {value};");
            }
            4 => {
                let condition = self.condition(2);
                let _ = writeln!(out, "{pad}if {condition} {{");
                self.block(out, indent + 1, depth - 1);
                let _ = writeln!(out, "{pad}}} else {{");
                self.block(out, indent + 1, depth - 1);
                let _ = writeln!(out, "{pad}}}");
            }
            5 | 6 if self.loops < 2 => self.counted_loop(out, indent, depth),
            7 => {
                let selector = self.expression(Ty::U32, 2);
                let _ = writeln!(out, "{pad}switch ({selector}) % 5u {{");
                for case in ["case 0u, 3u", "case 1u", "default"] {
                    let _ = writeln!(out, "{pad}    {case}: {{");
                    self.block(out, indent + 2, depth - 1);
                    let _ = writeln!(out, "{pad}    }}");
                }
                let _ = writeln!(out, "{pad}}}");
            }
            _ => {
                let condition = self.condition(2);
                let leave = if self.loops > 0 { self.choices.below(3) } else { 0 };
                let statement = match leave {
                    0 => format!("return {};", self.expression(self.result, 2)),
                    1 => "break;".to_owned(),
                    _ => "continue;".to_owned(),
                };
                let _ = writeln!(out, "{pad}if {condition} {{ {statement} }}");
            }
        }
    }

    /// Up to six trips, a number that depends on the element.
    fn counted_loop(&mut self, out: &mut String, indent: usize, depth: usize) {
        let pad = "    ".repeat(indent);
        let trips = self.expression(Ty::U32, 2);
        let counter = self.fresh("n");
        let scope = self.locals.len();
        self.loops += 1;
        if self.choices.below(2) == 0 {
            let _ =
                writeln!(out, "{pad}for (var {counter} = 0u; {counter} < ({trips}) % 7u; {counter}++) {{");
            self.locals.push((format!("{counter}_"), Ty::U32));
            let _ = writeln!(out, "{pad}    var {counter}_ = {counter};");
            self.block(out, indent + 1, depth - 1);
        } else {
            let _ = writeln!(out, "{pad}var {counter} = 0u;\n{pad}loop {{");
            self.locals.push((format!("{counter}_"), Ty::U32));
            let _ = writeln!(out, "{pad}    var {counter}_ = {counter} * 3u;");
            self.block(out, indent + 1, depth - 1);
            let _ =
                writeln!(out, "{pad}    continuing {{ {counter}++; break if {counter} >= ({trips}) % 5u; }}");
        }
        self.loops -= 1;
        self.locals.truncate(scope);
        let _ = writeln!(out, "{pad}}}");
    }

    fn fresh(&mut self, stem: &str) -> String {
        self.next += 1;
        format!("{stem}{}", self.next)
    }

    fn local(&mut self) -> Option<(String, Ty)> {
        let count = self.locals.len();
        (count > 0).then(|| self.locals[self.choices.below(count)].clone())
    }

    /// A value that depends on the element.
    fn leaf(&mut self, ty: Ty) -> String {
        let parameter = |ty| if ty == Ty::I32 { "i" } else { "u" };
        let other = if ty == Ty::I32 { Ty::U32 } else { Ty::I32 };
        match self.choices.below(5) {
            0 => parameter(ty).to_owned(),
            1 => format!("{}({})", ty.wgsl(), parameter(other)),
            2 => format!("bitcast<{}>(f)", ty.wgsl()),
            3 => {
                // Rounding functions are exact, so that conversions are.
                let round = self.choices.of(&["", "floor", "ceil", "trunc", "round", "abs"]);
                format!("{}({round}(f))", ty.wgsl())
            }
            _ => match self.local() {
                Some((name, found)) if found == ty => name,
                Some((name, _)) => format!("{}({name})", ty.wgsl()),
                None => parameter(ty).to_owned(),
            },
        }
    }

    fn literal(&mut self, ty: Ty) -> String {
        let number = self.choices.of(&[1u32, 0, 2, 3, 7, 31, 255, 65_535, 0x7fff_ffff]);
        format!("{number}{}", ty.suffix())
    }

    fn expression(&mut self, ty: Ty, depth: usize) -> String {
        if depth == 0 || self.choices.is_at_end() {
            return self.leaf(ty);
        }
        let depth = depth - 1;
        match self.choices.below(12) {
            0 => self.leaf(ty),
            1 => {
                let operator = self.choices.of(&["+", "-", "*", "&", "|", "^"]);
                format!("({} {operator} {})", self.expression(ty, depth), self.literal(ty))
            }
            2 | 3 => {
                let operator = self.choices.of(&["+", "-", "*", "&", "|", "^", "/", "%"]);
                format!("({} {operator} {})", self.expression(ty, depth), self.expression(ty, depth))
            }
            4 => {
                let operator = self.choices.of(&["<<", ">>"]);
                let amount = match self.choices.below(2) {
                    0 => format!("{}u", self.choices.below(32)),
                    _ => self.expression(Ty::U32, depth),
                };
                format!("({} {operator} {amount})", self.expression(ty, depth))
            }
            5 => self.unary(ty, depth),
            6 => {
                let call = self.choices.of(&["min", "max"]);
                format!("{call}({}, {})", self.expression(ty, depth), self.expression(ty, depth))
            }
            7 => {
                let [a, b] = [(); 2].map(|()| self.expression(ty, depth));
                format!("select({a}, {b}, {})", self.condition(depth))
            }
            8 => self.bits(ty, depth),
            9 => self.vector(ty, depth),
            10 => self.call(ty, depth),
            _ => {
                let index = self.expression(Ty::U32, depth);
                format!("{}(a[({index}) % 4u])", ty.wgsl())
            }
        }
    }

    fn unary(&mut self, ty: Ty, depth: usize) -> String {
        let common = [
            "~",
            "countOneBits",
            "countLeadingZeros",
            "countTrailingZeros",
            "reverseBits",
            "firstLeadingBit",
            "firstTrailingBit",
            "abs",
        ];
        let function = match ty {
            Ty::U32 => self.choices.of(&common),
            Ty::I32 => self.choices.of(&[&common[..], &["-", "sign"]].concat()),
        };
        format!("{function}({})", self.expression(ty, depth))
    }

    fn bits(&mut self, ty: Ty, depth: usize) -> String {
        let value = self.expression(ty, depth);
        let [offset, count] = [(); 2].map(|()| match self.choices.below(2) {
            0 => format!("{}u", self.choices.below(33)),
            _ => self.expression(Ty::U32, depth.min(1)),
        });
        match self.choices.below(3) {
            0 => format!("clamp({value}, {}, {})", self.expression(ty, depth), self.expression(ty, depth)),
            1 => format!("extractBits({value}, {offset}, {count})"),
            _ => format!("insertBits({value}, {}, {offset}, {count})", self.expression(ty, depth)),
        }
    }

    fn vector(&mut self, ty: Ty, depth: usize) -> String {
        let width = 2 + self.choices.below(3);
        let mut vector = || {
            let components: Vec<String> = (0..width).map(|_| self.expression(ty, depth.min(1))).collect();
            format!("vec{width}<{}>({})", ty.wgsl(), components.join(", "))
        };
        let [a, b, c] = [vector(), vector(), vector()];
        match self.choices.below(5) {
            0 => format!("dot({a}, {b})"),
            1 => {
                let operator = self.choices.of(&["+", "-", "*", "/", "%", "^"]);
                format!("({a} {operator} {b}).yx.{}", self.choices.of(&["x", "y"]))
            }
            2 => format!("select({a}, {b}, {b} < {c}).y"),
            3 => format!("({a} * {} - {c})[({}) % {width}u]", self.leaf(ty), self.leaf(Ty::U32)),
            _ => format!("clamp({a}, {b}, {c}).x"),
        }
    }

    fn call(&mut self, ty: Ty, depth: usize) -> String {
        let [u, v] = [(); 2].map(|()| self.expression(Ty::U32, depth));
        match (ty, self.choices.below(3)) {
            (Ty::U32, 0) => format!("gcd({u}, {v})"),
            (Ty::U32, 1) => format!("dot4U8Packed({u}, {v})"),
            (Ty::U32, _) => format!("pack4xU8(unpack4xU8({u}) + vec4<u32>({v}))"),
            (Ty::I32, 0) => format!("twisted({}, {u})", self.expression(Ty::I32, depth)),
            (Ty::I32, 1) => format!("dot4I8Packed({u}, {v})"),
            (Ty::I32, _) => format!("unpack4xI8({u})[{v} % 4u]"),
        }
    }

    fn condition(&mut self, depth: usize) -> String {
        let ty = self.choices.of(&[Ty::I32, Ty::U32]);
        let depth = depth.saturating_sub(1);
        let comparison = self.choices.of(&["<", "==", "!=", ">", "<=", ">="]);
        let compare = format!("{} {comparison} {}", self.expression(ty, depth), self.expression(ty, depth));
        match self.choices.below(6) {
            0..3 => format!("({compare})"),
            3 => format!("!({compare})"),
            4 => {
                let join = self.choices.of(&["&&", "||"]);
                format!("(({compare}) {join} ({} >= {}))", self.leaf(ty), self.leaf(ty))
            }
            _ => {
                let test = self.choices.of(&["any", "all"]);
                let [a, b] = [(); 2].map(|()| self.leaf(ty));
                format!("{test}(vec2<{0}>({a}, {b}) < vec2<{0}>({b}, {1}))", ty.wgsl(), self.leaf(ty))
            }
        }
    }
}
