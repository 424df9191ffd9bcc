//! I4 as it is written: two worlds, one without the thing, answer byte for byte alike, in everything that a reader who
//! may not see it can read, be refused, hear or be sent. What is not compared here is compared nowhere.

mod channels;

use crate::town::feed::Feed;
use crate::town::{Town, town};
use channels::{Codes, Read, check_complete, read, shown};
use serde_json::{Value, json};

/// Everybody who may not see what SC has blown about a firm in T02, one of each role and relation that is left.
const OUTSIDERS: &[&str] = &[
    "liaison.xf",
    "head.xf",
    "inspector.xf",
    "liaison.yj",
    "head.yj",
    "inspector.yj",
    "town.t06",
    "squad.sq06",
    "town.t01",
    "expert.1",
    "legal.district",
    "legal.town",
    "admin",
];

/// Who of them sees the own whistles, and so hears of them.
const HEARERS: &[&str] = &["liaison.xf", "head.xf", "liaison.yj", "inspector.yj", "town.t06", "squad.sq06"];

/// A whistle of XF about a firm in T06, to which YJ is summoned.
async fn own(t: &Town, what: &str) -> String {
    let order = json!({ "category": "fire", "what": what, "enterprise": "E01", "urgency": "urgent" });
    let code = t.fire().blows(&order).await;
    t.office().summons(&code, &["YJ"], "urgent").await;
    code
}

fn firm_in(t: &Town, town: &str) -> String {
    let rules = t.db_hub().rules();
    let firms = &rules.directory.enterprises;
    firms.iter().find(|firm| firm.town_code == town).unwrap().code.clone()
}

/// The thing: alike in words and kind, pressing, late, with a story of its own.
async fn hidden(t: &Town) -> String {
    let order =
        json!({ "category": "fire", "what": "铝屑另案", "enterprise": firm_in(t, "T02"), "urgency": "emergency" });
    let code = t.person("liaison.sc").blows(&order).await;
    let summons = t.office().summons(&code, &["SC", "GA"], "emergency").await.remove(0);
    t.person("liaison.sc").reports_in(&summons).await;
    visited(t, &code).await;
    code
}

/// A visit about the hidden thing, with a finding: `LJ-2026-0001` where there is one.
async fn visited(t: &Town, whistle: &str) {
    let order = plan(t, &firm_in(t, "T02"), ["SC", "GA"], Some(whistle)).await;
    let visit = &t.office().plans(&order).await;
    let inspector = t.person("inspector.sc");
    inspector.does(visit, "enter", json!({})).await;
    let found = json!({ "item": "1", "outcome": "finding", "finding": { "what": "铝屑未清" } });
    inspector.does(visit, "record", json!({ "results": [found] })).await;
}

/// Two officers of each of two departments, this afternoon.
async fn plan(t: &Town, firm: &str, departments: [&str; 2], whistle: Option<&str>) -> Value {
    let (mut crew, mut items) = (Vec::new(), Vec::new());
    for department in departments {
        let name = department.to_lowercase();
        crew.extend([format!("inspector.{name}"), format!("inspector.{name}.2")]);
        let mut item = json!({ "department": department, "subject": format!("{department}的检查项") });
        if let Some(whistle) = whistle {
            item["whistle"] = json!(whistle);
        }
        items.push(item);
    }
    let crew: Vec<&str> = crew.iter().map(String::as_str).collect();
    json!({
        "enterprise": firm, "date": &t.now()[..10], "period": "PM", "notice": "announced", "items": items,
        "members": t.members(&crew).await,
    })
}

/// What one reader read, heard and was sent.
struct Known {
    who: &'static str,
    read: Read,
    heard: Vec<String>,
    letters: Vec<String>,
}

