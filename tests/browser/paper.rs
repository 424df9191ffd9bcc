//! A printed page, measured: how many pages of which size, where each line stands, what colours there are. Poppler says where
//! words are; a missing Poppler is a failure that says what to install.

use crate::chrome::Chrome;
use crate::page::from_base64;
use flate2::read::ZlibDecoder;
use serde_json::json;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Millimetres of one point.
const MM: f64 = 25.4 / 72.0;

/// One line of text, millimetres from the upper left corner of its page.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    /// Without the gaps between its words.
    pub(crate) text: String,
}

impl Line {
    /// Its width in characters of full width.
    pub(crate) fn characters(&self) -> f64 {
        self.text.chars().map(|c| if c.is_ascii() { 0.5 } else { 1.0 }).sum()
    }

    /// How far down its middle is; a font's box is higher than its line.
    pub(crate) fn down(&self) -> f64 {
        f64::midpoint(self.top, self.bottom)
    }

    pub(crate) fn middle(&self) -> f64 {
        f64::midpoint(self.left, self.right)
    }
}

/// A file that was printed.
pub(crate) struct Paper {
    /// Width and height of its pages, millimetres.
    pub(crate) size: (f64, f64),
    pub(crate) pages: Vec<Vec<Line>>,
    file: PathBuf,
    /// Red, green and blue of all that is drawn, each to a hundredth.
    pub(crate) colours: BTreeSet<[u32; 3]>,
}

/// The page that is shown, as the browser prints it; the file is kept for people to look at.
pub(crate) async fn printed(chrome: &Chrome, name: &str) -> Paper {
    let print = chrome.develop("Page.printToPDF", json!({ "preferCSSPageSize": true })).await;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sheets");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{name}.pdf"));
    std::fs::write(&file, from_base64(print["data"].as_str().unwrap())).unwrap();
    Paper::read(&file)
}

impl Paper {
    pub(crate) fn read(file: &Path) -> Paper {
        let layout = poppler("pdftotext", &["-bbox-layout", &file.display().to_string(), "-"]);
        let layout = String::from_utf8(layout).unwrap();
        let mut pages = Vec::new();
        let mut size = (0.0, 0.0);
        for line in layout.lines().map(str::trim) {
            let number = |name: &str| number(line, name) * MM;
            if line.starts_with("<page ") {
                size = (number("width"), number("height"));
                pages.push(Vec::<Line>::new());
            } else if line.starts_with("<line ") {
                let (left, right, top, bottom) = (number("xMin"), number("xMax"), number("yMin"), number("yMax"));
                pages.last_mut().unwrap().push(Line { left, right, top, bottom, text: String::new() });
            } else if let Some(word) = line.strip_prefix("<word ") {
                let word = word.split_once('>').unwrap().1.strip_suffix("</word>").unwrap();
                let word = word.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
                pages.last_mut().unwrap().last_mut().unwrap().text.push_str(&word);
            }
        }
        Paper { size, pages, file: file.to_owned(), colours: colours(&std::fs::read(file).unwrap()) }
    }

    /// This page, counted from one, as a printer of so many dots an inch would lay it down.
    pub(crate) fn drawn(&self, page: usize, dots: u32) -> Vec<u8> {
        let (page, dots, file) = (page.to_string(), dots.to_string(), self.file.display().to_string());
        poppler("pdftoppm", &["-png", "-gray", "-r", &dots, "-f", &page, "-l", &page, &file])
    }

    /// The first line on this page, counted from one, that holds this.
    pub(crate) fn line(&self, page: usize, words: &str) -> &Line {
        let lines = &self.pages[page - 1];
        lines.iter().find(|line| line.text.contains(words)).unwrap_or_else(|| panic!("{words} in {lines:#?}"))
    }
}

/// The value of an attribute.
fn number(tag: &str, name: &str) -> f64 {
    let value = tag.split_once(&format!("{name}=\"")).unwrap().1;
    value.split_once('"').unwrap().0.parse().unwrap()
}

fn poppler(program: &str, args: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(args).output();
    let output = output.unwrap_or_else(|fault| panic!("{program}: {fault}: apt-get install poppler-utils"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// What the drawing commands set as colour of lines and of fillings.
fn colours(file: &[u8]) -> BTreeSet<[u32; 3]> {
    let mut found = BTreeSet::new();
    let starts = file.windows(7).enumerate().filter(|(_, seven)| *seven == b"stream\n").map(|(at, _)| at + 7);
    for at in starts {
        let mut drawing = Vec::new();
        // Fonts and the ends of streams are no drawings.
        if ZlibDecoder::new(&file[at..]).read_to_end(&mut drawing).is_err() {
            continue;
        }
        let drawing = String::from_utf8_lossy(&drawing);
        let words: Vec<&str> = drawing.split_ascii_whitespace().collect();
        for four in words.windows(4).filter(|four| matches!(four[3], "rg" | "RG")) {
            let parts: Vec<f64> = four[..3].iter().filter_map(|part| part.parse().ok()).collect();
            if let [red, green, blue] = parts[..] {
                found.insert([red, green, blue].map(hundredths));
            }
        }
    }
    found
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of one")]
fn hundredths(part: f64) -> u32 {
    (part * 100.0).round() as u32
}
