//! A browser window by the words of WebDriver: go, type, press, ask the page. One driver serves the whole test process,
//! each window has a profile of its own. It waits for the page and never for a length of time.

use crate::page::axe;
use crate::servers::ChromeDriver;
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a script may wait for what it waits for, milliseconds.
const SCRIPT_MS: u64 = 20_000;
/// How long it is looked for an element that a page under way may still bring, milliseconds.
const FIND_MS: u64 = 20_000;
/// The end of any one command.
const AMPLE: Duration = Duration::from_secs(60);
/// What WebDriver calls a found element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Keys that have no letter.
pub(crate) const ENTER: &str = "\u{E006}";
pub(crate) const TAB: &str = "\u{E004}";
pub(crate) const SPACE: &str = "\u{E00D}";
pub(crate) const CONTROL: &str = "\u{E009}";

/// How wide and how high a page is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    Desk,
    Phone,
}

impl Size {
    pub(crate) fn width(self) -> u32 {
        match self {
            Size::Desk => 1440,
            Size::Phone => 390,
        }
    }

    fn height(self) -> u32 {
        match self {
            Size::Desk => 900,
            Size::Phone => 844,
        }
    }
}

fn driver() -> &'static ChromeDriver {
    static DRIVER: OnceLock<ChromeDriver> = OnceLock::new();
    DRIVER.get_or_init(ChromeDriver::start)
}

/// One window with a profile of its own.
pub(crate) struct Chrome {
    session: String,
    /// Of the district whose pages it shows.
    origin: String,
}

