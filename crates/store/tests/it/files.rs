//! Attached files: what is stored of a picture, what is refused, and what a sweep takes away.

use crate::both::{Place, on_both};
use crate::sample::{
    action, cells, change, create, field, open_for, programme, refused, text, written,
};
use futures_util::TryStreamExt;
use img_parts::jpeg::{Jpeg, JpegSegment, markers};
use img_parts::png::{Png, PngChunk};
use img_parts::webp::WebP;
use img_parts::{Bytes, ImageEXIF};
use programme::Programme;
use programme::model::FieldKind;
use programme::record::{Author, Cell};
use rules::Moment;
use store::Store;
use store::Trouble;
use store::doctor::Grade;
use store::files::{Files, Limits, Stored, is_complete};
use store::write::{Refusal, Write};

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
            let stored = files.put(&db, &picture, &accept, LIMITS, Moment(0)).await.unwrap();
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
        let first = files.put(&db, &content, &[], LIMITS, Moment(0)).await.unwrap();
        let second = files.put(&db, &content, &[], LIMITS, Moment(1)).await.unwrap();
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
            let refusal = files.put(&db, &content, accept, LIMITS, Moment(0)).await.unwrap_err();
            assert_eq!(refusal.trouble, trouble, "{refusal}");
            assert!(words == "not" || refusal.what.en.contains(words), "{refusal}");
        }
        for content in [b'a', b'b'] {
            files.put(&db, &vec![content; 9_000], &[], LIMITS, Moment(0)).await.unwrap();
        }
        let full = files.put(&db, &[b'c'; 9_000], &[], LIMITS, Moment(0)).await.unwrap_err();
        assert!(full.what.en.contains("quota"), "{full}");
        assert_eq!(db.fetch("select 1 from file", &[]).await.unwrap().len(), 2, "a refused file leaves no row");
    }

    async fn an_action_names_files_that_are_held_and_of_its_kind(place) {
        let (store, files) = desk(place).await;
        let picture = files.put(store.db(), &png(), &[], LIMITS, Moment(0)).await.unwrap();
        let page = files.put(store.db(), b"%PDF-1.7", &[], LIMITS, Moment(0)).await.unwrap();
        let none = refused(&store, action(vec![with(&["0".repeat(64)])])).await;
        assert!(matches!(&none, Refusal::NoFile { field, digest, .. } if field == "photos" && digest.starts_with("00")), "{none:?}");
        let other = refused(&store, action(vec![with(std::slice::from_ref(&page.digest))])).await;
        assert!(matches!(&other, Refusal::OtherKind { kind, .. } if kind == "application/pdf"), "{other:?}");
        assert!(other.words().en.contains("image/*"));
        let rows = store.db().fetch("select 1 from file_use", &[]).await.unwrap();
        assert_eq!(rows.len(), 0, "what was refused names nothing");
        let answer = written(&store, vec![with(std::slice::from_ref(&picture.digest))]).await;
        let uses = files.uses(store.db(), &picture.digest).await.unwrap();
        assert_eq!(uses.len(), 1);
        assert_eq!(uses[0].record, *answer.entries[0].record);
        assert!(answer.entries[0].after.contains(&photos(&[picture.digest])));
    }

    async fn a_sweep_takes_what_no_version_names_and_nothing_else(place) {
        let (store, files) = desk(place).await;
        let db = store.db();
        let put = async |content: &[u8], at| files.put(db, content, &[], LIMITS, Moment(at)).await.unwrap();
        let gif = |n: u8| [b"GIF89a\x01\0\x01\0\0\0", &[n][..]].concat();
        let [first, then, orphan] = [put(&gif(1), 0).await, put(&gif(2), 0).await, put(&gif(3), 0).await];
        let fresh = put(&gif(4), 1_000).await;
        let id = written(&store, vec![with(std::slice::from_ref(&first.digest))]).await.entries[0].record.clone();
        let other = cells([("photos", photos(std::slice::from_ref(&then.digest)).1)]);
        written(&store, vec![change("event", &id, 1, other)]).await;
        written(&store, vec![change("event", &id, 2, cells([("photos", None)]))]).await;
        let swept = files.sweep(db, Moment(500)).await.unwrap();
        assert_eq!((swept.files, swept.bytes), (1, 13));
        assert!(files.whole(&orphan.digest).await.is_err());
        for kept in [&first, &then, &fresh] {
            files.whole(&kept.digest).await.unwrap();
        }
        // Stored again, a content that nobody names waits its term again.
        let again = put(&gif(3), 0).await;
        put(&gif(3), 2_000).await;
        files.sweep(db, Moment(1_500)).await.unwrap();
        files.whole(&again.digest).await.unwrap();
        assert!(files.whole(&fresh.digest).await.is_err());
        // A content whose row was never written goes once it is old enough.
        let folder = place.folder().join("files");
        let stray = folder.join("incoming").join("stray");
        std::fs::create_dir_all(stray.parent().unwrap()).unwrap();
        std::fs::write(&stray, b"stray").unwrap();
        assert_eq!(files.sweep(db, Moment(1_500)).await.unwrap().files, 0, "it may still be on its way");
        assert_eq!(files.sweep(db, Moment(i64::MAX)).await.unwrap().files, 2, "the stray and what was stored again");
        assert!(!stray.exists());
        assert!(is_complete(db, &filed().registers).await.unwrap());
        // What every version named goes once its values are erased.
        store.erase(&author(), "event", &id, &["photos".to_owned()], None, [1; 32]).await.unwrap();
        assert_eq!(files.sweep(db, Moment(i64::MAX)).await.unwrap().files, 2);
        assert!(files.whole(&first.digest).await.is_err());
    }

    async fn a_batch_that_is_undone_keeps_its_files(place) {
        let (store, files) = desk(place).await;
        let picture = files.put(store.db(), &png(), &[], LIMITS, Moment(0)).await.unwrap();
        let sheet = store::Sheet { register: "event".into(), digest: [1; 32], rows: 2, name: "a.csv".into(), why: None };
        let mut batch = store.begin(&author(), &sheet).await.unwrap();
        let rows = [with(std::slice::from_ref(&picture.digest)), with(&["0".repeat(64)])];
        let taken = store.take(&mut batch, &author(), &rows, [2; 32]).await.unwrap();
        assert_eq!(taken.entries.len(), 1);
        assert!(matches!(taken.refused[0], (1, Refusal::NoFile { .. })));
        store.end(&mut batch).await.unwrap();
        let (_, kept) = store.undo(&batch, &author(), None, || [3; 32], |_, _| ()).await.unwrap();
        assert_eq!(kept, []);
        files.sweep(store.db(), Moment(i64::MAX)).await.unwrap();
        files.whole(&picture.digest).await.unwrap();
    }

    async fn files_that_are_gone_or_altered_or_not_noted_are_named(place) {
        let (store, files) = desk(place).await;
        let picture = files.put(store.db(), &png(), &[], LIMITS, Moment(0)).await.unwrap();
        written(&store, vec![with(std::slice::from_ref(&picture.digest))]).await;
        let programme = filed();
        let folder = place.folder().join("files");
        let check = async |name: &str| {
            let around = store::doctor::Surroundings {
                programme: Some(&programme),
                now: Moment(0),
                clock: &|| 0,
                files: Some(&folder),
                key: None,
                backups: None,
            };
            let found = store::doctor::examined(store.db(), &around).await.unwrap();
            let found = found.into_iter().find(|finding| finding.check == name).unwrap();
            (found.grade, found.words.en)
        };
        assert_eq!(check("files").await.0, Grade::Good);
        assert_eq!(check("file-uses").await.0, Grade::Good);
        let lies = folder.join(&picture.digest[..2]).join(&picture.digest[2..4]).join(&picture.digest);
        let mut other = std::fs::read(&lies).unwrap();
        other[40] ^= 1;
        std::fs::write(&lies, &other).unwrap();
        let (grade, words) = check("files").await;
        assert!(grade == Grade::Bad && words.contains("1 are altered") && words.contains(&picture.digest), "{words}");
        std::fs::remove_file(&lies).unwrap();
        assert!(check("files").await.1.contains("1 files are gone"));
        let mut tx = store.db().write().await.unwrap();
        tx.run("delete from file_use").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(check("file-uses").await.0, Grade::Bad);
    }

    async fn a_file_comes_in_piece_by_piece_under_its_first_name(place) {
        let (store, files) = desk(place).await;
        let bring = async |token: &str, name: &str| -> Stored {
            let mut incoming = files.incoming(token, LIMITS).await.unwrap();
            for piece in "签到表\n".repeat(500).as_bytes().chunks(7) {
                incoming.write(piece).await.unwrap();
            }
            incoming.store(store.db(), name, &[], Moment(0)).await.unwrap()
        };
        let first = bring("a", "甲.txt").await;
        assert_eq!((first.kind.as_str(), first.size), ("text/plain", 5_000));
        let again = bring("b", "乙.txt").await;
        assert_eq!(first.digest, again.digest);
        let named = async || files.about(store.db(), &first.digest).await.unwrap().unwrap().name;
        assert_eq!(named().await, "乙.txt", "nobody names it yet");
        let mut tx = store.db().write().await.unwrap();
        let text = "insert into file_use (digest, register, record, field, arrival) values ($1, 'event', 'e', 'photos', 1)";
        tx.execute(text, &[first.digest.as_str().into()]).await.unwrap();
        tx.commit().await.unwrap();
        bring("c", "丙.txt").await;
        assert_eq!(named().await, "乙.txt");
        // Too long a file ends at once, and nothing of it stays.
        let mut incoming = files.incoming("d", LIMITS).await.unwrap();
        incoming.write(&[b'a'; 9_000]).await.unwrap();
        let long = incoming.write(&[b'a'; 2_000]).await.unwrap_err();
        assert_eq!(long.trouble, Trouble::Full);
        incoming.abandon().await;
        let left = std::fs::read_dir(place.folder().join("files").join("incoming")).unwrap();
        assert_eq!(left.count(), 0);
    }
}

/// The sample with a field of pictures.
fn filed() -> Programme {
    let mut programme = programme();
    let mut photos = field("photos", FieldKind::Files);
    photos.accept = vec!["image/*".into()];
    programme.registers[1].fields.push(photos);
    programme
}

async fn desk(place: &Place) -> (Store, Files) {
    let store = open_for(place, &filed()).await;
    let files = Files::open(&place.folder().join("files")).unwrap();
    (store, files)
}

fn photos(digests: &[String]) -> (String, Option<Cell>) {
    let items = digests.iter().map(|d| Cell::Text(d.as_str().into()));
    ("photos".into(), Some(Cell::List(items.collect())))
}

/// An event with these pictures.
fn with(digests: &[String]) -> Write {
    let mut event = create("event", None, cells([("place", text("350500"))]));
    event.change.after.push(photos(digests));
    event
}

fn author() -> Author {
    action(Vec::new()).author
}
