//! Lists that come in and go out as files (C18, C19, C28): every encoding, every fault by row and column, all or nothing,
//! every row on record; whistles under their reader's Scope; a new calendar and the limits that run.

use crate::operation::eventually;
use crate::proposals::two_words;
use crate::town::browser::hidden;
use crate::town::http::Reply;
use crate::town::{BEGIN, Person, Place, Town, at, blow_order, town};
use encoding_rs::GB18030;
use serde_json::{Value, json};
use whistle_hub::clock::ManualClock;
use whistle_hub::domain::event::of_directory;
use whistle_hub::domain::policy::Scope;
use whistle_hub::store::events::{self, StoredEvent};
use whistle_hub::store::whistles;

/// Each list with its file in the sample and its rows.
pub(crate) const LISTS: [(&str, &str, u64); 9] = [
    ("departments", include_str!("../../config/sample-district/departments.csv"), 24),
    ("towns", include_str!("../../config/sample-district/towns.csv"), 14),
    ("enterprises", include_str!("../../config/sample-district/enterprises.csv"), 60),
    ("people", include_str!("../../config/sample-district/people.csv"), 145),
    ("duty", include_str!("../../config/sample-district/duty.csv"), 28),
    ("calendar", include_str!("../../config/sample-district/calendar-2026.csv"), 39),
    ("checklist", include_str!("../../config/sample-district/checklist.csv"), 32),
    ("vehicles", include_str!("../../config/sample-district/vehicles.csv"), 30),
    ("leave", include_str!("../../config/sample-district/leave.csv"), 3),
];

/// The text in each encoding that people save in, with the name that the hub must give it.
pub(crate) fn in_every_encoding(text: &str) -> Vec<(Vec<u8>, &'static str, &'static str)> {
    let wide = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    vec![
        (text.into(), "utf-8", "fits"),
        (marked(b"\xEF\xBB\xBF", text.into()), "utf-8", "marked"),
        (GB18030.encode(text).0.into_owned(), "gb18030", "fits"),
        (marked(b"\xFF\xFE", wide(u16::to_le_bytes)), "utf-16le", "marked"),
        (marked(b"\xFE\xFF", wide(u16::to_be_bytes)), "utf-16be", "marked"),
        (wide(u16::to_le_bytes), "utf-16le", "fits"),
    ]
}

pub(crate) async fn send(who: &Person<'_>, path: &str, file: impl Into<Vec<u8>>) -> Reply {
    who.ask("POST", path).await.raw("text/csv", file.into()).send().await
}

/// Every fault of a refused file: row, column and code.
pub(crate) fn placed(refused: &Reply) -> Vec<String> {
    let said = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
    let one = |fault: &Value| format!("{} {} {}", fault["row"], said(fault, "column"), said(fault, "code"));
    refused.json()["errors"].as_array().unwrap().iter().map(one).collect()
}

pub(crate) async fn of_the_directory(t: &Town) -> Vec<StoredEvent> {
    let scope = Scope::everything("a test looks at the trail");
    let read = t.db_hub().ledger.read(move |reading| events::timeline(reading, &scope, &of_directory(), (0, i64::MAX)));
    read.await.unwrap()
}

/// What an event points at, as JSON.
async fn said(t: &Town, event: &StoredEvent, side: &str) -> Value {
    let Some(id) = event.data[side]["$text"].as_str() else { return Value::Null };
    let id = whistle_hub::ids::TextId::from_text(id);
    let texts = t.db_hub().ledger.read(move |reading| whistles::texts(reading, &[id])).await.unwrap();
    serde_json::from_str(texts.values().next().unwrap()).unwrap()
}

