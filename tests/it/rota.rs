//! The duty rota's page: shifts set one by one through the rota's own list, gaps named with the next step, and who stands
//! on duty at the very next look. Whose page it is, is `doors`' to say.

use crate::town::browser::{Browser, hidden};
use crate::town::{PASSWORD, Town, town};
use whistle_hub::domain::directory::Directory;
use whistle_hub::domain::terms::LetterKind;

const HERE: &str = "/admin/rota";

fn named(directory: &Directory, date: &str, night: bool) -> String {
    directory.shift_of(date.parse().unwrap(), night).map_or("-".into(), |one| one.office_duty.clone())
}

/// Every shift of the weeks from this day on, in order.
fn weeks(t: &Town) -> Vec<String> {
    let (rules, first) = (t.db_hub().rules(), "2026-12-01".parse::<jiff::civil::Date>().unwrap());
    let days = (0..56).map(|day| first.checked_add(jiff::Span::new().days(day)).unwrap().to_string());
    days.flat_map(|date| [false, true].map(|night| named(&rules.directory, &date, night))).collect()
}

#[actix_web::test]
async fn one_shift_is_set_by_a_plain_form_and_no_other_moves() {
    town(async |t| {
        let admin = t.signed_in("admin").await;
        let (before, events) = (weeks(t), t.db_events().await);
        let page = format!("{HERE}?shift=2026-12-03/night");
        let seen = hidden(&admin.get(&page).await.expect(200), "seen");
        assert_eq!(seen, "2026-12-03/night head.yj.3/head.yj.4/office.2");
        let fields = |office: &'static str, seen: &'static str| {
            [
                ("date", "2026-12-03"),
                ("shift", "night"),
                ("office_duty", office),
                ("main", "head.yj"),
                ("deputy", "head.yj.2"),
                ("seen", seen),
            ]
        };
        let sent = admin.fills(&page, HERE, &fields("office", "2026-12-03/night head.yj.3/head.yj.4/office.2")).await;
        let to = sent.expect(303).header("location").unwrap().to_owned();
        let told = admin.get(to.split('#').next().unwrap()).await.expect(200).text();
        assert!(told.contains("已记录：值班已调整（2026-12-03-night）"), "{told}");
        let mut after = weeks(t);
        let at = 2 * 2 + 1;
        assert_eq!((before[at].as_str(), after[at].as_str()), ("office.2", "office"));
        after[at] = before[at].clone();
        assert_eq!(after[..26], before[..26], "another shift moved");
        // The list's own events, by whoever did it.
        assert_eq!(t.db_events().await, events + 2);
        // The same again writes nothing; somebody who saw what stood before is told.
        admin.fills(&page, HERE, &fields("office", "")).await.expect(303);
        assert_eq!(t.db_events().await, events + 2);
        let late = admin.fills(&page, HERE, &fields("office.2", "2026-12-03/night head.yj.3/head.yj.4/office.2")).await;
        assert!(late.expect(422).text().contains("这一班刚被别人改过"));
        assert_eq!(t.db_events().await, events + 2);
    })
    .await;
}

#[actix_web::test]
async fn t09_a_shift_asks_who_one_is_and_goes_on_with_all_that_was_typed() {
    town(async |t| {
        let (admin, events) = (t.signed_in("admin").await, t.db_events().await);
        let typed = [
            ("date", "2026-12-03"),
            ("shift", "night"),
            ("office_duty", "office"),
            ("main", "head.yj"),
            ("deputy", "head.yj.2"),
        ];
        t.clock.advance(6);
        let asked = admin.fills(HERE, HERE, &typed).await.expect(403);
        assert!(asked.text().contains("请确认是您本人") && asked.text().contains("action=\"/admin/rota\""));
        assert_eq!(t.db_events().await, events, "set by whoever sat down");
        let kept = ["csrf", "key", "date", "shift", "office_duty", "main", "deputy"];
        let kept = kept.map(|name| (name, hidden(&asked, name)));
        let fields = kept.iter().map(|(name, value)| (*name, value.as_str())).chain([("proof", PASSWORD)]);
        admin.post(HERE, &fields.collect::<Vec<_>>()).await.expect(303);
        assert_eq!(named(&t.db_hub().rules().directory, "2026-12-03", true), "office");
    })
    .await;
}

#[actix_web::test]
async fn of_two_who_set_one_shift_at_once_the_second_is_told_and_of_two_shifts_both_stand() {
    town(async |t| {
        let (admin, office) = (t.signed_in("admin").await, t.signed_in("office").await);
        let fields = |date: &'static str, officer: &'static str, seen: &str| {
            [
                ("date", date),
                ("shift", "night"),
                ("office_duty", officer),
                ("main", "head.yj"),
                ("deputy", "head.yj.2"),
                ("seen", seen),
            ]
            .map(|(name, value)| (name, value.to_owned()))
        };
        let set = async |browser: &Browser<'_>, fields: [(&'static str, String); 6]| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            browser.fills(HERE, HERE, &fields).await
        };
        for date in ["2026-12-03", "2026-12-04", "2026-12-05", "2026-12-06", "2026-12-07", "2026-12-08"] {
            let seen = hidden(&admin.get(&format!("{HERE}?shift={date}/night")).await.expect(200), "seen");
            let (one, other) =
                tokio::join!(set(&admin, fields(date, "office", &seen)), set(&office, fields(date, "office.2", &seen)));
            let first = if one.status == 303 { "office" } else { "office.2" };
            let mut told = [one.status, other.status];
            told.sort_unstable();
            assert_eq!(told, [303, 422], "{date}: {} {}", one.text(), other.text());
            let directory = &t.db_hub().rules().directory;
            assert_eq!(named(directory, date, true), first, "{date}: what was told is not what stands");
        }
        for (one_day, other_day) in [("2026-12-09", "2026-12-10"), ("2026-12-28", "2026-12-30")] {
            let (one, other) = tokio::join!(
                set(&admin, fields(one_day, "office", "")),
                set(&office, fields(other_day, "office.2", ""))
            );
            assert_eq!([one.status, other.status], [303, 303], "{one_day}: {} {}", one.text(), other.text());
            let directory = &t.db_hub().rules().directory;
            let stand = [one_day, other_day].map(|date| named(directory, date, true));
            assert_eq!(stand, ["office", "office.2"], "one of them took the other away");
        }
    })
    .await;
}

