//! Nobody is stuck: every dead end of a whistle and of a summons over REST, each with its way out. What time alone brings
//! about is brought about by moving the clock.

use crate::town::{Town, accept_order, blow_order, town};
use serde_json::{Value, json};
use whistle_hub::domain::terms::LetterKind;

/// Whose move it is, what, and until when, of everything that is armed under a whistle.
async fn owed(t: &Town, code: &str) -> Vec<String> {
    let whistle = t.office().sees(&format!("/whistles/{code}")).await;
    let all = whistle["obligations"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut told: Vec<String> = all
        .map(|one| {
            let due = text(&one["due_at"])[5..16].to_owned();
            format!("{} {} {due}", text(&one["owner"]["role"]), text(&one["what"]))
        })
        .collect();
    told.sort();
    told
}

#[actix_web::test]
async fn whistles_are_merged_without_a_circle_and_are_the_offices_again_when_their_master_ends() {
    town(async |t| {
        let [first, second, third] = [
            t.fire().blows(&blow_order("一")).await,
            t.fire().blows(&blow_order("二")).await,
            t.emergency().blows(&blow_order("三")).await,
        ];
        let merge = |into: &str| json!({ "into": into });
        let itself = t.office().tries(&first, "merge", &merge(&first)).await.expect(409);
        assert_eq!(itself.reasons(), [format!("master_is_itself {first}")]);
        assert_eq!(
            t.office().tries(&first, "merge", &merge("WH-2026-9999")).await.expect(422).faults(),
            ["/into no_such"]
        );
        let merged = t.office().does(&second, "merge", merge(&first)).await;
        assert_eq!(
            (&merged["status"], &merged["merged_into"], &merged["obligations"]),
            (&json!("merged"), &json!(first), &json!([]))
        );
        let child = t.office().tries(&first, "merge", &merge(&second)).await.expect(409);
        assert_eq!(child.reasons(), [format!("master_is_its_child {second}")]);
        let chain = t.office().tries(&third, "merge", &merge(&second)).await.expect(409);
        assert_eq!(chain.reasons(), [format!("master_is_merged {second}")]);
        t.settle().await;
        assert_eq!(t.letters_of(LetterKind::WhistleMerged, "liaison.xf"), 1);
        // The master is not taken on: what joined it is the office's again, in the same breath.
        t.office().does(&first, "decline", json!({ "ground": "not_safety" })).await;
        assert_eq!((t.status(&second).await.as_str(), owed(t, &second).await.len()), ("submitted", 1));
        assert!(t.office().kinds(&second).await.contains(&"whistle.unmerged".to_owned()));
        let ended = t.office().tries(&second, "merge", &merge(&first)).await.expect(409);
        assert_eq!(ended.reasons(), [format!("master_has_ended {first}")]);
        // Undone by the director, and withdrawn by the blower of the master.
        t.office().does(&second, "merge", merge(&third)).await;
        t.office().tries(&second, "unmerge", &json!({})).await.expect(403);
        assert_eq!(t.director().does(&second, "unmerge", json!({})).await["status"], "submitted");
        t.office().does(&second, "merge", merge(&third)).await;
        t.emergency().does(&third, "withdraw", json!({ "reason": "看错了" })).await;
        assert_eq!((t.status(&third).await.as_str(), t.status(&second).await.as_str()), ("withdrawn", "submitted"));
    })
    .await;
}

#[actix_web::test]
async fn a_returned_whistle_lapses_is_appealed_once_and_then_only_the_director_decides() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("逾期未补")).await;
        t.office().does(&code, "return", json!({ "missing": ["title"] })).await;
        t.until("2026-12-04T17:31:00+08:00").await;
        assert_eq!((t.status(&code).await.as_str(), owed(t, &code).await), ("declined", Vec::new()));
        let kinds = t.office().kinds(&code).await;
        assert!(kinds.contains(&"whistle.lapsed".to_owned()) && !kinds.contains(&"obligation.overdue".to_owned()));
        assert_eq!(t.letters_of(LetterKind::WhistleDeclined, "liaison.xf"), 1);
        t.fire().does(&code, "appeal", json!({ "reason": "出差在外" })).await;
        assert_eq!(owed(t, &code).await, ["office_director triage 12-07T14:30"]);
        t.office().tries(&code, "accept", &accept_order(&["XF"], "normal")).await.expect(403);
        t.director().does(&code, "decline", json!({ "ground": "already_handled" })).await;
        t.fire().tries(&code, "appeal", &json!({ "reason": "再申诉" })).await.expect(409);
        // Nothing urgent ends by silence.
        let mut urgent = blow_order("加急");
        urgent["urgency"] = json!("urgent");
        let urgent = t.fire().blows(&urgent).await;
        t.office().does(&urgent, "return", json!({ "missing": ["title"] })).await;
        t.advance(7 * 24 * 60).await;
        assert_eq!(t.status(&urgent).await, "returned");
        t.office().does(&urgent, "decline", json!({ "ground": "not_safety" })).await;
    })
    .await;
}

