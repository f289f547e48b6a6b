//! Random whole shaders.
//!
//! What they leave in memory depends on nothing that WGSL leaves open. Each invocation writes its own slots of the buffers;
//! invocations meet in counters whose order does not matter, and across barriers in uniform control flow. Floats are whole
//! and small, so that all arithmetic on them is exact. Accesses out of range happen to memory of fixed size that is no
//! buffer, where every executor takes the last element.

use std::rc::Rc;

use crate::choices::Choices;
use crate::expr::parameter_type;
use crate::scope::{Function, Generator, Parameter, Space};
use crate::types::{Bool, F32, I32, Scalar, Ty, U32};

/// A shader with what it is launched with.
pub(crate) struct Module {
    pub(crate) text: String,
    /// See [`Generator::is_free`].
    pub(crate) is_free: bool,
    pub(crate) grid: [u32; 3],
    /// Of a workgroup.
    pub(crate) invocations: u32,
    /// Values of overrides that the launch sets.
    pub(crate) overrides: Vec<(&'static str, f64)>,
}

const SIZES: [[u32; 3]; 10] = [
    [1, 1, 1],
    [4, 1, 1],
    [32, 1, 1],
    [64, 1, 1],
    [5, 3, 2],
    [7, 1, 1],
    [8, 8, 1],
    [33, 1, 1],
    [1, 2, 3],
    [128, 1, 1],
];

impl Module {
    pub(crate) fn new(list: &[u16], is_free: bool) -> Self {
        // Each part has its share of the numbers, so that none starves.
        let share = |from: usize, to: usize| &list[list.len() * from / 16..list.len() * to / 16];
        let mut g = Generator {
            choices: Choices::new(share(0, 2)),
            text: String::new(),
            structs: Vec::new(),
            vars: Vec::new(),
            functions: Vec::new(),
            names: 0,
            loops: 0,
            loops_of_calls: 0,
            returns: None,
            can_break: false,
            can_continue: false,
            is_free,
            inputs: 0,
            wide: Ty::U,
            combined_by: "atomicAdd",
        };
        let size = g.choices.of(&SIZES);
        let grid = g.choices.of(&[[1, 1, 1], [2, 1, 1], [3, 1, 1], [1, 2, 1], [2, 1, 2]]);
        let invocations: u32 = size.iter().product();
        g.inputs = g.choices.of(&[16, 7, 64, 100]);
        g.combined_by = g.choices.of(&[
            "atomicAdd",
            "atomicXor",
            "atomicMax",
            "atomicMin",
            "atomicOr",
            "atomicAnd",
            "atomicSub",
        ]);
        let mut overrides = Vec::new();
        if g.choices.below(2) == 1 {
            overrides.push(("K", g.choices.of(&[0.0, 1.0, 5.0, 4_294_967_295.0])));
        }
        let sized_by_override = g.choices.once_in(4);
        g.globals(invocations);
        let helpers = g.choices.below(4);
        for k in 0..helpers {
            g.choices = Choices::new(share(2 + 4 * k / helpers, 2 + 4 * (k + 1) / helpers));
            g.helper();
        }
        let x = if sized_by_override { "SIZE".to_owned() } else { size[0].to_string() };
        if sized_by_override {
            overrides.push(("SIZE", f64::from(size[0])));
        }
        g.choices = Choices::new(share(6, 16));
        let parts = [share(7, 9), share(9, 11), share(11, 12), share(12, 16)];
        g.main(&format!("{x}, {}, {}", size[1], size[2]), invocations, parts);
        Self { text: g.text, is_free, grid, invocations, overrides }
    }
}

impl<'c> Generator<'c> {
    /// Any type, without too many scalars for a driver that copies them one by one to compile it soon.
    pub(crate) fn any_type(&mut self, depth: usize, host: bool) -> Ty {
        let largest = if self.is_free { 80 } else { 24 };
        Ty::any(&mut self.choices, depth, &self.structs, largest, host)
    }