impl Chrome {
    /// Opens a window for the district at `address`.
    pub(crate) async fn open(address: SocketAddr) -> Chrome {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let driver = driver();
        let name = format!("window-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let args = [
            "--headless=new".to_owned(),
            // As root there is no sandbox, and containers have little shared memory.
            "--no-sandbox".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--remote-debugging-pipe".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--no-first-run".to_owned(),
            "--lang=zh-CN".to_owned(),
            format!("--user-data-dir={}", driver.folder(&name)),
        ];
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "binary": driver.browser(), "args": args },
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "script": SCRIPT_MS, "pageLoad": SCRIPT_MS, "implicit": FIND_MS },
            "unhandledPromptBehavior": "accept",
        } } });
        let begun = command("POST", "/session", Some(wanted)).await;
        let session = begun["sessionId"].as_str().unwrap().to_owned();
        let chrome = Chrome { session, origin: format!("http://{address}") };
        chrome.sized(Size::Desk).await;
        chrome.develop("Page.addScriptToEvaluateOnNewDocument", json!({ "source": axe() })).await;
        chrome
    }

    /// Closes it; the driver takes along what a failing test leaves open.
    pub(crate) async fn close(self) {
        self.delete("").await;
    }

    /// Shows the page at this path of the district's.
    pub(crate) async fn go(&self, path: &str) {
        self.post("/url", json!({ "url": format!("{}{path}", self.origin) })).await;
    }

    /// Shows no page any more.
    pub(crate) async fn leave(&self) {
        self.post("/url", json!({ "url": "about:blank" })).await;
    }

    /// Path and query of the page that is shown.
    pub(crate) async fn path(&self) -> String {
        let url = self.get("/url").await;
        url.as_str().unwrap().strip_prefix(&self.origin).unwrap().to_owned()
    }

    /// Shows pages at this size from now on.
    pub(crate) async fn sized(&self, size: Size) {
        self.shown(size, size.height()).await;
    }

    /// The same width, and another height.
    pub(crate) async fn shown(&self, size: Size, height: u32) {
        let mobile = size == Size::Phone;
        let metrics = json!({ "width": size.width(), "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        self.develop("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Whether the pages' own script runs.
    pub(crate) async fn scripted(&self, runs: bool) {
        self.develop("Emulation.setScriptExecutionDisabled", json!({ "value": !runs })).await;
    }

    /// One of the browser's own inspector's commands.
    pub(crate) async fn develop(&self, command: &str, parameters: Value) -> Value {
        self.post("/goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    /// What this function body answers in the page.
    pub(crate) async fn ask(&self, body: &str, arguments: Value) -> Value {
        self.post("/execute/sync", json!({ "script": body, "args": arguments })).await
    }

    /// What this function body hands to `done`, sooner or later.
    pub(crate) async fn wait(&self, body: &str) -> Value {
        self.post("/execute/async", json!({ "script": script(body), "args": [] })).await
    }

    /// Waits until this expression is true in the page, also when another page takes its place meanwhile.
    pub(crate) async fn until(&self, expression: &str) {
        let body = format!(
            "const end = Date.now() + 15000;
             const look = () => {{ let now = false; try {{ now = {expression}; }} catch {{ now = false; }}
               if (now) return done(true); if (Date.now() > end) return done(false); setTimeout(look, 25); }}; look();"
        );
        let script = json!({ "script": script(&body), "args": [] });
        let path = format!("/session/{}/execute/async", self.session);
        let held = loop {
            match answer("POST", &path, Some(&script)).await {
                Err(fault) if fault.contains("unloaded") => {}
                told => break told.unwrap(),
            }
        };
        let shown = if held == true { String::new() } else { self.text("body").await };
        assert_eq!(held, true, "never true: {expression}\non {}\n{shown}", self.path().await);
    }

    /// The words that are shown in the first element of this selector.
    pub(crate) async fn text(&self, selector: &str) -> String {
        let element = self.find(selector).await;
        self.get(&format!("/element/{element}/text")).await.as_str().unwrap().to_owned()
    }

    /// Whether there is such an element.
    pub(crate) async fn has(&self, selector: &str) -> bool {
        self.ask("return document.querySelector(arguments[0]) !== null;", json!([selector])).await == true
    }

    /// Presses the first element of this selector, as a mouse would.
    pub(crate) async fn press(&self, selector: &str) {
        // To the middle, out from under what is pinned to an edge.
        let body = "document.querySelector(arguments[0]).scrollIntoView({ block: 'center', behavior: 'instant' });";
        self.ask(body, json!([selector])).await;
        let element = self.find(selector).await;
        self.post(&format!("/element/{element}/click"), json!({})).await;
    }

    /// Presses what leads to another page, or the same one anew, and waits for that page: a press alone may return before
    /// the old page is gone.
    pub(crate) async fn turn(&self, selector: &str) {
        self.ask("document.documentElement.dataset.left = '';", json!([])).await;
        self.press(selector).await;
        self.find("html:not([data-left])").await;
    }

    /// Types into the first element of this selector.
    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        let element = self.find(selector).await;
        self.post(&format!("/element/{element}/value"), json!({ "text": text })).await;
    }

    /// Types wherever the cursor is.
    pub(crate) async fn keys(&self, keys: &[&str]) {
        let pressed = |key: &&str| {
            let ends = |kind: &str| json!({ "type": kind, "value": key });
            [ends("keyDown"), ends("keyUp")]
        };
        let actions: Vec<Value> = keys.iter().flat_map(pressed).collect();
        self.act(actions).await;
    }

    /// Types one key while another is held.
    pub(crate) async fn chord(&self, held: &str, key: &str) {
        let one = |kind: &str, value: &str| json!({ "type": kind, "value": value });
        self.act(vec![one("keyDown", held), one("keyDown", key), one("keyUp", key), one("keyUp", held)]).await;
    }

    async fn act(&self, actions: Vec<Value>) {
        self.post("/actions", json!({ "actions": [{ "type": "key", "id": "board", "actions": actions }] })).await;
    }

    /// Opens one more tab of the same window and goes on in it.
    pub(crate) async fn another_tab(&self) {
        let tab = self.post("/window/new", json!({ "type": "tab" })).await;
        self.post("/window", json!({ "handle": tab["handle"] })).await;
        self.sized(Size::Desk).await;
    }

    /// Goes on in the tab that was opened first.
    pub(crate) async fn first_tab(&self) {
        let tabs = self.get("/window/handles").await;
        self.post("/window", json!({ "handle": tabs[0] })).await;
    }

    /// Gives it a cookie of the district's; a page of the district must be shown.
    pub(crate) async fn cookie(&self, name: &str, value: &str) {
        let cookie = json!({ "name": name, "value": value, "path": "/", "httpOnly": true, "sameSite": "Strict" });
        self.post("/cookie", json!({ "cookie": cookie })).await;
    }

    /// What the browser complained about since this was asked last: faults of script, refused loads, reports of policy.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let log = self.post("/se/log", json!({ "type": "browser" })).await;
        let line = |entry: &Value| entry["message"].as_str().unwrap_or_default().to_owned();
        log.as_array().unwrap().iter().map(line).collect()
    }

    /// The page as a picture, all of it.
    pub(crate) async fn picture(&self) -> String {
        let whole = json!({ "captureBeyondViewport": true });
        self.develop("Page.captureScreenshot", whole).await["data"].as_str().unwrap().to_owned()
    }

    async fn find(&self, selector: &str) -> String {
        let found = self.post("/element", json!({ "using": "css selector", "value": selector })).await;
        found[ELEMENT].as_str().unwrap().to_owned()
    }

    async fn get(&self, path: &str) -> Value {
        command("GET", &format!("/session/{}{path}", self.session), None).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        command("POST", &format!("/session/{}{path}", self.session), Some(body)).await
    }

    async fn delete(&self, path: &str) -> Value {
        command("DELETE", &format!("/session/{}{path}", self.session), None).await
    }
}

/// A function body that has `done` to hand its answer to.
fn script(body: &str) -> String {
    format!("const done = arguments[arguments.length - 1];\n{body}")
}

/// One command to the driver that must succeed: what it answers.
async fn command(method: &str, path: &str, body: Option<Value>) -> Value {
    answer(method, path, body.as_ref()).await.unwrap_or_else(|fault| panic!("{fault}"))
}

/// One command to the driver: what it answers, or why it could not.
async fn answer(method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let answered = timeout(AMPLE, converse(method, path, &body)).await;
    let answer = answered.unwrap_or_else(|_| panic!("the driver does not answer {method} {path}"));
    let (head, value) = answer.split_once("\r\n\r\n").unwrap();
    if !head.starts_with("HTTP/1.1 200") {
        let said: String = body.chars().take(300).collect();
        return Err(format!("{method} {path} {said}: {value}"));
    }
    Ok(serde_json::from_str::<Value>(value).unwrap()["value"].clone())
}

/// Sends it and reads one whole answer: the driver leaves its connections open, whatever it is told.
async fn converse(method: &str, path: &str, body: &str) -> String {
    let to = SocketAddr::from(([127, 0, 0, 1], driver().port()));
    let kind = "Content-Type: application/json; charset=utf-8";
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {to}\r\n{kind}\r\nContent-Length: {length}\r\n\r\n");
    let stream = TcpStream::connect(to).await.unwrap();
    let (sent, mut at) = ([head.as_bytes(), body.as_bytes()].concat(), 0);
    while at < sent.len() {
        stream.writable().await.unwrap();
        match stream.try_write(&sent[at..]) {
            Ok(count) => at += count,
            Err(fault) => assert_eq!(fault.kind(), ErrorKind::WouldBlock, "{fault}"),
        }
    }
    let (mut answer, mut piece) = (Vec::new(), vec![0; 64 * 1024]);
    while !is_whole(&answer) {
        stream.readable().await.unwrap();
        match stream.try_read(&mut piece) {
            Ok(0) => break,
            Ok(count) => answer.extend_from_slice(&piece[..count]),
            Err(fault) => assert_eq!(fault.kind(), ErrorKind::WouldBlock, "{fault}"),
        }
    }
    String::from_utf8(answer).unwrap()
}

fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    answer.len() >= end + 4 + length.unwrap_or_default()
}
