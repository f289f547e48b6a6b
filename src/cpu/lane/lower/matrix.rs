//! Matrices: stored column after column, multiplied with sums taken in the order of the columns.

use std::rc::Rc;

use naga::TypeInner;

use super::super::op::Op;
use super::super::tree::Value;
use super::{Lowering, types};

impl Lowering {
    /// `a * b` where at least one is a matrix and none a scalar.
    pub(super) fn matrix_product(
        &mut self,
        left: &TypeInner,
        a: &[Value],
        right: &TypeInner,
        b: &[Value],
    ) -> Option<Rc<[Value]>> {
        match (types::matrix(left), types::matrix(right)) {
            (Some((columns, rows)), Some((width, _))) => {
                let columns_of_b = b.chunks(columns).take(width);
                Some(columns_of_b.flat_map(|column| self.matrix_vector(a, rows, column)).collect())
            }
            (Some((_, rows)), None) if types::is_vector(right) => Some(self.matrix_vector(a, rows, b).into()),
            (None, Some((_, rows))) if types::is_vector(left) => {
                Some(b.chunks(rows).map(|column| self.dot(a, column)).collect())
            }
            _ => None,
        }
    }

    fn matrix_vector(&mut self, matrix: &[Value], rows: usize, vector: &[Value]) -> Vec<Value> {
        (0..rows)
            .map(|row| {
                let across: Vec<Value> = matrix.iter().skip(row).step_by(rows).copied().collect();
                self.dot(&across, vector)
            })
            .collect()
    }

    /// The sum of products, from the first component on.
    pub(super) fn dot(&mut self, a: &[Value], b: &[Value]) -> Value {
        self.sum_of_products(Op::FMul, Op::FAdd, a, b)
    }

    /// The sum of products with the given operations.
    pub(super) fn sum_of_products(&mut self, multiply: Op, add: Op, a: &[Value], b: &[Value]) -> Value {
        let mut sum = self.b.op2(multiply, a[0], b[0]);
        for (&a, &b) in a[1..].iter().zip(&b[1..]) {
            let product = self.b.op2(multiply, a, b);
            sum = self.b.op2(add, sum, product);
        }
        sum
    }

    /// The matrix with rows and columns exchanged.
    pub(super) fn transpose(&mut self, matrix: &[Value], (columns, rows): (usize, usize)) -> Rc<[Value]> {
        (0..rows).flat_map(|row| (0..columns).map(move |column| matrix[column * rows + row])).collect()
    }

    /// The determinant of a square matrix, by expansion along the first column.
    pub(super) fn determinant(&mut self, matrix: &[Value], size: usize) -> Value {
        if size == 1 {
            return matrix[0];
        }
        let mut sum = None;
        for row in 0..size {
            let minor: Vec<Value> = matrix[size..]
                .chunks(size)
                .flat_map(|column| {
                    column.iter().enumerate().filter(|&(at, _)| at != row).map(|(_, &value)| value)
                })
                .collect();
            let minor = self.determinant(&minor, size - 1);
            let term = self.b.op2(Op::FMul, matrix[row], minor);
            sum = Some(match sum {
                None => term,
                Some(sum) if row % 2 == 1 => self.b.op2(Op::FSub, sum, term),
                Some(sum) => self.b.op2(Op::FAdd, sum, term),
            });
        }
        sum.unwrap_or(matrix[0])
    }
}
