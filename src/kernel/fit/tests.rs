//! Shapes against layouts, and words there and back.

use super::{Fit, fit};
use crate::kernel::bind::{Bind, Given};
use crate::kernel::{Kernel, KernelType, Raw};
use crate::wgsl::Binding;

crate::kernel_struct! {
    #[derive(Debug, Clone, Copy, PartialEq)]
    struct Inner { turn: [[f32; 3]; 2], r#type: u32 }
}

crate::kernel_struct! {
    #[derive(Debug, Clone, Copy, PartialEq)]
    struct Outer { parts: [Inner; 2], tail: [u32; 3], head: f32, wide: u64 }
}

/// The binding of a shader with one, of this type.
fn binding(declarations: &str, ty: &str) -> Binding {
    let text = format!(
        "{declarations} @group(0) @binding(0) var<storage, read> x: {ty};
        @compute @workgroup_size(1) fn main() {{ {} }}",
        match ty {
            "Data" => "let y = x.items[0];",
            _ if ty.starts_with("array") => "let y = x[0];",
            _ => "let y = x;",
        }
    );
    let kernel = Kernel::new(text).unwrap_or_else(|error| panic!("{error}"));
    kernel.entry_points()[0].bindings[0].clone()
}

const OUTER: &str = "struct Inner { turn: mat2x3<f32>, type_: u32 }
    struct Outer { head: f32, wide: u64, parts: array<Inner, 2>, @align(32) tail: vec3<u32> }";

/// Where the words of a value go: the place of each, by its number in Rust.
fn places<T: KernelType>(binding: &Binding, value: &T) -> Vec<usize> {
    let given = Given::value(value);
    let words = T::SHAPE.words();
    let numbers: Vec<u32> = (1..=words as u32).collect();
    match fit("main", binding, &given).unwrap_or_else(|error| panic!("{error}")) {
        Fit::InPlace => (0..words).collect(),
        Fit::Moved { moves, words } => {
            let mut moved = vec![0; words];
            moves.scatter(&numbers, &mut moved);
            let mut back = vec![0; numbers.len()];
            moves.gather(&moved, &mut back);
            assert_eq!(back, numbers);
            let place = |number| moved.iter().position(|word| word == number);
            numbers.iter().map(|number| place(number).expect("every word goes somewhere")).collect()
        }
    }
}

#[test]
fn matrices_have_padded_columns() {
    assert_eq!(places(&binding("", "mat2x3<f32>"), &[[0.0f32; 3]; 2]), [0, 1, 2, 4, 5, 6]);
    assert_eq!(places(&binding("", "mat3x2<f32>"), &[[0.0f32; 2]; 3]), [0, 1, 2, 3, 4, 5]);
    assert_eq!(places(&binding("", "array<vec3<i32>, 2>"), &[[0i32; 3]; 2]), [0, 1, 2, 4, 5, 6]);
    assert_eq!(places(&binding("", "array<array<u32, 3>, 2>"), &[[0u32; 3]; 2]), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn members_are_found_by_name_at_any_depth() {
    let value =
        Outer { parts: [Inner { turn: [[1.0; 3]; 2], r#type: 1 }; 2], tail: [1; 3], head: 1.0, wide: 1 };
    let declared = OUTER.replace("type_", "kind");
    let refused = fit("main", &binding(&declared, "Outer"), &Given::value(&value)).map(|_| ());
    let message = refused.expect_err("`type` has another name").to_string();
    assert!(message.contains("`Inner` has `type`, which `Inner` has not"), "{message}");

    crate::kernel_struct! {
        struct Kind { turn: [[f32; 3]; 2], kind: u32 }
    }
    crate::kernel_struct! {
        struct Renamed { parts: [Kind; 2], tail: [u32; 3], head: f32, wide: u64 }
    }
    let kind = || Kind { turn: [[1.0; 3]; 2], kind: 1 };
    let value = Renamed { parts: [kind(), kind()], tail: [1; 3], head: 1.0, wide: 1 };
    // head at 0, wide at 8, parts at 16 and 64 of 48 bytes each, tail at 128.
    let expected = [4, 5, 6, 8, 9, 10, 12, 16, 17, 18, 20, 21, 22, 24, 32, 33, 34, 0, 2, 3];
    assert_eq!(places(&binding(&declared, "Outer"), &value), expected);
}

#[test]
fn values_come_back_as_they_were() {
    let value = Outer {
        parts: [
            Inner { turn: [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], r#type: 7 },
            Inner { turn: [[-1.0; 3]; 2], r#type: 8 },
        ],
        tail: [9, 10, 11],
        head: 0.5,
        wide: 1 << 40 | 3,
    };
    let mut words = vec![0; Outer::SHAPE.words()];
    value.encode(&mut words);
    assert_eq!(Outer::decode(&words), value);
}

#[test]
fn slices_are_used_in_place_where_they_lie_as_wgsl_says() {
    let in_place =
        |ty: &str, given: Given<'_>| fit("main", &binding("", ty), &given).ok() == Some(Fit::InPlace);
    assert!(in_place("array<f32>", [1.0f32; 3].given_ref()));
    assert!(in_place("array<vec4<f32>>", [[1.0f32; 4]; 3].given_ref()));
    assert!(in_place("array<vec2<u32>, 3>", [[1u32; 2]; 3].given_ref()));
    assert!(in_place("array<mat4x4<f32>>", [[[1.0f32; 4]; 4]; 3].given_ref()));
    assert!(in_place("array<mat2x2<f32>>", [[[1.0f32; 2]; 2]; 3].given_ref()));
    assert!(in_place("array<i64>", [1i64; 3].given_ref()));
    assert!(in_place("f32", [1.0f32; 1].given_ref()));
    assert!(!in_place("f32", [1.0f32; 2].given_ref()));
    assert!(!in_place("array<vec3<f32>>", [[1.0f32; 3]; 3].given_ref()));
    assert!(!in_place("array<vec2<u32>>", [[1i32; 2]; 3].given_ref()));
    assert!(in_place("array<vec3<f32>>", Raw(&vec![1u8; 16]).given().0));
}

#[test]
fn a_structure_around_an_array_does_not_count() {
    let binding = binding("struct Data { items: array<f32> }", "Data");
    assert_eq!(fit("main", &binding, &[1.0f32; 3].given_ref()).ok(), Some(Fit::InPlace));
}

trait GivenRef {
    fn given_ref(&self) -> Given<'_>;
}

impl<T: KernelType, const N: usize> GivenRef for [T; N] {
    fn given_ref(&self) -> Given<'_> {
        self.given().0
    }
}
