//! What a file is, told by its content, and pictures without what a camera wrote into them.

use img_parts::jpeg::{Jpeg, markers};
use img_parts::png::Png;
use img_parts::webp::WebP;
use img_parts::{Bytes, ImageEXIF};

/// The kind of a file whose content says nothing.
const UNKNOWN: &str = "application/octet-stream";

/// Kinds that a page may show as they are. SVG and HTML can carry scripts and are never among them.
const INLINE: [&str; 5] = [
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "application/pdf",
];

/// Bytes from the beginning that tell the kind.
const HEAD: usize = 8_192;

/// What was seen of a content that comes piece by piece.
#[derive(Debug, Default)]
pub(super) struct Seen {
    head: Vec<u8>,
    /// The beginning of a character whose rest is still to come.
    open: Vec<u8>,
    is_other: bool,
}

impl Seen {
    /// The next piece.
    pub(super) fn add(&mut self, piece: &[u8]) {
        let room = HEAD.saturating_sub(self.head.len());
        self.head.extend(piece.iter().take(room));
        if self.is_other {
            return;
        }
        self.open.extend_from_slice(piece);
        let (rest, is_other) = match std::str::from_utf8(&self.open) {
            Ok(text) => (Vec::new(), text.contains('\0')),
            Err(fault) => {
                let (text, rest) = self.open.split_at(fault.valid_up_to());
                (
                    rest.to_vec(),
                    fault.error_len().is_some() || text.contains(&0),
                )
            }
        };
        (self.open, self.is_other) = (rest, is_other);
    }

    /// The media type, by the content alone; a file's name and what a browser claims are never asked.
    pub(super) fn kind(&self) -> &'static str {
        if let Some(markup) = markup(&self.head) {
            return markup;
        }
        match infer::get(&self.head) {
            Some(kind) => kind.mime_type(),
            None if !self.is_other && self.open.is_empty() => "text/plain",
            None => UNKNOWN,
        }
    }
}

/// Whether it is a picture of a kind from which [`bared`] takes what a camera wrote.
pub(super) fn is_picture(kind: &str) -> bool {
    matches!(kind, "image/jpeg" | "image/png" | "image/webp")
}

/// SVG and HTML, however they begin: a comment or a declaration may stand before the first tag.
fn markup(content: &[u8]) -> Option<&'static str> {
    let head = content.get(..4096).unwrap_or(content);
    let head = String::from_utf8_lossy(head).to_lowercase();
    let text = head.trim_start_matches('\u{feff}').trim_start();
    if !text.starts_with('<') {
        return None;
    }
    if text.contains("<svg") {
        return Some("image/svg+xml");
    }
    [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<script",
        "<iframe",
    ]
    .iter()
    .any(|tag| text.contains(tag))
    .then_some("text/html")
}

/// Whether a page may show files of this kind as they are.
pub fn inline(kind: &str) -> bool {
    INLINE.contains(&kind)
}

/// Whether a field that accepts these kinds (`image/*`, `application/pdf`; nothing: all) takes this one.
/// `image/*` means pictures that can be shown, so SVG is not one of them.
pub fn accepted(kind: &str, accept: &[String]) -> bool {
    let fits = |pattern: &String| match pattern.strip_suffix("/*") {
        Some(family) => kind != "image/svg+xml" && kind.split('/').next() == Some(family),
        None => pattern == kind,
    };
    accept.is_empty() || accept.iter().any(fits)
}

/// A picture without EXIF, XMP, IPTC and comments: no place, no device, no name. Other contents stay as they are.
/// What way up the picture is held stays, because without it every second photograph would lie on its side.
/// `None` where it claims to be a picture and cannot be taken apart.
pub(super) fn bared(kind: &str, content: Vec<u8>) -> Option<Vec<u8>> {
    let bytes = Bytes::from(content);
    Some(match kind {
        "image/jpeg" => {
            let mut picture = Jpeg::from_bytes(bytes).ok()?;
            let turned = picture.exif().as_deref().and_then(orientation);
            let personal = [markers::APP1, markers::APP13, markers::COM];
            picture
                .segments_mut()
                .retain(|segment| !personal.contains(&segment.marker()));
            picture.set_exif(turned.map(only_orientation));
            picture.encoder().bytes().to_vec()
        }
        "image/png" => {
            let mut picture = Png::from_bytes(bytes).ok()?;
            let turned = picture.exif().as_deref().and_then(orientation);
            let personal = [*b"eXIf", *b"tEXt", *b"zTXt", *b"iTXt", *b"tIME"];
            picture
                .chunks_mut()
                .retain(|chunk| !personal.contains(&chunk.kind()));
            picture.set_exif(turned.map(only_orientation));
            picture.encoder().bytes().to_vec()
        }
        "image/webp" => {
            let mut picture = WebP::from_bytes(bytes).ok()?;
            let turned = picture.exif().as_deref().and_then(orientation);
            picture.remove_chunks_by_id(*b"XMP ");
            picture.set_exif(turned.map(only_orientation));
            picture.encoder().bytes().to_vec()
        }
        _ => bytes.to_vec(),
    })
}