#[actix_web::test]
async fn c19_the_sample_comes_in_in_every_encoding_and_changes_nothing() {
    town(async |t| {
        let (admin, before) = (t.person("admin"), t.db_events().await);
        for (list, text, rows) in LISTS {
            // What is ASCII is the same in both, and is named by the plainer one.
            let told_apart = |encoding: &str| !(text.is_ascii() && encoding == "gb18030");
            for (file, encoding, known) in in_every_encoding(text).into_iter().filter(|one| told_apart(one.1)) {
                let seen = send(&admin, &format!("/imports/{list}"), file).await.expect(200).json();
                assert_eq!((&seen["encoding"], &seen["encoding_is"]), (&json!(encoding), &json!(known)), "{list}");
                let counts = [&seen["unchanged"], &seen["added"], &seen["changed"], &seen["missing"]];
                assert_eq!(counts, [&json!(rows), &json!(0), &json!(0), &json!(0)], "{list} in {encoding}");
                assert_eq!(seen["written"], false);
            }
        }
        assert_eq!(t.db_events().await, before, "nothing changed and something was written");
    })
    .await;
}

#[actix_web::test]
async fn c18_what_goes_out_comes_in_again_without_a_change() {
    town(async |t| {
        let admin = t.person("admin");
        for (list, _, rows) in LISTS {
            let out = send(&admin, &format!("/exports/{list}"), "").await.expect(200);
            assert_eq!(out.header("content-type"), Some("text/csv; charset=utf-8"));
            assert!(out.header("content-disposition").unwrap().contains(&format!("{list}-2026-12-01.csv")));
            assert!(out.body.starts_with("\u{FEFF}# ".as_bytes()) && out.text().contains("\r\n"), "{list}");
            let seen = send(&admin, &format!("/imports/{list}?dry_run=true"), out.body).await.expect(200).json();
            assert_eq!((&seen["unchanged"], &seen["fault_count"]), (&json!(rows), &json!(0)), "{list}: {seen}");
            assert_eq!((&seen["added"], &seen["changed"]), (&json!(0), &json!(0)), "{list}");
        }
        let trail = of_the_directory(t).await;
        let out: Vec<_> = trail.iter().filter(|one| one.kind.as_str() == "directory.exported").collect();
        assert_eq!((out.len(), &out[3].data), (9, &json!({ "list": "people", "rows": 145 })));
        assert_eq!(out[0].person.as_ref().unwrap().as_str(), "pe_admin");
    })
    .await;
}

#[actix_web::test]
async fn c19_a_file_with_faults_names_every_row_and_column_in_the_readers_language_and_writes_nothing() {
    let file = "username,name,department_code,role,title_zh,certificate_no,certificate_fields,certificate_valid_to,\
        certificate_basis,skills,since\n\
        liaison.new,甲,XF,liaison,科员,,,,,,2026-01-02\n\
        liaison.bad,乙,QQ,liaisons,=1+1,9.1E+17,,,,,1/2/2026\n\
        liaison.new,丙,XF,liaison,科员,,,,,,2026-01-02\n\
        boss,丁,AWB,office_director,主任,,,,,,2026-01-02\n\
        keys,戊,AWB,security_admin,安全管理员,,,,,,2026-01-02\n";
    town(async |t| {
        let (admin, before) = (t.person("admin"), t.db_events().await);
        let refused = send(&admin, "/imports/people", file).await.expect(422);
        assert_eq!(refused.problem(), "rows");
        let told = placed(&refused);
        let expected = [
            "3 title_zh formula",
            "3 role not_a_word",
            "3 certificate_no rounded",
            "3 since doubtful_date",
            "4 username twice",
            "5 role needs_two",
            "6 role needs_two",
        ];
        assert_eq!(told, expected);
        let zh = refused.json()["errors"][3]["message"].as_str().unwrap().to_owned();
        assert!(zh.starts_with("第3行，since列：日期有歧义"), "{zh}");
        let ask = admin.ask("POST", "/imports/people?dry_run=true").await.english();
        let seen = ask.raw("text/csv", file.into()).send().await.expect(200).json();
        let en = seen["faults"][3]["message"].as_str().unwrap();
        assert!(en.starts_with("Row 3, column since: This date can be read in two ways"), "{en}");
        assert_eq!((&seen["fault_count"], &seen["written"]), (&json!(7), &json!(false)));
        for (name, words) in [("gb18030", "不是"), ("utf-16le", "不是")] {
            let other =
                send(&admin, &format!("/imports/people?encoding={name}"), b"\xFF\xFFa".to_vec()).await.expect(422);
            assert!(other.json()["errors"][0]["message"].as_str().unwrap().contains(words), "{name}");
        }
        assert_eq!(t.db_events().await, before, "a file with a fault wrote something");
    })
    .await;
}

