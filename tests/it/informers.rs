//! Who told us (T29): sealed where it lies, opened only by whom DOMAIN §5 names, with a reason, on record and told to
//! the director; and otherwise in no answer, page, feed, letter, log, figure or byte of the ledger.

use crate::mail_faults::{Manner, relay};
use crate::servers::{Backend, backend};
use crate::town::{BEGIN, EVERYBODY, Place, Reply, Town, at, town};
use serde_json::{Value, json};
use whistle_hub::clock::ManualClock;
use whistle_hub::domain::terms::LetterKind;

const NAME: &str = "告密者丁一";
const PHONE: &str = "13955550002";
const REASON: &str = "核实来信内容";

/// A protected whistle in T06 with somebody behind it, blown by XF; YJ is summoned.
async fn told(t: &Town) -> String {
    for secret in [NAME, PHONE, REASON] {
        t.hush(secret);
    }
    let order = json!({
        "category": "dust_explosion", "what": "有人举报夜间停用除尘", "enterprise": "E01", "protected_source": true,
        "source": "informant", "contact": { "name": NAME, "phone": PHONE },
    });
    let code = t.fire().blows(&order).await;
    t.office().summons(&code, &["YJ"], "urgent").await;
    code
}

async fn unseals(t: &Town, who: &str, code: &str) -> Reply {
    let ask = t.person(who).ask("POST", &format!("/whistles/{code}/unseal")).await;
    ask.json(&json!({ "reason": REASON })).send().await
}

#[actix_web::test]
async fn t29_an_identity_is_opened_by_whom_the_domain_page_names_each_time_on_record() {
    town(async |t| {
        let code = told(t).await;
        for (opened, who) in EVERYBODY.iter().enumerate() {
            let expected = match *who {
                "office" | "director" | "supervisor" | "liaison.xf" => 200,
                "head.xf" | "liaison.yj" | "head.yj" | "inspector.yj" | "town.t06" | "squad.sq06" => 403,
                _ => 404,
            };
            let before = t.db_events().await;
            let reply = unseals(t, who, &code).await.expect(expected);
            let recorded = t.db_events().await - before;
            assert_eq!(recorded, i64::from(expected == 200), "{who}");
            if expected == 200 {
                assert_eq!(reply.json(), json!({ "name": NAME, "phone": PHONE }));
                assert_eq!(reply.header("cache-control"), Some("no-store"));
                t.settle().await;
                assert_eq!(t.letters_of(LetterKind::WhistleUnsealed, "director"), opened + 1, "the director is told");
            } else {
                assert!(!reply.text().contains(NAME) && !reply.text().contains(PHONE));
            }
        }
    })
    .await;
}

#[actix_web::test]
async fn t29_an_opening_asks_for_a_reason_and_for_somebody_to_open() {
    town(async |t| {
        let code = told(t).await;
        let path = format!("/whistles/{code}/unseal");
        let before = t.db_events().await;
        for body in [json!({}), json!({ "reason": "  " }), json!({ "reason": null })] {
            let reply = t.office().ask("POST", &path).await.json(&body).send().await.expect(422);
            assert!(reply.faults()[0].starts_with("/reason "));
        }
        t.office().get(&path).await.expect(405);
        let nobody = t.fire().blows(&json!({ "category": "fire", "what": "无人举报", "place": "某地" })).await;
        unseals(t, "office", &nobody).await.expect(409);
        unseals(t, "office", "WH-2026-9999").await.expect(404);
        assert_eq!(t.db_events().await, before + 1, "only the second whistle");
        // The same form sent twice opens once and is answered twice.
        let ask = t.office().ask("POST", &path).await.key("key-unseal-1").json(&json!({ "reason": REASON }));
        let first = ask.clone().send().await.expect(200);
        let again = ask.send().await.expect(200);
        assert_eq!((first.json(), again.header("idempotency-replayed")), (again.json(), Some("true")));
        assert_eq!(t.db_events().await, before + 2);
    })
    .await;
}