#[actix_web::test]
async fn a_dispute_is_ruled_within_its_limit_and_leaves_no_department_without_one() {
    town(async |t| {
        let code = t.emergency().blows(&blow_order("屋顶光伏板松脱")).await;
        t.office().summons(&code, &["XF", "SC"], "normal").await;
        let xf = format!("{code}-XF");
        let dispute = json!({ "ground": "not_our_duty", "law": "权责清单第七条", "instead": "SH" });
        t.fire().tries(&xf, "dispute", &dispute).await.expect(403);
        let head = t.person("head.xf");
        assert_eq!(head.does(&xf, "dispute", dispute).await["status"], "disputed");
        assert!(owed(t, &code).await.contains(&"office_director ruling 12-02T17:30".to_owned()));
        t.settle().await;
        assert_eq!(t.letters_of(LetterKind::SummonsDisputed, "director"), 1);
        // Ruled a day later: the limit that ran, or four working hours from now, whichever is later.
        t.until("2026-12-02T16:30:00+08:00").await;
        let ruled = t.director().does(&xf, "overrule", json!({ "reason": "属消防职责" })).await;
        assert_eq!((&ruled["status"], &ruled["due_at"]), (&json!("acknowledged"), &json!("2026-12-03T12:00:00+08:00")));
        head.tries(&xf, "dispute", &json!({ "ground": "duplicate" })).await.expect(409);
        // The other one is right: whoever takes over has a clock of its own.
        let code = t.emergency().blows(&blow_order("应由他人办")).await;
        t.office().summons(&code, &["XF", "SC"], "normal").await;
        let sc = format!("{code}-SC");
        t.person("head.sc").does(&sc, "dispute", json!({ "ground": "other_lead" })).await;
        let upheld = t.director().does(&sc, "uphold", json!({ "to": "SH", "reason": "属环保职责" })).await;
        assert_eq!((&upheld["status"], &upheld["due_at"]), (&json!("released"), &Value::Null));
        assert_eq!(t.office().sees(&format!("/summonses/{code}-SH")).await["status"], "issued");
        // All are let off: the office finds others.
        for unit in ["XF", "SH"] {
            t.director().does(&format!("{code}-{unit}"), "excuse", json!({ "reason": "不需要" })).await;
        }
        assert_eq!(t.status(&code).await, "accepted");
        t.office().does(&code, "dispatch", json!({ "summonses": [{ "department": "GA", "role": "lead" }] })).await;
        assert_eq!(t.status(&code).await, "dispatched");
    })
    .await;
}

