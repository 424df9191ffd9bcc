//! A firm by the link on its paper (T28): it sees one finding and nothing beside it, says that it is fixed, rates the visit. Links that
//! are none are told alike, guesses and forms are bounded, and neither link nor claim gets anybody further than that.

mod behind;
mod said;

use crate::town::browser::{Browser, FORM, hidden};
use crate::town::files::jpeg;
use crate::town::{Place, Reply, Town, at, town};
use serde_json::json;

const CREW: [&str; 4] = ["inspector.yj", "inspector.yj.2", "inspector.xf", "inspector.xf.2"];
/// 128 bits that nobody gave out.
const NOBODYS: &str = "/f/0123456789abcdef0123456789abcdef";

/// Two departments have ordered something each after one whistle.
struct Ordered {
    whistle: String,
    /// YJ's and XF's.
    first: String,
    second: String,
}

async fn ordered(t: &Town) -> Ordered {
    let blow = json!({ "category": "dust_explosion", "what": "职工反映除尘管道积粉", "enterprise": "E01" });
    let whistle = t.person("liaison.sh").blows(&blow).await;
    t.office().summons(&whistle, &["YJ", "XF"], "urgent").await;
    for unit in ["yj", "xf"] {
        t.person(&format!("liaison.{unit}")).reports_in(&format!("{whistle}-{}", unit.to_uppercase())).await;
    }
    let item =
        |unit: &str, subject: &str| json!({ "department": unit, "subject": subject, "whistle": whistle.as_str() });
    let plan = json!({
        "enterprise": "E01", "date": &t.now()[..10], "period": "PM", "members": t.members(&CREW).await,
        "items": [item("YJ", "防爆电气"), item("XF", "动火审批")], "vehicles": [], "notice": "announced",
    });
    let visit = t.office().plans(&plan).await;
    t.office().does(&visit, "propose", json!({})).await;
    for head in ["head.yj.2", "head.xf"] {
        t.person(head).does(&visit, "approve_own_part", json!({})).await;
    }
    t.office().does(&visit, "announce", json!({})).await;
    t.person("inspector.yj").does(&visit, "enter", json!({})).await;
    for (who, item, what) in [("inspector.yj", "1", "电气非防爆型"), ("inspector.xf", "2", "动火没有审批")]
    {
        let found = json!({ "what": what, "spot": "打磨间东墙" });
        let results = json!([{ "item": item, "outcome": "finding", "finding": found }]);
        t.person(who).does(&visit, "record", json!({ "results": results })).await;
    }
    let [first, second] = [format!("{visit}-01"), format!("{visit}-02")];
    let order = json!({ "demand": "更换防爆电气", "order_no": "云应急责改1号" });
    t.person("inspector.yj").does(&first, "order", order).await;
    t.person("inspector.xf").does(&second, "order", json!({ "demand": "补办动火票" })).await;
    Ordered { whistle, first, second }
}

/// Gives the firm its link: where it leads.
async fn linked(t: &Town, finding: &str) -> String {
    let unit = if finding.ends_with("-01") { "yj" } else { "xf" };
    let ask = t.person(&format!("inspector.{unit}")).ask("POST", &format!("/findings/{finding}/give_link")).await;
    let given = ask.send().await.expect(201).json();
    let url = given["url"].as_str().unwrap();
    let path = url.strip_prefix(&format!("http://{}", t.address)).unwrap().to_owned();
    t.hush(path.strip_prefix("/f/").unwrap());
    path
}

/// A browser that has opened the link.
async fn opened<'t>(t: &'t Town, path: &str) -> Browser<'t> {
    let browser = t.browser();
    assert_eq!(browser.post(path, &[]).await.expect(303).header("location"), Some("/f/order"));
    browser
}

/// The form that says that it is fixed, with what the page hid in it.
async fn claims(browser: &Browser<'_>, fields: &[(&str, &str)], photos: &[(&str, &[u8])]) -> Reply {
    let csrf = hidden(&browser.get("/f/order").await.expect(200), "csrf");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    browser.sends("/f/report_fixed", &all, photos).await
}

/// A form of the order's page, with the token that the page hid in it.
async fn sends(browser: &Browser<'_>, form: &str, fields: &[(&str, &str)]) -> Reply {
    let csrf = hidden(&browser.get("/f/order").await.expect(200), "csrf");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    browser.post(&format!("/f/{form}"), &all).await
}

