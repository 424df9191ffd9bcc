//! Complaints and advice: from anybody, with a name or without, once however often they are sent. Nobody but the
//! director reads what others left.

use crate::town::browser::hidden;
use crate::town::town;

const BOX: &str = "/feedback";

#[actix_web::test]
async fn what_anybody_leaves_reaches_the_director_once_and_is_answered() {
    town(async |t| {
        for text in ["报到页面太慢", "不想留名的意见", "已经改进"] {
            t.hush(text);
        }
        let fire = t.signed_in("liaison.xf").await;
        let page = fire.get(BOX).await.expect(200);
        let (csrf, key) = (hidden(&page, "csrf"), hidden(&page, "key"));
        for _ in 0..2 {
            fire.post(BOX, &[("csrf", &csrf), ("key", &key), ("message", "报到页面太慢")]).await.expect(303);
        }
        t.clock.advance(1);
        let anonymous = [("message", "不想留名的意见"), ("anonymous", "true")];
        t.signed_in("inspector.xf").await.fills(BOX, BOX, &anonymous).await.expect(303);
        let director = t.signed_in("director").await;
        let all = director.get(BOX).await.expect(200);
        let shown = all.text();
        assert_eq!((shown.matches("报到页面太慢").count(), shown.matches("不想留名的意见").count()), (1, 1));
        assert!(shown.contains("共2条，未答复2条") && shown.contains("未留姓名"), "{shown}");
        let name = t.db_hub().rules().directory.by_username("inspector.xf").unwrap().name.clone();
        assert!(!shown.contains(&name), "who wanted to leave no name is named");
        let id = shown.split("action=\"/feedback/").nth(2).unwrap().split('"').next().unwrap().to_owned();
        let answered = format!("{BOX}/{id}");
        director.fills(BOX, &answered, &[("answer", "")]).await.expect(422);
        director.fills(BOX, &answered, &[("answer", "已经改进")]).await.expect(303);
        assert!(director.get(BOX).await.text().contains("未答复1条"));
        assert!(fire.get(BOX).await.text().contains("已经改进"), "the answer reaches who asked");
        director.fills(BOX, "/feedback/fb_0", &[("answer", "x")]).await.expect(404);
    })
    .await;
}

#[actix_web::test]
async fn nobody_but_the_director_reads_or_answers_what_others_left() {
    town(async |t| {
        t.hush("只给主任看的话");
        t.signed_in("liaison.xf").await.fills(BOX, BOX, &[("message", "只给主任看的话")]).await.expect(303);
        for username in ["office", "head.xf", "supervisor", "admin", "inspector.xf", "town.t01"] {
            let browser = t.signed_in(username).await;
            assert!(!browser.get(BOX).await.expect(200).text().contains("只给主任看的话"), "{username}");
            browser.fills(BOX, "/feedback/fb_0", &[("answer", "x")]).await.expect(403);
        }
        t.browser().get(BOX).await.expect(303);
    })
    .await;
}