#[actix_web::test]
async fn t33_a_director_refers_what_concerns_the_own_bureau_and_enters_the_leaders_ruling() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("涉及应急局")).await;
        t.office().summons(&code, &["YJ"], "normal").await;
        let yj = format!("{code}-YJ");
        t.person("head.yj").does(&yj, "dispute", json!({ "ground": "not_our_duty" })).await;
        for deed in ["uphold", "overrule", "excuse"] {
            t.director().tries(&yj, deed, &json!({ "reason": "x" })).await.expect(403);
        }
        let referred = t.director().does(&yj, "refer", json!({})).await;
        assert_eq!(
            (&referred["status"], &referred["due_at"]),
            (&json!("referred"), &json!("2026-12-08T17:30:00+08:00"))
        );
        t.director().does(&yj, "overrule", json!({ "reason": "区领导裁定" })).await;
        let timeline = t.office().walks(&format!("/whistles/{code}/timeline"), 200).await;
        let ruling = timeline.iter().find(|one| one["kind"] == "summons.overruled").unwrap();
        assert_eq!(ruling["data"]["by_leader"], true);
    })
    .await;
}

#[actix_web::test]
async fn a_suspended_whistle_gives_every_limit_back_and_goes_on_at_its_review() {
    town(async |t| {
        let code = t.emergency().blows(&blow_order("业主失联")).await;
        t.office().summons(&code, &["XF"], "normal").await;
        t.fire().reports_in(&format!("{code}-XF")).await;
        assert_eq!(owed(t, &code).await, ["liaison first_result 12-09T00:00", "office_duty first_result 12-09T00:00"]);
        let suspend = |day: &str| json!({ "ground": "owner_unreachable", "review_on": day });
        assert_eq!(
            t.director().tries(&code, "suspend", &suspend("2027-01-15")).await.expect(422).faults(),
            ["/review_on too_late"]
        );
        assert_eq!(
            t.director().tries(&code, "suspend", &suspend("2026-12-01")).await.expect(422).faults(),
            ["/review_on in_past"]
        );
        t.until("2026-12-02T00:00:00+08:00").await;
        t.director().does(&code, "suspend", suspend("2026-12-12")).await;
        assert_eq!(owed(t, &code).await, ["liaison first_result 12-19T00:00", "office_duty resume 12-12T00:00"]);
        assert_eq!(t.fire().sees(&format!("/summonses/{code}-XF")).await["allowed_deeds"], json!([]));
        // Before the review: seven days were left, and seven days it has.
        t.until("2026-12-05T12:00:00+08:00").await;
        t.office().does(&code, "resume", json!({})).await;
        assert_eq!(owed(t, &code).await, ["liaison first_result 12-12T12:00", "office_duty first_result 12-12T12:00"]);
        // And by itself on the day.
        t.director().does(&code, "suspend", suspend("2026-12-08")).await;
        t.until("2026-12-08T00:00:00+08:00").await;
        assert_eq!(t.status(&code).await, "handling");
        assert_eq!(owed(t, &code).await, ["liaison first_result 12-15T00:00", "office_duty first_result 12-15T00:00"]);
        assert!(!t.office().kinds(&code).await.contains(&"obligation.overdue".to_owned()));
    })
    .await;
}

/// A whistle of YJ that XF has worked off and the office has closed.
async fn closed(t: &Town) -> String {
    let code = t.emergency().blows(&blow_order("一路办结")).await;
    t.office().summons(&code, &["XF"], "normal").await;
    let xf = format!("{code}-XF");
    t.fire().reports_in(&xf).await;
    t.fire().does(&xf, "submit", json!({ "result": "已改" })).await;
    t.office().does(&xf, "accept", json!({})).await;
    t.office().does(&code, "close", json!({ "kind": "fixed", "conclusion": "好" })).await;
    code
}