/// A world: own whistles before and after the place of the hidden one, which is late.
async fn world(with: bool) -> Vec<Known> {
    let mut all = Vec::new();
    town(async |t| {
        let first = own(t, "铝粉堆积").await;
        // Of two that were blown at once, chance would say which is the first in a list.
        t.advance(1).await;
        let hidden = match with {
            true => hidden(t).await,
            false => {
                // Signs in alike: the administrator's trail tells of sign-ins.
                for who in ["liaison.sc", "inspector.sc", "inspector.sc.2", "inspector.ga", "inspector.ga.2"] {
                    t.person(who).get("/me").await.expect(200);
                }
                "WH-2026-9999".to_owned()
            }
        };
        let second = own(t, "第二件").await;
        // Signs in alike in both worlds.
        let order = plan(t, "E01", ["YJ", "XF"], None).await;
        let own_visit = t.office().plans(&order).await;
        t.settle().await;
        // The hidden one's limits pass; the own ones, which would pass in no order, do not yet.
        t.advance(90).await;
        let mut feeds: Vec<(&str, Feed)> = Vec::new();
        for who in HEARERS {
            feeds.push((who, t.person(who).listens(None).await));
        }
        if with {
            t.person("liaison.sc").does(&format!("{hidden}-SC"), "submit", json!({ "result": "铝屑已清" })).await;
        } else {
            t.person("liaison.sc").get("/me").await.expect(200);
        }
        let last = own(t, "最后一件").await;
        t.settle().await;
        // In the world without it the first visit is the own one: another code that nobody may see stands for it there.
        let hidden_visit = String::from(if with { "LJ-2026-0001" } else { "LJ-2026-0009" });
        let codes = Codes(vec![hidden, first, second, last.clone(), own_visit, hidden_visit]);
        for who in OUTSIDERS {
            let live = feeds.iter_mut().find(|(hearer, _)| hearer == who);
            let mut heard = Vec::new();
            if let Some((_, feed)) = live {
                heard = told(feed, &last, &codes).await;
                let mut again = t.person(who).listens(Some(0)).await;
                heard.push("resumed".to_owned());
                heard.extend(told(&mut again, &last, &codes).await);
            }
            let to = format!("{who}@yunhu.example");
            let letters = t.letters().into_iter().filter(|letter| letter.to == to);
            let letters = letters.map(|one| codes.renumbered(&format!("{}\n{}\n{}", one.subject, one.text, one.html)));
            all.push(Known {
                who,
                letters: without_port(t, letters.collect()),
                heard,
                read: read(t, who, &codes).await,
            });
        }
    })
    .await;
    all
}

fn without_port(t: &Town, letters: Vec<String>) -> Vec<String> {
    letters.into_iter().map(|text| text.replace(&t.address.to_string(), "<hub>")).collect()
}

/// What a feed tells, up to the last whistle's summons.
async fn told(feed: &mut Feed, last: &str, codes: &Codes) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    loop {
        let (kind, code) = feed.told().await;
        let end = code.starts_with(last) && kind == "summons.issued";
        all.push(codes.renumbered(&format!("{kind} {code}")));
        if end {
            return all;
        }
    }
}

/// Compares what each reader knows in two worlds.
fn alike(without: &[Known], with: &[Known], tellers: &[&str]) {
    for (without, with) in without.iter().zip(with) {
        let who = without.who;
        for ((channel, left), (_, right)) in without.read.iter().zip(&with.read) {
            assert_eq!(left, right, "{who} learns of it by {channel}");
            for teller in tellers {
                assert!(!right.contains(teller), "{who} reads {teller} by {channel}");
            }
        }
        assert_eq!(without.heard, with.heard, "{who} hears of it");
        assert_eq!(without.letters, with.letters, "{who} is sent it");
    }
}

#[test]
fn every_channel_is_compared() {
    check_complete();
    assert!(channels::count() > 80, "{} channels", channels::count());
}

#[actix_web::test]
async fn i4_two_worlds() {
    let (without, with) = (Box::pin(world(false)).await, Box::pin(world(true)).await);
    alike(&without, &with, &["铝屑"]);
    // The comparison is worth something: there is a lot to read, to hear and to be sent, and the thing is really there.
    assert!(with.iter().any(|one| one.heard.len() > 10) && with.iter().any(|one| !one.letters.is_empty()));
    let lists: Vec<&String> = with.iter().map(|one| &one.read[0].1).collect();
    assert!(lists.iter().any(|list| list.contains("<#2>")));
}

/// A whistle with an informer behind it, opened twice, against one without.
async fn informed(with: bool) -> Vec<Known> {
    const READERS: &[&str] =
        &["head.xf", "liaison.yj", "head.yj", "inspector.yj", "town.t06", "squad.sq06", "town.t01"];
    let mut all = Vec::new();
    town(async |t| {
        let mut order =
            json!({ "category": "fire", "what": "有人来信", "enterprise": "E01", "protected_source": true });
        if with {
            order["contact"] = json!({ "name": "告密者丙", "phone": "13955550003" });
        }
        t.hush("告密者丙");
        let code = t.fire().blows(&order).await;
        if with {
            for who in ["office", "supervisor"] {
                let ask = t.person(who).ask("POST", &format!("/whistles/{code}/unseal")).await;
                ask.json(&json!({ "reason": "核实" })).send().await.expect(200);
            }
        }
        t.office().summons(&code, &["YJ"], "urgent").await;
        t.settle().await;
        let codes = Codes(vec!["WH-2026-9999".to_owned(), code.clone(), code.clone(), code.clone()]);
        for who in READERS {
            let mut feed = t.person(who).listens(Some(0)).await;
            let heard = if *who == "town.t01" { Vec::new() } else { told(&mut feed, &code, &codes).await };
            let to = format!("{who}@yunhu.example");
            let letters = t.letters().into_iter().filter(|letter| letter.to == to);
            let letters = letters.map(|one| format!("{}\n{}", one.subject, one.text)).collect();
            all.push(Known { who, letters: without_port(t, letters), heard, read: read(t, who, &codes).await });
        }
    })
    .await;
    all
}

