//! Limits as people meet them: counted over lunch, weekends, holidays and make-up days, explained, passed once even
//! when nobody was running, and never written about more than once a day.

use crate::town::{Place, Town, accept_order, at, blow_order, town, town_at};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use whistle_hub::domain::at::At;
use whistle_hub::domain::terms::LetterKind;
use whistle_hub::mail::Rendered;

/// The one armed obligation of a whistle that was just blown at this moment.
async fn triage_of(moment: &str, urgency: &str) -> Value {
    let mut found = Value::Null;
    town_at(moment, async |t| {
        let mut order = blow_order("时限");
        order["urgency"] = json!(urgency);
        let code = t.fire().blows(&order).await;
        found = t.fire().sees(&format!("/whistles/{code}")).await["obligations"][0].clone();
    })
    .await;
    found
}

#[actix_web::test]
async fn c13_four_working_hours_end_where_a_person_would_say() {
    for (blown, due) in [
        ("2026-12-01T09:00:00+08:00", "2026-12-01T14:30:00+08:00"),
        ("2026-12-01T11:30:00+08:00", "2026-12-01T17:00:00+08:00"),
        ("2026-12-01T12:00:00+08:00", "2026-12-01T17:30:00+08:00"),
        ("2026-12-01T12:45:00+08:00", "2026-12-01T17:30:00+08:00"),
        ("2026-11-30T17:29:00+08:00", "2026-12-01T14:29:00+08:00"),
        ("2026-11-30T17:30:00+08:00", "2026-12-01T14:30:00+08:00"),
        ("2026-12-01T03:00:00+08:00", "2026-12-01T14:30:00+08:00"),
        ("2026-11-28T10:00:00+08:00", "2026-11-30T14:30:00+08:00"),
    ] {
        let triage = triage_of(blown, "normal").await;
        assert_eq!((&triage["due_at"], &triage["provisional"]), (&json!(due), &json!(false)), "{blown}");
        assert!(!triage["explained"].as_array().unwrap().is_empty(), "{blown} is not explained");
    }
    assert_eq!(triage_of("2026-11-29T03:00:00+08:00", "emergency").await["due_at"], "2026-11-29T03:10:00+08:00");
}