#[actix_web::test]
async fn a_day_that_only_the_cycle_fills_is_set_without_moving_todays_watch() {
    town(async |t| {
        let office = t.signed_in("office").await;
        let (before, now) = (weeks(t), t.db_hub().now());
        let on_duty = || t.db_hub().rules().directory.duty_officer(now).unwrap().username.clone();
        let was = on_duty();
        let fields = [
            ("date", "2026-12-20"),
            ("shift", "day"),
            ("office_duty", "office.2"),
            ("main", "head.yj"),
            ("deputy", "head.yj.2"),
        ];
        office.fills(HERE, HERE, &fields).await.expect(303);
        let mut after = weeks(t);
        let at = 19 * 2;
        assert_eq!(after[at], "office.2");
        after[at] = before[at].clone();
        assert_eq!((after[..54].to_vec(), on_duty()), (before[..54].to_vec(), was), "another shift moved");
    })
    .await;
}

#[actix_web::test]
async fn what_is_over_or_names_nobody_is_refused_by_its_field() {
    town(async |t| {
        let admin = t.signed_in("admin").await;
        let events = t.db_events().await;
        let sent = async |date: &str, office: &str, deputy: &str| {
            let fields =
                [("date", date), ("shift", "day"), ("office_duty", office), ("main", "head.yj"), ("deputy", deputy)];
            admin.fills(HERE, HERE, &fields).await.expect(422).text()
        };
        for (date, office, deputy, id) in [
            ("2026-11-01", "office", "head.yj.2", "set-date-fault"),
            ("2027-11-01", "office", "head.yj.2", "set-date-fault"),
            ("2026-12-20", "liaison.xf", "head.yj.2", "set-office_duty-fault"),
            ("2026-12-20", "office", "head.yj", "set-deputy-fault"),
            ("2026-12-20", "office", "nobody", "set-deputy-fault"),
            ("", "office", "head.yj.2", "set-date-fault"),
        ] {
            let page = sent(date, office, deputy).await;
            assert!(
                page.contains(&format!("id=\"{id}\"")) && page.contains("<title>错误："),
                "{date} {office} {deputy}"
            );
        }
        assert_eq!(t.db_events().await, events, "a refused form wrote something");
        for username in ["liaison.xf", "head.xf", "expert.1"] {
            t.signed_in(username).await.get(HERE).await.expect(403);
        }
        for username in ["supervisor", "head.yj", "town.t01"] {
            let page = t.signed_in(username).await.get(HERE).await.expect(200).text();
            assert!(!page.contains("action=\"/admin/rota\""), "{username} is shown a form");
        }
    })
    .await;
}

#[actix_web::test]
async fn an_empty_shift_and_a_suspended_officer_are_named_with_the_next_step() {
    town(async |t| {
        let admin = t.signed_in("admin").await;
        assert!(admin.get(HERE).await.expect(200).text().contains("未来四周没有空缺"));
        t.lay(|directory| directory.rota.retain(|one| one.date != "2026-12-05" || one.night)).await;
        let page = admin.get(HERE).await.expect(200).text();
        assert!(page.contains("未来四周有") && page.contains("/admin/rota?shift=2026-12-05/day#set"), "{page}");
        assert!(page.contains("没有排班"));
    })
    .await;
}

#[actix_web::test]
async fn t33_a_shift_changes_hands_by_one_word_and_a_second_person_hears_of_it() {
    town(async |t| {
        t.until("2026-12-02T03:00:00+08:00").await;
        let heard = || ["director", "supervisor", "office"].map(|who| t.letters_of(LetterKind::ShiftSet, who));
        let set = async |who: &'static str, office: &'static str| {
            let fields = [
                ("date", "2026-12-01"),
                ("shift", "night"),
                ("office_duty", office),
                ("main", "head.yj"),
                ("deputy", "head.yj.2"),
            ];
            t.signed_in(who).await.fills(HERE, HERE, &fields).await.expect(303);
            t.settle().await;
        };
        // Three at night: nobody is there to say a second word, and the watch is another's at once.
        set("office.2", "office").await;
        let now = t.db_hub().now();
        assert_eq!(t.db_hub().rules().directory.duty_officer(now).unwrap().username, "office");
        assert_eq!(heard(), [1, 0, 0]);
        let letter = t.letters().into_iter().rfind(|one| one.kind == LetterKind::ShiftSet).unwrap();
        assert!(letter.text.contains("/admin/rota") && !letter.text.contains("head.yj"), "{}", letter.text);
        set("office.2", "office").await;
        assert_eq!(heard(), [1, 0, 0], "nothing changed and somebody was written to");
        set("director", "office.2").await;
        assert_eq!(heard(), [1, 1, 0]);
        set("admin", "office").await;
        assert_eq!(heard(), [2, 1, 0]);
    })
    .await;
}
