//! What is measured: functions from cheap to heavy, their inputs, and how results may differ between devices.

use tilewright::prelude::*;
use tilewright::{Error, Plan};

use super::super::common::{Failure, Random, samples};

/// 8 roots in a chain.
const ROOTS: &str = "
fn roots(x: f32) -> f32 {
    var y = x;
    for (var i = 0u; i < 8u; i += 1u) { y = sqrt(y + 1.0); }
    return y;
}";

/// The price of a European call.
const PRICE: &str = include_str!("../black_scholes.wgsl");

/// Steps until a point is known to be outside of the Mandelbrot set.
const ESCAPE: &str = "
fn escape(re: f32, im: f32) -> f32 {
    var x = 0.0;
    var y = 0.0;
    var i = 0u;
    loop {
        let xx = x * x;
        let yy = y * y;
        if i >= 128u || xx + yy > 4.0 { break; }
        y = 2.0 * x * y + im;
        x = xx - yy + re;
        i += 1u;
    }
    return f32(i);
}";

/// How a result of another device may differ from the CPU's.
#[derive(Clone, Copy)]
enum Tolerance {
    /// Not at all.
    Bits,
    /// By so many roundings to f32 of the scale of an element's terms, which its inputs and its result give.
    Roundings { most: f32, scale: fn(&[f32], f32) -> f32 },
    /// In one element of a hundred: near the edge of the set, a product that is fused or not decides.
    Outliers,
}

enum Call {
    Map1(Func<fn(f32) -> f32>),
    Map2(Func<fn(f32, f32) -> f32>),
    Map3(Func<fn(f32, f32, f32) -> f32>),
    Sum,
    MappedSum(Func<fn(f32) -> f32>),
    Scan,
}

/// One function of the set.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    call: Call,
    /// Bounds of each input, which is uniform between them; `None` for numbers of mixed magnitudes and both signs.
    inputs: &'static [Option<[f32; 2]>],
    tolerance: Tolerance,
}

impl Function {
    /// The set, from cheap to heavy.
    pub(crate) fn all() -> Result<Vec<Self>, Error> {
        let saxpy = Func::new("fn saxpy(x: f32, y: f32) -> f32 { return 2.5 * x + y; }")?;
        let square = Func::new("fn square(x: f32) -> f32 { return x * x; }")?;
        // Two roundings or one, on either side.
        let saxpy_scale = |inputs: &[f32], _| 2.5 * inputs[0].abs() + inputs[1].abs();
        // WGSL derives the error of a root from that of its reciprocal, 2 ULP, and each step halves what came before.
        let root_scale = |_: &[f32], root: f32| root;
        // Logarithm and exponentials may be off by some ULP each; what they give is multiplied by spot and strike.
        let price_scale = |inputs: &[f32], _| inputs[0].max(inputs[1]);
        Ok(vec![
            Self { name: "sum", call: Call::Sum, inputs: &[None], tolerance: Tolerance::Bits },
            Self {
                name: "sum of squares",
                call: Call::MappedSum(square),
                inputs: &[None],
                tolerance: Tolerance::Bits,
            },
            Self {
                name: "saxpy",
                call: Call::Map2(saxpy),
                inputs: &[None, None],
                tolerance: Tolerance::Roundings { most: 4.0, scale: saxpy_scale },
            },
            Self { name: "inclusive scan", call: Call::Scan, inputs: &[None], tolerance: Tolerance::Bits },
            Self {
                name: "roots",
                call: Call::Map1(Func::new(ROOTS)?),
                inputs: &[Some([0.0, 4.0])],
                tolerance: Tolerance::Roundings { most: 32.0, scale: root_scale },
            },
            Self {
                name: "black-scholes",
                call: Call::Map3(Func::named("price", PRICE)?),
                inputs: &[Some([5.0, 30.0]), Some([1.0, 100.0]), Some([0.25, 10.0])],
                tolerance: Tolerance::Roundings { most: 128.0, scale: price_scale },
            },
            Self {
                name: "mandelbrot",
                call: Call::Map2(Func::new(ESCAPE)?),
                inputs: &[Some([-2.5, 1.5]), Some([-1.0, 1.0])],
                tolerance: Tolerance::Outliers,
            },
        ])
    }

    /// Inputs of `n` elements; those of fewer elements begin alike.
    pub(crate) fn inputs(&self, n: usize) -> Vec<Vec<f32>> {
        let column = |(index, bounds): (usize, &Option<[f32; 2]>)| match bounds {
            None => samples(n),
            Some([low, high]) => {
                let mut random = Random(index as u64);
                (0..n).map(|_| low + (high - low) * random.unit() as f32).collect()
            }
        };
        self.inputs.iter().enumerate().map(column).collect()
    }

    /// Elements of the result.
    pub(crate) fn output_len(&self, n: usize) -> usize {
        if self.reduces() { 1 } else { n }
    }

    fn reduces(&self) -> bool {
        matches!(self.call, Call::Sum | Call::MappedSum(_))
    }

    fn view<'a>(&self, cx: &'a Context, inputs: &[&'a [f32]]) -> View<'a, f32> {
        let first = cx.view(inputs[0]);
        match &self.call {
            Call::Map1(func) | Call::MappedSum(func) => first.map(func),
            Call::Map2(func) => first.zip(inputs[1]).map(func),
            Call::Map3(func) => first.zip(inputs[1]).zip(inputs[2]).map(func),
            Call::Sum => first,
            Call::Scan => first.inclusive_scan(Sum),
        }
    }

    /// The call that is timed.
    pub(crate) fn run(&self, cx: &Context, inputs: &[&[f32]], out: &mut [f32]) -> Result<(), Error> {
        let view = self.view(cx, inputs);
        if self.reduces() {
            out[0] = view.reduce(Sum)?;
            return Ok(());
        }
        view.collect_into(out)
    }

    /// The plan of that call.
    pub(crate) fn explain(&self, cx: &Context, inputs: &[&[f32]]) -> Result<Plan, Error> {
        let view = self.view(cx, inputs);
        if self.reduces() { view.explain_reduce(Sum) } else { view.explain() }
    }

    /// Compares a result with the CPU's.
    pub(crate) fn check(
        &self,
        who: &str,
        inputs: &[&[f32]],
        given: &[f32],
        reference: &[f32],
    ) -> Result<(), Failure> {
        let mut pairs = given.iter().zip(reference);
        let wrong = match self.tolerance {
            Tolerance::Bits => pairs.position(|(a, b)| a.to_bits() != b.to_bits()),
            Tolerance::Roundings { most, scale } => {
                let unit = most * (0.5 * f32::EPSILON);
                let mut terms = [0.0; 3];
                (0..given.len()).find(|&i| {
                    inputs.iter().zip(&mut terms).for_each(|(column, term)| *term = column[i]);
                    // A NaN is near nothing.
                    let near = (given[i] - reference[i]).abs() <= unit * scale(&terms, reference[i]);
                    !near
                })
            }
            Tolerance::Outliers => {
                let first = pairs.clone().position(|(a, b)| a != b);
                first.filter(|_| pairs.filter(|(a, b)| a != b).count() * 100 > given.len())
            }
        };
        match wrong {
            None => Ok(()),
            Some(i) => Err(Failure::Check(format!(
                "{}, {} elements, {who}: element {i} is {} ({:08x}), and {} ({:08x}) on the cpu",
                self.name,
                inputs[0].len(),
                given[i],
                given[i].to_bits(),
                reference[i],
                reference[i].to_bits()
            ))),
        }
    }
}
