use insta::assert_snapshot;

use super::{Func, Signature};
use crate::element::ElementType;
use crate::element::Scalar::{F32, U32};
use crate::error::Error;

const SAXPY: &str = "fn saxpy(x: f32, y: f32, a: f32) -> f32 { return a * x + y; }";

fn saxpy() -> Func<fn(f32, f32) -> f32> {
    Func::new(SAXPY).unwrap()
}

#[test]
fn signatures_name_their_types() {
    type Eight = fn(f32, f32, f32, f32, f32, f32, f32, [u32; 3]) -> i32;
    assert_eq!(<fn(f32) -> u32>::PARAMETERS, &[ElementType::scalar(F32)]);
    assert_eq!(Eight::PARAMETERS.len(), 8);
    assert_eq!(Eight::PARAMETERS[7], ElementType { scalar: U32, width: 3 });
    let _: <fn(f32) -> u32 as Signature>::Arguments = (1f32,);
}

#[test]
fn arguments_are_words_in_order() {
    let f: Func<fn(f32) -> f32> =
        Func::new("fn f(x: f32, a: vec3<u32>, b: i32, c: f32) -> f32 { return x + f32(a.x) + f32(b) + c; }")
            .unwrap();
    let f = f.arg("c", 1.5f32).arg("a", [1u32, 2, 3]).arg("b", -1i32);
    assert_eq!(f.uniform_words().unwrap(), [1, 2, 3, u32::MAX, 1.5f32.to_bits()]);
    assert_snapshot!(format!("{f:?}"), @"Func(fn f(x: f32, a: vec3<u32>, b: i32, c: f32) -> f32, a = vec3<u32>(1, 2, 3), b = -1, c = 1.5)");
}

#[test]
fn rebinding_shares_the_function_and_leaves_clones_alone() {
    let one = saxpy().arg("a", 1f32);
    let two = one.clone().arg("a", 2f32);
    assert!(std::sync::Arc::ptr_eq(one.function(), two.function()));
    assert_eq!(one.uniform_words().unwrap(), [1f32.to_bits()]);
    assert_eq!(two.uniform_words().unwrap(), [2f32.to_bits()]);
}

#[test]
fn equal_texts_have_equal_identity() {
    assert_eq!(saxpy().function().id, saxpy().function().id);
    let unary: Func<fn(f32) -> f32> = Func::new(SAXPY).unwrap();
    assert_ne!(saxpy().function().id, unary.function().id);
    let other: Func<fn(f32, f32) -> f32> = Func::new(SAXPY.replace('+', "-")).unwrap();
    assert_ne!(saxpy().function().id, other.function().id);
}

#[test]
fn clones_and_threads() {
    fn portable<T: Clone + Send + Sync + 'static>(_: &T) {}
    portable(&saxpy());
}

#[test]
fn wrong_arguments_are_reported_by_use() {
    let fails = |f: &Func<fn(f32, f32) -> f32>| {
        assert!(matches!(f.check(), Err(Error::Argument { .. })));
        f.uniform_words().unwrap_err().to_string()
    };
    assert_snapshot!(fails(&saxpy()), @r#"argument `a` of `saxpy`: expected a value of type f32, bound with `.arg("a", ...)`, given none"#);
    assert_snapshot!(fails(&saxpy().arg("b", 1f32)), @"argument `b` of `saxpy`: expected the name of an extra parameter (`a`), given `b`");
    assert_snapshot!(fails(&saxpy().arg("x", 1f32)), @"argument `x` of `saxpy`: expected the name of an extra parameter (`a`), given `x`, which is given per element");
    assert_snapshot!(fails(&saxpy().arg("a", 1i32)), @"argument `a` of `saxpy`: expected a value of type f32, given i32");
    assert_snapshot!(fails(&saxpy().arg("a", 1i32).arg("a", 1f32)), @"argument `a` of `saxpy`: expected a value of type f32, given i32");
    let none: Func<fn(f32) -> f32> = Func::new("fn f(x: f32) -> f32 { return x; }").unwrap();
    assert_snapshot!(none.arg("a", 1f32).check().unwrap_err(), @"argument `a` of `f`: expected no argument, there are no extra parameters, given `a`");
}
