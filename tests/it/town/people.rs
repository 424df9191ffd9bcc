//! Whoever acts in a story, over the JSON door: sign in once, then blow, read and do deeds as clients do. Tokens are
//! kept for a story and renewed before they end.

use super::http::{Ask, Reply};
use super::{PASSWORD, Town};
use serde_json::{Value, json};
use whistle_hub::clock::Clock;
use whistle_hub::domain::at::MINUTE;

/// A token is renewed after this, well before it ends. Minutes.
const RENEW_MINUTES: i64 = 5;

/// One sign-in of each role of DOMAIN §5, in each relation to a whistle that XF blew about a firm in T06 and to which YJ
/// was summoned: of the blower's, of the summoned unit's, of the place's, or of none of these.
pub(crate) const EVERYBODY: &[&str] = &[
    "office",
    "director",
    "supervisor",
    "liaison.xf",
    "head.xf",
    "inspector.xf",
    "liaison.yj",
    "head.yj",
    "inspector.yj",
    "town.t06",
    "squad.sq06",
    "liaison.sc",
    "head.sc",
    "inspector.sc",
    "town.t01",
    "squad.sq01",
    "expert.1",
    "legal.district",
    "legal.town",
    "admin",
];

/// One sign-in of the district.
#[derive(Clone, Copy)]
pub(crate) struct Person<'t> {
    t: &'t Town,
    username: &'t str,
}

impl Town {
    /// A sign-in by its name.
    pub(crate) fn person<'t>(&'t self, username: &'t str) -> Person<'t> {
        Person { t: self, username }
    }

    /// The office's duty officer.
    pub(crate) fn office(&self) -> Person<'_> {
        self.person("office")
    }

    pub(crate) fn director(&self) -> Person<'_> {
        self.person("director")
    }

    /// The fire brigade's liaison: blows most of the whistles here.
    pub(crate) fn fire(&self) -> Person<'_> {
        self.person("liaison.xf")
    }

    /// The emergency bureau's liaison.
    pub(crate) fn emergency(&self) -> Person<'_> {
        self.person("liaison.yj")
    }

    /// A request of nobody. `path` is below the root.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Ask {
        Ask::new(self.address, method, path)
    }

    /// How a whistle, a summons, a visit or a finding stands, as the office sees it.
    pub(crate) async fn status(&self, code: &str) -> String {
        self.office().sees(&thing(code)).await["status"].as_str().unwrap().to_owned()
    }

    /// A try to sign in. A loaded machine hashes slowly, and says so: whoever is told to come back comes back.
    pub(crate) async fn try_password(&self, username: &str, password: &str) -> Reply {
        let body = json!({ "username": username, "password": password });
        loop {
            let reply = self.ask("POST", "/api/v1/sessions").json(&body).send().await;
            if reply.status != 503 || reply.header("retry-after").is_none() {
                return reply;
            }
        }
    }
}

impl<'t> Person<'t> {
    /// A token that is good now.
    pub(crate) async fn token(&self) -> String {
        let now = self.t.clock.now();
        let known = self.t.tokens.borrow().get(self.username).cloned();
        if let Some((token, since)) =
            known.filter(|(_, since)| (0..RENEW_MINUTES * MINUTE).contains(&(now.0 - since.0)))
        {
            debug_assert!(since <= now);
            return token;
        }
        let token = self.fresh_token().await;
        self.t.tokens.borrow_mut().insert(self.username.to_owned(), (token.clone(), now));
        token
    }

    /// A token of a session of its own, which may be ended.
    pub(crate) async fn fresh_token(&self) -> String {
        let reply = self.t.try_password(self.username, PASSWORD).await;
        reply.expect(201).json()["access_token"].as_str().unwrap().to_owned()
    }

