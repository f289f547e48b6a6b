//! Built-in functions of floats that are formulas: spelled out in operations as WGSL defines them, for every width.

use naga::MathFunction;

use super::super::op::Op;
use super::super::tree::Value;
use super::Lowering;
use super::component::Component;

impl Lowering {
    /// Such a function of components; `matrix` are columns and rows of the first argument. None for other functions.
    pub(super) fn formula<C: Component>(
        &mut self,
        fun: MathFunction,
        args: &[Vec<C>],
        matrix: Option<(usize, usize)>,
    ) -> Option<Vec<C>> {
        use MathFunction as Fun;
        let a = &args[0][..];
        let b = args.get(1).map_or(a, |b| &b[..]);
        let c = args.get(2).map_or(a, |c| &c[..]);
        Some(match fun {
            Fun::Saturate => self.saturate(a),
            Fun::Fract => {
                let floor = self.map(Op::FFloor, a);
                self.map2(Op::FSub, a, &floor)
            }
            Fun::InverseSqrt => {
                let one = C::float(self, 1.0);
                let root = self.map(Op::FSqrt, a);
                self.map2(Op::FDiv, &[one], &root)
            }
            Fun::Radians => {
                let factor = C::float(self, std::f64::consts::PI / 180.0);
                self.map2(Op::FMul, a, &[factor])
            }
            Fun::Degrees => {
                let factor = C::float(self, 180.0 / std::f64::consts::PI);
                self.map2(Op::FMul, a, &[factor])
            }
            Fun::Mix => self.mix(a, b, c),
            Fun::Step => {
                let (one, zero) = (C::float(self, 1.0), C::float(self, 0.0));
                let reached = self.compare(Op::FLe, a, b);
                reached.iter().map(|&reached| C::select(self, reached, one, zero)).collect()
            }
            Fun::SmoothStep => self.smoothstep(a, b, c),
            Fun::Dot => vec![self.dot(a, b)],
            Fun::Cross => (0..3).map(|i| self.cross(a, b, (i + 1) % 3, (i + 2) % 3)).collect(),
            Fun::Length => vec![self.length(a)],
            Fun::Distance => {
                let difference = self.map2(Op::FSub, a, b);
                vec![self.length(&difference)]
            }
            Fun::Normalize => {
                let length = self.length(a);
                self.map2(Op::FDiv, a, &[length])
            }
            Fun::FaceForward => {
                let (dot, zero) = (self.dot(b, c), C::float(self, 0.0));
                let keep = C::compare(self, Op::FLt, dot, zero);
                let opposite = self.map(Op::FNeg, a);
                (0..a.len()).map(|i| C::select(self, keep, a[i], opposite[i])).collect()
            }
            Fun::Reflect => {
                let (dot, two) = (self.dot(b, a), C::float(self, 2.0));
                let factor = C::two(self, Op::FMul, two, dot);
                let normal = self.map2(Op::FMul, &[factor], b);
                self.map2(Op::FSub, a, &normal)
            }
            Fun::Refract => self.refract(a, b, c[0]),
            Fun::Outer => b.iter().flat_map(|&b| self.map2(Op::FMul, a, &[b])).collect(),
            Fun::Transpose => transpose(a, matrix?),
            Fun::Determinant => vec![self.determinant(a, matrix?.0)],
            _ => return None,
        })
    }

    /// Clamps to 0 to 1; NaN becomes 0.
    fn saturate<C: Component>(&mut self, a: &[C]) -> Vec<C> {
        let (zero, one) = (C::float(self, 0.0), C::float(self, 1.0));
        a.iter()
            .map(|&x| {
                let positive = C::compare(self, Op::FGt, x, zero);
                let x = C::select(self, positive, x, zero);
                let small = C::compare(self, Op::FLt, x, one);
                C::select(self, small, x, one)
            })
            .collect()
    }