#[actix_web::test]
async fn a_closing_is_contested_once_answered_by_the_director_and_a_reopened_one_has_fresh_limits() {
    town(async |t| {
        let code = closed(t).await;
        t.fire().tries(&code, "contest", &json!({ "reason": "没改好" })).await.expect(403);
        t.emergency().does(&code, "contest", json!({ "reason": "没改好" })).await;
        assert_eq!(
            (t.status(&code).await.as_str(), owed(t, &code).await),
            ("closed", vec!["office_director contest_answer 12-08T17:30".to_owned()])
        );
        t.office().tries(&code, "reopen", &json!({ "ground": "contest_upheld" })).await.expect(403);
        t.director().does(&code, "dismiss_contest", json!({ "reason": "已复查" })).await;
        assert_eq!(owed(t, &code).await, Vec::<String>::new());
        t.emergency().tries(&code, "contest", &json!({ "reason": "再说" })).await.expect(409);
        assert_eq!(
            t.office().tries(&code, "reopen", &json!({ "ground": "contest_upheld" })).await.expect(422).faults(),
            ["/ground mismatch"]
        );
        t.until("2026-12-03T09:00:00+08:00").await;
        let again = t.office().does(&code, "reopen", json!({ "ground": "relapse" })).await;
        assert_eq!((&again["status"], &again["reopened"]), (&json!("handling"), &json!(1)));
        assert_eq!(owed(t, &code).await, ["liaison first_result 12-11T00:00", "office_duty first_result 12-11T00:00"]);
        assert_eq!(t.fire().sees(&format!("/summonses/{code}-XF")).await["status"], "working");
        // Too late to object: ten working days are over.
        let late = closed(t).await;
        t.until("2026-12-31T09:00:00+08:00").await;
        t.emergency().tries(&late, "contest", &json!({ "reason": "晚了" })).await.expect(409);
    })
    .await;
}

#[actix_web::test]
async fn a_longer_limit_is_asked_before_it_passes_and_the_first_one_is_kept_beside() {
    town(async |t| {
        let code = t.emergency().blows(&blow_order("延期")).await;
        t.office().summons(&code, &["XF"], "normal").await;
        let xf = format!("{code}-XF");
        t.fire().reports_in(&xf).await;
        let ask = |until: &str| json!({ "until": until, "reason": "等配件" });
        assert_eq!(
            t.fire().tries(&xf, "ask_extension", &ask("2026-12-08T10:00:00+08:00")).await.expect(422).faults(),
            ["/until too_early"]
        );
        t.fire().does(&xf, "ask_extension", ask("2026-12-15T18:00:00+08:00")).await;
        let granted = t.office().does(&xf, "grant_extension", json!({})).await;
        assert_eq!(
            (&granted["due_at"], &granted["original_due_at"]),
            (&json!("2026-12-15T18:00:00+08:00"), &json!("2026-12-09T00:00:00+08:00"))
        );
        t.fire().does(&xf, "ask_extension", ask("2026-12-20T18:00:00+08:00")).await;
        t.office().tries(&xf, "grant_extension", &json!({})).await.expect(403);
        let refused = t.director().does(&xf, "refuse_extension", json!({ "reason": "不可再拖" })).await;
        assert_eq!(refused["due_at"], "2026-12-15T18:00:00+08:00");
        t.until("2026-12-15T18:01:00+08:00").await;
        t.fire().tries(&xf, "ask_extension", &ask("2026-12-20T18:00:00+08:00")).await.expect(409);
    })
    .await;
}

#[actix_web::test]
async fn where_any_department_suffices_the_first_that_is_done_lets_the_others_off() {
    town(async |t| {
        let code = t.emergency().blows(&blow_order("谁先到谁办")).await;
        let mut order = accept_order(&["XF", "SC", "SH"], "normal");
        order["needs"] = json!("any");
        t.office().does(&code, "accept", order).await;
        let sc = format!("{code}-SC");
        t.person("liaison.sc").reports_in(&sc).await;
        t.person("liaison.sc").does(&sc, "submit", json!({ "result": "已清" })).await;
        t.office().does(&sc, "accept", json!({})).await;
        assert_eq!(t.status(&code).await, "awaiting_closure");
        for unit in ["XF", "SH"] {
            assert_eq!(t.office().sees(&format!("/summonses/{code}-{unit}")).await["status"], "excused");
        }
    })
    .await;
}

