//! The checks of the examples find a single wrong value.

use tilewright::{Context, Placement};

use crate::{delays, heat, matmul, merkle, nbody};

/// A test by its name.
pub(crate) type Case = (&'static str, fn());

pub(crate) const CASES: [Case; 5] = [
    ("a_wrong_body_is_found", body),
    ("a_wrong_cell_is_found", cell),
    ("a_wrong_digest_is_found", digest),
    ("a_wrong_sum_is_found", sum),
    ("a_wrong_count_is_found", count),
];

fn cpu() -> Context {
    Context::new().with_placement(Placement::Cpu)
}

fn body() {
    let cx = cpu();
    let mut simulation = nbody::Simulation::new(&cx, &nbody::plummer(64)).expect("a simulation");
    simulation.step(&cx).expect("a step");
    let (before, right) = (simulation.read_before(&cx).unwrap(), simulation.read(&cx).unwrap());
    assert_eq!(nbody::check(&before, &right).expect("a right step").0, 64);
    for change in [1.001, f32::NAN] {
        let mut wrong = right.clone();
        wrong.velocities[17][1] *= change;
        assert!(nbody::check(&before, &wrong).is_err(), "velocity times {change}");
        let mut wrong = right.clone();
        wrong.positions[63][2] *= change;
        assert!(nbody::check(&before, &wrong).is_err(), "position times {change}");
    }
    let mut wrong = right;
    wrong.positions[0][3] = 0.0;
    assert!(nbody::check(&before, &wrong).is_err(), "mass");
}

fn cell() {
    let size = heat::Size { width: 5, height: 4 };
    let start = heat::plate(size);
    let right = start.clone();
    assert_eq!(heat::check(size, start.clone(), 0, &right).unwrap().to_string(), "equal");
    assert!(heat::check(size, start.clone(), 1, &right).is_err(), "a step is missing");
    for change in [1e-3, f32::NAN] {
        let mut wrong = right.clone();
        wrong[19] += change;
        assert!(heat::check(size, start.clone(), 0, &wrong).is_err(), "cell plus {change}");
    }
}

fn digest() {
    let bytes = vec![7; 3000];
    let (right, _) = merkle::Tree::new().unwrap().root(&cpu(), &mut &bytes[..], 2).unwrap();
    merkle::check(&bytes, &right).expect("a right root");
    let mut wrong = right;
    wrong[7] ^= 1;
    assert!(merkle::check(&bytes, &wrong).is_err());
    assert!(merkle::check(&bytes[1..], &right).is_err());
}

fn sum() {
    let (a, b) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0, -1.0, 0.5]);
    let right = [0.5, 2.0];
    matmul::check(&a, &b, &right, [2, 1, 3]).expect("a right product");
    for wrong in [2.0001, f32::NAN] {
        assert!(matmul::check(&a, &b, &[0.5, wrong], [2, 1, 3]).is_err(), "{wrong}");
    }
}

fn count() {
    let minutes = [-5.0, 0.0, 3.0, 12.0];
    let mut histogram = delays::Histogram::new(0, 5).unwrap();
    histogram.count(&cpu(), &minutes).unwrap();
    delays::check(&histogram, &minutes).expect("right counts");
    assert!(delays::check(&histogram, &minutes[1..]).is_err());
    assert!(delays::check(&histogram, &[-5.0, 0.0, 3.0, 15.0]).is_err());
    let median = histogram.quantile(0.5).unwrap();
    assert_eq!((median.from, median.to), (Some(0), Some(5)));
}
