//! Probe: does an adapter's arithmetic keep the promises that the canonical order needs?
//!
//! A driver may flush subnormals, contract a multiplication and an addition, or reassociate; WGSL allows all three. Two
//! small runs find out. An adapter that fails still runs, but its float results are not promised to equal another's.

use std::sync::Arc;

use super::device::Device;
use crate::element::{Element, ElementType};
use crate::error::Result;
use crate::monoid::{Builtin, MonoidSpec, Operator};
use crate::wgsl::{Expected, parse};
use crate::work::{Fused, Node, Primitive, Source, Work};

/// What a probe found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Ways in which float reductions and scans with built-in monoids depart from the canonical order; none is good.
    pub(crate) departures: Vec<&'static str>,
    /// Liberties with expressions of several operations, which change the bits of users' float functions.
    pub(crate) liberties: Vec<&'static str>,
}

/// Identity of the probe's sum in caches: no monoid that callers make has it.
const PROBE_SUM: u64 = u64::MAX;

/// One expression of three floats, and what IEEE 754 makes of it.
struct Trial {
    finding: &'static str,
    /// Seen in users' functions only: no built-in operator has the pattern.
    liberty: bool,
    operands: [f32; 3],
    /// Selects the expression in [`TEXT`].
    select: u32,
    expected: f32,
}

const TEXT: &str = "\
fn probe(x: vec3<f32>, select: u32) -> f32 {
    switch select {
        case 0u: { return x.x + x.y; }
        case 1u: { return (x.x + x.y) + x.z; }
        case 6u: { return (x.x + x.y) - x.x; }
        case 7u: { return x.x * x.y + x.z; }
        case 4u: { return x.x * x.y; }
        default: { return (x.x * x.y) * x.z; }
    }
}
";

fn trials() -> Vec<Trial> {
    let trial = |finding, select, operands, expected| Trial {
        finding,
        liberty: select >= 6,
        operands,
        select,
        expected,
    };
    let tiny = f32::from_bits(1);
    let ulp = f32::EPSILON;
    let rounding = "it does not round to nearest, ties to even";
    let association = "it reassociates additions";
    let flush = "it flushes subnormals to zero";
    let odd = 1.0 + ulp;
    vec![
        trial(rounding, 0, [1.0, ulp / 2.0, 0.0], 1.0),
        trial(rounding, 0, [odd, ulp / 2.0, 0.0], 1.0 + 2.0 * ulp),
        trial(rounding, 0, [1.0, -ulp / 4.0 - ulp / 16.0, 0.0], 1.0 - ulp / 2.0),
        trial(rounding, 4, [odd, odd, 0.0], 1.0 + 2.0 * ulp),
        trial(association, 1, [1e20, -1e20, 1.0], 1.0),
        trial(association, 1, [1.0, 1e20, -1e20], 0.0),
        trial("it simplifies a + b - a to b", 6, [1e20, 1.0, 0.0], 0.0),
        trial("it reassociates multiplications", 5, [1e30, 1e30, 1e-30], f32::INFINITY),
        trial(flush, 0, [tiny, tiny, 0.0], f32::from_bits(2)),
        trial(flush, 4, [f32::MIN_POSITIVE, 0.5, 0.0], f32::MIN_POSITIVE / 2.0),
        trial("it contracts a multiplication and an addition", 7, [odd, odd, -1.0 - 2.0 * ulp], 0.0),
        trial("it loses the sign of zero", 0, [-0.0, -0.0, 0.0], -0.0),
    ]
}

impl Device {
    /// Runs the trials.
    pub(super) async fn probe(self: &Arc<Self>) -> Result<Verdict> {
        const PARAMETERS: &[ElementType] = &[<[f32; 3]>::TYPE, <u32>::TYPE];
        let expected = Expected { parameters: PARAMETERS, result: f32::TYPE };
        let function = Arc::new(parse(TEXT, None, expected)?);
        let trials = trials();
        let operands: Vec<u32> = trials.iter().flat_map(|trial| trial.operands.map(f32::to_bits)).collect();
        let selects: Vec<u32> = trials.iter().map(|trial| trial.select).collect();
        let nodes = vec![
            Node::Source { slot: 0, ty: PARAMETERS[0] },
            Node::Source { slot: 1, ty: PARAMETERS[1] },
            Node::Call { function, args: vec![0, 1], uniforms_at: 0 },
        ];
        let work = Work {
            primitive: Primitive::Map,
            len: trials.len(),
            sources: vec![Source::Host(&operands), Source::Host(&selects)],
            fused: Fused { nodes, output: 2, uniforms: Vec::new() },
        };
        let mut out = vec![0; trials.len()];
        self.map_to_host(&work, 0..trials.len(), &mut out).await?;
        let mut verdict = Verdict::default();
        for (trial, found) in trials.iter().zip(out) {
            let findings = if trial.liberty { &mut verdict.liberties } else { &mut verdict.departures };
            if found != trial.expected.to_bits() && !findings.contains(&trial.finding) {
                findings.push(trial.finding);
            }
        }
        if self.contracts_into_sums().await? {
            verdict
                .departures
                .push("it contracts the multiplication that makes an element with the sum that takes it");
        }
        Ok(verdict)
    }

    /// A sum of squares that rounds differently when a square is not rounded first.
    async fn contracts_into_sums(self: &Arc<Self>) -> Result<bool> {
        let expected = Expected { parameters: &[f32::TYPE], result: f32::TYPE };
        let function = Arc::new(parse("fn square(x: f32) -> f32 { return x * x; }", None, expected)?);
        let sum = MonoidSpec {
            id: PROBE_SUM,
            name: "Sum".to_owned(),
            element: f32::TYPE,
            state: f32::TYPE,
            operator: Operator::Builtin(Builtin::Sum),
            identity: [0; 4],
        };
        let elements = [2f32.powi(-12), 1.0 + f32::EPSILON].map(f32::to_bits);
        let nodes = vec![
            Node::Source { slot: 0, ty: f32::TYPE },
            Node::Call { function, args: vec![0], uniforms_at: 0 },
        ];
        let work = Work {
            primitive: Primitive::Reduce(Arc::new(sum)),
            len: 2,
            sources: vec![Source::Host(&elements)],
            fused: Fused { nodes, output: 1, uniforms: Vec::new() },
        };
        let mut out = [0];
        self.reduce_to_tiles(&work, 0..2, &mut out).await?;
        Ok(out != [(1.0 + 2.0 * f32::EPSILON).to_bits()])
    }
}
