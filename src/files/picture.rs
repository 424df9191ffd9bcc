//! The viewing copy of a picture: decoded within bounds, turned upright, made small, written anew, so that nothing is left
//! in it but what is seen (SECURITY T26). It judges nothing: what it cannot decode has no copy.

use crate::domain::attachment::Format;
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use std::io::Cursor;

/// Largest picture that is decoded: dots, and dots along one edge; and what decoding may take, bytes.
const DOTS_MAX: u64 = 40_000_000;
const EDGE_MAX: u32 = 12_000;
const DECODE_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Longest edge of a copy, and how well it is drawn.
const COPY_EDGE: u32 = 1_600;
const QUALITY: u8 = 82;

/// The copy as JPEG, if one can be made.
pub(super) fn copy_of(bytes: &[u8], format: Format) -> Option<Vec<u8>> {
    let format = match format {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::Webp => ImageFormat::WebP,
        Format::Heic | Format::Pdf | Format::Ofd | Format::Docx | Format::Xlsx => return None,
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(EDGE_MAX);
    limits.max_image_height = Some(EDGE_MAX);
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    // Its size is read before anything of it is decoded.
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > EDGE_MAX || u64::from(width) * u64::from(height) > DOTS_MAX {
        return None;
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let whole = DynamicImage::from_decoder(decoder).ok()?;
    let mut small = match width.max(height) > COPY_EDGE {
        true => whole.thumbnail(COPY_EDGE, COPY_EDGE),
        false => whole,
    };
    small.apply_orientation(orientation);
    let mut copy = Vec::new();
    JpegEncoder::new_with_quality(&mut copy, QUALITY).encode_image(&on_white(small)).ok()?;
    Some(copy)
}

/// A copy has no see-through: what is, is white.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let dots = picture.into_rgba8();
    RgbImage::from_fn(dots.width(), dots.height(), |x, y| {
        let [red, green, blue, seen] = dots.get_pixel(x, y).0;
        let over = |part: u8| {
            let mixed = (u16::from(part) * u16::from(seen) + 255 * (255 - u16::from(seen))) / 255;
            u8::try_from(mixed).unwrap_or(255)
        };
        Rgb([over(red), over(green), over(blue)])
    })
}
