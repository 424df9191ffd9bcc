//! The two leaders of a shift read all open work for as long as it lasts (DOMAIN §5): in every channel, nothing that is over,
//! nobody who spoke, and without doing anything more than their post does.

use crate::town::{Person, Town, at, blow_order, town_at};
use serde_json::{Value, json};
use whistle_hub::domain::at::At;

/// By the rota main and deputy of the day of 1 December, and of the night after it; heads of the Emergency bureau all.
const MAIN: &str = "head.yj.5";
const DEPUTY: &str = "head.yj.6";
const BY_NIGHT: &str = "head.yj.2";

/// A whistle of XF's that summons SC and is nothing of the bureau's, with its summons.
async fn others(t: &Town, what: &str) -> (String, String) {
    let code = t.fire().blows(&blow_order(what)).await;
    let summons = t.office().summons(&code, &["SC"], "normal").await.remove(0);
    (code, summons)
}

/// In how many places it is found by this reader: by its codes, in the lists, by a search, in the file, on the pages.
async fn seen(t: &Town, who: &str, (code, summons): &(String, String), word: &str) -> Vec<&'static str> {
    let (person, browser) = (t.person(who), t.signed_in(who).await);
    let mut found = Vec::new();
    for (name, path) in [
        ("item", format!("/whistles/{code}")),
        ("timeline", format!("/whistles/{code}/timeline")),
        ("summons", format!("/summonses/{summons}")),
    ] {
        found.extend((person.get(&path).await.status == 200).then_some(name));
    }
    let lists = ["/whistles", "/whistles?sort=due_at", "/whistles?status=dispatched,handling"];
    for path in lists.into_iter().chain(["/summonses", "/summonses?department=SC", "/summonses?status=issued"]) {
        found.extend(person.codes(path).await.iter().any(|one| one.starts_with(code)).then_some(path));
    }
    let searched = person.sees(&format!("/whistles?q={word}")).await;
    found.extend((!searched["items"].as_array().unwrap().is_empty()).then_some("search"));
    let file = person.ask("POST", "/exports/whistles").await.send().await.expect(200).text();
    found.extend(file.contains(code).then_some("export"));
    for (name, path) in [
        ("page", format!("/console/whistles/{code}")),
        ("list page", "/console/whistles".to_owned()),
        ("search page", format!("/search?q={word}")),
        ("tasks page", "/console/summonses?view=all&department=SC".to_owned()),
        ("deadlines page", "/console/deadlines".to_owned()),
    ] {
        let reply = browser.get(&path).await;
        // The page that says that there is none has the address of what was asked for.
        found.extend((reply.status == 200 && reply.text().contains(code.as_str())).then_some(name));
    }
    found
}

const EVERYWHERE: [&str; 16] = [
    "item",
    "timeline",
    "summons",
    "/whistles",
    "/whistles?sort=due_at",
    "/whistles?status=dispatched,handling",
    "/summonses",
    "/summonses?department=SC",
    "/summonses?status=issued",
    "search",
    "export",
    "page",
    "list page",
    "search page",
    "tasks page",
    "deadlines page",
];

#[actix_web::test]
async fn i4_open_work_is_read_in_every_channel_from_the_first_minute_of_the_shift_to_its_last() {
    town_at("2026-12-01T17:50:00+08:00", async |t| {
        let thing = others(t, "铝镁粉尘").await;
        t.settle().await;
        let word = "%E9%93%9D%E9%95%81";
        for who in [MAIN, DEPUTY] {
            assert_eq!(seen(t, who, &thing, word).await, EVERYWHERE, "{who}");
        }
        for who in [BY_NIGHT, "head.yj", "liaison.yj", "head.gx"] {
            assert_eq!(seen(t, who, &thing, word).await, [""; 0], "{who}");
        }
        // The shift changes hands.
        t.clock.set(at("2026-12-01T18:00:00+08:00"));
        assert_eq!(seen(t, MAIN, &thing, word).await, [""; 0], "after the shift");
        assert_eq!(seen(t, BY_NIGHT, &thing, word).await, EVERYWHERE);
    })
    .await;
}

