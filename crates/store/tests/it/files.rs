//! Attached files: what is stored of a picture, what is refused, and what a sweep takes away.

use crate::both::on_both;
use futures_util::TryStreamExt;
use img_parts::jpeg::{Jpeg, JpegSegment, markers};
use img_parts::png::{Png, PngChunk};
use img_parts::webp::WebP;
use img_parts::{Bytes, ImageEXIF};
use rules::Moment;
use store::Trouble;
use store::files::{Files, Limits, refer};

const LIMITS: Limits = Limits {
    size_max: 10_000,
    quota: 20_000,
};

/// Something personal that a camera or a program may have written.
const NAME: &[u8] = b"Camera of Li Lei, 26.0534 N";

/// EXIF in Intel's order: the picture is held on its side, and the maker's name.
fn exif() -> Bytes {
    let mut block = b"II*\0\x08\0\0\0\x02\0".to_vec();
    block.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]);
    block.extend([0x0f, 0x01, 2, 0, 27, 0, 0, 0, 38, 0, 0, 0]);
    block.extend([0; 4]);
    block.extend(NAME);
    block.into()
}

/// A grey point of 1 × 1 as baseline JPEG.
fn jpeg() -> Vec<u8> {
    let codes = "01".to_owned() + &"00".repeat(16);
    let parts = [
        "ffd8".to_owned(),
        format!("ffdb004300{}", "01".repeat(64)),
        "ffc0000b080001000101011100".to_owned(),
        format!("ffc4001400{codes}"),
        format!("ffc4001410{codes}"),
        "ffda0008010100003f003fffd9".to_owned(),
    ];
    let bytes = hex(&parts.concat());
    let mut picture = Jpeg::from_bytes(bytes.into()).unwrap();
    picture.set_exif(Some(exif()));
    let segments = picture.segments_mut();
    segments.insert(1, JpegSegment::new_with_contents(markers::COM, NAME.into()));
    segments.insert(
        1,
        JpegSegment::new_with_contents(markers::APP13, NAME.into()),
    );
    picture.encoder().bytes().to_vec()
}

/// A grey point as PNG, its one row stored without compression.
fn png() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let chunks: [(&[u8; 4], &[u8]); 5] = [
        (b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]),
        (b"tEXt", NAME),
        (b"eXIf", &exif()),
        (
            b"IDAT",
            &[0x78, 1, 1, 2, 0, 0xfd, 0xff, 0, 0x80, 0, 0x82, 0, 0x81],
        ),
        (b"IEND", &[]),
    ];
    for (kind, contents) in chunks {
        let chunk = PngChunk::new(*kind, Bytes::copy_from_slice(contents));
        bytes.extend(chunk.encoder().bytes());
    }
    bytes
}

/// A point of 1 × 1 as lossless WebP.
fn webp() -> Vec<u8> {
    let bytes = hex("524946461a000000574542505650384c0d0000002f00000010071011118888fe0700");
    let mut picture = WebP::from_bytes(bytes.into()).unwrap();
    picture.set_exif(Some(exif()));
    picture.encoder().bytes().to_vec()
}

fn hex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn says(content: &[u8], words: &[u8]) -> bool {
    content.windows(words.len()).any(|part| part == words)
}

