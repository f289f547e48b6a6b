//! The instruction set: steps of an accumulator machine on strips of lanes, and the instructions around them.
//!
//! A strip is as many lanes as eight vector registers hold. A segment is a list of steps without jumps; it is run strip
//! by strip, with the accumulator in registers from step to step. So an expression tree costs one load per operand and
//! one store in all, and dispatch is paid once per strip and step: measured five times faster on a polynomial than one
//! pass over memory per operation.

use super::function::{Function, OPERANDS};
use super::op::Op;

/// Calls a macro with two tables of steps.
///
/// `binary` steps combine the accumulator with one operand: the name with a plane as operand, the name with a uniform value,
/// the operation, which operand the accumulator is, and how the operands are seen.
///
/// `fused` steps stand for two or three of the simple ones, with all their roundings, and save their dispatch: the name,
/// whether operands a, b and c are planes (V), uniform values (S) or not there (N), and the value on floats, the
/// accumulator being `x`.
macro_rules! for_each_step {
    ($callback:ident) => {
        $callback! {
            binary {
                FAddV FAddS FAdd 0 float |a, b| a + b;
                FSubV FSubS FSub 0 float |a, b| a - b;
                FRsubV FRsubS FSub 1 float |a, b| b - a;
                FMulV FMulS FMul 0 float |a, b| a * b;
                FDivV FDivS FDiv 0 float |a, b| a / b;
                FRdivV FRdivS FDiv 1 float |a, b| b / a;
                FMinV FMinS FMin 0 float |a, b| (b.simd_lt(a) | a.simd_ne(a)).select(b, a);
                FMaxV FMaxS FMax 0 float |a, b| (b.simd_gt(a) | a.simd_ne(a)).select(b, a);
                FEqV FEqS FEq 0 float_compare |a, b| a.simd_eq(b);
                FNeV FNeS FNe 0 float_compare |a, b| a.simd_ne(b);
                FLtV FLtS FLt 0 float_compare |a, b| a.simd_lt(b);
                FLeV FLeS FLe 0 float_compare |a, b| a.simd_le(b);
                FGtV FGtS FGt 0 float_compare |a, b| a.simd_gt(b);
                FGeV FGeS FGe 0 float_compare |a, b| a.simd_ge(b);
                IAddV IAddS IAdd 0 unsigned |a, b| a + b;
                ISubV ISubS ISub 0 unsigned |a, b| a - b;
                IRsubV IRsubS ISub 1 unsigned |a, b| b - a;
                IMulV IMulS IMul 0 unsigned |a, b| a * b;
                IEqV IEqS IEq 0 unsigned_compare |a, b| a.simd_eq(b);
                INeV INeS INe 0 unsigned_compare |a, b| a.simd_ne(b);
                SLtV SLtS SLt 0 signed_compare |a, b| a.simd_lt(b);
                SLeV SLeS SLe 0 signed_compare |a, b| a.simd_le(b);
                SGtV SGtS SGt 0 signed_compare |a, b| a.simd_gt(b);
                SGeV SGeS SGe 0 signed_compare |a, b| a.simd_ge(b);
                ULtV ULtS ULt 0 unsigned_compare |a, b| a.simd_lt(b);
                ULeV ULeS ULe 0 unsigned_compare |a, b| a.simd_le(b);
                UGtV UGtS UGt 0 unsigned_compare |a, b| a.simd_gt(b);
                UGeV UGeS UGe 0 unsigned_compare |a, b| a.simd_ge(b);
                SMinV SMinS SMin 0 signed |a, b| a.min(b);
                SMaxV SMaxS SMax 0 signed |a, b| a.max(b);
                UMinV UMinS UMin 0 unsigned |a, b| a.min(b);
                UMaxV UMaxS UMax 0 unsigned |a, b| a.max(b);
                AndV AndS And 0 unsigned |a, b| a & b;
                AndNotV AndNotS AndNot 0 unsigned |a, b| a & !b;
                RandNotV RandNotS AndNot 1 unsigned |a, b| b & !a;
                OrV OrS Or 0 unsigned |a, b| a | b;
                XorV XorS Xor 0 unsigned |a, b| a ^ b;
                ShlV ShlS Shl 0 unsigned |a, b| a << (b & 31);
                SShrV SShrS SShr 0 signed |a, b| a >> (b & 31);
                UShrV UShrS UShr 0 unsigned |a, b| a >> (b & 31);
            }
            fused {
                FMulAddVV V V N |x, a, b, _c| x * a + b;
                FMulAddVS V S N |x, a, b, _c| x * a + b;
                FMulAddSV S V N |x, a, b, _c| x * a + b;
                FMulAddSS S S N |x, a, b, _c| x * a + b;
                FMulSubVV V V N |x, a, b, _c| x * a - b;
                FMulSubVS V S N |x, a, b, _c| x * a - b;
                FMulSubSV S V N |x, a, b, _c| x * a - b;
                FMulSubSS S S N |x, a, b, _c| x * a - b;
                FMulRsubVV V V N |x, a, b, _c| b - x * a;
                FMulRsubVS V S N |x, a, b, _c| b - x * a;
                FMulRsubSV S V N |x, a, b, _c| b - x * a;
                FMulRsubSS S S N |x, a, b, _c| b - x * a;
                LoadFMulAddVV V V V |_x, a, b, c| a * b + c;
                LoadFMulAddVS V V S |_x, a, b, c| a * b + c;
                LoadFMulAddSV V S V |_x, a, b, c| a * b + c;
                LoadFMulAddSS V S S |_x, a, b, c| a * b + c;
                LoadFMulSubVV V V V |_x, a, b, c| a * b - c;
                LoadFMulSubVS V V S |_x, a, b, c| a * b - c;
                LoadFMulSubSV V S V |_x, a, b, c| a * b - c;
                LoadFMulSubSS V S S |_x, a, b, c| a * b - c;
                LoadFMulRsubVV V V V |_x, a, b, c| c - a * b;
                LoadFMulRsubVS V V S |_x, a, b, c| c - a * b;
                LoadFMulRsubSV V S V |_x, a, b, c| c - a * b;
                LoadFMulRsubSS V S S |_x, a, b, c| c - a * b;
                LoadFAddV V V N |_x, a, b, _c| a + b;
                LoadFAddS V S N |_x, a, b, _c| a + b;
                LoadFSubV V V N |_x, a, b, _c| a - b;
                LoadFSubS V S N |_x, a, b, _c| a - b;
                LoadFMulV V V N |_x, a, b, _c| a * b;
                LoadFMulS V S N |_x, a, b, _c| a * b;
                LoadFRsubS V S N |_x, a, b, _c| b - a;
            }
        }
    };
}
pub(crate) use for_each_step;