#[actix_web::test]
async fn c14_a_limit_across_spring_festival_counts_the_make_up_day_and_says_so() {
    town_at("2026-02-13T16:00:00+08:00", async |t| {
        let code = t.fire().blows(&blow_order("节前")).await;
        let path = format!("/whistles/{code}");
        let triage = t.fire().sees(&path).await["obligations"][0].clone();
        assert_eq!(triage["due_at"], "2026-02-14T11:30:00+08:00", "Saturday 14 February is worked");
        insta::assert_json_snapshot!(triage["explained"], @r#"
            [
              "计时2026-02-13 16:00～17:30",
              "计时2026-02-14 09:00～11:30"
            ]
        "#);
        t.clock.set(at("2026-02-14T16:30:00+08:00"));
        t.office().summons(&code, &["XF", "YJ"], "complex").await;
        let whistle = t.fire().sees(&path).await;
        let report_in = &whistle["summonses"][0];
        assert_eq!(report_in["due_at"], "2026-02-25T17:30:00+08:00", "two working days after the festival");
        t.fire().reports_in(&format!("{code}-XF")).await;
        let english = t.fire().ask("GET", &path).await.english().send().await.expect(200).json();
        let mut first: Vec<&Value> = english["obligations"].as_array().unwrap().iter().collect();
        first.retain(|one| one["what"] == "first_result");
        assert_eq!(first[0]["due_at"], "2026-03-03T00:00:00+08:00", "15 natural days end on Sunday 1 March");
        insta::assert_json_snapshot!(first[0]["explained"], @r#"
            [
              "Not counted 2026-02-14 (the day itself)",
              "Counted 2026-02-15 – 2026-03-01: 15 days",
              "Would end 2026-03-01 24:00 (weekend): moved to 2026-03-02 24:00"
            ]
        "#);
    })
    .await;
}

#[actix_web::test]
async fn c14_a_year_that_nobody_announced_counts_weekdays_and_is_marked() {
    let triage = triage_of("2026-12-31T16:30:00+08:00", "normal").await;
    assert_eq!((&triage["due_at"], &triage["provisional"]), (&json!("2027-01-01T12:00:00+08:00"), &json!(true)));
    let triage = triage_of("2026-12-31T09:00:00+08:00", "normal").await;
    assert_eq!(triage["provisional"], json!(false), "nothing of it lies in 2027");
}

#[actix_web::test]
async fn c15_a_limit_that_passed_while_nobody_ran_is_noted_once_with_its_lateness() {
    let place = Place::new();
    let t = Town::open(&place, at("2026-12-06T06:00:00+08:00")).await;
    let mut order = blow_order("周日清晨六点");
    order["urgency"] = json!("urgent");
    let code = t.fire().blows(&order).await;
    t.leave().await;
    let t = Town::open(&place, at("2026-12-07T09:30:00+08:00")).await;
    t.settle().await;
    let check = async |t: &Town| {
        let events = t.office().walks(&format!("/whistles/{code}/timeline"), 200).await;
        let late: Vec<&Value> = events.iter().filter(|one| one["kind"] == "obligation.overdue").collect();
        assert_eq!((late.len(), &late[0]["data"]["late_hours"]), (1, &json!(27)));
        assert_eq!(late[0]["at"], "2026-12-07T09:30:00+08:00");
        let reminders: Vec<_> = t.letters().into_iter().filter(|one| one.kind == LetterKind::Reminder).collect();
        reminders.len()
    };
    assert_eq!(check(&t).await, 1);
    let seen = t.office().sees(&format!("/whistles/{code}")).await;
    assert_eq!((&seen["overdue"], &seen["status"]), (&json!(true), &json!("submitted")));
    t.close().await;
    let t = Town::open(&place, at("2026-12-07T10:30:00+08:00")).await;
    t.settle().await;
    assert_eq!(check(&t).await, 0, "a second start reminded again");
    t.close().await;
}

/// Civil day of a letter, by its `Date` header.
fn day_of(letter: &Rendered) -> String {
    let eml = String::from_utf8(letter.eml().to_vec()).unwrap();
    let date = eml.lines().find_map(|line| line.strip_prefix("Date: ")).unwrap().to_owned();
    // Written in UTC: the district's day begins at 16:00 of the day before.
    let stamp = jiff::fmt::rfc2822::parse(&date).unwrap().timestamp().as_microsecond();
    At(stamp).civil().date().to_string()
}

#[actix_web::test]
async fn c16_a_month_of_lateness_writes_to_nobody_twice_a_day_and_passes_each_limit_once() {
    town_at("2026-11-02T08:00:00+08:00", async |t| {
        for (number, urgency) in ["emergency", "urgent", "normal", "complex"].iter().enumerate() {
            let code = t.fire().blows(&blow_order("一直拖着")).await;
            if number < 3 {
                t.office().summons(&code, &["XF", "YJ"], urgency).await;
            }
        }
        let busy = t.fire().blows(&blow_order("另一件")).await;
        t.office().summons(&busy, &["SC"], "normal").await;
        for hour in 0..30 * 24 {
            if hour == 100 {
                t.person("liaison.sc").reports_in(&format!("{busy}-SC")).await;
            }
            if hour % 50 == 0 {
                let mut late = blow_order("每两天一件急事");
                late["urgency"] = json!("urgent");
                t.fire().blows(&late).await;
            }
            t.advance(60).await;
        }
        let mut per_day: BTreeMap<(String, String), usize> = BTreeMap::new();
        let is_late = |one: &Rendered| one.kind == LetterKind::Reminder && one.subject.contains("已逾期");
        for letter in t.letters().into_iter().filter(is_late) {
            *per_day.entry((letter.to.clone(), day_of(&letter))).or_default() += 1;
        }
        assert!(per_day.len() > 5, "hardly anybody was reminded: {per_day:?}");
        assert!(per_day.values().all(|count| *count == 1), "{per_day:?}");
        let passed = t.office().walks("/whistles", 200).await;
        for whistle in &passed {
            let code = whistle["code"].as_str().unwrap();
            let events = t.office().walks(&format!("/whistles/{code}/timeline"), 200).await;
            let late = events.iter().filter(|one| one["kind"] == "obligation.overdue");
            let mut keys: Vec<String> =
                late.map(|one| format!("{} {}", one["data"]["duty"], one["data"]["due_at"])).collect();
            let all = keys.len();
            assert!(all > 0, "{code} never became late");
            keys.sort();
            keys.dedup();
            assert!(keys.len() + 2 >= all, "{code}: {keys:?}");
        }
    })
    .await;
}

#[actix_web::test]
async fn i3_every_open_state_has_one_owner_and_one_limit() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("人人有责")).await;
        let owed = async || {
            let whistle = t.office().sees(&format!("/whistles/{code}")).await;
            let all = whistle["obligations"].as_array().unwrap().iter();
            let mut told: Vec<String> = all
                .map(|one| {
                    let owner = &one["owner"];
                    let text = |value: &Value| value.as_str().unwrap().to_owned();
                    let due = text(&one["due_at"])[5..16].to_owned();
                    format!("{} {} {} {due}", text(&owner["role"]), text(&owner["department"]), text(&one["what"]))
                })
                .collect();
            told.sort();
            told
        };
        let mut seen = vec![("submitted", owed().await)];
        t.office().does(&code, "return", json!({ "missing": ["title"] })).await;
        seen.push(("returned", owed().await));
        t.fire().does(&code, "complete", json!({ "title": "题" })).await;
        let mut order = accept_order(&["XF", "YJ"], "normal");
        order["dispatch"] = json!(false);
        t.office().does(&code, "accept", order).await;
        seen.push(("accepted", owed().await));
        let summonses = json!([{ "department": "XF", "role": "lead" }, { "department": "YJ", "role": "support" }]);
        t.office().does(&code, "dispatch", json!({ "summonses": summonses })).await;
        seen.push(("dispatched", owed().await));
        t.fire().reports_in(&format!("{code}-XF")).await;
        seen.push(("one reported in", owed().await));
        t.emergency().reports_in(&format!("{code}-YJ")).await;
        seen.push(("handling", owed().await));
        t.fire().does(&format!("{code}-XF"), "submit", json!({ "result": "毕" })).await;
        seen.push(("one submitted", owed().await));
        t.office().does(&format!("{code}-XF"), "accept", json!({})).await;
        seen.push(("one done", owed().await));
        t.emergency().does(&format!("{code}-YJ"), "submit", json!({ "result": "毕" })).await;
        t.office().does(&format!("{code}-YJ"), "accept", json!({})).await;
        seen.push(("awaiting closure", owed().await));
        t.office().does(&code, "close", json!({ "kind": "fixed", "conclusion": "好" })).await;
        assert_eq!(owed().await, Vec::<String>::new());
        let told: Vec<String> = seen.iter().map(|(state, owed)| format!("{state}: {}", owed.join("; "))).collect();
        insta::assert_snapshot!(told.join("\n"), @r"
            submitted: office_duty AWB triage 12-01T14:30
            returned: liaison XF complete 12-04T17:30
            accepted: office_duty AWB dispatch 12-01T14:30
            dispatched: liaison XF report_in 12-02T17:30; liaison YJ report_in 12-02T17:30; office_duty AWB report_in 12-02T17:30
            one reported in: liaison XF first_result 12-09T00:00; liaison YJ report_in 12-02T17:30; office_duty AWB report_in 12-02T17:30
            handling: liaison XF first_result 12-09T00:00; liaison YJ first_result 12-09T00:00; office_duty AWB first_result 12-09T00:00
            one submitted: liaison YJ first_result 12-09T00:00; office_duty AWB first_result 12-09T00:00; office_duty AWB review 12-03T17:30
            one done: liaison YJ first_result 12-09T00:00; office_duty AWB first_result 12-09T00:00
            awaiting closure: office_duty AWB closure 12-04T17:30
        ");
    })
    .await;
}