#[actix_web::test]
async fn i4_what_is_over_is_seen_by_nobody_on_shift_but_what_the_own_unit_had_a_part_in() {
    town_at("2026-12-01T09:00:00+08:00", async |t| {
        let thing = others(t, "铝镁粉尘").await;
        let own = t.person("liaison.yj").blows(&blow_order("本局的一件")).await;
        let office_only = json!({ "text": "只给安委办看", "visibility": "office" });
        let ask = t.office().ask("POST", &format!("/whistles/{}/comments", thing.0)).await;
        ask.key(&t.fresh_key()).json(&office_only).send().await.expect(200);
        let kinds = t.person(MAIN).kinds(&thing.0).await;
        assert!(!kinds.is_empty() && !kinds.contains(&"whistle.commented".to_owned()), "{kinds:?}");
        t.person("liaison.sc").reports_in(&thing.1).await;
        t.person("liaison.sc").does(&thing.1, "submit", json!({ "result": "已清" })).await;
        t.office().does(&thing.1, "accept", json!({})).await;
        let before = seen(t, MAIN, &thing, "%E9%93%9D%E9%95%81").await;
        assert!(
            before.contains(&"summons") && before.contains(&"/summonses"),
            "a done summons of open work: {before:?}"
        );
        t.office().does(&thing.0, "close", json!({ "kind": "fixed", "conclusion": "已改" })).await;
        t.office().does(&own, "decline", json!({ "ground": "not_safety" })).await;
        assert_eq!(seen(t, MAIN, &thing, "%E9%93%9D%E9%95%81").await, [""; 0]);
        assert_eq!(t.person(MAIN).sees(&format!("/whistles/{own}")).await["status"], "declined");
        assert_eq!(t.person(MAIN).codes("/whistles").await, [own]);
    })
    .await;
}

#[actix_web::test]
async fn i4_whoever_only_reads_is_answered_as_if_it_were_not_there_whatever_they_try_to_do() {
    town_at("2026-12-01T09:00:00+08:00", async |t| {
        let mut order = blow_order("有人举报");
        (order["contact"], order["protected_source"]) =
            (json!({ "name": "告密者", "phone": "13955550003" }), json!(true));
        let code = t.fire().blows(&order).await;
        let summons = t.office().summons(&code, &["SC"], "normal").await.remove(0);
        t.settle().await;
        let told = t.person(MAIN).get(&format!("/whistles/{code}")).await.expect(200);
        assert!(!told.text().contains("告密者") && told.json()["allowed_deeds"] == json!([]), "{}", told.text());
        let timeline = t.person(MAIN).sees(&format!("/whistles/{code}/timeline")).await;
        assert_eq!(timeline["items"][0]["actor"]["name"], Value::Null, "a protected whistle names nobody");
        let before = t.db_events().await;
        let mut tried = 0;
        for (method, path, _) in whistle_hub::http::routes::every_route() {
            let nouns = ["/whistles/{code}/", "/summonses/{code}/", "/obligations/{code}/"];
            // A form of files is sent at its own doors (`doors::shift`): JSON is turned away before anything is looked up.
            if path.ends_with("/attachments")
                || method != "POST"
                || !path.starts_with("/api/")
                || !nouns.iter().any(|noun| path.contains(noun))
            {
                continue;
            }
            let of = if path.contains("/whistles/") { &code } else { &summons };
            let ask = t.person(MAIN).ask("POST", &path.replace("/api/v1", "").replace("{code}", of)).await;
            let ask =
                ask.version(1).key(&t.fresh_key()).json(&json!({ "reason": "x", "text": "x", "visibility": "all" }));
            assert_eq!(ask.send().await.status, 404, "{path}");
            tried += 1;
        }
        assert!(tried > 35, "only {tried} were tried");
        let browser = t.signed_in(MAIN).await;
        let page = browser.get(&format!("/console/whistles/{code}")).await.expect(200);
        assert!(!page.text().contains("data-deed"), "a form for who only reads: {}", page.text());
        browser
            .fills("/console/whistles", &format!("/console/whistles/{code}/comments"), &[("text", "x")])
            .await
            .expect(404);
        assert_eq!(t.db_events().await, before);
        // What is the own unit's is theirs to speak about, on shift or not.
        let own = t.person("liaison.yj").blows(&blow_order("本局的一件")).await;
        let page = browser.get(&format!("/console/whistles/{own}")).await.expect(200);
        assert!(page.text().contains("data-deed=\"comments\""));
    })
    .await;
}

async fn blown(who: Person<'_>, what: &str) -> (String, String) {
    ("whistle.blown".to_owned(), who.blows(&blow_order(what)).await)
}

#[actix_web::test]
async fn t9_the_feed_of_a_leader_tells_of_others_until_the_shift_ends_and_goes_on_with_the_own() {
    town_at("2026-12-01T17:55:00+08:00", async |t| {
        let mut feed = t.person(MAIN).listens(None).await;
        let first = blown(t.fire(), "值班时").await;
        assert_eq!(feed.told().await, first);
        let now = at("2026-12-01T18:00:00+08:00");
        t.clock.set(At(now.0 - 1));
        let last = blown(t.fire(), "最后一刻").await;
        assert_eq!(feed.told().await, last);
        t.clock.set(At(now.0 + 2_000_000));
        blown(t.fire(), "下班以后").await;
        let own = blown(t.emergency(), "本局的").await;
        assert_eq!(feed.told().await, own, "others' work is told after the shift");
        // Asked for the past, it is told by the right that is left.
        let mut again = t.person(MAIN).listens(Some(0)).await;
        assert_eq!(again.told().await, own);
        let mut next = t.person(BY_NIGHT).listens(Some(0)).await;
        assert_eq!(next.told().await, first, "the night's leader reads on");
    })
    .await;
}
