use super::{SampleKind, TexelFormat, Texture, TextureDimension};

#[test]
fn texels_are_kept_as_they_were_given() {
    for &format in TexelFormat::ALL {
        let bytes: Vec<u8> = (0..6 * format.bytes()).map(|i| (i * 37 + 5) as u8).collect();
        let texture = Texture::new_3d(format, [1, 2, 3], &bytes).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(texture.bytes(), bytes, "{format}");
        assert_eq!(texture.words().len(), 6 * format.words(), "{format}");
    }
    let texture = Texture::new_1d(TexelFormat::Rg32Float, 2, &[[1.0_f32, 2.0], [3.0, 4.0]]);
    assert_eq!(texture.unwrap_or_else(|error| panic!("{error}")).texels::<f32>(), [1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn formats_have_the_sizes_of_their_names() {
    for &format in TexelFormat::ALL {
        let name = format.name();
        assert_eq!(name.parse::<TexelFormat>().ok(), Some(format));
        let bits: String =
            name.chars().skip_while(|c| !c.is_numeric()).take_while(|c| c.is_numeric()).collect();
        let channels = name.chars().take_while(|c| !c.is_numeric()).count();
        let bytes = match name {
            "rgb10a2uint" | "rgb10a2unorm" | "rg11b10ufloat" => 4,
            _ if name.starts_with("depth") => bits.parse::<usize>().unwrap_or(0) / 8,
            _ => channels * bits.parse::<usize>().unwrap_or(0) / 8,
        };
        assert_eq!(format.bytes(), bytes, "{name}");
        let kind = match format.kind() {
            SampleKind::Uint => "uint",
            SampleKind::Sint => "sint",
            SampleKind::Float | SampleKind::Depth => "",
        };
        assert!(name.contains(kind), "{name}");
    }
    assert!("rgba9unorm".parse::<TexelFormat>().is_err());
}

#[test]
fn wrong_sizes() {
    let zeros = |dimension, size| {
        Texture::zeros(TexelFormat::R8Uint, dimension, size).err().map(|error| error.to_string())
    };
    use TextureDimension::{D1, D2, D2Array, D3};
    assert_eq!(zeros(D3, [4, 5, 6]), None);
    assert_eq!(
        zeros(D2, [4, 0, 1]).as_deref(),
        Some("size of a 2d texture: expected at least 1 in every dimension, given 4 x 0 x 1")
    );
    assert_eq!(
        zeros(D1, [4, 2, 1]).as_deref(),
        Some("size of a 1d texture: expected 1 in the dimensions that it lacks, given 4 x 2 x 1")
    );
    assert_eq!(
        zeros(D2Array, [u32::MAX; 3]).as_deref(),
        Some(
            "size of a 2d_array texture: expected at most 2^29 texels, given 4294967295 x 4294967295 x 4294967295"
        )
    );
    let short = Texture::new_2d(TexelFormat::Rg8Sint, [2, 2], &[0_u8; 7]);
    assert_eq!(
        short.err().map(|error| error.to_string()).as_deref(),
        Some("texels of a texture of 2 x 2, 2d, rg8sint: expected 8 bytes, given 7 bytes")
    );
}
