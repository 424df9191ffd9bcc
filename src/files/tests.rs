//! The folder of files by itself: nothing is left behind, nothing is overwritten, what is old and unnamed may go; and
//! what a viewing copy has left of a picture.

use super::*;
use image::{DynamicImage, GenericImageView, ImageFormat, Rgb, RgbImage, RgbaImage};
use std::io::Cursor;
use std::sync::atomic::AtomicUsize;
use std::time::SystemTime;

/// A folder that goes with its test.
struct Place(PathBuf);

impl Place {
    fn new() -> Place {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("whistle-files-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        Place(std::env::temp_dir().join(name))
    }

    fn files(&self, keep_free: u64) -> Files {
        Files::at(Bounds { dir: self.0.clone(), keep_free, keep_free_percent: 0 }, 7)
    }

    fn lying(&self) -> Vec<PathBuf> {
        let folders = fs::read_dir(&self.0).into_iter().flatten().map(|entry| entry.unwrap().path());
        let files = folders.flat_map(|folder| fs::read_dir(folder).into_iter().flatten());
        let mut files: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

async fn arrived(files: &Files, content: &[u8]) -> Arrived {
    let mut part = files.begin().await.unwrap().unwrap();
    for piece in content.chunks(100_000) {
        part.push(piece).await.unwrap();
    }
    part.end().await.unwrap()
}

async fn read_whole(files: &Files, sha256: &str) -> Vec<u8> {
    let (mut whole, mut opened) = (Vec::new(), files.open(sha256).await.unwrap());
    loop {
        let (piece, rest) = opened.read_on().await.unwrap();
        if piece.is_empty() {
            return whole;
        }
        whole.extend(piece);
        opened = rest;
    }
}

#[tokio::test]
async fn a_file_is_kept_by_its_digest_whole_and_for_this_user_only() {
    use std::os::unix::fs::PermissionsExt;
    let (place, content) = (Place::new(), vec![7; 700_001]);
    let files = place.files(0);
    let one = arrived(&files, &content).await;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &content);
    assert_eq!((one.sha256(), one.bytes()), (hex(digest.as_ref()).as_str(), content.len()));
    let sha256 = one.sha256().to_owned();
    files.keep(one).await.unwrap();
    // The same again is the same file.
    files.keep(arrived(&files, &content).await).await.unwrap();
    assert_eq!(place.lying(), [place.0.join(&sha256[..2]).join(&sha256)]);
    assert!(read_whole(&files, &sha256).await == content);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&place.lying()[0]), mode(&place.0)), (0o600, 0o700));
}

#[tokio::test]
async fn what_is_not_kept_leaves_nothing_behind() {
    let place = Place::new();
    let files = place.files(0);
    let mut part = files.begin().await.unwrap().unwrap();
    part.push(&[1; 300_000]).await.unwrap();
    let whole = arrived(&files, b"x").await;
    assert_eq!(place.lying().len(), 2);
    drop((part, whole));
    assert!(place.lying().is_empty(), "{:?}", place.lying());
}

#[tokio::test]
async fn t39_no_file_is_begun_when_the_last_room_would_be_used() {
    let place = Place::new();
    assert!(place.files(u64::MAX).begin().await.unwrap().is_none());
    let percent = Bounds { dir: place.0.clone(), keep_free: 0, keep_free_percent: 101 };
    assert!(Files::at(percent, 7).begin().await.unwrap().is_none());
    assert!(place.files(0).begin().await.unwrap().is_some());
}