#[actix_web::test]
async fn t15_due_at_cannot_be_later() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("时限只能缩短")).await;
        let mut order = accept_order(&["XF"], "normal");
        order["dispatch"] = json!(false);
        t.office().does(&code, "accept", order).await;
        let dispatch = |due: &str| json!({ "summonses": [{ "department": "XF", "role": "lead", "due_at": due }] });
        for (due, fault) in [
            ("2026-12-02T17:30:01+08:00", "too_late"),
            ("2036-12-02T17:30:00+08:00", "too_late"),
            ("2026-12-01T09:00:00+08:00", "in_past"),
            ("2026-11-30T09:00:00+08:00", "in_past"),
        ] {
            let reply = t.office().tries(&code, "dispatch", &dispatch(due)).await.expect(422);
            assert_eq!(reply.faults(), [format!("/summonses/0/due_at {fault}")], "{due}");
        }
        let whistle = t.office().does(&code, "dispatch", dispatch("2026-12-01T15:00:00+08:00")).await;
        assert_eq!(whistle["summonses"][0]["due_at"], "2026-12-01T15:00:00+08:00");
        let future =
            json!({ "category": "fire", "what": "x", "place": "y", "occurred_at": "2026-12-01T09:00:01+08:00" });
        assert_eq!(t.fire().tries_to_blow(&future).await.expect(422).faults(), ["/occurred_at in_future"]);
        for field in ["status", "blown_at", "code", "version", "blower", "lead", "due_at", "routed"] {
            let mut order = blow_order("自封");
            order[field] = json!("x");
            assert_eq!(t.fire().tries_to_blow(&order).await.expect(422).faults(), [format!("/{field} unknown")]);
        }
    })
    .await;
}