#[actix_web::test]
async fn t29_an_opening_is_seen_with_its_reason_by_who_sees_everything_and_by_nobody_else() {
    town(async |t| {
        let code = told(t).await;
        let mut rescue = t.emergency().listens(None).await;
        let stale = t.office().get(&format!("/whistles/{code}")).await.version();
        unseals(t, "supervisor", &code).await.expect(200);
        let path = format!("/whistles/{code}/timeline");
        for who in ["office", "director", "supervisor"] {
            let events = t.person(who).walks(&path, 200).await;
            let opened: Vec<&Value> = events.iter().filter(|one| one["kind"] == "whistle.unsealed").collect();
            assert_eq!(opened.len(), 1, "{who}");
            assert_eq!(
                (&opened[0]["data"]["reason"], &opened[0]["actor"]["department"]),
                (&json!(REASON), &json!("JW"))
            );
            assert!(opened[0]["actor"]["name"].is_string(), "who opened it is named");
        }
        for who in ["liaison.xf", "liaison.yj", "inspector.yj", "town.t06"] {
            let events = t.person(who).walks(&path, 200).await;
            assert!(events.iter().all(|one| one["kind"] != "whistle.unsealed"), "{who}");
            let browser = t.signed_in(who).await;
            let page = browser.get(&format!("/console/whistles/{code}")).await.expect(200).text();
            assert!(!page.contains(REASON) && page.contains("吹哨"), "{who}");
            let mut past = t.person(who).listens(Some(0)).await;
            let mut kinds = vec![past.told().await.0];
            while kinds.last().unwrap() != "summons.issued" {
                kinds.push(past.told().await.0);
            }
            assert!(!kinds.contains(&"whistle.unsealed".to_owned()), "{who}: {kinds:?}");
        }
        // Nor does whoever lost a race hear of it, or whoever listens.
        let reply = t.fire().deed(&code, "complete").await.version(stale - 1).json(&json!({})).send().await.expect(412);
        assert!(!reply.text().contains("unsealed"), "{}", reply.text());
        t.emergency().reports_in(&format!("{code}-YJ")).await;
        assert_eq!(rescue.told().await.0, "summons.reported_in");
    })
    .await;
}

#[actix_web::test]
async fn t29_the_page_opens_it_by_a_form_and_warns_who_may_know_of_a_text_that_tells() {
    town(async |t| {
        let code = told(t).await;
        let (own, form) = (format!("/console/whistles/{code}"), format!("/console/whistles/{code}/unseal"));
        let office = t.signed_in("office").await;
        assert!(office.get(&own).await.text().contains(&format!("action=\"{form}\"")));
        let refused = office.fills(&own, &form, &[("reason", "")]).await.expect(422);
        assert!(refused.text().contains("id=\"unseal-reason-fault\""), "{}", refused.text());
        let page = office.fills(&own, &form, &[("reason", REASON)]).await.expect(200);
        assert!(page.text().contains(NAME) && page.text().contains(PHONE));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        let rescue = t.signed_in("liaison.yj").await;
        assert!(!rescue.get(&own).await.expect(200).text().contains("/unseal"));
        // What tells by itself who spoke is taken, with a warning to who may know.
        let telling = json!({ "category": "fire", "what": format!("电话{PHONE}的人说的"), "place": "某地",
            "protected_source": true });
        let reply = t.fire().tries_to_blow(&telling).await.expect(201).json();
        assert_eq!(
            (&reply["warnings"][0]["pointer"], &reply["warnings"][0]["code"]),
            (&json!("/what"), &json!("tells_who_spoke"))
        );
        let code = reply["code"].as_str().unwrap().to_owned();
        t.office().summons(&code, &["YJ"], "urgent").await;
        let own = format!("/console/whistles/{code}");
        assert!(office.get(&own).await.text().contains("电话或身份证号"));
        assert!(!rescue.get(&own).await.expect(200).text().contains("电话或身份证号"));
        let plain = json!({ "category": "fire", "what": "配电房堆放纸箱", "place": "某地", "protected_source": true });
        assert!(t.fire().tries_to_blow(&plain).await.expect(201).json().get("warnings").is_none());
    })
    .await;
}

