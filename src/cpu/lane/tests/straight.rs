//! Straight-line programs.

use super::support::*;

#[test]
fn saxpy() {
    check("fn f(x: f32, y: f32, a: f32) -> f32 { return a * x + y; }", |w| {
        let x = floats(w);
        float(x[2] * x[0] + x[1])
    });
}