    fn globals(&mut self, invocations: u32) {
        if self.is_free {
            self.line("enable f16;");
        }
        for number in 0..self.choices.below(4) {
            let host = self.choices.below(2) == 0;
            let members: Vec<Ty> = (0..1 + self.choices.below(4)).map(|_| self.any_type(1, host)).collect();
            self.line(Ty::declaration(number, &members).trim_end());
            self.structs.push(Ty::Struct(number, members.into()));
        }
        let members: Vec<Ty> = (0..1 + self.choices.below(4)).map(|_| self.any_type(2, true)).collect();
        let number = self.structs.len();
        self.line(Ty::declaration(number, &members).trim_end());
        let state = Ty::Struct(number, members.into());
        // Of uniform buffers, plain members only: arrays there have rules of their own.
        let members: Vec<Ty> =
            (0..1 + self.choices.below(3)).map(|_| Ty::plain_host(&mut self.choices)).collect();
        self.line(Ty::declaration(number + 1, &members).trim_end());
        let block = Ty::Struct(number + 1, members.into());
        let (uniforms, inputs) = (self.choices.below(3), self.inputs);
        self.line(&format!(
            "@group(0) @binding(0) var<storage, read> inp: array<u32, {inputs}>;
@group(0) @binding(1) var<storage, read_write> state: array<{state}>;
@group(0) @binding(2) var<storage, read_write> own: array<atomic<u32>>;
@group(0) @binding(3) var<storage, read_write> counters: array<atomic<u32>, 4>;
@group(0) @binding(4) var<storage, read_write> signed_counters: array<atomic<i32>, 4>;
@group(0) @binding(5) var<storage, read_write> met: array<u32>;
@group(0) @binding(6) var<uniform> block: {block};
@group(0) @binding(7) var<uniform> rows: array<vec4<i32>, 3>;
override K: u32 = 3u;
override SIZE: u32 = 1u;
const TABLE = array<i32, 5>(3, -7, 0, 2147483647, 11);
const N: u32 = {invocations}u;
var<private> me: u32;
var<workgroup> cells: array<u32, {invocations}>;
var<workgroup> pairs: array<vec3<i32>, {invocations}>;
var<workgroup> tally: array<atomic<u32>, 3>;
var<workgroup> said: u32;
struct Score {{ sum: atomic<u32>, least: array<atomic<i32>, 2>, plain: vec2<u32> }}
var<workgroup> score: Score;
var<workgroup> sized: array<vec2<u32>, SIZE>;"
        ));
        // Workgroup memory is small.
        let wide = self.any_type(2, false);
        let fits = wide.size() <= 8 && invocations <= 64;
        self.wide = if fits { wide } else { Ty::plain(&mut self.choices) };
        let wide = self.wide.clone();
        self.line(&format!("var<workgroup> wide: array<{wide}, {invocations}>;"));
        self.declare("me", Ty::U, false, Space::Module);
        self.declare("TABLE", Ty::Array(Rc::new(Ty::Vector(I32, 1)), 5), false, Space::Constant);
        self.declare("state[me]", state, true, Space::Buffer);
        if uniforms > 0 {
            self.declare("block", block, false, Space::Buffer);
            self.declare("rows", Ty::Array(Rc::new(Ty::Vector(I32, 4)), 3), false, Space::Buffer);
        }
        // Read by expressions as what varies, since no compiler sees their values: naga folds them when they are known.
        for _ in 0..self.choices.below(3) {
            let name = self.name("g");
            let ty = self.any_type(2, false);
            self.line(&format!("var<private> {name}: {ty};"));
            self.declare(&name, ty, true, Space::Module);
        }
    }

    fn helper(&mut self) {
        let name = self.name("call");
        let vars = self.vars.len();
        let mut parameters = Vec::new();
        let mut declared = Vec::new();
        for k in 0..self.choices.below(4) {
            let pointer = self.choices.of(&[None, None, Some(Space::Function), Some(Space::Private)]);
            let ty = match pointer {
                None => self.any_type(1, false),
                // Few types, so that there are variables to point to.
                Some(_) => self.type_to_point_to(),
            };
            let parameter = format!("{name}p{k}");
            declared.push(format!("{parameter}: {}", parameter_type(&ty, pointer)));
            match pointer {
                None => self.declare(&parameter, ty.clone(), false, Space::Value),
                Some(_) => self.declare(&format!("(*{parameter})"), ty.clone(), true, Space::Value),
            }
            parameters.push(Parameter { ty, pointer });
        }
        let result = match self.choices.below(4) {
            0 => self.any_type(1, false),
            _ => Ty::plain(&mut self.choices),
        };
        self.line(&format!("fn {name}({}) -> {result} {{", declared.join(", ")));
        self.returns = Some(Some(result.clone()));
        self.loops = 1;
        self.loops_of_calls = 1;
        for _ in 0..1 + self.choices.below(4 * (1 + self.choices.len() / 500)) {
            self.statement(2);
        }
        let value = self.stored(&result, 3);
        self.line(&format!("return {value};\n}}"));
        self.loops = 0;
        self.vars.truncate(vars);
        self.returns = None;
        self.functions.push(Function { name, parameters, result });
    }

