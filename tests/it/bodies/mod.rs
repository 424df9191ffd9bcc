//! Every field of every POST, made from the same tables that read them: left out, null, of another type, one character
//! too long, with control characters, unknown, twice; and bodies that are no order at all. The answer names the field,
//! in the reader's language, and nothing is written.

mod deeds;
mod visits;

use crate::town::http::raw_counted;
use crate::town::{Reply, Town, blow_order, town};
use deeds::{limit_doors, summons_doors, whistle_doors};
use serde_json::{Map, Value, json};
use whistle_hub::domain::order::{Field, Kind, LIST_MAX, Spec};
use whistle_hub::domain::whistle::{blow, hints};

/// One POST of ours with a body that is sound, and something for it to act on.
struct Door {
    path: String,
    who: &'static str,
    version: Option<i64>,
    spec: &'static Spec,
    sound: Value,
}

/// Everything at hand, so that every deed finds its thing and its actor.
async fn doors(t: &Town) -> Vec<Door> {
    let code = t.fire().blows(&blow_order("配电房堆放纸箱")).await;
    let summons = t.office().summons(&code, &["XF"], "normal").await.remove(0);
    let officer = t.fire().id().await;
    let mut all = vec![Door {
        path: "/whistles".into(),
        who: "liaison.xf",
        version: None,
        spec: &blow::BLOW,
        sound: json!({
            "category": "fire", "what": "堆放", "place": "东门", "enterprise": "E01", "town": "T06", "title": "题",
            "urgency": "normal", "severity_claimed": "general", "clause": "一", "needed_departments": ["XF"],
            "source": "grid", "occurred_at": "2026-12-01T08:00:00+08:00", "contact": { "name": "甲", "phone": "1" },
            "protected_source": false,
        }),
    }];
    all.push(Door {
        path: "/whistles/hints".into(),
        who: "liaison.xf",
        version: None,
        spec: &hints::HINTS,
        sound: json!({ "category": "fire", "what": "堆放", "place": "东门", "enterprise": "E01" }),
    });
    all.extend(limit_doors(&summons));
    all.extend(whistle_doors(&code, &summons, &all[0].sound));
    all.extend(summons_doors(&summons, &officer));
    all.extend(visits::doors(t, &code).await);
    all
}

impl Door {
    async fn send(&self, t: &Town, body: Vec<u8>, english: bool) -> Reply {
        let ask = t.person(self.who).ask("POST", &self.path).await.key(&t.fresh_key());
        let ask = self.version.map_or(ask.clone(), |version| ask.version(version));
        let ask = if english { ask.english() } else { ask };
        ask.raw("application/json", body).send().await
    }

    /// Sends the sound body with one field changed; the pointer and code of the fault must be among those told.
    async fn wrong(&self, t: &Town, at: &[&str], value: Option<Value>, told: &str) {
        let mut body = self.sound.clone();
        put(&mut body, at, value);
        let reply = self.send(t, body.to_string().into_bytes(), false).await;
        let said = || format!("{} {told}: {} {}", self.path, reply.status, reply.text());
        assert!(reply.status == 422 && reply.faults().iter().any(|fault| fault == told), "{}", said());
        let messages = reply.json();
        let all = messages["errors"].as_array().unwrap();
        assert!(all.iter().all(|one| !one["message"].as_str().unwrap().is_ascii()), "not Chinese: {}", said());
    }
}

/// Puts a value at a place of a body, or takes it away.
fn put(body: &mut Value, at: &[&str], value: Option<Value>) {
    let (last, way) = at.split_last().unwrap();
    let mut inside = body;
    for step in way {
        // A list's step is a number.
        inside = if inside.is_array() { &mut inside[step.parse::<usize>().unwrap()] } else { &mut inside[*step] };
    }
    match (inside, value) {
        (Value::Array(items), Some(value)) => items[last.parse::<usize>().unwrap()] = value,
        (Value::Object(members), Some(value)) => drop(members.insert((*last).to_owned(), value)),
        (Value::Object(members), None) => drop(members.remove(*last)),
        (other, value) => panic!("{other} takes no {value:?} at {at:?}"),
    }
}

