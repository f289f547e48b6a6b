//! Values of elements as people read them: in the spelling of WGSL.

use crate::element::{ElementType, Scalar};

/// Spells the value with the words given: `2.5`, `vec2<u32>(1, 2)`.
pub(crate) fn spell_value(ty: ElementType, words: &[u32]) -> String {
    let spell = |word: &u32| match ty.scalar {
        Scalar::F32 => format!("{:?}", f32::from_bits(*word)),
        Scalar::I32 => word.cast_signed().to_string(),
        Scalar::U32 => word.to_string(),
    };
    let components: Vec<String> = words.iter().take(ty.words()).map(spell).collect();
    match ty.width {
        1 => components.concat(),
        _ => format!("{ty}({})", components.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::spell_value;
    use crate::element::{Element, words_of};

    fn spell<T: Element>(value: T) -> String {
        spell_value(T::TYPE, words_of(&[value]))
    }

    #[test]
    fn spells_values_as_wgsl_does() {
        assert_eq!(spell(2.5f32), "2.5");
        assert_eq!(spell(-0f32), "-0.0");
        assert_eq!(spell(f32::NAN), "NaN");
        assert_eq!(spell(-7i32), "-7");
        assert_eq!(spell([1u32, u32::MAX]), "vec2<u32>(1, 4294967295)");
        assert_eq!(spell([1f32, f32::INFINITY, 1e-45]), "vec3<f32>(1.0, inf, 1e-45)");
    }
}