#[actix_web::test]
async fn c28_a_changed_row_is_on_record_with_old_new_and_who_and_every_replica_decides_by_it() {
    let place = Place::new();
    let clock = ManualClock::new(at(BEGIN));
    let t = Town::open_on(&place, clock.clone()).await;
    let (_, text, _) = LISTS[2];
    let renamed = text.replace("明川鹤澄铝制品抛光厂", "明川鹤澄铝业有限公司");
    let file = format!("{renamed}E61,新厂,,T01,机械加工,machinery,12,blue,YJ,E01,operating,0,1,0,-8,5.5,\n");
    let before = of_the_directory(&t).await.len();
    let written = send(&t.office(), "/imports/enterprises", file.clone()).await.expect(200).json();
    assert_eq!((&written["added"], &written["changed"], &written["written"]), (&json!(1), &json!(1), &json!(true)));
    let events = of_the_directory(&t).await.split_off(before);
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["directory.imported", "directory.added", "directory.changed"]);
    assert_eq!(events[0].data["sha256"], written["sha256"]);
    assert_eq!(
        (said(&t, &events[2], "old").await, said(&t, &events[2], "new").await),
        (json!({ "name": "明川鹤澄铝制品抛光厂" }), json!({ "name": "明川鹤澄铝业有限公司" }))
    );
    assert!(events.iter().all(|event| event.person.as_ref().unwrap().as_str() == "pe_office"));
    assert_eq!(t.fire().sees("/enterprises?q=E01").await["items"][0]["name"], "明川鹤澄铝业有限公司");
    let again = send(&t.office(), "/imports/enterprises", file).await.expect(200).json();
    assert_eq!((&again["unchanged"], &again["written"]), (&json!(61), &json!(false)));
    // What a second hub on the same ledger changes, the first one notices by itself.
    let other = renamed.replace("明川砺岚五金打磨有限公司", "明川砺岚精密有限公司");
    let bench = whistle_hub::app::imports::Bench {
        ledger: &t.db_hub().ledger,
        chance: &t.db_hub().chance,
        now: t.db_hub().now(),
        rules: &t.db_hub().rules(),
    };
    let sent = whistle_hub::app::imports::Sent {
        list: whistle_hub::domain::imports::List::Enterprises,
        file: other.as_bytes(),
        told: None,
        left_out: whistle_hub::domain::imports::difference::LeftOut::Goes,
    };
    let seen = whistle_hub::app::imports::import(bench, sent, Default::default()).await.unwrap();
    assert_eq!(seen.difference.unwrap().left_out.len(), 1, "an enterprise never goes by being left out");
    t.settle().await;
    assert_eq!(t.fire().sees("/enterprises?q=E02").await["items"][0]["name"], "明川砺岚精密有限公司");
    assert_eq!(t.fire().sees("/enterprises?q=E61").await["items"][0]["name"], "新厂");
    t.close().await;
}

