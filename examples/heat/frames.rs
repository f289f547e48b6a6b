//! Frames as PNG files, temperatures as the colours of glowing metal.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::Path;

use super::Size;
use super::common::Failure;

/// Colours at equal distances from the temperature 0 to 1.
const COLOURS: [[f32; 3]; 6] = [
    [0.0, 0.0, 20.0],
    [80.0, 0.0, 60.0],
    [180.0, 20.0, 20.0],
    [240.0, 110.0, 0.0],
    [255.0, 210.0, 60.0],
    [255.0, 255.0, 240.0],
];

/// Writes a frame; `folder` is made if it is missing.
pub(crate) fn write(folder: &Path, step: u32, size: Size, cells: &[f32]) -> Result<(), Failure> {
    let path = folder.join(format!("frame_{step:06}.png"));
    let write = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut encoder = png::Encoder::new(BufWriter::new(File::create(&path)?), size.width, size.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let pixels: Vec<u8> = cells.iter().flat_map(|&cell| colour(cell)).collect();
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&pixels)?;
        Ok(writer.finish()?)
    };
    write().map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
}

/// Red, green and blue of a temperature, between the two colours that it lies between.
fn colour(temperature: f32) -> [u8; 3] {
    let at = temperature.clamp(0.0, 1.0) * (COLOURS.len() - 1) as f32;
    let low = (at as usize).min(COLOURS.len() - 2);
    let (a, b, t) = (COLOURS[low], COLOURS[low + 1], at - low as f32);
    std::array::from_fn(|channel| (a[channel] + t * (b[channel] - a[channel])).round() as u8)
}
