//! After an erasure a person's name is in no column of any table (T30): it is said wherever words can be said, erased by
//! whistle and by person, and looked for in all of them. A table that is new fails here until it is written down.

use crate::erasure::erased;
use crate::imports::multipart;
use crate::people::does;
use crate::town::browser::{Browser, hidden};
use crate::town::files::jpeg;
use crate::town::{BEGIN, Place, Town, accept_order, at};
use serde_json::json;

/// A name that is in no list of the district.
const NAME: &str = "金丝鸟姓名";
const CODE: &str = "WH-2026-0001";

/// Tables in which words of persons can stand: here the name is said in each of them.
const SAID: &[&str] = &[
    "texts",
    "whistles",
    "whistle_bodies",
    "unsent_forms",
    "feedback",
    "machine_tokens",
    "import_files",
    "proposed_lists",
    "saved_views",
];
/// Tables that hold ids, codes, numbers, digests and words of the hub's own; names of persons stand in `texts`, and in the
/// directory as it is now.
const SILENT: &[&str] = &[
    "attachments",
    "claims",
    "cursors",
    "dead_letters",
    "directory",
    "epochs",
    "events",
    "factors",
    "findings",
    "leases",
    "letter_copies",
    "letters",
    "meta",
    "migrations",
    "obligations",
    "passwords",
    "receipts",
    "recovery_codes",
    "reminded",
    "security_events",
    "series",
    "sessions",
    "sights",
    "summonses",
    "visit_parts",
    "visit_sights",
    "visit_whistles",
    "visits",
];

fn said(what: &str) -> String {
    format!("{NAME}{what}")
}

/// Everything that can be said in a whistle.
async fn in_a_whistle(t: &Town) {
    let order = json!({ "category": "fire", "what": said("说"), "title": said("题"), "place": said("处"),
        "clause": said("条"), "contact": { "name": NAME, "phone": "13955550009" } });
    t.fire().blows(&order).await;
    t.office().attaches(CODE, &format!("{}.jpg", said("照")), &jpeg(8, 8)).await;
    let comment = json!({ "text": said("评"), "visibility": "all" });
    t.office().ask("POST", &format!("/whistles/{CODE}/comments")).await.json(&comment).send().await.expect(200);
    let mut accept = accept_order(&["XF"], "urgent");
    accept["dispatch"] = json!(false);
    t.office().does(CODE, "accept", accept).await;
    let summons = json!({ "department": "XF", "role": "lead", "task": said("办") });
    t.office().does(CODE, "dispatch", json!({ "summonses": [summons] })).await;
    let officers = json!([t.fire().id().await]);
    let code = format!("{CODE}-XF");
    t.fire().does(&code, "report_in", json!({ "officers": officers, "mode": "site", "note": said("到") })).await;
    t.fire().does(&code, "submit", json!({ "result": said("果") })).await;
    t.office().does(&code, "send_back", json!({ "lacks": said("缺") })).await;
}

/// A visit of these departments at some place, approved by those heads and entered.
async fn entered(t: &Town, period: &str, units: &[&str], heads: &[&str]) -> String {
    let crew: Vec<String> =
        units.iter().flat_map(|unit| [format!("inspector.{unit}"), format!("inspector.{unit}.2")]).collect();
    let items = units.iter().map(|unit| json!({ "department": unit.to_uppercase(), "subject": said(unit) }));
    let order = json!({
        "place": said("址"), "town": "T06", "date": "2026-12-01", "period": period, "notice": "unannounced",
        "items": items.collect::<Vec<_>>(), "override_reason": said("越"),
        "members": t.members(&crew.iter().map(String::as_str).collect::<Vec<_>>()).await,
    });
    let visit = t.director().plans(&order).await;
    t.office().does(&visit, "propose", json!({})).await;
    t.person("head.xf").does(&visit, "object", json!({ "ground": "staff", "reason": said("换") })).await;
    t.director().does(&visit, "propose", json!({ "override_reason": said("仍") })).await;
    for head in heads {
        t.person(head).does(&visit, "approve_own_part", json!({})).await;
    }
    if units.len() > heads.len() {
        let silent = json!({ "department": "SH", "reason": said("免") });
        t.director().does(&visit, "excuse_part", silent).await;
    }
    t.office().does(&visit, "keep_secret", json!({})).await;
    t.person(&crew[0]).does(&visit, "enter", json!({})).await;
    visit
}