#[actix_web::test]
async fn a_list_is_brought_in_by_whom_the_domain_page_names_and_by_nobody_else() {
    town(async |t| {
        let before = t.db_events().await;
        for (who, may) in [
            ("admin", "departments towns enterprises people duty calendar checklist vehicles leave"),
            ("office", "enterprises duty vehicles leave"),
            ("director", "enterprises duty checklist vehicles leave"),
            ("supervisor", ""),
            ("liaison.xf", ""),
            ("town.t01", ""),
        ] {
            for (list, text, _) in LISTS {
                let status = if may.split(' ').any(|one| one == list) { 200 } else { 403 };
                send(&t.person(who), &format!("/imports/{list}?dry_run=true"), text).await.expect(status);
            }
        }
        assert_eq!(t.db_events().await, before);
        send(&t.person("liaison.xf"), "/exports/people", "").await.expect(403);
        send(&t.person("supervisor"), "/exports/people", "").await.expect(200);
        let admin = t.person("admin");
        send(&admin, "/imports/passwords", "a").await.expect(404);
        send(&admin, "/imports/people?dry_run=maybe", "a").await.expect(400);
        let large = vec![b'a'; whistle_hub::domain::imports::sheet::FILE_MAX + 1];
        send(&admin, "/imports/people", large.clone()).await.expect(413);
        // Who may not bring it in has nothing of it kept, however long it is.
        send(&t.person("liaison.xf"), "/imports/people", large).await.expect(403);
        admin.ask("POST", "/imports/people").await.json(&json!({})).send().await.expect(415);
        // Two of one person on their way are as many as may be.
        let half = async || admin.ask("POST", "/imports/people").await.raw("text/csv", vec![b'a'; 4096]).half().await;
        let held = [half().await, half().await];
        eventually(async || send(&admin, "/imports/people", "a").await.status == 429).await;
        drop(held);
    })
    .await;
}

#[actix_web::test]
async fn a_new_calendar_counts_running_limits_anew_and_leaves_days_alone_that_are_over() {
    town(async |t| {
        let (admin, fire) = (t.person("admin"), t.fire());
        let code = fire.blows(&blow_order("日历变了")).await;
        t.settle().await;
        let due = |card: Value| card["due_at"].as_str().unwrap().to_owned();
        let before = due(fire.sees(&format!("/whistles/{code}")).await);
        assert!(before.starts_with("2026-12-01T"), "{before}");
        let (_, calendar, _) = LISTS[5];
        // The rest of the day becomes a day off.
        let off = format!("{calendar}2026-12-01,off,临时停工,周二\n");
        let seen = two_words("calendar", &admin, &t.director(), off).await;
        assert_eq!((&seen["added"], &seen["written"]), (&json!(1), &json!(true)), "{seen}");
        let after = due(fire.sees(&format!("/whistles/{code}")).await);
        assert!(after.starts_with("2026-12-02T"), "{before} became {after}");
        let told = fire.sees(&format!("/whistles/{code}/timeline")).await;
        let moved = told["items"].as_array().unwrap().iter().find(|one| one["kind"] == "obligation.moved").unwrap();
        assert_eq!((&moved["data"]["was"], &moved["data"]["due_at"]), (&json!(before), &json!(after)));
        let past = calendar.replace("2026-10-01,off", "2026-10-01,work");
        let refused = send(&admin, "/imports/calendar", past).await.expect(422);
        assert_eq!(refused.json()["errors"][0]["code"], "past");
        let slip = "date,kind,holiday_zh,weekday\n2026-12-26,off,补休,Fri\n";
        assert_eq!(send(&admin, "/imports/calendar", slip).await.expect(422).json()["errors"][0]["code"], "weekday");
    })
    .await;
}