fn joined(at: &[&str]) -> String {
    at.iter().map(|step| format!("/{step}")).collect()
}

/// Every field of a table with its place in the sound body, nested ones too.
fn places(spec: &'static Spec, sound: &Value, at: &[&'static str]) -> Vec<(Vec<&'static str>, &'static Field)> {
    let mut all = Vec::new();
    for field in spec.fields {
        let here: Vec<&'static str> = at.iter().copied().chain([field.name]).collect();
        let inside = match field.kind {
            Kind::Object(inner) => Some((inner, here.clone(), &sound[field.name])),
            Kind::List { of: Kind::Object(inner), .. } => {
                let first: Vec<&'static str> = here.iter().copied().chain(["0"]).collect();
                Some((*inner, first, &sound[field.name][0]))
            }
            Kind::List { .. } | Kind::Text { .. } | Kind::Word(_) | Kind::Code => None,
            Kind::Time | Kind::Date | Kind::Bool => None,
        };
        all.push((here, field));
        all.extend(inside.into_iter().flat_map(|(inner, at, sound)| places(inner, sound, &at)));
    }
    all
}

/// What a field of this kind cannot be, and what it is then told.
fn wrongs(kind: Kind) -> Vec<(Value, &'static str)> {
    let over = |max: usize| json!("粉".repeat(max + 1));
    let mut all = vec![(Value::Null, "null"), (json!(7), "type")];
    all.extend(match kind {
        Kind::Text { max } => vec![
            (json!(true), "type"),
            (json!(["x"]), "type"),
            (json!({}), "type"),
            (over(max), "too_long"),
            (json!("👷".repeat(max + 1)), "too_long"),
            (json!(""), "blank"),
            (json!(" \u{3000}\n"), "blank"),
            (json!("a\u{0}b"), "control_character"),
            (json!("a\rb"), "control_character"),
            (json!("a\u{85}b"), "control_character"),
            (json!("a\u{1b}[2J"), "control_character"),
        ],
        Kind::Word(_) => vec![(json!("no_such_word"), "not_in_list"), (json!(""), "not_in_list"), (json!([]), "type")],
        Kind::Code => {
            vec![(json!("镇"), "no_such"), (json!("a b"), "no_such"), (json!(""), "blank"), (json!({}), "type")]
        }
        Kind::Time => vec![(json!("yesterday"), "bad_time"), (json!("2026-12-01"), "bad_time"), (json!(false), "type")],
        Kind::Date => vec![
            (json!("2026-12-01T00:00:00Z"), "bad_date"),
            (json!("2026-02-30"), "bad_date"),
            (json!("20261210"), "bad_date"),
            (json!({}), "type"),
        ],
        Kind::Bool => vec![(json!("true"), "type"), (json!(1), "type")],
        Kind::List { .. } => vec![(json!({}), "type"), (json!("x"), "type")],
        Kind::Object(_) => vec![(json!([]), "type"), (json!("x"), "type")],
    });
    all
}

#[actix_web::test]
async fn every_field_of_every_post_is_refused_by_name_when_it_is_wrong_and_nothing_is_written() {
    town(async |t| {
        let doors = doors(t).await;
        let before = t.db_events().await;
        let mut tried = 0;
        for door in &doors {
            for (at, field) in places(door.spec, &door.sound, &[]) {
                let pointer = joined(&at);
                if field.required {
                    door.wrong(t, &at, None, &format!("{pointer} missing")).await;
                }
                for (value, code) in wrongs(field.kind) {
                    door.wrong(t, &at, Some(value), &format!("{pointer} {code}")).await;
                    tried += 1;
                }
                if let Kind::List { min, of } = field.kind {
                    let one = json!(7);
                    door.wrong(t, &at, Some(json!([one])), &format!("{pointer}/0 type")).await;
                    let many = vec!["XF"; LIST_MAX + 1];
                    door.wrong(t, &at, Some(json!(many)), &format!("{pointer} too_many")).await;
                    if min > 0 {
                        door.wrong(t, &at, Some(json!([])), &format!("{pointer} too_few")).await;
                    }
                    assert!(!matches!(of, Kind::List { .. }), "lists of lists are not tried");
                }
            }
            door.wrong(t, &["zzz"], Some(json!(1)), "/zzz unknown").await;
            door.wrong(t, &["status"], Some(json!("closed")), "/status unknown").await;
        }
        assert!(tried > 250, "only {tried} ways were tried");
        assert_eq!(t.db_events().await, before, "a refused body left something behind");
    })
    .await;
}

