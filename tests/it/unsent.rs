//! What was typed and not sent: it outlives the session that timed out and not the one that somebody ended, comes back to
//! its person only, and is carried out by nobody (T21, C22).

use crate::town::browser::{Browser, hidden};
use crate::town::{Town, blow_order, town};

const NEW: &str = "/console/whistles/new";
const TEXT: &str = "半小时写下的情况：三号楼配电房堆满纸箱";

/// The whistle form filled on a page that is open for too long; `meanwhile` is what happens to its session.
async fn sends_late<'t>(t: &'t Town, meanwhile: impl AsyncFnOnce(&Browser<'t>)) -> (Browser<'t>, String) {
    t.hush(TEXT);
    let fire = t.signed_in("liaison.xf").await;
    let page = fire.get(NEW).await.expect(200);
    let (csrf, key) = (hidden(&page, "csrf"), hidden(&page, "key"));
    meanwhile(&fire).await;
    let fields = [("csrf", csrf.as_str()), ("key", &key), ("category", "fire"), ("what", TEXT), ("place", "东门")];
    let answer = fire.post(NEW, &fields).await.expect(401).text();
    assert_eq!(t.db_events().await, 0, "a late form was carried out");
    (fire, answer)
}

#[actix_web::test]
async fn t21_a_form_that_comes_after_its_session_timed_out_comes_back_filled() {
    town(async |t| {
        let (_, answer) = sends_late(t, async |_| t.advance(31).await).await;
        assert!(answer.contains("已存为草稿") && !answer.contains(TEXT), "{answer}");
        for (username, sees) in [("liaison.xf", true), ("head.xf", false), ("office", false)] {
            let shown = t.signed_in(username).await.get(NEW).await.expect(200).text();
            assert_eq!(shown.contains(TEXT), sees, "{username}");
        }
        let again = t.signed_in("liaison.xf").await;
        again.fills(NEW, NEW, &[("category", "fire"), ("what", TEXT), ("place", "东门")]).await.expect(303);
        assert!(!again.get(NEW).await.text().contains(TEXT), "what was sent is still a draft");
        assert_eq!(t.office().codes("/whistles").await.len(), 1);
    })
    .await;
}

#[actix_web::test]
async fn t21_revoked_session_leaves_no_draft() {
    town(async |t| {
        let everywhere = async |_: &Browser<'_>| {
            t.fire().ask("DELETE", "/sessions").await.send().await.expect(204);
        };
        let (_, answer) = sends_late(t, everywhere).await;
        assert!(!answer.contains("已存为草稿"), "{answer}");
        assert!(!t.signed_in("liaison.xf").await.get(NEW).await.text().contains(TEXT));
        let out = async |browser: &Browser<'_>| {
            let csrf = hidden(&browser.get(NEW).await, "csrf");
            browser.post("/logout", &[("csrf", &csrf)]).await.expect(303);
        };
        let (_, answer) = sends_late(t, out).await;
        assert!(!answer.contains("已存为草稿"), "{answer}");
        assert!(!t.signed_in("liaison.xf").await.get(NEW).await.text().contains(TEXT));
    })
    .await;
}

#[actix_web::test]
async fn t21_without_the_sessions_own_token_or_after_a_day_nothing_is_kept() {
    town(async |t| {
        t.hush(TEXT);
        let fire = t.signed_in("liaison.xf").await;
        let csrf = hidden(&fire.get(NEW).await.expect(200), "csrf");
        t.advance(31).await;
        fire.post(NEW, &[("csrf", "forged"), ("what", TEXT)]).await.expect(401);
        t.advance(24 * 60).await;
        fire.post(NEW, &[("csrf", &csrf), ("what", TEXT)]).await.expect(401);
        assert!(!t.signed_in("liaison.xf").await.get(NEW).await.text().contains(TEXT));
    })
    .await;
}

#[actix_web::test]
async fn a_draft_is_kept_by_hand_ends_with_the_sign_out_and_with_the_third_day() {
    town(async |t| {
        t.hush(TEXT);
        let keeps = async || {
            let fire = t.signed_in("liaison.xf").await;
            let fields = [("of", NEW), ("what", TEXT), ("contact.name", "冯举报")];
            let kept = fire.fills(NEW, "/console/unsent", &fields).await.expect(303);
            assert_eq!(kept.header("location"), Some(NEW));
            let shown = fire.get(NEW).await.text();
            assert!(shown.contains(TEXT) && shown.contains("冯举报"), "not laid back");
            fire
        };
        t.hush("冯举报");
        let fire = keeps().await;
        let csrf = hidden(&fire.get(NEW).await, "csrf");
        fire.post("/logout", &[("csrf", &csrf)]).await.expect(303);
        assert!(!t.signed_in("liaison.xf").await.get(NEW).await.text().contains(TEXT), "signing out leaves it");
        keeps().await;
        t.advance(72 * 60 + 1).await;
        assert!(!t.signed_in("liaison.xf").await.get(NEW).await.text().contains(TEXT), "it is there for ever");
    })
    .await;
}

#[actix_web::test]
async fn a_draft_of_a_verdict_comes_back_on_its_own_page() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("后门上锁")).await;
        t.settle().await;
        let office = t.signed_in("office").await;
        let page = format!("/console/whistles/{code}");
        let of = format!("{page}/return");
        t.hush("请写明哪一栋");
        office.fills(&page, "/console/unsent", &[("of", &of), ("note", "请写明哪一栋")]).await.expect(303);
        for path in [page.clone(), format!("/console/triage?open={code}")] {
            assert!(office.get(&path).await.expect(200).text().contains("请写明哪一栋"), "{path}");
        }
        office.fills(&page, &of, &[("missing", "place"), ("note", "请写明哪一栋")]).await.expect(303);
        let events = office.get(&page).await.text();
        assert!(!events.contains("已恢复未提交的草稿"), "still a draft");
    })
    .await;
}
