//! What a phone reads of the squares on official sheets: the browser draws them, prints them, and a reader that is not ours takes
//! from either what must be the link byte for byte. On paper a square is large enough for an old phone, and nothing lies over it.

use crate::chrome::Chrome;
use crate::district::{enter, visited};
use crate::page::from_base64;
use crate::paper::printed;
use crate::sheets::{BOTTOM, LEFT, RIGHT, TOP};
use crate::town::town;
use image::GrayImage;

/// Dots an inch of an office's printer.
const DOTS: u32 = 300;
/// A square's dark part, millimetres at least.
const WIDE: f64 = 25.0;
/// Modules around it in which nothing may be.
const QUIET: f64 = 4.0;

/// A square that was found on a picture: what it says, how wide one of its modules is, and the box of its dark dots.
struct Found {
    says: String,
    module: f64,
    left: u32,
    right: u32,
    top: u32,
    bottom: u32,
}

/// Every square on a picture.
fn squares(picture: &GrayImage) -> Vec<Found> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let all = picture.as_raw();
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| all[y * width + x]);
    let found = |grid: &rqrr::Grid<_>| {
        let (meta, says) = grid.decode().unwrap();
        let (across, down) = (grid.bounds.map(|point| f64::from(point.x)), grid.bounds.map(|point| f64::from(point.y)));
        let ends = |of: [f64; 4]| (of.into_iter().fold(f64::MAX, f64::min), of.into_iter().fold(0.0, f64::max));
        let ((left, right), (top, bottom)) = (ends(across), ends(down));
        let size = u32::try_from(meta.version.to_size()).unwrap();
        let module = (right - left) / f64::from(size);
        // The reader's corners are near; the dots themselves are exact.
        let near = |(x, y): (u32, u32)| {
            let (x, y) = (f64::from(x), f64::from(y));
            x > left - module && x < right + module && y > top - module && y < bottom + module
        };
        let dark: Vec<(u32, u32)> = dark(picture).filter(|dot| near(*dot)).collect();
        let (across, down) = (dark.iter().map(|dot| dot.0), dark.iter().map(|dot| dot.1));
        let (left, right) = (across.clone().min().unwrap(), across.max().unwrap() + 1);
        let (top, bottom) = (down.clone().min().unwrap(), down.max().unwrap() + 1);
        Found { says, module: f64::from(right - left) / f64::from(size), left, right, top, bottom }
    };
    prepared.detect_grids().iter().map(found).collect()
}

fn dark(picture: &GrayImage) -> impl Iterator<Item = (u32, u32)> + '_ {
    picture.enumerate_pixels().filter(|(.., dot)| dot.0[0] < 160).map(|(x, y, _)| (x, y))
}

fn grey(png: &[u8]) -> GrayImage {
    image::load_from_memory(png).unwrap().to_luma8()
}

/// The one square of a sheet that is shown: on the screen and on its paper it says the same, and is fit to be scanned there.
async fn read(chrome: &Chrome, name: &str) -> String {
    let screen = squares(&grey(&from_base64(&chrome.picture().await)));
    let [on_screen] = &screen[..] else { panic!("{name}: {} squares on the screen", screen.len()) };
    let paper = printed(chrome, name).await;
    let mut says = Vec::new();
    for page in 1..=paper.pages.len() {
        let picture = grey(&paper.drawn(page, DOTS));
        for found in squares(&picture) {
            is_fit(name, &picture, &found);
            says.push(found.says);
        }
    }
    assert_eq!(says, std::slice::from_ref(&on_screen.says), "{name}");
    on_screen.says.clone()
}

/// Wide enough, within the type area, and nothing is drawn in the quiet around it.
fn is_fit(name: &str, picture: &GrayImage, found: &Found) {
    let mm = |dots: u32| f64::from(dots) * 25.4 / f64::from(DOTS);
    let [left, right, top, bottom] = [found.left, found.right, found.top, found.bottom].map(mm);
    assert!(right - left >= WIDE && bottom - top >= WIDE, "{name}: {:.1} by {:.1} mm", right - left, bottom - top);
    assert!(left >= LEFT && right <= RIGHT && top >= TOP && bottom <= BOTTOM, "{name}: {left:.1}, {top:.1}");
    let quiet = |(x, y): &(u32, u32)| {
        let away = |at: u32, (from, to): (u32, u32)| if at < from { from - at } else { (at + 1).saturating_sub(to) };
        let away = away(*x, (found.left, found.right)).max(away(*y, (found.top, found.bottom)));
        away > 0 && f64::from(away) < QUIET * found.module - 1.0
    };
    let over: Vec<(u32, u32)> = dark(picture).filter(quiet).collect();
    assert!(over.is_empty(), "{name}: {} dots are drawn too near, such as {:?}", over.len(), over[0]);
}

#[actix_web::test]
async fn what_a_phone_reads_at_the_gate_and_on_an_order_is_the_link_byte_for_byte() {
    town(async |t| {
        let visit = visited(t).await;
        let chrome = Chrome::open(t.address).await;
        enter(t, &chrome, "inspector.yj", "zh-CN").await;
        let links = format!("http://{}", t.address);
        for paper in ["notice", "record"] {
            chrome.go(&format!("/console/visits/{visit}/papers/{paper}")).await;
            assert_eq!(read(&chrome, &format!("square-{paper}")).await, format!("{links}/w/{visit}"), "{paper}");
        }
        // The firm's, as whoever gives it comes to it.
        chrome.go(&format!("/console/findings/{visit}-01")).await;
        chrome.turn("form[action$='/give_link'] button").await;
        assert_eq!(chrome.path().await, format!("/console/findings/{visit}-01/papers/order"));
        let told = chrome.text(".bar.plain span").await;
        let says = read(&chrome, "square-order").await;
        assert_eq!(says, told);
        let path = says.strip_prefix(&links).unwrap().to_owned();
        assert!(path.len() == 35 && path.starts_with("/f/"), "{path}");
        // A phone goes there.
        chrome.go(&path).await;
        chrome.turn("form button").await;
        assert_eq!(chrome.path().await, "/f/order");
        chrome.close().await;
    })
    .await;
}
