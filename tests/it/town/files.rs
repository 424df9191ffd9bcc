//! Files as people send them: forms of several parts, pictures with everything that phones write into them, documents as
//! containers. Made here, so that nothing of somebody else's lies in the tree.

use super::browser::Browser;
use super::http::{AMPLE, Reply};
use super::{Person, Place, Town};
use image::codecs::jpeg::JpegEncoder;
use image::{ImageEncoder, RgbImage};
use serde_json::Value;
use std::io::Cursor;
use std::path::PathBuf;
use whistle_hub::config::Files;

/// A mark beside the ledger.
const NO_ROOM: &str = "no-room";
/// What the forms made here are.
pub(crate) const FORM_OF_FILES: &str = "multipart/form-data; boundary=edge-of-files";

/// A form with fields and with files in the one field that takes them.
pub(crate) fn files(fields: &[(&str, &str)], sent: &[(&str, &[u8])]) -> Vec<u8> {
    files_before(fields, sent, &[])
}

/// The same with fields behind the files, too, as on some pages.
pub(crate) fn files_before(fields: &[(&str, &str)], files: &[(&str, &[u8])], behind: &[(&str, &str)]) -> Vec<u8> {
    let field = |(name, value): &(&str, &str)| {
        format!("--edge-of-files\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes()
    };
    let mut body: Vec<u8> = fields.iter().chain(&[("note", "x")]).flat_map(field).collect();
    for (name, content) in files {
        let head = format!("Content-Disposition: form-data; name=\"files\"; filename=\"{name}\"");
        body.extend(format!("--edge-of-files\r\n{head}\r\nContent-Type: application/octet-stream\r\n\r\n").bytes());
        body.extend([content, &b"\r\n"[..]].concat());
    }
    body.extend(behind.iter().flat_map(field));
    body.extend(b"--edge-of-files--\r\n");
    body
}

impl Person<'_> {
    /// Attaches files to a whistle, a visit or a finding, whatever comes of it.
    pub(crate) async fn sends(&self, code: &str, sent: &[(&str, &[u8])]) -> Reply {
        self.deed(code, "attachments").await.raw(FORM_OF_FILES, files(&[], sent)).send().await
    }

    /// Attaches one file, which must succeed; its card.
    pub(crate) async fn attaches(&self, code: &str, name: &str, content: &[u8]) -> Value {
        let reply = self.sends(code, &[(name, content)]).await.expect(201).json();
        reply["items"][0].clone()
    }
}

impl Browser<'_> {
    /// A form with files of our own page.
    pub(crate) async fn sends(&self, path: &str, fields: &[(&str, &str)], sent: &[(&str, &[u8])]) -> Reply {
        let ask = self.ask("POST", path).header("Sec-Fetch-Site", "same-origin");
        self.keep(ask.raw(FORM_OF_FILES, files(fields, sent)).send().await)
    }
}

impl Town {
    /// Waits until so many files lie there; each look is a request that the hub answers, so nothing spins.
    pub(crate) async fn until_lying(&self, place: &Place, wanted: usize) {
        let looks = async {
            while place.lying().len() != wanted {
                self.office().get("/me").await;
            }
        };
        tokio::time::timeout(AMPLE, looks).await.expect("the folder of files never becomes so");
    }
}

impl Place {
    /// Where this district's proof lies.
    pub(crate) fn files(&self) -> Files {
        let keep_free_mib = if self.path().join(NO_ROOM).exists() { u64::MAX >> 20 } else { 0 };
        Files { dir: self.path().join("files"), keep_free_mib, keep_free_percent: 0 }
    }

    /// From the next start on the disk counts as full.
    pub(crate) fn fill(&self) {
        std::fs::write(self.path().join(NO_ROOM), b"").unwrap();
    }

    /// Every file of the folder of proof: below it, and in bytes.
    pub(crate) fn lying(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut folders = vec![self.path().join("files")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                match std::fs::read(&path) {
                    Ok(bytes) => found.push((path, bytes)),
                    // What was cut off is removed by another task, perhaps at this moment.
                    Err(gone) => assert_eq!(gone.kind(), std::io::ErrorKind::NotFound, "{}", path.display()),
                }
            }
        }
        found
    }

    /// Makes everything there older, as if so many seconds had passed.
    pub(crate) fn age(&self, seconds: u64) {
        for (path, _) in self.lying() {
            let file = std::fs::File::options().write(true).open(path).unwrap();
            let since = file.metadata().unwrap().modified().unwrap();
            file.set_modified(since - std::time::Duration::from_secs(seconds)).unwrap();
        }
    }
}

/// A picture of this size in which every dot tells its place.
pub(crate) fn dots(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let part = |at: u32, of: u32| u8::try_from(at * 255 / of.max(1)).unwrap();
        image::Rgb([part(x, width), part(y, height), 90])
    })
}

/// A photograph.
pub(crate) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 80).encode_image(&dots(width, height)).unwrap();
    bytes
}

/// The same as another kind.
pub(crate) fn encoded(width: u32, height: u32, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    dots(width, height).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// What a phone writes into a photograph: that it lies on its side (6), and where it was taken.
pub(crate) const GPS: &[u8] = b"GPS 31.7797N 119.9739E";

/// A photograph as a phone takes it.
pub(crate) fn phone_jpeg(width: u32, height: u32) -> Vec<u8> {
    let plain = jpeg(width, height);
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value.to_be_bytes()].concat()
    };
    let place = u32::try_from(GPS.len()).unwrap();
    // Two entries: the orientation, and a description that stands behind them.
    let tiff =
        [&b"MM\0*\0\0\0\x08\0\x02"[..], &entry(0x0112, 3, 1, 6 << 16), &entry(0x010e, 2, place, 38), &[0; 4], GPS]
            .concat();
    let exif = [&b"Exif\0\0"[..], &tiff].concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], b"\xff\xe1", &length, &exif, &plain[2..]].concat()
}

/// A picture that says it is as large as that and has next to nothing in it.
pub(crate) fn bomb(width: u32, height: u32) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let named = [&kind[..], data].concat();
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&length[..], &named, &crc(&named).to_be_bytes()].concat()
    };
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let data = chunk(b"IDAT", &packed_zeros(1 << 20));
    [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &head), &data, &chunk(b"IEND", b"")].concat()
}

/// Zeros, stored as PNG packs them.
fn packed_zeros(count: usize) -> Vec<u8> {
    let mut whole = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut whole);
    let side = u32::try_from(count / 1024).unwrap();
    encoder.write_image(&vec![0; count], 1024, side, image::ExtendedColorType::L8).unwrap();
    let at = whole.windows(4).position(|four| four == b"IDAT").unwrap();
    let length = u32::from_be_bytes(whole[at - 4..at].try_into().unwrap()) as usize;
    whole[at + 4..at + 4 + length].to_vec()
}

fn crc(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}