#[actix_web::test]
async fn t28_qr_sees_one_finding() {
    town(async |t| {
        let case = ordered(t).await;
        let path = linked(t, &case.first).await;
        assert!(path.len() == 35 && path[3..].bytes().all(|byte| byte.is_ascii_hexdigit()), "{path}");
        // Who only looks, as previews do, learns nothing and changes nothing.
        let before = t.db_events().await;
        let look = t.browser().get(&path).await.expect(200);
        assert_eq!(look.sameness(), t.browser().get(NOBODYS).await.sameness(), "a preview learns that it is one");
        let text = look.text();
        assert_eq!(text.matches("<button").count(), 1, "{text}");
        assert!(text.contains("云湖区") && !text.contains("LJ-") && !text.contains("铝") && !text.contains("<script"));
        assert!(look.header("set-cookie").is_none() && t.browser().get("/f/order").await.status == 404);
        assert_eq!(t.db_events().await, before);
        // Another site's button opens nothing.
        let foreign = t.browser().ask("POST", &path).header("Sec-Fetch-Site", "cross-site").raw(FORM, Vec::new());
        assert_eq!(foreign.send().await.status, 403);
        let firm = opened(t, &path).await;
        let page = firm.get("/f/order").await.expect(200);
        let text = page.text();
        for seen in ["电气非防爆型", "打磨间东墙", "更换防爆电气", "云应急责改1号", &case.first]
        {
            assert!(text.contains(seen), "{seen}: {text}");
        }
        let people = &t.db_hub().rules().directory.people.clone();
        assert!(people.iter().all(|person| !text.contains(&person.name)), "somebody is named");
        for unseen in [&case.whistle, &case.second, "动火没有审批", "补办动火票", "消防", "职工反映", "WH-", "/console"]
        {
            assert!(!text.contains(unseen), "{unseen}: {text}");
        }
        assert!(firm.get("/f/order?lang=en").await.text().contains("Order to rectify"));
        for reply in [&look, &page, &t.browser().get("/f/order").await, &t.browser().post(NOBODYS, &[]).await] {
            let policy = reply.header("content-security-policy").unwrap();
            assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("script"), "{policy}");
            assert_eq!(reply.header("cache-control"), Some("no-store"));
            assert_eq!(reply.header("referrer-policy"), Some("strict-origin"), "the token is in no Referer");
        }
        // The cookie opens nothing else, and no sign-in is one.
        assert_eq!(firm.get("/console").await.header("location"), Some("/login?next=/console"));
        assert_eq!(t.signed_in("office").await.get("/f/order").await.status, 404);
        assert_eq!(t.db_events().await, before, "looking is no event");
    })
    .await;
}

