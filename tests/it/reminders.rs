//! Reminders as people get them: before a limit, when it passes, each working morning after that. Few, bundled, and none
//! about what is done, stands still or has more time (C15, C16).

use crate::mail_faults::{facts, shown};
use crate::town::{Place, Town, at, blow_order, town_at};
use serde_json::json;
use whistle_hub::domain::at::At;
use whistle_hub::domain::terms::{Duty, LetterKind, Role};
use whistle_hub::mail::{LetterFacts, OwedItem, Rendered};

/// Every reminder so far to sign-ins that begin so: when it left, and to whom; in the order in which they left.
fn told(t: &Town, who: &str) -> Vec<String> {
    let all = t.letters().into_iter().filter(|one| one.kind == LetterKind::Reminder && one.to.starts_with(who));
    all.map(|one| format!("{} {}", moment(&one), one.to.split('@').next().unwrap())).collect()
}

/// When a letter left, by its `Date` header: `12-01 09:00`.
fn moment(letter: &Rendered) -> String {
    let eml = String::from_utf8(letter.eml().to_vec()).unwrap();
    let date = eml.lines().find_map(|line| line.strip_prefix("Date: ")).unwrap().to_owned();
    let stamp = jiff::fmt::rfc2822::parse(&date).unwrap().timestamp().as_microsecond();
    At(stamp).rfc3339()[5..16].replace('T', " ")
}

/// The same, without to whom.
pub(crate) fn times(t: &Town, who: &str) -> Vec<String> {
    told(t, who).into_iter().map(|one| one[..11].to_owned()).collect()
}

/// The last reminder to a sign-in.
pub(crate) fn last(t: &Town, username: &str) -> Rendered {
    let to = format!("{username}@yunhu.example");
    t.letters().into_iter().rfind(|one| one.kind == LetterKind::Reminder && one.to == to).unwrap()
}

/// Moves the clock from hour to hour, with a stop at the end of each day's work, up to a moment.
pub(crate) async fn hourly(t: &Town, until: &str) {
    loop {
        let now = at(&t.now());
        let civil = now.civil();
        let hour = At(now.0 - now.0.rem_euclid(3_600_000_000)).plus_minutes(60);
        let close = At::from_civil(civil.date().at(17, 30, 0, 0));
        let next = if now < close { hour.min(close) } else { hour };
        if next > at(until) {
            return;
        }
        t.until(&next.rfc3339()).await;
    }
}

#[actix_web::test]
async fn c16_weeks_of_lateness_are_one_letter_a_working_morning_over_everything() {
    town_at("2026-02-09T09:00:00+08:00", async |t| {
        let mut summonses = Vec::new();
        for what in ["第一件", "第二件"] {
            let code = t.fire().blows(&blow_order(what)).await;
            summonses.extend(t.office().summons(&code, &["SC"], "normal").await);
        }
        t.fire().blows(&blow_order("无人受理")).await;
        hourly(t, "2026-02-26T10:00:00+08:00").await;
        // Before the festival, the Saturday that is worked, and after it.
        let mornings =
            ["02-11", "02-12", "02-13", "02-14", "02-24", "02-25", "02-26"].map(|day| format!("{day} 09:00"));
        let before = ["02-10 14:00", "02-10 17:00", "02-10 17:30"].map(str::to_owned);
        assert_eq!(times(t, "liaison.sc"), [before.as_slice(), mornings.as_slice()].concat());
        assert_eq!(times(t, "head.sc"), [&before[2..], mornings.as_slice()].concat(), "of what is late only");
        let first = ["02-09 11:00", "02-09 14:00", "02-09 15:00", "02-10 09:00"].map(str::to_owned);
        assert_eq!(times(t, "office"), [first.as_slice(), mornings.as_slice()].concat());
        let letter = last(t, "liaison.sc");
        assert!(letter.subject.contains("2件已逾期") && summonses.iter().all(|code| letter.text.contains(code)));
        assert_eq!(told(t, "").len(), 10 + 8 + 11, "{:?}", told(t, ""));
        // The move is made: nothing more is said of it, and the office has what follows.
        for summons in &summonses {
            t.person("liaison.sc").reports_in(summons).await;
            t.person("liaison.sc").does(summons, "submit", json!({ "result": "已整改" })).await;
        }
        hourly(t, "2026-03-02T20:00:00+08:00").await;
        assert_eq!((times(t, "liaison.sc").len(), times(t, "head.sc").len()), (10, 8));
        // Two results are to be reviewed until Saturday half past five; one whistle has waited all the time.
        let after = ["02-27 09:00", "02-28 09:00", "02-28 15:00", "03-02 09:00"].map(str::to_owned);
        assert_eq!(times(t, "office")[11..], after);
        let letters: Vec<_> = t.letters().into_iter().filter(|one| one.to.starts_with("office")).collect();
        let subjects = letters.iter().rev().take(3).map(|one| one.subject.clone()).collect::<Vec<_>>();
        let counts = ["3件已逾期", "2件将到期", "1件已逾期，2件将到期"];
        assert!(subjects.iter().zip(counts).all(|(subject, count)| subject.ends_with(count)), "{subjects:?}");
    })
    .await;
}

