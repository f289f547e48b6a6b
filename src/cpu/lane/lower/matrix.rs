//! Matrices: stored column after column, multiplied with sums taken in the order of the columns.

use naga::TypeInner;

use super::super::op::Op;
use super::component::Component;
use super::{Lowering, types};

impl Lowering {
    /// `a * b` where at least one is a matrix and none a scalar.
    pub(super) fn matrix_product<C: Component>(
        &mut self,
        left: &TypeInner,
        a: &[C],
        right: &TypeInner,
        b: &[C],
    ) -> Option<Vec<C>> {
        match (types::matrix(left), types::matrix(right)) {
            (Some((columns, rows)), Some((width, _))) => {
                let columns_of_b = b.chunks(columns).take(width);
                Some(columns_of_b.flat_map(|column| self.matrix_vector(a, rows, column)).collect())
            }
            (Some((_, rows)), None) if types::is_vector(right) => Some(self.matrix_vector(a, rows, b)),
            (None, Some((_, rows))) if types::is_vector(left) => {
                Some(b.chunks(rows).map(|column| self.dot(a, column)).collect())
            }
            _ => None,
        }
    }

    fn matrix_vector<C: Component>(&mut self, matrix: &[C], rows: usize, vector: &[C]) -> Vec<C> {
        (0..rows)
            .map(|row| {
                let across: Vec<C> = matrix.iter().skip(row).step_by(rows).copied().collect();
                self.dot(&across, vector)
            })
            .collect()
    }

    /// The sum of products, from the first component on.
    pub(super) fn dot<C: Component>(&mut self, a: &[C], b: &[C]) -> C {
        self.sum_of_products(Op::FMul, Op::FAdd, a, b)
    }

    /// The sum of products with the given operations.
    pub(super) fn sum_of_products<C: Component>(&mut self, multiply: Op, add: Op, a: &[C], b: &[C]) -> C {
        let mut sum = C::two(self, multiply, a[0], b[0]);
        for (&a, &b) in a[1..].iter().zip(&b[1..]) {
            let product = C::two(self, multiply, a, b);
            sum = C::two(self, add, sum, product);
        }
        sum
    }
}
