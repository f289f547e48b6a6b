//! Formats that pack channels of different sizes or in another order, by values worked out by hand.

use super::{facts, unpacked};
use crate::texture::{AddressMode, Sampler, TexelFormat, Texture};

/// The channels of one texel of four bytes.
fn channels(format: TexelFormat, texel: u32) -> Vec<f32> {
    let texture = Texture::new_1d(format, 1, &[texel]).unwrap_or_else(|error| panic!("{error}"));
    unpacked(&texture).into_iter().map(f32::from_bits).collect()
}

#[test]
fn channels_of_different_sizes() {
    let ten = 1023 | 341 << 10 | 2 << 30;
    assert_eq!(channels(TexelFormat::Rgb10a2Unorm, ten), [1.0, 341.0 / 1023.0, 0.0, 2.0 / 3.0]);
    let texture =
        Texture::new_1d(TexelFormat::Rgb10a2Uint, 1, &[ten]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(unpacked(&texture), [1023, 341, 0, 2]);
    // 1.5 has exponent 15 and the highest bit of the fraction, 2.0 exponent 16, and 2^-19 is the least above zero.
    let floats = (15 << 6 | 1 << 5) | (16 << 6) << 11 | 1 << 22;
    assert_eq!(channels(TexelFormat::Rg11b10Ufloat, floats), [1.5, 2.0, 2f32.powi(-19), 1.0]);
    // The greatest of each, and infinity.
    let greatest = 0x7bf | 0x7c0 << 11 | 0x3df << 22;
    assert_eq!(channels(TexelFormat::Rg11b10Ufloat, greatest), [65024.0, f32::INFINITY, 64512.0, 1.0]);
}

#[test]
fn blue_first_and_the_curve_of_srgb() {
    let texel = u32::from_le_bytes([0, 51, 255, 128]);
    assert_eq!(channels(TexelFormat::Bgra8Unorm, texel), [1.0, 0.2, 0.0, 128.0 / 255.0]);
    let [red, green, blue, alpha] = channels(TexelFormat::Bgra8UnormSrgb, texel)[..] else { panic!() };
    // 0.2 is ((0.2 + 0.055) / 1.055)^2.4.
    assert!((green - 0.033_104_77).abs() < 1e-7, "{green}");
    assert_eq!((red, blue, alpha), (1.0, 0.0, 128.0 / 255.0));
    assert_eq!(channels(TexelFormat::Rgba8UnormSrgb, texel)[..2], [0.0, green]);
}

/// Planes of a texture that several threads unpack.
#[test]
fn planes() {
    let texels: Vec<[u16; 2]> = (0..40_000u16).map(|i| [i, !i]).collect();
    let texture = Texture::new_2d(TexelFormat::Rg16Uint, [200, 200], &texels);
    let planes = unpacked(&texture.unwrap_or_else(|error| panic!("{error}")));
    let expected = |plane: usize, i: u16| [u32::from(i), u32::from(!i), 0, 1][plane];
    assert_eq!(planes.len(), 160_000);
    assert!(
        (0..4)
            .all(|plane| (0..40_000).all(|i| planes[plane * 40_000 + usize::from(i)] == expected(plane, i)))
    );
}

#[test]
fn samplers() {
    let mixed = [AddressMode::Repeat, AddressMode::ClampToEdge, AddressMode::MirrorRepeat];
    assert_eq!(facts(Sampler::nearest().addressed(mixed)), [0, 0, 1, 0, 2]);
    assert_eq!(facts(Sampler::linear()), [u32::MAX, u32::MAX, 0, 0, 0]);
}