#[tokio::test]
async fn only_what_has_lain_is_removed_and_left_behind_parts_are_swept() {
    let place = Place::new();
    let files = place.files(0);
    let one = arrived(&files, b"one").await;
    let (sha256, left) = (one.sha256().to_owned(), arrived(&files, b"left").await);
    files.keep(one).await.unwrap();
    let shelf = u8::from_str_radix(&sha256[..2], 16).unwrap();
    assert_eq!(files.remove(vec![sha256.clone(), "00".repeat(32)]).await.unwrap(), 0, "somebody is about to name it");
    assert_eq!(files.old(shelf).await.unwrap(), [""; 0]);
    for path in place.lying() {
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    }
    assert_eq!(files.old(shelf).await.unwrap(), std::slice::from_ref(&sha256));
    assert_eq!(place.lying().len(), 1, "the part goes with the look");
    assert_eq!(files.remove(vec![sha256]).await.unwrap(), 1);
    assert!(place.lying().is_empty(), "{:?}", place.lying());
    drop(left);
}

#[tokio::test]
async fn a_file_that_came_early_in_a_long_form_is_as_young_as_its_laying() {
    let place = Place::new();
    let files = place.files(0);
    let one = arrived(&files, b"first of a form that took a quarter of an hour").await;
    let sha256 = one.sha256().to_owned();
    for path in place.lying() {
        let file = File::options().write(true).open(path).unwrap();
        let since = file.metadata().unwrap().modified().unwrap();
        file.set_modified(since - Duration::from_secs(16 * 60)).unwrap();
    }
    files.keep(one).await.unwrap();
    assert_eq!(files.remove(vec![sha256]).await.unwrap(), 0, "somebody is about to name it");
    assert_eq!(place.lying().len(), 1);
}

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn copy(bytes: &[u8], format: Format) -> Option<DynamicImage> {
    let copy = picture::copy_of(bytes, format)?;
    Some(image::load_from_memory_with_format(&copy, ImageFormat::Jpeg).unwrap())
}

#[test]
fn t26_a_copy_is_small_and_of_every_kind_that_can_be_decoded() {
    let wide = RgbImage::from_pixel(3_200, 400, Rgb([9, 99, 199]));
    for (format, kind) in
        [(Format::Jpeg, ImageFormat::Jpeg), (Format::Png, ImageFormat::Png), (Format::Webp, ImageFormat::WebP)]
    {
        let copy = copy(&encoded(wide.clone(), kind), format).unwrap();
        assert_eq!(copy.dimensions(), (1_600, 200), "{format}");
        let [red, green, blue, _] = copy.get_pixel(800, 100).0;
        let near = |a: u8, b: u8| a.abs_diff(b) < 6;
        assert!(near(red, 9) && near(green, 99) && near(blue, 199), "{format}: {red} {green} {blue}");
    }
    let small = encoded(RgbImage::from_pixel(40, 30, Rgb([1, 2, 3])), ImageFormat::Png);
    assert_eq!(copy(&small, Format::Png).unwrap().dimensions(), (40, 30), "nothing is made larger");
    let clear = encoded(RgbaImage::from_pixel(9, 9, image::Rgba([200, 0, 0, 0])), ImageFormat::Png);
    assert_eq!(copy(&clear, Format::Png).unwrap().to_rgb8().get_pixel(4, 4).0, [255; 3], "what is clear is white");
}

#[test]
fn t26_what_cannot_be_decoded_within_bounds_has_no_copy() {
    let good = encoded(RgbImage::from_pixel(64, 64, Rgb([1, 2, 3])), ImageFormat::Png);
    assert!(copy(&good, Format::Png).is_some());
    assert!(copy(&good[..good.len() / 2], Format::Png).is_none(), "cut");
    assert!(copy(b"\xff\xd8\xff\xe0", Format::Jpeg).is_none());
    assert!(copy(&good, Format::Heic).is_none() && copy(&good, Format::Pdf).is_none());
    // Its head says that it is larger than anything that is decoded; the rest is never looked at.
    let mut tall = encoded(RgbImage::from_pixel(1, EDGE + 1, Rgb([1, 2, 3])), ImageFormat::Png);
    assert!(copy(&tall, Format::Png).is_none());
    tall.clear();
    let many = encoded(RgbImage::new(8_000, 5_001), ImageFormat::Png);
    assert!(copy(&many, Format::Png).is_none());
}

/// Longest edge that is decoded.
const EDGE: u32 = 12_000;
