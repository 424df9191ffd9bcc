//! Rights that change while something is under way (T20): an open feed, and a letter that is owed but has not left. Both go
//! by the directory as it stands at that moment.

use crate::town::{Town, blow_order, town};
use whistle_hub::domain::terms::LetterKind;

/// Puts a person into another unit, as an administrator does: the list of people goes out, is mended and comes in.
async fn moves(t: &Town, username: &str, unit: &str) {
    let admin = t.person("admin");
    let list = admin.ask("POST", "/exports/people").await.send().await.expect(200).text();
    let head = list.lines().find(|line| line.contains("username")).unwrap();
    let at = |name: &str| head.split(',').position(|column| column.trim_start_matches('\u{feff}') == name).unwrap();
    let (name, department) = (at("username"), at("department_code"));
    let mend = |line: &str| {
        let mut cells: Vec<&str> = line.split(',').collect();
        if cells.get(name) == Some(&username) {
            cells[department] = unit;
        }
        cells.join(",")
    };
    let mended: Vec<String> = list.lines().map(mend).collect();
    assert_ne!(mended.join("\n"), list.lines().collect::<Vec<_>>().join("\n"), "{username} is not in the list");
    let ask = admin.ask("POST", "/imports/people").await;
    ask.raw("text/csv; charset=utf-8", mended.join("\r\n").into_bytes()).send().await.expect(200);
}

#[actix_web::test]
async fn t20_feed_of_who_was_moved_tells_nothing_of_the_unit_that_was_left() {
    town(async |t| {
        let mut feed = t.fire().listens(None).await;
        moves(t, "liaison.xf", "SC").await;
        let now = whistle_hub::clock::Clock::now(&t.clock);
        t.clock.set(whistle_hub::domain::at::At(now.0 + 2_000_000));
        let old = t.person("head.xf").blows(&blow_order("原单位的事")).await;
        let new = t.person("liaison.sc").blows(&blow_order("新单位的事")).await;
        // The feed may end with the move; if it goes on, then by the right as it is now.
        if let Some(event) = feed.next().await {
            assert_eq!(event.data["code"], new, "told of {old}");
        }
        let path = format!("/whistles/{old}");
        let status = t.fire().get(&path).await.status;
        assert!(matches!(status, 401 | 404), "{status}");
    })
    .await;
}

#[actix_web::test]
async fn t20_a_letter_goes_to_who_holds_the_post_when_it_leaves_and_not_to_who_left() {
    town(async |t| {
        let code = t.fire().blows(&blow_order("信还没走")).await;
        t.settle().await;
        // A summons of normal urgency is held for a minute.
        t.office().summons(&code, &["YJ"], "normal").await;
        let before = t.letters_of(LetterKind::SummonsNew, "liaison.yj");
        moves(t, "liaison.yj", "SC").await;
        t.advance(2).await;
        assert_eq!(t.letters_of(LetterKind::SummonsNew, "liaison.yj"), before, "who left is written to");
        assert!(t.letters_of(LetterKind::SummonsNew, "head.yj") > 0, "nobody is written to");
        let kinds = t.office().kinds(&code).await;
        assert!(kinds.contains(&"letter.not_reached".to_owned()), "the vacant post is told: {kinds:?}");
    })
    .await;
}