#[actix_web::test]
async fn t29_that_the_director_could_not_be_told_is_told_to_nobody_who_may_not_know() {
    town(async |t| {
        let code = told(t).await;
        t.settle().await;
        let (url, _seen) = relay((0..8).map(|_| Manner::Recipient("550 nobody here")).collect());
        t.mails_through(url).await;
        unseals(t, "supervisor", &code).await.expect(200);
        t.settle().await;
        for who in ["office", "head.xf", "liaison.yj"] {
            let kinds = t.person(who).kinds(&code).await;
            assert!(!kinds.contains(&"letter.not_reached".to_owned()), "{who} learns of the opening: {kinds:?}");
        }
    })
    .await;
}

/// Everything that a JSON client and a browser can read about a whistle.
async fn everything_read(t: &Town, who: &str, code: &str) -> Vec<(String, String)> {
    let summons = format!("{code}-YJ");
    let mut all = Vec::new();
    for path in [
        "/me".to_owned(),
        "/whistles".to_owned(),
        format!("/whistles?q={PHONE}"),
        "/whistles?q=%E5%91%8A%E5%AF%86".to_owned(),
        format!("/whistles/{code}"),
        format!("/whistles/{code}/timeline"),
        "/summonses".to_owned(),
        format!("/summonses/{summons}"),
        "/people".to_owned(),
        format!("/people?q={PHONE}"),
    ] {
        let reply = t.person(who).get(&path).await;
        all.push((format!("{who} {path}"), format!("{:?} {}", reply.headers, reply.text())));
    }
    let browser = t.signed_in(who).await;
    for path in [
        "/console".to_owned(),
        "/console/triage".to_owned(),
        format!("/console/triage?open={code}"),
        "/console/whistles".to_owned(),
        format!("/console/whistles?q={}", &PHONE[3..]),
        format!("/console/whistles/{code}"),
        "/console/summonses".to_owned(),
        format!("/console/summonses/{summons}"),
        "/console/whistles/new".to_owned(),
    ] {
        let reply = browser.get(&path).await;
        all.push((format!("{who} {path}"), format!("{:?} {}", reply.headers, reply.text())));
    }
    all
}

#[actix_web::test]
async fn i4_informer_appears_nowhere() {
    let place = Place::new();
    let t = Box::pin(Town::open(&place, at(BEGIN))).await;
    let code = told(&t).await;
    unseals(&t, "office", &code).await.expect(200);
    unseals(&t, "liaison.xf", &code).await.expect(200);
    t.settle().await;
    let mut read = Vec::new();
    for who in EVERYBODY {
        read.extend(everything_read(&t, who, &code).await);
        assert!(t.person(who).walks(&format!("/whistles?q={PHONE}"), 50).await.is_empty(), "{who} finds the phone");
    }
    let mut feed = t.office().listens(Some(0)).await;
    let mut told = Vec::new();
    while told.last().is_none_or(|(kind, _): &(String, String)| kind != "whistle.unsealed") {
        told.push(feed.told().await);
    }
    drop(feed);
    read.push(("the feed".to_owned(), format!("{told:?}")));
    read.push(("the figures".to_owned(), t.ask("GET", "/metrics").send().await.text()));
    for letter in t.letters() {
        read.push((format!("a letter {}", letter.kind), String::from_utf8_lossy(letter.eml()).into_owned()));
        read.push((format!("a letter {}", letter.kind), format!("{} {} {}", letter.subject, letter.text, letter.html)));
    }
    read.push(("the log".to_owned(), t.log()));
    Box::pin(t.close()).await;
    for (where_, text) in &read {
        for secret in [NAME, PHONE] {
            assert!(!text.contains(secret), "{where_} tells {secret}");
        }
    }
    let ledger = place.bytes();
    assert!(contains(&ledger, "有人举报夜间停用除尘".as_bytes()), "the dump holds nothing at all");
    assert!(contains(&ledger, b"v1:"), "nothing is sealed");
    for secret in [NAME, PHONE] {
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        for form in [secret.to_owned(), hex.clone(), hex.to_uppercase()] {
            assert!(!contains(&ledger, form.as_bytes()), "the ledger holds {secret}");
        }
    }
}