/// Tag of the way a picture is held (TIFF 6.0, section 8): 1 is upright, 2 to 8 are turned or mirrored.
const ORIENTATION: u16 = 0x0112;

/// The way a picture is held, from the first directory of its EXIF; `None` for upright.
fn orientation(exif: &[u8]) -> Option<u8> {
    let little = match exif.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes: [u8; 2] = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let bytes: [u8; 4] = exif.get(4..8)?.try_into().ok()?;
    let first = if little {
        u32::from_le_bytes(bytes)
    } else {
        u32::from_be_bytes(bytes)
    };
    let first = usize::try_from(first).ok()?;
    for nth in 0..usize::from(short(first)?) {
        let entry = first.checked_add(2 + 12 * nth)?;
        if short(entry)? == ORIENTATION {
            let turned = short(entry.checked_add(8)?)?;
            return u8::try_from(turned)
                .ok()
                .filter(|turned| (2..=8).contains(turned));
        }
    }
    None
}

/// An EXIF block that says nothing but this.
fn only_orientation(turned: u8) -> Bytes {
    let [high, low] = ORIENTATION.to_be_bytes();
    let entry = [high, low, 0, 3, 0, 0, 0, 1, 0, turned, 0, 0];
    let head = [b'M', b'M', 0, 42, 0, 0, 0, 8, 0, 1];
    [&head[..], &entry, &[0; 4]].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(content: &[u8]) -> &'static str {
        let mut seen = Seen::default();
        seen.add(content);
        let whole = seen.kind();
        let mut seen = Seen::default();
        content.chunks(1).for_each(|piece| seen.add(piece));
        assert_eq!(seen.kind(), whole, "by single bytes");
        whole
    }

    #[test]
    fn markup_is_known_behind_comments_and_declarations() {
        let svg = "\u{feff} <?xml version=\"1.0\"?><!-- x --><SVG onload=\"alert(1)\"/>";
        assert_eq!(kind(svg.as_bytes()), "image/svg+xml");
        assert_eq!(kind(b"<!-- a --><script>alert(1)</script>"), "text/html");
        assert_eq!(kind("促销,金额\n".as_bytes()), "text/plain");
        assert_eq!(kind(&[0, 1, 2]), UNKNOWN);
        assert_eq!(kind("促".as_bytes().get(..2).unwrap_or_default()), UNKNOWN);
        assert_eq!(kind(b"%PDF-1.7\n"), "application/pdf");
        assert!(!inline("image/svg+xml") && !inline("text/html") && inline("image/png"));
    }

    #[test]
    fn a_field_takes_what_it_accepts_and_no_svg_for_a_picture() {
        let accept =
            |patterns: &[&str]| patterns.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
        assert!(accepted(
            "image/png",
            &accept(&["application/pdf", "image/*"])
        ));
        assert!(!accepted("image/svg+xml", &accept(&["image/*"])));
        assert!(accepted("image/svg+xml", &accept(&["image/svg+xml"])));
        assert!(!accepted("imagery/x", &accept(&["image/*"])));
        assert!(accepted("anything", &[]));
    }

    #[test]
    fn the_way_a_picture_is_held_is_read_and_written() {
        assert_eq!(orientation(&only_orientation(6)), Some(6));
        assert_eq!(
            orientation(b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x03\0\0\0"),
            Some(3)
        );
        assert_eq!(
            orientation(b"II*\0\xff\xff\xff\xff"),
            None,
            "a directory that lies outside"
        );
        assert_eq!(
            orientation(&only_orientation(1)),
            None,
            "upright needs no word"
        );
    }
}
