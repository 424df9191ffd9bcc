//! The door in one process, on a real ledger with the sample district: every check of the HTTP contract that needs no
//! socket. Raw sockets, slow clients and two replicas are `tests/it`'s.

mod api;
mod forms;

use super::*;
use crate::app::sessions::{self, Keys};
use crate::app::{Demands, HubSettings, passwords, sample_district};
use crate::clock::ManualClock;
use crate::domain::at::At;
use crate::domain::calendar::Calendar;
use crate::domain::limits::DatedLimits;
use crate::domain::routing::Routing;
use crate::domain::rules::Rules;
use crate::files::{Bounds, Files};
use crate::ids::Chance;
use crate::store;
use actix_web::body::to_bytes;
use actix_web::test::{TestRequest, init_service, try_call_service};
use serde_json::json as value;
use std::collections::BTreeMap;

const LIMITS: &str = include_str!("../../../config/limits-2026-02.toml");
const ROUTING: &str = include_str!("../../../config/routing.toml");
const PASSWORD: &str = "door-2026-test";

/// A hub on a new ledger with the sample district; nobody has a password.
pub(crate) fn hub() -> Hub {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("whistle-door-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let ledger = store::open(&format!("sqlite://{}/hub.db", folder.display()), store::Options::default()).unwrap();
    let sample = sample_district::read().unwrap();
    let rules = Rules {
        calendar: Calendar::new([]),
        limits: DatedLimits::read(&[LIMITS.to_owned()]).unwrap(),
        routing: Routing::read(ROUTING).unwrap(),
        directory: sample.directory,
    };
    let clock = Arc::new(ManualClock::new(At::parse("2026-11-25T10:00:00+08:00").unwrap()));
    let files = Files::at(Bounds { dir: folder.join("files"), keep_free: 0, keep_free_percent: 0 }, 7);
    let keys = Keys::read(&[&sessions::new_key().unwrap()], &[&[7; 32]], &[7; 32]).unwrap();
    Hub::new(
        ledger,
        clock,
        rules,
        Chance::seeded(7),
        HubSettings { demo: true, keys, demands: Demands::default(), files },
    )
}

pub(crate) fn door() -> Door {
    Door::new(Arc::new(hub()), "http://127.0.0.1:1".into(), || true, || "figures 1\n".into(), broadcast::Sender::new(4))
}

/// One answer, read whole.
struct Answered {
    status: u16,
    headers: BTreeMap<String, String>,
    bytes: Vec<u8>,
}

impl Answered {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// A door with people who can sign in.
struct Stage {
    door: Data<Door>,
}

impl Stage {
    async fn new() -> Stage {
        let door = Data::new(door());
        let phc = passwords::hash(PASSWORD, &[1; 16]).unwrap();
        sessions::set_shared_password(&door.hub, PASSWORD, phc).await.unwrap();
        Stage { door }
    }

    async fn call(&self, request: TestRequest) -> Answered {
        let app = init_service(app(self.door.clone())).await;
        let peer = "127.0.0.1:4000".parse().unwrap();
        let response = match try_call_service(&app, request.peer_addr(peer).to_request()).await {
            Ok(response) => response.into_parts().1.map_into_boxed_body(),
            Err(error) => error.error_response(),
        };
        let status = response.status().as_u16();
        let read = |(name, value): (&actix_web::http::header::HeaderName, &actix_web::http::header::HeaderValue)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let headers = response.headers().iter().map(read).collect();
        let bytes = to_bytes(response.into_body()).await.unwrap().to_vec();
        Answered { status, headers, bytes }
    }

    async fn token(&self, username: &str) -> String {
        let order = value!({ "username": username, "password": PASSWORD });
        let answered = self.call(TestRequest::post().uri("/api/v1/sessions").set_json(order)).await;
        assert_eq!(answered.status, 201, "{username}: {}", answered.json());
        answered.json()["access_token"].as_str().unwrap().to_owned()
    }
}

fn get(token: &str, path: &str) -> TestRequest {
    TestRequest::get().uri(&format!("/api/v1{path}")).insert_header(("authorization", format!("Bearer {token}")))
}

fn post(token: &str, path: &str, body: &Value) -> TestRequest {
    TestRequest::post()
        .uri(&format!("/api/v1{path}"))
        .insert_header(("authorization", format!("Bearer {token}")))
        .insert_header(("content-type", "application/json"))
        .set_payload(body.to_string())
}

fn keyed(request: TestRequest, key: &str) -> TestRequest {
    request.insert_header(("idempotency-key", key.to_owned()))
}

fn hazard() -> Value {
    value!({ "category": "fire", "what": "安全出口上锁 👷🏽 𠮷", "place": "利民市场", "town": "T01" })
}