#[actix_web::test]
async fn a_night_emergency_is_given_an_hour_to_report_in_and_a_day_one_half() {
    for (moment, due) in [
        ("2026-12-01T10:00:00+08:00", "2026-12-01T10:30:00+08:00"),
        ("2026-12-01T03:00:00+08:00", "2026-12-01T04:00:00+08:00"),
        ("2026-11-29T10:00:00+08:00", "2026-11-29T11:00:00+08:00"),
    ] {
        town_at(moment, async |t| {
            let code = t.fire().blows(&blow_order("夜间")).await;
            t.office().summons(&code, &["XF"], "emergency").await;
            assert_eq!(t.fire().sees(&format!("/summonses/{code}-XF")).await["due_at"], due);
        })
        .await;
    }
}

#[actix_web::test]
async fn a_move_made_in_time_leaves_no_mark_of_lateness() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("按时办理")).await;
        t.office().summons(&code, &["XF"], "urgent").await;
        t.advance(119).await;
        t.fire().reports_in(&format!("{code}-XF")).await;
        t.advance(10).await;
        assert!(!t.office().kinds(&code).await.contains(&"obligation.overdue".to_owned()));
        let told = t.letters().into_iter().filter(|one| one.kind == LetterKind::Reminder);
        let subjects: Vec<String> = told.map(|one| one.subject).collect();
        assert!(subjects.len() == 1 && subjects[0].ends_with("1件将到期"), "{subjects:?}");
    })
    .await;
}

#[actix_web::test]
async fn t34_no_limit_passes_by_a_clock_that_jumped_and_whistles_are_taken_all_the_same() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("时钟")).await;
        t.settle().await;
        let path = format!("/whistles/{code}");
        let kinds = async || t.office().kinds(&code).await;
        // Ten hours ahead: by this clock the limit is long over.
        t.clock.jump(10 * 3600);
        t.clock.advance(1);
        t.settle().await;
        assert!(!kinds().await.contains(&"obligation.overdue".to_owned()), "a limit passed by a wrong clock");
        assert!(t.log().contains("the clock cannot be believed"));
        t.fire().blows(&blow_order("照收")).await;
        t.clock.jump(-10 * 3600);
        t.clock.advance(1);
        t.settle().await;
        assert!(t.office().sees(&path).await["overdue"] != json!(true));
        t.advance(600).await;
        assert!(kinds().await.contains(&"obligation.overdue".to_owned()), "the clock is right again");
    })
    .await;
}

#[actix_web::test]
async fn t34_a_clock_that_is_set_back_does_not_stop_the_sweep() {
    town(async |t| {
        t.clock.jump(10 * 3600);
        t.settle().await;
        t.clock.jump(-10 * 3600);
        let code = t.fire().blows(&blow_order("丢了的铃")).await;
        t.lose_stream().await;
        t.advance(1).await;
        let kinds = t.office().kinds(&code).await;
        assert!(kinds.contains(&"whistle.routed".to_owned()), "nobody has it: {kinds:?}");
    })
    .await;
}