    fn type_to_point_to(&mut self) -> Ty {
        match self.structs.last() {
            Some(last) if self.choices.below(2) == 1 => last.clone(),
            _ => Ty::Vector(self.choices.of(&[U32, I32, F32]), self.choices.of(&[1, 3])),
        }
    }

    fn main<'l>(&mut self, size: &str, invocations: u32, parts: [&'l [u16]; 4])
    where
        'l: 'c,
    {
        // What pointer parameters can point to.
        let pointed: Vec<(Ty, Space)> = self
            .functions
            .iter()
            .flat_map(|f| &f.parameters)
            .filter_map(|p| p.pointer.map(|space| (p.ty.clone(), space)))
            .collect();
        for (ty, _) in pointed.iter().filter(|(_, space)| *space == Space::Private) {
            let name = self.name("g");
            self.line(&format!("var<private> {name}: {ty};"));
            self.declare(&name, ty.clone(), true, Space::Private);
        }
        self.line(&format!(
            "@compute @workgroup_size({size})
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(local_invocation_id) lid: vec3<u32>,
    @builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) nwg: vec3<u32>,
    @builtin(local_invocation_index) at: u32) {{
let base = ((wid.z * nwg.y + wid.y) * nwg.x + wid.x) * N;
me = base + at;
var h = 0u;"
        ));
        for name in ["gid", "lid", "wid", "nwg"] {
            self.declare(name, Ty::Vector(U32, 3), false, Space::Value);
        }
        self.declare("at", Ty::U, false, Space::Value);
        self.loops_of_calls = 1;
        for (ty, _) in pointed.iter().filter(|(_, space)| *space == Space::Function) {
            let name = self.name("v");
            self.line(&format!("var {name}: {ty};"));
            self.declare(&name, ty.clone(), true, Space::Function);
        }
        for _ in 0..1 + self.choices.below(3) {
            self.declaration();
        }
        let [meetings @ .., last] = parts;
        for part in meetings {
            self.choices = Choices::new(part);
            if self.choices.is_at_end() {
                continue;
            }
            for _ in 0..1 + part.len() / 500 {
                for _ in 0..1 + self.choices.below(2) {
                    self.statement(3);
                }
                self.meeting(2);
            }
        }
        self.choices = Choices::new(last);
        // No barrier follows: invocations may end.
        self.returns = Some(None);
        for _ in 0..1 + self.choices.below(6 * (1 + last.len() / 500)) {
            self.statement(3);
        }
        self.returns = None;
        self.results(invocations);
        self.line("}");
    }

    /// Invocations of a workgroup exchange values, all at the same place.
    fn meeting(&mut self, depth: usize) {
        let result = self.name("m");
        let by = self.choices.of(&[1, 2, 5, 31]);
        match self.choices.below(if depth == 0 { 6 } else { 9 }) {
            0 if by == 31 => {
                let (value, slot) = (self.varying(&Ty::U, 2), self.varying(&Ty::U, 1));
                self.line(&format!(
                    "if at < SIZE {{ sized[at].y = {value}; }}
atomicAdd(&score.sum, {value});
atomicMin(&score.least[at & 1u], bitcast<i32>({value}));
if at == 0u {{ score.plain.y += arrayLength(&met); }}
workgroupBarrier();
let {result} = atomicLoad(&score.sum) ^ sized[{slot} % SIZE].y ^ score.plain.y
    ^ u32(atomicLoad(&score.least[{slot} & 1u]));
workgroupBarrier();"
                ));
            }
            0 => {
                let value = self.varying(&Ty::U, 2);
                self.line(&format!(
                    "cells[at] = {value};\nworkgroupBarrier();\nlet {result} = cells[(at + {by}u) % N];\nworkgroupBarrier();"
                ));
            }
            1 => {
                let value = self.varying(&Ty::Vector(I32, 3), 2);
                self.line(&format!(
                    "pairs[at] = {value};\npairs[at].y += 1;\nworkgroupBarrier();
let {result} = u32(pairs[N - 1u - at].x + pairs[(at + {by}u) % N][at % 3u]);\nworkgroupBarrier();"
                ));
            }
            2 => {
                let (slot, value) = (self.varying(&Ty::U, 1), self.varying(&Ty::U, 2));
                let condition = self.varying(&Ty::BOOL, 2);
                let operator = self.combined_by;
                self.line(&format!(
                    "if {condition} {{ {operator}(&tally[{slot} % 3u], {value}); }}\nworkgroupBarrier();
let {result} = atomicLoad(&tally[at % 3u]);\nworkgroupBarrier();"
                ));
            }
            3 => {
                let value = self.varying(&Ty::U, 2);
                self.line(&format!(
                    "if at == {by}u % N {{ said = {value}; }}\nlet {result} = workgroupUniformLoad(&said);"
                ));
            }
            4 => {
                let value = self.varying(&Ty::U, 2);
                self.line(&format!(
                    "met[me] = {value};\nstorageBarrier();\nlet {result} = met[base + (at + {by}u) % N];\nstorageBarrier();"
                ));
            }
            5 => {
                let ty = self.wide.clone();
                let (value, index) = (self.stored(&ty, 2), self.varying(&Ty::U, 1));
                self.line(&format!(
                    "wide[at] = {value};\nworkgroupBarrier();\nlet {result} = wide[{index}];\nworkgroupBarrier();"
                ));
                return self.declare(&result, ty, false, Space::Value);
            }
            6 | 7 => {
                let counter = self.name("t");
                self.line(&format!("for (var {counter} = 0u; {counter} < {}u; {counter}++) {{", 1 + by % 3));
                let vars = self.vars.len();
                self.declare(&counter, Ty::U, false, Space::Value);
                self.loops += 1;
                self.statement(1);
                self.meeting(depth - 1);
                self.statement(1);
                self.loops -= 1;
                self.vars.truncate(vars);
                return self.line("}");
            }
            _ => {
                let condition =
                    self.choices.of(&["wid.x == 0u", "nwg.x > 1u", "rows[1].x > rows[0].y", "inp[3] > 9u"]);
                self.line(&format!("if {condition} {{"));
                let vars = self.vars.len();
                self.meeting(depth - 1);
                self.statement(1);
                self.vars.truncate(vars);
                return self.line("}");
            }
        }
        self.declare(&result, Ty::U, false, Space::Value);
    }

    /// Everything that is in scope, into a hash for each invocation.
    fn results(&mut self, invocations: u32) {
        let vars = self.vars.clone();
        let named = vars.iter().filter(|var| var.text != "TABLE" && !var.text.contains(['*', '[']));
        for var in named.filter(|var| var.space != Space::Buffer) {
            for (part, scalar) in parts(&var.text, &var.ty).into_iter().take(20) {
                self.line(&format!("h = h * 31u + {};", word(&part, scalar)));
            }
        }
        self.line("met[me] = h + K;");
        debug_assert!(invocations > 0);
    }
}

/// The scalars of a value.
fn parts(text: &str, ty: &Ty) -> Vec<(String, Scalar)> {
    let each = |len: usize, of: &Ty| -> Vec<(String, Scalar)> {
        (0..len).flat_map(|k| parts(&format!("{text}[{k}]"), of)).collect()
    };
    match ty {
        Ty::Vector(scalar, 1) => vec![(text.to_owned(), *scalar)],
        Ty::Vector(scalar, n) => each(*n, &Ty::Vector(*scalar, 1)),
        Ty::Matrix(columns, rows) => each(*columns, &Ty::Vector(F32, *rows)),
        Ty::Array(element, len) => each(*len, element),
        Ty::Struct(_, members) => {
            members.iter().enumerate().flat_map(|(k, ty)| parts(&format!("{text}.m{k}"), ty)).collect()
        }
    }
}

/// A scalar as a word. Floats are whole; which zero they are is up to the device.
fn word(text: &str, scalar: Scalar) -> String {
    match scalar {
        U32 => text.to_owned(),
        I32 | Bool => format!("u32({text})"),
        F32 => format!("bitcast<u32>(i32({text}))"),
    }
}
