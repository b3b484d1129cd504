//! Stand-ins for the photographs and papers that an example's records name: small pictures, and one paper.

use flate2::{Compress, Compression, Crc, FlushCompress};

/// Pictures of hills under a sky, each its own, and a paper: name and content.
pub(crate) fn stand_ins() -> Vec<(String, Vec<u8>)> {
    let pictures = (0..PICTURES).map(|nth| (format!("example-{}.png", nth + 1), picture(nth)));
    pictures
        .chain([("example.pdf".to_owned(), paper())])
        .collect()
}

const PICTURES: u32 = 8;
const WIDTH: u32 = 240;
const HEIGHT: u32 = 160;

/// A picture as PNG (RFC 2083): eight bits, three colours, no filter.
fn picture(nth: u32) -> Vec<u8> {
    let mut rows = Vec::with_capacity(((WIDTH * 3 + 1) * HEIGHT) as usize);
    for y in 0..HEIGHT {
        rows.push(0);
        for x in 0..WIDTH {
            rows.extend(colour(nth, x, y));
        }
    }
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let head = [
        &WIDTH.to_be_bytes()[..],
        &HEIGHT.to_be_bytes(),
        &[8, 2, 0, 0, 0],
    ]
    .concat();
    chunk(&mut png, b"IHDR", &head);
    chunk(&mut png, b"IDAT", &packed(&rows));
    chunk(&mut png, b"IEND", &[]);
    png
}

/// Two ridges, the nearer one darker, under a sky that brightens towards them.
fn colour(nth: u32, x: u32, y: u32) -> [u8; 3] {
    let ridge = |base: u32, high: u32, step: u32| {
        let at = (x + nth * 37) % step;
        base - high * at.min(step - at) / step
    };
    let tint = (nth * 9) as u8;
    if y > ridge(140, 60, 90) {
        [40 + tint, 92, 70]
    } else if y > ridge(110, 70, 140) {
        [98, 140 - tint, 128]
    } else {
        let light = (y / 2) as u8;
        [150 + light, 178 + light / 2, 214]
    }
}

/// A zlib stream; all of it fits into room that is larger than what it is made from.
fn packed(content: &[u8]) -> Vec<u8> {
    let mut into = Vec::with_capacity(content.len() + 1_024);
    let mut zlib = Compress::new(Compression::default(), true);
    // It cannot fail with room to spare; a shorter stream would make a picture that nobody can read.
    let _ = zlib.compress_vec(content, &mut into, FlushCompress::Finish);
    into
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
    let mut sum = Crc::new();
    sum.update(kind);
    sum.update(content);
    png.extend((content.len() as u32).to_be_bytes());
    png.extend(kind);
    png.extend(content);
    png.extend(sum.sum().to_be_bytes());
}

/// One page that says what it is, as PDF 1.4.
fn paper() -> Vec<u8> {
    let text = "BT /F1 24 Tf 72 720 Td (Example paper, made for a rehearsal) Tj ET";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (nth, object) in (1..).zip(&objects) {
        places.push(pdf.len());
        pdf.push_str(&format!("{nth} 0 obj\n{object}\nendobj\n"));
    }
    let table = pdf.len();
    let count = objects.len() + 1;
    pdf.push_str(&format!("xref\n0 {count}\n0000000000 65535 f \n"));
    for place in places {
        pdf.push_str(&format!("{place:010} 00000 n \n"));
    }
    pdf.push_str(&format!(
        "trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"
    ));
    pdf.into_bytes()
}