macro_rules! define_steps {
    (
        binary { $($v:ident $s:ident $op:ident $acc:literal $kind:ident |$a:ident, $b:ident| $body:expr;)+ }
        fused { $($fused:ident $ka:ident $kb:ident $kc:ident |$fx:ident, $fa:ident, $fb:ident, $fc:ident| $value:expr;)+ }
    ) => {
        /// What a step does. `acc` is the accumulator; `V` operands are planes, `S` operands uniform values.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum StepOp {
            /// acc = plane a.
            Load,
            /// acc = uniform a.
            Splat,
            /// plane a = acc.
            Store,
            FNeg,
            FAbs,
            FSqrt,
            FFloor,
            FCeil,
            FTrunc,
            FRound,
            Not,
            SToF,
            UToF,
            FToS,
            FToU,
            /// acc = acc ? a : b.
            SelectCondVV,
            SelectCondVS,
            SelectCondSV,
            SelectCondSS,
            /// acc = plane a ? acc : b.
            SelectAcceptV,
            SelectAcceptS,
            /// acc = plane a ? b : acc.
            SelectRejectV,
            SelectRejectS,
            /// Names the fifth and sixth operand of the function that the next step calls: planes a and b, or a alone
            /// where f is 1.
            Further,
            /// acc = function f of acc and planes a, b, c, and of those of the step before where they are not enough.
            Call,
            /// acc = word acc of constant table a.
            Lookup,
            /// acc = word acc of array a.
            Gather,
            /// Word at offset plane b of array a = acc, in the lanes of mask plane c; in all lanes if f is 0.
            Scatter,
            /// acc = word acc of memory a, zero out of range.
            Read,
            /// Word at offset plane b of memory a = acc, where it is in range and in the lanes of mask plane c; in all
            /// lanes if f is 0.
            Write,
            /// acc = effect f with operand acc: on memory a at the offsets of plane b, or among the lanes of mask plane b.
            Effect,
            /// The same with a second operand, plane c.
            Effect2,
            /// Adds the number of lanes in the mask acc to the count.
            Count,
            $($v, $s,)+
            $($fused,)+
        }

        /// The steps that compute `op` with the accumulator as operand `acc`: with a plane and with a uniform value.
        fn forms(op: Op, acc: usize) -> Option<(StepOp, StepOp)> {
            match (op, acc) {
                $((Op::$op, $acc) => Some((StepOp::$v, StepOp::$s)),)+
                _ => None,
            }
        }

        /// What a binary step computes, which operand the accumulator is, and whether the other one is a plane.
        pub(crate) fn binary_of(step: StepOp) -> Option<(Op, usize, bool)> {
            match step {
                $(
                    StepOp::$v => Some((Op::$op, $acc, true)),
                    StepOp::$s => Some((Op::$op, $acc, false)),
                )+
                _ => None,
            }
        }
    };
}

for_each_step!(define_steps);

/// The step that computes a binary operation with the accumulator as operand `acc` and the other one a plane, and the
/// same with a uniform value.
pub(crate) fn binary_step(op: Op, acc: usize) -> Option<(StepOp, StepOp)> {
    forms(op, acc).or_else(|| op.swapped().filter(|_| acc == 1).and_then(|op| forms(op, 0)))
}

