//! A browser without script: keeps cookies, sends forms with what their page hid in them, says where it comes from as
//! browsers do. It follows no redirect by itself, so that a test sees each step.

use super::http::{Ask, Reply};
use super::{PASSWORD, Town};
use std::cell::RefCell;

/// One browser, signed in or not.
pub(crate) struct Browser<'t> {
    t: &'t Town,
    cookies: RefCell<Vec<(String, String)>>,
}

impl Town {
    /// A browser that knows nothing yet.
    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser { t: self, cookies: RefCell::default() }
    }

    /// A browser in which this sign-in has signed in.
    pub(crate) async fn signed_in(&self, username: &str) -> Browser<'_> {
        let browser = self.browser();
        let page = browser.get("/login").await.expect(200);
        let csrf = hidden(&page, "csrf");
        let fields = [("csrf", csrf.as_str()), ("username", username), ("password", PASSWORD)];
        let mut reply = browser.post("/login", &fields).await;
        // As by token: told to come back, it comes back.
        while reply.status == 503 && reply.header("retry-after").is_some() {
            reply = browser.post("/login", &fields).await;
        }
        reply.expect(303);
        browser
    }
}

impl Browser<'_> {
    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    /// Keeps a cookie that another left in this browser.
    pub(crate) fn finds(&self, name: &str, value: &str) {
        self.cookies.borrow_mut().push((name.to_owned(), value.to_owned()));
    }

    /// A request with this browser's cookies and nothing else.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Ask {
        let ask = self.t.ask(method, path).header("Accept", "text/html");
        let jar: Vec<String> = self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if jar.is_empty() { ask } else { ask.header("Cookie", &jar.join("; ")) }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.keep(self.ask("GET", path).send().await)
    }

    /// A form of our own page.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let ask = self.ask("POST", path).header("Sec-Fetch-Site", "same-origin");
        self.keep(ask.raw(FORM, form(fields)).send().await)
    }

    /// Opens `page`, fills the form whose deed goes to `path` and sends it with all that the page hid in it.
    pub(crate) async fn fills(&self, page: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
        let shown = self.get(page).await.expect(200);
        let own: Vec<(&str, String)> =
            ["csrf", "key", "version"].iter().map(|name| (*name, hidden(&shown, name))).collect();
        let mut all: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
        all.retain(|(_, value)| !value.is_empty());
        all.extend(fields);
        self.post(path, &all).await
    }

    pub(super) fn keep(&self, reply: Reply) -> Reply {
        for (_, line) in reply.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            let mut jar = self.cookies.borrow_mut();
            jar.retain(|(known, _)| known != name);
            if !value.is_empty() {
                jar.push((name.to_owned(), value.to_owned()));
            }
        }
        reply
    }
}

/// What forms are sent as.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// Fields as a form sends them.
pub(crate) fn form(fields: &[(&str, &str)]) -> Vec<u8> {
    let escaped = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
    pairs.join("&").into_bytes()
}

/// The value of a hidden field of a page; empty when it has none.
pub(crate) fn hidden(page: &Reply, name: &str) -> String {
    let text = page.text();
    let mark = format!("type=\"hidden\" name=\"{name}\" value=\"");
    let value = text.split(&mark).nth(1).and_then(|rest| rest.split('"').next());
    value.unwrap_or_default().to_owned()
}