#[actix_web::test]
async fn i4_two_worlds_of_which_one_has_an_informer() {
    let (without, with) = (Box::pin(informed(false)).await, Box::pin(informed(true)).await);
    alike(&without, &with, &["告密者", "13955550003", "unsealed", "查阅举报人"]);
}

/// What refuses a deed on an own thing tells of that thing only, whatever else happened: 412, 409 and 422.
async fn refusals(with: bool) -> Vec<Value> {
    let mut all = Vec::new();
    town(async |t| {
        let first = own(t, "铝粉堆积").await;
        let hidden = if with { hidden(t).await } else { "WH-2026-9999".to_owned() };
        let second = own(t, "第二件").await;
        let codes = Codes(vec![hidden, first.clone(), second.clone()]);
        for code in [&first, &second] {
            let summons = format!("{code}-YJ");
            t.person("head.yj").does(&summons, "acknowledge", json!({})).await;
            let stale = t.emergency().deed(&summons, "acknowledge").await.version(1).send().await.expect(412);
            let state = t.emergency().tries(&summons, "submit", &json!({ "result": "毕" })).await.expect(409);
            let faulty = json!({ "officers": ["pe_nobody"], "mode": "site" });
            let faulty = t.emergency().tries(&summons, "report_in", &faulty).await.expect(422);
            for reply in [stale, state, faulty] {
                let mut problem: Value = serde_json::from_str(&codes.renumbered(&reply.text())).unwrap();
                problem["instance"].take();
                for change in problem["changes"].as_array_mut().into_iter().flatten() {
                    change["seq"].take();
                }
                all.push(problem);
            }
        }
    })
    .await;
    all
}

#[actix_web::test]
async fn i4_no_count_hint_reason_tells() {
    assert_eq!(Box::pin(refusals(false)).await, Box::pin(refusals(true)).await);
}

/// What is read of the firm of the hidden visit.
const OF_THE_FIRM: &[&str] = &[
    "/api/v1/enterprises/E07",
    "/api/v1/enterprises/E07/burden",
    "/api/v1/visits?enterprise=E07",
    "/api/v1/findings?enterprise=E07",
    "/console/enterprises/E07",
    "/console/visits?enterprise=E07",
];

/// A visit of SC and GA that is kept secret until its day, against none; with one of its own at another firm in both.
async fn kept_secret(with: bool) -> Vec<Known> {
    // Of the departments that go, of the town, and who watches: none of them knows before somebody comes in (T19).
    const READERS: &[&str] = &["liaison.sc", "inspector.sc.3", "liaison.xf", "head.yj", "town.t02", "supervisor"];
    let mut all = Vec::new();
    town(async |t| {
        let first = own(t, "铝粉堆积").await;
        let own_visit = t.office().plans(&plan(t, "E01", ["YJ", "XF"], None).await).await;
        let mut order = plan(t, &firm_in(t, "T02"), ["SC", "GA"], None).await;
        (order["date"], order["notice"]) = (json!("2026-12-03"), json!("unannounced"));
        let heads = ["head.sc", "head.ga"];
        if with {
            let visit = t.office().plans(&order).await;
            t.office().does(&visit, "propose", json!({})).await;
            for head in heads {
                t.person(head).does(&visit, "approve_own_part", json!({})).await;
            }
            t.office().does(&visit, "keep_secret", json!({})).await;
        } else {
            for head in heads {
                t.person(head).get("/me").await.expect(200);
            }
        }
        t.settle().await;
        let nothing = "WH-2026-9999".to_owned();
        let hidden = String::from(if with { "LJ-2026-0002" } else { "LJ-2026-0009" });
        let codes = Codes(vec![nothing.clone(), first.clone(), first.clone(), first, own_visit, hidden]);
        for who in READERS {
            let to = format!("{who}@yunhu.example");
            let letters = t.letters().into_iter().filter(|letter| letter.to == to);
            let letters = letters.map(|one| format!("{}\n{}", one.subject, one.text)).collect();
            let letters = without_port(t, letters);
            let mut read = read(t, who, &codes).await;
            // And what is told of the firm that it is about.
            let (person, browser) = (t.person(who), t.signed_in(who).await);
            for path in OF_THE_FIRM {
                read.push(((*path).to_owned(), shown(path, (person, &browser), &codes, &[]).await));
            }
            all.push(Known { who, letters, heard: Vec::new(), read });
        }
    })
    .await;
    all
}

#[actix_web::test]
async fn i4_two_worlds_of_which_one_has_an_unannounced_visit() {
    let (without, with) = (Box::pin(kept_secret(false)).await, Box::pin(kept_secret(true)).await);
    alike(&without, &with, &["LJ-2026-0002", "SC的检查项"]);
}
