//! What must hold on every page, whoever reads it: nothing that axe-core finds, nothing to scroll sideways, nothing too
//! small to hit, one language, one title, no complaint of the browser's. It looks and changes nothing.

use crate::chrome::{Chrome, Size};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Version and SHA-256 of the axe-core that `tests/run` lays into the target folder.
const AXE: &str = include_str!("axe-core");

/// The source of axe-core, which every page of a window gets before anything else.
pub(crate) fn axe() -> &'static str {
    static SOURCE: OnceLock<String> = OnceLock::new();
    SOURCE.get_or_init(|| {
        let version = AXE.split_whitespace().next().unwrap();
        let file = target().join(format!("axe-core-{version}")).join("axe.min.js");
        std::fs::read_to_string(&file).unwrap_or_else(|fault| {
            panic!(
                "axe-core {version} is not here ({}: {fault}): run tests/run, which lays it there with npm",
                file.display()
            )
        })
    })
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().to_owned()
}

/// Everything that is wrong with the page that is shown.
pub(crate) async fn faults(chrome: &Chrome, size: Size, lang: &str) -> Vec<String> {
    let mut faults = chrome.complaints().await;
    // As high as it is long: what is pinned to the bottom then covers nothing.
    let length = chrome.ask("return document.documentElement.scrollHeight;", json!([])).await;
    chrome.shown(size, u32::try_from(length.as_u64().unwrap()).unwrap()).await;
    faults.extend(violations(chrome).await);
    let least = if size == Size::Phone { 44 } else { 24 };
    let seen = chrome.ask(LOOK, json!([least, lang])).await;
    faults.extend(seen.as_array().unwrap().iter().map(|fault| fault.as_str().unwrap().to_owned()));
    faults
}

/// What axe-core finds.
pub(crate) async fn violations(chrome: &Chrome) -> Vec<String> {
    let found = chrome.wait(RUN_AXE).await;
    found.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// Keeps a picture of the page for people to look at; nothing is compared.
pub(crate) async fn keep_picture(chrome: &Chrome, name: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
    std::fs::create_dir_all(&folder).unwrap();
    let bytes = from_base64(&chrome.picture().await);
    std::fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
}

/// The bytes of what WebDriver hands over as text.
pub(crate) fn from_base64(text: &str) -> Vec<u8> {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut out, mut held, mut bits) = (Vec::with_capacity(text.len() / 4 * 3), 0_u32, 0);
    for sign in text.bytes().filter(|sign| *sign != b'=') {
        let value = SIGNS.iter().position(|known| *known == sign).unwrap();
        held = held << 6 | u32::try_from(value).unwrap();
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(held >> bits & 0xff).unwrap());
        }
    }
    out
}

/// Own checks: arguments are the least size of a target and the page's language.
const LOOK: &str = r#"
const [least, lang] = arguments, faults = [];
const root = document.documentElement;
if (root.lang !== lang) faults.push(`lang is ${root.lang}, not ${lang}`);
if (root.scrollWidth > innerWidth) faults.push(`scrolls sideways: ${root.scrollWidth} > ${innerWidth}`);
if (document.querySelectorAll("h1").length !== 1) faults.push(`${document.querySelectorAll("h1").length} h1`);
const said = (el) => (el.innerText || el.name || el.id || el.outerHTML).trim().slice(0, 40) + " <" + el.tagName.toLowerCase() + " " + el.className + ">";
const inLine = (el) => el.tagName === "A" && getComputedStyle(el).display === "inline" && el.parentElement.innerText.trim().length > el.innerText.trim().length + 1;
for (const el of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
  if (!el.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || el.closest(".vh, .skip") || inLine(el)) continue;
  const box = el.matches("[type=radio],[type=checkbox]") ? el.closest("label") ?? el : el;
  box.scrollIntoView({ block: "center" });
  const r = box.getBoundingClientRect();
  const half = least / 2 - 0.5, x = r.left + r.width / 2, y = r.top + r.height / 2;
  const hit = (dx, dy) => { const at = document.elementFromPoint(x + dx, y + dy); return at && (box.contains(at) || at.contains(box) && at.matches("a,label,button,summary")); };
  const wide = r.width >= least - 0.5 || hit(half, 0) && hit(-half, 0);
  const high = r.height >= least - 0.5 || hit(0, half) && hit(0, -half);
  if (!wide || !high) faults.push(`too small (${Math.round(r.width)}x${Math.round(r.height)}): ${said(el)}`);
}
scrollTo(0, 0);
return faults;
"#;

const RUN_AXE: &str = r#"
const only = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"] };
axe.run(document, { runOnly: only, resultTypes: ["violations"] }).then(
  (found) => done(found.violations.map((v) => `axe ${v.id}: ${v.help}: ` + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + " | " + n.any.map((a) => a.message).join(" ").slice(0, 200)).join(" || "))),
  (fault) => done([`axe: ${fault}`]));
"#;