#[actix_web::test]
async fn a_field_twice_is_a_fault_in_both_languages() {
    town(async |t| {
        for door in doors(t).await {
            for field in door.spec.fields {
                let mut members: Vec<String> = door
                    .sound
                    .as_object()
                    .unwrap_or(&Map::new())
                    .iter()
                    .map(|(name, value)| format!("{}:{value}", json!(name)))
                    .collect();
                members.push(format!("{}:{}", json!(field.name), door.sound[field.name]));
                let body = format!("{{{}}}", members.join(",")).into_bytes();
                let told = format!("/{} duplicate", field.name);
                if door.sound.get(field.name).is_none() {
                    continue;
                }
                let zh = door.send(t, body.clone(), false).await.expect(422);
                let en = door.send(t, body, true).await.expect(422);
                assert!(zh.faults().contains(&told) && en.faults().contains(&told), "{}: {}", door.path, zh.text());
                assert_eq!((zh.header("content-language"), en.header("content-language")), (Some("zh-CN"), Some("en")));
                assert!(en.text().is_ascii(), "not English: {}", en.text());
                assert!(!zh.json()["title"].as_str().unwrap().is_ascii());
            }
        }
    })
    .await;
}

#[actix_web::test]
async fn lengths_count_characters_and_rare_ones_fit_to_the_limit() {
    town(async |t| {
        for unit in ["𠮷", "䶮", "👷🏽", "e\u{301}", "a"] {
            let fill = |max: usize| unit.repeat(max / unit.chars().count());
            let order = json!({
                "category": "fire", "what": fill(2000), "title": fill(80), "place": fill(200), "clause": fill(1000),
                "contact": { "name": fill(50), "phone": fill(20) },
            });
            let key = t.fresh_key();
            let reply = t.fire().ask("POST", "/whistles").await.key(&key).json(&order).send().await.expect(201);
            let seen = t.fire().sees(&format!("/whistles/{}", reply.json()["code"].as_str().unwrap())).await;
            for field in ["what", "title", "place", "clause"] {
                assert_eq!(seen[field], order[field], "{unit} {field} came back another");
            }
        }
        let kept = "  第一行\n\t第二行 ".to_owned();
        let code = t.fire().blows(&json!({ "category": "fire", "what": kept, "place": "x" })).await;
        assert_eq!(t.fire().sees(&format!("/whistles/{code}")).await["what"], kept);
    })
    .await;
}

#[actix_web::test]
async fn a_body_that_is_no_order_is_refused_before_its_fields() {
    town(async |t| {
        let doors = doors(t).await;
        let before = t.db_events().await;
        let deep = format!("{}{}", "{\"a\":".repeat(17), "1") + &"}".repeat(17);
        let sixteen = format!("{}{}", "{\"a\":".repeat(16), "1") + &"}".repeat(16);
        for door in &doors {
            let mut bad_utf8 = b"{\"what\":\"".to_vec();
            bad_utf8.extend([0xff, 0xfe]);
            bad_utf8.extend(b"\"}");
            for (body, status, problem) in [
                (b"{".to_vec(), 400, "bad_json"),
                (b"[]".to_vec(), 400, "bad_json"),
                (b"\"x\"".to_vec(), 400, "bad_json"),
                (b"null".to_vec(), 400, "bad_json"),
                (b"{} {}".to_vec(), 400, "bad_json"),
                (b"{\"a\":1,}".to_vec(), 400, "bad_json"),
                (b"{\"what\":\"\\ud800\"}".to_vec(), 400, "bad_json"),
                (bad_utf8, 400, "not_utf8"),
                (deep.clone().into_bytes(), 400, "too_deep"),
                (sixteen.clone().into_bytes(), 422, "fields"),
                ("[".repeat(30_000).into_bytes(), 400, "too_deep"),
                (vec![b' '; 64 * 1024 + 1], 413, "too_large"),
            ] {
                let reply = door.send(t, body.clone(), false).await;
                let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
                assert_eq!((reply.status, reply.problem().as_str()), (status, problem), "{} {shown}", door.path);
            }
        }
        assert_eq!(t.db_events().await, before);
    })
    .await;
}