    /// A request of this person; `path` below `/api/v1`.
    pub(crate) async fn ask(&self, method: &str, path: &str) -> Ask {
        self.t.ask(method, &format!("/api/v1{path}")).bearer(&self.token().await)
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path).await.send().await
    }

    /// What a GET shows, which must succeed.
    pub(crate) async fn sees(&self, path: &str) -> Value {
        self.get(path).await.expect(200).json()
    }

    /// A blow with a fresh key, whatever comes of it.
    pub(crate) async fn tries_to_blow(&self, order: &Value) -> Reply {
        for field in ["what", "title", "place"] {
            if let Some(text) = order[field].as_str().filter(|text| text.chars().count() > 3) {
                self.t.hush(text);
            }
        }
        self.ask("POST", "/whistles").await.key(&self.t.fresh_key()).json(order).send().await
    }

    /// Blows, and names the whistle's code.
    pub(crate) async fn blows(&self, order: &Value) -> String {
        let reply = self.tries_to_blow(order).await.expect(201);
        reply.json()["code"].as_str().unwrap().to_owned()
    }

    /// A deed at the version that stands now, as this person sees it; whatever comes of it.
    pub(crate) async fn tries(&self, code: &str, deed: &str, order: &Value) -> Reply {
        let version = self.get(&thing(code)).await.expect(200).version();
        self.deed(code, deed).await.version(version).json(order).send().await
    }

    /// A deed that must succeed; the thing as it then stands.
    pub(crate) async fn does(&self, code: &str, deed: &str, order: Value) -> Value {
        let reply = self.tries(code, deed, &order).await;
        assert_eq!(reply.status, 200, "{deed} by {}: {}", self.username, reply.text());
        reply.json()
    }

    /// The POST of a deed, without version or body yet.
    pub(crate) async fn deed(&self, code: &str, deed: &str) -> Ask {
        self.ask("POST", &format!("{}/{deed}", thing(code))).await
    }

    /// The own id, which `officers` takes.
    pub(crate) async fn id(&self) -> String {
        self.sees("/me").await["id"].as_str().unwrap().to_owned()
    }

    /// Accepts and dispatches a whistle at once, the first department leading. The summonses' codes.
    pub(crate) async fn summons(&self, code: &str, departments: &[&str], urgency: &str) -> Vec<String> {
        let whistle = self.does(code, "accept", accept_order(departments, urgency)).await;
        whistle["summonses"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    }

    /// Reports in on a summons, by this person alone.
    pub(crate) async fn reports_in(&self, summons: &str) -> Value {
        self.does(summons, "report_in", json!({ "officers": [self.id().await], "mode": "site" })).await
    }

    /// Every item of a list, page by page.
    pub(crate) async fn walks(&self, path: &str, limit: usize) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), None::<String>);
        let joint = if path.contains('?') { '&' } else { '?' };
        loop {
            let next = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let page = self.sees(&format!("{path}{joint}limit={limit}{next}")).await;
            let rows = page["items"].as_array().unwrap();
            assert!(rows.len() <= limit, "a page is longer than asked");
            items.extend(rows.iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return items,
            }
        }
    }

    /// The codes of a list.
    pub(crate) async fn codes(&self, path: &str) -> Vec<String> {
        self.walks(path, 200).await.iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    }

    /// The kinds of a timeline, oldest first.
    pub(crate) async fn kinds(&self, whistle: &str) -> Vec<String> {
        let events = self.walks(&format!("/whistles/{whistle}/timeline"), 200).await;
        events.iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect()
    }
}

/// The address of a thing, by its code.
fn thing(code: &str) -> String {
    let noun = match (code.starts_with("LJ-"), code.matches('-').count() > 2) {
        (true, false) => "visits",
        (true, true) => "findings",
        (false, true) => "summonses",
        (false, false) => "whistles",
    };
    format!("/{noun}/{code}")
}

/// A sound order that says little.
pub(crate) fn blow_order(what: &str) -> Value {
    json!({ "category": "fire", "what": what, "place": "三号楼配电房门口（无门牌）" })
}

/// Accepts and dispatches; the first department leads.
pub(crate) fn accept_order(departments: &[&str], urgency: &str) -> Value {
    let route = if departments.len() > 1 { "coordinated" } else { "single" };
    json!({
        "severity": "general", "urgency": urgency, "lead": departments[0], "supports": departments[1..],
        "route": route, "dispatch": true,
    })
}