/// Everything that can be said in a visit and its findings.
async fn in_visits(t: &Town) {
    let heads = ["head.yj.2", "head.xf"];
    let visit = entered(t, "AM", &["yj", "xf", "sh"], &heads).await;
    let (finding, head, yj) = (format!("{visit}-01"), t.person("head.yj.2"), t.person("inspector.yj"));
    let found = json!({ "what": said("患"), "spot": said("点"), "severity": "general", "clause": said("据") });
    let results = json!([{ "item": "1", "outcome": "finding", "note": said("注"), "finding": found }]);
    yj.does(&visit, "record", json!({ "results": results })).await;
    let order = json!({ "demand": said("改"), "order_no": said("号"), "case": said("案") });
    yj.does(&finding, "order", order).await;
    for (answer, by) in [("refuse_extension", head), ("grant_extension", head)] {
        let ask = json!({ "until": "2026-12-30T10:00:00+08:00", "reason": said("延") });
        yj.does(&finding, "ask_extension", ask).await;
        by.does(&finding, answer, json!({ "reason": said("复") })).await;
    }
    head.does(&finding, "transfer", json!({ "to": said("外"), "note": said("函") })).await;
    head.does(&finding, "take_back", json!({ "reason": said("退") })).await;
    head.does(&finding, "measures", json!({ "measure": "stop" })).await;
    head.does(&finding, "lift_measures", json!({ "reason": said("解") })).await;
    yj.does(&finding, "report_fixed", json!({ "note": said("报") })).await;
    t.person("inspector.yj.3").does(&finding, "recheck", json!({ "passed": true, "note": said("验") })).await;
    head.does(&finding, "close", json!({ "kind": "fixed", "conclusion": said("结") })).await;
    t.office().does(&finding, "reopen", json!({ "ground": "spot_check_failed", "note": said("返") })).await;
    head.does(&finding, "close", json!({ "kind": "ceased", "conclusion": said("空") })).await;
    t.person("town.t06").does(&finding, "look", json!({ "clear": true, "note": said("看") })).await;
    yj.does(&visit, "finish", json!({})).await;
    yj.does(&visit, "refuse_sign", json!({ "note": said("拒") })).await;
    let visit = entered(t, "PM", &["yj", "xf"], &heads).await;
    t.person("inspector.xf").does(&visit, "abort", json!({ "ground": "danger", "note": said("险") })).await;
    t.director().does(&visit, "cancel", json!({ "reason": said("销") })).await;
}

/// Typed and not sent; of a whistle and of none.
async fn in_forms(fire: &Browser<'_>) {
    let own = format!("/console/summonses/{CODE}-XF");
    let csrf = hidden(&fire.get("/feedback").await.expect(200), "csrf");
    for subject in ["/console/whistles/new", &format!("{own}/submit")] {
        let text = said("未送");
        let fields = [("csrf", csrf.as_str()), ("of", subject), ("what", &text), ("result", &text)];
        fire.post("/console/unsent", &fields).await.expect(303);
    }
}

async fn elsewhere(t: &Town) {
    let fire = t.signed_in("liaison.xf").await;
    in_forms(&fire).await;
    fire.fills("/feedback", "/feedback", &[("message", &said("投诉"))]).await.expect(303);
    let csrf = hidden(&fire.get("/console/whistles").await.expect(200), "csrf");
    let view = [
        ("csrf", csrf.as_str()),
        ("list", "whistles"),
        ("query", "q=%E9%87%91%E4%B8%9D%E9%B8%9F%E5%A7%93%E5%90%8D&overdue=true"),
        ("name", "找人"),
    ];
    fire.post("/console/views", &view).await.expect(303);
    let token = json!({ "name": said("主机"), "scopes": ["read"], "expires_at": "2027-01-01T00:00:00+08:00" });
    t.person("head.xf").ask("POST", "/tokens").await.json(&token).send().await.expect(201);
    // History of the trail: so a person was called for a while.
    let admin = t.person("admin");
    let was = t.db_hub().rules().directory.by_username("inspector.xf").unwrap().clone();
    does(admin, "inspector.xf", "change", &json!({ "name": NAME, "title": said("职") })).await.expect(200);
    does(admin, "inspector.xf", "change", &json!({ "name": was.name, "title": was.title })).await.expect(200);
    // And of the directory, by lists.
    let list = admin.ask("POST", "/exports/people").await.send().await.expect(200).text();
    let renamed = list.replace(&was.name, NAME);
    for body in [&renamed, &list] {
        let ask = admin.ask("POST", "/imports/people").await;
        ask.raw("text/csv; charset=utf-8", body.as_bytes().to_vec()).send().await.expect(200);
    }
    // One that waits for a second person may say in its notes who took it away.
    let duty = admin.ask("POST", "/exports/duty").await.send().await.expect(200).text();
    let other =
        duty.replace("2026-12-13,night,head.yj.2,head.yj,office.2", "2026-12-13,night,head.yj.2,head.yj,office");
    let noted = format!("# {NAME}\n{}", other.trim_start_matches('\u{feff}'));
    let ask = admin.ask("POST", "/imports/duty").await.raw("text/csv; charset=utf-8", noted.into_bytes());
    assert_eq!(ask.send().await.expect(200).json()["waits"], true);
    let browser = t.signed_in("admin").await;
    let csrf = hidden(&browser.get("/admin/import").await.expect(200), "csrf");
    let file = multipart(&[("csrf", csrf.as_str()), ("list", "people")], renamed.as_bytes());
    let ask = browser.ask("POST", "/admin/import").header("Sec-Fetch-Site", "same-origin");
    ask.raw("multipart/form-data; boundary=edge", file).send().await.expect(200);
}