#[actix_web::test]
async fn t21_export_is_an_event_and_holds_what_its_reader_may_see() {
    town(async |t| {
        let mut order = blow_order("=cmd|calc 请联系13812345678");
        order["title"] = json!("＝1+1");
        order["protected_source"] = json!(true);
        order["contact"] = json!({ "name": "柏举报", "phone": "13998765432" });
        let own = t.fire().blows(&order).await;
        let others = t.emergency().blows(&blow_order("别的部门的")).await;
        let out = send(&t.fire(), "/exports/whistles?category=fire", "").await.expect(200).text();
        assert!(out.contains(&own) && !out.contains(&others), "{out}");
        assert!(out.contains("'＝1+1") && out.contains("'=cmd|calc 请联系138******78"), "{out}");
        for secret in ["柏举报", "13998765432", "13812345678"] {
            assert!(!out.contains(secret), "{secret} went out");
        }
        let all = send(&t.office(), "/exports/whistles", "").await.expect(200).text();
        assert!(all.contains(&own) && all.contains(&others) && !all.contains("柏举报"));
        let trail = of_the_directory(t).await;
        let out: Vec<_> = trail.iter().filter(|one| one.kind.as_str() == "whistles.exported").collect();
        assert_eq!((out.len(), &out[0].data["rows"], &out[1].data["rows"]), (2, &json!(1), &json!(2)));
        assert_eq!(out[0].person.as_ref().unwrap().as_str(), "pe_liaison.xf");
        let card = t.fire().sees(&format!("/whistles/{own}")).await;
        assert_eq!((&card["title"], &card["what"]), (&json!("＝1+1"), &json!("=cmd|calc 请联系13812345678")));
        send(&t.person("admin"), "/exports/whistles", "").await.expect(403);
        send(&t.office(), "/exports/whistles?limit=5", "").await.expect(400);
        // The button of the list asks the same.
        let browser = t.signed_in("liaison.xf").await;
        let page = browser.get("/console/whistles?status=submitted").await.expect(200);
        assert!(page.text().contains("action=\"/console/whistles/export?status=submitted\""));
        let csrf = hidden(&page, "csrf");
        let file = browser.post("/console/whistles/export?status=submitted", &[("csrf", &csrf)]).await.expect(200);
        assert!(file.text().contains(&own));
    })
    .await;
}

/// A form with a file, as a browser sends it.
pub(crate) fn multipart(fields: &[(&str, &str)], file: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    body.extend(b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n");
    body.extend(file);
    body.extend(b"\r\n--edge--\r\n");
    body
}

#[actix_web::test]
async fn the_page_looks_first_and_writes_at_the_word() {
    town(async |t| {
        let browser = t.signed_in("admin").await;
        let page = browser.get("/admin/import").await.expect(200);
        let csrf = hidden(&page, "csrf");
        let look = async |fields: &[(&str, &str)], file: &[u8]| {
            let ask = browser.ask("POST", "/admin/import").header("Sec-Fetch-Site", "same-origin");
            ask.raw("multipart/form-data; boundary=edge", multipart(fields, file)).send().await
        };
        let fields = [("csrf", csrf.as_str()), ("list", "towns"), ("encoding", ""), ("removes", "")];
        let (_, towns, _) = LISTS[1];
        let file = GB18030.encode(&towns.replace("青溪镇", "青溪街道")).0.into_owned();
        let before = t.db_events().await;
        let seen = look(&fields, &file).await.expect(200);
        for words in ["GB18030 (GBK)", "修改1行，不变13行", "青溪镇", "青溪街道"] {
            assert!(seen.text().contains(words), "{words}");
        }
        assert_eq!(t.db_events().await, before, "looking wrote something");
        let faulty = look(&fields, "code\nT01\n".as_bytes()).await.expect(422);
        assert!(faulty.text().contains("缺少此列"));
        look(&[("csrf", "forged"), ("list", "towns")], &file).await.expect(403);
        look(&fields, b"").await.expect(422);
        let sha256 = hidden(&seen, "sha256");
        let word = [("csrf", csrf.as_str()), ("sha256", sha256.as_str())];
        browser.post("/admin/import/confirm", &word).await.expect(303);
        let after = browser.get("/admin/import").await.expect(200);
        assert!(after.text().contains("已记录：导入（镇街）"), "{}", after.text());
        assert_eq!(t.fire().sees("/towns?q=T01").await["items"][0]["name"], "青溪街道");
        browser.post("/admin/import/confirm", &word).await.expect(409);
        let out = browser.post("/admin/export/towns", &[("csrf", &csrf)]).await.expect(200);
        assert!(out.text().contains("青溪街道"));
        let liaison = t.signed_in("liaison.xf").await;
        liaison.get("/admin/import").await.expect(403);
    })
    .await;
}
