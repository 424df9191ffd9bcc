//! Official sheets on paper: printed to PDF by Chromium and measured by the rules of GB/T 9704 (UX §7, 31), and on the screen as
//! every other page. The pages lie in a folder beside their style sheet: no district is needed for them.

use crate::chrome::{Chrome, Size};
use crate::page::{faults, keep_picture};
use crate::paper::{Line, Paper, printed};
use crate::samples::{dispatch, notice, opinion, order, record};
use actix_web::dev::ServerHandle;
use actix_web::web::{self, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use askama::Template;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Mutex;
use whistle_hub::i18n::Lang;

const CSS: &str = include_str!("../../src/http/assets/sheet.css");
const SCRIPT: &str = include_str!("../../src/http/assets/hub.js");
const SYMBOLS: &str = include_str!("../../src/http/assets/icons.svg");
/// Edges of the type area, millimetres: 156 by 225.
pub(crate) const LEFT: f64 = 28.0;
pub(crate) const RIGHT: f64 = 184.0;
pub(crate) const TOP: f64 = 37.0;
pub(crate) const BOTTOM: f64 = 262.0;
const LEADING: f64 = 10.2;
/// One character, 15.75 pt.
pub(crate) const CHARACTER: f64 = 15.75 * 25.4 / 72.0;
pub(crate) const RED: [u32; 3] = [78, 6, 18];

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1.0
}

/// A window, and what it is shown: pages by their address.
struct Desk {
    chrome: Chrome,
    pages: Data<Mutex<HashMap<String, String>>>,
    server: ServerHandle,
}

impl Desk {
    async fn open() -> Desk {
        let pages: Data<Mutex<HashMap<String, String>>> = Data::default();
        let served = pages.clone();
        let server = HttpServer::new(move || App::new().app_data(served.clone()).default_service(web::to(serve)));
        let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
        let address = server.addrs()[0];
        let running = server.run();
        let server = running.handle();
        actix_web::rt::spawn(running);
        Desk { chrome: Chrome::open(address).await, pages, server }
    }

    async fn close(self) {
        self.chrome.close().await;
        self.server.stop(false).await;
    }

    /// Shows this sheet.
    async fn show(&self, name: &str, sheet: &str) {
        self.pages.lock().unwrap().insert(format!("/{name}"), sheet.to_owned());
        self.chrome.go(&format!("/{name}")).await;
    }

    /// The sheet as the browser prints it.
    async fn printed(&self, name: &str, sheet: &impl Template) -> Paper {
        self.show(name, &sheet.render().unwrap()).await;
        printed(&self.chrome, name).await
    }
}

/// What is drawn in red on the page that is shown.
pub(crate) async fn reds(chrome: &Chrome) -> Value {
    let look = "return [...document.querySelectorAll('body *')].filter((el) => { const s = getComputedStyle(el);
      return [s.color, s.backgroundColor, s.borderTopColor, s.fill, s.stroke].includes('rgb(200, 16, 46)'); }).map((el) => el.className);";
    chrome.ask(look, json!([])).await
}

/// A page, or what it loads, under a policy as strict as the hub's.
async fn serve(request: HttpRequest, pages: Data<Mutex<HashMap<String, String>>>) -> HttpResponse {
    let (kind, body) = match request.path() {
        "/sheet.css" => ("text/css", CSS.to_owned()),
        "/hub.js" => ("text/javascript", SCRIPT.to_owned()),
        "/icons.svg" => ("image/svg+xml", SYMBOLS.to_owned()),
        page => ("text/html; charset=utf-8", pages.lock().unwrap().get(page).cloned().unwrap_or_default()),
    };
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'";
    HttpResponse::Ok().insert_header(("content-security-policy", policy)).content_type(kind).body(body)
}

pub(crate) fn is_a4(paper: &Paper) -> bool {
    (paper.size.0 - 210.0).abs() < 0.5 && (paper.size.1 - 297.0).abs() < 0.5
}

/// Lines of the type area: what stands below it is the page's number.
pub(crate) fn body(page: &[Line]) -> Vec<&Line> {
    page.iter().filter(|line| line.down() < BOTTOM).collect()
}

/// The page number's middle, if it stands where it belongs in height.
pub(crate) fn number(page: &[Line], number: usize) -> f64 {
    let below: Vec<&Line> = page.iter().filter(|line| line.down() > BOTTOM).collect();
    let [line] = below[..] else { panic!("one line below the type area: {below:#?}") };
    assert_eq!(line.text, format!("-{number}-"));
    assert!(line.down() < BOTTOM + 12.0, "{line:?}");
    line.middle()
}

#[actix_web::test]
async fn a_notice_is_one_page_of_a4_in_the_measures_of_an_official_document() {
    let desk = Desk::open().await;
    let sheet = notice(Lang::Zh);
    let paper = desk.printed("notice", &sheet).await;
    assert_eq!(reds(&desk.chrome).await, json!(["issuer", "rule"]));
    desk.close().await;
    assert!(is_a4(&paper), "{:?}", paper.size);
    assert_eq!(paper.pages.len(), 1);
    assert!(
        paper.colours.contains(&RED) && paper.colours.iter().all(|[r, g, b]| r == g && g == b || [*r, *g, *b] == RED),
        "{:?}",
        paper.colours
    );
    let lines = body(&paper.pages[0]);
    for line in &lines {
        assert!(line.left > LEFT - 1.0 && line.right < RIGHT + 1.0 && line.characters() <= 28.0, "{line:?}");
        assert!(line.down() > TOP, "{line:?}");
    }
    assert!(number(&paper.pages[0], 1) > RIGHT - 4.0 * CHARACTER, "at the outer edge");
    // The day ends four characters from the right, the name stands over its middle, the last block at the foot.
    let issued = sheet.head.issued_at.unwrap().civil().strftime("%Y年%-m月%-d日").to_string();
    let day = paper.line(1, &issued);
    assert!(near(day.right, RIGHT - 4.0 * CHARACTER), "{day:?}");
    let name = lines.iter().rfind(|line| line.text == sheet.head.issuer && line.top < day.top).unwrap();
    assert!(near(name.middle(), day.middle()), "{name:?} {day:?}");
    let last = paper.line(1, "印发");
    assert!((BOTTOM - 10.0..BOTTOM).contains(&last.down()), "{last:?}");
}