#[actix_web::test]
async fn before_a_limit_nobody_is_written_to_twice_within_an_hour_nor_about_what_is_done_meanwhile() {
    town_at("2026-12-01T09:00:00+08:00", async |t| {
        let mut summonses = Vec::new();
        for _ in 0..3 {
            let code = t.fire().blows(&blow_order("连着来")).await;
            summonses.extend(t.office().summons(&code, &["SC"], "urgent").await);
            t.advance(20).await;
        }
        // Two hours each: half at 10:00, 10:20, 10:40; four fifths at 10:36, 10:56, 11:16; over at 11:00, 11:20, 11:40.
        for _ in 0..59 {
            t.advance(1).await;
        }
        assert_eq!(
            (t.now().as_str(), times(t, "liaison.sc")),
            ("2026-12-01T10:59:00+08:00", vec!["12-01 10:00".into()])
        );
        t.person("liaison.sc").reports_in(&summonses[0]).await;
        t.advance(1).await;
        let letter = last(t, "liaison.sc");
        assert_eq!(times(t, "liaison.sc"), ["12-01 10:00", "12-01 11:00"]);
        assert!(letter.subject.ends_with("2件将到期") && !letter.text.contains(&summonses[0]), "{}", letter.text);
        t.person("liaison.sc").reports_in(&summonses[1]).await;
        for _ in 0..39 {
            t.advance(1).await;
        }
        t.person("liaison.sc").reports_in(&summonses[2]).await;
        t.until("2026-12-01T12:00:00+08:00").await;
        assert_eq!(times(t, "liaison.sc").len(), 2, "a letter about what was done");
        assert_eq!(times(t, "head.sc"), [""; 0]);
    })
    .await;
}

#[actix_web::test]
async fn a_week_without_the_hub_ends_in_one_letter_for_everybody_and_by_day() {
    for (back, leaves) in [("2026-12-09T10:15:00+08:00", "12-09 10:15"), ("2026-12-06T03:00:00+08:00", "12-07 09:00")] {
        let place = Place::new();
        let t = Town::open(&place, at("2026-12-01T09:00:00+08:00")).await;
        for what in ["其一", "其二", "其三"] {
            let code = t.fire().blows(&blow_order(what)).await;
            let summonses = t.office().summons(&code, &["SC", "YJ"], "normal").await;
            if what == "其三" {
                t.emergency().reports_in(&summonses[1]).await;
            }
        }
        t.fire().blows(&blow_order("无人受理")).await;
        t.settle().await;
        t.leave().await;
        let t = Town::open(&place, at(back)).await;
        t.settle().await;
        for _ in 0..40 {
            let now = t.now();
            t.advance(if now.as_str() < "2026-12-07T09:00" { 60 } else { 2 }).await;
        }
        for who in ["liaison.sc", "head.sc", "liaison.yj", "head.yj", "office"] {
            assert_eq!(times(&t, who), [leaves], "{who}, back at {back}");
        }
        t.close().await;
    }
}