/// Two whistles as a release before the seal left them: of the first the contact was said anew since.
const OLDER: [(&str, &str); 3] =
    [("告密者丁一", "13955550002"), ("告密者丁一", "13955550003"), ("告密者丁二", "13955550004")];

async fn older_ledger(place: &Place) {
    let t = Box::pin(Town::open(place, at(BEGIN))).await;
    let said = |(name, phone): (&str, &str)| json!({ "contact": { "name": name, "phone": phone } });
    let blow = |contact: Value| {
        let mut order = json!({ "category": "fire", "what": "有人举报", "place": "某地" });
        order["contact"] = contact["contact"].clone();
        order
    };
    for secret in OLDER {
        [secret.0, secret.1].iter().for_each(|secret| t.hush(secret));
    }
    let first = t.fire().blows(&blow(said(OLDER[0]))).await;
    t.advance(1).await;
    t.office().does(&first, "return", json!({ "missing": ["contact"], "note": "请补电话" })).await;
    t.fire().does(&first, "complete", said(OLDER[1])).await;
    t.advance(1).await;
    t.fire().blows(&blow(said(OLDER[2]))).await;
    Box::pin(t.close()).await;
    let contact = |(name, phone): (&str, &str)| json!({ "name": name, "phone": phone }).to_string();
    for one in OLDER {
        let next = "(SELECT MIN(id) FROM texts WHERE class = 'sealed')";
        let body = contact(one);
        place.alter(&format!("UPDATE texts SET class = 'open', tree = NULL, body = '{body}' WHERE id = {next}"));
    }
    place.alter("DELETE FROM meta WHERE key = 'contacts_sealed'");
    assert!(place.dump().iter().any(|value| contains(value, PHONE.as_bytes())), "nothing lies in the open");
}

#[actix_web::test]
async fn t29_contacts_of_before_the_seal_are_sealed_at_the_start_by_however_many_replicas_start_at_once() {
    let place = Place::new();
    Box::pin(older_ledger(&place)).await;
    let clock = ManualClock::new(at(BEGIN));
    clock.advance(10);
    let one = Box::pin(Town::replica(&place, clock.clone(), "a"));
    let towns = match backend() {
        Backend::Embedded => vec![one.await],
        Backend::Servers => {
            let other = Box::pin(Town::replica(&place, clock, "b"));
            let (one, other) = futures_util::future::join(one, other).await;
            vec![one, other]
        }
    };
    for value in place.dump() {
        for (name, phone) in OLDER {
            assert!(
                !contains(&value, name.as_bytes()) && !contains(&value, phone.as_bytes()),
                "in the open: {value:?}"
            );
        }
    }
    for t in &towns {
        assert_eq!(unseals(t, "office", "WH-2026-0001").await.expect(200).json()["phone"], OLDER[1].1);
        assert_eq!(unseals(t, "office", "WH-2026-0002").await.expect(200).json()["phone"], OLDER[2].1);
        // Also what nothing points at any longer is found by whoever must erase it.
        for (phone, code) in [(OLDER[0].1, "WH-2026-0001"), (OLDER[2].1, "WH-2026-0002")] {
            let found = whistle_hub::app::erasure::find(t.db_hub(), phone).await.unwrap();
            assert_eq!(found.sealed, [code], "{phone}");
        }
    }
    for t in towns {
        Box::pin(t.leave()).await;
    }
}

fn contains(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|window| window == part)
}
