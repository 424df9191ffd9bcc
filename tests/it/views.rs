//! Filters of the lists in their address, and the views that a person keeps of them: theirs alone, twenty at most, and
//! never a way to what the Scope hides.

use crate::town::browser::{Browser, hidden};
use crate::town::{BEGIN, Place, Town, at, blow_order, town};
use serde_json::json;

const LIST: &str = "/console/whistles";
const VIEWS: &str = "/console/views";

async fn three(t: &Town) -> [String; 3] {
    let mut order = blow_order("一号楼");
    let normal = t.fire().blows(&order).await;
    t.advance(24 * 60).await;
    order["urgency"] = json!("urgent");
    let urgent = t.fire().blows(&order).await;
    let others = t.emergency().blows(&blow_order("二号楼")).await;
    [normal, urgent, others]
}

#[actix_web::test]
async fn every_filter_of_a_list_is_in_its_address_and_narrows_it() {
    town(async |t| {
        let [normal, urgent, others] = three(t).await;
        t.office().summons(&urgent, &["YJ", "XF"], "urgent").await;
        let office = t.signed_in("office").await;
        let day = t.now()[..10].to_owned();
        for (query, shown, hidden) in [
            ("urgency=urgent", vec![&urgent], vec![&normal, &others]),
            ("urgency=urgent,normal", vec![&urgent, &normal, &others], vec![]),
            ("department=YJ", vec![&urgent, &others], vec![&normal]),
            ("status=submitted&department=XF", vec![&normal], vec![&urgent, &others]),
            (&format!("from={day}"), vec![&urgent, &others], vec![&normal]),
            (&format!("to={day}&urgency=normal"), vec![&normal, &others], vec![&urgent]),
            ("severity=major", vec![], vec![&normal, &urgent, &others]),
            ("category=fire&q=%E4%B8%80%E5%8F%B7&overdue=false&status=&town=", vec![&urgent], vec![&others]),
        ] {
            let page = office.get(&format!("{LIST}?{query}")).await.expect(200).text();
            assert!(shown.iter().all(|code| page.contains(*code)), "{query}");
            assert!(!hidden.iter().any(|code| page.contains(*code)), "{query}");
            assert!(!page.contains("有筛选条件无效"), "{query}");
        }
        let task = format!("{urgent}-YJ");
        for (query, is_shown) in [
            ("view=all", true),
            ("view=all&urgency=urgent&category=fire&department=YJ", true),
            ("view=all&urgency=normal", false),
            ("status=issued", true),
            ("status=done", false),
            ("view=all&q=%E4%B8%80%E5%8F%B7", true),
            ("view=all&q=%E4%BA%8C%E5%8F%B7", false),
            (&format!("view=all&from={day}&to={day}"), true),
            ("view=all&to=2026-01-01", false),
        ] {
            let page = office.get(&format!("/console/summonses?{query}")).await.expect(200).text();
            assert_eq!(page.contains(&task), is_shown, "{query}");
        }
        // The API's list takes the same days.
        let codes = t.office().codes(&format!("/whistles?from={day}&to={day}")).await;
        assert_eq!(codes.len(), 2);
        assert_eq!(t.office().get("/whistles?from=yesterday").await.expect(400).faults(), ["? bad_date"]);
    })
    .await;
}

#[actix_web::test]
async fn a_filter_that_no_list_knows_is_said_with_what_it_takes_and_left_out() {
    town(async |t| {
        let [normal, ..] = three(t).await;
        let office = t.signed_in("office").await;
        for (query, said) in [
            ("urgency=hot", "“紧急程度”只能是：紧急、加急、一般、复杂"),
            ("status=open&urgency=normal", "“状态”只能是："),
            ("town=T99", "属地："),
            ("from=yesterday", "起始日期："),
            ("zzz=1", "地址里有本页没有的条件"),
        ] {
            let page = office.get(&format!("{LIST}?{query}")).await.expect(200).text();
            assert!(page.contains("有筛选条件无效，已忽略") && page.contains(said), "{query}: {page}");
            assert!(page.contains(&normal), "{query}");
        }
        let page = office.get("/console/summonses?view=mine").await.expect(200).text();
        assert!(page.contains("有筛选条件无效，已忽略"));
    })
    .await;
}