#[actix_web::test]
async fn a_full_page_is_22_lines_of_28_characters_in_156_by_225_millimetres() {
    let desk = Desk::open().await;
    let mut sheet = notice(Lang::Zh);
    sheet.matters = vec![
        "除尘系统运行与积尘清扫记录、动火作业审批、危险化学品储存、员工培训与应急演练".to_owned();
        40
    ];
    let paper = desk.printed("long", &sheet).await;
    desk.close().await;
    assert!(paper.pages.len() >= 3, "{}", paper.pages.len());
    let second = body(&paper.pages[1]);
    assert_eq!(second.len(), 22, "{second:#?}");
    let (first, last) = (second[0], second[21]);
    let height = last.top - first.top + LEADING;
    assert!(near(height, 225.0), "{height}");
    assert!(near(first.down(), TOP + LEADING / 2.0), "{first:?}");
    let full = |line: &&&Line| near(line.left, LEFT) && near(line.right, RIGHT) && line.text.chars().count() == 28;
    assert!(second.iter().filter(full).count() >= 15, "hardly a line of 28 characters: {second:#?}");
    for two in second.windows(2) {
        assert!((two[1].top - two[0].top - LEADING).abs() < 0.3, "{two:?}");
    }
    assert!(number(&paper.pages[0], 1) > RIGHT - 4.0 * CHARACTER);
    assert!(number(&paper.pages[1], 2) < LEFT + 4.0 * CHARACTER, "an even page has its number on the left");
}

#[actix_web::test]
async fn a_long_annex_repeats_its_head_and_splits_no_row() {
    let desk = Desk::open().await;
    let paper = desk.printed("dispatch", &dispatch(Lang::Zh, 70)).await;
    assert_eq!(reds(&desk.chrome).await, json!(["issuer", "rule"]));
    desk.close().await;
    let text = |page: &Vec<Line>| page.iter().map(|line| line.text.as_str()).collect::<String>();
    let pages: Vec<String> = paper.pages.iter().map(text).collect();
    assert!(pages.len() > 3 && pages[0].contains("联合检查通知单") && !pages[0].contains("序号"), "{pages:#?}");
    for page in &pages[1..] {
        assert!(page.contains("序号") && page.contains("部位") && page.contains("依据"), "no head: {page}");
    }
    for row in 1..=70 {
        let on = |mark: String| pages.iter().position(|page| page.contains(&mark)).unwrap_or_else(|| panic!("{mark}"));
        assert_eq!(on(format!("头{row}号")), on(format!("尾{row}号")), "row {row} is split");
    }
    let story = ["停机", "吹哨单位", "吹哨人"];
    assert!(!story.iter().any(|word| pages[0].contains(word)), "{}", pages[0]);
    assert!(pages.last().unwrap().contains("抄送"));
}

#[actix_web::test]
async fn papers_of_the_law_are_black_and_fit_their_pages() {
    let desk = Desk::open().await;
    for (name, paper, signs) in [
        ("record", desk.printed("record", &record(Lang::Zh)).await, "青溪镇应急岗葛望舒见证"),
        ("order", desk.printed("order", &order(Lang::Zh)).await, "（签名）"),
        ("opinion", desk.printed("opinion", &opinion(Lang::Zh)).await, "钱崇礼"),
    ] {
        assert!(is_a4(&paper) && paper.pages.len() <= 2, "{name}: {} pages", paper.pages.len());
        assert!(paper.colours.iter().all(|[r, g, b]| r == g && g == b), "{name}: {:?}", paper.colours);
        let all: String = paper.pages.iter().flatten().map(|line| line.text.as_str()).collect();
        assert!(all.contains(signs), "{name}: {all}");
        assert_eq!(
            all.contains("<b>当场责令停机</b>"),
            name == "record",
            "{name}: what was typed stays as typed: {all}"
        );
        for line in paper.pages.iter().flat_map(|page| body(page)) {
            assert!(line.left > LEFT - 1.0 && line.right < RIGHT + 1.0, "{name}: {line:?}");
        }
        assert_eq!(all.contains("草稿"), name == "opinion", "{name}: {all}");
    }
    desk.close().await;
}

#[actix_web::test]
async fn on_a_screen_sheets_keep_to_the_rules_of_every_page() {
    let desk = Desk::open().await;
    let mut wrong = Vec::new();
    for lang in [Lang::Zh, Lang::En] {
        for size in [Size::Desk, Size::Phone] {
            let sheets = [
                ("notice", notice(lang).render()),
                ("dispatch", dispatch(lang, 12).render()),
                ("record", record(lang).render()),
                ("order", order(lang).render()),
                ("opinion", opinion(lang).render()),
            ];
            for (name, sheet) in sheets {
                desk.chrome.sized(size).await;
                desk.show(name, &sheet.unwrap()).await;
                let name = format!("sheet-{name}-{}-{}", lang.tag(), size.width());
                keep_picture(&desk.chrome, &name).await;
                let found = faults(&desk.chrome, size, lang.tag()).await;
                wrong.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
            }
        }
    }
    assert!(desk.chrome.has("button[data-print]:not([hidden])").await, "script shows the button");
    desk.close().await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