on_both! {
    async fn pictures_lose_what_a_camera_wrote_and_keep_which_way_is_up(place) {
        let db = place.open().await;
        let files = Files::open(&place.folder().join("files")).unwrap();
        let accept = ["image/*".to_owned()];
        for (kind, picture) in [("image/jpeg", jpeg()), ("image/png", png()), ("image/webp", webp())] {
            assert!(says(&picture, NAME), "the test's own picture of {kind}");
            let stored = files.put(&db, picture, &accept, LIMITS, Moment(0)).await.unwrap();
            assert_eq!(stored.kind, kind);
            let kept = files.whole(&stored.digest).await.unwrap();
            assert_eq!(stored.size, kept.len() as u64);
            assert!(!says(&kept, NAME), "{kind} still tells whose it was");
            let kept = Bytes::from(kept);
            let exif = match kind {
                "image/jpeg" => Jpeg::from_bytes(kept).unwrap().exif(),
                "image/png" => Png::from_bytes(kept).unwrap().exif(),
                _ => WebP::from_bytes(kept).unwrap().exif(),
            };
            // Orientation 6 as the only entry.
            assert_eq!(exif.unwrap()[..22], *b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0");
        }
    }

    async fn a_content_is_stored_once_and_read_back_piece_by_piece(place) {
        let db = place.open().await;
        let folder = place.folder().join("files");
        let files = Files::open(&folder).unwrap();
        let content = "签到表\n".repeat(800).into_bytes();
        let first = files.put(&db, content.clone(), &[], LIMITS, Moment(0)).await.unwrap();
        let second = files.put(&db, content.clone(), &[], LIMITS, Moment(1)).await.unwrap();
        assert_eq!(first, second);
        assert_eq!(first.kind, "text/plain");
        let lies = folder.join(&first.digest[..2]).join(&first.digest[2..4]).join(&first.digest);
        assert_eq!(std::fs::read(&lies).unwrap(), content);
        let pieces: Vec<Vec<u8>> = files.read(&first.digest).await.unwrap().try_collect().await.unwrap();
        assert_eq!(pieces.concat(), content);
        // A file that somebody changed is not handed out as if it were the one.
        let mut other = content.clone();
        other[0] ^= 1;
        std::fs::write(&lies, other).unwrap();
        let altered = files.whole(&first.digest).await.unwrap_err();
        assert_eq!(altered.trouble, Trouble::Damaged);
        let none = files.whole(&"0".repeat(64)).await.unwrap_err();
        assert_eq!(none.trouble, Trouble::Missing);
    }

    async fn what_a_field_does_not_take_is_refused(place) {
        let db = place.open().await;
        let folder = place.folder().join("files");
        let files = Files::open(&folder).unwrap();
        let picture = ["image/*".to_owned()];
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec();
        let mut cut = png();
        cut.truncate(20);
        let wrong = [
            (svg, Trouble::Check, "image/svg+xml"),
            (b"<html><script>".to_vec(), Trouble::Check, "text/html"),
            (b"MZ\x90\0".to_vec(), Trouble::Check, "not"),
            (cut, Trouble::Check, "not whole"),
            (vec![b'a'; 10_001], Trouble::Full, "10001"),
        ];
        for (content, trouble, words) in wrong {
            let accept = if words == "not" { &["application/pdf".to_owned()] } else { &picture };
            let refusal = files.put(&db, content, accept, LIMITS, Moment(0)).await.unwrap_err();
            assert_eq!(refusal.trouble, trouble, "{refusal}");
            assert!(words == "not" || refusal.what.en.contains(words), "{refusal}");
        }
        for content in [b'a', b'b'] {
            files.put(&db, vec![content; 9_000], &[], LIMITS, Moment(0)).await.unwrap();
        }
        let full = files.put(&db, vec![b'c'; 9_000], &[], LIMITS, Moment(0)).await.unwrap_err();
        assert!(full.what.en.contains("quota"), "{full}");
        assert_eq!(db.fetch("select 1 from file", &[]).await.unwrap().len(), 2, "a refused file leaves no row");
    }

    async fn a_sweep_takes_what_nobody_needs_and_nothing_else(place) {
        let db = place.open().await;
        let folder = place.folder().join("files");
        let files = Files::open(&folder).unwrap();
        let put = async |content: &[u8], at| files.put(&db, content.to_vec(), &[], LIMITS, Moment(at)).await.unwrap();
        let needed = put(b"needed", 0).await;
        let orphan = put(b"orphan", 0).await;
        let fresh = put(b"fresh", 1_000).await;
        let mut tx = db.write().await.unwrap();
        refer(&mut tx, &needed.digest, 1).await.unwrap();
        let nobody = refer(&mut tx, &"0".repeat(64), 1).await.unwrap_err();
        assert_eq!(nobody.trouble, Trouble::Missing);
        tx.commit().await.unwrap();
        let swept = files.sweep(&db, Moment(500)).await.unwrap();
        assert_eq!((swept.files, swept.bytes), (1, 6));
        assert!(files.whole(&orphan.digest).await.is_err());
        for kept in [&needed, &fresh] {
            files.whole(&kept.digest).await.unwrap();
        }
        // A file whose row was never written goes once it is old enough.
        let stray = folder.join("ab").join("cd").join(format!("abcd{}", "0".repeat(60)));
        std::fs::create_dir_all(stray.parent().unwrap()).unwrap();
        std::fs::write(&stray, b"stray").unwrap();
        assert_eq!(files.sweep(&db, Moment(500)).await.unwrap().files, 0, "it may still be on its way");
        let later = Moment(i64::MAX);
        let mut tx = db.write().await.unwrap();
        refer(&mut tx, &fresh.digest, 1).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(files.sweep(&db, later).await.unwrap().files, 1);
        assert!(!stray.exists());
        files.whole(&needed.digest).await.unwrap();
    }
}
