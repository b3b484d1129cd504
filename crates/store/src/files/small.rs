//! Pictures made small, for pages that show many of them.

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};
use std::io::Cursor;

/// The longer side of a small picture, in pixels.
const SIDE: u32 = 320;
/// Of 100; below this a face or a sign is no longer read.
const QUALITY: u8 = 78;
/// A picture that is larger than any camera's is not decoded: width or height, and bytes while it is.
const SIDE_MAX: u32 = 20_000;
const BYTES_MAX: u64 = 256 << 20;

/// A picture as a small JPEG the right way up; `None` for what is none, is broken, or unpacks to more than any camera
/// makes.
pub fn small(content: &[u8]) -> Option<Vec<u8>> {
    let mut reader = ImageReader::new(Cursor::new(content))
        .with_guessed_format()
        .ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let orientation = decoder.orientation().ok()?;
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(orientation);
    let is_large = picture.width() > SIDE || picture.height() > SIDE;
    let picture = match is_large {
        true => picture.thumbnail(SIDE, SIDE),
        false => picture,
    };
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, QUALITY);
    // JPEG has no transparency.
    picture.to_rgb8().write_with_encoder(encoder).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::small;
    use image::{DynamicImage, GenericImageView, ImageFormat, Rgb, RgbImage};
    use std::io::Cursor;

    fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        // Red above, blue below, so that one sees which way is up.
        let colour = |_, y| match y < height / 2 {
            true => Rgb([200, 0, 0]),
            false => Rgb([0, 0, 200]),
        };
        let drawn = DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, colour));
        let mut out = Cursor::new(Vec::new());
        drawn.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    #[test]
    fn pictures_of_each_kind_become_small_and_keep_their_shape() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let made = small(&picture(1600, 800, format)).unwrap();
            let made = image::load_from_memory_with_format(&made, ImageFormat::Jpeg).unwrap();
            assert_eq!(made.dimensions(), (320, 160), "{format:?}");
            let top = made.to_rgb8().get_pixel(160, 10).0;
            assert!(top[0] > 150 && top[2] < 80, "{format:?} {top:?}");
        }
        let tiny = small(&picture(20, 10, ImageFormat::Png)).unwrap();
        let tiny = image::load_from_memory(&tiny).unwrap();
        assert_eq!(tiny.dimensions(), (20, 10), "nothing is blown up");
    }

    #[test]
    fn a_picture_that_a_camera_took_sideways_stands_up() {
        use img_parts::{Bytes, ImageEXIF, jpeg::Jpeg};
        let plain = picture(400, 200, ImageFormat::Jpeg);
        let mut turned = Jpeg::from_bytes(plain.into()).unwrap();
        // Orientation 6: the first row is on the right.
        let exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        turned.set_exif(Some(Bytes::from_static(exif)));
        let mut bytes = Vec::new();
        turned.encoder().write_to(&mut bytes).unwrap();
        let made = image::load_from_memory(&small(&bytes).unwrap()).unwrap();
        assert_eq!(made.dimensions(), (160, 320));
    }

    #[test]
    fn what_is_no_picture_is_none() {
        let mut cut = picture(1600, 800, ImageFormat::Png);
        cut.truncate(cut.len() / 2);
        // A head that promises a picture of 60,000 × 60,000.
        let mut vast = picture(8, 8, ImageFormat::Png);
        vast[16..20].copy_from_slice(&60_000u32.to_be_bytes());
        vast[20..24].copy_from_slice(&60_000u32.to_be_bytes());
        for bytes in [&b""[..], b"no picture", b"<svg/>", &cut, &vast] {
            assert_eq!(small(bytes), None);
        }
    }
}