#[actix_web::test]
async fn twelve_megabytes_are_read_to_the_end_and_answered_and_so_is_the_next_request() {
    town(async |t| {
        let (token, length) = (t.fire().token().await, 12 * 1024 * 1024);
        let head = format!(
            "POST /api/v1/whistles HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: \
             key-fat-0001\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        let request = [head.into_bytes(), vec![b'x'; length]].concat();
        let (answer, taken) = raw_counted(t.address, &request).await;
        // A client that writes all before it reads would otherwise see a torn line instead of the answer.
        assert_eq!(taken, request.len(), "the door closed in the middle of a body that it should drop");
        let reply = Reply::read(&answer).unwrap().expect(413);
        assert_eq!((reply.problem().as_str(), reply.header("connection")), ("too_large", Some("close")));
        t.fire().blows(&blow_order("之后照常")).await;
    })
    .await;
}

#[actix_web::test]
async fn packed_or_other_media_types_are_415_and_an_empty_body_needs_no_type() {
    town(async |t| {
        let body = blow_order("压缩").to_string().into_bytes();
        let ask = || async { t.fire().ask("POST", "/whistles").await.key(&t.fresh_key()) };
        for (coding, status) in [("gzip", 415), ("br", 415), ("identity, gzip", 415), ("identity", 201)] {
            let ask = ask().await.header("Content-Encoding", coding);
            assert_eq!(ask.raw("application/json", body.clone()).send().await.status, status, "{coding}");
        }
        for (media_type, status) in [
            ("text/plain", 415),
            ("application/x-www-form-urlencoded", 415),
            ("multipart/form-data; boundary=x", 415),
            ("application/json; charset=gbk", 415),
            ("application/json; charset=UTF-8", 201),
            ("APPLICATION/JSON", 201),
        ] {
            assert_eq!(ask().await.raw(media_type, body.clone()).send().await.status, status, "{media_type}");
        }
        ask().await.untyped(body).send().await.expect(415);
        let code = t.fire().blows(&blow_order("空体")).await;
        let summons = t.office().summons(&code, &["XF"], "normal").await.remove(0);
        t.fire().deed(&summons, "acknowledge").await.version(1).send().await.expect(200);
    })
    .await;
}

#[actix_web::test]
async fn a_faulty_neighbour_hides_no_fault_and_nothing_is_named_twice() {
    town(async |t| {
        let mut order = blow_order("列表里的几处错");
        order["needed_departments"] = json!(["XF", "QQ", 3, null, "XF"]);
        let told = t.fire().tries_to_blow(&order).await.expect(422).json();
        let told: Vec<String> =
            told["errors"].as_array().unwrap().iter().map(|one| format!("{}", one["pointer"])).collect();
        assert_eq!(told, [1, 2, 3, 4].map(|at| format!("\"/needed_departments/{at}\"")));
        let code = t.fire().blows(&blow_order("退回两次同一项")).await;
        let twice = json!({ "missing": ["town", "town"] });
        let told = t.office().tries(&code, "return", &twice).await.expect(422).json();
        assert_eq!(told["errors"][0]["pointer"], "/missing/1");
    })
    .await;
}

#[actix_web::test]
async fn summonses_stand_in_the_order_in_which_they_were_named() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("先牵头后配合")).await;
        let units = ["XF", "GA", "YJ", "SH"];
        let shown = t.office().summons(&code, &units, "normal").await;
        assert_eq!(shown, units.map(|unit| format!("{code}-{unit}")));
    })
    .await;
}