/// Whether a value holds the name, in letters or as digits of its bytes.
fn holds(value: &[u8]) -> bool {
    let digits: String = NAME.bytes().map(|byte| format!("{byte:02x}")).collect();
    [NAME.as_bytes(), digits.as_bytes()].iter().any(|part| value.windows(part.len()).any(|window| window == *part))
}

fn is_sealed(value: &[u8]) -> bool {
    value.starts_with(b"v1:")
}

#[actix_web::test]
async fn t30_what_was_erased_is_in_no_column_of_any_table() {
    let place = Place::new();
    let t = Box::pin(Town::open(&place, at(BEGIN))).await;
    t.hush(NAME);
    in_a_whistle(&t).await;
    Box::pin(in_visits(&t)).await;
    elsewhere(&t).await;
    Box::pin(t.close()).await;
    for (table, values) in place.dump_by_table() {
        assert!(
            SAID.contains(&table.as_str()) != SILENT.contains(&table.as_str()),
            "{table}: can words of persons stand there?"
        );
        let there = values.iter().any(|value| holds(value) || is_sealed(value));
        assert_eq!(there, SAID.contains(&table.as_str()), "{table}: is the name said in it?");
    }
    let said = [erased(&place, Some(CODE), None).await, erased(&place, None, Some(NAME)).await];
    assert!(said[1].contains("outside of whistles"), "{said:?}");
    // Of visits it is told where it stands, as of whistles: somebody reads them before they go.
    assert!(said[1].ends_with(": LJ-2026-0001 LJ-2026-0002"), "{said:?}");
    for visit in ["LJ-2026-0001", "LJ-2026-0002"] {
        let done = erased(&place, Some(visit), None).await;
        assert!(done.ends_with(" texts erased"), "{done}");
        assert_eq!(erased(&place, Some(visit), None).await, format!("{visit}: nothing to erase"));
    }
    for (table, values) in place.dump_by_table() {
        assert!(!values.iter().any(|value| holds(value)), "{table} holds the name");
        assert!(
            !values.iter().any(|value| is_sealed(value)),
            "{table} holds something sealed, and all of it was said of that person"
        );
    }
    // A second time there is nothing, and the hub goes on with what is left.
    assert!(!erased(&place, None, Some(NAME)).await.contains("outside of whistles"));
    let t = Box::pin(Town::open(&place, at(BEGIN))).await;
    t.director().get("/whistles").await.expect(200);
    let director = t.signed_in("director").await;
    director.get("/feedback").await.expect(200);
    for path in ["visits/LJ-2026-0001", "findings/LJ-2026-0001-01"] {
        let seen = t.director().sees(&format!("/{path}")).await;
        assert!(seen["allowed_deeds"].is_array(), "{seen}");
        director.get(&format!("/console/{path}")).await.expect(200);
    }
    let kinds = t.director().walks("/visits/LJ-2026-0001/timeline", 200).await;
    assert!(kinds.iter().any(|one| one["kind"] == "visit.erased" && one["data"]["ground"] == "consent_withdrawn"));
    let tokens = t.person("head.xf").sees("/tokens").await;
    assert_eq!(tokens["items"][0]["name"], "", "the token goes on without a name");
    t.person("admin").get("/trail").await.expect(200);
    Box::pin(t.close()).await;
}