    /// `a * (1 - t) + b * t`.
    fn mix<C: Component>(&mut self, a: &[C], b: &[C], t: &[C]) -> Vec<C> {
        let one = C::float(self, 1.0);
        let rest = self.map2(Op::FSub, &[one], t);
        let (a, b) = (self.map2(Op::FMul, a, &rest), self.map2(Op::FMul, b, t));
        self.map2(Op::FAdd, &a, &b)
    }

    fn smoothstep<C: Component>(&mut self, low: &[C], high: &[C], x: &[C]) -> Vec<C> {
        let (range, above) = (self.map2(Op::FSub, high, low), self.map2(Op::FSub, x, low));
        let t = self.map2(Op::FDiv, &above, &range);
        let t = self.saturate(&t);
        let (two, three) = (C::float(self, 2.0), C::float(self, 3.0));
        let (square, double) = (self.map2(Op::FMul, &t, &t), self.map2(Op::FMul, &[two], &t));
        let factor = self.map2(Op::FSub, &[three], &double);
        self.map2(Op::FMul, &square, &factor)
    }

    /// `a[i] * b[j] - a[j] * b[i]`.
    fn cross<C: Component>(&mut self, a: &[C], b: &[C], i: usize, j: usize) -> C {
        let (left, right) = (C::two(self, Op::FMul, a[i], b[j]), C::two(self, Op::FMul, a[j], b[i]));
        C::two(self, Op::FSub, left, right)
    }

    fn length<C: Component>(&mut self, a: &[C]) -> C {
        match a {
            [x] => C::one(self, Op::FAbs, *x),
            _ => {
                let square = self.dot(a, a);
                C::one(self, Op::FSqrt, square)
            }
        }
    }

    fn refract<C: Component>(&mut self, incident: &[C], normal: &[C], ratio: C) -> Vec<C> {
        let (zero, one) = (C::float(self, 0.0), C::float(self, 1.0));
        let cosine = self.dot(normal, incident);
        let square = C::two(self, Op::FMul, cosine, cosine);
        let sine = C::two(self, Op::FSub, one, square);
        let ratio_square = C::two(self, Op::FMul, ratio, ratio);
        let scaled = C::two(self, Op::FMul, ratio_square, sine);
        let k = C::two(self, Op::FSub, one, scaled);
        let reflected: Value = C::compare(self, Op::FLt, k, zero);
        let root = C::one(self, Op::FSqrt, k);
        let along = C::two(self, Op::FMul, ratio, cosine);
        let factor = C::two(self, Op::FAdd, along, root);
        let bent = self.map2(Op::FMul, &[ratio], incident);
        let towards = self.map2(Op::FMul, &[factor], normal);
        let refracted = self.map2(Op::FSub, &bent, &towards);
        refracted.iter().map(|&x| C::select(self, reflected, zero, x)).collect()
    }

    /// The determinant of a square matrix, by expansion along the first column.
    fn determinant<C: Component>(&mut self, matrix: &[C], size: usize) -> C {
        if size == 1 {
            return matrix[0];
        }
        let mut sum = None;
        for row in 0..size {
            let minor: Vec<C> = matrix[size..]
                .chunks(size)
                .flat_map(|column| {
                    column.iter().enumerate().filter(|&(at, _)| at != row).map(|(_, &value)| value)
                })
                .collect();
            let minor = self.determinant(&minor, size - 1);
            let term = C::two(self, Op::FMul, matrix[row], minor);
            sum = Some(match sum {
                None => term,
                Some(sum) if row % 2 == 1 => C::two(self, Op::FSub, sum, term),
                Some(sum) => C::two(self, Op::FAdd, sum, term),
            });
        }
        sum.unwrap_or(matrix[0])
    }
}

/// The matrix with rows and columns exchanged.
fn transpose<C: Component>(matrix: &[C], (columns, rows): (usize, usize)) -> Vec<C> {
    (0..rows).flat_map(|row| (0..columns).map(move |column| matrix[column * rows + row])).collect()
}