#[actix_web::test]
async fn t28_a_link_is_given_by_the_department_and_kept_as_its_digest() {
    let place = Place::new();
    let t = Box::pin(Town::open(&place, at("2026-12-01T09:00:00+08:00"))).await;
    let case = ordered(&t).await;
    let give = format!("/findings/{}/give_link", case.first);
    for (who, status) in [("office", 403), ("head.xf", 403), ("supervisor", 403), ("liaison.sc", 404)] {
        assert_eq!(t.person(who).ask("POST", &give).await.send().await.status, status, "{who}");
    }
    let version = t.office().get(&format!("/findings/{}", case.first)).await.version();
    let path = linked(&t, &case.first).await;
    assert_eq!(t.office().get(&format!("/findings/{}", case.first)).await.version(), version, "it moves nothing");
    let told = t.person("liaison.yj").sees(&format!("/findings/{}", case.first)).await;
    assert!(told["link"]["until"].as_str().unwrap() > "2027-01-10", "limit and thirty days: {}", told["link"]);
    let page = t.signed_in("liaison.yj").await;
    let shown = page.get(&format!("/console/findings/{}", case.first)).await.expect(200).text();
    assert!(shown.contains("再次生成后，以前的二维码作废") && !shown.contains(&path[3..]), "{shown}");
    let own = format!("/console/findings/{}", case.first);
    let sheet = format!("{own}/papers/order");
    let gone = page.fills(&own, &format!("{own}/give_link"), &[]).await.expect(303);
    assert_eq!(gone.header("location"), Some(sheet.as_str()));
    let given = page.get(&sheet).await.expect(200).text();
    assert!(given.contains("责令限期整改指令书") && given.contains("扫码看指令、报整改"), "{given}");
    let second = format!("/f/{}", given.split("/f/").nth(1).unwrap().split('<').next().unwrap());
    t.hush(&second[3..]);
    assert_eq!(t.browser().post(&path, &[]).await.status, 404, "the one before is void");
    // Loading the paper again makes no other.
    assert_eq!(page.get(&sheet).await.text(), given);
    opened(&t, &second).await;
    t.advance(9).await;
    assert!(page.get(&sheet).await.text().contains(&second));
    // Whoever sits down at the same browser has no part in it, nor is it on another paper.
    let kept = page.cookie(&format!("given-{}", case.first)).unwrap();
    let without = async |who: &'static str, sheet: &str| {
        let browser = t.signed_in(who).await;
        [&case.first, &case.second].iter().for_each(|code| browser.finds(&format!("given-{code}"), &kept));
        let text = browser.get(sheet).await.expect(200).text();
        assert!(text.contains("责令限期整改指令书") && !text.contains("<figure") && !text.contains("/f/"), "{text}");
    };
    without("inspector.yj", &sheet).await;
    without("liaison.yj", &format!("/console/findings/{}/papers/order", case.second)).await;
    t.advance(1).await;
    let later = page.get(&sheet).await.expect(200).text();
    assert!(later.contains("责令限期整改指令书") && !later.contains("<figure") && !later.contains("/f/"), "{later}");
    let visit = case.first.trim_end_matches("-01");
    let events = t.office().walks(&format!("/visits/{visit}/timeline"), 200).await;
    assert_eq!(events.iter().filter(|one| one["kind"] == "finding.link_given").count(), 2);
    Box::pin(t.close()).await;
    for (table, rows) in place.dump_by_table() {
        for token in [&path.as_bytes()[3..], &second.as_bytes()[3..]] {
            let has = rows.iter().any(|row| row.windows(token.len()).any(|window| window == token));
            assert!(!has, "{table} holds the token");
        }
    }
}

#[actix_web::test]
async fn t28_a_claim_is_a_claim_and_the_recheck_decides() {
    town(async |t| {
        let case = ordered(t).await;
        let path = linked(t, &case.first).await;
        let firm = opened(t, &path).await;
        let refused = claims(&firm, &[("note", "已换三台")], &[]).await.expect(422).text();
        assert!(refused.contains("id=\"fixed-fixed-fault\"") && refused.contains("已换三台"), "{refused}");
        assert_eq!(t.status(&case.first).await, "ordered");
        let said = [("fixed", "true"), ("note", "已换三台")];
        claims(&firm, &said, &[("", b"")]).await.expect(303);
        let before = t.db_events().await;
        claims(&firm, &said, &[]).await.expect(303);
        assert_eq!(t.db_events().await, before, "pressed twice it is said once");
        let told = t.person("inspector.yj").sees(&format!("/findings/{}", case.first)).await;
        assert_eq!((&told["status"], &told["reported"]["by_firm"]), (&json!("reported"), &json!(true)));
        assert_eq!(told["closed"], json!(null));
        assert!(firm.get("/f/order").await.text().contains("已报告整改完成，等待复查"));
        let tale = t.signed_in("inspector.yj").await;
        let visit = case.first.trim_end_matches("-01");
        let tale = tale.get(&format!("/console/visits/{visit}")).await.expect(200).text();
        assert!(tale.contains("<span class=\"by\">企业</span>"), "the hub itself did it: {tale}");
        // Nobody is spared by it: the recheck may fail, and the closer is another than whoever looked.
        let look = json!({ "passed": true, "note": "三台已换" });
        let itself = t.person("inspector.yj").tries(&case.first, "recheck", &look).await.expect(409);
        assert_eq!(itself.reasons(), [format!("same_officers {}", case.first)]);
        t.person("inspector.yj.3").does(&case.first, "recheck", look).await;
        assert_eq!(firm.get("/f/order").await.status, 200);
        t.person("head.yj.2").does(&case.first, "close", json!({})).await;
        firm.get("/f/order").await.expect(404);
    })
    .await;
}