/// The step of a unary operation.
pub(crate) fn unary_step(op: Op) -> Option<StepOp> {
    Some(match op {
        Op::FNeg => StepOp::FNeg,
        Op::FAbs => StepOp::FAbs,
        Op::FSqrt => StepOp::FSqrt,
        Op::FFloor => StepOp::FFloor,
        Op::FCeil => StepOp::FCeil,
        Op::FTrunc => StepOp::FTrunc,
        Op::FRound => StepOp::FRound,
        Op::Not => StepOp::Not,
        Op::SToF => StepOp::SToF,
        Op::UToF => StepOp::UToF,
        Op::FToS => StepOp::FToS,
        Op::FToU => StepOp::FToU,
        _ => return None,
    })
}

/// What a unary step computes.
pub(crate) fn unary_of(step: StepOp) -> Option<Op> {
    use Op::*;
    [FNeg, FAbs, FSqrt, FFloor, FCeil, FTrunc, FRound, Not, SToF, UToF, FToS, FToU]
        .into_iter()
        .find(|&op| unary_step(op) == Some(step))
}

/// A step. Planes are indices into the table of plane addresses, uniform values into the uniform file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct Step {
    pub(crate) op: StepOp,
    pub(crate) f: u8,
    pub(crate) a: u16,
    pub(crate) b: u16,
    pub(crate) c: u16,
}

impl Step {
    /// A step of one operand.
    pub(crate) fn new(op: StepOp, a: u16) -> Self {
        Self { op, f: 0, a, b: 0, c: 0 }
    }

    /// Which operands are planes, and whether the step writes (true) or reads (false) them.
    pub(crate) fn planes(&mut self) -> impl Iterator<Item = (&mut u16, bool)> {
        use StepOp::*;
        let Self { op, f, a, b, c } = self;
        let arity = if *op == Call { Function::ALL[*f as usize].arity() } else { 0 };
        let [read_a, read_b, read_c] = match *op {
            Load | SelectCondVS => [true, false, false],
            SelectCondVV | SelectAcceptV | SelectRejectV => [true, true, false],
            SelectCondSV => [false, true, false],
            SelectAcceptS | SelectRejectS => [true, false, false],
            Call => [arity > 1, arity > 2, arity > 3],
            Further => [true, *f > 1, false],
            Scatter | Write => [false, true, *f != 0],
            Effect => [false, true, false],
            Effect2 => [false, true, true],
            Splat | Store | Lookup | Gather | Read | Count | SelectCondSS => [false; 3],
            op => table_operands(op),
        };
        let write_a = *op == Store;
        [(a, read_a || write_a, write_a), (b, read_b, false), (c, read_c, false)]
            .into_iter()
            .filter(|operand| operand.1)
            .map(|(operand, _, write)| (operand, write))
    }
}

macro_rules! define_operands {
    (
        binary { $($v:ident $s:ident $op:ident $acc:literal $kind:ident |$a:ident, $b:ident| $body:expr;)+ }
        fused { $($fused:ident $ka:ident $kb:ident $kc:ident |$fx:ident, $fa:ident, $fb:ident, $fc:ident| $value:expr;)+ }
    ) => {
        /// Which operands of a binary or fused step are planes.
        fn table_operands(op: StepOp) -> [bool; 3] {
            match op {
                $(StepOp::$v => [true, false, false],)+
                $(StepOp::$fused => {
                    [stringify!($ka), stringify!($kb), stringify!($kc)].map(|kind| kind == "V")
                })+
                _ => [false; 3],
            }
        }

        /// The uniform operands of a fused step.
        pub(crate) fn fused_uniforms(op: StepOp) -> [bool; 3] {
            match op {
                $(StepOp::$fused => {
                    [stringify!($ka), stringify!($kb), stringify!($kc)].map(|kind| kind == "S")
                })+
                _ => [false; 3],
            }
        }
    };
}

for_each_step!(define_operands);

/// An instruction; jump targets are indices into the code.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Inst {
    /// Runs steps.
    Segment {
        first: u32,
        len: u32,
    },
    /// Computes a uniform value.
    Uniform(UniformInst),
    Jump(u32),
    /// Jumps where a uniform truth value is false.
    JumpUnless {
        cond: u16,
        to: u32,
    },
    /// Jumps where the segment before counted no lane.
    JumpIfNone {
        to: u32,
    },
    /// One more iteration of a loop.
    Tick,
    /// Leaves the loop where the segment before counted no lane; may pack the active lanes, those in plane `mask`,
    /// where it counted few.
    Check {
        loop_id: u32,
        mask: u16,
        exit: u32,
    },
    /// A barrier. If the segment before counts, it counted the lanes that should be here and are not.
    Barrier {
        number: u32,
        counts: bool,
    },
    /// The end of a loop with a check: undoes the packing.
    LoopEnd {
        loop_id: u32,
    },
}

/// Computes a uniform value from others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UniformInst {
    pub(crate) kind: UniformKind,
    pub(crate) dst: u16,
    pub(crate) args: [u16; OPERANDS],
}

/// How a uniform value is computed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum UniformKind {
    Op(Op),
    /// A word of a constant table.
    Lookup(u32),
    /// A word of memory.
    Read(u16),
    Move,
}