#[actix_web::test]
async fn more_time_moves_the_reminders_with_the_limit() {
    town_at("2026-12-01T09:00:00+08:00", async |t| {
        let code = t.fire().blows(&blow_order("要时间")).await;
        let summons = t.office().summons(&code, &["SC"], "normal").await.remove(0);
        t.person("liaison.sc").reports_in(&summons).await;
        // Seven days, until the ninth; half of them is over at noon of a Saturday.
        t.until("2026-12-02T10:00:00+08:00").await;
        let ask = json!({ "until": "2026-12-15T17:30:00+08:00", "reason": "设备未到" });
        t.person("liaison.sc").does(&summons, "ask_extension", ask).await;
        t.office().does(&summons, "grant_extension", json!({})).await;
        hourly(t, "2026-12-16T10:00:00+08:00").await;
        assert_eq!(times(t, "liaison.sc"), ["12-09 09:00", "12-14 09:00", "12-15 17:30", "12-16 09:00"]);
    })
    .await;
}

#[actix_web::test]
async fn what_is_suspended_sends_nothing_and_is_told_later_by_what_it_stood_still() {
    town_at("2026-12-01T09:00:00+08:00", async |t| {
        let code = t.fire().blows(&blow_order("停一停")).await;
        let summons = t.office().summons(&code, &["SC"], "normal").await.remove(0);
        t.person("liaison.sc").reports_in(&summons).await;
        // Seven days are left, and half of them is half of the limit.
        t.until("2026-12-02T00:00:00+08:00").await;
        t.director().does(&code, "suspend", json!({ "ground": "owner_unreachable", "review_on": "2026-12-12" })).await;
        hourly(t, "2026-12-11T23:00:00+08:00").await;
        assert_eq!(told(t, ""), [""; 0], "while it stands still");
        // It goes on by itself at midnight, until the nineteenth, a Saturday.
        hourly(t, "2026-12-21T10:00:00+08:00").await;
        assert_eq!(times(t, "liaison.sc"), ["12-15 12:00", "12-17 15:00", "12-21 09:00"]);
        assert_eq!(times(t, "head.sc"), ["12-21 09:00"]);
        assert_eq!(times(t, "office"), [""; 0], "while the whistle waits for its summonses only theirs remind");
    })
    .await;
}

#[test]
fn a_reminder_bundles_everything_and_counts_it() {
    let item = |code: &str, duty, due: &str| OwedItem {
        code: code.into(),
        duty,
        role: Role::Liaison,
        unit: ["区消防救援大队".into(), "Fire and Rescue Brigade".into()],
        due_at: at(due),
    };
    let owed = vec![
        item("WH-2026-0731-XF", Duty::ReportIn, "2026-11-23T12:00:00+08:00"),
        item("WH-2026-0802-XF", Duty::FirstResult, "2026-11-25T13:00:00+08:00"),
        item("WH-2026-0811-XF", Duty::ReportIn, "2026-11-25T17:30:00+08:00"),
    ];
    insta::assert_snapshot!(shown(&LetterFacts { owed, ..facts(LetterKind::Reminder) }), @"
    催办：2件已逾期，1件将到期

    云湖区吹哨协同平台

    催办
    下列事项等待办理。

    待办事项：
    - WH-2026-0731-XF，报到，已逾期2天
      区消防救援大队（联络员），时限2026年11月23日12:00
    - WH-2026-0802-XF，报结果，已逾期2小时
      区消防救援大队（联络员），时限2026年11月25日13:00
    - WH-2026-0811-XF，报到，还剩2小时
      区消防救援大队（联络员），时限2026年11月25日17:30

    To do:
    - WH-2026-0731-XF: Report in, 2 days late
      Fire and Rescue Brigade (Liaison)
      due 2026-11-23 12:00
    - WH-2026-0802-XF: Deliver the result, 2 hours late
      Fire and Rescue Brigade (Liaison)
      due 2026-11-25 13:00
    - WH-2026-0811-XF: Report in, 2 hours left
      Fire and Rescue Brigade (Liaison)
      due 2026-11-25 17:30

    请登录平台逐项办理：
    https://hub.yunhu.example/w/WH-2026-0731
    ");
}