#[actix_web::test]
async fn t28_wrong_old_replaced_and_struck_off_are_told_alike() {
    town(async |t| {
        let case = ordered(t).await;
        let (replaced, closed) = (linked(t, &case.first).await, linked(t, &case.second).await);
        let open = opened(t, &replaced).await;
        let late = linked(t, &case.first).await;
        assert_eq!(open.get("/f/order").await.status, 404, "who came by the old one is out");
        let stays = opened(t, &late).await;
        t.advance(29).await;
        stays.get("/f/order").await.expect(200);
        t.advance(2).await;
        stays.get("/f/order").await.expect(404);
        let unfounded = json!({ "kind": "unfounded", "conclusion": "复核不构成隐患" });
        t.person("head.xf").does(&case.second, "close", unfounded).await;
        t.until("2027-01-14T09:00:00+08:00").await;
        opened(t, &late).await;
        t.until("2027-02-20T09:00:00+08:00").await;
        let wrong = t.browser().post(NOBODYS, &[]).await.expect(404);
        for path in [&replaced, &closed, &late, "/f/x", "/f/%00"] {
            assert_eq!(t.browser().post(path, &[]).await.sameness(), wrong.sameness(), "{path}");
        }
        assert!(wrong.text().contains("这个链接不能打开"));
    })
    .await;
}

#[actix_web::test]
async fn t28_guesses_and_forms_are_bounded() {
    town(async |t| {
        let case = ordered(t).await;
        let path = linked(t, &case.first).await;
        let from = async |address: &str, path: &str| {
            let ask = t.ask("POST", path).header("X-Forwarded-For", address).header("Sec-Fetch-Site", "same-origin");
            ask.header("Accept", "text/html").raw(FORM, Vec::new()).send().await
        };
        for number in 0..10 {
            assert_eq!(from("203.0.113.7", &format!("/f/{number:032x}")).await.status, 404, "{number}");
        }
        let kept_out = from("203.0.113.7", &path).await.expect(429);
        assert_eq!(kept_out.sameness(), from("203.0.113.7", NOBODYS).await.sameness(), "it tells which is one");
        assert!(
            kept_out.header("retry-after").unwrap().parse::<u32>().unwrap() > 800
                && kept_out.text().contains("次数太多")
        );
        from("203.0.113.8", &path).await.expect(303);
        t.advance(15).await;
        from("203.0.113.7", &path).await.expect(303);
        let firm = opened(t, &path).await;
        for number in 0..20 {
            let fields = [("stars", if number % 2 == 0 { "1" } else { "2" })];
            sends(&firm, "rate", &fields).await.expect(303);
        }
        sends(&firm, "rate", &[("stars", "5")]).await.expect(429);
        t.advance(24 * 60).await;
        let again = opened(t, &path).await;
        sends(&again, "rate", &[("stars", "5")]).await.expect(303);
    })
    .await;
}

#[actix_web::test]
async fn t28_a_form_is_of_the_order_that_was_shown() {
    town(async |t| {
        let case = ordered(t).await;
        let (first, second) = (linked(t, &case.first).await, linked(t, &case.second).await);
        let firm = opened(t, &first).await;
        let csrf = hidden(&firm.get("/f/order").await.expect(200), "csrf");
        // The other paper is scanned in the same browser; the first page still lies there.
        firm.post(&second, &[]).await.expect(303);
        let before = t.db_events().await;
        let fields = [("csrf", csrf.as_str()), ("fixed", "true"), ("stars", "1")];
        firm.post("/f/rate", &fields).await.expect(403);
        firm.sends("/f/report_fixed", &fields, &[("a.jpg", &jpeg(9, 9))]).await.expect(403);
        for form in ["/f/report_fixed", "/f/rate"] {
            t.browser().post(form, &fields).await.expect(404);
            let foreign = firm.ask("POST", form).header("Sec-Fetch-Site", "same-site").raw(FORM, Vec::new());
            assert_eq!(foreign.send().await.status, 403, "{form}");
        }
        assert_eq!(t.db_events().await, before);
        claims(&firm, &[("fixed", "true")], &[]).await.expect(303);
        assert_eq!([t.status(&case.first).await, t.status(&case.second).await], ["ordered", "reported"]);
    })
    .await;
}