#[actix_web::test]
async fn a_view_is_its_owners_alone_and_shows_what_the_scope_lets_see() {
    town(async |t| {
        let [_, urgent, others] = three(t).await;
        t.hush("我的急件");
        let (fire, office) = (t.signed_in("liaison.xf").await, t.signed_in("office").await);
        let keep = [("list", "whistles"), ("query", "urgency=urgent"), ("name", "我的急件")];
        let kept = fire.fills(LIST, VIEWS, &keep).await.expect(303);
        assert_eq!(kept.header("location"), Some("/console/whistles?urgency=urgent"));
        let page = fire.get(LIST).await.expect(200).text();
        assert!(page.contains("href=\"/console/whistles?urgency=urgent\"") && page.contains("我的急件"));
        let shown = fire.get("/console/whistles?urgency=urgent").await.expect(200).text();
        assert!(shown.contains(&urgent) && !shown.contains(&others));
        assert!(!office.get(LIST).await.text().contains("我的急件"), "another's view");
        // What the list's own table does not know is in no address, and so in no header.
        let odd = [("list", "whistles"), ("query", "urgency=urgent&zzz=%0d%0aX:y"), ("name", "我的急件")];
        let kept = fire.fills(LIST, VIEWS, &odd).await.expect(303);
        assert_eq!(kept.header("location"), Some("/console/whistles?urgency=urgent"));
        // The same name again replaces it; another cannot take it away.
        fire.fills(LIST, VIEWS, &[("list", "whistles"), ("query", "urgency=normal"), ("name", "我的急件")]).await;
        let page = fire.get(LIST).await.expect(200).text();
        assert_eq!((page.matches("/remove\"").count(), page.contains("?urgency=normal")), (1, true));
        let remove = page.split("action=\"").find(|part| part.contains("/remove\"")).unwrap();
        let remove = remove.split('"').next().unwrap().to_owned();
        let csrf = hidden(&office.get(LIST).await, "csrf");
        office.post(&remove, &[("csrf", &csrf)]).await.expect(303);
        assert!(fire.get(LIST).await.text().contains("我的急件"), "another took it away");
        fire.fills(LIST, &remove, &[("next", LIST)]).await.expect(303);
        assert!(!fire.get(LIST).await.text().contains("我的急件"));
    })
    .await;
}

#[actix_web::test]
async fn one_name_stands_in_each_list_and_a_row_that_was_laid_under_another_persons_name_opens_nowhere() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let (fire, rescue) = (t.signed_in("liaison.xf").await, t.signed_in("liaison.yj").await);
    for (browser, list, query) in [
        (&fire, "whistles", "urgency=urgent"),
        (&fire, "summonses", "view=all"),
        (&rescue, "whistles", "urgency=normal"),
    ] {
        browser.fills(LIST, VIEWS, &[("list", list), ("query", query), ("name", "同一个名")]).await.expect(303);
    }
    let stands = async |browser: &Browser<'_>, list: &str| {
        let page = browser.get(list).await.expect(200).text();
        (page.contains("同一个名"), page.matches("/remove\"").count())
    };
    for list in [LIST, "/console/summonses"] {
        assert_eq!(stands(&fire, list).await, (true, 1), "{list}");
    }
    // Whoever can write to the ledger shows nobody what another keeps.
    let of = |username: &str| t.db_hub().rules().directory.by_username(username).unwrap().id.to_string();
    let laid = format!("UPDATE saved_views SET person = '{}' WHERE person = '{}'", of("liaison.yj"), of("liaison.xf"));
    t.leave().await;
    place.alter(&laid);
    let t = Town::open(&place, at(BEGIN)).await;
    let (fire, rescue) = (t.signed_in("liaison.xf").await, t.signed_in("liaison.yj").await);
    assert_eq!(stands(&rescue, LIST).await, (true, 1), "another's view is opened");
    assert_eq!((stands(&rescue, "/console/summonses").await.1, stands(&fire, LIST).await.1), (0, 0));
    t.close().await;
}

#[actix_web::test]
async fn twenty_views_at_most_and_each_has_a_name() {
    town(async |t| {
        let fire = t.signed_in("liaison.xf").await;
        let keep = async |name: &str| {
            let fields = [("list", "summonses"), ("query", "view=all&urgency=urgent"), ("name", name)];
            fire.fills(LIST, VIEWS, &fields).await
        };
        for number in 0..20 {
            keep(&format!("v{number}")).await.expect(303);
        }
        assert!(keep("one more").await.expect(422).text().contains("最多存20个视图"));
        keep("v3").await.expect(303);
        // A name of the other list is another view.
        let other = [("list", "whistles"), ("query", "urgency=urgent"), ("name", "v3")];
        assert!(fire.fills(LIST, VIEWS, &other).await.expect(422).text().contains("最多存20个视图"));
        for name in ["", "  ", &"长".repeat(21)] {
            let page = keep(name).await.expect(422).text();
            assert!(page.contains("id=\"view-name-fault\"") && page.contains("<title>错误："), "{name:?}");
        }
        let page = fire.get("/console/summonses").await.expect(200).text();
        assert_eq!(page.matches("/remove\"").count(), 20);
    })
    .await;
}