#[actix_web::test]
async fn the_lead_the_departments_and_the_urgency_can_be_turned_under_way() {
    town(async |t| {
        let code = t.emergency().blows(&blow_order("途中调整")).await;
        t.office().summons(&code, &["XF", "SC"], "normal").await;
        t.office().does(&code, "add_summons", json!({ "department": "SH", "role": "support", "task": "测气体" })).await;
        let led = t.director().does(&code, "change_lead", json!({ "lead": "SC", "reason": "主责在市监" })).await;
        assert_eq!((&led["lead"], &led["supports"]), (&json!("SC"), &json!(["SH", "XF"])));
        // Raised: no limit becomes later; lowered: none earlier. Only the lead's own people and the office raise.
        t.fire().tries(&code, "raise_urgency", &json!({ "urgency": "urgent" })).await.expect(403);
        t.person("liaison.sc").does(&code, "raise_urgency", json!({ "urgency": "urgent" })).await;
        let due = t.office().sees(&format!("/summonses/{code}-XF")).await["due_at"].clone();
        assert_eq!(due, "2026-12-01T11:00:00+08:00");
        t.director().does(&code, "lower_urgency", json!({ "urgency": "complex", "reason": "已控制" })).await;
        assert_eq!(t.office().sees(&format!("/summonses/{code}-XF")).await["due_at"], "2026-12-03T17:30:00+08:00");
        t.director().tries(&code, "lower_urgency", &json!({ "urgency": "urgent", "reason": "x" })).await.expect(422);
    })
    .await;
}

#[actix_web::test]
async fn a_summons_undone_before_its_letter_left_is_never_written_about() {
    town(async |t| {
        let code = t.emergency().blows(&blow_order("派错了")).await;
        t.office().summons(&code, &["XF", "SC"], "normal").await;
        t.director().does(&code, "withdraw", json!({ "reason": "派错" })).await;
        t.advance(5).await;
        assert_eq!(t.letters_of(LetterKind::SummonsNew, "liaison.xf"), 0);
        assert_eq!(t.letters_of(LetterKind::SummonsRuled, "head.xf"), 0);
        assert_eq!(t.office().sees(&format!("/summonses/{code}-XF")).await["status"], "cancelled");
        let code = t.emergency().blows(&blow_order("派了才改")).await;
        t.office().summons(&code, &["XF", "SC"], "normal").await;
        t.advance(5).await;
        t.director().does(&format!("{code}-XF"), "excuse", json!({ "reason": "不需要" })).await;
        t.settle().await;
        assert_eq!(
            (t.letters_of(LetterKind::SummonsNew, "liaison.xf"), t.letters_of(LetterKind::SummonsRuled, "head.xf")),
            (1, 1)
        );
    })
    .await;
}

#[actix_web::test]
async fn i4_a_comment_among_the_office_is_nowhere_to_be_seen_by_others() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("留言")).await;
        t.settle().await;
        let path = format!("/whistles/{code}");
        let seen = async || {
            let (one, tale) = (t.fire().get(&path).await, t.fire().get(&format!("{path}/timeline")).await);
            (one.sameness(), tale.sameness())
        };
        let before = seen().await;
        let secret = "先不要声张";
        t.hush(secret);
        let said = t.office().ask("POST", &format!("{path}/comments")).await.key("key-comment-01");
        said.json(&json!({ "text": secret, "visibility": "office" })).send().await.expect(200);
        assert_eq!(seen().await, before, "a hidden comment changed what others see");
        assert!(t.office().kinds(&code).await.contains(&"whistle.commented".to_owned()));
        let open = t.fire().ask("POST", &format!("{path}/comments")).await.key("key-comment-02");
        open.json(&json!({ "text": "已联系业主", "visibility": "all" })).send().await.expect(200);
        let told = t.office().walks(&format!("{path}/timeline"), 200).await;
        assert_eq!(told.last().unwrap()["data"]["text"], "已联系业主");
        t.person("supervisor")
            .ask("POST", &format!("{path}/comments"))
            .await
            .key("key-comment-03")
            .json(&json!({ "text": "x", "visibility": "all" }))
            .send()
            .await
            .expect(403);
    })
    .await;
}
